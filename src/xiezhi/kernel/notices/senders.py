"""Channels that leave the platform: mail through Django, SMS through an adapter an operator names.

An adapter is a class with `send(address, text) -> str` that returns the provider's message id and raises SendError. The
built-in one keeps messages in the visible outbox and is marked 演示.
"""

from __future__ import annotations

import functools
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string


class SendError(Exception):
    """The message was not taken; the text says why. Trying again may help."""


class SmsAdapter(Protocol):
    """短信接口."""

    demo: bool

    def send(self, address: str, text: str) -> str:
        """Hand one message over; returns the provider's id. Raises SendError."""
        ...


class OutboxSms:
    """演示: nothing leaves the machine; the outbox page shows what would have been sent."""

    demo = True

    def send(self, address: str, text: str) -> str:
        return "outbox"


@functools.cache
def sms() -> SmsAdapter:
    """The adapter of this installation (XIEZHI_SMS_ADAPTER, a dotted path)."""
    path = getattr(settings, "SMS_ADAPTER", "")
    adapter: SmsAdapter = import_string(path)() if path else OutboxSms()
    return adapter


def send_mail(address: str, title: str, text: str) -> str:
    """One mail. Without a mail server it stays in the outbox. Raises SendError."""
    if not settings.EMAIL_HOST:
        return "outbox"
    try:
        EmailMessage(title, text, settings.DEFAULT_FROM_EMAIL, [address]).send()
    except OSError as error:
        raise SendError(f"邮件服务器没有接收（{type(error).__name__}）") from error
    return ""
