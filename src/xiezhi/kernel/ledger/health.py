"""How the log stands, for whoever runs it: sizes, who has witnessed, and what somebody has to do something about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from xiezhi.kernel.ledger import publisher
from xiezhi.kernel.ledger.notes import NoteError, parse_note
from xiezhi.kernel.ledger.outside import Copy
from xiezhi.kernel.ledger.policy import NONE, Policy
from xiezhi.kernel.ledger.runner import Status, status

__all__ = ["PATIENCE", "Health", "Seen", "look", "witnessed"]

PATIENCE = timedelta(minutes=1)
"""How long an entry may wait for its publication before somebody is told."""


@dataclass(frozen=True)
class Seen:
    """A witness and when it signed the newest published checkpoint; None when it did not."""

    name: str
    at: datetime | None


@dataclass(frozen=True)
class Health:
    """`status` is None while the log has not begun. `oldest`: for how long the oldest entry waits to be published;
    `held`: a checkpoint is signed and has waited longer than `PATIENCE` for its witnesses; `troubles` in words."""

    status: Status | None
    oldest: timedelta | None = None
    held: bool = False
    witnesses: tuple[Seen, ...] = ()
    rule: str = ""
    troubles: tuple[str, ...] = field(default=())

    @property
    def late(self) -> bool:
        return self.oldest is not None and self.oldest > PATIENCE


def witnessed(note: bytes, policy: Policy | None = None) -> tuple[Seen, ...]:
    """Every witness of the policy with the time in its line; the line was verified when it was taken in."""
    policy = publisher.load_policy() if policy is None else policy
    lines = {(line.name, line.key): line.signature for line in parse_note(note).lines} if note else {}
    found = []
    for one in policy.witnesses.values():
        signature = lines.get((one.key.name, one.key.id), b"")
        at = datetime.fromtimestamp(int.from_bytes(signature[:8]), UTC) if len(signature) == 72 else None
        found.append(Seen(one.name, at))
    return tuple(found)


_OLDEST = """
    SELECT clock_timestamp() - least(
        (SELECT min(p.created_at) FROM (
            SELECT p.created_at FROM ledger_pendingentry p
            WHERE (p.xid, p.id) > (s.low_xid, s.low_id)
              AND NOT EXISTS (SELECT 1 FROM ledger_logentry e WHERE e.entry_id = p.id)
            ORDER BY p.xid, p.id LIMIT 1000) p),
        (SELECT p.created_at FROM ledger_logentry e JOIN ledger_pendingentry p ON p.id = e.entry_id
         WHERE e.idx = coalesce((SELECT max(size) FROM ledger_logcheckpoint WHERE published_at IS NOT NULL), 0))
    ), EXISTS (
        SELECT 1 FROM ledger_logcheckpoint c WHERE c.published_at IS NULL AND c.signed_at < clock_timestamp() - %s::interval
          AND c.size > coalesce((SELECT max(size) FROM ledger_logcheckpoint WHERE published_at IS NOT NULL), -1)
    )
    FROM ledger_logstate s WHERE s.id = 1
"""


def look() -> Health:
    """Ask the database, the policy and the folder; nothing is changed. Ages are by the database's clock."""
    now = status()
    if now is None:
        return Health(None)
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, [f"{PATIENCE.total_seconds()} seconds"])
        oldest, held = cursor.fetchone()
    troubles = []
    try:
        policy = publisher.load_policy()
    except (NoteError, OSError) as error:
        troubles.append(_("见证方名单读不了：%(why)s") % {"why": error})
        policy = NONE
    latest = publisher.latest()
    seen = witnessed(latest[1], policy) if latest else tuple(Seen(n, None) for n in policy.witnesses)
    if oldest is not None and oldest > PATIENCE:
        troubles.append(
            _("有条目等了%(minutes)s分钟还没有公布（等待编号%(waiting)s条，等待公布%(unseen)s条）")
            % {"minutes": int(oldest.total_seconds() // 60), "waiting": now.waiting, "unseen": now.unseen}
        )
    if held:
        troubles.append(
            _("检查点已经签名，但是没有公布：见证没有达到要求（%(rule)s），或者存不到账本目录")
            % {"rule": policy.in_words()}
        )
    try:
        copy = Copy(publisher.folder() / "log").last()
        if copy is None and now.published:
            troubles.append(_("账本目录里没有最新的检查点；服务重新启动后会停止公布"))
        elif copy is not None and copy[0].size > now.size:
            troubles.append(
                _("外面已经公布到%(seen)s条，数据库只有%(size)s条：数据库是旧的备份，已停止公布")
                % {"seen": copy[0].size, "size": now.size}
            )
    except (NoteError, OSError) as error:
        troubles.append(_("账本目录里的检查点读不了：%(why)s") % {"why": error})
    return Health(now, oldest, held, seen, policy.in_words(), tuple(troubles))
