"""Evidence of the story matters as real files, and proof that their documents were served."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from xiezhi.kernel.documents import produce, storage
from xiezhi.kernel.documents.models import Attachment, Delivery, Document, StoredFile
from xiezhi.kernel.documents.render import FontsMissing, RenderError, render
from xiezhi.kernel.documents.templates import TemplateRef
from xiezhi.kernel.procedures.models import Matter, Party

__all__ = ["add"]

log = logging.getLogger(__name__)
TEMPLATE = TemplateRef(Path(__file__).parent / "templates_typst", "material.typ")
ACT = "禾市监处罚〔2026〕118号"
SERVED = ("受理通知书", "中止通知书", "恢复审理通知书", "听证通知书", "行政复议决定书", "调解书", "补正通知书")


@dataclass(frozen=True)
class _Piece:
    name: str
    kind: str
    by: str
    on: date
    lines: tuple[str, ...]
    signed: str
    purpose: str = ""


_PIECES = (
    _Piece("处罚决定书", "ACT_DOCUMENT", "applicant", date(2026, 10, 12), (
        "当事人：周禾生，禾溪县周记米线店经营者。", "2026年9月2日检查时，当事人未能当场提供部分食品原料的进货票据。",
        "依照食品安全管理的有关规定，决定罚款8000元。", "不服本决定的，可以自收到之日起六十日内向禾溪县人民政府申请行政复议。"), "禾溪县市场监督管理局"),
    _Piece("进货票据汇总", "DOCUMENTARY", "applicant", date(2026, 10, 12), (
        "2026年8月至9月，米线、肉类、调味品进货票据共12张，合计金额6430元。", "票据原件于2026年9月3日送到市场监管所。"), "周禾生", "证明原料来源可查"),
    _Piece("行政复议答复书", "REPLY", "respondent", date(2026, 10, 30), (
        "被申请人作出的处罚决定认定事实清楚，证据确凿，适用依据正确，程序合法。", "现场检查时申请人未能提供进货票据，已责令改正。",
        "请求维持原处罚决定。"), "禾溪县市场监督管理局"),
    _Piece("现场笔录", "SCENE", "respondent", date(2026, 10, 30), (
        "检查时间：2026年9月2日10时20分至11时05分。", "检查地点：禾溪县望江路周记米线店。", "检查情况：后厨存放米线、鲜肉若干，未见进货台账。"),
        "执法人员（签名从略）", "证明检查当时的情况"),
    _Piece("责令改正通知书", "DOCUMENTARY", "respondent", date(2026, 10, 30), (
        "限你店在2026年9月9日前建立进货查验记录。",), "禾溪县市场监督管理局", "证明已经责令改正"),
)  # fmt: skip


def _pdf(piece: _Piece) -> bytes:
    data = {"title": piece.name, "lines": list(piece.lines), "signed": piece.signed, "dated": f"{piece.on.year}年{piece.on.month}月{piece.on.day}日",
            "issued_on": piece.on.isoformat()}  # fmt: skip
    return render(TEMPLATE, data, fonts_dir=produce.fonts()).content


def add() -> int:
    """Files and deliveries of the stories; how many files. Without document fonts there are none, and a warning."""
    _deliveries()
    matter = Matter.objects.filter(facts__act__doc_no=ACT).order_by("id").first()
    if matter is None:
        return 0
    seqs = dict(matter.events.filter(event__in=("filed", "replied")).values_list("role", "seq"))
    made = 0
    for piece in _PIECES:
        try:
            content = _pdf(piece)
        except (FontsMissing, RenderError) as error:
            log.warning("no sample material: %s", error)
            return made
        key = storage.put(io.BytesIO(content))
        with transaction.atomic():
            file, _ = StoredFile.objects.get_or_create(
                sha256=key.rsplit("/", 1)[1], defaults={"size": len(content), "media_type": "application/pdf"}
            )
            party = Party.objects.filter(matter=matter, role=piece.by).select_related("account").order_by("id").first()
            Attachment.objects.create(
                matter=matter, event_seq=seqs.get(piece.by), file=file, name=f"{piece.name}.pdf", kind=piece.kind, submitted_role=piece.by,
                submitted_by=f"account:{party.account.uid}" if party and party.account else "", submitted_on=piece.on,
                purpose=piece.purpose,
            )  # fmt: skip
        made += 1
    return made


def _deliveries() -> None:
    """Documents that visitors see first were served electronically to applicants who agreed to it."""
    pending = Document.objects.filter(
        render_state=Document.PENDING, state=Document.ISSUED, title__in=SERVED, matter__isnull=False
    ).order_by("id")
    rows = []
    for doc in pending:
        party = (
            Party.objects.filter(matter_id=doc.matter_id or 0, role="applicant", e_service=True).order_by("id").first()
        )
        if party is not None and doc.issued_on is not None:
            rows.append(
                Delivery(document=doc, party=party, method="ELECTRONIC", sent_on=doc.issued_on, served_on=doc.issued_on)
            )
    Delivery.objects.bulk_create(rows, batch_size=500)
