"""The stepwise application: start, task list, one question a page, check, send, receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiezhi.kernel.access.guards import LOGGED_IN, PUBLIC, guard
from xiezhi.kernel.access.models import AccountKind
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people.adapters import AdapterUnavailable
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Kind
from xiezhi.portal.limits import exceeded, limited, too_many
from xiezhi.ui import drafts, uploads
from xiezhi.ui.flow import FLOWS, Flow, Step, Walk, shown
from xiezhi.ui.forms import build_form, parse, queries, row_action


def _flow(code: str) -> Flow:
    flow = FLOWS.get(code)
    if flow is None:
        raise Http404
    return flow


def _account(request: HttpRequest) -> Any:
    """The citizen's account; office accounts apply for nobody."""
    user = request.user
    return user if user.is_authenticated and user.kind == AccountKind.CITIZEN else None


def _walk(request: HttpRequest, flow: Flow) -> Walk | None:
    opened = drafts.current(request, flow.code, flow.event)
    return Walk(flow, opened, _account(request)) if opened else None


def _base(flow: Flow, walk: Walk) -> dict[str, Any]:
    return {"section": "services", "flow": flow, "walk": walk, "draft": walk.opened, **flow.side(walk.answers)}


@guard(PUBLIC)
def start(request: HttpRequest, code: str) -> HttpResponseBase:
    """Before beginning: what is asked, how long it takes, and what has been begun already."""
    flow = _flow(code)
    walk = _walk(request, flow)
    if request.method == "POST":
        if request.POST.get("go") == "anew" and walk is not None:
            drafts.drop(request, walk.opened)
            walk = None
        if walk is None:
            if exceeded(request, "draft", 30, 3600):
                return too_many(request)
            walk = Walk(flow, drafts.start(request, flow.code, flow.event), _account(request))
        target = walk.first_open
        return redirect("portal:step", code=code, step=target.code) if target else redirect("portal:check", code=code)
    context = {"section": "services", "flow": flow, "walk": walk, "restricted": of_request(request).restricted}
    return render(request, "portal/apply/start.html", context)


@guard(PUBLIC)
def tasks(request: HttpRequest, code: str) -> HttpResponse:
    """The task list with the number and the code of the draft."""
    flow = _flow(code)
    walk = _walk(request, flow)
    if walk is None:
        return redirect("portal:apply", code=code)
    return render(request, "portal/apply/tasks.html", {**_base(flow, walk), "rows": walk.rows()})


@guard(PUBLIC)
@limited("step", 240, 600)
def step(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """One question. Whatever was typed is saved, right or wrong; only the right goes on."""
    flow = _flow(code)
    walk, page = _walk(request, flow), flow.step(step)
    if walk is None:
        return redirect("portal:apply", code=code)
    if page is None:
        raise Http404
    if page not in walk.pages:
        return redirect("portal:tasks", code=code)
    if request.method == "POST":
        return _save(request, flow, walk, page)
    stored = walk.answers.of(page.code)
    raw = stored or dict(page.start(walk.answers))
    problems = page.judge(walk.answers, stored) if stored and not walk.done(page) else []
    return _page(request, flow, walk, page, raw, problems)


def _read(request: HttpRequest, walk: Walk, page: Step) -> tuple[dict[str, Any], list[Any]]:
    form = page.form(walk.answers)
    raw = parse(form, request.POST)
    by = f"account:{request.user.uid}" if request.user.is_authenticated else ""
    trouble = uploads.take_fields(form, raw, request.FILES, draft=walk.opened.row, role="applicant", by=by)
    return raw, trouble


def _save(request: HttpRequest, flow: Flow, walk: Walk, page: Step) -> HttpResponseBase:
    raw, trouble = _read(request, walk, page)
    if request.headers.get("X-Autosave"):
        walk.opened.put(page.code, raw, done=walk.done(page) and not page.judge(walk.answers, raw))
        at = timezone.localtime(wall.now())
        return JsonResponse(
            {"message": _("%(at)s已自动保存") % {"at": f"{at:%H:%M}"}, "revision": walk.opened.row.revision}
        )
    action, _target = row_action(request.POST)
    if action:
        walk.opened.put(page.code, raw, done=False)
        return _page(request, flow, walk, page, raw, trouble, queries(request.POST))
    before = _known_from(walk, page)
    problems = [*trouble, *page.judge(walk.answers, raw)]
    walk.opened.put(page.code, raw, done=not problems)
    if problems:
        return _page(request, flow, walk, page, raw, problems, queries(request.POST), status=422)
    walk = Walk(flow, walk.opened, _account(request))
    _forget_stale(walk, page, before)
    if request.POST.get("go") == "later":
        return redirect("portal:tasks", code=flow.code)
    if request.POST.get("back_to") == "check" and walk.complete:
        return redirect("portal:check", code=flow.code)
    target = walk.first_open if request.POST.get("back_to") == "check" else walk.next(page)
    if target is None:
        target = walk.first_open
    return (
        redirect("portal:step", code=flow.code, step=target.code)
        if target
        else redirect("portal:check", code=flow.code)
    )


def _known_from(walk: Walk, page: Step) -> dict[str, Any]:
    return walk.answers.of(page.code)


def _forget_stale(walk: Walk, page: Step, before: dict[str, Any]) -> None:
    """An answer that decided later questions has changed: pages whose answers no longer pass are open again."""
    if before == walk.answers.of(page.code):
        return
    open_again = [
        p.code for p in walk.pages
        if p is not page and walk.done(p) and p.judge(walk.answers, walk.answers.of(p.code))
    ]  # fmt: skip
    if open_again:
        walk.opened.content["done"] = [s for s in walk.opened.content["done"] if s not in open_again]
        walk.opened.save()


def _page(
    request: HttpRequest,
    flow: Flow,
    walk: Walk,
    page: Step,
    raw: Any,
    problems: Any,
    typed: Any = None,
    *,
    status: int = 200,
) -> HttpResponse:
    form = build_form(
        page.form(walk.answers), raw, problems, files=uploads.describe(draft=walk.opened.row), queries=typed or {}
    )
    number, total = walk.number(page)
    context = {
        **_base(flow, walk), **page.context(walk.answers), "page": page, "form": form, "rows": walk.rows(page), "number": number,
        "total": total, "before": walk.before(page), "single": len(form.fields) == 1, "from_check": request.GET.get("from") == "check"
        or request.POST.get("back_to") == "check", "answers": walk.answers,
        "caption": _("%(title)s　第%(number)s步，共%(total)s步") % {"title": flow.title, "number": number, "total": total},
    }  # fmt: skip
    return render(request, "portal/apply/step.html", context, status=status)


def _summary(walk: Walk) -> list[dict[str, Any]]:
    """Everything answered, by section, as it will be sent."""
    files = uploads.describe(draft=walk.opened.row)
    out = []
    for section, pages in walk.sections:
        lines = []
        for page in pages:
            raw = walk.answers.of(page.code)
            form = page.form(walk.answers)
            options = (
                {str(b): c for f in build_form(form, raw).fields for b, c in f.choices}
                if any(f.kind is Kind.UNIT for f in form)
                else {}
            )
            for field in form:
                value = shown(field, raw.get(field.name), files, options)
                if value or field.required:
                    lines.append({"label": field.label, "value": value, "step": page.code, "done": walk.done(page)})
        out.append({"title": section.title, "lines": lines})
    return out


def _check_page(request: HttpRequest, flow: Flow, walk: Walk, problems: list[Any], status: int = 200) -> HttpResponse:
    lines = [{"problem": p, "step": place.code if (place := walk.place_of(p.field)) else ""} for p in problems]
    number = len(walk.sections) + 1
    context = {
        **_base(flow, walk), **flow.after(walk.answers), "summary": _summary(walk), "lines": lines, "rows": walk.rows(),
        "knows_person": flow.knows_person(walk.answers), "ready": _account(request) is not None, "office": request.user.is_authenticated and _account(request) is None,
        "caption": _("%(title)s　第%(number)s步，共%(total)s步") % {"title": flow.title, "number": number, "total": number},
    }  # fmt: skip
    return render(request, "portal/apply/check.html", context, status=status)


@guard(PUBLIC)
@limited("send", 20, 3600)
def check(request: HttpRequest, code: str) -> HttpResponseBase:
    """Check the answers, then send. What is refused leads back to its question; nothing is lost."""
    flow = _flow(code)
    walk = _walk(request, flow)
    if walk is None:
        return redirect("portal:apply", code=code)
    if not walk.complete:
        messages.warning(request, _("还有没填完的内容，填完后再提交。"))
        return redirect("portal:tasks", code=code)
    if request.method != "POST":
        return _check_page(request, flow, walk, [])
    account = _account(request)
    if account is None:
        return redirect(f"{reverse('account_login')}?next={reverse('portal:check', kwargs={'code': code})}")
    if walk.opened.row.account_id != account.pk:
        messages.error(request, _("这份草稿属于另一个账号，请用那个账号登录后提交。"))
        return redirect("portal:tasks", code=code)
    if account.person_id is None:
        messages.info(request, _("提交之前要核验一次姓名和证件号码；填好的内容都在草稿里。"))
        return redirect(f"{reverse('portal:realname')}?next={reverse('portal:check', kwargs={'code': code})}")
    if of_request(request).restricted:
        messages.error(
            request, _("未成年人和行为能力受限的人，由监护人代为申请。请监护人登录后，选择“代人办理”再提交。")
        )
        return _check_page(request, flow, walk, [], 403)
    if walk.mandate_lost:
        messages.error(request, _("代为办理的委托已经终止或者到期，不能再以代理人的身份提交这份申请。"))
        return _check_page(request, flow, walk, [], 403)
    try:
        matter = flow.send(account, walk.answers, walk.opened)
    except Refused as refused:
        return _check_page(request, flow, walk, list(refused.problems), 422)
    except AdapterUnavailable as error:
        messages.error(request, str(error))
        return _check_page(request, flow, walk, [], 503)
    return redirect("portal:receipt", code=code, public_id=matter.public_id)


@guard(LOGGED_IN)
def receipt(request: HttpRequest, code: str, public_id: Any) -> HttpResponse:
    """What was received, what happens next, by when, and by which article."""
    from xiezhi.kernel.access.permissions import require
    from xiezhi.kernel.procedures import policies, selectors
    from xiezhi.portal.views.my import find, visible_documents

    flow = _flow(code)
    matter = find(public_id)
    subject = of_request(request)
    require(subject, policies.MATTER_OWN, matter)
    state = selectors.matter_state(matter)
    context = {
        "section": "my", "flow": flow, "matter": matter, "clocks": [c for c in state.live if c.term.alarm][:2],
        "documents": visible_documents(subject, matter, state), "received": state.view.date("received_on") or matter.opened_on,
        "filed": state.history[0] if state.history else None,
    }  # fmt: skip
    return render(request, "portal/apply/receipt.html", context)
