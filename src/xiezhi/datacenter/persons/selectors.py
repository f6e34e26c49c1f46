"""What is known of persons: roles, records, history, the queue of pairs, figures of agreement. Values are masked by `shown`."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from xiezhi.datacenter.lake import duck, tables
from xiezhi.datacenter.persons import gather, ids, kinds, roles
from xiezhi.datacenter.persons.models import Decision, LinkHistory, PersonEntity, ReviewPair
from xiezhi.datacenter.persons.refreshing import RECORDS
from xiezhi.datacenter.persons.review import BLIND_SHARE
from xiezhi.datacenter.persons.roles import Role
from xiezhi.datacenter.persons.subject import id_key
from xiezhi.datacenter.standards import declare, masks
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets.registry import Level

__all__ = [
    "FIELDS", "Agreement", "Compared", "Known", "agreement", "by_number", "compared", "counts", "history_of", "holders", "known_for",
    "model_report", "queue", "records_of", "resolve", "roles_of", "roles_of_records", "steps_of",
]  # fmt: skip

resolve = ids.resolve
FIELDS = {
    "name": "姓名", "id_type": "证件类型", "id_no": "证件号码", "sex": "性别", "birth_date": "出生日期", "phone": "电话", "address": "地址",
    "division": "行政区划", "employer": "单位", "license_no": "证号", "valid_from": "有效期起", "valid_to": "有效期止",
}  # fmt: skip
"""Fields of a person record, as a reviewer sees them."""
_MASKS = {
    "name": declare.Mask.NAME, "id_no": declare.Mask.ID_NO, "birth_date": declare.Mask.BIRTH, "phone": declare.Mask.PHONE,
    "address": declare.Mask.ADDRESS,
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A person as the reading log needs one."""

    uid: UUID


def records_of(uid: str) -> list[dict[str, Any]]:
    """The records of a person with how they were linked; values as they stand in the standard tables."""
    if not _there(RECORDS):
        return []
    with duck.connect(memory="512MB", threads=1) as con:
        rows = con.execute(
            f"SELECT record_id, how, weight, restricted FROM {tables.get(RECORDS).sql()} WHERE person_uid = ? ORDER BY record_id",
            [uid],
        ).fetchall()
    values = gather.fetch([r[0] for r in rows])
    return [
        {"record_id": record, "how": how, "weight": weight, "restricted": restricted, "values": values.get(record, {})}
        for record, how, weight, restricted in rows
    ]


def persons_of(records: Sequence[str]) -> dict[str, str]:
    """The persons to whom records belong now."""
    if not records or not _there(RECORDS):
        return {}
    listed = ", ".join(duck.text(r) for r in records)
    with duck.connect(memory="512MB", threads=1) as con:
        found = con.execute(
            f"SELECT record_id, person_uid FROM {tables.get(RECORDS).sql()} WHERE record_id IN ({listed})"
        ).fetchall()
    return dict(found)


def roles_of(uid: str, *, restricted: bool = False) -> list[Role]:
    """身份 of a person with their periods, oldest first. Roles from correction and prison only with `restricted`."""
    return roles_of_records([r["record_id"] for r in records_of(uid)], restricted=restricted)


def roles_of_records(records: Sequence[str], *, restricted: bool = False) -> list[Role]:
    """Roles that these records tell of."""
    found: list[Role] = []
    wanted: dict[str, list[str]] = {}
    for record in records:
        wanted.setdefault(gather.split_id(record)[0], []).append(record)
    with duck.connect(memory="512MB", threads=1) as con:
        for table, some in wanted.items():
            listed = ", ".join(duck.text(r) for r in some)
            columns = ", ".join(roles.ROLE_COLUMNS)
            sql = f"SELECT {columns} FROM {roles.roles_sql(restricted=restricted, only=table)} AS r WHERE record_id IN ({listed})"
            for record, kind, holder, name, license_no, area, since, until, status, source in con.execute(
                sql
            ).fetchall():
                found.append(
                    Role(
                        kind, kinds.title(kind), holder or "", name or "", license_no or "", area or "", since, until,
                        roles.status_title(source, status or ""), record, source, kind in kinds.RESTRICTED,
                    )
                )  # fmt: skip
    return sorted(found, key=lambda r: (r.since is not None, r.since or clock.today(), r.kind, r.record_id))


def by_number(id_type: str, number: str) -> list[str]:
    """Persons with a record of this identity number, by its keyed hash; several where a number is shared."""
    key = id_key(id_type, number)
    if key is None or not _there(RECORDS):
        return []
    with duck.connect(memory="512MB", threads=1) as con:
        rows = con.execute(
            f"SELECT DISTINCT person_uid FROM {tables.get(RECORDS).sql()} WHERE id_key = ? ORDER BY 1", [key]
        ).fetchall()
    return [str(r[0]) for r in rows]


def _there(name: str) -> bool:
    return tables.get(name).exists()


def history_of(uid: str) -> list[LinkHistory]:
    """Merges and splits in which an id took part, newest first."""
    rows = LinkHistory.objects.select_related("entity", "other", "run", "decision")
    return list(rows.filter(Q(entity__uid=uid) | Q(other__uid=uid)).order_by("-id"))


def known_for(uid: str | None, values: Mapping[str, Any]) -> list[Any]:
    """The persons whose reading is to be recorded when these values are shown: the person of the base, and of the platform
    where one is registered with the number, so that "who read my data" finds it."""
    from xiezhi.kernel.people import selectors as people

    found: list[Any] = [Known(UUID(uid))] if uid else []
    number = str(values.get("id_no") or "")
    if number and str(values.get("id_type") or "111") in ("111", "112"):
        try:
            person = people.find_person("RESIDENT", number)
        except ValueError:
            person = None
        if person is not None:
            found.append(person)
    return found


# review


def queue(order: str, subject: Any, state: str = "") -> QuerySet[ReviewPair]:
    """Pairs that wait. `order`: "weight" (nearest to certainty first), "age" (oldest first). `state`: OPEN, PROPOSED (for a
    second person), UNSURE, or BLIND: decided by somebody else, for a second look without knowing how."""
    rows = ReviewPair.objects.select_related("decision")
    if state == "BLIND":
        seen = Decision.objects.filter(blind=True).values("about")
        rows = (
            rows.annotate(turn=F("id") % BLIND_SHARE)
            .filter(turn=0, state__in=["SAME", "DIFFERENT"])
            .exclude(decision__in=seen)
        )
        rows = rows.exclude(decision__by_id=subject.account_id)
    elif state == "PROPOSED":
        rows = rows.filter(state="PROPOSED").exclude(decision__by_id=subject.account_id)
    else:
        rows = rows.filter(state=state or "OPEN")
    return rows.order_by("opened_at", "id") if order == "age" else rows.order_by("-weight", "id")


def counts() -> dict[str, int]:
    """How many pairs there are in each state."""
    found = dict(ReviewPair.objects.values_list("state").annotate(n=Count("pk")).order_by())
    return {state: found.get(state, 0) for state, _t in ReviewPair.STATES}


@dataclass(frozen=True)
class Compared:
    """One field of both records: pieces (text, differs) of each side."""

    key: str
    title: str
    left: list[tuple[str, bool]]
    right: list[tuple[str, bool]]
    same: bool
    missing: bool


def shown(field: str, value: Any, clear: bool) -> str:
    """A value as it may be shown: masked unless it was revealed."""
    if value in (None, ""):
        return ""
    if clear or field not in _MASKS:
        return str(value)
    return str(masks.apply(_MASKS[field], value, strict=field in ("birth_date", "address")) or "")


def compared(a: Mapping[str, Any], b: Mapping[str, Any], *, clear: bool) -> list[Compared]:
    """Both records field by field, differences marked by character. What differs is found in the true values, so that two
    masked values that look alike are still told apart."""
    out = []
    for key, title in FIELDS.items():
        x, y = str(a.get(key) or ""), str(b.get(key) or "")
        if not x and not y:
            continue
        left, right = shown(key, x, clear), shown(key, y, clear)
        if x == y or not x or not y:
            pieces = ([(left, False)], [(right, False)])
        elif clear or key not in _MASKS:
            pieces = _differences(left, right)
        else:
            pieces = ([(left, True)], [(right, True)])
        out.append(Compared(key, title, *pieces, same=x == y, missing=not x or not y))
    return out


def _differences(a: str, b: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    left: list[tuple[str, bool]] = []
    right: list[tuple[str, bool]] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if i2 > i1:
            left.append((a[i1:i2], tag != "equal"))
        if j2 > j1:
            right.append((b[j1:j2], tag != "equal"))
    return left, right


def steps_of(pair: ReviewPair) -> list[Any]:
    """The waterfall of a pair: why the machine thinks what it thinks."""
    from xiezhi.datacenter.link import explain

    return explain.waterfall(json.dumps(pair.evidence)) if pair.evidence else []


@dataclass(frozen=True)
class Agreement:
    """How well decisions agree. Shares are 0 to 1, None without decisions. `kappa`: Cohen's, of the blind second looks."""

    decided: int
    with_model: float | None
    blind: int
    blind_same: float | None
    kappa: float | None
    undone: int
    refused: int
    week: int


def agreement() -> Agreement:
    """Figures over all decisions: with the model (probability at least one half is "same"), and between two persons."""
    rows = list(
        Decision.objects.filter(verdict__in=["SAME", "DIFFERENT"], blind=False).values_list(
            "verdict", "probability", "at"
        )
    )
    agree = sum((v == "SAME") == (p >= 0.5) for v, p, _at in rows)
    blind = list(
        Decision.objects.filter(blind=True, verdict__in=["SAME", "DIFFERENT"], about__isnull=False).values_list(
            "verdict", "about__verdict"
        )
    )
    pairs = [(v, "SAME" if first == "CONFIRM" else first) for v, first in blind]
    since = clock.now() - timedelta(days=7)
    return Agreement(
        decided=len(rows), with_model=agree / len(rows) if rows else None, blind=len(pairs),
        blind_same=sum(a == b for a, b in pairs) / len(pairs) if pairs else None, kappa=_kappa(pairs),
        undone=Decision.objects.filter(verdict="UNDO").count(), refused=Decision.objects.filter(verdict="REJECT").count(),
        week=sum(at >= since for _v, _p, at in rows),
    )  # fmt: skip


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    n = len(pairs)
    if n < 2:
        return None
    observed = sum(a == b for a, b in pairs) / n
    first, second = Counter(a for a, _b in pairs), Counter(b for _a, b in pairs)
    chance = sum(first[k] * second[k] for k in set(first) | set(second)) / n**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def model_report() -> list[dict[str, Any]]:
    """Labels against the model, by band of probability: how often people said "same" where the model said so much."""
    bands = [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95), (0.95, 1.01)]
    rows = list(ReviewPair.objects.filter(state__in=["SAME", "DIFFERENT"]).values_list("probability", "state"))
    out = []
    for low, high in bands:
        here = [s for p, s in rows if low <= p < high]
        out.append(
            {
                "low": low,
                "high": min(high, 1.0),
                "n": len(here),
                "same": sum(s == "SAME" for s in here) / len(here) if here else None,
            }
        )
    return out


def labels() -> list[tuple[str, str, bool]]:
    """Decisions that hold, for training and for measuring the model: (record, record, one person)."""
    rows = ReviewPair.objects.filter(state__in=["SAME", "DIFFERENT"]).order_by("id")
    return [(a, b, s == "SAME") for a, b, s in rows.values_list("record_a", "record_b", "state")]


def holders() -> dict[str, Any]:
    """一人多证: how many persons hold n licenses in force, and by which kinds. Without crime and correction."""
    if not _there(RECORDS):
        return {"by_number": [], "kinds": []}
    today = clock.today()
    licenses = ", ".join(duck.text(k) for k in kinds.LICENSES)
    with duck.connect(threads=1) as con:
        con.execute(
            f"CREATE TEMP TABLE held AS SELECT DISTINCT p.person_uid, r.kind, coalesce(r.license_no, r.record_id) AS license_no "
            f"FROM {roles.roles_sql()} AS r JOIN {tables.get(RECORDS).sql()} AS p ON p.record_id = r.record_id WHERE r.kind IN ({licenses}) "
            "AND coalesce(r.valid_from, $today) <= $today AND coalesce(r.valid_to, DATE '9999-12-31') > $today", {"today": today}
        )  # fmt: skip
        numbers = con.execute(
            "SELECT n, count(*) FROM (SELECT count(*) AS n FROM held GROUP BY person_uid) GROUP BY n ORDER BY n"
        ).fetchall()
        together = con.execute(
            "SELECT list_sort(list(kind)) AS kinds, count(*) FROM (SELECT DISTINCT person_uid, kind FROM held) AS h "
            "GROUP BY person_uid HAVING count(*) > 1"
        ).fetchall()
    sets: Counter[tuple[str, ...]] = Counter(tuple(k) for k, _n in together)
    return {
        "by_number": [{"licenses": n, "persons": k} for n, k in numbers],
        "kinds": [{"kinds": [kinds.title(k) for k in s], "persons": n} for s, n in sets.most_common(30)],
    }


def table_title(record: str) -> str:
    """Title of the table a record stands in."""
    table = gather.split_id(record)[0]
    return declare.tables.get(table).title if table in declare.tables else table


def pairs_of(records: Sequence[str]) -> list[ReviewPair]:
    """Pairs of the gray zone in which these records stand."""
    rows = ReviewPair.objects.filter(Q(record_a__in=records) | Q(record_b__in=records)).exclude(state="STALE")
    return list(rows.select_related("decision").order_by("-weight", "id")[:40])


def persons_in(state: str = PersonEntity.ACTIVE) -> int:
    """How many ids are in a state."""
    return PersonEntity.objects.filter(state=state).count()


LEVEL = Level.PERSONAL
"""The level of what these pages show."""
