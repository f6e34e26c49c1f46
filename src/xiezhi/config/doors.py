"""Which application answers: the exchange's gateway has a door of its own beside Django, with its own limits."""

from __future__ import annotations

from xiezhi.config.bodylimit import App, Message, Receive, Send

__all__ = ["Doors"]

EXCHANGE = "/exchange/v1/"


class Doors:
    """By the beginning of the path."""

    def __init__(self, *, exchange: App, everything_else: App) -> None:
        self.exchange = exchange
        self.everything_else = everything_else

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(EXCHANGE):
            await self.exchange(scope, receive, send)
        else:
            await self.everything_else(scope, receive, send)
