"""事件 while data are used and after: use records, suspension, stopping, change and end of the service, disposal, breaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import CLOCK, SAME, Event, choice

from .. import codes
from ..citations import R, joined
from ..fields import day, files, short, words, yes_no
from ..roles import AUTHORITY, HEAD, OFFICE, USERS
from . import rules
from . import states as S

__all__ = ["Using"]


def _breach(view: View, ask: Ask) -> Mapping[str, Any]:
    known = list(view.facts.get("breaches") or [])
    return {"breaches": [*known, str(ask.data.get("kind") or "")]}


class Using:
    """Use and its end."""

    use_recorded = Event(
        "登记使用情况", ((S.ACTIVE, S.SUSPENDED, S.DISPOSAL), SAME), by=USERS, basis=R(29, 2), backdated=True,
        form=(
            words("scene", "使用场景", "受理投诉时核对代理人。", required=True), words("process", "使用过程", "按办件逐次查询。", required=True),
            words("effect", "应用成效", "减少一次跑动。", required=True), words("storage", "存储情况", "不落地保存。", required=True),
            words("destruction", "销毁情况", "无。"),
        ),
        hint="使用记录至少保存三年，主管部门和提供部门可以查阅",
    )  # fmt: skip
    suspended = Event(
        "暂停共享", ((S.ACTIVE,), S.SUSPENDED), by=(*OFFICE, AUTHORITY, *USERS), basis=R(27, 2), requires=rules.SUSPEND,
        form=(
            choice("misuse", "情形", codes.MISUSES, required=True, fact=True),
            words("found", "发现的事实", "监测发现在非办案时段批量查询。", required=True),
            day("correct_by", "整改期限至", required=True, fact=True, sample="@15", basis=R(27, 2)),
        ),
        sets={"suspended": True}, produces=("暂停共享通知书",), notifies=USERS, primary=True, hint="立即停止调用，责令限期整改",
    )  # fmt: skip
    mended = Event(
        "报告整改", ((S.SUSPENDED,), SAME), by=USERS, basis=R(27, 2), meets=("SG-FIX",),
        form=(words("done", "整改情况", "已收回越权账号。", required=True), files(label="证明材料")), notifies=(*OFFICE, AUTHORITY),
    )  # fmt: skip
    resumed = Event(
        "恢复共享", ((S.SUSPENDED,), S.ACTIVE), by=(*OFFICE, AUTHORITY, *USERS), basis=R(27, 2), requires=(rules.STOP[1],), meets=("SG-FIX",),
        form=(words("checked", "核实情况", "已经整改到位。", required=True),), sets={"suspended": False},
        produces=("恢复共享通知书",), notifies=USERS, primary=True,
    )  # fmt: skip
    stopped = Event(
        "终止共享（拒不整改）", ((S.SUSPENDED,), S.DISPOSAL), by=(HEAD, AUTHORITY, *USERS), basis=R(27, 2), requires=rules.STOP,
        form=(
            choice("why", "情形", {"NOT_MENDED": "拒不整改", "INSUFFICIENT": "整改不到位"}, required=True),
            words("reason", "理由", "期满仍未收回越权账号。", required=True),
        ),
        sets={"suspended": False, "end_reason": "STOPPED"}, produces=("终止共享通知书",), notifies=USERS,
    )  # fmt: skip
    change_proposed = Event(
        "提出终止或者变更服务", ((S.ACTIVE,), SAME), by=(*OFFICE, *USERS), basis=R(27, 3),
        form=(
            choice("kind", "提出", {"END": "终止", "CHANGE": "变更"}, required=True, fact="change_kind"),
            words("good_reason", "正当理由", "系统升级，接口合并。", required=True), day("effective_on", "自", required=True, sample="@30"),
        ),
        notifies=USERS, hint="无正当理由不得终止或者变更",
    )  # fmt: skip
    change_talked = Event(
        "登记协商结果", ((S.ACTIVE,), SAME), by=(*OFFICE, *USERS), basis=R(27, 3),
        form=(choice("result", "结果", {"AGREED": "一致", "NOT_AGREED": "不一致"}, required=True), words("said", "协商情况", "双方同意。", required=True)),
    )  # fmt: skip
    change_filed = Event(
        "报主管部门备案", ((S.ACTIVE,), SAME), by=(*OFFICE, AUTHORITY, *USERS), basis=R(27, 3),
        form=(short("record_no", "备案号", required=True, sample="备〔2026〕7号"),), notifies=(AUTHORITY,),
    )  # fmt: skip
    service_changed = Event(
        "变更服务", ((S.ACTIVE,), SAME), by=(HEAD, *USERS), basis=R(27, 3), requires=rules.CHANGE,
        form=(words("granted_fields", "变更后的数据项", "name", required=True, fact=True), words("what", "变更内容", "合并两个接口。", required=True)),
        produces=("共享授权书",), notifies=USERS,
    )  # fmt: skip
    service_ended = Event(
        "终止服务", ((S.ACTIVE,), S.DISPOSAL), by=(HEAD, *USERS), basis=R(27, 3), requires=rules.END,
        form=(words("reason", "正当理由", "法定职责已经划转。", required=True),), sets={"end_reason": "ENDED"},
        produces=("终止共享通知书",), notifies=USERS,
    )  # fmt: skip
    purpose_ended = Event(
        "共享目的已实现或者不再必要", ((S.ACTIVE, S.SUSPENDED), S.DISPOSAL), by=(*USERS, HEAD), basis=R(27, 1),
        form=(choice("why", "情形", codes.ENDINGS, required=True, fact="ending"),), sets={"end_reason": "PURPOSE"}, notifies=OFFICE,
    )  # fmt: skip
    expired = Event(
        "使用时限届满", ((S.ACTIVE, S.SUSPENDED), S.DISPOSAL), by=(CLOCK,), basis=R(20, 2), when="SG-VALID",
        sets={"end_reason": "EXPIRED"}, notifies=(*USERS, *OFFICE),
    )  # fmt: skip
    disposal_asked = Event(
        "提出处置要求", ((S.DISPOSAL,), SAME), by=(*OFFICE, *USERS), basis=R(27, 1), requires=(rules.STOP[1],),
        form=(
            choice("disposal", "处置方式", codes.DISPOSALS, required=True, fact="disposal_wanted"),
            day("dispose_by", "处置期限至", required=True, sample="@30"),
        ),
        notifies=USERS, primary=True,
    )  # fmt: skip
    disposed = Event(
        "处置完毕", ((S.DISPOSAL,), S.DISPOSED), by=(*USERS, *OFFICE), basis=joined(R(27, 1), R(29, 2)), meets=("SG-DISPOSE",),
        form=(
            choice("way", "处置方式", codes.DISPOSALS, required=True, fact="disposal"),
            words("how", "处置经过", "已删除并清除备份。", required=True), files(label="证明材料"),
        ),
        notifies=OFFICE, primary=True, backdated=True,
    )  # fmt: skip
    ordered = Event(
        "责令改正、通报", (S.ALL, SAME), by=(AUTHORITY,), basis=joined(R(29, 1), R(39), R(40)), requires=rules.BREACH, sets=_breach,
        form=(
            choice("against", "对谁", {"PROVIDER": "提供部门", "REQUESTER": "需求部门"}, required=True),
            choice("kind", "情形", codes.BREACHES, required=True),
            words("text", "要求", "请在五个工作日内答复。", required=True), yes_no("published", "同时通报", sample=False),
        ),
        notifies=(*USERS, *OFFICE),
    )  # fmt: skip
