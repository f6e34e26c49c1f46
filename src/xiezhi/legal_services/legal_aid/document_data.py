"""Data of every legal-aid document, from the matter's facts, its parties, and what the event says.

Each declared field of a template is filled from what is known; nothing is invented. What people wrote about their means,
their health or who hurt them stands only in the application and the promise, never in letters to others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.layout import zh_date, zh_ordinal
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.core import Recorded, View, as_date
from xiezhi.kernel.procedures.models import Matter, Party
from xiezhi.kernel.units.models import Unit

from . import codes
from .models import AidAgency
from .refs import provider_by_ref

__all__ = ["document_data"]

UNRECORDED = "（未记载）"
"""A paper says so where nothing was said, or what was said has been erased."""
_BEGINNINGS = ("applied", "asked_in_custody", "defence_notified")


class _Source:
    """One event on one matter, as its documents read it."""

    def __init__(self, matter: Matter, view: View, rec: Recorded, form: Mapping[str, Any]) -> None:
        self.matter, self.view, self.rec, self.form, self.facts = matter, view, rec, form, view.facts
        self._provider: Any = None

    def said(self, name: str, *events: str) -> Any:
        """A value of this event's form, else of the last of these events, payload included."""
        if self.form.get(name) not in (None, "", [], {}):
            return self.form[name]
        kept = store.payloads_of(self.matter)
        for event in events or _BEGINNINGS:
            rec = self.view.last(event)
            if rec is None:
                continue
            for source in (rec.data, kept.get(rec.seq, {})):
                if source.get(name) not in (None, "", [], {}):
                    return source[name]
        return None

    def label(self, options: Mapping[str, str], name: str) -> str:
        """Label of a coded value in the form or the facts."""
        value = self.form.get(name) or self.facts.get(name)
        return options.get(str(value), "") if value is not None else ""

    def labels(self, options: Mapping[str, str], name: str) -> list[str]:
        """Labels of several coded values."""
        return [options.get(str(v), str(v)) for v in self.form.get(name) or self.facts.get(name) or ()]

    def parties(self, *roles: str) -> list[Party]:
        """Parties of these roles who take part today."""
        return [p for p in store.parties_of(self.matter) if p.role in roles and p.valid_to is None]

    def person(self) -> Mapping[str, Any]:
        """What the applicant or the accused said about themselves; empty when erased."""
        found = self.said("applicant") or self.said("recipient") or {}
        return found if isinstance(found, Mapping) else {}

    def name(self) -> str:
        """Name of the person helped."""
        named = self.parties("recipient", "applicant")
        return "、".join(p.name for p in named) or str(self.person().get("name") or "") or UNRECORDED

    def provider(self) -> Any:
        """The provider appointed, or the one who has just been replaced."""
        if self._provider is None:
            ref = self.form.get("provider_ref") or self.facts.get("provider_ref")
            self._provider = provider_by_ref(ref) or False
        return self._provider or None

    def agency(self) -> Unit:
        """The aid agency that handles the matter."""
        return self.matter.handling_unit

    def bureau(self) -> Unit | None:
        """The justice bureau that set the agency up."""
        if self.matter.organ_id and self.matter.organ_id != self.matter.handling_unit_id:
            return self.matter.organ
        row = AidAgency.objects.select_related("bureau").filter(pk=self.matter.handling_unit_id).first()
        return row.bureau if row is not None else None

    def case_organ(self) -> str:
        """The organ that handles the underlying case, by unit or by name."""
        pk = str(self.facts.get("case_organ") or "")
        unit = Unit.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        return unit.name if unit is not None else str(self.facts.get("case_organ_name") or "")


def _matter(s: _Source) -> str:
    kind = codes.KINDS.get(str(s.facts.get("kind") or ""), "")
    if s.facts.get("route") == "NOTIFY":
        charge = str(s.facts.get("charge") or "").strip()
        return f"涉嫌{charge}（{kind}）" if charge else kind or "刑事辩护"
    claim = codes.CLAIMS.get(str(s.facts.get("claim") or ""), "")
    return f"{claim}（{kind}）" if claim and kind else claim or kind or "法律援助"


def _hardship(s: _Source) -> str:
    facts = s.facts
    if facts.get("hardship_not_required"):
        ground = codes.NO_LIMIT.get(str(facts.get("not_required_basis") or ""), "")
        return (
            f"本事项不受经济困难条件限制（{ground}）"
            if ground and not facts.get("restricted")
            else "本事项不受经济困难条件限制"
        )
    if facts.get("hardship_check_waived") and facts.get("status_proof") != "FAILED":
        return f"申请人属于{codes.WAIVERS.get(str(facts.get('waiver_basis') or ''), '')}，免予核查经济困难状况"
    if facts.get("hardship_result") == "MEETS":
        how = codes.CHECK_METHODS.get(str(facts.get("hardship_method") or ""), "核查")
        return f"经{how}，申请人符合经济困难标准"
    return "经济困难状况待核查"


def _day(value: Any) -> str:
    found = as_date(value)
    return zh_date(found) if found else ""


def _contact(s: _Source) -> str:
    row = AidAgency.objects.filter(pk=s.matter.handling_unit_id).first()
    return "，".join(bit for bit in (s.agency().name, row.phone if row is not None else "") if bit)


def _base(s: _Source) -> dict[str, Any]:
    provider, bureau = s.provider(), s.bureau()
    firm = provider.firm.organization.name if provider is not None and provider.firm is not None else ""
    name = s.name()
    return {
        "organ": s.agency().name, "issued_on": s.rec.on.isoformat(), "addressee": name, "applicant": name, "recipient": name,
        "case_no": s.matter.case_no or s.matter.intake_no, "matter": _matter(s), "contact": _contact(s),
        "received_on": str(s.facts.get("received_on") or s.rec.on.isoformat())[:10], "hardship": _hardship(s),
        "bureau": bureau.name if bureau is not None else "设立本机构的司法行政部门",
        "provider": provider.person.name if provider is not None else UNRECORDED,
        "provider_firm": firm or str(s.form.get("provider_firm") or s.facts.get("provider_firm") or ""),
        "provider_kind": s.label(codes.PROVIDER_KINDS, "provider_kind"), "kind": codes.KINDS.get(str(s.facts.get("kind") or ""), "其他"),
        "capacity": s.label(codes.CAPACITIES, "capacity") or "代理人", "case_organ": s.case_organ(),
        "case_organ_no": str(s.facts.get("case_organ_no") or ""), "appointed_on": _day(s.facts.get("appointed_on")),
        "met_on": _day(s.facts.get("met_on")), "contract_on": _day(s.facts.get("contract_on")), "ended_on": _day(s.facts.get("ended_on")),
        "quality": str(s.facts.get("quality") or ""), "reasons": str(s.form.get("reason") or ""),
    }  # fmt: skip


def _application(s: _Source) -> dict[str, Any]:
    person, agent = s.person(), s.said("agent") or {}
    others = s.said("other_party") or []
    relations = {"GUARDIAN": "法定代理人", "OTHER_GUARDIAN": "其他法定代理人", "KIN": "近亲属", "ENTRUSTED": "受委托人"}
    means = [f"共同生活{size}人" for size in (s.said("household_size"),) if size]
    means += [f"人均月收入{money}元" for money in (s.said("income_declared"),) if money]
    means += [str(text) for text in (s.said("means_statement"),) if text]
    hidden = bool(s.facts.get("hide_address"))
    return {
        "sex": {"F": "女", "M": "男"}.get(str(person.get("sex") or ""), ""), "birth_date": _day(person.get("birth_date")),
        "id_no": str(person.get("id_no") or ""), "ethnicity": str(person.get("ethnicity") or ""), "mobile": str(person.get("mobile") or ""),
        "domicile": str(person.get("domicile") or ""), "address": "保密" if hidden else str(person.get("address") or ""),
        "employer": str(person.get("employer") or ""), "groups": "、".join(s.labels(codes.GROUPS, "groups")),
        "agent": str(agent.get("name") or ""), "agent_relation": relations.get(str(agent.get("relation") or ""), ""),
        "channel": s.label(codes.CHANNELS, "channel"), "claim_amount": str(s.facts.get("claim_amount") or ""),
        "limitation_on": _day(s.facts.get("limitation_on")),
        "other_party": "、".join(str(o.get("name") or "") for o in others if isinstance(o, Mapping)),
        "facts": str(s.said("facts_reasons") or UNRECORDED), "means": "；".join(means), "received_by": s.rec.label,
    }  # fmt: skip


def _promise(s: _Source) -> dict[str, Any]:
    return {"statement": _application(s)["means"] or "本人经济困难，具体情况见申请表。"}


def _receipt(s: _Source) -> dict[str, Any]:
    papers = ["法律援助申请表"] + (["个人诚信承诺书"] if s.facts.get("promise") else [])
    count = len(s.said("attachments") or ())
    return {"materials": [*papers, *([f"其他材料{count}份"] if count else [])]}


def _transfer(s: _Source) -> dict[str, Any]:
    rec = s.view.last("asked_in_custody") or s.rec
    sender = str(
        s.facts.get("transferor_name") or codes.CUSTODY_KINDS.get(str(s.facts.get("transferor_kind") or ""), "转交单位")
    )
    at = str(rec.data.get("applied_at") or rec.at.isoformat())
    return {
        "organ": sender, "transferor": sender, "addressee": s.agency().name, "applied_at": at,
        "materials_text": "法律援助申请及所附材料",
    }  # fmt: skip


def _supplement(s: _Source) -> dict[str, Any]:
    detail = str(s.form.get("detail") or "")
    wanted = s.labels(codes.DEFECTS, "defects")
    return {
        "defects": [*wanted, *([detail] if detail else [])],
        "due_on": str(s.form.get("due_on") or s.rec.on.isoformat())[:10],
    }


def _grant(s: _Source) -> dict[str, Any]:
    return {"reasons": "司法行政部门对异议审查后责令改正，本机构据此重新决定。" if s.rec.event == "regranted" else ""}


def _refusal(s: _Source) -> dict[str, Any]:
    code, said = str(s.form.get("reason_code") or ""), str(s.form.get("reason") or "")
    days = s.view.param("objection_days", s.rec.on)
    return {
        "reasons": "。\n".join(bit.rstrip("。") for bit in (codes.REFUSAL_REASONS.get(code, ""), said) if bit) + "。",
        "objection_within": f"（自收到本决定书之日起{days}日内）" if days else "",
    }  # fmt: skip


def _first_aid(s: _Source) -> dict[str, Any]:
    ground = str(s.form.get("ground") or "")
    words = codes.FIRST_AID_GROUNDS.get(ground, "")
    end = _day(s.form.get("limitation_on") or s.facts.get("limitation_on"))
    if ground == "LIMITATION" and end:
        words = f"距时效或者期限届满（{end}）不足七日，需要及时主张权利"
    if ground == "OTHER":
        words = str(s.form.get("ground_detail") or words)
    return {
        "ground": words or UNRECORDED,
        "papers_due_on": str(s.form.get("papers_due_on") or s.rec.on.isoformat())[:10],
    }


def _appointment(s: _Source) -> dict[str, Any]:
    base = _base(s)
    days = s.view.param("meet_days", s.rec.on)
    return {
        "addressee": f"{base['provider_firm']} {base['provider']}".strip(), "meet_days": int(days) if days else None,
        "grave": bool(s.facts.get("life_or_death")), "in_custody": bool(s.facts.get("in_custody")),
        "hidden_address": bool(s.facts.get("hide_address")),
    }  # fmt: skip


def _letter(s: _Source) -> dict[str, Any]:
    found: dict[str, Any] = {
        "addressee": s.case_organ() or "办案机关",
        "ended": s.facts.get("closing_type") == "TERMINATED",
    }
    if s.facts.get("restricted") and s.facts.get("route") != "NOTIFY":
        # what somebody suffered is no business of a letter that passes many hands
        found["matter"] = codes.KINDS.get(str(s.facts.get("kind") or ""), "")
    return found


def _agreement(s: _Source) -> dict[str, Any]:
    stage = codes.STAGES.get(str(s.facts.get("stage") or ""), "")
    return {
        "stage": f"{_matter(s)}{stage and f'，{stage}阶段'}",
        "powers": "" if s.facts.get("capacity") == "DEFENDER" else "一般代理",
    }


def _change(s: _Source) -> dict[str, Any]:
    former = provider_by_ref(s.form.get("former_provider_ref"))
    if former is None:
        last = s.view.last("appointed")
        former = provider_by_ref(last.data.get("provider_ref")) if last is not None else None
    return {
        "former": former.person.name if former is not None else "原承办人员",
        "reason": codes.CHANGE_REASONS.get(str(s.form.get("reason_code") or ""), "其他正当理由"),
    }  # fmt: skip


def _termination(s: _Source) -> dict[str, Any]:
    ground = str(s.form.get("ground") or "8")
    more = f"（{s.form['other_basis']}）" if ground == "8" and s.form.get("other_basis") else ""
    return {
        "ground": codes.TERMINATION_GROUNDS.get(ground, "") + more, "ground_item": zh_ordinal(int(ground)),
        "reasons": str(s.form.get("reason") or UNRECORDED),
    }  # fmt: skip


def _objection(s: _Source) -> dict[str, Any]:
    bureau = s.bureau()
    objected = s.view.last("objected") or s.rec
    kept = store.payloads_of(s.matter).get(objected.seq, {})
    government = Unit.objects.filter(pk=bureau.parent_id).first() if bureau is not None and bureau.parent_id else None
    return {
        "organ": bureau.name if bureau is not None else "司法行政部门", "agency": s.agency().name,
        "decision": "终止法律援助" if s.facts.get("objected_to") == "terminated" else "不予法律援助",
        "received_on": str(s.facts.get("objected_on") or objected.on.isoformat())[:10], "objection": str(kept.get("reason") or UNRECORDED),
        "reasons": str(s.form.get("reason") or UNRECORDED), "corrected": s.rec.event == "correction_ordered",
        "government": government.name if government is not None else "本级人民政府",
    }  # fmt: skip


def _closing(s: _Source) -> dict[str, Any]:
    paper = s.label(codes.RESULT_PAPERS, "result_paper")
    return {
        "result_paper": f"{paper}（副本在卷）" if paper and s.form.get("result_copy") else paper,
        "outcome": codes.OUTCOMES.get(str(s.facts.get("outcome") or ""), UNRECORDED), "recovered": str(s.facts.get("recovered") or ""),
        "report": str(s.form.get("report") or s.said("summary", "ended") or UNRECORDED),
    }  # fmt: skip


def _follow_up(s: _Source) -> dict[str, Any]:
    methods = {"PHONE": "电话", "VISIT": "上门", "FORM": "问卷", "VIDEO": "视频"}
    asked = s.form.get("money_asked")
    return {
        "method": methods.get(str(s.form.get("method") or ""), "电话"), "satisfaction": str(s.form.get("satisfaction") or ""),
        "met": "是" if s.view.has("met") else "否", "money_asked": "未询问" if asked is None else "是" if asked else "否",
        "account": str(s.form.get("account") or ""), "visited_by": s.rec.label or "法律援助机构工作人员",
    }  # fmt: skip


def _subsidy(s: _Source) -> dict[str, Any]:
    rows = [r for r in s.form.get("items") or () if isinstance(r, Mapping)]
    parts = [f"{codes.SUBSIDY_ITEMS.get(str(r.get('item')), '')}{r.get('amount') or ''}元" for r in rows]
    return {
        "items": "、".join(parts), "amount": str(s.form.get("amount") or s.facts.get("subsidy") or ""), "tax": "免征增值税和个人所得税",
        "standard_no": str(s.facts.get("subsidy_standard") or ""), "accepted_on": _day(s.facts.get("closed_on")),
        "opinion": str(s.form.get("note") or ""),
    }  # fmt: skip


_SPECIAL: Mapping[str, Callable[[_Source], dict[str, Any]]] = {
    "application_form": _application, "promise": _promise, "receipt": _receipt, "transfer_letter": _transfer,
    "supplement_notice": _supplement, "grant_decision": _grant, "refusal_decision": _refusal, "first_aid_decision": _first_aid,
    "appointment_notice": _appointment, "organ_letter": _letter, "agreement": _agreement, "change_notice": _change,
    "termination_decision": _termination, "objection_decision": _objection, "closing_form": _closing,
    "follow_up_form": _follow_up, "subsidy_form": _subsidy,
}  # fmt: skip


def document_data(matter: Matter, view: View, rec: Recorded, payload: Mapping[str, Any], title: str) -> dict[str, Any]:
    """Hook: every declared field of the template, JSON-native, ready to freeze."""
    template = templates.by_title(title)
    if view.calendar is None:
        view.calendar = store.calendar()
    source = _Source(matter, view, rec, {**rec.data, **payload})
    values = _base(source) | _SPECIAL[template.code.rsplit(".", 1)[-1]](source)
    out: dict[str, Any] = {}
    for field in template.fields:
        value = values.get(field.name)
        if isinstance(value, date):
            value = value.isoformat()
        if value not in (None, "", []):
            out[field.name] = value
    return out
