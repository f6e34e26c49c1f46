"""Forms from declared fields: every kind round-trips, nothing typed is lost, errors stand beside their field."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import QueryDict
from django.template import Context, Template

from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.ui.forms import build_form, parse, row_action

FORM = (
    Field("title", "事由", Kind.TEXT, required=True, help="一句话", basis="行政复议法 第22条"),
    Field("on", "收到日期", Kind.DATE, required=True),
    Field("asks", "请求", Kind.CHOICES, choices=(("A", "撤销"), ("B", "变更"))),
    Field("how", "方式", Kind.CHOICE, choices=tuple((str(n), f"选项{n}") for n in range(8))),
    Field("few", "类型", Kind.CHOICE, choices=(("X", "甲"), ("Y", "乙"))),
    Field("sure", "是否", Kind.BOOL, required=True),
    Field("maybe", "愿意调解", Kind.BOOL),
    Field("amount", "金额", Kind.MONEY),
    Field("at", "时间", Kind.DATETIME),
    Field("text", "理由", Kind.LONGTEXT),
    Field(
        "rep",
        "代表人",
        Kind.RECORD,
        fields=(Field("name", "姓名", required=True), Field("born", "出生日期", Kind.DATE)),
    ),
    Field("others", "其他人", Kind.RECORDS, fields=(Field("name", "姓名", required=True),)),
    Field("files", "证据", Kind.FILES),
)


def posted(text: str) -> QueryDict:
    return QueryDict(text)


def test_a_full_form_is_read_and_typed() -> None:
    raw = parse(FORM, posted(
        "title=罚款&on.y=2026&on.m=3&on.d=5&asks=A&asks=B&how=7&few=Y&sure=false&maybe=true&amount=8,000&at=2026-03-05T09:30"
        "&text=理由&rep.name=周禾生&rep.born=1980年1月2日&others.0.name=甲&others.4.name=乙&files=3&files=4&files.drop=4"
    ))  # fmt: skip
    values, problems = coerce(FORM, raw)
    assert not problems
    assert values["on"] == "2026-03-05"
    assert values["asks"] == ["A", "B"]
    assert values["sure"] is False and values["maybe"] is True
    assert values["amount"] == "8000.00"
    assert values["rep"] == {"name": "周禾生", "born": "1980-01-02"}
    assert values["others"] == [{"name": "甲"}, {"name": "乙"}]
    assert values["files"] == ["3"]


@pytest.mark.parametrize("text", ["2026-3-5", "2026年3月5日", "2026/3/5"])
def test_a_day_in_one_box_is_read_too(text: str) -> None:
    for name in ("on", "on.y"):
        query = QueryDict(mutable=True)
        query[name] = text
        values, problems = coerce(FORM[1:2], parse(FORM[1:2], query))
        assert not problems
        assert values["on"] == date(2026, 3, 5).isoformat()


def test_a_wrong_day_keeps_what_was_typed() -> None:
    raw = parse(FORM[1:2], posted("on.y=2026&on.m=13&on.d=40"))
    _, problems = coerce(FORM[1:2], raw)
    form = build_form(FORM[1:2], raw, problems)
    assert form["on"].parts == {"y": "2026", "m": "13", "d": "40"}
    assert form.summary == [("f-on-y", problems[0].message)]


def test_rows_are_added_and_removed_without_script() -> None:
    add = posted("others.0.name=甲&_add=others")
    assert row_action(add) == ("add", "others")
    assert parse(FORM, add)["others"] == [{"name": "甲"}, {}]
    remove = posted("others.0.name=甲&others.1.name=乙&_remove=others.0")
    assert parse(FORM, remove)["others"] == [{"name": "乙"}]


def html(form: object) -> str:
    return Template("{% load xz %}{% error_summary form %}{% for f in form %}{% field f %}{% endfor %}").render(
        Context({"form": form})
    )


def test_every_kind_renders_with_a_name_a_screen_reader_can_say() -> None:
    problems = [Problem("REQUIRED", "请填写事由", "title"), Problem("RULE", "超过申请期限", "", "行政复议法 第20条")]
    text = html(build_form(FORM, {"rep": {}, "others": [{"name": "甲"}]}, problems, files={}))
    assert 'href="#f-title"' in text and 'id="f-title"' in text
    assert "请填写事由" in text and "超过申请期限（行政复议法 第20条）" in text
    assert 'aria-invalid="true"' in text
    assert 'style="' not in text
    for bound_id in (
        "f-on-y",
        "f-how",
        "f-few-0",
        "f-sure-0",
        "f-amount",
        "f-at",
        "f-text",
        "f-rep-name",
        "f-others-0-name",
        "f-files",
    ):
        assert f'id="{bound_id}"' in text
        assert f'for="{bound_id}"' in text


def test_what_was_typed_is_escaped() -> None:
    assert "<script>" not in html(
        build_form(FORM, {"title": '"><script>alert(1)</script>', "text": "</textarea><script>"})
    )
