"""The five subject bases (platform.md 3.5): persons without crime or health, bodies, practitioners, matters, places."""

from __future__ import annotations

from xiezhi.datacenter.standards.declare import Layer, ShareType, Table
from xiezhi.datacenter.standards.declaring import check, col, order, table
from xiezhi.kernel.datasets.registry import Level

__all__ = ["TABLES"]


def _subject(code: str, title: str, base: str, columns: tuple, basis: str, **more) -> Table:  # type: ignore[no-untyped-def, type-arg]
    return table(code, title, base, columns, basis, layer=Layer.SUBJECT, supplier="数据资源中心", **more)


TABLES = (
    _subject(
        "sb_person", "人口", "SB1",
        (
            col("person_uid", required=True, key=True, unique=True),
            col("name", "姓名", "person_name"),
            col("former_names"),
            col("id_type"),
            col("id_no"),
            col("sex"),
            col("birth_date"),
            col("mobile"),
            col("address"),
            col("roles"),
            col("record_count"),
            col("restricted_flag"),
        ),
        "个人信息保护法 第34条；政务数据共享条例 第19条",
        share_basis="人口信息按履行法定职责的需要提供；不含犯罪、健康信息",
        description="各业务标准库中的自然人，每人一行，由关联得到。犯罪、矫正、服刑和健康数据留在原业务库，这里只有一个限制查询标志。",
        purpose="跨业务核验、一人多证核查、减少重复填报", retention_days=90,
    ),
    _subject(
        "sb_org", "法律服务机构", "SB2",
        (
            col("org_key", "机构标识", "register_no", required=True, key=True, unique=True),
            col("usc", "统一社会信用代码", "usc"),
            col("name", "名称", "org_title", required=True),
            col("kind", "类别", "org_kind", required=True),
            col("head", "负责人", "head_name"),
            col("staff", "从业人数", "staff_count"),
            col("founded", "设立日期", "founded_on"),
            col("address", "地址", "org_address"),
            col("phone", "电话", "org_phone"),
            col("status", "状态", "org_status", required=True),
            col("source_table"),
        ),
        "律师法 第18条；公证法 第7条；人民调解法 第10条",
        share=ShareType.UNCONDITIONAL, share_basis="机构名册属于依法公开的信息", open=True,
        description="律师事务所、公证机构、基层法律服务所、司法鉴定机构、仲裁委员会、法律援助机构、调解组织，每个一行；没有信用代码的用登记编号。",
        purpose="公共法律服务查询和监督", retention_days=3650,
    ),
    _subject(
        "sb_practitioner", "法律服务人员", "SB3",
        (
            col("person_uid", required=True, key=True, references="sb_person.person_uid"),
            col("role", "身份", "role_kind", required=True, key=True),
            col("license_no", "证号", "register_no", required=True, key=True),
            col("name", "姓名", "person_name", level=Level.OPEN),
            col("org_key", "所在机构", "register_no", references="sb_org.org_key"),
            col("org_name", "所在机构名称", "org_title"),
            col("status", "状态", "practice_status"),
            col("assess"),
            col("penalty"),
            col("source_table"),
        ),
        "律师法 第52条；公证法 第5条；人民调解法 第10条",
        share_basis="含人员标识和考核处分，按履行法定职责的需要提供",
        description="每人每证一行，有效期分段；一人多证、一人多职核查以此为据。", purpose="从业监督管理、一人多证核查", retention_days=3650,
    ),
    _subject(
        "sb_matter", "案件事项", "SB4",
        (
            col("matter_uid", required=True, key=True, unique=True),
            col("kind", "类别", "matter_kind", required=True),
            col("subtype", "类型", "result_text"),
            col("office_usc", "办理机构", "usc"),
            col("office_name", "办理机构名称", "organ_name"),
            col("started", "受理日", "accepted_on"),
            col("due", "到期日", "due_on"),
            col("ended", "办结日", "closed_on"),
            col("state", "办理状态", "matter_state", required=True),
            col("result", "结果", "result_text"),
            col("in_time"),
            col("satisfaction"),
            col("source_table"),
        ),
        "政务数据共享条例 第13条；法律援助法 第51条；行政复议法 第8条",
        share_basis="不含当事人；按履行法定职责的需要提供，统计结果可以公开",
        rules=(order("started", "ended", "受理日、办结日"), check("satisfaction", "满意度1至5", "satisfaction BETWEEN 1 AND 5", "满意度不在1至5之间")),
        description="各业务的案件、事项，每件一行，不含当事人。", purpose="效能监督和统计", retention_days=1095,
    ),
    _subject(
        "sb_place", "时空与监管场所", "SB5",
        (
            col("place_uid", required=True, key=True, unique=True),
            col("name", "名称", "place_title", required=True),
            col("kind", "类别", "place_kind", required=True),
            col("address", "地址", "org_address"),
            col("longitude"),
            col("latitude"),
            col("office_usc", "管理单位", "usc"),
            col("capacity"),
            col("phone", "电话", "org_phone"),
            col("open_hours"),
            col("status", "状态", "org_status"),
        ),
        "政务数据共享条例 第13条；监狱法 第14条、第17条",
        share_basis="服务场所的名称、地址、电话可以公开；监狱等场所的位置、内部结构未经批准不得提供（监狱法 第17条）",
        rules=(
            check("longitude", "经度", "longitude BETWEEN -180 AND 180", "经度不在-180至180之间"), check("latitude", "纬度", "latitude BETWEEN -90 AND 90", "纬度不在-90至90之间"),
            check("prison", "监管场所不写坐标", "NOT (kind IN ('06', '07', '08') AND longitude IS NOT NULL)", "监管场所写了坐标", basis="监狱法 第17条", severity="WARNING"),
        ),
        description="服务点、监管场所、区域、设备，每个一行。", purpose="公共法律服务地图和指挥", retention_days=3650,
    ),
)  # fmt: skip
