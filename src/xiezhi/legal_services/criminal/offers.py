"""What the assistant offers to a question in plain words, and what it cites."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.law.citing import Cited
from xiezhi.ui.answering import ASSISTANT, Offer, Question

from . import loading, matching

__all__ = ["OWNER", "WORDS", "cited", "offered"]

OWNER = "公共法律服务"
WORDS = (
    "犯罪", "犯法", "刑事", "坐牢", "判刑", "拘留", "刑拘", "逮捕", "批捕", "取保", "看守所", "警察", "公安", "派出所", "报案", "立案",
    "检察院", "起诉意见", "嫌疑", "被抓", "抓走", "自首", "通缉", "传唤", "律师会见", "量刑", "认罪认罚", "缓刑", "上诉", "被害人",
)  # fmt: skip
ENOUGH = 0.25
_ACTS = frozenset({"刑法", "刑事诉讼法"})


def offered(question: Question) -> list[Offer]:
    """The assistant, where the question speaks of crime, arrest, police or detention."""
    said = matching.plain(question.text)
    named = sum(word in said for word in WORDS)
    found = matching.candidates(loading.whole(), question.text)
    best = found.offenses[0].score if found.offenses and found.offenses[0].because else 0.0
    total = sum(score for *_rest, score in question.found) or 1.0
    share = sum(score for act, *_rest, score in question.found if act in _ACTS) / total
    mine = 0.0 if found.none_first else min(best / matching.SURE, 1.0)
    score = min(1.0, 0.3 * min(named, 2) + 0.35 * mine + 0.3 * share + (0.2 if question.scene == "crime" else 0.0))
    if score < ENOUGH:
        return []
    summary = _("说出经过，逐条对照要件；告诉您到哪一步、有哪些期限和权利。不预测刑期。")
    return [
        Offer(
            ASSISTANT, "criminal", _("刑事案件智能咨询"), reverse("criminal:start"), score, summary, icon="shield-half"
        )
    ]


def cited() -> Iterator[Cited]:
    """Every citation, for the list of what an amendment touches."""
    for kind, key, label, citation in loading.whole().citations:
        offense = key.partition(".")[0]
        known = offense in loading.whole().offenses
        address = reverse("criminal:offense", args=[offense]) if known else reverse("criminal:start")
        yield Cited(kind, key, label, citation, OWNER, address)
