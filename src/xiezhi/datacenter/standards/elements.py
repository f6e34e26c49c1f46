"""数据元 of the bases (platform.md 3.2). Codes are stable: a new element takes the next number, none is used again."""

from __future__ import annotations

from functools import cache

from xiezhi.datacenter.standards.declare import Element, Mask
from xiezhi.kernel.datasets.registry import ColumnType, Level

__all__ = ["ELEMENTS", "code_of"]

L1, L2, L3, L4 = Level.OPEN, Level.INTERNAL, Level.SENSITIVE, Level.PERSONAL
TEXT, INT, DECIMAL, DATE, TIME, BOOL, CODE, JSON = (
    ColumnType.TEXT, ColumnType.INT, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.DATETIME, ColumnType.BOOL, ColumnType.CODE, ColumnType.JSON,
)  # fmt: skip
_MASKS = {
    "person_name": Mask.NAME, "id_no": Mask.ID_NO, "mobile": Mask.MOBILE, "phone": Mask.PHONE, "address": Mask.ADDRESS,
    "email": Mask.EMAIL, "birth_date": Mask.BIRTH, "former_names": Mask.NAME,
}  # fmt: skip
OWN = "司法行政数据元（本平台）"


def _e(
    number: str, title: str, name: str, definition: str, type: ColumnType, format: str, level: Level, *, codes: str = "",
    check: str = "", unit: str = "", source: str = OWN,
) -> Element:  # fmt: skip
    """Sensitive elements without a mask of their own are hidden whole."""
    mask = _MASKS.get(name, Mask.HIDE if level in (L3, L4) else Mask.NONE)
    return Element(f"de{number}", title, name, definition, type, format, level, codes, check, mask, unit, source)


_COMMON = (
    _e("00.00001", "行标识", "row_id", "由来源系统和来源主键导出的标识，重跑不变", TEXT, "C36", L2, check="uuid"),
    _e("00.00002", "来源系统", "src_system", "提供该行的系统的代码", TEXT, "C..20", L2),
    _e("00.00003", "来源主键", "src_key", "该行在来源系统中的主键", TEXT, "C..64", L2),
    _e("00.00004", "统一社会信用代码", "usc", "法人和其他组织的统一社会信用代码", TEXT, "C18", L1, check="usc", source="GB 32100-2015"),
    _e("00.00005", "行政区划代码", "division", "县级以上行政区划的代码；不得由身份号码前六位推断居住地", CODE, "C6", L1, codes="gb2260", check="division", source="GB/T 2260"),
    _e("00.00006", "有效期起", "valid_from", "所载情况开始之日", DATE, "D8", L1, source="GB/T 7408"),
    _e("00.00007", "有效期止", "valid_to", "所载情况结束之日，当日不含；为空表示至今", DATE, "D8", L1, source="GB/T 7408"),
    _e("00.00008", "更新时间", "updated_at", "该行在来源系统最后一次改动的时间", TIME, "T", L2, source="GB/T 7408"),
    _e("00.00009", "质量得分", "dq_score", "该行满足质量规则的程度", INT, "N3", L2, unit="分"),
    _e("00.00010", "行摘要", "row_hash", "该行各数据项值的 SM3 摘要，用于对账和发现改动；防篡改证据在存证账本", TEXT, "C64", L2, check="digest"),
    _e("00.00011", "批次号", "batch_id", "归集该行的批次", TEXT, "C..64", L2),
    _e("00.00012", "人员标识", "person_uid", "关联得到的自然人标识，重跑不变", TEXT, "C..64", L3),
)  # fmt: skip

_PERSON = (
    _e("01.00001", "姓名", "person_name", "有效身份证件上的姓名", TEXT, "C..50", L3, check="name"),
    _e("01.00002", "证件类型", "id_type", "证明身份的证件的种类", CODE, "C3", L3, codes="id_type"),
    _e("01.00003", "证件号码", "id_no", "身份证件上的号码；居民身份证号码另按 GB 11643 校验", TEXT, "C..20", L4, check="document_no", source="GB 11643"),
    _e("01.00004", "性别", "sex", "人的性别", CODE, "C1", L2, codes="gb2261.1", source="GB/T 2261.1"),
    _e("01.00005", "出生日期", "birth_date", "身份证件上的出生日期", DATE, "D8", L3, source="GB/T 7408"),
    _e("01.00006", "手机号码", "mobile", "本人使用的移动电话号码", TEXT, "C11", L3, check="mobile"),
    _e("01.00007", "联系电话", "phone", "可以联系到的电话号码", TEXT, "C..18", L3, check="phone"),
    _e("01.00008", "联系地址", "address", "居住地或者通信地址", TEXT, "C..200", L3),
    _e("01.00009", "民族", "nation", "本人所属的民族", CODE, "C2", L4, codes="gb3304", source="GB/T 3304"),
    _e("01.00010", "学历", "education", "最高学历", CODE, "C2", L2, codes="gb4658", source="GB/T 4658"),
    _e("01.00011", "政治面貌", "political_status", "参加政党、团体的情况", CODE, "C2", L3, codes="gb4762", source="GB/T 4762"),
    _e("01.00012", "曾用名", "former_names", "以前用过的姓名，多个以分号隔开", TEXT, "C..200", L3),
    _e("01.00013", "特殊群体", "special_group", "依法给予特别保护或者便利的群体", CODE, "C2", L4, codes="special_group"),
    _e("01.00014", "职称级别", "title_rank", "专业技术职务的级别", CODE, "C1", L2, codes="title_rank"),
    _e("01.00015", "婚姻状况", "marriage", "本人的婚姻状况", CODE, "C2", L4, codes="gb2261.2", source="GB/T 2261.2"),
    _e("01.00016", "持有的身份", "roles", "在各业务标准库中的身份及其起止，结构化", JSON, "C..4000", L3),
    _e("01.00017", "限制查询标志", "restricted_flag", "另有业务库数据须按目的查询；不说明是哪一库", BOOL, "B", L4),
    _e("01.00018", "工作单位", "employer", "所在单位的名称", TEXT, "C..150", L3),
    _e("01.00019", "记录数", "record_count", "归为同一人的记录条数", INT, "N6", L2, unit="条"),
)  # fmt: skip

_ORG = (
    _e("02.00001", "机构名称", "org_title", "登记或者批准文件上的名称", TEXT, "C..150", L1),
    _e("02.00002", "机构类别", "org_kind", "法律服务机构的类别", CODE, "C2", L1, codes="org_kind"),
    _e("02.00003", "机构状态", "org_status", "机构是否正常执业", CODE, "C2", L1, codes="org_status"),
    _e("02.00004", "律师事务所组织形式", "firm_kind", "律师事务所的组织形式", CODE, "C2", L1, codes="firm_kind", source="律师法"),
    _e("02.00005", "负责人", "head_name", "机构负责人姓名", TEXT, "C..50", L1, check="name"),
    _e("02.00006", "成立日期", "founded_on", "批准设立之日", DATE, "D8", L1),
    _e("02.00007", "机构地址", "org_address", "住所或者办公地址", TEXT, "C..200", L1),
    _e("02.00008", "机构电话", "org_phone", "对外公布的电话", TEXT, "C..18", L1, check="phone"),
    _e("02.00009", "合伙人数", "partner_count", "合伙人的人数", INT, "N4", L1, unit="人"),
    _e("02.00010", "从业人数", "staff_count", "在册从业人员的人数", INT, "N5", L1, unit="人"),
    _e("02.00011", "调解委员会编码", "committee_id", "人民调解委员会的编码", TEXT, "C..20", L1, check="certificate_no"),
    _e("02.00012", "调解委员会类别", "committee_kind", "人民调解委员会的类别", CODE, "C2", L1, codes="committee_kind", source="人民调解法"),
    _e("02.00013", "委员人数", "member_count", "人民调解委员会委员的人数", INT, "N2", L1, unit="人", source="人民调解法"),
    _e("02.00014", "监狱代码", "prison_usc", "监狱的统一社会信用代码", TEXT, "C18", L3, check="usc", source="GB 32100-2015"),
    _e("02.00015", "内设单位", "section", "监区、分监区等内设单位的编码", TEXT, "C..20", L3),
    _e("02.00016", "机关名称", "organ_name", "作出决定或者委托的机关的名称", TEXT, "C..150", L2),
)  # fmt: skip

_LICENSE = (
    _e("03.00001", "律师执业证号", "lawyer_license", "律师执业证上的号码", TEXT, "C17", L1, check="lawyer_license", source="律师执业证（号段规则未公布）"),
    _e("03.00002", "执业证号", "license_no", "执业证书上的号码", TEXT, "C..40", L1, check="certificate_no"),
    _e("03.00003", "资格证号", "qual_no", "法律职业资格证书的编号", TEXT, "C..40", L3, check="certificate_no"),
    _e("03.00004", "律师执业类别", "practice_kind", "律师执业证的类别", CODE, "C2", L1, codes="practice_kind"),
    _e("03.00005", "律师执业状态", "lawyer_status", "律师执业证的状态", CODE, "C2", L1, codes="lawyer_status", source="律师法"),
    _e("03.00006", "从业状态", "practice_status", "从业人员的状态", CODE, "C2", L1, codes="practice_status"),
    _e("03.00007", "公证员状态", "notary_status", "公证员的任职状态", CODE, "C2", L1, codes="notary_status", source="公证法"),
    _e("03.00008", "首次执业日期", "first_date", "第一次取得执业证之日", DATE, "D8", L1),
    _e("03.00009", "任命日期", "appoint_date", "任命或者聘任之日", DATE, "D8", L1),
    _e("03.00010", "免职日期", "remove_date", "免职或者解聘之日", DATE, "D8", L1),
    _e("03.00011", "涉外公证资格", "foreign_ok", "可否办理涉外公证", BOOL, "B", L1),
    _e("03.00012", "年度考核", "assess", "各年度考核结果：年度、等次，结构化", JSON, "C..2000", L2),
    _e("03.00013", "处罚处分", "penalty", "行政处罚和行业处分：种类、机关、起止，结构化", JSON, "C..4000", L2),
    _e("03.00014", "鉴定执业类别", "appraisal_class", "登记的鉴定业务类别", CODE, "C2", L1, codes="appraisal_class"),
    _e("03.00015", "考试年度", "exam_year", "通过国家统一法律职业资格考试的年度", INT, "N4", L3, check="year"),
    _e("03.00016", "资格证书类别", "qualification_class", "法律职业资格证书的类别", CODE, "C1", L2, codes="qualification_class"),
    _e("03.00017", "资格证书状态", "qualification_status", "法律职业资格证书的状态", CODE, "C2", L2, codes="qualification_status"),
    _e("03.00018", "授予日期", "grant_date", "授予资格之日", DATE, "D8", L2),
    _e("03.00019", "适用地域", "region", "资格适用的行政区划", CODE, "C6", L2, codes="gb2260", check="division"),
    _e("03.00020", "调解员类别", "mediator_kind", "专职或者兼职", CODE, "C1", L1, codes="mediator_kind"),
    _e("03.00021", "调解员等级", "mediator_level", "评定的等级", CODE, "C1", L1, codes="mediator_level"),
    _e("03.00022", "身份类别", "role_kind", "法律服务人员的身份", CODE, "C2", L1, codes="role_kind"),
    _e("03.00023", "履历起始日", "practice_from", "开始从业之日", DATE, "D8", L1),
    _e("03.00024", "登记编号", "register_no", "登记在册的编号", TEXT, "C..40", L1, check="certificate_no"),
)  # fmt: skip

_MATTER = (
    _e("04.00001", "案号", "case_no", "案件、事项在办理机构的编号", TEXT, "C..40", L2, check="certificate_no"),
    _e("04.00002", "申请日", "applied_on", "提出申请之日", DATE, "D8", L2),
    _e("04.00003", "受理日", "accepted_on", "决定受理之日", DATE, "D8", L2),
    _e("04.00004", "到期日", "due_on", "期限届满之日，按工作日历推算", DATE, "D8", L2),
    _e("04.00005", "办结日", "closed_on", "办理终结之日", DATE, "D8", L2),
    _e("04.00006", "出具日", "issued_on", "出具证书、意见之日", DATE, "D8", L2),
    _e("04.00007", "决定日", "decided_on", "作出决定之日", DATE, "D8", L2),
    _e("04.00008", "指派日", "assigned_on", "指派承办人之日", DATE, "D8", L2),
    _e("04.00009", "金额", "amount", "涉及的金额", DECIMAL, "N12,2", L2, unit="元"),
    _e("04.00010", "收费", "fee", "收取的费用", DECIMAL, "N10,2", L2, unit="元"),
    _e("04.00011", "补贴", "subsidy", "发放的补贴", DECIMAL, "N8,2", L2, unit="元"),
    _e("04.00012", "公证事项", "notary_matter", "公证的事项", CODE, "C4", L3, codes="notary_matter", source="公证法"),
    _e("04.00013", "公证办理状态", "notary_case_status", "公证事项办到哪一步", CODE, "C2", L2, codes="notary_case_status"),
    _e("04.00014", "证书编号", "cert_no", "公证书、意见书的编号", TEXT, "C..40", L3, check="certificate_no"),
    _e("04.00015", "使用地", "use_country", "公证书使用的国家或者地区", CODE, "C3", L2, codes="gb2659", source="GB/T 2659.1"),
    _e("04.00016", "收费减免", "fee_reduce", "是否减收、免收", CODE, "C1", L2, codes="fee_reduce"),
    _e("04.00017", "委托人类别", "principal_kind", "委托鉴定的机关或者当事人", CODE, "C2", L2, codes="principal_kind"),
    _e("04.00018", "委托生效日", "effective_on", "委托书、协议生效之日", DATE, "D8", L2),
    _e("04.00019", "延长天数", "extended_days", "经批准延长的工作日", INT, "N3", L2, unit="工作日"),
    _e("04.00020", "原案号", "origin_case_no", "重新办理所对应的原案号", TEXT, "C..40", L3, check="certificate_no"),
    _e("04.00021", "出庭作证", "testified", "是否出庭作证", BOOL, "B", L2),
    _e("04.00022", "鉴定办理状态", "appraisal_status", "鉴定办到哪一步", CODE, "C2", L2, codes="appraisal_status"),
    _e("04.00023", "援助案件类型", "aid_kind", "法律援助案件的类型", CODE, "C2", L2, codes="aid_kind", source="法律援助法"),
    _e("04.00024", "启动方式", "aid_route", "法律援助如何启动", CODE, "C1", L2, codes="aid_route", source="法律援助法"),
    _e("04.00025", "援助事由", "aid_matter", "属于法律援助法所列哪一事项", CODE, "C4", L3, codes="aid_matter", source="法律援助法"),
    _e("04.00026", "不受经济困难条件限制", "hardship_not_required", "法律援助法第三十二条的情形", BOOL, "B", L3, source="法律援助法"),
    _e("04.00027", "免予核查经济困难", "hardship_check_waived", "法律援助法第四十二条的情形", BOOL, "B", L3, source="法律援助法"),
    _e("04.00028", "援助结果", "aid_result", "法律援助案件的结果", CODE, "C2", L2, codes="aid_result"),
    _e("04.00029", "纠纷类型", "dispute_type", "民间纠纷的类型", CODE, "C4", L2, codes="dispute_type"),
    _e("04.00030", "纠纷来源", "dispute_source", "纠纷从哪里来", CODE, "C2", L2, codes="dispute_source"),
    _e("04.00031", "调解结果", "mediation_result", "调解的结果", CODE, "C2", L3, codes="mediation_result"),
    _e("04.00032", "协议形式", "agreement_kind", "调解协议的形式", CODE, "C1", L3, codes="agreement_kind", source="人民调解法"),
    _e("04.00033", "履行情况", "performed", "协议是否履行", CODE, "C1", L3, codes="performed"),
    _e("04.00034", "申请司法确认日", "confirm_applied_on", "双方共同申请司法确认之日", DATE, "D8", L3, source="人民调解法"),
    _e("04.00035", "司法确认结果", "confirm_result", "人民法院的裁定", CODE, "C1", L3, codes="confirm_result"),
    _e("04.00036", "行政行为类型", "act_type", "被申请复议的行政行为的类型", CODE, "C3", L2, codes="act_type", source="行政复议法"),
    _e("04.00037", "知道日", "knew_on", "知道或者应当知道行政行为之日", DATE, "D8", L2, source="行政复议法"),
    _e("04.00038", "收到日", "received_on", "收到申请之日", DATE, "D8", L2),
    _e("04.00039", "审理程序", "review_procedure", "普通程序或者简易程序", CODE, "C1", L2, codes="review_procedure", source="行政复议法"),
    _e("04.00040", "复议结果", "review_decision", "行政复议的结果", CODE, "C2", L1, codes="review_decision", source="行政复议法"),
    _e("04.00041", "执法人员", "officers", "执法人员的执法证号，多个以分号隔开", TEXT, "C..200", L3),
    _e("04.00042", "违法事实", "facts", "认定的违法事实", TEXT, "C..2000", L3),
    _e("04.00043", "处罚依据", "law_refs", "作为依据的法律、法规、规章的条款", TEXT, "C..500", L2),
    _e("04.00044", "处罚种类", "penalty_kind", "行政处罚的种类", CODE, "C2", L2, codes="penalty_kind", source="行政处罚法"),
    _e("04.00045", "处罚程序", "enforcement_procedure", "简易程序或者普通程序", CODE, "C1", L2, codes="enforcement_procedure", source="行政处罚法"),
    _e("04.00046", "立案日", "opened_on", "决定立案之日", DATE, "D8", L2, source="行政处罚法"),
    _e("04.00047", "送达日", "served_on", "送达之日", DATE, "D8", L2),
    _e("04.00048", "公开日", "published_on", "向社会公开之日", DATE, "D8", L1),
    _e("04.00049", "履行日", "performed_on", "履行完毕之日", DATE, "D8", L2),
    _e("04.00050", "事项标识", "matter_uid", "各业务库的案件、事项在主题库中的标识", TEXT, "C..64", L2),
    _e("04.00051", "事项类别", "matter_kind", "案件、事项属于哪一类业务", CODE, "C2", L2, codes="matter_kind"),
    _e("04.00052", "办理状态", "matter_state", "办理中、已办结或者已终止", CODE, "C1", L2, codes="matter_state"),
    _e("04.00053", "按期办结", "in_time", "是否在期限内办结", BOOL, "B", L2),
    _e("04.00054", "满意度", "satisfaction", "当事人评价", INT, "N1", L2, unit="分"),
    _e("04.00055", "结果说明", "result_text", "结果的代码或者名称", TEXT, "C..60", L2),
    _e("04.00056", "来源数据表", "source_table", "所据业务标准库的表", TEXT, "C..40", L2),
    _e("04.00057", "调解员编号", "mediator_no", "人民调解员的编号", TEXT, "C..40", L1, check="certificate_no"),
    _e("04.00058", "公证员执业证号", "notary_license", "公证员执业证上的号码", TEXT, "C..40", L1, check="certificate_no"),
    _e("04.00059", "行为人类别", "party_is_person", "被处罚人是否自然人", BOOL, "B", L2),
    _e("04.00060", "协议生效日", "agreement_effective_on", "调解协议生效之日：书面协议各方签字盖章、调解员签名并盖章之日，口头协议达成之日", DATE, "D8", L3, source="人民调解法"),
)  # fmt: skip

_CORRECTION = (
    _e("05.00001", "对象编号", "subject_no", "社区矫正对象的编号", TEXT, "C..20", L3, check="certificate_no"),
    _e("05.00002", "矫正类别", "cc_type", "社区矫正的四种类别", CODE, "C1", L4, codes="cc_type", source="社区矫正法"),
    _e("05.00003", "罪名", "crime", "判决认定的罪名，多个以分号隔开", TEXT, "C..200", L4),
    _e("05.00004", "决定机关", "deciding_body", "社区矫正决定机关", TEXT, "C..150", L4, source="社区矫正法"),
    _e("05.00005", "文书号", "doc_no", "判决、裁定、决定的文书号", TEXT, "C..60", L4),
    _e("05.00006", "期限起", "term_start", "矫正期限、刑期开始之日", DATE, "D8", L4),
    _e("05.00007", "期限止", "term_end", "矫正期限、刑期届满之日", DATE, "D8", L4),
    _e("05.00008", "执行地", "exec_division", "社区矫正执行地的行政区划", CODE, "C6", L4, codes="gb2260", check="division", source="社区矫正法"),
    _e("05.00009", "未成年标志", "minor_flag", "开始时是否未成年；确定后不改", BOOL, "B", L4, source="社区矫正法"),
    _e("05.00010", "矫正状态", "cc_status", "社区矫正办到哪一步", CODE, "C2", L4, codes="cc_status"),
    _e("05.00011", "矫正事件", "cc_event", "监督管理中的事件", CODE, "C2", L4, codes="cc_event"),
    _e("05.00012", "事件编号", "event_no", "事件在来源系统的编号", TEXT, "C..40", L3, check="certificate_no"),
    _e("05.00013", "事件时间", "event_at", "事件发生的时间", TIME, "T", L4),
    _e("05.00014", "经办人", "handled_by", "经办人员的编号", TEXT, "C..40", L3),
    _e("05.00015", "罪犯编号", "inmate_no", "罪犯的编号", TEXT, "C..20", L3, check="certificate_no"),
    _e("05.00016", "刑种", "sentence_kind", "判处的主刑", CODE, "C1", L4, codes="sentence_kind", source="刑法"),
    _e("05.00017", "从严类别", "strict_category", "减刑、假释从严掌握的类别", CODE, "C2", L4, codes="strict_category"),
    _e("05.00018", "劳动能力", "labor_ability", "鉴定的劳动能力", CODE, "C1", L4, codes="labor_ability"),
    _e("05.00019", "财产性判项履行", "property_duty", "财产性判项的履行情况", CODE, "C1", L4, codes="property_duty"),
    _e("05.00020", "处遇级别", "treatment_level", "分级处遇的级别", CODE, "C1", L3, codes="treatment_level"),
    _e("05.00021", "入监日期", "admit_date", "收监之日", DATE, "D8", L3, source="监狱法"),
    _e("05.00022", "释放日期", "release_date", "释放之日", DATE, "D8", L3, source="监狱法"),
    _e("05.00023", "罪犯状态", "inmate_status", "在押、离监等状态", CODE, "C2", L4, codes="inmate_status"),
    _e("05.00024", "月份", "month", "考核的月份", TEXT, "C7", L3, check="month"),
    _e("05.00025", "分数", "points", "计分，保留两位小数，不用浮点数", DECIMAL, "N7,2", L4, unit="分"),
    _e("05.00026", "计分天数", "days_counted", "当月参加考核的天数", INT, "N2", L4, unit="日"),
    _e("05.00027", "计分状态", "score_status", "确认、公示、生效", CODE, "C2", L4, codes="score_status"),
    _e("05.00028", "周期序号", "cycle_no", "考核周期的序号", INT, "N3", L3),
    _e("05.00029", "考核等级", "score_grade", "周期评定的等级", CODE, "C1", L4, codes="score_grade"),
    _e("05.00030", "周期奖励", "cycle_reward", "周期给予的奖励", CODE, "C1", L4, codes="cycle_reward"),
    _e("05.00031", "奖惩种类", "reward_penalty", "奖励或者处罚的种类", CODE, "C2", L4, codes="reward_penalty", source="监狱法"),
    _e("05.00032", "奖惩依据", "penalty_basis", "所依据的条款及法律版本", TEXT, "C..100", L4),
    _e("05.00033", "刑罚变更种类", "commutation_kind", "减刑或者假释", CODE, "C1", L4, codes="commutation_kind", source="监狱法"),
    _e("05.00034", "提请幅度", "proposed_months", "提请减刑的幅度", INT, "N3", L4, unit="月"),
    _e("05.00035", "裁定结果", "commutation_ruling", "人民法院的裁定", CODE, "C1", L4, codes="commutation_ruling"),
    _e("05.00036", "周期月份", "cycle_month", "周期起止的月份", TEXT, "C7", L4, check="month"),
    _e("05.00037", "执行开始日", "penalty_from", "处罚、禁闭开始之日", DATE, "D8", L4),
    _e("05.00038", "执行结束日", "penalty_to", "处罚、禁闭最后一日，当日在内", DATE, "D8", L4),
    _e("05.00039", "司法日期", "court_date", "提请、裁定等日期", DATE, "D8", L4),
)  # fmt: skip

_PLACE = (
    _e("06.00001", "场所标识", "place_uid", "场所在主题库中的标识", TEXT, "C..64", L2),
    _e("06.00002", "场所名称", "place_title", "场所的名称", TEXT, "C..150", L1),
    _e("06.00003", "场所类别", "place_kind", "场所的类别", CODE, "C2", L1, codes="place_kind"),
    _e("06.00004", "经度", "longitude", "CGCS2000 经度", DECIMAL, "N9,6", L2, unit="度"),
    _e("06.00005", "纬度", "latitude", "CGCS2000 纬度", DECIMAL, "N9,6", L2, unit="度"),
    _e("06.00006", "容量", "capacity", "核定的容量", INT, "N6", L3),
    _e("06.00007", "开放时间", "open_hours", "对外服务的时间", TEXT, "C..200", L1),
)  # fmt: skip

ELEMENTS: tuple[Element, ...] = (*_COMMON, *_PERSON, *_ORG, *_LICENSE, *_MATTER, *_CORRECTION, *_PLACE)


@cache
def _codes() -> dict[str, str]:
    return {e.name: e.code for e in ELEMENTS}


def code_of(name: str) -> str:
    """Identifier of the element with this English name. Raises KeyError."""
    return _codes()[name]
