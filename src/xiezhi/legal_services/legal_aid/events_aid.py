"""事件 from the search for a provider to the file of the closed case (legal-services.md 3).

The factbook's steps and their events: appoint → offered, appointed, organ_told; meet and contract → met; change →
change_requested, replaced; close → ended, file_submitted, file_accepted; pay subsidy → subsidy_calculated, subsidy_paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD
from xiezhi.kernel.procedures.core import Ask, View
from xiezhi.kernel.procedures.declare import CLOCK, SAME, Event, Field, Kind, choice

from . import codes
from . import states as S
from .citations import A, joined
from .fields import day, files, text, yes_no
from .roles import APPLICANT, CASE_ORGAN, OFFICE, PROVIDER, RECIPIENT, RECIPIENT_SIDE
from .rules_aid import (
    ANSWERING,
    APPOINTING,
    CHANGING,
    DECLINING,
    ENDING,
    HEARING,
    MEETING,
    OFFERING,
    SUBMITTING,
)

_PROVIDER = (
    Field("provider_ref", "法律援助人员", required=True, fact=True, sample="provider-1", max_length=64),
    choice("provider_kind", "类别", codes.PROVIDER_KINDS, fact=True, basis=A(12)),
    Field("provider_firm", "所在机构", fact=True, max_length=100, sample="东岭明衡律师事务所"),
    Field("practice_years", "相关执业年限", Kind.INT, fact=True, sample=5, basis=A(26)),
    yes_no("conflict_checked", "已作利益冲突审查", fact=True, sample=True, required_on_screen=True),
    choice("conflict_with", "利益冲突", codes.CONFLICTS, fact=True),
    yes_no("under_stop_penalty", "正在停止执业处罚期内", fact=True),
)  # fmt: skip
_ASKED = tuple(
    Field(f.name, f.label, f.kind, f.required, f.choices, f.help, f.basis, sample=f.sample, max_length=f.max_length)
    for f in _PROVIDER
)
"""The same questions about somebody who is only asked: nobody is appointed yet, so they become no facts."""

_WHO = Field("provider_ref", "法律援助人员", max_length=64)


def _offered(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"offer_open": True, "offer_provider_ref": ask.data.get("provider_ref")}


_OFFER_OVER = {"offer_open": False, "offer_provider_ref": None}


def _appointed(view: View, ask: Ask) -> Mapping[str, Any]:
    count = int(view.facts.get("appointments") or 0) + 1
    return {"appointed_on": ask.on.isoformat(), "offer_open": False, "offer_provider_ref": None, "appointments": count}


def _appointment_papers(view: View, values: Mapping[str, Any]) -> Sequence[str]:
    """The letter to the organ goes with the lawyer; where the organ notified, it is the answer to it (`organ_told`)."""
    letter = view.facts.get("kind") in codes.LITIGATION and view.facts.get("route") != "NOTIFY"
    return ["法律援助指派通知书", "法律援助公函"] if letter else ["法律援助指派通知书"]


def _replaced(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"changes": int(view.facts.get("changes") or 0) + 1, "provider_ref": None, "provider_kind": None}


def _met(view: View, ask: Ask) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"met_on": ask.on.isoformat()}
    if ask.data.get("contract_signed"):
        facts["contract_on"] = ask.data.get("contract_on") or ask.on.isoformat()
    return facts


def _ended(view: View, ask: Ask) -> Mapping[str, Any]:
    return {"ended_on": ask.data.get("ended_on") or ask.on.isoformat()}


class Aid:
    """Appointment, service, change, closing."""

    offered = Event(
        "征询承办", (S.TO_APPOINT, SAME), by=OFFICE, basis=A(43, 1), form=(*_ASKED, Field("offer_no", "征询编号", max_length=40)),
        requires=OFFERING, sets=_offered, hint="征询不改变办件的责任单位；逾期未答复的自动失效",
    )  # fmt: skip
    offer_accepted = Event(
        "同意承办", (S.TO_APPOINT, SAME), by=(PROVIDER, *OFFICE), basis=A(16, 1), form=(_WHO,), meets=("LA-OFFER",),
        requires=ANSWERING, sets={"offer_open": False}, hint="由法律援助机构随后指派",
        office_title="登记同意承办",
    )  # fmt: skip
    offer_refused = Event(
        "不能承办", (S.TO_APPOINT, SAME), by=(PROVIDER, *OFFICE), basis=A(16, 1), meets=("LA-OFFER",),
        form=(_WHO, choice("reason_code", "理由", codes.OFFER_REFUSALS, required=True), text("reason", "说明", "近期开庭冲突。")),
        requires=ANSWERING, sets=_OFFER_OVER, hint="没有正当理由不得拒绝",
        office_title="登记不能承办",
    )  # fmt: skip
    offer_withdrawn = Event(
        "撤回征询", (S.TO_APPOINT, SAME), by=OFFICE, basis=A(43, 1), form=(_WHO,), meets=("LA-OFFER",), requires=ANSWERING, sets=_OFFER_OVER,
    )  # fmt: skip
    offer_lapsed = Event(
        "征询失效", (S.TO_APPOINT, SAME), by=(CLOCK,), basis=A(16, 1), when="LA-OFFER", sets=_OFFER_OVER, notifies=(CASE_OFFICER,),
    )  # fmt: skip
    appointed = Event(
        "指派法律援助人员", (S.TO_APPOINT, S.APPOINTED), by=OFFICE, basis=joined(A(25), A(36), A(43, 1)),
        form=(*_PROVIDER, choice("capacity", "身份", codes.CAPACITIES, fact=True, sample="AGENT"),
              Field("appointment_no", "指派文号", fact=True, max_length=100), text("note", "说明", "请及时会见。")),
        meets=("LA-APPOINT", "LA-APPOINT-WD", "LA-NOTIFY-APPOINT", "LA-NOTIFY-APPOINT-WD", "LA-FIRST-AID", "LA-REAPPOINT", "LA-CUSTODY-DAY",
               "LA-OFFER"),
        requires=APPOINTING, sets=_appointed, produces=_appointment_papers, primary=True,
        plain="法律援助机构已为您安排法律援助人员。", notifies=(APPLICANT, RECIPIENT, PROVIDER),
    )  # fmt: skip
    organ_told = Event(
        "通知办案机关", ((*S.ON_DUTY, S.CHANGED, S.TERMINATED), SAME), by=OFFICE, basis=A(36), backdated=True,
        form=(Field("letter_no", "公函文号", max_length=100), files()), meets=("LA-NOTIFY-TELL", "LA-NOTIFY-TELL-WD"),
        produces=("法律援助公函",), plain="法律援助机构已通知办案机关。", notifies=(CASE_ORGAN,), hint="与指派同在三日以内",
    )  # fmt: skip
    met = Event(
        "会见受援人并签订委托协议", ((S.APPOINTED,), S.WORKING), by=(PROVIDER, *OFFICE), basis=joined(A(46), A(47)), backdated=True,
        form=(choice("place", "方式", {"OFFICE": "律师事务所", "AGENCY": "法律援助机构", "CUSTODY": "羁押场所", "VIDEO": "视频", "VISIT": "上门"}),
              yes_no("contract_signed", "已签订委托协议", fact=True, required_on_screen=True, sample=True),
              day("contract_on", "签订之日"), text("no_contract_reason", "没有签订的原因", "由办案机关通知指派，以公函代替。"),
              text("record", "会见记录", "了解案情，告知权利和风险。"), files()),
        meets=("LA-MEET",), requires=MEETING, sets=_met, produces=("法律援助委托协议",), primary=True,
        plain="法律援助人员已与您会见。", notifies=(RECIPIENT, CASE_OFFICER),
        office_title="登记会见和签约", hint="了解案情、告知权利和风险，签订委托协议",
    )  # fmt: skip
    progress_reported = Event(
        "通报办理情况", (S.ON_DUTY, SAME), by=(PROVIDER, *OFFICE), basis=A(46, 2), backdated=True,
        form=(text("progress", "办理情况", "已经立案，等待开庭。", required=True), text("for_recipient", "告知受援人的话", "案件正在办理。"), files()),
        plain="法律援助人员通报了办理情况。", notifies=(RECIPIENT,),
        office_title="登记办理情况", hint="办理有进展时告诉受援人和法律援助机构",
    )  # fmt: skip
    hearing_noted = Event(
        "记录开庭时间", (S.ON_DUTY, SAME), by=(PROVIDER, *OFFICE), basis=A(46, 2), requires=HEARING,
        form=(day("hearing_on", "开庭日", required=True, fact="next_hearing_on", sample="@15"), Field("court", "法院或者仲裁庭", max_length=100),
              Field("court_no", "案号", fact="court_no", max_length=100)),
        plain="开庭时间已经确定，请留意法律援助人员的通知。", notifies=(RECIPIENT,),
        office_title="登记开庭时间", hint="开庭时间定下来以后填写，受援人会收到通知",
    )  # fmt: skip
    documents_submitted = Event(
        "提交办案材料", ((*S.ON_DUTY, S.TERMINATED), SAME), by=(PROVIDER, *OFFICE), basis=A(50), backdated=True,
        form=(choice("paper", "材料", {"COMPLAINT": "起诉状、申请书", "OPINION": "辩护意见、代理词", "EVIDENCE": "证据", "RECORD": "会见、阅卷笔录",
                                      "RESULT": "裁判文书", "REPORT": "办理情况报告", "OTHER": "其他"}, required=True), files()),
        office_title="登记办案材料", hint="把办案中形成的材料交给法律援助机构",
    )  # fmt: skip
    ground_reported = Event(
        "报告应当终止的情形", (S.ON_DUTY, SAME), by=(PROVIDER, *OFFICE), basis=A(48, 2), backdated=True,
        form=(choice("ground", "情形", codes.TERMINATION_GROUNDS, required=True), text("account", "情况", "受援人自行委托了律师。")),
        notifies=(CASE_OFFICER, OFFICE_HEAD),
        office_title="登记应当终止的情形", rare=True, hint="发现受援人欺骗、另行委托律师等应当终止的情形",
    )  # fmt: skip
    change_requested = Event(
        "请求更换法律援助人员", (S.ON_DUTY, SAME), by=(*RECIPIENT_SIDE, CASE_OFFICER), basis=A(55), backdated=True,
        form=(choice("reason_code", "理由", codes.CHANGE_REASONS, required=True), text("reason", "说明", "多次联系没有答复。")),
        plain="您请求更换法律援助人员。", notifies=(CASE_OFFICER, OFFICE_HEAD),
        office_title="登记更换的请求", hint="法律援助人员没有依法履行职责的，可以请求更换",
    )  # fmt: skip
    change_declined = Event(
        "答复不予更换", (S.ON_DUTY, SAME), by=OFFICE, basis=A(55), requires=DECLINING,
        form=(text("reason", "理由", "法律援助人员已依法履行职责。", required=True),),
        plain="法律援助机构答复不予更换，理由见答复。", notifies=(RECIPIENT,),
    )  # fmt: skip
    replaced = Event(
        "更换法律援助人员", (S.ON_DUTY, S.CHANGED), by=OFFICE, basis=joined(A(46, 1), A(55)),
        form=(choice("reason_code", "理由", codes.CHANGE_REASONS, required=True, fact="change_reason"), yes_no("by_request", "应受援人请求"),
              Field("former_provider_ref", "原承办人员", fact=True, max_length=64), text("reason", "说明", "原承办人员不能继续承办。")),
        requires=CHANGING, sets=_replaced, produces=("更换法律援助人员通知书",), plain="法律援助机构决定为您更换法律援助人员。",
        notifies=(RECIPIENT, PROVIDER, CASE_ORGAN),
    )  # fmt: skip
    ended = Event(
        "援助事项办理结束", ((S.WORKING,), SAME), by=(PROVIDER, *OFFICE), basis=A(50),
        form=(day("ended_on", "结束之日", help="收到判决书、裁定书、裁决书、调解书或者事项办完之日"),
              choice("outcome", "结果", codes.OUTCOMES, fact=True, basis=A(50)),
              Field("recovered", "挽回损失或者取得利益（元）", Kind.MONEY, fact=True), Field("wages_recovered", "其中追回劳动报酬（元）", Kind.MONEY, fact=True),
              text("summary", "办理经过", "经一审判决，请求得到支持。"), files()),
        requires=ENDING, sets=_ended, plain="您的法律援助事项已经办理结束。", notifies=(RECIPIENT, CASE_OFFICER), primary=True,
        office_title="登记办理结束", rateable=True, hint="收到裁判文书、裁决书、调解书，或者事项办完以后填写",
    )  # fmt: skip
    file_submitted = Event(
        "提交结案材料", ((S.WORKING,), S.CLOSED), by=(PROVIDER, *OFFICE), basis=A(50), backdated=True,
        form=(choice("result_paper", "法律文书", codes.RESULT_PAPERS, fact=True), yes_no("result_copy", "已附法律文书副本", fact=True),
              text("contract_note", "没有委托协议的说明", "受援人在外地，以视频方式确认。"),
              text("report", "办理情况报告", "见办理情况报告。"), files()),
        meets=("LA-CLOSE",), requires=SUBMITTING, produces=("法律援助结案审批表",), notifies=(CASE_OFFICER,), primary=True,
        office_title="登记结案材料", hint="交法律文书副本、办理情况报告和卷内材料",
    )  # fmt: skip
