"""补贴发放: calculated by the platform, listed by month, approved by the head, exported, paid (法律援助法 第52条)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet, Sum

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import selectors as matters
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused, View, as_date
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit

from .codes import KINDS
from .follow import lines_of
from .models import AidCase, PaymentList, SubsidyItem, SubsidyRate
from .subsidy import KIND_OF, TAX_NOTE, Done, Rate, Result, calculate, default_rates

__all__ = [
    "HEADERS", "Travel", "approve_list", "calculate_matter", "done_of", "fix", "listable", "make_list", "pay_list", "rates", "set_rate",
    "table", "to_csv", "to_xlsx",
]  # fmt: skip

TRAVEL_TITLES = ("公务路程（每公里）", "异地办案（每日）", "凭票直接费用")
HEADERS = ("序号", "案号", "事项", "承办人员", "执业机构", "金额（元）", "计算")


def rates(prov_id: int | None) -> list[Rate]:
    """Rates of a province; its own where it set any for a kind and stage, else the platform's."""
    rows = SubsidyRate.objects.filter(Q(province_id=prov_id) | Q(province__isnull=True))
    own = [Rate(r.kind, r.stage, r.valid_from, r.amount, r.basis) for r in rows]
    known = {(r.kind, r.stage) for r in own}
    return own + [r for r in default_rates() if (r.kind, r.stage) not in known]


def set_rate(
    prov_id: int | None, kind: str, stage: str, valid_from: date, amount: Decimal, *, basis: str, by: str
) -> SubsidyRate:
    """A new amount from a day on; matters that ended before keep the old one. Raises Refused."""
    if amount < 0:
        raise Refused([Problem("NEGATIVE", "补贴标准不能小于零", "amount")])
    row, created = SubsidyRate.objects.get_or_create(
        province_id=prov_id, kind=kind, stage=stage, valid_from=valid_from,
        defaults={"amount": amount, "basis": basis, "set_by": by},
    )  # fmt: skip
    if not created:
        raise Refused([Problem("KNOWN", "该日起的标准已经设定，如需更改请另定一个日期", "valid_from")])
    return row


@dataclass(frozen=True)
class Travel:
    """What an officer adds from the provider's vouchers, and the stages where there were several."""

    kilometers: Decimal = Decimal(0)
    days_away: int = 0
    expenses: Decimal = Decimal(0)
    stages: tuple[str, ...] = ()


def done_of(view: View, case: AidCase, travel: Travel | None = None) -> Done:
    """What was done in a matter, from its history and what the officer adds."""
    facts, travel = view.facts, travel or Travel()
    on = as_date(facts.get("ended_on")) or as_date(facts.get("terminated_on")) or view.events[-1].on
    stages = travel.stages
    if not stages and case.kind == "CRIMINAL" and facts.get("stage"):
        stages = (str(facts["stage"]),)
    if not stages and case.kind == "LABOR":
        stages = ("ARBITRATION",)
    shared = int(facts.get("appointments") or 1)
    return Done(
        case.kind, on, stages, case.recipients, begun=view.has("met"), kilometers=travel.kilometers,
        days_away=travel.days_away, expenses=travel.expenses,
        share=Decimal(1) if shared <= 1 or view.has("ended") else Decimal("0.5"),
    )  # fmt: skip


def calculate_matter(matter: Matter, travel: Travel | None = None) -> Result:
    """The subsidy of one matter as it stands, with its steps; nothing is stored."""
    state = matters.matter_state(matter)
    case = AidCase.objects.get(pk=matter.pk)
    return calculate(done_of(state.view, case, travel), rates(matter.prov_id))


def fix(matter: Matter, actor: Actor, *, travel: Travel | None = None, at: datetime | None = None) -> SubsidyItem:
    """核定: fire the event with the amount the rates give. Raises Refused, also where a rate is missing."""
    at = at or wall.now()
    result = calculate_matter(matter, travel)
    if result.missing:
        raise Refused(
            [Problem("NO_RATE", f"没有补贴标准：{'、'.join(result.missing)}，请先设定", "amount", "法律援助法 第52条")]
        )
    case = AidCase.objects.get(pk=matter.pk)
    own = KIND_OF.get(case.kind, "CIVIL_CASE")
    away = sum((x.amount for x in result.lines if x.title in TRAVEL_TITLES), Decimal(0))
    items = [{"item": own, "amount": f"{result.amount - away:.2f}", "count": 1}]
    if away:
        items.append({"item": "TRAVEL", "amount": f"{away:.2f}", "count": 1})
    bases = sorted({x.basis for x in result.lines if x.basis})
    data: dict[str, Any] = {"amount": f"{result.amount:.2f}", "items": items}
    if bases:
        data["standard_no"] = "；".join(bases)[:100]
    with lines_of(result.as_json()):
        procedures.fire_event(matter.pk, "subsidy_calculated", actor, data, at=at)
    return SubsidyItem.objects.filter(matter=matter).latest("made_at")


def listable(agency_id: int) -> QuerySet[SubsidyItem]:
    """Items fixed and not on any list, the most urgent first."""
    return (
        SubsidyItem.objects.filter(matter__handling_unit_id=agency_id, listed__isnull=True, amount__gt=0)
        .select_related("matter__legal_aid", "provider__person", "provider__firm__organization").order_by("due_on", "id")
    )  # fmt: skip


@transaction.atomic
def make_list(agency: Unit, month: date, actor: Actor, *, at: datetime | None = None) -> PaymentList:
    """Put every fixed item on a list of the month. Raises Refused when there is none."""
    at = at or wall.now()
    rows = list(listable(agency.pk).select_for_update(of=("self",)))
    if not rows:
        raise Refused([Problem("NOTHING", "没有已核定、未列表的补贴", "")])
    month = month.replace(day=1)
    last = PaymentList.objects.filter(agency=agency, month=month).aggregate(n=Max("number"))["n"] or 0
    try:
        with transaction.atomic():
            made = PaymentList.objects.create(
                agency=agency,
                month=month,
                number=last + 1,
                made_by=actor.ref,
                made_at=at,
                total=sum(r.amount for r in rows),
            )
    except IntegrityError as error:
        raise Refused([Problem("CHANGED_MEANWHILE", "另一位同事刚刚编制了发放表，请刷新查看", "")]) from error
    SubsidyItem.objects.filter(pk__in=[r.pk for r in rows]).update(listed=made)
    return made


@transaction.atomic
def approve_list(pk: int, actor: Actor, *, at: datetime | None = None) -> PaymentList:
    """The head approves; whoever made the list cannot. Raises Refused."""
    found = PaymentList.objects.select_for_update().get(pk=pk)
    if found.state != PaymentList.OPEN:
        raise Refused([Problem("WRONG_STATE", "这份发放表已经批准", "")])
    if found.made_by == actor.ref:
        raise Refused([Problem("TWO_PEOPLE", "编制人不能批准自己编制的发放表，请由机构负责人批准", "")])
    total = found.items.aggregate(t=Sum("amount"))["t"] or Decimal(0)
    if total != found.total:
        raise Refused([Problem("CHANGED_MEANWHILE", "合计与各项不一致，请重新编制", "")])
    found.state, found.approved_by, found.approved_at = PaymentList.APPROVED, actor.ref, at or wall.now()
    found.save(update_fields=["state", "approved_by", "approved_at"])
    return found


def pay_list(pk: int, actor: Actor, paid_on: date, *, at: datetime | None = None) -> tuple[PaymentList, list[str]]:
    """Record the payment: every matter of the list by its own event. Returns the list and what could not be recorded.

    Each matter is one transaction; running it again records only what is left.
    """
    at = at or wall.now()
    found = PaymentList.objects.get(pk=pk)
    if found.state == PaymentList.OPEN:
        raise Refused([Problem("WRONG_STATE", "发放表还没有批准", "")])
    if paid_on > at.date() or (found.approved_at and paid_on < found.approved_at.astimezone(wall.SHANGHAI).date()):
        raise Refused([Problem("ORDER", "支付日应当在批准之后、今天以前", "paid_on")])
    refused = []
    for item in found.items.select_related("matter__legal_aid").order_by("id"):
        if item.matter.legal_aid.paid_on is not None:
            continue
        try:
            procedures.fire_event(
                item.matter_id, "subsidy_paid", actor, {"paid_on": paid_on.isoformat()}, on=paid_on, at=at,
                request_key=f"aid-paid:{item.pk}",
            )  # fmt: skip
        except Refused as error:
            refused.append(f"{item.matter.number}：{error}")
    if not refused:
        PaymentList.objects.filter(pk=pk).update(state=PaymentList.PAID, paid_on=paid_on)
        found.refresh_from_db()
    return found, refused


def table(found: PaymentList) -> Iterator[Sequence[Any]]:
    """Rows of a list without its heading; the matter by number and type, no recipient."""
    rows = found.items.select_related("matter__legal_aid", "provider__person", "provider__firm__organization").order_by(
        "id"
    )
    for n, item in enumerate(rows, 1):
        steps = "；".join(f"{s['title']} {s['quantity']}×{s['rate']}" for s in item.lines)
        firm = item.provider.firm.organization.name if item.provider.firm else item.provider.get_kind_display()
        kind = KINDS.get(item.matter.legal_aid.kind, "")
        yield n, item.matter.number, kind, item.provider.person.name, firm, item.amount, steps


def to_csv(found: PaymentList) -> bytes:
    """The list as CSV that spreadsheet programs open in Chinese; cells never begin like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for row in table(found):
        writer.writerow([_plain(v) for v in row])
    writer.writerow(["合计", "", "", "", "", f"{found.total:.2f}", TAX_NOTE])
    return ("\ufeff" + out.getvalue()).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def to_xlsx(found: PaymentList) -> bytes:
    """The list as a workbook with a heading, a total and the note on taxes."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "补贴发放表"
    sheet.append([f"{found.agency.name} {found.month:%Y年%m月}法律援助补贴发放表（第{found.number}批）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADERS))
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=14), Alignment(horizontal="center")
    sheet.append(HEADERS)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for row in table(found):
        sheet.append([_plain(v) if not isinstance(v, Decimal) else v for v in row])
    sheet.append(["合计", None, None, None, None, found.total, TAX_NOTE])
    for column, width in zip("ABCDEFG", (6, 26, 14, 14, 30, 14, 60), strict=True):
        sheet.column_dimensions[column].width = width
    for cell in sheet["F"]:
        cell.number_format = "#,##0.00"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
