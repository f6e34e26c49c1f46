"""注册, 账号, 消息, and going on with a draft by number and code."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required, suspend_request
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from xiezhi.kernel.access import services as access
from xiezhi.kernel.access import sessions
from xiezhi.kernel.access.guards import LOGGED_IN, PUBLIC, guard
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.oidc import linking
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.adapters import AdapterUnavailable
from xiezhi.kernel.people.models import IdType
from xiezhi.kernel.procedures import policies, services
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Party
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.portal.limits import limited
from xiezhi.ui import drafts
from xiezhi.ui.context import PLAIN_COOKIE, TYPE_COOKIE
from xiezhi.ui.forms import build_form, parse
from xiezhi.ui.middleware import YEAR

SHOWN = 50
"""Matters on one page of the choice of service."""

SIGNUP = (
    Field("name", "姓名", required=True, help="和身份证件上的一样", max_length=100),
    Field(
        "id_type",
        "证件种类",
        Kind.CHOICE,
        required=True,
        choices=tuple((t.value, str(t.label)) for t in IdType if t != IdType.OTHER),
    ),
    Field("id_no", "证件号码", required=True, max_length=40),
    Field("phone", "手机号码", required=True, help="用来接收办理进展", max_length=20),
    Field("username", "用户名", required=True, help="登录时使用，3至60个字，不含空格", max_length=60),
)


def _next(request: HttpRequest, fallback: str) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else fallback


@guard(PUBLIC)
@sensitive_post_parameters("password1", "password2", "id_no", "phone")
@limited("signup", 10, 3600)
def signup(request: HttpRequest) -> HttpResponseBase:
    """Registration with a real-name check; one account a person."""
    if request.user.is_authenticated:
        return redirect("portal:my")
    raw: dict[str, Any] = {}
    problems: list[Problem] = []
    if request.method == "POST":
        raw = parse(SIGNUP, request.POST)
        values, problems = coerce(SIGNUP, raw)
        first, second = request.POST.get("password1", ""), request.POST.get("password2", "")
        if first != second:
            problems.append(Problem("PASSWORD", _("两次输入的密码不一样，请重新输入"), "password"))
        elif not first:
            problems.append(Problem("PASSWORD", _("请设置密码"), "password"))
        if not problems:
            account, problems = _register(values, first)
            if account is not None:
                login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
                messages.success(request, _("注册成功，已登录。"))
                return redirect(_next(request, reverse("portal:my")))
    context = {
        "section": "", "form": build_form(SIGNUP, raw, problems), "next": _next(request, ""),
        "password_error": next((p.message for p in problems if p.field == "password"), ""),
    }  # fmt: skip
    return render(request, "portal/my/signup.html", context, status=422 if problems else 200)


def _register(values: dict[str, Any], password: str) -> tuple[Account | None, list[Problem]]:
    fields = {"用户名": "username", "证件": "id_no", "手机": "phone", "姓名": "name"}
    try:
        return access.register_citizen(
            username=values["username"], password=password, name=values["name"], id_no=values["id_no"],
            id_type=values["id_type"], phone=values["phone"],
        ), []  # fmt: skip
    except ValidationError as error:
        return None, [Problem("PASSWORD", text, "password") for text in error.messages]
    except (access.AccessError, people.PeopleError, InvalidNumber) as error:
        text = str(error)
        name = next((code for word, code in fields.items() if word in text), "id_no")
        return None, [Problem("REFUSED", text, name)]
    except AdapterUnavailable as error:
        return None, [Problem("UNAVAILABLE", str(error))]


@guard(PUBLIC)
@limited("resume", 10, 600)
def resume(request: HttpRequest) -> HttpResponseBase:
    """Go on with a draft on any device: number and code, sent by POST, never in an address."""
    error = ""
    number = request.POST.get("number", "")[:30]
    if request.method == "POST":
        opened = drafts.resume(request, number, request.POST.get("code", "")[:30])
        if opened is not None:
            return redirect("portal:tasks", code=opened.row.procedure)
        error = _("没有找到这份草稿，请核对草稿编号和取回码；连续多次不对的，请过十分钟再试")
    context = {"section": "my", "error": error, "number": number}
    return render(request, "portal/my/resume.html", context, status=422 if error else 200)


@guard(LOGGED_IN)
def account(request: HttpRequest) -> HttpResponseBase:
    """What the platform holds about me (masked), and what I may set."""
    user: Any = request.user
    person = getattr(user, "person", None)
    if request.method == "POST":
        if request.POST.get("do") == "look":
            return _save_look(request, user)
        if request.POST.get("do") == "service":
            return _save_service(request, user)
        if request.POST.get("do") == "unlink":
            return _unlink(request, user)
        if request.POST.get("do") == "sessions":
            return _end_sessions(request, user)
        if request.POST.get("do") == "address" and person is not None:
            people.update_person(person, service_address=request.POST.get("service_address", "").strip()[:200])
            messages.success(request, _("送达地址已保存。"))
            return redirect("portal:account")
    parties = Party.objects.filter(account_id=user.pk or 0, valid_to__isnull=True, matter__open=True)
    page = Paginator(parties.select_related("matter").order_by("-id"), SHOWN).get_page(request.GET.get("page"))
    context = {
        "section": "my", "person": person, "page": page, "provider": settings.OIDC.get("name", ""),
        "links": linking.links_of(user), "sessions": sessions.open_sessions(user, request.session.session_key or ""),
        "has_password": user.has_usable_password(),
    }  # fmt: skip
    return render(request, "portal/my/account.html", context)


def _unlink(request: HttpRequest, user: Any) -> HttpResponse:
    if is_reauthentication_required(request, app="allauth.socialaccount"):
        answer: HttpResponse = suspend_request(request, reverse("account_reauthenticate"))
        return answer
    link = request.POST.get("link", "")
    try:
        linking.unlink(
            user, int(link) if link.isascii() and link.isdecimal() else 0, terminal=access.terminal_of(request)
        )
    except linking.Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _("已解除关联。"))
    return redirect("portal:account")


def _end_sessions(request: HttpRequest, user: Any) -> HttpResponse:
    chosen = request.POST.get("session", "")
    only = int(chosen) if chosen.isascii() and chosen.isdecimal() else None
    here = request.session.session_key or ""
    n = sessions.end_others(user, here, only=only, terminal=access.terminal_of(request))
    messages.success(request, _("已退出%(n)s台其他设备。") % {"n": n} if n else _("没有其他设备需要退出。"))
    return redirect("portal:account")


def _save_look(request: HttpRequest, user: Any) -> HttpResponse:
    user.large_type = request.POST.get("large_type") == "true"
    user.plain_language = request.POST.get("plain_language") == "true"
    language = request.POST.get("language", "")
    user.language = language if language in ("zh-hans", "en") else "zh-hans"
    user.save(update_fields=["large_type", "plain_language", "language"])
    response = redirect("portal:account")
    size = "large" if user.large_type else "normal"
    secure = request.is_secure()
    response.set_cookie(TYPE_COOKIE, size, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    plain = "1" if user.plain_language else "0"
    response.set_cookie(PLAIN_COOKIE, plain, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    response.set_cookie("django_language", user.language, max_age=YEAR, samesite="Lax", httponly=True, secure=secure)
    messages.success(request, _("显示设置已保存。"))
    return response


def _save_service(request: HttpRequest, user: Any) -> HttpResponse:
    """Consent to electronic service can be given and taken back for every open matter (民事诉讼法 第90条). What changed
    becomes an event of its matter; matters that were not on the page stay as they are."""
    chosen = {int(v) for v in request.POST.getlist("consent") if v.isdecimal()}
    shown = [int(v) for v in request.POST.getlist("shown")[:SHOWN] if v.isdecimal()]
    rows = Party.objects.filter(account_id=user.pk, valid_to__isnull=True, matter__open=True, pk__in=shown)
    subject, changed = of_request(request), 0
    for party in rows.select_related("matter").order_by("id"):
        wanted = party.pk in chosen
        if party.e_service == wanted:
            continue
        actor = policies.actor_for(subject, party.matter)
        try:
            services.act(party.matter_id, "service_chosen", actor, {"party": party.pk, "e_service": wanted})
            changed += 1
        except Refused as refused:
            messages.error(request, f"{party.matter.number}：{refused}")
    if changed:
        messages.success(request, _("电子送达的选择已保存，对以后送达的文书生效。"))
    return redirect("portal:account")


@guard(LOGGED_IN)
def link_confirm(request: HttpRequest) -> HttpResponseBase:
    """The last step of linking an identity whose owner has just signed in by the account's own means."""
    user: Any = request.user
    waiting = linking.pending(request)
    if request.method == "POST":
        try:
            done = linking.complete_pending(request, user)
        except linking.Refusal as refusal:
            return linking.refusal_page(request, refusal)
        if done:
            messages.success(request, _("已关联。以后可以用%(name)s登录。") % {"name": settings.OIDC.get("name", "")})
        return redirect("portal:account")
    if waiting is None:
        return redirect("portal:account")
    return render(request, "portal/my/link.html", {"section": "my", "provider": settings.OIDC.get("name", "")})


@guard(LOGGED_IN)
def notices(request: HttpRequest) -> HttpResponseBase:
    """Messages on the site, newest first; what is shown counts as read once marked."""
    rows = Notice.objects.filter(account_id=request.user.pk or 0, channel=Notice.SITE)
    if request.method == "POST":
        rows.filter(read_at__isnull=True).update(read_at=wall.now())
        return redirect("portal:notices")
    page = Paginator(rows.select_related("matter").order_by("-id"), 30).get_page(request.GET.get("page"))
    return render(request, "portal/my/notices.html", {"section": "my", "page": page})
