"""Figures lead to rows: a leader opens a number, reads what is behind it, and takes it along."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest

from tests.journeys.office import Office

pytestmark = pytest.mark.browser


def test_a_leader_opens_figures_and_drills_down(office: Office) -> None:
    import openpyxl

    refresh = "from xiezhi.kernel.datasets import rollup; rollup.refresh()"
    office.command("django", "shell", "-c", refresh)  # other errands of this office have filed since it was counted
    leader = office.person("sheng-leader")
    leader.go("/desk/")
    leader.press("行政复议指标", "nav.xz-side")
    assert leader.path == "/desk/figures/"
    leader.page.locator("[data-chart=line] canvas, [data-chart=line] svg").first.wait_for()
    figures = leader.page.locator("a.xz-fig")
    assert figures.count() >= 4
    counted = [
        n
        for n in range(figures.count())
        if re.fullmatch(r"[\d,]+件?", figures.nth(n).locator(".xz-fig__n").inner_text())
    ]
    assert counted, leader.said[:800]
    figure = figures.nth(counted[0])
    number = int(re.sub(r"\D", "", figure.locator(".xz-fig__n").inner_text()))
    assert number > 0
    with leader.page.expect_navigation(wait_until="load"):
        figure.click()
    leader.sees(f"{number}件")
    listed = leader.page.locator("tbody tr[data-row]").count()
    assert listed and (listed == number or number > listed)

    leader.page.get_by_role("button", name="导出").first.click()
    dialog = leader.page.locator("dialog#export")
    dialog.locator("select[name=purpose]").select_option("STATISTICS")
    dialog.locator("input[name=purpose_text]").fill("季度分析")
    with leader.page.expect_download() as got:
        dialog.get_by_role("button", name="导出Excel").click()
    book = openpyxl.load_workbook(BytesIO(Path(got.value.path()).read_bytes()))
    rows = [row for row in book.active.iter_rows(values_only=True) if row and str(row[0]).strip()]
    assert len(rows) >= number, (len(rows), number)

    leader.page.keyboard.press("Escape")
    with leader.page.expect_navigation(wait_until="load"):
        leader.page.locator("tbody tr[data-row] a").first.click()
    if leader.path.endswith("/purpose/"):
        leader.fill({"purpose": "SUPERVISE", "text": "督办逾期"})
        leader.page.locator("main form button").first.click()
        leader.page.wait_for_url(re.compile(r"/desk/m/[^/]+/$"))
    leader.sees("经过")
    assert not leader.page.get_by_role("link", name="受理", exact=True).count()


def test_a_month_without_matters_is_said_plainly(office: Office) -> None:
    leader = office.person("sheng-leader")
    leader.go("/desk/figures/?period=own&from=2020-01&to=2020-02")
    assert "Traceback" not in leader.text and "None" not in leader.said and "nan" not in leader.said.lower()
