"""A register on its way: delivered as a file, checked, opened to the public, looked up on a telephone; and everybody's pages of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from stdnum.cn import uscc

from tests.journeys.office import DESKTOP, NOW, PHONE, Office
from tests.journeys.test_wages import axe

pytestmark = pytest.mark.browser
HEAD = "统一社会信用代码,名称,组织形式,许可证号,负责人,合伙人数,律师人数,设立日期,住所,电话,状态,行政区划,报送单位代码"
DESK = (
    "data/", "data/catalog/", "data/catalog/std_lawfirm/", "data/standards/", "data/collect/", "data/quality/", "data/tables/std_lawfirm/", "data/persons/",
    "data/clues/", "data/exchange/", "data/open/", "data/runs/",
)  # fmt: skip


def code(n: int) -> str:
    """A credit code of a law firm with its check characters."""
    organ = f"MD{n:06d}"
    weights, values = (3, 7, 9, 10, 5, 8, 4, 2), [int(c) if c.isdigit() else ord(c) - 55 for c in organ]
    rest = 11 - sum(w * v for w, v in zip(weights, values, strict=True)) % 11
    front = "31990000" + organ + {10: "X", 11: "0"}.get(rest, str(rest))
    return front + str(uscc.calc_check_digit(front + "0"))


def register(folder: Path) -> Path:
    """Twelve firms as a supplier writes them; the last one's code is damaged."""
    rows = [
        f"{code(n)},云岭第{n}律师事务所,普通合伙,239900{n:04d},李某某,3,9,2015/3/{n + 1},云岭市人民路{n}号,0999-1234567,正常,990100,"
        for n in range(1, 13)
    ]
    rows[-1] = rows[-1].replace(code(12), code(12)[:-1] + ("A" if code(12)[-1] != "A" else "B"))
    path = folder / "律师事务所.csv"
    path.write_bytes("\n".join([HEAD, *rows, ""]).encode("gb18030"))
    return path


def test_a_register_from_its_file_to_the_public(office: Office, tmp_path: Path) -> None:
    office.at(NOW)
    steward = office.person("data-steward", size=DESKTOP)
    page = steward.go("/desk/data/collect/demo_lawfirm/")
    page.set_input_files("input[type=file]", register(tmp_path))
    page.get_by_role("button", name="送达", exact=True).click()
    office.work()
    steward.go("/desk/data/collect/demo_lawfirm/")
    steward.sees("律师事务所.csv", "12")
    axe(steward)
    office.command("data", "govern", "std_lawfirm")
    steward.go("/desk/data/quality/std_lawfirm/rows/")
    steward.sees("信用代码")
    axe(steward)
    opener = office.person("open-officer", size=DESKTOP)
    page = opener.go("/desk/data/open/lawfirms/")
    page.get_by_role("button", name="生成新版本").click()
    office.work()
    page = opener.go("/desk/data/open/lawfirms/")
    opener.sees("待发布")
    axe(opener)
    page.get_by_role("button", name="发布", exact=True).click()
    opener.sees("已发布")
    visitor = office.person(size=PHONE)
    page = visitor.go("/data/")
    visitor.sees("律师事务所名录")
    axe(visitor)
    page.get_by_role("link", name="律师事务所名录", exact=True).click()
    visitor.sees("预览", "数据项", "SHA-256")
    axe(visitor)
    page.get_by_role("link", name="查询", exact=True).click()
    page.get_by_label("名称").fill("第7律")
    page.get_by_role("main").get_by_role("button", name="查询").click()
    visitor.sees("查到1条", "云岭第7律师事务所")
    axe(visitor)


def test_pages_of_the_data_center_on_a_desk_and_a_telephone(office: Office) -> None:
    office.at(NOW)
    steward = office.person("data-steward", size=DESKTOP)
    for path in DESK:
        steward.go(f"/desk/{path}")
        axe(steward)
    phone = office.person("data-steward", size=PHONE)
    for path in DESK[::3]:
        phone.go(f"/desk/{path}")
        axe(phone)


@pytest.mark.parametrize("role", ["data-steward", "link-reviewer", "clue-checker"])
def test_what_the_home_offers_opens(office: Office, role: str) -> None:
    """The picture shows everybody the same counts; a link stands only where it opens for the reader."""
    office.at(NOW)
    person = office.person(role, size=DESKTOP)
    page = person.go("/desk/data/")
    person.sees("来源", "业务标准库")
    found = page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.getAttribute('href'))")
    answers = {path: page.request.get(office.address + path).status for path in dict.fromkeys(found)}
    assert {path: status for path, status in answers.items() if status != 200} == {}
