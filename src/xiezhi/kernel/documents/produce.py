"""From a frozen document to its signed PDF: compose, render, seal with the unit's certificate, store by content."""

from __future__ import annotations

import functools
import io
import logging
from pathlib import Path

from django.conf import settings
from django.db import transaction

from xiezhi.kernel.documents import layout, storage, templates
from xiezhi.kernel.documents.ca import DevelopmentCA, UnitCredential
from xiezhi.kernel.documents.models import Document, StoredFile
from xiezhi.kernel.documents.render import RenderError, render, seal_image, spell_missing
from xiezhi.kernel.documents.sign import Pkcs11Settings, Pkcs11Signer, Signer, SignError, SoftwareSigner, VisibleSeal
from xiezhi.kernel.ledger import services as ledger
from xiezhi.kernel.units.models import Unit

__all__ = ["authority", "fonts", "produce", "signer", "verify_url"]

log = logging.getLogger(__name__)


def fonts() -> list[Path]:
    """Folders with document fonts: the operator's own first, then the packaged one."""
    return [Path(settings.HOME) / "fonts", Path(settings.NODE_MODULES) / "@expo-google-fonts" / "noto-serif-sc"]


@functools.cache
def authority() -> DevelopmentCA:
    """The development certificate authority under the data directory."""
    return DevelopmentCA(Path(settings.HOME) / "keys")


@functools.cache
def signer() -> Signer:
    """Software keys, or the HSM that settings name (XIEZHI_PKCS11_MODULE)."""
    module = getattr(settings, "PKCS11_MODULE", "")
    if module:
        return Pkcs11Signer(Pkcs11Settings(Path(module), settings.PKCS11_TOKEN, Path(settings.PKCS11_PIN_FILE)))
    return SoftwareSigner()


def credential(unit: Unit) -> UnitCredential:
    """The certificate a unit signs with; its code is the credit code, or the unit's number where it has none."""
    return authority().unit(unit.name, unit.usc or f"UNIT{unit.pk:08d}")


def verify_url(code: str) -> str:
    """Address of the public verification page of a document."""
    return f"{settings.PUBLIC_URL}/verify/{code}"


def make_pdf(doc: Document, unit: Unit) -> bytes:
    """The signed PDF of a frozen document. Same frozen data, same unsigned bytes. Raises RenderError, SignError."""
    assert doc.frozen is not None
    template = templates.get(doc.template, doc.template_version)
    data = layout.compose(
        template, doc.frozen["data"], body_html=doc.frozen["body"], verify_code=doc.frozen["verify_code"],
        verify_url=verify_url(doc.frozen["verify_code"]),
    )  # fmt: skip
    if not template.sealed:
        # A record of what people wrote must not fail over one sign; a sealed document must stop at it.
        return render(template.typst, spell_missing(data, fonts()), fonts_dir=fonts()).content
    pdf = render(template.typst, data, fonts_dir=fonts())
    seal = None
    if pdf.seal is not None:
        seal = VisibleSeal(_seal_pdf(unit.name), pdf.seal)
    return signer().sign_pdf(pdf.content, credential(unit), reason=f"{doc.title}用印", location=unit.name, seal=seal)


@functools.lru_cache(maxsize=512)
def _seal_pdf(name: str) -> bytes:
    return seal_image(name, fonts_dir=fonts(), kind="pdf")


def file_payload(doc: Document, sha256: str) -> dict[str, str]:
    """What the ledger commits to of a finished file: its digest, and the code printed on it. No personal data, so that the
    record may be handed to whoever holds the document."""
    frozen = doc.frozen or {}
    return {"document": doc.number or doc.title, "code": str(frozen.get("verify_code", "")), "sha256": sha256}


def produce(pk: int) -> bool:
    """Render one pending document. A failure is kept in plain words; nothing raised is lost. True when it is done."""
    doc = Document.objects.select_related("unit").get(pk=pk)
    if doc.render_state != Document.PENDING:
        return doc.render_state == Document.DONE
    try:
        content = make_pdf(doc, doc.unit)
    except (RenderError, SignError, templates.TemplateError, KeyError) as error:
        log.warning("document %s not rendered: %s", pk, type(error).__name__)
        Document.objects.filter(pk=pk, render_state=Document.PENDING).update(
            render_state=Document.FAILED, render_error=str(error)[:300]
        )
        return False
    key = storage.put(io.BytesIO(content))
    with transaction.atomic():
        file, _ = StoredFile.objects.get_or_create(
            sha256=key.rsplit("/", 1)[1], defaults={"size": len(content), "media_type": "application/pdf"}
        )
        done = Document.objects.filter(pk=pk, render_state=Document.PENDING).update(
            render_state=Document.DONE, file=file, render_error=""
        )
        if done:
            ledger.append("file", file_payload(doc, file.sha256), object_type="file", object_id=str(pk))
    return True
