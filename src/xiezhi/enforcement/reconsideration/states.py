"""状态 of a reconsideration matter (reconsideration.md 5.1)."""

from __future__ import annotations

from xiezhi.kernel.procedures.declare import State

AT_PENALTY_ORGAN = State("处罚机关处理中", initial=True, public="处罚机关正在处理", code="AT_PENALTY_ORGAN")
RECEIVED = State("已收到", initial=True, public="已提交", code="RECEIVED")
ADMISSION_REVIEW = State("受理审查", public="正在审查是否受理", code="ADMISSION_REVIEW")
SUPPLEMENT_PENDING = State("待补正", public="等您补正材料", code="SUPPLEMENT_PENDING")
NOT_ACCEPTED = State("不予受理", public="不予受理", code="NOT_ACCEPTED")
ABANDONED = State("视为放弃", public="视为放弃申请", code="ABANDONED")
ACCEPTED = State("已受理", public="已受理", code="ACCEPTED")
IN_REVIEW = State("审理中", public="正在审理", code="IN_REVIEW")
SUSPENDED = State("中止", public="审理中止", code="SUSPENDED")
DRAFTING = State("拟定决定", public="正在审理", code="DRAFTING")
APPROVING = State("审批", public="正在审理", code="APPROVING")
DECIDED = State("已决定", public="已作出决定，正在送达", code="DECIDED")
SERVED = State("已送达", public="决定已送达", code="SERVED")
PERFORMING = State("履行中", public="正在履行", code="PERFORMING")
REJECTED = State("驳回申请", public="驳回申请", code="REJECTED")
TERMINATED = State("终止", public="已终止", code="TERMINATED")
MEDIATED = State("调解结案", public="已达成调解", code="MEDIATED")
CLOSED = State("结案", closed=True, public="已结案", code="CLOSED")
ARCHIVED = State("归档", closed=True, public="已结案", code="ARCHIVED")
DESTROYED = State("已销毁", closed=True, public="已结案", code="DESTROYED")

BEFORE_ACCEPTANCE = (RECEIVED, ADMISSION_REVIEW, SUPPLEMENT_PENDING)
WORKING = (ACCEPTED, IN_REVIEW, DRAFTING, APPROVING)
"""ACCEPTED..APPROVING without suspension."""
ON_TRIAL = (ACCEPTED, IN_REVIEW, SUSPENDED, DRAFTING, APPROVING)
REVIEWING = (IN_REVIEW, DRAFTING)
ENDED = (NOT_ACCEPTED, ABANDONED, REJECTED, TERMINATED, MEDIATED, SERVED, PERFORMING)
"""The result stands; what is left is service, performance and closing."""
AFTER_ACCEPTANCE = (*ON_TRIAL, DECIDED, SERVED, PERFORMING, REJECTED, TERMINATED, MEDIATED, CLOSED)


class States:
    """The states as members of the procedure class."""

    AT_PENALTY_ORGAN = AT_PENALTY_ORGAN
    RECEIVED = RECEIVED
    ADMISSION_REVIEW = ADMISSION_REVIEW
    SUPPLEMENT_PENDING = SUPPLEMENT_PENDING
    NOT_ACCEPTED = NOT_ACCEPTED
    ABANDONED = ABANDONED
    ACCEPTED = ACCEPTED
    IN_REVIEW = IN_REVIEW
    SUSPENDED = SUSPENDED
    DRAFTING = DRAFTING
    APPROVING = APPROVING
    DECIDED = DECIDED
    SERVED = SERVED
    PERFORMING = PERFORMING
    REJECTED = REJECTED
    TERMINATED = TERMINATED
    MEDIATED = MEDIATED
    CLOSED = CLOSED
    ARCHIVED = ARCHIVED
    DESTROYED = DESTROYED
