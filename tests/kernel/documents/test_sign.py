"""Keys and signatures: made once, kept private, and every change noticed."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

import xiezhi.enforcement.reconsideration.documents  # noqa: F401 - registers the templates
from xiezhi.kernel.documents import templates
from xiezhi.kernel.documents.ca import DevelopmentCA, KeyStoreError, UnitCredential
from xiezhi.kernel.documents.content import inspect
from xiezhi.kernel.documents.layout import compose
from xiezhi.kernel.documents.render import RenderedPdf, render, seal_image
from xiezhi.kernel.documents.sign import (
    Pkcs11Settings,
    Pkcs11Signer,
    SignError,
    SoftwareSigner,
    VisibleSeal,
    check_detached,
    check_pdf,
)


@pytest.fixture
def rendered(fonts: list[Path]) -> RenderedPdf:
    template = templates.by_title("延期通知书")
    return render(template.typst, compose(template, template.sample), fonts_dir=fonts)


@pytest.fixture
def signed(rendered: RenderedPdf, unit: UnitCredential, fonts: list[Path]) -> bytes:
    assert rendered.seal is not None
    seal = VisibleSeal(seal_image(unit.name, fonts_dir=fonts, kind="pdf"), rendered.seal)
    return SoftwareSigner().sign_pdf(rendered.content, unit, reason="签发", location="临川市", seal=seal)


def test_keys_are_private_and_made_once(authority: DevelopmentCA) -> None:
    first = authority.unit("临川市司法局", "11990100MB0000002X")
    again = DevelopmentCA(authority.keys).unit("临川市司法局", "11990100MB0000002X")
    assert first.fingerprint == again.fingerprint and b"PRIVATE" not in repr(first).encode()
    keys = list(authority.keys.rglob("*.key"))
    assert len(keys) == 2
    assert all(stat.S_IMODE(k.stat().st_mode) == 0o600 for k in keys)
    assert stat.S_IMODE(authority.keys.stat().st_mode) == 0o700
    subject = first.certificate.subject.rfc4514_string()
    assert "临川市司法局" in subject and "11990100MB0000002X" in subject


def test_a_key_others_can_read_is_refused(authority: DevelopmentCA, unit: UnitCredential) -> None:
    for key in authority.keys.rglob("*.key"):
        os.chmod(key, 0o644)
    with pytest.raises(KeyStoreError, match="600"):
        authority.unit(unit.name, unit.code)


def test_a_lost_root_key_is_not_silently_replaced(authority: DevelopmentCA, unit: UnitCredential) -> None:
    (authority.keys / "root.key").unlink()
    with pytest.raises(KeyStoreError, match="备份"):
        authority.unit("另一单位", "11990100MB0000003X")


def test_certificates_renew_before_they_end_and_follow_a_new_name(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    old = DevelopmentCA(tmp_path / "k", now=start).unit("甲局", "AAAA1")
    later = DevelopmentCA(tmp_path / "k", now=start + timedelta(days=365 * 3 - 20)).unit("甲局", "AAAA1")
    renamed = DevelopmentCA(tmp_path / "k", now=start + timedelta(days=1)).unit("乙局", "AAAA1")
    assert len({old.fingerprint, later.fingerprint, renamed.fingerprint}) == 3


@pytest.mark.parametrize("code", ["../x", "a", "", "abc/def", "甲乙丙丁"])
def test_codes_cannot_leave_the_directory(authority: DevelopmentCA, code: str) -> None:
    with pytest.raises(ValueError):
        authority.unit("甲局", code)


def test_signature_is_good_and_the_rendered_bytes_stay(
    signed: bytes, rendered: RenderedPdf, authority: DevelopmentCA
) -> None:
    (check,) = check_pdf(signed, [authority.root()])
    assert check.good and check.signer == "东岭省临川市人民政府" and check.signer_code == "11990100MB0000001X"
    assert signed.startswith(rendered.content)
    text = PdfReader(io.BytesIO(signed)).pages[0].extract_text()
    assert "延期通知书" in text


def test_our_own_documents_may_be_uploaded(signed: bytes) -> None:
    assert inspect(io.BytesIO(signed), "行政复议延期通知书.pdf", "application/pdf").warnings == ()


def test_pdf_a_marks_survive_signing(signed: bytes) -> None:
    reader = PdfReader(io.BytesIO(signed))
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    assert "pdfaid:part" in xmp and "/OutputIntents" in reader.trailer["/Root"]  # type: ignore[operator]
    assert "/NeedAppearances" not in reader.trailer["/Root"]["/AcroForm"]  # type: ignore[index]


def test_every_changed_byte_before_the_signature_is_noticed(signed: bytes, authority: DevelopmentCA) -> None:
    for at in (20, len(signed) // 3):
        broken = bytearray(signed)
        broken[at] ^= 1
        try:
            checks = check_pdf(bytes(broken), [authority.root()])
        except SignError:
            continue
        assert not all(c.good for c in checks) or not checks


def test_a_later_change_of_the_catalog_is_noticed(signed: bytes, authority: DevelopmentCA) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root[generic.NameObject("/PageMode")] = generic.NameObject("/FullScreen")
    writer.root[generic.NameObject("/Pages")].get_object()[generic.NameObject("/Count")] = generic.NumberObject(9)  # type: ignore[no-untyped-call]
    writer.update_root()  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    (check,) = check_pdf(out.getvalue(), [authority.root()])
    assert not check.good and not check.whole


def test_a_stranger_root_is_not_trusted(signed: bytes, tmp_path: Path) -> None:
    (check,) = check_pdf(signed, [DevelopmentCA(tmp_path / "other").root()])
    assert check.valid and not check.trusted and not check.good


def test_two_units_may_sign_and_a_field_only_once(
    signed: bytes, authority: DevelopmentCA, unit: UnitCredential
) -> None:
    second = SoftwareSigner().sign_pdf(signed, authority.unit("临川市司法局", "BBBB1"), reason="会签", field="Second")
    assert [c.good for c in check_pdf(second, [authority.root()])] == [True, True]
    with pytest.raises(SignError):
        SoftwareSigner().sign_pdf(signed, unit, reason="", field="Seal")


def test_unsigned_and_unreadable_files(rendered: RenderedPdf, authority: DevelopmentCA) -> None:
    assert check_pdf(rendered.content, [authority.root()]) == []
    with pytest.raises(SignError):
        check_pdf(b"not a pdf", [authority.root()])


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
def test_poppler_agrees(signed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed)
    said = subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in said and "Total document signed" in said


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_errors(signed: bytes, tmp_path: Path) -> None:
    file = tmp_path / "signed.pdf"
    file.write_bytes(signed)
    assert subprocess.run(["qpdf", "--check", str(file)], capture_output=True, check=False).returncode == 0


def test_a_broken_container_is_told(signed: bytes, authority: DevelopmentCA) -> None:
    at = signed.rindex(b"/Contents <") + len(b"/Contents <")
    with pytest.raises(SignError):
        check_pdf(signed[:at] + b"00" * 40 + signed[at + 80 :], [authority.root()])


def test_detached_signatures(authority: DevelopmentCA, unit: UnitCredential, tmp_path: Path) -> None:
    signature = SoftwareSigner().sign_detached(b"manifest", unit)
    assert check_detached(b"manifest", signature, [authority.root()]).good
    assert not check_detached(b"manifesT", signature, [authority.root()]).good
    assert not check_detached(b"manifest", signature, [DevelopmentCA(tmp_path / "x").root()]).good
    with pytest.raises(SignError):
        check_detached(b"manifest", b"nonsense", [authority.root()])


def test_hardware_signer_says_what_is_missing(rendered: RenderedPdf, unit: UnitCredential, tmp_path: Path) -> None:
    settings = Pkcs11Settings(tmp_path / "none.so", "token", tmp_path / "pin")
    with pytest.raises(SignError, match=r"PKCS#11|python-pkcs11"):
        Pkcs11Signer(settings).sign_pdf(rendered.content, unit, reason="签发")


def test_a_certificate_without_key_cannot_sign_in_software(rendered: RenderedPdf, unit: UnitCredential) -> None:
    bare = UnitCredential(unit.code, unit.name, unit.cert_pem, unit.chain_pem)
    with pytest.raises(SignError):
        SoftwareSigner().sign_pdf(rendered.content, bare, reason="签发")
