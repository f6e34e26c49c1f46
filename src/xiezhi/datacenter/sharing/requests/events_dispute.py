"""事件 of a dispute: talks, the data authority (the common superior across levels), the government (政务数据共享条例 第28条)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import PREVIOUS, SAME, Event, choice

from .. import codes
from ..citations import R, joined
from ..fields import short, words
from ..roles import AUTHORITY, OFFICE, USERS
from . import rules
from . import states as S

__all__ = ["Disputes"]

BOTH = (*USERS, *OFFICE)
_RESULT = choice("result", "结果", {"AGREED": "达成一致", "FAILED": "没有达成一致"}, required=True)
_BY = choice("decided_by", "谁决定", {"AUTHORITY": "主管部门协调一致", "GOVERNMENT": "本级人民政府决定"}, required=True)
_NO = short("decision_no", "文号", required=True, sample="禾溪数〔2026〕9号")


def _shared(view: View, ask: Ask) -> Mapping[str, Any]:
    names = str(view.facts.get("granted_fields") or view.facts.get("fields") or "")
    return {"granted_fields": names, "approved_on": ask.on.isoformat(), "answer": "APPROVED", "dispute": "DECIDED"}


class Disputes:
    """争议处理."""

    disputed = Event(
        "提出争议", ((*S.UNANSWERED, *S.RUNNING, S.REFUSED), S.DISPUTED), by=BOTH, basis=R(28, 2), sets={"dispute": "TALKS"},
        form=(
            choice("about", "争议事项", codes.DISPUTES, required=True, fact="dispute_about"),
            words("claim", "主张和理由", "申请的数据项是履行职责所必需。", required=True),
            choice("levels", "双方", {"SAME": "同级", "CROSS": "跨层级、跨地域"}, required=True, fact="dispute_levels"),
        ),
        notifies=BOTH, hint="先协商；协商不成的申请主管部门协调处理，跨层级、跨地域的由共同的上级主管部门处理",
    )  # fmt: skip
    talks_held = Event(
        "协商", ((S.DISPUTED,), SAME), by=BOTH, basis=R(28, 2), form=(_RESULT, words("said", "协商情况", "双方意见不一致。", required=True)),
    )  # fmt: skip
    dispute_settled = Event(
        "争议平息照旧办理", ((S.DISPUTED,), PREVIOUS), by=(*BOTH, AUTHORITY), basis=R(28, 2), sets={"dispute": "SETTLED"},
        form=(words("how", "怎样平息", "申请部门不再坚持。", required=True),), notifies=BOTH,
    )  # fmt: skip
    authority_asked = Event(
        "申请协调处理", ((S.DISPUTED,), SAME), by=BOTH, basis=R(28, 2), requires=rules.TO_AUTHORITY, sets={"dispute": "AUTHORITY"},
        form=(short("to_unit", "主管部门", required=True, sample="甲东县数据局"),), notifies=(AUTHORITY,),
    )  # fmt: skip
    coordinated = Event(
        "协调处理", ((S.DISPUTED,), SAME), by=(AUTHORITY,), basis=R(28, 2), requires=(rules.GOVERNMENT[0],),
        form=(_RESULT, words("opinion", "协调意见", "建议缩小数据项后共享。", required=True)), notifies=BOTH,
    )  # fmt: skip
    government_asked = Event(
        "报本级人民政府决定", ((S.DISPUTED,), SAME), by=(AUTHORITY,), basis=R(28, 2), requires=rules.GOVERNMENT, sets={"dispute": "GOVERNMENT"},
        form=(short("report_no", "报告文号", required=True, sample="禾溪数〔2026〕8号"),), notifies=BOTH,
    )  # fmt: skip
    decided_share = Event(
        "决定共享", ((S.DISPUTED,), S.APPROVED), by=(AUTHORITY,), basis=joined(R(28, 2), R(22, 1)), requires=rules.DECIDE, sets=_shared,
        form=(_BY, _NO), meets=("SG-REPLY-1", "SG-REPLY-10"), notifies=BOTH,
    )  # fmt: skip
    decided_not = Event(
        "决定不共享", ((S.DISPUTED,), S.REFUSED), by=(AUTHORITY,), basis=R(28, 2), requires=rules.DECIDE, sets={"dispute": "DECIDED"},
        form=(_BY, _NO), meets=("SG-REPLY-1", "SG-REPLY-10"), notifies=BOTH,
    )  # fmt: skip
    decided_keep = Event(
        "决定维持原状", ((S.DISPUTED,), PREVIOUS), by=(AUTHORITY,), basis=R(28, 2), requires=rules.DECIDE, sets={"dispute": "DECIDED"},
        form=(_BY, _NO), notifies=BOTH,
    )  # fmt: skip
