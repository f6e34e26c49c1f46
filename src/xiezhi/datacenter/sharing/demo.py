"""Sharing in the fictional province: other departments ask the data center, it asks them; one request waits for an extension, one
is suspended, one in dispute, one late; a correction, an update of the catalog, a flow to the ministry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction

from xiezhi.kernel import chance
from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Post
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.units.models import Unit

from .filing import file

__all__ = ["ACCOUNTS", "ORDER", "generate"]

ORDER = 120
"""After the partners of the exchange."""
ACCOUNTS = (
    ("省人社厅共享工作人员", "labor-share", "申请司法行政数据、看本部门的申请到哪一步"),
    ("省人社厅共享工作机构负责人", "labor-share-head", "同意本部门提出申请；答复别的部门"),
    ("省高院共享工作人员", "court-share", "申请延长答复中的公证员信息、提出数据校核"),
)
LEAST = 0.005
"""Smaller provinces have the people, but no matters of sharing."""
Progress = Callable[[str, int, int], None]
_SINCE = date(2024, 3, 1)


def generate(world: Any, scale: float, progress: Progress) -> None:
    """Staff of three partner departments and about ten matters at different stages."""
    rng = Random(f"{world.seed}:sharing")
    center = Unit.objects.filter(share_center_q()).first()
    top = world.province.places[0]
    court = Unit.objects.filter(level="PROV", kind="COURT").first()
    if center is None or court is None:
        return
    progress("数据共享", 0, 1)
    # Numbers of matters and codes of documents are drawn apart from the rest, so that more of one moves none of the other.
    with transaction.atomic(), chance.drawn_from(Random(f"{world.seed}:sharing:numbers")):
        _Maker(rng, center, top.departments["labor"], court, top.departments["market"]).run(scale >= LEAST)
    progress("数据共享", 1, 1)


def share_center_q() -> Any:
    """The unit whose head answers for shared data."""
    from django.db.models import Q

    from xiezhi.datacenter import roles

    from . import offices

    return Q(pk__in=offices.units_with(roles.HEAD.code, clock.today()).values("pk"))


def _at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, 0, tzinfo=clock.SHANGHAI)


class _Maker:
    def __init__(self, rng: Random, center: Unit, labor: Unit, court: Unit, market: Unit) -> None:
        self.rng, self.center, self.labor, self.court, self.market = rng, center, labor, court, market
        self.password = Account.objects.get(username="shenzhiyuan").password
        self.people: dict[str, Actor] = {}

    def _uid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def staff(self) -> None:
        posts = {p.code: p for p in Post.objects.filter(code__in=("share-officer", "share-head"))}
        for unit, post, name, username in (
            (self.labor, "share-officer", "尹知行", "labor-share"), (self.labor, "share-head", "卢怀瑾", "labor-share-head"),
            (self.court, "share-officer", "袁和平", "court-share"), (self.court, "share-head", "秦观海", "court-share-head"),
            (self.market, "share-head", "贺长风", "market-share-head"),
        ):  # fmt: skip
            account = Account.objects.filter(username=username).first()
            if account is None:
                member = people.create_staff(name, demo=True, uid=self._uid())
                people.appoint(member, unit, posts[post], valid_from=_SINCE)
                account = Account.objects.create(
                    uid=self._uid(), username=username, password=self.password, kind=AccountKind.STAFF, staff=member, demo=True,
                    created_at=clock.now(), password_changed_at=clock.now(),
                )  # fmt: skip
            self.people[username] = Actor(f"account:{account.uid}", frozenset(), f"{name}（{unit.name}）")
        for username in ("share-officer", "share-head", "data-authority"):
            account = Account.objects.select_related("staff").get(username=username)
            name = account.staff.name if account.staff else username
            self.people[username] = Actor(f"account:{account.uid}", frozenset(), f"{name}（{self.center.name}）")

    def who(self, username: str, role: str) -> Actor:
        known = self.people[username]
        return Actor(known.ref, frozenset({role}), known.label)

    def ask(self, at: datetime, requester: Unit, username: str, provider: Unit | None = None, **more: Any) -> Matter:
        answers = {
            "share_type": "CONDITIONAL", "kind": "LOOKUP", "way": "INTERFACE", "scope": "本部门办理该项业务的工作人员", "security": "专用账号，留存日志，最小授权",
            "valid_from": "2026-11-01", "valid_to": "2027-10-31", "quota": 2000, **more,
        }  # fmt: skip
        with clock.frozen(at):
            return file(
                answers,
                provider=provider or self.center,
                requester=requester,
                actor=self.who(username, "requester_head"),
                at=at,
            )

    def fire(self, matter: Matter, at: datetime, event: str, actor: Actor, **data: Any) -> None:
        with clock.frozen(at):
            procedures.fire_event(matter.pk, event, actor, data, at=at)

    def run(self, matters: bool = True) -> None:
        self.staff()
        if not matters:
            return
        head, officer = self.who("share-head", "share_head"), self.who("share-officer", "share_officer")
        authority = self.who("data-authority", "data_authority")
        lawyers: dict[str, Any] = {
            "resource": "std_lawyer",
            "resource_title": "律师执业信息",
            "interface": "lawyer-license",
            "purpose": "SUPERVISION",
            "fields": "license_no,name,firm_name,status",
        }
        one = self.ask(
            _at(10, 12),
            self.labor,
            "labor-share-head",
            basis="劳动保障监察条例 第5条，核查代理人执业情况",
            scene="受理欠薪投诉时核对代理人",
            **lawyers,
        )
        self.fire(one, _at(10, 20), "approved", head, granted_fields="license_no,name,status")
        self.fire(one, _at(11, 3), "supplied", officer, way="INTERFACE", delivered="接口已开通")
        self.fire(one, _at(11, 17), "use_recorded", self.who("labor-share", "requester"), scene="受理欠薪投诉", process="按办件逐次查询", effect="少交一份证明", storage="不落地保存")  # fmt: skip
        two = self.ask(
            _at(11, 5), self.court, "court-share-head", resource="std_notary", resource_title="公证员任职信息", interface="notary", purpose="TRIAL",
            fields="license_no,name,office_name,status", basis="民事诉讼法 第72条", scene="审查公证文书效力",
        )  # fmt: skip
        self.fire(
            two,
            _at(11, 13),
            "extension_asked",
            officer,
            special_reason="需会同公证管理处室核对任职数据",
            wanted_days=10,
        )
        self.fire(
            two, _at(11, 17), "extended", authority, extension_days=10, special_reason="需会同公证管理处室核对任职数据"
        )
        self.ask(
            _at(11, 20, 15), self.market, "market-share-head", resource="std_lawfirm", resource_title="律师事务所信息", interface="law-firm", purpose="LICENSING",
            share_type="UNCONDITIONAL", fields="usc,name,status,address", basis="市场主体登记管理条例 第10条", scene="登记时核对机构",
        )  # fmt: skip
        four = self.ask(
            _at(10, 13), self.court, "court-share-head", resource="std_appraiser", resource_title="司法鉴定人登记信息", interface="appraiser", purpose="TRIAL",
            fields="license_no,name,body_name,status", basis="民事诉讼法 第79条", scene="委托鉴定前核对鉴定人",
        )  # fmt: skip
        self.fire(four, _at(10, 22), "approved", head)
        self.fire(four, _at(10, 29), "supplied", officer, way="INTERFACE", delivered="接口已开通")
        self.fire(
            four,
            _at(11, 16),
            "suspended",
            authority,
            misuse="BEYOND_PURPOSE",
            found="监测发现在非委托鉴定环节批量查询",
            correct_by="2026-11-30",
        )
        five = self.ask(
            _at(10, 19), self.market, "market-share-head", resource="std_mediator", resource_title="人民调解员名单", way="BATCH", fields="mediator_id,name,mobile",
            basis="消费者权益保护法 第39条", scene="消费纠纷联合调解",
        )  # fmt: skip
        self.fire(
            five, _at(10, 30), "refused", head, ground="NOT_NEEDED", reason="联合调解不需要调解员本人的手机号码。"
        )
        self.fire(
            five,
            _at(11, 4),
            "disputed",
            self.who("market-share-head", "requester_head"),
            about="REFUSED",
            claim="调解联络必需联系方式。",
            levels="SAME",
        )
        self.fire(five, _at(11, 10), "talks_held", head, result="FAILED", said="双方对联系方式是否必需意见不一致。")
        self.fire(
            five,
            _at(11, 11),
            "authority_asked",
            self.who("market-share-head", "requester_head"),
            to_unit="云岭省数据局",
        )
        self.ask(
            _at(10, 26), self.court, "court-share-head", resource="std_grass_worker", resource_title="基层法律服务工作者信息", way="BATCH", fields="name,status",
            basis="民事诉讼法 第61条", scene="核对诉讼代理人身份",
        )  # fmt: skip
        self.ask(
            _at(11, 10), self.center, "share-head", self.labor, resource="social_insurance", resource_title="社会保险参保信息", way="INTERFACE",
            fields="参保状态,参保单位", basis="律师法 第11条、第12条", scene="核查专职律师是否在其他单位任职",
        )  # fmt: skip
        self._others(officer, authority)

    def _others(self, officer: Actor, authority: Actor) -> None:
        from xiezhi.datacenter.exchange.models import Caller
        from xiezhi.datacenter.exchange.services import register_caller

        from . import offices
        from .push import flows

        on = date(2026, 11, 12)
        over = offices.authority_over(self.center, self.court, on)
        parties = [
            PartyInput(role, self.court.name, "ORGANIZATION", unit_id=self.court.pk)
            for role in ("requester", "requester_head")
        ]
        if over is not None:
            parties.append(PartyInput("data_authority", over.name, "ORGANIZATION", unit_id=over.pk))
        with clock.frozen(_at(11, 12)):
            procedures.open_matter(
                "SJJZ", "filed", self.who("court-share", "requester"),
                {"resource": "std_lawyer", "resource_title": "律师执业信息", "kind": "INACCURATE", "fields": "status", "row_count": 2,
                 "rows": "执业证号见附件两件", "wrong": "已注销的仍显示执业", "requester_name": self.court.name, "provider_name": self.center.name},
                handling_unit=self.center.pk, organ=self.center.pk, parties=parties, on=on, at=_at(11, 12),
            )  # fmt: skip
        with clock.frozen(_at(11, 16)):
            procedures.open_matter(
                "MLGX", "noticed", officer,
                {"resource": "std_enforcement", "resource_title": "行政执法案件信息", "change": "DUTY", "change_basis": "机构职能调整方案", "changed_on": "2026-11-12",
                 "what": "增加行政执法监督数据项"},
                handling_unit=self.center.pk, organ=self.center.pk, parties=parties[2:], on=date(2026, 11, 16), at=_at(11, 16),
            )  # fmt: skip
        ministry = Caller.objects.filter(code="ministry").first() or register_caller(
            "ministry", "数据共享交换平台", "司法部", demo=True
        )
        flows.declare(
            "lawyers-up", title="律师执业信息上报", table="std_lawyer", fields=["license_no", "name", "practice_kind", "firm_usc", "firm_name", "status"],
            receiver=ministry, basis="律师法 第52条；政务数据共享条例 第22条", known_as="yunling", schedule="手动",
        )  # fmt: skip
