"""What an inspection says about an upload."""

from __future__ import annotations

from dataclasses import dataclass


class Rejected(Exception):
    """An upload that may not be kept: a message for the person in Chinese, and a stable code for programs."""

    def __init__(self, message_zh: str, code: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.code = code


@dataclass(frozen=True, slots=True)
class Warn:
    """Something the person or the officer should know about an upload that is kept."""

    code: str
    message_zh: str
