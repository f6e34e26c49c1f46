"""The content store: one file per content, whole or absent, damage noticed."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage

from xiezhi.kernel.documents import storage


class Remote(Storage):
    """An object store: no local paths, and a taken name gives another one."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if name not in self.files:
            raise FileNotFoundError(name)
        return File(io.BytesIO(self.files[name]), name)

    def _save(self, name: str, content: File[bytes]) -> str:
        self.files[name] = b"".join(content.chunks())
        return name

    def exists(self, name: str) -> bool:
        return name in self.files

    def delete(self, name: str) -> None:
        self.files.pop(name, None)


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return FileSystemStorage(location=tmp_path / "files") if request.param == "local" else Remote()


def test_put_read_and_put_again(store: Storage) -> None:
    content = b"evidence" * 100_000
    key = storage.put(io.BytesIO(content), storage=store)
    digest = hashlib.sha256(content).hexdigest()
    assert key == f"{digest[:2]}/{digest[2:4]}/{digest}" == storage.key_for(digest)
    assert storage.put(io.BytesIO(content), storage=store) == key
    assert storage.read(key, storage=store) == content
    assert storage.verify(key, storage=store) == len(content)
    assert storage.exists(key, storage=store)
    with storage.open_verified(key, storage=store) as file:
        assert file.read(8) == b"evidence"


def test_damage_is_noticed_and_healed(tmp_path: Path) -> None:
    store = FileSystemStorage(location=tmp_path)
    key = storage.put(io.BytesIO(b"true"), storage=store)
    (tmp_path / key).write_bytes(b"fals")
    for use in (storage.read, storage.verify, storage.open_verified):
        with pytest.raises(storage.Damaged):
            use(key, storage=store)
    storage.put(io.BytesIO(b"true"), storage=store)
    assert storage.read(key, storage=store) == b"true"


@pytest.mark.parametrize("key", ["../../etc/passwd", "aa/bb/" + "0" * 64, "aa/aa/short", "", "00/00/" + "g" * 64])
def test_only_content_keys_are_read(key: str, store: Storage) -> None:
    with pytest.raises(ValueError):
        storage.read(key, storage=store)


def test_absent(store: Storage) -> None:
    with pytest.raises(storage.NotStored):
        storage.read(storage.key_for("0" * 64), storage=store)


def test_a_broken_stream_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("connection lost")

    with pytest.raises(OSError):
        storage.put(Broken(), storage=FileSystemStorage(location=tmp_path))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_many_writers_of_the_same_bytes(tmp_path: Path) -> None:
    store = FileSystemStorage(location=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: storage.put(io.BytesIO(b"x" * 300_000), storage=store), range(24)))
    assert len(keys) == 1
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1
