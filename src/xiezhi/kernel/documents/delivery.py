"""送达: what the law asks of each method of service, and its registration (民事诉讼法 第87条至第95条)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Party

__all__ = ["NOTICE_DAYS", "check", "register"]

NOTICE_DAYS = 30
"""Days after which a public notice counts as served (民事诉讼法 第95条)."""


def check(
    doc: Document, party: Party | None, method: str, sent: date, served: date | None, reason: str, witnesses: str, *,
    proof: bool = False,
) -> list[Problem]:  # fmt: skip
    """Everything that keeps this service from being registered. `proof`: a picture or a recording comes with it."""
    out: list[Problem] = []
    if doc.state != Document.ISSUED or doc.render_state != Document.DONE:
        out.append(Problem("NOT_SEALED", "文书用印并制成之后才能送达"))
    if doc.issued_on and sent < doc.issued_on:
        out.append(Problem("TOO_EARLY", "发出日不能早于成文日期，请核对", "sent_on"))
    if sent > wall.today():
        out.append(Problem("FUTURE_DATE", "发出日不能晚于今天", "sent_on"))
    if served and served < sent:
        out.append(Problem("TOO_EARLY", "送达日不能早于发出日，请核对", "served_on"))
    if served and served > wall.today():
        out.append(Problem("FUTURE_DATE", "送达日不能晚于今天；还没有送达就先不填", "served_on"))
    if method != "PUBLIC_NOTICE" and party is None:
        out.append(Problem("REQUIRED", "请选择受送达人", "party"))
    if method in ("LEFT", "PUBLIC_NOTICE") and not reason:
        out.append(Problem("REQUIRED", "请写明为什么留置或者公告送达", "reason", "民事诉讼法 第89条"))
    if method == "LEFT" and not witnesses and not proof:
        said = "留置送达请写明见证人，或者在“送达凭证”中上传拍照、录像"
        out.append(Problem("REQUIRED", said, "witnesses", "民事诉讼法 第89条"))
    if method == "ELECTRONIC" and party is not None and not party.e_service:
        said = f"{party.name}没有同意电子送达，请改用其他方式，或者先取得同意"
        out.append(Problem("NO_CONSENT", said, "method", "民事诉讼法 第90条"))
    if method == "PUBLIC_NOTICE" and served and served < sent + timedelta(days=NOTICE_DAYS):
        due = sent + timedelta(days=NOTICE_DAYS)
        said = f"公告满30日（{due.year}年{due.month}月{due.day}日）才视为送达"
        out.append(Problem("NOTICE_RUNS", said, "served_on", "民事诉讼法 第95条"))
    return out


@transaction.atomic
def register(
    doc: Document,
    parties: Sequence[Party],
    *,
    party: int | None,
    method: str,
    sent_on: date,
    served_on: date | None = None,
    reason: str = "",
    witnesses: str = "",
    proof: Attachment | None = None,
    known: Delivery | None = None,
) -> Delivery:
    """Register or complete one service. Raises Refused with every reason."""
    to = next((p for p in parties if p.pk == party and p.valid_to is None), None)
    problems = check(doc, to, method, sent_on, served_on, reason, witnesses, proof=proof is not None)
    if party is not None and to is None:
        problems.append(Problem("INVALID", "受送达人不是本件的当事人，请重新选择", "party"))
    if problems:
        raise Refused(problems)
    row = known or Delivery(document=doc)
    row.party, row.method, row.sent_on, row.served_on = to, method, sent_on, served_on
    row.reason, row.witnesses = reason[:300], witnesses[:200]
    if proof is not None:
        row.proof = proof
    row.save()
    return row
