"""Looking for clues over the lake: found once, seen again, ended, excepted; what decisions teach; look-ups by need only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.datacenter.persons import world
from xiezhi.datacenter.clues import selectors, services, sides
from xiezhi.datacenter.clues.lookups import Asked, Fact, NotAnswered
from xiezhi.datacenter.clues.models import Clue, Exemption
from xiezhi.datacenter.persons import refreshing
from xiezhi.datacenter.persons.models import ReviewPair
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.units import services as units

A, B, C, D = (world.id_no(date(1980, 1, n), n) for n in (1, 2, 3, 4))
NOW = "2026-09-14 10:00"
LI, SU, BAI, HE = "柳长青", "苏望舒", "白露", "何远山"


class Agency:
    """An agency that answers a look-up; remembers whom it was asked about."""

    def __init__(
        self, kind: str, facts: Sequence[tuple[str, str, date | None, date | None]], broken: bool = False
    ) -> None:
        self.kind, self.facts, self.broken = kind, facts, broken
        self.asked: list[str] = []

    def ask(self, people: Sequence[Asked], case: str) -> list[Fact]:
        if self.broken:
            raise NotAnswered(self.kind)
        self.asked += [p.id_no for p in people]
        return [
            Fact(p.person_uid, kind, "云州市财政局", since, until, "云州市财政局", "990101", "1", f"lookup:{self.kind}")
            for p in people for number, kind, since, until in self.facts if number == p.id_no
        ]  # fmt: skip


class Made:
    def __init__(self) -> None:
        self.unit = units.create_unit(
            name="云岭省司法厅",
            level="PROV",
            kind="JUSTICE",
            parent=None,
            valid_from=date(2020, 1, 1),
            document_code="云司",
        )
        self.checker = world.official("clue_checker", unit=self.unit)
        self.head = world.official("office_head", unit=self.unit)
        self.leader = world.official("leader", unit=self.unit)

    def go(self, clue: Clue, event: str, by: Any, **data: Any) -> Matter:
        matter = Matter.objects.get(pk=clue.matter_id)
        return procedures.act(matter.pk, event, policies.actor_for(of_account(by), matter), data).matter


@pytest.fixture
def made(lake: Path, settings: Any, tmp_path: Path, freeze: Callable[[str], None]) -> Made:
    freeze(NOW)
    settings.HOME = str(tmp_path)
    world.put("std_lawyer", [
        world.lawyer("1", LI, A, valid_to=date(2026, 12, 1)), world.lawyer("2", LI, A, firm_usc="31990000MD00000009", firm_name="云岭远望律师事务所", valid_from=date(2026, 3, 1)),
        world.lawyer("3", SU, B), world.lawyer("4", BAI, C, valid_from=date(2026, 1, 1), valid_to=date(2026, 3, 1)),
        world.lawyer("5", HE, D, penalty='[{"kind":"停止执业","organ":"云州市司法局","from":"2026-06-01","to":"2026-08-01"}]'),
    ])  # fmt: skip
    world.put("std_notary", [world.notary("1", BAI, C, appoint_date=date(2026, 3, 1)), world.notary("2", SU, B)])
    world.put("std_cc_subject", [world.subject("1", HE, D)])
    world.put("std_aid_case", [{
        "src_key": "1", "case_no": "云援〔2026〕1号", "kind": "02", "route": "1", "applied": date(2026, 6, 1), "assigned": date(2026, 6, 20), "provider_license": "19905",
    }])  # fmt: skip
    refreshing.refresh(linker=world.Linker())
    return Made()


def look(**more: Any) -> Any:
    return services.look(sources=more.pop("sources", {}), **more).detail


def test_found_once_seen_again_and_ended(made: Made) -> None:
    first = look()
    assert first["by_rule"] == {
        "lawyer.two-firms": 1,
        "notary.other-profession": 1,
        "license.crime": 1,
        "lawyer.stopped-practice": 1,
    }
    assert first["skipped"], "rules without their look-up are not run, and the run says so"
    assert look()["new"] == 0
    two = Clue.objects.get(rule="lawyer.two-firms")
    assert (two.since, two.until) == (date(2026, 3, 1), date(2026, 12, 1))
    assert two.matter is not None
    assert two.matter.state == "FOUND"
    said = sides.opened(two)
    assert LI in str(said)
    assert LI not in str(bytes(two.sides))
    world.put("std_lawyer", [world.lawyer("1", LI, A, valid_to=date(2026, 9, 1))])
    refreshing.refresh(linker=world.Linker())
    assert look()["ended"] == 1
    two.refresh_from_db()
    assert two.ended_on == date(2026, 9, 1)
    assert Matter.objects.get(pk=two.matter_id).state == "FOUND", "what ended is still for a person to decide"
    assert look()["ended"] == 0
    world.put("std_lawyer", [world.lawyer("1", LI, A, valid_to=date(2026, 12, 1))])
    refreshing.refresh(linker=world.Linker())
    assert look()["new"] == 0
    two.refresh_from_db()
    assert two.ended_on is None


def test_restricted_clues_tell_nothing_outside(made: Made) -> None:
    look()
    crime = Clue.objects.get(rule="license.crime")
    assert crime.restricted
    matter = crime.matter
    assert matter is not None
    assert "crime" not in str(matter.facts)
    assert matter.subject == services.RESTRICTED_TITLE
    assert matter.kind == "restricted"
    leader, checker = Client(), Client()
    leader.force_login(made.leader)
    checker.force_login(made.checker)
    assert "社区矫正" not in leader.get(reverse("clues_desk:index")).content.decode()
    assert leader.get(reverse("clues_desk:rule", args=["license.crime"])).status_code == 404
    assert leader.post(reverse("clues_desk:reveal", args=[crime.public_id]), {"purpose": "HANDLE"}).status_code == 403
    page = reverse("desk:matter", args=[matter.public_id])
    assert "社区矫正" not in checker.get(page).content.decode()
    checker.post(reverse("clues_desk:reveal", args=[crime.public_id]), {"purpose": "HANDLE"})
    assert "社区矫正" in checker.get(page).content.decode()
    made.go(crime, "started", made.checker)
    made.go(crime, "inquired", made.checker, asked="UNIT", to="云岭明理律师事务所", questions="执业证状态。", days=10)
    from xiezhi.kernel.documents.models import Document

    letter = Document.objects.get(matter=matter)
    assert "矫正" not in str(letter.frozen)
    assert "犯罪" not in str(letter.frozen)
    assert "云岭明理律师事务所" in str(letter.frozen)


def test_decisions_are_peoples_and_teach(made: Made) -> None:
    look()
    two, notary = Clue.objects.get(rule="lawyer.two-firms"), Clue.objects.get(rule="notary.other-profession")
    made.go(notary, "started", made.checker)
    with pytest.raises(Refused) as no:
        made.go(notary, "confirmed", made.head, finding="x", evidence="y", organ="云州市司法局")
    assert "HEAR_FIRST" in no.value.codes
    made.go(notary, "inquired", made.checker, asked="UNIT", to="云州公证处", questions="起止日期。", days=10)
    with pytest.raises(Refused):
        made.go(notary, "confirmed", made.checker, finding="x", evidence="y", organ="云州市司法局")
    made.go(notary, "answered", made.checker, said="HOLDS", words="属实。")
    made.go(notary, "confirmed", made.head, finding="两个身份重叠。", evidence="合同。", organ="云州市司法局")
    notary.refresh_from_db()
    assert (notary.outcome, notary.decided_on) == ("CONFIRMED", date(2026, 9, 14))
    made.go(notary, "transferred", made.checker)
    made.go(two, "dismissed", made.checker, why="OTHER_PERSON", finding="同名不同人。")
    two.refresh_from_db()
    assert (two.outcome, two.why) == ("FALSE", "OTHER_PERSON")
    pair = ReviewPair.objects.get()
    assert pair.state == "OPEN"
    found = {f.rule.code: f for f in selectors.figures(of_account(made.checker))}
    assert (found["lawyer.two-firms"].false, found["lawyer.two-firms"].precision) == (1, None)
    assert found["notary.other-profession"].true == 1
    assert look()["new"] == 0, "a closed clue does not come again"


def test_lawful_exceptions_suppress_until_they_end(made: Made, freeze: Callable[[str], None]) -> None:
    look()
    two = Clue.objects.get(rule="lawyer.two-firms")
    made.go(two, "dismissed", made.checker, why="LAWFUL", finding="正在转所。", exception="MOVING", until="2026-10-01")
    made.go(two, "closed", made.checker)
    assert Exemption.objects.get().valid_to == date(2026, 10, 1)
    assert look()["exempt"] == 1
    assert Clue.objects.filter(rule="lawyer.two-firms").count() == 1
    freeze("2026-10-10 09:00")
    assert look()["by_rule"] == {"lawyer.two-firms": 1}
    assert Clue.objects.filter(rule="lawyer.two-firms").count() == 2
    assert look()["new"] == 0


def test_look_ups_ask_only_about_whom_a_rule_needs_them(made: Made) -> None:
    posts = Agency(
        "POSTS", [(B, "CIVIL_SERVANT", date(2025, 1, 1), None), (A, "JUDGE", date(2024, 1, 1), date(2025, 6, 1))]
    )
    population = Agency("POPULATION", [(C, "DEAD", date(2026, 5, 1), None)])
    detail = look(sources={"POSTS": posts, "POPULATION": population})
    assert {"lawyer.civil-servant", "notary.civil-servant", "license.dead-holder"} <= set(detail["by_rule"])
    assert set(posts.asked) <= {A, B, C, D}
    assert "spouse.judge" in detail["skipped"]
    clue = Clue.objects.get(rule="lawyer.civil-servant")
    assert (clue.since, clue.until) == (date(2025, 1, 1), None)
    broken = look(sources={"POSTS": Agency("POSTS", [], broken=True), "POPULATION": population})
    assert "lawyer.civil-servant" in broken["skipped"]
    clue.refresh_from_db()
    assert clue.ended_on is None, "an agency that does not answer ends nothing"


def test_switches_and_opt_in(made: Made) -> None:
    codes = {r.code for r in services.active_rules()}
    assert "aid.estate" not in codes
    subject = of_account(made.head)
    with pytest.raises(ValueError, match="理由"):
        services.switch("lawyer.two-firms", False, " ", subject)
    services.switch("lawyer.two-firms", False, "先清理数据", subject)
    services.switch("aid.estate", True, "省法律援助中心要求", subject)
    codes = {r.code for r in services.active_rules()}
    assert "aid.estate" in codes
    assert "lawyer.two-firms" not in codes


def test_pages_hide_names_and_open_to_their_roles(made: Made) -> None:
    look()
    plain = world.official("case_officer")
    for account, may in ((made.checker, True), (made.leader, True), (plain, False)):
        client = Client()
        client.force_login(account)
        for name in ("index", "rules", "exemptions"):
            answer = client.get(reverse(f"clues_desk:{name}"))
            assert (answer.status_code == 200) == may, name
            assert LI not in answer.content.decode()
    client = Client()
    client.force_login(made.checker)
    two = Clue.objects.get(rule="lawyer.two-firms")
    followed = client.get(reverse("clues_desk:one", args=[two.public_id]), follow=True)
    said = followed.content.decode()
    assert "律师法" in said
    assert LI not in said
    assert "ps-band" in said
    assert client.get(reverse("clues_desk:rule", args=["grass.two-offices"])).status_code == 200
