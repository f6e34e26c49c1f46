"""The command `xiezhi-witness`: init, run, key."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
import tomllib
from pathlib import Path

from xiezhi_verify.note import LOG, Key
from xiezhi_verify.tree import Wrong

from xiezhi_witness import __version__
from xiezhi_witness.core import Witness
from xiezhi_witness.server import Server

CONFIG = """# A witness. Its key stands beside this file in `seed`: guard it, and use it for no other witness.
name = "{name}"
listen = "127.0.0.1:8461"   # put a TLS proxy before it

# Every log it watches, by the verifier key that the log's operator has handed over in person or in print:
# [[log]]
# vkey = "yunling.example/ledger+12345678+AQ..."
"""


def load(folder: Path) -> tuple[Witness, tuple[str, int]]:
    """The witness in a folder. Raises Wrong with what is to be mended."""
    try:
        settings = tomllib.loads((folder / "witness.toml").read_text())
        seed = bytes.fromhex((folder / "seed").read_text().strip())
        host, _, port = str(settings["listen"]).rpartition(":")
        keys = [Key.read(log["vkey"]) for log in settings.get("log", [])]
    except FileNotFoundError as error:
        raise Wrong(f"{error.filename} is missing; make a witness: xiezhi-witness init FOLDER --name NAME") from None
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise Wrong(f"{folder / 'witness.toml'}: {error}") from None
    if any(key.kind != LOG for key in keys):
        raise Wrong("a [[log]] needs the key of a log, not of a witness")
    return Witness(str(settings["name"]), seed, keys, folder / "state.sqlite"), (host.strip("[]"), int(port))


def init(folder: Path, name: str) -> str:
    """Make key and settings; returns the public key to hand to the log's operator. Raises Wrong where there are some."""
    if not name or "+" in name or any(c.isspace() for c in name):
        raise Wrong("a name has neither space nor plus; by custom it is an address without scheme")
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "seed").exists():
        raise Wrong(f"{folder} has a key already")
    handle = os.open(folder / "seed", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.write(handle, secrets.token_bytes(32).hex().encode() + b"\n")
    os.fsync(handle)
    os.close(handle)
    (folder / "witness.toml").write_text(CONFIG.format(name=name))
    return load(folder)[0].vkey


def main(arguments: list[str] | None = None) -> None:
    """Entry of the console command. Status 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="xiezhi-witness", description="Cosign logs that only grow.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    make = commands.add_parser("init", help="make a key and a settings file")
    make.add_argument("folder", type=Path)
    make.add_argument("--name", required=True)
    for name, text in (("run", "answer logs until stopped"), ("key", "print the public key")):
        commands.add_parser(name, help=text).add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.command == "init":
            print(init(options.folder, options.name))
            return
        witness, address = load(options.folder)
        if options.command == "key":
            print(witness.vkey)
            return
        _serve(witness, address)
    except (Wrong, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _serve(witness: Witness, address: tuple[str, int]) -> None:
    server = Server(address, witness)
    print(f"{witness.vkey}\nlistening on {address[0]}:{server.server_port}", flush=True)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stop.wait()
    server.shutdown()
