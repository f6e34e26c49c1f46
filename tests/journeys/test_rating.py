"""Rating on a telephone without JavaScript, by the counter's code; the call-back; the second rating."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.errands import act
from tests.journeys.office import PHONE, Office, Person
from tests.journeys.test_pages import AXE, WIDER, flaws, frame_of

pytestmark = pytest.mark.browser
QUESTION = """
    SELECT m.public_id::text, i.public_id::text FROM satisfaction_invitation i JOIN procedures_matter m ON m.id = i.matter_id
    JOIN procedures_matterofficer o ON o.matter_id = m.id AND o.valid_to IS NULL JOIN access_account a ON a.staff_id = o.staff_id
    WHERE i.state = 'OPEN' AND i.valid_until >= date '2026-11-23' AND a.username IN ('shenzhiyuan', 'lumingzhou')
    ORDER BY i.id
"""


def looked_at(person: Person, wrong: list[str]) -> None:
    """The page that is open, at telephone width: axe, frame, nothing wider than the screen."""
    if not person.office.scripts(person.context):
        return
    person.page.evaluate(AXE.read_text() + "; 0")
    wrong += frame_of(person, person.path)
    wrong += flaws(person, person.path, "phone")
    if over := person.page.evaluate(WIDER):
        wrong.append(f"{person.path} is wider than the screen: {over}")


def code_of(office: Office, matter: str) -> str:
    """The code the clerk reads out."""
    clerk = office.person("window")
    clerk.go(f"/desk/m/{matter}/")
    with clerk.page.expect_navigation():
        clerk.page.locator("form[action*='/satisfaction/counter/'] button").first.click()
    found = re.search(r"\b(\d{4} \d{4})\b", clerk.said)
    assert found, clerk.said
    assert "满意" not in clerk.said, "the clerk sees no answer"
    return found.group(1)


def test_a_bad_rating_is_called_back_and_rated_again(office: Office) -> None:
    rows: list[tuple[Any, ...]] = office.rows(QUESTION)
    assert rows, "the province has an open question at the county's office"
    matter = rows[0][0]
    wrong: list[str] = []
    # On the own telephone, without scripts, signed in nowhere.
    citizen = office.person(size=PHONE, scripts=False)
    citizen.go("/r/")
    citizen.page.locator("#code").fill(code_of(office, matter))
    citizen.press("开始评价")
    assert citizen.path == "/r/now/"
    citizen.press("提交评价")
    citizen.sees("请选择一个评价")
    citizen.page.get_by_label("非常不满意").check()
    assert citizen.page.locator("#why-1-ATTITUDE").is_visible(), "reasons of this level show without scripts"
    assert not citizen.page.locator("#why-5-FAST").is_visible()
    citizen.page.locator("#why-1-ATTITUDE").check()
    citizen.page.locator("#words").fill("窗口让我跑了三趟。")
    citizen.press("提交评价")
    assert citizen.path == "/r/done/"
    citizen.sees("谢谢您的评价")
    citizen.go("/r/now/")
    assert citizen.path == "/r/", "the next person at this screen finds nothing"
    # The office that was rated learns nothing; the center calls.
    handler = office.person("shenzhiyuan")
    handler.go(f"/desk/m/{matter}/")
    assert "跑了三趟" not in handler.text and "非常不满意" not in handler.text
    caller = office.person("callback", size=PHONE)
    caller.go("/desk/satisfaction/callbacks/?state=OPENED")
    looked_at(caller, wrong)
    caller.sees("非常不满意", "禾溪县司法局")
    number = office.rows(
        "SELECT public_id::text FROM procedures_matter WHERE procedure = 'HCPHF' ORDER BY id DESC LIMIT 1"
    )[0][0]
    head = office.person("callback-head")
    act(head, number, "called", {"how": "PHONE", "said": "EXPLAINS", "words": "说材料要了三次。"})
    state = office.rows("SELECT state FROM procedures_matter WHERE public_id = %s", number)[0][0]
    assert state == "VERIFYING", head.said[:800]
    assert not wrong, "\n".join(wrong)


def test_the_second_rating_of_the_story(office: Office) -> None:
    """周禾生 was called back; the result was told; the rating is given again on a telephone."""
    wrong: list[str] = []
    citizen = office.person("zhouhesheng", size=PHONE)
    citizen.go("/my/ratings/")
    looked_at(citizen, wrong)
    citizen.sees("不满意", "行政复议·送达")
    asked = office.rows(
        "SELECT i.public_id::text FROM satisfaction_invitation i JOIN satisfaction_callbackrow c ON c.invitation_id = i.id "
        "JOIN procedures_matter m ON m.id = c.matter_id WHERE m.state = 'TOLD' AND i.event = 'served' ORDER BY i.id"
    )
    citizen.go(f"/my/ratings/{asked[0][0]}/")
    looked_at(citizen, wrong)
    citizen.sees("请再评价一次")
    citizen.page.get_by_label("满意", exact=True).check()
    citizen.page.locator("#words").fill("这次说清楚了。")
    citizen.press("提交评价")
    assert citizen.path == "/my/ratings/"
    done = office.rows("SELECT m.outcome FROM procedures_matter m JOIN satisfaction_callbackrow c ON c.matter_id = m.id "
                       "JOIN satisfaction_invitation i ON i.id = c.invitation_id WHERE i.public_id = %s", asked[0][0])  # fmt: skip
    assert done[0][0] == "RERATED_GOOD"
    assert not wrong, "\n".join(wrong)


def test_pages_of_ratings_are_sound(office: Office) -> None:
    """axe at telephone and desktop width on every page of ratings; nothing wider than the screen."""
    wrong: list[str] = []
    for name, paths in (
        ("", ("/r/", "/r/done/", "/satisfaction/", "/guide/XZFY/")), ("zhouhesheng", ("/my/ratings/",)),
        ("callback", ("/desk/satisfaction/callbacks/", "/desk/satisfaction/callbacks/?state=CLOSED")),
        ("zhenghuaigu", ("/desk/satisfaction/rectify/", "/desk/satisfaction/officers/", "/desk/figures/?board=HCPHF")),
        ("sheng-leader", ("/desk/figures/?board=HCPHF",)),
    ):  # fmt: skip
        for size in (PHONE, {"width": 1440, "height": 900}):
            person = office.person(name, size=size) if name else office.person(size=size)
            for path in paths:
                person.go(path)
                looked_at(person, wrong)
    leader = office.people[-1]
    leader.go("/desk/figures/?board=HCPHF")
    leader.page.locator(".xz-figs a[href*='/satisfaction/rows/']").first.click()
    leader.page.wait_for_load_state()
    looked_at(leader, wrong)
    assert not wrong, "\n".join(wrong)
