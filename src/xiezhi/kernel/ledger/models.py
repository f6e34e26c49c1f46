"""存证: salted commitments waiting for the tree. A leaf is a commitment and nothing else (design.md, Ledger)."""

from __future__ import annotations

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Func
from django.db.models.lookups import Exact


class TransactionId(Func):
    """The 64-bit number of the running transaction; its order is the order in which transactions began to write."""

    function = "pg_current_xact_id"
    template = "(%(function)s())::text::bigint"
    arity = 0
    output_field = models.BigIntegerField()


class PendingEntry(models.Model):
    """待入账: one commitment written in the transaction of the business event it commits to.

    The sequencer gives entries their index and publishes them; rows are never changed. `kind` is public
    (event, document, permission, reading) and says nothing of the person.
    """

    append_only = True

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField("种类", max_length=32)
    commitment = models.BinaryField("承诺值", max_length=32)
    created_at = models.DateTimeField("写入时间", auto_now_add=True)
    xid = models.BigIntegerField("事务号", db_default=TransactionId(), editable=False)
    """Transaction that wrote it: tells the sequencer from where on entries may still appear."""

    class Meta:
        verbose_name = verbose_name_plural = "待入账承诺"
        indexes = [
            models.Index(fields=["xid", "id"], name="ledger_pending_order"),
            HashIndex(fields=["commitment"], name="ledger_pending_commitment"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Exact(Func("commitment", function="octet_length", output_field=models.IntegerField()), 32),
                name="pending_entry_32_bytes",
            ),
        ]


class Salt(models.Model):
    """盐: kept beside the entry; erasing it makes the leaf mean nothing while the log stays valid."""

    eraser_only_delete = True

    entry = models.OneToOneField(
        PendingEntry, models.PROTECT, primary_key=True, related_name="salt", verbose_name="承诺", db_constraint=False
    )
    """Without a constraint in the database: both rows come from one statement, entries are never deleted, and the check would
    lock the entry's row on every append."""
    salt = models.BinaryField("盐", max_length=32)
    object_type = models.CharField("对象类型", max_length=32)
    object_id = models.CharField("对象编号", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "盐"
        indexes = [models.Index(fields=["object_type", "object_id"], name="ledger_salt_object")]


class LogState(models.Model):
    """账本当前状态: how many entries have an index, and from where to look for new ones. One row, locked by the sequencer.

    Every entry up to (`low_xid`, `low_id`) in the order of transactions has its index, or never came to be.
    """

    never_deleted = True

    id = models.SmallIntegerField(primary_key=True, default=1)
    origin = models.CharField("账本名称", max_length=200)
    size = models.BigIntegerField("条数", default=0)
    low_xid = models.BigIntegerField("起始事务号", default=0)
    low_id = models.BigIntegerField("起始编号", default=0)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "账本状态"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_state_one_row"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="ledger_state_size"),
        ]


class LogEntry(models.Model):
    """账本条目: the index of a commitment. Contiguous, never reused, never changed.

    `recovered` stands only where the entry was taken back from a published copy and its commitment's row is lost.
    """

    append_only = True

    idx = models.BigIntegerField("序号", primary_key=True)
    entry = models.OneToOneField(
        PendingEntry, models.PROTECT, null=True, related_name="place", verbose_name="承诺", db_constraint=False
    )
    recovered = models.BinaryField("找回的条目", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "账本条目"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(entry__isnull=False) ^ models.Q(recovered__isnull=False), name="log_entry_one_source"
            ),
        ]


class LogTile(models.Model):
    """哈希块: up to 256 hashes of one level. It only ever grows (a trigger holds this)."""

    never_deleted = True

    id = models.BigAutoField(primary_key=True)
    level = models.SmallIntegerField("层")
    n = models.BigIntegerField("块号")
    data = models.BinaryField("哈希")

    class Meta:
        verbose_name = verbose_name_plural = "哈希块"
        constraints = [models.UniqueConstraint(fields=["level", "n"], name="ledger_tile_place")]


class LogCheckpoint(models.Model):
    """检查点: what the log signed. One root for a size, for ever (primary key and a trigger); `note` gains cosignatures."""

    never_deleted = True

    size = models.BigIntegerField("条数", primary_key=True)
    root = models.BinaryField("根哈希")
    note = models.BinaryField("签名文本")
    signed_at = models.DateTimeField("签署时间")
    published_at = models.DateTimeField("公布时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查点"
        indexes = [
            models.Index(fields=["-size"], name="ledger_published", condition=models.Q(published_at__isnull=False)),
        ]
