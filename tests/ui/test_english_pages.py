"""Pages of portal and desk in English: no Chinese outside elements marked as Chinese, and what is marked is data."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client

from tests.desk.conftest import Desk, desk
from tests.portal.conftest import APPLY, Scene, answers, scene
from xiezhi.datacenter import standards
from xiezhi.datacenter.collect.sources import sources
from xiezhi.datacenter.exchange.declare import interfaces
from xiezhi.datacenter.opendata.declare import open_sets
from xiezhi.datacenter.standards.declare import code_sets, elements, tables
from xiezhi.kernel.documents import templates
from xiezhi.kernel.procedures import store
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui.language.page import chinese_left

__all__ = ["desk", "scene"]

LINK = re.compile(r'\s(?:href|hx-get)="([^"#]+)')
MARKED = re.compile(r'<span lang="zh-Hans">([^<]*)</span>')
STOPS = re.compile("[，。；、！？（）“”《》]")
SKIP = re.compile(
    r"^/(static|account/logout|api|django|admin)|lang=|type=|logout|\.(pdf|zip|xlsx|csv|svg|ofd|docx)\b|/print|export|stream"
)


NUMBERS = "{code}复〔{year}〕{serial}号"  # a number is in Chinese by law, and so is the form it is made by


def words_of_people() -> str:
    """Everything people wrote into this database and into the declarations of data: names, units, texts, values of forms, opened where they are sealed."""
    out = [t.kind_letter for t in templates.all()]
    out += [json.dumps(store.payloads(matter.pk), ensure_ascii=False, default=str) for matter in Matter.objects.all()]
    out += [repr(one) for held in (tables, elements, code_sets, interfaces, sources, open_sets) for one in held.all()]
    out += [path.read_text(encoding="utf-8") for path in Path(standards.__file__).parent.rglob("*.py")]
    for model in apps.get_models():
        if not model.__module__.startswith("xiezhi."):
            continue
        fields = [
            f.name
            for f in model._meta.concrete_fields
            if isinstance(f, (models.CharField, models.TextField, models.JSONField))
            or f.get_internal_type() == "BinaryField"
        ]
        for row in model._default_manager.all()[:2000]:
            out += [str(getattr(row, name, "")) for name in fields]
    return "\n".join(out)


def crawl(client: Client, starts: list[str], most: int) -> Iterator[tuple[str, str]]:
    """Pages reached by links from `starts`: (address, page). One page of each kind of address is enough."""
    client.cookies["django_language"] = "en"
    queue, seen, kinds = list(starts), set(starts), dict[str, int]()
    while queue and most:
        path = queue.pop(0)
        kind = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", path.partition("?")[0])
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > 2:
            continue
        answer: Any = client.get(path, follow=True)
        if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        most -= 1
        page = answer.content.decode()
        yield path, page
        for found in LINK.findall(page):
            link = html.unescape(found)
            if link.startswith("?"):
                link = path.partition("?")[0] + link
            if link.startswith("/") and not link.startswith("//") and not SKIP.search(link) and link not in seen:
                seen.add(link)
                queue.append(link)


@pytest.fixture
def look() -> Any:
    """Reads pages from some addresses on and collects what is wrong: {Chinese words: first page with them}."""
    found: dict[str, str] = {}
    known: list[str] = [f"{settings.SITE_ORG} {settings.SITE_HOST} {NUMBERS}", ""]

    def reading(client: Client, starts: list[str], most: int = 60) -> dict[str, str]:
        for path, page in crawl(client, starts, most):
            for text in chinese_left(page):
                found.setdefault(text, path)
            for word in {piece for w in MARKED.findall(page) for piece in STOPS.split(html.unescape(w)) if piece}:
                if word in found or any(word in text for text in known):
                    continue
                known[1] = words_of_people()
                if not any(word in text for text in known):
                    found.setdefault(word, path)
        return found

    reading.known = known  # type: ignore[attr-defined]
    return reading


def told(found: dict[str, str]) -> str:
    return "\n".join(f"{path}: {words}" for words, path in found.items())


@pytest.mark.django_db
def test_portal_in_english(scene: Scene, look: Any) -> None:
    look.known.append(str(answers(scene)))  # a draft is sealed, and what was just typed is shown for checking
    starts = ["/", "/services/", "/guide/XZFY/", "/procedures/", "/my/", "/my/account/", "/verify/", APPLY]
    found = look(scene.client, starts)
    scene.client.post(APPLY, {"go": "on"})
    for step, data in answers(scene):
        refused = scene.client.post(f"{APPLY}q/{step}/", {})
        found |= dict.fromkeys(chinese_left(refused.content.decode()), step)
        look(scene.client, [f"{APPLY}q/{step}/"], 1)
        scene.client.post(f"{APPLY}q/{step}/", data)
    found = look(scene.client, [f"{APPLY}check/", APPLY], 3)
    assert not found, told(found)


ROLES = ("officer", "head", "organ", "clerk", "respondent", "leader", "system", "security", "audit", "citizen")


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_desk_in_english(desk: Desk, look: Any, role: str) -> None:
    starts = ["/desk/", desk.address, "/desk/figures/", "/desk/documents/", "/desk/me/", "/my/"]
    found = look(desk[role], starts)
    assert not found, told(found)
