"""What took the place of acts that are no longer law, as facts: the act, the day it ended, what replaced it.

The index of acts knows some of these days wrongly or not at all, because its source names none; here stand those that
people still cite. The library says it itself where the text of the repealing act is imported."""

from __future__ import annotations

from datetime import date

__all__ = ["ENDED", "by", "ends"]

_CODE = (date(2021, 1, 1), "民法典")  # 民法典 第1260条

_DECISION = (date(2021, 1, 1), "最高人民法院关于废止部分司法解释及相关规范性文件的决定")  # 法释〔2020〕16号
_COURT = "最高人民法院关于"
_CIVIL = "《中华人民共和国{}》"

ENDED: dict[str, tuple[date, str]] = {
    "婚姻法": _CODE,
    "继承法": _CODE,
    "民法通则": _CODE,
    "收养法": _CODE,
    "担保法": _CODE,
    "合同法": _CODE,
    "物权法": _CODE,
    "侵权责任法": _CODE,
    "民法总则": _CODE,
    "经济合同法": (date(1999, 10, 1), "合同法"),
    "涉外经济合同法": (date(1999, 10, 1), "合同法"),
    "技术合同法": (date(1999, 10, 1), "合同法"),
    "行政复议条例": (date(1999, 10, 1), "行政复议法"),
    "治安管理处罚条例": (date(2006, 3, 1), "治安管理处罚法"),
    "行政监察法": (date(2018, 3, 20), "监察法"),
    "食品卫生法": (date(2009, 6, 1), "食品安全法"),
    "环境噪声污染防治法": (date(2022, 6, 5), "噪声污染防治法"),
    "中外合资经营企业法": (date(2020, 1, 1), "外商投资法"),
    "中外合作经营企业法": (date(2020, 1, 1), "外商投资法"),
    "外资企业法": (date(2020, 1, 1), "外商投资法"),
    "信访条例": (date(2022, 5, 1), "信访工作条例"),
    "个体工商户条例": (date(2022, 11, 1), "促进个体工商户发展条例"),
    "公司登记管理条例": (date(2022, 3, 1), "市场主体登记管理条例"),
    "城市房屋拆迁管理条例": (date(2011, 1, 21), "国有土地上房屋征收与补偿条例"),
    "婚姻登记管理条例": (date(2003, 10, 1), "婚姻登记条例"),
    "企业劳动争议处理条例": (date(2011, 1, 8), "劳动争议调解仲裁法"),
    **{
        _COURT + title: _DECISION
        for title in (
            f"适用{_CIVIL.format('合同法')}若干问题的解释（一）",
            f"适用{_CIVIL.format('合同法')}若干问题的解释（二）",
            f"适用{_CIVIL.format('婚姻法')}若干问题的解释（一）",
            f"适用{_CIVIL.format('婚姻法')}若干问题的解释（二）",
            f"适用{_CIVIL.format('婚姻法')}若干问题的解释（二）的补充规定",
            f"适用{_CIVIL.format('婚姻法')}若干问题的解释（三）",
            f"适用{_CIVIL.format('担保法')}若干问题的解释",
            f"适用{_CIVIL.format('物权法')}若干问题的解释（一）",
            f"适用{_CIVIL.format('民法总则')}诉讼时效制度若干问题的解释",
            "审理劳动争议案件适用法律若干问题的解释",
            "审理劳动争议案件适用法律若干问题的解释（二）",
            "审理劳动争议案件适用法律若干问题的解释（三）",
            "审理劳动争议案件适用法律若干问题的解释（四）",
            "审理建设工程施工合同纠纷案件适用法律问题的解释",
            "审理建设工程施工合同纠纷案件适用法律问题的解释（二）",
            "审理名誉权案件若干问题的解答",
            "审理名誉权案件若干问题的解释",
        )
    },
}


def by(name: str) -> str:
    """What ended the act, as people say it: 由《民法典》取代."""
    after = ENDED[name][1]
    return f"依《{after}》" if "关于废止" in after else f"由《{after}》取代"


def ends(*names: str) -> list[tuple[date, str, bool]]:
    """The end of an act known by one of these names, as a repeal that states its day; empty where none is known."""
    name = next((n for n in names if n in ENDED), None)
    return [] if name is None else [(ENDED[name][0], f"《{ENDED[name][1]}》", True)]
