"""The stored calendar: every day of every published year, the years, and each import as it came."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.calendar.days import DayKind

_KINDS = [
    (DayKind.WORK.value, _("工作日")),
    (DayKind.REST.value, _("休息日")),
    (DayKind.HOLIDAY.value, _("节假日")),
    (DayKind.MAKEUP.value, _("调休上班日")),
]


class CalendarImport(models.Model):
    """日历导入. One import of a year's holiday notice, kept as it came, so that an old reckoning can be repeated."""

    append_only: ClassVar[bool] = True

    year = models.SmallIntegerField(_("年度"))
    version = models.CharField(_("版本"), max_length=20, unique=True)
    source = models.CharField(_("来源"), max_length=200)
    notice_no = models.CharField(_("通知文号"), max_length=60, blank=True, default="")
    exceptions = models.JSONField(_("节假日安排"))
    imported_at = models.DateTimeField(_("导入时间"))

    class Meta:
        verbose_name = _("日历导入")
        verbose_name_plural = _("日历导入")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.version


class CalendarYear(models.Model):
    """日历年度. A year whose holiday notice is published, with the import in force."""

    year = models.SmallIntegerField(_("年度"), primary_key=True)
    published = models.BooleanField(_("已公布"), default=True)
    notice_no = models.CharField(_("通知文号"), max_length=60, blank=True, default="")
    imported_at = models.DateTimeField(_("导入时间"))
    version = models.CharField(_("版本"), max_length=20)

    class Meta:
        verbose_name = _("日历年度")
        verbose_name_plural = _("日历年度")
        ordering = ["year"]
        constraints = [models.CheckConstraint(condition=Q(year__range=(1950, 2999)), name="calendar_year_plausible")]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """日历日. One day of a published year."""

    date = models.DateField(_("日期"), primary_key=True)
    kind = models.CharField(_("类型"), max_length=8, choices=_KINDS)
    name = models.CharField(_("名称"), max_length=60, blank=True, default="")
    notice_no = models.CharField(_("通知文号"), max_length=60, blank=True, default="")
    version = models.CharField(_("版本"), max_length=20)

    class Meta:
        verbose_name = _("日历日")
        verbose_name_plural = _("日历日")
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in DayKind]), name="calendar_day_kind")
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.kind}"
