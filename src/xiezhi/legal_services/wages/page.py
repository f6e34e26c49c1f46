"""The one page: its fields, what a browser posted, and what the filing service takes from it. No database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem, is_empty
from xiezhi.ui.forms import parse

from . import codes
from .workers import Line, parse_list

__all__ = ["ATTACH", "FIELDS", "STAFF_FIELDS", "answers_of", "read"]

ATTACH = Field("attachments", "拍照上传", Kind.FILES, help="工资条、欠条、考勤、聊天记录、名单都行；没有也能先求助")
FIELDS = (
    Field("name", "您的姓名", required=True, max_length=40),
    Field("id_no", "身份证号", required=True, max_length=20),
    Field("mobile", "手机号", required=True, max_length=20, help="今天会有人打这个电话"),
    Field("county", "在哪里干活", required=True, max_length=20),
    Field("project", "已登记的工地", max_length=20),
    Field("project_name", "哪个工地（工厂、店）", max_length=120, help="写名字就行，比如“云湖新城二期”"),
    Field("industry", "干什么活", Kind.CHOICE, choices=tuple(codes.INDUSTRIES.items())),
    Field("employer_name", "谁欠的", required=True, max_length=120, help="公司名字，或者老板、包工头的姓名"),
    Field("employer_person", "这是个人（包工头），不是公司", Kind.BOOL, default=False),
    Field("months", "欠几个月", Kind.INT),
    Field("monthly", "一个月多少元", Kind.MONEY),
    Field("owed", "或者：一共欠多少元", Kind.MONEY, help="有工友一起的，填所有人合计"),
    Field("employed", "现在还在这家干吗", Kind.CHOICE, required=True, choices=(("yes", "还在干"), ("no", "不干了"))),
    Field("ended_on", "哪天不干的", Kind.DATE, help="记不清就写个大概。这一天决定最晚哪天要申请仲裁"),
    ATTACH,
    Field("crew", "一起被欠的工友", Kind.LONGTEXT, max_length=12000,
          help="一行一个人：姓名 手机号 欠多少。可以从微信整段粘贴；也可以只拍一张名单"),
    Field("contractor_name", "总包是哪家", max_length=120, help="工地门口的公示牌上有"),
    Field("owed_from", "欠的是哪段时间：从", Kind.DATE),
    Field("relation", "怎么干的活", Kind.CHOICE, choices=tuple(codes.RELATIONS.items())),
    Field("threat", "现在有没有危险情况", Kind.CHOICE, choices=tuple(codes.THREATS.items())),
    Field("story", "还想说的", Kind.LONGTEXT, max_length=2000),
)  # fmt: skip
STAFF_FIELDS = (
    Field("channel", "求助方式", Kind.CHOICE, required=True,
          choices=tuple((c, t) for c, t in codes.CHANNELS.items() if c in ("HALL", "HOTLINE", "VISIT", "REFER"))),
    Field("first_filed_on", "转办的，最早求助的日子", Kind.DATE),
)  # fmt: skip
_PLAIN = (
    "name", "id_no", "mobile", "county", "project", "project_name", "industry", "employer_name", "employer_person", "months", "monthly",
    "owed", "contractor_name", "owed_from", "relation", "threat", "story", "channel", "first_filed_on",
)  # fmt: skip
WHERE = {"workers": "crew", "worker_count": "crew", "project": "project_name"}
"""Problems of the filing service belong to these fields of the page."""


def read(post: QueryDict, *, staff: bool = False) -> dict[str, Any]:
    """Raw values as posted. A day of which only the year is filled in (it is there already) counts as not given."""
    raw = parse((*STAFF_FIELDS, *FIELDS) if staff else FIELDS, post)
    for field in (*FIELDS, *STAFF_FIELDS):
        if field.kind is Kind.DATE and not any(post.get(f"{field.name}.{part}", "").strip() for part in "md"):
            raw.pop(field.name, None)
    return raw


def crew_of(raw: Mapping[str, Any]) -> list[Line]:
    """The workers named in the text, read line by line."""
    return parse_list(str(raw.get("crew") or ""))


def answers_of(raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """What the filing service takes, and what only this page can know is missing."""
    problems: list[Problem] = []
    out = {name: raw[name] for name in _PLAIN if not is_empty(raw.get(name))}
    employed = str(raw.get("employed") or "")
    if employed not in ("yes", "no"):
        problems.append(Problem("REQUIRED", "请选择现在还在不在这家干", "employed"))
    elif employed == "yes":
        out["employed"] = True
    else:
        out["employed"] = False
        if is_empty(raw.get("ended_on")):
            problems.append(Problem("REQUIRED", "请填写哪天不干的，记不清就写个大概", "ended_on"))
        else:
            out["ended_on"] = raw["ended_on"]
    rows = []
    for n, line in enumerate(crew_of(raw), 1):
        if line.trouble == "没有认出姓名":
            problems.append(
                Problem("CREW", f"工友名单第{n}行“{line.name}”没有认出姓名，请写成“张三 手机号 欠多少”", "crew")
            )
        rows.append(line.row())
    if rows:
        out["workers"] = rows
    kept = raw.get("attachments") or []
    out["evidence"] = ["PHOTO"] if kept else ["NONE"]
    return out, problems


def where(problem: Problem) -> Problem:
    """The problem beside the field of the page it belongs to."""
    first = problem.field.split(".")[0]
    return Problem(problem.code, problem.message, WHERE.get(first, first), problem.basis)
