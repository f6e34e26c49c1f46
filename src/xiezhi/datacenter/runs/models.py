"""作业: one step of the data center at work: collect, govern, link, serve, push, open, compact, expire."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class State(models.TextChoices):
    """作业状态."""

    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "进行中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "失败"
    CANCELLED = "CANCELLED", "已取消"


class Kind(models.TextChoices):
    """作业类型."""

    COLLECT = "COLLECT", "归集"
    GOVERN = "GOVERN", "治理"
    LINK = "LINK", "关联"
    SERVE = "SERVE", "服务副本"
    CLUES = "CLUES", "疑点比对"
    PUSH = "PUSH", "上报"
    OPEN = "OPEN", "开放发布"
    MAINTAIN = "MAINTAIN", "数据湖维护"
    ERASE = "ERASE", "更正与删除"


class Run(models.Model):
    """One run. Counts are rows; `content_hash` is SHA-256 over what was written, hexadecimal; `detail` holds stage times,
    counts per rule and the like, never a person's data. The ledger holds a commitment to every finished run."""

    public_id = models.UUIDField("作业编号", unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    target = models.CharField("对象", max_length=80)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField("提交时间")
    started_at = models.DateTimeField("开始时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    beat_at = models.DateTimeField("最近进展", null=True)
    stage = models.CharField("阶段", max_length=60, blank=True)
    done = models.BigIntegerField("已处理", default=0)
    total = models.BigIntegerField("总量", default=0)
    rows_in = models.BigIntegerField("读入行数", default=0)
    rows_out = models.BigIntegerField("写出行数", default=0)
    rows_refused = models.BigIntegerField("拒收行数", default=0)
    batch_id = models.CharField("批次号", max_length=80, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    snapshot = models.CharField("快照", max_length=40, blank=True)
    detail = models.JSONField("明细", default=dict)
    error = models.TextField("失败原因", blank=True)
    cancel_requested = models.BooleanField("请求取消", default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="发起人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "作业"
        indexes = [
            models.Index(fields=["kind", "target", "-id"], name="run_of_target"),
            models.Index(fields=["state"], name="run_open", condition=models.Q(state__in=["QUEUED", "RUNNING"])),
        ]

    @property
    def share(self) -> float | None:
        """Part done, 0 to 1; None while the total is not known."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def open(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING)
