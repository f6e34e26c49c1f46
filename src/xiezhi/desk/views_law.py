"""法规库 at the desk: what an amendment touches, errors the public reports, and what imports found odd."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.desk import export
from xiezhi.desk.administration.frame import Action, Cell, Page, Table, me, show
from xiezhi.desk.gate import LAW
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.law import impact, library
from xiezhi.kernel.law.identifiers import BadIdentifier, Locator
from xiezhi.kernel.law.models import ChangeItem, Import, ImportNote, TextReport, Version
from xiezhi.kernel.procedures.declare import Field, Kind

STATES = {
    ChangeItem.OPEN: ("待看", "amber"),
    ChangeItem.DONE: ("已修改", "green"),
    ChangeItem.KEPT: ("不用改", "plain"),
}
WHAT = {"changed": "有修改", "moved": "条号变动", "removed": "已删去", impact.REPEALED: "已废止"}
NOTE = Field("note", "说明", Kind.LONGTEXT, max_length=1000)
REASON = Field("note", "为什么不用改", Kind.LONGTEXT, required=True, max_length=1000)


def _pair(before: Version, after: Version | None) -> str:
    return f"《{before.act.name}》{before.label} → {after.label if after else _('废止')}"


def places(item: ChangeItem) -> str:
    """第30条有修改（现第33条）、第31条已删去."""
    out = []
    for article, inserted, what, now, now_inserted in item.places:
        old = Locator(item.before.act.name, "", article, inserted).place
        new = Locator(item.before.act.name, "", now, now_inserted).place if now else ""
        there = f"（现{new}）" if new and new != old else ""
        out.append(f"{old}{WHAT.get(what, what)}{there}")
    return "、".join(out) or _("引用整部法规")


@guard(LAW)
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Amendments and repeals with what of their work list is still open."""
    rows = (
        ChangeItem.objects.values("before", "after")
        .annotate(total=Count("id"), open=Count("id", filter=Q(state=ChangeItem.OPEN)), made=Max("made_at"))
        .order_by("-made")
    )
    page = Paginator(rows, 40).get_page(request.GET.get("page"))
    found = {
        v.pk: v
        for v in Version.objects.select_related("act")
        .defer("text")
        .filter(pk__in={k for r in page.object_list for k in (r["before"], r["after"]) if k})
    }
    table = Table(
        (_("修法"), _("施行"), _("还没看的"), _("共"), _("列出")),
        [
            (
                Cell(
                    _pair(found[r["before"]], found.get(r["after"])),
                    f"{reverse('desk:law-change', args=[r['before']])}?to={r['after'] or ''}",
                ),
                found[r["after"]].since if r["after"] else found[r["before"]].ended,
                Cell(r["open"], number=True, tone="amber" if r["open"] else ""),
                Cell(r["total"], number=True),
                r["made"],
            )
            for r in page.object_list
        ],
        none=_("没有需要看的修法。导入新文本后，引用了被改条文的程序、文书、问答和法规会列在这里。"),
        page=page,
    )
    reports = TextReport.objects.filter(state=TextReport.OPEN).count()
    facts = [(_("公众纠错"), Cell(_("%(n)s条待核对") % {"n": reports}, reverse("desk:law-reports"))),
             (_("导入"), Cell(_("导入记录"), reverse("desk:law-imports")))]  # fmt: skip
    return show(request, Page(_("修法影响"), "law", [table], facts=facts,
                              hint=_("引用了被改条文的，一条一条看过：改好了，还是不用改。")))  # fmt: skip


@guard(LAW)
@require_GET
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The work list of one amendment; `?to=` is the newer version, `?owner=` and `?state=` narrow, `?export=` downloads."""
    before = get_object_or_404(Version.objects.select_related("act").defer("text"), pk=pk)
    to = request.GET.get("to", "")
    after = get_object_or_404(Version.objects.select_related("act").defer("text"), pk=to) if to.isdecimal() else None
    items = ChangeItem.objects.filter(before=before, after=after).select_related("before__act").order_by("kind", "key")
    if not items.exists():
        raise Http404
    owner, state = request.GET.get("owner", ""), request.GET.get("state", "")
    shown = items.filter(owner=owner) if owner else items
    shown = shown.filter(state=state) if state in STATES else shown
    if request.GET.get("export"):
        head = (_("种类"), _("名称"), _("依据"), _("变化"), _("归口"), _("状态"), _("说明"))
        lines: list[Any] = [
            (i.kind, i.label, i.citation, places(i), i.owner, STATES[i.state][0], i.note) for i in shown
        ]
        return export.answer((head, lines), _("修法影响"), request.GET["export"])
    page = Paginator(shown, 100).get_page(request.GET.get("page"))
    table = Table(
        (_("名称"), _("变化"), _("归口"), _("状态")),
        [
            (
                Cell(i.label, reverse("desk:law-item", args=[i.pk]), small=i.kind),
                places(i),
                i.owner,
                Cell(_(STATES[i.state][0]), tone=STATES[i.state][1]),
            )
            for i in page.object_list
        ],
        none=_("没有"),
        page=page,
    )
    here = f"?to={after.pk if after else ''}"
    compare = (
        f"{reverse('portal:law_compare', args=[before.act.name])}?from={before.label}&to={after.label if after else ''}"
    )
    owners = items.values("owner").annotate(n=Count("id", filter=Q(state=ChangeItem.OPEN))).order_by("-n")
    facts: list[tuple[Any, Any]] = [(o["owner"], Cell(_("%(n)s条待看") % {"n": o["n"]}, f"{here}&owner={o['owner']}"))
                                    for o in owners]  # fmt: skip
    if after:
        facts.append((_("新旧比较"), Cell(_("打开"), compare)))
    facts.append((_("导出"), Cell("Excel", f"{here}&owner={owner}&export=xlsx")))
    return show(request, Page(_pair(before, after), "law", [table], facts=facts,
                              crumb=(reverse("desk:law"), _("修法影响"))))  # fmt: skip


@guard(LAW)
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One thing that cites a changed article: look, then say whether it had to change."""
    found = get_object_or_404(ChangeItem.objects.select_related("before__act", "after__act"), pk=pk)

    def said(state: str, word: str) -> Any:
        def run(request: HttpRequest, values: dict[str, Any]) -> str:
            try:
                impact.close(found, state, str(me(request).pk), values.get("note") or "")
            except ValueError as error:
                raise ValidationError(str(error)) from error
            return word

        return run

    actions = (
        [Action("done", _("改好了"), said(ChangeItem.DONE, _("已登记：改好了")), (NOTE,), icon="check"),
         Action("kept", _("不用改"), said(ChangeItem.KEPT, _("已登记：不用改")), (REASON,), icon="minus")]
        if found.state == ChangeItem.OPEN
        else [Action("open", _("重新打开"), said(ChangeItem.OPEN, _("已重新打开")), icon="refresh")]
    )  # fmt: skip
    rows: list[Any] = []
    for article, inserted, what, now, now_inserted in found.places:
        old = Locator(found.before.act.name, found.before.label, article, inserted)
        new = Locator(found.after.act.name, found.after.label, now, now_inserted) if found.after and now else None
        rows.append((Cell(old.place_formal, old.path), _(WHAT.get(what, what)),
                     Cell(new.place_formal, new.path) if new else "—"))  # fmt: skip
    tables = [Table((_("被引条文"), _("变化"), _("现在")), rows, none=_("引用整部法规"))]
    word, tone = STATES[found.state]
    facts = [
        (_("种类"), found.kind),
        (_("依据"), found.citation),
        (_("归口"), found.owner),
        (_("状态"), Cell(_(word), tone=tone)),
    ]
    if found.address:
        facts.append((_("查看"), Cell(_("打开"), found.address)))
    if found.note:
        facts.append((_("说明"), found.note))
    back = f"{reverse('desk:law-change', args=[found.before_id])}?to={found.after_id or ''}"
    return show(request, Page(found.label, "law", tables, actions, facts=facts,
                              crumb=(back, _pair(found.before, found.after))))  # fmt: skip


@guard(LAW)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """What the public says is wrong in a text."""
    page = Paginator(TextReport.objects.order_by("state", "-made_at"), 60).get_page(request.GET.get("page"))
    order = {
        TextReport.OPEN: (_("待核对"), "amber"),
        TextReport.DONE: (_("已改正"), "green"),
        TextReport.DISMISSED: (_("文本无误"), "plain"),
    }
    table = Table((_("条文"), _("说法"), _("收到"), _("状态")), [
        (Cell(f"《{r.act_name}》{r.place}", reverse("desk:law-report", args=[r.pk]), small=r.version_label), r.text[:80],
         r.made_at, Cell(order[r.state][0], tone=order[r.state][1]))
        for r in page.object_list
    ], none=_("没有纠错。"), page=page)  # fmt: skip
    return show(request, Page(_("法条纠错"), "law", [table], crumb=(reverse("desk:law"), _("修法影响"))))


@guard(LAW)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: compare with the promulgated text, then close it."""
    found = get_object_or_404(TextReport, pk=pk)

    def closed(state: str, word: str) -> Any:
        def run(request: HttpRequest, values: dict[str, Any]) -> str:
            found.state, found.answer = state, values["answer"]
            found.closed_at, found.closed_by = clock.now(), str(me(request).pk)
            found.save(update_fields=["state", "answer", "closed_at", "closed_by"])
            return word

        return run

    answer = Field("answer", "核对结果", Kind.LONGTEXT, required=True, max_length=1000)
    actions = (
        [Action("fixed", _("已改正"), closed(TextReport.DONE, _("已登记：改正")), (answer,), icon="check",
                hint=_("正文只能由导入改正：改好来源后重新导入。")),
         Action("right", _("文本无误"), closed(TextReport.DISMISSED, _("已登记：文本无误")), (answer,), icon="minus")]
        if found.state == TextReport.OPEN
        else []
    )  # fmt: skip
    try:
        where = Locator.of_place(found.place, found.act_name, found.version_label).path
    except BadIdentifier:
        where = ""
    facts: list[tuple[Any, Any]] = [(_("条文"), Cell(f"《{found.act_name}》{found.place}", where)), (_("文本"), found.version_label),
                                    (_("说法"), found.text), (_("收到"), found.made_at)]  # fmt: skip
    act = library.find_act(found.act_name)
    held = library.version(act, found.version_label) if act else None
    if held:
        facts.append((_("来源"), held.source))
    if found.answer:
        facts.append((_("核对结果"), found.answer))
    return show(
        request,
        Page(_("法条纠错"), "law", [], actions, facts=facts, crumb=(reverse("desk:law-reports"), _("法条纠错"))),
    )


@guard(LAW)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """Every import with its counts."""
    page = Paginator(Import.objects.order_by("-started_at"), 40).get_page(request.GET.get("page"))
    table = Table((_("来源"), _("开始"), _("读入"), _("新增"), _("改动"), _("没变"), _("拒收"), _("发现")), [
        (Cell(i.source.rsplit("/", 1)[-1], reverse("desk:law-import", args=[i.pk])), i.started_at, Cell(i.read, number=True),
         Cell(i.added, number=True), Cell(i.changed, number=True), Cell(i.same, number=True), Cell(i.refused, number=True),
         Cell(ImportNote.objects.filter(of=i).count(), number=True))
        for i in page.object_list
    ], none=_("还没有导入过。管理员用 xiezhi law import 导入。"), page=page)  # fmt: skip
    return show(request, Page(_("导入记录"), "law", [table], crumb=(reverse("desk:law"), _("修法影响"))))


@guard(LAW)
@require_GET
def import_(request: HttpRequest, pk: int) -> HttpResponse:
    """What one import found odd, text by text; `?code=` narrows to one kind."""
    found = get_object_or_404(Import, pk=pk)
    notes = ImportNote.objects.filter(of=found).select_related("version__act").order_by("source_key", "pk")
    code = request.GET.get("code", "")
    page = Paginator(notes.filter(code=code) if code else notes, 100).get_page(request.GET.get("page"))
    kinds = notes.order_by().values("code").annotate(n=Count("id")).order_by("-n")
    facts = [(k["code"], Cell(k["n"], f"?code={k['code']}")) for k in kinds]
    table = Table((_("文本"), _("位置"), _("发现")), [
        (Cell(n.version.act.name if n.version else n.source_key, n.version.locator.path if n.version else "", small=n.code), n.where, n.detail)
        for n in page.object_list
    ], none=_("没有发现"), page=page)  # fmt: skip
    return show(
        request, Page(_("导入发现"), "law", [table], facts=facts, crumb=(reverse("desk:law-imports"), _("导入记录")))
    )
