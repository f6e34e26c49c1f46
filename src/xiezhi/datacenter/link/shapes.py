"""Makes data/shapes.txt: classes of characters that look alike, found by drawing them and laying the pictures on each other.

    python -m xiezhi.datacenter.link.shapes FONT.ttf

Characters of GB 2312 are drawn at 32 points; two are alike when the pictures, blurred a little, agree beyond a bound. Classes are
grown from the nearest pairs on and every member must be alike with every other, so no chain leads from one shape to a foreign one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

SIZE, BOUND, LARGEST = 32, 0.70, 6


def characters() -> list[str]:
    """The Chinese characters of GB 2312 in its order."""
    found = []
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.append(bytes([high, low]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def pictures(font_file: str, chars: list[str]) -> np.ndarray:
    """One row of unit length for each character, its drawing blurred."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    font = ImageFont.truetype(font_file, SIZE)
    rows = []
    for char in chars:
        image = Image.new("L", (SIZE + 8, SIZE + 8))
        ImageDraw.Draw(image).text((4, -4), char, fill=255, font=font)
        rows.append(np.asarray(image.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.float32).ravel())
    matrix = np.stack(rows)
    matrix -= matrix.mean(axis=0)
    return np.asarray(matrix / np.linalg.norm(matrix, axis=1, keepdims=True))


def classes(font_file: str) -> list[str]:
    """Classes of two to six characters, in the order of GB 2312."""
    chars = characters()
    drawn = pictures(font_file, chars)
    likeness = drawn @ drawn.T
    np.fill_diagonal(likeness, 0)
    left, right = np.nonzero(np.triu(likeness) > BOUND)
    order = np.argsort(-likeness[left, right], kind="stable")
    member: dict[int, list[int]] = {}
    for a, b in zip(left[order].tolist(), right[order].tolist(), strict=True):
        one, two = member.get(a, [a]), member.get(b, [b])
        if one is two or len(one) + len(two) > LARGEST:
            continue
        if all(likeness[x, y] > BOUND for x in one for y in two):
            both = sorted(one + two)
            for place in both:
                member[place] = both
    return sorted(
        {"".join(chars[place] for place in group) for group in member.values()}, key=lambda group: chars.index(group[0])
    )


def main() -> None:
    found = classes(sys.argv[1])
    target = Path(__file__).parent / "data" / "shapes.txt"
    target.write_text("\n".join(found) + "\n", encoding="utf-8")
    print(len(found), "classes,", sum(map(len, found)), "characters")


if __name__ == "__main__":
    main()
