"""The archive: the same bytes from the same files, and every tampering named."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from xiezhi.kernel.documents.archive import MANIFEST, SIGNATURE, Entry, bad_path, build_archive, verify_archive
from xiezhi.kernel.documents.ca import DevelopmentCA, UnitCredential
from xiezhi.kernel.documents.sign import SoftwareSigner

META = {"matter": "临政复〔2026〕12号", "made_at": "2026-11-20T10:00:00+08:00"}


def entries() -> list[Entry]:
    return [
        ("正卷/001-行政复议申请书.pdf", b"%PDF-1.7 a"),
        ("正卷/002-录音.m4a", io.BytesIO(b"\x00" * 700_000)),
        ("副卷/001-审批表.pdf", b"%PDF-1.7 b"),
    ]


def made(unit: UnitCredential | None) -> bytes:
    sign = None if unit is None else lambda manifest: SoftwareSigner().sign_detached(manifest, unit)
    return b"".join(build_archive(entries(), META, sign))


def rebuilt(content: bytes, change: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = change.get(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
        for name, body in (extra or {}).items():
            new.writestr(name, body)
    return out.getvalue()


def codes(content: bytes, roots: list[bytes] | None) -> set[str]:
    return {p.code for p in verify_archive(content, roots)}


def test_whole_signed_and_readable_by_others(unit: UnitCredential, authority: DevelopmentCA, tmp_path: Path) -> None:
    content = made(unit)
    assert verify_archive(content, [authority.root()]) == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read(MANIFEST))
        assert manifest["meta"] == META
        assert [e["media_type"] for e in manifest["entries"]] == ["application/pdf", "audio/mp4", "application/pdf"]
        archive.extractall(tmp_path)
    (tmp_path / "root.pem").write_bytes(authority.root())
    if shutil.which("openssl"):
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", SIGNATURE, "-content", MANIFEST]
        command += ["-CAfile", "root.pem", "-purpose", "any", "-out", "checked.json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_deterministic_but_for_the_signature() -> None:
    assert made(None) == made(None)
    assert codes(made(None), None) == set()


def test_streams_in_pieces() -> None:
    pieces = list(build_archive([("大.bin", io.BytesIO(b"x" * (3 << 20)))], META))
    assert len(pieces) > 5 and max(map(len, pieces)) < 600_000


def test_every_tampering_is_named(unit: UnitCredential, authority: DevelopmentCA, tmp_path: Path) -> None:
    content, roots = made(unit), [authority.root()]
    path = "副卷/001-审批表.pdf"
    assert codes(rebuilt(content, {path: b"%PDF-1.7 c"}), roots) == {"changed"}
    assert codes(rebuilt(content, {path: b"longer than before"}), roots) == {"changed"}
    assert codes(rebuilt(content, {path: None}), roots) == {"missing"}
    assert codes(rebuilt(content, {}, {"多.pdf": b"x"}), roots) == {"unlisted"}
    assert "bad_path" in codes(rebuilt(content, {}, {"../多.pdf": b"x"}), roots)
    assert codes(rebuilt(content, {SIGNATURE: None}), roots) == {"unsigned"}
    assert codes(rebuilt(content, {SIGNATURE: b"x"}), roots) == {"bad_signature"}
    assert codes(rebuilt(content, {MANIFEST: None}), roots) == {"no_manifest"}
    assert "bad_signature" in codes(rebuilt(content, {MANIFEST: b"{}"}), roots)
    assert codes(content, [DevelopmentCA(tmp_path / "other").root()]) == {"bad_signature"}
    assert codes(content[: len(content) // 2], roots) == {"unreadable"}
    assert codes(b"", roots) == {"unreadable"}
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = rebuilt(content, {}, {path: b"%PDF-1.7 b"})
    assert "repeated" in codes(twice, roots)


@pytest.mark.parametrize(
    "path", ["", "/a", "../a", "a/../b", "a//b", "a\\b", "C:a", "a\x00", "a\u202eb", MANIFEST, "x" * 500]
)
def test_bad_paths_are_refused(path: str) -> None:
    assert path == MANIFEST or bad_path(path)
    with pytest.raises(ValueError):
        list(build_archive([(path, b"x")], META))


def test_a_path_twice_is_refused_whatever_the_case() -> None:
    with pytest.raises(ValueError):
        list(build_archive([("a.pdf", b"x"), ("A.PDF", b"y")], META))
