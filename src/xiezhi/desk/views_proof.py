"""存证: what the ledger holds of each record of a matter, and how anybody can check it without this platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiezhi.desk import matter as pages
from xiezhi.desk import reads, shell
from xiezhi.desk.gate import DESK, at_matter
from xiezhi.desk.views_matter import asked_purpose
from xiezhi.kernel.access.guards import guard
from xiezhi.kernel.ledger import records
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.procedures import services

__all__ = ["proof"]


@dataclass(frozen=True)
class Proof:
    """One record beside its commitment; `kept` is None where the salt was erased by law."""

    step: pages.Step
    kept: ledger.Kept | None
    text: str
    place: records.Placed | None = None

    @property
    def commitment(self) -> str:
        return self.kept.commitment.hex() if self.kept else ""

    @property
    def salt(self) -> str:
        return self.kept.salt.hex() if self.kept else ""

    @property
    def holds(self) -> bool:
        """Whether the record as it stands now is the one committed to."""
        return self.kept is not None and ledger.verify(
            self.kept.kind, self.text.encode(), self.kept.salt, self.kept.commitment
        )


def _file(matter: Any, seq: str, content: bytes) -> HttpResponse:
    """The record with its salt and proof, for `xiezhi-verify` and the ledger's page."""
    headers = {
        "Content-Disposition": f'attachment; filename="{matter.intake_no}-{seq}.json"', "Cache-Control": "no-store",
    }  # fmt: skip
    return HttpResponse(content, content_type="application/json", headers=headers)


@guard(DESK)
@require_http_methods(["GET", "POST"])
def proof(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Commitments of the records the reader may see; the salt of one on demand, which the reading log tells."""
    at = at_matter(request, public_id)
    code, text = asked_purpose(request, at)
    if not code:
        return HttpResponseRedirect(reverse("desk:purpose", args=[public_id]))
    page = pages.build(at)
    commits = {s.rec.seq: services.commitment(at.matter, s.rec) for s in page.steps}
    kept = ledger.kept("event", [c.object_id for c in commits.values()])
    places = records.places(k.entry for k in kept.values())
    proofs = []
    for s in page.steps:
        commit = commits[s.rec.seq]
        found = kept.get(commit.object_id)
        place = places.get(found.entry) if found else None
        proofs.append(Proof(s, found, ledger.canonical(commit.payload).decode(), place))
    opened = None
    if request.method == "POST":
        take = request.POST.get("record", "")
        asked = take or request.POST.get("seq", "")
        opened = next((p for p in proofs if str(p.step.rec.seq) == asked and p.kept is not None), None)
        if opened is not None and opened.kept is not None:
            reads.file_opened(
                request, at.matter, at.parties, purpose=code, text=text, action="EXPORT" if take else "SHOW",
                fields=[f"salt:{asked}"],
            )  # fmt: skip
            if take:
                return _file(at.matter, asked, records.record_file(opened.kept, opened.text.encode()))
    context = {
        "at": at, "matter": at.matter, "crumb": _("存证"), "proofs": proofs, "opened": opened,
        "prefix": ledger.PREFIX.decode().strip(),
    }  # fmt: skip
    response = shell.render(request, "desk/proof.html", context, active="mine" if at.office else "respondent")
    response.headers["Cache-Control"] = "no-store"
    return response
