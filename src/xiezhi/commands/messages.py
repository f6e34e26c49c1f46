"""`xiezhi messages`"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xiezhi.commands.base import ready

if TYPE_CHECKING:
    from xiezhi.ui.language import catalog

LANGUAGE = "en"


def folders() -> list[str]:
    """Folders of the platform's apps below the package, in the order of INSTALLED_APPS."""
    from django.apps import apps

    return [
        config.name.removeprefix("xiezhi.").replace(".", "/")
        for config in apps.get_app_configs()
        if config.name.startswith("xiezhi.")
    ]


def root() -> Path:
    """The folder of the package."""
    import xiezhi

    return Path(xiezhi.__file__).parent


def update(given: dict[str, str] | None = None) -> dict[str, dict[str, catalog.Entry]]:
    """Catalogs as the sources need them, with every translation there is and those in `given`."""
    from xiezhi.ui.language import catalog, extract

    known: dict[str, catalog.Entry] = {}
    for folder in folders():
        known |= catalog.read(catalog.places(root() / folder, LANGUAGE)[0])
    out = catalog.arranged([*extract.messages(root()), *extract.declared()], folders())
    for entries in out.values():
        for text, entry in entries.items():
            if given and text in given:
                forms = given[text].split(" ||| ")  # one thing ||| several things
                entry.said = forms[:1] if not entry.plural else [forms[0], forms[-1]]
            elif text in known:
                entry.said = known[text].said
                entry.flags |= known[text].flags & {"fuzzy"}
    return out


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a catalog is stale or incomplete.")
@click.option(
    "--fill", type=click.Path(exists=True, path_type=Path), help="JSON file {Chinese: translation} to take over."
)
@click.option("--missing", is_flag=True, help="List what has no translation yet, as JSON.")
@click.option(
    "--compile", "only_compile", is_flag=True, help="Only compile the catalogs as they are (`make env` does it)."
)
def messages(check: bool, fill: Path | None, missing: bool, only_compile: bool) -> None:
    """Collect every text a reader may meet into the catalogs of the apps, and compile them."""
    from xiezhi.ui.language import catalog

    if only_compile:
        for po in sorted(root().rglob(f"locale/{LANGUAGE}/LC_MESSAGES/django.po")):
            po.with_suffix(".mo").write_bytes(catalog.compiled(catalog.read(po).values(), LANGUAGE))
        return
    ready(database=False)

    found = update(json.loads(fill.read_text(encoding="utf-8")) if fill else None)
    open_texts = {e.text: sorted(e.paths) for entries in found.values() for e in entries.values() if not e.done}
    if missing:
        click.echo(json.dumps(open_texts, ensure_ascii=False, indent=1))
        return
    stale = []
    for folder, entries in found.items():
        po, mo = catalog.places(root() / folder, LANGUAGE)
        if not entries and not po.exists():
            continue
        text, blob = catalog.text_of(entries.values(), LANGUAGE), catalog.compiled(entries.values(), LANGUAGE)
        if po.exists() and po.read_text(encoding="utf-8") == text and mo.exists() and mo.read_bytes() == blob:
            continue
        stale.append(folder)
        if not check:
            po.parent.mkdir(parents=True, exist_ok=True)
            po.write_text(text, encoding="utf-8")
            mo.write_bytes(blob)
    for folder in stale:
        click.echo(f"{'stale' if check else 'written'}: {folder}")
    click.echo(f"{sum(map(len, found.values()))} messages, {len(open_texts)} without a translation")
    if check and (stale or open_texts):
        sys.exit(1)
