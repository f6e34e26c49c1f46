"""Icons, chips, dates and the switches of the shared look."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from xiezhi.kernel.calendar.days import Calendar
from xiezhi.ui import clocks
from xiezhi.ui.icons import icon

CALENDAR = Calendar({}, frozenset({2026})).provisional()


def matter(**how: object) -> SimpleNamespace:
    values = {"open": True, "held": False, "due_legal": None, "due_term": "", "due_provisional": False, "procedure": "NONE",
              "version": 1, "closed_on": None} | how  # fmt: skip
    return SimpleNamespace(**values)


@pytest.mark.parametrize(
    ("day", "state", "left"),
    [
        (date(2026, 11, 23), "today", "今天"),
        (date(2026, 11, 26), "soon", "还有3天"),
        (date(2026, 12, 21), "plain", "还有28天"),
        (date(2026, 11, 20), "late", "超期3天"),
    ],
)
def test_chip_says_what_is_left(freeze, day: date, state: str, left: str) -> None:  # type: ignore[no-untyped-def]
    freeze("2026-11-23 09:00")
    chip = clocks.chip_of_matter(matter(due_legal=day), CALENDAR)
    assert (chip.state, chip.left) == (state, left)


def test_halted_and_ended_matters_have_their_own_shape() -> None:
    assert clocks.chip_of_matter(matter(held=True), CALENDAR).state == "held"
    assert clocks.chip_of_matter(matter(open=False, closed_on=date(2026, 1, 5)), CALENDAR).state == "met"
    assert clocks.chip_of_matter(matter(), CALENDAR).state == "none"


def test_working_days_left_skip_the_weekend() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    assert clocks.working_left(CALENDAR, friday, monday) == 1
    assert clocks.working_left(CALENDAR, monday, friday) == -1


def test_icons_are_inline_and_misspelled_ones_are_found() -> None:
    assert "<path" in icon("inbox") and 'aria-hidden="true"' in icon("inbox")
    assert 'aria-label="消息"' in icon("bell", "消息")
    for wrong in ("no-such-icon", "../../secret"):
        with pytest.raises(LookupError):
            icon(wrong)


def test_dates_read_as_chinese() -> None:
    text = "{% load xz %}{{ d|zh }} {{ d|zh_week }} {{ p|masked:'phone' }} {{ m|yuan }}"
    with translation.override("zh-hans"):
        said = Template(text).render(Context({"d": date(2026, 3, 5), "p": "13812342046", "m": "8000.00"}))
    assert said == "2026年3月5日 2026年3月5日（周四） 138****2046 8,000元"


def test_the_size_of_type_and_the_language_are_remembered(db: None) -> None:
    client = Client()
    answer = client.get("/account/login/?type=large&lang=en&next=/my/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=%2Fmy%2F"
    page = client.get("/account/login/").content.decode()
    assert 'data-type="large"' in page and 'lang="en"' in page


def test_a_look_link_leads_to_no_other_host(db: None) -> None:
    answer = Client().get("//evil.example/?type=large")
    assert answer["Location"].startswith("/") and not answer["Location"].startswith("//")


def test_chinese_comes_first_whatever_the_browser_says(db: None) -> None:
    page = Client().get("/", headers={"Accept-Language": "en-US,en"}).content.decode()
    assert 'lang="zh-CN"' in page and "您遇到了什么问题" in page
