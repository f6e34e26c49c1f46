"""Desk pages of the standards: every declaration has its page, for readers of the data center and nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from xiezhi.datacenter.standards.declare import code_sets, elements, tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> factories.Province:
    return factories.build(tokens=False)


@pytest.fixture
def reader(province: factories.Province) -> Client:
    client = Client()
    client.force_login(province.accounts["statistician"])
    return client


def test_pages_and_who_may_open_them(reader: Client, province: factories.Province) -> None:
    home = reader.get(reverse("standards_desk:index")).content.decode()
    for table in tables.all():
        assert reverse("standards_desk:table", args=[table.code]) in home
    for table in tables.all()[::6]:
        page = reader.get(reverse("standards_desk:table", args=[table.code])).content.decode()
        assert table.supplier in page and table.share_basis in page
        assert all(f"<code>{c.name}</code>" in page for c in table.all_columns)
    for element in elements.all()[::40]:
        assert element.definition in reader.get(reverse("standards_desk:element", args=[element.code])).content.decode()
    for held in code_sets.all()[::15]:
        page = reader.get(reverse("standards_desk:code_set", args=[held.code])).content.decode()
        assert all(f"<code>{i.code}</code>" in page for i in held.items)
    assert reader.get(reverse("standards_desk:table", args=["nothing"])).status_code == 404
    assert reader.get(reverse("standards_desk:element", args=["de99.99999"])).status_code == 404
    assert reader.get(reverse("standards_desk:code_set", args=["nothing"])).status_code == 404
    citizen = Client()
    citizen.force_login(province.accounts["citizen"])
    assert citizen.get(reverse("standards_desk:index")).status_code in (302, 403, 404)
    assert Client().get(reverse("standards_desk:index")).status_code in (302, 401, 403)


def test_search_finds_tables_elements_and_codes(reader: Client) -> None:
    found = reader.get(reverse("standards_desk:index"), {"q": "劳动报酬"}).content.decode()
    assert reverse("standards_desk:code_set", args=["aid_matter"]) in found
    assert reverse("standards_desk:table", args=["std_lawyer"]) not in found
    found = reader.get(reverse("standards_desk:index"), {"q": "执业证号 律师"}).content.decode()
    assert reverse("standards_desk:table", args=["std_lawyer"]) in found
    assert "没有找到" in reader.get(reverse("standards_desk:index"), {"q": "没有这样的东西"}).content.decode()
