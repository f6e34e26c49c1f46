"""危险识别: whether a question tells of somebody in danger, so that the urgent numbers stand before everything else.

Words only, no learning: what is found can be read here, is the same every time, and needs nothing installed. It leans to
the safe side: a number too many costs a glance, one too few may cost a life. Idioms that only sound dangerous (累死了,
打死也不, 杀价) are taken out first. Nothing of the text is kept. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from xiezhi.legal_services.answers.danger_words import BROAD, IDIOMS, RULES

__all__ = ["CONTACTS", "KINDS", "Contact", "Danger", "Kind", "find"]


@dataclass(frozen=True, slots=True)
class Contact:
    """A number to call. `says` is what it is, in a few words; `more` when to use it."""

    number: str
    says: object
    more: object = ""


CONTACTS = {
    contact.number: contact
    for contact in (
        Contact("110", _("报警"), _("正在被打、被关、被威胁；不方便说话，可以发短信到12110")),
        Contact("120", _("急救"), _("有人受伤、服药、昏迷")),
        Contact("119", _("火警"), _("着火、煤气泄漏、有人被困")),
        Contact("12338", _("妇女维权热线"), _("家暴、性侵害、骚扰，可以商量怎么保护自己")),
        Contact("12355", _("青少年服务台"), _("未成年人自己或者替孩子求助")),
        Contact("12356", _("心理援助热线"), _("难受得撑不下去，有人听您说")),
        Contact("12345", _("政务服务便民热线"), _("求助、庇护、临时救助，不知道找谁时打这个")),
        Contact("12348", _("公共法律服务热线"), _("问法律、申请法律援助，24小时，免费")),
    )
}
"""Numbers of the whole country, free of charge."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of danger: calm words first, then numbers in the order to call them, then what helps now."""

    key: str
    title: object
    words: object
    numbers: tuple[str, ...]
    hints: tuple[object, ...] = ()


KINDS = {
    kind.key: kind
    for kind in (
        Kind(
            "self", _("您现在很难受，先和人说说话"),
            _("事情再难，也有人可以和您一起想办法。现在就拨一个电话，或者叫一个信得过的人到身边来。"),
            ("12356", "120", "110"),
            (_("如果已经服药或者受伤，先打120。"), _("离开窗边、天台、水边和能伤到自己的东西，不要一个人待着。"),
             _("如果是身边的人，陪着他，不要让他一个人，替他打电话。")),
        ),
        Kind(
            "fire", _("先离开那里，再打电话"),
            _("着火或者闻到煤气味，先带上家人到外面去，不要开关电器。"), ("119", "120", "110"),
        ),
        Kind(
            "sexual", _("这不是您的错，先保护好自己"),
            _("如果还在危险里，先离开或者打110。想报案，先不要洗澡、换衣服，衣物原样放进纸袋。"),
            ("110", "120", "12338"),
            (_("72小时以内到医院，可以紧急避孕、防止感染，也能留下证据。"), _("对方是孩子身边的人，也可以报警；孩子不用当面和他对质。")),
        ),
        Kind(
            "child", _("先保护孩子"),
            _("孩子正在挨打、受虐待、被丢下或者找不到了，马上打110，不用等24小时。"), ("110", "12355", "120"),
            (_("老师、医生、社区工作人员发现孩子受侵害，依法应当报告。"), _("孩子自己求助，也可以直接打这些电话。")),
        ),
        Kind(
            "home", _("先保证安全，再说法律"),
            _("家里有人打您、威胁您、不让您出门，任何时候都可以报警。警察应当出警，这不是“家务事”。"),
            ("110", "12338", "120"),
            (_("受了伤先去医院，告诉医生是被打的，留好病历和照片。"), _("可以向法院申请人身安全保护令，让对方不得靠近；情况紧急的，法院24小时以内作决定。"),
             _("没有地方去，可以打12345问临时庇护的地方。")),
        ),
        Kind(
            "traffic", _("有人被骗走、被卖、被控制，马上报警"),
            _("能打电话就打110，说出您看到的地名、路牌、门牌；不方便说话，可以发短信到12110。"), ("110", "12338", "12345"),
            (_("在国外的，打12308外交部领事保护热线（+86-10-12308）。"),),
        ),
        Kind(
            "now", _("正在发生危险，先报警"),
            _("有人正在打您、扣着您不让走、带着刀来，或者说要杀人，先离开或者锁好门，打110。"), ("110", "120", "12348"),
            (_("不方便说话，可以发短信到12110，写清楚在哪里、发生了什么。"),),
        ),
    )
}  # fmt: skip
"""In the order in which they are shown when several are found."""


@dataclass(frozen=True, slots=True)
class Danger:
    """What was found: kinds in order of urgency."""

    kinds: tuple[Kind, ...]

    def __bool__(self) -> bool:
        return bool(self.kinds)

    @property
    def first(self) -> Kind:
        return self.kinds[0]

    @property
    def contacts(self) -> list[Contact]:
        """Numbers of every kind found, the most urgent first, each once; legal help at the end."""
        numbers = [number for kind in self.kinds for number in kind.numbers]
        return [CONTACTS[number] for number in dict.fromkeys([*numbers, "12348"])]


_FOUND = {key: tuple(re.compile(rule) for rule in (*rules, *BROAD.get(key, ()))) for key, rules in RULES.items()}
_PUNCTUATION = re.compile(r"[\s,，、;；:：'\"“”‘’()（）\[\]【】<>《》~～·…—_\-]+")


def _plain(text: str) -> str:
    """Width, spaces and commas evened out, so that 想 死 and 想，死 read alike; ends of sentences stay."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))


def find(text: str) -> Danger:
    """The kinds of danger a text tells of; falsy where none is."""
    said = IDIOMS.sub("·", _plain(text))
    return Danger(tuple(kind for key, kind in KINDS.items() if any(rule.search(said) for rule in _FOUND[key])))
