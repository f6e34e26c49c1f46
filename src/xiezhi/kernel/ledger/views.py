"""tlog-tiles read API: static files in all but name, public, the same for everybody, cached as long as they hold."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.ledger import publisher, reader
from xiezhi.kernel.ledger.keys import KeyRing
from xiezhi.kernel.ledger.merkle import HASH_BYTES
from xiezhi.kernel.ledger.tiles import parse_path, width_at

FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=1, must-revalidate"
TEXT = "text/plain; charset=utf-8"


def _answer(content: bytes, kind: str, cache: str) -> HttpResponse:
    headers = {"Cache-Control": cache, "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)


@guard(PUBLIC)
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest published checkpoint."""
    found = publisher.latest()
    if found is None:
        raise Http404
    return _answer(found[1], TEXT, SHORT)


@guard(PUBLIC)
@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A hash tile or an entry bundle that the published size has; anything else is not there."""
    try:
        wanted = parse_path(f"tile/{path}")
    except ValueError:
        raise Http404 from None
    found = publisher.latest()
    if found is None or wanted.width > width_at(found[0].size, wanted.level or 0, wanted.index):
        raise Http404
    if wanted.level is None:
        return _answer(reader.entry_bundle(wanted.index, wanted.width), "application/octet-stream", FOREVER)
    data = reader.read_tile(wanted.level, wanted.index)[: wanted.width * HASH_BYTES]
    return _answer(data, "application/octet-stream", FOREVER)


@guard(PUBLIC)
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Verifier keys of the log with their state, and the policy: what a verifier configures. One line each.

    They are here for comfort; whoever trusts them first must have them by another way (print, gazette, the witnesses).
    """
    ring = KeyRing(publisher.folder() / "keys", settings.LEDGER_ORIGIN)
    lines = [
        f"# {k.state} from {k.from_size}{'' if k.to_size is None else f' to {k.to_size}'}\nlog {k.vkey}"
        for k in ring.mine()
    ]
    policy = publisher.load_policy()
    lines += [f"witness {w.name} {w.key.vkey}{f' {w.url}' if w.url else ''}" for w in policy.witnesses.values()]
    for name, (need, members) in policy.groups.items():
        lines.append(f"group {name} {need} {' '.join(members)}")
    lines.append(f"quorum {policy.quorum}")
    return _answer(("\n".join(lines) + "\n").encode(), TEXT, "public, max-age=60")
