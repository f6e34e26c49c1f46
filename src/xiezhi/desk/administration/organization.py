"""Units, staff, appointments and deputies, as the system administrator keeps them. Nothing is overwritten: every change
has a day from which it holds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiezhi.desk.administration.frame import Action, Cell, Page, Table, show
from xiezhi.desk.gate import SYSTEM
from xiezhi.kernel.access import roles
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import selectors as people
from xiezhi.kernel.people import services as staffing
from xiezhi.kernel.people.models import Appointment, Deputy, Post, Staff, StaffKind
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.units import selectors, services
from xiezhi.kernel.units.models import Level, Unit, UnitKind, UnitPeriod

ON = Field("on", "自哪一天起", Kind.DATE, required=True)
REASON = Field("reason", "依据或者原因", required=True, max_length=200, help="例如机构改革批复文号")
UNIT = Field("unit", "机构", Kind.UNIT, required=True)


def _unit(value: Any) -> Unit:
    return selectors.get(int(value))


def _day(value: Any) -> date:
    return date.fromisoformat(str(value))


def _today() -> dict[str, str]:
    return {"on": wall.today().isoformat(), "valid_from": wall.today().isoformat()}


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def units(request: HttpRequest) -> HttpResponse:
    """The tree of units as it stood on a day; create a unit."""
    today = wall.today()
    try:
        day = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        day = today
    root_key = request.GET.get("root", "")
    root = Unit.objects.filter(pk=root_key).first() if root_key.isdecimal() else None
    text = request.GET.get("q", "").strip()
    found = list(selectors.search(text, limit=50)) if text else []
    tree = [] if text else selectors.tree_as_of(day, root)
    shown = [_branch(node, 2 if root is None else 3) for node in tree]

    def create(_request: HttpRequest, v: dict[str, Any]) -> str:
        made = services.create_unit(
            name=v["name"], level=v["level"], kind=v["kind"], parent=_unit(v["unit"]) if v.get("unit") else None,
            short_name=v.get("short_name", ""), usc=v.get("usc") or None, valid_from=_day(v["on"]), reason=v["reason"],
        )  # fmt: skip
        return _("已建立%(n)s") % {"n": made.name}

    new = Action("create", _("新设机构"), create, (
        Field("name", "名称", required=True, max_length=100), Field("short_name", "简称", max_length=40),
        Field("level", "层级", Kind.CHOICE, required=True, choices=tuple((k, str(v)) for k, v in Level.choices)),
        Field("kind", "类别", Kind.CHOICE, required=True, choices=tuple((k, str(v)) for k, v in UnitKind.choices)),
        Field("unit", "上级机构", Kind.UNIT), Field("usc", "统一社会信用代码", max_length=18), ON, REASON,
    ), _("建立"), initial=_today())  # fmt: skip
    tables = []
    if text:
        tables.append(Table((_("机构"), _("层级"), _("状态")), [
            (Cell(u.name, reverse("desk:admin-unit", args=[u.pk])), u.get_level_display(), u.get_status_display()) for u in found
        ], none=_("没有找到这个名称的机构")))  # fmt: skip
    page = Page(
        _("机构"), "units", tables, [new], search=True, template="desk/admin/units.html",
        hint=_("按日期查看：改名、改隶属都从某一天起，过去的报表不变。"),
        more={"tree": shown, "on": day, "root": root},
    )  # fmt: skip
    return show(request, page)


def _branch(node: Any, depth: int) -> dict[str, Any]:
    return {
        "node": node, "link": reverse("desk:admin-unit", args=[node.unit_id]), "size": len(node.children),
        "children": [_branch(c, depth - 1) for c in node.children] if depth > 0 else [],
        "cut": depth <= 0 and bool(node.children),
    }  # fmt: skip


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One unit: its history, who works there, and what may happen to it."""
    found = get_object_or_404(Unit.objects.select_related("parent", "reconsideration_office"), pk=pk)
    today = wall.today()

    def rename(_r: HttpRequest, v: dict[str, Any]) -> str:
        services.rename_unit(found, v["name"], on=_day(v["on"]), short_name=v.get("short_name", ""), reason=v["reason"])
        return _("已登记更名")

    def move(_r: HttpRequest, v: dict[str, Any]) -> str:
        services.move_unit(found, _unit(v["unit"]), on=_day(v["on"]), reason=v["reason"])
        return _("已登记隶属关系调整")

    def merge(_r: HttpRequest, v: dict[str, Any]) -> str:
        services.merge_units([found], _unit(v["unit"]), on=_day(v["on"]), reason=v["reason"])
        return _("已登记合并，职权由承继机构行使")

    def office(_r: HttpRequest, v: dict[str, Any]) -> str:
        services.set_reconsideration_office(found, _unit(v["unit"]))
        return _("已指定行政复议机构")

    def handles(_r: HttpRequest, v: dict[str, Any]) -> str:
        services.set_handles(found, [str(code) for code in v.get("handles") or ()])
        return _("已登记承办业务")

    procedures = tuple((p.code, p.title) for p in {p.code: p for p in registry.all_procedures()}.values())
    periods = UnitPeriod.objects.filter(unit=found).select_related("admin_parent").order_by("-valid_from")
    history = Table((_("起"), _("止"), _("名称"), _("上级机构"), _("原因")), [
        (p.valid_from, p.valid_to or "", p.name, p.admin_parent.name if p.admin_parent else "", p.reason) for p in periods
    ], _("沿革"))  # fmt: skip
    working = Table((_("姓名"), _("岗位"), _("自")), [
        (Cell(a.staff.name, reverse("desk:admin-person", args=[a.staff_id])), a.post.title, a.valid_from)
        for a in Appointment.objects.filter(unit=found, valid_from__lte=today).exclude(valid_to__lte=today)
        .select_related("staff", "post").order_by("post__sort", "staff__sort_key")[:200]
    ], _("在岗人员"), _("还没有任职的人员"))  # fmt: skip
    target = Field("unit", "承继机构", Kind.UNIT, required=True)
    actions = [
        Action("rename", _("更名"), rename, (Field("name", "新名称", required=True, max_length=100),
               Field("short_name", "简称", max_length=40), ON, REASON), _("登记更名"), initial=_today(), icon="edit"),
        Action("move", _("调整隶属"), move, (Field("unit", "新的上级机构", Kind.UNIT, required=True), ON, REASON),
               _("登记调整"), initial=_today(), icon="arrows-move"),
        Action("merge", _("并入其他机构"), merge, (target, ON, REASON), _("登记合并"), initial=_today(), icon="git-merge", danger=True,
               hint=_("合并后原机构停止使用，下级机构随之转隶。复议案件的被申请人为承继机构。")),
        Action("office", _("指定行政复议机构"), office, (Field("unit", "办理行政复议事项的机构", Kind.UNIT, required=True),),
               _("指定"), icon="scale"),
        Action("handles", _("承办业务"), handles, (Field("handles", "承办的业务（都不选表示不限）", Kind.CHOICES, choices=procedures),),
               _("登记"), initial={"handles": found.handles}, icon="list-check",
               hint=_("专门机构只选它承办的业务，办案台的导航只显示这些。")),
    ]  # fmt: skip
    facts = [(_("层级"), found.get_level_display()), (_("类别"), found.get_kind_display()),
             (_("上级机构"), found.parent.name if found.parent else "—"), (_("机关代字"), found.document_code or "—"),
             (_("信用代码"), found.usc or "—"), (_("状态"), found.get_status_display()),
             (_("承办业务"), "、".join(dict(procedures).get(c, c) for c in found.handles) or _("不限")),
             (_("行政复议机构"), found.reconsideration_office.name if found.reconsideration_office else "—")]  # fmt: skip
    page = Page(
        found.name, "units", [history, working], actions, facts=facts, crumb=(reverse("desk:admin-units"), _("机构"))
    )
    return show(request, page)


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """Members of staff by name or pinyin; register one."""
    today = wall.today()
    text = request.GET.get("q", "")
    found = list(people.search_staff(text, limit=60))
    posts: dict[int, list[str]] = {}
    for a in (Appointment.objects.filter(staff__in=found, valid_from__lte=today).exclude(valid_to__lte=today)
              .select_related("unit", "post").order_by("-main")):  # fmt: skip
        posts.setdefault(a.staff_id, []).append(f"{a.unit.name} {a.post.title}")

    def create(_r: HttpRequest, v: dict[str, Any]) -> str:
        made = staffing.create_staff(
            v["name"], staff_kind=v["kind"], rank=v.get("rank", ""), cert_no=v.get("cert_no", ""),
            reconsideration_qualified=bool(v.get("qualified")),
        )  # fmt: skip
        staffing.appoint(made, _unit(v["unit"]), Post.objects.get(code=v["post"]), valid_from=_day(v["on"]))
        return _("已登记%(n)s") % {"n": made.name}

    new = Action("create", _("登记人员"), create, (
        Field("name", "姓名", required=True, max_length=100),
        Field("kind", "人员类别", Kind.CHOICE, required=True, choices=tuple((k, str(v)) for k, v in StaffKind.choices)),
        Field("rank", "职级", max_length=40), Field("cert_no", "执法证号", max_length=40),
        Field("qualified", "具备行政复议人员资格", Kind.BOOL, basis="行政复议法 第6条"), UNIT,
        Field("post", "岗位", Kind.CHOICE, required=True, choices=_posts()), ON,
    ), _("登记"), initial=_today())  # fmt: skip
    table = Table((_("姓名"), _("类别"), _("任职"), _("复议资格")), [
        (Cell(s.name, reverse("desk:admin-person", args=[s.pk])), s.get_staff_kind_display(), "；".join(posts.get(s.pk, [])),
         _("有") if s.reconsideration_qualified else "") for s in found
    ], none=_("没有找到，换一个姓名或者拼音再试"))  # fmt: skip
    return show(request, Page(_("人员与岗位"), "staff", [table, _post_table()], [new], search=True))


def _posts() -> tuple[tuple[str, str], ...]:
    return tuple((p.code, p.title) for p in Post.objects.order_by("sort", "code"))


def _post_table() -> Table:
    return Table((_("岗位"), _("层次"), _("平台角色"), _("管辖范围"), _("最高数据级别")), [
        (p.title, p.get_level_display(), "、".join(roles.title(r) for r in p.roles), p.get_reach_display(), f"L{p.data_level_max}")
        for p in Post.objects.order_by("sort", "code")
    ], _("岗位与角色"))  # fmt: skip


@guard(SYSTEM)
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff: posts with their days, deputies, transfer and leaving."""
    found = get_object_or_404(Staff, pk=pk)
    today = wall.today()

    def appoint(_r: HttpRequest, v: dict[str, Any]) -> str:
        staffing.appoint(found, _unit(v["unit"]), Post.objects.get(code=v["post"]), valid_from=_day(v["on"]), main=False,
                         acting=bool(v.get("acting")))  # fmt: skip
        return _("已登记兼任")

    def transfer(_r: HttpRequest, v: dict[str, Any]) -> str:
        staffing.change_main_post(found, _unit(v["unit"]), Post.objects.get(code=v["post"]), on=_day(v["on"]))
        return _("已登记调任")

    def end(_r: HttpRequest, v: dict[str, Any]) -> str:
        staffing.end_appointment(get_object_or_404(Appointment, pk=v["id"], staff=found), on=today)
        return _("已免去该岗位，自今日起不再行使职责")

    def deputize(_r: HttpRequest, v: dict[str, Any]) -> str:
        staffing.deputize(
            found, get_object_or_404(Staff, pk=v["deputy"]), valid_from=_day(v["on"]), valid_to=_day(v["until"]),
            reason=v["reason"], approved_by=get_object_or_404(Staff, pk=v["approved_by"]),
        )  # fmt: skip
        return _("已登记代理")

    def end_deputy(_r: HttpRequest, v: dict[str, Any]) -> str:
        staffing.end_deputy(get_object_or_404(Deputy, pk=v["id"], principal=found), on=today)
        return _("代理已结束")

    def dismiss(_r: HttpRequest, v: dict[str, Any]) -> str:
        staffing.dismiss(found, on=_day(v["on"]), status=v["status"])
        return _("已登记离任，所有岗位同时免去")

    rows = Appointment.objects.filter(staff=found).select_related("unit", "post").order_by("-valid_from")
    held = [a for a in rows if a.valid_from <= today and (a.valid_to is None or a.valid_to > today)]
    table = Table((_("机构"), _("岗位"), _("起"), _("止"), ""), [
        (a.unit.name, Cell(a.post.title, small=_("主要岗位") if a.main else _("兼任")), a.valid_from, a.valid_to or "",
         Cell(buttons=(("end", a.pk, _("免去")),)) if a in held else "") for a in rows
    ], _("任职"))  # fmt: skip
    deputies = Table((_("代理人"), _("起"), _("止"), _("事由"), ""), [
        (d.deputy.name, d.valid_from, d.valid_to, d.reason,
         Cell(buttons=(("end_deputy", d.pk, _("提前结束")),)) if d.valid_to > today else "")
        for d in Deputy.objects.filter(principal=found).select_related("deputy").order_by("-valid_from")[:20]
    ], _("代理职责"), _("没有代理记录"))  # fmt: skip
    colleagues: list[tuple[str, str]] = []
    if held:
        near = Staff.objects.filter(appointments__unit_id__in=[a.unit_id for a in held], status="ACTIVE").exclude(
            pk=found.pk
        )
        colleagues = [(str(s.pk), s.name) for s in near.distinct().order_by("sort_key")[:200]]
    post = Field("post", "岗位", Kind.CHOICE, required=True, choices=_posts())
    actions = [
        Action("transfer", _("调任"), transfer, (UNIT, post, ON), _("登记调任"), initial=_today(), icon="arrows-exchange"),
        Action("appoint", _("兼任"), appoint, (UNIT, post, ON, Field("acting", "主持工作", Kind.BOOL, default=False)), _("登记兼任"),
               initial=_today()),
        Action("deputize", _("请假期间代理"), deputize, (
            Field("deputy", "代理人", Kind.STAFF, required=True), ON, Field("until", "到哪一天止（不含）", Kind.DATE, required=True),
            Field("approved_by", "批准人", Kind.STAFF, required=True), Field("reason", "事由", required=True, max_length=200)),
            _("登记代理"), initial=_today(), icon="user-share"),
        Action("dismiss", _("离职、退休"), dismiss, (
            Field("status", "情况", Kind.CHOICE, required=True, choices=(("LEFT", "离职"), ("RETIRED", "退休"))), ON),
            _("登记"), initial=_today(), danger=True, icon="logout"),
        Action("end", "", end, hidden=True), Action("end_deputy", "", end_deputy, hidden=True),
    ]  # fmt: skip
    facts = [(_("人员类别"), found.get_staff_kind_display()), (_("职级"), found.rank or "—"),
             (_("状态"), found.get_status_display()),
             (_("行政复议人员资格"), _("有") if found.reconsideration_qualified else _("没有"))]  # fmt: skip
    page = Page(found.name, "staff", [table, deputies], actions, facts=facts,
                crumb=(reverse("desk:admin-staff"), _("人员与岗位")))  # fmt: skip
    return show(request, page, {"STAFF": colleagues})
