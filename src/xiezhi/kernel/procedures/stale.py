"""搁置的草稿: what nobody has touched for half a year is forgotten, after a word to its owner.

How long drafts are kept is a dated parameter (`draft_days`): of the installation, of a procedure, or the one below.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.models import Attachment
from xiezhi.kernel.notices import services as notices
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.declare import Dated
from xiezhi.kernel.procedures.models import Draft, Parameter

__all__ = ["DRAFT_DAYS", "WARN_DAYS", "days_kept", "expire", "warn"]

DRAFT_DAYS = Dated("草稿保存天数", ((date(2020, 1, 1), 180),), "个人信息保护法 第19条", "practice")
WARN_DAYS = 14
"""Days before the end on which the owner is told."""


def days_kept(procedure: str, on: date) -> int:
    """Days a draft of this procedure is kept after it was last saved, as of a day."""
    rows = Parameter.objects.filter(procedure=procedure, name="draft_days", unit__isnull=True, valid_from__lte=on)
    value = rows.order_by("-valid_from").values_list("value", flat=True).first()
    if isinstance(value, int) and value > 0:
        return value
    try:
        own = registry.get(procedure, on=on).parameters.get("draft_days")
    except LookupError:
        own = None
    return int((own or DRAFT_DAYS).at(on))


def _last_saved(procedure: str, now: datetime, more: int = 0) -> datetime:
    return now - timedelta(days=days_kept(procedure, now.date()) - more)


def _procedures() -> list[str]:
    return list(Draft.objects.order_by("procedure").values_list("procedure", flat=True).distinct())


def warn(now: datetime | None = None, *, limit: int = 1000) -> int:
    """Tell owners of drafts that end within `WARN_DAYS`; each state of a draft is told once. Returns how many were."""
    now, told = now or clock.now(), 0
    for procedure in _procedures():
        rows = Draft.objects.filter(
            procedure=procedure, account__isnull=False, updated_at__lt=_last_saved(procedure, now, WARN_DAYS)
        )
        for draft in rows.order_by("updated_at")[:limit]:
            assert draft.account_id is not None
            mark = f"draft:{draft.pk}:{draft.revision}"
            if Notice.objects.filter(account_id=draft.account_id, template=mark).exists():
                continue
            ends = (draft.updated_at + timedelta(days=days_kept(procedure, now.date()))).astimezone(clock.SHANGHAI)
            text = f"草稿{draft.code}很久没有修改，{ends:%Y年%m月%d日}以后将自动删除。要接着办的，请打开草稿再保存一次；不再需要的，不用处理。"
            notices.tell(draft.account_id, "草稿即将删除", text, now, template=mark)
            told += 1
    return told


def expire(now: datetime | None = None, *, limit: int = 1000) -> int:
    """Forget drafts whose time is over, with what was uploaded into them. Returns how many.

    An owner who has not been told yet is told first: their draft ends with a later run.
    """
    now, gone = now or clock.now(), 0
    for procedure in _procedures():
        with transaction.atomic():
            rows = Draft.objects.select_for_update(skip_locked=True, of=("self",)).filter(
                procedure=procedure, updated_at__lt=_last_saved(procedure, now)
            )
            over = []
            for draft in rows.order_by("updated_at")[:limit]:
                if draft.account_id is None:
                    over.append(draft.pk)
                    continue
                mark = f"draft:{draft.pk}:{draft.revision}"
                told = Notice.objects.filter(
                    account_id=draft.account_id, template=mark, created_at__lte=now - timedelta(days=WARN_DAYS - 1)
                )
                if told.exists():
                    over.append(draft.pk)
            Attachment.objects.filter(draft__in=over).update(draft=None, withdrawn_at=now)
            gone += Draft.objects.filter(pk__in=over).delete()[1].get("procedures.Draft", 0)
    return gone
