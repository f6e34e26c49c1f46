"""What governance keeps in PostgreSQL: checks of batches, tickets, overrides that persons obtained, lineage, findings.

Rows themselves stay in the lake: good ones in `std.<table>`, refused ones in `issue.<table>`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class QualityCheck(models.Model):
    """批次质量检查: what one batch of one source brought to a table. `score` is 0 to 100 (see `scores`)."""

    table = models.CharField("数据表", max_length=60)
    source = models.CharField("数据源", max_length=80)
    batch = models.CharField("批次号", max_length=200)
    supplier = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="数据提供单位")
    run = models.ForeignKey("runs.Run", models.SET_NULL, null=True, related_name="+", verbose_name="作业")
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    rows = models.BigIntegerField("行数", default=0)
    refused = models.BigIntegerField("拒收", default=0)
    marked = models.BigIntegerField("提示", default=0)
    merged = models.BigIntegerField("写入", default=0)
    repeated = models.BigIntegerField("同批重复", default=0)
    score = models.DecimalField("质量得分", max_digits=5, decimal_places=2, default=100)
    by_kind = models.JSONField("分维度得分", default=dict)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批次质量检查"
        constraints = [models.UniqueConstraint(fields=["table", "source", "batch"], name="quality_check_once")]
        indexes = [
            models.Index(fields=["table", "-at"], name="quality_of_table"),
            models.Index(fields=["supplier", "-on"], name="quality_of_supplier"),
        ]


class QualityCount(models.Model):
    """规则命中: rows of a batch that failed one rule."""

    check_of = models.ForeignKey(QualityCheck, models.CASCADE, related_name="counts", verbose_name="检查")
    rule = models.CharField("规则", max_length=80)
    kind = models.CharField("维度", max_length=8)
    severity = models.CharField("严重程度", max_length=8)
    rows = models.BigIntegerField("行数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "规则命中"
        constraints = [models.UniqueConstraint(fields=["check_of", "rule"], name="quality_count_once")]


class IssueTicket(models.Model):
    """整改单: the row beside a rectification matter (SJZL): which refused rows it is about."""

    matter = models.OneToOneField("procedures.Matter", models.PROTECT, primary_key=True, related_name="issue_ticket")
    table = models.CharField("数据表", max_length=60)
    source = models.CharField("数据源", max_length=80)
    batch = models.CharField("批次号", max_length=200)
    supplier = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="数据提供单位")
    refused = models.BigIntegerField("拒收", default=0)
    remaining = models.BigIntegerField("未通过", default=0)
    opened_at = models.DateTimeField("发出")
    open = models.BooleanField("未结", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "整改单"
        constraints = [models.UniqueConstraint(fields=["table", "source", "batch"], name="issue_ticket_once")]
        indexes = [models.Index(fields=["table", "source"], name="issue_ticket_open", condition=Q(open=True))]


class OverrideKind(models.TextChoices):
    """What a person obtained about rows of theirs."""

    CORRECT = "CORRECT", "更正"
    DELETE = "DELETE", "删除"
    RESTRICT = "RESTRICT", "停止处理"


class Override(models.Model):
    """个人信息处理决定的效力: later deliveries of the source do not bring back what was deleted or corrected.

    `values` and `replaces` are sealed. A correction ends by itself when the source delivers another value than the wrong one.
    """

    table = models.CharField("数据表", max_length=60)
    row_id = models.UUIDField("行标识")
    kind = models.CharField("效力", max_length=8, choices=OverrideKind.choices)
    values = models.BinaryField("更正后的值", null=True)
    replaces = models.BinaryField("原值", null=True)
    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="+", verbose_name="申请")
    at = models.DateTimeField("生效")
    until = models.DateField("截止", null=True)
    ended_at = models.DateTimeField("终止", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人信息处理决定"
        constraints = [models.UniqueConstraint(fields=["table", "row_id", "matter"], name="override_once")]
        indexes = [models.Index(fields=["table"], name="override_live", condition=Q(ended_at__isnull=True))]


class RightsRow(models.Model):
    """申请涉及的行: rows found for a request about one's own data; by pseudonymous id, no value of the row."""

    matter = models.ForeignKey("procedures.Matter", models.CASCADE, related_name="rights_rows", verbose_name="申请")
    table = models.CharField("数据表", max_length=60)
    row_id = models.UUIDField("行标识")

    class Meta:
        verbose_name = verbose_name_plural = "申请涉及的行"
        constraints = [models.UniqueConstraint(fields=["matter", "table", "row_id"], name="rights_row_once")]


class RightsStep(models.Model):
    """副本处理: one holder of copies that has done a request for one table. Work begins again after the last of these."""

    append_only = True

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="rights_steps", verbose_name="申请")
    holder = models.CharField("保存处", max_length=60)
    title = models.CharField("名称", max_length=60)
    table = models.CharField("数据表", max_length=60)
    touched = models.BigIntegerField("改动行数", default=0)
    done_at = models.DateTimeField("完成")

    class Meta:
        verbose_name = verbose_name_plural = "副本处理"
        constraints = [models.UniqueConstraint(fields=["matter", "holder", "table"], name="rights_step_once")]


class LineageEdge(models.Model):
    """数据血缘: one column made from another by a job in one version. Edges of older versions stay, with their end."""

    job = models.CharField("作业", max_length=120)
    version = models.CharField("作业版本", max_length=16)
    from_table = models.CharField("来源表", max_length=120)
    from_column = models.CharField("来源列", max_length=120)
    to_table = models.CharField("目标表", max_length=120)
    to_column = models.CharField("目标列", max_length=120)
    how = models.CharField("怎样得来", max_length=200, blank=True)
    since = models.DateTimeField("自")
    until = models.DateTimeField("至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据血缘"
        constraints = [
            models.UniqueConstraint(
                fields=["job", "version", "from_table", "from_column", "to_table", "to_column"], name="lineage_once"
            )
        ]
        indexes = [
            models.Index(fields=["to_table", "to_column"], name="lineage_up", condition=Q(until__isnull=True)),
            models.Index(fields=["from_table", "from_column"], name="lineage_down", condition=Q(until__isnull=True)),
        ]


class Finding(models.Model):
    """疑似个人信息: a column holds what its declaration does not say. A suggestion: nothing changes until somebody decides."""

    OPEN, TAKEN, WRONG = "OPEN", "TAKEN", "WRONG"
    STATES = ((OPEN, "待处理"), (TAKEN, "已采纳"), (WRONG, "不是"))

    relation = models.CharField("数据表", max_length=120)
    column = models.CharField("列", max_length=120)
    kind = models.CharField("疑似内容", max_length=16)
    rows = models.BigIntegerField("命中行数", default=0)
    scanned = models.BigIntegerField("检查行数", default=0)
    level = models.CharField("现定级别", max_length=12, blank=True)
    suggested = models.CharField("建议级别", max_length=12)
    found_at = models.DateTimeField("发现")
    state = models.CharField("处理", max_length=8, choices=STATES, default=OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField("处理时间", null=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "疑似个人信息"
        constraints = [models.UniqueConstraint(fields=["relation", "column", "kind"], name="finding_once")]


class ImportantData(models.Model):
    """重要数据登记 (数据安全法 第21条、第30条): a table that the catalog of important data takes in, with the reason."""

    table = models.CharField("数据表", max_length=60)
    reason = models.CharField("理由", max_length=400)
    basis = models.CharField("依据", max_length=200)
    person_in_charge = models.CharField("数据安全负责人", max_length=60)
    assessed_on = models.DateField("最近风险评估", null=True)
    since = models.DateField("登记日期")
    until = models.DateField("移出日期", null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="登记人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "重要数据登记"
        constraints = [
            models.UniqueConstraint(fields=["table"], name="important_once", condition=Q(until__isnull=True))
        ]
