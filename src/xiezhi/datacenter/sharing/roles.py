"""角色 of the procedures of sharing. The platform roles behind them are those of `datacenter.roles`."""

from __future__ import annotations

from xiezhi.datacenter import roles as platform
from xiezhi.kernel.procedures.declare import Role, Side

__all__ = [
    "AUTHORITY", "DESK", "HEAD", "OFFICE", "REQUESTER", "REQUESTER_HEAD", "ROLES", "ROLE_ALIASES", "SHARER", "USERS",
]  # fmt: skip

SHARER = Role(platform.SHARER.code, "提供部门共享工作人员", Side.OFFICE)
HEAD = Role(platform.HEAD.code, "提供部门共享工作机构负责人", Side.OFFICE)
REQUESTER = Role("requester", "需求部门", Side.AUTHORITY)
REQUESTER_HEAD = Role("requester_head", "需求部门共享工作机构负责人", Side.AUTHORITY)
AUTHORITY = Role(platform.AUTHORITY.code, "政务数据主管部门", Side.AUTHORITY)

OFFICE = (SHARER, HEAD)
USERS = (REQUESTER, REQUESTER_HEAD)
ROLES = (*OFFICE, *USERS, AUTHORITY)
ROLE_ALIASES = {
    "office": ("share_officer", "share_head"), "organ": ("share_head",), "provider": ("share_officer", "share_head"),
    "user": ("requester", "requester_head"), "authority": ("data_authority",),
}  # fmt: skip
DESK = ("share_officer", "share_head", "data_authority", "leader", "supervisor", "statistician")
"""Who may open the pages of sharing."""
