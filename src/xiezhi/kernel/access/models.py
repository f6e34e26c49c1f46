"""Accounts, grants, service accounts, and the append-only records of who did and who read what."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    """账号类别."""

    CITIZEN = "CITIZEN", _("公众")
    STAFF = "STAFF", _("工作人员")
    SERVICE = "SERVICE", _("服务账号")
    ADMIN = "ADMIN", _("管理员")


class AdminRole(models.TextChoices):
    """三员: three administrators who check one another; nobody holds two (platform.md 7)."""

    SYSTEM_ADMIN = "SYSTEM_ADMIN", _("系统管理员")
    SECURITY_ADMIN = "SECURITY_ADMIN", _("安全管理员")
    AUDIT_ADMIN = "AUDIT_ADMIN", _("审计管理员")


class Reach(models.TextChoices):
    """管辖范围: how far from a unit a role reaches."""

    OWN = "OWN", _("本单位")
    SUBTREE = "SUBTREE", _("本单位及下级")
    TERRITORY = "TERRITORY", _("本行政区域")


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; `services` is the door for everybody else."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(username__iexact=username)

    def create_user(self, username: str, email: str = "", password: str | None = None, **extra: Any) -> Account:
        """Create an account. Without a password nobody can sign in with one."""
        from xiezhi.kernel.calendar.clock import now

        extra.setdefault("created_at", now())
        account = self.model(username=self.model.normalize_username(username), email=email, **extra)
        if password is None:
            account.set_unusable_password()
        else:
            account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """账号. The key to the door; who comes in is a person or a member of staff.

    There is no superuser: an administrator has exactly one of three separated offices and no part in any matter.
    """

    uid = models.UUIDField(_("账号标识"), unique=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        _("用户名"), max_length=60, unique=True, error_messages={"unique": _("该用户名已被使用，请换一个。")}
    )
    kind = models.CharField(_("账号类别"), max_length=8, choices=AccountKind.choices, default=AccountKind.CITIZEN)
    admin_role = models.CharField(_("管理员职责"), max_length=16, choices=AdminRole.choices, blank=True, default="")
    person = models.ForeignKey(
        "people.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("自然人"),
    )
    staff = models.ForeignKey(
        "people.Staff",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("工作人员"),
    )
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    phone_hash = models.BinaryField(_("手机号码索引"), max_length=32, null=True, blank=True, db_index=True)
    is_active = models.BooleanField(_("启用"), default=True)
    failed_count = models.PositiveSmallIntegerField(_("连续登录失败次数"), default=0)
    failed_at = models.DateTimeField(_("最近登录失败时间"), null=True, blank=True)
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True)
    large_type = models.BooleanField(_("大字版"), default=False)
    plain_language = models.BooleanField(_("通俗版"), default=False)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    demo = models.BooleanField(_("演示数据"), default=False)
    created_at = models.DateTimeField(_("创建时间"))

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Upper("username"), name="access_account_username_any_case"),
            models.CheckConstraint(
                condition=Q(kind="ADMIN", admin_role__in=AdminRole.values) | (~Q(kind="ADMIN") & Q(admin_role="")),
                name="access_account_admin_role",
            ),
            models.CheckConstraint(condition=~Q(kind="STAFF") | Q(staff__isnull=False), name="access_account_staff"),
            models.CheckConstraint(
                condition=~Q(kind="ADMIN") | Q(staff__isnull=False) | Q(person__isnull=False),
                name="access_account_admin_is_somebody",
            ),
            models.UniqueConstraint(fields=["staff"], condition=Q(kind="STAFF"), name="access_account_one_per_staff"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(kind="CITIZEN"), name="access_account_one_per_person"
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        """Whether the reference-data screens open; Django's admin asks under this name."""
        return self.is_active and self.kind == AccountKind.ADMIN and self.admin_role == AdminRole.SYSTEM_ADMIN

    @property
    def is_superuser(self) -> bool:
        """Nobody is."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's permission names exist for the reference-data screens only."""
        from xiezhi.kernel.access.reference import may_edit

        return self.is_staff and may_edit(perm)

    def has_perms(self, perm_list: Any, obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        from xiezhi.kernel.access.reference import APPS

        return self.is_staff and app_label in APPS

    def get_full_name(self) -> str:
        if self.staff is not None:
            return self.staff.name
        return self.person.name if self.person is not None else self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


class RoleGrant(models.Model):
    """授权. A role given to one account beyond its posts, for a purpose, a place and at most a year."""

    grantee = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="grants", verbose_name=_("被授权账号"))
    role = models.CharField(_("角色"), max_length=40)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("机构范围"))
    reach = models.CharField(_("管辖范围"), max_length=10, choices=Reach.choices, default=Reach.OWN)
    data_level_max = models.PositiveSmallIntegerField(_("最高数据级别"), default=3)
    purposes = ArrayField(models.CharField(max_length=24), default=list, verbose_name=_("查阅目的"))
    valid_from = models.DateTimeField(_("起"))
    valid_to = models.DateTimeField(_("止"))
    reason = models.CharField(_("授权事由"), max_length=200)
    approved_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("批准人"))
    created_at = models.DateTimeField(_("登记时间"))
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤销人")
    )

    class Meta:
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(approved_by=F("grantee")), name="access_grant_not_self_approved"),
            models.CheckConstraint(condition=Q(data_level_max__range=(1, 4)), name="access_grant_data_level"),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")) & Q(valid_to__lte=F("valid_from") + timedelta(days=366)),
                name="access_grant_at_most_a_year",
            ),
            models.CheckConstraint(condition=Q(reach__in=Reach.values), name="access_grant_reach"),
            models.CheckConstraint(condition=Q(purposes__len__gt=0), name="access_grant_names_purposes"),
        ]

    def __str__(self) -> str:
        return f"{self.grantee_id}:{self.role}@{self.unit_id}"


class ServiceAccount(models.Model):
    """服务账号. A program of another unit that calls the API. Its token is shown once and kept as a hash."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="service", verbose_name=_("账号"))
    name = models.CharField(_("名称"), max_length=100)
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("所属机构"))
    contact = models.CharField(_("联系人"), max_length=100, blank=True, default="")
    token_hash = models.BinaryField(_("令牌摘要"), max_length=32, unique=True)
    token_hint = models.CharField(_("令牌前缀"), max_length=12)
    scopes = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("接口范围"))
    purposes = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name=_("查阅目的"))
    created_at = models.DateTimeField(_("创建时间"))
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("创建人"))
    expires_at = models.DateTimeField(_("失效时间"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)

    class Meta:
        verbose_name = _("服务账号")
        verbose_name_plural = _("服务账号")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="access_service_expires")
        ]

    def __str__(self) -> str:
        return self.name


class SecurityEventKind(models.TextChoices):
    """安全事件."""

    SIGNED_IN = "SIGNED_IN", _("登录")
    SIGN_IN_FAILED = "SIGN_IN_FAILED", _("登录失败")
    SIGNED_OUT = "SIGNED_OUT", _("退出")
    LOCKED = "LOCKED", _("账号锁定")
    UNLOCKED = "UNLOCKED", _("账号解锁")
    ACCOUNT_CREATED = "ACCOUNT_CREATED", _("创建账号")
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED", _("停用账号")
    ACCOUNT_ENABLED = "ACCOUNT_ENABLED", _("启用账号")
    PASSWORD_CHANGED = "PASSWORD_CHANGED", _("修改密码")
    PASSWORD_RESET = "PASSWORD_RESET", _("重置密码")
    ADMIN_APPOINTED = "ADMIN_APPOINTED", _("任命管理员")
    ROLE_GRANTED = "ROLE_GRANTED", _("授予角色")
    ROLE_REVOKED = "ROLE_REVOKED", _("撤销角色")
    TOKEN_ISSUED = "TOKEN_ISSUED", _("签发令牌")
    TOKEN_REVOKED = "TOKEN_REVOKED", _("吊销令牌")
    DENIED = "DENIED", _("越权访问被拒绝")
    LINKED = "LINKED", _("关联统一身份认证")
    UNLINKED = "UNLINKED", _("解除关联")
    SESSION_ENDED = "SESSION_ENDED", _("退出其他设备")
    MANDATE = "MANDATE", _("委托和监护变更")


class SecurityEvent(models.Model):
    """安全日志. What happened to accounts and grants; read by the audit administrator only."""

    append_only: ClassVar[bool] = True

    at = models.DateTimeField(_("时间"))
    kind = models.CharField(_("事件"), max_length=20, choices=SecurityEventKind.choices)
    actor = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("相关账号")
    )
    terminal = models.CharField(_("终端"), max_length=64, blank=True, default="")
    detail = models.JSONField(_("详情"), default=dict)

    class Meta:
        verbose_name = _("安全日志")
        verbose_name_plural = _("安全日志")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-at"], name="access_security_account"),
            models.Index(fields=["-at"], name="access_security_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class SignIn(models.Model):
    """登录设备. One open session of an account, so that its owner can see it and end it from elsewhere."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("账号"))
    session_key = models.CharField(_("会话"), max_length=40, unique=True)
    device = models.CharField(_("设备"), max_length=60, blank=True, default="")
    way = models.CharField(
        _("登录方式"),
        max_length=8,
        choices=[("PASSWORD", _("密码")), ("PROVIDER", _("统一身份认证"))],
        default="PASSWORD",
    )
    at = models.DateTimeField(_("登录时间"))

    class Meta:
        verbose_name = _("登录设备")
        verbose_name_plural = _("登录设备")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["account", "-at"], name="access_sign_in_account")]

    def __str__(self) -> str:
        return self.device


class ReadingAction(models.TextChoices):
    """查阅动作."""

    READ = "READ", _("查阅")
    LIST = "LIST", _("列表中出现")
    EXPORT = "EXPORT", _("导出")
    PRINT = "PRINT", _("打印")
    SHOW = "SHOW", _("显示隐藏信息")
    SHARE = "SHARE", _("共享")


class ReadingLog(models.Model):
    """查阅日志. One reading of personal records: who, for whom, why. Readers' names as they were."""

    append_only: ClassVar[bool] = True

    at = models.DateTimeField(_("时间"))
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("账号")
    )
    staff_label = models.CharField(_("查阅人"), max_length=100, blank=True, default="")
    unit = models.ForeignKey(
        "units.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("机构")
    )
    unit_name = models.CharField(_("机构名称"), max_length=100, blank=True, default="")
    role = models.CharField(_("角色"), max_length=40, blank=True, default="")
    terminal = models.CharField(_("终端"), max_length=64, blank=True, default="")
    action = models.CharField(_("动作"), max_length=8, choices=ReadingAction.choices)
    object_type = models.CharField(_("对象类型"), max_length=60)
    object_id = models.CharField(_("对象标识"), max_length=64, blank=True, default="")
    matter_id = models.BigIntegerField(_("办件"), null=True, blank=True)
    matter_no = models.CharField(_("案号"), max_length=80, blank=True, default="")
    count = models.PositiveIntegerField(_("涉及人数"), default=0)
    fields = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("字段"))
    purpose = models.CharField(_("目的"), max_length=24)
    purpose_text = models.CharField(_("目的说明"), max_length=200, blank=True, default="")
    result = models.CharField(_("结果"), max_length=12, default="OK")

    class Meta:
        verbose_name = _("查阅日志")
        verbose_name_plural = _("查阅日志")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-at"], name="access_reading_account"),
            models.Index(
                fields=["matter_id", "-at"], name="access_reading_matter", condition=Q(matter_id__isnull=False)
            ),
            models.Index(fields=["-at"], name="access_reading_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"


class ReadingKey(models.Model):
    """查阅日志—人员. Keyed hash of one person in one reading: finds a person's readings without naming the person."""

    append_only: ClassVar[bool] = True

    reading = models.ForeignKey(
        ReadingLog, on_delete=models.PROTECT, related_name="keys", db_index=False, verbose_name=_("查阅")
    )
    key_hash = models.BinaryField(_("人员键"), max_length=32)

    class Meta:
        verbose_name = _("查阅日志人员键")
        verbose_name_plural = _("查阅日志人员键")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["key_hash", "-reading"], name="access_reading_key_person"),
            models.Index(fields=["reading"], name="access_reading_key_reading"),
        ]

    def __str__(self) -> str:
        return str(self.reading_id)


from xiezhi.kernel.access.rates import RateCount as RateCount  # noqa: E402 - one app, two modules
