"""Prepared statements give the same objects as the query set they come from."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Q

from tests.kernel import world as made
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.prepared import Prepared
from xiezhi.kernel.units.models import Unit

pytestmark = pytest.mark.django_db


def test_rows_related_objects_and_statements(django_assert_num_queries: Any) -> None:
    made.build()
    found = Prepared(lambda pk: Account.objects.select_related("staff", "person").filter(pk=pk), int)
    units = Prepared(lambda pk: Unit.objects.filter(Q(pk=pk) | Q(parent_id=pk)).order_by("-id"), int)
    for account in Account.objects.all():
        with django_assert_num_queries(1):
            one = found.first(account.pk)
            assert one is not None
            assert (one, one.staff, one.person, one._state.db) == (one, one.staff, one.person, "default")
        wanted = Account.objects.select_related("staff", "person").get(pk=account.pk)
        assert {**vars(one), "_state": None} == {**vars(wanted), "_state": None}
        assert (one.staff, one.person) == (wanted.staff, wanted.person)
    for unit in Unit.objects.all():
        assert units.rows(unit.pk) == list(Unit.objects.filter(Q(pk=unit.pk) | Q(parent_id=unit.pk)).order_by("-id"))
    assert found.first(-1) is None


def test_what_it_is_not_for() -> None:
    with pytest.raises(ValueError, match="not every value"):
        Prepared(lambda pk: Unit.objects.filter(name="x"), int).rows(1)
    with pytest.raises(ValueError, match="neither"):
        Prepared(lambda pk: Unit.objects.filter(pk=pk).prefetch_related("children"), int).rows(1)


def test_by_uuid() -> None:
    made.build()
    accounts = Prepared(lambda uid: Account.objects.filter(uid=uid), type(uuid4()))
    for account in Account.objects.all():
        assert accounts.rows(account.uid) == [account]
    assert accounts.rows(uuid4()) == []
