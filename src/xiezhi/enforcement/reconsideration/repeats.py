"""重复申请: earlier matters of the same applicant about the same act, and who is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people import crypto
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.models import Matter

from .citations import L
from .hooks import act_key
from .models import ReconsiderationCase

__all__ = ["Duplicate", "applicant_key", "duplicates", "takes_part", "told"]

WITHDRAWN = ("TERMINATED_WITHDRAWN",)


@dataclass(frozen=True)
class Duplicate:
    """An earlier matter of the same applicant about the same act."""

    matter: Matter
    open: bool
    withdrawn: bool


def applicant_key(person: Person | None, organization: int | None, name: str) -> str:
    """Blind key of an applicant for finding repeats; a name alone never identifies anybody."""
    if person is not None:
        return crypto.blind("reconsideration.applicant", f"person:{person.uid}").hex()
    if organization is not None:
        return crypto.blind("reconsideration.applicant", f"organization:{organization}").hex()
    return ""


def duplicates(applicant_key: str, respondent: str, act: Mapping[str, Any], matter_code: str) -> list[Duplicate]:
    """Matters of the same applicant about the same act that are open, or were withdrawn (行政复议法 第30条、第74条)."""
    if not applicant_key:
        return []
    rows = ReconsiderationCase.objects.filter(
        applicant_key=applicant_key, act_key=act_key(respondent, act, matter_code)
    ).select_related("matter").order_by("-pk")  # fmt: skip
    return [Duplicate(r.matter, r.matter.open, r.closing_type in WITHDRAWN) for r in rows[:10]]


def takes_part(account: Account | None, matter: Matter) -> bool:
    """Whether the account is in the matter as a party or for one."""
    if account is None:
        return False
    mine = Q(account=account) | (Q(person_id=account.person_id) if account.person_id else Q(pk__in=[]))
    return matter.parties.filter(mine, valid_to__isnull=True).exists()


def told(found: Sequence[Duplicate], account: Account | None, prior: Any) -> list[Problem]:
    """A repeat is told to those who know of the first application: who files for somebody else learns nothing of that
    person's matters. The office sees every repeat and answers it (L 30)."""
    for one in found:
        if not takes_part(account, one.matter):
            continue
        if one.open and prior != "DECIDED":
            return [Problem(
                "DUPLICATE", f"您就同一行政行为已经提交过申请（{one.matter.number}），正在办理，可以在“我的办件”中查看，不需要重复提交",
                "act", L(30, 1, 7),
            )]  # fmt: skip
        if one.withdrawn and prior not in ("UNWILLING", "WITHDRAWN"):
            return [Problem(
                "WITHDRAWN_BEFORE", f"您就同一行政行为的申请（{one.matter.number}）已经撤回，不能以同一事实和理由再次申请；"
                "能够证明撤回违背真实意愿的，请在“以前就同一行为申请过复议”中选择该项", "prior_application", L(74, 2),
            )]  # fmt: skip
    return []
