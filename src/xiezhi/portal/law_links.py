"""Where the citations in a text lead: the stored references of a version, in one statement."""

from __future__ import annotations

from xiezhi.kernel.law import index
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.kernel.law.models import Reference, Version
from xiezhi.portal.law_text import Link

__all__ = ["of_version"]


def of_version(version: Version, provision: int | None = None) -> dict[int, list[Link]]:
    """Links by provision, in the order of the text, not overlapping; only citations that lead somewhere. `provision`
    narrows to one."""
    rows = (
        Reference.objects.filter(provision__version=version).select_related("to_act").order_by("provision_id", "start")
    )
    if provision is not None:
        rows = rows.filter(provision=provision)
    out: dict[int, list[Link]] = {}
    last = (0, 0)
    for row in rows:
        address = _address(row, version)
        if not address or (row.provision_id == last[0] and row.start < last[1]):
            continue
        last = (row.provision_id, row.end)
        out.setdefault(row.provision_id, []).append((row.start, row.end, address))
    return out


def _address(row: Reference, version: Version) -> str:
    if row.state in ("unknown_act", "no_article"):
        return ""
    own = row.to_act_id == version.act_id
    known = index.acts().get(row.act_name)
    name = row.to_act.name if row.to_act else known.title if known else ""
    if not name:
        return ""
    try:
        # Within an act the reader stays in the version being read; elsewhere the law in force is shown.
        return Locator(name, version.label if own else "", row.article, row.inserted, row.paragraph, row.item).path
    except BadIdentifier:
        return ""
