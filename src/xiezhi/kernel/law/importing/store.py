"""Writing texts into the library: acts, versions and provisions of one batch, inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from pypinyin import lazy_pinyin

from xiezhi.kernel.law import index, structure
from xiezhi.kernel.law.importing import naming
from xiezhi.kernel.law.importing.plan import Text
from xiezhi.kernel.law.models import Act, Import, ImportNote, Provision, Version
from xiezhi.kernel.law.structure import Finding

__all__ = ["Held", "Known", "Written", "notes", "write"]

_COLUMNS = ("version_id", "seq", "kind", "number", "inserted", "path", "title", "text", "effective")


@dataclass(slots=True)
class Held:
    """What the import needs to know of a version in the library, without its text."""

    pk: int
    source: str
    source_key: str
    hash: str
    effective: date | None
    source_end: date | None
    articles: int
    noted: bool


@dataclass
class Known:
    """Versions in the library by act and day of promulgation, and by their place in the source where there is no day."""

    by_day: dict[tuple[str, date], Held] = field(default_factory=dict)
    by_key: dict[str, Held] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Known:
        out = cls()
        rows = Version.objects.order_by("pk").values_list(
            "act__name", "promulgated", "pk", "source", "source_key", "text_hash", "effective", "source_end", "articles",
            "notes",
        )  # fmt: skip
        for name, promulgated, pk, source, key, digest, effective, source_end, articles, known in rows:
            out.put(name, promulgated, Held(pk, source, key, digest, effective, source_end, articles, bool(known)))
        return out

    def put(self, name: str, promulgated: date | None, held: Held) -> None:
        self.by_key[held.source_key] = held
        if promulgated is not None:
            self.by_day[name, promulgated] = held

    def find(self, name: str, promulgated: date | None, keys: Iterable[str]) -> Held | None:
        """The version that a text is. Without a day of promulgation, only the same place in the source tells."""
        if promulgated is not None:
            return self.by_day.get((name, promulgated))
        return next((self.by_key[key] for key in keys if key in self.by_key), None)


@dataclass
class Written:
    """What one batch did: primary keys of versions added and changed, and of the acts they belong to."""

    added: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    acts: set[int] = field(default_factory=set)


def write(run: Import, texts: Sequence[tuple[Text, Held | None]], known: Known, now: datetime) -> Written:
    """Store texts: without a held version a new one, else that version's row gets the text and the former text goes to a
    note. Notes of everything odd are written with it."""
    done = Written()
    acts = _acts([text for text, _ in texts])
    fresh: list[tuple[Text, Version]] = []
    for text, held in texts:
        act = acts[text.name]
        done.acts.add(act.pk)
        version = Version(act=act) if held is None else Version.objects.get(pk=held.pk)
        if held is not None:
            _keep_former(run, version, text)
            Provision.objects.filter(version=version).delete()
            version.imported_at = now
        _fill(version, text)
        if held is None:
            version.label = f"~{text.hash[:12]}{len(fresh)}"[:20]  # replaced as soon as the act's versions are settled
        else:
            version.save()
            done.changed.append(version.pk)
        fresh.append((text, version))
    created = [version for _, version in fresh if version.pk is None]
    Version.objects.bulk_create(created, batch_size=100)
    done.added += [version.pk for version in created]
    Version.objects.filter(pk__in=done.added).update(imported_at=now)  # the platform's clock, not the database's
    _copy((version.pk, text.document.provisions) for text, version in fresh)
    rows: list[ImportNote] = []
    for text, version in fresh:
        rows += notes(run, text.raw.key, text.findings, version.pk)
        for key, finding in text.doubles:
            rows += notes(run, key, [finding], version.pk)
        known.put(text.name, text.raw.promulgated, _held(version))
    ImportNote.objects.bulk_create(rows, batch_size=500)
    return done


def _held(version: Version) -> Held:
    return Held(
        version.pk, version.source, version.source_key, version.text_hash, version.effective, version.source_end,
        version.articles, bool(version.notes),
    )  # fmt: skip


def _fill(version: Version, text: Text) -> None:
    raw = text.raw
    version.promulgated = raw.promulgated
    version.effective = raw.effective
    version.effective_source = raw.effective_source[:20]
    version.source_end = raw.repealed
    version.articles = text.articles
    version.history = list(raw.history or text.document.history)
    version.notes = list(raw.notes)
    version.source = raw.source[:300]
    version.source_key = raw.key[:400]
    version.source_commit = raw.commit[:64]
    version.text_hash = text.hash
    version.text = raw.text.replace("\x00", "")


def _keep_former(run: Import, version: Version, text: Text) -> None:
    """The text that stood there so far, in full, so that nothing is lost."""
    why = "同一来源的文本改了" if version.source_key == text.raw.key else f"改用{text.raw.key}的文本"
    ImportNote.objects.create(
        of=run,
        version=version,
        source_key=version.source_key,
        code="text_changed",
        where="全文",
        detail=f"{why}；原文（{version.articles}条，{version.text_hash[:12]}）留存如下：\n{version.text}",
    )


def notes(run: Import, key: str, findings: Iterable[Finding], version: int | None = None) -> list[ImportNote]:
    """Rows for findings, not saved."""
    return [
        ImportNote(
            of=run, version_id=version, source_key=key[:400], code=f.code[:40], where=f.where[:100],
            detail=f.detail.replace("\x00", "")[:20000],
        )
        for f in findings
    ]  # fmt: skip


def _acts(texts: Sequence[Text]) -> dict[str, Act]:
    """The acts of these texts, made where the library has none; the newest text says kind and field."""
    wanted = {text.name: text for text in sorted(texts, key=lambda t: t.raw.promulgated or date.min)}
    have = {act.name: act for act in Act.objects.filter(name__in=list(wanted))}
    for name, text in wanted.items():
        act = have.get(name) or Act(name=name, sort_key=" ".join(lazy_pinyin(name))[:600])
        before = (act.full, act.kind, act.field, act.region, list(act.aliases))
        _describe(act, text)
        if act.pk is None:
            continue
        if before != (act.full, act.kind, act.field, act.region, act.aliases):
            newest = Version.objects.filter(act=act).exclude(promulgated=None).order_by("-promulgated").first()
            if newest is None or (text.raw.promulgated or date.min) >= (newest.promulgated or date.min):
                act.save()
    fresh = []
    for name, text in wanted.items():
        if name not in have:
            act = Act(name=name, sort_key=" ".join(lazy_pinyin(name))[:600])
            _describe(act, text)
            fresh.append(act)
    Act.objects.bulk_create(fresh, batch_size=200)
    return have | {act.name: act for act in fresh}


def _describe(act: Act, text: Text) -> None:
    full = naming.short_title(text.raw.title) if text.name == text.raw.title else text.raw.title.strip()
    act.full = " ".join(full.split())[:300]
    kind, _, part = (text.raw.category or "其他").partition("/")
    act.kind, act.field = kind[:40], part[:60]
    act.region = part[:40] if kind.startswith("地方") else ""
    known = index.acts().get(act.name)
    inner = act.name.replace(naming.STATE, "")
    names = [*act.aliases, *(known.aliases if known else ()), inner]
    act.aliases = [n for n in dict.fromkeys(names) if n not in (act.name, act.full)]


def _copy(rows: Iterable[tuple[int, Sequence[structure.Provision]]]) -> None:
    """Provisions through COPY, the quickest way in."""
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{name}"' for name in _COLUMNS)
        with cursor.copy(f'COPY "law_provision" ({columns}) FROM STDIN') as copy:
            for version, provisions in rows:
                for seq, one in enumerate(provisions, 1):
                    path = [[h.kind, h.number, h.inserted, h.title] for h in one.path]
                    copy.write_row(
                        (
                            version, seq, one.kind[:10], one.number, one.inserted,
                            json.dumps(path, ensure_ascii=False), one.title[:300], one.text.replace("\x00", ""),
                            one.effective,
                        )
                    )  # fmt: skip
