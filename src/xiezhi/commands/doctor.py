"""`xiezhi doctor`"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from xiezhi.commands import base
from xiezhi.config import env

Finding = tuple[str, str, str]
"""(good, note or bad; what was found; what to do)"""


@click.command()
def doctor() -> None:
    """Look at this machine and installation, and say what to do about what is missing.

    Exit code 1 where something is bad; a note is something that only leaves a part out.
    """
    bad = False
    for look in (_python, _node, _front_end, _tools, _disk, _server, _django):
        try:
            findings = list(look())
        except Exception as error:
            findings = [("bad", f"{look.__name__.strip('_')}: {error}", "See the message; the other lines still hold.")]
        for level, found, remedy in findings:
            mark = {"good": "ok  ", "note": "note", "bad": "BAD "}[level]
            click.echo(f"{mark}  {found}")
            if level != "good" and remedy:
                click.echo(f"      -> {remedy}")
            bad |= level == "bad"
    sys.exit(1 if bad else 0)


def _python() -> Iterator[Finding]:
    good = sys.version_info >= (3, 11)
    yield (
        "good" if good else "bad",
        f"Python {platform.python_version()}",
        "Python 3.11 or newer is needed: PYTHON=python3.12 make env",
    )


def _version(command: list[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.returncode == 0 else None


def _node() -> Iterator[Finding]:
    found = _version(["node", "--version"]) or _version([str(Path(sys.executable).with_name("node")), "--version"])
    yield (
        ("good", f"Node {found}", "")
        if found
        else ("note", "no Node (only `make env` uses it)", "`make env` installs it from a wheel.")
    )


def _front_end() -> Iterator[Finding]:
    from django.conf import settings

    missing = [str(path) for _, path in settings.VENDOR_FILES.items() if not (settings.NODE_MODULES / path).is_file()]
    fonts = [path for path in settings.DOCUMENT_FONTS if not any(Path(path).rglob("*.ttf"))]
    if missing:
        yield "bad", f"front-end packages missing: {', '.join(missing)}", "make env"
    else:
        yield "good", "front-end packages", ""
    yield ("bad", f"no fonts for documents in {fonts[0]}", "make env") if fonts else ("good", "fonts for documents", "")


def _tools() -> Iterator[Finding]:
    for name, package, use in (
        ("chromium", "chromium", "browser tests and screenshots"),
        ("pdfsig", "poppler-utils", "tests of PDF signatures"),
        ("xmllint", "libxml2-utils", "tests of exported BPMN"),
        ("go", "golang-go", "tests of the ledger with Go's packages"),
    ):
        found = shutil.which(name)
        yield (
            ("good", name, "")
            if found
            else ("note", f"no {name} ({use})", f"make system, or: apt-get install {package}")
        )


def _disk() -> Iterator[Finding]:
    home = env.home()
    folder = home if home.exists() else home.parent
    free = shutil.disk_usage(folder).free / 2**30
    level = "good" if free > 5 else "note" if free > 1 else "bad"
    yield (
        level,
        f"{free:.1f} GiB free for {home}",
        "Below 1 GiB uploads and the database stop. Free space or move XIEZHI_HOME.",
    )
    if not os.access(folder, os.W_OK):
        yield "bad", f"{home} cannot be written", "Give it to this user, or name another XIEZHI_HOME."
    key = home / "secrets"
    if key.is_dir() and key.stat().st_mode & 0o077:
        yield "bad", f"{key} can be read by others", f"chmod 700 {key}"


def _server() -> Iterator[Finding]:
    if not base.embedded():
        yield "good", "PostgreSQL by DATABASE_URL", ""
        return
    server = base.server()
    was_running = server.running()
    server.start()
    yield "good", f"embedded PostgreSQL {'runs' if was_running else 'starts'} (process {server.pid()})", ""
    yield (
        "note",
        "embedded: trusts every user of this machine who can open its socket",
        "For production use a PostgreSQL of its own, see deploy/README.md.",
    )


def _django() -> Iterator[Finding]:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    for alias, role in (("default", "application"), ("owner", "owner"), ("eraser", "eraser")):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT current_user, current_setting('server_version_num')::int,"
                " current_setting('max_connections')::int"
            )
            user, version, most = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
            used = cursor.fetchone()[0]
        if version < 150000:
            yield "bad", f"PostgreSQL {version // 10000}", "15 or newer is needed."
        yield "good", f"connects as {role} role {user}", ""
    yield (
        "good" if used < most * 0.8 else "bad",
        f"{used} of {most} connections in use",
        "Lower XIEZHI_POOL or raise max_connections.",
    )
    if settings.DATABASES["default"]["USER"] == settings.DATABASES["owner"]["USER"]:
        yield (
            "bad",
            "application and owner are one role: history is not protected",
            "Make two roles: deploy/roles.sql, DATABASE_OWNER_URL.",
        )
    pending = base.pending_migrations()
    if pending:
        yield (
            "bad" if _migrated(connections["owner"].introspection.table_names) else "note",
            f"{len(pending)} pending migrations",
            "xiezhi migrate",
        )
    else:
        yield "good", "database is at this version", ""
        yield from _rights()
        yield from _ledger()
        yield from _law()
    for name in sorted(path.name for path in (settings.HOME / "secrets").glob("*")):
        yield "good", f"key {name}", ""


def _migrated(tables: Callable[[], list[str]]) -> bool:
    return "django_migrations" in tables()


def _rights() -> Iterator[Finding]:
    """Whether the application role can change history."""
    from django.conf import settings
    from django.db import connections

    from xiezhi import dbroles

    app = settings.DATABASES["default"]["USER"]
    wrong = []
    with connections["owner"].cursor() as cursor:
        for table, rights in dbroles.table_rights().items():
            for right in {"UPDATE", "DELETE"} - set(rights):
                cursor.execute("SELECT has_table_privilege(%s, %s::regclass, %s)", [app, f'"{table}"', right])
                if cursor.fetchone()[0]:
                    wrong.append(f"{right} on {table}")
    if wrong:
        yield "bad", f"the application role may do too much: {', '.join(wrong[:5])}", "xiezhi migrate"
    else:
        yield "good", "history is append-only for the application role", ""


def _ledger() -> Iterator[Finding]:
    """How the tamper-evident log stands; an entry that waits longer than a minute is an alarm."""
    from django.utils import translation

    from xiezhi.kernel.ledger.health import look

    with translation.override("en"):
        found = look()
    if found.status is None:
        yield "note", "the ledger has not begun", "xiezhi up starts it."
        return
    now = found.status
    seen = sum(1 for w in found.witnesses if w.at is not None)
    words = f"ledger {now.origin}: {now.size} entries, {now.published} published, {now.waiting} waiting"
    yield "good", f"{words}, {seen} of {len(found.witnesses)} witnesses signed", ""
    for trouble in found.troubles:
        yield (
            "bad",
            f"ledger: {trouble}",
            "xiezhi ledger status, the log of `xiezhi ledger run`, docs/howto/recover-the-ledger.md",
        )


def _law() -> Iterator[Finding]:
    """Whether there is law to search and to ask, and whether its indexes are current."""
    from xiezhi.kernel.law import retrieval, search
    from xiezhi.kernel.law.models import Act, Version

    acts, versions = Act.objects.count(), Version.objects.count()
    if not versions:
        yield "note", "the law library holds no texts", "xiezhi law import PATH, see docs/howto/import-law.md"
        return
    yield "good", f"law library: {acts} acts in {versions} versions", ""
    index = search.state(check=True)
    if not index.built:
        yield "bad", "the search of the law library has no index", "xiezhi law index"
    elif index.behind:
        yield "note", f"the search lacks {index.behind} versions", "xiezhi law index --changed"
    else:
        yield "good", f"search index: {index.provisions} provisions", ""
    asked = retrieval.state()
    if asked.problem:
        yield "note", f"questions in plain words: {asked.problem}", "xiezhi law train"
    elif not asked.current:
        yield "note", "questions are answered from an older library", "xiezhi law train --index"
    else:
        yield "good", f"questions in plain words: {asked.encoder} encoder", ""
