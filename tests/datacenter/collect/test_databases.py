"""A real PostgreSQL and a real MariaDB as sources."""

from __future__ import annotations

import getpass
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import need, server
from xiezhi import pg
from xiezhi.config.settings_test import RUN
from xiezhi.datacenter.collect import services
from xiezhi.datacenter.collect.models import Delivery
from xiezhi.datacenter.collect.sources import Database, Kind, Mode

from .conftest import Make, rows

Connect = Callable[..., None]


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A server of its own on a socket of its own; gives the socket."""
    daemon, install = need("mariadbd"), need("mariadb-install-db")
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="xz-maria-"))
    user = f"--user={getpass.getuser()}"
    subprocess.run(
        [install, "--no-defaults", f"--datadir={home}/data", user, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True, capture_output=True,
    )  # fmt: skip
    socket = home / "s"
    process = subprocess.Popen(
        [daemon, "--no-defaults", user, f"--datadir={home}/data", f"--socket={socket}", "--skip-networking",
         "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", f"--pid-file={home}/pid"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            if socket.exists():
                break
            time.sleep(0.05)
        yield socket
    finally:
        process.terminate()
        process.wait(20)
        import shutil

        shutil.rmtree(home, ignore_errors=True)


Sql = Callable[[str], None]


@pytest.fixture(params=["postgres", "mysql"])
def store(request: pytest.FixtureRequest, connect: Connect, tmp_path: Path, db: None) -> Iterator[tuple[Kind, Sql]]:
    """A database with an empty schema: its kind, and a function that runs statements on it."""
    (tmp_path / "secret").write_text("pa ss\n")
    if request.param == "mysql":
        import pymysql

        socket = request.getfixturevalue("mariadb")
        root = pymysql.connect(user="root", unix_socket=str(socket), autocommit=True, charset="utf8mb4")
        cursor = root.cursor()
        cursor.execute("DROP DATABASE IF EXISTS src")
        cursor.execute("CREATE DATABASE src CHARACTER SET utf8mb4")
        cursor.execute("CREATE OR REPLACE USER reader@localhost IDENTIFIED BY 'pa ss'")
        cursor.execute("GRANT SELECT ON src.* TO reader@localhost")
        cursor.execute("USE src")
        connect("src", socket=str(socket), user="reader", database="src", password_file="secret")
        yield Kind.MYSQL, cursor.execute
        root.close()
    else:
        import psycopg

        name = f"src_{os.getpid()}"
        server()
        root = psycopg.connect(pg.url(RUN, pg.SUPERUSER, "postgres"), autocommit=True)
        root.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        root.execute(f"CREATE DATABASE {name}")
        source = psycopg.connect(pg.url(RUN, pg.SUPERUSER, name), autocommit=True)
        connect("src", socket=str(pg.socket_dir(RUN)), user=pg.SUPERUSER, database=name)
        yield Kind.POSTGRES, source.execute
        source.close()
        root.execute(f"DROP DATABASE {name} WITH (FORCE)")
        root.close()


CREATE = "CREATE TABLE law (id BIGINT PRIMARY KEY, name VARCHAR(40), born DATE, fee DECIMAL(12,2), changed TIMESTAMP NULL, note TEXT)"


def test_full(make: Make, store: tuple[Kind, Sql]) -> None:
    kind, sql = store
    sql(CREATE)
    sql(
        "INSERT INTO law VALUES (1, '𠮷田', '1990-01-02', 12.50, '2026-03-05 08:00:00', NULL), (2, '', NULL, NULL, NULL, 'a,\"b\"\n%s')"
    )
    source = make("law", Database("src", table="law"), engine=kind)
    run = services.collect("law")
    assert (run.state, run.rows_in, run.error) == ("DONE", 2, "")
    assert rows(source, "id, name, born, fee, changed, note") == [
        ("1", "𠮷田", "1990-01-02", "12.50", "2026-03-05 08:00:00", None), ("2", "", None, None, None, 'a,"b"\n%s'),
    ]  # fmt: skip
    same = services.collect("law")
    assert (same.state, same.batch_id, same.rows_out, same.detail["unchanged"]) == ("DONE", "", 0, 1)
    sql("UPDATE law SET name = '改' WHERE id = 2")
    assert services.collect("law").rows_out == 2
    sql("UPDATE law SET name = '' WHERE id = 2")
    assert services.collect("law").rows_out == 2, "back to what it was is a change too"
    assert len(rows(source)) == 6 and Delivery.objects.filter(source="law").count() == 3


@pytest.mark.parametrize("cursor", ["changed", "id"])
def test_incremental(make: Make, store: tuple[Kind, Sql], cursor: str) -> None:
    kind, sql = store
    sql(CREATE)
    for i in range(1, 6):
        sql(f"INSERT INTO law (id, name, changed) VALUES ({i * 10}, 'n{i}', '2026-03-05 08:00:0{i}')")
    where = Database(
        "src",
        query="SELECT * FROM law WHERE name LIKE 'n%'",
        cursor=cursor,
        overlap=15 if cursor == "id" else 2,
        chunk=3,
    )
    source = make("inc", where, engine=kind, mode=Mode.INCREMENTAL, keys=("id",))
    counts = [services.collect("inc").rows_out for _ in range(4)]
    assert sum(counts) == 5 and counts[0] == 3 and counts[-1] == 0
    assert {r[0] for r in rows(source, "id")} == {"10", "20", "30", "40", "50"} and len(rows(source)) == 5
    # one that was committed late, behind the position, inside the overlap
    sql("INSERT INTO law (id, name, changed) VALUES (49, 'n9', '2026-03-05 08:00:04')")
    run = services.collect("inc")
    assert run.rows_out == 1 and run.batch_id and rows(source, "id")[-1] == ("49",)
    assert services.collect("inc").batch_id == ""


def test_what_goes_wrong_is_said_in_words(make: Make, connect: Connect, tmp_path: Path) -> None:
    make("none", Database("missing", table="x"))
    assert "尚未登记" in services.collect("none").error
    connect("gone", host="127.0.0.1", port=1, user="u", password="hidden-word", database="d")
    for kind in (Kind.POSTGRES, Kind.MYSQL):
        make(f"gone_{kind}", Database("gone", table="x"), engine=kind)
        run = services.collect(f"gone_{kind}")
        assert run.state == "FAILED" and "连接不上" in run.error and "hidden" not in run.error
    with pytest.raises(Exception, match="not both"):
        make("both", Database("x", table="a", query="b"))
    with pytest.raises(Exception, match="needs a cursor"):
        make("nocursor", Database("x", table="a"), mode=Mode.INCREMENTAL)


def test_a_table_that_is_not_there(make: Make, store: tuple[Kind, Sql]) -> None:
    kind, _ = store
    make("nothing", Database("src", table="nope"), engine=kind)
    run = services.collect("nothing")
    assert run.state == "FAILED" and "没有答完" in run.error
