"""归档: a closed matter as one sealed file to take out, and the check whether such a file is whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiezhi.desk import reads, shell
from xiezhi.desk.gate import OFFICE, at_matter
from xiezhi.enforcement.reconsideration import services as reconsideration
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.procedures import hooks

MAY_EXPORT = frozenset({"archivist", "office_head", "case_officer"})
LARGEST = 2 * 1024**3


@guard(OFFICE)
@require_POST
def export(request: HttpRequest, public_id: Any) -> HttpResponseBase:
    """The whole file of a closed matter as a signed ZIP; whoever takes it out is in the reading log."""
    at = at_matter(request, public_id)
    pack = hooks.of(at.matter.procedure).export
    if pack is None or at.matter.open or not at.office or not at.actor.roles & MAY_EXPORT:
        raise NotFoundForYou
    reads.file_opened(request, at.matter, at.parties, purpose=at.purpose or "ARCHIVE", action="EXPORT")
    response = StreamingHttpResponse(pack(at.matter), content_type="application/zip")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(at.matter.number)}.zip"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@guard(OFFICE)
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Whether an exported file is whole and its signature valid; nothing of it is kept."""
    found, name = None, ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None or (upload.size or 0) > LARGEST:
            messages.error(request, _("请选择导出的案卷文件（ZIP）"))
            return HttpResponseRedirect(reverse("desk:archive-verify"))
        name = str(upload.name)
        found = reconsideration.verify_package(upload)
    context = {"problems": found, "checked": found is not None, "name": name}
    return shell.render(request, "desk/archive_verify.html", context, active="archive", status=422 if found else 200)
