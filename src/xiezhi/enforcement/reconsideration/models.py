"""What reconsideration keeps beside the matter: the case as statistics and lists need it, committee, archive.

`ReconsiderationCase` is an index over the history like the matter's own columns: it is written by the hook after each
event and can be rebuilt from the events at any time.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .codes import CLOSING_TYPES, FILING_METHODS, MATTERS, PROCEDURES


class ReconsiderationCase(models.Model):
    """行政复议案件: one row a matter (reconsideration.md 4)."""

    matter = models.OneToOneField(
        "procedures.Matter", models.PROTECT, primary_key=True, related_name="reconsideration", verbose_name="办件"
    )
    organ = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="行政复议机关")
    respondent = models.ForeignKey("units.Unit", models.PROTECT, null=True, related_name="+", verbose_name="被申请人")
    respondent_name = models.CharField("被申请人名称", max_length=150, default="")
    matter_code = models.CharField("事项", max_length=32, choices=tuple(MATTERS.items()), default="15")
    statistics_code = models.CharField("统计类别", max_length=32, default="")
    act_type = models.CharField("行政行为种类", max_length=60, default="")
    act_doc_no = models.CharField("行政行为文号", max_length=120, default="")
    act_made_on = models.DateField("作出日期", null=True)
    act_key = models.CharField("行为标识", max_length=64, default="")
    applicant_key = models.CharField("申请人标识", max_length=64, default="")
    applicant_count = models.PositiveIntegerField("申请人数", default=1)
    filing_method = models.CharField("申请方式", max_length=20, choices=tuple(FILING_METHODS.items()), default="ONLINE")
    procedure = models.CharField("程序", max_length=12, choices=tuple(PROCEDURES.items()), default="")
    simplified_ground = models.CharField("简易依据", max_length=24, default="")
    mandatory_first = models.BooleanField("复议前置", default=False)
    amount = models.DecimalField("涉案金额（元）", max_digits=17, decimal_places=2, null=True)
    compensation_claimed = models.BooleanField("提出赔偿请求", default=False)
    compensation_amount = models.DecimalField("赔偿金额（元）", max_digits=17, decimal_places=2, null=True)
    filed_on = models.DateField("提出日")
    received_on = models.DateField("收到日", null=True)
    accepted_on = models.DateField("受理日", null=True)
    accepted_mode = models.CharField("受理方式", max_length=8, default="")
    converted_on = models.DateField("转普通程序日", null=True)
    extension_days = models.PositiveSmallIntegerField("延期天数", default=0)
    suspended_days = models.PositiveIntegerField("中止天数", default=0)
    complex = models.BooleanField("重大疑难复杂", default=False)
    replied_on = models.DateField("答复日", null=True)
    no_reply = models.BooleanField("逾期未答复", default=False)
    views_heard_on = models.DateField("听取意见日", null=True)
    hearing_held_on = models.DateField("听证日", null=True)
    respondent_head_present = models.BooleanField("被申请人负责人到场", null=True)
    committee_consulted_on = models.DateField("咨询日", null=True)
    committee_adopted = models.CharField("咨询意见采纳", max_length=8, default="")
    norm_review = models.BooleanField("附带审查", default=False)
    stay = models.BooleanField("停止执行", default=False)
    mediation_tried = models.BooleanField("开展调解", default=False)
    concluded_on = models.DateField("审结日", null=True)
    concluded_in_time = models.BooleanField("在法定期限内审结", null=True)
    closing_type = models.CharField("结案方式", max_length=24, choices=tuple(CLOSING_TYPES.items()), default="")
    settled = models.BooleanField("和解撤回", default=False)
    served_on = models.DateField("送达日", null=True)
    performance_due_on = models.DateField("履行期限", null=True)
    performed_on = models.DateField("履行日", null=True)
    opinion_letters = models.PositiveSmallIntegerField("意见书", default=0)
    opinion_answered = models.PositiveSmallIntegerField("意见书反馈", default=0)
    proposal_letters = models.PositiveSmallIntegerField("建议书", default=0)
    sued_on = models.DateField("复议后起诉日", null=True)
    suit_lost = models.BooleanField("败诉", null=True)
    merged_into = models.ForeignKey(
        "procedures.Matter", models.PROTECT, null=True, related_name="+", verbose_name="并入"
    )
    archived_on = models.DateField("归档日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政复议案件"
        indexes = [
            models.Index(fields=["respondent", "act_key"], name="recon_act"),
            models.Index(fields=["applicant_key"], name="recon_applicant"),
            models.Index(fields=["received_on"], name="recon_received"),
            models.Index(fields=["accepted_on"], name="recon_accepted"),
            models.Index(fields=["concluded_on"], name="recon_concluded"),
            models.Index(fields=["respondent", "concluded_on"], name="recon_respondent_end"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}"


class CommitteeMember(models.Model):
    """行政复议委员会委员 (行政复议法 第52条): who can be asked; names never reach parties or public texts."""

    organ = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="行政复议机关")
    name = models.CharField("姓名", max_length=60)
    field = models.CharField("专业领域", max_length=60, default="")
    employer = models.CharField("工作单位", max_length=120, default="")
    valid_from = models.DateField("聘任日")
    valid_to = models.DateField("聘期至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政复议委员会委员"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")), name="committee_period"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ArchiveRecord(models.Model):
    """案卷归档: what was sealed, under which digest, and how long it is kept."""

    matter = models.OneToOneField("procedures.Matter", models.PROTECT, related_name="archive", verbose_name="办件")
    archive_no = models.CharField("档号", max_length=60, unique=True)
    retention = models.CharField("保管期限", max_length=12)
    archived_on = models.DateField("归档日")
    keep_until = models.DateField("保管至", null=True)
    pieces = models.PositiveIntegerField("件数")
    package = models.ForeignKey(
        "documents.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name="封存的电子案卷"
    )
    package_sha256 = models.CharField("电子案卷摘要", max_length=64)
    made_by = models.CharField("立卷人", max_length=64, default="")
    made_at = models.DateTimeField("立卷时间")

    class Meta:
        verbose_name = verbose_name_plural = "案卷归档"
        indexes = [models.Index(fields=["keep_until"], name="archive_keep_until")]

    def __str__(self) -> str:
        return self.archive_no


class DestructionRecord(models.Model):
    """销毁清册: that a file was destroyed, who proposed and who approved it; this is what remains."""

    append_only = True

    matter = models.OneToOneField("procedures.Matter", models.PROTECT, related_name="destruction", verbose_name="办件")
    archive_no = models.CharField("档号", max_length=60)
    case_no = models.CharField("案号", max_length=64, default="")
    archived_on = models.DateField("归档日")
    keep_until = models.DateField("保管至")
    package_sha256 = models.CharField("电子案卷摘要", max_length=64)
    proposed_by = models.CharField("提出人", max_length=64)
    approved_by = models.CharField("批准人", max_length=64)
    destroyed_at = models.DateTimeField("销毁时间")
    counts = models.JSONField("数量", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "销毁清册"

    def __str__(self) -> str:
        return self.archive_no
