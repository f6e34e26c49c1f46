"""公司欠我工资: the one page, the search for a site, and the receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from xiezhi.kernel.access import acting
from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.limits import exceeded
from xiezhi.kernel.access.models import AccountKind
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.people import masking
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import drafts, uploads
from xiezhi.ui.forms import build_form

from . import guest, page, places, selectors
from .filing import file_report

CODE, EVENT = "QXWQ", "filed"
FILED = "wages.filed"


def too_many(request: HttpRequest) -> HttpResponse:
    """429 in plain words."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "600"
    return response


def _citizen(request: HttpRequest) -> Any:
    user = request.user
    return user if user.is_authenticated and user.kind == AccountKind.CITIZEN else None


def _account(request: HttpRequest) -> Any:
    """The citizen's account once it is known whose it is; until then they report as somebody without an account does."""
    user = _citizen(request)
    return user if user is not None and user.person_id is not None else None


def _mandate(request: HttpRequest, opened: Any) -> Any:
    """The mandate a draft was begun with, while it counts; without a draft the one chosen in the header."""
    chosen = acting.current(request)
    wanted = opened.content.get("mandate") if opened else chosen.pk if chosen is not None else None
    return acting.for_account(_account(request), wanted, CODE)


@guard(PUBLIC)
@sensitive_post_parameters("id_no", "mobile", "crew", "story")
def report(request: HttpRequest) -> HttpResponseBase:
    """One page, one press: what is wrong comes back with everything typed and every photo kept."""
    if request.user.is_authenticated and _citizen(request) is None:
        return redirect("wages_desk:new")
    opened = drafts.current(request, CODE, EVENT)
    if request.method != "POST":
        raw = dict(opened.answers.get("page", {})) if opened else {}
        return _page(request, raw, [], opened)
    if exceeded(
        request,
        "wages-save" if request.headers.get("X-Autosave") else "wages",
        240 if request.headers.get("X-Autosave") else 30,
        3600,
    ):
        return too_many(request)
    opened = opened or drafts.start(request, CODE, EVENT)
    raw, trouble = take(request, opened)
    if request.headers.get("X-Autosave"):
        at = timezone.localtime(wall.now())
        return JsonResponse({"message": _("%(at)s已自动保存") % {"at": f"{at:%H:%M}"}, "revision": opened.row.revision})
    if "_look" in request.POST:
        return _page(request, raw, trouble, opened, looked=True)
    return _send(request, opened, raw, trouble)


def take(request: HttpRequest, opened: drafts.Opened, *, staff: bool = False) -> tuple[dict[str, Any], list[Problem]]:
    """Read, keep the photos under the draft, save everything. Camera and album are one list."""
    raw = page.read(request.POST, staff=staff)
    sent: MultiValueDict[str, Any] = request.FILES.copy()
    sent.setlist("attachments", [*request.FILES.getlist("attachments"), *request.FILES.getlist("camera")])
    by = f"account:{request.user.uid}" if request.user.is_authenticated else "guest"
    trouble = uploads.take_fields((page.ATTACH,), raw, sent, draft=opened.row, role="applicant", by=by)
    opened.put("page", raw, done=False)
    return raw, trouble


def _send(request: HttpRequest, opened: drafts.Opened, raw: dict[str, Any], trouble: list[Problem]) -> HttpResponseBase:
    answers, problems = page.answers_of(raw)
    problems = [*trouble, *problems]
    account, mandate = _account(request), _mandate(request, opened)
    if mandate is not None:
        answers["mandate"] = mandate.pk
    elif opened.content.get("mandate") is not None:
        problems.append(Problem("MANDATE", _("代为办理的委托已经终止或者到期，请先在页面上方换回本人"), ""))
    if of_request(request).restricted:
        problems.append(
            Problem(
                "RESTRICTED",
                _("请由监护人登录后，选择“代人办理”再求助；也可以拨打12348，由工作人员登记"),
                "",
                "民法典 第23条",
            )
        )
        return _page(request, raw, problems, opened, status=403)
    try:
        if problems:
            from .filing import check_report

            problems += check_report(account, answers, channel="WEB").problems
            raise Refused(problems)
        outcome = file_report(
            account,
            answers,
            raw.get("attachments") or (),
            channel="WEB",
            request_key=opened.request_key,
            draft=opened.row,
        )
    except Refused as refused:
        told = _once([page.where(p) for p in refused.problems])
        return _page(request, raw, told, opened, status=422)
    drafts.drop(request, opened)
    matter = outcome.matter
    code = "" if account is not None else guest.give_code(matter)
    filed = dict(request.session.get(FILED, {}))
    filed[str(matter.public_id)] = code
    request.session[FILED] = filed
    return redirect("wages:receipt", public_id=matter.public_id)


def _once(problems: list[Problem]) -> list[Problem]:
    seen: set[tuple[str, str]] = set()
    return [p for p in problems if not ((p.field, p.message) in seen or seen.add((p.field, p.message)))]  # type: ignore[func-returns-value]


def _page(
    request: HttpRequest,
    raw: dict[str, Any],
    problems: list[Problem],
    opened: Any,
    *,
    looked: bool = False,
    status: int = 200,
) -> HttpResponse:
    account, mandate = _account(request), _mandate(request, opened)
    person = mandate.principal if mandate is not None else account.person if account is not None else None
    context = page_context(raw, problems, opened, looked=looked) | {
        "section": "services", "person": person, "mandate": mandate, "unverified": _citizen(request) is not None and account is None,
        "restricted": of_request(request).restricted, "phone": masking.phone(person.phone) if person is not None and person.phone else "",
    }  # fmt: skip
    return render(request, "wages/report.html", context, status=status)


def page_context(
    raw: dict[str, Any], problems: list[Problem], opened: Any, *, looked: bool = False, staff: bool = False
) -> dict[str, Any]:
    """What the page's template needs; the desk shows the same page for those who telephone or come in."""
    fields = (*page.STAFF_FIELDS, *page.FIELDS) if staff else page.FIELDS
    form = build_form(fields, raw, problems, files=uploads.describe(draft=opened.row) if opened else {})
    by_name = {f.field.name: f for f in form}
    year = str(wall.today().year)
    for name in ("ended_on", "owed_from"):
        if not any(by_name[name].parts.values()):
            by_name[name].parts = {"y": year, "m": "", "d": ""}
    lines = page.crew_of(raw) if raw.get("crew") else []
    return {
        "form": form, "f": by_name, "places": places.counties(), "lines": lines, "draft": opened, "looked": looked,
        "found": selectors.projects_like(str(raw.get("project_name") or "")) if looked else [],
        "more_open": any(by_name[n].error or by_name[n].value for n in ("contractor_name", "relation", "threat", "story")),
        "crew_open": bool(lines) or bool(by_name["crew"].error), "staff": staff,
    }  # fmt: skip


@guard(PUBLIC)
def projects(request: HttpRequest) -> HttpResponse:
    """Known sites whose name holds what was typed: name, general contractor and county, nothing of any worker."""
    if exceeded(request, "wages-find", 240, 600):
        return too_many(request)
    found = selectors.projects_like(request.GET.get("project_name", ""))
    return render(request, "wages/projects_found.html", {"found": found, "chosen": request.GET.get("project", "")})


def find(public_id: UUID) -> Matter:
    """The matter, or 404."""
    found = Matter.objects.select_related("organ", "handling_unit").filter(public_id=public_id, procedure=CODE).first()
    if found is None:
        raise Http404
    return found


@guard(PUBLIC)
def receipt(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was received, what happens today, who must pay by law, until when to go to arbitration."""
    matter = find(public_id)
    filed = request.session.get(FILED, {})
    subject = of_request(request)
    if str(public_id) not in filed and not (
        policies.MATTER_OWN.possible(subject) and policies.MATTER_OWN.test(subject, matter)
    ):
        raise Http404
    context = selectors.told_of(matter) | {
        "section": "my",
        "code": filed.get(str(public_id), ""),
        "own": _account(request) is not None,
    }
    return render(request, "wages/receipt.html", context)
