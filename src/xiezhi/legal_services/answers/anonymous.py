"""去标识: names, telephones and numbers of a person taken out of a free text before it goes anywhere else. Pure.

Numbers are found by their form. Names have none: they are found by the words that introduce them (我叫、姓名、被告) and by
titles behind them (张先生、李某某). What carries neither is not found; that is why a text leaves the platform only to a server
the operator runs himself, and never by default.
"""

from __future__ import annotations

import re
import unicodedata

from xiezhi.kernel.people import masking

__all__ = ["anonymous"]

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
    "闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严欧莫孔向常汤康易乔赖温庞樊殷施翟洪倪"
)
_COMPOUND = "|".join(sorted(masking.COMPOUND_SURNAMES))
_NAME = rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
_INTRODUCED = re.compile(
    rf"(我叫|我名叫|名字(?:是|叫)|名叫|叫做|姓名[:：是]?|(?:被告|原告|被申请人|申请人|当事人|联系人|债务人|借款人|房东|老板|包工头|经理|丈夫|妻子|老公|老婆|儿子|女儿|同事|邻居|律师|法官)(?:叫|是|姓名)?[:：]?)({_NAME})(?=[\s,，。;；、:：的了在说把被将向和与欠打借不也没有年月(（!！?？]|$)"
)
_TITLED = re.compile(rf"({_NAME}|[{_SURNAMES}])(先生|女士|小姐|某某|某|总|老板|经理|法官|律师|医生|老师|警官|主任)")
_NUMBERS = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)"), "[证件号码]"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "[电话]"),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"), "[电话]"),
    (re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{1,7}(?!\d)"), "[账号]"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[邮箱]"),
    (re.compile(r"(?:QQ|qq|微信(?:号)?|wx|WX|vx|VX)[号:：是 ]{0,3}[A-Za-z0-9_-]{5,20}"), "[账号]"),
    (re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}"), "[车牌]"),
    (
        re.compile(r"[\u4e00-\u9fff]{1,12}(?:路|街|巷|道|村|小区|花园|苑|大厦)\d+(?:号|弄|栋|幢|座|单元|室|-|\d)*"),
        "[住址]",
    ),
    (re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])"), "[信用代码]"),
    (re.compile(r"[(（〔\[]\d{4}[)）〕\]][\u4e00-\u9fff]{1,4}\d{0,6}[\u4e00-\u9fff]{1,6}\d+号"), "[案号]"),
)


def anonymous(text: str) -> str:
    """The text without what its form gives away about a person."""
    out = unicodedata.normalize("NFKC", text)
    for form, word in _NUMBERS:
        out = form.sub(word, out)
    out = _INTRODUCED.sub(lambda found: f"{found[1]}某人", out)
    return _TITLED.sub(lambda found: f"某{found[2] if found[2] not in ('某', '某某') else '人'}", out)
