"""What legal aid keeps beside the matter: the case as lists and figures need it, offers, subsidies, quality reviews.

`AidCase` is an index over the history: the hook writes it after each event and it can be rebuilt at any time. Offers
and answers are append-only. No table here holds a name or a text about anybody; people are keys.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from .provider_models import AidAgency, AidFirm, AidProvider, DutyPlace, DutyShift, ProviderPenalty, ProviderTie

__all__ = [
    "AidAgency", "AidCase", "AidFirm", "AidHearing", "AidProvider", "AidSide", "DutyPlace", "DutyShift", "Offer", "OfferAnswer", "PaymentList",
    "ProviderPenalty", "ProviderTie", "QualityReview", "SubsidyItem", "SubsidyRate",
]  # fmt: skip


class AidCase(models.Model):
    """法律援助案件: one row a matter (legal-services.md 3, L-B)."""

    matter = models.OneToOneField(
        "procedures.Matter", models.PROTECT, primary_key=True, related_name="legal_aid", verbose_name="办件"
    )
    kind = models.CharField("种类", max_length=24, default="")
    route = models.CharField("途径", max_length=16, default="")
    matter_type = models.CharField("事项", max_length=24, default="")
    groups = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name="特殊群体")
    recipients = models.PositiveIntegerField("受援人数", default=1)
    hardship_not_required = models.BooleanField("不受经济困难条件限制", default=False)
    hardship_check_waived = models.BooleanField("免予核查经济困难状况", default=False)
    waiver_basis = models.CharField("免予核查的依据", max_length=24, default="")
    life_or_death = models.BooleanField("可能判处无期徒刑、死刑", default=False)
    case_organ = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="办案机关")
    limitation_on = models.DateField("时效届满日", null=True)
    amount = models.DecimalField("标的（元）", max_digits=14, decimal_places=2, null=True)
    received_on = models.DateField("收到日", null=True)
    decided_on = models.DateField("决定日", null=True)
    decision = models.CharField("决定", max_length=12, default="")
    reason = models.CharField("不予援助的理由", max_length=24, default="")
    first_aid = models.BooleanField("先行提供", default=False)
    provider = models.ForeignKey(
        AidProvider, models.PROTECT, null=True, related_name="cases", verbose_name="法律援助人员"
    )
    firm_family = models.BigIntegerField("执业机构（含分所）", null=True)
    appointed_on = models.DateField("指派日", null=True)
    met_on = models.DateField("会见日", null=True)
    contract_on = models.DateField("签约日", null=True)
    hearing_on = models.DateField("下次开庭日", null=True)
    changes = models.PositiveSmallIntegerField("更换次数", default=0)
    objected_on = models.DateField("异议日", null=True)
    complaints = models.PositiveSmallIntegerField("投诉", default=0)
    ended_on = models.DateField("办结日", null=True)
    closed_on = models.DateField("归档受理日", null=True)
    outcome = models.CharField("结果", max_length=24, default="")
    recovered = models.DecimalField("挽回损失（元）", max_digits=14, decimal_places=2, null=True)
    wages = models.DecimalField("追回工资（元）", max_digits=14, decimal_places=2, null=True)
    subsidy = models.DecimalField("补贴（元）", max_digits=10, decimal_places=2, null=True)
    paid_on = models.DateField("补贴支付日", null=True)
    quality = models.PositiveSmallIntegerField("质量评分", null=True, validators=[MaxValueValidator(100)])
    decided_in_time = models.BooleanField("按期决定", null=True)
    appointed_in_time = models.BooleanField("按期指派", null=True)
    organ_told_in_time = models.BooleanField("按期指派并告知办案机关", null=True)
    forwarded_in_time = models.BooleanField("按时转交", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "法律援助案件"
        indexes = [
            models.Index(fields=["provider", "ended_on"], name="aid_case_provider"),
            models.Index(fields=["firm_family"], name="aid_case_firm", condition=Q(ended_on__isnull=True)),
            models.Index(fields=["closed_on"], name="aid_case_closed"),
            models.Index(fields=["received_on"], name="aid_case_received"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(recovered__isnull=True) | Q(recovered__gte=0), name="aid_case_recovered"),
            models.CheckConstraint(condition=Q(quality__isnull=True) | Q(quality__lte=100), name="aid_case_quality"),
            models.CheckConstraint(
                condition=~Q(hardship_not_required=True, decision="REFUSE", reason="NOT_POOR"), name="aid_case_no_limit"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.matter_id}"


class AidSide(models.Model):
    """当事人标识: who stands on which side, as blind keys, and with which firm; for conflicts and repeats only."""

    RECIPIENT, OPPONENT, KIN = "RECIPIENT", "OPPONENT", "KIN"
    SIDES = ((RECIPIENT, "受援人"), (OPPONENT, "对方当事人"), (KIN, "受援人的近亲属"))

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="aid_sides", verbose_name="办件")
    side = models.CharField("一方", max_length=10, choices=SIDES)
    key = models.CharField("标识", max_length=64)
    firm = models.ForeignKey(AidFirm, models.PROTECT, null=True, related_name="+", verbose_name="代理其的机构")

    class Meta:
        verbose_name = verbose_name_plural = "当事人标识"
        indexes = [models.Index(fields=["key", "side"], name="aid_side_key")]
        constraints = [models.UniqueConstraint(fields=["matter", "side", "key"], name="aid_side_once")]


class Offer(models.Model):
    """征询: the matter offered to one provider. The chain of `after` makes a second open offer impossible.

    The first offer of a matter has no `after`, every later one the answer to the one before; both are unique, and an
    answer belongs to one offer. So at most one offer of a matter is without an answer, whatever runs at once.
    """

    append_only = True

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="aid_offers", verbose_name="办件")
    number = models.PositiveSmallIntegerField("次")
    provider = models.ForeignKey(AidProvider, models.PROTECT, related_name="offers", verbose_name="法律援助人员")
    after = models.OneToOneField(
        "OfferAnswer", models.PROTECT, null=True, related_name="followed_by", verbose_name="前一次的答复"
    )
    at = models.DateTimeField("征询时间")
    until = models.DateTimeField("答复期限")
    by = models.CharField("征询人", max_length=64)
    by_label = models.CharField("征询人身份", max_length=120, default="")
    replacement = models.BooleanField("更换", default=False)
    left_out = models.JSONField("未征询的人员及原因", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "征询"
        indexes = [models.Index(fields=["provider", "-at"], name="aid_offer_provider")]
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="aid_offer_number"),
            models.UniqueConstraint(fields=["matter"], condition=Q(after__isnull=True), name="aid_offer_first"),
            models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="aid_offer_until"),
            models.CheckConstraint(
                condition=Q(number=1, after__isnull=True) | Q(number__gt=1, after__isnull=False), name="aid_offer_chain"
            ),
        ]  # fmt: skip


class OfferAnswer(models.Model):
    """答复: what became of an offer, once. Reasons are codes, no words about anybody."""

    append_only = True

    ACCEPTED, REFUSED, LAPSED, WITHDRAWN = "ACCEPTED", "REFUSED", "LAPSED", "WITHDRAWN"
    KINDS = ((ACCEPTED, "接受"), (REFUSED, "不接受"), (LAPSED, "逾期未答复"), (WITHDRAWN, "已撤回"))

    offer = models.OneToOneField(Offer, models.PROTECT, primary_key=True, related_name="answer", verbose_name="征询")
    kind = models.CharField("答复", max_length=10, choices=KINDS)
    reason = models.CharField("理由", max_length=24, default="", blank=True)
    at = models.DateTimeField("答复时间")
    by = models.CharField("答复人", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "征询答复"
        constraints = [
            models.CheckConstraint(condition=~Q(kind="REFUSED") | ~Q(reason=""), name="aid_answer_reason"),
        ]


class AidHearing(models.Model):
    """开庭、会见等日程 of a matter, entered by the provider or the office."""

    HEARING, MEETING, READING, MEDIATION, OTHER = "HEARING", "MEETING", "READING", "MEDIATION", "OTHER"
    KINDS = ((HEARING, "开庭"), (MEETING, "会见受援人"), (READING, "阅卷"), (MEDIATION, "调解"), (OTHER, "其他"))

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="aid_hearings", verbose_name="办件")
    kind = models.CharField("日程", max_length=10, choices=KINDS, default=HEARING)
    at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=120, default="")
    cancelled = models.BooleanField("已取消", default=False)
    by = models.CharField("登记人", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "日程"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["matter", "at"], name="aid_hearing_matter")]


class SubsidyRate(models.Model):
    """补贴标准: amount per kind of service and stage from a day on, set for a province (法律援助法 第52条)."""

    province = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="适用省份")
    kind = models.CharField("服务类型", max_length=24)
    stage = models.CharField("阶段", max_length=24, default="WHOLE")
    valid_from = models.DateField("自")
    amount = models.DecimalField("金额（元）", max_digits=9, decimal_places=2)
    basis = models.CharField("依据文号", max_length=120, default="", blank=True)
    set_by = models.CharField("设置人", max_length=64, default="")

    class Meta:
        verbose_name = verbose_name_plural = "补贴标准"
        constraints = [
            models.UniqueConstraint(fields=["province", "kind", "stage", "valid_from"], name="aid_rate_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(amount__gte=0), name="aid_rate_amount"),
        ]  # fmt: skip


class PaymentList(models.Model):
    """补贴发放表: one month of one agency; approved by its head, then paid and exported."""

    OPEN, APPROVED, PAID = "OPEN", "APPROVED", "PAID"
    STATES = ((OPEN, "待审批"), (APPROVED, "已批准"), (PAID, "已支付"))

    agency = models.ForeignKey("units.Unit", models.PROTECT, related_name="aid_payments", verbose_name="法律援助机构")
    month = models.DateField("月份")
    number = models.PositiveSmallIntegerField("批次", default=1)
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN)
    total = models.DecimalField("合计（元）", max_digits=12, decimal_places=2, default=0)
    made_by = models.CharField("编制人", max_length=64)
    made_at = models.DateTimeField("编制时间")
    approved_by = models.CharField("批准人", max_length=64, default="", blank=True)
    approved_at = models.DateTimeField("批准时间", null=True)
    paid_on = models.DateField("支付日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "补贴发放表"
        constraints = [
            models.UniqueConstraint(fields=["agency", "month", "number"], name="aid_payment_once"),
            models.CheckConstraint(
                condition=Q(state="OPEN") | Q(approved_at__isnull=False), name="aid_payment_approved"
            ),
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=models.F("made_by")), name="aid_payment_two_people"
            ),
        ]  # fmt: skip


class SubsidyItem(models.Model):
    """补贴: what one provider receives for one matter, with the steps of its calculation. One a matter and provider."""

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="aid_subsidies", verbose_name="办件")
    provider = models.ForeignKey(AidProvider, models.PROTECT, related_name="subsidies", verbose_name="法律援助人员")
    amount = models.DecimalField("金额（元）", max_digits=9, decimal_places=2)
    lines = models.JSONField("计算", default=list)
    due_on = models.DateField("应付日", null=True)
    listed = models.ForeignKey(PaymentList, models.PROTECT, null=True, related_name="items", verbose_name="发放表")
    made_at = models.DateTimeField("计算时间")

    class Meta:
        verbose_name = verbose_name_plural = "补贴"
        constraints = [
            models.UniqueConstraint(fields=["matter", "provider"], name="aid_subsidy_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="aid_subsidy_amount"),
        ]


class QualityReview(models.Model):
    """质量评查: one reviewer's sheet for one closed matter; two reviewers of other firms score each (法律援助法 第57条)."""

    ASKED, DONE, ANSWERED = "ASKED", "DONE", "ANSWERED"
    STATES = ((ASKED, "待评查"), (DONE, "已评查"), (ANSWERED, "承办人已说明"))

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, related_name="aid_reviews", verbose_name="办件")
    reviewer = models.ForeignKey(AidProvider, models.PROTECT, related_name="reviews", verbose_name="评查人")
    place = models.PositiveSmallIntegerField("第几评查人")
    state = models.CharField("状态", max_length=10, choices=STATES, default=ASKED)
    sheet = models.PositiveSmallIntegerField("评分表版本", default=1)
    scores = models.JSONField("得分", default=dict)
    total = models.PositiveSmallIntegerField("总分", null=True)
    remarks = models.BinaryField("评语（加密）", null=True)
    reply = models.BinaryField("承办人说明（加密）", null=True)
    asked_at = models.DateTimeField("抽取时间")
    due_on = models.DateField("评查期限")
    scored_at = models.DateTimeField("评查时间", null=True)
    replied_at = models.DateTimeField("说明时间", null=True)
    draw = models.CharField("抽取批次", max_length=64, default="")

    class Meta:
        verbose_name = verbose_name_plural = "质量评查"
        constraints = [
            models.UniqueConstraint(fields=["matter", "reviewer"], name="aid_review_once"),
            models.UniqueConstraint(fields=["matter", "place"], name="aid_review_place"),
            models.CheckConstraint(condition=Q(place__in=[1, 2]), name="aid_review_two"),
            models.CheckConstraint(condition=Q(total__isnull=True) | Q(total__lte=100), name="aid_review_total"),
        ]
