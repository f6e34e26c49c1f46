"""The command `xiezhi-verify`. Status: 0 all is well, 1 the check failed, 2 wrong use, 3 could not be checked, 4 the log forked."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from xiezhi_verify import __version__, log
from xiezhi_verify.memory import Fork, Memory, home
from xiezhi_verify.note import Point, Policy, read_policy
from xiezhi_verify.record import check_proof, read_proof, read_record
from xiezhi_verify.tree import Wrong

GOOD, BAD, USAGE, OPEN, FORKED = range(5)

SAY = {
    "zh": {
        "record": "核验通过：这条记录在账本第{index}条，写入后没有改动。",
        "file": "文件与记录里的指纹一致：这就是当时存证的文件。",
        "log": "核验通过：账本共{size}条，每一条、每一个哈希、签名和根都对得上。",
        "grew": "账本从上次见到的{old}条长到{size}条，以前的内容一条没变。",
        "same": "账本和上次见到的一样（{size}条）。",
        "older": "这是较早的检查点（{size}条，上次见过{old}条），与见过的内容一致。",
        "first": "第一次见到这个账本（{size}条），已经记住；以后每次都会核对它有没有改过过去。",
        "by": "检查点：{origin}，{size}条；见证：{seen}。",
        "bad": "核验不通过：{why}",
        "bad_do": "该怎么办：先不要使用这份材料。换一台设备、重新下载后再核验一次；仍不通过的，把文件和这段结果一起交给受理投诉的机关或者见证方"
        "（检察院、法院），也可以拨打12348。不要删除手里的文件，它就是证据。",
        "open": "现在核验不了：{why}",
        "open_do": "该怎么办：检查网络和地址，稍后再试。核验不了不等于有问题，也不等于没有问题。",
        "fork": "严重：账本对过去说了两种话（{why}）。",
        "fork_do": "该怎么办：两份带签名的检查点已存到{where}，任何人凭它们都能证明账本改过。请把这个文件夹交给见证方（检察院、法院）和上级机关，并且不再相信这个账本。",
        "waiting": "这条记录的承诺值对得上，但还没有公布进账本，过一两分钟重新下载再核验。",
    },
    "en": {
        "record": "Good: this record is entry {index} of the log and has not changed since.",
        "file": "The file has the digest that the record names: it is the one that was committed to.",
        "log": "Good: all {size} entries, every hash, signature and root agree.",
        "grew": "The log grew from {old} to {size} entries; nothing of before has changed.",
        "same": "The log is as it was last time ({size} entries).",
        "older": "This is an older checkpoint ({size} entries, {old} seen before); it agrees with what was seen.",
        "first": "First sight of this log ({size} entries). It is remembered; from now on its past is checked each time.",
        "by": "Checkpoint of {origin}, {size} entries; witnesses: {seen}.",
        "bad": "NOT good: {why}",
        "bad_do": "What to do: do not rely on this material yet. Download it again, on another device, and check once more. If it fails again, "
        "hand the file and this output to the office for complaints or to a witness (procuratorate, court). Keep the file: it is evidence.",
        "open": "Could not be checked: {why}",
        "open_do": "What to do: check network and address, try again later. This says neither that something is wrong nor that it is right.",
        "fork": "SERIOUS: the log tells two stories about the past ({why}).",
        "fork_do": "What to do: both signed checkpoints are kept in {where}; with them anybody can prove it. Hand that folder to the witnesses and "
        "the authority above, and trust this log no more.",
        "waiting": "The commitment agrees, but it is not published yet. Download it again in a minute or two.",
    },
}  # fmt: skip


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="xiezhi-verify", description="Check records, documents and logs without trusting their operator."
    )
    main.add_argument("--version", action="version", version=__version__)
    main.add_argument("--lang", choices=SAY, default="zh", help="language of the answers (default: zh)")
    main.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        found.add_argument("--policy", required=True, type=Path, help="file with the keys you trust (tlog-policy)")
        return found

    record = add("record", "Check a record file offline; with --file also that a document is the one it commits to.")
    record.add_argument("record", type=Path)
    record.add_argument("--file", type=Path, help="the document (PDF) the record is about")
    proof = add("proof", "Check a tlog-proof file against the entry's bytes.")
    proof.add_argument("proof", type=Path)
    proof.add_argument("--entry", required=True, help="the entry in hex")
    document = add("document", "Check a document by the address in its QR code (online).")
    document.add_argument("address")
    document.add_argument("--file", type=Path, help="the document itself")
    whole = add("log", "Read the whole log from an address or a folder and check everything.")
    whole.add_argument("place")
    follow = add("follow", "Check that the log only grew since this command saw it last.")
    follow.add_argument("place")
    follow.add_argument("--every", type=float, metavar="SECONDS", help="go on checking")
    return main


def main(arguments: list[str] | None = None) -> None:
    """Entry of the console command."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Check what was asked, say it, and return the status."""
    options = parser().parse_args(arguments)
    words = SAY[options.lang]
    told: dict[str, object] = {}

    def say(key: str, **values: object) -> None:
        told[key] = values
        if not options.json:
            print(words[key].format(**values))

    status = _guarded(options, say)
    if options.json:
        print(json.dumps({"status": status, "said": told}, ensure_ascii=False))
    return status


def _guarded(options: argparse.Namespace, say: Callable[..., None]) -> int:
    try:
        policy = read_policy(options.policy.read_text())
    except OSError as error:
        print(f"{options.policy}: {error.strerror}", file=sys.stderr)
        return USAGE
    except Wrong as error:
        print(f"{options.policy}: {error}", file=sys.stderr)
        return USAGE
    try:
        status: int = globals()[f"_{options.command}"](options, policy, say)
    except Fork as error:
        say("fork", why=str(error))
        say("fork_do", where=str(error.evidence))
        return FORKED
    except Wrong as error:
        say("bad", why=str(error))
        say("bad_do")
        return BAD
    except log.Unreachable as error:
        say("open", why=str(error))
        say("open_do")
        return OPEN
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return USAGE
    return status


def _by(point: Point, say: Callable[..., None]) -> None:
    seen = "、".join(
        f"{name} {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at))}Z" for name, at in point.seen.items()
    )
    say("by", origin=point.origin, size=point.size, seen=seen or "—")


def _judge(raw: bytes, file: Path | None, policy: Policy, say: Callable[..., None]) -> int:
    record = read_record(raw)
    if file is not None:
        try:
            named = json.loads(record.text).get("sha256")
        except ValueError:
            named = None
        if named is None:
            raise Wrong("this record names no file")
        if hashlib.sha256(file.read_bytes()).hexdigest() != named:
            raise Wrong("the file is not the one the record commits to")
    if record.proof is None:
        say("waiting")
        return OPEN
    point = check_proof(record.proof, record.entry, policy)
    say("record", index=record.proof.index)
    if file is not None:
        say("file")
    _by(point, say)
    return GOOD


def _record(options: argparse.Namespace, policy: Policy, say: Callable[..., None]) -> int:
    return _judge(options.record.read_bytes(), options.file, policy, say)


def _document(options: argparse.Namespace, policy: Policy, say: Callable[..., None]) -> int:
    raw = log.opened(options.address)("record", 20_000_000)
    return _judge(raw, options.file, policy, say)


def _proof(options: argparse.Namespace, policy: Policy, say: Callable[..., None]) -> int:
    try:
        entry = bytes.fromhex(options.entry)
    except ValueError:
        print("--entry: not hex", file=sys.stderr)
        return USAGE
    proof = read_proof(options.proof.read_bytes())
    point = check_proof(proof, entry, policy)
    say("record", index=proof.index)
    _by(point, say)
    return GOOD


def _log(options: argparse.Namespace, policy: Policy, say: Callable[..., None]) -> int:
    read = log.opened(options.place)
    point = log.whole(read, policy, _bar if sys.stderr.isatty() else lambda done, total: None)
    say("log", size=point.size)
    _remember(point, read, policy, say)
    _by(point, say)
    return GOOD


def _bar(done: int, total: int) -> None:
    print(f"\r{done:,}/{total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _remember(point: Point, read: log.Read, policy: Policy, say: Callable[..., None]) -> None:
    before = Memory(home()).meet(point, read, policy)
    if before is None:
        say("first", size=point.size)
    elif before.size == point.size:
        say("same", size=point.size)
    elif before.size > point.size:
        say("older", size=point.size, old=before.size)
    else:
        say("grew", size=point.size, old=before.size)


def _follow(options: argparse.Namespace, policy: Policy, say: Callable[..., None]) -> int:
    read = log.opened(options.place)
    while True:
        point = log.checkpoint(read, policy)
        _remember(point, read, policy, say)
        _by(point, say)
        if not options.every:
            return GOOD
        time.sleep(options.every)
