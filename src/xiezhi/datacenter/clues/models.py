"""疑点: what the rules found, how it was decided, and for whom a lawful exception holds.

A clue names its person by id only; what the sides are stands sealed. `restricted` clues come from crime or correction.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

__all__ = ["Clue", "Exemption", "RuleSwitch"]


class Clue(models.Model):
    """疑点. One for a person, a rule and an overlap: `key` is a keyed hash of these. `ended_on`: the day from which the overlap
    is over or no longer found. `outcome` and `why` are filled when somebody decides."""

    CONFIRMED, FALSE = "CONFIRMED", "FALSE"
    OUTCOMES = ((CONFIRMED, "属实"), (FALSE, "不属实"))

    public_id = models.UUIDField("公开编号", unique=True, default=uuid.uuid4, editable=False)
    key = models.CharField("标识", max_length=64, unique=True)
    rule = models.CharField("规则", max_length=60)
    rule_version = models.PositiveSmallIntegerField("规则版本")
    person = models.ForeignKey("persons.PersonEntity", models.PROTECT, related_name="+", verbose_name="人员编号")
    matter = models.OneToOneField(
        "procedures.Matter", models.PROTECT, null=True, related_name="clue", verbose_name="办件"
    )
    restricted = models.BooleanField("限制查询", default=False)
    sides = models.BinaryField("两个身份（加密）")
    left_key = models.CharField("身份甲标识", max_length=64)
    right_key = models.CharField("身份乙标识", max_length=64)
    since = models.DateField("重叠起")
    until = models.DateField("重叠止", null=True)
    found_at = models.DateTimeField("发现时间")
    seen_at = models.DateTimeField("最近一次仍存在")
    ended_on = models.DateField("重叠结束", null=True)
    model_version = models.CharField("关联模型版本", max_length=40, blank=True)
    outcome = models.CharField("认定", max_length=10, choices=OUTCOMES, blank=True)
    why = models.CharField("不属实的原因", max_length=16, blank=True)
    decided_on = models.DateField("认定日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "疑点"
        indexes = [
            models.Index(fields=["rule", "outcome"], name="clues_by_rule"),
            models.Index(fields=["person", "rule"], name="clues_of_person"),
        ]


class Exemption(models.Model):
    """合法例外: the clue does not come again for this person and these two roles until the day it ends."""

    rule = models.CharField("规则", max_length=60)
    person = models.ForeignKey("persons.PersonEntity", models.PROTECT, related_name="+", verbose_name="人员编号")
    left_key = models.CharField("身份甲标识", max_length=64)
    right_key = models.CharField("身份乙标识", max_length=64)
    code = models.CharField("例外", max_length=24)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（当日不含）")
    clue = models.ForeignKey(Clue, models.PROTECT, related_name="exemptions", verbose_name="疑点")
    ended_at = models.DateTimeField("提前结束", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "合法例外"
        constraints = [
            models.CheckConstraint(condition=Q(valid_from__lt=models.F("valid_to")), name="clues_exempt_dates")
        ]
        indexes = [models.Index(fields=["rule", "person"], name="clues_exempt")]


class RuleSwitch(models.Model):
    """Whether a rule runs in this installation, from a day on, and why. The last line counts; lines are never altered."""

    append_only = True

    rule = models.CharField("规则", max_length=60)
    on = models.BooleanField("启用")
    since = models.DateField("自")
    reason = models.CharField("理由", max_length=400)
    label = models.CharField("设定人", max_length=120)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "规则开关"
        indexes = [models.Index(fields=["rule", "-id"], name="clues_switch")]
