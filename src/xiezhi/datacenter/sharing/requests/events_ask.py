"""事件 from the request to the supply: filing, supplement, extension, reply, supply, renewal, wider use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import SAME, Event, choice

from .. import codes
from ..citations import PRACTICE, P, R, joined
from ..fields import day, files, number, short, text, words, yes_no
from ..roles import AUTHORITY, HEAD, OFFICE, REQUESTER, REQUESTER_HEAD, USERS
from . import rules
from . import states as S

__all__ = ["Asking"]


def _filed(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"received_on": ask.data.get("received_on") or ask.on.isoformat(), "grants": 0}


def _approved(view: View, ask: Ask) -> Mapping[str, Any]:
    names = str(ask.data.get("granted_fields") or view.facts.get("fields") or "")
    return {"granted_fields": names, "approved_on": ask.on.isoformat(), "answer": "APPROVED"}


def _supplied(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"supplied_on": ask.on.isoformat(), "grants": int(view.facts.get("grants") or 0) + 1}


def _wider(view: View, ask: Ask) -> Mapping[str, Any]:
    if not ask.data.get("agreed"):
        return {}
    rec = view.last("wider_asked")
    said = str(rec.data.get("what") or "") if rec is not None else ""
    more = str(view.facts.get("wider") or "")
    return {"wider": f"{more}；{said}" if more else said}


REQUEST = (
    short("resource", "数据资源", required=True, fact=True, sample="std_lawyer", basis=R(20, 2)),
    short("resource_title", "数据资源名称", fact=True, sample="律师执业信息"),
    short("interface", "接口", fact=True, sample="", max_length=80),
    choice("share_type", "共享属性", codes.SHARE_TYPES, required=True, fact=True, sample="CONDITIONAL", basis=R(14)),
    words("fields", "数据项", "name, license_no", required=True, fact=True, basis=R(20, 2), help="数据项的英文名，用逗号分开"),
    choice("kind", "怎么用", codes.KINDS, fact=True, sample="LOOKUP"),
    choice("way", "共享方式", codes.WAYS, required=True, fact=True, sample="INTERFACE", basis=joined(R(20, 2), R(22, 2))),
    words("basis", "使用依据", "劳动保障监察条例，核查法律援助代理人执业情况。", required=True, fact=True, basis=R(20, 2)),
    words("scene", "使用场景", "受理投诉时核对代理人。", required=True, fact=True, basis=R(20, 2)),
    words("scope", "使用范围", "本部门监察机构工作人员。", required=True, fact=True, basis=R(20, 2)),
    short("caller", "接入系统", fact=True, max_length=40, sample="", help="需求部门用哪个系统调用"),
    short("purpose", "用途代码", fact=True, max_length=40, sample="", basis=P(6)),
    day("valid_from", "使用时限：自", required=True, fact=True, sample="@0", basis=R(20, 2)),
    day("valid_to", "至", required=True, fact=True, sample="@365", basis=R(20, 2)),
    number("quota", "每日最多调用次数", fact=True, sample=1000),
    words("security", "数据安全保护措施", "专用账号，留存日志，最小授权。", basis=joined(R(35), P(51))),
    short("requester_name", "需求部门", fact=True, sample="甲东县人力资源和社会保障局"),
    short("provider_name", "提供部门", fact=True, sample="甲东县司法局"),
    yes_no("head_agreed", "本部门共享工作机构负责人已经同意", required=True, fact=True, sample=True, basis=R(20, 2)),
    yes_no("outside", "提供部门不在本平台办理", fact=True, sample=False, office=True),
    day("received_on", "收到之日（书面申请）", fact=False, sample=None, office=True, basis=R(21, 1)),
    files(label="申请材料"),
)  # fmt: skip


class Asking:
    """Request, reply, supply."""

    filed = Event(
        "提出共享申请", ((), S.REQUESTED), by=(REQUESTER_HEAD, REQUESTER, *OFFICE), basis=R(20, 2), form=REQUEST, requires=rules.FILING,
        sets=_filed, produces=("政务数据共享申请表",), primary=True, backdated=True, notifies=OFFICE,
        hint="写明使用依据、场景、范围、共享方式和使用时限，经本部门共享工作机构负责人同意",
    )  # fmt: skip
    supplement_asked = Event(
        "告知补充材料", ((S.REQUESTED,), S.SUPPLEMENT), by=(*OFFICE, *USERS), basis=R(21, 2), requires=rules.SUPPLEMENT,
        form=(words("points", "需要补充的材料（一次写全）", "数据安全保护措施；使用范围内的人员名单。", required=True, fact="supplement_points"),),
        produces=("补充材料告知书",), notifies=USERS, hint="需要补充的一次告知；材料不全不能直接拒绝",
    )  # fmt: skip
    supplemented = Event(
        "补充材料", ((S.SUPPLEMENT,), S.REQUESTED), by=(*USERS, *OFFICE), basis=R(21, 2),
        form=(words("answer", "补充说明", "已补充。", required=True), files(label="补充的材料")), notifies=OFFICE,
    )  # fmt: skip
    extension_asked = Event(
        "报请延长答复期限", (S.UNANSWERED, SAME), by=OFFICE, basis=R(21, 1), requires=(rules.EXTEND[1],),
        form=(words("special_reason", "特殊原因", "涉及多个处室会商。", required=True), number("wanted_days", "延长几个工作日", required=True, sample=10)),
        notifies=(AUTHORITY,), sets={"extension": "ASKED"},
    )  # fmt: skip
    extended = Event(
        "延长答复期限", (S.UNANSWERED, SAME), by=(AUTHORITY, HEAD, *USERS), basis=R(21, 1), requires=rules.EXTEND,
        form=(
            number("extension_days", "延长几个工作日", required=True, sample=10, basis=R(21, 1)),
            short("consent_no", "主管部门同意文号", sample="禾溪数〔2026〕3号", help="主管部门不在本平台办理的，填写其同意的文号"),
            words("special_reason", "特殊原因", "涉及多个处室会商。", required=True),
        ),
        sets={"extension": "AGREED"}, produces=("延长答复告知书",), notifies=(*USERS, *OFFICE),
        hint="经同级主管部门同意，最长10个工作日，并告知需求部门",
    )  # fmt: skip
    extension_declined = Event(
        "不同意延长", (S.UNANSWERED, SAME), by=(AUTHORITY,), basis=R(21, 1), form=(words("reason", "理由", "没有特殊原因。", required=True),),
        sets={"extension": "DECLINED"}, notifies=OFFICE,
    )  # fmt: skip
    approved = Event(
        "同意共享", ((*S.UNANSWERED, S.DISPUTED), S.APPROVED), by=(HEAD, *USERS), basis=joined(R(20, 3), R(21, 1)),
        meets=("SG-REPLY-1", "SG-REPLY-10"), requires=rules.ANSWER, sets=_approved, produces=("政务数据共享答复函",), notifies=USERS,
        form=(
            words("granted_fields", "同意提供的数据项（不填为全部）", ""),
            words("conditions", "目录列明的共享条件", ""),
            number("quota", "每日最多调用次数", fact=True, sample=1000),
            text("note", "说明"),
        ),
        primary=True, hint="自同意之日起20个工作日内提供数据",
    )  # fmt: skip
    refused = Event(
        "不同意共享", ((*S.UNANSWERED, S.DISPUTED), S.REFUSED), by=(HEAD, *USERS), basis=joined(R(20, 3), R(21, 2)),
        meets=("SG-REPLY-1", "SG-REPLY-10"), requires=rules.REFUSE, sets={"answer": "REFUSED"}, produces=("不同意共享答复函",), notifies=USERS,
        form=(
            choice("ground", "理由", codes.REFUSALS, required=True, fact="refusal_ground", sample="NOT_NEEDED"),
            short("ground_basis", "不予共享的依据", fact="refusal_basis", sample=""),
            words("reason", "理由说明", "所列事项不需要使用这些数据项。", required=True, fact="refusal_reason"),
        ),
    )  # fmt: skip
    supplied = Event(
        "提供数据", ((S.APPROVED,), S.ACTIVE), by=(*OFFICE, *USERS), basis=R(22), meets=("SG-SUPPLY",), requires=rules.SUPPLY,
        form=(
            choice("way", "共享方式", codes.WAYS, required=True, fact=True, sample="INTERFACE"),
            short("delivered", "交付内容", sample="接口已开通"),
        ),
        sets=_supplied, produces=("共享授权书",), notifies=USERS, primary=True,
    )  # fmt: skip
    withdrawn = Event(
        "撤回申请", ((*S.UNANSWERED, S.APPROVED, S.DISPUTED), S.WITHDRAWN), by=(*USERS, *OFFICE), basis=PRACTICE,
        form=(words("reason", "原因", "不再需要。", required=True),), notifies=OFFICE,
    )  # fmt: skip
    renewal_asked = Event(
        "申请续期", ((S.ACTIVE,), SAME), by=USERS, basis=R(20, 2),
        form=(
            day("until", "延至", required=True, sample="@700"), words("why", "续期理由", "仍需使用。", required=True),
            yes_no("head_agreed", "本部门共享工作机构负责人已经同意", required=True, sample=True, basis=R(20, 2)),
        ),
        requires=(rules.FILING[0],), sets={"renewal": "ASKED"}, notifies=OFFICE,
    )  # fmt: skip
    renewed = Event(
        "同意续期", ((S.ACTIVE,), SAME), by=(HEAD, *USERS), basis=joined(R(20, 3), R(21, 1)), requires=rules.RENEW,
        form=(day("valid_to", "使用时限至", required=True, fact=True, sample="@700"),), sets={"renewal": "AGREED"},
        produces=("共享授权书",), notifies=USERS,
    )  # fmt: skip
    renewal_declined = Event(
        "不同意续期", ((S.ACTIVE,), SAME), by=(HEAD, *USERS), basis=R(21, 2), requires=(rules.RENEW[0], rules.RENEW[1]),
        form=(words("reason", "理由", "共享目的已经实现。", required=True),), sets={"renewal": "DECLINED"}, notifies=USERS,
    )  # fmt: skip
    wider_asked = Event(
        "申请扩大用途", ((S.ACTIVE,), SAME), by=USERS, basis=R(25, 1),
        form=(
            choice("wider_kind", "申请什么", {"SCOPE": "扩大使用范围", "PURPOSE": "用于其他目的", "THIRD_PARTY": "提供给第三方"}, required=True),
            words("what", "内容和理由", "增加乡镇工作人员使用。", required=True),
        ),
        notifies=OFFICE,
    )  # fmt: skip
    wider_answered = Event(
        "答复扩大用途", ((S.ACTIVE,), SAME), by=(HEAD, *USERS), basis=R(25, 1), requires=rules.WIDER, sets=_wider,
        form=(yes_no("agreed", "同意", required=True, sample=True), words("reason", "理由", "确需使用。", required=True)),
        notifies=USERS,
    )  # fmt: skip
