"""Who plays which part: the agency works, the bureau that set it up judges, the court reads only what is its own."""

from __future__ import annotations

import pytest

from tests.kernel import world as kernel
from tests.legal_services.legal_aid.world import World
from xiezhi.kernel.access.subject import of_account as subject
from xiezhi.kernel.procedures.policies import may_read, roles_in
from xiezhi.legal_services.legal_aid.refs import ref_of

pytestmark = pytest.mark.django_db


def test_parts(world: World) -> None:
    matter = world.granted()
    officer, head = subject(world.accounts["case_officer"]), subject(world.accounts["office_head"])
    assert "case_officer" in roles_in(officer, matter) and "organ_officer" not in roles_in(officer, matter)
    assert "office_head" in roles_in(head, matter)
    bureau = kernel.staff("局科员", world.agency.bureau, kernel.post("aid-bureau-officer", "case_officer"))
    found = roles_in(subject(kernel.account(bureau)), matter)
    assert found == {"organ_officer"}, "the bureau's own staff decide objections, not applications"
    assert roles_in(subject(world.accounts["organ_head"]), matter) == {"organ_head"}


def test_the_provider_is_a_party_and_the_court_reads_only_as_party(world: World) -> None:
    matter = world.granted()
    lawyer = world.lawyer("顾言蹊")
    account = lawyer.account
    assert account is not None
    assert not may_read(subject(account), matter)
    data = {"provider_ref": ref_of(lawyer.pk), "provider_kind": "LAWYER", "conflict_checked": True, "capacity": "AGENT"}
    matter = world.fire(matter, "appointed", data)
    assert roles_in(subject(account), matter) == {"provider"}
    matter = world.fire(matter, "replaced", {"reason_code": "UNABLE"})
    assert roles_in(subject(account), matter) == frozenset(), "whoever is replaced has no part any more"
    clerk = kernel.staff("书记员", world.court, kernel.post("aid-court", "respondent_handler"))
    assert not may_read(subject(kernel.account(clerk)), matter)
