"""角色 of a wage matter."""

from __future__ import annotations

from xiezhi.kernel.procedures.common import CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD
from xiezhi.kernel.procedures.declare import Role, Side

__all__ = [
    "ALL_ROLES", "APPLICANT", "ARBITRATOR", "CASE_OFFICER", "COURT", "FIELD_ALIASES", "INSPECTORATE", "LEGAL_AID", "MEDIATOR", "OFFICE", "OFFICE_HEAD",
    "ORGAN_HEAD", "PLATFORM", "REPRESENTATIVE", "ROLE_ALIASES", "WORKERS",
]  # fmt: skip

APPLICANT = Role("applicant", "求助人", Side.PARTY)
REPRESENTATIVE = Role("representative", "工友代表", Side.PARTY)
PLATFORM = Role("platform", "在线平台", Side.SYSTEM)
"""The channel itself: it alarms, flags and takes confirmations the moment they come."""
LEGAL_AID = Role("legal_aid_body", "法律援助机构", Side.AUTHORITY)
MEDIATOR = Role("mediation_body", "调解组织", Side.AUTHORITY)
INSPECTORATE = Role("labor_inspection", "劳动保障监察机构", Side.AUTHORITY)
ARBITRATOR = Role("arbitration_body", "劳动人事争议仲裁委员会", Side.AUTHORITY)
COURT = Role("court", "人民法院", Side.AUTHORITY)

OFFICE = (CASE_OFFICER, OFFICE_HEAD)
WORKERS = (APPLICANT, REPRESENTATIVE)
ALL_ROLES = (
    APPLICANT, REPRESENTATIVE, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, LEGAL_AID, MEDIATOR, INSPECTORATE, ARBITRATOR, COURT,
    PLATFORM,
)  # fmt: skip
ROLE_ALIASES = {"office": ("case_officer", "office_head"), "worker": ("applicant",), "system": ("platform",)}
FIELD_ALIASES = {
    "filed": {"employment_ended": "ended_on", "total_owed": "owed", "workers_count": "worker_count"},
    "paid": {"paid_on": "on"},
    "awarded": {"awarded_on": "on"},
}
