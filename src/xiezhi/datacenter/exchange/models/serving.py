"""Serving copies: rows of the lake in the shape look-ups need. They can be dropped and made anew."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SLOTS = 4
"""Look-up keys a served table may have; each has an index of its own."""


class ServedTable(models.Model):
    """服务副本: which snapshot of a table the look-ups answer from. `slots` names the key each slot holds."""

    code = models.CharField(_("数据表"), max_length=60, unique=True)
    snapshot = models.CharField(_("快照"), max_length=40, blank=True, default="")
    shape = models.CharField(_("列摘要"), max_length=64, blank=True, default="")
    slots = models.JSONField(_("查询键"), default=list)
    rows = models.BigIntegerField(_("行数"), default=0)
    refreshed_at = models.DateTimeField(_("更新时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("服务副本")
        ordering = ["code"]


class ServedRow(models.Model):
    """服务副本数据行. `k1` to `k4` are keyed hashes of look-up values (128 bits, kept as uuid); the hash names table and
    column, so one index serves all tables. `data` is JSON of columns below L4, `sealed` the encrypted rest."""

    id = models.BigAutoField(primary_key=True)
    table = models.ForeignKey(ServedTable, models.PROTECT, db_index=False, verbose_name=_("数据表"))
    row_id = models.UUIDField(_("行标识"))
    digest = models.BinaryField(_("行摘要"), max_length=16)
    k1 = models.UUIDField(_("键1"), null=True)
    k2 = models.UUIDField(_("键2"), null=True)
    k3 = models.UUIDField(_("键3"), null=True)
    k4 = models.UUIDField(_("键4"), null=True)
    data = models.BinaryField(_("数据"))
    sealed = models.BinaryField(_("加密数据"), null=True)
    person = models.BinaryField(_("人员索引"), max_length=32, null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("服务副本数据行")
        constraints = [models.UniqueConstraint(fields=["table", "row_id"], name="exchange_served_once")]
        indexes = [
            models.Index(fields=[f"k{n}"], name=f"exchange_served_k{n}", condition=Q(**{f"k{n}__isnull": False}))
            for n in range(1, SLOTS + 1)
        ]


class Nonce(models.Model):
    """一次性编号: a signed request's nonce while its window is open. `id` is a hash over key and nonce."""

    id = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField(_("可清除时间"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("一次性编号")
