"""Code lists of reconsideration with their Chinese names (reconsideration.md 3 to 5); texts are our own short names."""

from __future__ import annotations

from collections.abc import Mapping

FILING_METHODS: Mapping[str, str] = {
    "ONLINE": "互联网", "POST": "邮寄", "IN_PERSON": "当面提交", "ORAL": "口头", "VIA_PENALTY_ORGAN": "通过处罚机关",
    "OTHER": "其他",
}  # fmt: skip
MATTERS: Mapping[str, str] = {
    "1": "行政处罚", "2": "行政强制", "3": "行政许可", "4": "自然资源确权", "5": "征收征用及补偿", "6": "赔偿决定",
    "7": "工伤认定", "8": "经营自主权和农村土地权益", "9": "滥用行政权力排除限制竞争", "10": "违法要求履行义务",
    "11": "不履行保护权益的法定职责", "12": "给付抚恤金、社会保险、低保", "13": "行政协议", "14": "政府信息公开",
    "15": "其他行政行为",
}  # fmt: skip
OUT_OF_SCOPE: Mapping[str, str] = {
    "L12_1": "国家行为", "L12_2": "法规、规章、规范性文件本身", "L12_3": "对工作人员的奖惩任免", "L12_4": "对民事纠纷的调解",
    "R36_1": "刑事办案和刑罚执行", "R36_2": "行政指导", "R36_3": "过程性行为", "R36_4": "上级对下级的执法监督",
    "R36_5": "信访事项的办理", "R74": "商标、专利申请的驳回（应当申请复审）",
}  # fmt: skip
CLAIMS: Mapping[str, str] = {
    "QUASH": "撤销", "CHANGE": "变更", "DECLARE_UNLAWFUL": "确认违法", "DECLARE_VOID": "确认无效",
    "ORDER_PERFORM": "责令履行", "COMPENSATE": "责令赔偿", "OTHER": "其他",
}  # fmt: skip
SERVICE_METHODS: Mapping[str, str] = {
    "DIRECT": "直接送达", "POST": "邮寄送达", "ELECTRONIC": "电子送达", "PUBLIC_NOTICE": "公告送达", "ON_SPOT": "当场作出",
    "NOT_SERVED": "未送达",
}  # fmt: skip
PROCEDURES: Mapping[str, str] = {"ORDINARY": "普通程序", "SIMPLIFIED": "简易程序"}
SIMPLIFIED_GROUNDS: Mapping[str, str] = {
    "ON_SPOT": "当场作出的行政行为", "WARNING_OR_CIRCULAR": "警告或者通报批评", "LE_3000": "涉及款额三千元以下",
    "INFO_DISCLOSURE": "政府信息公开案件", "ALL_AGREE": "当事人各方同意",
}  # fmt: skip
PARTY_KINDS: Mapping[str, str] = {
    "CITIZEN": "公民", "LEGAL_PERSON": "法人", "OTHER_ORG": "其他组织", "SOLE_TRADER": "个体工商户", "FARM_HOUSEHOLD": "农村承包经营户",
    "PARTNERSHIP": "合伙企业", "OWNERS_COMMITTEE": "业主委员会", "VILLAGE_COLLECTIVE": "农村集体经济组织",
}  # fmt: skip
REFUSAL_REASONS: Mapping[str, str] = {
    "NO_CLEAR_PARTY": "没有明确的申请人或者符合规定的被申请人", "NO_INTEREST": "与行政行为没有利害关系",
    "NO_CLAIM": "没有具体的请求和理由", "LATE": "超过法定申请期限", "OUT_OF_SCOPE": "不属于复议范围",
    "NOT_COMPETENT": "不属于本机关管辖", "PRIOR_APPLICATION": "已经受理过同一申请", "COURT_ACCEPTED": "人民法院已经受理",
    "WRONG_RESPONDENT": "不同意变更被申请人或者变更后仍不符合规定", "TRADEMARK_PATENT": "应当申请复审",
    "PREMATURE": "行政机关的履行期限尚未届满",
}  # fmt: skip
REJECTION_REASONS: Mapping[str, str] = {
    "L33": "受理后发现不符合受理条件", "R37_1": "请求明显缺乏依据，释明后仍坚持", "R37_2": "请求事项明显不属于行政机关权限",
    "R37_3": "效力已被生效裁判、调解书确认",
}  # fmt: skip
SUSPENSION_GROUNDS: Mapping[str, str] = {
    "1": "申请人死亡，近亲属未定是否参加", "2": "申请人丧失行为能力，法定代理人未定", "3": "申请人下落不明",
    "4": "申请人组织终止，承受人未定", "5": "不可抗力或者其他正当理由", "6": "调解、和解，双方同意中止",
    "7": "需要有权机关解释或者确认", "8": "须以另案结果为依据", "9": "附带审查", "10": "其他情形",
}  # fmt: skip
TERMINATION_GROUNDS: Mapping[str, str] = {
    "1": "准予撤回申请", "2": "申请人死亡，无近亲属或者近亲属放弃", "3": "申请人组织终止，无承受人或者承受人放弃",
    "4": "同一行为涉嫌犯罪被采取刑事强制措施", "5": "中止满六十日原因仍未消除",
}  # fmt: skip
STAY_GROUNDS: Mapping[str, str] = {
    "1": "被申请人认为需要停止", "2": "复议机关认为需要停止", "3": "申请人、第三人申请，要求合理", "4": "法律、法规、规章规定停止",
}  # fmt: skip
ELEVATION_GROUNDS: Mapping[str, str] = {
    "1": "涉及重大社会公共利益或者有重大影响", "2": "新类型且重大疑难复杂", "3": "有法律适用指导意义", "4": "其他确有必要",
}  # fmt: skip
MERGE_GROUNDS: Mapping[str, str] = {
    "1": "几个机关就同一事实分别作出行政行为", "2": "一个机关就同一事实对几个人分别作出行政行为",
    "3": "复议期间对申请人作出新的行政行为", "4": "其他可以合并的情形",
}  # fmt: skip
COMMITTEE_REASONS: Mapping[str, str] = {
    "1": "案情重大、疑难、复杂", "2": "专业性、技术性较强", "3": "对本机关行政行为不服的案件", "4": "认为有必要",
}  # fmt: skip
DECISIONS: Mapping[str, str] = {
    "UPHELD": "维持", "CHANGED": "变更", "QUASHED": "撤销", "PARTLY_QUASHED": "部分撤销", "UNLAWFUL": "确认违法",
    "VOID": "确认无效", "ORDER_PERFORM": "责令履行", "CLAIM_REJECTED": "驳回请求", "AGREEMENT_REMEDY": "行政协议责任",
    "COMPENSATION": "赔偿",
}  # fmt: skip
CLOSING_TYPES: Mapping[str, str] = {
    "NOT_ACCEPTED": "不予受理", "ABANDONED": "视为放弃", "REJECTED": "驳回申请", **DECISIONS, "MEDIATED": "调解",
    "TERMINATED_WITHDRAWN": "撤回终止", "TERMINATED_OTHER": "其他终止", "TOLD_NO_REPEAT": "告知不再处理", "MERGED": "并入他案",
    "SELF_CORRECTED": "处罚机关自行纠正", "WITHDRAWN_EARLY": "受理前撤回",
}  # fmt: skip
# decision ground → decision types it may carry (L 63 to 71, R 55 to 65)
DECISION_GROUNDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "L63_1": ("内容不适当", ("CHANGED",)), "L63_2": ("未正确适用依据", ("CHANGED",)),
    "L63_3": ("经查清事实和证据", ("CHANGED",)),
    "L64_1": ("主要事实不清、证据不足", ("QUASHED", "PARTLY_QUASHED")), "L64_2": ("违反法定程序", ("QUASHED", "PARTLY_QUASHED")),
    "L64_3": ("适用的依据不合法", ("QUASHED", "PARTLY_QUASHED", "CHANGED")),
    "L64_4": ("超越或者滥用职权", ("QUASHED", "PARTLY_QUASHED")),
    "R58_3": ("违反规定重作同样的行为", ("QUASHED", "PARTLY_QUASHED")),
    "L65_1_1": ("撤销会造成重大损害", ("UNLAWFUL",)), "L65_1_2": ("程序轻微违法，不影响权利", ("UNLAWFUL",)),
    "L65_2_1": ("违法但没有可撤销内容", ("UNLAWFUL",)), "L65_2_2": ("原行为已改变，申请人坚持", ("UNLAWFUL",)),
    "L65_2_3": ("责令履行没有意义", ("UNLAWFUL",)),
    "L66": ("不履行法定职责", ("ORDER_PERFORM",)), "L67": ("重大且明显违法", ("VOID",)), "L68": ("合法适当", ("UPHELD",)),
    "L69_NO_DUTY": ("没有相应法定职责", ("CLAIM_REJECTED",)), "L69_DONE": ("受理前已经履行", ("CLAIM_REJECTED",)),
    "R61_1": ("不属于无效，拒绝变更请求", ("CLAIM_REJECTED",)), "R61_2": ("客观上无法履行", ("CLAIM_REJECTED",)),
    "R61_3": ("变更对申请人更为不利", ("CLAIM_REJECTED",)),
    "L70": ("视为没有证据、依据", ("QUASHED", "PARTLY_QUASHED", "UNLAWFUL", "VOID", "ORDER_PERFORM")),
    "L71": ("行政协议的责任或者补偿", ("AGREEMENT_REMEDY", "QUASHED", "UNLAWFUL", "COMPENSATION")),
    "L72": ("行政赔偿", ("COMPENSATION", "CLAIM_REJECTED")),
    "R65": ("依据已经生效的复议决定", tuple(DECISIONS)),
}  # fmt: skip
EVIDENCE: Mapping[str, str] = {
    "DOC": "书证", "OBJ": "物证", "AV": "视听资料", "EDATA": "电子数据", "WITNESS": "证人证言", "STATEMENT": "当事人的陈述",
    "EXPERT": "鉴定意见", "INSPECT": "勘验、现场笔录",
}  # fmt: skip
VIEW_METHODS: Mapping[str, str] = {"IN_PERSON": "当面", "INTERNET": "互联网", "PHONE": "电话"}
SERVE_METHODS: Mapping[str, str] = {
    "DIRECT": "直接送达", "LEFT": "留置送达", "POST": "邮寄送达", "ELECTRONIC": "电子送达", "ENTRUSTED": "委托送达",
    "FORWARDED": "转交送达", "PUBLIC_NOTICE": "公告送达",
}  # fmt: skip
# Kinds of respondent for jurisdiction (reconsideration.md 3.4)
RESPONDENT_KINDS: Mapping[str, str] = {
    "DEPARTMENT": "同级政府的工作部门", "LOWER_GOVERNMENT": "下一级政府", "DISPATCHED_GOVERNMENT": "政府的派出机关",
    "AUTHORIZED_ORG": "政府或者部门管理的授权组织", "PROVINCIAL_GOVERNMENT": "省级政府", "DISPATCHED_BODY": "部门的派出机构（以自己名义）",
    "STATE_COUNCIL_DEPARTMENT": "国务院部门", "STATE_COUNCIL_BODY": "国务院部门的派出机构或者授权组织",
    "VERTICAL": "海关、金融、外汇等垂直领导的机关", "TAX": "税务机关", "STATE_SECURITY": "国家安全机关",
    "JUSTICE_OFFICE": "履行复议机构职责的司法行政部门", "COAST_GUARD": "海警机构",
    "JOINT_STATE_COUNCIL": "两个以上国务院部门共同", "JOINT_VERTICAL": "垂直领导机关与其他机关共同",
    "INTERNAL_AUTHORIZED": "经授权的内设机构", "INTERNAL_UNAUTHORIZED": "未经授权的派出、内设机构",
}  # fmt: skip
