"""Who works with data in the fictional province: the data center of the department, the data authority, partner agencies."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.units import services as units
from xiezhi.kernel.units.models import Unit

__all__ = ["ACCOUNTS", "CENTER", "build"]

CENTER = "云岭省司法数据资源中心"
AUTHORITY = "云岭省数据局"
SINCE = date(2024, 3, 1)
_POSTS = (
    ("data-steward", "数据管理", ("data_steward",), "STAFF"),
    ("share-officer", "政务数据共享", ("share_officer",), "STAFF"),
    ("share-head", "政务数据共享工作机构负责人", ("share_head",), "HEAD"),
    ("link-reviewer", "关联复核", ("link_reviewer",), "STAFF"),
    ("clue-checker", "疑点核查", ("clue_checker",), "STAFF"),
    ("open-officer", "数据开放", ("open_officer",), "STAFF"),
    ("data-authority", "政务数据管理", ("data_authority",), "STAFF"),
    ("data-supplier", "数据报送", ("data_supplier",), "STAFF"),
)
_PEOPLE = (
    ("center", "data-steward", "闻立轩", "data-steward"), ("center", "share-officer", "简宁", "share-officer"),
    ("center", "share-head", "顾守一", "share-head"), ("center", "link-reviewer", "安若谷", "link-reviewer"),
    ("center", "link-reviewer", "穆清和", "link-reviewer-2"), ("center", "clue-checker", "裴予安", "clue-checker"),
    ("center", "open-officer", "唐可为", "open-officer"), ("authority", "data-authority", "纪明达", "data-authority"),
    ("city", "data-supplier", "柏树声", "data-supplier"),
)  # fmt: skip
ACCOUNTS = (
    ("数据管理员", "data-steward", "数据中心：总览、归集、质量、作业进度和取消"),
    ("数据共享工作人员", "share-officer", "共享申请、合作部门、计量"),
    ("共享工作机构负责人", "share-head", "同意答复、暂停违规使用"),
    ("关联复核员", "link-reviewer", "拿不准的两条记录是不是一个人"),
    ("疑点核查员", "clue-checker", "一人多证、一人多职疑点"),
    ("数据开放管理员", "open-officer", "开放数据集的审查和发布"),
    ("数据局工作人员", "data-authority", "目录发布、延期同意、争议处理"),
    ("数据报送员", "data-supplier", "市司法局：更正被退回的数据"),
)


def build(rng: Random, province: Any) -> None:
    """Units, posts, people and accounts. Names and numbers are invented."""
    top = province.places[0]
    city = next((p for p in province.places if p.level == "CITY"), top)

    def uid() -> UUID:
        return UUID(int=rng.getrandbits(128), version=4)

    def unit(name: str, short: str, kind: str, parent: Unit) -> Unit:
        return units.create_unit(
            name=name, short_name=short, level="PROV", kind=kind, parent=parent, demo=True, valid_from=SINCE, uid=uid(),
            place=units.Place(division=top.justice.division),
        )  # fmt: skip

    where = {
        "center": unit(CENTER, "数据中心", "INSTITUTION", top.justice), "authority": unit(AUTHORITY, "省数据局", "DEPARTMENT", top.government),
        "city": city.justice,
    }  # fmt: skip
    posts = {
        code: people.define_post(
            code, title, roles, level=level, reach="OWN" if code == "data-supplier" else "TERRITORY",
            data_level_max=4 if code in ("link-reviewer", "clue-checker") else 3,
        )
        for code, title, roles, level in _POSTS
    }  # fmt: skip
    password = Account.objects.get(username="shenzhiyuan").password
    for place, post, name, username in _PEOPLE:
        member = people.create_staff(name, demo=True, uid=uid())
        people.appoint(member, where[place], posts[post], valid_from=SINCE)
        Account.objects.create(
            uid=uid(), username=username, password=password, kind=AccountKind.STAFF, staff=member, demo=True,
            created_at=clock.now(), password_changed_at=clock.now(),
        )  # fmt: skip
