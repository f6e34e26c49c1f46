"""修法影响: what an amendment touches. Everything that cites a changed article becomes a line of a work list with an owner.

Two kinds of things cite law: what the platform declares (procedures, templates, cards, interviews ...; `citing`) and the
other acts of the library (`models.Reference`). A line says which of the cited articles changed and how; whether the thing
has to change is for its owner to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.law import citations, citing
from xiezhi.kernel.law.compare import CHANGED, MOVED, REMOVED, Comparison, compare
from xiezhi.kernel.law.models import ChangeItem, Reference, Version
from xiezhi.kernel.law.models import Provision as ProvisionRow
from xiezhi.kernel.law.structure import Heading, Provision

__all__ = ["ACTS", "Touched", "changed_places", "close", "compared", "of", "start"]

ACTS = "法规条文"
"""Kind of a line about another act of the library that cites a changed article."""
REPEALED = "repealed"
OWNER_OF_ACTS = "法规制定和备案审查"


@dataclass(frozen=True)
class Touched:
    """One thing that cites articles which changed: `places` are (article, inserted, what happened, article now, inserted
    now), numbered as in the version before. `whole`: it cites the act as a whole only."""

    kind: str
    key: str
    label: str
    address: str
    citation: str
    owner: str
    places: tuple[tuple[int, int, str, int, int], ...] = ()
    whole: bool = False


@dataclass
class _Change:
    names: frozenset[str]
    places: dict[tuple[int, int], tuple[str, int, int]] = field(default_factory=dict)
    repealed: bool = False

    def of(self, article: int, inserted: int) -> tuple[int, int, str, int, int] | None:
        if self.repealed:
            return (article, inserted, REPEALED, 0, 0)
        what = self.places.get((article, inserted))
        return None if what is None else (article, inserted, *what)


def provisions(version: Version) -> list[Provision]:
    """The provisions of a version as plain structure."""
    return [
        Provision(
            row.kind,
            row.text,
            row.number,
            row.inserted,
            tuple(Heading(kind, number, title, inserted) for kind, number, inserted, title in row.path),
            row.title,
            row.effective,
        )
        for row in ProvisionRow.objects.filter(version=version).order_by("seq")
    ]


def compared(before: Version, after: Version) -> Comparison:
    """The comparison of two stored versions."""
    return compare(provisions(before), provisions(after))


def changed_places(comparison: Comparison) -> dict[tuple[int, int], tuple[str, int, int]]:
    """Articles of the old text that are not the same in the new: what happened and where they stand now."""
    out: dict[tuple[int, int], tuple[str, int, int]] = {}
    for row in comparison.of(CHANGED, MOVED, REMOVED):
        if row.old is not None and row.old.number:
            there = row.new or row.kin
            now = (there.number, there.inserted) if there else (0, 0)
            out[row.old.number, row.old.inserted] = (row.kind, *now)
    return out


def _change(before: Version, after: Version | None) -> _Change:
    act = before.act
    names = frozenset({act.name, act.full, *act.aliases})
    if after is None:
        return _Change(names, repealed=True)
    return _Change(names, changed_places(compared(before, after)))


def of(before: Version, after: Version | None) -> list[Touched]:
    """Everything that cites an article of `before` which `after` changed, renumbered or removed; with `after` None the act
    was repealed and everything that cites it is touched. Things that cite the act as a whole are told last."""
    change = _change(before, after)
    found = [*_declared(change), *_acts(before, change)]
    return sorted(found, key=lambda t: (t.whole, t.kind, t.key))


def _declared(change: _Change) -> Iterator[Touched]:
    for cited in citing.everything():
        try:
            places = citations.places(cited.citation)
        except citations.CitationError:
            continue  # `xiezhi check` and the tests of each source refuse citations that cannot be read
        own = [(article, inserted) for title, article, inserted in places if title in change.names]
        if not own:
            continue
        hit = tuple(h for h in dict.fromkeys(change.of(*place) for place in own if place[0]) if h)
        whole = not hit and all(not article for article, _ in own)
        if hit or whole:
            yield Touched(
                cited.kind, cited.key, cited.label, cited.address, cited.citation, cited.owner, hit, whole=whole
            )


def _acts(before: Version, change: _Change) -> Iterator[Touched]:
    """Other acts in force that cite a changed article: one line an act, with all its places."""
    today = clock.today()
    rows = (
        Reference.objects.filter(to_act=before.act, article__gt=0)
        .exclude(provision__version__act=before.act)
        .select_related("provision__version__act")
        .order_by("provision__version_id", "provision__seq", "start")
    )
    lines: dict[int, tuple[Version, list[str], dict[tuple[int, int, str, int, int], None]]] = {}
    for row in rows.iterator(chunk_size=2000):
        version = row.provision.version
        if not version.in_force(today):
            continue
        last = max(row.until, row.article)
        hits = [h for n in range(row.article, last + 1) if (h := change.of(n, row.inserted if n == row.article else 0))]
        if hits:
            _, wheres, places = lines.setdefault(version.pk, (version, [], {}))
            if (where := row.provision.locator.place) and where not in wheres:
                wheres.append(where)
            places.update(dict.fromkeys(hits))
    for version, wheres, places in lines.values():
        shown = "、".join(wheres[:12]) + ("等" if len(wheres) > 12 else "")
        yield Touched(
            ACTS,
            f"{version.act.name}/{version.label}",
            f"《{version.act.name}》{shown}",
            version.locator.path,
            f"《{version.act.name}》{shown}",
            OWNER_OF_ACTS,
            tuple(places),
        )


def start(before: Version, after: Version | None) -> int:
    """Write the work list of an amendment or repeal; returns how many lines are new. What was decided on a line stays;
    running it again adds only what cites the act since."""
    rows = [
        ChangeItem(
            before=before,
            after=after,
            kind=touched.kind,
            key=touched.key[:300],
            label=touched.label[:400],
            address=touched.address[:400],
            citation=touched.citation[:600],
            places=[list(p) for p in touched.places],
            owner=touched.owner[:80],
        )
        for touched in of(before, after)
    ]
    with transaction.atomic():
        known = ChangeItem.objects.filter(before=before, after=after).count()
        ChangeItem.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        return ChangeItem.objects.filter(before=before, after=after).count() - known


def close(item: ChangeItem, state: str, by: str, note: str = "") -> None:
    """Say of a line that the thing was changed (DONE), may stay (KEPT), or is open again (OPEN). Raises ValueError for
    another state and for KEPT without a reason."""
    if state not in (ChangeItem.OPEN, ChangeItem.DONE, ChangeItem.KEPT):
        raise ValueError(f"no such state: {state}")
    if state == ChangeItem.KEPT and not note.strip():
        raise ValueError("请写明为什么不用改")
    item.state, item.note = state, note.strip()
    item.closed_at, item.closed_by = (None, "") if state == ChangeItem.OPEN else (clock.now(), by)
    item.save(update_fields=["state", "note", "closed_at", "closed_by"])
