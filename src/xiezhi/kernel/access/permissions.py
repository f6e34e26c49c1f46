"""Permissions: who may do what with which records, each declared once.

MATTER_READ = permissions.register(
    Permission("matter.read", "查阅办件", InReach("case_officer", unit="handling_unit") | OwnParty("parties__person"))
)
permissions.require(subject, MATTER_READ, matter)
visible = MATTER_READ.filter(subject, Matter.objects.all())
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from xiezhi.kernel.access.rules import Condition
from xiezhi.kernel.access.subject import Subject

__all__ = ["Forbidden", "NotFoundForYou", "Permission", "every", "get", "register", "require"]

M = TypeVar("M", bound=Model)


class Forbidden(PermissionDenied):
    """The subject knows of the object but may not do this; `reason` says so in Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotFoundForYou(Http404):
    """What does not exist and what is not for you look the same: an outsider learns nothing."""

    def __init__(self) -> None:
        super().__init__("未找到相关内容，或者您无权查看。")


@dataclass(frozen=True)
class Permission:
    """权限. `level` is the sensitivity of what it opens (1 to 4, platform.md 3.6)."""

    code: str
    title: str
    rule: Condition
    level: int = 3

    def test(self, subject: Subject, obj: Any) -> bool:
        """Whether `subject` has it for `obj`."""
        return subject.in_scope(self.code) and self.rule.test(subject, obj)

    def filter(self, subject: Subject, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows for which `subject` has it; never repeats a row."""
        if not subject.in_scope(self.code):
            return rows.none()
        found = self.rule.q(subject, rows.model)
        if isinstance(found, bool):
            return rows if found else rows.none()
        return rows.filter(found)

    def possible(self, subject: Subject) -> bool:
        """Whether there could be an object for which `subject` has it."""
        return subject.in_scope(self.code) and self.rule.possible(subject)


_PERMISSIONS: dict[str, Permission] = {}


def register(permission: Permission) -> Permission:
    """Make a permission known. Raises ValueError for a code that is taken."""
    if _PERMISSIONS.setdefault(permission.code, permission) is not permission:
        raise ValueError(f"permission {permission.code} is declared twice")
    return permission


def get(code: str) -> Permission:
    """The permission with this code. Raises LookupError."""
    return _PERMISSIONS[code]


def every() -> Iterable[Permission]:
    return tuple(_PERMISSIONS.values())


def require(
    subject: Subject, permission: Permission, obj: Any = None, *, visible: Permission | None = None, reason: str = ""
) -> None:
    """Pass, or raise: `Forbidden` where the object is visible to the subject anyway, `NotFoundForYou` otherwise.

    `visible` is the permission that shows the object; without an object the page itself is meant: `Forbidden`.
    """
    if obj is None:
        if not permission.possible(subject):
            raise Forbidden(reason or f"您没有“{permission.title}”的权限。")
        return
    if permission.test(subject, obj):
        return
    if visible is not None and visible.test(subject, obj):
        raise Forbidden(reason or f"您可以查看此内容，但没有“{permission.title}”的权限。")
    raise NotFoundForYou
