"""复核: decisions about pairs of the gray zone, one line each, never altered.

"Same" for two different valid identity numbers needs a second person. A decision that goes against earlier ones is refused
with their names; whoever wants it undoes those first. Decisions take effect with the next refresh and win over the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from xiezhi.datacenter.persons.constrain import contradiction
from xiezhi.datacenter.persons.models import Decision, ReviewPair
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.sealing import seal, unseal

__all__ = [
    "BLIND_SHARE", "REASONS", "Contradiction", "NotNow", "blind_check", "confirm", "decide", "note_of", "raise_pair", "reject", "undo",
]  # fmt: skip

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "SAME": {
        "SOURCE": "核对原始档案确认", "SPELLING": "姓名异体、同音录入", "NUMBER_TYPO": "号码录入错误", "NUMBER_CHANGED": "号码依法变更",
        "CONTACT": "电话、地址、单位一致", "OTHER": "其他",
    },
    "DIFFERENT": {
        "SOURCE": "核对原始档案确认", "SAME_NAME": "同名不同人", "FAMILY": "亲属、双胞胎", "SHARED_NUMBER": "一方使用了他人的号码",
        "OTHER": "其他",
    },
    "UNSURE": {"NO_SOURCE": "资料不足", "ASKED": "已向来源单位核实，等待答复", "OTHER": "其他"},
}  # fmt: skip
"""What may be given as the reason of each verdict."""
BLIND_SHARE = 20
"""One in so many decided pairs is shown to a second person who does not see the first decision."""
MAX_NOTE = 1000


class NotNow(ValueError):
    """The decision cannot be taken; the text says why and what to do."""


class Contradiction(NotNow):
    """Earlier decisions say otherwise; `pairs` are their public ids."""

    def __init__(self, message: str, pairs: list[str]) -> None:
        super().__init__(message)
        self.pairs = pairs


def note_of(decision: Decision) -> str:
    """The words of a decision, unsealed."""
    return str(unseal(decision.note, context="persons.decision")) if decision.note else ""


def _locked(pair_id: int) -> ReviewPair:
    return ReviewPair.objects.select_for_update(of=("self",)).select_related("decision").get(pk=pair_id)


def _write(
    pair: ReviewPair, verdict: str, reason: str, note: str, subject: Subject, *, about: Decision | None = None, blind: bool = False
) -> Decision:  # fmt: skip
    note = note.strip()
    if len(note) > MAX_NOTE or "\x00" in note:
        raise NotNow(_("说明最多%(n)s字") % {"n": MAX_NOTE})
    if subject.account_id is None:
        raise NotNow(_("请先登录"))
    decision = Decision.objects.create(
        pair=pair, verdict=verdict, reason=reason, note=seal(note, context="persons.decision") if note else None, by_id=subject.account_id,
        label=subject.name, at=clock.now(), blind=blind, about=about, probability=pair.probability, model_version=pair.model_version,
    )  # fmt: skip
    ledger.append(
        "persons.decision",
        {"pair": str(pair.public_id), "records": [pair.record_a, pair.record_b], "verdict": verdict, "reason": reason,
         "by": [subject.account_id, subject.name], "at": decision.at.isoformat(), "about": about.pk if about else None, "blind": blind,
         "model": pair.model_version, "probability": pair.probability},
        object_type="persons.decision", object_id=str(decision.pk),
    )  # fmt: skip
    return decision


def _settle(pair: ReviewPair, state: str, decision: Decision | None) -> None:
    pair.state, pair.decision, pair.applied = state, decision, False
    pair.decided_at = clock.now() if state != ReviewPair.OPEN else None
    pair.save(update_fields=["state", "decision", "applied", "decided_at"])


def _check(pair: ReviewPair, verdict: str) -> None:
    held = ReviewPair.objects.filter(state__in=[ReviewPair.SAME, ReviewPair.DIFFERENT]).exclude(pk=pair.pk)
    rows = list(held.values_list("record_a", "record_b", "state", "public_id"))
    same = [(a, b) for a, b, s, _p in rows if s == ReviewPair.SAME]
    different = [(a, b) for a, b, s, _p in rows if s == ReviewPair.DIFFERENT]
    against = contradiction((pair.record_a, pair.record_b), verdict, same, different)
    if against:
        found = {(a, b): str(p) for a, b, _s, p in rows}
        raise Contradiction(
            _("与%(n)s项已经作出的判断矛盾。请先核对，需要时撤回原判断。") % {"n": len(against)},
            [found[p] for p in against],
        )


@transaction.atomic
def decide(pair_id: int, verdict: str, reason: str, note: str, subject: Subject) -> ReviewPair:
    """Same, different, or cannot tell. Raises NotNow (decided already, no reason) and Contradiction."""
    pair = _locked(pair_id)
    if verdict not in REASONS:
        raise NotNow(_("请选择：同一人、不是同一人、无法判断"))
    if reason not in REASONS[verdict]:
        raise NotNow(_("请选择理由"))
    if reason == "OTHER" and not note.strip():
        raise NotNow(_("理由为“其他”的，请写明"))
    if pair.state not in (ReviewPair.OPEN, ReviewPair.UNSURE):
        raise NotNow(_("这一对已经有了判断：%(state)s") % {"state": pair.get_state_display()})
    _check(pair, verdict)
    decision = _write(pair, verdict, reason, note, subject)
    two = verdict == ReviewPair.SAME and pair.two_numbers
    _settle(pair, ReviewPair.PROPOSED if two else verdict, decision)
    return pair


def _second(pair: ReviewPair, subject: Subject) -> Decision:
    first = pair.decision
    if pair.state != ReviewPair.PROPOSED or first is None:
        raise NotNow(_("这一对不在等待确认"))
    if first.by_id == subject.account_id:
        raise NotNow(_("两个不同的有效号码归为同一人，须由另一名复核员确认"))
    return first


@transaction.atomic
def confirm(pair_id: int, note: str, subject: Subject) -> ReviewPair:
    """The second person agrees that two different valid numbers are one person. Raises NotNow, Contradiction."""
    pair = _locked(pair_id)
    first = _second(pair, subject)
    _check(pair, ReviewPair.SAME)
    _settle(pair, ReviewPair.SAME, _write(pair, Decision.CONFIRM, first.reason, note, subject, about=first))
    return pair


@transaction.atomic
def reject(pair_id: int, note: str, subject: Subject) -> ReviewPair:
    """The second person does not agree: the pair is open again. Raises NotNow."""
    pair = _locked(pair_id)
    first = _second(pair, subject)
    if not note.strip():
        raise NotNow(_("请写明不予确认的理由"))
    _write(pair, Decision.REJECT, "OTHER", note, subject, about=first)
    _settle(pair, ReviewPair.OPEN, None)
    return pair


@transaction.atomic
def undo(pair_id: int, note: str, subject: Subject) -> ReviewPair:
    """Take a decision back by a decision of its own; the pair is open again and the machine's view holds until somebody
    decides anew. Raises NotNow."""
    pair = _locked(pair_id)
    if pair.decision is None or pair.state in (ReviewPair.OPEN, ReviewPair.STALE):
        raise NotNow(_("这一对没有可以撤回的判断"))
    if not note.strip():
        raise NotNow(_("请写明撤回的理由"))
    undone = _write(pair, Decision.UNDO, "OTHER", note, subject, about=pair.decision)
    _settle(pair, ReviewPair.OPEN, None)
    pair.decision, pair.applied = undone, False  # the refresh has to look at its records again
    pair.save(update_fields=["decision", "applied"])
    return pair


@transaction.atomic
def blind_check(pair_id: int, verdict: str, reason: str, subject: Subject) -> Decision:
    """A second look without knowledge of the first decision. It changes nothing; it counts for the figures of agreement, and
    where it differs the pair is shown to be looked at again. Raises NotNow."""
    pair = _locked(pair_id)
    first = pair.decision
    if first is None or pair.state not in (ReviewPair.SAME, ReviewPair.DIFFERENT) or first.by_id == subject.account_id:
        raise NotNow(_("这一对不能由您盲检"))
    if verdict not in REASONS or reason not in REASONS[verdict]:
        raise NotNow(_("请选择判断和理由"))
    return _write(pair, verdict, reason, "", subject, about=first, blind=True)


def raise_pair(record_a: str, record_b: str, *, weight: float = 0.0, model_version: str = "human") -> ReviewPair:
    """Put a pair into the queue that the machine did not: a checker of clues doubts that two records are one person. A pair
    that is there stays; one that was stale is open again."""
    a, b = sorted((record_a, record_b))
    if a == b:
        raise ValueError("a record is the same person as itself")
    values: dict[str, Any] = {
        "weight": weight, "probability": 0.5, "model_version": model_version, "opened_at": clock.now(), "state": ReviewPair.OPEN,
    }  # fmt: skip
    pair, _made = ReviewPair.objects.get_or_create(record_a=a, record_b=b, defaults=values)
    if pair.state == ReviewPair.STALE:
        pair.state, pair.opened_at = ReviewPair.OPEN, clock.now()
        pair.save(update_fields=["state", "opened_at"])
    return pair
