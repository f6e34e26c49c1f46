"""Who may do what with a document and a piece of the file, by the part played in the matter. Pure but for rows given."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xiezhi.kernel.documents.models import Attachment, Document
from xiezhi.kernel.procedures import hooks
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.forms import Problem

if TYPE_CHECKING:
    from xiezhi.kernel.procedures.core import Actor, View
    from xiezhi.kernel.procedures.models import Matter

__all__ = ["APPLICANT_SIDE", "PERSONAL_KINDS", "May", "check_open", "closed_to_others", "may", "pieces_for", "shown_to"]

APPLICANT_SIDE = frozenset({"applicant", "agent", "guardian", "representative"})
FILE_READ = "file_read"
"""阅卷: after this event a party reads what others put into the file (行政复议法 第47条)."""


PERSONAL_KINDS = ("ID", "AUTHORIZATION")
"""Papers that prove who somebody is; the other side has no need of them (行政复议法 第47条, 个人信息保护法 第6条)."""


def closed_to_others(piece: Attachment) -> bool:
    """Whether a piece of the file is for the office and its submitter alone."""
    return bool(piece.restricted) or piece.kind in PERSONAL_KINDS


@dataclass(frozen=True)
class May:
    """What an actor may do with a document now, and in words why not."""

    edit: bool = False
    submit: bool = False
    approve: bool = False
    send_back: bool = False
    sign: bool = False
    revoke: bool = False
    serve: bool = False
    retry: bool = False
    why_not: str = ""


def may(doc: Document, procedure: str, actor: Actor) -> May:
    """拟稿—审核—签发: officers draft, heads of the office review another's draft, heads of the organ sign what the law
    reserves to them and heads of the office sign the rest."""
    roles, mine = actor.roles, doc.drafted_by == actor.ref
    works, heads, organ = bool(roles & {"case_officer", "office_head"}), "office_head" in roles, "organ_head" in roles
    match doc.state:
        case Document.DRAFT:
            return May(edit=works, submit=works)
        case Document.REVIEW:
            why = "" if heads and not mine else "自己拟的稿由他人审核" if mine else "等机构负责人审核"
            return May(approve=heads and not mine, send_back=heads, why_not=why)
        case Document.APPROVED:
            reserved = hooks.of(procedure).needs_signature(doc.title)
            signs = organ or (heads and not reserved)
            why = "" if signs else "等机关负责人签发" if reserved else "等机构负责人签发"
            return May(sign=signs, send_back=signs, why_not=why)
        case Document.SIGNED:
            return May(send_back=heads or organ, why_not="已签发，办理相应事项时编号、用印")
        case Document.ISSUED:
            done, failed = doc.render_state == Document.DONE, doc.render_state == Document.FAILED
            return May(revoke=heads or organ, serve=works and done, retry=works and failed)
    return May()


def check_open(matter: Matter) -> None:
    """Material is laid into the file while the matter is open; what comes later comes with an event (`papers_added`), so
    that the history shows it. Raises Refused."""
    if not matter.open:
        said = "办件已经办结，材料不能直接加入案卷；结案以后收到的，请办理“结案后材料入卷”"
        raise Refused([Problem("MATTER_CLOSED", said, "file")])


def shown_to(
    docs: Iterable[Document], view: View, roles: Collection[str], delivered: Collection[int]
) -> list[Document]:
    """Issued documents meant for somebody outside the office: made by their own event, by one that tells them, or
    delivered to them (`delivered`: document ids)."""
    side = set(roles)
    if side & APPLICANT_SIDE:
        side.add("applicant")
    events = {r.seq: r for r in view.events}
    out = []
    for doc in docs:
        if doc.state not in (Document.ISSUED, Document.VOID):
            continue
        rec = events.get(doc.event_seq or 0)
        event = view.procedure.events.get(rec.event) if rec else None
        told = event is not None and any(r.code in side for r in event.notifies)
        if doc.pk in delivered or told or (rec is not None and rec.role in side):
            out.append(doc)
    return out


def pieces_for(rows: Iterable[Attachment], view: View, actor: Actor) -> list[Attachment]:
    """Material that somebody outside the office reads: their own; after reading the file (authorities: always) what is
    in it and not restricted. Mediation and internal papers never."""
    read = bool(actor.roles & {"respondent", "norm_issuer"}) or any(
        r.actor == actor.ref for r in view.by_event.get(FILE_READ, ())
    )
    return [
        a for a in rows
        if a.folder == "FILE" and (a.submitted_by == actor.ref or (read and not closed_to_others(a)))
    ]  # fmt: skip
