"""Peer review at the desk: drawing files, following the sheets, replacing a reviewer who cannot."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.core import Refused
from xiezhi.ui import plug
from xiezhi.ui.figures import add_months

from . import quality, sheet
from .gate import agency_of
from .models import QualityReview
from .policies import OFFICE
from .views_desk import _tell


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return add_months(today.replace(day=1), -1)


@guard(OFFICE)
@require_http_methods(["GET", "POST"])
def reviews(request: HttpRequest) -> HttpResponse:
    """Draw closed files of a month for two peers each; scores beside them as they come."""
    here = agency_of(request, "case_officer", "office_head")
    today = wall.today()
    month = _month(request.POST.get("month", "") or request.GET.get("month", ""), today)
    if request.method == "POST":
        try:
            if replace := request.POST.get("replace", ""):
                found = QualityReview.objects.filter(
                    pk=int(replace) if replace.isdecimal() else 0, matter__handling_unit=here.unit
                ).first()
                if found is not None:
                    quality.redraw_reviewer(found)
                    messages.success(request, _("已另抽评查人"))
            else:
                number = request.POST.get("number", "")
                count = min(50, int(number)) if number.isdecimal() and int(number) > 0 else 5
                seed = f"{here.unit.uid}:{month:%Y-%m}:{QualityReview.objects.filter(matter__handling_unit=here.unit).count()}"
                made = quality.draw_reviews(here.unit.pk, month, add_months(month, 1), count, seed)
                messages.success(request, _("已抽取%(n)s件，每件两名评查人") % {"n": len(made) // 2})
        except Refused as error:
            _tell(request, error)
        return HttpResponseRedirect(f"{reverse('legal_aid_desk:quality')}?month={month:%Y-%m}")
    rows = (
        QualityReview.objects.filter(matter__handling_unit=here.unit)
        .select_related("matter__legal_aid__provider__person", "reviewer__person", "reviewer__firm__organization")
        .order_by("-asked_at", "matter_id", "place")[:200]
    )  # fmt: skip
    grouped: dict[int, dict[str, Any]] = {}
    for row in rows:
        entry = grouped.setdefault(
            row.matter_id, {"matter": row.matter, "reviews": [], "final": row.matter.legal_aid.quality}
        )
        entry["reviews"].append((row, sheet.grade(int(row.total)) if row.total is not None else ""))
    for entry in grouped.values():
        totals = [int(r.total) for r, _g in entry["reviews"] if r.total is not None]
        entry["apart"] = len(totals) == 2 and abs(totals[0] - totals[1]) >= quality.APART
        entry["grade"] = sheet.grade(entry["final"]) if entry["final"] is not None else ""
    context = {
        "here": here, "files": list(grouped.values()), "month": month, "sheet": sheet.SHEET, "today": today,
        "waiting": quality.closed_files(here.unit.pk, month, add_months(month, 1)).count(), "apart": quality.APART,
    }  # fmt: skip
    return plug.desk_page(request, "legal_aid/quality.html", context, active="aid-quality")
