"""People written to differ from each other in every way the comparisons know."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from tests.datacenter.link.reference import Row
from xiezhi.datacenter.link import compare, engines, identity, names
from xiezhi.datacenter.link.model import Model

FULL = [
    "张伟",
    "章伟",
    "张维",
    "张炜",
    "伟张",
    "张伟强",
    "张强",
    "王伟",
    "张小伟",
    "杨军",
    "扬军",
    "欧阳明月",
    "欧阳明",
    "李末",
    "李未",
    "李晓明",
    "李小明",
    "李晓朋",
    "李明晓",
]
LONG = [
    "阿布都热依木·买买提",
    "阿布都热衣木·麦麦提",
    "阿布都热依木",
    "ROBIN MORRISON",
    "MORRISON ROBIN",
    "ROBYN MORISON",
    "ROBIN MORRISN",
    "张",
    None,
]
NUMBERS = [
    ("990000199001010017", "ok"), ("990000199001010025", "ok"), ("990000199001010018", "bad"), ("990000199001100017", "bad"),
    ("990000199001010917", "bad"), ("990000199001011287", "bad"), ("991111198512310000", "bad"), ("990000********0017", "part"), ("0017", "part"),
    ("990000199001010017", "doubt"), ("E12345678", "other"), (None, None),
]  # fmt: skip
BIRTHS = ["19900102", "19900201", "19900103", "19910102", "19900122", "19921122", "20051231", None]
PHONES = [["13812345678"], ["13812345679"], ["13987654321", "13812345678"], ["13700000001"], None]
PLACES = [
    (["中山路12-3-502"], ["中山路"], ["东城区"]), (["中山路9"], ["中山路"], ["东城区"]), (["人民街1"], ["人民街"], ["东城区"]),
    (["14MARKHAMSTREET"], ["MARKHAMSTREET"], None), (["14MARKAMSTREET"], ["MARKAMSTREET"], None), (["柳树村3"], ["柳树村"], ["新民县"]), None,
]  # fmt: skip
FIRMS = [["明德律师事务所"], ["安平公证处"], ["明德律师事务所", "安平公证处"], None]
DIVISIONS = [["990101"], ["990102"], ["990201"], None]
LICENSES = [["L1990101"], ["L1990102"], None]


def people() -> list[Row]:
    """The same list every time."""
    made = []
    given = FULL + LONG
    for place in range(130):
        named = names.describe(given[place % len(given)])._asdict()
        text, state = NUMBERS[(place * 5 + place // 12) % len(NUMBERS)]
        birth = BIRTHS[(place * 3 + place // 7) % len(BIRTHS)]
        phones, spot = PHONES[place // 3 % len(PHONES)], PLACES[(place + place // 4) % len(PLACES)]
        firms, areas, held = (
            FIRMS[place // 2 % len(FIRMS)],
            DIVISIONS[place // 5 % len(DIVISIONS)],
            LICENSES[place // 3 % len(LICENSES)],
        )
        made.append({
            **named, "id_text": text, "id_kind": None if text is None else "O" if text.startswith("E") else "R", "id_state": state,
            "birth": birth, "sex": ("1", "2", None)[place % 3],
            "phones": phones, "phone": max(phones) if phones else None,
            "addresses": spot[0] if spot else None, "address": spot[0][0] if spot else None, "roads": spot[1] if spot else None,
            "counties": spot[2] if spot else None, "latin": spot[0][0] if spot and spot[0][0].isascii() else None,
            "employers": firms, "employer": firms[0] if firms else None, "few": place % 2 == 0, "divisions": areas,
            "division": areas[0] if areas else None, "licenses": held, "license": held[0] if held else None,
            "name_tf": 2.0 ** -(4 + place % 9),
        })  # fmt: skip
    assert identity.valid(NUMBERS[0][0])
    return made


def _judge(engine: engines.Engine, rows: list[Row]) -> None:
    lists = {"phones", "addresses", "roads", "counties", "employers", "divisions", "licenses"}
    types = {
        **{name: pa.list_(pa.string()) for name in lists},
        "few": pa.bool_(),
        "name_tf": pa.float64(),
        "size": pa.int32(),
    }
    columns = {name: pa.array([row[name] for row in rows], types.get(name, pa.string())) for name in rows[0]}
    engine.put("persona", pa.table({"pid": pa.array(range(len(rows)), pa.int64()), **columns}))
    engine.table(
        "pair",
        "SELECT l.pid AS lid, r.pid AS ent, 0 AS anchor, 0 AS own, 0 AS block FROM persona l JOIN persona r ON l.pid < r.pid",
    )
    compare.judge(engine)


def levels(engine: engines.Engine, rows: list[Row]) -> dict[tuple[int, int], dict[str, int]]:
    """Levels of all pairs by an engine."""
    from xiezhi.datacenter.link.score import LEVELS

    _judge(engine, rows)
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for row in engine.arrow(f"SELECT lid, ent, {LEVELS} FROM judged").to_pylist():
        found[row.pop("lid"), row.pop("ent")] = row
    return found


def weights(engine: engines.Engine, rows: list[Row], model: Model) -> dict[tuple[int, int], float]:
    """Weights of all pairs by an engine, with frequencies as powers of two."""
    _judge(engine, rows)
    got = engine.arrow(f"SELECT lid, ent, {model.weight_sql()} AS weight FROM judged").to_pylist()
    return {(row["lid"], row["ent"]): row["weight"] for row in got}
