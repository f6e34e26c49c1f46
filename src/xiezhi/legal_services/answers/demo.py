"""The fictional province's votes on answers, so that the page of feedback has something to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from xiezhi.kernel.calendar import clock

from .cards import library
from .models import Vote
from .services import Ballot

__all__ = ["ACCOUNTS", "generate"]

ACCOUNTS: tuple[tuple[str, str, str], ...] = ()
"""Leaders of offices see the votes; they are listed by others."""
DAYS = 120
MOST = 400
_CHOICES = ((Vote.USEFUL, 74), (Vote.UNSOLVED, 20), (Vote.WRONG, 6))
_WORDS = {
    Vote.USEFUL: ("看懂了，知道该去哪里。", "步骤写得清楚。"),
    Vote.UNSOLVED: ("想知道没有合同怎么证明。", "我们这里仲裁委在哪里？", "字太多，老人看不完。"),
    Vote.WRONG: ("第二句的依据好像不是这一条。", "这是新规定以前的说法吧？"),
}


def generate(world: Any, scale: float, progress: Callable[[str, int, int], None]) -> None:
    """Votes over the last four months, more on the first cards of each scene."""
    cards = library().cards
    if not cards:
        return
    random = Random(f"{world.seed}:answers")
    today = clock.today()
    choices = [choice for choice, _ in _CHOICES]
    weights = [weight for _, weight in _CHOICES]
    rows = []
    for _ in range(max(40, min(MOST, round(MOST * scale * 20)))):
        about = Ballot.of_card(cards[min(int(random.expovariate(1 / 40)), len(cards) - 1)])
        choice = random.choices(choices, weights)[0]
        words = random.choice(_WORDS[choice]) if random.random() < 0.15 else ""
        day = today - timedelta(days=random.randrange(DAYS))
        row = Vote(choice=choice, kind=about.kind, card=about.card, scene=about.scene, made_on=day, comment=words)
        row.places = list(about.places)
        rows.append(row)
    Vote.objects.bulk_create(rows)
    progress("问答反馈", 1, 1)
