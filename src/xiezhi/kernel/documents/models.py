"""文书 and 材料: documents from draft to seal, uploads by content, service with proof."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """一份内容: bytes named by their SHA-256, stored once however often they are submitted."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField("字节数")
    media_type = models.CharField("类型", max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "存储内容"


class Attachment(models.Model):
    """材料: a file in the matter's file, who submitted it, as what evidence, and who may not see it."""

    FOLDERS = (("FILE", "案卷"), ("MEDIATION", "调解（不得作为证据）"), ("INTERNAL", "内部"))

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, null=True, related_name="attachments")
    draft = models.ForeignKey("procedures.Draft", models.SET_NULL, null=True, related_name="attachments")
    event_seq = models.PositiveIntegerField("随事件提交", null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    name = models.CharField("文件名", max_length=180)
    kind = models.CharField("材料种类", max_length=24, default="OTHER")
    folder = models.CharField("卷别", max_length=12, choices=FOLDERS, default="FILE")
    submitted_role = models.CharField("提交人角色", max_length=32)
    submitted_by = models.CharField("提交人", max_length=64, default="")
    submitted_on = models.DateField("提交日")
    purpose = models.CharField("证明目的", max_length=300, default="")
    late = models.BooleanField("逾期提交", default=False)
    inadmissible = models.CharField("不予采纳原因", max_length=60, default="")
    restricted = models.CharField("限制查阅原因", max_length=24, default="")
    scanned = models.BooleanField("窗口扫描", default=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        indexes = [models.Index(fields=["matter", "folder", "id"], name="attachment_matter")]


class Document(models.Model):
    """文书: drafted, reviewed, signed and sealed (拟稿—审核—签发—用印).

    An issued document is its number, its template version and its frozen data; the PDF is made from them by a task.
    """

    DRAFT, REVIEW, APPROVED, SIGNED, ISSUED, VOID = "DRAFT", "REVIEW", "APPROVED", "SIGNED", "ISSUED", "VOID"
    STATES = (
        (DRAFT, "拟稿"), (REVIEW, "待审核"), (APPROVED, "待签发"), (SIGNED, "已签发"), (ISSUED, "已用印"), (VOID, "已作废"),
    )  # fmt: skip
    PENDING, DONE, FAILED, NONE = "PENDING", "DONE", "FAILED", "NONE"

    matter = models.ForeignKey("procedures.Matter", models.PROTECT, null=True, related_name="documents")
    event_seq = models.PositiveIntegerField("产生于事件", null=True)
    template = models.CharField("模板", max_length=60)
    template_version = models.PositiveSmallIntegerField("模板版本", default=1)
    title = models.CharField("名称", max_length=80)
    number = models.CharField("文号", max_length=64, null=True, unique=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default=DRAFT)
    body = models.TextField("正文", default="")
    fields = models.JSONField("要素", default=dict)
    frozen = models.JSONField("定稿数据", null=True)
    revision = models.PositiveIntegerField("稿次", default=1)
    unit = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="用印单位")
    drafted_by = models.CharField("拟稿人", max_length=64, default="")
    reviewed_by = models.CharField("审核人", max_length=64, default="")
    signed_by = models.CharField("签发人", max_length=64, default="")
    return_reason = models.CharField("退回意见", max_length=500, default="")
    issued_on = models.DateField("成文日期", null=True)
    verify_code = models.CharField("核验码", max_length=24, null=True, unique=True)
    render_state = models.CharField("制作", max_length=8, default=NONE)
    render_error = models.CharField("制作失败原因", max_length=300, default="")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    revoked_on = models.DateField("撤销日", null=True)
    revoke_reason = models.CharField("撤销原因", max_length=200, default="")
    public = models.BooleanField("公开文本", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        indexes = [
            models.Index(fields=["matter", "id"], name="document_matter"),
            models.Index(
                fields=["unit", "state"], name="document_in_work", condition=Q(state__in=["REVIEW", "APPROVED"])
            ),
            models.Index(fields=["id"], name="document_to_render", condition=Q(render_state="PENDING")),
            models.Index(fields=["id"], name="document_failed", condition=Q(render_state="FAILED")),
            models.Index(fields=["id"], name="document_signed", condition=Q(state="SIGNED")),
            models.Index(
                fields=["drafted_by"], name="document_drafter", condition=Q(state__in=["DRAFT", "REVIEW", "APPROVED"])
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ISSUED")
                | Q(frozen__isnull=False, issued_on__isnull=False, verify_code__isnull=False),
                name="document_issued_is_frozen",
            ),
        ]


class DocumentRevision(models.Model):
    """稿次: what a draft said at each step, and who took it; kept for compare, forgotten with the file it belongs to."""

    append_only = True
    eraser_only_delete = True

    document = models.ForeignKey(Document, models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField("稿次")
    action = models.CharField("动作", max_length=12)
    body = models.TextField("正文", default="")
    fields = models.JSONField("要素", default=dict)
    by = models.CharField("行为人", max_length=64)
    by_label = models.CharField("当时身份", max_length=120, default="")
    note = models.CharField("意见", max_length=500, default="")
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "稿次"
        indexes = [models.Index(fields=["document", "id"], name="revision_document")]


class Delivery(models.Model):
    """送达: one document to one party, how, when, and the proof (民事诉讼法 第87条至第95条)."""

    METHODS = (
        ("DIRECT", "直接送达"), ("LEFT", "留置送达"), ("ELECTRONIC", "电子送达"), ("POST", "邮寄送达"),
        ("ENTRUSTED", "委托送达"), ("TRANSFER", "转交送达"), ("PUBLIC_NOTICE", "公告送达"),
    )  # fmt: skip

    document = models.ForeignKey(Document, models.PROTECT, related_name="deliveries")
    party = models.ForeignKey("procedures.Party", models.PROTECT, null=True, related_name="deliveries")
    method = models.CharField("送达方式", max_length=16, choices=METHODS)
    sent_on = models.DateField("发出日")
    served_on = models.DateField("送达日", null=True)
    reason = models.CharField("留置或公告的原因", max_length=300, default="")
    witnesses = models.CharField("见证情况", max_length=200, default="")
    proof = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+", verbose_name="送达证据")
    opened_at = models.DateTimeField("到达系统时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "送达"
        indexes = [models.Index(fields=["document"], name="delivery_document")]
