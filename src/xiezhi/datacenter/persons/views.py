"""The person base at the desk: figures, finding a person by number, one person with roles, records and history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xiezhi.datacenter import roles as data
from xiezhi.datacenter.lake import tables
from xiezhi.datacenter.persons import drawing, revealing, selectors
from xiezhi.datacenter.persons.models import LinkHistory, PersonEntity
from xiezhi.datacenter.persons.refreshing import RECORDS
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.purposes import PurposeError
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock
from xiezhi.ui.plug import desk_page

OBJECT = "persons.person"
FIGURES = ROLE(*data.READERS, data.LINKER.code, data.CHECKER.code)
PERSONS = ROLE(data.LINKER.code, data.CHECKER.code)
STEWARDS = ROLE(data.STEWARD.code, data.LINKER.code)
SENSITIVE = (data.LINKER.code, data.CHECKER.code)


@guard(FIGURES, purpose="STATISTICS")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Figures of the person base. No person is named here."""
    subject = of_request(request)
    there = tables.get(RECORDS).exists()
    context = {
        "records": tables.get(RECORDS).count() if there else 0, "persons": selectors.persons_in(),
        "merged": selectors.persons_in(PersonEntity.MERGED), "waiting": selectors.counts(), "held": selectors.holders() if there else None,
        "runs": Run.objects.filter(kind=Kind.LINK).order_by("-pk")[:6], "may_see": subject.has(*SENSITIVE),
        "may_run": subject.has(data.STEWARD.code, data.LINKER.code), "agreement": selectors.agreement(), "bands": selectors.model_report(),
        "history": LinkHistory.objects.select_related("entity", "other").order_by("-pk")[:10] if subject.has(*SENSITIVE) else [],
    }  # fmt: skip
    return desk_page(request, "persons/index.html", context, active="data-persons")


@guard(STEWARDS)
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Queue a refresh; a worker does it."""
    from xiezhi.datacenter.persons.tasks import refresh_persons

    run = runs.queue(Kind.LINK, "persons", by=request.user)
    refresh_persons.defer(run_id=run.pk, full=request.POST.get("full") == "1")
    messages.success(request, _("已经提交，完成后本页更新。"))
    return redirect("persons_desk:index")


@guard(PERSONS, purpose="HANDLE")
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by a whole identity number. The search itself leaves a trace; the number is not kept."""
    number = request.POST.get("id_no", "").strip()[:40]
    found = selectors.by_number("", number) if number else []
    if len(found) == 1:
        return redirect("persons_desk:person", uid=found[0])
    if not found:
        messages.error(request, _("没有这个号码的人员，请核对后再查。"))
        return redirect("persons_desk:index")
    return desk_page(request, "persons/found.html", {"found": found}, active="data-persons")


def _records(uid: str, subject: Any, clear: bool) -> tuple[list[dict[str, Any]], int]:
    """Records as shown; those of correction and prison only in clear, by purpose. Also how many are held back."""
    out, hidden = [], 0
    for record in selectors.records_of(uid):
        if record["restricted"] and not clear:
            hidden += 1
            continue
        values = [
            (title, selectors.shown(key, record["values"].get(key), clear)) for key, title in selectors.FIELDS.items()
        ]
        out.append(
            record | {"shown": [(t, v) for t, v in values if v], "table": selectors.table_title(record["record_id"])}
        )
    return out, hidden


@guard(PERSONS, purpose="HANDLE")
@never_cache
@require_GET
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One person: roles on a time line, records, why they are one person, what became of the id."""
    subject, asked = of_request(request), selectors.resolve(uid)
    if asked is None:
        raise NotFoundForYou
    if asked.state != PersonEntity.ACTIVE:
        return desk_page(
            request,
            "persons/moved.html",
            {"asked": asked, "history": selectors.history_of(str(uid))},
            active="data-persons",
        )
    key = str(uid)
    clear = revealing.revealed(request, OBJECT, key)
    records, hidden = _records(key, subject, clear)
    roles = selectors.roles_of_records([r["record_id"] for r in records], restricted=clear)
    revealing.read(request, subject, OBJECT, key, [k for r in records for k in selectors.known_for(key, r["values"])] or
                   selectors.known_for(key, {}), ["masked"])  # fmt: skip
    context = {
        "uid": key, "records": records, "hidden": hidden, "roles": roles, "clear": clear, "purposes": revealing.choices(),
        "line": drawing.line([(r.title, r.holder_name or r.holder, r.since, r.until, r.restricted) for r in roles], clock.today()),
        "history": selectors.history_of(key), "pairs": selectors.pairs_of([r["record_id"] for r in records]),
        "entity": PersonEntity.objects.get(uid=uid), "may_review": subject.has(data.LINKER.code),
    }  # fmt: skip
    return desk_page(request, "persons/person.html", context, active="data-persons")


@guard(PERSONS)
@require_POST
def reveal(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show this person's records in clear, for five minutes, with the purpose written down."""
    subject, key = of_request(request), str(uid)
    found = selectors.resolve(key)
    if found is None or found.state != PersonEntity.ACTIVE:
        raise NotFoundForYou
    records = {f"{key}#{n}": r["values"] for n, r in enumerate(selectors.records_of(key))}
    try:
        revealing.reveal(
            request, subject, OBJECT, key, records, request.POST.get("purpose", ""), request.POST.get("text", "")[:200]
        )
    except PurposeError as error:
        messages.error(request, str(error))
    return redirect("persons_desk:person", uid=uid)
