"""What the system administrator keeps running: calendars, parameters, procedures, templates, numbers, outbox, rendering."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi import __version__
from xiezhi.desk.administration import ledger as health
from xiezhi.desk.administration.frame import Action, Cell, Page, Table, me, show
from xiezhi.desk.administration.security import _turn
from xiezhi.desk.gate import ADMINS, SYSTEM, who
from xiezhi.kernel.access import selectors as access
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.days import DayKind
from xiezhi.kernel.calendar.files import CalendarFileError
from xiezhi.kernel.calendar.models import CalendarDay, CalendarImport, CalendarYear
from xiezhi.kernel.documents import layout, produce, templates
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.documents.render import RenderError, render
from xiezhi.kernel.documents.tasks import render_documents
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import checks, diagram, registry
from xiezhi.kernel.procedures.declare import Dated, Field, Kind
from xiezhi.kernel.procedures.models import Deadline, Matter, Parameter, Serial, SerialUse
from xiezhi.kernel.units import selectors as units
from xiezhi.kernel.units.services import UnitError


@guard(ADMINS)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """总览: facts of the installation, and what needs somebody, for the office the administrator holds."""
    subject = who(request)
    facts: list[tuple[Any, Any]] = []
    tables: list[Table] = []
    if subject.has("SYSTEM_ADMIN"):
        facts, todo = _facts(), _todo()
        facts += health.facts()
        todo = [*health.todo(), *todo]
        tables.append(Table((_("事项"), _("数量"), _("说明")), todo, _("需要处理"), _("没有需要处理的")))
    elif subject.has("SECURITY_ADMIN"):
        now = wall.now()
        locked = access.accounts().filter(locked_until__gt=now).count()
        ending = access.grants_in_force().count()
        tables.append(Table((_("事项"), _("数量")), [
            (Cell(_("锁定的账号"), reverse("desk:admin-accounts")), Cell(locked, number=True)),
            (Cell(_("有效的授权"), reverse("desk:admin-grants")), Cell(ending, number=True)),
        ], _("账号与授权")))  # fmt: skip
    else:
        tables.append(Table((_("规则"), _("谁"), _("数量")), [
            (Cell(a.title, reverse("desk:admin-readings")), a.label, Cell(a.count, number=True)) for a in access.alerts()
        ], _("最近一天需要留意的"), _("没有异常")))  # fmt: skip
    return show(request, Page(_("总览"), "admin", tables, facts=facts))


def _facts() -> list[tuple[Any, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())), "
                       "(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())")  # fmt: skip
        version, size, busy = cursor.fetchone()
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'procedures_matter'::regclass")
        matters = max(0, cursor.fetchone()[0])
    files = Path(settings.MEDIA_ROOT)
    return [
        (_("版本"), __version__), (_("数据库"), f"PostgreSQL {version}，{size}，{busy}个连接"),
        (_("办件（估计）"), f"{matters:,}"), (_("程序"), "、".join(sorted({p.title for p in registry.all_procedures()}))),
        (_("文件目录"), str(files.name) if files.exists() else _("还没有文件")),
        (_("显示的时间"), f"{wall.now():%Y-%m-%d %H:%M}" + (_("（固定）") if wall.is_fixed() else "")),
        (_("演示数据"), _("是") if settings.DEMO else _("否")),
    ]  # fmt: skip


def _todo() -> list[tuple[Any, ...]]:
    today = wall.today()
    provisional = Deadline.objects.filter(provisional=True).values("matter_id").distinct().count()
    lapsing = Deadline.objects.filter(lapses=True, status="RUNNING", legal__lt=today)[:1001].count()
    pending = Document.objects.filter(render_state=Document.PENDING).count()
    failed = Document.objects.filter(render_state=Document.FAILED).count()
    stuck = Notice.objects.filter(state__in=[Notice.FAILED, Notice.GAVE_UP]).count()
    next_year = CalendarYear.objects.filter(year=today.year + 1, published=True).exists()
    out: list[tuple[Any, ...]] = []

    def add(text: Any, where: str, n: int, why: Any) -> None:
        if n:
            out.append((Cell(text, reverse(where)), Cell(n, number=True), why))

    add(_("期限暂定的办件"), "desk:admin-calendars", provisional, _("跨入还没有公布放假安排的年份，导入后自动重算"))
    if not next_year and today.month >= 11:
        out.append((Cell(_("明年的工作日历还没有导入"), reverse("desk:admin-calendars")), "", _("通知一般在11月公布")))
    add(_("到期应自动生效、等待处理的"), "desk:admin", lapsing, _("后台每分钟处理一次；一直不减少说明后台没有运行"))
    add(_("等待制作的文书"), "desk:admin-rendering", pending, _("后台正在制作"))
    add(_("制作失败的文书"), "desk:admin-rendering", failed, _("看原因，改正后重新制作"))
    add(_("没有发出的通知"), "desk:admin-outbox", stuck, _("看原因，改正后重新发送"))
    return out


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """工作日历: which years are known, one year's special days, import of a notice as CSV."""
    if request.method == "POST":
        _import_year(request)
        return HttpResponseRedirect(request.get_full_path())
    today = wall.today()
    years = list(CalendarYear.objects.order_by("-year"))
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) >= 1900 else today.year
    days = [
        (d.date, d.name, DayKind(d.kind).label, d.kind)
        for d in CalendarDay.objects.filter(date__year=year)
        .exclude(Q(kind__in=["WORK", "REST"], name=""))
        .order_by("date")
    ]
    table = Table((_("年度"), _("状态"), _("通知文号"), _("版本"), _("导入时间")), [
        (Cell(y.year, f"?year={y.year}"), Cell(_("已公布"), tone="green") if y.published else Cell(_("未公布"), tone="amber"),
         y.notice_no, y.version, y.imported_at) for y in years
    ], _("已导入的年度"), _("还没有导入任何年度"))  # fmt: skip
    imports = Table((_("版本"), _("来源"), _("时间")), [
        (i.version, i.source, i.imported_at) for i in CalendarImport.objects.order_by("-id")[:30]
    ], _("导入记录"))  # fmt: skip
    provisional = Deadline.objects.filter(provisional=True).values("matter_id").distinct().count()
    page = Page(_("工作日历"), "calendars", [table, imports], template="desk/admin/calendars.html", more={
        "days": days, "year": year, "provisional": provisional, "missing": not any(y.year == today.year + 1 for y in years),
        "next": today.year + 1}, hint=_("期限按公布的放假和调休安排计算。导入新年度后，受影响的期限自动重算。"))  # fmt: skip
    return show(request, page)


def _import_year(request: HttpRequest) -> None:
    upload, year = request.FILES.get("file"), request.POST.get("year", "")
    if upload is None or not (year.isdecimal() and len(year) == 4):
        messages.error(request, _("请填写年度并选择CSV文件"))
        return
    if (upload.size or 0) > 200_000:
        messages.error(request, _("文件太大，一年的放假安排只有几十行"))
        return
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(upload.read())
        file.flush()
        try:
            done = calendars.import_year(
                int(year), Path(file.name), notice_no=request.POST.get("notice_no", "").strip()[:60]
            )
        except CalendarFileError as error:
            for line in error.problems[:10]:
                messages.error(request, line)
            return
        except (ValueError, UnicodeDecodeError) as error:
            messages.error(request, str(error))
            return
    text = (
        _("%(y)s年已导入，共%(n)s天，期限正在重算")
        if done.changed
        else _("%(y)s年的内容与已导入的相同，没有改变（%(n)s天）")
    )
    messages.success(request, text % {"y": year, "n": done.days})


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def parameters(request: HttpRequest) -> HttpResponse:
    """程序参数: declared values with their articles, local dated values over them, each with a reason."""
    declared = {p.code: p for p in registry.all_procedures()}
    names = [
        (f"{code}:{name}", f"{p.title}：{d.title}") for code, p in declared.items() for name, d in p.parameters.items()
    ]

    def store(r: HttpRequest, v: dict[str, Any]) -> str:
        code, _sep, name = v["name"].partition(":")
        dated = declared[code].parameters[name]
        value = _value(v["value"], dated)
        Parameter.objects.create(
            procedure=code, name=name, unit=units.get(int(v["unit"])) if v.get("unit") else None,
            valid_from=date.fromisoformat(v["on"]), value=value, reason=v["reason"], set_by=me(r).username,
        )  # fmt: skip
        return _("参数已登记，自%(d)s起适用") % {"d": v["on"]}

    rows = []
    for code, procedure in declared.items():
        for name, dated in procedure.parameters.items():
            now = max(
                (v for v in dated.values if v[0] <= wall.today()), default=(None, ""), key=lambda v: v[0] or date.min
            )
            rows.append((procedure.title, Cell(dated.title, small=name), _shown(now[1]), dated.kind, dated.basis, code))
    table = Table((_("程序"), _("参数"), _("现值"), _("性质"), _("依据")), [
        (p, t, v, {"law": "法律规定", "reading": "理解适用", "practice": "本地做法", "promise": "承诺"}.get(k, k), b)
        for p, t, v, k, b, _code in rows
    ], _("程序自带的值"))  # fmt: skip
    own = Table((_("程序"), _("参数"), _("机构"), _("自"), _("值"), _("理由"), _("登记人")), [
        (p.procedure, p.name, p.unit.name if p.unit else _("全部"), p.valid_from, _shown(p.value), p.reason, p.set_by)
        for p in Parameter.objects.select_related("unit").order_by("-set_at")[:200]
    ], _("本地登记的值"), _("没有本地登记的值，都按程序自带的值"))  # fmt: skip
    new = Action("set", _("登记参数"), store, (
        Field("name", "参数", Kind.CHOICE, required=True, choices=tuple(names)),
        Field("value", "值", required=True, max_length=400, help="文字照写；数字写数字；是否写 true 或 false；多个值写成[10, 2, 5]"),
        Field("unit", "只适用于哪个机构", Kind.UNIT, help="不选为全部机构"),
        Field("on", "自哪一天起", Kind.DATE, required=True),
        Field("reason", "理由和依据", required=True, max_length=200),
    ), _("登记"), initial={"on": wall.today().isoformat()}, icon="adjustments",
        hint=_("只影响该日以后的计算和新办理的事项；不改动过去的记录。"))  # fmt: skip
    return show(request, Page(_("程序参数"), "parameters", [own, table], [new]))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "未设定"
    return "、".join(str(v) for v in value) if isinstance(value, (list, tuple)) else str(value)


def _value(text: str, dated: Dated) -> Any:
    """What was typed, in the type of the declared value. Raises UnitError with words."""
    sample = dated.values[-1][1]
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(sample, bool) != isinstance(value, bool):
        raise UnitError(
            _("这个参数的值是%(k)s") % {"k": "true 或 false" if isinstance(sample, bool) else "文字或者数字"}
        )
    if isinstance(sample, (list, tuple)):
        if not isinstance(value, list) or len(value) != len(sample):
            raise UnitError(_("这个参数要写%(n)d个值，例如%(e)s") % {"n": len(sample), "e": json.dumps(list(sample))})
    elif isinstance(sample, int) and not isinstance(sample, bool) and not isinstance(value, int):
        raise UnitError(_("这个参数的值是整数"))
    elif isinstance(sample, str):
        value = str(value)
    return value


@guard(SYSTEM)
@require_GET
def procedures(request: HttpRequest) -> HttpResponse:
    """法定程序: every version, and whether its declaration is sound."""
    rows = []
    counts = dict(Matter.objects.filter(open=True).values_list("procedure").annotate(n=Count("pk")))
    for p in registry.all_procedures():
        rows.append((Cell(p.title, reverse("desk:admin-procedure", args=[p.code, p.version]), small=p.code), f"v{p.version}",
                     p.in_force_from, p.in_force_to or "", len(p.states), len(p.events), len(p.terms),
                     Cell(counts.get(p.code, 0), number=True)))  # fmt: skip
    table = Table((_("程序"), _("版本"), _("施行"), _("止"), _("状态"), _("事件"), _("期限"), _("未结办件")), rows)
    return show(request, Page(_("法定程序"), "procedures", [table]))


@guard(SYSTEM)
@require_GET
def procedure(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One version: drawn, checked, with its events and terms."""
    try:
        found = registry.get(code, version)
    except LookupError:
        raise NotFoundForYou from None
    findings = checks.check(found)
    terms = Table((_("编号"), _("期限"), _("责任方"), _("依据"), _("届满的后果")), [
        (t.id, t.title, {"OFFICE": "机构", "PARTY": "当事人", "AUTHORITY": "其他机关", "SYSTEM": "系统"}[t.side.value], t.basis, t.on_lapse)
        for t in found.terms.values()
    ], _("期限"))  # fmt: skip
    events = Table((_("事件"), _("由谁"), _("从"), _("到"), _("依据")), [
        (Cell(e.title, small=e.code), "、".join(r.title for r in e.by), "、".join(s.title for s in e.sources[:6]) + ("…" if len(e.sources) > 6
         else ""), getattr(e.target, "title", {"SAME": "不变", "PREVIOUS": "回到原状态"}.get(str(e.target), "")), e.basis)
        for e in found.events.values()
    ], _("事件"))  # fmt: skip
    checked = Table((_("规则"), _("位置"), _("说明")), [(Cell(f.code, tone="red"), f.where, f.message) for f in findings],
                    _("检查"), _("声明检查通过，没有发现问题"))  # fmt: skip
    page = Page(
        f"{found.title} v{found.version}", "procedures", [checked, terms, events], crumb=(reverse("desk:admin-procedures"), _("法定程序")),
        template="desk/admin/procedure.html", facts=[(_("施行日"), found.in_force_from), (_("来源"), found.source or "—")],
        more={"drawing": mark_safe(diagram.svg(found, standalone=False)), "said": diagram.sentences(found), "code": code},  # noqa: S308 - drawn by us
    )  # fmt: skip
    return show(request, page)


@guard(SYSTEM)
@require_GET
def document_templates(request: HttpRequest) -> HttpResponse:
    """文书模板: every version with what it must hold and a sample page."""
    rows = []
    for t in templates.all():
        needed = "、".join(f.label for f in t.fields if f.required)
        rows.append((Cell(t.title, small=t.code), f"v{t.version}", t.kind_letter or "—", needed[:120], t.basis,
                     Cell(_("看样张"), reverse("desk:admin-template", args=[t.code, t.version]))))  # fmt: skip
    table = Table((_("文书"), _("版本"), _("文号代字"), _("必填内容"), _("依据"), ""), rows)
    return show(request, Page(_("文书模板"), "templates", [table]))


@guard(SYSTEM)
@require_GET
def template_sample(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """The sample of a template as it prints."""
    try:
        found = templates.get(code, version)
        data = {"issued_on": wall.today().isoformat(), "doc_no": "样张〔2026〕1号", **found.sample}
        pdf = render(found.typst, layout.compose(found, data), fonts_dir=produce.fonts()).content
    except KeyError:
        raise NotFoundForYou from None
    except (RenderError, templates.TemplateError) as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk:admin-templates"))
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    return response


@guard(SYSTEM)
@require_GET
def serials(request: HttpRequest) -> HttpResponse:
    """文号登记: every serial is used or voided; a gap would show here."""
    rows = SerialUse.objects.order_by("-id")
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(number__startswith=text)
    found, after = _turn(request, rows)
    table = Table((_("文号"), _("系列"), _("年"), _("号"), _("用途"), _("时间"), _("原因")), [
        (u.number, u.series, u.year, Cell(u.serial, number=True), Cell(_("已使用"), tone="green") if u.status == "USED" else
         Cell(_("作废"), tone="red"), u.at, u.reason) for u in found
    ], none=_("还没有使用文号"))  # fmt: skip
    series = list(Serial.objects.order_by("-year", "series")[:60])
    used = {
        (u["series"], u["year"]): u["n"]
        for u in SerialUse.objects.filter(series__in={x.series for x in series}).values("series", "year")
        .annotate(n=Count("serial", distinct=True))
    }  # fmt: skip
    last = Table((_("系列"), _("年"), _("最后号"), _("登记数"), ""), [
        (x.series, x.year, Cell(x.last, number=True), Cell(used.get((x.series, x.year), 0), number=True),
         Cell(_("一致"), tone="green") if used.get((x.series, x.year), 0) == x.last else Cell(_("有缺号"), tone="red"))
        for x in series
    ], _("编号计数"))  # fmt: skip
    page = Page(
        _("文号登记"), "serials", [table, last], search=True, more={"after": after}, template="desk/admin/paged.html"
    )
    return show(request, page)


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def outbox(request: HttpRequest) -> HttpResponse:
    """通知外发: email and SMS with delivery state; addresses stay sealed."""

    def retry(_r: HttpRequest, v: dict[str, Any]) -> str:
        rows = Notice.objects.filter(state__in=[Notice.FAILED, Notice.GAVE_UP])
        if v.get("id"):
            rows = rows.filter(pk=v["id"])
        n = rows.update(state=Notice.QUEUED, due_at=wall.now(), error="", tries=0)
        return _("已重新排队%(n)d条") % {"n": n}

    rows = Notice.objects.exclude(channel=Notice.SITE).select_related("matter").order_by("-id")
    if (state := request.GET.get("state", "")) in dict(Notice.STATES):
        rows = rows.filter(state=state)
    found, after = _turn(request, rows)
    tones = {"SENT": "green", "DELIVERED": "green", "QUEUED": "blue", "FAILED": "amber", "GAVE_UP": "red"}
    table = Table((_("时间"), _("渠道"), _("标题"), _("办件"), _("状态"), _("次数"), _("失败原因"), ""), [
        (n.created_at, n.get_channel_display(), Cell(n.title, small=n.text if settings.DEMO else ""),
         n.matter.number if n.matter else "", Cell(n.get_state_display(), tone=tones[n.state]), n.tries, n.error,
         Cell(buttons=(("retry", n.pk, _("重新发送")),)) if n.state in ("FAILED", "GAVE_UP") else "") for n in found
    ], none=_("没有外发的通知"))  # fmt: skip
    page = Page(_("通知外发"), "outbox", [table], [
        Action("retry", _("全部失败的重新发送"), retry, button=_("重新发送"), icon="refresh")],
        template="desk/admin/outbox.html", more={"after": after, "states": Notice.STATES, "asked": request.GET})  # fmt: skip
    return show(request, page)


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def rendering(request: HttpRequest) -> HttpResponse:
    """文书制作: what waits and what failed, with the reason in words."""

    def retry(_r: HttpRequest, v: dict[str, Any]) -> str:
        rows = Document.objects.filter(render_state=Document.FAILED)
        if v.get("id"):
            rows = rows.filter(pk=v["id"])
        keys = list(rows.values_list("pk", flat=True)[:500])
        Document.objects.filter(pk__in=keys).update(render_state=Document.PENDING, render_error="")
        if keys:
            render_documents.defer(ids=keys)
        return _("已重新排队%(n)d份") % {"n": len(keys)}

    failed = Document.objects.filter(render_state=Document.FAILED).select_related("unit").order_by("-updated_at")[:100]
    pending = Document.objects.filter(render_state=Document.PENDING).select_related("unit").order_by("id")[:100]
    tables = [
        Table((_("文书"), _("单位"), _("原因"), ""), [
            (Cell(d.title, small=d.number or ""), d.unit.name, d.render_error, Cell(buttons=(("retry", d.pk, _("重新制作")),)))
            for d in failed], _("制作失败"), _("没有失败的")),
        Table((_("文书"), _("单位"), _("用印时间")), [(Cell(d.title, small=d.number or ""), d.unit.name, d.updated_at) for d in pending],
              _("等待制作"), _("没有等待的")),
    ]  # fmt: skip
    page = Page(
        _("文书制作"),
        "rendering",
        tables,
        [Action("retry", _("全部重新制作"), retry, button=_("重新制作"), icon="refresh")],
    )
    return show(request, page)
