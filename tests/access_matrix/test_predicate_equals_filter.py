"""One declaration, two answers: for generated posts, grants and matters, the single test and the list agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from xiezhi.kernel.access import roles
from xiezhi.kernel.access.models import AccountKind
from xiezhi.kernel.access.subject import Held, Subject, area_of
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter

pytestmark = pytest.mark.django_db
POSTS = [r.code for r in roles.every() if r.kind is roles.RoleKind.POST]


def test_lists_and_single_matters_agree(freeze: Callable[[str], None]) -> None:
    freeze(factories.NOW)
    province = factories.build(tokens=False)
    units = list(province.units.values())
    matters = [province.file(), province.accepted(), province.file("other_citizen", respondent="other_market")]
    matters = list(Matter.objects.filter(pk__in=[m.pk for m in matters]))
    persons = [province.accounts["citizen"], province.accounts["other_citizen"]]

    def subject(draw: Callable[..., object]) -> Subject:
        kind = draw(
            st.sampled_from([AccountKind.STAFF, AccountKind.SERVICE, AccountKind.CITIZEN, AccountKind.ADMIN, ""])
        )
        if kind == "":
            return Subject()
        if kind == AccountKind.CITIZEN:
            who = draw(st.sampled_from(persons))
            return Subject(
                account_id=who.pk, uid=str(who.uid), kind=kind, person_id=who.person_id, roles=frozenset(["citizen"])
            )  # type: ignore[attr-defined]
        if kind == AccountKind.ADMIN:
            return Subject(
                account_id=-7, uid="x", kind=kind, admin_role="SYSTEM_ADMIN", roles=frozenset(["SYSTEM_ADMIN"])
            )
        held = []
        for _ in range(draw(st.integers(0, 4))):  # type: ignore[call-overload]
            unit, reach = draw(st.sampled_from(units)), draw(st.sampled_from(["OWN", "SUBTREE", "TERRITORY"]))
            area = area_of(unit, reach, {unit.pk: [unit.pk]})  # type: ignore[arg-type, attr-defined]
            held.append(Held(draw(st.sampled_from(POSTS)), unit.pk, unit.name, area))  # type: ignore[arg-type, attr-defined]
        scopes = draw(
            st.sampled_from([frozenset(), frozenset(["*"]), frozenset(["matter.read"]), frozenset(["matter.act"])])
        )
        return Subject(
            account_id=-5, uid="y", kind=str(kind), staff_id=-5 if kind == AccountKind.STAFF else None, held=tuple(held),
            roles=frozenset(h.role for h in held), scopes=scopes,  # type: ignore[arg-type]
        )  # fmt: skip

    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def agree(data: st.DataObject) -> None:
        who = subject(data.draw)
        for permission in (
            policies.MATTER_READ,
            policies.MATTER_OFFICE,
            policies.MATTER_AUTHORITY,
            policies.MATTER_OWN,
        ):
            listed = set(permission.filter(who, Matter.objects.all()).values_list("pk", flat=True))
            assert listed == {m.pk for m in matters if permission.test(who, m)}, (permission.code, who)
            if listed:
                assert permission.possible(who)

    agree()
