"""Acts in English, and citations: 行政复议法 第30条第1款 is Administrative Reconsideration Law, art. 30, para. 1.

Official English names where they are commonly known, shortened as Chinese short titles are (without "of the People's
Republic of China"). They are for orientation; the Chinese title alone names the act.
"""

from __future__ import annotations

import re
from functools import cache

from xiezhi.kernel.law import numerals

TITLES = {
    "宪法": "Constitution",
    "民法典": "Civil Code",
    "刑法": "Criminal Law",
    "立法法": "Legislation Law",
    "行政复议法": "Administrative Reconsideration Law",
    "行政复议法实施条例": "Regulations for Implementing the Administrative Reconsideration Law",
    "行政复议普通程序听证办法": "Measures for Hearings in the Ordinary Reconsideration Procedure",
    "行政复议普通程序听取意见办法": "Measures for Hearing Views in the Ordinary Reconsideration Procedure",
    "行政诉讼法": "Administrative Litigation Law",
    "行政处罚法": "Administrative Penalty Law",
    "行政许可法": "Administrative License Law",
    "行政强制法": "Administrative Compulsion Law",
    "国家赔偿法": "State Compensation Law",
    "政府信息公开条例": "Regulations on Disclosure of Government Information",
    "民事诉讼法": "Civil Procedure Law",
    "刑事诉讼法": "Criminal Procedure Law",
    "人民调解法": "People's Mediation Law",
    "仲裁法": "Arbitration Law",
    "公证法": "Notarization Law",
    "全国人民代表大会常务委员会关于司法鉴定管理问题的决定": "Decision of the NPC Standing Committee on Forensic Appraisal",
    "律师法": "Lawyers Law",
    "法律援助法": "Legal Aid Law",
    "法律援助条例": "Regulations on Legal Aid",
    "法官法": "Judges Law",
    "检察官法": "Public Procurators Law",
    "公务员法": "Civil Servant Law",
    "监察法": "Supervision Law",
    "监察官法": "Supervisors Law",
    "人民陪审员法": "People's Assessors Law",
    "人民警察法": "People's Police Law",
    "社区矫正法": "Community Corrections Law",
    "监狱法": "Prison Law",
    "劳动法": "Labor Law",
    "劳动合同法": "Labor Contract Law",
    "劳动争议调解仲裁法": "Labor Dispute Mediation and Arbitration Law",
    "劳动保障监察条例": "Regulations on Labor Security Supervision",
    "保障农民工工资支付条例": "Regulations on Ensuring Wage Payment to Migrant Workers",
    "工伤保险条例": "Regulations on Work Injury Insurance",
    "社会保险法": "Social Insurance Law",
    "社会救助法": "Social Assistance Law",
    "建筑法": "Construction Law",
    "未成年人保护法": "Law on the Protection of Minors",
    "预防未成年人犯罪法": "Law on the Prevention of Juvenile Delinquency",
    "老年人权益保障法": "Law on the Protection of the Rights of the Elderly",
    "妇女权益保障法": "Law on the Protection of Women's Rights and Interests",
    "残疾人保障法": "Law on the Protection of Persons with Disabilities",
    "反家庭暴力法": "Anti-Domestic Violence Law",
    "退役军人保障法": "Veterans Support Law",
    "英雄烈士保护法": "Law on the Protection of Heroes and Martyrs",
    "无障碍环境建设法": "Law on Building an Accessible Environment",
    "信访工作条例": "Regulations on Petition Work",
    "个人信息保护法": "Personal Information Protection Law",
    "数据安全法": "Data Security Law",
    "政务数据共享条例": "Regulations on the Sharing of Government Data",
    "网络安全法": "Cybersecurity Law",
    "密码法": "Cryptography Law",
    "电子签名法": "Electronic Signature Law",
    "档案法": "Archives Law",
    "档案法实施条例": "Regulations for Implementing the Archives Law",
    "居民身份证法": "Law on Resident Identity Cards",
    "保守国家秘密法": "Law on Guarding State Secrets",
    "优化营商环境条例": "Regulations on Improving the Business Environment",
    "全国年节及纪念日放假办法": "Measures on Holidays for National Festivals and Memorial Days",
    "农民专业合作社法": "Law on Farmers' Specialized Cooperatives",
}
"""Chinese short title → English title, for every act that a procedure cites and the acts readers ask for most."""

_N = r"(?:[（(]?[0-9一二三四五六七八九十百零〇]+[)）]?)"
_PLACE = rf"第{_N}条(?:之[一二三四五六七八九十]+)?(?:至第{_N}条)?(?:第{_N}款)?(?:第{_N}项)?"
PLACE = re.compile(_PLACE)
_PART = re.compile(rf"第({_N})条(?:之([一二三四五六七八九十]+))?(?:至第({_N})条)?(?:第({_N})款)?(?:第({_N})项)?")


@cache
def citation() -> re.Pattern[str]:
    """Finds one citation: an act we know, bare or in 《》, with or without a place; or a place alone."""
    names = "|".join(sorted(map(re.escape, TITLES), key=len, reverse=True))
    return re.compile(
        rf"(?:《(?:中华人民共和国)?(?P<titled>{names})》|(?P<act>{names}))\s*(?P<place>{_PLACE})|《(?:中华人民共和国)?(?P<whole>{names})》|(?P<alone>{_PLACE})"
    )


def _number(text: str) -> str:
    digits = text.strip("（）()")
    return digits if digits.isascii() else str(numerals.read(digits))


def place_in_english(place: str) -> str:
    """第30条第1款第4项 → art. 30, para. 1, item 4; 第26条至第28条 → arts. 26 to 28; 第120条之一 → art. 120-1."""
    found = _PART.match(place)
    if found is None:
        return place
    article, inserted, until, paragraph, item = found.groups()
    out = f"arts. {_number(article)} to {_number(until)}" if until else f"art. {_number(article)}"
    out += f"-{numerals.read(inserted)}" if inserted else ""
    out += f", para. {_number(paragraph)}" if paragraph else ""
    return out + (f", item {_number(item)}" if item else "")


def in_english(found: re.Match[str]) -> str:
    """The English of one match of `citation`."""
    if found["whole"]:
        return TITLES[found["whole"]]
    if found["alone"]:
        return place_in_english(found["alone"])
    return f"{TITLES[found['titled'] or found['act']]}, {place_in_english(found['place'])}"
