"""评价: who is asked, what they answered, and how a bad answer was followed up.

A row of `Rating` leads to a person through its invitation; no permission opens it to staff. What staff see are counts
(`figures`), texts without their author (`selectors.texts`) and the call-back matter, in which the rater has no name.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from . import codes


class Invitation(models.Model):
    """评价邀请: one party asked about one step of one matter. Only the hash of the link's token is kept."""

    STEP, RERATE = "STEP", "RERATE"
    OPEN, RATED, REPLACED = "OPEN", "RATED", "REPLACED"
    STATES = ((OPEN, "等评价"), (RATED, "已评价"), (REPLACED, "由后面的邀请代替"))

    public_id = models.UUIDField("公开编号", default=uuid.uuid4, unique=True, editable=False)
    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="+", verbose_name="办件")
    event_seq = models.PositiveIntegerField("记录序号")
    event = models.CharField("环节", max_length=40)
    procedure = models.CharField("程序", max_length=16)
    party = models.ForeignKey("procedures.Party", models.PROTECT, related_name="+", verbose_name="当事人")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="被评价单位")
    officer = models.ForeignKey("people.Staff", models.PROTECT, null=True, related_name="+", verbose_name="承办人")
    made_at = models.DateTimeField("发出时间")
    valid_until = models.DateField("有效期至")
    token_hash = models.BinaryField("链接摘要", max_length=32, unique=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default=OPEN)
    code_hash = models.BinaryField("评价码摘要", max_length=32, null=True)
    code_until = models.DateTimeField("评价码有效期", null=True)
    counted = models.JSONField("已汇总", default=list)
    dirty = models.BooleanField("待汇总", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "评价邀请"
        constraints = [models.UniqueConstraint(fields=["matter", "event_seq", "party"], name="satisfaction_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="satisfaction_mine", condition=Q(account__isnull=False)),
            models.Index(fields=["id"], name="satisfaction_dirty", condition=Q(dirty=True)),
            models.Index(fields=["code_hash"], name="satisfaction_code", condition=Q(code_hash__isnull=False)),
            models.Index(fields=["unit", "made_at"], name="satisfaction_unit"),
        ]


class Rating(models.Model):
    """评价: five levels, what was ticked, and words (sealed). One for an invitation."""

    LINK, SITE, COUNTER = "LINK", "SITE", "COUNTER"
    CHANNELS = ((LINK, "短信链接"), (SITE, "网上"), (COUNTER, "窗口"))

    invitation = models.OneToOneField(Invitation, models.PROTECT, primary_key=True, related_name="rating")
    level = models.PositiveSmallIntegerField("评价", choices=tuple(codes.LEVELS.items()))
    first_level = models.PositiveSmallIntegerField("最初的评价")
    reasons = models.JSONField("勾选的原因", default=list)
    words = models.BinaryField("想说的话（加密）", null=True)
    channel = models.CharField("渠道", max_length=8, choices=CHANNELS)
    rated_at = models.DateTimeField("评价时间")
    changed_at = models.DateTimeField("修改时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        indexes = [models.Index(fields=["rated_at"], name="satisfaction_rated")]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=5, first_level__gte=1, first_level__lte=5), name="satisfaction_levels"
            )
        ]  # fmt: skip


class CallbackRow(models.Model):
    """回访: index over the history of a call-back matter, for figures and lists."""

    matter = models.OneToOneField("procedures.Matter", models.PROTECT, primary_key=True, related_name="satisfaction")
    invitation = models.OneToOneField(Invitation, models.SET_NULL, null=True, related_name="callback")
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="被评价单位")
    opened_on = models.DateField("收到差评")
    called_on = models.DateField("回访日", null=True)
    called_in_time = models.BooleanField("按期回访", null=True)
    reached = models.BooleanField("联系上", null=True)
    founded = models.BooleanField("属实", null=True)
    measure = models.TextField("整改要求", default="")
    rectify_due = models.DateField("整改期限", null=True)
    rectified_on = models.DateField("整改完成", null=True)
    rectified_in_time = models.BooleanField("按期整改", null=True)
    rerate_level = models.PositiveSmallIntegerField("再评价", null=True)
    closed_on = models.DateField("办结", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "差评回访"
        indexes = [models.Index(fields=["unit", "opened_on"], name="satisfaction_callback_unit")]
