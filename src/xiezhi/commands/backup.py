"""`xiezhi backup` and `xiezhi restore`"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import click

from xiezhi import __version__, pg
from xiezhi.commands.base import ready

MANIFEST = "manifest.json"
PARTS = ("files", "secrets")
"""Folders of the data directory in a backup."""
LEDGER_PARTS = ("keys", "policy")
"""What a backup holds of the ledger's folder. Published checkpoints are not among it on purpose: after a restore they must
come from where the world last saw them, not from the time of the backup."""
POINT = "ledger-checkpoint"


def _tool(name: str) -> str:
    """The program of the embedded wheel: PostgreSQL 18, which reads every older server."""
    return str(pg.bin_dir() / name)


def _connection() -> tuple[dict[str, str], str]:
    from django.conf import settings

    owner = settings.DATABASES["owner"]
    environment = {
        **os.environ,
        "PGHOST": owner["HOST"],
        "PGPORT": owner["PORT"] or "5432",
        "PGUSER": owner["USER"],
        "PGPASSWORD": owner["PASSWORD"],
    }
    if "sslmode" in owner["OPTIONS"]:
        environment["PGSSLMODE"] = owner["OPTIONS"]["sslmode"]
    return environment, owner["NAME"]


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _hashes(folder: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as handle:
                hashes[path.relative_to(folder).as_posix()] = hashlib.file_digest(handle, "sha256").hexdigest()
    return hashes


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Write database, uploaded files and keys into FOLDER, which must not exist yet.

    The database is one consistent snapshot; people may go on working. The keys are in it: guard the folder like the
    installation itself. With files in S3 their bucket has its own backup.
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty. Name a new folder.")
    ready()
    from django.conf import settings

    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    environment, name = _connection()
    # The snapshot comes first: files are content-addressed and only added, so every file it names is still there after.
    _run(
        [_tool("pg_dump"), "--format=custom", "--no-privileges", "--file", str(folder / "database.dump"), name],
        environment,
    )
    for part in PARTS:
        source = settings.HOME / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
    _ledger_parts(Path(settings.LEDGER_DIR), folder)
    manifest = {"version": __version__, "sha256": _hashes(folder)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False))
    click.echo(f"Written: {folder} ({len(manifest['sha256'])} files). Try it: xiezhi restore --check {folder}")


def _ledger_parts(ledger: Path, folder: Path) -> None:
    """Keys, policy, and the newest checkpoint at the time of the backup (for information: `restore` does not adopt it)."""
    for source, name in (*((ledger / n, f"ledger/{n}") for n in LEDGER_PARTS), (ledger / "log" / "checkpoint", POINT)):
        _copy(source, folder / name)


def _copy(source: Path, target: Path) -> None:
    """A file or a folder, where there is one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        shutil.copyfile(source, target)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only compare the folder with its manifest.")
def restore(folder: Path, check: bool) -> None:
    """Bring the backup in FOLDER into an empty installation.

    Refuses where the database has tables already: restore into a new XIEZHI_HOME or a new database.
    """
    manifest = json.loads((folder / MANIFEST).read_text())
    if (found := _hashes(folder)) != manifest["sha256"]:
        wrong = sorted(set(found.items()) ^ set(manifest["sha256"].items()))
        raise click.ClickException(
            f"Changed or missing since the backup: {', '.join(sorted({name for name, _ in wrong}))}"
        )
    click.echo(f"{len(found)} files are as they were written by version {manifest['version']}.")
    if check:
        return
    from xiezhi.config import env

    home = env.home()
    for part in PARTS:  # before Django reads its key
        if (folder / part).is_dir():
            if (home / part).exists():
                raise click.ClickException(f"{home / part} exists already. Restore into a new XIEZHI_HOME.")
            home.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder / part, home / part)
    ledger = Path(env.text("XIEZHI_LEDGER_DIR") or home / "ledger")
    for name in LEDGER_PARTS:
        if not (ledger / name).exists():  # what survived there is newer
            _copy(folder / "ledger" / name, ledger / name)
    ready()
    from django.core.management import call_command
    from django.db import connections

    if connections["owner"].introspection.table_names():
        raise click.ClickException("The database has tables already. Restore into a new one.")
    environment, name = _connection()
    command = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--single-transaction", "--dbname", name]
    _run([*command, str(folder / "database.dump")], environment)
    call_command("migrate", verbosity=0, interactive=False)
    from xiezhi.kernel.ledger import recovery

    recovery.renumber()  # the dump carries the transaction numbers of another server
    if (folder / POINT).is_file():
        click.echo(
            "The ledger takes entries at once, but publishes again only when it knows what the world saw last: bring the "
            "newest checkpoint (old machine: ledger/log/checkpoint; or a witness) with: xiezhi ledger adopt FILE. If nothing was "
            f"published after this backup, that is {folder / POINT}"
        )
    click.echo("Restored. Start with: xiezhi up")
