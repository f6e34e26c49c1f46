"""接收待处理: what of an old system did not come in, why, and what to do; one record corrected and tried again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.desk import export
from xiezhi.desk.administration.frame import Action, Cell, Page, Table, me, show
from xiezhi.desk.gate import SYSTEM, who
from xiezhi.kernel.access import purposes, reading
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.procedures import takeover_quarantine as quarantine
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.models import TakeoverMisfit, TakeoverRun
from xiezhi.kernel.units.services import UnitError

FILES = {"matters": "办件表", "events": "事件表", "parties": "当事人表", "documents": "文书表"}
SHOWN = 500


def _title(misfit: TakeoverMisfit) -> str:
    return f"{misfit.source} {misfit.source_key or _('（不属于任何办件）')}"


@guard(SYSTEM)
@require_GET
def misfits(request: HttpRequest) -> HttpResponse:
    """Everything that waits, by run; as CSV for the people who keep the old system. No personal data in either."""
    source = request.GET.get("source", "")
    found = quarantine.misfits(source)
    if request.GET.get("as") in ("csv", "xlsx"):
        head = (
            _("来源系统"),
            _("文件"),
            _("行"),
            _("来源编号"),
            _("字段"),
            _("代码"),
            _("原因"),
            _("处理办法"),
            _("已更正"),
        )
        body: list[Sequence[Any]] = [
            [m.source, m.file, m.row, m.source_key, m.field, m.code, m.reason, m.advice, "、".join(m.correction)]
            for m in found
        ]
        return export.answer((head, body), "接收待处理", request.GET["as"])
    rows: list[Sequence[Any]] = [
        (Cell(m.source_key or "—", reverse("desk:admin-takeover-one", args=[m.pk]), small=m.source),
         FILES.get(m.file, m.file), Cell(m.row, number=True), Cell(m.field or "—", small=m.code), m.reason, m.advice,
         Cell(_("已更正，等重新接收"), tone="amber") if m.correction else "")
        for m in found[:SHOWN]
    ]  # fmt: skip
    waiting = Table((_("来源编号"), _("文件"), _("行"), _("字段"), _("原因"), _("处理办法"), ""), rows, _("待处理"),
                    _("没有待处理的记录"))  # fmt: skip
    runs = Table((_("来源系统"), _("开始"), _("结束"), _("读入"), _("接收"), _("以前已接收"), _("来源有变化"), _("不符")), [
        (r.source, r.started_at, r.ended_at or _("没有完成"), *(Cell(n, number=True) for n in (r.read, r.taken, r.unchanged, r.changed,
         r.misfits))) for r in TakeoverRun.objects.order_by("-id")[:30]
    ], _("接收批次"), _("还没有接收过旧系统的数据"))  # fmt: skip
    sources = list(
        quarantine.misfits().order_by("source").values("source").annotate(n=Count("pk")).values_list("source", "n")
    )
    page = Page(
        _("旧系统接收"), "takeover", [waiting, runs], template="desk/admin/takeover.html",
        hint=_("不符的记录先留在这里，不会丢掉，也不会带着错误进来。能在这里改的逐件更正；要在来源改的导出后交来源单位。"),
        more={"source": source, "sources": sources, "total": found.count(), "shown": SHOWN},
    )  # fmt: skip
    return show(request, page)


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def misfit(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: every reason, its row as it was read (for a purpose, recorded), corrections, and one more try."""
    found = get_object_or_404(TakeoverMisfit.objects.select_related("run"), pk=pk)
    if found.resolved_at is not None and request.method == "GET":
        messages.info(request, _("这一条已经处理"))
        return HttpResponseRedirect(reverse("desk:admin-takeover"))
    together = (
        list(quarantine.misfits(found.source).filter(source_key=found.source_key)) if found.source_key else [found]
    )
    tables = [Table((_("文件"), _("行"), _("字段"), _("原因"), _("处理办法")), [
        (FILES.get(m.file, m.file), Cell(m.row, number=True), Cell(m.field or "—", small=m.code), m.reason, m.advice) for m in together
    ], _("不符之处"))]  # fmt: skip
    if found.correction:
        tables.append(Table((_("列"), _("改为"), _("更正人")), [
            (name, value, found.corrected_by) for name, value in found.correction.items()], _("已经更正的")))  # fmt: skip
    raw: list[Table] = []

    def reveal(r: HttpRequest, v: dict[str, Any]) -> HttpResponse:
        purposes.require("MAINTENANCE", v["why"])
        obj = reading.Object(
            "procedures.takeover", f"{found.source}/{found.source_key}"[:64], found.pk, found.source_key[:60]
        )
        reading.record_reading(who(r), "SHOW", obj, [], "MAINTENANCE", ["raw"], purpose_text=v["why"], request=r)
        raw.extend(_raw(found))
        return show(_as_get(r), _page(found, [*tables, *raw], actions))

    def correct(r: HttpRequest, v: dict[str, Any]) -> str:
        try:
            quarantine.correct(found, {row["column"].strip(): row["value"] for row in v["columns"]}, me(r).username)
        except ValueError as error:
            raise UnitError(str(error)) from None
        return _("已记下更正，再接收时用更正后的值")

    def retry(r: HttpRequest, v: dict[str, Any]) -> HttpResponse:
        try:
            left = quarantine.retry(found)
        except ValueError as error:
            raise UnitError(str(error)) from None
        if not left:
            messages.success(r, _("%(k)s已接收，成为一件办件") % {"k": found.source_key})
            return HttpResponseRedirect(reverse("desk:admin-takeover"))
        messages.error(r, _("还有%(n)d处不符，没有接收") % {"n": len(left)})
        fresh = quarantine.misfits(found.source).filter(source_key=found.source_key).first()
        return HttpResponseRedirect(reverse("desk:admin-takeover-one", args=[fresh.pk if fresh else found.pk]))

    actions: tuple[Action, ...] = ()
    if found.raw:
        names = tuple((n, n) for n in sorted(quarantine.raw_of(found).get("matter", {})) if not n.startswith("@"))
        columns = Field("columns", _("要改的列"), Kind.RECORDS, required=True, fields=(
            Field("column", _("列"), Kind.TEXT, required=True, max_length=60), Field("value", _("改为"), Kind.TEXT, max_length=2000),
        ))  # fmt: skip
        first = [
            {"column": m.field.removeprefix("data."), "value": ""} for m in together if m.file == "matters" and m.field
        ]
        actions = (
            Action("correct", _("更正办件表中的列"), correct, (columns,), _("记下更正"), icon="pencil", initial={"columns": first},
                   hint=_("办件表的列：%(c)s。事件、当事人、文书表里的错误请在来源改正。") % {"c": "、".join(n for n, _t in names)}),
            Action("retry", _("再接收这一件"), retry, (), _("再接收这一件"), icon="refresh",
                   hint=_("按现在的更正重新核对；符合的当场接收，不符合的留在这里。")),
            Action("reveal", _("查看原记录"), reveal, (Field("why", _("查看原因"), required=True, max_length=200),), icon="eye",
                   hint=_("原记录含个人信息，查看会记入查阅日志。")),
        )  # fmt: skip
    return show(request, _page(found, tables, actions))


def _page(found: TakeoverMisfit, tables: list[Table], actions: tuple[Action, ...]) -> Page:
    facts = [
        (_("来源系统"), found.source),
        (_("来源编号"), found.source_key or "—"),
        (_("接收批次"), found.run.started_at),
    ]
    return Page(
        _title(found), "takeover", tables, actions, facts=facts, crumb=(reverse("desk:admin-takeover"), _("旧系统接收"))
    )


def _raw(found: TakeoverMisfit) -> list[Table]:
    """The record as it was read: the matter's columns, then every row of its other files."""
    record = quarantine.raw_of(found)
    tables = [
        Table(
            (_("列"), _("值")),
            [(k, v) for k, v in record.get("matter", {}).items() if not k.startswith("@")],
            FILES["matters"],
        )
    ]
    for name in ("events", "parties", "documents"):
        rows = record.get(name, ())
        if rows:
            head = list(dict.fromkeys(k for _n, row in rows for k in row if not k.startswith("@")))
            tables.append(
                Table((_("行"), *head), [(n, *(row.get(k, "") for k in head)) for n, row in rows], FILES[name])
            )
    return tables


def _as_get(request: HttpRequest) -> HttpRequest:
    """The same request to be shown once more without running its action again."""
    request.method = "GET"
    return request
