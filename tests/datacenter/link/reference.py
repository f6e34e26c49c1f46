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


def identity(p: Row, q: Row) -> int:
    a, b = p["id_text"], q["id_text"]
    if a is None or b is None or p["id_kind"] != q["id_kind"] or ("doubt" in (p["id_state"], q["id_state"]) and a != b):
        return -1
    if a == b:
        return 6
    if p["id_state"] == q["id_state"] == "ok":
        return 5
    if (p["id_state"] == "part" and like(a, b)) or (q["id_state"] == "part" and like(b, a)):
        return 4
    far = distance(a, b)
    if far <= 1 or (far == 2 and sorted(a) == sorted(b)):
        return 3
    return 2 if far == 2 else 1 if far <= 4 else 0


def subset(p: Row, q: Row) -> bool:
    a, b = p["name"], q["name"]
    if min(p["size"], q["size"]) >= 2 and p["size"] != q["size"] and p["first"] == q["first"]:
        short, long = (p, q) if p["size"] < q["size"] else (q, p)
        if (
            a.startswith(b)
            or b.startswith(a)
            or ((short["size"], long["size"]) == (2, 3) and short["second"] == long["third"])
        ):
            return True
    x, y = p["given"] or "", q["given"] or ""
    return (
        p["family"] == q["family"]
        and len(x) != len(y)
        and min(len(x), len(y)) >= 2
        and (x.endswith(y) or y.endswith(x))
    )


def name(p: Row, q: Row) -> int:
    if p["name"] is None or q["name"] is None:
        return -1
    for level, column in ((10, "name"), (9, "tone"), (8, "sound"), (7, "look"), (6, "sort")):
        if p[column] == q[column]:
            return level
    if subset(p, q):
        return 5
    far = distance(p["sound"], q["sound"])
    if far <= 1:
        return 4
    same = [p[column] == q[column] for column in ("first", "second", "third")]
    if p["size"] == q["size"] == 3 and sum(same) == 2:
        return 3
    fl, fr, gl, gr = p["family"], q["family"], p["given"] or "", q["given"] or ""
    long = p["size"] >= 4 and q["size"] >= 4
    if long and (
        far <= 2 or (len(fl) >= 4 and fl == fr) or (len(gl) >= 4 and gl == gr) or (len(gl) >= 4 and gl == fr) or (len(fl) >= 4 and fl == gr)
        or (len(fl) >= 5 and distance(fl, fr) <= 1) or (len(gl) >= 5 and gr and distance(gl, gr) <= 1)
    ):  # fmt: skip
        return 2
    return 1 if fl == fr else 0


def birth(p: Row, q: Row) -> int:
    a, b = p["birth"], q["birth"]
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


def sex(p: Row, q: Row) -> int:
    return -1 if p["sex"] is None or q["sex"] is None else int(p["sex"] == q["sex"])


def phone(p: Row, q: Row) -> int:
    if p["phone"] is None or q["phone"] is None:
        return -1
    return 2 if meets(p["phones"], q["phones"]) else int(distance(p["phone"], q["phone"]) <= 1)


def address(p: Row, q: Row) -> int:
    if p["address"] is None or q["address"] is None:
        return -1
    if meets(p["addresses"], q["addresses"]):
        return 4
    if p["latin"] is not None and q["latin"] is not None and distance(p["latin"], q["latin"]) <= 3:
        return 3
    return 2 if meets(p["roads"], q["roads"]) else int(meets(p["counties"], q["counties"]))


def employer(p: Row, q: Row) -> int:
    if p["employer"] is None or q["employer"] is None:
        return -1
    return (2 if p["few"] else 1) if meets(p["employers"], q["employers"]) else 0


def division(p: Row, q: Row) -> int:
    if p["division"] is None or q["division"] is None:
        return -1
    return 2 if meets(p["divisions"], q["divisions"]) else int(p["division"][:4] == q["division"][:4])


def license(p: Row, q: Row) -> int:
    return -1 if p["license"] is None or q["license"] is None else int(meets(p["licenses"], q["licenses"]))


def household(p: Row, q: Row) -> int:
    place, call, firm = (
        meets(p["addresses"], q["addresses"]),
        meets(p["phones"], q["phones"]),
        meets(p["employers"], q["employers"]),
    )
    if not (place or call):
        return -1
    near = (
        p["name"] is not None and q["name"] is not None and any(p[c] == q[c] for c in ("name", "sound", "look", "sort"))
    )
    two = place + call + firm >= 2
    if near:
        return 4 if two else 3
    if p["birth"] is not None and p["birth"] == q["birth"]:
        return 2
    return 1 if two else 0


LEVELS = {
    "identity": identity, "name": name, "birth": birth, "sex": sex, "phone": phone, "address": address, "employer": employer,
    "division": division, "license": license, "household": household,
}  # fmt: skip
