"""人员主题库: stable ids of persons, what became of them, and what people decided in the gray zone.

Which record belongs to whom stands in the lake (`link.person_records`), as there may be ten million of them. Here stand
the ids themselves, the append-only history of merges and splits, the pairs for review and the decisions on them. None of
these rows holds a name or a number of a person: record ids are opaque, evidence is levels and weights.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

__all__ = ["Decision", "LinkHistory", "PersonEntity", "Plan", "ReviewPair"]


class PersonEntity(models.Model):
    """人员编号. The uid is drawn at random: it cannot be worked out from an identity number (docs/decisions/0020).

    ACTIVE ids have records; MERGED ones lead on by `merged_into`; SPLIT ones went up in several others (`split_into`, the
    one that took most first); GONE ones have no records left. No id is ever deleted or given to somebody else."""

    ACTIVE, MERGED, SPLIT, GONE = "ACTIVE", "MERGED", "SPLIT", "GONE"
    STATES = ((ACTIVE, "有效"), (MERGED, "已并入其他编号"), (SPLIT, "已拆分"), (GONE, "已无记录"))

    uid = models.UUIDField("人员编号", unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField("状态", max_length=8, choices=STATES, default=ACTIVE)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="absorbed")
    split_into = models.JSONField("拆分为", default=list)
    records = models.PositiveIntegerField("记录数", default=0)
    made_at = models.DateTimeField("产生时间")
    changed_at = models.DateTimeField("变更时间")

    class Meta:
        verbose_name = verbose_name_plural = "人员编号"
        indexes = [models.Index(fields=["state"], name="persons_left", condition=~Q(state="ACTIVE"))]
        constraints = [
            models.CheckConstraint(condition=Q(state="MERGED") | Q(merged_into__isnull=True), name="persons_merged"),
        ]


class LinkHistory(models.Model):
    """合并、拆分历史: one line per id that changed, with the records that moved. Never altered."""

    append_only = True

    MERGED, SPLIT, MOVED, DISSOLVED, GONE, REVIVED = "MERGED", "SPLIT", "MOVED", "DISSOLVED", "GONE", "REVIVED"
    KINDS = (
        (MERGED, "并入"), (SPLIT, "拆出"), (MOVED, "记录移出"), (DISSOLVED, "拆分"), (GONE, "已无记录"), (REVIVED, "恢复"),
    )  # fmt: skip
    MACHINE, HUMAN, DATA = "MACHINE", "HUMAN", "DATA"
    CAUSES = ((MACHINE, "重新比对"), (HUMAN, "人工判断"), (DATA, "数据变更"))

    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="+", verbose_name="作业")
    at = models.DateTimeField("时间")
    kind = models.CharField("变更", max_length=10, choices=KINDS)
    entity = models.ForeignKey(PersonEntity, models.PROTECT, related_name="history", verbose_name="人员编号")
    other = models.ForeignKey(PersonEntity, models.PROTECT, null=True, related_name="history_as_other")
    records = models.JSONField("移动的记录", default=list)
    cause = models.CharField("起因", max_length=8, choices=CAUSES)
    reason = models.TextField("理由")
    decision = models.ForeignKey(
        "persons.Decision", models.PROTECT, null=True, related_name="+", verbose_name="人工判断"
    )

    class Meta:
        verbose_name = verbose_name_plural = "合并拆分历史"
        indexes = [models.Index(fields=["entity", "-id"], name="persons_history")]


class ReviewPair(models.Model):
    """待复核的一对记录. `record_a` < `record_b`. `evidence` holds, per comparison, its title, level and weight in bits;
    values stay in the lake. `weight` is the sum; `two_numbers`: two different valid identity numbers."""

    OPEN, PROPOSED, SAME, DIFFERENT, UNSURE, STALE = "OPEN", "PROPOSED", "SAME", "DIFFERENT", "UNSURE", "STALE"
    STATES = (
        (OPEN, "待复核"), (PROPOSED, "待第二人确认"), (SAME, "同一人"), (DIFFERENT, "不是同一人"), (UNSURE, "无法判断"),
        (STALE, "不再需要复核"),
    )  # fmt: skip

    public_id = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    record_a = models.CharField("记录甲", max_length=120)
    record_b = models.CharField("记录乙", max_length=120)
    weight = models.FloatField("权重")
    probability = models.FloatField("概率")
    evidence = models.JSONField("证据", default=list)
    two_numbers = models.BooleanField("两个不同的有效证件号码", default=False)
    model_version = models.CharField("模型版本", max_length=40)
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN)
    opened_at = models.DateTimeField("进入队列")
    decided_at = models.DateTimeField("判断时间", null=True)
    decision = models.ForeignKey(
        "persons.Decision", models.PROTECT, null=True, related_name="+", verbose_name="现行判断"
    )
    applied = models.BooleanField("已生效", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "待复核记录"
        constraints = [
            models.UniqueConstraint(fields=["record_a", "record_b"], name="persons_pair"),
            models.CheckConstraint(condition=Q(record_a__lt=models.F("record_b")), name="persons_pair_order"),
        ]
        indexes = [
            models.Index(
                fields=["-weight", "id"], name="persons_by_weight", condition=Q(state__in=["OPEN", "PROPOSED"])
            ),
            models.Index(
                fields=["opened_at", "id"], name="persons_by_age", condition=Q(state__in=["OPEN", "PROPOSED"])
            ),
            models.Index(fields=["record_b"], name="persons_pair_b"),
        ]


class Decision(models.Model):
    """复核判断: who decided what about a pair, when and why. Never altered: an undoing is a decision of its own."""

    append_only = True

    SAME, DIFFERENT, UNSURE, CONFIRM, REJECT, UNDO = "SAME", "DIFFERENT", "UNSURE", "CONFIRM", "REJECT", "UNDO"
    VERDICTS = (
        (SAME, "同一人"), (DIFFERENT, "不是同一人"), (UNSURE, "无法判断"), (CONFIRM, "确认"), (REJECT, "不予确认"), (UNDO, "撤回判断"),
    )  # fmt: skip

    pair = models.ForeignKey(ReviewPair, models.PROTECT, related_name="decisions", verbose_name="记录对")
    verdict = models.CharField("判断", max_length=10, choices=VERDICTS)
    reason = models.CharField("理由", max_length=16)
    note = models.BinaryField("说明（加密）", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="复核员")
    label = models.CharField("复核员姓名", max_length=120)
    at = models.DateTimeField("时间")
    blind = models.BooleanField("盲检", default=False)
    about = models.ForeignKey("self", models.PROTECT, null=True, related_name="answers", verbose_name="针对的判断")
    probability = models.FloatField("当时的概率")
    model_version = models.CharField("模型版本", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "复核判断"
        indexes = [models.Index(fields=["pair", "-id"], name="persons_decisions")]


class Plan(models.Model):
    """What a refresh is about to write, kept as a file until lake and database both hold it: a refresh that died between the
    two is finished by the next one."""

    batch_id = models.CharField("批次号", max_length=80, unique=True)
    folder = models.CharField("文件夹", max_length=200)
    made_at = models.DateTimeField("产生时间")
    applied_at = models.DateTimeField("完成时间", null=True)
    run = models.ForeignKey("runs.Run", models.PROTECT, related_name="+", verbose_name="作业")

    class Meta:
        verbose_name = verbose_name_plural = "更新计划"
        indexes = [models.Index(fields=["id"], name="persons_unfinished", condition=Q(applied_at__isnull=True))]
