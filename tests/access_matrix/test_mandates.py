"""What a mandate or a guardianship opens, what it does not, and that its end closes at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import Represented, Subject, of_account
from xiezhi.kernel.documents.models import StoredFile
from xiezhi.kernel.people import mandates
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.mandates import By
from xiezhi.kernel.people.models import Mandate, Person
from xiezhi.kernel.procedures import policies, selectors, services
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter, MatterEvent, Party
from xiezhi.kernel.units import ids

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 14)
WITHDRAW = {"reason": "不再申请。"}


@pytest.fixture
def province(freeze: Callable[[str], None]) -> factories.Province:
    freeze(factories.NOW)
    return factories.build(tokens=False)


def give(principal: Person, agent: Person, **more: Any) -> Mandate:
    terms: dict[str, Any] = {"valid_from": TODAY, "valid_to": date(2027, 9, 14), **more}
    made = mandates.propose(principal, agent, by=By("account:x"), side="PRINCIPAL", **terms)
    return mandates.accept(made, agent, By("account:y"))


def subject(account: Account) -> Subject:
    return of_account(Account.objects.select_related("person").get(pk=account.pk))


def reaches(account: Account, matter: Matter) -> bool:
    """Whether the account reaches the matter; the test of one matter and the list must say the same."""
    who = subject(account)
    matter = Matter.objects.get(pk=matter.pk)
    found = policies.MATTER_OWN.test(who, matter)
    assert found == policies.MATTER_OWN.filter(who, Matter.objects.all()).filter(pk=matter.pk).exists()
    assert found == policies.may_read(who, matter)
    return found


def people_of(province: factories.Province) -> tuple[Account, Account, Person, Person]:
    citizen, other = province.accounts["citizen"], province.accounts["other_citizen"]
    assert citizen.person is not None
    assert other.person is not None
    return citizen, other, citizen.person, other.person


def test_a_mandate_opens_and_its_end_closes_at_once(province: factories.Province) -> None:
    _citizen, agent, principal, helper = people_of(province)
    matter = province.file()
    assert not reaches(agent, matter)
    mandate = mandates.propose(
        principal, helper, by=By("account:x"), side="PRINCIPAL", valid_from=TODAY, valid_to=date(2027, 9, 14)
    )
    assert not reaches(agent, matter), "not agreed by both"
    mandates.accept(mandate, helper, By("account:y"))
    assert reaches(agent, matter)
    assert policies.roles_in(subject(agent), matter) == {"agent"}
    assert policies.acts_for_another(subject(agent), policies.parties_of(matter))
    mandates.revoke(mandate, principal, By("account:x"))
    assert not reaches(agent, matter)
    assert policies.roles_in(subject(agent), matter) == frozenset()


@pytest.mark.parametrize(
    ("terms", "open_"),
    [
        ({"scope": "ALL"}, True), ({"scope": "PROCEDURES", "procedures": ["XZFY"]}, True),
        ({"scope": "PROCEDURES", "procedures": ["OTHER"]}, False), ({"scope": "MATTER", "matter_id": -1}, False),
        ({"valid_from": date(2026, 10, 1)}, False),
    ],
)  # fmt: skip
def test_scope_and_days(province: factories.Province, terms: dict[str, Any], open_: bool) -> None:
    _citizen, agent, principal, helper = people_of(province)
    matter = province.file()
    give(principal, helper, **terms)
    assert reaches(agent, matter) is open_


def test_one_matter_only(province: factories.Province) -> None:
    _citizen, agent, principal, helper = people_of(province)
    first, second = province.file(), province.file()
    give(principal, helper, scope="MATTER", matter_id=first.pk, matter_no=first.number)
    assert reaches(agent, first)
    assert not reaches(agent, second)


def test_special_powers_are_named_or_missing(province: factories.Province) -> None:
    _citizen, agent, principal, helper = people_of(province)
    matter = province.file()
    general = give(principal, helper)
    actor = policies.actor_for(subject(agent), matter)
    option = next(
        o
        for o in selectors.options(selectors.matter_state(matter), actor)
        if o.event.code == "withdrawn_before_acceptance"
    )
    assert not option.open
    with pytest.raises(Refused) as refused:
        services.fire_event(matter.pk, "withdrawn_before_acceptance", actor, WITHDRAW)
    assert [p.code for p in refused.value.problems] == ["NO_POWER"]
    give(principal, helper, powers=["WITHDRAW"])
    actor = policies.actor_for(subject(agent), matter)
    services.fire_event(matter.pk, "withdrawn_before_acceptance", actor, WITHDRAW)
    last = MatterEvent.objects.filter(matter=matter).order_by("-seq").first()
    assert last is not None
    assert last.role == "agent"
    assert general.number in last.actor_label, "every act says for whom: by which mandate"
    assert principal.name not in last.actor_label


def test_a_general_agent_on_file_has_no_special_power_either(province: factories.Province) -> None:
    citizen, agent, _principal, helper = people_of(province)
    matter = province.file()
    applicant = Party.objects.get(matter=matter, role="applicant")
    Party.objects.create(
        matter=matter, role="agent", kind="LAWYER", name=helper.name, person=helper, account=agent, acts_for=applicant,
        valid_from=TODAY, detail={"powers": "GENERAL"},
    )  # fmt: skip
    assert policies.actor_for(subject(agent), matter).powers == frozenset()
    Party.objects.filter(role="agent").update(detail={"powers": "SPECIAL"})
    assert policies.actor_for(subject(agent), matter).powers is None
    assert policies.actor_for(subject(citizen), matter).powers is None


def test_nobody_acts_for_an_agent_or_on_two_sides(province: factories.Province) -> None:
    citizen, agent, principal, helper = people_of(province)
    matter = province.file()
    applicant = Party.objects.get(matter=matter, role="applicant")
    third, _ = people.register_person(name="方第三", id_no=ids.id18_complete("99000019700101888"), demo=True)
    Party.objects.create(
        matter=matter, role="agent", kind="OTHER", name=third.name, person=third, acts_for=applicant, valid_from=TODAY
    )
    give(third, helper)
    assert not reaches(agent, matter), "an agent's own agent has no part"
    Party.objects.create(matter=matter, role="third_party", name=helper.name, person=helper, valid_from=TODAY)
    give(principal, helper, powers=["WITHDRAW"])
    assert policies.roles_in(subject(agent), matter) == {"third_party"}
    assert policies.actor_for(subject(citizen), matter).roles == {"applicant"}


def test_children_see_and_guardians_act(province: factories.Province) -> None:
    citizen, agent, principal, helper = people_of(province)
    matter = province.file()
    Person.objects.filter(pk=principal.pk).update(birth_date=date(2012, 1, 1))
    principal.refresh_from_db()
    assert reaches(citizen, matter)
    assert policies.roles_in(subject(citizen), matter) == {"applicant"}
    actor = policies.actor_for(subject(citizen), matter)
    assert actor.roles == frozenset()
    with pytest.raises(Refused):
        services.fire_event(matter.pk, "withdrawn_before_acceptance", actor, WITHDRAW)
    staff = people.create_staff("沈窗口", demo=True)
    proof = StoredFile.objects.create(sha256="1" * 64, size=1, media_type="application/pdf")
    mandates.record_guardian(
        principal, helper, by=By("staff:x", "沈窗口", staff), ground="PARENT", valid_from=TODAY, proof=proof
    )
    assert reaches(agent, matter)
    acting = policies.actor_for(subject(agent), matter)
    assert acting.roles == {"guardian"}
    services.fire_event(matter.pk, "withdrawn_before_acceptance", acting, WITHDRAW)


def test_a_guardianship_is_over_when_the_child_is_grown_up(province: factories.Province, freeze: Any) -> None:
    _citizen, agent, principal, helper = people_of(province)
    matter = province.file()
    Person.objects.filter(pk=principal.pk).update(birth_date=date(2008, 9, 20))
    principal.refresh_from_db()
    staff = people.create_staff("沈窗口", demo=True)
    proof = StoredFile.objects.create(sha256="1" * 64, size=1, media_type="application/pdf")
    mandates.record_guardian(
        principal, helper, by=By("staff:x", "沈窗口", staff), ground="PARENT", valid_from=TODAY, proof=proof
    )
    freeze("2026-09-20 23:59")
    assert reaches(agent, matter)
    freeze("2026-09-21 00:00")
    assert not reaches(agent, matter)


def test_office_accounts_never_use_private_mandates(province: factories.Province) -> None:
    _citizen, _agent, principal, _helper = people_of(province)
    matter = province.file(respondent="other_market")
    official = province.accounts["case_officer"]
    private = people.register_person(name="何私人", id_no=ids.id18_complete("99000019710101777"), demo=True)[0]
    assert official.staff is not None
    official.staff.person = private
    official.staff.save()
    give(principal, private)
    assert subject(official).represents == ()
    assert not policies.MATTER_OWN.test(subject(official), matter)


def test_lists_and_single_matters_agree_for_every_scope(province: factories.Province) -> None:
    citizen, agent, principal, helper = people_of(province)
    matters = [province.file(), province.file(), province.file("other_citizen", respondent="other_market")]
    matters = list(Matter.objects.filter(pk__in=[m.pk for m in matters]))
    scopes = st.builds(
        Represented, st.just(1), st.just("WT-1"), st.sampled_from([principal.pk, helper.pk, -1]), st.booleans(),
        st.sampled_from(["ALL", "PROCEDURES", "MATTER"]), st.sampled_from([frozenset(), frozenset(["XZFY"]), frozenset(["X"])]),
        st.sampled_from([None, *(m.pk for m in matters)]), st.just(frozenset()),
    )  # fmt: skip

    @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(scopes, max_size=3), st.sampled_from([citizen, agent, None]), st.booleans())
    def agree(represents: list[Represented], account: Account | None, restricted: bool) -> None:
        who = Subject(
            account_id=account.pk if account else -9, uid="z", kind="CITIZEN", person_id=account.person_id if account else -9,
            roles=frozenset(["citizen"]), represents=tuple(represents), restricted=restricted,
        )  # fmt: skip
        for permission in (policies.MATTER_READ, policies.MATTER_OWN):
            listed = set(permission.filter(who, Matter.objects.all()).values_list("pk", flat=True))
            assert listed == {m.pk for m in matters if permission.test(who, m)}
        if restricted:
            assert all(not policies.actor_for(who, m).roles for m in matters)

    agree()
