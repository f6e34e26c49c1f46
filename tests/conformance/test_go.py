"""Go's own packages for transparency logs (Debian's golang.org/x/mod) read our log over HTTP, proof by proof."""

from __future__ import annotations

import base64
import http.server
import json
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import add
from tests.conftest import Serve, need
from xiezhi import pg
from xiezhi.kernel.ledger import merkle, publisher, reader, recovery
from xiezhi.kernel.ledger.policy import NONE

GOPATH = Path("/usr/share/gocode")
SOURCE = Path(__file__).with_name("go") / "reader.go"
SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 300, 511, 512, 513, 769, 1000, 1023, 1024, 1025, 1279)


@pytest.fixture(scope="module")
def go_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader, compiled against what Debian packages and nothing else."""
    go = need("go")
    if not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        reason = "no golang-golang-x-mod-dev here: make system"
        if os.environ.get("XIEZHI_NOTHING_LEFT_OUT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("go")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GOPATH": str(GOPATH), "GO111MODULE": "off", "GOPROXY": "off",
        "GOCACHE": str(folder / "cache"), "GOFLAGS": "-p=1", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    }  # fmt: skip
    subprocess.run([go, "vet", str(SOURCE)], env=environment, check=True, timeout=600)
    subprocess.run([go, "build", "-o", str(folder / "reader"), str(SOURCE)], env=environment, check=True, timeout=600)
    return folder / "reader"


def read(program: Path, address: str, vkey: str, *sizes: int) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [str(program), address, vkey, *map(str, sizes)], capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def test_go_reads_the_served_log(
    go_reader: Path, committed_db: pg.Urls, serve: Serve, settings: Any, tmp_path: Path
) -> None:
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    settings.LEDGER_ORIGIN = "test.example/ledger"
    ledger = publisher.open_ledger(NONE)
    vkey = ledger.keys.mine()[0].vkey
    address = serve(ledger_dir=settings.LEDGER_DIR, ledger_origin=settings.LEDGER_ORIGIN) + "/ledger"
    entries: list[bytes] = []
    for number in (1, 299, 980, 3):
        add(number)
        done = publisher.round_once(ledger)
        assert done is not None
        status, told, said = read(go_reader, address, vkey, *SIZES)
        assert status == 0, said
        entries = reader.entries(0, done.size)
        leaves = [merkle.leaf_hash(e) for e in entries]
        assert (told["origin"], told["size"], told["records"]) == ("test.example/ledger", done.size, done.size)
        assert told["growths"] == len([n for n in SIZES if n <= done.size]) + 1
        for size, root in told["roots"].items():
            assert base64.b64decode(root) == merkle.root_of(leaves[: int(size)]), size
    assert len(entries) == 1283
    other = publisher.KeyRing(tmp_path / "other", "test.example/ledger").new(0).vkey
    status, _, said = read(go_reader, address, other)
    assert status == 1 and "no verifiable signatures" in said
    ledger.keys.new(1283)  # two keys sign: whoever knows only one of them reads on
    add(1)
    publisher.round_once(ledger)
    for key in ledger.keys.mine():
        assert read(go_reader, address, key.vkey, 1283)[0] == 0


@pytest.fixture
def static(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A folder behind a plain web server that knows nothing of ledgers."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    folder = tmp_path / "served"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


def test_go_reads_an_exported_mirror_and_finds_changes(
    go_reader: Path, ledger: publisher.Ledger, static: tuple[str, Path]
) -> None:
    """Plain files are enough; and what is changed in them does not get past Go either."""
    address, folder = static
    add(700)
    publisher.round_once(ledger)
    recovery.export(folder)
    vkey = ledger.keys.mine()[0].vkey
    status, told, said = read(go_reader, address, vkey, 256, 512)
    assert status == 0 and told["records"] == 700, said
    rng = random.Random(3)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        good = path.read_bytes()
        bad = bytearray(good)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        # Go takes base64 with stray last bits, so a flipped bit of the checkpoint may mean nothing; another size does.
        path.write_bytes(good.replace(b"\n700\n", b"\n699\n") if path.name == "checkpoint" else bad)
        assert read(go_reader, address, vkey, 256, 512)[0] == 1, path
        path.write_bytes(good)
    shutil.rmtree(folder / "tile" / "1")
    assert read(go_reader, address, vkey)[0] == 1
