"""公司欠我工资: a worker alone on a phone, a crew with one representative, the center that triages, without JavaScript."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.journeys.office import PHONE, Office, Person

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_ACTIONS, MOST_KEYS, MOST_SECONDS = 14, 45, 180


class Hand:
    """What a thumb does: every tap and every key is counted, none is free."""

    def __init__(self, person: Person) -> None:
        self.person, self.actions, self.keys, self.began = person, 0, 0, time.monotonic()

    def tap(self, selector: str) -> None:
        self.person.page.locator(selector).first.click()
        self.actions += 1

    def write(self, selector: str, text: str) -> None:
        self.person.page.locator(selector).first.press_sequentially(text)
        self.actions += 1
        self.keys += len(text)

    def choose(self, selector: str, label: str) -> None:
        self.person.page.locator(selector).first.select_option(label=label)
        self.actions += 1

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def axe(person: Person) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    page = person.page
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], person.path  # type: ignore[index]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert not found["violations"], [(v["id"], [n["html"][:160] for n in v["nodes"][:3]]) for v in found["violations"]]


def photo(folder: Path, name: str) -> str:
    path = folder / name
    Image.new("RGB", (60, 40), "white").save(path, "JPEG")
    return str(path)


def secret_of(office: Office, number: str) -> list[tuple[str, str]]:
    """Links and codes of the invitations of a report, as the messages carry them."""
    code = (
        "import django; django.setup()\n"
        "from xiezhi.kernel.notices.models import Notice\n"
        "from xiezhi.kernel.sealing import unseal\n"
        "import sys\n"
        "for n in Notice.objects.filter(matter__intake_no=sys.argv[1], template='wages.invite', secret__isnull=False).order_by('id'):\n"
        "    print(unseal(n.secret, context='notice'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, number],
        env=office.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return re.findall(r"(/wages/w/[^/\s]+/) 验证码(\d{6})", done.stdout)


def test_a_worker_alone_reports_on_a_phone_in_under_three_minutes(office: Office, tmp_path: Path) -> None:
    worker = office.person("shigensheng", size=PHONE)
    worker.go("/")
    worker.press("公司欠我工资")
    assert worker.path == "/wages/"
    axe(worker)
    worker.sees("石根生", "已实名，不用再填")
    assert not worker.page.locator("[name=id_no]").count()
    hand = Hand(worker)
    hand.write("#f-employer_name", "云岭新渡装饰有限公司")
    hand.choose("#f-county", "禾溪县")
    hand.write("#f-months", "3")
    hand.write("#f-monthly", "6000")
    hand.tap("#f-employed-1")
    hand.write('[name="ended_on.m"]', "10")
    hand.write('[name="ended_on.d"]', "20")
    worker.page.locator("#f-attachments").set_input_files([photo(tmp_path, "工资条.jpg"), photo(tmp_path, "聊天.jpg")])
    hand.actions += 2  # open the album, choose
    worker.page.locator("[data-photos]").filter(has_text="工资条.jpg").wait_for()
    with worker.page.expect_navigation(wait_until="load"):
        hand.tap("button.xz-button--start")
    assert worker.path.startswith("/wages/receipt/"), worker.said[:2000]
    assert hand.actions <= MOST_ACTIONS, hand.actions
    assert hand.keys <= MOST_KEYS, hand.keys
    assert hand.seconds < MOST_SECONDS, hand.seconds
    worker.sees(
        "收到了，今天就办",
        "禾溪县公共法律服务中心",
        "2027年10月20日",
        "法律规定，这些单位要付",
        "云岭新渡装饰有限公司",
        "劳动仲裁",
    )
    axe(worker)
    number = re.search(r"QXWQ\d{14}", worker.said)
    assert number
    worker.press("打开我的办件")
    worker.sees(number.group(), "工资条.jpg", "要回来多少", "谁该付这笔工资", "可以走的路")
    axe(worker)
    officer = office.person("triage")
    officer.go("/desk/wages/?q=新渡")
    officer.sees("云岭新渡装饰有限公司", "当日分流")
    axe(officer)
    officer.page.locator("main tbody a").first.click()
    officer.page.wait_for_load_state()
    officer.sees("建议的办法", "谁该付", "18,000元")


def test_wrong_input_keeps_words_and_photos(office: Office, tmp_path: Path) -> None:
    worker = office.person("shigensheng", size=PHONE)
    worker.go("/wages/")
    worker.fill({"employer_name": "云岭好望角餐饮有限公司", "months": "三个", "monthly": "5000", "employed": "yes"})
    worker.page.locator("#f-camera").set_input_files(photo(tmp_path, "欠条.jpg"))
    worker.press("求助")
    assert worker.page.evaluate("document.activeElement.id") == "errors"
    worker.sees("请选择干活的地方", "欠条.jpg")
    assert worker.field("months").input_value() == "三个"
    assert worker.field("employer_name").input_value() == "云岭好望角餐饮有限公司"
    axe(worker)
    worker.fill({"months": "2"})
    worker.page.locator("#f-county").select_option(label="禾溪县")
    worker.press("求助")
    worker.sees("收到了，今天就办", "要工资没有时效限制")
    worker.press("打开我的办件")
    worker.sees("欠条.jpg")


def test_a_crew_reports_once_and_everybody_confirms_alone(office: Office) -> None:
    leader = office.person("changdashan", size=PHONE)
    leader.go("/wages/")
    leader.fill(
        {"employer_name": "云岭聚鑫建筑劳务有限公司", "project_name": "城南泵站", "owed": "46000", "employed": "yes"}
    )
    leader.page.locator("#f-county").select_option(label="禾溪县")
    leader.page.get_by_text("有工友一起被欠").click()
    leader.fill({"crew": "1、马春耕 13900010001 9000元\n2、牛得草 13900010002 8000\n杨柳青 7000"})
    leader.press("看看认得对不对")
    leader.sees("认出3个人", "马春耕", "没有手机号")
    axe(leader)
    leader.press("求助")
    leader.sees("收到了，今天就办")
    number = re.search(r"QXWQ\d{14}", leader.said)
    assert number
    leader.press("工友确认到几个人了")
    leader.sees("马春耕", "等本人确认")
    axe(leader)
    invited = secret_of(office, number.group())
    assert len(invited) == 2
    path, code = invited[0]
    mate = office.person(size=PHONE)
    mate.go(path)
    axe(mate)
    mate.fill({"code": "12"})
    mate.press("下一步")
    mate.sees("验证码不对")
    mate.fill({"code": code})
    mate.press("下一步")
    mate.sees("马春耕", "9,000元", "云岭聚鑫建筑劳务有限公司")
    for other in ("牛得草", "杨柳青", "常大山", "8,000", "46,000"):
        assert other not in mate.text
    axe(mate)
    mate.press("确定")
    mate.sees("本人已确认")
    leader.go(leader.path)
    assert leader.said.count("本人已确认") >= 2


def test_a_report_without_an_account_and_without_javascript(office: Office) -> None:
    guest = office.person(size=PHONE, scripts=False)
    guest.go("/wages/")
    guest.fill({"name": "段青石", "mobile": "13900020001", "id_no": "990000199003070002"})
    values: dict[str, Any] = {
        "employer_name": "云岭白鹭服装厂",
        "months": "2",
        "monthly": "4200",
        "employed": "yes",
        "industry": "FACTORY",
    }
    guest.fill(values)
    guest.page.locator("#f-county").select_option(label="禾溪县")
    guest.press("求助")
    guest.sees("身份证号")
    assert guest.field("employer_name").input_value() == "云岭白鹭服装厂"
    guest.fill({"id_no": _number("99000019900307000")})
    guest.press("求助")
    guest.sees("收到了，今天就办", "查询码")
    number = re.search(r"QXWQ\d{14}", guest.said)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", guest.said)
    assert number and code
    later = office.person(size=PHONE)
    later.go("/wages/follow/")
    axe(later)
    later.fill({"number": number.group(), "code": code.group()})
    later.press("查看")
    later.sees("云岭白鹭服装厂", "0元")


def _number(first17: str) -> str:
    from xiezhi.kernel.units.ids import id18_complete

    return id18_complete(first17)


def test_the_leader_sees_groups_projects_and_sums(office: Office) -> None:
    head = office.person("triage-head")
    for path, words in (
        ("/desk/wages/groups/", "等批示"), ("/desk/wages/projects/", "总包"), ("/desk/wages/board/", "追回率"), ("/desk/wages/", "待分流"),
    ):  # fmt: skip
        head.go(path)
        head.sees(words)
        axe(head)
    small = office.person("triage-head", size=PHONE)
    for path in ("/desk/wages/", "/desk/wages/groups/", "/desk/wages/board/"):
        small.go(path)
        axe(small)
