"""办事指南 and the next step in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import View

from ..citations import R, joined
from . import states as S

__all__ = ["GUIDE", "PREPARES", "ROUTES", "step_of"]

GUIDE: Mapping[str, Any] = {
    "事项名称": "政务数据共享申请",
    "办理机构": "数据提供部门的政务数据共享工作机构",
    "服务对象": "政府部门和法律、法规授权的具有管理公共事务职能的组织",
    "受理条件": (("因履行职责需要，按目录申请；经本部门共享工作机构负责人同意", R(20, 2)),),
    "申请材料": (("写明使用依据、使用场景、使用范围、共享方式、使用时限的申请", R(20, 2)),),
    "申请方式": ("平台提出", "书面提出，由提供部门登记"),
    "收费": ("不收费",),
    "办理期限": (
        ("无条件共享1个工作日答复，有条件共享10个工作日答复，经主管部门同意可以延长不超过10个工作日", R(21, 1)),
        ("同意后20个工作日内提供", R(22, 1)),
    ),
    "您的权利": (
        ("材料不全的一次告知，不得直接拒绝；不同意的要说明理由", R(21, 2)),
        ("不得擅自增设条件；无正当理由不得终止、变更服务", joined(R(15, 1), R(27, 3))),
        ("有争议的先协商，再由主管部门协调，仍不一致的由本级人民政府决定", R(28, 2)),
    ),
    "结果": ("共享授权书", "不同意共享答复函"),
}  # fmt: skip

_FILED = ("filed",)
_APPROVED = (*_FILED, "approved")
_ACTIVE = (*_APPROVED, "supplied")
ROUTES: Mapping[str, tuple[str, ...]] = {
    "REQUESTED": _FILED, "SUPPLEMENT": (*_FILED, "supplement_asked"), "APPROVED": _APPROVED, "ACTIVE": _ACTIVE,
    "SUSPENDED": (*_ACTIVE, "suspended"), "DISPUTED": (*_FILED, "refused", "disputed"), "DISPOSAL": (*_ACTIVE, "purpose_ended"),
    "REFUSED": (*_FILED, "refused"), "WITHDRAWN": (*_FILED, "withdrawn"), "DISPOSED": (*_ACTIVE, "purpose_ended", "disposed"),
}  # fmt: skip
PREPARES: Mapping[str, tuple[str, ...]] = {
    "supplied": ("approved",), "suspended": ("supplied",), "purpose_ended": ("supplied",),
}  # fmt: skip

_STEPS = {
    "REQUESTED": "答复", "SUPPLEMENT": "等补充材料", "APPROVED": "提供数据", "ACTIVE": "", "SUSPENDED": "等整改", "DISPOSAL": "等处置",
}  # fmt: skip
_DISPUTE = {"TALKS": "协商", "AUTHORITY": "协调处理", "GOVERNMENT": "等政府决定"}


def step_of(view: View) -> str:
    """下一步: what has to be done next, in a few words."""
    state = view.state
    if state is None:
        return "提出申请"
    if state is S.DISPUTED:
        return _DISPUTE.get(str(view.facts.get("dispute")), "协商")
    if state is S.REQUESTED and view.facts.get("extension") == "ASKED":
        return "等主管部门同意延长"
    if state is S.ACTIVE and view.facts.get("renewal") == "ASKED":
        return "答复续期"
    if state is S.SUSPENDED and (r := view.last("mended")) and (s := view.last("suspended")) and r.seq > s.seq:
        return "核实整改"
    if state is S.DISPOSAL and not view.has("disposal_asked"):
        return "提出处置要求"
    return _STEPS.get(state.code, "")
