"""表单 of the wage channel. Names and numbers of persons are personal; firms, projects, counts and sums are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xiezhi.kernel.procedures.declare import Field, Kind, choice

from . import codes
from .citations import A, M, W

__all__ = ["REPORT", "WORKER_ROWS", "choices", "day", "files", "money", "number", "text", "title", "yes_no"]


def yes_no(name: str, label: str, **kwargs: Any) -> Field:
    """A BOOL field."""
    return Field(name, label, Kind.BOOL, **kwargs)


def day(name: str, label: str, **kwargs: Any) -> Field:
    """A DATE field."""
    return Field(name, label, Kind.DATE, **kwargs)


def money(name: str, label: str, **kwargs: Any) -> Field:
    """A sum in yuan."""
    return Field(name, label, Kind.MONEY, **kwargs)


def number(name: str, label: str, **kwargs: Any) -> Field:
    """An INT field."""
    return Field(name, label, Kind.INT, **kwargs)


def title(name: str, label: str, **kwargs: Any) -> Field:
    """A short name of a firm, project or organ; not personal."""
    kwargs.setdefault("max_length", 120)
    return Field(name, label, Kind.TEXT, **kwargs)


def text(name: str, label: str, sample: str = "", **kwargs: Any) -> Field:
    """Free text: kept beside the history, because people write names into it."""
    kwargs.setdefault("personal", True)
    kwargs.setdefault("max_length", 4000)
    return Field(name, label, Kind.LONGTEXT, sample=sample or "详见记录。", **kwargs)


def choices(name: str, label: str, options: Mapping[str, str], **kwargs: Any) -> Field:
    """A CHOICES field from code → label."""
    return Field(name, label, Kind.CHOICES, choices=tuple(options.items()), **kwargs)


def files(name: str = "attachments", label: str = "照片和材料", **kwargs: Any) -> Field:
    """References to uploaded files."""
    return Field(name, label, Kind.FILES, **kwargs)


WORKER_ROWS = (
    Field("name", "姓名", required=True, max_length=40),
    Field("mobile", "手机号", max_length=20),
    Field("id_no", "身份证号", max_length=18),
    money("amount", "欠多少（元）"),
    Field("note", "备注", max_length=100),
)

REPORT = (
    choice("channel", "求助方式", codes.CHANNELS, fact=True, sample="WEB"),
    choice("industry", "行业", codes.INDUSTRIES, fact=True, sample="BUILDING"),
    title("project", "项目编号", fact=True, max_length=20),
    title("project_name", "工地或者项目", fact=True),
    title("employer_name", "欠薪的公司或者老板", required=True, fact=True, sample="云岭安泰劳务有限公司", basis=W(16)),
    yes_no("employer_person", "招我干活的是个人（包工头）", fact=True, basis=W(36, 1)),
    title("employer_usc", "用人单位信用代码", fact=True, max_length=18),
    title("contractor_name", "总包单位", fact=True, basis=W(30, 3)),
    title("contractor_usc", "总包单位信用代码", fact=True, max_length=18),
    title("developer_name", "建设单位", fact=True, basis=W(29, 2)),
    title("developer_usc", "建设单位信用代码", fact=True, max_length=18),
    Field("county", "所在县（市、区）", Kind.UNIT, fact=True, max_length=20),
    title("town", "乡镇（街道）", fact=True, max_length=60),
    choice("relation", "怎么干活的", codes.RELATIONS, fact=True, sample="LABOR"),
    choices("chain", "这些情况有没有", codes.CHAIN, fact=True),
    day("owed_from", "欠哪段时间的工资：从", fact=True, sample="@-120"),
    day("owed_to", "到", fact=True, sample="@-30"),
    number("months", "欠几个月"),
    money("monthly", "一个月多少（元）"),
    money("owed", "一共欠多少（元）", required=True, fact=True, sample="12000", basis=W(16)),
    number("worker_count", "一共几个人", required=True, fact=True, sample=1),
    yes_no("employed", "现在还在这家干", fact=True, sample=False, basis=M(27, 4)),
    day("ended_on", "什么时候不干的", fact=True, sample="@-25", basis=M(27, 4)),
    choices("evidence", "手里有什么", codes.EVIDENCE, fact=True, sample=["SLIP"], basis=W(50)),
    choice("threat", "有没有危险情况", codes.THREATS, fact=True, sample="NONE"),
    yes_no("aid_wanted", "要律师免费帮忙", fact=True, sample=True, basis=A(42, 0, 3)),
    day("first_filed_on", "在别处最早求助的日子", fact=True),
    text("story", "简单说说", sample="干完活一直没有给工资。"),
    Field("agent", "包工头姓名、电话", personal=True, max_length=100),
    Field("applicant", "求助人", Kind.RECORD, personal=True, sample={"name": "石根生", "mobile": "13800000000"},
          fields=(Field("name", "姓名", required=True, max_length=40), Field("mobile", "手机号", max_length=20),
                  Field("id_no", "身份证号", max_length=18))),
    Field("workers", "一起被欠的工友", Kind.RECORDS, personal=True, fields=WORKER_ROWS, basis=M(7)),
    files(),
)  # fmt: skip
