"""草稿: what somebody has filled in so far, sealed, resumed on any device by number and code.

The number (CG-7K3F-2209) finds the draft, the code opens it. Both are shown to the person; the code is kept only inside
the sealed content, so that the table alone opens nothing. Nothing personal stands in an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from xiezhi.kernel.access import acting
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.verify import ALPHABET
from xiezhi.kernel.procedures.models import Draft, Matter
from xiezhi.kernel.sealing import Unreadable, seal, unseal

__all__ = ["Opened", "claim", "current", "drop", "of_account", "resume", "start"]

SESSION = "portal.drafts"
FOR_PRINCIPAL: set[str] = set()
"""Procedures whose application can be filled in for somebody else by a recorded mandate; filled by `ui.flow.register`."""
CODE_LENGTH = 8


class Opened:
    """A draft with its content in clear. `answers` are raw values by step; `save` seals them again."""

    def __init__(self, row: Draft, content: dict[str, Any]) -> None:
        self.row = row
        self.content = content

    @property
    def answers(self) -> dict[str, Any]:
        found = self.content.setdefault("answers", {})
        assert isinstance(found, dict)
        return found

    @property
    def number(self) -> str:
        return self.row.code

    @property
    def code(self) -> str:
        """The code that opens the draft elsewhere, in two groups."""
        text = str(self.content.get("code", ""))
        return f"{text[:4]}-{text[4:]}"

    @property
    def request_key(self) -> str:
        """One key for the sending of this draft: pressed twice, it is sent once."""
        return str(self.content["request_key"])

    def save(self) -> None:
        self.row.sealed = seal(self.content, context="draft")
        self.row.updated_at = wall.now()
        Draft.objects.filter(pk=self.row.pk).update(
            sealed=self.row.sealed, revision=F("revision") + 1, updated_at=self.row.updated_at
        )
        self.row.revision += 1

    def put(self, step: str, values: Mapping[str, Any], *, done: bool) -> None:
        """Store one step's raw values and whether they passed."""
        self.answers[step] = dict(values)
        finished = [s for s in self.content.get("done", []) if s != step]
        self.content["done"] = [*finished, step] if done else finished
        self.save()

    def is_done(self, step: str) -> bool:
        return step in self.content.get("done", ())


def _mandate(request: HttpRequest, procedure: str, matter: Matter | None) -> int | None:
    """For whom a new application is filled in: the mandate chosen in the header, where it reaches that procedure."""
    chosen = acting.current(request) if matter is None else None
    if chosen is None or procedure not in FOR_PRINCIPAL or not acting.covers(chosen, procedure):
        return None
    return chosen.pk


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def start(
    request: HttpRequest, procedure: str, event: str, *, matter: Matter | None = None, seen_seq: int = 0
) -> Opened:
    """A new draft, remembered by this browser; it belongs to the account where one is signed in."""
    content: dict[str, Any] = {
        "answers": {}, "done": [], "code": _random(CODE_LENGTH), "request_key": f"portal-{secrets.token_hex(16)}",
    }  # fmt: skip
    if (mandate := _mandate(request, procedure, matter)) is not None:
        content["mandate"] = mandate
    number = f"CG-{_random(4)}-{_random(4)}"
    account = request.user if isinstance(request.user, Account) or request.user.is_authenticated else None
    row = Draft.objects.create(
        code=number, account_id=account.pk if account else None, procedure=procedure, event=event, matter=matter,
        seen_seq=seen_seq, sealed=seal(content, context="draft"),
    )  # fmt: skip
    _remember(request, row)
    return Opened(row, content)


def _remember(request: HttpRequest, row: Draft) -> None:
    known = dict(request.session.get(SESSION, {}))
    known[_key(row.procedure, row.event, row.matter_id)] = row.pk
    request.session[SESSION] = known


def _key(procedure: str, event: str, matter_id: int | None) -> str:
    return f"{procedure}.{event}.{matter_id or ''}"


def _open(row: Draft) -> Opened | None:
    try:
        return Opened(row, unseal(row.sealed, context="draft"))
    except Unreadable:
        return None


def current(request: HttpRequest, procedure: str, event: str, matter: Matter | None = None) -> Opened | None:
    """The draft this browser is working on, or the account's latest one."""
    pk = request.session.get(SESSION, {}).get(_key(procedure, event, matter.pk if matter else None))
    rows = Draft.objects.filter(procedure=procedure, event=event, matter=matter)
    wanted = _mandate(request, procedure, matter)
    mine = request.user.pk if request.user.is_authenticated else None
    row = rows.filter(pk=pk).first() if pk else None
    if row is not None and row.account_id not in (None, mine) and request.session.get("portal.resumed") != row.pk:
        row = None
    if row is None and mine is not None:
        row = rows.filter(account_id=mine).order_by("-updated_at").first()
        if row is not None:
            _remember(request, row)
    opened = _open(row) if row is not None else None
    if matter is None and mine is not None and opened is not None and opened.content.get("mandate") != wanted:
        # A draft for somebody else is not continued as one's own, nor the other way round.
        others = (_open(r) for r in rows.filter(account_id=mine).order_by("-updated_at")[:10])
        opened = next((o for o in others if o is not None and o.content.get("mandate") == wanted), None)
        if opened is not None:
            _remember(request, opened.row)
    if opened is not None and mine is not None:
        claim(opened, mine)
    return opened


def claim(opened: Opened, account_id: int) -> None:
    """A draft begun without an account belongs to whoever signs in while working on it."""
    if opened.row.account_id is None:
        opened.row.account_id = account_id
        Draft.objects.filter(pk=opened.row.pk, account__isnull=True).update(account_id=account_id)


def resume(request: HttpRequest, number: str, code: str) -> Opened | None:
    """The draft with this number when the code opens it; None tells nothing about which of them was wrong."""
    number = "".join(number.split()).upper().replace("—", "-")
    typed = "".join(c for c in code.upper() if c not in "- \u3000").translate(str.maketrans("OIL", "011"))
    row = Draft.objects.filter(code=number).first()
    opened = _open(row) if row is not None else None
    # Drafts of the desk and of the API have no code and are opened by their account alone.
    right = (str(opened.content.get("code") or "") if opened else "") or _random(CODE_LENGTH)
    if not secrets.compare_digest(right.encode(), typed.encode()) or opened is None:
        return None
    mine = request.user.pk if request.user.is_authenticated else None
    if opened.row.account_id not in (None, mine) and mine is not None:
        return None
    if opened.row.account_id is not None and mine is None:
        # The code is enough to go on; sending asks to sign in as the owner.
        request.session["portal.resumed"] = opened.row.pk
    _remember(request, opened.row)
    return opened


def of_account(account_id: int, limit: int = 20) -> list[Draft]:
    """Unfinished drafts of an account, newest first."""
    return list(Draft.objects.filter(account_id=account_id, matter__isnull=True).order_by("-updated_at")[:limit])


def drop(request: HttpRequest, opened: Opened) -> None:
    """Throw a draft away; its uploads lose their owner and are swept with other orphans."""
    known = dict(request.session.get(SESSION, {}))
    known.pop(_key(opened.row.procedure, opened.row.event, opened.row.matter_id), None)
    request.session[SESSION] = known
    Draft.objects.filter(pk=opened.row.pk).delete()
