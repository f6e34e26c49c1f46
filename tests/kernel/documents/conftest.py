"""Fonts, a signed unit, and small files shared by the document tests."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from pypdf import PdfWriter

from xiezhi.kernel.documents.ca import DevelopmentCA, UnitCredential


@pytest.fixture(scope="session")
def fonts() -> list[Path]:
    """The font folders of the installation."""
    return [Path(p) for p in settings.DOCUMENT_FONTS]


@pytest.fixture
def authority(tmp_path: Path) -> DevelopmentCA:
    return DevelopmentCA(tmp_path / "keys")


@pytest.fixture
def unit(authority: DevelopmentCA) -> UnitCredential:
    return authority.unit("东岭省临川市人民政府", "11990100MB0000001X")


def pdf(writer: PdfWriter | None = None) -> bytes:
    """A one-page PDF, or the given one."""
    made = writer or PdfWriter()
    if not made.pages:
        made.add_blank_page(200, 200)
    out = io.BytesIO()
    made.write(out)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    """A small image."""
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()
