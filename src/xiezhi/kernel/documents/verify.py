"""Short verification codes printed on documents.

A code is drawn at random, never derived from the number of the document: numbers can be counted through, codes cannot.
Crockford's base 32 leaves out I, L, O and U; the last character is his check symbol (mod 37) mapped to stay in the
alphabet, so that a mistyped character is told before the database is asked.
"""

from __future__ import annotations

from xiezhi.kernel import chance

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 15  # random characters: 75 bits
_TRANSLATE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def _check(body: str) -> str:
    # Weights 1, 3, 9, ... modulo 31 (a prime): any single wrong character and any swap of two neighbors that differ
    # by other than 31 changes the sum; the symbol is one of the 31 first characters.
    total, weight = 0, 1
    for char in body:
        total = (total + weight * ALPHABET.index(char)) % 31
        weight = weight * 3 % 31
    return ALPHABET[total]


def new_code() -> str:
    """A new code, 15 random characters and one check character, in four groups: ``8F3K-2Q7M-XW0B-9TCD``."""
    body = "".join(chance.choice(ALPHABET) for _ in range(LENGTH))
    return group(body + _check(body))


def group(code: str) -> str:
    """Write a bare code in groups of four."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def normalize(typed: str) -> str | None:
    """What a person typed as a grouped code, or None when it cannot be one (wrong length, character or check)."""
    bare = "".join(c for c in typed.upper() if c not in "- \t\u3000\u2014").translate(_TRANSLATE)
    if len(bare) != LENGTH + 1 or any(c not in ALPHABET for c in bare):
        return None
    return group(bare) if _check(bare[:-1]) == bare[-1] else None
