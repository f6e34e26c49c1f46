"""Code lists of legal aid: code → Chinese label. Codes are stored, labels are shown."""

from __future__ import annotations

from collections.abc import Mapping

CHANNELS: Mapping[str, str] = {
    "HALL": "公共法律服务中心、站、室", "WEB": "法律服务网", "APP": "手机应用", "WECHAT": "微信", "HOTLINE": "12348热线",
    "VIDEO": "远程视频", "KIOSK": "自助机", "REFER": "其他机关转办", "VISIT": "上门",
}  # fmt: skip

ROUTES: Mapping[str, str] = {"APPLY": "申请", "NOTIFY": "办案机关通知", "FIRST_AID": "先行提供"}

KINDS: Mapping[str, str] = {
    "CIVIL": "民事诉讼代理", "CRIMINAL": "刑事辩护", "CRIMINAL_AGENCY": "刑事代理", "ADMIN": "行政诉讼代理", "STATE_COMPENSATION": "国家赔偿",
    "LABOR": "劳动争议调解、仲裁", "NON_LITIGATION": "非诉讼代理", "DRAFTING": "代拟法律文书", "CONSULT": "法律咨询",
}  # fmt: skip
LITIGATION = ("CIVIL", "CRIMINAL", "CRIMINAL_AGENCY", "ADMIN", "STATE_COMPENSATION", "LABOR")
"""Kinds that end with a judgment, ruling, award or mediation document of an organ."""

MATTER_TYPES: Mapping[str, str] = {
    "FAMILY": "婚姻家庭", "INHERITANCE": "继承", "LABOR": "劳动争议", "WORK_INJURY": "工伤", "TRAFFIC": "交通事故",
    "MEDICAL": "医疗", "CONSUMER": "消费", "LOAN": "借贷", "HOUSING": "房产、物业", "LAND": "土地、征收", "CONTRACT": "合同",
    "TORT": "侵权", "IP": "知识产权", "COMPANY": "公司", "ADMIN": "行政", "CRIMINAL": "刑事", "OTHER": "其他",
}  # fmt: skip

# 法律援助法 第24条、第29条、第31条、第33条, and matters of 第32条
CLAIMS: Mapping[str, str] = {
    "PAY": "请求支付劳动报酬", "LABOR_RELATION": "请求确认劳动关系", "WORK_INJURY": "工伤事故人身损害赔偿",
    "TRAFFIC_INJURY": "交通事故人身损害赔偿", "FOOD_DRUG_INJURY": "食品药品安全事故人身损害赔偿",
    "MEDICAL_INJURY": "医疗事故人身损害赔偿", "MAINTENANCE": "赡养费、抚养费、扶养费", "SOCIAL_BENEFIT": "社会保险待遇或者社会救助",
    "PENSION": "抚恤金", "STATE_COMPENSATION": "国家赔偿", "CAPACITY": "认定民事行为能力", "ENVIRONMENT": "环境污染、生态破坏损害赔偿",
    "SUSPECT": "犯罪嫌疑人、被告人的刑事辩护", "VICTIM": "被害人的代理", "PRIVATE_PROSECUTOR": "自诉人的代理",
    "INCIDENTAL_PLAINTIFF": "附带民事诉讼原告人的代理", "RETRIAL": "再审案件", "HERO_HONOR": "维护英雄烈士人格权益",
    "BRAVE_ACT": "见义勇为民事权益", "ABUSE": "受虐待、遗弃或者家庭暴力主张权益", "BY_LAW": "法律、法规、规章规定的其他情形",
    "OUTSIDE": "不在上列范围",
}  # fmt: skip
PUBLIC_ORGAN_CLAIMS = ("SUSPECT", "VICTIM", "PRIVATE_PROSECUTOR", "INCIDENTAL_PLAINTIFF")

GROUPS: Mapping[str, str] = {
    "MINOR": "未成年人", "AGED": "老年人", "DISABLED": "残疾人", "WOMAN": "妇女", "MIGRANT_WORKER": "进城务工人员",
    "MILITARY": "军人军属", "VETERAN": "退役军人", "MINORITY": "少数民族", "FOREIGN": "外国人、无国籍人", "OTHER_SPECIAL": "其他特定群体",
}  # fmt: skip

# 社会救助法 第13条: the eight kinds it names
SOCIAL_ASSISTANCE: Mapping[str, str] = {
    "EXTREME_POVERTY": "特困人员", "MINIMUM_LIVING": "最低生活保障家庭", "MARGINAL": "最低生活保障边缘家庭",
    "RIGID_EXPENSE": "刚性支出困难家庭", "DISASTER": "受灾人员", "TEMPORARY": "基本生活暂时出现严重困难的人员",
    "EMERGENCY_MEDICAL": "需要疾病应急救助人员", "DESTITUTE": "生活无着的流散人员",
}  # fmt: skip
STATUSES: Mapping[str, str] = {
    **SOCIAL_ASSISTANCE, "JUDICIAL_AID": "司法救助对象", "PREFERENTIAL": "优抚对象", "WAIVED_BY_LAW": "法律、法规、规章规定的其他人员",
}  # fmt: skip

NO_LIMIT: Mapping[str, str] = {
    "HERO_KIN": "英雄烈士近亲属维护英雄烈士的人格权益", "BRAVE_ACT": "因见义勇为主张民事权益", "ACQUITTED": "再审改判无罪请求国家赔偿",
    "ABUSED": "受虐待、遗弃或者家庭暴力的受害人", "OTHER_BY_LAW": "法律、法规、规章规定的其他情形", "NOTIFIED": "办案机关通知",
}  # fmt: skip
WAIVERS: Mapping[str, str] = {
    "NO_STABLE_INCOME": "无固定生活来源的特定群体", "SOCIAL_ASSISTANCE": "社会救助对象", "JUDICIAL_AID": "司法救助对象",
    "PREFERENTIAL": "优抚对象", "MIGRANT_WORKER": "请求支付劳动报酬或者工伤赔偿的进城务工人员", "OTHER_BY_LAW": "法律、法规、规章规定的其他人员",
}  # fmt: skip
PROOFS: Mapping[str, str] = {
    "SHOWN": "已出示身份材料", "SHARED": "信息共享查得", "PENDING": "待补充", "FAILED": "身份不能证明",
}  # fmt: skip
PROVEN = ("SHOWN", "SHARED")

CHECK_METHODS: Mapping[str, str] = {"SHARED_DATA": "信息共享查询", "PROMISE": "个人诚信承诺"}
CHECK_RESULTS: Mapping[str, str] = {"MEETS": "符合经济困难标准", "EXCEEDS": "超过经济困难标准", "UNCLEAR": "尚不能确定"}

REFUSAL_REASONS: Mapping[str, str] = {
    "OUT_OF_SCOPE": "不属于法律援助范围", "NOT_POOR": "不符合经济困难标准", "REPRESENTED": "已经委托辩护人或者代理人",
    "DUPLICATE": "同一事项已经给予法律援助", "NOT_ENTITLED": "申请人无权提出该申请", "OTHER": "法律、法规规定的其他情形",
}  # fmt: skip

DEFECTS: Mapping[str, str] = {
    "IDENTITY": "身份证明", "AUTHORITY": "代为申请的资格材料", "CASE_PAPERS": "与所申请事项有关的案件材料", "STATEMENT": "经济状况说明或者诚信承诺",
    "STATUS_PROOF": "免予核查的身份材料", "FACTS": "事实和理由的说明", "OTHER": "其他",
}  # fmt: skip

FIRST_AID_GROUNDS: Mapping[str, str] = {
    "LIMITATION": "距时效或者期限届满不足七日", "URGENT_MEASURE": "需要立即申请保全或者先予执行", "OTHER": "法律、法规、规章规定的其他情形",
}  # fmt: skip

NOTICE_KINDS: Mapping[str, str] = {"MUST": "应当通知", "MAY": "可以通知", "TREATMENT": "强制医疗"}
NOTICE_GROUNDS: Mapping[str, str] = {
    "MINOR": "未成年人", "IMPAIRED": "视力、听力、言语残疾人", "LIMITED_MIND": "不能完全辨认自己行为的成年人",
    "LIFE_OR_DEATH": "可能判处无期徒刑、死刑", "DEATH_REVIEW": "申请法律援助的死刑复核案件被告人", "IN_ABSENTIA": "缺席审判",
    "OTHER": "法律法规规定的其他人员",
}  # fmt: skip
GRAVE = ("LIFE_OR_DEATH", "DEATH_REVIEW")
ORGAN_KINDS: Mapping[str, str] = {"COURT": "人民法院", "PROCURATORATE": "人民检察院", "POLICE": "公安机关"}
STAGES: Mapping[str, str] = {"INVESTIGATION": "侦查", "PROSECUTION": "审查起诉", "TRIAL": "审判", "REVIEW": "死刑复核"}
CUSTODY_KINDS: Mapping[str, str] = {
    "DETENTION": "看守所", "PRISON": "监狱", "DETOX": "强制隔离戒毒所", "CASE_ORGAN": "办案机关", "DUTY_LAWYER": "值班律师",
}  # fmt: skip

PROVIDER_KINDS: Mapping[str, str] = {
    "LAWYER": "律师", "LEGAL_WORKER": "基层法律服务工作者", "VOLUNTEER": "法律援助志愿者", "AGENCY_STAFF": "法律援助机构工作人员",
}  # fmt: skip
CAPACITIES: Mapping[str, str] = {
    "AGENT": "代理人", "DEFENDER": "辩护人", "ADVISER": "咨询或者代拟文书", "DUTY_HELP": "值班律师法律帮助",
}  # fmt: skip
CONFLICTS: Mapping[str, str] = {
    "NONE": "没有利益冲突", "SAME_FIRM": "本所（含分所）代理对方当事人", "SAME_PERSON": "本人代理过对方当事人", "FORMER_OFFICIAL": "曾任办案人员",
    "KIN": "与案件当事人或者办案人员有近亲属关系", "OTHER": "其他利益冲突",
}  # fmt: skip
OFFER_REFUSALS: Mapping[str, str] = {
    "CONFLICT": "与当事人有利益冲突", "BUSY": "近期开庭、办案安排冲突", "SPECIALISM": "不熟悉此类案件", "ILL": "身体原因",
    "AWAY": "不在本地", "OTHER": "其他正当理由",
}  # fmt: skip
CHANGE_REASONS: Mapping[str, str] = {
    "NOT_DUTIFUL": "未依法履行职责", "CONFLICT": "有利益冲突", "UNABLE": "因患病、暂停执业等不能继续", "RECIPIENT_REFUSED": "受援人有正当理由拒绝其辩护",
    "OTHER": "其他正当理由",
}  # fmt: skip
TERMINATION_GROUNDS: Mapping[str, str] = {
    "1": "以欺骗或者其他不正当手段获得援助", "2": "故意隐瞒重要事实或者提供虚假证据", "3": "利用法律援助从事违法活动",
    "4": "经济状况变化，不再符合条件", "5": "案件终止审理或者已经被撤销", "6": "自行委托律师或者其他代理人", "7": "受援人有正当理由要求终止",
    "8": "法律法规规定的其他情形",
}  # fmt: skip
OUTCOMES: Mapping[str, str] = {
    "WON": "请求全部得到支持", "PARTLY_WON": "请求部分得到支持", "LOST": "请求没有得到支持", "SETTLED": "调解或者和解", "DEFENSE_ADOPTED": "辩护意见采纳",
    "DEFENSE_PARTLY": "辩护意见部分采纳", "DEFENSE_REJECTED": "辩护意见未采纳", "ADVISED": "提供了咨询或者文书", "OTHER": "其他",
}  # fmt: skip
RESULT_PAPERS: Mapping[str, str] = {
    "JUDGMENT": "判决书", "RULING": "裁定书", "MEDIATION": "调解书", "AWARD": "仲裁裁决书", "ORGAN_DECISION": "办案机关的决定", "AGREEMENT": "和解或者调解协议",
    "NONE": "没有法律文书",
}  # fmt: skip
COMPLAINT_GROUNDS: Mapping[str, str] = {
    "TOOK_MONEY": "收取受援人财物", "NEGLECT": "怠于履行职责", "REFUSED_SERVICE": "无正当理由拒绝或者擅自终止服务", "LEAK": "泄露秘密或者隐私",
    "DELAY": "法律援助机构逾期办理", "OTHER": "其他",
}  # fmt: skip
COMPLAINT_RESULTS: Mapping[str, str] = {
    "FOUNDED": "属实，已经处理", "PARTLY": "部分属实", "UNFOUNDED": "不属实", "REFERRED": "转有权机关处理",
}  # fmt: skip
SUBSIDY_ITEMS: Mapping[str, str] = {
    "CIVIL_CASE": "民事、行政案件", "CRIMINAL_CASE": "刑事案件", "NON_LITIGATION": "非诉讼事项", "DUTY_SHIFT": "值班", "DRAFTING": "代拟文书",
    "TRAVEL": "交通、翻译等直接费用",
}  # fmt: skip
