"""The registers of the other agencies: rows about the province's own invented people, the same for the same seed.

Most people only live, marry and own a home. A few hold what the rules forbid beside a license; beside each of them stands
somebody who looks alike and is not one: a post that ended before, a spouse at a court elsewhere, a marriage that was over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from xiezhi.datacenter.overview import demo as registers_of
from xiezhi.datacenter.overview.demo import registers
from xiezhi.datacenter.overview.demo.people import Cast, Man
from xiezhi.demo import names

__all__ = ["Books", "build"]

SEED = 20261123
Row = dict[str, Any]
_COURT, _PROSECUTION, _OFFICE, _SUPERVISION = "人民法院", "人民检察院", "财政局", "监察委员会"
_KIND = {_OFFICE: "01", _COURT: "02", _PROSECUTION: "03", _SUPERVISION: "04"}


@dataclass
class Books:
    """Rows by table code."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(
        self,
        table: str,
        id_no: str,
        *,
        since: date | None = None,
        until: date | None = None,
        division: str = "",
        **values: Any,
    ) -> None:
        """One entry about the person with this number."""
        held = self.rows.setdefault(table, [])
        number = f"{table.removeprefix('reg_').upper()}{len(held) + 1:08d}"
        held.append({
            "entry_no": number, "id_type": "111", "id_no": id_no, "valid_from": since, "valid_to": until, "division": division or None, **values,
        })  # fmt: skip

    def post(
        self, one: Man, body: str, since: date, until: date | None = None, *, place: Any = None, kind: str = ""
    ) -> None:
        """A post at a body of a county, the person's own where none is named."""
        at = place or one.place
        usc = names.usc(at.division.code, 70_000_000 + sorted(_KIND).index(body), department="11")
        self.taken.add(one.id_no)
        self.add(
            "reg_post", one.id_no, since=since, until=until, division=at.division.code, post_kind=kind or _KIND[body],
            employer_usc=usc, employer=f"{at.division.name}{body}",
        )  # fmt: skip

    def couple(self, one: Man, other: Man, since: date, until: date | None = None) -> None:
        """A marriage, as it stands with either of them."""
        self.taken |= {one.id_no, other.id_no}
        for a, b in ((one, other), (other, one)):
            self.add("reg_marriage", a.id_no, since=since, until=until, division=a.place.division.code, spouse_id_no=b.id_no,
                     organ=f"{a.place.division.name}民政局")  # fmt: skip


def build(world: Any, scale: float, today: date) -> Books:
    """All registers. The people and their licenses are those whom the suppliers of the province's registers tell of."""
    rng = Random(f"{registers_of.SEED}:registers")
    cast = Cast.of(world, rng, today)
    licensed = registers.build(rng, cast, world, scale)
    maker = _Maker(Random(f"{SEED}:agencies"), cast, licensed, cast.lawyers(world), today)
    maker.partners()
    maker.conflicts()
    maker.spouses()
    maker.crowd()
    maker.life()
    return maker.books


class _Maker:
    def __init__(self, rng: Random, cast: Cast, licensed: registers.Registers, own: Sequence[Man], today: date) -> None:
        self.rng, self.cast, self.today, self.licensed = rng, cast, today, licensed
        self.books = Books()
        known = {m.id_no for m in cast.people}
        self.people = [*cast.people, *(m for m in own if m.id_no not in known)]
        self.by_number = {m.id_no: m for m in self.people}
        self.lawyers = [
            (man, row) for man, row in zip(licensed.lawyers, licensed.rows["lawyer"], strict=True)
            if row["证件号码"] == man.id_no and row["执业类别"] == "专职" and row["执业状态"] == "执业"
        ][len(own):]  # fmt: skip
        """Those who practice and whose number is written right; who acts for parties elsewhere stays out of it."""
        self.firms: dict[str, list[tuple[Man, Row]]] = {}
        self.places = {row["统一社会信用代码"]: row["行政区划"] for row in licensed.rows["lawfirm"]}
        self.dead: list[tuple[Man, date]] = []
        self.pool: dict[str, Iterator[Man]] = {}

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def holders(self, source: str) -> list[Man]:
        """Persons with one license of a source, in force, whose number is written right and who hold no other."""
        lawyers = {m.id_no for m in self.licensed.lawyers}
        rows = [r for r in self.licensed.rows.get(source, ()) if (r.get("截止日期") or self.today) >= self.today]
        found = [self.by_number[r["证件号码"]] for r in rows if r["证件号码"] in self.by_number]
        times = Counter(m.id_no for m in found)
        return [m for m in found if times[m.id_no] == 1 and m.id_no not in lawyers | self.books.taken]

    def free(self, sex: str) -> Man | None:
        """Somebody of working age without a license, of whom nothing was told yet; None where nobody is left."""
        if sex not in self.pool:
            self.pool[sex] = iter([
                m for m in self.people if m.sex == sex and m.id_no not in self.cast.taken and 28 <= m.age(self.today) < 58
            ])  # fmt: skip
        found = next((m for m in self.pool[sex] if m.id_no not in self.books.taken), None)
        if found is not None:
            self.books.taken.add(found.id_no)
        return found

    def partners(self) -> None:
        """The first lawyers of each firm founded it together."""
        for man, row in self.lawyers:
            self.firms.setdefault(row["执业机构代码"], []).append((man, row))
        for code, found in self.firms.items():
            for man, row in found[:3]:
                since = row["首次执业日期"] + timedelta(days=400)
                if since < self.today:
                    self.books.add("reg_partner", man.id_no, since=since, division=self.places[code], firm_usc=code, firm=row["执业机构"])  # fmt: skip

    def lawyer(self) -> tuple[Man, date]:
        """The next lawyer, no partner, of whom nothing was told yet, and since when he practices."""
        founders = {r["id_no"] for r in self.books.rows.get("reg_partner", ())}
        man, row = next((m, r) for m, r in self.lawyers if m.id_no not in self.books.taken | founders and r["首次执业日期"] < self.ago(500))  # fmt: skip
        self.books.taken.add(man.id_no)
        return man, row["首次执业日期"]

    def conflicts(self) -> None:
        """Posts beside a license; and posts that were over before it was given."""
        for body, since in ((_OFFICE, self.ago(420)), (_OFFICE, self.ago(150)), (_COURT, self.ago(300))):
            man, _ = self.lawyer()
            self.books.post(man, body, since)
        man, first = self.lawyer()
        self.books.post(man, _OFFICE, first - timedelta(days=2000), first - timedelta(days=60))
        man, first = self.lawyer()
        self.books.post(man, _COURT, first - timedelta(days=2500), first - timedelta(days=30))
        man, _ = self.lawyer()
        self.books.post(man, _SUPERVISION, self.ago(4000), self.ago(800))
        man, _ = self.lawyer()
        self.books.post(man, _COURT, self.ago(500), kind="05")
        for source in ("notary", "grass_worker", "appraiser"):
            found = self.holders(source)
            if found:
                self.books.post(found[0], _OFFICE, self.ago(260))
            if len(found) > 1:  # left the office long ago
                self.books.post(found[1], _OFFICE, self.ago(9000), self.ago(7600))
        for source, since in (("notary", self.ago(75)), ("grass_worker", self.ago(40))):
            if found := self.holders(source):
                self.books.taken.add(found[-1].id_no)
                self.dead.append((found[-1], since))

    def spouses(self) -> None:
        """Partners of firms and whom they are married to."""
        founders = [self.by_number[r["id_no"]] for r in self.books.rows.get("reg_partner", ()) if r["id_no"] not in self.books.taken]  # fmt: skip
        since = {r["id_no"]: r["valid_from"] for r in self.books.rows.get("reg_partner", ())}
        at = {r["id_no"]: r["division"] for r in self.books.rows.get("reg_partner", ())}
        counties = {m.place.division.code: m.place for m in self.people}
        courses: tuple[tuple[str, bool, bool], ...] = (
            (_COURT, True, True), (_PROSECUTION, True, True), (_COURT, False, True), (_PROSECUTION, False, True), (_COURT, True, False),
        )  # fmt: skip
        for man, (body, near, lasts) in zip(founders, courses, strict=False):
            here = counties.get(at[man.id_no]) or man.place
            other = self.free("2" if man.sex == "1" else "1")
            if other is None:
                return
            where = here if near else next(p for code, p in counties.items() if code != here.division.code)
            self.books.couple(man, other, self.ago(5000), None if lasts else since[man.id_no] - timedelta(days=30))
            self.books.post(other, body, self.ago(1500), place=where)
        for man in founders[len(courses) :]:
            other = self.free("2" if man.sex == "1" else "1") if self.rng.random() < 0.7 else None
            if other is not None:
                self.books.couple(man, other, self.ago(self.rng.randint(400, 6000)))

    def crowd(self) -> None:
        """Officials who hold no license, and couples and homes that no rule asks about."""

        def untold() -> list[Man]:
            return [m for m in self.people if m.id_no not in self.books.taken]

        for n, man in enumerate(m for m in untold() if m.id_no not in self.cast.taken and 25 <= m.age(self.today) < 60):
            if n % 8 == 0:
                body = (_OFFICE, _OFFICE, _COURT, _OFFICE, _PROSECUTION, _SUPERVISION)[n // 8 % 6]
                self.books.post(man, body, self.ago(self.rng.randint(300, 9000)))
        women = [m for m in untold() if m.sex == "2" and 24 <= m.age(self.today) < 80]
        men = [m for m in untold() if m.sex == "1" and 24 <= m.age(self.today) < 80]
        self.rng.shuffle(women)
        for man, woman in zip(men, women, strict=False):
            if self.rng.random() < 0.7:
                since = self.ago(self.rng.randint(200, 7000))
                over = since + timedelta(days=self.rng.randint(200, 3000))
                self.books.couple(man, woman, since, over if self.rng.random() < 0.15 and over < self.today else None)
        for man in self.people:
            for _ in range(self.rng.choice((0, 0, 1, 1, 1, 2))):
                self.books.add(
                    "reg_estate", man.id_no, since=self.ago(self.rng.randint(100, 9000)), division=man.place.division.code,
                    estate_usage=self.rng.choice(("住宅", "住宅", "住宅", "商业", "车位")), organ=f"{man.place.division.name}自然资源局",
                )  # fmt: skip

    def life(self) -> None:
        """Everybody; the dead with the day. Nobody dies who holds a license, but for those named before."""
        died = {m.id_no: day for m, day in self.dead}
        for man in self.people:
            if man.age(self.today) > 68 and man.id_no not in self.cast.taken and self.rng.random() < 0.2:
                died[man.id_no] = self.ago(self.rng.randint(20, 1500))
            day = died.get(man.id_no)
            self.books.add(
                "reg_population", man.id_no, division=man.place.division.code, name=man.name, sex=man.sex, birth_date=man.born,
                life_status="死亡" if day else "在世", death_date=day, organ=f"{man.place.division.name}公安局",
            )  # fmt: skip
