"""Partners of the exchange, their keys, and what they were granted."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CallerState(models.TextChoices):
    """接入系统状态."""

    ACTIVE = "ACTIVE", _("正常")
    SUSPENDED = "SUSPENDED", _("已暂停")
    STOPPED = "STOPPED", _("已停止")


class Caller(models.Model):
    """接入系统: a system of another agency that asks for data, or that we ask. One agency may have several."""

    code = models.SlugField(_("系统代码"), max_length=40, unique=True)
    name = models.CharField(_("系统名称"), max_length=100)
    agency = models.CharField(_("所属部门"), max_length=100)
    usc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, default="")
    unit = models.ForeignKey(
        "units.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("机构")
    )
    contact = models.CharField(_("联系人"), max_length=100, blank=True, default="")
    contact_phone = models.CharField(_("联系电话"), max_length=40, blank=True, default="")
    address = models.CharField(_("对方接口地址"), max_length=200, blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=CallerState.choices, default=CallerState.ACTIVE)
    reason = models.CharField(_("暂停或者停止的理由"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("登记时间"))
    demo = models.BooleanField(_("演示数据"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("接入系统")
        ordering = ["agency", "code"]

    def __str__(self) -> str:
        return f"{self.agency} {self.name}"


class KeyKind(models.TextChoices):
    """密钥类别. Signing keys are public keys of the partner; a token is kept as its hash."""

    ED25519 = "ED25519", _("Ed25519 签名公钥")
    SM2 = "SM2", _("SM2 签名公钥")
    TOKEN = "TOKEN", _("访问令牌")


class Environment(models.TextChoices):
    """环境. A key of the sandbox reaches fictional rows only, whatever was granted."""

    LIVE = "LIVE", _("正式")
    SANDBOX = "SANDBOX", _("沙箱")


class CallerKey(models.Model):
    """接入密钥. `key_id` is what requests name; never used twice."""

    never_deleted: ClassVar[bool] = True

    caller = models.ForeignKey(Caller, models.PROTECT, related_name="keys", verbose_name=_("接入系统"))
    kind = models.CharField(_("类别"), max_length=8, choices=KeyKind.choices)
    environment = models.CharField(_("环境"), max_length=8, choices=Environment.choices, default=Environment.LIVE)
    key_id = models.CharField(_("密钥编号"), max_length=80, unique=True)
    public_key = models.TextField(_("公钥"), blank=True, default="")
    token_hash = models.BinaryField(_("令牌摘要"), max_length=32, null=True, blank=True, unique=True)
    not_before = models.DateTimeField(_("启用时间"))
    not_after = models.DateTimeField(_("失效时间"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"))
    created_by = models.CharField(_("登记人"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("接入密钥")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(not_after__gt=F("not_before")), name="exchange_key_period"),
            models.CheckConstraint(
                condition=(Q(kind="TOKEN") & Q(token_hash__isnull=False))
                | (~Q(kind="TOKEN") & Q(token_hash__isnull=True) & ~Q(public_key="")),
                name="exchange_key_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class GrantState(models.TextChoices):
    """授权状态 (政务数据共享条例 第27条: suspended first, stopped only where it is not put right)."""

    ACTIVE = "ACTIVE", _("有效")
    SUSPENDED = "SUSPENDED", _("已暂停")
    STOPPED = "STOPPED", _("已停止")


class Grant(models.Model):
    """共享授权: which fields of which interface one system may have, for what, how often, how long.

    `row_filter` maps a column to the values it must have; of `division` a beginning is enough. `version` grows with every
    change, and the log of calls names it. `matter_id` is the sharing matter it was approved in.
    """

    never_deleted: ClassVar[bool] = True

    public_id = models.UUIDField(_("授权编号"), unique=True, default=uuid.uuid4, editable=False)
    caller = models.ForeignKey(Caller, models.PROTECT, related_name="grants", verbose_name=_("接入系统"))
    interface = models.CharField(_("接口"), max_length=60)
    version = models.PositiveIntegerField(_("版本"), default=1)
    fields = ArrayField(models.CharField(max_length=60), verbose_name=_("字段"))
    purposes = ArrayField(models.CharField(max_length=40), verbose_name=_("使用目的"))
    row_filter = models.JSONField(_("数据范围"), default=dict, blank=True)
    per_minute = models.PositiveIntegerField(_("每分钟次数"), null=True, blank=True)
    per_day = models.PositiveIntegerField(_("每日次数"), null=True, blank=True)
    per_month = models.PositiveBigIntegerField(_("每月次数"), null=True, blank=True)
    valid_from = models.DateTimeField(_("起"))
    valid_to = models.DateTimeField(_("止"))
    matter_id = models.BigIntegerField(_("共享申请"), null=True, blank=True)
    matter_no = models.CharField(_("共享申请编号"), max_length=80, blank=True, default="")
    state = models.CharField(_("状态"), max_length=10, choices=GrantState.choices, default=GrantState.ACTIVE)
    reason = models.CharField(_("理由"), max_length=200, blank=True, default="")
    changed_at = models.DateTimeField(_("最近变更"))

    class Meta:
        verbose_name = verbose_name_plural = _("共享授权")
        ordering = ["-id"]
        indexes = [models.Index(fields=["interface", "state"], name="exchange_grant_interface")]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="exchange_grant_period"),
            models.CheckConstraint(condition=Q(purposes__len__gt=0), name="exchange_grant_names_purposes"),
            models.UniqueConstraint(
                fields=["caller", "interface"],
                condition=~Q(state="STOPPED"),
                name="exchange_one_open_grant",
                violation_error_message=_("该系统已有这一接口的授权，请变更原授权。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.caller_id}:{self.interface} v{self.version}"

    def content(self) -> dict[str, Any]:
        """What the ledger and the history keep of a version."""
        return {
            "grant": str(self.public_id), "caller": self.caller_id, "interface": self.interface, "version": self.version,
            "fields": sorted(self.fields), "purposes": sorted(self.purposes), "row_filter": self.row_filter,
            "per_minute": self.per_minute, "per_day": self.per_day, "per_month": self.per_month,
            "valid_from": self.valid_from.isoformat(), "valid_to": self.valid_to.isoformat(),
            "matter": [self.matter_id, self.matter_no], "state": str(self.state),
        }  # fmt: skip


class GrantEvent(models.Model):
    """授权变更记录: every version of a grant and who made it so."""

    append_only: ClassVar[bool] = True

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="events", verbose_name=_("授权"))
    at = models.DateTimeField(_("时间"))
    action = models.CharField(_("动作"), max_length=12)
    by = models.CharField(_("经办人"), max_length=100, blank=True, default="")
    reason = models.CharField(_("理由"), max_length=200, blank=True, default="")
    content = models.JSONField(_("内容"))

    class Meta:
        verbose_name = verbose_name_plural = _("授权变更记录")
        ordering = ["-id"]


class Policy(models.Model):
    """授权总版本: one row; every change of callers, keys or grants raises it, in its own transaction.

    Gateways compare it with what they hold before they give anything out.
    """

    never_deleted: ClassVar[bool] = True

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(_("版本"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("授权总版本")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="exchange_policy_one_row")]


class QuotaUse(models.Model):
    """额度领用: how much of a quota the gateways took out in one period. `period` is m, d or M with its beginning."""

    grant_id = models.BigIntegerField(_("授权"))
    period = models.CharField(_("周期"), max_length=20)
    taken = models.BigIntegerField(_("已领用"), default=0)
    expires_at = models.DateTimeField(_("可清除时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("额度领用")
        constraints = [models.UniqueConstraint(fields=["grant_id", "period"], name="exchange_quota_period")]
        indexes = [models.Index(fields=["expires_at"], name="exchange_quota_over")]


class Direction(models.TextChoices):
    """供给或者获取."""

    SUPPLIED = "SUPPLIED", _("供给")
    OBTAINED = "OBTAINED", _("获取")
