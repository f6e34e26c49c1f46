"""个人信息查阅、更正、删除申请 at the portal: three questions, for a signed-in person about their own data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.ui.drafts import Opened
from xiezhi.ui.flow import Answers, Flow, Section, Step

from .rights_procedure import CODE, GROUNDS, KINDS, RightsRequest
from .tickets import center

__all__ = ["FLOW", "file"]


def _fields(*names: str) -> tuple[Field, ...]:
    known = {f.name: f for f in RightsRequest.events["filed"].form}
    return tuple(known[n] for n in names)


def _detail(answers: Answers) -> Sequence[Field]:
    if answers("kind") == "CORRECT":
        return (
            Field("column", "哪一项记错了？", Kind.CHOICE, required=True, choices=_fields("column")[0].choices),
            *_fields("wrong_value"),
            Field("right_value", "正确的内容", required=True, max_length=200),
        )
    if answers("kind") == "DELETE":
        return (Field("ground", "要求删除的情形", Kind.CHOICE, required=True, choices=tuple(GROUNDS.items())),)
    return ()


def _assemble(answers: Answers) -> dict[str, Any]:
    wanted = ("kind", "ground", "column", "wrong_value", "right_value", "what", "evidence")
    return {n: answers(n) for n in wanted if answers(n) not in ("", None, [], {})}


def file(
    account: Account | None,
    data: Mapping[str, Any],
    *,
    request_key: str | None,
    files: Sequence[int] = (),
    draft: Any = None,
) -> Any:
    """File a request of the account's own person. Raises Refused; the same request key gives the first matter again."""
    if account is None or account.person is None:
        raise Refused([Problem("SIGN_IN", "请先登录并实名，再提出申请：只有本人可以查阅、更正自己的信息", "")])
    office = center(CODE)
    if office is None:
        raise Refused([Problem("NO_CENTER", "本平台还没有设置数据资源管理机构，请联系司法行政机关", "")])
    person = account.person
    actor = Actor(f"account:{account.pk}", frozenset({"applicant"}))
    party = PartyInput("applicant", person.name, person_id=person.pk, account_id=account.pk)
    known = {f.name for f in RightsRequest.events["filed"].form}
    said = {k: v for k, v in data.items() if k in known}
    with transaction.atomic():
        done = procedures.open_matter(
            CODE, "filed", actor, {**said, "verified": person.verified_at is not None}, handling_unit=office.pk, organ=office.pk, parties=[party],
            at=clock.now(), request_key=request_key, content=said,
        )  # fmt: skip
        if not done.repeated:
            mine = Q(pk__in=list(files)) & (Q(draft=draft) | Q(draft__isnull=True, submitted_by=actor.ref))
            if draft is not None:
                mine |= Q(draft=draft)
            if files or draft is not None:
                Attachment.objects.filter(mine, matter__isnull=True).update(matter=done.matter, draft=None)
            if draft is not None:
                draft.delete()
    return done.matter


def _send(account: Account, answers: Answers, opened: Opened) -> Any:
    data = _assemble(answers)
    files = [int(f) for f in data.get("evidence", [])]
    return file(account, data, request_key=opened.request_key, files=files, draft=opened.row)


def _side(answers: Answers) -> Mapping[str, Any]:
    return {}


FLOW = Flow(
    CODE, "filed", "查阅、更正、删除我的个人信息", 3,
    (
        Section("您的要求", (
            Step("kind", "您要求什么？", (Field("kind", "您要求什么？", Kind.CHOICE, required=True, choices=tuple(KINDS.items())),),
                 why="每个人都有权查阅、复制、更正和依法删除自己的信息。", basis="个人信息保护法 第45条"),
            Step("detail", "具体内容", _detail, applies=lambda a: a("kind") in ("CORRECT", "DELETE"),
                 why="写清楚了，能更快办好。", basis="个人信息保护法 第46条"),
            Step("more", "说明和材料", (
                Field("what", "补充说明", Kind.LONGTEXT, max_length=2000),
                Field("evidence", "证明材料", Kind.FILES, help="要求更正的，附上能证明正确内容的材料；没有可以不传"),
            ), why="我们需要核实后再更正。", basis="个人信息保护法 第46条"),
        )),
    ),
    _assemble, _send, _side, _side,
    before=(("实名账号", "只办理本人的信息；未成年人由监护人提出"), ("证明材料", "只有要求更正的需要，拍照就行")),
    places={"kind": "kind", "ground": "detail", "column": "detail", "wrong_value": "detail", "right_value": "detail", "what": "more", "evidence": "more"},
    next_steps=(
        ("核实身份，查找您的信息", "在数据资源中心的全部数据表里查找。"),
        ("三十日内决定并告诉您", "这是平台的承诺；不同意的会写明理由，您可以依法向人民法院提起诉讼。（个人信息保护法 第50条）"),
        ("在全部副本中办理", "更正、删除会在标准库、主题库、共享和开放的副本里一并办理。"),
    ),
    offline="可以到司法行政机关的服务窗口提出。",
)  # fmt: skip
