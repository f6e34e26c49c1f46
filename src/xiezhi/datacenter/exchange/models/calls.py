"""What was asked and answered. These tables grow with every call; they hold no plain personal data."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.ledger.models import TransactionId

from .parties import Caller, Direction


class CallBatch(models.Model):
    """调用记录批次: lines written in one transaction. The ledger commits to `root`, the Merkle root of their digests."""

    append_only: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("时间"))
    count = models.IntegerField(_("条数"))
    root = models.BinaryField(_("根摘要"), max_length=32)
    shed = models.IntegerField(_("过载时未受理的请求数"), default=0)
    xid = models.BigIntegerField(_("事务号"), db_default=TransactionId(), editable=False)
    """Transaction that wrote it: followers read in this order and miss nothing that commits late."""

    class Meta:
        verbose_name = verbose_name_plural = _("调用记录批次")
        indexes = [models.Index(fields=["xid", "id"], name="exchange_batch_order")]


class CallLog(models.Model):
    """调用记录: one request, answered or refused. Written before its answer is sent.

    `keys_hash` is a keyed hash of the look-up values: the same person asked about twice can be seen, not who it is.
    `request_digest` and `answer_digest` are SHA-256 of the bodies; `signature` is the request's signature, so that a
    partner cannot deny it. `visible_at` is when the persons concerned may see the call.
    """

    append_only: ClassVar[bool] = True

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(
        CallBatch, models.DO_NOTHING, related_name="lines", db_constraint=False, verbose_name=_("批次")
    )
    n = models.IntegerField(_("批内序号"))
    at = models.DateTimeField(_("时间"))
    caller = models.ForeignKey(
        Caller, models.DO_NOTHING, null=True, related_name="calls", db_constraint=False, db_index=False,
        verbose_name=_("接入系统"),
    )  # fmt: skip
    key_id = models.CharField(_("密钥编号"), max_length=80, blank=True, default="")
    environment = models.CharField(_("环境"), max_length=8, default="LIVE")
    interface = models.CharField(_("接口"), max_length=60)
    grant_id = models.BigIntegerField(_("授权"), null=True)
    grant_version = models.IntegerField(_("授权版本"), null=True)
    purpose = models.CharField(_("目的"), max_length=40, blank=True, default="")
    case_no = models.CharField(_("案件或者事项编号"), max_length=80, blank=True, default="")
    keys_hash = models.BinaryField(_("查询条件摘要"), max_length=32, null=True)
    fields = models.CharField(_("字段"), max_length=1000, blank=True, default="")
    asked = models.IntegerField(_("查询条数"), default=0)
    rows = models.IntegerField(_("返回条数"), default=0)
    result = models.CharField(_("结果"), max_length=24)
    status = models.SmallIntegerField(_("状态码"))
    ms = models.FloatField(_("用时（毫秒）"))
    sent_bytes = models.IntegerField(_("返回字节"), default=0)
    request_digest = models.BinaryField(_("请求摘要"), max_length=32)
    answer_digest = models.BinaryField(_("应答摘要"), max_length=32)
    signature = models.BinaryField(_("请求签名"), max_length=200, null=True)
    visible_at = models.DateTimeField(_("本人可见时间"))
    terminal = models.CharField(_("来源地址"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("调用记录")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["caller", "-at"], name="exchange_call_caller"),
            models.Index(fields=["interface", "-at"], name="exchange_call_interface"),
            models.Index(fields=["-at"], name="exchange_call_at"),
        ]


class CallPerson(models.Model):
    """调用记录—人员: blind index of a person whose row a call returned. Found again when that person registers."""

    append_only: ClassVar[bool] = True

    batch_id = models.UUIDField(_("批次"), db_index=True)
    n = models.IntegerField(_("批内序号"))
    person = models.BinaryField(_("人员索引"), max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = _("调用记录人员")
        indexes = [models.Index(fields=["person"], name="exchange_call_person")]


class Delayed(models.Model):
    """暂缓告知: a call that the person may see only later; gone once it is told."""

    call_id = models.BigIntegerField(_("调用"), unique=True)
    visible_at = models.DateTimeField(_("可见时间"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("暂缓告知")


class Tail(models.Model):
    """进度: how far readings and meters have followed the log of calls."""

    never_deleted: ClassVar[bool] = True

    name = models.CharField(_("名称"), max_length=20, primary_key=True)
    xid = models.BigIntegerField(_("事务号"), default=0)
    batch = models.UUIDField(_("批次"), default=uuid.UUID(int=0))
    person_id = models.BigIntegerField(_("已补告知的人员"), default=0)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("跟进进度")


class Meter(models.Model):
    """计量: what was supplied to and obtained from a partner, by interface and month."""

    partner = models.ForeignKey(Caller, models.PROTECT, related_name="meters", verbose_name=_("对方系统"))
    direction = models.CharField(_("方向"), max_length=8, choices=Direction.choices)
    interface = models.CharField(_("接口"), max_length=60)
    month = models.DateField(_("月份"))
    calls = models.BigIntegerField(_("调用次数"), default=0)
    refused = models.BigIntegerField(_("被拒绝次数"), default=0)
    asked = models.BigIntegerField(_("查询条数"), default=0)
    rows = models.BigIntegerField(_("数据条数"), default=0)
    bytes = models.BigIntegerField(_("字节数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("计量")
        constraints = [
            models.UniqueConstraint(fields=["partner", "direction", "interface", "month"], name="exchange_meter_month")
        ]
