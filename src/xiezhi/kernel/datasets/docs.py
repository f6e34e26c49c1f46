"""The Chinese reference page of everything registered: datasets with their columns, indicators, map layers."""

from __future__ import annotations

from collections.abc import Iterable

from xiezhi.kernel.datasets.registry import Dataset, Indicator, MapLayer, Registry
from xiezhi.kernel.datasets.registry import datasets as _datasets
from xiezhi.kernel.datasets.registry import indicators as _indicators
from xiezhi.kernel.datasets.registry import map_layers as _layers


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ").strip() or "—"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    head = list(head)
    out = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    out += ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]
    return [*out, ""]


def _dataset(one: Dataset) -> list[str]:
    out = [f"### {one.title} `{one.code}`", ""]
    if one.description:
        out += [one.description, ""]
    facts = [f"分级：{one.level.label}", f"主键：{'、'.join(f'`{k}`' for k in one.keys)}", f"来源应用：`{one.owner}`"]
    if one.basis:
        facts.append(f"依据：{one.basis}")
    out += ["；".join(facts) + "。", ""]
    rows = (
        (
            f"`{c.name}`",
            c.title,
            c.type.label,
            "是" if c.required else "否",
            c.standard,
            one.level_of(c.name).label,
            c.description,
        )
        for c in one.columns
    )
    return out + _table(("字段", "名称", "类型", "必填", "标准", "分级", "说明"), rows)


def page(
    datasets: Registry[Dataset] = _datasets,
    indicators: Registry[Indicator] = _indicators,
    map_layers: Registry[MapLayer] = _layers,
) -> str:
    """Markdown, the same for the same declarations."""
    out = ["# 数据资源目录", "", "## 数据集", ""]
    for one in datasets.all():
        out += _dataset(one)
    out += ["## 指标", ""]
    out += _table(
        ("代码", "名称", "计算方法", "单位", "方向", "依据", "来源应用"),
        (
            (f"`{i.code}`", i.title, i.formula, i.unit, i.direction.label, i.basis, f"`{i.owner}`")
            for i in indicators.all()
        ),
    )
    out += ["## 地图图层", ""]
    out += _table(
        ("代码", "名称", "图形", "分级", "数据集", "指标", "来源应用"),
        (
            (f"`{m.code}`", m.title, m.geometry.label, m.level.label, m.dataset, m.indicator, f"`{m.owner}`")
            for m in map_layers.all()
        ),
    )
    return "\n".join(out).rstrip() + "\n"
