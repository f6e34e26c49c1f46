"""云岭省, the fictional province: made from a seed into an empty database, the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from random import Random
from typing import Any

from django.apps import apps
from django.db import transaction

from xiezhi.demo import datastaff, regulations
from xiezhi.demo import matters as matter_rows
from xiezhi.demo import province as provinces
from xiezhi.demo import public as publics
from xiezhi.demo import staff as staffing
from xiezhi.demo.partners import books
from xiezhi.demo.partners import place as partners
from xiezhi.kernel import chance
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.datasets import rollup
from xiezhi.kernel.documents.models import Document

__all__ = ["NOW", "DemoAccount", "demo_accounts", "generate"]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=clock.SHANGHAI)
"""The moment the province begins at: a Monday inside the published calendar."""
SEED = 20261123

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DemoAccount:
    """An account to try, with what it is good for."""

    role: str
    username: str
    password: str
    try_this: str


def _silent(stage: str, done: int, total: int) -> None:
    return None


def generate(
    scale: float = 0.01,
    progress: Progress = _silent,
    *,
    seed: int = SEED,
    matters: int | None = None,
    workers: int | None = None,
) -> matter_rows.Made:
    """Make the province at a scale. 1.0 has 1,300 units, 20,000 staff and 300,000 matters a year.

    `progress(stage, done, total)` is called as work goes on. `matters` asks for that many open matters instead of a
    year's mix, made from template histories, for benchmarks. `workers` processes share the work on matters (default:
    two). The same seed and scale give the same rows, public ids included; only sealed values, salts and passwords
    differ. Raises RuntimeError where there are units already.
    """
    from xiezhi.kernel.units.models import Unit

    if Unit.objects.exists():
        raise RuntimeError("这个数据库里已有机构，演示省份只能生成在空数据库里。")
    if matters is None:
        partners.prepare(scale)
    with clock.frozen(NOW):
        regulations.load(progress)
        with transaction.atomic():
            progress("机构", 0, 1)
            province = provinces.build(Random(f"{seed}:units"), scale, NOW)
            progress("机构", len(province.units), len(province.units))
            progress("工作人员", 0, 1)
            roster = staffing.build(Random(f"{seed}:staff"), province, scale, NOW)
            progress("工作人员", roster.count, roster.count)
            public = publics.build(
                Random(f"{seed}:public"), province, scale, NOW, lambda done, total: progress("公众", done, total)
            )
        made = matter_rows.build(seed, province, roster, public, scale, NOW, progress, matters=matters, workers=workers)
        if matters is None:
            world = matter_rows.world_of(seed, province, roster, public, NOW)
            waiting = set(Document.objects.filter(render_state=Document.PENDING).values_list("pk", flat=True))
            with transaction.atomic():
                datastaff.build(Random(f"{seed}:data"), province)
            with partners.playing(lambda: books.build(world, scale, clock.today()).rows, scale) as answering:
                for function in of_functions():
                    if getattr(function, "ORDER", 0) >= partners.NEEDED:
                        answering()
                    with chance.drawn_from(Random(f"{seed}:{function.__name__}")):
                        function.generate(world, scale, progress)
            # Papers of past matters are made when somebody opens them, not all at once behind the first visitor's back.
            Document.objects.filter(render_state=Document.PENDING).exclude(pk__in=waiting).update(
                render_state=Document.NONE
            )
            rollup.refresh()
        return made


def of_functions() -> list[Any]:
    """The `demo` module of every installed function: `generate(world, scale, progress)` fills its part of the province
    through its own services, `ACCOUNTS` lists (role, username, what to try), `ORDER` (0) says who waits for others."""
    found = []
    for config in apps.get_app_configs():
        if config.name.startswith("xiezhi.") and config.label != "demo" and find_spec(f"{config.name}.demo"):
            found.append(import_module(f"{config.name}.demo"))
    return sorted(found, key=lambda module: getattr(module, "ORDER", 0))


def demo_accounts() -> list[DemoAccount]:
    """Accounts to try, in the order in which a visitor would."""
    rows = (
        ("公众 周禾生", "zhouhesheng", "查看几件处于不同阶段的办件；有一件要补正材料，一件正在审理并定了听证"),
        ("企业 何映川", "company", "以公司名义申请、查看进度"),
        ("律师 林砚秋", "linyanqiu", "作为代理人查看和办理当事人的办件"),
        ("复议承办人 沈知远", "shenzhiyuan", "待办按时钟排序；受理、听取意见、拟定决定"),
        ("复议承办人 陆明舟", "lumingzhou", "同一机构的另一位承办人"),
        ("复议机构负责人 郑怀谷", "zhenghuaigu", "指定承办人、审核文书、批准延期"),
        ("复议机关负责人 宋望川", "organ-head", "签发决定；指标"),
        ("县司法局领导", "bureau-leader", "管辖范围内的办件和指标"),
        ("市复议机构负责人", "city-head", "市级办件，下级的办件只读"),
        ("省领导", "sheng-leader", "全省指标和督办"),
        ("被申请人承办人", "respond", "县市场监管局：收副本、提交答复和证据"),
        ("被申请人负责人", "respond-head", "县市场监管局：查看本单位被复议情况"),
        ("窗口人员", "window", "登记当面、邮寄、口头申请"),
        ("用印人员", "seal", "用印"),
        ("档案人员", "archive", "归档"),
        ("统计人员", "statistics", "指标和数据集"),
        ("监督检查人员", "supervision", "按目的查阅案卷"),
        ("系统管理员", "sysadmin", "机构、岗位、日历、参数"),
        ("安全管理员", "secadmin", "账号、授权"),
        ("审计管理员", "auditadmin", "查阅日志、安全日志"),
    )
    own = [*datastaff.ACCOUNTS, *(row for function in of_functions() for row in function.ACCOUNTS)]
    return [DemoAccount(f"{role}（演示）", username, staffing.PASSWORD, text) for role, username, text in (*rows, *own)]
