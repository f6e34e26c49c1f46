"""Runs: one at a time, with progress, an end whatever happens, and a line in the ledger."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from xiezhi.datacenter.runs import services
from xiezhi.datacenter.runs.models import Kind, Run, State
from xiezhi.kernel.ledger.models import PendingEntry


@pytest.mark.django_db
def test_a_run_keeps_counts_stages_and_a_commitment() -> None:
    with services.start(Kind.COLLECT, "lawyers", batch_id="b1") as job:
        job.stage("读取", 10)
        job.advance(10)
        job.stage("写入")
        job.count(rows_in=10, rows_out=9, rows_refused=1, content_hash="ab" * 32, files=2)
    run = Run.objects.get()
    assert (run.state, run.rows_in, run.rows_out, run.rows_refused) == (State.DONE, 10, 9, 1)
    assert [name for name, _ in run.detail["seconds"]] == ["读取", "写入"]
    assert run.detail["files"] == 2
    assert PendingEntry.objects.filter(kind="data.run").count() == 1


@pytest.mark.django_db
def test_an_error_ends_the_run_and_passes_on() -> None:
    with pytest.raises(ZeroDivisionError), services.start(Kind.GOVERN, "std_lawyer"):
        1 / 0  # noqa: B018 - the error is the point
    with pytest.raises(services.Stopped), services.start(Kind.GOVERN, "std_notary"):
        raise services.Stopped("来源文件缺少列“证件号码”。")
    first, second = Run.objects.order_by("pk")
    assert first.state == second.state == State.FAILED
    assert "ZeroDivision" not in first.error
    assert second.error == "来源文件缺少列“证件号码”。"


@pytest.mark.django_db
def test_cancelling_stops_at_the_next_step_and_a_waiting_run_at_once() -> None:
    waiting = services.queue(Kind.OPEN, "firms")
    services.cancel(waiting)
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED
    reached = []
    with services.start(Kind.OPEN, "firms") as job:
        services.cancel(job.run)
        job.check()
        reached.append(1)
    assert not reached
    assert Run.objects.order_by("-pk")[0].state == State.CANCELLED
    with pytest.raises(services.Busy), services.start(Kind.OPEN, "firms", run_id=waiting.pk):
        pass


def test_the_same_step_runs_once_at_a_time_and_a_dead_one_is_taken_over(committed_db: None) -> None:
    Run.objects.create(kind=Kind.LINK, target="persons", state=State.RUNNING, queued_at="2026-01-05T09:00:00+08:00")
    seen: list[str] = []

    def other() -> None:
        try:
            with services.start(Kind.LINK, "persons"):
                seen.append("ran")
        except services.Busy:
            seen.append("busy")
        finally:
            connection.close()

    with services.start(Kind.LINK, "persons"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        with services.start(Kind.LINK, "firms"):
            pass
    assert seen == ["busy"]
    states = list(Run.objects.filter(target="persons").order_by("pk").values_list("state", flat=True))
    assert states == [State.FAILED, State.DONE]
