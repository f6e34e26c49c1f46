"""Which pairs are looked at: many small complementary blocks instead of a few large ones.

Every record outside an anchored group is held against all entities that share a key with it. A key that too many entities share is left
out, and finer keys (the same with another column added) stand beside each coarse one, so that a pair in a crowd is met by the finer key.
Keys are hashes of eight bytes; a chance meeting of two hashes only adds a pair, which is then compared like any other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from xiezhi.datacenter.link.engines import Engine


@dataclass(frozen=True)
class Block:
    """One way of meeting: what of `held` must all agree, and how many entities a key may have."""

    title: str
    parts: tuple[str, ...]
    most: int


TAIL, START, PLACE, END = "right(id_text, 12)", "substr(id_text, 1, 12)", "substr(id_text, 1, 6)", "right(id_text, 6)"
YEAR, MONTH, DAY, OF_MONTH = "substr(birth, 1, 4)", "substr(birth, 1, 6)", "substr(birth, 5, 4)", "substr(birth, 7, 2)"
CITY = "substr(division, 1, 4)"
BLOCKS: tuple[Block, ...] = (
    Block("同一号码", ("id_text",), 40),
    Block("号码后十二位", (TAIL,), 40),
    Block("号码前六位与后六位", (PLACE, END), 40),
    Block("号码前十二位与姓", (START, "family"), 60),
    Block("姓名与出生日期", ("name", "birth"), 60),
    Block("读音与出生日期", ("sound", "birth"), 60),
    Block("姓与出生日期", ("family", "birth"), 60),
    Block("名与出生日期", ("given", "birth"), 60),
    Block("出生日期、市", ("birth", CITY), 40),
    Block("姓名与出生年月", ("name", MONTH), 60),
    Block("姓名与出生月日", ("name", DAY), 60),
    Block("姓名、出生年、日", ("name", YEAR, OF_MONTH), 60),
    Block("姓名、出生年、市", ("name", YEAR, CITY), 60),
    Block("少见姓名", ("name",), 30),
    Block("少见读音", ("sound",), 15),
    Block("姓名与区划", ("name", "division"), 40),
    Block("用字与出生年", ("sort", YEAR), 40),
    Block("电话", ("phone",), 40),
    Block("电话与姓", ("phone", "family"), 60),
    Block("执业证号", ("license",), 40),
    Block("地址", ("address",), 30),
    Block("地址与姓", ("address", "family"), 60),
    Block("姓名与道路", ("name", "road"), 40),
    Block("姓名与区县", ("name", "county"), 40),
    Block("姓名与单位", ("name", "employer"), 60),
    Block("读音与单位", ("sound", "employer"), 60),
    Block("单位与出生日期", ("employer", "birth"), 40),
    Block("单位与名", ("employer", "given"), 40),
)
SIDE_BY_SIDE = 2
"""Groups of blocks at work at one time: the last rows of one leave a core to the next."""
PARTS = tuple(dict.fromkeys(part for block in BLOCKS for part in block.parts))
HASHED = ", ".join(
    f"CASE WHEN {part} IS NOT NULL THEN xxhash64({place}, {part}) END AS p{place}" for place, part in enumerate(PARTS)
)
"""Each part's hash, taken once for all blocks that use it."""


def keys(place: int, block: Block, columns: str, source: str) -> str:
    """SQL giving the hashed keys of a block for the rows of a source that has the hashed parts; none where a part is missing."""
    parts = [f"p{PARTS.index(part)}" for part in block.parts]
    known = " AND ".join(f"{part} IS NOT NULL" for part in parts)
    return f"SELECT {columns}, {place} AS block, xxhash64({place}, {', '.join(parts)}) AS k FROM {source} WHERE {known}"


FIELDS = "id_text, id_birth, name, sound, family, given, sort, birth, phone, division, address, road, county, employer, license"
HIDDEN = "NULL AS id_text, NULL AS id_birth, name, sound, family, given, sort, birth, phone, division, address, road, county, employer, license"


LEFTS = (
    f"SELECT ent AS lid, ent AS own, 0 AS inside, {FIELDS} FROM held WHERE anchor = 0"
    f" UNION ALL SELECT -rid AS lid, owner AS own, CASE WHEN ent = owner THEN 1 ELSE 0 END AS inside, {HIDDEN} FROM held"
    " WHERE drawn IS NOT NULL"
)
MEET = "r.anchor = 1 OR (l.lid > 0 AND l.lid < r.ent)"


def pairs(engine: Engine, *, lefts: str = LEFTS, rights: str = "held", meet: str = MEET) -> int:
    """Table `pair` (lid, ent, anchor, own, block): each left record with each entity it meets, once; gives how many.

    Left are the records outside anchored groups (lid is their entity) and the drawn ones (lid is -rid, their number hidden). A drawn
    record meets its own group only where another record of the group has the key; `own` marks that pair. A batch of new records names
    other sources and another condition.
    """
    engine.table("lefts", f"SELECT lid, own, inside, {HASHED} FROM ({lefts}) t")
    engine.table("rights", f"SELECT ent, anchor, {HASHED} FROM {rights}")
    numbered = list(enumerate(BLOCKS))
    some = [numbered[begin : begin + engine.blocks_at_once] for begin in range(0, len(numbered), engine.blocks_at_once)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as beside:
        made = list(beside.map(lambda place: _meet(engine.aside(), some[place], place, meet), range(len(some))))
    union = " UNION ALL ".join(f"SELECT * FROM {name}" for name in made)
    engine.table(
        "pair",
        f"SELECT lid, ent, max(anchor) AS anchor, max(own) AS own, min(block) AS block FROM ({union}) t GROUP BY lid, ent",
    )
    engine.drop("lefts", "rights", *made)
    return int(engine.arrow("SELECT count(*) AS n FROM pair").to_pylist()[0]["n"])


def _meet(engine: Engine, some: list[tuple[int, Block]], place: int, meet: str) -> str:
    """A table of the pairs that meet in some blocks; its name."""
    left, right, pair = (f"{name}_{place}" for name in ("left_key", "right_key", "pair"))
    asking = " UNION ALL ".join(keys(number, block, "lid, own, inside", "lefts") for number, block in some)
    keyed = " UNION ALL ".join(keys(number, block, "ent, anchor", "rights") for number, block in some)
    engine.table(left, f"SELECT DISTINCT * FROM ({asking}) t")
    engine.table(
        right,
        f"SELECT ent, k, block, count(*) AS rows, max(anchor) AS anchor FROM ({keyed}) t"
        f" WHERE k IN (SELECT k FROM {left}) GROUP BY ent, k, block",
    )
    most = "CASE block " + " ".join(f"WHEN {number} THEN {block.most}" for number, block in some) + " END"
    engine.table(
        pair,
        f"""SELECT l.lid, r.ent, r.anchor, CASE WHEN l.own = r.ent THEN 1 ELSE 0 END AS own, r.block
        FROM {left} l
        JOIN (SELECT k, block FROM {right} GROUP BY k, block HAVING count(*) <= {most}) c ON l.k = c.k AND l.block = c.block
        JOIN {right} r ON l.k = r.k AND l.block = r.block
        WHERE l.lid <> r.ent AND ({meet}) AND (l.own <> r.ent OR r.rows > l.inside)""",
    )
    engine.drop(left, right)
    return pair
