"""通知: what people are told, through which channel, and whether it arrived."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one recipient over one channel. The outbox is this table; the worker sends what is due.

    `secret` is what only the recipient may read (a link that lets somebody in): it takes the place of LINK in the text
    when the message leaves, and is forgotten then. Who looks through the outbox does not see it.
    """

    LINK = "〔链接〕"

    SITE, EMAIL, SMS = "SITE", "EMAIL", "SMS"
    CHANNELS = ((SITE, "站内"), (EMAIL, "邮件"), (SMS, "短信"))
    QUEUED, SENT, DELIVERED, FAILED, GAVE_UP = "QUEUED", "SENT", "DELIVERED", "FAILED", "GAVE_UP"
    STATES = (
        (QUEUED, "待发送"),
        (SENT, "已发送"),
        (DELIVERED, "已送达"),
        (FAILED, "发送失败，将重试"),
        (GAVE_UP, "多次失败，已停止"),
    )

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="notices")
    matter = models.ForeignKey("procedures.Matter", models.PROTECT, null=True, related_name="notices")
    event_seq = models.PositiveIntegerField(null=True)
    channel = models.CharField("渠道", max_length=8, choices=CHANNELS)
    template = models.CharField("模板", max_length=48)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容")
    address = models.BinaryField("加密地址", null=True)
    secret = models.BinaryField("加密的链接", null=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default=QUEUED)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    due_at = models.DateTimeField("下次发送")
    sent_at = models.DateTimeField("发送时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)
    error = models.CharField("失败原因", max_length=200, default="")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        indexes = [
            models.Index(fields=["account", "-id"], name="notice_inbox"),
            models.Index(fields=["account"], name="notice_unread", condition=Q(read_at__isnull=True, channel="SITE")),
            models.Index(fields=["due_at"], name="notice_to_send", condition=Q(state__in=["QUEUED", "FAILED"])),
            models.Index(fields=["matter", "-id"], name="notice_matter"),
            models.Index(fields=["id"], name="notice_not_sent", condition=Q(state__in=["FAILED", "GAVE_UP"])),
        ]
