"""Background work of sharing: pushes that somebody asked for and those that are due."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)

DUE = {
    "每小时": timedelta(minutes=55),
    "每日": timedelta(hours=23),
    "每周": timedelta(days=7),
    "每月": timedelta(days=30),
}
"""How long after the last push of a schedule the next one is due."""


@app.task(name="sharing.push", queue="data")
def push(flow: str, reconcile: bool = False, run: int | None = None) -> None:
    """Push one flow. One that is at work or whose receiver does not answer is left to the next time."""
    from xiezhi.datacenter.runs.services import Busy, Stopped

    from .models import PushFlow
    from .push import sending

    found = PushFlow.objects.select_related("receiver").get(code=flow)
    try:
        sending.push(found, reconcile=reconcile, run_id=run)
    except Busy:
        log.info("flow %s is at work", flow)
    except Stopped as stopped:
        log.warning("flow %s: %s", flow, stopped)


@app.periodic(cron="7 * * * *")
@app.task(name="sharing.due", queue="data", queueing_lock="sharing.due")
def due(timestamp: int) -> None:
    """Begin every flow whose time has come, and, on the first of a month, reconcile it."""
    from django.utils import timezone

    from xiezhi.datacenter.runs.models import Kind, Run
    from xiezhi.kernel.calendar import clock

    from .models import PushFlow

    now = clock.now()
    monthly = timezone.localtime(now).day == 1
    for flow in PushFlow.objects.filter(active=True, schedule__in=DUE):
        last = Run.objects.filter(kind=Kind.PUSH, target=flow.code).order_by("-pk").first()
        if last is None or (not last.open and last.queued_at + DUE[flow.schedule] <= now):
            begin(flow, reconcile=monthly)


@app.task(name="sharing.rights", queue="clocks")
def tell_rights(flow: str) -> None:
    """Bring persons' requests to a flow's receiver, after the changed rows where the flow is switched on."""
    from xiezhi.datacenter.runs.services import Busy, Stopped

    from .models import PushFlow
    from .push import sending

    found = PushFlow.objects.select_related("receiver").get(code=flow)
    try:
        if found.active:
            sending.push(found)
        else:
            sending.tell(found)
    except Busy:
        log.info("flow %s is at work and says it itself", flow)
    except Stopped as stopped:
        log.warning("persons' requests of flow %s wait: %s", flow, stopped)


@app.task(name="sharing.walk", queue="clocks")
def walk_right(right: int) -> None:
    """Carry out a person's request that a sender told us of."""
    from xiezhi.datacenter.runs.services import Busy, Stopped

    from .push import walking

    try:
        walking.walk(right)
    except Busy:
        log.info("request %s is being carried out", right)
    except Stopped as stopped:
        log.warning("request %s waits: %s", right, stopped)


@app.periodic(cron="37 * * * *")
@app.task(name="sharing.rights_again", queue="clocks", queueing_lock="sharing.rights_again")
def rights_again(timestamp: int) -> None:
    """Requests without a receipt are told again, those that died or wait for rows are walked again."""
    from .models import InboxRight, PushRight

    for pk in InboxRight.objects.filter(done_at__isnull=True).values_list("pk", flat=True):
        try:
            walk_right.func(pk)
        except Exception:
            log.exception("request %s could not be carried out", pk)
    waiting = PushRight.objects.filter(answered_at__isnull=True).values_list("flow__code", flat=True).distinct()
    for code in sorted(set(waiting)):
        tell_rights.defer(flow=code)


def begin(flow: Any, *, reconcile: bool = False, by: Any = None) -> Any:
    """Put a push into the queue, shown as waiting at once. Returns its run."""
    from xiezhi.datacenter.runs import services as runs
    from xiezhi.datacenter.runs.models import Kind

    run = runs.queue(Kind.PUSH, flow.code, by=by if getattr(by, "pk", None) else None)
    push.defer(flow=flow.code, reconcile=reconcile, run=run.pk)
    return run
