"""The resource catalog and the data center's home."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import factories
from xiezhi.datacenter.catalog import entries
from xiezhi.datacenter.runs import services as runs
from xiezhi.datacenter.runs.models import Kind, Run
from xiezhi.datacenter.standards.declare import tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(lake: Path) -> Client:
    cache.clear()
    client = Client()
    client.force_login(factories.build(tokens=False).accounts["statistician"])
    return client


def test_every_table_has_one_entry_with_the_national_fields() -> None:
    found = entries.entries(state=False)
    assert {e.table.code for e in found} == {t.code for t in tables.all()}
    assert len({e.code for e in found}) == len(found)
    for one in found:
        names = dict(one.fields())
        for name in (
            "信息资源分类",
            "信息资源名称",
            "信息资源代码",
            "信息资源提供方",
            "信息资源摘要",
            "共享属性",
            "更新周期",
            "数据分级",
            "提供依据",
        ):
            assert names[name], (one.table.code, name)
        assert len(one.items) == len(one.table.columns)
        assert (
            entries.RANKS.index(one.level) == max(entries.RANKS.index(i.level) for i in one.items)
            or one.level == one.table.level
        )


def test_searching_filtering_reading_exporting(reader: Client) -> None:
    page = reader.get(reverse("catalog_desk:index")).content.decode()
    for table in tables.all():
        assert reverse("catalog_desk:one", args=[table.code]) in page
    found = reader.get(reverse("catalog_desk:index"), {"q": "执业证号", "base": "B1"}).content.decode()
    assert "std_lawyer" in found and "std_notary" not in found
    assert "没有符合条件" in reader.get(reverse("catalog_desk:index"), {"q": "没有这样的东西"}).content.decode()
    one = reader.get(reverse("catalog_desk:one", args=["std_lawyer"])).content.decode()
    assert "未归集" in one and "id_no" in one
    assert "申请共享" not in one, "a statistician does not apply"
    schema = reader.get(reverse("catalog_desk:schema", args=["std_lawyer"])).json()
    assert "license_no" in schema["properties"]
    assert reader.get(reverse("catalog_desk:one", args=["nothing"])).status_code == 404
    rows = list(
        csv.reader(io.StringIO(reader.get(reverse("catalog_desk:export"), {"base": "B5"}).content.decode("utf-8-sig")))
    )
    assert len(rows) == 1 + len(tables.get("std_qualification").columns)


def test_the_home_shows_runs_and_lets_only_stewards_stop_them(reader: Client) -> None:
    with runs.start(Kind.COLLECT, "lawyers") as job:
        job.stage("读取", 10)
        job.count(rows_in=10, rows_out=10, files=1)
    waiting = runs.queue(Kind.OPEN, "lawfirms")
    home = reader.get(reverse("overview_desk:home")).content.decode()
    assert "lawyers" in home and "lawfirms" in home
    assert reverse("overview_desk:cancel", args=[waiting.public_id]) not in home
    assert reader.post(reverse("overview_desk:cancel", args=[waiting.public_id])).status_code in (403, 404)
    part = reader.get(reverse("overview_desk:open")).content.decode()
    assert "排队中" in part and 'hx-trigger="every 2s"' in part
    done = Run.objects.get(target="lawyers")
    page = reader.get(reverse("overview_desk:run", args=[done.public_id])).content.decode()
    assert "读取" in page
    runs.cancel(waiting)
    assert 'hx-trigger="every 2s"' not in reader.get(reverse("overview_desk:open")).content.decode()
    listed = reader.get(reverse("overview_desk:runs"), {"state": "CANCELLED"}).content.decode()
    assert "lawfirms" in listed and "lawyers" not in listed
