"""法律援助: a worker applies on a telephone, a lawyer answers on a telephone, the center at its desk; axe everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.office import PHONE, Office, Person

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ANSWERS = (
    ("who", {"acting": "SELF"}), ("applicant", {"mobile": "13912345678", "address": "望江路8号"}), ("topic", {"topic": "FAMILY"}),
    ("claim", {"claim": "ABUSE"}), ("facts", {"facts_reasons": "多次被打，想离婚。"}), ("opponent", {}), ("organ", {"has_organ": "no"}),
    ("agency", {}), ("limit", {"hurry": "no"}), ("represented", {"represented": "no"}), ("groups", {}),
    ("safety", {"safe_contact": "只打手机"}), ("wishes", {"wish_sex": "F"}), ("papers", {}),
)  # fmt: skip


def axe(person: Person) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    page = person.page
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], person.path  # type: ignore[index]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert not found["violations"], [
        (person.path, v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found["violations"]
    ]


def test_somebody_in_danger_applies_on_a_telephone_and_is_never_asked_about_money(office: Office) -> None:
    citizen = office.person("zhouhesheng", size=PHONE)
    citizen.go("/apply/FLYZ/")
    citizen.sees("经济困难证明", "都不需要")
    axe(citizen)
    citizen.press("开始填写")
    asked = []
    for step, values in ANSWERS:
        assert f"/q/{step}/" in citizen.path, (step, citizen.path)
        asked.append(citizen.said)
        axe(citizen)
        if step == "agency":
            box = citizen.page.locator("[name=agency]").first
            if box.evaluate("e => e.tagName") == "SELECT":
                box.select_option(index=1)
            else:
                box.check()
        elif values:
            citizen.fill(values)
        citizen.press("保存并继续")
    assert "不看经济状况" in "".join(asked)
    assert "月收入" not in "".join(asked)
    citizen.sees("核对", "周禾生", "自动取得", "只打手机")
    axe(citizen)
    citizen.press("提交申请")
    citizen.sees("已收到您的申请", "接下来", "三日内为您安排律师", "法律援助法 第43条")
    axe(citizen)
    citizen.press("打开我的办件")
    citizen.sees("我的律师", "民事")
    axe(citizen)


def test_a_lawyer_answers_and_works_on_a_telephone(office: Office) -> None:
    lawyer = office.person("guyanxi", size=PHONE)
    lawyer.go("/lawyer/")
    axe(lawyer)
    lawyer.sees("等您答复", "接受指派", "不能承办")
    lawyer.press("接受指派")
    lawyer.sees("陶望山", "会见受援人", "不收受援人任何钱物")
    axe(lawyer)
    lawyer.press("会见受援人并签订委托协议")
    lawyer.fill({"contract_signed": "true"})
    axe(lawyer)
    for path in ("/lawyer/calendar/", "/lawyer/closed/", "/lawyer/subsidies/", "/lawyer/reviews/", "/lawyer/"):
        lawyer.go(path)
        axe(lawyer)


def test_the_recipient_reaches_the_lawyer_and_asks_for_another(office: Office) -> None:
    recipient = office.person("liangqiuhe", size=PHONE)
    recipient.go("/my/")
    recipient.page.locator("main .xz-list a, main table a").first.click()
    recipient.sees("我的律师", "顾言蹊", "12月2日", "第二仲裁庭", "律师不收您任何钱物")
    axe(recipient)
    recipient.press("请求更换律师")
    recipient.sees("请求更换法律援助人员")
    axe(recipient)


def test_the_center_asks_lawyers_and_keeps_its_books(office: Office) -> None:
    officer = office.person("wenxiaoyue")
    officer.go("/desk/aid/")
    officer.sees("等待指派", "今天值班")
    axe(officer)
    paths = [
        "/desk/aid/rota/", "/desk/aid/providers/", "/desk/aid/providers/new/", "/desk/aid/subsidies/", "/desk/aid/quality/", "/desk/aid/filing/",
        "/desk/aid/filing/?custody=1", "/desk/aid/notice/",
    ]  # fmt: skip
    for path in paths:
        officer.go(path)
        axe(officer)
    officer.go("/desk/aid/providers/")
    officer.page.locator("main table a").first.click()
    officer.sees("擅长事项", "征询记录")
    axe(officer)
    officer.go("/desk/aid/")
    links = officer.page.locator("main table th a")
    if links.count():
        links.first.click()
        officer.sees("法律援助人员")
        axe(officer)
    head = office.person("jimingchuan")
    for path in ("/desk/aid/subsidies/rates/", "/desk/figures/?board=FLYZ", "/desk/aid/subsidies/"):
        head.go(path)
        axe(head)
    made = head.page.locator("main table th a").first
    if made.count():
        made.click()
        head.sees("补贴发放表", "免征增值税")
        axe(head)


def test_the_procuracy_notifies_from_its_own_desk(office: Office) -> None:
    organ = office.person("aid-notify")
    organ.go("/desk/aid/notify/")
    organ.sees("人民检察院", "不审查经济困难")
    axe(organ)
    organ.fill(
        {
            "notice_kind": "MUST",
            "notice_ground": "MINOR",
            "stage": "PROSECUTION",
            "charge": "盗窃",
            "recipient.name": "高小舟",
        }
    )
    organ.press("发出通知")
    organ.sees("已收到通知")
    assert re.search(r"禾法援〔2026〕\d+号", organ.said)
