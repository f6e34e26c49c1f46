"""检索用的文字: how text of acts and what people type are brought to the same form before they are compared.

`fold` keeps every character at its place (one in, one out), so that what is found in the folded text can be marked in the
original. Pure: no database, no index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import opencc
import rjieba

from xiezhi.kernel.law import numerals

__all__ = ["alternatives", "despace", "document_numbers", "fold", "grams", "pairs", "runs", "usual_numerals", "words"]

STATE = "中华人民共和国"


class _Table(dict[int, str]):
    """Full width to half width, compatibility forms to the usual ones, capitals to small: only where one character
    stays one."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        found = unicodedata.normalize("NFKC", char).lower()
        out = found if len(found) == 1 else char
        self[code] = " " if unicodedata.category(out) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn") else out
        return self[code]


_TABLE = _Table()


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


_OTHER = re.compile("[^一-鿿]+")


def _translated(found: re.Match[str]) -> str:
    return found[0].translate(_TABLE)


def fold(text: str) -> str:
    """The text in half width, small letters and simplified characters; exactly as long as it was."""
    plain = _OTHER.sub(_translated, text)
    if plain.isascii():
        return plain
    simple: str = _converter().convert(plain)
    if len(simple) == len(plain):
        return simple
    return "".join(one if len(one := _converter().convert(char)) == 1 else char for char in plain)


_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")


def runs(folded: str) -> list[str]:
    """Stretches without blanks and punctuation; letters and digits apart from characters."""
    return _RUN.findall(folded)


def words(folded: str) -> list[str]:
    """Chinese words in the order of the text, punctuation left out."""
    return [word for word in rjieba.cut(folded) if _RUN.search(word)]


def halves(word: str) -> tuple[str, ...]:
    """The two words a word of four characters is made of (拖欠工资: 拖欠, 工资), where both are words; else empty."""
    if len(word) != 4:
        return ()
    parts = (word[:2], word[2:])
    return parts if set(parts) <= set(rjieba.cut_for_search(word)) else ()


def _grams(folded: str) -> Iterator[str]:
    for run in runs(folded):
        if run[0].isascii() and run.isascii():
            yield run
        else:
            yield from run
            yield from map("".join, pairwise(run))


def grams(folded: str) -> list[str]:
    """Single characters and pairs of neighbors; a word in Latin letters or digits is one gram."""
    return list(_grams(folded))


def pairs(folded: str) -> list[str]:
    """What a text must have for the whole of `folded` to stand in it: pairs of neighbors; the character itself where
    there is one only."""
    out: list[str] = []
    for run in runs(folded):
        if run.isascii() or len(run) == 1:
            out.append(run)
        else:
            out.extend(map("".join, pairwise(run)))
    return list(dict.fromkeys(out))


def despace(folded: str) -> str:
    """Characters only, as titles and numbers are compared: without blanks, brackets, punctuation."""
    return "".join(runs(folded))


# Numbers

_CHINESE = re.compile(r"^[零〇一二两三四五六七八九十百千]+$")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟两", "一二三四五六七八九十百千二")
_TENS = (("廿", "二十"), ("卅", "三十"), ("卌", "四十"))


def usual_numerals(folded: str) -> str:
    """壹佰叁拾叁 and 廿三 in the numerals that acts use."""
    out = folded.translate(_FORMAL)
    for one, usual in _TENS:
        out = out.replace(one, usual)
    return out


def alternatives(word: str) -> tuple[str, ...]:
    """The word, and the other way to write it where it is a number: 30 and 三十. 二 and 十 alone stay what they are."""
    if word.isascii() and word.isdigit() and 0 < len(word) <= 4 and 0 < int(word) < 10000:
        return (word, numerals.write(int(word)))
    if len(word) > 1 and _CHINESE.match(word):
        try:
            return (word, str(numerals.read(word)))
        except ValueError:
            return (word,)
    return (word,)


_YEARED = re.compile(r"([^\W\d_]{1,12}?)[〔\[(【]?((?:19|20)\d\d)[〕\])】]?(?:第)?(\d{1,5})号")
_DECREE = re.compile(r"([^\W\d_]{0,20}?)令[(]?第?([0-9零〇一二三四五六七八九十百千]{1,6})号")


def document_numbers(text: str) -> list[str]:
    """文号 named in a text, in one form for comparison: 令386, 国务院令386, 法释2020-15."""
    folded = re.sub(r"\s", "", fold(text))
    out: list[str] = []
    for found in _YEARED.finditer(folded):
        out += [f"{found[1]}{found[2]}-{int(found[3])}", f"{found[2]}-{int(found[3])}"]
    for found in _DECREE.finditer(folded):
        try:
            number = numerals.read(found[2])
        except ValueError:
            continue
        organ = found[1].rpartition(STATE)[2]
        out += [f"{organ}令{number}", f"令{number}"]
    return list(dict.fromkeys(out))
