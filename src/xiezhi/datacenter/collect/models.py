"""What collection remembers: deliveries, the columns a source promised, and how far an incremental source was read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class State(models.TextChoices):
    """归集批次状态."""

    READING = "READING", "归集中"
    LOADED = "LOADED", "已入库"
    SAME = "SAME", "重复送达"
    REFUSED = "REFUSED", "已拒收"
    APART = "APART", "待处理"
    DROPPED = "DROPPED", "已退回"


class Delivery(models.Model):
    """归集批次: one file, or one reading of a database, an interface or a dataset.

    `batch_id` names it in the lake, `content_hash` is the digest of its rows in any order, `file_hash` SHA-256 of a file.
    `high` is the last value of the cursor of an incremental source. `problems` are sentences for people, without values.
    """

    source = models.CharField("来源", max_length=61)
    name = models.CharField("名称", max_length=200)
    batch_id = models.CharField("批次号", max_length=80)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.READING)
    begun_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    rows = models.BigIntegerField("行数", default=0)
    refused = models.BigIntegerField("拒收行数", default=0)
    size = models.BigIntegerField("字节数", default=0)
    file_hash = models.CharField("文件摘要", max_length=64, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    high = models.CharField("增量位置", max_length=80, blank=True)
    problems = models.JSONField("问题", default=list)
    changes = models.JSONField("结构变化", default=list)
    run = models.ForeignKey("runs.Run", models.SET_NULL, null=True, related_name="+", verbose_name="作业")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="操作人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "归集批次"
        indexes = [
            models.Index(fields=["source", "-id"], name="delivery_of_source"),
            models.Index(fields=["source", "file_hash"], name="delivery_by_hash", condition=~Q(file_hash="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "batch_id"],
                condition=Q(state__in=["READING", "LOADED", "APART"]),
                name="delivery_batch_once",
            )
        ]


class Shape(models.Model):
    """来源结构: the columns of a source as last agreed, each with what its values look like."""

    source = models.CharField("来源", max_length=61, primary_key=True)
    columns = models.JSONField("列")
    version = models.PositiveIntegerField("版本", default=1)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "来源结构"


class ErasedKey(models.Model):
    """已删除的键: a digest of the key of rows removed from the raw layer on a person's request, to prove they are gone."""

    source = models.CharField("来源", max_length=61)
    request = models.CharField("请求", max_length=80)
    row_id = models.CharField("行标识", max_length=64)
    digest = models.CharField("键摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "已删除的键"
        constraints = [models.UniqueConstraint(fields=["source", "row_id", "digest"], name="erased_key_once")]
