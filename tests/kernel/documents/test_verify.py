"""Verification codes: random, typed by people, mistakes told."""

from __future__ import annotations

from xiezhi.kernel.documents.verify import ALPHABET, new_code, normalize


def test_codes_are_different_and_read_back() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    for code in codes:
        assert normalize(code) == code
        assert normalize(code.lower().replace("-", " ")) == code
        assert normalize(code.replace("0", "O").replace("1", "l")) == code


def test_a_wrong_character_or_a_swap_is_told() -> None:
    code = new_code().replace("-", "")
    missed = 0
    for i, right in enumerate(code[:-1]):
        for wrong in ALPHABET:
            if wrong != right and normalize(code[:i] + wrong + code[i + 1 :]) is not None:
                # 0 and Z are equal modulo 31, the one pair the check cannot tell apart.
                assert {wrong, right} == {"0", "Z"}
                missed += 1
    assert missed <= code.count("0") + code.count("Z")
    for i in range(len(code) - 2):
        if code[i] != code[i + 1] and {code[i], code[i + 1]} != {"0", "Z"}:
            assert normalize(code[:i] + code[i + 1] + code[i] + code[i + 2 :]) is None


def test_nonsense() -> None:
    for typed in ("", "abc", "U" * 16, "8F3K-2Q7M-XW0B-9TC!", "8" * 17):
        assert normalize(typed) is None
