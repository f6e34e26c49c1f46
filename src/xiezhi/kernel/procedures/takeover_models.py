"""接收: what came from an old system, what did not fit, and every run, so that nothing is dropped in silence."""

from __future__ import annotations

from django.db import models

__all__ = ["TakeoverMisfit", "TakeoverRecord", "TakeoverRun"]


class TakeoverRun(models.Model):
    """One run of a take-over with its counts; the report can be written again from it."""

    source = models.CharField("来源系统", max_length=32)
    dry = models.BooleanField("仅检查", default=False)
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    read = models.PositiveIntegerField("读入", default=0)
    taken = models.PositiveIntegerField("接收", default=0)
    unchanged = models.PositiveIntegerField("以前已接收", default=0)
    changed = models.PositiveIntegerField("来源有变化", default=0)
    misfits = models.PositiveIntegerField("不符", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "接收批次"


class TakeoverRecord(models.Model):
    """Which matter a record of the old system became; source system and its key are unique."""

    source = models.CharField("来源系统", max_length=32)
    source_key = models.CharField("来源编号", max_length=120)
    matter = models.OneToOneField("procedures.Matter", models.PROTECT, related_name="taken_from", verbose_name="办件")
    digest = models.CharField("内容摘要", max_length=64)
    run = models.ForeignKey(TakeoverRun, models.PROTECT, related_name="records", verbose_name="批次")

    class Meta:
        verbose_name = verbose_name_plural = "接收记录"
        constraints = [models.UniqueConstraint(fields=["source", "source_key"], name="takeover_once")]


class TakeoverMisfit(models.Model):
    """待处理: a record that did not fit, the field, the reason, and what to do; it can be corrected and run again.

    `raw` holds the row sealed, because it names persons. `correction` replaces columns at the next run.
    """

    source = models.CharField("来源系统", max_length=32)
    source_key = models.CharField("来源编号", max_length=120)
    file = models.CharField("文件", max_length=40)
    row = models.PositiveIntegerField("行")
    field = models.CharField("字段", max_length=60, default="")
    code = models.CharField("代码", max_length=40)
    reason = models.CharField("原因", max_length=400)
    advice = models.CharField("处理办法", max_length=300, default="")
    raw = models.BinaryField("原记录", null=True)
    correction = models.JSONField("更正", default=dict)
    corrected_by = models.CharField("更正人", max_length=64, default="")
    run = models.ForeignKey(TakeoverRun, models.PROTECT, related_name="misfit_rows", verbose_name="批次")
    resolved_at = models.DateTimeField("解决时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接收待处理"
        indexes = [models.Index(fields=["source", "source_key"], name="takeover_misfit_key")]
