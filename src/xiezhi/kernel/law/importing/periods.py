"""效力期间: from when to when each version is law, which one follows it, and the label under which it is addressed.

Computed from all that the library holds: the next version's first day ends the former; repeal clauses of other acts and the
source's table of validity end an act as a whole. Where both speak, the words of the law win over the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from xiezhi.kernel.law import structure, succession
from xiezhi.kernel.law.identifiers import Locator
from xiezhi.kernel.law.importing import clauses
from xiezhi.kernel.law.models import Act, Provision, Version

__all__ = ["NO_DAY", "Ends", "labels", "settle"]

NO_DAY = "未注明"
"""Label of a version without any day."""
FIELDS = ("label", "effective", "effective_source", "since", "ended", "ended_why", "ended_by", "following")


@dataclass
class Ends:
    """Every repeal clause of the library, by the version that holds it; read once and kept up to date by the import."""

    of: dict[int, list[clauses.Clause]] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Ends:
        """From the texts already in the library."""
        found = (
            Provision.objects.filter(
                kind=structure.ARTICLE,
                text__contains="废止",
            )
            .order_by("version_id", "seq")
            .values_list("version_id", "version__act__name", "number", "inserted", "text")
        )
        texts: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        names: dict[int, str] = {}
        for version, name, number, inserted, text in found:
            texts[version].append((number, inserted, text))
            names[version] = name
        last = {
            row[0]: row[1]
            for row in Provision.objects.filter(kind=structure.ARTICLE, version__in=list(texts))
            .order_by("version_id", "-number")
            .distinct("version_id")
            .values_list("version_id", "number")
        }
        out = cls()
        for version, rows in texts.items():
            out.put(version, names[version], [r for r in rows if clauses.closing(r[0], last[version])])
        for version, name in Version.objects.filter(act__name__contains="关于废止").values_list("pk", "act__name"):
            out.put(version, name, [], keep=True)
        return out

    def put(self, version: int, name: str, closing: Iterable[tuple[int, int, str]], *, keep: bool = False) -> list[str]:
        """Note the clauses of one version; returns the acts that they end."""
        found = clauses.of_articles(closing, name) + clauses.of_title(name)
        if keep:
            found = [*self.of.get(version, ()), *found]
        if found:
            self.of[version] = found
        else:
            self.of.pop(version, None)
        return [clause.ended for clause in found]

    def by_act(self, versions: dict[int, Version]) -> dict[str, list[tuple[date, str, bool]]]:
        """For each act named: days on which it ends, by which article, and whether that article itself states the day.
        `versions` must hold the citing ones."""
        out: dict[str, list[tuple[date, str, bool]]] = defaultdict(list)
        for pk, found in self.of.items():
            version = versions.get(pk)
            if version is None:
                continue
            for clause in found:
                day = clause.day or _start(version)
                if day is not None:
                    said = Locator(version.act.name, "", clause.number, clause.inserted).short
                    out[clause.ended].append((day, said, clause.day is not None))
        return {name: sorted(days) for name, days in out.items()}


def _start(version: Version) -> date | None:
    """The first day of the act's first text: an amended text repeats the clauses of the first one."""
    first = clauses.first_day(version.history)
    if first and version.promulgated and first < version.promulgated - timedelta(days=60):
        return first
    return version.since


def settle(acts: Sequence[int] | None, ends: Ends) -> int:
    """Compute labels and periods of the versions of these acts (of all when None). Returns how many rows changed."""
    rows = Version.objects.select_related("act").defer("text")
    citing = {v.pk: v for v in rows.filter(pk__in=list(ends.of))}
    if acts is not None:
        rows = rows.filter(act__in=acts)
    found: dict[int, list[Version]] = defaultdict(list)
    for version in rows:
        found[version.act_id].append(citing.setdefault(version.pk, version))
    before = {v.pk: _state(v) for some in found.values() for v in some}
    for some in found.values():
        _start_days(some)
    ended = ends.by_act(citing)
    for some in found.values():
        act = some[0].act
        _periods(some, ended.get(act.name, []) or ended.get(act.full, []) or succession.ends(act.name, act.full))
        labels(some)
    changed = [v for some in found.values() for v in some if _state(v) != before[v.pk]]
    _write(changed, before)
    return len(changed)


def _state(version: Version) -> tuple[object, ...]:
    return tuple(getattr(version, "following_id" if f == "following" else f) for f in FIELDS)


def _start_days(some: Sequence[Version]) -> None:
    for version in some:
        begins = version.effective
        if begins and version.promulgated and begins < version.promulgated:
            begins = None
        version.since = begins or version.promulgated


def _periods(some: list[Version], repeals: Sequence[tuple[date, str, bool]]) -> None:
    """Ends and followers of the versions of one act, whose first days are known."""
    some.sort(key=lambda v: (v.since or date.min, v.promulgated or date.min, v.pk))
    for at, version in enumerate(some):
        version.ended, version.ended_why, version.ended_by, version.following = None, "", "", None
        after = next((v for v in some[at + 1 :] if v.since is not None), None)
        if after is not None:
            version.ended, version.ended_why, version.following = after.since, Version.SUPERSEDED, after
        elif version.source_end and (version.since is None or version.source_end >= version.since):
            version.ended, version.ended_why = version.source_end, Version.REPEALED
        for day, said, stated in repeals:
            if not stated and after is None and version.source_end and version.source_end > day:
                day = version.source_end  # the citing text does not say from when; the table does
            if version.since is not None and version.since >= day:
                continue
            if after is not None and (after.since is None or day >= after.since):
                break
            version.ended, version.ended_why, version.ended_by = day, Version.REPEALED, said[:300]
            version.following = None
            break


def labels(some: Sequence[Version]) -> None:
    """The year of promulgation (else of commencement); the day where two share a year."""
    years: dict[str, list[Version]] = defaultdict(list)
    for version in some:
        day = version.promulgated or version.effective
        years[str(day.year) if day else NO_DAY].append(version)
    for year, same in years.items():
        taken: set[str] = set()
        for version in sorted(same, key=lambda v: v.pk):
            day = version.promulgated or version.effective
            label = year if len(same) == 1 or day is None else day.isoformat()
            number = 2
            while label in taken:
                label = f"{label.split('~')[0]}~{number}"
                number += 1
            taken.add(label)
            version.label = label


def _write(changed: list[Version], before: dict[int, tuple[object, ...]]) -> None:
    moving = [v for v in changed if v.label != before[v.pk][0]]
    taken = {(v.act_id, before[v.pk][0]) for v in changed}
    clash = [v for v in moving if (v.act_id, v.label) in taken]
    if clash:  # labels change places: free them first, the constraint is checked row by row
        Version.objects.filter(pk__in=[v.pk for v in clash]).update(label=_temporary())
    Version.objects.bulk_update(changed, FIELDS, batch_size=400)


def _temporary() -> object:
    from django.db.models import CharField, Value
    from django.db.models.functions import Cast, Concat

    return Concat(Value("~"), Cast("pk", CharField()))


def from_amendments() -> int:
    """First days of amended texts whose source gives none: the day on which the amendment named last in their history
    took effect, where the library holds it as an act of its own (刑法修正案（十二）). Returns how many changed."""
    import re

    starts: dict[str, date] = {}
    for name, full, since in Version.objects.filter(since__isnull=False).values_list("act__name", "act__full", "since"):
        if since is None:
            continue
        starts[name] = max(since, starts.get(name, since))
        starts[full] = starts[name]
    changed = []
    for version in (
        Version.objects.filter(effective__isnull=True).exclude(history=[]).select_related("act").defer("text")
    ):
        titles = re.findall(r"《((?:[^《》]|《[^《》]*》)*)》", version.history[-1])
        begins = starts.get(titles[-1]) if titles else None
        if begins is None or version.promulgated is None or titles[-1] in (version.act.name, version.act.full):
            continue
        if version.promulgated <= begins <= version.promulgated + timedelta(days=1100):
            version.effective, version.effective_source = begins, "amendment"
            changed.append(version)
    Version.objects.bulk_update(changed, ["effective", "effective_source"], batch_size=400)
    return len(changed)


def names_to_acts(names: Iterable[str]) -> list[int]:
    """Primary keys of the acts of these names."""
    wanted = list(names)
    found = Act.objects.filter(name__in=wanted).values_list("pk", flat=True)
    return list(found)
