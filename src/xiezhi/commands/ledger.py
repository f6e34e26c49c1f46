"""`xiezhi ledger`"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from xiezhi.commands.base import ready


@click.group()
def ledger() -> None:
    """The tamper-evident log: keep it, look at it, check it, recover it, and rotate its keys."""


@contextmanager
def _words() -> Iterator[None]:
    """Refusals as plain errors."""
    from xiezhi.kernel.ledger.notes import NoteError
    from xiezhi.kernel.ledger.publisher import Refused

    try:
        yield
    except (Refused, NoteError, LookupError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@ledger.command()
def run() -> None:
    """Sequence and publish until stopped. `xiezhi up` runs this; on several machines run it once (others wait)."""
    ready()
    from xiezhi.kernel.ledger.publisher import Refused
    from xiezhi.kernel.ledger.runner import run as keep

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        keep(stop)
    except Refused as error:
        click.echo(f"The ledger does not publish: {error}", err=True)
        stop.wait()  # ending would only start it again; entries go on waiting and nothing is lost
        sys.exit(3)


@ledger.command()
def status() -> None:
    """Size, what is published, what waits, and who has to witness."""
    ready()
    from xiezhi.kernel.ledger.publisher import load_policy
    from xiezhi.kernel.ledger.runner import status as now

    found = now()
    if found is None:
        raise click.ClickException("The ledger has not begun. Start it: xiezhi up, or xiezhi ledger run")
    at = f" ({found.published_at:%Y-%m-%d %H:%M:%S %z})" if found.published_at else ""
    click.echo(f"{found.origin}\nsize       {found.size}\npublished  {found.published}{at}\nwaiting    {found.waiting}")
    with _words():
        click.echo(f"witnesses  {load_policy().in_words()}")


@ledger.command()
def check() -> None:
    """Recompute every tile and root from the entries. Ends with status 1 when something does not agree."""
    ready()
    from xiezhi.kernel.ledger import recovery

    with click.progressbar(length=1, label="Entries") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        found = list(recovery.check(progress))
    for one in found:
        click.echo(f"{one.place}: {one.text}")
    if found:
        raise click.exceptions.Exit(1)
    click.echo("Everything agrees.")


@ledger.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the published log into FOLDER as plain files: a mirror, a copy to recover from. Running it again adds what is new."""
    ready()
    from xiezhi.kernel.ledger import recovery

    with _words():
        size = recovery.export(folder)
    click.echo(f"{size} entries")


@ledger.command()
@click.option("--from", "place", required=True, help="Folder or address with the log's public files (a mirror).")
def recover(place: str) -> None:
    """Bring back published entries that this restored database has lost. Nothing is taken that cannot be proved."""
    ready()
    from django.conf import settings

    from xiezhi.kernel.ledger import recovery
    from xiezhi.kernel.ledger.keys import KeyRing
    from xiezhi.kernel.ledger.outside import Copy
    from xiezhi.kernel.ledger.publisher import Behind, Ledger, folder, load_policy

    with _words():
        origin = settings.LEDGER_ORIGIN
        found = Ledger(origin, KeyRing(folder() / "keys", origin), load_policy(), Copy(folder() / "log"))
        try:
            found.check()
        except Behind as error:
            click.echo(str(error))
        taken = recovery.recover(found, recovery.source_of(place))
        found.check()
    click.echo(f"{taken} entries brought back. The log may be started again: xiezhi up")


@ledger.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def adopt(file: Path) -> None:
    """Take FILE (from a witness or a citizen) as the newest published checkpoint, where the folder of them is lost."""
    ready()
    from django.conf import settings

    from xiezhi.kernel.calendar import clock
    from xiezhi.kernel.ledger.keys import KeyRing
    from xiezhi.kernel.ledger.notes import NoteError, opened, parse_checkpoint, verifier
    from xiezhi.kernel.ledger.outside import Copy
    from xiezhi.kernel.ledger.publisher import folder

    with _words():
        origin = settings.LEDGER_ORIGIN
        keys = [verifier(k.vkey) for k in KeyRing(folder() / "keys", origin).mine() if k.kind == "ed25519"]
        raw = file.read_bytes()
        point = parse_checkpoint(opened(raw, keys)[0].text)
        if point.origin != origin:
            raise NoteError(f"this checkpoint is of {point.origin}")
        copy = Copy(folder() / "log")
        last = copy.last()
        if last is not None and last[0].size > point.size:
            raise NoteError(f"a newer checkpoint ({last[0].size} entries) is there already")
        copy.keep(raw, f"{clock.now():%Y%m%d}")
    click.echo(f"{point.size} entries. Now: xiezhi ledger status, or start again")


@ledger.command()
def renumber() -> None:
    """Once after the database moved to another server (a restored dump): forget the old server's transaction numbers."""
    ready()
    from xiezhi.kernel.ledger import recovery

    click.echo(f"{recovery.renumber()} entries renumbered.")


@ledger.command()
@click.option(
    "--every", default=5.0, show_default=True, metavar="MINUTES", help="Time between two checkpoints on the chain."
)
@click.option("--once", is_flag=True, help="One checkpoint, then end.")
@click.option("--check", is_flag=True, help="Only compare what the chain holds with the log.")
def anchor(every: float, once: bool, check: bool) -> None:
    """Put checkpoints on a consortium chain (EVM): docs/howto/anchor-the-ledger.md. Ends with status 3 when the two differ."""
    ready()
    from django.conf import settings

    from xiezhi.kernel.ledger.anchor import chain as chains
    from xiezhi.kernel.ledger.anchor import publisher as anchoring
    from xiezhi.kernel.ledger.publisher import Refused, folder

    try:
        chain = chains.load(folder())
        if chain is None:
            raise click.ClickException(f"{folder() / chains.SETTINGS} is missing; it names url and contract")
        if check or once:
            held = anchoring.compare(chain, settings.LEDGER_ORIGIN)
            done = anchoring.Round(held.size) if check else anchoring.once(chain, settings.LEDGER_ORIGIN)
            click.echo(f"{done.size} entries on the chain {done.transaction}".rstrip())
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        anchoring.run(stop, chain, settings.LEDGER_ORIGIN, every=60 * every)
    except chains.ChainError as error:
        raise click.ClickException(str(error)) from error
    except Refused as error:
        click.echo(str(error), err=True)
        sys.exit(3)


@ledger.group()
def keys() -> None:
    """Keys that sign the log. The drill for a stolen key: docs/howto/rotate-the-ledger-key.md."""


def _ring() -> tuple[Any, int]:
    ready()
    from django.conf import settings

    from xiezhi.kernel.ledger.keys import KeyRing
    from xiezhi.kernel.ledger.publisher import folder
    from xiezhi.kernel.ledger.runner import status as now

    found = now()
    return KeyRing(folder() / "keys", settings.LEDGER_ORIGIN), found.size if found else 0


@keys.command("list")
def list_() -> None:
    """Public form and state of every key."""
    ring, _ = _ring()
    for key in ring.mine():
        click.echo(f"{key.state:12} {key.from_size:>12} {'' if key.to_size is None else key.to_size:>12}  {key.vkey}")


@keys.command()
@click.option("--sm2", is_flag=True, help="A second signature line with SM2 and SM3 (needs the program openssl).")
def new(sm2: bool) -> None:
    """Make a key that signs beside the present ones. Hand its public form out before the old one goes."""
    ring, size = _ring()
    with _words():
        key = ring.add_sm2(size) if sm2 else ring.new(size)
    click.echo(f"{key.vkey}\nIt signs after the next start of the ledger: xiezhi up")


@keys.command()
@click.argument("key")
@click.option(
    "--compromised", is_flag=True, help="It was stolen: its file is deleted and its proofs are to be renewed."
)
def end(key: str, compromised: bool) -> None:
    """Let the KEY with this id (8 hex digits) sign no more."""
    ring, size = _ring()
    from xiezhi.kernel.ledger.keys import COMPROMISED, RETIRED

    with _words():
        ring.end(key, size, COMPROMISED if compromised else RETIRED)
    click.echo("Done. Proofs made before stay provable by checkpoints that carry another key or the witnesses' lines.")
