"""Background work of documents: render, sign, store. Retried; a failure is kept on the document in plain words."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from xiezhi.kernel.documents.models import Document

log = logging.getLogger(__name__)


@app.task(name="documents.render", queue="documents", retry=3)
def render_documents(ids: list[int]) -> None:
    """Render what is pending among `ids`."""
    from xiezhi.kernel.documents import produce  # the renderer is heavy; web processes that only queue do without it

    for pk in Document.objects.filter(pk__in=ids, render_state=Document.PENDING).values_list("pk", flat=True):
        produce.produce(pk)


@app.periodic(cron="*/5 * * * *")
@app.task(name="documents.sweep", queue="documents", queueing_lock="documents.sweep")
def sweep(timestamp: int) -> None:
    """Catch documents whose rendering was lost, for example by a kill between commit and queue."""
    from xiezhi.kernel.documents import produce

    for pk in Document.objects.filter(render_state=Document.PENDING).order_by("id").values_list("pk", flat=True)[:200]:
        produce.produce(pk)
