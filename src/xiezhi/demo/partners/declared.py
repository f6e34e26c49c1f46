"""Tables and interfaces of the instance that plays the other agencies. Registered there alone (setting DEMO_REGISTERS)."""

from __future__ import annotations

from dataclasses import dataclass, field

from xiezhi.datacenter.exchange.declare import Interface, Kind, Purpose, interfaces
from xiezhi.datacenter.standards.declare import Column, Element, Mask, Table, elements, tables
from xiezhi.datacenter.standards.declaring import col, table
from xiezhi.kernel.datasets.registry import ColumnType, Level

__all__ = ["AGENCIES", "CROSS_CHECK", "TABLES", "Agency", "register"]

CROSS_CHECK = "CROSS_CHECK"
_PURPOSE = {CROSS_CHECK: Purpose(CROSS_CHECK, "一人多证、一人多职核查", "律师法 第11条；政务数据共享条例 第20条")}
_SHARED = "按履行法定职责的需要提供（政务数据共享条例 第14条）"


def _element(
    number: int, title: str, name: str, definition: str, type: ColumnType, format: str, level: Level
) -> Element:
    return Element(f"de90.{number:05}", title, name, definition, type, format, level, mask=Mask.HIDE)


_LIFE = _element(1, "生存状态", "life_status", "户籍登记的状态：在世、死亡", ColumnType.TEXT, "C..10", Level.SENSITIVE)
_DEATH = _element(2, "死亡日期", "death_date", "死亡登记所载的日期", ColumnType.DATE, "D8", Level.SENSITIVE)
_POST = _element(3, "职务类别", "post_kind", "01公务员 02法官 03检察官 04监察官 05人民陪审员", ColumnType.TEXT, "C2", Level.SENSITIVE)  # fmt: skip
_USAGE = _element(4, "不动产用途", "estate_usage", "登记簿记载的用途", ColumnType.TEXT, "C..20", Level.SENSITIVE)
ELEMENTS = (_LIFE, _DEATH, _POST, _USAGE)


def _own(element: Element, *, required: bool = False) -> Column:
    return Column(element.name, element.title, element.code, required=required)


def _table(code: str, title: str, columns: tuple[Column, ...], basis: str, supplier: str) -> Table:
    key = Column("entry_no", "登记编号", "de03.00024", required=True, key=True, unique=True, level=Level.SENSITIVE)
    who = (col("id_type", required=True), col("id_no", required=True))
    return table(code, title, "R", (key, *who, *columns), basis, share_basis=_SHARED, supplier=supplier, retention_days=30)  # fmt: skip


TABLES = (
    _table(
        "reg_population", "人口登记",
        (col("name", "姓名", "person_name", required=True), col("sex"), col("birth_date"), _own(_LIFE, required=True), _own(_DEATH), col("organ", "登记机关", "organ_name")),
        "户口登记条例 第3条", "公安机关",
    ),
    _table(
        "reg_marriage", "婚姻登记", (Column("spouse_id_no", "配偶证件号码", "de01.00003", required=True), col("organ", "登记机关", "organ_name")),
        "婚姻登记条例 第2条", "民政部门",
    ),
    _table("reg_estate", "不动产登记", (_own(_USAGE), col("organ", "登记机关", "organ_name")), "不动产登记暂行条例 第8条", "自然资源部门"),
    _table(
        "reg_post", "任职登记",
        (_own(_POST, required=True), Column("employer_usc", "任职单位", "de00.00004", required=True), col("employer", "任职单位名称", "organ_name")),
        "公务员法 第12条", "公务员主管部门、人民法院",
    ),
    _table(
        "reg_partner", "合伙人涉税登记", (Column("firm_usc", "合伙企业", "de00.00004", required=True), col("firm", "合伙企业名称", "organ_name")),
        "税收征收管理法 第15条", "税务机关",
    ),
)  # fmt: skip
"""Periods stand in valid_from and valid_to, places in division, as in every table."""


@dataclass(frozen=True)
class Agency:
    """One agency: its system as the province knows it, its interface, and what the answers mean to the clue rules."""

    code: str
    agency: str
    system: str
    kind: str
    interface: str
    title: str
    table: str
    fields: dict[str, str]
    becomes: str | dict[str, str]
    basis: str
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def asked(self) -> list[str]:
        return sorted(set(self.fields.values()))


_PERIOD = {"since": "valid_from", "until": "valid_to"}
_AT = {"holder": "employer_usc", "holder_name": "employer", "area": "division", "kind": "post_kind"}
AGENCIES = (
    Agency("demo-police", "云岭省公安厅", "人口信息库（演示）", "POPULATION", "register-life", "人口登记查询", "reg_population",
           {"since": "death_date"}, "DEAD", "户口登记条例 第8条；政务数据共享条例 第20条"),
    Agency("demo-marriage", "云岭省民政厅", "婚姻登记信息库（演示）", "MARRIAGE", "register-marriage", "婚姻登记查询", "reg_marriage",
           {**_PERIOD, "other": "spouse_id_no"}, "MARRIED", "法官法 第24条；检察官法 第25条；政务数据共享条例 第20条"),
    Agency("demo-estate", "云岭省自然资源厅", "不动产登记信息库（演示）", "ESTATE", "register-estate", "不动产登记查询", "reg_estate",
           {**_PERIOD, "holder": "entry_no", "holder_name": "estate_usage", "area": "division"}, "ESTATE", "法律援助法 第41条；不动产登记暂行条例 第27条"),
    Agency("demo-posts", "云岭省公务员局", "公职人员信息库（演示）", "POSTS", "register-posts", "公职人员任职查询", "reg_post",
           {**_PERIOD, **_AT}, {"01": "CIVIL_SERVANT", "02": "JUDGE", "03": "PROSECUTOR", "04": "SUPERVISOR"},
           "公务员法 第59条；政务数据共享条例 第20条", {"post_kind": ("01", "02", "03", "04")}),
    Agency("demo-jurors", "云岭省高级人民法院", "人民陪审员名册（演示）", "POSTS", "register-jurors", "人民陪审员任职查询", "reg_post",
           {**_PERIOD, **_AT}, {"05": "JUROR"}, "人民陪审员法 第6条；政务数据共享条例 第20条", {"post_kind": ("05",)}),
    Agency("demo-tax", "云岭省税务局", "合伙人涉税信息库（演示）", "POSTS", "register-partners", "律师事务所合伙人查询", "reg_partner",
           {**_PERIOD, "holder": "firm_usc", "holder_name": "firm", "area": "division"}, "PARTNER", "税收征收管理法 第15条；政务数据共享条例 第20条"),
)  # fmt: skip


def register() -> None:
    """Make the tables and interfaces known to this process. Raises RegistryError where one does not fit."""
    for element in ELEMENTS:
        elements.register(element)
    for held in TABLES:
        tables.register(held)
    for one in AGENCIES:
        made = Interface(
            code=one.interface, title=one.title, kind=Kind.LOOKUP, table=one.table, keys=(("id_type", "id_no"),), fields=tuple(one.asked),
            purposes=_PURPOSE, clear={CROSS_CHECK: tuple(one.asked)}, where=one.where, person=("id_type", "id_no"), basis=one.basis,
            description=f"{one.agency}按证件号码提供，只用于核查", owner="demo",
        )  # fmt: skip
        interfaces.register(made)
