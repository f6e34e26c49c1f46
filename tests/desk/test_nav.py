"""The navigation shows what the subject's unit handles, each heading once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.kernel import world as w
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

pytestmark = pytest.mark.django_db


def page_of(account: Any) -> str:
    client = Client()
    client.force_login(account)
    return client.get("/desk/").content.decode()


def test_a_unit_without_a_limit_shows_everything_and_a_special_one_its_own() -> None:
    world = w.build()
    office: Unit = world["甲东县局"]
    account = w.account(w.staff(unit=office, role_post=w.post("nav", "case_officer")))
    before = page_of(account)
    assert "/desk/filing/" in before and "service=XZFY" in before and "service=FLYZ" in before
    assert before.count(">收件<") == 1
    units.set_handles(office, ["FLYZ"])
    after = page_of(account)
    assert "/desk/filing/" not in after and "service=XZFY" not in after
    assert "service=FLYZ" in after and "/desk/aid/" in after and "/desk/wages/" not in after
    units.set_handles(office, [])
    assert page_of(account).count("service=") == before.count("service=")


def test_a_subject_without_posts_handles_nothing() -> None:
    assert not Subject(account_id=1, uid="0", kind="CITIZEN").handles("XZFY")
