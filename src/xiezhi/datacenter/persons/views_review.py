"""复核台: the gray zone pair by pair. Both records side by side, what differs, why the machine thinks so, and the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xiezhi.datacenter import roles as data
from xiezhi.datacenter.persons import drawing, gather, revealing, review, selectors
from xiezhi.datacenter.persons.models import Decision, ReviewPair
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.purposes import PurposeError
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.ui.plug import desk_page

OBJECT = "persons.pair"
REVIEW = ROLE(data.LINKER.code)
PAGE = 40
STATES = ("OPEN", "PROPOSED", "UNSURE", "BLIND")


def _tabs() -> list[tuple[str, str]]:
    return [
        ("OPEN", _("待复核")),
        ("PROPOSED", _("待我确认")),
        ("UNSURE", _("无法判断")),
        ("BLIND", _("盲检")),
        ("DONE", _("已判断")),
    ]


def _order(request: HttpRequest) -> str:
    return "age" if request.GET.get("order") == "age" else "weight"


@guard(REVIEW, purpose="HANDLE")
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Pairs that wait, by weight or by age. No value of a person stands in this list."""
    subject, state, order = of_request(request), request.GET.get("state", "OPEN"), _order(request)
    if state == "DONE":
        rows = (
            ReviewPair.objects.filter(state__in=["SAME", "DIFFERENT"])
            .select_related("decision")
            .order_by("-decided_at", "-id")
        )
    else:
        rows = selectors.queue(order, subject, state if state in STATES else "OPEN")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [
        {
            "pair": p,
            "a": selectors.table_title(p.record_a),
            "b": selectors.table_title(p.record_b),
            "blind": state == "BLIND",
        }
        for p in page.object_list
    ]
    counts = selectors.counts()
    done = counts["SAME"] + counts["DIFFERENT"] + counts["UNSURE"]
    context = {
        "page": page, "rows": shown, "tabs": _tabs(), "state": state, "order": order, "done": done,
        "total": done + counts["OPEN"] + counts["PROPOSED"], "agreement": selectors.agreement(),
    }  # fmt: skip
    return desk_page(request, "persons/queue.html", context, active="data-persons-review")


def _found(public_id: UUID) -> ReviewPair:
    pair = ReviewPair.objects.select_related("decision").filter(public_id=public_id).first()
    if pair is None:
        raise NotFoundForYou
    return pair


def _next(pair: ReviewPair, subject: Subject, order: str, state: str) -> str:
    """Address of the next pair of the same queue; of the queue itself where it is empty."""
    found = selectors.queue(order, subject, state).exclude(pk=pair.pk).first()
    if found is None:
        return reverse("persons_desk:review")
    return reverse("persons_desk:pair", args=[found.public_id]) + f"?order={order}&state={state}"


def _act(request: HttpRequest, pair: ReviewPair, subject: Subject, blind: bool) -> str:
    """Carry out what was chosen. Gives the sentence for the reviewer. Raises NotNow."""
    post = request.POST
    note = post.get("note", "")
    match post.get("act", ""):
        case "confirm":
            review.confirm(pair.pk, note, subject)
            return _("已确认为同一人。")
        case "reject":
            review.reject(pair.pk, note, subject)
            return _("未予确认，已回到队列。")
        case "undo":
            review.undo(pair.pk, note, subject)
            return _("已撤回，原判断保留在历史中。")
    verdict = post.get("verdict", "")
    reason = post.get(f"reason_{verdict}", "")
    if blind:
        review.blind_check(pair.pk, verdict, reason, subject)
        return _("盲检结果已记录。")
    made = review.decide(pair.pk, verdict, reason, note, subject)
    if made.state == ReviewPair.PROPOSED:
        return _("已提出，等另一名复核员确认。")
    return _("已记录，下次更新人员库时生效。")


@guard(REVIEW, purpose="HANDLE")
@never_cache
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One pair. Values are masked until they are revealed with a purpose."""
    subject, one = of_request(request), _found(public_id)
    order, state = _order(request), request.GET.get("state", "OPEN")
    state = state if state in STATES else "OPEN"
    blind = state == "BLIND" and one.state in ("SAME", "DIFFERENT")
    error: review.NotNow | None = None
    if request.method == "POST":
        try:
            said = _act(request, one, subject, blind)
        except review.NotNow as no:
            error = no
        else:
            messages.success(request, said)
            return redirect(_next(one, subject, order, state))
    context = _context(request, subject, one, blind) | {
        "order": order, "state": state, "error": error, "against": getattr(error, "pairs", []), "next": _next(one, subject, order, state),
        "typed": request.POST,
    }  # fmt: skip
    return desk_page(request, "persons/pair.html", context, active="data-persons-review", status=422 if error else 200)


def _context(request: HttpRequest, subject: Subject, one: ReviewPair, blind: bool) -> dict[str, Any]:
    key = str(one.public_id)
    clear = revealing.revealed(request, OBJECT, key)
    values = gather.fetch([one.record_a, one.record_b])
    a, b = values.get(one.record_a, {}), values.get(one.record_b, {})
    persons = selectors.persons_of([one.record_a, one.record_b])
    known = [k for r, v in ((one.record_a, a), (one.record_b, b)) for k in selectors.known_for(persons.get(r), v)]
    if known:
        revealing.read(request, subject, OBJECT, key, known, ["masked"])
    decisions = [] if blind else list(one.decisions.order_by("id"))
    return {
        "pair": one, "fields": selectors.compared(a, b, clear=clear), "clear": clear, "gone": not a or not b, "blind": blind,
        "a_title": selectors.table_title(one.record_a), "b_title": selectors.table_title(one.record_b),
        "a_person": persons.get(one.record_a), "b_person": persons.get(one.record_b),
        "together": persons.get(one.record_a) is not None and persons.get(one.record_a) == persons.get(one.record_b),
        "steps": drawing.steps(selectors.steps_of(one)), "purposes": revealing.choices(),
        "reasons": [(v, t, list(review.REASONS[v].items())) for v, t in Decision.VERDICTS if v in review.REASONS],
        "decisions": [{"d": d, "note": review.note_of(d) if clear else ""} for d in decisions],
        "mine": one.decision is not None and one.decision.by_id == subject.account_id,
        "open": blind or one.state in ("OPEN", "UNSURE"),
    }  # fmt: skip


@guard(REVIEW)
@require_POST
def reveal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show both records in clear, for five minutes, with the purpose written down."""
    subject, one = of_request(request), _found(public_id)
    values, persons = gather.fetch([one.record_a, one.record_b]), selectors.persons_of([one.record_a, one.record_b])
    records = {
        f"{persons[r]}#{n}": values[r]
        for n, r in enumerate((one.record_a, one.record_b))
        if r in values and r in persons
    }
    try:
        revealing.reveal(
            request,
            subject,
            OBJECT,
            str(public_id),
            records,
            request.POST.get("purpose", ""),
            request.POST.get("text", "")[:200],
        )
    except PurposeError as error:
        messages.error(request, str(error))
    return redirect(
        reverse("persons_desk:pair", args=[public_id])
        + f"?order={_order(request)}&state={request.GET.get('state', 'OPEN')}"
    )
