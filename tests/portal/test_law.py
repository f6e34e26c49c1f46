"""The law library for readers: addresses, versions as of a day, comparison, what is not there, reports."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.kernel.law import shelf
from xiezhi.kernel.law.models import Provision, Reference, TextReport

ACT = "云岭省测试条例"


@pytest.fixture
def library(db: None, freeze: Any) -> None:
    freeze("2026-10-12 09:00")
    shelf.both()
    shelf.put("云岭省废止办法", "2001", shelf.OLD, since=date(2001, 1, 1), ended=date(2020, 1, 1), why="repealed")


def page(path: str, status: int = 200, **query: str) -> str:
    answer = Client().get(path, query)
    assert answer.status_code == status, answer.content[:300]
    return answer.content.decode()


def test_nothing_imported_is_said_and_still_useful(db: None) -> None:
    assert "还没有导入法规正文" in page("/law/")
    assert "民法典" in page("/law/acts/", q="民法典")
    text = page("/law/民法典/现行/第三条/")
    assert "尚未导入" in text and "flk.npc.gov.cn" in text and "第三条" in text
    assert "共1260条" in page("/law/民法典/现行/第1261条/", 404)
    assert "废止" in page("/law/合同法/现行/第52条/")
    page("/law/没有这样的法/", 404)


def test_the_version_in_force_is_shown(library: None) -> None:
    text = page(f"/law/{ACT}/")
    assert "十五日内" in text and "现行有效" in text and "第一章" in text
    old = page(f"/law/{ACT}/2019/")
    assert "旧文本" in old and "十日内" in old and "看现行文本" in old
    assert "十日内" in page(f"/law/{ACT}/", on="2020-01-01")
    page(f"/law/{ACT}/1999/", 404)


def test_a_place_is_led_to(library: None) -> None:
    for path in (
        f"/law/{ACT}/2025/第4条第2款第1项/",
        f"/law/{ACT}/2025/第四条第二款第（一）项/",
        f"/law/{ACT}/现行/第4条第2款第1项/",
    ):
        text = page(path)
        assert '<li id="t4-k2-x1" class="is-marked">' in text
        assert "《云岭省测试条例》第四条第二款第（一）项" in text
    history = page(f"/law/{ACT}/2025/第4条/")
    assert "文字没有变化，在第三条" in history
    assert "新增的条文" in page(f"/law/{ACT}/2025/第2条/")
    assert "有修改" in page(f"/law/{ACT}/2019/第2条/")
    assert "最后一条是第5条" in page(f"/law/{ACT}/2025/第9条/", 404)
    page(f"/law/{ACT}/2025/第x条/", 404)


def test_repealed_law_never_looks_alive(library: None) -> None:
    for path in ("/law/云岭省废止办法/", "/law/云岭省废止办法/2001/第2条/", "/law/云岭省废止办法/现行/第2条/"):
        text = page(path)
        assert "已于2020年1月1日废止，不能再作为依据" in text
        assert "现行有效" not in text


def test_citations_in_the_text_are_links(library: None) -> None:
    provision = Provision.objects.get(version__label="2025", version__act__name=ACT, number=3)
    start = provision.text.index("结果")
    Reference.objects.create(
        provision=provision,
        start=start,
        end=start + 2,
        act_name=ACT,
        to_act=provision.version.act,
        article=1,
        state="ok",
    )
    Reference.objects.create(provision=provision, start=0, end=3, act_name="不存在的法", state="unknown_act")
    text = page(f"/law/{ACT}/2025/")
    assert f'<a href="/law/{ACT}/2025/第1条/">结果</a>' in text


def test_two_versions_beside_each_other(library: None) -> None:
    text = page(f"/law/{ACT}/compare/")
    assert "<del>十日</del>" in text.replace("<del>十</del>", "<del>十日</del>") or "<del>" in text
    assert "<ins>" in text and "（新增）" in text
    assert "文字没有变" in page(f"/law/{ACT}/compare/", all="1")
    assert "只有一个文本" in page("/law/云岭省废止办法/compare/")


def test_markup_in_a_text_stays_text(db: None) -> None:
    shelf.put(
        "云岭省标记办法",
        "2020",
        "第一条 <script>alert(1)</script>&amp;\n\n第二条 <b>粗</b>。\n",
        since=date(2020, 1, 1),
    )
    for path in ("/law/云岭省标记办法/", "/law/云岭省标记办法/2020/第1条/"):
        text = page(path)
        assert "<script>alert" not in text and "&lt;script&gt;" in text and "<b>粗" not in text


def test_somebody_reports_an_error(library: None) -> None:
    client = Client()
    data = {"act": ACT, "version": "2025", "place": "第4条第2款", "text": "少了一个字"}
    answer = client.post("/law/report/", data)
    assert answer.status_code == 302
    found = TextReport.objects.get()
    assert (found.act_name, found.place, found.state) == (ACT, "第4条第2款", "open")
    assert "收到了" in client.get(answer["Location"]).content.decode()
    client.post("/law/report/", data | {"text": "x"})
    assert client.post("/law/report/", data | {"act": "没有"}).status_code == 404
    assert TextReport.objects.count() == 1


def test_a_version_as_akoma_ntoso(library: None) -> None:
    answer = Client().get(f"/law/{ACT}/2025/akn/")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/akn+xml")
    assert b"art_4__para_2" in answer.content
