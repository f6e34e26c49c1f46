"""The picture of the data center: from source to user, and what was refused on the way. Counts come from runs and snapshots, never from a scan."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xiezhi.datacenter.runs.models import Kind, Run, State
from xiezhi.datacenter.standards.declare import Layer, tables
from xiezhi.kernel.access.guards import may_open
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures.models import Matter

__all__ = ["Column", "Step", "Want", "columns", "plain", "wanting"]

SHOWN = 7
PROCEDURES = {
    "SJZL": (gettext_lazy("质量问题整改"), "govern_desk:tickets"), "YDSY": (gettext_lazy("一人多证多职疑点"), "clues_desk:index"),
    "SJGX": (gettext_lazy("共享申请"), "sharing_desk:queue"), "SJJZ": (gettext_lazy("数据校核纠正"), "sharing_desk:queue"),
    "MLGX": (gettext_lazy("目录更新"), "sharing_desk:queue"),
}  # fmt: skip
"""Procedures of the data center, with the page on which their matters wait."""
CACHE = 20


@dataclass
class Step:
    """A source, a table, a partner: its count, the age of its data, what is wrong with it."""

    title: str
    n: int | None
    at: datetime | None
    url: str
    trouble: str = ""

    @property
    def age(self) -> str:
        return age(self.at)


@dataclass
class Column:
    """A column of the picture; `more` steps are behind `url`."""

    title: str
    note: str
    unit: str
    url: str
    steps: list[Step] = field(default_factory=list)
    more: int = 0
    total: int = 0

    def close(self, subject: Subject) -> Column:
        """Sum up, trouble first, cut to what fits; what the subject may not open is no link."""
        self.total = self.total or sum(s.n or 0 for s in self.steps)
        self.steps.sort(key=lambda s: (not s.trouble, -(s.n or 0)))
        self.more = max(0, len(self.steps) - SHOWN)
        self.steps = self.steps[:SHOWN]
        for step in self.steps:
            step.url = step.url if step.url and may_open(subject, step.url) else ""
        self.url = self.url if self.url and may_open(subject, self.url) else ""
        return self


@dataclass(frozen=True)
class Want:
    """Something that waits for a person."""

    title: Any
    n: int
    url: str
    late: bool = False


def age(at: datetime | None) -> str:
    """How long ago, in words."""
    if at is None:
        return ""
    past = clock.now() - at
    if past < timedelta(minutes=2):
        return _("刚刚")
    if past < timedelta(hours=2):
        n = int(past.total_seconds() // 60)
        return ngettext("%(n)d分钟前", "%(n)d分钟前", n) % {"n": n}
    if past < timedelta(days=2):
        n = int(past.total_seconds() // 3600)
        return ngettext("%(n)d小时前", "%(n)d小时前", n) % {"n": n}
    return ngettext("%(n)d天前", "%(n)d天前", past.days) % {"n": past.days}


def link(name: str, *args: Any) -> str:
    """An address; empty where the page is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _last(kind: Kind) -> dict[str, Run]:
    newest = Run.objects.filter(kind=kind, state__in=[State.DONE, State.FAILED]).values("target").annotate(m=Max("pk"))
    return {r.target: r for r in Run.objects.filter(pk__in=[x["m"] for x in newest])}


def _trouble(run: Run | None) -> str:
    return _("失败") if run is not None and run.state == State.FAILED else ""


def _lake() -> dict[str, tuple[int, datetime | None]]:
    found = cache.get("overview.lake")
    if found is None:
        from xiezhi.datacenter.lake import tables as lake

        found = {}
        for name in lake.names():
            snapshot = lake.get(name).snapshot()
            found[name] = (snapshot.rows, snapshot.at) if snapshot else (0, None)
        cache.set("overview.lake", found, CACHE)
    return found


def columns(subject: Subject) -> list[Column]:
    """Sources, standard bases, subject bases, use; last what was refused."""
    from xiezhi.datacenter.collect.sources import sources
    from xiezhi.datacenter.exchange.models import Caller
    from xiezhi.datacenter.opendata.models import Release

    lake = _lake()
    collected, governed = _last(Kind.COLLECT), _last(Kind.GOVERN)
    first = Column(_("来源"), _("归集"), _("行"), link("collect_desk:index"))
    for source in sources.all():
        run = collected.get(source.code)
        url = link("collect_desk:source", source.code) or first.url
        rows = lake.get(f"raw.{source.code}", (None, None))
        first.steps.append(Step(source.title, rows[0], run.ended_at if run else None, url, _trouble(run)))
    standard = Column(_("业务标准库"), _("治理"), _("行"), link("govern_desk:quality"))
    subjects = Column(_("主题库"), _("关联"), _("行"), link("persons_desk:index"))
    for table in tables.all():
        rows, at = lake.get(table.lake_name, (None, None))
        if rows is None:
            continue
        url = link("govern_desk:table", table.code) or link("catalog_desk:one", table.code)
        into = standard if table.layer is Layer.STANDARD else subjects
        into.steps.append(Step(table.title, rows, at, url, _trouble(governed.get(table.code))))
    refused = Column(_("拒收"), _("待更正"), _("行"), standard.url)
    for name, (rows, at) in lake.items():
        if name.startswith("issue.") and rows:
            code = name.removeprefix("issue.")
            title = tables.get(code).title if code in tables else code
            refused.steps.append(Step(title, rows, at, link("govern_desk:refused", code) or refused.url))
    use = Column(_("使用"), _("交换和开放"), _("个"), link("exchange_desk:index"))
    for caller in Caller.objects.order_by("agency")[:30]:
        trouble = "" if caller.state == "ACTIVE" else caller.get_state_display()
        url = link("exchange_desk:caller", caller.code) or use.url
        use.steps.append(Step(f"{caller.agency} {caller.name}", None, None, url, trouble))
    released = Release.objects.filter(state=Release.State.RELEASED)
    if n := released.count():
        use.steps.insert(
            0, Step(_("开放数据集"), n, released.aggregate(m=Max("released_at"))["m"], link("opendata_desk:index"))
        )
    use.total = len(use.steps) - (1 if n else 0) + n
    return [c.close(subject) for c in (first, standard, subjects, use, refused)]


def wanting(subject: Subject) -> list[Want]:
    """What waits for somebody: failed runs of the last week, and whatever else the parts name."""
    since = clock.now() - timedelta(days=7)
    failed = 0
    for kind in Kind:
        failed += sum(
            1 for r in _last(Kind(kind)).values() if r.state == State.FAILED and (r.ended_at or since) >= since
        )
    found = [Want(_("失败的作业"), failed, link("overview_desk:runs") + "?state=FAILED", late=True)]
    from xiezhi.datacenter.opendata.models import Release, Wish
    from xiezhi.datacenter.persons.models import ReviewPair

    today = clock.today()
    waiting = Matter.objects.filter(procedure__in=PROCEDURES, open=True).values("procedure")
    counted = {
        r["procedure"]: r
        for r in waiting.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_legal__lt=today, held=False)))
    }
    for code, (title, name) in PROCEDURES.items():
        row = counted.get(code)
        if row:
            found.append(Want(title, row["n"], link(name), late=bool(row["late"])))
    pairs = ReviewPair.objects.filter(state__in=[ReviewPair.OPEN, ReviewPair.PROPOSED]).count()
    found.append(Want(_("待复核的关联"), pairs, link("persons_desk:review")))
    found.append(
        Want(
            _("待发布的开放数据"),
            Release.objects.filter(state=Release.State.CHECKED).count(),
            link("opendata_desk:index"),
        )
    )
    found.append(
        Want(_("未答复的开放需求"), Wish.objects.filter(state=Wish.State.NEW).count(), link("opendata_desk:index"))
    )
    return [w for w in found if w.n and w.url and may_open(subject, w.url)]


NAMES = {
    "count": "行数",
    "batches": "批次",
    "files": "文件",
    "version": "版本",
    "rules": "规则",
    "engine": "引擎",
    "merged": "合并",
    "split": "拆分",
}


def plain(run: Run) -> list[tuple[str, str]]:
    """Simple figures of a run's detail for people."""
    out = []
    for key, value in run.detail.items():
        if key != "seconds" and isinstance(value, str | int | float):
            out.append((NAMES.get(key, key), f"{value:,}" if isinstance(value, int) else str(value)))
    return out
