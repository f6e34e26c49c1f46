"""Accounts, grants and service accounts (security administrator); logs and alerts (audit administrator)."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.desk import shell
from xiezhi.desk.administration.frame import Action, Cell, Page, Table, me, show
from xiezhi.desk.gate import AUDIT, SECURITY, who
from xiezhi.kernel.access import purposes, roles, selectors, services
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.models import (
    Account,
    AccountKind,
    Reach,
    ReadingAction,
    RoleGrant,
    SecurityEventKind,
    ServiceAccount,
)
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import masking
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.units import selectors as units

PAGE = 60
_PURPOSES = tuple((p.code, p.title) for p in purposes.CATALOGUE.values() if not p.own)


def _end_of(day: str) -> datetime:
    """The end of a day as a moment."""
    return datetime.combine(datetime.fromisoformat(day).date() + timedelta(days=1), time(), tzinfo=wall.SHANGHAI)


def _turn(request: HttpRequest, rows: Any) -> tuple[list[Any], str]:
    """One page of rows ordered by descending id, and the cursor of the next."""
    after = request.GET.get("after", "")
    if after.isdecimal():
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


@guard(SECURITY)
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts: locked or not, second factor, unlock, first password."""
    from allauth.mfa.models import Authenticator

    now = wall.now()
    text, kind = request.GET.get("q", ""), request.GET.get("kind", "")
    second = Authenticator.objects.filter(user=OuterRef("pk"), type__in=["totp", "webauthn"])
    found = list(
        selectors.accounts(text, kind=kind if kind in AccountKind.values else "")
        .exclude(kind=AccountKind.SERVICE).annotate(second=Exists(second))[:100]
    )  # fmt: skip

    def unlock(r: HttpRequest, v: dict[str, Any]) -> str:
        account = get_object_or_404(Account, pk=v["id"])
        services.unlock(account, actor=me(r))
        return _("已解锁%(n)s") % {"n": account.username}

    def reset(r: HttpRequest, v: dict[str, Any]) -> HttpResponse:
        account = get_object_or_404(Account, pk=v["id"])
        password = secrets.token_urlsafe(12)
        services.reset_password(account, password, actor=me(r))
        response = shell.render(r, "desk/admin/once.html", {
            "title": _("新的初始密码"), "secret": password, "who": account.username, "back": reverse("desk:admin-accounts"),
            "text": _("只显示这一次。请当面或者通过保密渠道交给本人，本人登录后必须修改。"),
        }, active="accounts")  # fmt: skip
        response.headers["Cache-Control"] = "no-store"
        return response

    rows = []
    for a in found:
        locked = bool(a.locked_until and a.locked_until > now)
        buttons = [("reset", a.pk, _("重置密码"))] if a.kind != AccountKind.CITIZEN else []
        if locked:
            buttons.insert(0, ("unlock", a.pk, _("解锁")))
        state = Cell(_("已锁定"), tone="red") if locked else Cell(_("正常") if a.is_active else _("已停用"),
                                                              tone="green" if a.is_active else "plain")  # fmt: skip
        title = a.get_kind_display() if a.kind != AccountKind.ADMIN else a.get_admin_role_display()
        # Whose account it is matters for staff; a member of the public is nobody's business here.
        name = masking.name(a.get_full_name()) if a.kind == AccountKind.CITIZEN else a.get_full_name()
        rows.append((Cell(a.username, small=name), title, state, _("已启用") if a.second else Cell(_("没有"), tone="amber"),
                     a.last_login, Cell(buttons=tuple(buttons))))  # fmt: skip
    table = Table((_("账号"), _("类别"), _("状态"), _("第二因素"), _("最近登录"), ""), rows, none=_("没有找到这个账号"))
    page = Page(_("账号"), "accounts", [table],
                [Action("unlock", "", unlock, hidden=True), Action("reset", "", reset, hidden=True)], search=True,
                hint=_("连续五次输错密码，账号锁定十五分钟。重置和解锁都记入安全日志，不能为自己办。"))  # fmt: skip
    return show(request, page)


@guard(SECURITY)
@require_http_methods(["GET", "POST"])
def grants(request: HttpRequest) -> HttpResponse:
    """授权 beyond posts: in force now, give one with purposes and an end, take one back."""

    def give(r: HttpRequest, v: dict[str, Any]) -> str:
        grantee = Account.objects.filter(username__iexact=v["username"]).first()
        if grantee is None:
            raise services.AccessError(_("没有这个用户名，请到“账号”中核对"))
        services.grant_role(
            grantee, v["role"], units.get(int(v["unit"])), approved_by=me(r), reason=v["reason"], purposes_=v["purposes"],
            reach=v["reach"], data_level_max=int(v["level"]), valid_to=_end_of(v["until"]),
        )  # fmt: skip
        return _("已授权")

    def revoke(r: HttpRequest, v: dict[str, Any]) -> str:
        services.revoke_role(get_object_or_404(RoleGrant, pk=v["id"]), actor=me(r))
        return _("已撤销授权，立即生效")

    table = Table((_("被授权人"), _("角色"), _("机构范围"), _("目的"), _("止"), _("事由"), _("批准人"), ""), [
        (Cell(g.grantee.get_full_name(), small=g.grantee.username), roles.title(g.role),
         Cell(g.unit.name, small=str(Reach(g.reach).label)), "、".join(purposes.CATALOGUE[p].title for p in g.purposes if p in
         purposes.CATALOGUE), g.valid_to, g.reason, g.approved_by.get_full_name(), Cell(buttons=(("revoke", g.pk, _("撤销授权")),)))
        for g in selectors.grants_in_force()[:300]
    ], _("现在有效的授权"), _("没有岗位之外的授权"))  # fmt: skip
    posts = tuple((r.code, r.title) for r in roles.every() if r.kind is roles.RoleKind.POST and r.code != "staff")
    new = Action("give", _("授权"), give, (
        Field("username", "用户名", required=True, max_length=60), Field("role", "角色", Kind.CHOICE, required=True, choices=posts),
        Field("unit", "机构", Kind.UNIT, required=True),
        Field("reach", "管辖范围", Kind.CHOICE, required=True, choices=tuple((k, str(v)) for k, v in Reach.choices)),
        Field("level", "最高数据级别", Kind.CHOICE, required=True, choices=(("1", "L1"), ("2", "L2"), ("3", "L3"), ("4", "L4"))),
        Field("purposes", "查阅目的", Kind.CHOICES, required=True, choices=_PURPOSES),
        Field("until", "有效期至", Kind.DATE, required=True, help="最长一年"),
        Field("reason", "授权事由", required=True, max_length=200),
    ), _("授权"), hint=_("授权由您批准并记入安全日志；不能为自己授权。"), icon="key")  # fmt: skip
    page = Page(_("授权"), "grants", [table], [new, Action("revoke", "", revoke, hidden=True)])
    return show(request, page)


@guard(SECURITY)
@require_http_methods(["GET", "POST"])
def service_accounts(request: HttpRequest) -> HttpResponse:
    """Programs of other units that call the API: issue a token once, take it back."""
    now = wall.now()

    def issue(r: HttpRequest, v: dict[str, Any]) -> HttpResponse:
        made, token = services.issue_token(
            name=v["name"], unit=units.get(int(v["unit"])), scopes=str(v["scopes"]).split(), expires_at=_end_of(v["until"]),
            actor=me(r), purposes_=v.get("purposes", ()), contact=v.get("contact", ""),
        )  # fmt: skip
        response = shell.render(r, "desk/admin/once.html", {
            "title": _("接口令牌"), "secret": token, "who": made.name, "back": reverse("desk:admin-services"),
            "text": _("只显示这一次，平台只保存它的摘要。请通过保密渠道交给对方单位。"),
        }, active="services")  # fmt: skip
        response.headers["Cache-Control"] = "no-store"
        return response

    def revoke(r: HttpRequest, v: dict[str, Any]) -> str:
        services.revoke_token(get_object_or_404(ServiceAccount, pk=v["id"]), actor=me(r))
        return _("令牌已吊销，立即失效")

    rows = []
    for s in selectors.service_accounts()[:200]:
        live = s.revoked_at is None and s.expires_at > now
        state = (
            Cell(_("有效"), tone="green") if live else Cell(_("已吊销") if s.revoked_at else _("已过期"), tone="plain")
        )
        rows.append((Cell(s.name, small=s.contact), s.unit.name, f"{s.token_hint}…", " ".join(s.scopes), s.expires_at, s.last_used_at or "",
                     state, Cell(buttons=(("revoke", s.pk, _("吊销")),)) if live else ""))  # fmt: skip
    table = Table((_("名称"), _("单位"), _("令牌"), _("接口范围"), _("失效"), _("最近使用"), _("状态"), ""), rows,
                  none=_("还没有服务账号"))  # fmt: skip
    new = Action("issue", _("签发令牌"), issue, (
        Field("name", "名称", required=True, max_length=100), Field("unit", "所属机构", Kind.UNIT, required=True),
        Field("contact", "联系人", max_length=100),
        Field("scopes", "接口范围", required=True, max_length=400, help="用空格隔开，例如 matter.read matter.list；* 为全部"),
        Field("purposes", "查阅目的", Kind.CHOICES, choices=_PURPOSES), Field("until", "有效期至", Kind.DATE, required=True),
    ), _("签发"), icon="plug")  # fmt: skip
    page = Page(_("服务账号"), "services", [table], [new, Action("revoke", "", revoke, hidden=True)])
    return show(request, page)


@guard(AUDIT, purpose="AUDIT")
@require_GET
def readings(request: HttpRequest) -> HttpResponse:
    """查阅日志 with filters, and patterns of the last day that somebody should look at."""
    rows = selectors.readings(who(request))
    for name, lookup in (
        ("person", "staff_label__startswith"),
        ("number", "matter_no__startswith"),
        ("unit", "unit_name__startswith"),
    ):
        if text := request.GET.get(name, "").strip():
            rows = rows.filter(**{lookup: text})
    for name in ("action", "purpose"):
        if text := request.GET.get(name, ""):
            rows = rows.filter(**{name: text})
    for name, lookup, days in (("from", "at__gte", 0), ("to", "at__lt", 1)):
        try:
            # Moments, not days of them: the log only grows, and the index is over moments.
            day = datetime.fromisoformat(request.GET.get(name, "")).date() + timedelta(days=days)
            rows = rows.filter(**{lookup: datetime.combine(day, time(), tzinfo=wall.SHANGHAI)})
        except (ValueError, OverflowError):
            continue
    found, after = _turn(request, rows)
    table = Table((_("时间"), _("查阅人"), _("动作"), _("对象"), _("人数"), _("目的"), _("终端")), [
        (r.at, Cell(r.staff_label, small=f"{r.unit_name} {roles.title(r.role)}"), r.get_action_display(),
         Cell(r.matter_no or r.object_type, small="、".join(r.fields)), Cell(r.count, number=True),
         Cell(purposes.CATALOGUE[r.purpose].title if r.purpose in purposes.CATALOGUE else r.purpose, small=r.purpose_text),
         r.terminal[:8]) for r in found
    ], none=_("没有符合条件的记录"))  # fmt: skip
    alerts = Table((_("规则"), _("谁"), _("数量")), [
        (Cell(a.title, tone="amber"), a.label, Cell(a.count, number=True)) for a in selectors.alerts()
    ], _("最近一天需要留意的"), _("没有异常"))  # fmt: skip
    page = Page(_("查阅日志"), "readings", [alerts, table], template="desk/admin/readings.html", more={
        "asked": request.GET, "action_choices": ReadingAction.choices, "purpose_choices": _PURPOSES, "after": after})  # fmt: skip
    return show(request, page)


@guard(AUDIT, purpose="AUDIT")
@require_GET
def security_log(request: HttpRequest) -> HttpResponse:
    """安全日志: sign-ins, locks, grants, tokens, refused attempts."""
    rows = selectors.security_events(who(request))
    if (kind := request.GET.get("kind", "")) in SecurityEventKind.values:
        rows = rows.filter(kind=kind)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(account__username__istartswith=text)
    found, after = _turn(request, rows)
    bad = ("SIGN_IN_FAILED", "LOCKED", "DENIED")
    table = Table((_("时间"), _("事件"), _("账号"), _("操作人"), _("详情")), [
        (e.at, Cell(e.get_kind_display(), tone="red" if e.kind in bad else "plain"),
         Cell(e.account.username, small=e.account.get_full_name()) if e.account else "",
         e.actor.get_full_name() if e.actor else "", "；".join(f"{k}：{v}" for k, v in e.detail.items())[:160]) for e in found
    ], none=_("没有符合条件的记录"))  # fmt: skip
    page = Page(_("安全日志"), "security", [table], search=True, template="desk/admin/security.html",
                more={"kinds": SecurityEventKind.choices, "asked": request.GET, "after": after})  # fmt: skip
    return show(request, page)
