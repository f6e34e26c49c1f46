"""The fictional province: clues in every state, decided by the people of its data center."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from xiezhi.datacenter.clues.models import Clue
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.procedures import policies, services
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter

__all__ = ["ACCOUNTS", "ORDER", "generate"]

ORDER = 130
ACCOUNTS = (("数据中心负责人", "share-head", "疑点核查：认定属实、延长期限"),)
_ASK = {"asked": "UNIT", "to": "所在机构", "questions": "聘用合同的起止日期；同期是否在其他机构执业。", "days": 10}
_TRUE = {
    "finding": "查明两个身份在同一期间有效，均有业务记录。",
    "evidence": "聘用合同、业务登记、年度考核材料。",
    "organ": "云州市司法局",
}
_FALSE = {"why": "NOT_HELD", "finding": "原证已经注销，登记没有更新。"}
Step = tuple[str, str, Mapping[str, Any]]
_ASKED: tuple[Step, ...] = (("checker", "started", {}), ("checker", "inquired", _ASK))
_ANSWERED: tuple[Step, ...] = (*_ASKED, ("checker", "answered", {"said": "HOLDS", "words": "情况属实，正在办理注销。"}))
COURSES: tuple[Sequence[Step], ...] = (
    (("checker", "started", {}),),
    _ASKED,
    (*_ANSWERED, ("head", "confirmed", _TRUE), ("checker", "transferred", {})),
    (("checker", "started", {}), ("checker", "dismissed", _FALSE), ("checker", "closed", {})),
    (*_ANSWERED, ("head", "confirmed", _TRUE)),
    (("checker", "dismissed", {"why": "LAWFUL", "finding": "正在办理变更执业机构。", "exception": "MOVING"}), ("checker", "closed", {})),
    _ANSWERED,
    (("checker", "dismissed", {"why": "OTHER_PERSON", "finding": "同名不同人，证件照片不符。"}),),
)  # fmt: skip


def generate(world: Any, scale: float, progress: Callable[[str, int, int], None]) -> None:
    """Take some clues on their way; the others wait for the visitor."""
    checker = Account.objects.filter(username="clue-checker").first()
    head = Account.objects.filter(username="share-head").select_related("staff").first()
    clues = list(
        Clue.objects.filter(matter__state="FOUND", restricted=False)
        .select_related("matter", "matter__handling_unit")
        .order_by("pk")[: 3 * len(COURSES)]
    )
    if checker is None or head is None or head.staff is None or not clues:
        return
    unit = clues[0].matter.handling_unit if clues[0].matter else None
    assert unit is not None
    people.appoint(
        head.staff,
        unit,
        people.define_post("clue-head", "疑点核查负责人", ("office_head",), level="HEAD"),
        valid_from=date(2024, 3, 1),
        main=False,
    )
    accounts = {"checker": checker, "head": head}
    until = (clock.today() + timedelta(days=120)).isoformat()
    progress("疑点核查", 0, len(clues))
    for n, clue in enumerate(clues[::2]):
        assert clue.matter is not None
        for who, event, data in COURSES[n % len(COURSES)]:
            matter = Matter.objects.get(pk=clue.matter.pk)
            actor = policies.actor_for(of_account(accounts[who]), matter)
            more = {"until": until} if data.get("why") == "LAWFUL" else {}
            try:
                services.act(matter.pk, event, actor, {**data, **more})
            except Refused:
                break
    progress("疑点核查", len(clues), len(clues))
