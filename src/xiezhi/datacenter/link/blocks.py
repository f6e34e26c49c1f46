"""Which pairs are looked at: many small complementary blocks instead of a few large ones.

Every record outside an anchored group is held against all entities that share a key with it. A key that too many entities share is left
out, and finer keys (the same with another column added) stand beside each coarse one, so that a pair in a crowd is met by the finer key.
Keys are hashes of eight bytes; a chance meeting of two hashes only adds a pair, which is then compared like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

from xiezhi.datacenter.link.engines import Engine


@dataclass(frozen=True)
class Block:
    """One way of meeting: columns of `held` whose values must all agree, and how many entities a key may have."""

    title: str
    key: str
    most: int = 40
    number: bool = False


YEAR, MONTH, DAY = "substr(birth, 1, 4)", "substr(birth, 1, 6)", "substr(birth, 5, 4)"
BIRTH = "coalesce(birth, id_birth)"
CITY = "substr(division, 1, 4)"
BLOCKS: tuple[Block, ...] = (
    Block("同一号码", "id_text", 40, True),
    Block("号码后十二位", "right(id_text, 12)", 40, True),
    Block("号码前六位与后六位", "concat(substr(id_text, 1, 6), right(id_text, 6))", 40, True),
    Block("号码前十二位与姓", "concat(substr(id_text, 1, 12), family)", 60, True),
    Block("姓名与出生日期", "concat(name, birth)", 60),
    Block("读音与出生日期", "concat(sound, birth)", 60),
    Block("姓与出生日期", "concat(family, '/', birth)", 60),
    Block("名与出生日期", "concat('/', given, birth)", 60),
    Block("出生日期、市", "concat(birth, substr(division, 1, 4))", 40),
    Block("姓名与出生年月", "concat(name, substr(birth, 1, 6))", 60),
    Block("姓名与出生月日", "concat(name, substr(birth, 5, 4))", 60),
    Block("姓名、出生年、日", "concat(name, substr(birth, 1, 4), '/', substr(birth, 7, 2))", 60),
    Block("姓名、出生年、市", "concat(name, substr(birth, 1, 4), '/', substr(division, 1, 4))", 60),
    Block("少见姓名", "name", 30),
    Block("少见读音", "sound", 15),
    Block("姓名与区划", "concat(name, '/', division)", 40),
    Block("用字与出生年", "concat(sort, '/', substr(birth, 1, 4))", 40),
    Block("电话", "phone", 40),
    Block("电话与姓", "concat(phone, family)", 60),
    Block("执业证号", "license", 40),
    Block("地址", "address", 30),
    Block("地址与姓", "concat(address, family)", 60),
    Block("姓名与道路", "concat(name, '/', road)", 40),
    Block("姓名与区县", "concat(name, '#', county)", 40),
    Block("姓名与单位", "concat(name, '@', employer)", 60),
    Block("读音与单位", "concat(sound, '@', employer)", 60),
    Block("单位与出生日期", "concat(employer, birth)", 40),
    Block("单位与名", "concat(employer, '/', given)", 40),
)


def _parts(key: str) -> str:
    """SQL that is NULL where any part of a key is, on both engines (`concat` of DuckDB passes over NULL)."""
    inner = key[7:-1] if key.startswith("concat(") else ""
    if not inner:
        return key
    parts, depth, start = [], 0, 0
    for place, char in enumerate(inner):
        depth += (char == "(") - (char == ")")
        if char == "," and not depth:
            parts.append(inner[start:place].strip())
            start = place + 1
    parts.append(inner[start:].strip())
    return "(" + " || ".join(parts) + ")"


def keys(place: int, block: Block, columns: str, source: str) -> str:
    """SQL giving the hashed keys of a block for the rows of a source."""
    key = _parts(block.key)
    return f"SELECT {columns}, {place} AS block, xxhash64({place}, {key}) AS k FROM {source} WHERE {key} IS NOT NULL"


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
    engine.table("lefts", lefts)
    made = []
    numbered = list(enumerate(BLOCKS))
    for begin in range(0, len(numbered), engine.blocks_at_once):
        some = numbered[begin : begin + engine.blocks_at_once]
        asking = " UNION ALL ".join(keys(place, block, "lid, own, inside", "lefts") for place, block in some)
        keyed = " UNION ALL ".join(keys(place, block, "ent, anchor", rights) for place, block in some)
        engine.table("left_key", f"SELECT DISTINCT * FROM ({asking}) t")
        engine.table(
            "right_key",
            f"SELECT ent, k, block, count(*) AS rows, max(anchor) AS anchor FROM ({keyed}) t"
            " WHERE k IN (SELECT k FROM left_key) GROUP BY ent, k, block",
        )
        most = "CASE block " + " ".join(f"WHEN {place} THEN {block.most}" for place, block in some) + " END"
        made.append(f"pair_{begin}")
        engine.table(
            made[-1],
            f"""SELECT l.lid, r.ent, r.anchor, CASE WHEN l.own = r.ent THEN 1 ELSE 0 END AS own, r.block
            FROM left_key l
            JOIN (SELECT k, block FROM right_key GROUP BY k, block HAVING count(*) <= {most}) c ON l.k = c.k AND l.block = c.block
            JOIN right_key r ON l.k = r.k AND l.block = r.block
            WHERE l.lid <> r.ent AND ({meet}) AND (l.own <> r.ent OR r.rows > l.inside)""",
        )
    union = " UNION ALL ".join(f"SELECT * FROM {name}" for name in made)
    engine.table(
        "pair",
        f"SELECT lid, ent, max(anchor) AS anchor, max(own) AS own, min(block) AS block FROM ({union}) t GROUP BY lid, ent",
    )
    engine.drop("lefts", "left_key", "right_key", *made)
    return int(engine.arrow("SELECT count(*) AS n FROM pair").to_pylist()[0]["n"])
