"""数据标准的参考文档, written by `xiezhi docs`: tables with their columns, rules, elements and code sets."""

from __future__ import annotations

from collections.abc import Iterable

from xiezhi.datacenter.standards import checks, cross
from xiezhi.datacenter.standards.bases import BASES
from xiezhi.datacenter.standards.declare import Table, code_sets, elements, tables

__all__ = ["generate", "page"]

LONG = 80
"""A code set with more codes than this is named with its number of codes alone."""


def generate() -> dict[str, str]:
    """{path: text} for `xiezhi docs`."""
    return {"docs/data/standards.md": page()}


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").strip() or "—"


def _rows(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    head = list(head)
    out = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*out, *("| " + " | ".join(_cell(c) for c in row) + " |" for row in rows), ""]


def _table(table: Table) -> list[str]:
    out = [f"### {table.title} `{table.lake_name}`", "", table.description, ""]
    facts = [
        f"主键：{'、'.join(f'`{k}`' for k in table.keys)}", f"分级：{table.level.label}", f"共享：{table.share.label}（{table.share_basis}）",
        f"开放：{'是' if table.open else '否'}", f"更新：{table.update_cycle}", f"保存：{table.retention_days} 天", f"提供单位：{table.supplier}",
        f"用途：{table.purpose}", f"依据：{table.basis}",
    ]  # fmt: skip
    out += [f"- {fact}" for fact in facts] + [""]
    rows = []
    for c in table.columns:
        e = table.element_of(c.name)
        check = checks.of(table, c.name)
        rows.append(
            (
                f"`{c.name}`", c.title, e.format + ("（多个，分号隔开）" if c.repeated else ""), "是" if c.required else "否", f"`{e.code}`",
                f"`{e.code_set}`" if e.code_set else "", check.title if check else "", f"`{c.references}`" if c.references else "",
                table.level_of(c.name).label,
            )
        )  # fmt: skip
    out += _rows(("数据项", "名称", "格式", "必填", "数据元", "代码集", "校验", "引用", "分级"), rows)
    found = [(r.title, r.kind, "拒收" if r.severity == "ERROR" else "提示", r.message, r.basis) for r in table.rules]
    found += [
        (r.title, "跨表", "拒收" if r.severity == "ERROR" else "提示", r.message, r.basis) for r in cross.of(table.code)
    ]
    return out + _rows(("质量规则", "类别", "后果", "不满足时", "依据"), found)


def page() -> str:
    """Markdown, the same for the same declarations."""
    out = [
        "# 数据标准", "", "本页由 `xiezhi docs` 从声明生成，不要手改。表、数据元和代码集只声明一次，校验、脱敏、目录、接口和湖表都由此而来。", "",
        "每张表都有的数据项：", "",
    ]  # fmt: skip
    common = tables.all()[0].all_columns[: -len(tables.all()[0].columns)]
    out += _rows(
        ("数据项", "名称", "数据元", "含义"), ((f"`{c.name}`", c.title, f"`{c.element}`", elements.get(c.element).definition) for c in common)
    )  # fmt: skip
    for base, title in BASES.items():
        held = [t for t in tables.all() if t.base == base]
        if held:
            out += [f"## {base} {title}", ""]
            for table in held:
                out += _table(table)
    out += ["## 数据元", ""]
    out += _rows(
        ("标识", "名称", "英文标识", "定义", "类型", "格式", "单位", "代码集", "脱敏", "分级", "来源"),
        (
            (f"`{e.code}`", e.title, f"`{e.name}`", e.definition, e.type.label, e.format, e.unit, f"`{e.code_set}`" if e.code_set else "", e.mask.value, e.level.label, e.source)
            for e in elements.all()
        ),
    )  # fmt: skip
    out += ["## 代码集", ""]
    for held_set in code_sets.all():
        out += [
            f"### {held_set.title} `{held_set.code}`",
            "",
            f"来源：{held_set.standard}；版本：{held_set.version}。",
            "",
        ]
        if not held_set.items:
            out += ["代码见行政区划表。", ""]
        elif len(held_set.items) > LONG:
            out += [f"共 {len(held_set.items)} 个代码，见数据标准页面。", ""]
        else:
            out += ["、".join(f"`{item.code}` {item.name}" for item in held_set.items), ""]
    return "\n".join(out).rstrip() + "\n"
