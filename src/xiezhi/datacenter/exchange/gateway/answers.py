"""What goes out: rows cut to the grant and masked, verifications, signatures over the answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from xiezhi.kernel import sealing

from .. import identity
from ..declare import Kind
from ..looking import normal
from ..problems import Refused
from ..signatures.messages import ANSWER, base_of, content_digest, params_text, sf_bytes
from .work import Item, Work

__all__ = ["SEALED", "finish", "refuse"]

SEALED = "exchange.row"
Found = tuple[bytes, bytes | None, bytes | None]
"""JSON of a row, its sealed part, whose it is."""


def finish(work: Work, found: Mapping[UUID, Sequence[Found]]) -> None:
    """Make the answer to a call that is allowed."""
    if work.received is not None:
        _say(work, dict(work.received) if work.grant is None else {"call": work.call, **work.received})
        return
    grant, plan = work.grant, work.plan
    assert grant is not None and plan is not None
    interface = grant.interface
    answers = []
    persons: list[bytes] = []
    for item in work.items:
        rows = []
        for data, sealed, person in found.get(item.key, ()):
            row = orjson.loads(data)
            if plan.unseals and sealed:
                row.update(sealing.unseal(sealed, context=SEALED))
            if grant.reaches(row):
                rows.append(row)
                if person is not None:
                    persons.append(bytes(person))
        if item.person is not None:
            persons.append(item.person)
        if interface.kind is Kind.VERIFY:
            answers.append(_verified(work, item, rows))
        else:
            del rows[interface.most :]
            answers.append({"count": len(rows), "rows": [_cut(plan.shown, row) for row in rows]})
        work.rows += len(rows)
    work.persons = list(dict.fromkeys(persons))
    if work.many:
        _say(work, {"call": work.call, "interface": interface.code, "answers": answers})
    else:
        _say(work, {"call": work.call, "interface": interface.code, **answers[0]})


def _cut(shown: Sequence[tuple[str, Any]], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) if mask is None else mask(row.get(name)) for name, mask in shown}


def _verified(work: Work, item: Item, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Yes or no: whether a row stands under the key, and which claims hold for it; of several rows the best counts."""
    if not rows:
        return {"result": "NO_RECORD", "claims": {}}
    best: dict[str, bool] = {}
    for row in rows:
        held = {
            name: row.get(name) is not None and normal(str(row[name])) == normal(told)
            for name, told in item.claims.items()
        }
        if not best or sum(held.values()) > sum(best.values()):
            best = held
    return {"result": "MATCH" if all(best.values()) else "MISMATCH", "claims": best}


def _say(work: Work, content: dict[str, Any]) -> None:
    work.body = orjson.dumps(content)
    work.status = 200
    work.headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    _sign(work, "application/json")


def refuse(work: Work, refusal: Refused) -> None:
    """Make the answer to a call that is refused."""
    work.refusal = refusal
    work.rows, work.persons = 0, []
    work.body = refusal.body(work.call)
    work.status = refusal.problem.status
    work.headers = [
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if refusal.retry_after:
        work.headers.append((b"retry-after", str(refusal.retry_after).encode()))
    if refusal.problem.status == 401:
        work.headers.append((b"www-authenticate", b'Signature realm="exchange", Bearer realm="exchange"'))
    _sign(work, "application/problem+json")


def _sign(work: Work, media_type: str) -> None:
    """Sign the answer to a signed request, bound to it: with ours of the algorithm the partner signs with."""
    if not work.sign_alg:
        return
    key = identity.own(work.sign_alg)
    components = (
        ANSWER if "content-digest" in work.request.headers else tuple(c for c in ANSWER if c != '"content-digest";req')
    )
    digest = content_digest(work.body)
    text = params_text(components, created=int(time.time()), keyid=key.key_id, alg=key.alg)
    base = base_of(
        components,
        text,
        work.request,
        status=work.status,
        headers={"content-type": media_type, "content-digest": digest},
    )
    work.headers += [
        (b"content-digest", digest.encode()),
        (b"signature-input", f"answer={text}".encode()),
        (b"signature", f"answer={sf_bytes(key.sign(base))}".encode()),
    ]
