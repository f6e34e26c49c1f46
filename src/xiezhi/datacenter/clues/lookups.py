"""外部核验: what other agencies know, asked through the exchange, for those people only whom a rule needs it of.

Each kind of look-up is a partner's interface, or several, and the mapping of its answer (file CLUE_LOOKUPS_FILE). Every call
is signed, carries purpose and case, is counted as obtained and stands in the ledger here, and in the partner's log there.
Answers live for one run: what does not lead to a clue is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

__all__ = [
    "KINDS",
    "Asked",
    "ExchangeLookup",
    "Fact",
    "FileLookup",
    "Lookup",
    "NotAnswered",
    "Several",
    "configured",
    "follow_from",
]

log = logging.getLogger(__name__)
KINDS = {
    "POPULATION": "人口（死亡）", "POSTS": "公职人员任职", "MARRIAGE": "婚姻登记", "ESTATE": "不动产登记",
}  # fmt: skip
"""Kinds of look-ups that rules may need."""
BATCH = 200


class NotAnswered(RuntimeError):
    """A partner did not answer; rules that need this look-up are not run this time."""


@dataclass(frozen=True)
class Asked:
    """One person whom a look-up asks about."""

    person_uid: str
    name: str
    id_type: str
    id_no: str


@dataclass(frozen=True)
class Fact:
    """What an agency said: a period of a kind. `other` is the identity number of a second person (spouse), never kept."""

    person_uid: str
    kind: str
    holder: str
    since: date | None = None
    until: date | None = None
    holder_name: str = ""
    area: str = ""
    reference: str = ""
    source: str = ""
    other: str = field(default="", repr=False)


class Lookup(Protocol):
    """A kind of look-up. `ask` raises NotAnswered."""

    kind: str

    def ask(self, people: Sequence[Asked], case: str) -> list[Fact]: ...


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


@dataclass
class ExchangeLookup:
    """A partner's interface, asked through the exchange.

    `keys` maps the interface's keys to id_no, name, id_type; `fields` maps since, until, holder, holder_name, area, kind,
    other to fields of its answer; `becomes` is the kind of fact, or maps the value of the field `kind` to one. `partner` is the
    code under which the agency's system is registered here: what it gives is metered as obtained from it.
    """

    kind: str
    address: str
    interface: str
    purpose: str
    keys: Mapping[str, str]
    fields: Mapping[str, str]
    becomes: str | Mapping[str, str]
    key_id: str = ""
    partner_key: str = ""
    partner_alg: str = "ED25519"
    partner: str = ""

    @property
    def tells(self) -> frozenset[str]:
        """Kinds of facts this interface can tell."""
        return frozenset([self.becomes] if isinstance(self.becomes, str) else self.becomes.values())

    def ask(self, people: Sequence[Asked], case: str) -> list[Fact]:
        from xiezhi.datacenter.exchange import client, identity

        own = identity.own()
        with_key = client.Client(
            self.address,
            key_id=self.key_id or own.key_id,
            signer=own.signer,
            partner_key=self.partner_key,
            partner_alg=self.partner_alg,
        )
        found: list[Fact] = []
        for start in range(0, len(people), BATCH):
            some = people[start : start + BATCH]
            items = [{"keys": {k: str(getattr(p, attribute)) for k, attribute in self.keys.items()}} for p in some]
            try:
                answer = with_key.batch(
                    self.interface, items, purpose=self.purpose, case=case, fields=sorted(set(self.fields.values()))
                )
            except (client.Unreachable, client.NotVerified, client.Problem) as error:
                log.warning("look-up %s was not answered: %s", self.kind, type(error).__name__)
                if isinstance(error, client.Problem):
                    self._record(case, len(some), refused=error.code)
                raise NotAnswered(f"{KINDS[self.kind]}：{self.interface}没有答复") from error
            answers = answer.content.get("answers")
            if not isinstance(answers, list) or len(answers) != len(some):
                # Which answer belongs to whom cannot be known then, and a clue about somebody else is worse than none.
                raise NotAnswered(f"{KINDS[self.kind]}：{self.interface}的答复不完整")
            self._record(case, len(some), answer)
            for person, one in zip(some, answers, strict=True):
                for n, row in enumerate(one.get("rows") or ()):
                    fact = self._fact(person, row, f"{answer.call}/{n}")
                    if fact is not None:
                        found.append(fact)
        return found

    @transaction.atomic
    def _record(self, case: str, asked: int, answer: Any = None, *, refused: str = "") -> None:
        """The call in the meters and the ledger: from whom, for what, how many; never about whom."""
        from xiezhi.datacenter.exchange import services as exchange
        from xiezhi.datacenter.exchange.models import Caller
        from xiezhi.kernel.ledger import services as ledger

        rows = sum(len(one.get("rows") or ()) for one in answer.content["answers"]) if answer else 0
        agency = Caller.objects.filter(code=self.partner).first() if self.partner else None
        if agency is not None:
            sent = len(answer.body) if answer else 0
            exchange.record_obtained(
                agency,
                self.interface,
                calls=int(not refused),
                asked=0 if refused else asked,
                rows=rows,
                sent_bytes=sent,
                refused=int(bool(refused)),
            )
        payload = {
            "partner": self.partner, "address": self.address, "interface": self.interface, "purpose": self.purpose, "case": case, "asked": asked,
            "rows": rows, "result": refused or "OK", "call": answer.call if answer else "",
            "answer": hashlib.sha256(answer.body).hexdigest() if answer else "",
        }  # fmt: skip
        ledger.append(
            "exchange.obtained", payload, object_type="exchange.obtained", object_id=str(payload["call"] or case)
        )

    def _fact(self, person: Asked, row: Mapping[str, Any], reference: str) -> Fact | None:
        def get(name: str) -> Any:
            return row.get(self.fields[name]) if name in self.fields else None

        kind = self.becomes if isinstance(self.becomes, str) else self.becomes.get(str(get("kind") or ""), "")
        if not kind or (self.kind == "POPULATION" and _day(get("since")) is None):
            return None
        return Fact(
            person.person_uid, kind, str(get("holder") or self.interface), _day(get("since")), _day(get("until")), str(get("holder_name") or ""),
            str(get("area") or ""), reference, f"lookup:{self.kind}", str(get("other") or ""),
        )  # fmt: skip


@dataclass
class Several:
    """Several agencies that each know a part of one kind. All must answer, or none of it counts."""

    kind: str
    parts: Sequence[ExchangeLookup]

    def ask(self, people: Sequence[Asked], case: str) -> list[Fact]:
        return [fact for part in self.parts for fact in part.ask(people, case)]


@dataclass
class FileLookup:
    """Answers from a JSON file, one object a line with id_no and the fields of a fact. For tests and for agencies that deliver
    on paper only."""

    kind: str
    path: Path

    def ask(self, people: Sequence[Asked], case: str) -> list[Fact]:
        wanted = {p.id_no: p for p in people if p.id_no}
        found = []
        for n, line in enumerate(self.path.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line) if line.strip() else {}
            person = wanted.get(str(row.get("id_no", "")))
            if person is not None:
                found.append(
                    Fact(person.person_uid, row["kind"], str(row.get("holder") or self.kind), _day(row.get("since")), _day(row.get("until")),
                         str(row.get("holder_name") or ""), str(row.get("area") or ""), str(n), f"lookup:{self.kind}", str(row.get("other") or ""))
                )  # fmt: skip
        return found


def configured() -> dict[str, Lookup]:
    """The look-ups of this installation by kind: setting CLUE_LOOKUPS, else what the file CLUE_LOOKUPS_FILE says. Raises
    ValueError where that cannot be read."""
    found: dict[str, Lookup] = {}
    for kind, said in _said().items():
        if kind.startswith("_"):
            continue  # a remark
        if kind not in KINDS:
            raise ValueError(f"clue look-ups: {kind} is no kind of look-up")
        try:
            found[kind] = _one(kind, said) if isinstance(said, Mapping) else Several(kind, [ExchangeLookup(kind, **s) for s in said])  # fmt: skip
        except TypeError as error:
            raise ValueError(f"clue look-ups, {kind}: {error}") from None
    return found


def _one(kind: str, said: Mapping[str, Any]) -> Lookup:
    return FileLookup(kind, Path(said["file"])) if "file" in said else ExchangeLookup(kind, **said)


def _said() -> dict[str, Any]:
    held = getattr(settings, "CLUE_LOOKUPS", None)
    if held is not None:
        return dict(held)
    path = Path(settings.CLUE_LOOKUPS_FILE)
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _years(day: date, n: int) -> date:
    try:
        return day.replace(year=day.year + n)
    except ValueError:
        return day.replace(year=day.year + n, month=3, day=1)


def follow_from(posts: Iterable[Fact]) -> list[Fact]:
    """What follows from posts that ended: two years after the bench, three after supervision (律师法 第41条, 监察官法 第49条)."""
    found = []
    for fact in posts:
        if fact.until is None or fact.kind not in ("JUDGE", "PROSECUTOR", "SUPERVISOR"):
            continue
        kind, n = ("LEFT_SUPERVISION", 3) if fact.kind == "SUPERVISOR" else ("LEFT_BENCH", 2)
        found.append(
            Fact(
                fact.person_uid,
                kind,
                fact.holder,
                fact.until,
                _years(fact.until, n),
                fact.holder_name,
                fact.area,
                fact.reference,
                fact.source,
            )
        )
    return found


def spouses(marriages: Sequence[Fact], posts: Lookup, case: str) -> list[Fact]:
    """Posts of spouses, as facts of the person asked about: the time in which both the marriage and the post lasted."""
    with_number = [m for m in marriages if m.other]
    people = [Asked(str(n), "", "111", m.other) for n, m in enumerate(with_number)]
    kinds = {"JUDGE": "SPOUSE_JUDGE", "PROSECUTOR": "SPOUSE_PROSECUTOR"}
    if isinstance(posts, Several):  # of a second person only those are asked who can know it
        posts = Several(posts.kind, [part for part in posts.parts if part.tells & kinds.keys()])
    found = []
    for fact in posts.ask(people, case) if people else []:
        marriage = with_number[int(fact.person_uid)]
        if fact.kind not in kinds:
            continue
        since = max((d for d in (fact.since, marriage.since) if d), default=None)
        until = min((d for d in (fact.until, marriage.until) if d), default=None)
        if since is None or until is None or since < until:
            found.append(
                Fact(
                    marriage.person_uid,
                    kinds[fact.kind],
                    fact.holder,
                    since,
                    until,
                    fact.holder_name,
                    fact.area,
                    fact.reference,
                    fact.source,
                )
            )
    return found
