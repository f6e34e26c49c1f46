"""What becomes of made-up matters of legal aid: who asks for what, and how it went on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.calendar.clock import SHANGHAI
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.models import Matter

from . import filing, offers, payments
from .models import AidHearing

if TYPE_CHECKING:
    from .demo import Center, _Maker

__all__ = ["REMARKS", "story", "tell"]

REMARKS = (
    "会见及时，证据目录清楚；代理词对加班工资的计算可以更细。", "辩护意见围绕量刑情节展开，与案卷相符；会见笔录略简。", "程序完整，文书规范，按时通报进展。",
    "事实调查不够，没有申请调取考勤记录；其他方面尚可。", "受援人年老，承办人上门会见，值得肯定；结案报告偏短。",
)  # fmt: skip
_EMPLOYERS = (
    "云岭安泰劳务有限公司",
    "云岭鼎峰建筑有限公司",
    "禾溪恒力服装厂",
    "临川顺达物流有限公司",
    "云岭众诚物业服务有限公司",
    "望江酒店管理有限公司",
)
_CHARGES = ("盗窃", "故意伤害", "危险驾驶", "诈骗", "寻衅滋事", "帮助信息网络犯罪活动")
# kind of tale → weight
TALES = (
    ("PAY", 34), ("WORK_INJURY", 12), ("NOTIFY", 20), ("MAINTENANCE", 9), ("ABUSE", 6), ("TRAFFIC", 7), ("SOCIAL", 4), ("POOR", 5), ("RICH", 4),
    ("OUTSIDE", 4), ("URGENT", 3),
)  # fmt: skip


def _answers(maker: _Maker, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(about the person, answers of the application)."""
    rng = maker.rng
    employer = {"name": rng.choice(_EMPLOYERS)}
    if kind in ("PAY", "URGENT"):
        amount = rng.randrange(40, 480) * 100
        return {"groups": ("MIGRANT_WORKER",)}, {
            "kind": "LABOR", "matter_type": "LABOR", "claim": "PAY", "groups": ["MIGRANT_WORKER"], "status_proof": "SHARED", "claim_amount": str(amount),
            "other_party": [employer], "facts_reasons": f"在{employer['name']}做工，完工以后一直没有结清工资，共{amount}元，有考勤和聊天记录。",
        }  # fmt: skip
    if kind == "WORK_INJURY":
        return {"groups": ("MIGRANT_WORKER",)}, {
            "kind": "LABOR", "matter_type": "WORK_INJURY", "claim": "WORK_INJURY", "groups": ["MIGRANT_WORKER"], "status_proof": "SHARED",
            "claim_amount": str(rng.randrange(20, 200) * 1000), "other_party": [employer], "facts_reasons": "在车间操作机器时手部受伤，单位没有参加工伤保险。",
        }  # fmt: skip
    if kind == "MAINTENANCE":
        return {"born": (1944, 1958)}, {
            "kind": "CIVIL", "matter_type": "FAMILY", "claim": "MAINTENANCE", "no_stable_income": True, "other_party": [{"name": maker.name()}],
            "facts_reasons": "年纪大了，没有退休金，子女三年没有给过生活费。", "claim_amount": str(rng.randrange(60, 200) * 100),
        }  # fmt: skip
    if kind == "ABUSE":
        return {}, {
            "kind": "CIVIL", "matter_type": "FAMILY", "claim": "ABUSE", "hide_address": True, "safe_contact": "工作日白天，只打手机，不发短信。",
            "facts_reasons": "多次被打，有报警记录和诊断证明，想离婚并申请人身安全保护令。", "wish_sex": "F", "other_party": [{"name": maker.name()}],
        }  # fmt: skip
    if kind == "TRAFFIC":
        return {"groups": ("DISABLED",)}, {
            "kind": "CIVIL", "matter_type": "TRAFFIC", "claim": "TRAFFIC_INJURY", "groups": ["DISABLED"], "no_stable_income": True, "status_proof": "SHARED",
            "claim_amount": str(rng.randrange(30, 300) * 1000), "facts_reasons": "被货车撞伤，交警认定对方全责，保险公司只愿意赔一部分。",
        }  # fmt: skip
    if kind == "SOCIAL":
        return {}, {
            "kind": "ADMIN", "matter_type": "ADMIN", "claim": "SOCIAL_BENEFIT", "statuses": ["MINIMUM_LIVING"], "status_proof": "SHARED",
            "facts_reasons": "低保被停发，没有收到任何说明。",
        }  # fmt: skip
    means = {"promise": True, "household_size": "3", "means_statement": "一人做零工，两个孩子上学。"}
    if kind == "OUTSIDE":
        return {}, {
            "kind": "CIVIL",
            "matter_type": "LOAN",
            "claim": "OUTSIDE",
            "facts_reasons": "朋友借钱不还。",
            "income_declared": "2600",
            **means,
        }
    income = "6800" if kind == "RICH" else "900"
    return {}, {
        "kind": "CIVIL", "matter_type": "MEDICAL", "claim": "MEDICAL_INJURY", "income_declared": income, "facts_reasons": "手术后神经受损，医院不承认有过错。",
        "claim_amount": str(rng.randrange(50, 300) * 1000), **means,
    }  # fmt: skip


def tell(maker: _Maker, center: Center, start: date) -> None:
    """One matter from its filing to the present moment."""
    kind = maker.rng.choices([k for k, _ in TALES], [w for _, w in TALES])[0]
    while not maker.world.calendar.is_working(start):
        start -= timedelta(days=1)
    at = maker.moment(start)
    if at >= maker.now:
        at = maker.now - timedelta(minutes=maker.rng.randint(10, 50))
    matter = _notified(maker, center, at) if kind == "NOTIFY" else _filed(maker, center, kind, at)
    if matter is None:
        return
    if kind == "NOTIFY":
        asked = at + timedelta(hours=maker.rng.randint(1, 20))
    else:
        decided = _decided(maker, center, matter, kind, at)
        if decided is None:
            _settle(maker, matter)
            return
        asked = decided + timedelta(hours=maker.rng.randint(1, 22))
    if asked < maker.now:
        done = maker.appointed(matter, center, asked)
        if done is not None:
            _served(maker, center, matter, done, notified=kind == "NOTIFY")
    _settle(maker, matter)


def _settle(maker: _Maker, matter: Matter) -> None:
    with clock.frozen(maker.now):
        procedures.settle_matter(matter.pk, maker.now, refresh=True)


def _filed(maker: _Maker, center: Center, kind: str, at: datetime) -> Matter | None:
    about, answers = _answers(maker, kind)
    person = maker.person(**about)
    online = maker.rng.random() < 0.6
    answers |= {"applied_by": "SELF", "agency": str(center.agency.pk)}
    if kind == "URGENT":
        answers["limitation_on"] = (at.date() + timedelta(days=maker.rng.randint(2, 6))).isoformat()
    if not online:
        answers["applicant"] = {
            "name": person.name,
            "id_type": "ID",
            "id_no": person.id_no,
            "mobile": person.phone,
            "address": person.address,
        }
    with clock.frozen(at):
        try:
            return filing.file(
                maker.account(person) if online else None, answers, channel="WEB" if online else maker.rng.choice(("HALL", "HALL", "HOTLINE", "VISIT")),
                request_key=None, staff_actor=None if online else center.officers[1][1], at=at,
            ).matter  # fmt: skip
        except Refused:
            return None


def _notified(maker: _Maker, center: Center, at: datetime) -> Matter | None:
    rng = maker.rng
    ground = rng.choices(("MINOR", "IMPAIRED", "LIMITED_MIND", "LIFE_OR_DEATH", ""), (30, 8, 6, 6, 50))[0]
    answers: dict[str, Any] = {
        "notice_kind": "MUST" if ground else "MAY", "organ_kind": "COURT", "case_organ": str(center.court.pk) if center.court else "",
        "stage": "TRIAL", "charge": "故意杀人" if ground == "LIFE_OR_DEATH" else rng.choice(_CHARGES), "in_custody": rng.random() < 0.6,
        "found_on": (at.date() - timedelta(days=2)).isoformat(), "noticed_on": (at.date() - timedelta(days=1)).isoformat(),
        "notice_no": f"援通〔{at.year}〕{rng.randint(1, 200)}号", "recipient": {"name": maker.name()}, "case_summary": "正在审理，当事人没有委托辩护人。",
    }  # fmt: skip
    if ground:
        answers["notice_ground"] = ground
    if ground == "MINOR":
        answers["groups"] = ["MINOR"]
    with clock.frozen(at):
        try:
            return filing.notify(answers, request_key=None, actor=maker.officer(center), at=at).matter
        except Refused:
            return None


def _decided(maker: _Maker, center: Center, matter: Matter, kind: str, at: datetime) -> datetime | None:
    """Review and decision; the moment of a grant, or None."""
    rng, officer = maker.rng, maker.officer(center)
    if kind == "URGENT":
        first = at + timedelta(hours=2)
        due = (first.date() + timedelta(days=15)).isoformat()
        return (
            first
            if maker.fire(matter, "first_aid_granted", officer, {"ground": "LIMITATION", "papers_due_on": due}, first)
            else None
        )
    if rng.random() < 0.15:
        told = maker.later(at, 1, 3)
        due = (told.date() + timedelta(days=10)).isoformat()
        if not maker.fire(
            matter,
            "supplement_noticed",
            officer,
            {"defects": ["CASE_PAPERS"], "detail": "请提交工资支付记录或者合同。", "due_on": due},
            told,
        ):
            return None
        if rng.random() < 0.2:
            return None  # never supplemented: the limit does the rest
        at = maker.later(told, 2, 7)
        if not maker.fire(matter, "supplemented", officer, {"materials": "补交材料两份。"}, at):
            return None
    asks = not matter.facts.get("hardship_not_required") and not matter.facts.get("hardship_check_waived")
    checked = maker.later(at, 0, 2)
    if asks or matter.facts.get("status_proof") not in ("SHOWN", "SHARED"):
        data: dict[str, Any] = {"status_proof": "SHOWN"} if not asks else {
            "method": "SHARED_DATA", "result": "EXCEEDS" if kind == "RICH" else "MEETS", "standard_applied": "1800"}  # fmt: skip
        if not matter.facts.get("hardship_not_required") and not maker.fire(
            matter, "means_checked", officer, data, checked
        ):
            return None
    decided = maker.later(checked, 0, 7 if rng.random() < 0.06 else 4)
    if kind in ("RICH", "OUTSIDE"):
        reason = {"reason_code": "NOT_POOR" if kind == "RICH" else "OUT_OF_SCOPE", "reason": "经信息共享查询，家庭人均月收入高于现行标准。"
                  if kind == "RICH" else "民间借贷纠纷不属于法律援助范围。"}  # fmt: skip
        if maker.fire(matter, "refused", officer, reason, decided) and rng.random() < 0.4:
            _objected(maker, center, matter, decided)
        return None
    granted = maker.fire(matter, "granted", officer, {"competent": True, "in_scope": True}, decided)
    return decided if granted else None


def _objected(maker: _Maker, center: Center, matter: Matter, at: datetime) -> None:
    asked = maker.later(at, 3, 8)
    if not maker.fire(matter, "objected", maker.officer(center), {"reason": "申请人认为自己符合条件。"}, asked):
        return
    roster = maker.world.roster.offices.get(center.place.government.pk)
    if roster is None or not roster.organ_heads:
        return
    head = roster.organ_heads[0]
    actor = Actor(head.ref, frozenset({"organ_head"}), head.label)
    maker.fire(matter, "upheld", actor, {"reason": "原决定认定事实清楚，予以维持。"}, maker.later(asked, 1, 4))


def _served(maker: _Maker, center: Center, matter: Matter, at: datetime, *, notified: bool) -> None:
    """From the appointment to the payment, as far as the present moment allows."""
    rng, officer = maker.rng, maker.officer(center)
    provider = maker.provider(matter)
    if provider is None:
        return
    if notified and not maker.fire(matter, "organ_told", officer, {}, at + timedelta(hours=3)):
        return
    met = maker.later(at, 1, 6 if rng.random() < 0.1 else 4)
    contract: dict[str, Any] = {
        "contract_signed": not notified,
        "place": "CUSTODY" if matter.facts.get("in_custody") else "OFFICE",
    }
    if notified:
        contract["no_contract_reason"] = "由办案机关通知指派，以公函代替。"
    if rng.random() < 0.05 and not notified:
        asked = maker.later(at, 2, 4)
        if maker.fire(matter, "replaced", officer, {"reason_code": "UNABLE"}, asked):
            again = maker.appointed(matter, center, asked + timedelta(hours=2))
            if again is None:
                return
            provider, met = maker.provider(matter) or provider, maker.later(again, 1, 4)
    if not maker.fire(matter, "met", provider, contract, met):
        return
    if rng.random() < 0.6:
        maker.fire(
            matter,
            "progress_reported",
            provider,
            {"progress": "已经立案，等待开庭。", "for_recipient": "案件正在办理，开庭时间确定后告诉您。"},
            maker.later(met, 3, 12),
        )
    hearing = maker.later(met, 18, 60)
    noted = maker.later(met, 5, 14)
    if noted < maker.now:
        place = center.court.name if center.court else "仲裁庭"
        maker.fire(
            matter,
            "hearing_noted",
            provider,
            {"hearing_on": hearing.date().isoformat(), "court": f"{place}第{rng.randint(1, 5)}法庭"},
            noted,
        )
    if rng.random() < 0.03:
        maker.fire(
            matter,
            "complaint_received",
            officer,
            {"ground": "NEGLECT", "account": "多次联系没有答复。"},
            maker.later(met, 8, 15),
        )
    if rng.random() < 0.03:
        gone = maker.later(met, 6, 20)
        if maker.fire(matter, "terminated", officer, {"ground": "6", "reason": "受援人自行委托了律师。"}, gone):
            return
    _closed(maker, center, matter, provider, hearing, notified=notified)


def _closed(
    maker: _Maker, center: Center, matter: Matter, provider: Actor, hearing: datetime, *, notified: bool
) -> None:
    rng, officer = maker.rng, maker.officer(center)
    ended = maker.later(hearing, 8, 40)
    data: dict[str, Any] = {"summary": "经过庭审，结果见裁判文书。"}
    if notified:
        data["outcome"] = rng.choice(("DEFENSE_ADOPTED", "DEFENSE_PARTLY", "DEFENSE_PARTLY", "DEFENSE_REJECTED"))
    else:
        data["outcome"] = rng.choices(("WON", "PARTLY_WON", "SETTLED", "LOST"), (45, 25, 22, 8))[0]
        claim = Decimal(str(matter.facts.get("claim_amount") or 0))
        share = {"WON": Decimal(1), "PARTLY_WON": Decimal("0.6"), "SETTLED": Decimal("0.8"), "LOST": Decimal(0)}[
            data["outcome"]
        ]
        got = (claim * share).quantize(Decimal(1))
        if got:
            data["recovered"] = str(got)
            if matter.facts.get("claim") == "PAY":
                data["wages_recovered"] = str(got)
    if not maker.fire(matter, "ended", provider, data, ended):
        return
    handed = maker.later(ended, 3, 34 if rng.random() < 0.1 else 20)
    paper = "JUDGMENT" if notified or matter.facts.get("kind") != "LABOR" else "AWARD"
    if not maker.fire(
        matter,
        "file_submitted",
        provider,
        {"result_paper": paper, "result_copy": True, "report": "办理情况见报告。"},
        handed,
    ):
        return
    accepted = maker.later(handed, 1, 6)
    if not maker.fire(matter, "file_accepted", officer, {"opinion": "材料齐全，同意结案。"}, accepted):
        return
    fixed = maker.later(accepted, 1, 5)
    if fixed < maker.now:
        with clock.frozen(fixed):
            travel = payments.Travel(kilometers=Decimal(rng.choice((0, 0, 0, 18, 42))))
            try:
                payments.fix(Matter.objects.get(pk=matter.pk), officer, travel=travel, at=fixed)
            except Refused:
                return
    if rng.random() < 0.3:
        maker.fire(
            matter,
            "visited",
            officer,
            {"method": "PHONE", "satisfaction": rng.choice((5, 5, 4, 3)), "money_asked": False},
            maker.later(accepted, 3, 12),
        )


# the story for visitors


def _named(maker: _Maker, center: Center, username: str) -> Any:
    return next(p for p in center.lawyers if p.account is not None and p.account.username == username)


def story(maker: _Maker) -> None:
    """梁秋禾's wages with a hearing next week; an offer that waits for 顾言蹊; a notice that 白砚 took over."""
    center = maker.found[0]
    person = maker.person("梁秋禾", born=(1985, 1985), groups=("MIGRANT_WORKER",), address="望江路18号")
    account = maker.account(person, "liangqiuhe")
    officer = maker.officer(center)
    at = datetime(2026, 10, 26, 20, 12, tzinfo=SHANGHAI)
    _about, answers = _answers(maker, "PAY")
    answers |= {"applied_by": "SELF", "agency": str(center.agency.pk), "claim_amount": "23600", "other_party": [{"name": "云岭鼎峰建筑有限公司"}],
                "facts_reasons": "今年3月到8月在望江新城工地做钢筋工，被拖欠工资23600元。\n多次催要，项目部说没有钱。"}  # fmt: skip
    with clock.frozen(at):
        matter = filing.file(account, answers, channel="WEB", request_key=None, at=at).matter
    decided = datetime(2026, 10, 28, 10, 20, tzinfo=SHANGHAI)
    lawyer = _named(maker, center, "guyanxi")
    if maker.fire(matter, "granted", officer, {"competent": True, "in_scope": True}, decided):
        _take(maker, matter, officer, lawyer, datetime(2026, 10, 28, 14, 0, tzinfo=SHANGHAI))
        actor = maker.provider(matter) or officer
        maker.fire(
            matter,
            "met",
            actor,
            {"contract_signed": True, "place": "OFFICE"},
            datetime(2026, 10, 30, 9, 30, tzinfo=SHANGHAI),
        )
        maker.fire(matter, "progress_reported", actor, {"progress": "已申请劳动仲裁。", "for_recipient": "仲裁委已经受理，等开庭。"},
                   datetime(2026, 11, 6, 16, 0, tzinfo=SHANGHAI))  # fmt: skip
        AidHearing.objects.create(matter=matter, kind=AidHearing.HEARING, at=datetime(2026, 12, 2, 9, 30, tzinfo=SHANGHAI),
                                  place="禾溪县劳动人事争议仲裁委员会第二仲裁庭", by=actor.ref)  # fmt: skip
    _settle(maker, matter)
    _waiting(maker, center, officer, lawyer)


def _take(maker: _Maker, matter: Matter, officer: Actor, lawyer: Any, at: datetime) -> None:
    with clock.frozen(at):
        try:
            made = offers.ask(matter.pk, lawyer.pk, officer, at=at)
            answered = at + timedelta(minutes=55)
            with clock.frozen(answered):
                offers.answer(made.pk, True, f"account:{lawyer.account.uid}", at=answered)
        except Refused:
            maker.appointed(matter, maker.found[0], at, quick=True)


def _waiting(maker: _Maker, center: Center, officer: Actor, lawyer: Any) -> None:
    """An application granted on Friday and offered this very morning."""
    person = maker.person("陶望山", groups=("MIGRANT_WORKER",))
    about: Mapping[str, Any] = _answers(maker, "WORK_INJURY")[1]
    at = datetime(2026, 11, 19, 9, 40, tzinfo=SHANGHAI)
    with clock.frozen(at):
        matter = filing.file(
            maker.account(person),
            {**about, "applied_by": "SELF", "agency": str(center.agency.pk)},
            channel="WEB",
            request_key=None,
            at=at,
        ).matter
    if maker.fire(
        matter,
        "granted",
        officer,
        {"competent": True, "in_scope": True},
        datetime(2026, 11, 20, 11, 0, tzinfo=SHANGHAI),
    ):
        asked = maker.now - timedelta(minutes=40)
        with clock.frozen(asked):
            try:
                offers.ask(matter.pk, lawyer.pk, officer, at=asked)
            except Refused:
                offers.ask_first(matter.pk, officer, at=asked)
    _settle(maker, matter)
