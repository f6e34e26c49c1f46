"""存证: salted commitments waiting for the tree. A leaf is a commitment and nothing else (design.md, Ledger)."""

from __future__ import annotations

from django.db import models
from django.db.models import Func
from django.db.models.lookups import Exact


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

    class Meta:
        verbose_name = verbose_name_plural = "待入账承诺"
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
        PendingEntry, models.PROTECT, primary_key=True, related_name="salt", verbose_name="承诺"
    )
    salt = models.BinaryField("盐", max_length=32)
    object_type = models.CharField("对象类型", max_length=32)
    object_id = models.CharField("对象编号", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "盐"
        indexes = [models.Index(fields=["object_type", "object_id"], name="ledger_salt_object")]
