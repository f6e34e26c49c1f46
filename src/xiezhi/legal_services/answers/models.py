"""反馈: what people say about an answer. Nothing of the question and nothing of the person is kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Vote"]


class Vote(models.Model):
    """评价回答: whether an answer helped, with the card and the articles it showed. `comment` passes the masking of
    numbers before it is stored."""

    append_only = True

    USEFUL, UNSOLVED, WRONG = "useful", "unsolved", "wrong"
    CHOICES = ((USEFUL, _("有用")), (UNSOLVED, _("没有解决问题")), (WRONG, _("法条引错了")))

    choice = models.CharField(_("评价"), max_length=10, choices=CHOICES)
    kind = models.CharField(_("回答的来源"), max_length=10)  # card, articles, nothing
    card = models.CharField(_("卡片"), max_length=80, blank=True, db_index=True)
    scene = models.CharField(_("场景"), max_length=40, blank=True)
    places = models.JSONField(_("法条"), default=list)
    comment = models.CharField(_("说明"), max_length=500, blank=True)
    made_on = models.DateField(_("日期"), db_index=True)  # the day only: a moment could lead to a visit

    class Meta:
        verbose_name = verbose_name_plural = _("问答反馈")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(choice__in=("useful", "unsolved", "wrong")), name="answers_vote_choice"
            ),
        )
