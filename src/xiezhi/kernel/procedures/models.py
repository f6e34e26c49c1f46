"""办件 and its history. State, facts and due dates are indexes over the history; the history itself is append-only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

NO_DUE = date(9999, 12, 31)
"""Sort key of matters without a live clock, and of halted ones: they come last in a queue."""

LEVELS = ("min", "prov", "city", "county", "town")


class Matter(models.Model):
    """办件: one thing the department does for somebody, under one procedure and the version it began with."""

    public_id = models.UUIDField("公开编号", default=uuid.uuid4, unique=True, editable=False)
    procedure = models.CharField("程序", max_length=16)
    version = models.PositiveSmallIntegerField("程序版本", default=1)
    state = models.CharField("状态", max_length=32)
    state_title = models.CharField("状态名称", max_length=32, default="")
    open = models.BooleanField("未结", default=True)
    seq = models.PositiveIntegerField("历史长度", default=0)
    intake_no = models.CharField("收件号", max_length=32, unique=True)
    case_no = models.CharField("案号", max_length=64, null=True, blank=True, unique=True)
    subject = models.CharField("事由", max_length=200, default="")
    parties_line = models.CharField("当事人", max_length=200, default="")
    organ = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="决定机关", null=True)
    handling_unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="matters", verbose_name="承办机构")
    min_id = models.BigIntegerField(null=True)
    prov_id = models.BigIntegerField(null=True)
    city_id = models.BigIntegerField(null=True)
    county_id = models.BigIntegerField(null=True)
    town_id = models.BigIntegerField(null=True)
    handler = models.ForeignKey(
        "people.Staff", models.PROTECT, null=True, related_name="matters", verbose_name="承办人"
    )
    opened_on = models.DateField("收到日")
    closed_on = models.DateField("结案日", null=True)
    state_since = models.DateField("现状态自")
    track = models.CharField("适用程序", max_length=16, default="")
    kind = models.CharField("事项", max_length=32, default="")
    channel = models.CharField("申请方式", max_length=16, default="")
    outcome = models.CharField("结案方式", max_length=32, default="")
    next_step = models.CharField("下一步", max_length=60, default="")
    due_term = models.CharField("当前时钟", max_length=32, default="")
    due_nominal = models.DateField("到期日（未顺延）", null=True)
    due_legal = models.DateField("到期日", null=True)
    due_sort = models.DateField("排序", default=NO_DUE)
    due_provisional = models.BooleanField("暂定", default=False)
    held = models.BooleanField("时钟已停", default=False)
    law_version = models.CharField("法律版本", max_length=16, default="")
    regulation_version = models.CharField("条例版本", max_length=16, default="")
    secrecy = models.CharField("密级", max_length=8, default="L3")
    facts = models.JSONField("事实索引", default=dict)
    imported_from = models.CharField("来源系统", max_length=32, default="")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "办件"
        indexes = [
            *(
                models.Index(
                    fields=[f"{level}_id", "due_sort", "id"], name=f"matter_{level}_open", condition=Q(open=True)
                )
                for level in LEVELS
            ),
            *(
                models.Index(fields=[f"{level}_id", "-opened_on", "-id"], name=f"matter_{level}_all")
                for level in LEVELS
            ),
            models.Index(fields=["handling_unit", "due_sort", "id"], name="matter_unit_open", condition=Q(open=True)),
            models.Index(fields=["handler", "due_sort", "id"], name="matter_handler_open", condition=Q(open=True)),
            models.Index(fields=["organ", "state"], name="matter_organ_state", condition=Q(open=True)),
            models.Index(fields=["-updated_at"], name="matter_updated"),
            models.Index(fields=["case_no"], name="matter_case_no_like", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["intake_no"], name="matter_intake_no_like", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["due_sort"], name="matter_provisional", condition=Q(due_provisional=True, open=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("opened_on")), name="matter_closed_after_opened"),
            models.CheckConstraint(condition=Q(seq__gte=0), name="matter_seq_not_negative"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """案号 once the law gives one, else 收件号."""
        return self.case_no or self.intake_no


class MatterEvent(models.Model):
    """历史: one event that happened. The application role can only read and insert."""

    append_only = True

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="events", verbose_name="办件")
    seq = models.PositiveIntegerField("序号")
    event = models.CharField("事件", max_length=40)
    on = models.DateField("发生日")
    at = models.DateTimeField("生效时刻")
    recorded_at = models.DateTimeField("记录时刻", auto_now_add=True)
    from_state = models.CharField("原状态", max_length=32, default="")
    to_state = models.CharField("新状态", max_length=32)
    role = models.CharField("角色", max_length=32)
    actor = models.CharField("行为人", max_length=64, default="")
    actor_label = models.CharField("当时身份", max_length=120, default="")
    data = models.JSONField("数据", default=dict)
    law_version = models.CharField(max_length=16, default="")
    regulation_version = models.CharField(max_length=16, default="")
    request_key = models.CharField("请求标识", max_length=80, null=True)
    request_hash = models.BinaryField("请求摘要", max_length=32, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "办件历史"
        constraints = [
            models.UniqueConstraint(fields=["matter", "seq"], name="event_once_per_seq"),
            models.UniqueConstraint(fields=["request_key"], name="event_once_per_request"),
        ]
        indexes = [models.Index(fields=["event", "on"], name="event_by_day")]


class EventPayload(models.Model):
    """个人信息载荷: what the event said about persons; only the eraser may delete it, the history goes on without it."""

    eraser_only_delete = True

    event = models.OneToOneField(MatterEvent, models.PROTECT, primary_key=True, related_name="payload")
    sealed = models.BinaryField("加密载荷")

    class Meta:
        verbose_name = verbose_name_plural = "事件载荷"


class Party(models.Model):
    """参加人: who takes part in a matter, in which role, and through which account or unit."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="parties", verbose_name="办件")
    role = models.CharField("角色", max_length=32)
    kind = models.CharField("类型", max_length=24, default="CITIZEN")
    name = models.CharField("姓名或名称", max_length=120)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    organization = models.ForeignKey("people.Organization", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acts_for = models.ForeignKey("self", models.PROTECT, null=True, related_name="agents", verbose_name="代理")
    detail = models.JSONField("非个人信息", default=dict)
    sealed = models.BinaryField("加密信息", null=True)
    e_service = models.BooleanField("同意电子送达", default=False)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "参加人"
        indexes = [
            models.Index(fields=["account", "-matter"], name="party_account", condition=Q(account__isnull=False)),
            models.Index(fields=["person", "-matter"], name="party_person", condition=Q(person__isnull=False)),
            models.Index(fields=["unit", "role", "-matter"], name="party_unit", condition=Q(unit__isnull=False)),
            models.Index(fields=["name"], name="party_name_like", opclasses=["varchar_pattern_ops"]),
        ]

    def part_in(self, parties: Iterable[Party]) -> str:
        """The role in which this party takes part: whoever acts for somebody else than the applicant stands where that
        party stands and has no right of the applicant's side. Empty once the party acted for has left."""
        if self.acts_for_id is None:
            return self.role
        principal = next((p for p in parties if p.pk == self.acts_for_id), None)
        if principal is None:
            return self.role
        if principal.valid_to is not None:
            return ""
        return self.role if principal.role == "applicant" else principal.role


class Deadline(models.Model):
    """期限索引: live clocks as rows, for queues and alarms. Dropped and rebuilt at will from the histories."""

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="deadlines", verbose_name="办件")
    term = models.CharField("期限", max_length=32)
    number = models.PositiveSmallIntegerField("次", default=1)
    side = models.CharField("责任方", max_length=12)
    started_on = models.DateField("起算日")
    nominal = models.DateField("到期日（未顺延）", null=True)
    legal = models.DateField("到期日", null=True)
    status = models.CharField("状态", max_length=12)
    provisional = models.BooleanField("暂定", default=False)
    lapses = models.BooleanField("届满自动生效", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "期限索引"
        constraints = [models.UniqueConstraint(fields=["matter", "term", "number"], name="deadline_once")]
        indexes = [
            models.Index(fields=["legal"], name="deadline_to_lapse", condition=Q(lapses=True, status="RUNNING")),
            models.Index(fields=["legal"], name="deadline_provisional", condition=Q(provisional=True)),
        ]


class MatterLink(models.Model):
    """关联: merged into, split from, follows, duplicate of."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="links")
    other = models.ForeignKey(Matter, models.PROTECT, related_name="linked_from")
    kind = models.CharField("关系", max_length=16)
    on = models.DateField("日期")

    class Meta:
        verbose_name = verbose_name_plural = "办件关联"
        constraints = [models.UniqueConstraint(fields=["matter", "other", "kind"], name="link_once")]


class MatterOfficer(models.Model):
    """承办人: who works on a matter and in which part; recused and replaced officers keep their dates."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="officers")
    staff = models.ForeignKey("people.Staff", models.PROTECT, related_name="+")
    lead = models.BooleanField("主办", default=False)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True)
    reason = models.CharField("变更原因", max_length=60, default="")

    class Meta:
        verbose_name = verbose_name_plural = "承办人"
        indexes = [models.Index(fields=["staff", "matter"], name="officer_staff", condition=Q(valid_to__isnull=True))]


class Draft(models.Model):
    """草稿: an unfinished application or event form, saved at every step, resumed by number and code on any device."""

    code = models.CharField("取回码", max_length=24, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    procedure = models.CharField("程序", max_length=16)
    event = models.CharField("事件", max_length=40)
    matter = models.ForeignKey(Matter, models.CASCADE, null=True, related_name="+")
    seen_seq = models.PositiveIntegerField("打开时的历史长度", default=0)
    sealed = models.BinaryField("加密内容")
    revision = models.PositiveIntegerField("修订", default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        indexes = [models.Index(fields=["account", "-updated_at"], name="draft_account")]


class Parameter(models.Model):
    """参数: a dated local value that overrides a procedure's own (practice, promise, or a reading)."""

    procedure = models.CharField("程序", max_length=16)
    name = models.CharField("参数", max_length=48)
    unit = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="适用单位")
    valid_from = models.DateField("自")
    value = models.JSONField("值")
    reason = models.CharField("理由", max_length=200)
    set_by = models.CharField("设置人", max_length=64)
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "程序参数"
        constraints = [
            models.UniqueConstraint(fields=["procedure", "name", "unit", "valid_from"], name="parameter_once", nulls_distinct=False)
        ]  # fmt: skip


class Serial(models.Model):
    """编号计数: last serial per series and year; a row lock inside the signing transaction gives the next."""

    series = models.CharField("系列", max_length=64)
    year = models.PositiveSmallIntegerField("年")
    last = models.PositiveIntegerField("最后号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号计数"
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="serial_once")]


class SerialUse(models.Model):
    """编号使用登记: every serial is used or logged as voided, never reused."""

    append_only = True

    series = models.CharField("系列", max_length=64)
    year = models.PositiveSmallIntegerField("年")
    serial = models.PositiveIntegerField("号")
    number = models.CharField("文号", max_length=64)
    status = models.CharField("用途", max_length=8)
    object_type = models.CharField(max_length=24, default="")
    object_id = models.CharField(max_length=40, default="")
    reason = models.CharField("作废原因", max_length=120, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "编号使用登记"
        constraints = [models.UniqueConstraint(fields=["series", "year", "serial", "status"], name="serial_use_once")]


from xiezhi.kernel.procedures.takeover_models import (  # noqa: E402 - one app, two modules
    TakeoverMisfit as TakeoverMisfit,
)
from xiezhi.kernel.procedures.takeover_models import TakeoverRecord as TakeoverRecord  # noqa: E402
from xiezhi.kernel.procedures.takeover_models import TakeoverRun as TakeoverRun  # noqa: E402
