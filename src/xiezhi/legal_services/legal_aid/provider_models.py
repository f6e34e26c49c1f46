"""Who gives legal aid: firms, providers with their ties, penalties and duty shifts (法律援助法 第12条至第17条)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from xiezhi.kernel.units.periods import no_overlap

from .codes import PROVIDER_KINDS

__all__ = ["AidAgency", "AidFirm", "AidProvider", "DutyPlace", "DutyShift", "ProviderPenalty", "ProviderTie"]


class AidAgency(models.Model):
    """法律援助机构: a unit that grants legal aid, and the justice bureau that set it up (法律援助法 第12条)."""

    unit = models.OneToOneField(
        "units.Unit", models.PROTECT, primary_key=True, related_name="aid_agency", verbose_name="机构"
    )
    bureau = models.ForeignKey(
        "units.Unit", models.PROTECT, related_name="aid_agencies", verbose_name="设立它的司法行政部门"
    )
    address = models.CharField("地址", max_length=200, default="", blank=True)
    phone = models.CharField("电话", max_length=40, default="", blank=True)
    hours = models.CharField("接待时间", max_length=120, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "法律援助机构"
        constraints = [models.CheckConstraint(condition=~Q(bureau=models.F("unit")), name="aid_agency_not_own_bureau")]

    def __str__(self) -> str:
        return self.unit.name


class AidFirm(models.Model):
    """律师事务所、基层法律服务所. A branch names its head office: for conflicts they are one firm."""

    organization = models.OneToOneField(
        "people.Organization", models.PROTECT, related_name="aid_firm", verbose_name="组织"
    )
    head = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="branches", verbose_name="总所"
    )

    class Meta:
        verbose_name = verbose_name_plural = "服务机构"
        constraints = [models.CheckConstraint(condition=~Q(head=models.F("id")), name="aid_firm_not_own_head")]

    def __str__(self) -> str:
        return self.organization.name

    @property
    def family(self) -> int:
        """One number for a head office and all its branches."""
        return self.head_id or self.pk


class AidProvider(models.Model):
    """法律援助人员. Telephone and identity stay in the person record."""

    LAWYER, LEGAL_WORKER, VOLUNTEER, AGENCY_STAFF = tuple(PROVIDER_KINDS)
    ACTIVE, PAUSED, LEFT = "ACTIVE", "PAUSED", "LEFT"
    STATUSES = ((ACTIVE, "可以指派"), (PAUSED, "暂停指派"), (LEFT, "已退出"))

    person = models.OneToOneField("people.Person", models.PROTECT, related_name="aid_provider", verbose_name="自然人")
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="aid_provider", verbose_name="账号"
    )
    agency = models.ForeignKey(
        "units.Unit", models.PROTECT, related_name="aid_providers", verbose_name="登记的法律援助机构"
    )
    firm = models.ForeignKey(AidFirm, models.PROTECT, null=True, related_name="providers", verbose_name="执业机构")
    kind = models.CharField("类别", max_length=16, choices=tuple(PROVIDER_KINDS.items()), default=LAWYER)
    license_no = models.CharField("执业证号", max_length=40, unique=True, null=True)
    practice_since = models.DateField("执业起始日", null=True)
    specialisms = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name="擅长事项")
    languages = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name="语言")
    counties = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name="服务区域")
    capacity = models.PositiveSmallIntegerField("同时承办上限", default=8)
    status = models.CharField("状态", max_length=8, choices=STATUSES, default=ACTIVE)
    former_organ = models.ForeignKey(
        "units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="曾任法官、检察官的机关"
    )
    former_left_on = models.DateField("离任日", null=True)
    registered_at = models.DateTimeField("登记时间")
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "法律援助人员"
        indexes = [models.Index(fields=["agency", "status"], name="aid_provider_agency")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["AGENCY_STAFF", "VOLUNTEER"]) | Q(firm__isnull=False), name="aid_provider_firm"),
            models.CheckConstraint(condition=~Q(kind="LAWYER") | Q(license_no__isnull=False), name="aid_provider_license"),
            models.CheckConstraint(condition=Q(former_organ__isnull=True) | Q(former_left_on__isnull=False), name="aid_provider_former"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.person.name


class ProviderPenalty(models.Model):
    """停止执业等处罚: within a STOP interval a provider takes no offer, duty or matter (legal-services.md L-C 5)."""

    STOP, WARN, REVOKE = "STOP", "WARN", "REVOKE"
    KINDS = ((STOP, "停止执业"), (WARN, "警告"), (REVOKE, "吊销执业证书"))

    provider = models.ForeignKey(AidProvider, models.PROTECT, related_name="penalties", verbose_name="法律援助人员")
    kind = models.CharField("种类", max_length=8, choices=KINDS, default=STOP)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止（不含当日）", null=True)
    doc_no = models.CharField("文号", max_length=60, default="", blank=True)
    recorded_by = models.CharField("登记人", max_length=64)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "处罚"
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")), name="aid_penalty_period"),
            models.CheckConstraint(condition=~Q(kind="STOP") | Q(valid_to__isnull=False), name="aid_penalty_stop_ends"),
        ]  # fmt: skip


class ProviderTie(models.Model):
    """利害关系: a person or organization a provider is bound to, as a blind key; nobody's name stands here."""

    KIN, CLIENT, ADVISER, EMPLOYER = "KIN", "CLIENT", "ADVISER", "EMPLOYER"
    KINDS = ((KIN, "近亲属"), (CLIENT, "曾为其代理"), (ADVISER, "法律顾问单位"), (EMPLOYER, "曾任职单位"))

    provider = models.ForeignKey(AidProvider, models.PROTECT, related_name="ties", verbose_name="法律援助人员")
    kind = models.CharField("关系", max_length=8, choices=KINDS)
    key = models.CharField("对方标识", max_length=64)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "利害关系"
        constraints = [models.UniqueConstraint(fields=["provider", "kind", "key"], name="aid_tie_once")]
        indexes = [models.Index(fields=["key"], name="aid_tie_key")]


class DutyPlace(models.TextChoices):
    """值班地点: where a duty lawyer sits (法律援助法 第14条)."""

    COURT = "COURT", "人民法院"
    DETENTION = "DETENTION", "看守所"
    PROCURATORATE = "PROCURATORATE", "人民检察院"
    AGENCY = "AGENCY", "法律援助机构"


class DutyShift(models.Model):
    """值班: one day of one provider at one place; a duty lawyer gives help and is not a defender (法律援助法 第30条)."""

    AM, PM, DAY = "AM", "PM", "DAY"
    PARTS = ((DAY, "全天"), (AM, "上午"), (PM, "下午"))
    PLANNED, DONE, MISSED, CANCELLED = "PLANNED", "DONE", "MISSED", "CANCELLED"
    STATES = ((PLANNED, "已排班"), (DONE, "已值班"), (MISSED, "未到岗"), (CANCELLED, "已取消"))

    agency = models.ForeignKey("units.Unit", models.PROTECT, related_name="aid_duty", verbose_name="法律援助机构")
    provider = models.ForeignKey(AidProvider, models.PROTECT, related_name="shifts", verbose_name="值班律师")
    place = models.CharField("地点类别", max_length=16, choices=DutyPlace.choices)
    site = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="值班处所")
    valid_from = models.DateField("值班日")
    valid_to = models.DateField("次日")
    part = models.CharField("时段", max_length=4, choices=PARTS, default=DAY)
    state = models.CharField("状态", max_length=10, choices=STATES, default=PLANNED)
    consulted = models.PositiveSmallIntegerField("咨询人次", default=0)
    helped = models.PositiveSmallIntegerField("提供法律帮助人次", default=0)
    witnessed = models.PositiveSmallIntegerField("认罪认罚见证人次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "值班"
        indexes = [models.Index(fields=["agency", "valid_from"], name="aid_duty_agency")]
        constraints = [
            no_overlap("aid_duty_once_a_day", "provider_id", condition=~Q(state="CANCELLED")),
            models.CheckConstraint(condition=Q(valid_to__gt=models.F("valid_from")), name="aid_duty_day"),
        ]
