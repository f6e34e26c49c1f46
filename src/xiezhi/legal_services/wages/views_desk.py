"""The desk: reports to triage with the urgent on top, group alarms, one page for one site, the crew, taking reports in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou, require
from xiezhi.kernel.access.reading import Object, record_reading
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import drafts, plug

from . import board, page, selectors, workers
from .codes import INDUSTRIES, PRIORITIES, THREATS
from .export import LIMIT, answer
from .filing import check_report, file_report
from .hooks import CODE
from .models import Payment, WageCase, WageProject, WageWorker, project_key
from .views_report import find, page_context, take

READERS = ("case_officer", "office_head", "organ_head", "leader", "counter_clerk", "supervisor")
TAKERS = ("case_officer", "office_head", "counter_clerk")
LEVELS = dict(enumerate(PRIORITIES.values()))
TABS = {
    "todo": Q(matter__open=True, triaged_on__isnull=True), "now": Q(matter__open=True, triaged_on__isnull=False),
    "limit": Q(matter__open=True, limit_due__isnull=False), "done": Q(matter__open=False), "all": Q(),
}  # fmt: skip
_HEAD = (
    "编号", "轻重", "用人单位", "项目", "行业", "人数", "已确认", "欠薪（元）", "追回（元）", "追回率（%）", "状态", "下一步", "仲裁时效至", "求助日", "首笔到账日",
)  # fmt: skip


def within(subject: Subject) -> QuerySet[WageCase]:
    """Cases within the subject's reach."""
    reach = Matter.objects.filter(policies.reach_q(subject), procedure=CODE)
    return WageCase.objects.filter(matter__in=reach.values("pk")).select_related("matter", "project")


def _filtered(request: HttpRequest, rows: QuerySet[WageCase]) -> QuerySet[WageCase]:
    text = request.GET.get("q", "").strip().replace("\x00", "")[:60]
    if text:
        words = Q(employer_name__contains=text) | Q(project_name__contains=text) | Q(matter__intake_no=text.upper())
        key = project_key(text)
        rows = rows.filter(words | Q(project__key__contains=key) if key else words)
    if request.GET.get("industry") in INDUSTRIES:
        rows = rows.filter(industry=request.GET["industry"])
    firm = request.GET.get("firm", "").replace("\x00", "")
    if firm:
        rows = rows.filter(employer_key=firm)
    return rows


@guard(ROLE(*READERS), purpose="HANDLE")
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """欠薪求助: what came in today first, the urgent on top. Nobody is named in the list."""
    subject = of_request(request)
    tab = request.GET.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    base = _filtered(request, within(subject))
    order = ("limit_due", "-priority", "pk") if tab == "limit" else ("-priority", "reported_on", "pk")
    rows = base.filter(TABS[tab]).order_by(*order)
    if request.GET.get("as") in ("csv", "xlsx"):
        return answer("欠薪求助", _HEAD, (_row(c) for c in rows[:LIMIT]), request.GET["as"])
    found = Paginator(rows, 40).get_page(request.GET.get("page"))
    for case in found.object_list:
        case.level = LEVELS.get(case.priority, "")  # type: ignore[attr-defined]
        case.mine = policies.roles_in(subject, case.matter) & {"organ_head"}  # type: ignore[attr-defined]
        case.danger = THREATS.get(case.threat, "") if case.threat != "NONE" else ""  # type: ignore[attr-defined]
    counts = {key: base.filter(q).count() for key, q in TABS.items() if key in ("todo", "now")}
    context = {
        "page": found, "tab": tab, "numbers": counts, "q": request.GET.get("q", ""), "industries": INDUSTRIES, "industry": request.GET.get("industry", ""),
        "today": wall.today(), "alarms": base.filter(grouped=True, answered=False, matter__open=True).count(), "may_take": subject.has(*TAKERS),
        "tabs": [("todo", _("待分流")), ("now", _("办理中")), ("limit", _("时效最近")), ("done", _("已办结")), ("all", _("全部"))],
    }  # fmt: skip
    return plug.desk_page(request, "wages/desk_queue.html", context, active="wages-queue")


def _row(case: WageCase) -> tuple[Any, ...]:
    m = case.matter
    return (m.number, LEVELS.get(case.priority, ""), case.employer_name, case.project.name if case.project else case.project_name,
            INDUSTRIES.get(case.industry, ""), case.workers, case.confirmed, case.owed, case.recovered, case.rate, m.state_title,
            m.next_step, case.limit_due, case.reported_on, case.first_paid_on)  # fmt: skip


@guard(ROLE("case_officer", "office_head", "organ_head", "leader"), purpose="HANDLE")
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """群体性欠薪: what was reported to the county's leader and what still waits for a word."""
    subject = of_request(request)
    rows = within(subject).filter(grouped=True).order_by("answered", "-matter__open", "-reported_on", "-pk")
    found = Paginator(rows, 30).get_page(request.GET.get("page"))
    for case in found.object_list:
        case.danger = THREATS.get(case.threat, "") if case.threat != "NONE" else ""  # type: ignore[attr-defined]
    return plug.desk_page(request, "wages/desk_groups.html", {"page": found}, active="wages-groups")


@guard(ROLE(*READERS), purpose="HANDLE")
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """项目: sites with reports, the largest arrears first; one site stands once however many reports it has."""
    rows = _filtered(request, within(of_request(request)))
    lines = board.by_project(rows, 200)
    if request.GET.get("as") in ("csv", "xlsx"):
        head = (
            "项目",
            "总包",
            "求助",
            "未结",
            "人数",
            "欠薪（元）",
            "追回（元）",
            "还欠（元）",
            "追回率（%）",
            "最近求助",
        )
        body = (
            (x.name, x.note, x.matters, x.open, x.workers, x.owed, x.recovered, x.left, x.rate, x.last) for x in lines
        )
        return answer("欠薪项目", head, body, request.GET["as"])
    context = {"page": Paginator(lines, 40).get_page(request.GET.get("page")), "q": request.GET.get("q", ""), "industries": INDUSTRIES,
               "industry": request.GET.get("industry", "")}  # fmt: skip
    return plug.desk_page(request, "wages/desk_projects.html", context, active="wages-projects")


@guard(ROLE(*READERS), purpose="HANDLE")
@require_GET
def project(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One site: who must pay, every report and payment about it, what is still owed."""
    site = WageProject.objects.select_related("county__division").filter(uid=uid).first()
    cases = (
        list(within(of_request(request)).filter(project=site).order_by("-matter__open", "-priority", "reported_on"))
        if site
        else []
    )
    if site is None or not cases:
        raise NotFoundForYou
    facts: dict[str, Any] = {
        "industry": site.industry,
        "employer_name": "",
        "chain": sorted({c for x in cases for c in x.matter.facts.get("chain") or []}),
    }
    firms = sorted({c.employer_name for c in cases})
    if len(firms) == 1:
        facts["employer_name"] = firms[0]
    open_sum = sum((c.owed - c.recovered for c in cases if c.matter.open), start=workers.ZERO)
    context: dict[str, Any] = {
        "site": site, "cases": cases, "sums": board.totals(WageCase.objects.filter(pk__in=[c.pk for c in cases])), "firms": firms, "open_sum": open_sum,
        "payers": selectors.payers_of(facts, site), "payments": Payment.objects.filter(matter__in=[c.pk for c in cases]).order_by("-paid_on", "-pk")[:50],
        "by_payer": Payment.objects.filter(matter__in=[c.pk for c in cases]).values("payer").annotate(sum=Sum("amount")).order_by("-sum"),
    }  # fmt: skip
    names = dict(Payment._meta.get_field("payer").choices or ())
    context["by_payer"] = [(names.get(r["payer"], r["payer"]), r["sum"]) for r in context["by_payer"]]
    return plug.desk_page(request, "wages/desk_project.html", context, active="wages-projects")


@guard(policies.MATTER_OFFICE, purpose="HANDLE")
@never_cache
@require_http_methods(["GET", "POST"])
def crew(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """工友名单: for who handles the matter; every look is written down. Confirming by telephone or face to face."""
    matter = find(public_id)
    subject = of_request(request)
    require(subject, policies.MATTER_OFFICE, matter)
    rows = list(WageWorker.objects.filter(matter=matter).select_related("person").order_by("no"))
    actor = policies.actor_for(subject, matter)
    may_act = bool(actor.roles & {"case_officer", "office_head"}) and matter.open
    if request.method == "POST":
        if not may_act:
            raise NotFoundForYou
        one = next((w for w in rows if str(w.no) == request.POST.get("no", "")), None)
        do = request.POST.get("do", "")
        if one is None or do not in ("PHONE", "DESK", "again", "left"):
            raise NotFoundForYou
        try:
            if do == "again":
                workers.invite(one, wall.now())
            else:
                workers.answer(
                    one, "no" if do == "left" else "yes", wall.now(), actor=actor, way=do if do != "left" else "DESK"
                )
            messages.success(request, _("已登记。"))
        except Refused as refused:
            for problem in refused.problems:
                messages.error(request, problem.message)
        return redirect("wages_desk:crew", public_id=public_id)
    persons = [w.person for w in rows if w.person is not None]
    obj = Object("wages.crew", str(matter.public_id), matter.pk, matter.number)
    record_reading(
        subject,
        "READ",
        obj,
        persons,
        "HANDLE",
        ("姓名", "手机号", "身份证号"),
        unit=matter.handling_unit,
        request=request,
    )
    context = {"matter": matter, "rows": rows, "crew": workers.confirmation(matter), "may_act": may_act}
    return plug.desk_page(request, "wages/desk_crew.html", context, active="wages-queue")


@guard(ROLE(*TAKERS), purpose="INTAKE")
@sensitive_post_parameters("id_no", "mobile", "crew", "story")
def new(request: HttpRequest) -> HttpResponseBase:
    """窗口、热线登记: the same page as the public's, for who comes in or telephones."""
    subject = of_request(request)
    opened = drafts.current(request, CODE, "filed_at_desk")
    if request.method != "POST":
        raw = dict(opened.answers.get("page", {})) if opened else {"channel": "HALL"}
        return _new_page(request, raw, [], opened)
    opened = opened or drafts.start(request, CODE, "filed_at_desk")
    raw, trouble = take(request, opened, staff=True)
    if request.headers.get("X-Autosave"):
        at = timezone.localtime(wall.now())
        return JsonResponse({"message": _("%(at)s已自动保存") % {"at": f"{at:%H:%M}"}, "revision": opened.row.revision})
    if "_look" in request.POST:
        return _new_page(request, raw, trouble, opened, looked=True)
    answers, problems = page.answers_of(raw)
    channel = str(raw.get("channel") or "HALL")
    actor = Actor(subject.ref, frozenset(subject.roles) & frozenset(TAKERS), subject.label)
    try:
        if problems or trouble:
            raise Refused([*trouble, *problems, *check_report(None, answers, channel=channel, staff=True).problems])
        outcome = file_report(
            None, answers, raw.get("attachments") or (), channel=channel, request_key=opened.request_key, staff_actor=actor,
            staff_units=subject.unit_ids(*TAKERS), draft=opened.row,
        )  # fmt: skip
    except Refused as refused:
        return _new_page(request, raw, [page.where(p) for p in refused.problems], opened, status=422)
    drafts.drop(request, opened)
    messages.success(request, _("已登记，编号%(n)s。") % {"n": outcome.matter.intake_no})
    return redirect("desk:matter", public_id=outcome.matter.public_id)


def _new_page(
    request: HttpRequest,
    raw: dict[str, Any],
    problems: list[Any],
    opened: Any,
    *,
    looked: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = page_context(raw, problems, opened, looked=looked, staff=True)
    return plug.desk_page(request, "wages/desk_new.html", context, active="wages-queue", status=status)
