"""指标汇总: counts by unit, month and metric, kept from what each matter contributes."""

from __future__ import annotations

from django.db import models


class RollupCount(models.Model):
    """One number: how many contributions of a metric fall on a unit (with all below it) in a month.

    `bucket` is a figure of the metric (days taken, for example), so that medians and shares come from few rows.
    """

    procedure = models.CharField("程序", max_length=16)
    unit_id = models.BigIntegerField("机构")
    month = models.DateField("月份")
    metric = models.CharField("指标", max_length=48)
    bucket = models.IntegerField("分段", default=0)
    n = models.IntegerField("数量", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "指标汇总"
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "unit_id", "month", "metric", "bucket"], name="rollup_count_once", include=["n"]
            )
        ]


class RollupSource(models.Model):
    """What a matter contributes now, so that a change takes back exactly what was counted before."""

    matter = models.OneToOneField("procedures.Matter", models.CASCADE, primary_key=True, related_name="+")
    units = models.JSONField("机构")
    parts = models.JSONField("贡献")

    class Meta:
        verbose_name = verbose_name_plural = "指标来源"


class RollupMark(models.Model):
    """Up to which moment changes have been counted; its time is the data time shown beside every figure."""

    name = models.CharField(max_length=16, primary_key=True, default="main")
    upto = models.DateTimeField("数据时间")

    class Meta:
        verbose_name = verbose_name_plural = "汇总进度"
