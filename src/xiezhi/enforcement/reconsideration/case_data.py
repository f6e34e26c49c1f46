"""Data of every reconsideration document, from the matter's facts, its parties, and what the event says.

`document_data` fills each declared field of a template in this order: what the event's form gives under the field's
name, what is known of the matter, and for contents nobody has entered a sentence that says so. Nothing is invented:
a document that needs an officer's wording is drafted and signed before its event (`hooks.needs_signature`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from html import unescape
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import zh_ordinal
from xiezhi.kernel.documents.templates import DocumentTemplate
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Recorded, View
from xiezhi.kernel.procedures.models import Matter

from . import codes
from .case_draft import UNRECORDED, fill, found, reasoning, result
from .case_source import (
    LAW,
    REGULATION,
    Source,
    addressee,
    as_day,
    as_lines,
    as_moment,
    as_text,
    base,
    claim_reasons,
    contact_line,
    instrument_no,
    norm_name,
    officer_names,
    outcome_text,
)
from .case_text import CaseText, public_name, unit
from .phrase import phrase

__all__ = ["document_data", "phrase"]

INSTRUMENTS = ("decision", "mediation_agreement", "rejection_decision")


def _article(prefix: str, item: Any, suffix: str = "") -> str:
    return f"{prefix}第{zh_ordinal(int(item))}项{suffix}" if str(item).isdigit() and int(item) > 0 else prefix


def _suspension(s: Source) -> dict[str, Any]:
    ground = "9" if s.rec.event == "norm_review_started" else str(s.form.get("ground") or "10")
    words = codes.SUSPENSION_GROUNDS.get(ground, "其他情形")
    more = as_text(s.get("reason", "details", "explanation"))
    if ground == "9" and not more:
        more = f"需要对{norm_name(s)}一并审查"
    return {"ground": f"{words}。{more}".rstrip("。") + "。", "ground_article": _article("第三十九条第一款", ground)}


def _resumption(s: Source) -> dict[str, Any]:
    words = {"norm_handled": "规范性文件已经处理完毕", "transferee_answered": "接受转送的机关已经回复处理意见"}
    ground = as_text(s.form.get("reason") or s.form.get("ground")) or words.get(s.rec.event, "中止的原因已经消除")
    return {"ground": ground.rstrip("。") + "。", "due_on": s.due("RC-DECIDE-ORD", "RC-DECIDE-SIM")}


def _termination(s: Source) -> dict[str, Any]:
    ground = str(s.form.get("ground") or ("1" if s.view.has("withdrawn") or s.rec.event == "settled" else "5"))
    words = codes.TERMINATION_GROUNDS.get(ground, "其他情形")
    return {
        "ground": f"{words}。{as_text(s.get('reason', 'details'))}".rstrip("。") + "。",
        "ground_article": _article("第四十一条", ground), "withdrawn": ground == "1",
    }  # fmt: skip


def _stay(s: Source) -> dict[str, Any]:
    ground = str(s.form.get("ground") or s.form.get("stay_ground") or "2")
    return {
        "ground": f"{codes.STAY_GROUNDS.get(ground, '')}。{as_text(s.form.get('detail'))}".strip("。") + "。",
        "ground_item": _article("", ground) or "第二项", "addressee": s.case.respondent,
    }  # fmt: skip


def _extension(s: Source) -> dict[str, Any]:
    return {
        "ground": as_text(s.form.get("reason") or s.form.get("ground")) or "案件情况复杂",
        "days": int(s.form.get("extension_days") or s.facts.get("extension_days") or 30), "due_on": s.due("RC-DECIDE-ORD"),
    }  # fmt: skip


def _conversion(s: Source) -> dict[str, Any]:
    return {
        "ground": as_text(s.form.get("reason") or s.form.get("ground")) or "案件不宜适用简易程序",
        "due_on": s.due("RC-DECIDE-ORD"),
    }  # fmt: skip


def _application(s: Source) -> dict[str, Any]:
    people = s.case.role("applicant")
    detail = "；".join(
        (f"{p.name}：" if len(people) > 1 else "") + s.case.described(p, full=True) for p in people
    ).strip("；")  # fmt: skip
    act = s.facts.get("act") if isinstance(s.facts.get("act"), Mapping) else {}
    known = act.get("known_proven_on") or act.get("served_on") or act.get("content_known_on") or act.get("made_on")  # type: ignore[union-attr]
    return {
        "applicant_detail": detail or "基本情况见身份证明", "agent": s.case.agent, "known_on": as_day(known, s.rec.on),
        "reasons": as_text(s.form.get("facts_and_reasons")) or claim_reasons(s),
        "norms": norm_name(s) if s.facts.get("norm_review_requested") else "",
    }  # fmt: skip


def _receipt(s: Source) -> dict[str, Any]:
    given = s.form.get("materials")
    rows = [[str(c) for c in row.values()] if isinstance(row, Mapping) else [str(row), "1", ""] for row in given or ()]
    rows = [[*row, "", ""][:3] for row in rows]
    return {"materials": rows or _attached(s) or [["行政复议申请书", "1", ""]], "contact": contact_line(s)}


def _attached(s: Source) -> list[list[str]]:
    from xiezhi.kernel.documents.models import Attachment

    if not s.matter.pk:
        return []
    names = Attachment.objects.filter(matter_id=s.matter.pk, withdrawn_at__isnull=True, folder="FILE").order_by("id")
    return [["行政复议申请书", "1", ""], *([name, "1", ""] for name in names.values_list("name", flat=True)[:60])]


def _supplement(s: Source) -> dict[str, Any]:
    return {
        "defects": [*(f"{t}。" for t in s.labels("defects")), *as_lines(s.form.get("detail"))] or ["补正事项见附页"]
    }


def _refusal(s: Source) -> dict[str, Any]:
    code = str(s.form.get("reason_code") or s.facts.get("reason_code") or "")
    said = as_text(s.form.get("reasons") or s.form.get("reason"))
    words = codes.REFUSAL_REASONS.get(code, "")
    organ = str(s.form.get("competent_organ") or "")
    named = unit(int(organ)) if organ.isdigit() else None
    return {
        "reasons": "\n".join(t for t in (words and f"{words}。", said) if t) or UNRECORDED,
        "competent_organ": named.name if named else as_text(organ), "court": s.case.court(),
    }  # fmt: skip


def _penalty_forward(s: Source) -> dict[str, Any]:
    via = s.view.first("via_penalty_organ")
    return {
        "organ": s.case.respondent, "addressee": s.case.organ_name, "received_on": as_day(None, via.on if via else s.rec.on),
        "materials_text": as_text(s.get("materials_text", "materials")) or "行政复议申请书及申请人提交的材料",
    }  # fmt: skip


def _elevation(s: Source) -> dict[str, Any]:
    upper = s.get("upper_organ", "to_organ")
    named = unit(int(upper)) if str(upper or "").isdigit() else None
    ground = str(s.get("ground", "elevation_ground") or "4")
    return {
        "upper_organ": named.name if named else as_text(upper) or "上级行政复议机关",
        "ground": codes.ELEVATION_GROUNDS.get(ground) or as_text(s.form.get("reason")) or "确有必要",
    }


def _deemed(s: Source) -> dict[str, Any]:
    return {"limit_on": as_day(s.rec.data.get("nominal"), s.rec.on)}


def _abandonment(s: Source) -> dict[str, Any]:
    noticed = s.view.last("supplement_noticed")
    got = s.said("supplement_notice_received", "received_on") or (
        noticed.data.get("notice_received_on") if noticed else None
    )
    received = s.view.on("supplement_notice_received")
    return {
        "supplement_no": _number_of(s, "补正") or "补正行政复议申请通知书",
        "noticed_on": as_day(got, received or (noticed.on if noticed else s.rec.on)), "limit_on": s.due("RC-SUPP"),
        "inquiry": as_text(s.form.get("inquiry") or s.form.get("note")) or "期满后系统自动记录；承办人未收到补正材料和说明。",
    }  # fmt: skip


def _number_of(s: Source, word: str) -> str:
    from xiezhi.kernel.documents.models import Document

    found = Document.objects.filter(matter_id=s.matter.pk, state=Document.ISSUED, title__contains=word).order_by("-id")
    return found.values_list("number", flat=True).first() or ""


def _notice(s: Source) -> dict[str, Any]:
    fixed = s.rec.event in ("self_corrected", "told_self_corrected")
    content = as_text(s.form.get("content") or s.form.get("text") or s.form.get("reason") or s.form.get("reasons"))
    if fixed:
        content = (
            content or f"{s.case.respondent}已经自行纠正该行政处罚决定。您仍要求行政复议的，可以在法定期限内提出。"
        )
    return {
        "content": content or UNRECORDED, "addressee": addressee(s),
        "ground": as_text(s.form.get("basis_text")) or (
            f"{REGULATION}第三十八条" if fixed else f"{REGULATION}第三十七条第二款"),
    }  # fmt: skip


def _reply_notice(s: Source) -> dict[str, Any]:
    return {"addressee": s.case.respondent, "attachments": ["行政复议申请书副本1份", "申请人提交的证据材料复印件1套"]}


def _third_party(s: Source) -> dict[str, Any]:
    named = s.form.get("name") or s.form.get("third_party") or s.case.third_party
    if isinstance(named, Mapping):
        named = named.get("name")
    interest = as_text(s.form.get("interest") or (named if s.form.get("third_party") else ""))
    return {
        "addressee": s.case.third_party or as_text(named)[:60] or "第三人",
        "interest": interest or "与被申请行政复议的行政行为或者案件处理结果有利害关系。",
    }


def _views(s: Source) -> dict[str, Any]:
    who = "、".join(f"{name}（{t}）" for t, name in (
        ("申请人", s.case.applicant), ("被申请人", s.case.respondent), ("第三人", s.case.third_party)
    ) if t in s.labels("heard") and name)  # fmt: skip
    wish = s.form.get("mediation_wish", s.form.get("willing_to_mediate"))
    if isinstance(wish, bool):
        wish = "愿意调解。" if wish else "不愿意调解。"
    return {
        "method": codes.VIEW_METHODS.get(str(s.form.get("method") or ""), "当面"),
        "person": as_text(who) or f"{s.case.applicant}（申请人）", "mediation_wish": as_text(wish) or "未表示。",
        "content": as_text(s.form.get("content") or s.form.get("record") or s.form.get("views")
                         or s.form.get("failed_reason")) or "意见内容见所附记录。",
    }  # fmt: skip


def _hearing(s: Source) -> dict[str, Any]:
    def told(*names: str) -> Any:
        return s.get(*names) or s.said("hearing_noticed", *names) or s.said("hearing_planned", *names)

    on = told("hearing_on", "held_on")
    at = as_moment(told("hearing_at", "held_at") or on, s.rec.at)
    present = s.form.get("respondent_head_present")
    return {
        "held_at": at, "place": as_text(told("place", "location")) or (s.case.office.name if s.case.office else ""),
        "topics": as_text(told("topics")) or "被申请行政复议的行政行为是否合法、适当。",
        "chair": "、".join(s.case.staff_names(told("chair") or [])) or "由行政复议机构指定",
        "officers": s.case.staff_names(told("hearing_officers", "officers") or []) or ["由行政复议机构指定"],
        "clerk": "、".join(s.case.staff_names(told("clerk") or [])) or "由行政复议机构指定",
        "present": as_lines(s.form.get("present")) or [f"申请人{s.case.applicant}", f"被申请人{s.case.respondent}"],
        "respondent_head_present": bool(present),
        "absence_reason": as_text(s.form.get("head_absence_reason")) or "未说明。",
        "content": as_text(s.form.get("content") or s.form.get("record")) or "陈述、举证、质证和辩论情况见所附听证记录。",
    }  # fmt: skip


def _norm_letters(s: Source) -> dict[str, Any]:
    to = s.get("issuer", "issuer_name", "norm_issuer") if s.rec.event != "norm_transferred" else s.get(
        "transferee", "transferee_name", "transferee_organ")  # fmt: skip
    named = unit(int(to)) if str(to or "").isdigit() else None
    article = str(s.get("ground_article") or ("第五十七条" if s.get("norm_kind") == "BASIS" else "第五十六条"))
    return {"addressee": named.name if named else as_text(to) or "规范性文件制定机关", "ground_article": article}


def _norm_opinion(s: Source) -> dict[str, Any]:
    words = {"LAWFUL": "合法", "ULTRA_VIRES": "超越权限", "CONFLICTS": "违反上位法"}
    conclusion = str(s.get("conclusion", "norm_conclusion") or "")
    return {
        **_norm_letters(s), "issuer_reply": as_text(s.said("norm_issuer_replied", "reply", "content", "text")) or "制定机关没有答复。",
        "reasons": as_text(s.form.get("reasons") or s.form.get("reason") or s.form.get("opinion")) or UNRECORDED,
        "conclusion": words.get(conclusion, conclusion) or "见处理意见",
    }  # fmt: skip


def _reading(s: Source) -> dict[str, Any]:
    return {
        "person": as_text(s.get("person", "reader")) or s.rec.label or s.case.applicant,
        "identity": as_text(s.form.get("identity")) or s.view.procedure.role(s.rec.role).title,
        "materials": s.labels("materials") or ["依法可以查阅的案卷材料"],
        "withheld": as_text(s.form.get("reason")),
    }  # fmt: skip


def _decision(s: Source) -> dict[str, Any]:
    ground = str(s.get("ground", "decision_ground") or "")
    kind = str(s.facts.get("closing_type") or s.get("decision_type", "closing_type") or "")
    articles = as_text(s.get("articles")) or f"{LAW}{_law_words(ground)}"
    results = as_lines(s.form.get("result") or s.form.get("dispositive") or s.form.get("results"))
    days = s.facts.get("redo_days") or s.facts.get("perform_days")
    # Silence counts against the respondent only when its time is over (行政复议法 第70条).
    awaited = "" if s.facts.get("deemed_no_evidence") else "被申请人尚未答复，答复期限没有届满。"
    return {
        "claim_reasons": claim_reasons(s), "reply": as_text(s.said("replied", "reply", "facts", "text", "content")) or awaited,
        "third_party_views": as_text(s.said("third_party_asked", "request")),
        "facts": as_text(s.form.get("facts") or s.form.get("facts_found")) or found(s),
        "evidence": as_lines(s.form.get("evidence")) or ["案卷所列并经审查属实的证据"],
        "reasoning": as_text(s.form.get("reasoning") or s.form.get("reasons") or s.form.get("reason")) or reasoning(s, ground),
        "committee": as_text(s.form.get("committee") or s.form.get("committee_use")), "norm_result": as_text(s.form.get("norm_result")),
        "articles": articles, "result": results or [result(s, kind)],
        "performance": as_text(s.form.get("performance")) or (f"自收到本决定书之日起{days}日内" if days else ""),
    }  # fmt: skip


def _law_words(ground: str) -> str:
    """L64_1 → 第六十四条第一款第一项; a plain article where the code names no item."""
    if not ground.startswith(("L", "R")):
        return ""
    parts = ground[1:].split("_")
    if not parts[0].isdigit():
        return ""
    text = f"第{zh_ordinal(int(parts[0]))}条"
    numbers = [int(p) for p in parts[1:] if p.isdigit()]
    if len(numbers) == 2:
        text += f"第{zh_ordinal(numbers[0])}款第{zh_ordinal(numbers[1])}项"
    elif len(numbers) == 1:
        text += f"第一款第{zh_ordinal(numbers[0])}项"
    return text if ground.startswith("L") else f"和{REGULATION}{text}"


def _rejection(s: Source) -> dict[str, Any]:
    code = str(s.get("reason_code") or "")
    law = (
        f"{REGULATION}第三十七条第一款第{zh_ordinal(int(code[-1]))}项"
        if code.startswith("R37_")
        else f"{LAW}第三十三条"
    )
    return {
        "facts": as_text(s.form.get("facts")) or found(s),
        "articles": law,
        "reasoning": as_text(s.form.get("reasoning") or s.form.get("reasons"))
        or f"{codes.REJECTION_REASONS.get(code, '')}。",
    }


def _mediation(s: Source) -> dict[str, Any]:
    return {
        "facts": as_text(s.form.get("facts")) or claim_reasons(s), "terms": as_lines(s.form.get("terms") or s.form.get("agreement"))
        or [fill(s, "调解结果")], "signers": as_lines(s.form.get("signers")) or ["申请人", "被申请人"],
    }  # fmt: skip


def _opinion(s: Source) -> dict[str, Any]:
    return {
        "addressee": as_text(s.form.get("addressee_name") or s.form.get("addressee")) or s.case.respondent,
        "problem": as_text(s.form.get("problems") or s.form.get("proposal")) or fill(s, "发现的问题"),
        "basis_text": as_text(s.form.get("basis_text") or s.form.get("basis")) or f"{LAW}第七十六条",
        "measures": as_lines(s.form.get("measures") or s.form.get("corrections")) or ["纠正相关违法或者不当行政行为"],
    }  # fmt: skip


def _order(s: Source) -> dict[str, Any]:
    return {
        "addressee": s.case.respondent, "duty": as_text(s.form.get("detail")) or "履行上述文书确定的义务",
        "due_on": s.due("RC-PERFORM", "RC-REDO"), "limit_on": as_day(s.form.get("limit_on"), date.fromisoformat(s.due("RC-PERFORM"))),
    }  # fmt: skip


def _copy(s: Source) -> dict[str, Any]:
    to = s.get("copy_recipient", "recipient", "to_unit")
    named = unit(int(to)) if str(to or "").isdigit() else None
    return {
        "addressee": named.name if named else as_text(to) or "被申请人的上一级主管部门",
        "attachments": [f"{base(s)['instrument']}1份"],
    }


def _public(s: Source) -> dict[str, Any]:
    from xiezhi.kernel.people import masking

    people = s.case.role("applicant")
    masked = "、".join(public_name(p.name, p.kind) for p in people[:2]) or "申请人"
    names = {
        p.name: public_name(p.name, p.kind) for p in s.case.parties if p.role != "respondent" and p.unit_id is None
    }
    given = _decision_body(s)
    text = (
        masking.text(as_text(given), names)
        if given
        else f"{masked}不服{s.case.respondent}{s.case.act}一案，结果为：{outcome_text(s)}。"
    )
    return {
        "applicant_public": masked + (f"等{len(people)}人" if len(people) > 2 else ""), "text": text,
        "redactions": as_text(s.form.get("redactions")) or "隐去自然人姓名、住址、联系方式和证件号码。",
        "approved_by": as_text(s.form.get("approved_by")) or s.rec.label or "行政复议机构负责人",
    }  # fmt: skip


def _decision_body(s: Source) -> str:
    """Plain text of the issued decision or mediation agreement; a public text is made from nothing else."""
    from xiezhi.kernel.documents.models import Document

    found = Document.objects.filter(
        matter_id=s.matter.pk, state=Document.ISSUED, template__in=[f"reconsideration.{c}" for c in INSTRUMENTS]
    ).order_by("-id").values_list("body", flat=True).first()  # fmt: skip
    if not found:
        return ""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(p|h\d|li|tr)>", "\n", found))).strip()


def _service(s: Source) -> dict[str, Any]:
    method = str(s.form.get("method") or "")
    return {
        "documents": s.labels("document") or [f"{base(s)['instrument']}（{instrument_no(s)}）"],
        "recipient": as_text(s.form.get("recipient")) or s.case.applicant,
        "address": as_text(s.form.get("address")) or "送达地址确认书所列地址",
        "method": codes.SERVE_METHODS.get(method, "直接送达"), "served_by": officer_names(s),
        "served_at": as_moment(s.form.get("served_at"), s.rec.at), "receiver": as_text(s.form.get("receiver")),
        "remarks": as_text(s.form.get("proof")),
    }  # fmt: skip


def _closing(s: Source) -> dict[str, Any]:
    return {
        "outcome": outcome_text(s),
        "proposal": as_text(s.form.get("proposal") or s.form.get("note")) or "文书已经送达，材料齐全，建议结案。",
        "office_opinion": as_text(s.form.get("office_opinion")),
        "organ_opinion": as_text(s.form.get("organ_opinion")),
    }


def _catalog(s: Source) -> dict[str, Any]:
    from .archive import catalog_rows

    return {"entries": catalog_rows(s.matter), "compiled_by": s.rec.label or "立卷人",
            "closed_on": as_day(None, s.view.on("closed") or s.rec.on)}  # fmt: skip


SPECIAL: Mapping[str, Callable[[Source], dict[str, Any]]] = {
    "application": _application, "oral_application": _application, "receipt": _receipt, "supplement_notice": _supplement,
    "refusal_decision": _refusal, "penalty_forward_letter": _penalty_forward, "elevation_notice": _elevation,
    "deemed_acceptance_record": _deemed, "abandonment_record": _abandonment, "notice_letter": _notice,
    "reply_notice": _reply_notice, "third_party_notice": _third_party, "views_record": _views, "hearing_notice": _hearing,
    "hearing_record": _hearing, "suspension_notice": _suspension, "resumption_notice": _resumption,
    "extension_notice": _extension, "conversion_notice": _conversion, "stay_decision": _stay,
    "norm_reply_notice": _norm_letters, "transfer_letter": _norm_letters, "norm_opinion": _norm_opinion,
    "reading_record": _reading, "decision": _decision, "rejection_decision": _rejection,
    "termination_decision": _termination, "mediation_agreement": _mediation, "opinion_letter": _opinion,
    "proposal_letter": _opinion, "performance_order": _order, "copy_letter": _copy, "public_text": _public,
    "service_receipt": _service, "closing_form": _closing, "file_catalog": _catalog,
}  # fmt: skip


def _fit(kind: str, value: Any) -> Any:
    """A value in the type its field declares."""
    if value is None:
        return None
    match kind:
        case "date":
            return str(value)[:10]
        case "datetime":
            return str(value)
        case "int":
            return int(value)
        case "bool":
            return bool(value)
        case "list":
            return as_lines(value)
        case "pairs" | "table":
            return [list(row) if isinstance(row, list | tuple) else [str(row)] for row in value]
        case "money":
            return str(value)
    return as_text(value) if not isinstance(value, str) else value


def document_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Hook: every declared field of the template, JSON-native, ready to freeze. At most two queries besides cached units."""
    template: DocumentTemplate = templates.by_title(title)
    if view.calendar is None:
        view.calendar = store.calendar()
    source = Source(CaseText(matter, view), rec, {**rec.data, **payload})
    code = template.code.rsplit(".", 1)[-1]
    values = base(source)
    special = SPECIAL.get(code)
    if special is not None:
        values |= special(source)
    out = {f.name: _fit(f.type, values.get(f.name)) for f in template.fields if f.name in values}
    return {name: value for name, value in out.items() if value not in (None, "", [])}
