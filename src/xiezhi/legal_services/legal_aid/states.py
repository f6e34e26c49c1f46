"""状态 of a legal-aid matter (legal-services.md 3); the codes are the factbook's."""

from __future__ import annotations

from xiezhi.kernel.procedures.declare import State

AT_CUSTODY = State("待转交", initial=True, public="申请正在转交法律援助机构", code="AT_CUSTODY")
NOTICE_RECEIVED = State("已收到通知", initial=True, public="办案机关已通知指派律师", code="NOTICE_RECEIVED")
RECEIVED = State("已收到申请", initial=True, public="正在审查", code="RECEIVED")
SUPPLEMENT = State("待补充材料", public="等您补充材料", code="SUPPLEMENT")
WITHDRAWN = State("撤回申请", closed=True, public="申请已撤回", code="WITHDRAWN")
REFERRED = State("已转有管辖权的机构", closed=True, public="已转给有管辖权的法律援助机构", code="REFERRED")
GRANTED = State("给予援助", public="已决定给予法律援助，正在安排律师", code="GRANTED")
REFUSED = State("不予援助", public="不予法律援助", code="REFUSED")
FIRST_AID = State("先行提供", public="先行提供法律援助，请及时补办手续", code="FIRST_AID")
APPOINTED = State("已指派", public="已安排法律援助人员", code="APPOINTED")
WORKING = State("承办中", public="法律援助人员正在办理", code="WORKING")
CHANGED = State("更换承办人员", public="正在更换法律援助人员", code="CHANGED")
TERMINATED = State("终止援助", public="法律援助已终止", code="TERMINATED")
OBJECTION = State("异议审查", public="司法行政部门正在审查您的异议", code="OBJECTION")
UPHELD = State("异议后维持", public="异议审查：维持原决定", code="UPHELD")
CORRECTED = State("异议后责令改正", public="异议审查：责令法律援助机构改正", code="CORRECTED")
CLOSED = State("结案审查", public="已办结", code="CLOSED")
PAID = State("已支付补贴", closed=True, public="已办结", code="PAID")
ARCHIVED = State("归档", closed=True, public="已办结", code="ARCHIVED")

UNDER_REVIEW = (RECEIVED, SUPPLEMENT)
"""The agency has the application and has not decided."""
TO_APPOINT = (GRANTED, NOTICE_RECEIVED, FIRST_AID, CHANGED)
"""Somebody has to be appointed; offers are made here and never move the matter away from the agency."""
ON_DUTY = (APPOINTED, WORKING)
AIDED = (GRANTED, FIRST_AID, APPOINTED, WORKING, CHANGED)
ENDED = (REFUSED, TERMINATED, UPHELD, CLOSED)
AFTER_END = (TERMINATED, UPHELD, CLOSED, PAID, ARCHIVED)


class States:
    """The states as members of the procedure class.

    The order makes RECEIVED, GRANTED, APPOINTED, WORKING, CLOSED, PAID the usual course on drawings: what leads off it
    or back onto it stands before it.
    """

    AT_CUSTODY = AT_CUSTODY
    NOTICE_RECEIVED = NOTICE_RECEIVED
    SUPPLEMENT = SUPPLEMENT
    FIRST_AID = FIRST_AID
    OBJECTION = OBJECTION
    UPHELD = UPHELD
    CORRECTED = CORRECTED
    CHANGED = CHANGED
    RECEIVED = RECEIVED
    GRANTED = GRANTED
    APPOINTED = APPOINTED
    WORKING = WORKING
    CLOSED = CLOSED
    TERMINATED = TERMINATED
    REFUSED = REFUSED
    PAID = PAID
    ARCHIVED = ARCHIVED
    WITHDRAWN = WITHDRAWN
    REFERRED = REFERRED
