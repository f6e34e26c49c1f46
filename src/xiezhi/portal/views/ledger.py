"""账本: what it is in plain words, how it stands, looking something up, and the proofs of one's own matter."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.kernel.ledger import notes, publisher, reader, records, runner
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.ledger.keys import KeyRing
from xiezhi.kernel.ledger.merkle import leaf_hash
from xiezhi.kernel.procedures import policies, selectors, services
from xiezhi.portal.limits import limited
from xiezhi.portal.views.my import find, log_own

ROWS = 100


def _policy() -> str:
    """The keys as a policy file, for the check in the browser and for `xiezhi-verify`."""
    ring = KeyRing(publisher.folder() / "keys", settings.LEDGER_ORIGIN)
    policy = publisher.load_policy()
    lines = [f"log {k.vkey}" for k in ring.mine() if k.kind == "ed25519" and k.state != "compromised"]
    lines += [f"witness {w.name} {w.key.vkey}" for w in policy.witnesses.values()]
    lines += [f"group {name} {need} {' '.join(members)}" for name, (need, members) in policy.groups.items()]
    return "\n".join([*lines, f"quorum {policy.quorum}"]) + "\n"


def _seen(note: bytes) -> list[tuple[str, Any]]:
    """Witnesses of a checkpoint with the time at which they saw it."""
    from datetime import UTC, datetime

    policy = publisher.load_policy()
    by = {(w.key.name, w.key.id): w.name for w in policy.witnesses.values()}
    found = []
    for line in notes.parse_note(note).lines:
        name = by.get((line.name, line.key))
        if name and len(line.signature) == 72:
            found.append((name, datetime.fromtimestamp(int.from_bytes(line.signature[:8]), UTC)))
    return found


def _look_up(text: str) -> dict[str, Any]:
    """An entry by its number or by a hash (commitment, entry or leaf), as far as it is published."""
    text = "".join(text.split()).lower()
    found = publisher.latest()
    size = found[0].size if found else 0
    index: int | None = None
    if re.fullmatch(r"0|[1-9][0-9]{0,18}", text):
        index = int(text)
    elif re.fullmatch(r"[0-9a-f]{64}|01[0-9a-f]{64}", text):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.idx FROM ledger_pendingentry p JOIN ledger_logentry e ON e.entry_id = p.id WHERE p.commitment = %s",
                [bytes.fromhex(text[-64:])],
            )
            row = cursor.fetchone()
        index = int(row[0]) if row else None
    else:
        return {"error": _("请输入条目序号（数字），或者64位十六进制的承诺值。")}
    if index is None or index >= size:
        return {"missing": True}
    [entry] = reader.entries(index, index + 1)
    assert found is not None
    return {
        "index": index, "entry": entry.hex(), "leaf": leaf_hash(entry).hex(),
        "proof": reader.proof_file(index, found[1]).file.decode(),
    }  # fmt: skip


@guard(PUBLIC)
@limited("ledger", 60, 60, ("GET",))
def page(request: HttpRequest) -> HttpResponse:
    """The ledger's page for everybody."""
    text = request.GET.get("q", "").strip()[:80]
    found = publisher.latest()
    context: dict[str, Any] = {
        "section": "verify", "q": text, "status": runner.status(), "point": found[0] if found else None,
        "note": found[1].decode() if found else "", "seen": _seen(found[1]) if found else [], "policy": _policy(),
        "rule": publisher.load_policy().in_words(), "hit": _look_up(text) if text else None,
    }  # fmt: skip
    return render(request, "portal/ledger.html", context)


def _mine(request: HttpRequest, public_id: Any) -> tuple[Any, Any, list[dict[str, Any]]]:
    """My matter and its records: those I made myself with their content, of the others that they stand in the ledger."""
    from xiezhi.kernel.access.permissions import require

    subject, matter = of_request(request), find(public_id)
    require(subject, policies.MATTER_OWN, matter)
    state = selectors.matter_state(matter)
    actor = policies.actor_for(subject, matter)
    rows = []
    for rec in state.history:
        event = state.procedure.events.get(rec.event)
        if event is not None and (event.plain or rec.actor == subject.ref):
            own = rec.actor == subject.ref or (rec.role in actor.roles and not event.sources)
            rows.append({"rec": rec, "title": event.title, "own": own, "commit": services.commitment(matter, rec)})
    kept = ledger.kept("event", [r["commit"].object_id for r in rows])
    for row in rows:
        row["kept"] = kept.get(row["commit"].object_id)
    places = records.places(r["kept"].entry for r in rows if r["kept"])
    for row in rows:
        row["place"] = places.get(row["kept"].entry) if row["kept"] else None
    return subject, matter, rows


@guard(policies.MATTER_OWN)
def proofs(request: HttpRequest, public_id: Any) -> HttpResponse:
    """验证: which entries of the ledger hold the steps of my matter."""
    _subject, matter, rows = _mine(request, public_id)
    return render(request, "portal/my/proofs.html", {"section": "my", "matter": matter, "rows": rows[::-1][:ROWS]})


@guard(policies.MATTER_OWN)
def proof(request: HttpRequest, public_id: Any, seq: int) -> HttpResponse:
    """One record to take home: my own in clear with its salt, any other as the bare proof."""
    subject, matter, rows = _mine(request, public_id)
    row = next((r for r in rows if r["rec"].seq == seq and r["kept"]), None)
    if row is None:
        raise Http404
    if row["own"]:
        content, kind, name = records.record_file(row["kept"], row["commit"].payload), "application/json", "json"
        log_own(request, subject, matter, "ledger.record", (f"salt:{seq}",))
    else:
        sealed = records.sealed_file(row["kept"])
        if sealed is None:
            raise Http404
        content, kind, name = sealed, "text/plain; charset=utf-8", "tlog-proof"
    headers = {
        "Content-Disposition": f'attachment; filename="{matter.intake_no}-{seq}.{name}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
