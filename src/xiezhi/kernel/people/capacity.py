"""行为能力: who may act alone (民法典 第17条至第24条). Pure.

By age, from the day after the birthday (周岁 is reached when the birthday is over); a finding of a court, or living on
one's own work from sixteen, says otherwise and stands until the next finding.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["ADULT", "Capacity", "adult_from", "age_on", "by_age", "years_on"]

ADULT, WORKING, LIMITED_FROM = 18, 16, 8


class Capacity(models.TextChoices):
    """民事行为能力."""

    FULL = "FULL", _("完全民事行为能力")
    LIMITED = "LIMITED", _("限制民事行为能力")
    NONE = "NONE", _("无民事行为能力")


def years_on(birth: date, years: int) -> date:
    """The birthday on which somebody has lived `years` years; 29 February is kept on 28 February in other years."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return birth.replace(year=birth.year + years, day=28)


def adult_from(birth: date, years: int = ADULT) -> date:
    """First day on which somebody counts as `years` old: the day after that birthday."""
    return years_on(birth, years) + timedelta(days=1)


def age_on(birth: date, day: date) -> int:
    """周岁 on `day`."""
    age = day.year - birth.year
    return max(age if day >= adult_from(birth, age) else age - 1, 0)


def by_age(birth: date | None, day: date) -> Capacity:
    """Capacity from age alone; whose birth date is not known counts as grown up (most numbers carry it)."""
    if birth is None or day >= adult_from(birth):
        return Capacity.FULL
    return Capacity.LIMITED if day >= adult_from(birth, LIMITED_FROM) else Capacity.NONE
