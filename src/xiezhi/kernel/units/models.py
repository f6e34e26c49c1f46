"""Units of all levels, historized: names and places change, last year's report does not."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.units.periods import no_overlap


class Level(models.TextChoices):
    """层级 (platform.md 1.1)."""

    MIN = "MIN", _("部级")
    PROV = "PROV", _("省级")
    CITY = "CITY", _("市级")
    COUNTY = "COUNTY", _("县级")
    TOWN = "TOWN", _("乡镇级")
    VILLAGE = "VILLAGE", _("村居")

    @property
    def rank(self) -> int:
        """0 for the ministry, growing downwards."""
        return list(Level).index(self)

    @property
    def column(self) -> str | None:
        """Column of `Unit` that names the ancestor at this level; villages have nothing below them."""
        return None if self is Level.VILLAGE else f"{self.value.lower()}_id"


LEVEL_COLUMNS = tuple(level.column for level in Level if level.column)


class UnitKind(models.TextChoices):
    """机构类别."""

    GOVERNMENT = "GOVERNMENT", _("人民政府")
    JUSTICE = "JUSTICE", _("司法行政机关")
    DEPARTMENT = "DEPARTMENT", _("政府工作部门")
    AUTHORITY = "AUTHORITY", _("行政机关")
    AGENCY_GOVERNMENT = "AGENCY_GOVERNMENT", _("派出机关")
    AGENCY = "AGENCY", _("派出机构")
    AUTHORIZED = "AUTHORIZED", _("法律法规授权的组织")
    INSTITUTION = "INSTITUTION", _("事业单位")
    PRISON_BUREAU = "PRISON_BUREAU", _("监狱管理机关")
    PRISON = "PRISON", _("监狱")
    DRUG_REHAB = "DRUG_REHAB", _("戒毒所")
    OFFICE = "OFFICE", _("内设机构")
    COURT = "COURT", _("人民法院")
    PROCURATORATE = "PROCURATORATE", _("人民检察院")
    SUPERVISED_ORG = "SUPERVISED_ORG", _("监管对象")
    ASSOCIATION = "ASSOCIATION", _("社会组织")
    VILLAGE_BODY = "VILLAGE_BODY", _("村（居）组织")


class Leadership(models.TextChoices):
    """领导体制: who leads the unit; decides who reviews its acts (行政复议法 第24、27条)."""

    LOCAL = "LOCAL", _("本级人民政府领导")
    DUAL = "DUAL", _("双重领导")
    VERTICAL = "VERTICAL", _("实行垂直领导（海关、金融、外汇管理等）")
    TAX = "TAX", _("税务机关")
    STATE_SECURITY = "STATE_SECURITY", _("国家安全机关")


class UnitStatus(models.TextChoices):
    """机构状态."""

    ACTIVE = "ACTIVE", _("存续")
    MERGED = "MERGED", _("已合并")
    CLOSED = "CLOSED", _("已撤销")


class Division(models.Model):
    """行政区划 (GB/T 2260; 9 and 12 digits below the county). One row per code and period."""

    code = models.CharField(_("代码"), max_length=12)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=8, choices=Level.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级区划")
    )
    valid_from = models.DateField(_("启用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    successors = models.ManyToManyField("self", symmetrical=False, blank=True, verbose_name=_("沿革去向"))

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="units_division_code_from"),
            models.CheckConstraint(condition=Q(code__regex=r"^(\d{6}|\d{9}|\d{12})$"), name="units_division_code"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="units_division_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class Unit(models.Model):
    """机构. Identity of a unit; what may change stands in `UnitPeriod`.

    Name, parent and the ancestors by level are copies of the period in force today, kept by `services`, so that lists
    need no join over time and a subtree is one equality.
    """

    uid = models.UUIDField(_("机构标识"), unique=True, default=uuid.uuid4, editable=False)
    usc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True)
    level = models.CharField(_("层级"), max_length=8, choices=Level.choices)
    kind = models.CharField(_("机构类别"), max_length=20, choices=UnitKind.choices)
    leadership = models.CharField(_("领导体制"), max_length=16, choices=Leadership.choices, default=Leadership.LOCAL)
    own_name = models.BooleanField(
        _("能以自己的名义作出行政行为"), default=True, help_text=_("派出机构、内设机构未经法律法规授权的，选否。")
    )
    is_reconsideration_organ = models.BooleanField(_("行政复议机关"), default=False)
    reconsideration_office = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reconsideration_organs",
        verbose_name=_("行政复议机构"),
        help_text=_("该机关负责办理行政复议事项的机构，一般为本级司法行政部门。"),
    )
    handles = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("承办业务"),
        default=list,
        blank=True,
        help_text=_("程序代码。留空表示不限；专门机构（如法律援助中心）填它承办的业务，办案台只显示这些。"),
    )
    document_code = models.CharField(_("机关代字"), max_length=20, blank=True, default="", help_text=_("如“云岭府”。"))
    status = models.CharField(_("状态"), max_length=8, choices=UnitStatus.choices, default=UnitStatus.ACTIVE)
    sort = models.PositiveIntegerField(_("排序"), default=0)
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"))

    # Copies of the period in force today.
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=40, blank=True, default="")
    sort_key = models.CharField(_("拼音"), max_length=255, blank=True, default="")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级机构")
    )
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在区划")
    )
    min_id = models.BigIntegerField(null=True, blank=True, editable=False, db_index=True)
    prov_id = models.BigIntegerField(null=True, blank=True, editable=False, db_index=True)
    city_id = models.BigIntegerField(null=True, blank=True, editable=False, db_index=True)
    county_id = models.BigIntegerField(null=True, blank=True, editable=False, db_index=True)
    town_id = models.BigIntegerField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ["sort", "sort_key", "id"]
        indexes = [
            models.Index(fields=["sort_key"], name="units_unit_sort_key", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name"], name="units_unit_name", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="units_unit_not_own_parent"),
            models.CheckConstraint(
                condition=Q(is_reconsideration_organ=True) | Q(reconsideration_office__isnull=True),
                name="units_office_of_organ",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_head(self) -> bool:
        """Whether the unit stands at the top of its level (a government rather than one of its departments)."""
        column = Level(self.level).column
        return column is not None and getattr(self, column) == self.pk


class UnitPeriod(models.Model):
    """机构沿革. What a unit was called, where it stood and under whom, from one day up to but not including another."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="periods", verbose_name=_("机构"))
    name = models.CharField(_("名称"), max_length=100)
    short_name = models.CharField(_("简称"), max_length=40, blank=True, default="")
    sort_key = models.CharField(_("拼音"), max_length=255, blank=True, default="")
    admin_parent = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上级机构")
    )
    business_parents = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name=_("业务主管机构"))
    location_division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在区划")
    )
    supervise_division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("监管区划")
    )
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    phone = models.CharField(_("公开电话"), max_length=40, blank=True, default="")
    lng = models.DecimalField(_("经度（CGCS2000）"), max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField(_("纬度（CGCS2000）"), max_digits=9, decimal_places=6, null=True, blank=True)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止（不含当日）"), null=True, blank=True)
    reason = models.CharField(_("变更事由"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("机构沿革")
        verbose_name_plural = _("机构沿革")
        ordering = ["unit_id", "valid_from"]
        constraints = [
            no_overlap("units_period_no_overlap", "unit_id"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="units_period_not_empty"
            ),
            models.CheckConstraint(condition=~Q(admin_parent=F("unit")), name="units_period_not_own_parent"),
        ]
        indexes = [models.Index(fields=["valid_from", "valid_to"], name="units_period_days")]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}—{self.valid_to or ''}"


class UnitSuccession(models.Model):
    """机构承继. Who took over the powers of a unit that was merged or closed (行政复议法 第19条)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions", verbose_name=_("原机构"))
    successor = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="predecessions", verbose_name=_("承继机构")
    )
    on = models.DateField(_("承继日期"))
    reason = models.CharField(_("依据"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("机构承继")
        verbose_name_plural = _("机构承继")
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "successor"], name="units_succession_once"),
            models.CheckConstraint(condition=~Q(unit=F("successor")), name="units_succession_other"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id}→{self.successor_id}"
