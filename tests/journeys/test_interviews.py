"""自助问答: two people on telephones, one of them without JavaScript, from the first question to the outcome; axe throughout."""

from __future__ import annotations

import re

import pytest

from tests.journeys.office import PHONE, Office, Person
from tests.journeys.test_legal_aid import axe

pytestmark = pytest.mark.browser


def answer(person: Person, value: str) -> None:
    """A choice by its code, 2026-08-20, a number, or ? for not knowing."""
    page = person.page
    if re.fullmatch(r"\d{4}-\d+-\d+", value):
        for name, part in zip("ymd", value.split("-"), strict=True):
            page.locator(f"[name={name}]").fill(part)
    elif value == "?":
        page.locator("[name=unknown]").check()
    elif value[0].isdigit():
        page.locator("[name=value]").fill(value)
    else:
        page.locator(f"[name=value][value={value}]").check()
    person.press("继续")


def test_a_worker_learns_until_when_to_claim_wages_and_changes_an_answer(office: Office) -> None:
    worker = office.person(size=PHONE)
    worker.go("/interviews/")
    axe(worker)
    worker.press("工资被拖欠，怎么要回来")
    axe(worker)
    worker.press("开始")
    worker.sees("这件事走到哪一步了", "为什么要问", "劳动争议调解仲裁法", "第1题")
    axe(worker)
    worker.press("继续")
    worker.sees("请选一个")
    axe(worker)
    for value in ("none", "company", "no", "no", "no", "no"):
        answer(worker, value)
    worker.sees("您是哪一天离开的")
    answer(worker, "2026-13-40")
    worker.sees("请填写真实存在的日期")
    assert worker.page.locator("[name=m]").input_value() == "13"
    for value in ("2026-8-20", "no", "no", "2025-12-1", "6,000", "?", "yes", "3"):
        answer(worker, value)
    worker.sees("核对您的回答", "2026年8月20日", "6,000元", "算不清")
    assert "2026" not in worker.page.url
    axe(worker)
    worker.press("看结果")
    worker.sees("还在时效之内", "2027年8月20日", "42,000元", "6,000元 × 7", "不核查经济情况", "欠薪求助", "不预测输赢")
    axe(worker)
    worker.page.emulate_media(media="print")
    assert worker.page.locator("#h-next").is_visible() and not worker.page.locator(".iv-brief").is_visible()
    worker.page.emulate_media(media="screen")
    # The browser's back button leads to a page that still works; an earlier answer is changed, and the result with it.
    worker.page.go_back()
    worker.page.locator("a[href*='/q/still/']").click()
    answer(worker, "yes")
    worker.press("看结果")
    worker.sees("没有时效的限制")
    worker.press("清除我的回答，重新开始")
    worker.sees("开始")
    worker.go("/interviews/wages/outcome/")
    worker.sees("这件事走到哪一步了")


def test_a_tenant_without_javascript_learns_what_of_the_deposit_comes_back(office: Office) -> None:
    tenant = office.person(size=PHONE, scripts=False)
    tenant.go("/interviews/rent/")
    tenant.press("开始")
    for value in ("tenant", "deposit", "no", "yes", "yes", "3000", "450", "2026-9-28"):
        answer(tenant, value)
    tenant.press("看结果")
    tenant.sees("只能扣真正该付的", "2,550元", "押金 3,000元", "住房租赁条例", "2029年9月28日")
    tenant.go("/interviews/rent/q/told/")
    tenant.sees("核对您的回答")
