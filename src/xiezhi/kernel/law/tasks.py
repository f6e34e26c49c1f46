"""Background work of the law library: new statutes come in at night from the sources the operator names."""

from __future__ import annotations

import logging

from django.conf import settings
from procrastinate.contrib.django import app

from xiezhi.kernel.law import importing

log = logging.getLogger(__name__)


def import_all() -> list[int]:
    """Import from every source in the setting, one after the other; returns the numbers of the imports.

    A source that can not be read is reported and does not keep the others from coming in; where an import already runs,
    nothing is done until the next night.
    """
    done = []
    for place in settings.LAW_SOURCES:
        try:
            run = importing.run(place)
        except importing.BadSource as error:
            log.error("law source %s not read: %s", place, error)
        except importing.Busy:
            log.warning("an import of law is running already; the sources wait for the next night")
            break
        else:
            log.info("law import %s: %s new, %s changed, %s refused", run.pk, run.added, run.changed, run.refused)
            done.append(run.pk)
    return done


@app.periodic(cron="20 2 * * *")
@app.task(name="law.import", queue="law", queueing_lock="law.import")
def import_sources(timestamp: int) -> None:
    """Every night at 2:20; does nothing where no source is named."""
    import_all()
