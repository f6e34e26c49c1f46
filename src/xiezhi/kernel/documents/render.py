"""Rendering: a template and frozen data become a PDF/A file, the same bytes every time.

Data reach typst as one JSON string in ``sys.inputs``; the layout places values as text and evaluates nothing.
The engine reads only below the template's root, uses no system font and no package from a network.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from .layout import compose, seal_data
from .templates import DocumentTemplate, TemplateError, TemplateRef

SHANGHAI = timezone(timedelta(hours=8))
FAMILY = "Noto Serif SC"
FONT_PACKAGE = "@expo-google-fonts/noto-serif-sc"
_WEIGHTS = ("400Regular", "600SemiBold", "700Bold", "900Black")
# PDF/A-2a: 2b and beyond that a tagged structure, so that screen readers can read what the state writes to people.
STANDARD: typst.PDFStandard = "a-2a"
# Written into the drawing of a seal, which has no date of its own.
SEAL_MOMENT = datetime(2000, 1, 1, tzinfo=SHANGHAI)
HERE = Path(__file__).resolve().parent


class RenderError(Exception):
    """A document could not be rendered. The message says, in Chinese, what an officer or operator can do."""


class FontsMissing(RenderError):
    """The fonts are not where the setting says."""


class GlyphMissing(RenderError):
    """The text holds characters no configured font can draw. ``characters`` lists them."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        shown = "、".join(f"{c}（U+{ord(c):04X}）" for c in characters[:20])
        super().__init__(
            f"字库中没有这些字：{shown}。请改用规范字，"
            "或者由管理员在字体目录中加入含有这些字的 TTF 字体（例如 GB 18030 大字库）。"
        )


@dataclass(frozen=True, slots=True)
class SealPlace:
    """Where the seal belongs: page from 1, center in points from the upper left corner of an A4 page."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class RenderedPdf:
    """A rendered file. ``sha256`` is the hex digest of ``content``."""

    content: bytes
    sha256: str
    pages: int
    seal: SealPlace | None


def _font_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The font files below the given directories; of the Noto package only the weights the layout uses."""
    found: list[Path] = []
    for base in paths:
        if not base.is_dir():
            continue
        for file in sorted(p for p in base.rglob("*") if p.suffix.lower() in (".ttf", ".otf", ".ttc")):
            if file.name.startswith(("NotoSerifSC", "NotoSansSC")) and file.parent.name not in _WEIGHTS:
                continue
            found.append(file)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _FontSet:
    fonts: typst.Fonts
    families: tuple[str, ...]
    covered: frozenset[int]


@lru_cache(maxsize=4)
def _load(paths: tuple[Path, ...]) -> _FontSet:
    files = _font_files(paths)
    # Directories, not files: the engine takes folders. Several weights of one family share a character set.
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[*sorted({str(f.parent) for f in files})]
    )
    families = list(dict.fromkeys(fonts.families()))
    if FAMILY not in families:
        raise FontsMissing(
            f"没有找到文书字体 {FAMILY}。查找的目录：{'、'.join(map(str, paths)) or '（未设置）'}。"
            f"请在项目目录运行 npm ci 安装 {FONT_PACKAGE}，或者把字体目录设置为存放该字体 TTF 文件的文件夹。"
        )
    families.sort(key=lambda name: name != FAMILY)
    covered: set[int] = set()
    seen: set[str] = set()
    for file in files:
        if file.name.startswith("Noto"):
            name = file.name.split("_")[0]
            if name in seen:
                continue
            seen.add(name)
        font = TTFont(file, lazy=True, fontNumber=0)
        covered.update(font.getBestCmap() or {})
        font.close()
    return _FontSet(fonts, tuple(families), frozenset(covered))


def _paths(fonts_dir: Path | str | Iterable[Path | str]) -> tuple[Path, ...]:
    many = [fonts_dir] if isinstance(fonts_dir, Path | str) else list(fonts_dir)
    return tuple(Path(p) for p in many)


def check_fonts(fonts_dir: Path | str | Iterable[Path | str]) -> tuple[str, ...]:
    """The font families found, the document family first. Raises ``FontsMissing``; for start-up checks."""
    return _load(_paths(fonts_dir)).families


def missing_glyphs(value: object, fonts_dir: Path | str | Iterable[Path | str]) -> list[str]:
    """Characters in the strings of ``value`` (any JSON value) that no font can draw, in order of appearance."""
    covered = _load(_paths(fonts_dir)).covered
    out: dict[str, None] = {}
    stack: list[object] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            out.update((c, None) for c in item if ord(c) not in covered and not c.isspace())
        elif isinstance(item, Mapping):
            stack.extend(v for k, v in reversed(list(item.items())) if k != "qr_svg")
        elif isinstance(item, list | tuple):
            stack.extend(reversed(item))
    return list(out)


def spell_missing(value: Any, fonts_dir: Path | str | Iterable[Path | str]) -> Any:
    """A copy of a JSON value in which each character no font can draw is spelled as its code: 〔U+1F600〕.

    For records of what people wrote themselves, which must not fail over one sign. Never for sealed documents: there a
    missing character of a name is a reason to stop.
    """
    covered = _load(_paths(fonts_dir)).covered

    def spell(item: Any, key: str = "") -> Any:
        if isinstance(item, str) and key != "qr_svg":
            return "".join(c if ord(c) in covered or c.isspace() else f"〔U+{ord(c):04X}〕" for c in item)
        if isinstance(item, Mapping):
            return {k: spell(v, k) for k, v in item.items()}
        if isinstance(item, list | tuple):
            return [spell(v) for v in item]
        return item

    return spell(value)


def _moment(data: Mapping[str, Any]) -> datetime:
    """The moment written into the file: from the data, never the machine, so that every run gives the same bytes."""
    value = data.get("rendered_at") or data.get("issued_on")
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=SHANGHAI)).astimezone(SHANGHAI)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)
    raise RenderError("文书缺少成文日期，无法生成")


def _json_default(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot go into a document")


def render(
    template: TemplateRef, data: Mapping[str, Any], *, fonts_dir: Path | str | Iterable[Path | str]
) -> RenderedPdf:
    """Render ``template`` with ``data`` to PDF/A-2a. The same inputs give the same bytes.

    ``data`` is JSON-like (see ``layout.compose``) and must hold ``issued_on`` or ``rendered_at``.
    Raises ``FontsMissing``, ``GlyphMissing`` or ``RenderError``.
    """
    fonts = _load(_paths(fonts_dir))
    missing = missing_glyphs(data, fonts_dir)
    if missing:
        raise GlyphMissing(missing)
    moment = _moment(data)
    payload = json.dumps({**data, "_fonts": fonts.families}, ensure_ascii=False, sort_keys=True, default=_json_default)
    if not template.file.is_file():
        raise RenderError(f"找不到文书版式文件 {template.path}")
    try:
        compiler = typst.Compiler(
            str(template.file),
            root=str(template.root),
            font_paths=fonts.fonts,
            ignore_system_fonts=True,
            sys_inputs={"data": payload},
        )
        content, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=[STANDARD], timestamp=moment)
        places = json.loads(compiler.query("<seal>", field="value"))
    except (typst.TypstError, RuntimeError) as error:
        raise RenderError(f"文书版式 {template.path} 生成失败：{error}") from error
    if not isinstance(content, bytes):
        raise RenderError(f"文书版式 {template.path} 没有生成文件")
    if warnings:
        raise RenderError(f"文书版式 {template.path} 有警告：{warnings[0]}")
    seal = SealPlace(int(places[-1]["page"]), float(places[-1]["x"]), float(places[-1]["y"])) if places else None
    pages = len(PdfReader(io.BytesIO(content)).pages)
    return RenderedPdf(content, hashlib.sha256(content).hexdigest(), pages, seal)


def seal_image(
    unit_name: str, *, fonts_dir: Path | str | Iterable[Path | str], code: str = "", kind: str = "svg"
) -> bytes:
    """The round red seal of a unit, 42 mm across: ``kind`` is svg (text as outlines), pdf or png."""
    fonts = _load(_paths(fonts_dir))
    missing = missing_glyphs([unit_name, code], fonts_dir)
    if missing:
        raise GlyphMissing(missing)
    try:
        payload = json.dumps({**seal_data(unit_name, code), "fonts": fonts.families}, ensure_ascii=False)
    except ValueError as error:
        raise RenderError(str(error)) from error
    file = HERE / "typst" / "seal.typ"
    if kind not in ("svg", "pdf", "png"):
        raise ValueError(kind)
    compiler = typst.Compiler(
        str(file),
        root=str(HERE / "typst"),
        font_paths=fonts.fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": payload},
    )
    if kind == "pdf":
        output = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=SEAL_MOMENT)
    else:
        output = compiler.compile(format="png" if kind == "png" else "svg", ppi=300 if kind == "png" else None)
    if not isinstance(output, bytes):
        raise RenderError("印章图样生成失败")
    return output


def seal_svg(unit_name: str, *, fonts_dir: Path | str | Iterable[Path | str], code: str = "") -> str:
    """The seal as SVG text for pages."""
    return seal_image(unit_name, fonts_dir=fonts_dir, code=code).decode("utf-8")


def check_template(template: DocumentTemplate, *, fonts_dir: Path | str | Iterable[Path | str]) -> list[str]:
    """What is wrong with a declared template, in Chinese; empty when its sample renders. For ``xiezhi check``."""
    try:
        rendered = render(template.typst, compose(template, template.sample), fonts_dir=fonts_dir)
    except (TemplateError, RenderError, KeyError, ValueError) as error:
        return [f"文书 {template.code}（{template.title}）不能生成：{error}"]
    if template.sealed and rendered.seal is None:
        return [f"文书 {template.code}（{template.title}）需要用印，但版式没有用印位置"]
    return []
