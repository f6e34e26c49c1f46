"""政务数据共享申请: one government department asks another for data (platform.md 3.4)."""

from __future__ import annotations

from datetime import date

from xiezhi.kernel.procedures.declare import Dated, Procedure

from ..citations import R
from ..house import House
from ..roles import ROLE_ALIASES, ROLES
from .events_ask import Asking
from .events_dispute import Disputes
from .events_use import Using
from .guide import GUIDE, PREPARES, ROUTES, step_of
from .states import States
from .terms import Terms

__all__ = ["CODE", "Request"]

CODE = "SJGX"
_EVER = date(2025, 8, 1)


class Request(House, Disputes, Using, Asking, Terms, States, Procedure):
    """政务数据共享申请."""

    code = CODE
    title = "政务数据共享申请"
    title_en = "Request for government data"
    version = 1
    in_force_from = _EVER
    source = "政务数据共享条例"
    app = "sharing"
    roles = ROLES
    role_aliases = ROLE_ALIASES
    step_of = staticmethod(step_of)
    guide = GUIDE
    routes = ROUTES
    prepares = PREPARES
    duplicate_key = ("resource", "requester_name")
    parameters = {
        "supplement_clock": Dated(
            "补充材料期间答复期限怎么算：RUNS 照算，HELD 不计入，RESTARTS 自补齐之日重新起算（条例没有规定扣除，从严照算）",
            ((_EVER, "RUNS"),), R(21, 2),
        ),
        "extend_unconditional": Dated("无条件共享的答复能否延长（条例没有排除，从严不延长）", ((_EVER, False),), R(21, 1)),
    }  # fmt: skip
