"""群体性欠薪: when a report goes to the county's leader the same day (legal-services.md 4, dated parameters). Pure."""

from __future__ import annotations

from decimal import Decimal

from . import codes

__all__ = ["DANGERS", "reasons"]

DANGERS = codes.DANGER_CODES


def reasons(
    *, workers: int, owed: Decimal, threat: str, limit_workers: int, limit_owed: Decimal, project_workers: int = 0,
    project_owed: Decimal = Decimal(0),
) -> list[tuple[str, str]]:  # fmt: skip
    """(code, sentence) for every ground of alarm. Reports about the same project count together: one project, one event.

    `project_workers`, `project_owed`: people and sum of the other open reports about the project.
    """
    found: list[tuple[str, str]] = []
    if workers >= limit_workers:
        found.append(("WORKERS", f"涉及{workers}人，达到{limit_workers}人"))
    elif project_workers and workers + project_workers >= limit_workers:
        found.append(
            ("PROJECT_WORKERS", f"同一项目未了结的求助合计{workers + project_workers}人，达到{limit_workers}人")
        )
    if owed >= limit_owed:
        found.append(("OWED", f"欠薪{owed:,.2f}元，达到{limit_owed:,.0f}元"))
    elif project_owed and owed + project_owed >= limit_owed:
        found.append(("PROJECT_OWED", f"同一项目未了结的欠薪合计{owed + project_owed:,.2f}元，达到{limit_owed:,.0f}元"))
    if threat in DANGERS:
        found.append(("THREAT", "有人员安全或者聚集风险"))
    return found
