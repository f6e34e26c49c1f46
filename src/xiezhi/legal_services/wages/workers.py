"""工友: entering a crew, asking each by a link of their own, and taking their word.

The link opens a page that shows the worker's own line and nothing of anybody else; the code proves that the telephone
is in the right hand. Neither is stored in clear: the table alone opens nothing, and the message leaves sealed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.sealing import seal
from xiezhi.kernel.units import ids

from .models import WageWorker

__all__ = [
    "GUEST",
    "MOST_TRIES",
    "PLATFORM",
    "Line",
    "answer",
    "enter",
    "invite",
    "money",
    "open_link",
    "parse_list",
]

PLATFORM = Actor("platform", frozenset({"platform"}), "在线平台")
GUEST = Actor("guest", frozenset({"representative"}), "工友代表")
ZERO = Decimal(0)
MOST_TRIES = 8
MOST_WORKERS = 300
_NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_ID = re.compile(r"\d{17}[\dXx]")
_MONEY = re.compile(r"(?<![\d.])\d{1,9}(?:[,，]\d{3})*(?:\.\d{1,2})?(?![\d.])")
_SPLIT = re.compile(r"[\s,，、;；|\t]+")


@dataclass(frozen=True)
class Line:
    """One line of a pasted list, read as well as it goes; `trouble` says what is missing."""

    name: str
    mobile: str = ""
    id_no: str = ""
    amount: str = ""
    trouble: str = ""

    def row(self) -> dict[str, Any]:
        found = {"name": self.name, "mobile": self.mobile, "id_no": self.id_no, "amount": self.amount}
        return {k: v for k, v in found.items() if v}


def parse_list(text: str) -> list[Line]:
    """Names with numbers and sums as people paste them from a chat or a table: 张三石 13800001234 8000元, in any order."""
    out: list[Line] = []
    for raw in text.replace("\r", "\n").split("\n"):
        line = raw.strip().strip("。.;；")
        line = re.sub(r"^\(?（?\d{1,3}[)）.、:：]\s*", "", line)
        if not line:
            continue
        written = next(iter(_ID.findall(line)), "")
        id_no = written.upper()
        rest = line.replace(written, " ") if written else line
        mobile = next(iter(_NUMBER.findall(rest)), "")
        rest = rest.replace(mobile, " ") if mobile else rest
        rest = rest.replace("元", " ").replace("块", " ").replace("¥", " ").replace("￥", " ")
        sums = [m.group(0) for m in _MONEY.finditer(rest)]
        amount = sums[-1].replace(",", "").replace("，", "") if sums else ""
        words = [w for w in _SPLIT.split(re.sub(r"[\d.:：]+", " ", rest)) if w]
        name = next((w for w in words if re.fullmatch(r"[\u3400-\u9fff·]{2,12}", w)), words[0][:40] if words else "")
        if not name:
            out.append(Line(raw[:40], mobile, id_no, amount, "没有认出姓名"))
            continue
        out.append(Line(name, mobile, id_no, amount, "" if mobile else "没有手机号，要当面或者电话确认"))
        if len(out) >= MOST_WORKERS:
            break
    return out


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def money(value: Any) -> Decimal | None:
    """A sum above nought with at most two decimals, or None."""
    try:
        found = Decimal(str(value).replace(",", "").replace("，", "")) if value not in (None, "") else None
    except InvalidOperation:
        return None
    if found is None or not found.is_finite() or not 0 < found < 10**10:
        return None
    return found.quantize(Decimal("0.01"))


def _mobile(value: Any) -> str:
    try:
        number = ids.phone_check(str(value or ""))
    except ids.InvalidNumber:
        return ""
    return number if ids.is_mobile(number) else ""


def enter(
    matter: Matter,
    rows: Iterable[Mapping[str, Any]],
    at: datetime,
    *,
    first: int,
    filer: Mapping[str, Any] | None = None,
) -> list[WageWorker]:
    """Write the workers of a filing or an addition and send each a link. Two statements, whatever the size of the crew."""
    workers: list[WageWorker] = []
    if filer is not None:
        workers.append(WageWorker(
            matter=matter, no=1, filer=True, person_id=filer.get("person_id"), name=str(filer.get("name") or "")[:40],
            mobile=_mobile(filer.get("mobile")) or None, id_no=str(filer.get("id_no") or "") or None,
            amount=money(filer.get("amount")), state=WageWorker.CONFIRMED, confirmed_at=at,
        ))  # fmt: skip
        first = 2
    for i, row in enumerate(rows):
        mobile = _mobile(row.get("mobile"))
        workers.append(WageWorker(
            matter=matter, no=first + i, name=str(row.get("name") or "")[:40], mobile=mobile or None,
            id_no=str(row.get("id_no") or "") or None, note=str(row.get("note") or "") or None, amount=money(row.get("amount")),
            state=WageWorker.INVITED if mobile else WageWorker.NO_PHONE,
        ))  # fmt: skip
    messages = [invite(w, at, save=False) for w in workers if w.state == WageWorker.INVITED]
    WageWorker.objects.bulk_create(workers)
    Notice.objects.bulk_create(messages)
    return workers


def invite(worker: WageWorker, at: datetime, *, save: bool = True) -> Notice:
    """A fresh link and code for one worker, as a message ready to leave. An older link ends."""
    token, code = secrets.token_urlsafe(18), f"{secrets.randbelow(10**6):06d}"
    worker.token_hash, worker.code_hash, worker.tries, worker.sent_at = _hash(token), _hash(f"{token}:{code}"), 0, at
    link = f"{settings.PUBLIC_URL}{reverse('wages:confirm', args=[token])}"
    message = Notice(
        matter_id=worker.matter_id, channel=Notice.SMS, template="wages.invite", title="请确认欠薪求助",
        text=f"工友替您登记了欠薪求助。请点{Notice.LINK}确认，验证码随链接发出。不是您的请点“不是我”。不收费。",
        secret=seal(f"{link} 验证码{code}", context="notice"), address=seal(str(worker.mobile or ""), context="notice"),
        due_at=at, created_at=at,
    )  # fmt: skip
    if save:
        worker.save(update_fields=["token_hash", "code_hash", "tries", "sent_at"])
        message.save()
    return message


def open_link(token: str) -> WageWorker | None:
    """The worker a link belongs to, or None: a wrong link tells nothing."""
    return WageWorker.objects.select_related("matter").filter(token_hash=_hash(token)).first()


def right_code(worker: WageWorker, token: str, code: str) -> bool:
    """Whether the code fits, counting the tries; after too many the link is dead and a new one must be sent."""
    if worker.tries >= MOST_TRIES:
        return False
    digits = "".join(c for c in code if c.isdigit())[:6]
    fits = secrets.compare_digest(_hash(f"{token}:{digits}"), bytes(worker.code_hash or b"\0" * 32))
    if not fits:
        worker.tries += 1
        worker.save(update_fields=["tries"])
    return fits


def answer(
    worker: WageWorker, what: str, at: datetime, *, own_amount: Any = None, actor: Actor = PLATFORM, way: str = "LINK"
) -> None:
    """A worker's own word: "yes", "amount" (with what they say is owed) or "no" (they leave). Raises Refused."""
    own = money(own_amount)
    with transaction.atomic():
        locked = WageWorker.objects.select_for_update(of=("self",)).select_related("matter").get(pk=worker.pk)
        if what == "no":
            if locked.state != WageWorker.LEFT:
                amount = locked.amount or Decimal("0")
                if amount > 0 and not locked.filer:
                    procedures.fire_event(
                        locked.matter_id, "worker_left", actor,
                        {"worker_no": locked.no, "left_owed": str(amount), "why": "OWN_WISH"}, at=at,
                    )  # fmt: skip
            locked.state = WageWorker.LEFT
        else:
            agreed = what == "yes"
            data: dict[str, Any] = {"worker_no": locked.no, "way": way, "amount_agreed": agreed}
            if own is not None:
                data["own_amount"] = str(own)
            procedures.fire_event(locked.matter_id, "worker_confirmed", actor, data, at=at)
            locked.state = WageWorker.CONFIRMED if agreed else WageWorker.DISPUTED
            locked.own_amount = own
        locked.confirmed_at = at
        locked.save(update_fields=["state", "own_amount", "confirmed_at"])
    worker.state, worker.own_amount, worker.confirmed_at = locked.state, locked.own_amount, locked.confirmed_at


def confirmation(matter: Matter) -> Sequence[dict[str, Any]]:
    """How many workers stand where, for the representative: states with counts, no names."""
    counts: dict[str, int] = {}
    for state in WageWorker.objects.filter(matter=matter).values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return [
        {"state": code, "title": title, "count": counts[code]} for code, title in WageWorker.STATES if code in counts
    ]
