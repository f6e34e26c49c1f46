"""The embedded server starts, survives kill -9 and stops."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from xiezhi import pg


@pytest.fixture
def server(tmp_path: Path):  # type: ignore[no-untyped-def]
    running = pg.Server(tmp_path, settings={"shared_buffers": "16MB"})
    yield running
    running.stop("immediate")


def test_it_comes_back_after_kill_with_what_was_committed(server: pg.Server) -> None:
    urls = server.start()
    with psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    for _ in range(3):
        pid = server.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        again = server.start()
        assert again == urls
        with psycopg.connect(urls.owner) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_starting_twice_is_one_server(server: pg.Server) -> None:
    server.start()
    pid = server.pid()
    pg.Server(server.home).start()
    assert server.pid() == pid
    server.stop()
    assert server.pid() is None
    server.stop()


def test_a_foreign_process_id_in_the_lock_does_not_stop_it(server: pg.Server) -> None:
    server.start()
    server.stop("immediate")
    lock = server.data / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n{server.sockets}\n\n1 1\nready\n")
    server.start()
    assert server.running()


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    assert len(str(pg.socket_dir(deep))) < 90
    assert pg.socket_dir(deep) != pg.socket_dir(deep / "z")
