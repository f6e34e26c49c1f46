"""A reader finds an article on a telephone, sees what it stands in, compares two versions, and reports an error."""

from __future__ import annotations

import pytest

from tests.journeys.office import DESKTOP, NOW, PHONE, Office
from tests.journeys.test_wages import axe

pytestmark = pytest.mark.browser
ACT = "云岭省法律援助条例"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_a_reader_finds_compares_and_reports(office: Office, size: dict[str, int]) -> None:
    office.at(NOW)
    reader = office.person(size=size)
    page = reader.go("/law/")
    reader.sees("本省法规", ACT)
    axe(reader)
    page.get_by_role("link", name=ACT, exact=True).first.click()
    reader.sees("第一条", "现行有效", "与旧文本比较")
    axe(reader)
    page.get_by_role("link", name="第三条", exact=True).click()
    reader.sees("哪些法规引用了这一条", "复制引用", f"《{ACT}》第三条")
    axe(reader)
    page.get_by_text("这里有错？告诉我们").click()
    page.get_by_label("哪里不对").fill("少了一个字")
    page.get_by_role("button", name="提交").click()
    reader.sees("收到了，谢谢")
    page.get_by_role("link", name="整部新旧比较").click()
    reader.sees("新旧比较", "没有变")
    axe(reader)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(page.url.split("/law/")[0] + "/law/search/?q=民法典第一千二百六十一条")
    reader.sees("查找结果")
    axe(reader)
