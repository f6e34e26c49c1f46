"""What the wage channel keeps beside the matter: project, case row, workers (sealed), payments.

`WageCase` and `Payment` are indexes over the history and can be rebuilt from it. `WageWorker` holds persons: names and
numbers are sealed columns, nothing lists them publicly, and only the eraser may delete a row.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from xiezhi.kernel.people.crypto import SealedField
from xiezhi.kernel.units.ids import usc_check

from .codes import INDUSTRIES, PAYERS

__all__ = ["Payment", "WageCase", "WageProject", "WageWorker", "project_key"]


def project_key(name: str) -> str:
    """A name as people write it, so that one project is one: without blanks, brackets and the words every site has."""
    whole = out = "".join(c for c in name if c.isalnum()).lower()
    for word in ("工程", "项目部", "项目", "工地"):
        out = out.replace(word, "")
    return out or whole


class WageProject(models.Model):
    """项目: one site with its developer and general contractor. Many reports about it are one project."""

    uid = models.UUIDField("项目标识", unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField("项目名称", max_length=120)
    key = models.CharField("查找用名", max_length=120)
    industry = models.CharField("行业", max_length=16, choices=tuple(INDUSTRIES.items()), default="BUILDING")
    developer = models.CharField("建设单位", max_length=120, default="", blank=True)
    developer_usc = models.CharField("建设单位信用代码", max_length=18, default="", blank=True)
    contractor = models.CharField("施工总承包单位", max_length=120, default="", blank=True)
    contractor_usc = models.CharField("总包信用代码", max_length=18, default="", blank=True)
    county = models.ForeignKey(
        "units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="所在县（市、区）"
    )
    town = models.CharField("乡镇（街道）", max_length=60, default="", blank=True)
    unpaid_project_money = models.DecimalField(
        "未结清的工程款（元）", max_digits=17, decimal_places=2, null=True, blank=True
    )
    demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "工程项目"
        constraints = [
            models.UniqueConstraint(fields=["county", "key"], name="wage_project_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(name=""), name="wage_project_named"),
            models.CheckConstraint(
                condition=Q(unpaid_project_money__isnull=True) | Q(unpaid_project_money__gte=0),
                name="wage_project_money",
            ),
        ]
        indexes = [models.Index(fields=["name"], name="wage_project_name", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Check the credit codes. Raises InvalidNumber with what to do."""
        from xiezhi.kernel.people.services import fictional_allowed

        for name in ("developer_usc", "contractor_usc"):
            value = getattr(self, name)
            if value:
                setattr(self, name, usc_check(value, fictional=fictional_allowed()).number)


class WageCase(models.Model):
    """欠薪案件: one row a matter, as lists and figures need it."""

    matter = models.OneToOneField(
        "procedures.Matter", models.PROTECT, primary_key=True, related_name="wages", verbose_name="办件"
    )
    project = models.ForeignKey(WageProject, models.PROTECT, null=True, related_name="cases", verbose_name="项目")
    project_name = models.CharField("项目名称", max_length=120, default="")
    employer_name = models.CharField("用人单位", max_length=120)
    employer_usc = models.CharField("信用代码", max_length=18, default="")
    employer_key = models.CharField("用人单位标识", max_length=120, default="")
    industry = models.CharField("行业", max_length=16, default="OTHER")
    county_id = models.BigIntegerField("县（市、区）", null=True)
    town = models.CharField("乡镇（街道）", max_length=60, default="")
    workers = models.PositiveIntegerField("人数", default=1)
    confirmed = models.PositiveIntegerField("已确认人数", default=0)
    owed = models.DecimalField("欠薪（元）", max_digits=14, decimal_places=2)
    recovered = models.DecimalField("追回（元）", max_digits=14, decimal_places=2, default=0)
    advanced = models.DecimalField("垫付（元）", max_digits=14, decimal_places=2, default=0)
    reported_on = models.DateField("求助日")
    first_filed_on = models.DateField("最早求助日")
    triaged_on = models.DateField("分流日", null=True)
    first_paid_on = models.DateField("首笔到账日", null=True)
    employed = models.BooleanField("在职", default=False)
    ended_on = models.DateField("离职日", null=True)
    limit_due = models.DateField("仲裁时效届满日", null=True)
    priority = models.PositiveSmallIntegerField("轻重缓急", default=0)
    grouped = models.BooleanField("群体性", default=False)
    alarmed = models.BooleanField("已报告", default=False)
    answered = models.BooleanField("已批示", default=False)
    threat = models.CharField("风险", max_length=12, default="NONE")
    repeat_count = models.PositiveSmallIntegerField("同一单位以前被求助", default=0)
    route = models.CharField("当前办法", max_length=16, default="")
    status = models.CharField("状态", max_length=20)
    result = models.CharField("结果", max_length=12, default="")
    follow_up = models.CharField("回访", max_length=16, default="")

    class Meta:
        verbose_name = verbose_name_plural = "欠薪案件"
        constraints = [
            models.CheckConstraint(condition=Q(owed__gt=0), name="wage_owed_positive"),
            models.CheckConstraint(
                condition=Q(recovered__gte=0, recovered__lte=F("owed")), name="wage_recovered_within"
            ),
            models.CheckConstraint(condition=Q(advanced__gte=0, advanced__lte=F("owed")), name="wage_advanced_within"),
            models.CheckConstraint(condition=Q(workers__gte=1), name="wage_workers"),
            models.CheckConstraint(
                condition=Q(employed=False) | Q(limit_due__isnull=True), name="wage_no_limit_employed"
            ),
        ]
        indexes = [
            models.Index(fields=["project"], name="wage_case_project"),
            models.Index(fields=["employer_key"], name="wage_case_employer"),
            models.Index(fields=["reported_on"], name="wage_case_reported"),
            models.Index(
                fields=["-priority", "reported_on"], name="wage_case_triage", condition=Q(triaged_on__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}"

    @property
    def rate(self) -> str:
        """Recovered share in per cent, two decimals."""
        from .rules import rate_of

        return rate_of(self.owed, self.recovered)


class WageWorker(models.Model):
    """工友: one person of a report. Confirms for themselves by a link and a code sent to their own telephone."""

    eraser_only_delete = True

    INVITED, CONFIRMED, DISPUTED, LEFT, NO_PHONE = "INVITED", "CONFIRMED", "DISPUTED", "LEFT", "NO_PHONE"
    STATES = (
        (INVITED, "等本人确认"), (CONFIRMED, "本人已确认"), (DISPUTED, "本人说数额不对"), (LEFT, "已退出"), (NO_PHONE, "没有手机，当面确认"),
    )  # fmt: skip

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="wage_workers", verbose_name="办件")
    no = models.PositiveIntegerField("序号")
    filer = models.BooleanField("求助人本人", default=False)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    name = SealedField("姓名", column="wages.worker.name")
    mobile = SealedField("手机号", column="wages.worker.mobile", null=True)
    id_no = SealedField("身份证号", column="wages.worker.id_no", null=True)
    note = SealedField("备注", column="wages.worker.note", null=True)
    amount = models.DecimalField("欠薪（元）", max_digits=14, decimal_places=2, null=True)
    own_amount = models.DecimalField("本人说的数额（元）", max_digits=14, decimal_places=2, null=True)
    state = models.CharField("确认", max_length=12, choices=STATES, default=INVITED)
    token_hash = models.BinaryField("链接摘要", max_length=32, null=True)
    code_hash = models.BinaryField("验证码摘要", max_length=32, null=True)
    tries = models.PositiveSmallIntegerField("输错次数", default=0)
    sent_at = models.DateTimeField("短信时间", null=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "欠薪工友"
        constraints = [
            models.UniqueConstraint(fields=["matter", "no"], name="wage_worker_no"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="wage_worker_amount"),
        ]
        indexes = [models.Index(fields=["token_hash"], name="wage_worker_token")]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.no}"


class Payment(models.Model):
    """到账: one sum that reached the workers, with who paid. Written anew from the history after each event."""

    matter = models.ForeignKey("procedures.Matter", models.CASCADE, related_name="wage_payments", verbose_name="办件")
    seq = models.PositiveIntegerField("历史序号")
    paid_on = models.DateField("到账日")
    amount = models.DecimalField("数额（元）", max_digits=14, decimal_places=2)
    payer = models.CharField("谁付的", max_length=16, choices=(*PAYERS.items(), ("FUND", "应急周转金垫付")))
    payer_name = models.CharField("付款单位", max_length=120, default="")

    class Meta:
        verbose_name = verbose_name_plural = "到账"
        constraints = [
            models.UniqueConstraint(fields=["matter", "seq"], name="wage_payment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="wage_payment_positive"),
        ]
        indexes = [models.Index(fields=["paid_on"], name="wage_payment_day")]
