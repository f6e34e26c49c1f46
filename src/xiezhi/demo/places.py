"""云岭省: invented cities, counties and towns with codes of the unassigned division 99."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["PROVINCE", "City", "County", "plan", "size"]

PROVINCE = ("990000", "云岭省", "云岭")

_CITY_NAMES = (
    ("临川市", "临川"), ("青泽市", "青泽"), ("霁山市", "霁山"), ("澜川市", "澜川"), ("望岭市", "望岭"), ("禾丰市", "禾丰"),
    ("松泉市", "松泉"), ("云渡市", "云渡"), ("溪宁市", "溪宁"), ("岳岚市", "岳岚"), ("麓阳市", "麓阳"), ("梧溪市", "梧溪"),
    ("鹭岭市", "鹭岭"), ("桐泽市", "桐泽"), ("竹宁市", "竹宁"), ("汀州岭市", "汀岭"),
)  # fmt: skip
_HEADS = [
    "禾",
    "云",
    "青",
    "石",
    "松",
    "竹",
    "泉",
    "柳",
    "岚",
    "霁",
    "麓",
    "汀",
    "桐",
    "枫",
    "茶",
    "沙",
    "月",
    "双",
    "清",
    "长",
    "高",
    "平",
    "南",
    "北",
    "东",
    "西",
    "金",
    "玉",
    "凤",
    "鹿",
    "鹤",
    "梅",
]
_TAILS = [
    "溪",
    "川",
    "泽",
    "岭",
    "桥",
    "坪",
    "湾",
    "塘",
    "源",
    "洲",
    "门",
    "关",
    "阳",
    "陵",
    "安",
    "宁",
    "台",
    "山",
    "江",
    "河",
]
_TOWNS = (
    "城关镇", "石桥镇", "青竹乡", "柳河镇", "双泉乡", "龙潭镇", "茶坪乡", "枫林镇", "沙湾镇", "高坎乡", "月塘镇", "太平镇",
)  # fmt: skip
_STREETS = ("望江街道", "书院街道", "鼓楼街道", "文昌街道", "松涛街道", "临水街道")
_REAL = frozenset(["清溪", "长安", "东山", "南山", "南江", "平山", "金山", "青川", "石门", "松溪", "松江", "云阳", "青阳", "平江", "平安", "南安", "东安", "西山", "金川", "金溪", "玉山", "玉溪", "高安", "长宁", "长阳", "泉山", "双江", "双桥", "南川", "南陵", "平阳", "高台", "高阳", "凤台", "凤山", "凤阳", "金门", "金台", "金塔", "金平", "北安", "北川", "月湖", "青山", "云安", "南宁", "西安", "东阳", "东台", "东源", "东平", "西平", "西安", "江川", "江阳", "长江", "石台", "石泉", "沙河", "沙洋", "长沙", "清河", "清江", "清远", "河源", "平塘", "平泉", "平陵", "柳江", "柳河", "金江", "金湾", "金洲", "金安", "金山", "西江", "西河", "西陵", "西湖", "北山", "南平", "南台", "松山", "青岭", "龙川", "梅江", "梅山", "梅河", "石河", "南门", "东河", "东江", "东陵", "平川", "平桥", "鹤山", "双台", "双阳", "高陵", "高平", "高邮", "长岭", "长泰", "长清", "长治", "清原", "清苑", "清流", "清涧", "云溪", "云安", "云霄", "青河", "青州", "玉泉", "玉门", "玉州", "茶陵", "沙湾", "沙坪", "南源", "平台", "平门", "石江", "石山", "石关", "汀江", "汀洲", "枫溪", "桐陵", "麓山", "南阳", "安阳", "竹山", "竹溪", "竹台", "清宁", "月山"])  # fmt: skip
"""Names that exist in reality are left out where we know them."""


@dataclass(frozen=True)
class County:
    """县（市、区）: six-digit code, name, short name, towns with nine-digit codes."""

    code: str
    name: str
    short: str
    towns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class City:
    """市: six-digit code, name, short name, counties."""

    code: str
    name: str
    short: str
    counties: tuple[County, ...] = field(default=())


def _names() -> Iterator[str]:
    yield from ("禾溪", "云麓", "青汀", "霁桥")
    seen = {"禾溪", "云麓", "青汀", "霁桥", *(short for _, short in _CITY_NAMES)}
    for i in range(len(_HEADS) * len(_TAILS)):
        # 7 and 3 are coprime with the lengths, so the walk meets every pair once
        name = _HEADS[i * 7 % len(_HEADS)] + _TAILS[(i * 3 + i // len(_HEADS)) % len(_TAILS)]
        if name not in seen and name not in _REAL and name[0] != name[1]:
            seen.add(name)
            yield name


def _towns(county: str, number: int, urban: bool) -> tuple[tuple[str, str], ...]:
    pool = (*_STREETS, *_TOWNS) if urban else (*_TOWNS, *_STREETS)
    return tuple((f"{county}{1 + i if (urban and i < 6) else 100 + i:03d}", pool[i]) for i in range(number))


def size(scale: float) -> tuple[int, int, int]:
    """Cities, counties in a city, and towns in a county for a scale; 1.0 is a province of 1,300 units."""
    return (
        min(len(_CITY_NAMES), max(2, round(10 * scale**0.35))),
        min(12, max(2, round(6 * scale**0.15))),
        min(12, max(2, round(2 * scale**0.3))),
    )


def plan(cities: int, counties: int, towns: int) -> tuple[City, ...]:
    """The territory: so many cities, counties in each, towns and streets in each county."""
    names = _names()
    found = []
    for c in range(min(cities, len(_CITY_NAMES))):
        name, short = _CITY_NAMES[c]
        code = f"99{c + 1:02d}00"
        below = []
        for k in range(counties):
            urban = k % 3 == 2
            word = next(names)
            county = f"99{c + 1:02d}{2 + k if urban else 21 + k:02d}"
            below.append(County(county, word + ("区" if urban else "县"), word, _towns(county, towns, urban)))
        found.append(City(code, name, short, tuple(below)))
    return tuple(found)
