"""角色 of the data center. Posts and grants give them; the sharing regulation (政务数据共享条例) names the offices."""

from __future__ import annotations

from xiezhi.kernel.access.roles import Role, register

__all__ = ["AUTHORITY", "CHECKER", "HEAD", "LINKER", "OPENER", "READERS", "SHARER", "STEWARD", "SUPPLIER"]

STEWARD = Role("data_steward", "数据管理员")
"""Runs collection and governance, sees counts, refused rows and quality."""
SUPPLIER = Role("data_supplier", "数据供给单位联络员")
"""Answers issue tickets for the unit that supplied the rows."""
SHARER = Role("share_officer", "政务数据共享工作人员")
"""Handles requests for data and applies for them (政务数据共享条例 第20条、第21条)."""
HEAD = Role("share_head", "政务数据共享工作机构负责人")
"""Agrees to requests and to answers (政务数据共享条例 第20条、第21条)."""
AUTHORITY = Role("data_authority", "政务数据主管部门工作人员")
"""Publishes the catalog, extends terms, decides disputes (政务数据共享条例 第17条、第21条、第28条)."""
LINKER = Role("link_reviewer", "关联复核员", sensitive=True)
"""Decides which records of the gray zone are one person; sees both in full."""
CHECKER = Role("clue_checker", "疑点核查员", sensitive=True)
"""Checks clues about several licenses or posts in one hand."""
OPENER = Role("open_officer", "数据开放管理员")
"""Releases data sets to the public after disclosure control."""

READERS = (
    "data_steward",
    "share_officer",
    "share_head",
    "data_authority",
    "open_officer",
    "leader",
    "supervisor",
    "statistician",
)
"""Who may look at the overview, the catalog and the quality figures."""

register(STEWARD, SUPPLIER, SHARER, HEAD, AUTHORITY, LINKER, CHECKER, OPENER)
