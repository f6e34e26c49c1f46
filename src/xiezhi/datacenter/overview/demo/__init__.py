"""The data center of the fictional province: registers as their suppliers send them, then the whole way through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["ACCOUNTS", "FILES", "LEAST", "ORDER", "deliver", "generate"]

ORDER = 100
"""After every function: their matters are among the sources."""
ACCOUNTS: tuple[tuple[str, str, str], ...] = ()
"""The accounts of the data center are the province's own (its staff is made with the units)."""
LEAST = 0.005
"""Smaller provinces have no registers: they serve to try other parts, quickly."""
Progress = Callable[[str, int, int], None]
SEED = 20261123

FILES: dict[str, tuple[str, dict[str, str]]] = {
    "lawfirm": ("律师事务所.csv", {"encoding": "utf-8-sig"}),
    "lawyer": ("律师执业.csv", {"encoding": "gb18030", "wide": "证件号码"}),
    "notary_office": ("公证机构.json", {}),
    "notary": ("公证员.xlsx", {"eaten": "证件号码"}),
    "notary_case": ("公证事项.parquet", {}),
    "appraisal_body": ("鉴定机构.json", {}),
    "appraiser": ("鉴定人.csv", {"encoding": "gb18030"}),
    "appraisal_case": ("鉴定案件.jsonl", {}),
    "qualification": ("法律职业资格.xlsx", {"eaten": "证件号码"}),
    "grass_worker": ("基层法律服务工作者.csv", {"encoding": "gb18030", "wide": "手机号码"}),
    "committee": ("调委会.json", {}),
    "mediator": ("调解员.csv", {"encoding": "utf-8-sig"}),
    "mediation_case": ("调解案件.parquet", {}),
    "cc_subject": ("社区矫正对象.csv", {"encoding": "gb18030"}),
    "cc_event": ("社区矫正事件.jsonl", {}),
    "inmate": ("罪犯.parquet", {}),
    "score_month": ("月度计分.parquet", {}),
    "reward_penalty": ("奖惩.csv", {"encoding": "utf-8"}),
    "enforcement": ("执法案件.csv", {"encoding": "gb18030", "wide": "罚没金额"}),
}
"""File of each source and how it is written."""


def deliver(world: Any, inbox: Path, scale: float, *, seed: int = SEED) -> dict[str, int]:
    """Write the files of every source into its folder. Returns rows by source. The same seed gives the same rows."""
    from xiezhi.datacenter.overview.demo import files, matters, registers
    from xiezhi.datacenter.overview.demo.people import Cast
    from xiezhi.kernel.calendar import clock

    rng = Random(f"{seed}:registers")
    cast = Cast.of(world, rng, clock.today())
    out = registers.build(rng, cast, world, scale)
    matters.build(rng, cast, world, out, scale)
    for source, (name, how) in FILES.items():
        files.write(inbox / f"demo_{source}", name, out.rows.get(source, []), **how)
    return {source: len(rows) for source, rows in out.rows.items()}


def generate(world: Any, scale: float, progress: Progress) -> None:
    """Deliver the files, then collect, govern, link, serve and open them."""
    from django.conf import settings

    from xiezhi.datacenter.overview.demo import declarations, pipeline

    if scale < LEAST:
        return
    declarations.register()
    progress("数据来源", 0, 1)
    counts = deliver(world, Path(settings.COLLECT_INBOX), scale)
    progress("数据来源", sum(counts.values()), sum(counts.values()))
    pipeline.run(progress)
