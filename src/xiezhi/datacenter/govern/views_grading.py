"""分类分级: columns and their levels, the level of a join, findings to decide, the register of important data."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import declare
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.ui.plug import desk_page

from . import grading as grades
from .models import Finding, ImportantData

READ = ROLE(*roles.READERS)


@guard(READ)
@require_safe
def grading(request: HttpRequest) -> HttpResponse:
    """Every column with class and level; what a chosen set of columns is together; findings; important data."""
    asked = {k: request.GET.get(k, "")[:60] for k in ("table", "level", "q")}
    found = grades.columns(asked["table"], asked["level"], asked["q"].strip())
    joined, parts = None, [p.partition(".") for p in request.GET.getlist("part") if "." in p][:40]
    if parts:
        try:
            joined = grades.of_join([(t, c) for t, _dot, c in parts])
        except LookupError:
            joined = None
    subject = of_request(request)
    kinds = {k: title for k, (title, _level, _test) in grades.suspects().items()}
    context = {
        "page": Paginator(found, 60).get_page(request.GET.get("page")), "n": len(found), "tables": declare.tables.all(), "levels": grades.LABELS.items(), **asked,
        "joined": (grades.LABELS[joined[0]], joined[1]) if joined else None, "parts": [f"{t}.{c}" for t, _dot, c in parts],
        "findings": [(f, kinds.get(f.kind, f.kind)) for f in Finding.objects.filter(state=Finding.OPEN).order_by("-rows")[:50]],
        "important": ImportantData.objects.filter(until__isnull=True).order_by("table"), "may_decide": subject.has(roles.STEWARD.code),
        "may_register": subject.has(roles.AUTHORITY.code), "labels": {k.value: v for k, v in grades.LABELS.items()},
    }  # fmt: skip
    return desk_page(request, "govern/grading.html", context, active="data-grading")


@guard(ROLE(roles.STEWARD.code))
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A finding is taken (then the declaration is changed by those who own it) or said to be wrong."""
    found = Finding.objects.filter(pk=pk, state=Finding.OPEN).first()
    if found is None:
        raise NotFoundForYou
    state = request.POST.get("state", "")
    if state not in (Finding.TAKEN, Finding.WRONG):
        messages.error(request, _("请选择采纳或者不是。"))
        return redirect("govern_desk:grading")
    found.state, found.note, found.decided_at = state, request.POST.get("note", "")[:200], clock.now()
    found.decided_by_id = request.user.pk
    found.save(update_fields=["state", "note", "decided_at", "decided_by"])
    messages.success(request, _("已记下。采纳的，请修改数据标准中的级别。"))
    return redirect("govern_desk:grading")


@guard(ROLE(roles.AUTHORITY.code))
@require_POST
def important(request: HttpRequest) -> HttpResponse:
    """Enter a table in the register of important data, or take it out, with the reason."""
    code, reason, basis, who = (request.POST.get(k, "").strip()[:400] for k in ("table", "reason", "basis", "person"))
    if code not in declare.tables:
        messages.error(request, _("请选择数据表。"))
        return redirect("govern_desk:grading")
    if request.POST.get("remove"):
        ImportantData.objects.filter(table=code, until__isnull=True).update(until=clock.today())
        messages.success(request, _("已移出重要数据登记。"))
        return redirect("govern_desk:grading")
    if not reason or not basis or not who:
        messages.error(request, _("请写明理由、依据和数据安全负责人。"))
        return redirect("govern_desk:grading")
    try:
        assessed = date.fromisoformat(request.POST.get("assessed_on", ""))
    except ValueError:
        assessed = None
    row, made = ImportantData.objects.get_or_create(
        table=code, until=None,
        defaults={"reason": reason, "basis": basis[:200], "person_in_charge": who[:60], "assessed_on": assessed, "since": clock.today(), "by_id": request.user.pk},
    )  # fmt: skip
    if made:
        ledger.append("data.important", {"table": code, "reason": reason, "basis": basis, "since": row.since.isoformat()}, object_type="govern.important", object_id=str(row.pk))  # fmt: skip
    messages.success(request, _("已登记。") if made else _("已经在登记中。"))
    return redirect("govern_desk:grading")
