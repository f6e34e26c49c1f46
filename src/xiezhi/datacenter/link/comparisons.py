"""What is compared of two persons, in levels from most to least alike: the definition of the model.

Conditions are SQL over columns ending in _l and _r, in words that DuckDB (with the macros of `engines`) and Spark both know. They touch
only texts in ASCII with `levenshtein`, because DuckDB counts bytes where Spark counts characters. The first level that holds counts.
m and u are where learning starts: how often the level is seen among records of one person and of different persons who come to be
compared at all. A level without a condition takes what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Level:
    """One level: its words for a waterfall, its condition, m and u."""

    title: str
    condition: str
    m: float
    u: float


@dataclass(frozen=True)
class Comparison:
    """One thing compared. `null` says when nothing can be said; `frequency` names the column whose rarity adds to the first level."""

    name: str
    title: str
    null: str
    levels: tuple[Level, ...]
    frequency: str = ""
    fixed: bool = False
    columns: tuple[str, ...] = field(default=())


def missing(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def overlap(column: str) -> str:
    return f"arrays_overlap({column}_l, {column}_r)"


NAME_NEAR = "(name_l = name_r OR sound_l = sound_r OR look_l = look_r OR sort_l = sort_r)"
SAME_PLACE = "coalesce(arrays_overlap(addresses_l, addresses_r), false)"
SAME_PHONE = "coalesce(arrays_overlap(phones_l, phones_r), false)"
SAME_FIRM = "coalesce(arrays_overlap(employers_l, employers_r), false)"
SAME_BIRTH = "coalesce(birth_l = birth_r, false)"
TWO_SHARED = f"(({SAME_PLACE} AND {SAME_PHONE}) OR ({SAME_PLACE} AND {SAME_FIRM}) OR ({SAME_PHONE} AND {SAME_FIRM}))"
ONE_SHARED = f"({SAME_PLACE} OR {SAME_PHONE})"

COMPARISONS: tuple[Comparison, ...] = (
    Comparison(
        "identity", "证件号码",
        "id_text_l IS NULL OR id_text_r IS NULL OR id_kind_l <> id_kind_r"
        " OR (id_state_l = 'doubt' AND id_text_l <> id_text_r) OR (id_state_r = 'doubt' AND id_text_l <> id_text_r)",
        (
            Level("号码相同", "id_text_l = id_text_r", 0.9, 0.0002),
            Level("两个不同的有效号码", "id_state_l = 'ok' AND id_state_r = 'ok'", 0.001, 0.9),
            Level("遮盖或残缺部分之外相同",
                  "(id_state_l = 'part' AND (id_text_r LIKE replace(id_text_l, '*', '_') OR id_text_r LIKE concat('%', replace(id_text_l, '*', '_'))))"
                  " OR (id_state_r = 'part' AND (id_text_l LIKE replace(id_text_r, '*', '_') OR id_text_l LIKE concat('%', replace(id_text_r, '*', '_'))))",
                  0.7, 0.001),
            Level("差一位或相邻两位颠倒",
                  "levenshtein(id_text_l, id_text_r) <= 1"
                  " OR (levenshtein(id_text_l, id_text_r) = 2"
                  " AND array_sort(split(id_text_l, '')) = array_sort(split(id_text_r, '')))", 0.5, 0.00002),
            Level("差两位", "levenshtein(id_text_l, id_text_r) = 2", 0.2, 0.0004),
            Level("差三至四位", "levenshtein(id_text_l, id_text_r) <= 4", 0.04, 0.005),
            Level("不同", "", 0.01, 0.99),
        ),
        fixed=True, columns=("id_text", "id_kind", "id_state"),
    ),
    Comparison(
        "name", "姓名", missing("name"),
        (
            Level("相同", "name_l = name_r", 0.97, 0.004),
            Level("同音同调", "tone_l = tone_r", 0.007, 0.0004),
            Level("同音", "sound_l = sound_r", 0.004, 0.0008),
            Level("字形相近", "look_l = look_r", 0.003, 0.0001),
            Level("次序颠倒", "sort_l = sort_r", 0.002, 0.0002),
            Level("一名含于另一名",
                  "(size_l >= 2 AND size_r >= 2 AND size_l <> size_r AND first_l = first_r"
                  " AND (startswith(name_l, name_r) OR startswith(name_r, name_l)"
                  " OR (size_l = 2 AND size_r = 3 AND second_l = third_r) OR (size_l = 3 AND size_r = 2 AND third_l = second_r)))"
                  " OR (family_l = family_r AND length(given_l) <> length(given_r) AND length(given_l) >= 2 AND length(given_r) >= 2"
                  " AND (right(given_l, length(given_r)) = given_r OR right(given_r, length(given_l)) = given_l))",
                  0.002, 0.002),
            Level("读音差一个字母", "levenshtein(sound_l, sound_r) <= 1", 0.002, 0.004),
            Level("三字中差一字",
                  "size_l = 3 AND size_r = 3 AND ((first_l = first_r AND (second_l = second_r OR third_l = third_r))"
                  " OR (second_l = second_r AND third_l = third_r))", 0.004, 0.02),
            Level("长名中差一两个字母或一节相同",
                  "(size_l >= 4 AND size_r >= 4 AND (levenshtein(sound_l, sound_r) <= 2"
                  " OR (length(family_l) >= 4 AND family_l = family_r) OR (length(given_l) >= 4 AND given_l = given_r)"
                  " OR (length(family_l) >= 5 AND levenshtein(family_l, family_r) <= 1)"
                  " OR (length(given_l) >= 5 AND levenshtein(given_l, given_r) <= 1)"
                  " OR (length(given_l) >= 4 AND given_l = family_r) OR (length(family_l) >= 4 AND family_l = given_r)))", 0.004, 0.004),
            Level("只有姓氏相同", "family_l = family_r", 0.003, 0.15),
            Level("不同", "", 0.002, 0.8),
        ),
        frequency="name", columns=("name", "tone", "sound", "look", "sort", "family", "given", "first", "second", "third", "size"),
    ),
    Comparison(
        "birth", "出生日期", missing("birth"),
        (
            Level("相同", "birth_l = birth_r", 0.97, 0.03),
            Level("月日颠倒",
                  "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
                  " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2)", 0.004, 0.0003),
            Level("差一位", "levenshtein(birth_l, birth_r) <= 1", 0.01, 0.006),
            Level("年月日中两项相同",
                  "(substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
                  " AND (substr(birth_l, 5, 2) = substr(birth_r, 5, 2) OR substr(birth_l, 7, 2) = substr(birth_r, 7, 2)))"
                  " OR substr(birth_l, 5, 4) = substr(birth_r, 5, 4)", 0.01, 0.02),
            Level("差两位", "levenshtein(birth_l, birth_r) = 2", 0.002, 0.05),
            Level("不同", "", 0.003, 0.85),
        ),
        columns=("birth",),
    ),
    Comparison(
        "sex", "性别", missing("sex"),
        (Level("相同", "sex_l = sex_r", 0.995, 0.5), Level("不同", "", 0.005, 0.5)), columns=("sex",),
    ),
    Comparison(
        "phone", "电话", missing("phone"),
        (
            Level("相同", overlap("phones"), 0.6, 0.004),
            Level("差一位或两位颠倒", "levenshtein(phone_l, phone_r) <= 1", 0.01, 0.0001),
            Level("不同", "", 0.4, 0.99),
        ),
        columns=("phone", "phones"),
    ),
    Comparison(
        "address", "地址", missing("addresses"),
        (
            Level("相同", overlap("addresses"), 0.7, 0.004),
            Level("拉丁字母地址差几个字母", "levenshtein(latin_l, latin_r) <= 3", 0.01, 0.001),
            Level("同一条路或同一个村", overlap("roads"), 0.1, 0.02),
            Level("同一区县", overlap("counties"), 0.1, 0.05),
            Level("不同", "", 0.1, 0.92),
        ),
        columns=("addresses", "roads", "counties", "latin"),
    ),
    Comparison(
        "employer", "单位", missing("employers"),
        (
            Level("相同，且人数不多", f"{overlap('employers')} AND few_l", 0.5, 0.003),
            Level("相同", overlap("employers"), 0.2, 0.02),
            Level("不同", "", 0.3, 0.98),
        ),
        columns=("employers", "few"),
    ),
    Comparison(
        "division", "区划", missing("division"),
        (
            Level("相同", overlap("divisions"), 0.85, 0.1),
            Level("同一个市", "substr(division_l, 1, 4) = substr(division_r, 1, 4)", 0.05, 0.1),
            Level("不同", "", 0.1, 0.8),
        ),
        columns=("division", "divisions"),
    ),
    Comparison(
        "license", "执业证号", missing("licenses"),
        (Level("相同", overlap("licenses"), 0.3, 0.0003), Level("不同", "", 0.7, 0.99)), columns=("licenses",),
    ),
    Comparison(
        "household", "同住同号的另一人",
        f"NOT ({ONE_SHARED} OR {TWO_SHARED})",
        (
            Level("多项相同，姓名相同或相近", f"{TWO_SHARED} AND {NAME_NEAR}", 0.2, 0.4),
            Level("一项相同，姓名相同或相近", NAME_NEAR, 0.5, 0.5),
            Level("生日相同而名不同，如双胞胎", SAME_BIRTH, 0.01, 0.1),
            Level("多项相同而姓名、生日都不同，如夫妻", f"{TWO_SHARED}", 0.001, 0.5),
            Level("一项相同而姓名、生日都不同", "", 0.01, 0.1),
        ),
        columns=("phones", "addresses", "employers", "birth"),
    ),
)  # fmt: skip


def level_case(comparison: Comparison) -> str:
    """SQL for the level of a pair: -1 where nothing can be said, else the highest number for the first level, 0 for the last."""
    top = len(comparison.levels) - 1
    whens = "".join(f" WHEN {level.condition} THEN {top - place}" for place, level in enumerate(comparison.levels[:-1]))
    return f"CASE WHEN {comparison.null} THEN -1{whens} ELSE 0 END"
