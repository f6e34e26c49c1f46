"""查阅目的: why somebody reads personal records. Every reading names one; the person sees the title."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose. With `needs_text` the reader must say in words why; `own` is reading one's own records."""

    code: str
    title: str
    needs_text: bool = False
    own: bool = False


CATALOGUE: dict[str, Purpose] = {
    purpose.code: purpose
    for purpose in (
        Purpose("HANDLE", "办理本案"),
        Purpose("APPROVE", "审批"),
        Purpose("INTAKE", "登记收件"),
        Purpose("RESPOND", "答复举证"),
        Purpose("SERVE", "文书送达"),
        Purpose("SUPERVISE", "监督检查", needs_text=True),
        Purpose("STATISTICS", "统计分析"),
        Purpose("ARCHIVE", "归档查档"),
        Purpose("MAINTENANCE", "系统维护", needs_text=True),
        Purpose("AUDIT", "审计", needs_text=True),
        Purpose("SHARE", "依法共享", needs_text=True),
        Purpose("OWN", "本人查询", own=True),
        Purpose("AGENCY", "受托代理查询"),
    )
}


class PurposeError(ValueError):
    """A reading without a purpose, or one whose purpose needs words."""


def get(code: str) -> Purpose:
    """The purpose. Raises PurposeError."""
    try:
        return CATALOGUE[code]
    except KeyError:
        raise PurposeError("请选择查阅目的。") from None


def require(code: str, text: str = "") -> Purpose:
    """The purpose, with its words where it needs them. Raises PurposeError."""
    purpose = get(code)
    if purpose.needs_text and not text.strip():
        raise PurposeError(f"查阅目的为“{purpose.title}”的，请填写具体事由。")
    return purpose
