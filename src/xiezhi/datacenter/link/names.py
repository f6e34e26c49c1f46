"""Names of persons: one form for comparing, and what each sounds and looks like.

Characters are compared as characters, never as bytes. Readings of surnames come from an own table, because a surname is often read
otherwise than the same character in a word (仇 qiú, 解 xiè, 单于 chányú).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from xiezhi.datacenter.link.identity import JUNK

DATA = Path(__file__).parent / "data"
SURNAMES = {
    "仇": "qiu2", "解": "xie4", "查": "zha1", "单": "shan4", "曾": "zeng1", "区": "ou1", "任": "ren2", "朴": "piao2", "盖": "ge3",
    "葛": "ge3", "华": "hua4", "纪": "ji3", "员": "yun4", "尹": "yin3", "翟": "zhai2", "乐": "yue4", "缪": "miao4", "折": "she2",
    "种": "chong2", "秘": "bi4", "冼": "xian3", "逄": "pang2", "逯": "lu4", "召": "shao4", "黑": "he4", "佴": "nai4", "繁": "po2",
    "覃": "qin2", "宓": "mi4", "车": "che1", "万": "wan4", "牟": "mu4", "燕": "yan1", "洗": "xian3", "盛": "sheng4", "贾": "jia3",
    "藏": "zang1", "臧": "zang1", "祭": "zhai4", "那": "na1", "哈": "ha3", "宁": "ning4", "甯": "ning4", "应": "ying1", "於": "yu1",
    "相": "xiang4", "要": "yao1", "占": "zhan1", "卜": "bu3", "柏": "bai3", "贲": "ben1", "费": "fei4", "谌": "chen2", "莘": "shen1",
    "隗": "wei3", "郇": "xun2", "瞿": "qu2", "行": "xing2", "重": "chong2", "长": "chang2", "朝": "chao2", "晁": "chao2", "曲": "qu1",
    "么": "yao1", "都": "du1", "訾": "zi1", "母": "mu3", "郗": "xi1", "干": "gan1", "和": "he2", "过": "guo1", "佘": "she2", "令": "ling2",
}  # fmt: skip
COMPOUND = {
    "尉迟": "yu4 chi2", "单于": "chan2 yu2", "万俟": "mo4 qi2", "长孙": "zhang3 sun1", "令狐": "ling2 hu2", "澹台": "tan2 tai2",
    "欧阳": "ou1 yang2", "司马": "si1 ma3", "上官": "shang4 guan1", "诸葛": "zhu1 ge3", "东方": "dong1 fang1", "皇甫": "huang2 fu3",
    "公孙": "gong1 sun1", "慕容": "mu4 rong2", "夏侯": "xia4 hou2", "司徒": "si1 tu2", "司空": "si1 kong1", "宇文": "yu3 wen2",
    "轩辕": "xuan1 yuan2", "端木": "duan1 mu4", "百里": "bai3 li3", "呼延": "hu1 yan2", "南宫": "nan2 gong1", "西门": "xi1 men2",
    "独孤": "du2 gu1", "申屠": "shen1 tu2", "淳于": "chun2 yu2", "闻人": "wen2 ren2", "钟离": "zhong1 li2", "赫连": "he4 lian2",
    "濮阳": "pu2 yang2", "太史": "tai4 shi3", "拓跋": "tuo4 ba2", "鲜于": "xian1 yu2", "闾丘": "lv2 qiu1", "东郭": "dong1 guo1",
}  # fmt: skip
VARIANTS = str.maketrans(dict(zip(
    "昇崑堃喆峯羣仝穌燊勳叡濬陞甦裏綫脩祕牀鉅懽讚筍菓鷄犂鍊鎔巖嶽徧徬疎㛃淸眞尙靑敎淨愼顔頴滙",
    "升昆坤哲峰群同苏森勋睿浚升苏里线修秘床巨欢赞笋果鸡犁炼熔岩岳遍傍疏洁清真尚青教净慎颜颖汇", strict=True)))  # fmt: skip
DOTS = re.compile(r"[•‧∙⋅・.˙●･。．ᐧ᛫`'’‘]")
TITLES = re.compile(r"(?:先生|女士|小姐|同志|律师|老师|师傅|公证员|鉴定人|调解员|仲裁员|主任|法官|MR|MRS|MS|DR)$")
NOBODY = frozenset({"无名氏", "匿名", "测试", "某人", "本人", "佚名", "未知姓名"}) | JUNK
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PLAIN = re.compile(r"[一-鿋]{2,3}")


class Name(NamedTuple):
    """What comparing needs to know of a name. All text; `sort` has the characters (or Latin words) in order, `look` their classes of shape."""

    name: str | None
    sound: str | None
    tone: str | None
    family: str | None
    given: str | None
    sort: str | None
    look: str | None
    first: str | None
    second: str | None
    third: str | None
    size: int


NOTHING = Name(None, None, None, None, None, None, None, None, None, None, 0)


@cache
def simplified() -> dict[str, str]:
    """Each character's simplified, usual form; looked up once."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    known: dict[str, str] = {}

    class Table(dict[str, str]):
        def __missing__(self, char: str) -> str:
            made = convert(char.translate(VARIANTS))
            self[char] = made if len(made) == 1 else char
            return self[char]

    return Table(known)


@cache
def looks() -> dict[str, str]:
    """Each character's class of similar shape, named by one of its members (data/shapes.txt, made by shapes.py)."""
    table: dict[str, str] = {}
    for line in (DATA / "shapes.txt").read_text(encoding="utf-8").split():
        if not line.startswith("#"):
            table.update(dict.fromkeys(line, line[0]))
    return table


@cache
def reading(char: str) -> str:
    """A character's usual reading with its tone as a digit, in ASCII; a character without a known reading gives its number."""
    from pypinyin import Style, pinyin

    found = str(pinyin(char, style=Style.TONE3, neutral_tone_with_five=True, errors="default")[0][0]).replace("ü", "v")
    return found if found.isascii() else f"u{ord(char):x}"


@cache
def toneless(sound: str) -> str:
    """A reading without its tone."""
    return sound if sound.startswith("u") else sound.rstrip("12345")


def clean(raw: str | None) -> str | None:
    """A name as it is compared: simplified characters without blanks, titles, former names in brackets; Latin words in capitals."""
    if raw is None:
        return None
    if _PLAIN.fullmatch(raw):
        simple = simplified()
        shorter = TITLES.sub("", raw)
        return (
            "".join([simple[char] for char in (shorter if len(shorter) >= 2 else raw)]) if raw not in NOBODY else None
        )
    text = unicodedata.normalize("NFKC", raw)
    text = re.sub(r"[(\[{【〔<《].*?[)\]}】〕>》]", "", text).strip()
    if text.upper() in NOBODY:
        return None
    if not _HAN.search(text):
        flat = unicodedata.normalize("NFD", text)
        flat = "".join(char for char in flat if not unicodedata.combining(char)).upper()
        words = [word for word in re.split(r"[^\w]+|_|\d+", flat) if word and word not in {"MR", "MRS", "MS", "DR"}]
        return " ".join(words) or None
    text = unicodedata.normalize("NFKC", re.sub(r"[\s\-_*,，、\d]+", "", DOTS.sub("·", text))).strip("·")
    text = re.sub("·+", "·", text)
    shorter = TITLES.sub("", text)
    text = shorter if len(shorter) >= 2 else text
    simple = simplified()
    return "".join(simple[char] for char in text) or None


def describe(raw: str | None) -> Name:
    """Everything comparing needs of one name."""
    name = clean(raw)
    if name is None:
        return NOTHING
    if not _HAN.search(name):
        words = name.split()
        spelled = ["".join(char if char.isascii() else f"u{ord(char):x}" for char in word).lower() for word in words]
        joined, family, given = "".join(spelled), spelled[0], "".join(spelled[1:])
        return Name(
            name,
            joined,
            joined,
            family,
            given or None,
            " ".join(sorted(words)),
            name,
            words[0][:1],
            None,
            None,
            len(name),
        )
    chars = [char for char in name if char != "·"]
    tones = [reading(char) for char in chars]
    head = 1
    if "·" not in name:
        if len(chars) >= 3 and "".join(chars[:2]) in COMPOUND:
            tones[:2] = COMPOUND["".join(chars[:2])].split()
            head = 2
        elif len(chars) >= 2 and chars[0] in SURNAMES:
            tones[0] = SURNAMES[chars[0]]
    else:
        head = max(1, len(name.split("·")[0]))
    sounds = [toneless(tone) for tone in tones]
    shapes = looks()
    flat = "".join(chars)
    return Name(
        flat, "".join(sounds), " ".join(tones), "".join(sounds[:head]), "".join(sounds[head:]) or None, "".join(sorted(chars)),
        "".join(shapes.get(char, char) for char in chars), chars[0], chars[1] if len(chars) > 1 else None,
        chars[2] if len(chars) > 2 else None, len(chars),
    )  # fmt: skip


SCHEMA = pa.schema([(field, pa.int32() if field == "size" else pa.string()) for field in Name._fields])
