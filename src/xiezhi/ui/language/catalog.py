"""Translations beside each app: `locale/<language>/LC_MESSAGES/django.po`, read, brought up to date and compiled.

Written in Python so that neither makemessages nor compilemessages needs GNU gettext on the machine. Only what these files
use is understood: references, flags, plurals; no contexts.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from xiezhi.ui.language.extract import CHINESE, Message

HEADER = (
    "Project-Id-Version: xiezhi\nLanguage: {language}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)


@dataclass
class Entry:
    """One message with its translation; `said` has two texts where the message has a plural."""

    text: str
    plural: str = ""
    said: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)

    @property
    def done(self) -> bool:
        return bool(self.said) and all(self.said) and "fuzzy" not in self.flags


def read(path: Path) -> dict[str, Entry]:
    """Entries of a .po file by message. An absent file has none."""
    out: dict[str, Entry] = {}
    if not path.exists():
        return out
    entry, last = Entry(""), ""
    fields: dict[str, str] = {}

    def close() -> None:
        nonlocal entry, fields
        if "msgid" in fields:
            entry.text, entry.plural = fields["msgid"], fields.get("msgid_plural", "")
            entry.said = [v for k, v in sorted(fields.items()) if k.startswith("msgstr")]
            if entry.text:
                out[entry.text] = entry
        entry, fields = Entry(""), {}

    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#~"):
            continue
        if line.startswith("#"):
            if "msgid" in fields:
                close()
            if line.startswith("#: "):
                entry.paths |= {word.partition(":")[0] for word in line[3:].split()}
            elif line.startswith("#, "):
                entry.flags |= {word.strip() for word in line[3:].split(",")}
        elif line.startswith('"'):
            fields[last] += ast.literal_eval(line)
        elif line.startswith("msg"):
            if line.startswith("msgid ") and "msgid" in fields:
                close()
            last, _, text = line.partition(" ")
            fields[last] = ast.literal_eval(text)
    close()
    return out


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def text_of(entries: Iterable[Entry], language: str) -> str:
    """The .po file: entries in order of first place and message, references without line numbers to keep changes small."""
    out = [
        'msgid ""',
        'msgstr ""',
        *(_quoted(line + "\n") for line in HEADER.format(language=language).splitlines()),
        "",
    ]
    for one in sorted(entries, key=lambda e: (min(e.paths, default=""), e.text)):
        out += [f"#: {path}" for path in sorted(one.paths)]
        if one.flags:
            out.append("#, " + ", ".join(sorted(one.flags)))
        out.append(f"msgid {_quoted(one.text)}")
        if one.plural:
            out.append(f"msgid_plural {_quoted(one.plural)}")
            said = [*one.said, "", ""][:2]
            out += [f"msgstr[{n}] {_quoted(text)}" for n, text in enumerate(said)]
        else:
            out.append(f"msgstr {_quoted(one.said[0] if one.said else '')}")
        out.append("")
    return "\n".join(out)


def compiled(entries: Iterable[Entry], language: str) -> bytes:
    """The .mo file of the finished entries (GNU format, sorted, without a hash table)."""
    texts = {"": HEADER.format(language=language)}
    for one in entries:
        if one.done:
            texts[f"{one.text}\0{one.plural}" if one.plural else one.text] = "\0".join(one.said)
    pairs = sorted((k.encode(), v.encode()) for k, v in texts.items())
    count = len(pairs)
    at = 28 + 16 * count
    tables, blob = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), at + len(blob))
            blob += pair[side] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + tables[0] + tables[1] + blob


def app_of(path: str, folders: Iterable[str]) -> str:
    """The app folder a source belongs to: the longest one it lies in; the shared look for what lies in none."""
    return max((f for f in folders if path.startswith(f + "/")), key=len, default="ui")


def arranged(messages: Iterable[Message], folders: list[str]) -> dict[str, dict[str, Entry]]:
    """Messages by app folder. A text used by several apps stands with the first of them in `folders`."""
    rank = {folder: n for n, folder in enumerate(folders)}
    found: dict[str, Entry] = {}
    home: dict[str, str] = {}
    for one in messages:
        if not CHINESE.search(one.text) and one.kind in ("text", "pattern"):
            continue
        folder = app_of(one.path, folders)
        entry = found.setdefault(one.text, Entry(one.text))
        entry.plural = entry.plural or one.plural
        entry.paths.add(one.path)
        if one.braces:
            entry.flags.add("python-brace-format")
        elif one.kind in ("call", "tag") and "%(" in one.text:
            entry.flags.add("python-format")
        if one.text not in home or rank[folder] < rank[home[one.text]]:
            home[one.text] = folder
    out: dict[str, dict[str, Entry]] = {folder: {} for folder in folders}
    for text, entry in found.items():
        out[home[text]][text] = entry
    return out


def places(folder: Path, language: str) -> tuple[Path, Path]:
    """(.po, .mo) of an app."""
    at = folder / "locale" / language / "LC_MESSAGES"
    return at / "django.po", at / "django.mo"
