"""Matters that tell a story to visitors: the same person in different stages, on fixed days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from random import Random
from typing import Any

from xiezhi.demo.acts import ACTS
from xiezhi.demo.filings import Filing, Target, compose
from xiezhi.demo.histories import Course, Over, Tale
from xiezhi.demo.public import Public
from xiezhi.kernel.procedures.clocks import SHANGHAI

__all__ = ["SCRIPTS", "filing", "plans"]

Script = Callable[[Course, Mapping[str, Any], datetime], Tale]


def _on(month: int, day: int) -> date:
    return date(2026, month, day)


def _guarded(steps: Callable[[Course], None]) -> Script:
    def script(c: Course, data: Mapping[str, Any], at: datetime) -> Tale:
        try:
            c.do("filed", data=data, by="agent" if c.cast.agent else "applicant", at=at)
            c.do("receipt", data={}, by="platform", at=at)
            steps(c)
        except Over:
            pass
        return c.finish()

    return script


def _accept(c: Course, assigned: date, accepted: date, clock: str, **more: Any) -> None:
    officers = [str(c.cast.lead.staff_id), str(c.cast.second.staff_id)]
    c.do("assigned", assigned, {"officers": officers}, by="office_head", clock="09:40")
    c.do("accepted", accepted, {"procedure": "ORDINARY", "officers": officers, "competent": True, "respondent_correct": True, **more},
         by="case_officer", clock=clock)  # fmt: skip


def _in_review(c: Course) -> None:
    """禾溪府复: mediation halted the clock for seven days; the hearing is on 1 December; due 21 December."""
    _accept(c, _on(10, 13), _on(10, 15), "16:02")
    c.do("copy_sent", _on(10, 19), {"note": "电子送达。"}, by="case_officer", clock="11:26")
    c.do("copy_received", _on(10, 20), {}, by="respondent", clock="09:05")
    c.do("replied", _on(10, 30), {"evidence_submitted": True, "staff_agents": 1, "reply": "现场检查时未能提供进货票据，事实清楚，裁量适当，请求维持。",
         "evidence_list": "现场笔录、询问笔录、抽检报告、责令改正通知书、立案审批表、送达回证，共六件。"}, by="respondent", clock="17:10")  # fmt: skip
    c.do("suspended", _on(11, 5), {"ground": "6", "applicant_consents": True, "respondent_consents": True, "reason": "双方同意调解。"},
         by="office_head", clock="15:48")  # fmt: skip
    c.do("resumed", _on(11, 12), {"reason": "调解没有达成一致。"}, by="office_head", clock="09:20")
    c.do("hearing_noticed", _on(11, 18), {"hearing_on": "2026-12-01", "place": "第二听证室（同步视频）",
         "topics": "进货票据是否提交、处罚裁量是否适当。"}, by="case_officer", clock="10:05")  # fmt: skip
    c.do("views_heard", _on(11, 20), {"method": "PHONE", "heard": ["APPLICANT"], "record": "申请人说明票据在检查次日送到市场监管所，愿意继续调解。"},
         by="case_officer", clock="14:32")  # fmt: skip


def _supplement(c: Course) -> None:
    c.do(
        "assigned",
        _on(11, 17),
        {"officers": [str(c.cast.lead.staff_id), str(c.cast.second.staff_id)]},
        by="office_head",
        clock="09:15",
    )
    c.do("supplement_noticed", _on(11, 18), {"defects": ["ACT", "IDENTITY"], "detail": "请补充处罚决定书全文和身份证明。"}, by="case_officer",
         clock="10:30")  # fmt: skip
    c.do("supplement_notice_received", _on(11, 18), {}, by="platform", clock="10:31")


def _served(c: Course) -> None:
    _accept(c, _on(8, 4), _on(8, 6), "10:12")
    c.do("copy_sent", _on(8, 10), {}, by="case_officer", clock="09:50")
    c.do("copy_received", _on(8, 11), {}, by="respondent", clock="10:20")
    c.do("replied", _on(8, 20), {"evidence_submitted": True, "staff_agents": 1, "reply": "信息不存在。", "evidence_list": "检索记录。"},
         by="respondent", clock="15:00")  # fmt: skip
    c.do("views_heard", _on(9, 2), {"method": "INTERNET", "heard": ["APPLICANT"], "record": "申请人认为检索范围过窄。"}, by="case_officer",
         clock="11:00")  # fmt: skip
    c.do(
        "drafted",
        _on(9, 15),
        {"proposed_type": "QUASHED", "draft": "拟撤销，责令重新答复。"},
        by="case_officer",
        clock="16:00",
    )
    c.do("submitted", _on(9, 16), {"opinion": "请审批。"}, by="case_officer", clock="10:00")
    c.do("decided", _on(9, 21), {"decision_type": "QUASHED", "decision_ground": "L64_1", "approval": "ORGAN_HEAD", "order_redo": True,
         "dispositive": "撤销答复，责令被申请人重新答复。"}, by="organ_head", clock="15:30")  # fmt: skip
    c.do("served", _on(9, 23), {"method": "ELECTRONIC"}, by="case_officer", clock="09:30")
    c.do("copied", _on(9, 25), {"recipient": "临川市市场监督管理局"}, by="case_officer", clock="09:30")


def _reply_awaited(c: Course) -> None:
    _accept(c, _on(11, 10), _on(11, 11), "14:20")
    c.do("copy_sent", _on(11, 12), {}, by="case_officer", clock="10:00")
    c.do("copy_received", _on(11, 13), {}, by="respondent", clock="09:30")


def _mediated(c: Course) -> None:
    _accept(c, _on(5, 12), _on(5, 14), "09:40")
    c.do("copy_sent", _on(5, 18), {}, by="case_officer", clock="09:50")
    c.do("copy_received", _on(5, 19), {}, by="respondent", clock="10:20")
    c.do("replied", _on(5, 28), {"evidence_submitted": True, "staff_agents": 1, "reply": "愿意调解。", "evidence_list": "案卷一册。"},
         by="respondent", clock="15:00")  # fmt: skip
    c.do("mediated", _on(6, 10), {"signed_by_all": True, "sealed": True, "act_corrected": True, "terms": "罚款减为二千元，申请人不再主张其他权利。"},
         by="organ_head", clock="10:00")  # fmt: skip
    c.do(
        "document_served",
        _on(6, 12),
        {"document": "MEDIATED", "method": "ELECTRONIC"},
        by="case_officer",
        clock="09:30",
    )
    c.do("closed", _on(6, 18), {"note": "已经履行，结案。"}, by="case_officer", clock="16:00")
    c.do("archived", _on(7, 20), {"volume": 1, "pages": 46}, by="archivist", clock="10:00")


def _received(c: Course) -> None:
    return None


SCRIPTS: dict[str, Script] = {
    "review": _guarded(_in_review), "supplement": _guarded(_supplement), "served": _guarded(_served),
    "reply": _guarded(_reply_awaited), "mediated": _guarded(_mediated), "received": _guarded(_received),
}  # fmt: skip

_FILED: dict[str, tuple[datetime, str]] = {
    "review": (datetime(2026, 10, 12, 11, 2, tzinfo=SHANGHAI), "zhouhesheng"),
    "supplement": (datetime(2026, 11, 16, 20, 14, tzinfo=SHANGHAI), "zhouhesheng"),
    "served": (datetime(2026, 8, 3, 19, 40, tzinfo=SHANGHAI), "zhouhesheng"),
    "reply": (datetime(2026, 11, 9, 10, 30, tzinfo=SHANGHAI), "company"),
    "mediated": (datetime(2026, 5, 11, 9, 5, tzinfo=SHANGHAI), "zhouhesheng"),
    "received": (datetime(2026, 11, 22, 21, 37, tzinfo=SHANGHAI), "zhouhesheng"),
}
_ACT: dict[str, dict[str, Any]] = {
    "review": {"type": "行政处罚决定书", "doc_no": "禾市监处罚〔2026〕118号", "made_on": "2026-09-18", "served_on": "2026-09-20",
               "service_method": "DIRECT", "told_remedy": True, "amount": "8000"},
    "supplement": {"type": "行政处罚决定书", "doc_no": "禾市监处罚〔2026〕141号", "made_on": "2026-10-20", "served_on": "2026-10-22",
                   "service_method": "DIRECT", "told_remedy": True, "amount": "3500"},
    "served": {"type": "政府信息公开申请答复书", "doc_no": "禾市监依申请告〔2026〕9号", "made_on": "2026-07-10", "served_on": "2026-07-13",
               "service_method": "ELECTRONIC", "told_remedy": True},
    "reply": {"type": "行政处罚决定书", "doc_no": "禾市监处罚〔2026〕133号", "made_on": "2026-10-12", "served_on": "2026-10-14",
              "service_method": "DIRECT", "told_remedy": True, "amount": "20000"},
    "mediated": {"type": "行政处罚决定书", "doc_no": "禾市监处罚〔2026〕52号", "made_on": "2026-04-08", "served_on": "2026-04-10",
                 "service_method": "DIRECT", "told_remedy": True, "amount": "5000"},
    "received": {"type": "举报处理告知书", "doc_no": "禾市监举告〔2026〕77号", "made_on": "2026-11-10", "served_on": "2026-11-12",
                 "service_method": "ELECTRONIC", "told_remedy": True},
}  # fmt: skip


def plans(targets: Sequence[Target]) -> list[tuple[str, datetime, int, str]]:
    """(name, moment, target, channel) of every story matter."""
    number = next(i for i, t in enumerate(targets) if t.key == "market" and t.short == "禾溪")
    return [(name, at, number, "ONLINE") for name, (at, _) in _FILED.items()]


def filing(public: Public, target: Target, name: str, at: datetime) -> Filing:
    """The application of a story matter."""
    who = _FILED[name][1]
    kind = str(_ACT[name]["type"])
    act = next(a for a in ACTS["market"] if a.type == kind)
    lawyer = public.named["linyanqiu"]
    firm = next(f for c, f in public.lawyers if c is lawyer)
    applicant = public.named_company if who == "company" else public.named[who]
    rng = Random(f"story:{name}")
    found = compose(rng, public, target, act, dict(_ACT[name]), "ONLINE", at, applicant=applicant,
                    agent=(lawyer, firm) if name in ("reply", "served") else None)  # fmt: skip
    for row in found.data["applicants"]:
        row["e_service_consent"] = True
    found.data["e_service_consent"] = True
    return found
