"""A small library of invented words: what the tests quote is no statute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xiezhi.kernel.law.models import Act, Provision, Version

__all__ = ["install"]

CIVIL = {
    (
        675,
        0,
    ): "甲到期不把白鹭还给乙的，乙可以随时请甲归还。乙应当给甲合理的日子准备。\n没有说好哪一天归还的，按白鹭的脾气办。",
    (667, 0): "白鹭借用约定是甲向乙借白鹭，到期归还的约定。",
}


def install(
    name: str = "民法典",
    texts: Mapping[tuple[int, int], str] | None = None,
    *,
    since: date = date(2021, 1, 1),
    ended: date | None = None,
) -> Version:
    """An act with one version."""
    act = Act.objects.create(name=name, full=f"中华人民共和国{name}", kind="法律", sort_key=name)
    version = Version.objects.create(
        act=act, label=str(since.year - 1), promulgated=date(since.year - 1, 5, 28), effective=since, since=since, ended=ended,
        ended_why=Version.REPEALED if ended else "", articles=1260, source="test", source_key=f"test/{name}", text_hash=name, text="",
    )  # fmt: skip
    for seq, ((number, inserted), text) in enumerate(sorted((texts or CIVIL).items())):
        Provision.objects.create(version=version, seq=seq, kind="article", number=number, inserted=inserted, text=text)
    return version
