"""案卷: the table of contents of a matter's file."""

from __future__ import annotations

from xiezhi.kernel.documents.models import Attachment, Document
from xiezhi.kernel.procedures.models import Matter

__all__ = ["catalog_rows"]


def catalog_rows(matter: Matter) -> list[list[str]]:
    """Rows of 案卷目录: name, number or source, date, pages, remark; documents and material in order of time."""
    rows: list[tuple[str, int, list[str]]] = []
    for doc in Document.objects.filter(matter=matter, state__in=[Document.ISSUED, Document.VOID]).order_by("id"):
        day = doc.issued_on.isoformat() if doc.issued_on else ""
        rows.append((day, 0, [doc.title, doc.number or "", day, "", "已作废" if doc.state == Document.VOID else ""]))
    for item in Attachment.objects.filter(matter=matter, withdrawn_at__isnull=True).exclude(folder="INTERNAL").order_by("id"):
        day = item.submitted_on.isoformat()
        note = "调解材料" if item.folder == "MEDIATION" else "逾期提交" if item.late else ""
        rows.append((day, 1, [item.name, ROLES.get(item.submitted_role, item.submitted_role), day, "", note]))
    return [row for _, _, row in sorted(rows, key=lambda r: (r[0], r[1]))]


ROLES = {
    "applicant": "申请人", "agent": "代理人", "guardian": "法定代理人", "representative": "代表人", "respondent": "被申请人",
    "third_party": "第三人", "case_officer": "行政复议机构", "office_head": "行政复议机构", "platform": "在线平台",
}  # fmt: skip
