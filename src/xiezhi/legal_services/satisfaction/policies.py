"""Who may see what of ratings. The person who rated sees the own ones; staff see counts, and nobody's name.

There is no permission that opens a `Rating` or `Invitation` to staff. The call-back officer sees what was said in the
call-back matter, where the rater stands without a name.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model, Q

from xiezhi.kernel.access import permissions
from xiezhi.kernel.access.permissions import Permission
from xiezhi.kernel.access.rules import Condition, Filter, InReach
from xiezhi.kernel.access.subject import Subject
from xiezhi.ui.figures import ROLES

__all__ = ["COUNTER_ROLES", "HEADS", "RATING_FIGURES", "RATING_OFFICERS", "RATING_OWN", "RATING_RECTIFY"]

HEADS = ("office_head",)
COUNTER_ROLES = ("case_officer", "office_head", "counter_clerk")


class OwnInvitation(Condition):
    """The question was put to the subject. Staff at their desk are nobody's rater."""

    def test(self, subject: Subject, obj: Any) -> bool:
        return self.possible(subject) and (
            obj.account_id == subject.account_id
            or (subject.person_id is not None and obj.party.person_id == subject.person_id)
        )

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        if not self.possible(subject):
            return False
        mine = Q(account_id=subject.account_id)
        if subject.person_id is not None:
            mine |= Q(party__person_id=subject.person_id)
        return mine

    def possible(self, subject: Subject) -> bool:
        return (
            subject.account_id is not None and not subject.admin_role and subject.staff_id is None and not subject.held
        )

    def text(self) -> str:
        return "邀请本人作出的评价"


class AtUnit(Condition):
    """The subject leads the very unit: not one above it. `column` names the unit on the object, empty for a unit itself."""

    def __init__(self, *codes: str, column: str = "") -> None:
        self.codes, self.column = codes, column

    def test(self, subject: Subject, obj: Any) -> bool:
        return (getattr(obj, self.column) if self.column else obj.pk) in subject.unit_ids(*self.codes)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        units = sorted(subject.unit_ids(*self.codes))
        return Q(**{f"{self.column or 'pk'}__in": units}) if units else False

    def possible(self, subject: Subject) -> bool:
        return bool(subject.unit_ids(*self.codes))

    def text(self) -> str:
        return "本单位负责人"


RATING_OWN = permissions.register(Permission("rating.own", "评价本人办过的事", OwnInvitation(), level=1))
RATING_FIGURES = permissions.register(Permission("rating.figures", "查看评价统计", InReach(*ROLES), level=2))
RATING_OFFICERS = permissions.register(Permission("rating.officers", "查看本单位个人评价统计", AtUnit(*HEADS), level=2))
RATING_RECTIFY = permissions.register(
    Permission("rating.rectify", "报告差评整改", AtUnit(*HEADS, "organ_head", column="unit_id"), level=2)
)
