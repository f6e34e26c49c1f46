"""Rows of the bases of cases: notarization, appraisal, mediation, community correction, prisons, enforcement."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from xiezhi.datacenter.overview.demo.people import Cast, written
from xiezhi.datacenter.overview.demo.registers import Registers, Row
from xiezhi.kernel.calendar import services as calendars
from xiezhi.kernel.calendar.counting import Unit, add_months, count
from xiezhi.kernel.calendar.days import CalendarNotPublished

__all__ = ["build"]

MATTERS = ("0101", "0102", "0103", "0104", "0106", "0201", "0202", "0204", "0209", "0213", "0302", "0304")
DISPUTES = ("0100", "0200", "0300", "0400", "0500", "0600", "0800", "0900", "1000", "9900")
CRIMES = ("盗窃罪", "危险驾驶罪", "故意伤害罪", "诈骗罪", "交通肇事罪", "寻衅滋事罪", "非法经营罪")


class _Maker:
    def __init__(self, rng: Random, cast: Cast, province: Any, out: Registers, scale: float) -> None:
        self.rng, self.cast, self.province, self.out, self.scale = rng, cast, province, out, scale
        self.calendar = calendars.load()
        self.today = cast.today

    def n(self, at_one_percent: int) -> int:
        return max(4, round(at_one_percent * self.scale / 0.01))

    def ago(self, first: int, last: int) -> date:
        return self.today - timedelta(days=self.rng.randint(first, last))

    def due(self, day: date, length: int) -> date | None:
        try:
            found = count(day, length, Unit.WD, self.calendar)
        except CalendarNotPublished:
            return None
        return None if found.provisional else found.legal

    def notarization(self) -> None:
        offices = self.out.rows["notary_office"]
        notaries: dict[str, list[Row]] = {}
        for row in self.out.rows["notary"]:
            notaries.setdefault(row["公证机构代码"], []).append(row)
        for n in range(self.n(600)):
            office = self.rng.choice(offices)
            accepted = self.ago(1, 700)
            done = (self.today - accepted).days > 25 and self.rng.random() < 0.96
            issued = accepted + timedelta(days=self.rng.randint(0, 18)) if done else None
            signer = self.rng.choice(notaries.get(office["usc"]) or self.out.rows["notary"])
            self.out.add("notary_case", {
                "case_no": f"（{accepted.year}）云{office['usc'][4:8]}证字第{n + 1:05d}号", "office_usc": office["usc"], "notary_license": signer["执业证号"], "matter": self.rng.choice(MATTERS),
                "applied": accepted - timedelta(days=self.rng.randint(0, 3)), "accepted": accepted, "due": self.due(accepted, 15), "issued": issued,
                "cert_no": f"（{accepted.year}）云证民字第{n + 1:06d}号" if issued and n % 97 != 50 else None, "status": "04" if issued else "02",
                "use_country": self.rng.choice(("CHN", "CHN", "CHN", "JPN", "USA", "FRA", "KOR", "AUS")), "fee": Decimal(self.rng.choice((80, 100, 200, 400, 800))),
                "reduce": "0" if self.rng.random() < 0.9 else "1", "division": office["division"], "unit_usc": office["unit_usc"],
            })  # fmt: skip

    def appraisal(self) -> None:
        for n in range(self.n(220)):
            body = self.rng.choice(self.out.rows["appraisal_body"])
            received = self.ago(5, 700)
            accepted = received + timedelta(days=self.rng.randint(0, 9))
            effective = min(accepted + timedelta(days=self.rng.randint(0, 4)), self.today)
            accepted = min(accepted, effective)
            extended = 30 if self.rng.random() < 0.08 else 0
            issued = effective + timedelta(days=self.rng.randint(10, 60))
            done = issued <= self.today
            self.out.add("appraisal_case", {
                "case_no": f"云司鉴〔{received.year}〕{body['usc'][4:8]}第{n + 1:04d}号", "body_usc": body["usc"], "class": self.rng.choice(body["classes"].split(";")),
                "principal_kind": self.rng.choice(("01", "01", "03", "02", "05")), "received": received, "accepted": accepted, "effective": effective, "due": self.due(effective, 30),
                "issued": issued if done else None, "extended": extended, "reappraisal_of": None, "testify": self.rng.random() < 0.05, "status": "03" if done else "02",
                "division": body["division"], "unit_usc": body["unit_usc"],
            })  # fmt: skip

    def mediation(self) -> None:
        committees: list[Row] = []
        for place in self.province.counties:
            for n, town in enumerate(place.towns or [place.government]):
                title = town.name.removesuffix("人民政府").removesuffix("办事处")
                committees.append({
                    "committee_id": f"TJ{place.division.code[:6]}{n + 1:03d}", "name": f"{title}人民调解委员会", "kind": "02", "members": self.rng.randint(3, 9), "founded": self.ago(900, 6000),
                    "term_to": self.today + timedelta(days=self.rng.randint(30, 900)), "address": title, "phone": f"0999-4{self.rng.randint(0, 999999):06d}", "status": "01",
                    "division": place.division.code, "unit_usc": place.justice.usc, "_place": place,
                })  # fmt: skip
        committees[1]["members"] = 2
        men = self.cast.draw(self.n(420), young=22, old=75, again=self.out.lawyers[20:32])
        mediators = []
        for n, one in enumerate(men):
            home = committees[n % len(committees)]
            w = written(self.rng, one, self.cast.people)
            number = f"{home['committee_id']}-{n + 1:04d}"
            mediators.append((number, home))
            self.out.add("mediator", {
                "调解员编号": number, "姓名": w.name, "证件类型": "111" if w.id_type else "", "证件号码": w.id_no, "性别": w.sex, "出生日期": w.birth, "手机号码": w.phone, "联系地址": w.address,
                "起始日期": self.ago(60, 1000), "截止日期": None, "行政区划": home["division"], "报送单位代码": home["unit_usc"], "调委会编码": home["committee_id"], "调委会": home["name"],
                "类别": "专职" if n % 3 == 0 else "兼职", "等级": self.rng.choice(("一级", "二级", "三级", "四级", "未评定")), "状态": "在业",
            })  # fmt: skip
        for row in committees:
            self.out.add("committee", {k: v for k, v in row.items() if k != "_place"})
        for n in range(self.n(800)):
            number, home = self.rng.choice(mediators)
            accepted = self.ago(1, 700)
            ended = accepted + timedelta(days=self.rng.randint(1, 30))
            result = self.rng.choices(("01", "02", "03", "04"), (88, 7, 3, 2))[0] if ended <= self.today else None
            agreed = result == "01"
            confirm = ended + timedelta(days=self.rng.randint(1, 28)) if agreed and self.rng.random() < 0.12 else None
            confirm = confirm if confirm and confirm <= self.today else None
            self.out.add("mediation_case", {
                "case_no": f"{home['committee_id']}-{accepted.year}-{n + 1:05d}", "committee_id": home["committee_id"], "mediator_id": number, "dispute_type": self.rng.choice(DISPUTES),
                "source": self.rng.choice(("01", "01", "02", "03", "04", "05", "06")), "accepted": accepted, "ended": ended if result else None, "result": result,
                "agreement_kind": ("1" if self.rng.random() < 0.6 else "2") if agreed else ("0" if result else None), "effective_at": ended if agreed else None,
                "amount": Decimal(self.rng.randint(0, 80) * 500), "performed": self.rng.choice(("1", "1", "0", "3")) if agreed else None, "confirm_applied": confirm,
                "confirm_result": "1" if confirm else None, "division": home["division"], "unit_usc": home["unit_usc"],
            })  # fmt: skip

    def correction(self) -> None:
        places = self.province.counties
        # one lawyer is under correction: a clue for the checkers, no more than that
        men = [*self.cast.outsiders(self.n(120), places), self.out.lawyers[-1]]
        for n, one in enumerate(men):
            start = self.ago(20, 900)
            kind = self.rng.choices(("2", "3", "4", "1"), (80, 10, 6, 4))[0]
            end = start + timedelta(days=self.rng.randint(200, 1000))
            number = f"SJ{one.place.division.code[:6]}{start.year}{n + 1:04d}"
            w = written(self.rng, one, self.cast.people, plain=True)
            status = "06" if end <= self.today else "04"
            self.out.add("cc_subject", {
                "对象编号": number, "姓名": w.name, "证件类型": "居民身份证" if w.id_type else "", "证件号码": w.id_no, "性别": "男" if w.sex == "1" else "女", "出生日期": w.birth, "手机号码": w.phone,
                "联系地址": w.address, "行政区划": one.place.division.code, "报送单位代码": one.place.justice.usc, "矫正类别": kind, "罪名": self.rng.choice(CRIMES), "决定机关": f"{one.place.division.name}人民法院",
                "文书号": f"（{start.year}）云{one.place.division.code[:4]}刑初{n + 1}号", "裁判生效日": start, "期限起": start, "期限止": end, "是否未成年": "是" if one.age(start) < 18 else "否", "状态": status,
            })  # fmt: skip
            events = [("01", start + timedelta(days=self.rng.randint(0, 9)))] + [
                (self.rng.choice(("02", "04", "05", "08", "99")), start + timedelta(days=self.rng.randint(12, 200)))
                for _ in range(3)
            ]
            if status == "06":
                events.append(("12", end))
            for k, (code, day) in enumerate(e for e in events if e[1] <= self.today):
                self.out.add("cc_event", {
                    "event_no": f"{number}-{k + 1:02d}", "subject_no": number, "event_code": code, "at": datetime.combine(day, time(9 + k, 15)).isoformat(sep=" "), "by": f"G{n % 40:03d}",
                    "doc": f"{number}号" if code in ("05", "12") else None, "division": one.place.division.code, "unit_usc": one.place.justice.usc,
                })  # fmt: skip

    def prisons(self) -> None:
        for n, one in enumerate(self.cast.outsiders(self.n(60), self.province.counties, young=20)):
            prison = self.province.prisons[n % len(self.province.prisons)]
            start = self.ago(300, 1500)
            number = f"{prison.usc[4:10]}{start.year}{n + 1:04d}"
            w = written(self.rng, one, self.cast.people, plain=True)
            self.out.add("inmate", {
                "inmate_no": number, "name": w.name, "id_type": w.id_type or None, "id_no": w.id_no or None, "sex": w.sex, "birth_date": one.born, "address": w.address, "nation": "01", "prison_usc": prison.usc,
                "ward": f"JQ{n % 5 + 1:02d}", "crime": self.rng.choice(CRIMES), "sentence_kind": "1", "sentence_start": start - timedelta(days=120), "sentence_end": start + timedelta(days=365 * self.rng.randint(3, 9)),
                "labor_ability": "1", "property_duty": self.rng.choice(("0", "1", "2")), "treatment_level": self.rng.choice(("1", "2", "2", "4")), "admit_date": start, "release_date": None,
                "status": "01", "division": "990000", "unit_usc": prison.usc,
            })  # fmt: skip
            balance = Decimal(0)
            for month in range(3):
                day = add_months(self.today.replace(day=1), month - 3)
                parts = [
                    Decimal(self.rng.randint(30, 35)),
                    Decimal(self.rng.randint(30, 35)),
                    Decimal(self.rng.randint(25, 30)),
                ]
                total = sum(parts, Decimal(0))
                balance += total
                self.out.add("score_month", {
                    "inmate_no": number, "month": f"{day:%Y-%m}", "supervision": parts[0], "education_points": parts[1], "labor_points": parts[2], "special": Decimal(0), "penalty_points": Decimal(0),
                    "total": total + (5 if n == 7 and month == 1 else 0), "balance": balance, "days_counted": 30, "status": "04",
                })  # fmt: skip
            if n % 6 == 0:
                decided = self.ago(10, 200)
                confined = n % 12 == 0
                self.out.add("reward_penalty", {
                    "奖惩编号": f"JC{number}", "罪犯编号": number, "种类": "禁闭" if confined else "表扬", "依据": "监狱法 第84条" if confined else "监狱法 第83条", "决定日": decided,
                    "开始日": decided if confined else None, "结束日": decided + timedelta(days=self.rng.randint(3, 14)) if confined else None, "加扣分": "-400" if confined else "",
                })  # fmt: skip

    def enforcement(self) -> None:
        organs = [(p, u) for p in self.province.counties for u in p.departments.values()]
        for n in range(self.n(400)):
            place, organ = self.rng.choice(organs)
            opened = self.ago(5, 700)
            decided = opened + timedelta(days=self.rng.randint(0, 95))
            done = decided <= self.today
            fine = self.rng.random() < 0.8
            officers = f"99{n % 300:06d};99{n % 300 + 500:06d}" if n % 61 != 30 else f"99{n % 300:06d}"
            self.out.add("enforcement", {
                "执法案号": f"{place.short}罚〔{opened.year}〕{n + 1:05d}号", "执法机关代码": organ.usc, "执法机关": organ.name, "执法人员": officers, "当事人是自然人": self.rng.choice("是否"),
                "依据": "行政处罚法 第57条", "处罚种类": "02" if fine else "01", "程序": "普通程序", "罚没金额": f"{self.rng.randint(2, 400) * 100:,}.00元" if fine and done else "",
                "立案日": opened, "决定日": decided if done else None, "送达日": decided + timedelta(days=3) if done and decided + timedelta(days=3) <= self.today else None,
                "公开日": None, "履行日": None, "行政区划": place.division.code, "报送单位代码": organ.usc,
            })  # fmt: skip


def build(rng: Random, cast: Cast, world: Any, out: Registers, scale: float) -> None:
    """All bases of cases, added to `out`."""
    maker = _Maker(rng, cast, world.province, out, scale)
    maker.notarization()
    maker.appraisal()
    maker.mediation()
    maker.correction()
    maker.prisons()
    maker.enforcement()
