"""The levels of every comparison once more in plain Python, character by character, to hold the engines' SQL against."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def meets(a: list[str] | None, b: list[str] | None) -> bool:
    return bool(a and b and set(a) & set(b))


def like(part: str, whole: str) -> bool:
    mask = part.replace("*", "_")
    same = len(mask) == len(whole) and all(x in ("_", y) for x, y in zip(mask, whole, strict=True))
    return same or (
        len(mask) <= len(whole) and all(x in ("_", y) for x, y in zip(mask, whole[-len(mask) :], strict=True))
    )


def identity(l: Row, r: Row) -> int:
    a, b = l["id_text"], r["id_text"]
    if a is None or b is None or l["id_kind"] != r["id_kind"] or ("doubt" in (l["id_state"], r["id_state"]) and a != b):
        return -1
    if a == b:
        return 6
    if l["id_state"] == r["id_state"] == "ok":
        return 5
    if (l["id_state"] == "part" and like(a, b)) or (r["id_state"] == "part" and like(b, a)):
        return 4
    far = distance(a, b)
    if far <= 1 or (far == 2 and sorted(a) == sorted(b)):
        return 3
    return 2 if far == 2 else 1 if far <= 4 else 0


def subset(l: Row, r: Row) -> bool:
    a, b = l["name"], r["name"]
    if min(l["size"], r["size"]) >= 2 and l["size"] != r["size"] and l["first"] == r["first"]:
        short, long = (l, r) if l["size"] < r["size"] else (r, l)
        if (
            a.startswith(b)
            or b.startswith(a)
            or ((short["size"], long["size"]) == (2, 3) and short["second"] == long["third"])
        ):
            return True
    x, y = l["given"] or "", r["given"] or ""
    return (
        l["family"] == r["family"]
        and len(x) != len(y)
        and min(len(x), len(y)) >= 2
        and (x.endswith(y) or y.endswith(x))
    )


def name(l: Row, r: Row) -> int:
    if l["name"] is None or r["name"] is None:
        return -1
    for level, column in ((10, "name"), (9, "tone"), (8, "sound"), (7, "look"), (6, "sort")):
        if l[column] == r[column]:
            return level
    if subset(l, r):
        return 5
    far = distance(l["sound"], r["sound"])
    if far <= 1:
        return 4
    same = [l[column] == r[column] for column in ("first", "second", "third")]
    if l["size"] == r["size"] == 3 and sum(same) == 2:
        return 3
    fl, fr, gl, gr = l["family"], r["family"], l["given"] or "", r["given"] or ""
    long = l["size"] >= 4 and r["size"] >= 4
    if long and (
        far <= 2 or (len(fl) >= 4 and fl == fr) or (len(gl) >= 4 and gl == gr) or (len(gl) >= 4 and gl == fr) or (len(fl) >= 4 and fl == gr)
        or (len(fl) >= 5 and distance(fl, fr) <= 1) or (len(gl) >= 5 and gr and distance(gl, gr) <= 1)
    ):  # fmt: skip
        return 2
    return 1 if fl == fr else 0


def birth(l: Row, r: Row) -> int:
    a, b = l["birth"], r["birth"]
    if a is None or b is None:
        return -1
    if a == b:
        return 5
    if a[:4] == b[:4] and a[4:6] == b[6:8] and a[6:8] == b[4:6]:
        return 4
    if distance(a, b) <= 1:
        return 3
    if (a[:4] == b[:4] and (a[4:6] == b[4:6] or a[6:8] == b[6:8])) or a[4:8] == b[4:8]:
        return 2
    return 1 if distance(a, b) == 2 else 0


def sex(l: Row, r: Row) -> int:
    return -1 if l["sex"] is None or r["sex"] is None else int(l["sex"] == r["sex"])


def phone(l: Row, r: Row) -> int:
    if l["phone"] is None or r["phone"] is None:
        return -1
    return 2 if meets(l["phones"], r["phones"]) else int(distance(l["phone"], r["phone"]) <= 1)


def address(l: Row, r: Row) -> int:
    if l["address"] is None or r["address"] is None:
        return -1
    if meets(l["addresses"], r["addresses"]):
        return 4
    if l["latin"] is not None and r["latin"] is not None and distance(l["latin"], r["latin"]) <= 3:
        return 3
    return 2 if meets(l["roads"], r["roads"]) else int(meets(l["counties"], r["counties"]))


def employer(l: Row, r: Row) -> int:
    if l["employer"] is None or r["employer"] is None:
        return -1
    return (2 if l["few"] else 1) if meets(l["employers"], r["employers"]) else 0


def division(l: Row, r: Row) -> int:
    if l["division"] is None or r["division"] is None:
        return -1
    return 2 if meets(l["divisions"], r["divisions"]) else int(l["division"][:4] == r["division"][:4])


def license(l: Row, r: Row) -> int:
    return -1 if l["license"] is None or r["license"] is None else int(meets(l["licenses"], r["licenses"]))


def household(l: Row, r: Row) -> int:
    place, call, firm = (
        meets(l["addresses"], r["addresses"]),
        meets(l["phones"], r["phones"]),
        meets(l["employers"], r["employers"]),
    )
    if not (place or call):
        return -1
    near = (
        l["name"] is not None and r["name"] is not None and any(l[c] == r[c] for c in ("name", "sound", "look", "sort"))
    )
    two = place + call + firm >= 2
    if near:
        return 4 if two else 3
    if l["birth"] is not None and l["birth"] == r["birth"]:
        return 2
    return 1 if two else 0


LEVELS = {
    "identity": identity, "name": name, "birth": birth, "sex": sex, "phone": phone, "address": address, "employer": employer,
    "division": division, "license": license, "household": household,
}  # fmt: skip
