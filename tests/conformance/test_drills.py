"""The drills of docs/howto/recover-the-ledger.md and rotate-the-ledger-key.md, command by command as they stand there, on an
installation of its own with a witness of its own; citizens follow with the independent verifier all along."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from xiezhi_verify import cli, log
from xiezhi_verify.note import read_policy
from xiezhi_verify.tree import Wrong

from xiezhi import pg
from xiezhi.kernel.ledger import notes
from xiezhi.kernel.ledger.outside import Copy

pytestmark = pytest.mark.slow
HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
ORIGIN = "drill.example/ledger"
APPEND = """
import django, sys
django.setup()
from django.db import transaction
from xiezhi.kernel.ledger import services
with transaction.atomic():
    services.append_many([services.Commit("event", b"%d" % i, "drill", str(i)) for i in range(int(sys.argv[1]))])
"""
RECORD = """
import django, sys
django.setup()
from xiezhi.kernel.ledger import records, services
kept = services.kept("drill", ["0"])["0"]
sys.stdout.buffer.write(records.record_file(kept, b"0"))
"""


def commands(page: str) -> list[str]:
    """The commands of a page, in order."""
    return re.findall(r"(?m)^    (xiezhi .+)$", (HOWTO / page).read_text())


class Installation:
    """A data directory with the program that works on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "ledger"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("XIEZHI_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "xiezhi.config.settings", "XIEZHI_HOME": str(home), "XIEZHI_LEDGER_ORIGIN": ORIGIN,
            "XIEZHI_DEMO": "1",
        }  # fmt: skip

    def run(self, command: str, status: int = 0) -> str:
        program = [str(Path(sys.executable).with_name("xiezhi")), *command.split()[1:]]
        done = subprocess.run(program, env=self.environment, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == status, (command, done.returncode, done.stdout[-2000:], done.stderr[-3000:])
        return done.stdout + done.stderr

    def python(self, code: str, *arguments: str) -> bytes:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:].decode()
        return done.stdout

    def publish(self, until: Callable[[], bool]) -> None:
        """`xiezhi ledger run` until something holds, then Ctrl-C."""
        self._keep(until, 0)

    def refuses(self) -> str:
        """What `xiezhi ledger run` says before it publishes nothing; Ctrl-C ends it."""
        said = self.home / "said"
        self._keep(lambda: "does not publish" in said.read_text(), 3)
        return said.read_text()

    def _keep(self, until: Callable[[], bool], status: int) -> None:
        program = [str(Path(sys.executable).with_name("xiezhi")), "ledger", "run"]
        with (self.home / "said").open("w") as out:
            process = subprocess.Popen(program, env=self.environment, stdout=out, stderr=out)
        end = time.monotonic() + 120
        try:
            while not until():
                assert process.poll() is None and time.monotonic() < end, (self.home / "said").read_text()
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == status, (self.home / "said").read_text()

    @property
    def published(self) -> int:
        last = Copy(self.folder / "log").last()
        return last[0].size if last else -1

    def signers(self) -> int:
        last = Copy(self.folder / "log").last()
        return sum(b"\xe2\x80\x94 " + ORIGIN.encode() in line for line in last[1].splitlines()) if last else 0


class Seer:
    """A witness in a folder, run by its own command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.vkey = self._command("init", str(folder), "--name", "court.example/w").stdout.strip()
        self.process: subprocess.Popen[bytes] | None = None

    def _command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        code = "from xiezhi_witness.cli import main; main()"
        return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *vkeys: str) -> None:
        """With these keys of the log in its settings."""
        self.stop()
        logs = "".join(f'[[log]]\nvkey = "{v}"\n' for v in vkeys)
        (self.folder / "witness.toml").write_text(f'name = "court.example/w"\nlisten = "127.0.0.1:{self.port}"\n{logs}')
        code = f"from xiezhi_witness.cli import main; main(['run', {str(self.folder)!r}])"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def checkpoint(self) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint") as answer:
            found: bytes = answer.read()
            return found


@pytest.fixture(scope="module")
def migrated() -> Iterator[Path]:
    """A data directory with an empty database, not running, to be copied. Beside pytest's own folders, which it closes to
    the user that PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="xiezhi-drill-"))
    made = Installation(folder / "home")
    made.home.mkdir()
    made.run("xiezhi migrate")
    pg.Server(made.home).stop()
    yield made.home
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def seer(tmp_path: Path) -> Iterator[Seer]:
    found = Seer(tmp_path / "witness")
    yield found
    found.stop()


@pytest.fixture
def office(migrated: Path, seer: Seer) -> Iterator[Callable[[str], Installation]]:
    """`office(name)`: a data directory, empty for "new"; its database server is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="xiezhi-drill-"))
    made: list[Installation] = []

    def make(name: str) -> Installation:
        made.append(Installation(folder / name))
        if name == "new":
            made[-1].home.mkdir()
        else:
            subprocess.run(
                ["cp", "-a", str(migrated), str(made[-1].home)], check=True
            )  # with owners, as PostgreSQL asks
        return made[-1]

    yield make
    for one in made:
        pg.Server(one.home).stop("immediate")
    shutil.rmtree(folder, ignore_errors=True)


def begun(office: Callable[[str], Installation], seer: Seer, tmp_path: Path) -> tuple[Installation, Path]:
    """An office whose witness has signed 300 entries, and the policy of a citizen."""
    own = office("own")
    own.publish(lambda: own.published == 0)
    vkey = json.loads((own.folder / "keys" / "keys.json").read_text())[0]["vkey"]
    seer.start(vkey)
    rule = f"witness court {seer.vkey} {seer.url}\nquorum court\n"
    (own.folder / "policy").write_text(rule)
    own.python(APPEND, "300")
    own.publish(lambda: own.published == 300)
    policy = tmp_path / "policy"
    policy.write_text(f"log {vkey}\n{rule}")
    return own, policy


def test_recover_the_ledger(
    office: Callable[[str], Installation], seer: Seer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIEZHI_VERIFY_HOME", str(tmp_path / "memory"))
    export, backup, restore, run, adopt, recover, check, again = commands("recover-the-ledger.md")
    lost, policy = begun(office, seer, tmp_path)
    mirror, kept = tmp_path / "mirror", tmp_path / "backup"

    def say(command: str) -> str:
        checkpoint = str(tmp_path / "seen-by-the-witness")
        return command.replace("MIRROR", str(mirror)).replace("BACKUP", str(kept)).replace("CHECKPOINT", checkpoint)

    lost.run(say(backup))
    lost.python(APPEND, "500")  # after the backup, before the fire
    lost.publish(lambda: lost.published == 800)
    lost.run(say(export))
    follow = ["follow", "--policy", str(policy), str(mirror)]
    assert cli.run(follow) == 0
    pg.Server(lost.home).stop("immediate")
    shutil.rmtree(lost.home)  # the fire

    new = office("new")
    new.run(say(restore))
    assert run == again == "xiezhi ledger run"
    said = new.refuses()
    assert "is missing" in said and "xiezhi ledger adopt" in said and new.published == -1
    (tmp_path / "seen-by-the-witness").write_bytes(seer.checkpoint())
    new.run(say(adopt))
    said = new.refuses()
    assert "the world has seen 800 entries, this database knows 300" in said
    new.python(APPEND, "7")  # work goes on meanwhile
    bad = tmp_path / "bad-mirror"
    shutil.copytree(mirror, bad)
    tile = bad / "tile/entries/001"
    tile.write_bytes(tile.read_bytes()[:-1] + b"\x00")
    new.run(f"xiezhi ledger recover --from {bad}", status=1)
    assert "brought back" in new.run(say(recover))
    assert "Everything agrees" in new.run(say(check))
    new.publish(lambda: new.published == 807)
    new.run(say(export))
    assert cli.run(follow) == 0 and cli.run(["log", "--policy", str(policy), str(mirror)]) == 0
    assert b"\n807\n" in seer.checkpoint()  # the witness agrees
    new.run("xiezhi ledger adopt " + str(tmp_path / "seen-by-the-witness"), status=1)  # older than what it has


def test_rotate_the_key(office: Callable[[str], Installation], seer: Seer, tmp_path: Path) -> None:
    new, run, list_, end, after = commands("rotate-the-ledger-key.md")
    assert run == after == "xiezhi ledger run"
    own, policy = begun(office, seer, tmp_path)
    mirror = tmp_path / "mirror"
    [old] = json.loads((own.folder / "keys" / "keys.json").read_text())
    stolen = bytes.fromhex((own.folder / "keys" / old["file"]).read_text())
    record = tmp_path / "record.json"
    record.write_bytes(own.python(RECORD))
    proof = ["record", "--policy", str(policy), str(record)]
    assert cli.run(proof) == 0

    fresh = own.run(new).split("\n", 1)[0]
    assert fresh.startswith(f"{ORIGIN}+") and fresh != old["vkey"]
    seer.start(old["vkey"], fresh)
    text = policy.read_text()
    policy.write_text(f"log {fresh}\n{text}")
    own.python(APPEND, "10")
    own.publish(lambda: own.published == 310)
    assert own.signers() == 2
    own.run(f"xiezhi ledger export {mirror}")
    for trusted in (text, policy.read_text()):  # whoever has the old key alone reads on as well
        log.whole(log.opened(str(mirror)), read_policy(trusted))

    number = old["vkey"].split("+")[1]
    assert number in own.run(list_)
    own.run(end.replace("OLD", number))
    assert not (own.folder / "keys" / old["file"]).exists() and "compromised" in own.run(list_)
    seer.start(fresh)
    own.python(APPEND, "10")
    own.publish(lambda: own.published == 320)
    assert own.signers() == 1
    policy.write_text(text.replace(old["vkey"], fresh))
    own.run(f"xiezhi ledger export {mirror}")
    log.whole(log.opened(str(mirror)), read_policy(policy.read_text()))
    assert cli.run(proof) == 1  # the old file carries the old signature
    record.write_bytes(own.python(RECORD))
    assert cli.run(proof) == 0

    thief = notes.ed25519_signer(ORIGIN, stolen)
    false = notes.Checkpoint(ORIGIN, 330, bytes(32)).text
    note = notes.Note(false, ()).signed(thief.line(false)).bytes
    (mirror / "checkpoint").write_bytes(note)
    with pytest.raises(Wrong):
        log.checkpoint(log.opened(str(mirror)), read_policy(policy.read_text()))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{seer.url}/add-checkpoint", b"old 320\n\n" + note)
