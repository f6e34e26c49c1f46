"""Persons, organizations, staff and the posts they hold. Whoever acts on the platform is one of these."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.people.crypto import SealedField
from xiezhi.kernel.units.periods import no_overlap


class IdType(models.TextChoices):
    """证件类型."""

    RESIDENT = "RESIDENT", _("居民身份证")
    HMT_RESIDENCE = "HMT_RESIDENCE", _("港澳台居民居住证")
    HM_PERMIT = "HM_PERMIT", _("港澳居民来往内地通行证")
    TW_PERMIT = "TW_PERMIT", _("台湾居民来往大陆通行证")
    FOREIGN_RESIDENCE = "FOREIGN_RESIDENCE", _("外国人永久居留身份证")
    PASSPORT = "PASSPORT", _("护照")
    OFFICER = "OFFICER", _("军官证")
    OTHER = "OTHER", _("其他证件")


class Sex(models.TextChoices):
    """性别代码 (GB/T 2261.1)."""

    UNKNOWN = "0", _("未知")
    MALE = "1", _("男")
    FEMALE = "2", _("女")
    NOT_STATED = "9", _("未说明")


class SpecialGroup(models.TextChoices):
    """特殊群体: decides on assistance, never on rights."""

    MINOR = "MINOR", _("未成年人")
    ELDERLY = "ELDERLY", _("老年人")
    DISABLED = "DISABLED", _("残疾人")
    MIGRANT_WORKER = "MIGRANT_WORKER", _("农民工")
    SOLDIER = "SOLDIER", _("军人军属")
    VETERAN = "VETERAN", _("退役军人")
    HARDSHIP = "HARDSHIP", _("经济困难")
    VISUAL = "VISUAL", _("视力障碍")
    HEARING = "HEARING", _("听力障碍")


class OrganizationKind(models.TextChoices):
    """组织类别."""

    COMPANY = "COMPANY", _("企业")
    INDIVIDUAL_BUSINESS = "INDIVIDUAL_BUSINESS", _("个体工商户")
    COOPERATIVE = "COOPERATIVE", _("农民专业合作社")
    INSTITUTION = "INSTITUTION", _("事业单位")
    SOCIAL = "SOCIAL", _("社会组织")
    LAW_FIRM = "LAW_FIRM", _("律师事务所")
    VILLAGE = "VILLAGE", _("村（居）民委员会或者农村集体经济组织")
    ORGAN = "ORGAN", _("机关")
    OTHER = "OTHER", _("其他组织")


class Person(models.Model):
    """自然人. A member of the public or somebody who works here; one row per identity document.

    Two persons are the same only by (id_type, id_hash), never by name (platform.md 2.2).
    """

    eraser_only_delete: ClassVar[bool] = True

    uid = models.UUIDField(_("人员标识"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("姓名"), max_length=100)
    sort_key = models.CharField(_("拼音"), max_length=255, blank=True, default="")
    id_type = models.CharField(_("证件类型"), max_length=20, choices=IdType.choices, default=IdType.RESIDENT)
    id_no = SealedField(_("证件号码"), column="people.person.id_no", null=True, blank=True)
    id_hash = models.BinaryField(_("证件号码索引"), max_length=32, null=True, blank=True)
    phone = SealedField(_("手机号码"), column="people.person.phone", null=True, blank=True)
    phone_hash = models.BinaryField(_("手机号码索引"), max_length=32, null=True, blank=True, db_index=True)
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    address = SealedField(_("住址"), column="people.person.address", null=True, blank=True)
    service_address = SealedField(_("送达地址"), column="people.person.service_address", null=True, blank=True)
    division = models.ForeignKey(
        "units.Division", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("居住区划")
    )
    birth_date = models.DateField(_("出生日期"), null=True, blank=True)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    special_groups = ArrayField(
        models.CharField(max_length=20, choices=SpecialGroup.choices),
        default=list,
        blank=True,
        verbose_name=_("特殊群体"),
    )
    verified_at = models.DateTimeField(_("实名核验时间"), null=True, blank=True)
    verified_by = models.CharField(_("核验渠道"), max_length=40, blank=True, default="")
    capacity = models.CharField(
        _("行为能力认定"), max_length=8, blank=True, default="", help_text=_("法院等认定的；空为按年龄")
    )
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("自然人")
        verbose_name_plural = _("自然人")
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id_type", "id_hash"], name="people_person_identity"),
            models.CheckConstraint(
                condition=Q(id_no__isnull=True, id_hash__isnull=True) | Q(id_no__isnull=False, id_hash__isnull=False),
                name="people_person_id_indexed",
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="people_person_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["sort_key"], name="people_person_sort", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.name


class Organization(models.Model):
    """法人或者其他组织. An organization as a party; public bodies on the platform are units."""

    eraser_only_delete: ClassVar[bool] = True

    uid = models.UUIDField(_("组织标识"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("名称"), max_length=150)
    sort_key = models.CharField(_("拼音"), max_length=255, blank=True, default="")
    usc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True)
    kind = models.CharField(
        _("类别"), max_length=20, choices=OrganizationKind.choices, default=OrganizationKind.COMPANY
    )
    legal_rep = models.CharField(_("法定代表人（负责人）"), max_length=100, blank=True, default="")
    legal_rep_person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="represents",
        verbose_name=_("法定代表人（实名）"),
    )
    phone = SealedField(_("联系电话"), column="people.organization.phone", null=True, blank=True)
    address = models.CharField(_("住所"), max_length=200, blank=True, default="")
    service_address = models.CharField(_("送达地址"), max_length=200, blank=True, default="")
    division = models.ForeignKey(
        "units.Division", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("住所区划")
    )
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("组织")
        verbose_name_plural = _("组织")
        ordering = ["sort_key", "id"]
        indexes = [models.Index(fields=["name"], name="people_organization_name", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class StaffKind(models.TextChoices):
    """人员类别 (platform.md 1.2)."""

    CIVIL_SERVANT = "CIVIL_SERVANT", _("公务员")
    CIVIL_SERVANT_LIKE = "CIVIL_SERVANT_LIKE", _("参照公务员法管理")
    INSTITUTION = "INSTITUTION", _("事业编制")
    POLICE = "POLICE", _("人民警察")
    AUXILIARY_POLICE = "AUXILIARY_POLICE", _("辅警")
    CONTRACT = "CONTRACT", _("聘用")
    SOCIAL_WORKER = "SOCIAL_WORKER", _("社会工作者")
    DUTY_LAWYER = "DUTY_LAWYER", _("值班律师")


class StaffStatus(models.TextChoices):
    """在职状态."""

    ACTIVE = "ACTIVE", _("在职")
    LEFT = "LEFT", _("离职")
    RETIRED = "RETIRED", _("退休")


class Staff(models.Model):
    """工作人员."""

    uid = models.UUIDField(_("工作人员标识"), unique=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="staff", verbose_name=_("自然人")
    )
    name = models.CharField(_("姓名"), max_length=100)
    sort_key = models.CharField(_("拼音"), max_length=255, blank=True, default="")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    staff_kind = models.CharField(
        _("人员类别"), max_length=20, choices=StaffKind.choices, default=StaffKind.CIVIL_SERVANT
    )
    rank = models.CharField(_("职级"), max_length=40, blank=True, default="")
    police_no = models.CharField(_("警号"), max_length=20, blank=True, default="")
    cert_no = models.CharField(_("执法证号"), max_length=40, blank=True, default="")
    cert_valid_to = models.DateField(_("执法证有效期至"), null=True, blank=True)
    reconsideration_qualified = models.BooleanField(
        _("具备行政复议人员资格"), default=False, help_text=_("行政复议法 第6条")
    )
    work_phone = models.CharField(_("办公电话"), max_length=40, blank=True, default="")
    status = models.CharField(_("状态"), max_length=8, choices=StaffStatus.choices, default=StaffStatus.ACTIVE)
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("工作人员")
        verbose_name_plural = _("工作人员")
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["police_no"], condition=~Q(police_no=""), name="people_staff_police_no"),
            models.UniqueConstraint(fields=["cert_no"], condition=~Q(cert_no=""), name="people_staff_cert_no"),
        ]

    def __str__(self) -> str:
        return self.name


class PostLevel(models.TextChoices):
    """岗位层次."""

    LEADER = "LEADER", _("机关负责人")
    HEAD = "HEAD", _("机构负责人")
    STAFF = "STAFF", _("工作人员")
    SUPPORT = "SUPPORT", _("辅助人员")


class Post(models.Model):
    """岗位. The roles somebody has on the platform follow from the post, not from the person."""

    code = models.CharField(_("岗位代码"), max_length=40, unique=True)
    title = models.CharField(_("岗位名称"), max_length=60)
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("平台角色"))
    level = models.CharField(_("层次"), max_length=8, choices=PostLevel.choices, default=PostLevel.STAFF)
    reach = models.CharField(
        _("管辖范围"),
        max_length=10,
        choices=[("OWN", _("本单位")), ("SUBTREE", _("本单位及下级")), ("TERRITORY", _("本行政区域"))],
        default="OWN",
    )
    data_level_max = models.PositiveSmallIntegerField(_("最高数据级别"), default=3)
    sort = models.PositiveIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        ordering = ["sort", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(data_level_max__range=(1, 4)), name="people_post_data_level"),
            models.CheckConstraint(condition=Q(reach__in=["OWN", "SUBTREE", "TERRITORY"]), name="people_post_reach"),
        ]

    def __str__(self) -> str:
        return self.title


class Appointment(models.Model):
    """任职. Who holds which post in which unit from when to when; one main post at any time while any is held."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("工作人员"))
    unit = models.ForeignKey(
        "units.Unit", on_delete=models.PROTECT, related_name="appointments", verbose_name=_("机构")
    )
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("岗位"))
    main = models.BooleanField(_("主要岗位"), default=True)
    acting = models.BooleanField(_("代理（主持工作）"), default=False)
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止（不含当日）"), null=True, blank=True)

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["staff_id", "-main", "valid_from"]
        constraints = [
            no_overlap("people_one_main_post", "staff_id", condition=Q(main=True)),
            no_overlap("people_post_held_once", "staff_id", "unit_id", "post_id"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="people_appointment_period"
            ),
        ]
        indexes = [models.Index(fields=["unit", "post"], name="people_appointment_unit_post")]

    def __str__(self) -> str:
        return f"{self.staff_id}@{self.unit_id}/{self.post_id}"


class Deputy(models.Model):
    """代理职责. During leave somebody else carries the duties of a post holder, with dates and an approval."""

    principal = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="deputies", verbose_name=_("被代理人"))
    deputy = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="deputizes", verbose_name=_("代理人"))
    valid_from = models.DateField(_("起"))
    valid_to = models.DateField(_("止（不含当日）"))
    reason = models.CharField(_("事由"), max_length=200)
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", verbose_name=_("批准人"))
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("代理职责")
        verbose_name_plural = _("代理职责")
        ordering = ["-valid_from", "id"]
        constraints = [
            no_overlap("people_one_deputy", "principal_id"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="people_deputy_period"),
            models.CheckConstraint(condition=~Q(principal=F("deputy")), name="people_deputy_other"),
            models.CheckConstraint(condition=~Q(approved_by=F("deputy")), name="people_deputy_not_self_approved"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id}→{self.principal_id}"


from xiezhi.kernel.people.mandate_models import (  # noqa: E402 - one app, two modules
    CapacityFinding as CapacityFinding,
)
from xiezhi.kernel.people.mandate_models import Mandate as Mandate  # noqa: E402
from xiezhi.kernel.people.mandate_models import MandateEvent as MandateEvent  # noqa: E402
