"""Electronic signatures: PAdES B-B on documents, detached CMS on manifests, and their verification.

Two signers behind one protocol: keys in software (development, tests, small installations that accept the risk) and
keys in a hardware module through PKCS#11. Signing is an incremental update: the rendered bytes stay as they were.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import cms, keys, pem
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils import content as pdf_content
from pyhanko.pdf_utils import layout as pdf_layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, async_validate_detached_cms, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from .ca import UnitCredential
from .layout import SEAL_DIAMETER_MM
from .render import SealPlace

A4_HEIGHT_PT = 841.89
POINTS_PER_MM = 72 / 25.4
# Room for a signature with its chain; the container is padded with zeros to this size.
SIGNATURE_BYTES = 16384


class SignError(Exception):
    """Signing failed; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class VisibleSeal:
    """The drawn seal laid over organ and date: a one-page PDF (``render.seal_image(kind="pdf")``) and its place."""

    pdf: bytes
    place: SealPlace


class Signer(Protocol):
    """Signs in the name of a unit."""

    def sign_pdf(
        self,
        content: bytes,
        unit: UnitCredential,
        *,
        reason: str,
        location: str = "",
        field: str = "Seal",
        seal: VisibleSeal | None = None,
    ) -> bytes:
        """The document with one more PAdES B-B signature. ``field`` must be new in the document."""
        ...

    def sign_detached(self, content: bytes, unit: UnitCredential) -> bytes:
        """A detached CMS signature (DER) over ``content``."""
        ...


class _SealPage(pdf_content.ImportedPdfPage):
    """A page imported from bytes instead of from a file."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__("seal.pdf")  # type: ignore[no-untyped-call]
        self._pdf = pdf

    def render(self) -> bytes:
        writer = self._ensure_writer
        xobject = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.resources.xobject["/Seal"] = xobject
        x1, y1, x2, y2 = xobject.get_object()["/BBox"]
        self.box = pdf_layout.BoxConstraints(width=abs(x1 - x2), height=abs(y1 - y2))
        return b"/Seal Do"


def _certificate(data: bytes) -> asn1_x509.Certificate:
    if pem.detect(data):
        _, _, data = pem.unarmor(data)
    return asn1_x509.Certificate.load(data)


class _PyHankoSigner:
    """What both signers share; a subclass opens the key."""

    def _open(self, unit: UnitCredential) -> AbstractContextManager[Any]:
        raise NotImplementedError

    def sign_pdf(
        self,
        content: bytes,
        unit: UnitCredential,
        *,
        reason: str,
        location: str = "",
        field: str = "Seal",
        seal: VisibleSeal | None = None,
    ) -> bytes:
        """See ``Signer.sign_pdf``."""
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        present = {name for name, _, _ in fields.enumerate_sig_fields(writer.prev)}
        if field in present:
            raise SignError(f"文书中已有签名域 {field}")
        style = None
        if seal is None:
            spec = fields.SigFieldSpec(field)
        else:
            half = SEAL_DIAMETER_MM * POINTS_PER_MM / 2
            x, y = seal.place.x, A4_HEIGHT_PT - seal.place.y
            box = (round(x - half), round(y - half), round(x + half), round(y + half))
            spec = fields.SigFieldSpec(
                field, on_page=seal.place.page - 1, box=box, readable_field_name=f"{unit.name}印章"
            )
            plain = pdf_layout.SimpleBoxLayoutRule(
                x_align=pdf_layout.AxisAlignment.ALIGN_MID,
                y_align=pdf_layout.AxisAlignment.ALIGN_MID,
                margins=pdf_layout.Margins(),
            )
            style = StaticStampStyle(border_width=0, background=_SealPage(seal.pdf), background_layout=plain)
        meta = signers.PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            reason=reason or None,
            location=location or None,
            name=unit.name,
            subfilter=fields.SigSeedSubFilter.PADES,
        )
        out = io.BytesIO()
        with self._open(unit) as key:
            signers.PdfSigner(meta, key, stamp_style=style, new_field_spec=spec).sign_pdf(
                writer, output=out, bytes_reserved=SIGNATURE_BYTES
            )
        return out.getvalue()

    def sign_detached(self, content: bytes, unit: UnitCredential) -> bytes:
        """See ``Signer.sign_detached``."""
        with self._open(unit) as key:
            signed = asyncio.run(key.async_sign_general_data(content, digest_algorithm="sha256", detached=True))
        return bytes(signed.dump())


class SoftwareSigner(_PyHankoSigner):
    """Signs with the private key in the credential."""

    @contextmanager
    def _open(self, unit: UnitCredential) -> Iterator[Any]:
        if unit.key_pem is None:
            raise SignError(f"{unit.name}的证书没有对应的软件密钥")
        key = serialization.load_pem_private_key(unit.key_pem, None)
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([_certificate(c) for c in unit.chain_pem])
        yield signers.SimpleSigner(
            signing_cert=_certificate(unit.cert_pem),
            signing_key=keys.PrivateKeyInfo.load(der),
            cert_registry=store,
        )


@dataclass(frozen=True, slots=True)
class Pkcs11Settings:
    """Where the hardware module is. The PIN is read from a file of mode 600."""

    module: Path
    token_label: str
    pin_file: Path


class Pkcs11Signer(_PyHankoSigner):
    """Signs in a hardware module. The key's label in the token is the unit's code."""

    def __init__(self, settings: Pkcs11Settings) -> None:
        self.settings = settings

    @contextmanager
    def _open(self, unit: UnitCredential) -> Iterator[Any]:
        try:
            from pyhanko.config.pkcs11 import TokenCriteria
            from pyhanko.sign import pkcs11
        except ImportError as error:
            raise SignError("使用密码机签名需要安装 python-pkcs11（pyhanko[pkcs11]）") from error
        if not self.settings.module.is_file():
            raise SignError(f"找不到密码机的 PKCS#11 模块：{self.settings.module}")
        if self.settings.pin_file.stat().st_mode & 0o077:
            raise SignError("密码机口令文件可以被其他用户读取；权限应当为 600")
        session = pkcs11.open_pkcs11_session(
            str(self.settings.module),
            token_criteria=TokenCriteria(label=self.settings.token_label),
            user_pin=self.settings.pin_file.read_text(encoding="ascii").strip(),
        )
        with session:
            yield pkcs11.PKCS11Signer(
                session,
                signing_cert=_certificate(unit.cert_pem),
                ca_chain=[_certificate(c) for c in unit.chain_pem],
                key_label=unit.code,
            )


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """One signature in a document.

    ``intact``: the covered bytes are unchanged. ``valid``: the cryptography holds. ``trusted``: the chain ends in one
    of the given roots. ``whole``: nothing but further signatures was added after it.
    """

    field: str
    signer: str
    signer_code: str
    signed_at: datetime | None
    intact: bool
    valid: bool
    trusted: bool
    whole: bool

    @property
    def good(self) -> bool:
        return self.intact and self.valid and self.trusted and self.whole


def _subject(cert: asn1_x509.Certificate, kind: str) -> str:
    return str(cert.subject.native.get(kind, ""))


def _whole(status: PdfSignatureStatus) -> bool:
    """Whether the file is as signed, but for signatures added later."""
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return True
    return status.modification_level in (
        ModificationLevel.NONE,
        ModificationLevel.LTA_UPDATES,
        ModificationLevel.FORM_FILLING,
    )


def check_pdf(content: bytes, roots_pem: list[bytes]) -> list[SignatureCheck]:
    """Check every signature in a document against the given roots. An unsigned document gives an empty list.

    Raises ``SignError`` when the file cannot be read as PDF. Revocation is not looked up: closed networks have no
    responder to ask.
    """
    roots = [_certificate(r) for r in roots_pem]
    try:
        signatures = PdfFileReader(io.BytesIO(content), strict=False).embedded_signatures
    except Exception as error:
        raise SignError("不是可以读取的 PDF 文件") from error
    try:
        return [_check_one(signature, roots) for signature in signatures]
    except Exception as error:
        raise SignError("签名已损坏，无法读取") from error


def _check_one(signature: EmbeddedPdfSignature, roots: list[asn1_x509.Certificate]) -> SignatureCheck:
    cert = signature.signer_cert
    context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
    status = validate_pdf_signature(signature, signer_validation_context=context)
    return SignatureCheck(
        field=signature.field_name,
        signer=_subject(cert, "common_name"),
        signer_code=_subject(cert, "organization_identifier"),
        signed_at=status.signer_reported_dt,
        intact=bool(status.intact),
        valid=bool(status.valid),
        trusted=bool(status.trusted),
        whole=_whole(status),
    )


@dataclass(frozen=True, slots=True)
class CmsCheck:
    """Result of checking a detached signature."""

    signer: str
    signer_code: str
    good: bool


def check_detached(content: bytes, signature: bytes, roots_pem: list[bytes]) -> CmsCheck:
    """Check a detached CMS signature over ``content``. Raises ``SignError`` when it is not one."""
    try:
        info = cms.ContentInfo.load(signature)
        signed = info["content"]
        context = ValidationContext(trust_roots=[_certificate(r) for r in roots_pem], allow_fetching=False)
        status = asyncio.run(
            async_validate_detached_cms(io.BytesIO(content), signed, signer_validation_context=context)
        )
    except Exception as error:
        raise SignError("不是可以读取的签名") from error
    cert = status.signing_cert
    good = bool(status.intact and status.valid and status.trusted)
    return CmsCheck(_subject(cert, "common_name"), _subject(cert, "organization_identifier"), good)
