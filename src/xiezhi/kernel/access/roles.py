"""平台角色: what somebody may be here. Posts and grants give these; the parts of a procedure build on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class RoleKind(StrEnum):
    """How a role comes about."""

    POST = "POST"  # from a post or a grant, with a unit and a reach
    ADMIN = "ADMIN"  # one of the three administrators
    PUBLIC = "PUBLIC"  # everybody who signs in for their own affairs
    SERVICE = "SERVICE"  # a program


@dataclass(frozen=True, slots=True)
class Role:
    """角色. `sensitive` roles are given by the security administrator's grant or a post, and listed in reviews."""

    code: str
    title: str
    kind: RoleKind = RoleKind.POST
    sensitive: bool = False


STAFF = Role("staff", "工作人员")
CASE_OFFICER = Role("case_officer", "承办人员")
OFFICE_HEAD = Role("office_head", "机构负责人")
ORGAN_HEAD = Role("organ_head", "机关负责人")
LEADER = Role("leader", "领导")
RESPONDENT_HANDLER = Role("respondent_handler", "被申请人承办人")
RESPONDENT_HEAD = Role("respondent_head", "被申请人负责人")
COMMITTEE_MEMBER = Role("committee_member", "行政复议委员会委员")
NORM_ISSUER_HANDLER = Role("norm_issuer_handler", "规范性文件制定机关承办人")
SEALER = Role("sealer", "用印人员", sensitive=True)
ARCHIVIST = Role("archivist", "档案人员", sensitive=True)
COUNTER_CLERK = Role("counter_clerk", "窗口人员")
UNIT_MANAGER = Role("unit_manager", "单位人事人员")
STATISTICIAN = Role("statistician", "统计人员")
SUPERVISOR = Role("supervisor", "监督检查人员", sensitive=True)

SYSTEM_ADMIN = Role("SYSTEM_ADMIN", "系统管理员", RoleKind.ADMIN, sensitive=True)
SECURITY_ADMIN = Role("SECURITY_ADMIN", "安全管理员", RoleKind.ADMIN, sensitive=True)
AUDIT_ADMIN = Role("AUDIT_ADMIN", "审计管理员", RoleKind.ADMIN, sensitive=True)

CITIZEN = Role("citizen", "公众", RoleKind.PUBLIC)
SERVICE = Role("service", "服务账号", RoleKind.SERVICE)

_ROLES: dict[str, Role] = {}


def register(*roles: Role) -> None:
    """Make roles known. A function brings its own; a code that means something else already raises ValueError."""
    for role in roles:
        if _ROLES.setdefault(role.code, role) != role:
            raise ValueError(f"role {role.code} is declared twice: {_ROLES[role.code].title}, {role.title}")


def get(code: str) -> Role:
    """The role with this code. Raises LookupError."""
    return _ROLES[code]


def known(code: str) -> bool:
    return code in _ROLES


def every() -> Iterable[Role]:
    """All roles in the order of registration."""
    return tuple(_ROLES.values())


def title(code: str) -> str:
    """Title for people; the code itself where a role is no longer known (old log entries)."""
    return _ROLES[code].title if code in _ROLES else code


register(
    CITIZEN, STAFF, COUNTER_CLERK, CASE_OFFICER, OFFICE_HEAD, ORGAN_HEAD, LEADER, COMMITTEE_MEMBER, RESPONDENT_HANDLER,
    RESPONDENT_HEAD, NORM_ISSUER_HANDLER, SEALER, ARCHIVIST, UNIT_MANAGER, STATISTICIAN, SUPERVISOR,
    SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN, SERVICE,
)  # fmt: skip
