"""代理关系: who may act for whom, by the principal's will (委托) or by law (监护), and its history."""

from __future__ import annotations

import uuid
from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.people.capacity import Capacity


class MandateKind(models.TextChoices):
    """代理种类."""

    AGENT = "AGENT", _("委托代理")
    PARENT = "PARENT", _("父母监护")
    GUARDIAN = "GUARDIAN", _("其他监护人")


class GuardianGround(models.TextChoices):
    """监护依据 (民法典)."""

    PARENT = "PARENT", _("父母（民法典第27条）")
    LAW = "LAW", _("依法顺序担任（民法典第27条、第28条）")
    WILL = "WILL", _("遗嘱指定（民法典第29条）")
    AGREEMENT = "AGREEMENT", _("协议确定（民法典第30条）")
    APPOINTED = "APPOINTED", _("居委会、村委会、民政部门或者法院指定（民法典第31条）")
    PRIOR = "PRIOR", _("意定监护（民法典第33条）")
    COURT = "COURT", _("法院撤销后另行指定（民法典第36条）")


class MandateScope(models.TextChoices):
    """代理范围."""

    ALL = "ALL", _("在本网办理的所有事项")
    PROCEDURES = "PROCEDURES", _("只限选定的事项")
    MATTER = "MATTER", _("只限一件办件")


class Power(models.TextChoices):
    """特别授权: what a general mandate does not cover; each has to be named (民事诉讼法 第62条)."""

    WITHDRAW = "WITHDRAW", _("撤回申请")
    CHANGE = "CHANGE", _("承认、放弃、变更请求")
    SETTLE = "SETTLE", _("和解、接受调解")
    RECEIVE = "RECEIVE", _("代收文书、领取款物")


class MandateState(models.TextChoices):
    """状态, computed from the dates of a mandate; never stored."""

    WAITING_PRINCIPAL = "WAITING_PRINCIPAL", _("等待委托人确认")
    WAITING_AGENT = "WAITING_AGENT", _("等待代理人接受")
    FUTURE = "FUTURE", _("尚未开始")
    IN_FORCE = "IN_FORCE", _("有效")
    EXPIRED = "EXPIRED", _("已到期")
    ENDED = "ENDED", _("已终止")


class Mandate(models.Model):
    """代理关系. `agent` may act for `principal`, within scope, powers and days; both have agreed, and either may end it.

    Guardianship is the same record with another ground: the law gives the power, an officer records it with its proof, and
    that of a minor ends by itself when the child is grown up. What was agreed never changes: another scope is another
    mandate, and `MandateEvent` keeps every step.
    """

    eraser_only_delete: ClassVar[bool] = True

    uid = models.UUIDField(_("标识"), unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("编号"), max_length=16, unique=True)
    kind = models.CharField(_("种类"), max_length=8, choices=MandateKind.choices, default=MandateKind.AGENT)
    ground = models.CharField(_("监护依据"), max_length=12, choices=GuardianGround.choices, blank=True, default="")
    principal = models.ForeignKey(
        "people.Person", models.PROTECT, related_name="mandates_given", verbose_name=_("被代理人")
    )
    agent = models.ForeignKey("people.Person", models.PROTECT, related_name="mandates_held", verbose_name=_("代理人"))
    scope = models.CharField(_("范围"), max_length=10, choices=MandateScope.choices, default=MandateScope.ALL)
    procedures = ArrayField(models.CharField(max_length=16), default=list, blank=True, verbose_name=_("事项"))
    matter_id = models.BigIntegerField(_("办件"), null=True, blank=True)
    matter_no = models.CharField(_("案号"), max_length=80, blank=True, default="")
    powers = ArrayField(
        models.CharField(max_length=10, choices=Power.choices), default=list, blank=True, verbose_name=_("特别授权")
    )
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止（不含当日）"), null=True, blank=True)
    proof = models.ForeignKey(
        "documents.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证明材料")
    )
    proof_name = models.CharField(_("材料名称"), max_length=180, blank=True, default="")
    recorded_by = models.ForeignKey(
        "people.Staff", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人员")
    )
    confirmed_at = models.DateTimeField(_("被代理人确认时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("代理人接受时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("代理关系")
        verbose_name_plural = _("代理关系")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("agent")), name="people_mandate_two_persons"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="people_mandate_period"
            ),
            models.CheckConstraint(
                condition=Q(scope="ALL", matter_id__isnull=True, procedures__len=0)
                | Q(scope="PROCEDURES", matter_id__isnull=True, procedures__len__gt=0)
                | Q(scope="MATTER", matter_id__isnull=False, procedures__len=0),
                name="people_mandate_scope",
            ),
            models.CheckConstraint(
                condition=Q(kind="AGENT", ground="", valid_to__isnull=False)
                | (~Q(kind="AGENT") & ~Q(ground="") & Q(recorded_by__isnull=False, scope="ALL")),
                name="people_mandate_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "-id"], name="people_mandate_agent", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["principal", "-id"], name="people_mandate_principal"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def by_law(self) -> bool:
        """监护, not 委托: the power follows from the law."""
        return self.kind != MandateKind.AGENT

    def state_on(self, day: date) -> MandateState:
        """State on a day."""
        if self.ended_at is not None:
            return MandateState.ENDED
        if self.valid_to is not None and day >= self.valid_to:
            return MandateState.EXPIRED
        if self.confirmed_at is None:
            return MandateState.WAITING_PRINCIPAL
        if self.accepted_at is None:
            return MandateState.WAITING_AGENT
        return MandateState.FUTURE if day < self.valid_from else MandateState.IN_FORCE


class MandateStep(models.TextChoices):
    """代理关系的变动."""

    PROPOSED = "PROPOSED", _("提出")
    CONFIRMED = "CONFIRMED", _("委托人确认")
    ACCEPTED = "ACCEPTED", _("代理人接受")
    DECLINED = "DECLINED", _("谢绝")
    REVOKED = "REVOKED", _("委托人取消委托")
    RENOUNCED = "RENOUNCED", _("代理人辞去委托")
    RECORDED = "RECORDED", _("窗口登记")
    ENDED = "ENDED", _("窗口登记终止")


class MandateEvent(models.Model):
    """代理关系历史: every step, by whom and in which way. Names stand in the mandate, never here."""

    append_only: ClassVar[bool] = True

    mandate_number = models.CharField(_("编号"), max_length=16, db_index=True)
    step = models.CharField(_("变动"), max_length=10, choices=MandateStep.choices)
    at = models.DateTimeField(_("时间"))
    actor = models.CharField(_("行为人"), max_length=64)
    actor_label = models.CharField(_("当时身份"), max_length=120, blank=True, default="")
    way = models.CharField(
        _("方式"),
        max_length=8,
        choices=[("ACCOUNT", _("本人账号")), ("COUNTER", _("窗口，凭书面材料"))],
        default="ACCOUNT",
    )
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")
    content = models.JSONField(_("内容"), default=dict)

    class Meta:
        verbose_name = _("代理关系历史")
        verbose_name_plural = _("代理关系历史")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.mandate_number} {self.step}"


class CapacityGround(models.TextChoices):
    """行为能力认定的依据."""

    JUDGMENT = "JUDGMENT", _("法院认定（民法典第24条）")
    OWN_INCOME = "OWN_INCOME", _("十六周岁以上，以自己的劳动收入为主要生活来源（民法典第18条）")
    RESTORED = "RESTORED", _("法院认定恢复（民法典第24条）")


class CapacityFinding(models.Model):
    """行为能力认定: what a court found, or that a minor of sixteen lives on own work. The last one counts."""

    append_only: ClassVar[bool] = True

    person_uid = models.UUIDField(_("自然人"), db_index=True)
    capacity = models.CharField(_("行为能力"), max_length=8, choices=Capacity.choices)
    ground = models.CharField(_("依据"), max_length=12, choices=CapacityGround.choices)
    paper = models.CharField(_("文书或者证明"), max_length=100)
    on = models.DateField(_("生效日"))
    recorded_by = models.ForeignKey("people.Staff", models.PROTECT, related_name="+", verbose_name=_("登记人员"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("行为能力认定")
        verbose_name_plural = _("行为能力认定")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.capacity} {self.on}"
