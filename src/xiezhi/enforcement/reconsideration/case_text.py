"""Words of one matter for its documents: who, against whom, which act, which court. One query for parties, cached units."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from xiezhi.kernel.people import masking
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import View, as_date
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.sealing import unseal
from xiezhi.kernel.units.models import Unit, UnitKind

from .statistics import CORRECTED

__all__ = ["CaseText", "court_for", "param", "public_name", "unit", "zh"]

ANY_COURT = "有管辖权的人民法院"
APPLICANT_SIDE = ("applicant",)
AGENTS = ("agent", "guardian", "representative")
_TTL = 60.0
_units: dict[int, tuple[float, Unit]] = {}
_courts: dict[tuple[int, bool], tuple[float, str]] = {}


def param(view: View, name: str, default: Any) -> Any:
    """A dated parameter, or `default` where neither the declaration nor the office has it."""
    if name in view.overrides or name in view.procedure.parameters:
        try:
            return view.param(name)
        except LookupError:
            return default
    return default


def unit(pk: int | None) -> Unit | None:
    """A unit by id, remembered for a minute: names of organs hardly change and stand in every document."""
    if pk is None:
        return None
    held = _units.get(pk)
    now = time.monotonic()
    if held is not None and now - held[0] < _TTL:
        return held[1]
    found = Unit.objects.filter(pk=pk).first()
    if found is not None:
        if len(_units) > 5000:
            _units.clear()
        _units[pk] = (now, found)
    return found


def forget_units() -> None:
    """Drop remembered units (after a reorganization, and between tests)."""
    _units.clear()
    _courts.clear()


def zh(day: date | str | None) -> str:
    """2026年3月5日, or nothing."""
    value = as_date(day)
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def public_name(name: str, kind: str) -> str:
    """Name for a public text: surname and 某 for natural persons, the name itself for organizations."""
    if kind not in ("CITIZEN", "INDIVIDUAL_BUSINESS", ""):
        return name
    surname = name[:2] if name[:2] in masking.COMPOUND_SURNAMES and len(name) > 2 else name[:1]
    return f"{surname}某" if surname else "某"


def court_for(respondent: Unit | None, organ: Unit | None, *, changed: bool) -> str:
    """The court to sue in (行政诉讼法 第14条、第15条、第18条、第26条): by the organ that is defendant alone, or the acting one.

    A changed act makes the reconsideration organ the defendant: of a government at county level and above the
    intermediate court is competent. Courts are units; where none is entered the general words stand.
    """
    defendant = organ if changed and organ is not None else respondent or organ
    if defendant is None:
        return ANY_COURT
    government = defendant.kind == UnitKind.GOVERNMENT and defendant.level != "TOWN"
    key, now = (defendant.pk, government), time.monotonic()
    held = _courts.get(key)
    if held is not None and now - held[0] < _TTL:
        return held[1]
    courts = Unit.objects.filter(kind=UnitKind.COURT, status="ACTIVE")
    name: str | None = None
    if not government and defendant.county_id:
        name = courts.filter(county_id=defendant.county_id).order_by("id").values_list("name", flat=True).first()
    if name is None and defendant.city_id:
        name = (
            courts.filter(city_id=defendant.city_id, county_id__isnull=True).order_by("id")
            .values_list("name", flat=True).first()
        )  # fmt: skip
    _courts[key] = (now, name or ANY_COURT)
    return name or ANY_COURT


def act_text(act: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The act under review as it stands after the respondent's name."""
    given = str(act.get("description") or "").strip()
    name = str(act.get("type") or "").strip()
    number = str(act.get("doc_no") or facts.get("act_doc_no") or "").strip()
    made = as_date(act.get("made_on"))
    if act.get("is_inaction"):
        asked = as_date(act.get("request_received_on"))
        what = given or name or "履行法定职责的申请"
        return f"未依法处理{zh(asked) + '收到的' if asked else ''}{what}的行为"
    if not name:
        from .codes import MATTERS

        name = MATTERS.get(str(facts.get("matter_code") or ""), "") or "行政行为"
        name = "行政行为" if name == "其他" else f"{name}决定" if not name.endswith(("决定", "行为")) else name
    titled = name if name.startswith("《") else f"《{name}》" if name.endswith(("书", "通知", "告知书")) else name
    text = f"{zh(made)}作出的{titled}" if made else f"作出的{titled}"
    if number:
        text += f"（{number}）"
    return text if not given or number or made else f"{text}（{given[:120]}）"


class CaseText:
    """Reader of one matter inside one event; keeps its parties and payloads on the matter instance."""

    def __init__(self, matter: Matter, view: View) -> None:
        self.matter, self.view, self.facts = matter, view, view.facts
        self._organ_unit: Unit | None = None

    @property
    def parties(self) -> list[Party]:
        return store.parties_of(self.matter)

    def payload(self, event: str) -> dict[str, Any]:
        """What the last such event said about persons; empty when erased."""
        kept = store.payloads_of(self.matter)
        rec = self.view.last(event)
        return kept.get(rec.seq, {}) if rec else {}

    def role(self, *roles: str) -> list[Party]:
        return [p for p in self.parties if p.role in roles]

    def sealed(self, party: Party) -> dict[str, Any]:
        """What is personal of a party: its own entry over the person's register."""
        own: dict[str, Any] = unseal(party.sealed, context="party") if party.sealed else {}
        return own

    @property
    def organ(self) -> Unit | None:
        return unit(self.matter.organ_id) or unit(self.matter.handling_unit_id)

    @property
    def organ_name(self) -> str:
        return self.organ.name if self.organ else "行政复议机关"

    @property
    def office(self) -> Unit | None:
        return unit(self.matter.handling_unit_id)

    @property
    def respondent_unit(self) -> Unit | None:
        for party in self.role("respondent"):
            if party.unit is not None:
                return party.unit
        return None

    @property
    def respondent(self) -> str:
        found = self.role("respondent")
        if found:
            return "、".join(p.name for p in found)
        return str(self.facts.get("respondent_name") or self.facts.get("respondent") or "被申请人")

    @property
    def applicant(self) -> str:
        found = self.role(*APPLICANT_SIDE)
        line = "、".join(p.name for p in found[:2])
        if len(found) > 2:
            line += f"等{len(found)}人"
        return line or self.matter.parties_line or "申请人"

    @property
    def third_party(self) -> str:
        return "、".join(p.name for p in self.role("third_party"))

    @property
    def agent(self) -> str:
        words = {"agent": "", "guardian": "（法定代理人）", "representative": "（代表人）"}
        agents = [p for p in self.role(*AGENTS) if p.acts_for_id is None or self._is_applicant(p.acts_for_id)]
        return "、".join(p.name + words[p.role] + str(p.detail.get("employer", "")) for p in agents)

    def _is_applicant(self, pk: int) -> bool:
        return any(p.pk == pk for p in self.role(*APPLICANT_SIDE))

    @property
    def act(self) -> str:
        act = self.facts.get("act")
        record = act if isinstance(act, Mapping) else {}
        if isinstance(act, str) and act:
            return act
        return act_text(record, self.facts)

    def court(self) -> str:
        changed = self.facts.get("closing_type") in CORRECTED
        return court_for(self.respondent_unit, self.organ, changed=changed)

    def described(self, party: Party, *, full: bool) -> str:
        """A party as a decision names it. Identity numbers are masked except in the applicant's own application."""
        sealed = self.sealed(party)
        bits: list[str] = []
        sex = {"1": "男", "2": "女"}.get(str(sealed.get("sex") or (party.person.sex if party.person else "")), "")
        if sex and party.kind == "CITIZEN":
            bits.append(sex)
        if full:
            number = str(sealed.get("id_no") or (party.person.id_no if party.person else "") or "")
            if number:
                bits.append(f"身份证件号码{number}")
        code = sealed.get("uscc") or (party.organization.usc if party.organization else "") or party.detail.get("uscc")
        if code:
            bits.append(f"统一社会信用代码{code}")
        home = str(sealed.get("domicile") or (party.organization.address if party.organization else "") or "")
        if party.unit is not None and not home:
            home = str(party.detail.get("address") or "")
        if home:
            bits.append(("住" if party.kind == "CITIZEN" else "住所地") + home)
        if full and sealed.get("service_address"):
            bits.append(f"送达地址{sealed['service_address']}")
        if full and sealed.get("contact"):
            bits.append(f"联系方式{sealed['contact']}")
        legal = sealed.get("legal_rep") or party.detail.get("legal_rep")
        if legal:
            bits.append(f"法定代表人（负责人）{legal}")
        employer = party.detail.get("employer") or party.detail.get("post")
        if employer:
            bits.append(str(employer))
        return "，".join(bits)

    def pairs(self) -> list[list[str]]:
        """Every party as (role, description), applicants with their agents first."""
        words = {
            "applicant": "申请人", "agent": "委托代理人", "guardian": "法定代理人", "representative": "代表人",
            "respondent": "被申请人", "third_party": "第三人",
        }  # fmt: skip
        out: list[list[str]] = []

        def add(party: Party) -> None:
            detail = self.described(party, full=False)
            out.append([words.get(party.role, party.role), f"{party.name}{'，' + detail if detail else ''}。"])
            for agent in self.role(*AGENTS):
                if agent.acts_for_id == party.pk:
                    add(agent)

        for role in ("applicant", "respondent", "third_party"):
            for party in self.role(role):
                add(party)
        for agent in self.role(*AGENTS):
            if agent.acts_for_id is None:
                add(agent)
        return out or [["申请人", f"{self.applicant}。"], ["被申请人", f"{self.respondent}。"]]

    def staff_names(self, ids: Any) -> list[str]:
        """Names of staff ids as they stand in facts; unknown references stay as they are."""
        wanted = [str(i) for i in (ids if isinstance(ids, list | tuple) else [ids]) if i not in (None, "")]
        kept: dict[str, str] = self.matter.__dict__.setdefault("_xz_staff", {})
        missing = [int(i) for i in wanted if i not in kept and i.isdigit()]
        if missing:
            from xiezhi.kernel.people.models import Staff

            kept.update({str(pk): name for pk, name in Staff.objects.filter(pk__in=missing).values_list("pk", "name")})
        return [kept.get(i, i) for i in wanted]
