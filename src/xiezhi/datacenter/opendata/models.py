"""开放数据的版本和使用量."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Release(models.Model):
    """数据集版本: the files of one open data set as they were checked. A release is withdrawn, never deleted."""

    never_deleted = True

    class State(models.TextChoices):
        CHECKED = "CHECKED", "待发布"
        REFUSED = "REFUSED", "未通过披露审查"
        RELEASED = "RELEASED", "已发布"
        REPLACED = "REPLACED", "已被新版取代"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    public_id = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    set_code = models.CharField("数据集", max_length=60)
    version = models.IntegerField("版本")
    state = models.CharField("状态", max_length=10, choices=State.choices)
    rows = models.BigIntegerField("行数", default=0)
    files = models.JSONField("文件", default=list)
    """For each file: name, format, media type, bytes, sha256."""
    columns = models.JSONField("数据项", default=list)
    profile = models.JSONField("分布", default=dict)
    report = models.JSONField("披露审查", default=dict)
    snapshot = models.CharField("来源快照", max_length=40, blank=True)
    source_at = models.DateTimeField("数据时间", null=True)
    made_at = models.DateTimeField("生成时间")
    released_at = models.DateTimeField("发布时间", null=True)
    ended_at = models.DateTimeField("停用时间", null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "开放数据版本"
        constraints = [
            models.UniqueConstraint(fields=["set_code", "version"], name="open_release_once"),
            models.UniqueConstraint(
                fields=["set_code"], condition=models.Q(state="RELEASED"), name="open_release_current"
            ),
        ]


class Use(models.Model):
    """使用量: how often a set was looked at, looked up, downloaded or queried on a day. Nobody is counted by name."""

    set_code = models.CharField("数据集", max_length=60)
    day = models.DateField("日期")
    what = models.CharField("方式", max_length=12)
    n = models.BigIntegerField("次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "开放数据使用量"
        constraints = [models.UniqueConstraint(fields=["set_code", "day", "what"], name="open_use_once")]


class Wish(models.Model):
    """开放需求: somebody says which data should be opened. No account needed, no name asked."""

    class State(models.TextChoices):
        NEW = "NEW", "待处理"
        PLANNED = "PLANNED", "已列入计划"
        OPENED = "OPENED", "已开放"
        DECLINED = "DECLINED", "不予开放"

    at = models.DateTimeField("时间")
    set_code = models.CharField("数据集", max_length=60, blank=True)
    text = models.CharField("内容", max_length=500)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "开放需求"
