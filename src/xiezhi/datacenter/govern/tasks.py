"""Background work of governance."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

log = logging.getLogger(__name__)


@app.task(name="govern.rights", queue="clocks")
def execute_rights(matter_id: int) -> None:
    """Carry out a decision on a person's request in all copies."""
    from xiezhi.datacenter.runs.services import Busy

    from .rights import execute

    try:
        execute(matter_id)
    except Busy:
        log.info("rights request %s is being carried out already", matter_id)


@app.periodic(cron="17 * * * *")
@app.task(name="govern.rights_again", queue="clocks", queueing_lock="govern.rights_again")
def execute_waiting(timestamp: int) -> None:
    """Executions that died go on."""
    from xiezhi.kernel.procedures.models import Matter

    from .rights_procedure import CODE

    for pk in Matter.objects.filter(procedure=CODE, state="EXECUTING").values_list("pk", flat=True):
        try:
            execute_rights.func(pk)
        except Exception:
            log.exception("rights request %s could not be carried out", pk)


@app.task(name="govern.load", queue="data", queueing_lock="govern.load")
def load(table: str, run_id: int | None = None) -> None:
    """Govern the batches of a table that wait."""
    from xiezhi.datacenter.runs.services import Busy

    from .services import govern

    try:
        govern(table, run_id=run_id)
    except Busy:
        log.info("%s is being governed already", table)
