"""推送流: declared and changed here; what a flow may carry is checked against the standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from xiezhi.datacenter.exchange.declare import RANK
from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.ledger import services as ledger

from ..models import Direction, PushFlow

__all__ = ["ALWAYS", "PURPOSES", "FlowError", "columns_of", "declare", "interface_of"]

ALWAYS = ("row_id", "division", "updated_at")
"""Columns every flow carries: whose row, and by what it is reconciled."""
MOST_GRADE = 4
"""L4; important data never leave by a flow (platform.md 3.6)."""
SCHEDULES = ("每小时", "每日", "每周", "每月", "手动")
PURPOSES = {Direction.UP: "REPORT", Direction.DOWN: "RETURN"}


class FlowError(ValueError):
    """The flow cannot be so; the text is shown to people as it is."""


def interface_of(table: str) -> str:
    """The receiver's interface for rows of a table."""
    return f"push_{table}"


def columns_of(flow: PushFlow) -> list[str]:
    """Columns that are sent, in order."""
    return list(dict.fromkeys((*ALWAYS, *flow.fields)))


def _checked(
    table: str, fields: Sequence[str], where: Mapping[str, Sequence[str]], grade: str, basis: str, schedule: str
) -> None:
    if table not in standards.tables:
        raise FlowError(f"没有名为“{table}”的标准表。")
    declared = standards.tables.get(table)
    known = {c.name for c in declared.all_columns}
    if unknown := [n for n in (*fields, *where) if n not in known]:
        raise FlowError(f"“{declared.title}”没有这些数据项：{'、'.join(unknown)}。")
    if not fields:
        raise FlowError("请至少选择一个数据项。")
    if not basis.strip():
        raise FlowError("请写明推送的法律依据。")
    if schedule not in SCHEDULES:
        raise FlowError(f"频次只能是{'、'.join(SCHEDULES)}。")
    if grade not in ("L1", "L2", "L3", "L4"):
        raise FlowError("分级只能是L1至L4。")
    most = min(int(grade[1]), MOST_GRADE)
    if above := [n for n in fields if RANK[declared.level_of(n)] > most]:
        raise FlowError(f"这些数据项高于推送流的分级{grade}：{'、'.join(declared.column(n).title for n in above)}。")
    for column, values in where.items():
        if not values or not all(isinstance(v, str) and v for v in values):
            raise FlowError(f"范围“{column}”的取值不能为空。")


@transaction.atomic
def declare(
    code: str, *, title: str, table: str, fields: Sequence[str], receiver: Any, basis: str,
    where: Mapping[str, Sequence[str]] | None = None, direction: str = Direction.UP, grade: str = "L3",
    schedule: str = "每日", known_as: str = "", active: bool = True, by: str = "",
) -> PushFlow:  # fmt: skip
    """Declare a flow, or change the one of this code: what left the scope is taken back at the receiver with the next push.
    Raises FlowError."""
    scope = {k: [str(v) for v in vs] for k, vs in (where or {}).items()}
    _checked(table, fields, scope, grade, basis, schedule)
    if direction == Direction.DOWN and "division" not in scope:
        raise FlowError("回流只给下级政府行政区域内的数据，请写明行政区划。")
    values = {
        "title": title, "table": table, "fields": list(fields), "where": scope, "receiver": receiver, "direction": direction,
        "grade": grade, "basis": basis, "schedule": schedule, "active": active, "known_as": known_as,
    }  # fmt: skip
    flow = PushFlow.objects.select_for_update().filter(code=code).first()
    if flow is not None and flow.table != table:
        raise FlowError("推送流的数据表不能改，请另设一个推送流。")
    if flow is None:
        flow = PushFlow(code=code)
    for name, value in values.items():
        setattr(flow, name, value)
    if direction not in Direction.values or len(code) > 40 or not code:
        raise FlowError("推送流的代码或者方向不对。")
    flow.save()
    ledger.append(
        "push.flow", {**{k: v for k, v in values.items() if k != "receiver"}, "code": code, "receiver": receiver.code, "by": by},
        object_type="sharing.pushflow", object_id=code,
    )  # fmt: skip
    return flow
