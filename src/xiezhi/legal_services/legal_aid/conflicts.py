"""Who may not be given a matter, and why (律师法 第39条、第41条; 法官法 第36条; 检察官法 第37条; 法律援助法 第26条). Pure.

Parties are blind keys. A firm is known by its family, so that a branch counts as the firm itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

__all__ = ["FORMER_JUDGE_YEARS", "LIFE_OR_DEATH_YEARS", "Candidate", "Left", "Need", "add_years", "left_out"]

FORMER_JUDGE_YEARS = 2
LIFE_OR_DEATH_YEARS = 3
KIN, CLIENT, ADVISER, EMPLOYER = "KIN", "CLIENT", "ADVISER", "EMPLOYER"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One provider as the choice needs them. `load` counts running matters, `year_count` those of the last 365 days."""

    id: int
    name: str = ""
    kind: str = "LAWYER"
    firm: int | None = None
    firm_name: str = ""
    practice_since: date | None = None
    specialisms: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    sex: str = ""
    counties: frozenset[int] = frozenset()
    capacity: int = 8
    load: int = 0
    year_count: int = 0
    last_offered: datetime | None = None
    status: str = "ACTIVE"
    stops: tuple[tuple[date, date | None], ...] = ()
    ties: Mapping[str, str] = field(default_factory=dict)
    clients: frozenset[str] = frozenset()
    own_key: str = ""
    former_organ: int | None = None
    former_left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a matter asks of its provider, and who stands in it."""

    matter_id: int
    today: date
    county: int | None = None
    matter_type: str = ""
    litigation: bool = True
    lawyer_only: bool = False
    life_or_death: bool = False
    recipients: frozenset[str] = frozenset()
    opponents: frozenset[str] = frozenset()
    firms_against: frozenset[int] = frozenset()
    case_organ: int | None = None
    wished: str = ""  # a name, as the recipient gave it
    language: str = ""
    sex: str = ""
    asked: Mapping[int, str] = field(default_factory=dict)
    replaced: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Left:
    """Why somebody was left out: a code, a sentence and the article."""

    code: str
    text: str
    basis: str = ""


def add_years(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 28 in common years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


ASKED = {"REFUSED": "本次已征询，未接受", "LAPSED": "本次已征询，逾期未答复", "WITHDRAWN": "本次征询已撤回"}


def left_out(one: Candidate, need: Need) -> list[Left]:
    """Every reason that keeps this provider from this matter; empty when there is none."""
    found = [*_able(one, need), *_conflicts(one, need)]
    if one.id in need.asked:
        found.append(Left("ASKED", ASKED.get(need.asked[one.id], "本次已征询")))
    if one.id in need.replaced:
        found.append(Left("REPLACED", "本案中已被更换", "法律援助法 第55条"))
    return found


def stopped(one: Candidate, day: date) -> date | None:
    """End of the STOP interval that holds the day, date.max for an open one, or None."""
    for since, until in one.stops:
        if since <= day and (until is None or day < until):
            return until or date.max
    return None


def _able(one: Candidate, need: Need) -> list[Left]:
    found = []
    if one.status != "ACTIVE":
        found.append(Left("STATUS", "已退出法律援助" if one.status == "LEFT" else "已暂停指派"))
    until = stopped(one, need.today)
    if until is not None:
        text = "执业证书已吊销" if until == date.max else f"停止执业，至{until.isoformat()}"
        found.append(Left("STOP", text, "律师法 第47条"))
    if need.lawyer_only and one.kind != "LAWYER":
        found.append(Left("NOT_LAWYER", "刑事辩护须由律师担任", "法律援助法 第25条"))
    if need.life_or_death:
        if one.kind != "LAWYER":
            found.append(Left("NOT_LAWYER", "此类案件须由律师担任辩护人", "法律援助法 第26条"))
        elif one.practice_since is None or add_years(one.practice_since, LIFE_OR_DEATH_YEARS) > need.today:
            found.append(Left("JUNIOR", f"相关执业经历不满{LIFE_OR_DEATH_YEARS}年", "法律援助法 第26条"))
    if need.county is not None and one.counties and need.county not in one.counties:
        found.append(Left("AREA", "不在其服务区域"))
    if one.load >= one.capacity:
        found.append(Left("CAPACITY", f"在办{one.load}件，已满"))
    return found


def _conflicts(one: Candidate, need: Need) -> list[Left]:
    found = []
    if one.firm is not None and one.firm in need.firms_against:
        found.append(Left("SAME_FIRM", "所在律师事务所（含分所）代理对方当事人", "律师法 第39条"))
    if one.clients & need.opponents:
        found.append(Left("CLIENT", "曾为对方当事人（或者与其同名的人）提供法律服务", "律师法 第39条"))
    if one.own_key and one.own_key in need.opponents | need.recipients:
        found.append(Left("PARTY", "本人是本案当事人", "律师法 第39条"))
    for key in sorted(need.opponents | need.recipients):
        match one.ties.get(key):
            case "KIN":
                found.append(Left("KIN", "与当事人是近亲属", "律师法 第39条"))
            case "CLIENT" | "ADVISER" | "EMPLOYER" if key in need.opponents:
                found.append(Left("CLIENT", "曾为对方当事人提供法律服务或者任职", "律师法 第39条"))
    if one.former_left_on is not None and need.litigation:
        free = add_years(one.former_left_on, FORMER_JUDGE_YEARS)
        if need.today < free:
            found.append(
                Left("FORMER_JUDGE", f"离任法官、检察官，{free.isoformat()}前不得担任代理人、辩护人", "律师法 第41条")
            )
        elif one.former_organ is not None and one.former_organ == need.case_organ:
            found.append(Left("FORMER_ORGAN", "本案由其原任职机关办理", "法官法 第36条；检察官法 第37条"))
    return list({(f.code, f.text): f for f in found}.values())
