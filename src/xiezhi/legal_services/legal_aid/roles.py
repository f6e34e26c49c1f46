"""角色 of legal aid (legal-services.md 3).

Three bodies take part: the aid agency handles the matter (it is the handling unit), the justice bureau that set it up
decides objections and complaints (it is the matter's organ), and the organ that handles the underlying case notifies.
The provider is a party with an account, because lawyers are no staff of the agency.
"""

from __future__ import annotations

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD
from xiezhi.kernel.procedures.declare import Role, Side

APPLICANT = Role("applicant", "申请人", Side.PARTY)
RECIPIENT = Role("recipient", "受援人", Side.PARTY)
AGENT = Role("agent", "代为申请的近亲属", Side.PARTY)
GUARDIAN = Role("guardian", "法定代理人", Side.PARTY)
PROVIDER = Role("provider", "法律援助人员", Side.PARTY)
DUTY_LAWYER = Role("duty_lawyer", "值班律师", Side.PARTY)
CASE_ORGAN = Role("case_organ", "办案机关", Side.AUTHORITY)
CUSTODY_PLACE = Role("custody_place", "监管场所", Side.AUTHORITY)
COUNTER_CLERK = Role("counter_clerk", "窗口人员", Side.OFFICE)
ORGAN_OFFICER = Role("organ_officer", "司法行政部门承办人", Side.OFFICE)
ARCHIVIST = Role("archivist", "档案管理人员", Side.OFFICE)

OFFICE = (CASE_OFFICER, OFFICE_HEAD)
INTAKE = (CASE_OFFICER, COUNTER_CLERK, OFFICE_HEAD)
SUPERVISOR = (ORGAN_OFFICER, ORGAN_HEAD)
"""The justice bureau that set up the agency (法律援助法 第49条)."""
APPLICANT_SIDE = (APPLICANT, AGENT, GUARDIAN)
RECIPIENT_SIDE = (RECIPIENT, APPLICANT, AGENT, GUARDIAN)
TRANSFERORS = (CUSTODY_PLACE, CASE_ORGAN, DUTY_LAWYER)
"""Who must pass an application on within 24 hours (法律援助法 第39条)."""

ALL_ROLES = (
    APPLICANT, RECIPIENT, AGENT, GUARDIAN, PROVIDER, DUTY_LAWYER, CASE_ORGAN, CUSTODY_PLACE, COUNTER_CLERK, CASE_OFFICER,
    OFFICE_HEAD, ORGAN_OFFICER, ORGAN_HEAD, ARCHIVIST,
)  # fmt: skip

ROLE_ALIASES = {
    "agency": ("case_officer", "office_head"), "office": ("case_officer", "office_head"),
    "supervisor": ("organ_officer", "organ_head"), "organ": ("organ_officer", "organ_head"),
    "lawyer": ("provider",), "officer": ("case_officer",),
}  # fmt: skip

FIELD_ALIASES = {
    "*": {"decided_on": "on", "held_on": "on"},
    "appointed": {"assigned_on": "on"},
}
