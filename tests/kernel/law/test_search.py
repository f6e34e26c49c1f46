"""Search of the library: what is found, in which order, and that nothing typed breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.law import shelf
from xiezhi.kernel.law import search as engine
from xiezhi.kernel.law.models import Act, Provision, Version
from xiezhi.kernel.law.search import store

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 1)

ROADS = """# 云岭省道路试验条例

2022年3月1日公布 云岭省人民政府令第77号

第一条 驾驶试验车辆的人员应当取得试验许可。

第二条 试验车辆发生事故的，驾驶人应当在三十日内提交事故报告。

第二条之一 试验许可的有效期为五年。

第三条 醉酒驾驶试验车辆的，撤销试验许可。
"""
GONE = """# 云岭省旧市集办法

第一条 市集应当在指定的地点举行。

第二条 摊位费由举办人收取。
"""
FAIRS = """# 云岭省市集条例

第一条 市集由县级人民政府登记。

第二条 举办市集应当提前申请登记，并公示摊位费标准。
"""


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.LAW_INDEX_DIR = str(tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def library(folder: Path) -> Iterator[dict[str, Version]]:
    old = shelf.put(
        "云岭省测试条例", "2019", shelf.OLD, since=date(2019, 6, 1), ended=date(2025, 6, 1), why="superseded"
    )
    new = shelf.put("云岭省测试条例", "2025", shelf.NEW, since=date(2025, 6, 1))
    Version.objects.filter(pk=old.pk).update(following=new)
    roads = shelf.put("云岭省道路试验条例", "2022", ROADS, since=date(2022, 4, 1))
    Version.objects.filter(pk=roads.pk).update(history=["2022年3月1日公布 云岭省人民政府令第77号"])
    gone = shelf.put(
        "云岭省旧市集办法",
        "2001",
        GONE,
        since=date(2001, 1, 1),
        ended=date(2020, 1, 1),
        why="repealed",
        kind="地方政府规章",
    )
    Version.objects.filter(pk=gone.pk).update(ended_by="云岭省市集条例")
    fairs = shelf.put("云岭省市集条例", "2020", FAIRS, since=date(2020, 1, 1))
    Act.objects.filter(name="云岭省市集条例").update(aliases=["赶集条例"])
    engine.rebuild()
    yield {"old": old, "new": new, "roads": roads, "gone": gone, "fairs": fairs}


def find(query: str, **more: Any) -> engine.Results:
    return engine.search(query, on=more.pop("on", TODAY), **more)


def marked(found: engine.Found) -> list[str]:
    return [piece.text for piece in found.pieces if piece.marked]


# Citations


CITED = (
    "云岭省道路试验条例第二条之一 云岭省道路试验条例2条之1 《云岭省道路试验条例》第２条之一 雲嶺省道路試驗條例第二條之一 "
    "云岭省道路试验条例第贰条之一 根据云岭省道路试验条例第二条之一 云岭省道路试验条例第二之一条"
)


def test_a_citation_leads_to_its_article(library: Any) -> None:
    for query in (*CITED.split(), "云岭省道路试验条例 第2条之一"):
        (exact,) = find(query).exact
        assert (exact.locator.article, exact.locator.inserted, exact.state) == (2, 1, "text"), query
        assert exact.text.startswith("试验许可的有效期")


def test_title_and_bare_number(library: Any) -> None:
    (exact,) = find("云岭省道路试验条例3").exact
    assert exact.locator.article == 3 and exact.live


def test_a_bare_place_takes_the_act_of_the_page_else_all_acts_are_offered(library: Any) -> None:
    (exact,) = find("第二条之一", act="云岭省道路试验条例").exact
    assert exact.text.startswith("试验许可")
    everywhere = find("第二条")
    assert not everywhere.exact and {f.act for f in everywhere.found} == {
        "云岭省测试条例",
        "云岭省道路试验条例",
        "云岭省市集条例",
    }
    assert "没有写明是哪一部法规" in everywhere.notices[0]


def test_a_number_that_does_not_exist_says_what_the_last_is(library: Any) -> None:
    (exact,) = find("云岭省道路试验条例第九十九条").exact
    assert exact.state == "no_such_place" and not exact.text
    assert "没有第99条" in exact.message and "最后一条是第3条" in exact.message
    assert exact.last is not None and exact.last.article == 3


def test_an_act_that_is_not_installed_says_so_and_knows_its_last_article() -> None:
    engine.rebuild()
    (exact,) = find("民法典第三条").exact
    assert exact.state == "not_installed" and "尚未导入" in exact.message
    (beyond,) = find("民法典第一千二百六十一条").exact
    assert beyond.state == "no_such_place" and "第1260条" in beyond.message


def test_repealed_law_is_shown_as_repealed_with_what_came_instead(library: Any) -> None:
    (exact,) = find("云岭省旧市集办法第二条").exact
    assert exact.state == "not_in_force" and not exact.live
    assert "废止" in exact.message and exact.replaced_by == "云岭省市集条例"
    assert exact.text == "摊位费由举办人收取。" and exact.ended == date(2020, 1, 1)
    (then,) = find("云岭省旧市集办法第二条", on=date(2019, 1, 1)).exact
    assert then.live


def test_an_unknown_act_with_a_place_is_answered_with_likely_ones(library: Any) -> None:
    found = find("云岭省道路实验条例第二条")
    assert not found.exact and found.suggestions[0] == "云岭省道路试验条例 第2条"


def test_words_beside_a_citation_are_searched_in_its_act(library: Any) -> None:
    found = find("云岭省道路试验条例第一条 醉酒驾驶")
    assert found.exact[0].locator.article == 1
    assert [f.number for f in found.found] == [3]


# Acts


def test_acts_by_title_and_alias(library: Any) -> None:
    wanted = {"云岭省市集条例": "title", "赶集条例": "alias", "市集条例": "title", "云岭省市集": "title"}
    for query, why in wanted.items():
        act = find(query).acts[0]
        assert (act.name, act.state, act.why) == ("云岭省市集条例", "in_force", why), query


def test_acts_by_document_number(library: Any) -> None:
    for query in ("云岭省人民政府令第77号", "令第七十七号", "云岭省人民政府令第７７号"):
        assert [(a.name, a.why) for a in find(query).acts] == [("云岭省道路试验条例", "number")], query


def test_a_number_that_nothing_has_is_said_to_be_unknown(library: Any) -> None:
    found = find("云岭省人民政府令第78号")
    assert not found.acts and found.notices == ("没有找到这个文号的法规。",)


def test_a_misspelled_title_is_answered_with_the_right_one(library: Any) -> None:
    found = find("云岭省市记条例")
    assert "云岭省市集条例" in (*found.suggestions, *(a.name for a in found.acts))


def test_a_repealed_act_shows_only_by_its_own_name(library: Any) -> None:
    (gone,) = (a for a in find("云岭省旧市集办法").acts if a.name == "云岭省旧市集办法")
    assert gone.state == "repealed" and gone.replaced_by == "云岭省市集条例"
    assert "云岭省旧市集办法" not in {a.name for a in find("市集").acts}
    assert "云岭省旧市集办法" in {a.name for a in find("市集", include_old=True).acts}


def test_acts_known_as_facts_are_found_and_marked_as_not_installed(library: Any) -> None:
    act = find("行政复议法").acts[0]
    assert act.name == "行政复议法" and act.state == "not_installed"


# Words


def test_words_find_what_is_law_on_the_day(library: dict[str, Version]) -> None:
    now = find("说明 材料")
    assert [(f.label, f.number, f.state) for f in now.found] == [("2025", 3, "in_force")]
    then = find("说明 材料", on=date(2020, 1, 1))
    assert [(f.label, f.number, f.state) for f in then.found] == [("2019", 2, "in_force")]
    both = find("说明 材料", include_old=True)
    assert {(f.label, f.state) for f in both.found} == {("2025", "in_force"), ("2019", "superseded")}
    old = next(f for f in both.found if f.label == "2019")
    assert "2025" in old.replaced_by and "/2019/" in old.locator.path


def test_what_was_found_is_marked_in_the_original_text(library: Any) -> None:
    (found,) = find("醉酒駕駛").found
    assert marked(found) == ["醉酒驾驶"] and "".join(p.text for p in found.pieces).startswith("醉酒驾驶试验车辆的")


def test_numbers_are_found_in_either_writing(library: Any) -> None:
    assert [f.number for f in find("30日内 事故").found] == [2]
    assert [f.number for f in find("三十日内 事故").found] == [2]


def test_words_after_a_title_are_searched_in_that_act(library: Any) -> None:
    found = find("云岭省市集条例 登记")
    assert found.within == "云岭省市集条例" and {f.act for f in found.found} == {"云岭省市集条例"}
    assert find("云岭省市集条例 登记", verbatim=True).within == ""


def test_a_slip_is_corrected_only_where_it_finds_nothing(library: Any) -> None:
    for at in range(40):  # spelling learns from how often characters stand together
        row = Provision.objects.get(version=library["roads"], number=3)
        row.pk, row.seq, row.number = None, 100 + at, 100 + at
        row.save()
    engine.refresh([library["roads"].pk])
    found = find("醉酒驾使")
    assert found.corrected == "醉酒驾驶" and found.total == 41
    assert find("醉酒驾使", verbatim=True).corrected == ""


def test_a_word_that_stands_nowhere_is_left_out_and_named(library: Any) -> None:
    found = find("市集 鲸鱼")
    assert found.relaxed and found.missing == ("鲸鱼",) and found.total == 2


def test_facets_count_as_if_their_own_limit_was_not_there(library: Any) -> None:
    found = find("市集 云岭", include_old=True)
    every = {f.value: f.count for f in find("市集", include_old=True).facets["kind"]}
    limited = find("市集", include_old=True, kind="地方性法规")
    assert {f.value: f.count for f in limited.facets["kind"]} == every
    assert limited.total == every["地方性法规"] < sum(every.values())
    assert [f.value for f in limited.facets["kind"] if f.chosen] == ["地方性法规"]
    assert found.query == "市集 云岭"


def test_pages_do_not_overlap_and_days_sort(library: Any) -> None:
    first, second = find("市集 试验", page=1, size=1), find("试验", page=2, size=1)
    one = find("试验", page=1, size=1)
    assert one.pages == one.total > 1 and one.found[0].provision != second.found[0].provision
    assert not second.acts and first.page == 1
    days = [f.since for f in find("试验 市集 说明", include_old=True, sort="date", size=50).found]
    assert days == sorted(days, reverse=True)


HOSTILE = [
    "", " ", "！！！。。。", "😀😀", "AND OR NOT (", "*:*", 'title:"x" AND (', "/a.*/", "\\", "-", "x" * 10_000, "法" * 10_000,
    "第" * 500 + "条", "第99999999999999999999条", "民法典第" + "千" * 50 + "条", "\x00\x01", "第〇条", "\u202e\u200b法", "𠮷𠮷", "ｆｕｌｌ",
    "民法典第三条第三款第（三）项之三第三目", "《《《》", "》《", "%' OR 1=1 --", "<script>alert(1)</script>", "\ud800",
    " ".join(["云岭"] * 3000), "令第号", "第条", "1", "一", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
]  # fmt: skip


def test_anything_may_be_typed(library: Any) -> None:
    for query in HOSTILE:
        found = find(query)
        assert found.total >= 0 and len(found.found) <= 20 and found.query == query


# The index


def test_without_an_index_citations_and_titles_are_found_and_it_says_so(library: Any, settings: Any) -> None:
    settings.LAW_INDEX_DIR = ""
    found = find("云岭省市集条例第一条")
    assert found.exact[0].live and "全文索引尚未建立" in found.notices[0]
    assert find("市集").acts[0].name == "云岭省市集条例" and not find("市集").found
    assert find("行政复议法").acts[0].state == "not_installed"
    assert engine.refresh().built is False
    with pytest.raises(engine.NoIndex):
        engine.rebuild()


def test_a_change_comes_in_without_building_anew(library: dict[str, Version], folder: Path) -> None:
    before = store.current()
    row = Provision.objects.get(version=library["fairs"], number=1)
    row.text = "市集由乡级人民政府登记，鲸鱼不得入场。"
    row.save()
    state = engine.refresh([library["fairs"].pk])
    after = store.current()
    assert before and after and before.name == after.name and state.generation == before.generation + 1
    assert [f.number for f in find("鲸鱼").found] == [1] and engine.state(check=True).behind == 0


def test_what_differs_is_found_without_being_named(library: dict[str, Version]) -> None:
    Version.objects.filter(pk=library["fairs"].pk).update(ended=date(2026, 1, 1))
    shelf.put("云岭省鲸鱼条例", "2026", "# 云岭省鲸鱼条例\n\n第一条 保护鲸鱼。\n", since=date(2026, 1, 1))
    assert engine.state(check=True).behind == 2
    engine.refresh()
    assert engine.state(check=True).behind == 0
    assert find("摊位费标准").total == 0 and [f.act for f in find("鲸鱼").found] == ["云岭省鲸鱼条例"]
    assert find("云岭省鲸鱼条例").acts[0].state == "in_force"


def test_nothing_is_written_where_nothing_changed(library: Any) -> None:
    before = store.current()
    engine.refresh()
    assert store.current() == before


def test_rows_that_left_the_library_are_not_shown(library: dict[str, Version]) -> None:
    row = Provision.objects.get(version=library["roads"], number=3)
    Provision.objects.filter(pk=row.pk).update(version=library["fairs"], seq=99)
    assert find("醉酒驾驶").found == ()


def test_progress_is_told(library: Any) -> None:
    seen: list[tuple[str, int, int]] = []
    engine.rebuild(lambda stage, done, total: seen.append((stage, done, total)))
    assert seen[-1] == ("全文索引", 5, 5)
