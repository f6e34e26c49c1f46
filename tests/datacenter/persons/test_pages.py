"""The desk's pages of the person base: who may open them, what they hide, how a pair is decided."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.datacenter.persons import world
from xiezhi.datacenter.persons import refreshing, review, selectors
from xiezhi.datacenter.persons.models import Decision, ReviewPair
from xiezhi.kernel.access.models import ReadingLog
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.ledger.models import PendingEntry

NAME, OTHER = "柳长青", "柳常青"
A, B = world.id_no(date(1980, 1, 1), 1), world.id_no(date(1980, 1, 1), 3)


def signed_in(account: Any) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def made(lake: Path, settings: Any, tmp_path: Path) -> dict[str, Any]:
    settings.HOME = str(tmp_path)
    (a,) = world.put("std_lawyer", [world.lawyer("1", NAME, A, mobile="13900000001", address="云岭省禾溪县东山镇12号")])
    (b,) = world.put("std_notary", [world.notary("1", OTHER, B)])
    (c,) = world.put("std_cc_subject", [world.subject("1", NAME, A)])
    linker = world.Linker()
    linker.gray = [(a, b, 2.5, True)]
    refreshing.refresh(linker=linker)
    return {
        "a": a, "b": b, "c": c, "pair": ReviewPair.objects.get(), "linker": world.official("link_reviewer"), "second": world.official("link_reviewer"),
        "checker": world.official("clue_checker"), "steward": world.official("data_steward"), "plain": world.official("case_officer"), "link": linker,
    }  # fmt: skip


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_who_may_open_what(made: dict[str, Any]) -> None:
    uid = world.person_of(made["a"])
    addresses = {
        "index": reverse("persons_desk:index"), "queue": reverse("persons_desk:review"), "pair": reverse("persons_desk:pair", args=[made["pair"].public_id]),
        "person": reverse("persons_desk:person", args=[uid]),
    }  # fmt: skip
    wanted = {
        "linker": {"index", "queue", "pair", "person"}, "checker": {"index", "person"}, "steward": {"index"}, "plain": set(),
    }  # fmt: skip
    for who, may in wanted.items():
        client = signed_in(made[who])
        for name, address in addresses.items():
            assert (client.get(address).status_code == 200) == (name in may), (who, name)


def test_a_pair_is_masked_until_revealed_and_every_look_is_recorded(made: dict[str, Any]) -> None:
    client = signed_in(made["linker"])
    address = reverse("persons_desk:pair", args=[made["pair"].public_id])
    said = text(client.get(address))
    for hidden in (NAME, OTHER, A, B, "13900000001", "东山镇"):
        assert hidden not in said
    assert "<mark>" in said
    assert "权重" in said
    first = ReadingLog.objects.latest("pk")
    assert (first.action, first.object_type, first.count, first.purpose) == ("READ", "persons.pair", 2, "HANDLE")
    reveal = reverse("persons_desk:reveal_pair", args=[made["pair"].public_id])
    client.post(reveal, {"purpose": ""})
    client.post(reveal, {"purpose": "SUPERVISE", "text": ""})
    assert NAME not in text(client.get(address))
    client.post(reveal, {"purpose": "HANDLE"})
    shown = ReadingLog.objects.filter(action="SHOW").get()
    assert {"name", "id_no", "phone"} <= set(shown.fields)
    clear = text(client.get(address))
    assert A in clear.replace("<mark>", "").replace("</mark>", "")
    assert "柳<mark>长</mark>青" in clear
    assert A[:14] not in text(signed_in(made["second"]).get(address))


def test_records_of_correction_need_a_purpose(made: dict[str, Any]) -> None:
    uid = world.person_of(made["c"])
    client = signed_in(made["checker"])
    address = reverse("persons_desk:person", args=[uid])
    said = text(client.get(address))
    assert "社区矫正" not in said
    assert "另有1条限制查询的记录" in said
    client.post(reverse("persons_desk:reveal", args=[uid]), {"purpose": "HANDLE"})
    assert "社区矫正" in text(client.get(address))


def test_two_numbers_need_two_people(made: dict[str, Any]) -> None:
    client, second = signed_in(made["linker"]), signed_in(made["second"])
    pair, address = made["pair"], reverse("persons_desk:pair", args=[made["pair"].public_id])
    assert client.post(address, {"verdict": "SAME", "reason_SAME": ""}).status_code == 422
    before = PendingEntry.objects.filter(kind="persons.decision").count()
    assert client.post(address, {"verdict": "SAME", "reason_SAME": "NUMBER_CHANGED"}).status_code == 302
    pair.refresh_from_db()
    assert pair.state == "PROPOSED"
    assert PendingEntry.objects.filter(kind="persons.decision").count() == before + 1
    assert client.post(address, {"act": "confirm"}).status_code == 422
    refreshing.refresh(linker=made["link"])
    assert world.person_of(made["a"]) != world.person_of(made["b"]), "proposed is not decided"
    assert second.post(address, {"act": "confirm"}).status_code == 302
    refreshing.refresh(linker=made["link"])
    assert world.person_of(made["a"]) == world.person_of(made["b"])
    assert client.post(address, {"act": "undo", "note": ""}).status_code == 422
    assert client.post(address, {"act": "undo", "note": "原件不符"}).status_code == 302
    refreshing.refresh(linker=made["link"])
    assert world.person_of(made["a"]) != world.person_of(made["b"])
    assert list(Decision.objects.order_by("id").values_list("verdict", flat=True)) == ["SAME", "CONFIRM", "UNDO"]


def test_contradictions_are_refused_and_blind_looks_counted(made: dict[str, Any]) -> None:
    one, two = of_account(made["linker"]), of_account(made["second"])
    ab = made["pair"]
    bc, ac = review.raise_pair(made["b"], made["c"]), review.raise_pair(made["a"], made["c"])
    assert review.raise_pair(made["c"], made["b"]).pk == bc.pk
    review.decide(ab.pk, "DIFFERENT", "SAME_NAME", "", one)
    review.decide(ac.pk, "SAME", "SOURCE", "", one)
    with pytest.raises(review.Contradiction) as no:
        review.decide(bc.pk, "SAME", "SOURCE", "", one)
    assert no.value.pairs == [str(ab.public_id)]
    with pytest.raises(review.NotNow):
        review.blind_check(ab.pk, "DIFFERENT", "SAME_NAME", one)
    review.blind_check(ab.pk, "DIFFERENT", "SAME_NAME", two)
    review.blind_check(ac.pk, "DIFFERENT", "SAME_NAME", two)
    found = selectors.agreement()
    assert (found.decided, found.blind, found.blind_same) == (2, 2, 0.5)
    assert sorted(selectors.labels()) == sorted(
        [(*sorted((made["a"], made["b"])), False), (*sorted((made["a"], made["c"])), True)]
    )


def test_find_by_number_and_figures_name_nobody(made: dict[str, Any]) -> None:
    client = signed_in(made["checker"])
    found = client.post(reverse("persons_desk:find"), {"id_no": A})
    assert found["Location"] == reverse("persons_desk:person", args=[world.person_of(made["a"])])
    assert A not in found["Location"]
    assert client.post(reverse("persons_desk:find"), {"id_no": world.id_no(date(1999, 1, 1), 1)})[
        "Location"
    ] == reverse("persons_desk:index")
    said = text(signed_in(made["steward"]).get(reverse("persons_desk:index")))
    assert NAME not in said
    assert "一人多证" in said
    assert selectors.holders()["by_number"] == [{"licenses": 1, "persons": 2}]
