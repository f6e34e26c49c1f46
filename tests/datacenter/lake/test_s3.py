"""The lake on S3: a server that speaks its protocol over HTTP, with buckets of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.datacenter.lake.test_tables import SCHEMA, read, rows
from xiezhi.datacenter.lake import maintain, storage, tables
from xiezhi.kernel.calendar import clock

KEY = {"aws_access_key_id": "lake", "aws_secret_access_key": "of-a-test", "region_name": "cn-north-1"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running S3 server on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log
        )
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(address, timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        program.terminate()
        program.wait(10)


@pytest.fixture
def bucket(server: str, lake: Path, settings: Any) -> Any:
    """A new bucket that holds the warehouse."""
    name = f"lake-{time.time_ns()}"
    client = boto3.client("s3", endpoint_url=server, **KEY)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": KEY["region_name"]})
    settings.LAKE_WAREHOUSE = f"s3://{name}/province"
    settings.LAKE_S3_ENDPOINT, settings.LAKE_S3_REGION = server, KEY["region_name"]
    settings.LAKE_S3_ACCESS_KEY, settings.LAKE_S3_SECRET_KEY = KEY["aws_access_key_id"], KEY["aws_secret_access_key"]
    return lambda: {one["Key"] for one in client.list_objects_v2(Bucket=name, Prefix="province/").get("Contents", [])}


def test_a_table_lives_on_s3(bucket: Any, lake: Path) -> None:
    table = tables.get("std.people").create(SCHEMA, keys=("row_id",), buckets=2)
    table.merge(rows(("1", "甲", 1), ("2", "乙", 2)), batch_id="b1")
    first = table.snapshot()
    table.merge(rows(("2", "丙", 2), ("3", "丁", 3)), batch_id="b2")
    assert table.merge(rows(("3", "戊", 3)), batch_id="b2").repeated
    assert read(table) == [("1", "甲", 1), ("2", "丙", 2), ("3", "丁", 3)]
    assert first is not None and read(table, first.id) == [("1", "甲", 1), ("2", "乙", 2)]
    data = {key for key in bucket() if key.endswith(".parquet")}
    assert data and not list(Path(lake).rglob("std/**/*.parquet")), "the files lie in the bucket, not beside it"
    assert all(Path(path).is_file() and "lake-cache" in path for path in table.files())
    assert maintain.expire(table, clock.now() + timedelta(days=1)) == 1
    assert not data <= bucket(), "files of states that are gone are gone from the bucket"
    assert table.delete_rows(["1"]) == 1
    assert maintain.sweep(table, older_than=-1) == 0, "nothing is left over that nobody refers to"
    assert read(table) == [("2", "丙", 2), ("3", "丁", 3)]
    storage.trim(0)
    assert read(table) == [("2", "丙", 2), ("3", "丁", 3)], "copies on this machine are only copies"
    tables.drop("std.people")
    assert not {key for key in bucket() if key.endswith(".parquet")}
