"""What sharing keeps beside its matters, and the books of the push between deployments."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from .codes import KINDS, SHARE_TYPES, WAYS


class ShareRequest(models.Model):
    """共享申请 as columns, for lists and figures. An index over the history of its matter; rebuilt with it."""

    matter = models.OneToOneField("procedures.Matter", models.CASCADE, primary_key=True, related_name="share_request")
    provider = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="提供部门")
    requester = models.ForeignKey("units.Unit", models.PROTECT, related_name="+", verbose_name="需求部门", null=True)
    requester_name = models.CharField("需求部门名称", max_length=120)
    authority = models.ForeignKey(
        "units.Unit", models.PROTECT, related_name="+", verbose_name="政务数据主管部门", null=True
    )
    outside = models.BooleanField("提供部门不在本平台办理", default=False)
    resource = models.CharField("数据资源", max_length=80)
    resource_title = models.CharField("数据资源名称", max_length=120)
    interface = models.CharField("接口", max_length=80, blank=True)
    share_type = models.CharField("共享属性", max_length=16, choices=list(SHARE_TYPES.items()))
    kind = models.CharField("怎么用", max_length=12, choices=list(KINDS.items()), default="LOOKUP")
    way = models.CharField("共享方式", max_length=12, choices=list(WAYS.items()), default="INTERFACE")
    fields = models.JSONField("申请的数据项", default=list)
    granted_fields = models.JSONField("同意的数据项", default=list)
    purpose = models.CharField("用途代码", max_length=40, blank=True)
    quota = models.IntegerField("每日最多调用次数", default=0)
    valid_from = models.DateField("自", null=True)
    valid_to = models.DateField("至", null=True)
    received_on = models.DateField("收到之日")
    reply_due = models.DateField("答复期限", null=True)
    replied_on = models.DateField("答复日", null=True)
    extended = models.BooleanField("延长过", default=False)
    answer = models.CharField("答复", max_length=12, blank=True)
    supply_due = models.DateField("提供期限", null=True)
    supplied_on = models.DateField("提供日", null=True)
    status = models.CharField("状态", max_length=16)
    ended_on = models.DateField("终止日", null=True)
    grant_no = models.CharField("授权号", max_length=60, blank=True)
    breaches = models.JSONField("责令改正的情形", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "共享申请"
        indexes = [
            models.Index(fields=["provider", "status"], name="share_of_provider"),
            models.Index(fields=["requester", "status"], name="share_of_requester"),
            models.Index(fields=["resource"], name="share_of_resource"),
        ]


class ShareDraft(models.Model):
    """A request being written in its own department: the officer writes, the head agrees, then it is filed (条例 第20条)."""

    class State(models.TextChoices):
        """How far it is."""

        WRITING = "WRITING", "起草中"
        WAITING = "WAITING", "待本部门负责人同意"
        RETURNED = "RETURNED", "负责人退回"
        FILED = "FILED", "已提出"

    uid = models.UUIDField(unique=True)
    unit = models.ForeignKey("units.Unit", models.CASCADE, related_name="+", verbose_name="需求部门")
    author = models.ForeignKey("access.Account", models.CASCADE, related_name="+")
    answers = models.JSONField("内容", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WRITING)
    note = models.CharField("负责人意见", max_length=200, blank=True)
    agreed_by = models.ForeignKey("access.Account", models.SET_NULL, related_name="+", null=True)
    agreed_at = models.DateTimeField("同意时间", null=True)
    matter = models.ForeignKey("procedures.Matter", models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "共享申请草稿"
        indexes = [models.Index(fields=["unit", "state"], name="share_draft_of_unit")]


class Direction(models.TextChoices):
    """Which way a flow goes."""

    UP = "UP", "上报"
    DOWN = "DOWN", "回流"


class PushFlow(models.Model):
    """推送流: which rows of which table go to which deployment, why, how often, and how far it is.

    `where` maps a column to the values it must have; of `division` a beginning is enough. `epoch` counts how often sender
    and receiver had to begin anew; batches are numbered without gaps within it.
    """

    never_deleted: ClassVar[bool] = True

    code = models.SlugField("代码", max_length=40, unique=True)
    title = models.CharField("名称", max_length=100)
    table = models.CharField("数据表", max_length=60)
    fields = models.JSONField("数据项", default=list)
    where = models.JSONField("范围", default=dict, blank=True)
    receiver = models.ForeignKey("exchange.Caller", models.PROTECT, related_name="+", verbose_name="接收方")
    known_as = models.SlugField("本方在接收方登记的系统代码", max_length=40, blank=True, default="")
    direction = models.CharField("方向", max_length=4, choices=Direction.choices, default=Direction.UP)
    grade = models.CharField("最高分级", max_length=2, default="L3")
    basis = models.CharField("依据", max_length=200)
    schedule = models.CharField("频次", max_length=10, default="每日")
    active = models.BooleanField("启用", default=True)
    epoch = models.PositiveIntegerField("轮次", default=1)
    acked_snapshot = models.CharField("已送达快照", max_length=40, blank=True, default="")
    acked_state = models.CharField("已送达状态文件", max_length=80, blank=True, default="")
    pending_snapshot = models.CharField("在途快照", max_length=40, blank=True, default="")
    pending_state = models.CharField("在途状态文件", max_length=80, blank=True, default="")
    acked_at = models.DateTimeField("最近送达", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送流"
        ordering = ["code"]


class PushBatch(models.Model):
    """发件箱: one batch of changed rows. The file goes when its receipt is in; numbers and receipt stay."""

    never_deleted: ClassVar[bool] = True

    flow = models.ForeignKey(PushFlow, models.PROTECT, related_name="batches", verbose_name="推送流")
    epoch = models.PositiveIntegerField("轮次")
    seq = models.PositiveIntegerField("批号")
    rows = models.PositiveIntegerField("新增和更新行数")
    deletes = models.PositiveIntegerField("删除行数")
    sha256 = models.CharField("内容摘要", max_length=64)
    file = models.CharField("文件", max_length=80)
    made_at = models.DateTimeField("生成时间")
    dropped = models.BooleanField("作废", default=False)
    tried_at = models.DateTimeField("开始发送时间", null=True)
    """Set for all waiting batches before the first of them goes out: without it nobody outside has seen any of them."""
    acked_at = models.DateTimeField("回执时间", null=True)
    refused = models.PositiveIntegerField("对方拒收行数", default=0)
    receipt = models.JSONField("回执", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "推送批次"
        constraints = [models.UniqueConstraint(fields=["flow", "epoch", "seq"], name="push_batch_once")]
        indexes = [
            models.Index(fields=["flow", "seq"], name="push_batch_open", condition=models.Q(acked_at__isnull=True)),
        ]


class PushRight(models.Model):
    """权利请求通知: a person's correction or deletion of rows that this flow has sent, until the receiver's receipt is in.
    Row ids only; the right values are sealed and go when the receipt comes."""

    never_deleted: ClassVar[bool] = True

    flow = models.ForeignKey(PushFlow, models.PROTECT, related_name="rights", verbose_name="推送流")
    request = models.CharField("请求编号", max_length=80)
    deletes = models.BooleanField("删除", default=False)
    rows = models.JSONField("行标识", default=list)
    values = models.BinaryField("更正后的值", null=True)
    at = models.DateTimeField("通知时间")
    answered_at = models.DateTimeField("回执时间", null=True)
    receipt = models.JSONField("回执", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "权利请求通知"
        constraints = [models.UniqueConstraint(fields=["flow", "request"], name="push_right_once")]


class Reconciliation(models.Model):
    """对账: counts and hashes by division and month, what differed, what was sent again."""

    append_only: ClassVar[bool] = True

    flow = models.ForeignKey(PushFlow, models.PROTECT, related_name="reconciliations", verbose_name="推送流")
    at = models.DateTimeField("时间")
    mine = models.BigIntegerField("本方行数")
    theirs = models.BigIntegerField("对方行数")
    buckets = models.PositiveIntegerField("分组数")
    differing = models.PositiveIntegerField("不一致分组数")
    differences = models.JSONField("差异", default=list)
    refused = models.BigIntegerField("对方拒收行数", default=0)
    resent = models.BigIntegerField("重新推送行数", default=0)
    withdrawn = models.BigIntegerField("请对方删除行数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "对账记录"
        indexes = [models.Index(fields=["flow", "-id"], name="reconciliation_newest")]


class Inbox(models.Model):
    """收件箱: one flow of one sender: what was received last, and where it lies."""

    never_deleted: ClassVar[bool] = True

    sender = models.ForeignKey("exchange.Caller", models.PROTECT, related_name="+", verbose_name="发送方")
    flow = models.SlugField("推送流", max_length=40)
    table = models.CharField("数据表", max_length=60)
    columns = models.JSONField("数据项", default=list)
    epoch = models.PositiveIntegerField("轮次", default=0)
    seq = models.PositiveIntegerField("批号", default=0)
    rows = models.BigIntegerField("累计收到行数", default=0)
    received_at = models.DateTimeField("最近收到", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "收件箱"
        constraints = [models.UniqueConstraint(fields=["sender", "flow"], name="inbox_once")]

    @property
    def lake_name(self) -> str:
        """The raw table: columns as text, an entry for every row ever received."""
        return f"raw.push_{self.sender_id}_{self.flow.replace('-', '_')}"


class InboxBatch(models.Model):
    """收到的批次 with the receipt that was given for it. The same batch again gets the same receipt."""

    append_only: ClassVar[bool] = True

    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="batches", verbose_name="收件箱")
    epoch = models.PositiveIntegerField("轮次")
    seq = models.PositiveIntegerField("批号")
    sha256 = models.CharField("内容摘要", max_length=64)
    rows = models.PositiveIntegerField("新增和更新行数")
    deletes = models.PositiveIntegerField("删除行数")
    refused = models.PositiveIntegerField("拒收行数")
    at = models.DateTimeField("收到时间")
    receipt = models.JSONField("回执")

    class Meta:
        verbose_name = verbose_name_plural = "收到的批次"
        constraints = [models.UniqueConstraint(fields=["inbox", "epoch", "seq"], name="inbox_batch_once")]


class InboxRefused(models.Model):
    """拒收: a row of a sender that breaks the standard, until it comes again and holds."""

    inbox = models.ForeignKey(Inbox, models.CASCADE, related_name="refusals", verbose_name="收件箱")
    row_id = models.CharField("行标识", max_length=64)
    reasons = models.CharField("理由", max_length=400)
    seq = models.PositiveIntegerField("批号")

    class Meta:
        verbose_name = verbose_name_plural = "拒收的行"
        constraints = [models.UniqueConstraint(fields=["inbox", "row_id"], name="inbox_refused_once")]


class InboxRight(models.Model):
    """收到的权利请求: what a sender says a person obtained about rows it sent. `here` are those that came through this inbox,
    `own` those of them that this deployment also holds from a source of its own: they are decided upon here."""

    never_deleted: ClassVar[bool] = True

    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="rights", verbose_name="收件箱")
    request = models.CharField("请求编号", max_length=80)
    deletes = models.BooleanField("删除", default=False)
    rows = models.JSONField("行标识", default=list)
    values = models.BinaryField("更正后的值", null=True)
    at = models.DateTimeField("收到时间")
    here = models.JSONField("本方收到的行", null=True)
    own = models.JSONField("本方自有的行", default=list)
    touched = models.PositiveIntegerField("处理行数", default=0)
    done_at = models.DateTimeField("办结时间", null=True)
    receipt = models.JSONField("回执", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "收到的权利请求"
        constraints = [models.UniqueConstraint(fields=["inbox", "request"], name="inbox_right_once")]
        indexes = [models.Index(fields=["at"], name="inbox_right_open", condition=models.Q(done_at__isnull=True))]
