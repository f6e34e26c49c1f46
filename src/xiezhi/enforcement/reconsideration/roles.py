"""角色 of reconsideration (reconsideration.md 2)."""

from __future__ import annotations

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD
from xiezhi.kernel.procedures.declare import Role, Side

PLATFORM = Role("platform", "在线平台", Side.SYSTEM)
"""The intake channel itself: an online application is received when it arrives (行政复议法实施条例 第28条)."""

APPLICANT = Role("applicant", "申请人", Side.PARTY)
AGENT = Role("agent", "委托代理人", Side.PARTY)
GUARDIAN = Role("guardian", "法定代理人", Side.PARTY)
REPRESENTATIVE = Role("representative", "代表人", Side.PARTY)
THIRD_PARTY = Role("third_party", "第三人", Side.PARTY)
RESPONDENT = Role("respondent", "被申请人", Side.AUTHORITY)
PENALTY_ORGAN = Role("penalty_organ", "作出处罚决定的行政机关", Side.AUTHORITY)
NORM_ISSUER = Role("norm_issuer", "规范性文件制定机关", Side.AUTHORITY)
TRANSFEREE_ORGAN = Role("transferee_organ", "接受转送的机关", Side.AUTHORITY)
SUPERIOR_ORGAN = Role("superior_organ", "上级行政机关", Side.AUTHORITY)
COPY_RECIPIENT = Role("copy_recipient", "被申请人的上一级主管部门", Side.AUTHORITY)
ADVISORY_COMMITTEE = Role("advisory_committee", "行政复议委员会", Side.OFFICE)
ADDRESSEE_ORGAN = Role("addressee_organ", "收到意见书的机关", Side.AUTHORITY)
LEGAL_AID_BODY = Role("legal_aid_body", "法律援助机构", Side.AUTHORITY)
APPRAISER = Role("appraiser", "鉴定机构", Side.PARTY)
WITNESS = Role("witness", "证人", Side.PARTY)
INSPECTOR = Role("inspector", "勘验人", Side.OFFICE)
SUPERVISORY_ORGAN = Role("supervisory_organ", "监察机关", Side.AUTHORITY)
ARCHIVIST = Role("archivist", "档案管理人员", Side.OFFICE)

OFFICE = (CASE_OFFICER, OFFICE_HEAD)
ORGAN = (CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD)
APPLICANT_SIDE = (APPLICANT, AGENT, GUARDIAN, REPRESENTATIVE)
PARTIES = (*APPLICANT_SIDE, THIRD_PARTY)
EVERYBODY = (*APPLICANT_SIDE, THIRD_PARTY, RESPONDENT)
READERS = (APPLICANT, AGENT, GUARDIAN, REPRESENTATIVE, THIRD_PARTY)

_ORGAN_CODES = ("organ_head", "office_head", "case_officer")
ROLE_ALIASES = {
    "office": ("case_officer", "office_head"), "reconsideration_office": ("case_officer", "office_head"),
    "organ": _ORGAN_CODES, "reconsideration_organ": _ORGAN_CODES, "officer": ("case_officer",), "system": ("platform",),
}  # fmt: skip

# words of the law and of case files for form fields of events
FIELD_ALIASES = {
    "*": {"decided_on": "on", "started_on": "on", "held_on": "on", "signed_on": "on"},
    "filed": {"applied_on": "on", "postmark": "postmarked_on"},
    "supplemented": {"postmarked_on": "posted_on", "postmark": "posted_on", "received_on": "on"},
    "supplement_noticed": {"noticed_on": "on", "sent_on": "on"},
    "copy_sent": {"sent_copy_on": "on", "sent_on": "on"},
    "copy_received": {"respondent_received_on": "on", "received_on": "on"},
    "hearing_planned": {"time": "hearing_on", "date": "hearing_on", "hearing_date": "hearing_on"},
    "hearing_noticed": {"time": "hearing_on", "date": "hearing_on", "hearing_date": "hearing_on", "notified_on": "on"},
    "hearing_held": {"time": "on", "date": "on", "hearing_on": "on", "hearing_date": "on"},
    "committee_consulted": {"form": "meeting", "meeting_form": "meeting"},
    "extended": {"extension_approved_by": "by", "approved_by": "by"},
    "converted": {"approved_by": "by"},
    "norm_issuer_notified": {"issuer_notified_on": "on"},
    "issuer_received": {"received_on": "on"},
    "norm_transferred": {"transferred_on": "on", "transferred_to": "transferee", "to": "transferee"},
    "transferee_received": {"received_on": "on"},
    "decided": {"order_period": "perform_days"},
    "elevation_received": {"files_received_on": "on"},
    "opinion_letter_received": {"received_on": "on", "letter_received_on": "on"},
    "evidence_added": {"submitted_on": "on", "code": "evidence_kind"},
}

ALL_ROLES = (
    APPLICANT, AGENT, GUARDIAN, REPRESENTATIVE, THIRD_PARTY, RESPONDENT, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD,
    ADVISORY_COMMITTEE, PENALTY_ORGAN, NORM_ISSUER, TRANSFEREE_ORGAN, SUPERIOR_ORGAN, ADDRESSEE_ORGAN,
    COPY_RECIPIENT, LEGAL_AID_BODY, APPRAISER, WITNESS, INSPECTOR, SUPERVISORY_ORGAN, ARCHIVIST, PLATFORM,
)  # fmt: skip
