"""Guards: every address says who may open it. What says nothing is closed.

    @guard(PUBLIC)
    def home(request): ...

    @guard(MATTER_READ, purpose="HANDLE")
    def matter(request, uid): ...

    @guard(ROLE("case_officer", "office_head"))
    def queue(request): ...

A guard decides before any object is known; the view asks `permissions.require` for the object.
Views of packages are declared by module with `declare_package`; an API operation carries its guard on the function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.views.generic import RedirectView

from xiezhi.kernel.access import purposes, roles
from xiezhi.kernel.access.permissions import Permission
from xiezhi.kernel.access.rules import Everybody, HasRole, OfSubject, SignedIn
from xiezhi.kernel.access.subject import Subject

__all__ = [
    "LOGGED_IN",
    "PUBLIC",
    "ROLE",
    "Guard",
    "Route",
    "declare_package",
    "guard",
    "guard_of",
    "may_open",
    "routes",
]

ATTRIBUTE = "xiezhi_guard"

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Guard:
    """Who may open an address. Exactly one of `permission` and `condition` decides."""

    condition: OfSubject | None = None
    permission: Permission | None = None
    purpose: str = ""

    def open_to(self, subject: Subject) -> bool:
        if self.permission is not None:
            return self.permission.possible(subject)
        assert self.condition is not None
        return self.condition.possible(subject)

    @property
    def public(self) -> bool:
        return isinstance(self.condition, Everybody)

    def text(self) -> str:
        """For people, in Chinese."""
        if self.permission is not None:
            return f"{self.permission.title}（`{self.permission.code}`）"
        assert self.condition is not None
        return self.condition.text()


PUBLIC = Everybody()
LOGGED_IN = SignedIn()
ROLE = HasRole


def guard(rule: Permission | OfSubject, *, purpose: str = "") -> Callable[[V], V]:
    """Declare who may open a view (also the result of `as_view()`, also an API operation)."""
    if purpose:
        purposes.get(purpose)
    if isinstance(rule, HasRole):
        for code in rule.codes:
            roles.get(code)
    declared = (
        Guard(permission=rule, purpose=purpose)
        if isinstance(rule, Permission)
        else Guard(condition=rule, purpose=purpose)
    )

    def mark(view: V) -> V:
        setattr(view, ATTRIBUTE, declared)
        return view

    return mark


_PACKAGES: dict[str, Guard] = {}


def declare_package(module: str, rule: OfSubject) -> None:
    """Guard of all views whose code lives in a package that is not ours; the longest module name wins."""
    _PACKAGES[module] = Guard(condition=rule)


declare_package("allauth.account", PUBLIC)  # its own views decide: sign-in is public, the rest asks for a session
declare_package("allauth.socialaccount", PUBLIC)
declare_package("allauth.mfa", PUBLIC)
declare_package("allauth.usersessions", LOGGED_IN)
declare_package("django.contrib.admin", ROLE(roles.SYSTEM_ADMIN.code))
declare_package("django.contrib.contenttypes", ROLE(roles.SYSTEM_ADMIN.code))
declare_package("unfold", ROLE(roles.SYSTEM_ADMIN.code))
declare_package("ninja.openapi", PUBLIC)
declare_package("django.views.i18n", PUBLIC)
declare_package("django.views.static", PUBLIC)
declare_package("django.contrib.staticfiles", PUBLIC)


def _innermost(view: Any) -> Any:
    while isinstance(view, partial):
        view = view.func
    return view


def guard_of(view: Any, method: str | None = None) -> Guard | None:
    """The guard of a view; of an API path the guard of the operation for `method`. None where nothing is declared."""
    found = getattr(view, ATTRIBUTE, None)
    if isinstance(found, Guard):
        return found
    inner = _innermost(view)
    if getattr(inner, "view_class", None) is RedirectView:
        return Guard(condition=PUBLIC)  # says only where else to ask, and that place has its own guard
    if operations := api_operations(inner):
        for operation in operations:
            if method is None or method in operation.methods:
                return getattr(operation.view_func, ATTRIBUTE, None)
        # The path exists, the method does not: the answer 405 tells nothing about any record.
        return Guard(condition=PUBLIC)
    for candidate in (getattr(inner, "view_class", None), getattr(inner, "cls", None), inner):
        if candidate is None:
            continue
        if isinstance(declared := getattr(candidate, ATTRIBUTE, None), Guard):
            return declared
        module = candidate.__name__ if isinstance(candidate, ModuleType) else getattr(candidate, "__module__", "")
        matching = [name for name in _PACKAGES if module == name or module.startswith(f"{name}.")]
        if matching:
            return _PACKAGES[max(matching, key=len)]
    return None


def may_open(subject: Subject, path: str) -> bool:
    """Whether the guard of an own address lets a subject in, so that a page offers only links that open. What the address shows
    of an object is asked for by its view."""
    try:
        found = resolve(path.split("?")[0].split("#")[0])
    except Resolver404:
        return False
    declared = guard_of(found.func, "GET")
    return declared is not None and declared.open_to(subject)


def api_operations(view: Any) -> list[Any]:
    """Operations behind a view of the API framework, which hides them in the closure of one function per path."""
    if not getattr(view, "__module__", "").startswith("ninja"):
        return []
    from ninja.operation import PathView

    for cell in getattr(view, "__closure__", None) or ():
        if isinstance(cell.cell_contents, PathView):
            return list(cell.cell_contents.operations)
    return []


@dataclass(frozen=True)
class Route:
    """One address with one way to call it. `methods` is empty for pages."""

    path: str
    name: str
    methods: tuple[str, ...]
    view: Any
    guard: Guard | None

    @property
    def label(self) -> str:
        return f"{'、'.join(self.methods)} {self.path}".strip()


def routes(resolver: URLResolver | None = None) -> list[Route]:
    """Every address of the platform with its guard, API operations one by one, in order of the configuration."""
    return list(_walk(resolver or get_resolver(), "/", ""))


def _walk(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = prefix + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inside = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from _walk(pattern, path, inside)
        elif isinstance(pattern, URLPattern):
            name = ":".join(part for part in (namespace, pattern.name) if part)
            operations = api_operations(pattern.callback)
            if operations:
                for operation in operations:
                    methods = tuple(sorted(operation.methods))
                    yield Route(
                        path,
                        operation.operation_id or name,
                        methods,
                        pattern.callback,
                        guard_of(pattern.callback, methods[0]),
                    )
            else:
                yield Route(path, name, (), pattern.callback, guard_of(pattern.callback))


def _plain(pattern: str) -> str:
    return pattern.removeprefix("^").removesuffix("$").replace("\\Z", "").replace("\\.", ".").replace("\\-", "-")
