"""Uploads through a real server: hostile contents, lying sizes, names that climb."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests import factories
from tests.conftest import Serve
from tests.kernel.documents.test_content import HOSTILE, docx_bytes, pdf, png_claiming
from xiezhi.config.settings_test import RUN
from xiezhi.kernel.documents.models import Attachment, StoredFile

pytestmark = pytest.mark.slow
MIB = 1024 * 1024


@pytest.fixture
def door(serve: Serve, freeze: Callable[[str], None]) -> tuple[str, dict[str, str], str]:
    """Address of a server, headers of an officer's program, address for uploads."""
    freeze(factories.NOW)
    province = factories.build(tokens=False)
    _, token = factories.token(province, roles={"case_officer": "office", "office_head": "office"})
    matter = province.file()
    address = serve(now=factories.NOW)
    return address, {"Authorization": f"Bearer {token}"}, f"/api/matters/{matter.public_id}/attachments"


def test_hostile_uploads_end_at_the_door(door: tuple[str, dict[str, str], str]) -> None:
    address, headers, path = door
    kept = {p for p in Path(RUN, "files").rglob("*") if p.is_file()}
    for name, declared, content, code in HOSTILE:
        file = (name, content, declared or "application/octet-stream")
        answer = requests.post(address + path, files={"file": file}, headers=headers, timeout=60)
        assert answer.status_code == 422, (name, code, answer.status_code, answer.text[:300])
        assert answer.headers["Content-Type"] == "application/problem+json"
        if answer.json()["type"].endswith("file-refused"):
            assert answer.json()["problems"][0]["code"] == code.upper(), name
    bomb = requests.post(
        address + path, files={"file": ("a.png", png_claiming(60000, 60000))}, headers=headers, timeout=60
    )
    assert bomb.json()["problems"][0]["code"] == "IMAGE_BOMB"
    assert Attachment.objects.count() == 0 and StoredFile.objects.count() == 0
    assert {p for p in Path(RUN, "files").rglob("*") if p.is_file()} == kept


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.pdf", "..\\..\\boot.pdf", "/etc/cron.d/x.pdf", "a\u202efdp.pdf", "CON.pdf", "x" * 400 + ".pdf"],
)
def test_names_cannot_climb(door: tuple[str, dict[str, str], str], name: str) -> None:
    address, headers, path = door
    answer = requests.post(address + path, files={"file": (name, pdf())}, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    kept = answer.json()["name"]
    assert kept.endswith(".pdf") and not set(kept) & set("/\\\u202e") and ".." not in kept and len(kept.encode()) <= 184
    back = requests.get(f"{address}{path}/{answer.json()['id']}", headers=headers, timeout=60)
    assert back.content == pdf() and back.headers["Content-Disposition"].startswith("attachment")
    again = requests.post(address + path, files={"file": ("a.docx", docx_bytes())}, headers=headers, timeout=60)
    assert again.status_code == 200


def test_too_much_is_refused_before_it_is_read(door: tuple[str, dict[str, str], str]) -> None:
    """500 MB by its declared length: the answer comes although not a byte of it was sent."""
    address, headers, path = door
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=15)
    connection.putrequest("POST", path)
    for key, value in {
        **headers,
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(500 * MIB),
    }.items():
        connection.putheader(key, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413 and answer.headers["Content-Type"] == "application/problem+json"
    assert "200 MB" in answer.read().decode()
    connection.close()

    def endless() -> object:
        for _ in range(12):
            yield b" " * MIB

    try:
        cut = requests.post(
            address + path, data=endless(), headers={**headers, "Content-Type": "application/json"}, timeout=60
        )
    except requests.ConnectionError:
        return  # cut off while it was still sending
    assert cut.status_code == 413
