"""Clues at the desk: the list, the rules with counts and precision, lawful exceptions, showing a clue in clear."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.datacenter import roles as data
from xiezhi.datacenter.clues import selectors, services, sides
from xiezhi.datacenter.clues.codes import FALSE_REASONS
from xiezhi.datacenter.clues.declare import rules
from xiezhi.datacenter.clues.lookups import KINDS
from xiezhi.datacenter.clues.models import Clue, Exemption
from xiezhi.datacenter.clues.panels import OBJECT
from xiezhi.datacenter.clues.procedure import ClueCheck
from xiezhi.datacenter.persons import revealing
from xiezhi.datacenter.persons.kinds import title
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.purposes import PurposeError
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.people import masking
from xiezhi.ui.plug import desk_page

PAGE = 40
READ = ROLE(data.CHECKER.code, data.STEWARD.code, "office_head", "leader", "supervisor")
CHECK = ROLE(data.CHECKER.code)
RUN = ROLE(data.CHECKER.code, data.STEWARD.code)
RULES = ROLE(data.STEWARD.code, "office_head")
STATES = ("FOUND", "CHECKING", "INQUIRED", "DECIDED", "CLOSED")


def _states() -> list[tuple[str, str]]:
    return [("open", _("未办结")), *((s, ClueCheck.states[s].title) for s in STATES), ("all", _("全部"))]


@guard(READ, purpose="HANDLE")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Clues within reach. Names are masked; clues from crime or correction stand here for checkers only, without their rule."""
    subject, query = of_request(request), request.GET
    state, rule, outcome, running = (query.get(k, "") for k in ("state", "rule", "outcome", "running"))
    state = state if state in dict(_states()) else "open"
    found = selectors.rows(
        subject,
        state=state,
        rule=rule[:60],
        outcome=outcome if outcome in ("CONFIRMED", "FALSE") else "",
        running=running,
    )
    page = Paginator(found, PAGE).get_page(query.get("page"))
    shown = []
    for clue in page.object_list:
        name = "" if clue.restricted else sides.opened(clue)["person"].get("name", "")
        shown.append({
            "clue": clue, "matter": clue.matter, "name": masking.name(name, strict=True),
            "rule": services.RESTRICTED_TITLE if clue.restricted else selectors.rule_title(clue.rule),
        })  # fmt: skip
    figures = selectors.figures(subject)
    context = {
        "page": page, "rows": shown, "states": _states(), "state": state, "rule": rule, "outcome": outcome, "running": running,
        "figures": [f for f in figures if f.total], "last": Run.objects.filter(kind=Kind.CLUES).order_by("-pk").first(),
        "may_run": subject.has(data.CHECKER.code, data.STEWARD.code),
    }  # fmt: skip
    return desk_page(request, "clues/index.html", context, active="data-clues")


@guard(READ, purpose="STATISTICS")
@require_GET
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule with its article, counts and precision."""
    found = selectors.figures(of_request(request))
    return desk_page(
        request, "clues/rules.html", {"figures": found, "low": [f for f in found if f.low]}, active="data-clues"
    )


@guard(READ, purpose="STATISTICS")
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it compares, on which articles, what is in doubt; switching it on or off with a reason."""
    subject = of_request(request)
    figure = next((f for f in selectors.figures(subject) if f.rule.code == code), None)
    if figure is None:
        raise NotFoundForYou
    may = subject.has(data.STEWARD.code, "office_head")
    error = ""
    if request.method == "POST":
        if not may:
            raise NotFoundForYou
        try:
            services.switch(code, request.POST.get("on") == "1", request.POST.get("reason", ""), subject)
        except ValueError as no:
            error = str(no)
        else:
            messages.success(request, _("已记录，从今天起生效。"))
            return redirect("clues_desk:rule", code=code)
    context = {
        "f": figure, "left": [title(k) for k in figure.rule.left], "right": [title(k) for k in figure.rule.right], "may": may, "error": error,
        "lookups": [KINDS[k] for k in figure.rule.lookups], "why": [(FALSE_REASONS.get(k, k), n) for k, n in figure.why.items()],
    }  # fmt: skip
    return desk_page(request, "clues/rule.html", context, active="data-clues", status=422 if error else 200)


@guard(RUN)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Queue a look; a worker does it."""
    from xiezhi.datacenter.clues.tasks import look_for_clues

    run = runs.queue(Kind.CLUES, "clues", by=request.user)
    look_for_clues.defer(run_id=run.pk)
    messages.success(request, _("已经提交，完成后新的疑点出现在列表里。"))
    return redirect("clues_desk:index")


def _visible(subject: Subject, public_id: UUID) -> Clue:
    clue = selectors.rows(subject, state="all").filter(public_id=public_id).first()
    if clue is None or clue.matter is None:
        raise NotFoundForYou
    return clue


@guard(READ, purpose="HANDLE")
@require_GET
def one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A clue is read on the page of its matter."""
    clue = _visible(of_request(request), public_id)
    assert clue.matter is not None
    return redirect("desk:matter", public_id=clue.matter.public_id)


@guard(CHECK)
@require_POST
def reveal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the clue in clear for five minutes, with the purpose written down."""
    subject = of_request(request)
    clue = _visible(subject, public_id)
    assert clue.matter is not None
    found = sides.opened(clue)["person"]
    values = {"name": found.get("name", ""), "license_no": "1"}
    try:
        revealing.reveal(
            request,
            subject,
            OBJECT,
            str(public_id),
            {f"{clue.person.uid}#0": values},
            request.POST.get("purpose", ""),
            request.POST.get("text", "")[:200],
        )
    except PurposeError as error:
        messages.error(request, str(error))
    return redirect("desk:matter", public_id=clue.matter.public_id)


@guard(READ, purpose="HANDLE")
@require_GET
def exemptions(request: HttpRequest) -> HttpResponse:
    """Lawful exceptions that hold, by the day they end."""
    subject = of_request(request)
    found = selectors.exemptions()
    if not selectors.may_see_restricted(subject):
        found = found.filter(clue__restricted=False)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = [{"e": e, "rule": selectors.rule_title(e.rule), "what": _exception(e)} for e in page.object_list]
    return desk_page(
        request,
        "clues/exemptions.html",
        {"page": page, "rows": shown, "may": subject.has(data.CHECKER.code)},
        active="data-clues",
    )


def _exception(e: Exemption) -> str:
    known = rules.get(e.rule).exceptions if e.rule in rules else ()
    return next((x.title for x in known if x.code == e.code), e.code)


@guard(CHECK)
@require_POST
def end_exemption(request: HttpRequest, pk: int) -> HttpResponse:
    """End a lawful exception before its day."""
    found = selectors.exemptions().filter(pk=pk).first()
    if found is None:
        raise NotFoundForYou
    services.end_exemption(found)
    messages.success(request, _("例外已经结束，重叠还在的，下次比对时重新提示。"))
    return redirect("clues_desk:exemptions")
