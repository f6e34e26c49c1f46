"""The queue by clock, its export, its bulk actions, and the live stream behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiezhi.desk import export, live, reads, rows, shell
from xiezhi.desk.gate import DESK, HOME, OFFICE, at_matter, who
from xiezhi.kernel import prepared
from xiezhi.kernel.access import purposes
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures import policies, registry, selectors, services
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import plug

PAGE = 40
SHOWN = (
    "public_id", "procedure", "version", "state", "state_title", "open", "intake_no", "case_no", "subject", "parties_line",
    "opened_on", "closed_on", "next_step", "due_term", "due_legal", "due_sort", "due_provisional", "held",
    "handling_unit__name", "handling_unit__short_name", "handler__name",
)  # fmt: skip
"""What a row of the queue shows; the rest of a matter stays in the database."""
BULK_LIMIT = 100


def _states(filters: rows.Filters) -> list[tuple[str, str]]:
    """States to choose from: of the chosen service, or of all, in the order of the declaration."""
    found: dict[str, str] = {}
    for procedure in registry.all_procedures():
        if not filters.service or procedure.code == filters.service:
            found |= {code: state.title for code, state in procedure.states.items()}
    return list(found.items())


def _colleagues(subject: Subject) -> list[tuple[int, str]]:
    """Staff who handle matters in the subject's units today, for the handler filter and for assignment."""
    units = sorted(subject.unit_ids(*policies.OFFICE_READERS))
    with prepared.cursor() as cursor:
        cursor.execute(_COLLEAGUES, {"units": units, "today": wall.today()})
        return cursor.fetchall()


_COLLEAGUES = """
    SELECT s.id, s.name FROM people_staff s
    WHERE s.status = 'ACTIVE'
      AND s.id IN (SELECT a.staff_id FROM people_appointment a
                   WHERE a.unit_id = ANY(%(units)s::bigint[]) AND a.valid_from <= %(today)s
                     AND (a.valid_to IS NULL OR a.valid_to > %(today)s))
    ORDER BY s.sort_key, s.id LIMIT 200
"""


def _home(subject: Subject) -> str:
    """Where the desk begins for somebody without a queue of their own."""
    if subject.admin_role:
        return reverse("desk:admin")
    if not subject.has("case_officer", "office_head", "organ_head", "counter_clerk", "archivist", "sealer"):
        if not subject.has(*policies.OFFICE_READERS, "statistician", *policies.AUTHORITY_ROLES) and (
            items := plug.nav_for(subject)
        ):
            return reverse(items[0].url)
        return (
            reverse("desk:figures")
            if subject.has("leader", "statistician", "supervisor")
            else reverse("desk:respondent")
        )
    return ""


@guard(HOME)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Matters by clock: mine, my unit's, all within reach. The number of statements does not depend on the rows."""
    subject = who(request)
    plain = not request.GET
    if not subject.has(*policies.OFFICE_READERS) or (plain and _home(subject)):
        return HttpResponseRedirect(_home(subject) or reverse("desk:respondent"))
    filters = rows.Filters.read(
        request.GET, view="reach" if request.GET.get("q") and "view" not in request.GET else "mine"
    )
    reach = rows.view_q(filters.view, request) & filters.q()
    today = wall.today()
    found = selectors.queue(
        reach,
        due=filters.due,
        open_only=filters.open_only,
        filters=filters.equalities(),
        sort=filters.sort,
        today=today,
    )
    page = selectors.page(found.only(*SHOWN), after=filters.after, size=PAGE)
    tabs = selectors.tabs(reach, filters=filters.equalities(), today=today) if filters.open_only else None
    reads.listed(request, page.rows)
    if request.session.get(rows.SESSION_LIST) != filters.url():
        request.session[rows.SESSION_LIST] = filters.url()
    context = {
        "filters": filters,
        "page": page,
        "groups": rows.groups(page.rows, today, sort=filters.sort),
        "tabs": [(key, title, tabs[key] if tabs else None) for key, title in rows.TABS],
        "cap": selectors.CAP,
        "views": rows.SCOPES,
        "title": dict(rows.SCOPES)[filters.view],
        "services": [(p.code, p.title) for p in registry.all_procedures()],
        "states": _states(filters),
        "tracks": rows.TRACKS,
        "sorts": rows.SORTS,
        "colleagues": _colleagues(subject),
        "respondent": Unit.objects.filter(pk=filters.respondent).first() if filters.respondent else None,
        "several_units": len({m.handling_unit_id for m in page.rows}) > 1,
        "may_assign": subject.has("office_head", "case_officer"),
        "may_register": subject.handles(shell.FILING) and subject.has("case_officer", "office_head", "counter_clerk"),
        "purposes": export.PURPOSES,
        "find_text": filters.text,
        "here": request.get_full_path(),
    }
    template = "desk/queue_rows.html" if getattr(request, "htmx", False) else "desk/queue.html"
    return shell.render(request, template, context, active=filters.view)


@guard(OFFICE)
@require_POST
def export_queue(request: HttpRequest) -> HttpResponse:
    """What the queue shows, as CSV or XLSX, for a purpose; the reading log names every matter in it."""
    filters = rows.Filters.read(request.POST)
    try:
        purposes.require(request.POST.get("purpose", ""), request.POST.get("purpose_text", ""))
    except purposes.PurposeError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("desk:queue") + filters.url())
    reach = rows.view_q(filters.view, request) & filters.q()
    found = selectors.queue(
        reach, due=filters.due, open_only=filters.open_only, filters=filters.equalities(), sort=filters.sort
    )
    listed = list(found.select_related("handling_unit", "handler")[: export.LIMIT])
    reads.listed(
        request, listed, action="EXPORT", purpose=request.POST.get("purpose", ""),
        text=request.POST.get("purpose_text", ""), name="queue",
    )  # fmt: skip
    return export.answer(
        export.table(listed, request), str(dict(rows.SCOPES)[filters.view]), request.POST.get("as", "xlsx")
    )


def _picked(request: HttpRequest, subject: Subject) -> list[Matter]:
    keys = [k for k in request.POST.getlist("pick") if k.isdecimal()][:BULK_LIMIT]
    return list(
        Matter.objects.filter(policies.reach_q(subject), pk__in=keys)
        .select_related("handling_unit", "handler")
        .order_by("pk")
    )


@guard(OFFICE)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Assign, hand over or print several matters. Decisions of law are taken one by one and never here."""
    subject = who(request)
    picked = _picked(request, subject)
    back = request.POST.get("back", "")
    back = back if back.startswith("/desk/") else reverse("desk:queue")
    if not picked:
        messages.error(request, _("请先在列表中选择办件"))
        return HttpResponseRedirect(back)
    action = request.POST.get("do", "")
    if action == "print":
        reads.listed(request, picked, action="PRINT", name="queue")
        return shell.render(request, "desk/print_list.html", {"rows": picked, "print_at": wall.now()})
    if action not in ("assign", "handover"):
        messages.error(request, _("请选择要做什么"))
        return HttpResponseRedirect(back)
    staff = request.POST.get("staff", "")
    if not staff.isdecimal() or int(staff) not in {pk for pk, _name in _colleagues(subject)}:
        messages.error(request, _("请选择本单位的承办人"))
        return HttpResponseRedirect(back)
    done, refused = 0, []
    for matter in picked:
        try:
            _move(subject, matter, action, staff, request.POST.get("reason", ""))
            done += 1
        except Refused as error:
            refused.append(f"{matter.number}：{error}")
    if done:
        messages.success(request, _("已办理%(n)d件") % {"n": done})
    for line in refused:
        messages.error(request, line)
    return HttpResponseRedirect(back)


def _move(subject: Subject, matter: Matter, action: str, staff: str, reason: str) -> None:
    actor = policies.actor_for(subject, matter)
    if action == "assign":
        others = [str(o) for o in matter.facts.get("officers") or () if str(o) != staff]
        services.fire_event(matter.pk, "assigned", actor, {"officers": [staff, *others][:2] or [staff]})
        return
    services.fire_event(
        matter.pk, "handed_over", actor,
        {"from_officer": str(matter.handler_id or ""), "to_officer": staff, "reason": reason or _("批量移交")},
    )  # fmt: skip


def scope_of(subject: Subject) -> live.Scope:
    """What a subject's desk may hear about, from the same areas that filter its lists."""
    units: set[int] = set(subject.unit_ids(*policies.OFFICE_READERS))
    levels: dict[str, set[int]] = {name: set() for name in live.LEVELS}
    everything = False
    for area in subject.areas(*policies.OFFICE_READERS):
        name = area.column.removesuffix("_id")
        if area.column == "id":
            units |= area.values
        elif name in levels:
            levels[name] |= area.values
        elif name == "min":
            everything = True
    theirs: frozenset[int] = frozenset()
    if subject.unit_ids(*policies.AUTHORITY_ROLES):
        keys = Matter.objects.filter(policies.authority_q(subject), open=True).values_list("pk", flat=True)
        theirs = frozenset(keys[:2000])
    return live.Scope(
        frozenset(units), *(frozenset(levels[n]) for n in live.LEVELS), matters=theirs, everything=everything
    )


@guard(DESK)
@require_GET
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events: that something within reach changed, or that this one matter did. Never what."""
    matter_id = None
    if wanted := request.GET.get("m"):
        matter_id = at_matter(request, wanted).matter.pk
        scope = live.Scope()
    else:
        scope = scope_of(who(request))  # may be empty: such a desk hears only that the line is open
    one = live.Stream(scope, matter_id)

    async def body() -> AsyncIterator[bytes]:
        async for part in live.event_stream(one):
            yield part

    response = StreamingHttpResponse(body(), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response
