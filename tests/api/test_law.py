"""The law library over the API: public, typed, within a limit of calls."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from lxml import etree

from tests.api.conftest import Caller
from tests.kernel.law import shelf
from xiezhi.api import law
from xiezhi.kernel.law import references
from xiezhi.kernel.law import search as engine
from xiezhi.kernel.law.models import Version

pytestmark = pytest.mark.django_db
NAME = "云岭省测试条例"
CITING = "# 云岭省引用办法\n\n第一条 说明的期限依照《云岭省测试条例》第三条办理。\n"


@pytest.fixture
def api(settings: Any, tmp_path: Path, freeze: Any) -> Caller:
    freeze("2026-07-01T09:00:00+08:00")
    settings.LAW_INDEX_DIR = str(tmp_path / "index")
    shelf.both()
    shelf.put("云岭省引用办法", "2025", CITING, since=date(2025, 7, 1), kind="地方政府规章")
    references.rebuild()
    engine.rebuild()
    return Caller()


def ask(api: Caller, path: str, **query: Any) -> tuple[int, Any]:
    return api("GET", f"/law{quote(path)}?{urlencode(query)}")


def test_search_gives_the_article_then_acts_then_words(api: Caller) -> None:
    status, found = ask(api, "/search", q=f"{NAME}第三条")
    assert status == 200, found
    assert found["exact"][0]["citation"] == f"{NAME} 第3条" and found["exact"][0]["state"] == "text"
    status, found = ask(api, "/search", q="凭证")
    assert [(f["act"], f["place"], f["state"]) for f in found["found"]] == [(NAME, "第4条", "in_force")]
    assert [p["text"] for p in found["found"][0]["extract"] if p["marked"]] == ["凭证"]
    assert found["facets"]["kind"] == [{"value": "地方性法规", "count": 1, "chosen": False}]
    assert ask(api, "/search", q="凭证", on="2020-01-01")[1]["found"][0]["label"] == "2019"
    assert ask(api, "/search", q="测试条例")[1]["acts"][0]["name"] == NAME
    assert ask(api, "/search", q="凭证", include_old="true")[1]["total"] == 2


def test_acts_and_versions(api: Caller) -> None:
    status, listed = ask(api, "/acts", kind="地方性法规")
    assert status == 200 and [a["name"] for a in listed["items"]] == [NAME] and listed["total"] == 1
    assert ask(api, "/acts", text="引用")[1]["items"][0]["state"] == "in_force"
    assert ask(api, "/acts", page=9)[1]["items"] == []
    status, one = ask(api, f"/acts/{NAME}")
    assert status == 200 and one["label"] == "2025" and one["state"] == "in_force"
    assert [(v["label"], v["state"]) for v in one["versions"]] == [("2025", "in_force"), ("2019", "superseded")]
    assert ask(api, f"/acts/{NAME}", on="2019-01-01")[1]["state"] == "not_yet"
    status, version = ask(api, f"/acts/{NAME}/versions/2019")
    assert status == 200 and version["total"] == 4 and version["provisions"][1]["eid"] == "art_2"
    assert version["provisions"][0]["headings"][0]["title"] == "总则"
    assert len(ask(api, f"/acts/{NAME}/versions/现行", size=2, page=2)[1]["provisions"]) == 2
    for missing in ("/acts/没有这部法", f"/acts/{NAME}/versions/1901", f"/acts/{NAME}/versions/2025/articles/第99条"):
        assert ask(api, missing)[0] == 404, missing


def test_an_article_with_its_standing(api: Caller) -> None:
    status, article = ask(api, f"/acts/{NAME}/versions/现行/articles/第四条第二款第（二）项")
    assert status == 200 and article["text"].endswith("与所办事项无关的。") and article["state"] == "text"
    assert article["eid"] == "art_4__para_2__item_2"
    assert ask(api, f"/acts/{NAME}/versions/2025/articles/art_4__para_2__item_2")[1] == article
    status, former = ask(api, f"/acts/{NAME}/versions/2019/articles/第3条")
    assert status == 200 and former["state"] == "not_in_force" and "取代" in former["message"] and former["text"]
    assert ask(api, f"/acts/{NAME}/versions/2025/articles/第4条第9款")[0] == 404
    assert ask(api, f"/acts/{NAME}/versions/2025/articles/条")[0] == 404


def test_what_cites_an_article(api: Caller) -> None:
    status, citing = ask(api, f"/acts/{NAME}/articles/第3条/citing")
    assert status == 200 and [(c["act"], c["places"]) for c in citing] == [("云岭省引用办法", ["第1条"])]
    assert ask(api, f"/acts/{NAME}/articles/第1条/citing")[1] == []


def test_citations_are_resolved_as_of_a_day(api: Caller) -> None:
    status, found = ask(api, "/resolve", citation=f"{NAME} 第3条、第4条第1款；民法典 第三条")
    assert status == 200, found
    assert [(q["place"], q["state"]) for q in found] == [
        ("第3条", "text"),
        ("第4条第1款", "text"),
        ("第3条", "not_installed"),
    ]
    assert found[0]["formal"] == f"《{NAME}》第三条"
    gone = ask(api, "/resolve", citation=f"{NAME} 第9条")[1][0]
    assert gone["state"] == "no_such_place" and gone["text"] == "" and "共5条" in gone["message"]
    assert ask(api, "/resolve", citation="第三条")[0] == 422
    assert ask(api, "/resolve", citation="民法典 第1条至第500条")[0] == 422


def test_a_version_as_akoma_ntoso(api: Caller) -> None:
    got = api.raw("GET", f"/law/acts/{quote(NAME)}/versions/2025/akn")
    assert got.status_code == 200 and got.headers["Content-Type"] == "application/akn+xml"
    assert etree.parse(io.BytesIO(got.content)).getroot().tag.endswith("akomaNtoso")
    assert api.raw("GET", f"/law/acts/{quote(NAME)}/versions/1999/akn").status_code == 404


def test_hostile_queries_are_answered(api: Caller) -> None:
    for query in ("法" * 2000, "AND (", "*:*", "😀", "第" * 900, "%' OR 1=1 --", "\u202e"):
        assert ask(api, "/search", q=query)[0] == 200, query
    assert ask(api, "/search", q="法" * 2001)[0] == 422
    assert ask(api, "/search", q="\x00")[0] in (400, 422)
    assert ask(api, "/search")[0] == 422


def test_calls_are_counted(api: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law, "CALLS", 2)
    answers = [ask(api, "/search", q="凭证")[0] for _ in range(3)]
    assert answers == [200, 200, 429]


def test_nothing_installed_is_still_an_answer(settings: Any, freeze: Any) -> None:
    freeze("2026-07-01T09:00:00+08:00")
    assert not Version.objects.exists()
    status, found = ask(Caller(), "/search", q="行政复议法")
    assert status == 200 and found["acts"][0]["state"] == "not_installed" and found["notices"]
    assert ask(Caller(), "/acts")[1]["items"] == []


def test_versions_are_compared(api: Caller) -> None:
    status, found = ask(api, f"/acts/{NAME}/compare")
    assert status == 200 and (found["before"], found["after"]) == ("2019", "2025")
    assert [(r["kind"], r["before"], r["after"]) for r in found["rows"]][:2] == [
        ("added", "", "第2条"),
        ("changed", "第2条", "第3条"),
    ]
    changed = found["rows"][1]["spans"]
    assert "".join(s["text"] for s in changed if s["op"] != "new").startswith("申请人应当")
    every = ask(api, f"/acts/{NAME}/compare", unchanged="true")[1]["rows"]
    assert {r["kind"] for r in every} >= {"same", "moved"}
    assert ask(api, f"/acts/{NAME}/compare", before="1999")[0] == 404
    assert ask(api, "/acts/云岭省引用办法/compare")[0] == 404
    assert ask(api, "/acts/没有/compare")[0] == 404


def test_a_question_gets_articles_in_force(api: Caller) -> None:
    status, found = api("POST", "/law/ask", {"question": "办理机关不给收件凭证怎么办"})
    assert status == 200, found
    assert found["encoder"] == "none" and found["hits"]
    assert all(h["label"] != "2019" and h["text"] for h in found["hits"])
    assert api("POST", "/law/ask", {"question": ""})[0] == 422
