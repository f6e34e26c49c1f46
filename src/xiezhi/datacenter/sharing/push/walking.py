"""A person's correction or deletion on the receiver's side of a push: taken note of, carried out over all copies here, receipted.

A sender disposes of what it sent, of nothing else: rows that never came through its inbox are not touched, and rows that
this deployment also holds from a source of its own are left to a decision made here; the receipt says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from xiezhi.datacenter.lake import duck
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind
from xiezhi.datacenter.standards import copies
from xiezhi.datacenter.standards import declare as standards
from xiezhi.datacenter.standards.copies import Change, Holder
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.sealing import seal, unseal

from ..models import Inbox, InboxRefused, InboxRight
from . import receipts

__all__ = ["HOLDER", "find", "take", "walk"]

SEAL = "push.right"
MOST = 10_000
_REQUEST = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")


def take(inbox: Inbox, said: Mapping[str, Any]) -> dict[str, Any]:
    """Note a request; the receipt where it is carried out. Raises receiving.Bad."""
    from ..tasks import walk_right
    from .receiving import Bad

    request, deletes, rows, values = said.get("request"), said.get("deletes"), said.get("rows"), said.get("values")
    if not isinstance(request, str) or not _REQUEST.fullmatch(request) or not isinstance(deletes, bool):
        raise Bad("BAD_REQUEST", "请求编号或者种类不对")
    if (
        not isinstance(rows, list)
        or not 0 < len(rows) <= MOST
        or not all(isinstance(r, str) and len(r) <= 64 for r in rows)
    ):
        raise Bad("BAD_DATA", f"请给出1至{MOST}个行标识")
    columns = set(inbox.wanted) - {"row_id"}  # type: ignore[attr-defined]
    right = values if isinstance(values, dict) else {}
    if (
        deletes == bool(right)
        or not set(right) <= columns
        or not all(v is None or isinstance(v, str) for v in right.values())
    ):
        raise Bad("BAD_DATA", "更正要有推送流里的数据项和正确的值，删除没有值")
    with transaction.atomic():
        known, made = InboxRight.objects.get_or_create(
            inbox=inbox, request=request,
            defaults={
                "deletes": deletes, "rows": rows, "values": seal(right, context=SEAL) if right else None, "at": clock.now(),
            },
        )  # fmt: skip
        if not made and (known.deletes, known.rows) != (deletes, rows):
            raise Bad("OTHER_CONTENT", "同一请求编号的内容与以前不同")
        if made:
            walk_right.defer(right=known.pk)
    return {"receipt": known.receipt} if known.done_at else {"pending": True}


def _raw(inbox: Inbox) -> Any:
    from xiezhi.datacenter.lake import tables

    found = tables.get(inbox.lake_name)
    return found if found.exists() else None


def _listed(row_ids: Iterable[str]) -> str:
    return ", ".join(map(duck.text, row_ids))


def _entries(inbox: Inbox, row_ids: Iterable[str]) -> list[str]:
    """Entries of these rows in the inbox, earlier states too, by row id."""
    raw, listed = _raw(inbox), _listed(row_ids)
    if raw is None or not listed:
        return []
    with duck.connect(memory="512MB", threads=1) as con:
        return [str(r) for (r,) in con.execute(f"SELECT row_id FROM {raw.sql()} WHERE row_id IN ({listed})").fetchall()]


def _own(inbox: Inbox, row_ids: list[str]) -> list[str]:
    """Rows that stand in the standard base from another source than this inbox."""
    from xiezhi.datacenter.lake import tables

    table = tables.get(standards.tables.get(inbox.table).lake_name)
    if not row_ids or not table.exists():
        return []
    source = (
        "AND _source IS DISTINCT FROM " + duck.text(inbox.lake_name.removeprefix("raw."))
        if "_source" in table.columns()
        else ""
    )
    with duck.connect(memory="512MB", threads=1) as con:
        sql = f"SELECT row_id FROM {table.sql()} AS o WHERE row_id IN ({_listed(row_ids)}) {source}"
        return sorted(str(r) for (r,) in con.execute(sql).fetchall())


def _erase(inbox: Inbox, row_ids: Iterable[str]) -> int:
    ids = list(row_ids)
    raw = _raw(inbox)
    InboxRefused.objects.filter(inbox=inbox, row_id__in=ids).delete()
    return int(raw.delete_rows(ids, reason="right")) if raw is not None and _entries(inbox, ids) else 0


def _wrong(inbox: Inbox, row_ids: list[str], values: Mapping[str, str | None]) -> int:
    """Rows of the inbox that do not yet have the right values: their batch has not come, or was refused."""
    from .receiving import current_sql

    raw = _raw(inbox)
    tests = [
        f"{duck.quote(n)} IS DISTINCT FROM {'NULL' if v is None else duck.text(v)}"
        for n, v in values.items()
        if raw is not None and n in raw.columns()
    ]
    if not row_ids or not tests:
        return 0
    with duck.connect(memory="512MB", threads=1) as con:
        sql = (
            f"SELECT count(*) FROM {current_sql(inbox)} WHERE row_id IN ({_listed(row_ids)}) AND ({' OR '.join(tests)})"
        )
        return int(con.execute(sql).fetchone()[0])


def _superseded(right: InboxRight, columns: set[str]) -> set[str]:
    """Rows about which a later request of the same sender says otherwise: they are left to that one."""
    found: set[str] = set()
    for later in InboxRight.objects.filter(inbox=right.inbox, pk__gt=right.pk):
        named = (
            unseal(later.values, context=SEAL) if later.values else later.receipt.get("content", {}).get("columns", [])
        )
        if later.deletes or columns & set(named):
            found |= set(later.rows)
    return found


def walk(pk: int) -> bool:
    """Carry out a request over all copies of this deployment and make its receipt. Safe to repeat after a death; False where it
    is done already. Raises Stopped where a copy remains or the right values have not come yet."""
    right = InboxRight.objects.select_related("inbox", "inbox__sender").get(pk=pk)
    if right.done_at is not None:
        return False
    inbox = right.inbox
    with runs.start(Kind.ERASE, f"push-{right.pk}") as job:
        if right.here is None:
            right.here = sorted(set(_entries(inbox, right.rows)))
            right.own = _own(inbox, right.here)
            right.save(update_fields=["here", "own"])
        values = unseal(right.values, context=SEAL) if right.values else {}
        mine = list(right.here)
        if right.deletes:
            right.touched += _erase(inbox, mine)
        else:
            later = _superseded(right, set(values))
            mine = [r for r in mine if r not in later]
        if _wrong(inbox, mine, values):
            raise runs.Stopped("更正后的数据还没有收到，或者没有通过核验，收到后再处理。")
        # The request is named after its sender: no sender can use the number of a request made here.
        change = Change(
            inbox.table, tuple(r for r in mine if r not in right.own), values, f"{inbox.sender.code}/{right.request}",
        )  # fmt: skip
        holders = sorted((h for h in copies.HOLDERS.values() if h is not HOLDER), key=lambda h: (h.order, h.key))
        if change.row_ids:
            job.stage("处理副本", total=len(holders))
            for holder in holders:
                right.touched += holder.apply(change)
                right.save(update_fields=["touched"])
                job.advance()
        job.stage("核对")
        left = {h.title: n for h in holders if change.row_ids and (n := h.remains(change))}
        if right.deletes and (n := len(_entries(inbox, right.here))):
            left[HOLDER.title] = n
        if left:
            raise runs.Stopped(f"还有副本没有处理完：{'、'.join(left)}。")
        now = clock.now()
        content = {
            "flow": inbox.flow, "table": inbox.table, "request": right.request, "deletes": right.deletes, "asked": len(right.rows),
            "here": len(right.here), "own": len(right.own), "touched": right.touched, "remains": 0, "columns": sorted(values), "at": now.isoformat(),
        }  # fmt: skip
        with transaction.atomic():
            right.receipt, right.done_at, right.values = receipts.signed(content), now, None
            right.save(update_fields=["receipt", "done_at", "values", "touched"])
            ledger.append(
                "push.right", content | {"sender": inbox.sender_id, "holders": [h.key for h in holders]},
                object_type="sharing.inboxright", object_id=str(right.pk),
            )  # fmt: skip
        job.count(rows_out=right.touched)
    return True


def find(person: Person) -> Iterable[tuple[str, str]]:
    """Rows of a person that others pushed here, so that a request made here reaches them."""
    if not person.id_no:
        return
    number = duck.text(str(person.id_no).upper())
    for inbox in Inbox.objects.order_by("pk"):
        raw = _raw(inbox)
        column = standards.tables.get(inbox.table).person.get("id_no") if inbox.table in standards.tables else None
        if raw is None or not column or column not in raw.columns():
            continue
        with duck.connect(memory="512MB", threads=1) as con:
            sql = f"SELECT DISTINCT row_id FROM {raw.sql()} WHERE {duck.quote(column)} = {number}"
            for (row_id,) in con.execute(sql).fetchall():
                yield inbox.table, str(row_id)


def _apply(change: Change) -> int:
    """A deletion decided here. A correction leaves what was sent as it is: it is the record of what the sender said."""
    inboxes = Inbox.objects.filter(table=change.table) if change.deletes else ()
    return sum(_erase(inbox, change.row_ids) for inbox in inboxes)


def _remains(change: Change) -> int:
    inboxes = Inbox.objects.filter(table=change.table) if change.deletes else ()
    return sum(len(_entries(inbox, change.row_ids)) for inbox in inboxes)


HOLDER = Holder("push.inbox", "收到的推送数据", _apply, _remains, order=12)
