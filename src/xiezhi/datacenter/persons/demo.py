"""The fictional province: some pairs of the gray zone are decided, one waits for a second person, one was taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xiezhi.datacenter.persons import review, services
from xiezhi.datacenter.persons.models import ReviewPair
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.subject import of_account

__all__ = ["ACCOUNTS", "ORDER", "generate"]

ORDER = 120
"""After the registers went the whole way."""
ACCOUNTS = (("关联复核员（第二人）", "link-reviewer-2", "确认两个号码归为同一人，盲检"),)
DECIDED = 8


def generate(world: Any, scale: float, progress: Callable[[str, int, int], None]) -> None:
    """Decide a few pairs. The rest waits for the visitor."""
    first = Account.objects.filter(username="link-reviewer").first()
    if first is None:
        return
    reviewer = of_account(first)
    pairs = list(ReviewPair.objects.filter(state="OPEN").order_by("-weight", "id")[:DECIDED])
    progress("关联复核", 0, len(pairs))
    for n, pair in enumerate(pairs):
        try:
            if pair.weight > 0:
                review.decide(pair.pk, "SAME", "CONTACT", "", reviewer)
            else:
                review.decide(pair.pk, "DIFFERENT", "SAME_NAME", "", reviewer)
            if n == 2 and not pair.two_numbers:
                review.undo(pair.pk, "原件已经调到，号码不是同一个", reviewer)
        except review.NotNow:
            continue  # it would contradict one that was decided before
    if pairs:
        services.refresh()
    progress("关联复核", len(pairs), len(pairs))
