"""网关: the ASGI application that answers partners. It does not use the ORM; every answer waits for its log line."""

from .app import app

__all__ = ["app"]
