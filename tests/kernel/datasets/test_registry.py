"""The registry keeps declarations apart, refuses what contradicts, and describes itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from xiezhi.kernel.datasets import docs
from xiezhi.kernel.datasets.registry import (
    Column,
    ColumnType,
    Dataset,
    Direction,
    DuplicateCode,
    Geometry,
    Indicator,
    Level,
    MapLayer,
    Registry,
    RegistryError,
    UnknownCode,
)

CASES = Dataset(
    "cases",
    "案件",
    (
        Column("case_no", "案号", required=True),
        Column("sex", "性别", ColumnType.CODE, standard="GB/T 2261.1", level=Level.PERSONAL),
    ),
    Level.INTERNAL,
    ("case_no",),
    "reconsideration",
)


def _accepted(since: date, until: date, **filters: Any) -> int:
    return (until - since).days


def _none(since: date, until: date, **filters: Any) -> int:
    return 0


def _features(**filters: Any) -> Iterator[Mapping[str, Any]]:
    yield {"name": "青石街道"}


RATE = Indicator(
    "rate", "按期率", "按期办结数 ÷ 办结数 × 100", "%", Direction.UP, "reconsideration", _accepted, _accepted, 100
)
LAYER = MapLayer("heat", "案件热度", Geometry.AREA, "command", Level.INTERNAL, _features, indicator="rate")


def test_keeps_and_finds() -> None:
    registry: Registry[Dataset] = Registry("dataset")
    other = replace(CASES, code="acts")
    assert registry.register(CASES) is registry.register(CASES)
    registry.register(other)
    assert registry.get("cases") is CASES
    assert registry.all() == (other, CASES)
    assert "cases" in registry and "x" not in registry
    assert CASES.level_of("sex") is Level.PERSONAL
    assert CASES.level_of("case_no") is Level.INTERNAL


def test_refuses_duplicates_and_unknown_codes() -> None:
    registry: Registry[Dataset] = Registry("dataset")
    registry.register(CASES)
    with pytest.raises(DuplicateCode, match="already registered by reconsideration"):
        registry.register(replace(CASES, owner="other"))
    with pytest.raises(UnknownCode, match="known: cases"):
        registry.get("nothing")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (replace(CASES, code="Cases"), "lower-case"),
        (replace(CASES, title=" "), "title and owner"),
        (replace(CASES, owner=""), "title and owner"),
        (replace(CASES, columns=()), "no columns"),
        (replace(CASES, columns=(*CASES.columns, CASES.columns[0])), "declared twice"),
        (replace(CASES, keys=("id",)), "no column"),
        (replace(CASES, keys=()), "no key"),
        (replace(CASES, level=Level.OPEN), "not open"),
        (replace(RATE, formula=""), "formula"),
        (replace(RATE, unit=""), "unit"),
        (replace(RATE, scale=0), "scale"),
        (replace(LAYER, indicator=""), "indicator"),
        (replace(LAYER, geometry=Geometry.POINT), "dataset"),
    ],
)
def test_refuses_what_contradicts(broken: Any, words: str) -> None:
    with pytest.raises(RegistryError, match=words):
        Registry[Any]("thing").register(broken)


def test_indicator_value() -> None:
    first, last = date(2026, 1, 1), date(2026, 2, 1)
    assert RATE.value(first, last) == 100
    assert replace(RATE, denominator=_none).value(first, last) is None
    assert replace(RATE, denominator=None, scale=1).value(first, last) == 31


def test_page_describes_everything() -> None:
    held: tuple[Registry[Dataset], Registry[Indicator], Registry[MapLayer]] = (
        Registry("dataset"),
        Registry("indicator"),
        Registry("map layer"),
    )
    for registry, one in zip(held, (CASES, RATE, LAYER), strict=True):
        registry.register(one)  # type: ignore[attr-defined]
    page = docs.page(*held)
    for words in ("GB/T 2261.1", "案号", "按期办结数 ÷ 办结数 × 100", "案件热度", "个人信息", "越高越好"):
        assert words in page
    assert page == docs.page(*held)


def test_layers_that_name_nothing_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from xiezhi.kernel.datasets import registry

    layers: Registry[MapLayer] = Registry("map layer")
    indicators: Registry[Indicator] = Registry("indicator")
    monkeypatch.setattr(registry, "map_layers", layers)
    monkeypatch.setattr(registry, "indicators", indicators)
    layers.register(LAYER)
    layers.register(MapLayer("points", "点位", Geometry.POINT, "command", Level.OPEN, _features, dataset="nowhere"))
    assert [line.split(",")[0] for line in registry.unresolved()] == [
        "map layer heat names indicator rate",
        "map layer points names dataset nowhere",
    ]
    indicators.register(RATE)
    assert len(registry.unresolved()) == 1
