"""The pages: by link, by code, after signing in, at the desk; bad input; what must not be in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from tests.legal_services.satisfaction import world
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.procedures.models import Matter
from xiezhi.legal_services.satisfaction import services
from xiezhi.legal_services.satisfaction.models import CallbackRow, Invitation, Rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(freeze: Callable[[str], None]) -> world.World:
    freeze(world.NOW)
    cache.clear()
    return world.build()


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def path_of(asked: Invitation) -> str:
    return urlsplit(world.link_of(asked)).path


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_rating_by_link_without_signing_in(made: world.World) -> None:
    asked = made.asked()
    path, client = path_of(asked), Client()
    page = client.get(path)
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    said = text(page)
    for secret in ("陈晓岚", asked.matter.number, str(asked.matter.public_id), "13900000123"):
        assert secret not in said
    assert said.count('type="radio"') == 5 and "匿名" in said
    done = client.post(path, {"level": "1", "why-1": ["SLOW", "ATTITUDE"], "why-5": ["FAST"], "words": "没人接电话"})
    assert done.status_code == 302 and done["Location"] == "/r/done/"
    rating = Rating.objects.get()
    assert (rating.level, rating.reasons, rating.channel) == (1, ["SLOW", "ATTITUDE"], "LINK")
    assert CallbackRow.objects.count() == 1
    assert text(client.get("/r/done/")).count("没人接电话") == 0
    again = client.get(path)
    assert again.status_code == 200 and "修改评价" in text(again), "it can be changed for some days"
    client.post(path, {"level": "4"})
    rating.refresh_from_db()
    assert rating.level == 4 and rating.first_level == 1


@pytest.mark.parametrize("token", ["x", "0" * 24, "..%2f", "%00", "é" * 20, "a" * 500, "请评价"])
def test_a_wrong_link_says_so(made: world.World, token: str) -> None:
    answer = Client().get(f"/r/{token}/")
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    "form",
    [{}, {"level": "9"}, {"level": "<script>"}, {"level": ["1", "2"], "words": "长" * 2001}, {"words": "只有话"}],
)
def test_bad_input_is_told_and_kept(made: world.World, form: dict[str, Any]) -> None:
    path = path_of(made.asked())
    answer = Client().post(path, form)
    assert (
        answer.status_code == 422
        and 'role="alert"' in text(answer)
        and "<script>" not in text(answer).replace("<script src", "")
    )
    if form.get("words") == "只有话":
        assert "只有话" in text(answer), "nothing typed is lost"
    assert not Rating.objects.exists()


def test_links_are_tried_a_few_times_only(made: world.World) -> None:
    client = Client()
    seen = [client.get(f"/r/{'z' * 20}{n}/").status_code for n in range(45)]
    assert seen[0] == 404 and seen[-1] == 429


def test_the_counter(made: world.World) -> None:
    asked = made.asked()
    desk = signed_in(made.province.accounts["counter_clerk"])
    page = desk.post(f"/desk/satisfaction/counter/{asked.matter.public_id}/", {"party": str(asked.party_id)})
    assert page.status_code == 200
    code = re.search(r'xz-code-big xz-num">(\d{4} \d{4})<', text(page)).group(1)  # type: ignore[union-attr]
    screen = Client()
    assert screen.get("/r/").status_code == 200
    assert screen.get("/r/now/")["Location"] == "/r/"
    assert screen.post("/r/", {"code": "1234"}).status_code == 422
    assert screen.post("/r/", {"code": code})["Location"] == "/r/now/"
    assert screen.post("/r/now/", {"level": "5"})["Location"] == "/r/done/"
    assert Rating.objects.get().channel == "COUNTER"
    assert screen.get("/r/now/")["Location"] == "/r/", "the next person finds nothing"
    assert screen.post("/r/", {"code": code}).status_code == 422, "a code is used once"
    # The clerk gets a code again and does not learn that the person has rated.
    repeated = desk.post(f"/desk/satisfaction/counter/{asked.matter.public_id}/", {"party": str(asked.party_id)})
    assert repeated.status_code == 200 and "已" not in text(repeated).split("xz-code-big")[1][:400]
    again = re.search(r'xz-code-big xz-num">(\d{4} \d{4})<', text(repeated)).group(1)  # type: ignore[union-attr]
    other = Client()
    other.post("/r/", {"code": again})
    closed = other.get("/r/now/")
    assert closed.status_code == 404 and "已经评价过" in text(closed)


def test_the_clerk_does_not_rate_at_the_own_desk(made: world.World) -> None:
    asked = made.asked()
    code = services.counter_code(asked)
    desk = signed_in(made.province.accounts["counter_clerk"])
    desk.post("/r/", {"code": code})
    answer = desk.post("/r/now/", {"level": "5"})
    assert answer.status_code == 422 and "工作人员" in text(answer)
    assert not Rating.objects.exists()


def test_a_code_dies_after_minutes(made: world.World, freeze: Callable[[str], None]) -> None:
    code = services.counter_code(made.asked())
    assert services.by_code(code) is not None
    freeze("2026-09-14 10:11")
    assert services.by_code(code) is None
    for wrong in ("", "12345678", "一二三四五六七八", code[:7], code + "1"):
        assert services.by_code(wrong) is None


def test_codes_are_tried_a_few_times_only(made: world.World) -> None:
    screen = Client()
    seen = [screen.post("/r/", {"code": f"{n:08d}"}).status_code for n in range(12)]
    assert seen[0] == 422 and seen[-1] == 429


def test_my_ratings_and_the_panel(made: world.World) -> None:
    asked = made.asked()
    mine = signed_in(made.province.accounts["citizen"])
    page = mine.get(f"/my/{asked.matter.public_id}/")
    assert f"/my/ratings/{asked.public_id}/" in text(page)
    assert (
        mine.post(f"/my/ratings/{asked.public_id}/", {"level": "5", "why-5": "FAST", "words": "谢谢"})["Location"]
        == "/my/ratings/"
    )
    listed = text(mine.get("/my/ratings/"))
    assert "非常满意" in listed and "谢谢" in listed and asked.matter.number in listed
    other = signed_in(made.province.accounts["other_citizen"])
    assert other.get(f"/my/ratings/{asked.public_id}/").status_code == 404
    assert asked.matter.number not in text(other.get("/my/ratings/"))
    assert Client().get("/my/ratings/").status_code == 302
    staff = signed_in(made.province.accounts["case_officer"])
    assert staff.get("/my/ratings/").status_code == 403


def test_the_handler_learns_nothing(made: world.World) -> None:
    """No page of the desk of those who were rated holds the answer, its words, or that there is one."""
    asked = made.asked()
    services.rate(asked.pk, "1", ["ATTITUDE"], "窗口的人太凶了", "LINK")
    row = made.callback(asked.matter)
    for name in ("case_officer", "office_head", "counter_clerk", "organ_head"):
        client = signed_in(made.province.accounts[name])
        pages = [
            f"/desk/m/{asked.matter.public_id}/", "/desk/", "/desk/?view=unit", "/desk/?view=reach", "/desk/notices/",
            "/desk/satisfaction/callbacks/", f"/desk/satisfaction/rows/?unit={asked.unit_id}", f"/desk/figures/?board=HCPHF&unit={asked.unit_id}",
            f"/desk/figures/rows/?board=HCPHF&metric=all&unit={asked.unit_id}",
        ]  # fmt: skip
        for path in pages:
            said = text(client.get(path, follow=True))
            for secret in ("窗口的人太凶了", row.matter.number, str(row.matter.public_id)):
                assert secret not in said, (name, path)
        assert client.get(f"/desk/m/{row.matter.public_id}/").status_code == 404


def test_the_call_back_officer(made: world.World) -> None:
    asked = made.asked()
    services.rate(asked.pk, "1", ["ATTITUDE"], "太凶了", "LINK")
    row = made.callback(asked.matter)
    client = signed_in(made.caller)
    listed = text(client.get("/desk/satisfaction/callbacks/"))
    assert row.matter.number in listed and "非常不满意" in listed and "陈晓岚" not in listed
    for state in ("OPENED", "CLOSED", "NONSENSE", "%00"):
        assert client.get(f"/desk/satisfaction/callbacks/?state={state}&page=abc").status_code in (200, 400)
    page = client.get(f"/desk/m/{row.matter.public_id}/")
    assert page.status_code == 200 and "评价人" in text(page) and "陈晓岚" not in text(page)
    form = client.get(f"/desk/m/{row.matter.public_id}/e/called/")
    assert form.status_code == 200


def test_what_a_unit_puts_right(made: world.World) -> None:
    asked = made.asked()
    services.rate(asked.pk, "2", [], "太慢", "LINK")
    row = made.callback(asked.matter)
    made.call(row, "called", {"how": "PHONE", "said": "EXPLAINS", "words": "说明。"})
    made.call(
        row, "well_founded", {"causes": ["DELAY"], "finding": "属实，陈晓岚来电三次。", "measure": "值班电话设转接。"}
    )
    head = signed_in(made.province.accounts["office_head"])
    said = text(head.get("/desk/satisfaction/rectify/"))
    assert (
        "值班电话设转接。" in said and "陈晓岚" not in said and "太慢" not in said and asked.matter.number not in said
    )
    assert head.post("/desk/satisfaction/rectify/", {"row": str(row.pk), "what": " "}).status_code == 422
    assert head.post("/desk/satisfaction/rectify/", {"row": "x"}).status_code == 404
    other = signed_in(made.province.accounts["other_head"])
    assert other.post("/desk/satisfaction/rectify/", {"row": str(row.pk), "what": "改了"}).status_code == 404
    assert head.post("/desk/satisfaction/rectify/", {"row": str(row.pk), "what": "已设转接。"}).status_code == 302
    assert Matter.objects.get(pk=row.matter_id).state == "TELLING"


def test_figures_and_lists_open(made: world.World) -> None:
    for level in (5, 4, 3, 2, 1):
        services.rate(made.asked().pk, level, [], f"话{level}", "LINK")
    rollup.refresh()
    office = made.province.units["office"].pk
    head = signed_in(made.province.accounts["office_head"])
    board = text(head.get(f"/desk/figures/?board=HCPHF&unit={office}"))
    assert "好差评" in board and "3.00" in board
    links = set(re.findall(r'href="(/desk/(?:satisfaction/rows|figures/rows)/\?[^"]+)"', board))
    assert len(links) >= 4
    for link in links:
        assert head.get(link.replace("&amp;", "&")).status_code == 200, link
    assert head.get("/desk/satisfaction/rows/").status_code == 200
    for query in ("?unit=abc", "?unit=999999999999999999999", f"?unit={made.province.units['other_office'].pk}"):
        assert head.get(f"/desk/satisfaction/rows/{query}").status_code == 404, query
    for query in ("from=x&to=y", "level=9", "level=%00", "procedure=%3Cb%3E&event=zzz"):
        assert head.get(f"/desk/satisfaction/rows/?unit={office}&{query}").status_code in (200, 400)
    assert head.get("/desk/satisfaction/officers/").status_code == 200
    assert signed_in(made.province.accounts["case_officer"]).get("/desk/satisfaction/officers/").status_code == 403


def test_the_public_pages(made: world.World) -> None:
    for _n in range(10):
        services.rate(made.asked().pk, 5, [], "", "LINK")
    rollup.refresh()
    said = text(Client().get("/satisfaction/"))
    assert "临川县司法局" in said and "100%" in said
    assert Client().get("/satisfaction/?q=" + "长" * 100).status_code == 200
    guide = text(Client().get("/guide/XZFY/"))
    assert "办过的人怎么说" in guide and "100%" in guide


def test_second_rating_by_the_same_page(made: world.World) -> None:
    asked = made.asked()
    services.rate(asked.pk, "1", [], "", "LINK")
    row = made.callback(asked.matter)
    for event, data in (
        ("called", {"how": "PHONE", "said": "EXPLAINS", "words": "说明。"}), ("not_founded", {"finding": "不属实。"}),
        ("told", {"how": "PHONE", "answer": "告知。"}),
    ):  # fmt: skip
        made.call(row, event, data)
    mine = signed_in(made.province.accounts["citizen"])
    assert "再评价一次" in text(mine.get("/my/ratings/")) and "再评价一次" in text(
        mine.get(f"/my/{asked.matter.public_id}/")
    )
    followed = mine.get(f"/my/{row.matter.public_id}/")
    assert followed.status_code == 200 and "再次评价" in text(followed), "the call-back is one of my matters"
    page = mine.get(f"/my/ratings/{asked.public_id}/")
    assert "请再评价一次" in text(page)
    mine.post(f"/my/ratings/{asked.public_id}/", {"level": "3", "words": "还行"})
    assert Matter.objects.get(pk=row.matter_id).outcome == "RERATED_GOOD"
    assert Rating.objects.get().level == 1, "the first answer stays what it was"
