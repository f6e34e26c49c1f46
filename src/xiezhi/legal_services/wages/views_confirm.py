"""工友确认: a worker's own page behind a link and a code; following a report by number and code; the crew for who filed.

A link's page shows the worker their own line and the public course of the report, and nothing of anybody else.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.access.permissions import require
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import policies, services
from xiezhi.kernel.procedures.core import Refused

from . import guest, selectors, workers
from .models import WageWorker
from .views_report import FILED, find, too_many

OPENED = "wages.opened"
_ANSWERS = ("yes", "amount", "no")


@guard(PUBLIC)
@never_cache
@sensitive_post_parameters("code")
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """One worker: first the code, then yes, another sum, or no."""
    worker = workers.open_link(token[:64])
    if worker is None:
        return render(request, "wages/gone.html", {"section": ""}, status=404)
    opened = request.session.get(OPENED) == token
    error = ""
    if request.method == "POST":
        if exceeded(request, "wages-confirm", 30, 600):
            return too_many(request)
        if not opened:
            if workers.right_code(worker, token, request.POST.get("code", "")):
                request.session[OPENED] = token
                return redirect("wages:confirm", token=token)
            error = _("验证码不对，请看短信里的六位数字；输错太多次的，请让工友代表重发短信")
        else:
            error = _answer(request, worker)
            if not error:
                return redirect("wages:confirm", token=token)
    context: dict[str, Any] = {"section": "", "worker": worker, "opened": opened, "error": error, "token": token}
    if opened:
        context |= _public_course(worker)
    return render(request, "wages/confirm.html", context, status=422 if error else 200)


def _answer(request: HttpRequest, worker: WageWorker) -> str:
    what = request.POST.get("answer", "")
    amount = request.POST.get("own_amount", "").strip()
    if what not in _ANSWERS:
        return _("请选择一项")
    if what == "amount" and workers.money(amount) is None:
        return _("请填写欠您多少元，只写数字")
    try:
        workers.answer(worker, what, wall.now(), own_amount=amount if what == "amount" else None)
    except Refused as refused:
        return "；".join(p.message for p in refused.problems)
    return ""


def _public_course(worker: WageWorker) -> dict[str, Any]:
    """Stage and course of the report without any name or sum of others."""
    view = selectors.view_of(worker.matter)
    steps = [s for s in selectors.steps_of(view) if s.title not in ("到账", "联系工友")]
    return {"stage": view.state.public if view.state else "", "steps": steps[:12], "employer": view.facts.get("employer_name"),
            "project": view.facts.get("project_name"), "limit": selectors.limit_of(view, wall.today()),
            "person": bool(view.facts.get("employer_person"))}  # fmt: skip


@guard(PUBLIC)
@never_cache
@sensitive_post_parameters("code")
def follow(request: HttpRequest) -> HttpResponseBase:
    """查进度 without an account: number and code, sent by POST."""
    error = ""
    if request.method == "POST":
        if exceeded(request, "wages-follow", 20, 600):
            return too_many(request)
        matter = guest.by_code(request.POST.get("number", ""), request.POST.get("code", ""))
        if matter is not None:
            filed = dict(request.session.get(FILED, {}))
            filed.setdefault(str(matter.public_id), "")
            request.session[FILED] = filed
            return redirect("wages:receipt", public_id=matter.public_id)
        error = _("没有找到，请核对求助编号和查询码；忘记的请拨打12348")
    context = {"section": "my", "error": error, "number": request.POST.get("number", "")[:32]}
    return render(request, "wages/follow.html", context, status=422 if error else 200)


@guard(PUBLIC)
@never_cache
@sensitive_post_parameters("crew")
def crew(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The crew for who filed it: who has confirmed, send again, add more. Nobody else opens this page."""
    matter = find(public_id)
    subject = of_request(request)
    if str(public_id) not in request.session.get(FILED, {}):
        if not policies.MATTER_OWN.possible(subject):
            raise Http404
        require(subject, policies.MATTER_OWN, matter)
    rows = list(WageWorker.objects.filter(matter=matter).order_by("no"))
    text, problems = "", []
    if request.method == "POST":
        if exceeded(request, "wages-crew", 40, 3600):
            return too_many(request)
        if request.POST.get("again"):
            one = next(
                (w for w in rows if str(w.no) == request.POST["again"] and w.mobile and w.state == WageWorker.INVITED),
                None,
            )
            if one is not None and (one.sent_at is None or (wall.now() - one.sent_at).total_seconds() > 60):
                workers.invite(one, wall.now())
                messages.success(request, _("短信已经重发。"))
            else:
                messages.warning(request, _("刚刚发过，请过一分钟再发。"))
            return redirect("wages:crew", public_id=public_id)
        if request.POST.get("leave"):
            _leave(request, matter, next((w for w in rows if str(w.no) == request.POST["leave"]), None))
            return redirect("wages:crew", public_id=public_id)
        text = request.POST.get("crew", "")[:12000]
        problems = _add(request, matter, text)
        if not problems:
            messages.success(request, _("工友已经加上，短信已发给本人。"))
            return redirect("wages:crew", public_id=public_id)
    context = {"section": "my", "matter": matter, "rows": rows, "text": text, "problems": problems, "counts": workers.confirmation(matter),
               "lines": workers.parse_list(text) if text else []}  # fmt: skip
    return render(request, "wages/crew.html", context, status=422 if problems else 200)


def _leave(request: HttpRequest, matter: Any, worker: WageWorker | None) -> None:
    """One worker leaves; which line and what is owed to them stand in the list and are asked of nobody."""
    if worker is None or worker.filer or worker.state == WageWorker.LEFT:
        return
    actor = policies.actor_for(of_request(request), matter)
    try:
        workers.answer(worker, "no", wall.now(), actor=actor if actor.roles else workers.GUEST)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, problem.message)
        return
    messages.success(request, _("%(name)s已退出。") % {"name": worker.name})


def _add(request: HttpRequest, matter: Any, text: str) -> list[str]:
    lines = workers.parse_list(text)
    total = sum((workers.money(x.amount) or 0 for x in lines), start=workers.ZERO)
    if not lines:
        return [_("请写上工友的姓名、手机号和欠多少，一行一个人")]
    bad = [x.name for x in lines if x.trouble == "没有认出姓名" or workers.money(x.amount) is None]
    if bad:
        return [_("“%(line)s”这一行要有姓名和数额") % {"line": line} for line in bad]
    actor = policies.actor_for(of_request(request), matter)
    if not actor.roles:
        actor = workers.GUEST
    try:
        services.fire_event(
            matter.pk, "workers_added", actor,
            {"workers": [x.row() for x in lines], "added_count": len(lines), "added_owed": str(total)},
        )  # fmt: skip
    except Refused as refused:
        return [p.message for p in refused.problems]
    return []
