"""Recomputing the deadlines of 1,000,000 open matters, against 120 seconds; each result equal to the one-by-one answer."""

from __future__ import annotations

import random
import time

import _common
import _province

args = _common.arguments(__doc__ or "", matters=1_000_000, workers=2, sample=300)
home = _common.start("deadlines")
_province.ensure(home, "large", args.matters)

from django.db import connection  # noqa: E402

from xiezhi.demo import services as demo  # noqa: E402
from xiezhi.kernel.calendar import clock  # noqa: E402
from xiezhi.kernel.procedures import selectors, store  # noqa: E402
from xiezhi.kernel.procedures.models import Deadline, Matter  # noqa: E402
from xiezhi.kernel.procedures.rebuild import rebuild  # noqa: E402

seconds = []
with _province.pointed_at("large"):
    count = Matter.objects.filter(open=True).count()
    for number in range(args.rounds):
        begun = time.perf_counter()
        done = rebuild(workers=args.workers, at=demo.NOW)
        seconds.append(time.perf_counter() - begun)
        print(
            f"round {number + 1}: {seconds[-1]:.1f} s, {done.matters:,} matters, {done.rows:,} rows, {done.changed} changed",
            flush=True,
        )
    connection.close()
    ids = random.Random(1).sample(range(count), min(args.sample, count))
    wrong = 0
    with clock.frozen(demo.NOW):
        first = Matter.objects.filter(open=True).order_by("id").values_list("id", flat=True)[0]
        for matter in Matter.objects.filter(pk__in=[first + i for i in ids], open=True):
            wanted = sorted(r[1:] for r in store.deadline_rows(matter.pk, selectors.matter_state(matter).clocks, False))
            rows = Deadline.objects.filter(matter=matter).values_list(*store.COLUMNS)
            wrong += wanted != sorted(tuple(r[1:]) for r in rows)
middle = _common.median(seconds)
_common.record(
    "Recomputing the deadlines of all open matters",
    [
        f"{count:,} open matters, {args.workers} processes, {args.rounds} rounds: median {middle:.1f} s "
        f"(best {min(seconds):.1f}, worst {max(seconds):.1f}); {middle / 120:.0%} of the limit of 120 s, aim 60 s.",
        "",
        f"Compared one by one with the stored rows: {min(args.sample, count)} matters, {wrong} different.",
    ],
)
