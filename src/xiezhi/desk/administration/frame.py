"""How an administration page is made: tables, and actions whose forms are declared fields like everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from xiezhi.desk import shell
from xiezhi.desk.gate import who
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.access.purposes import PurposeError
from xiezhi.kernel.access.services import AccessError
from xiezhi.kernel.people.services import PeopleError
from xiezhi.kernel.procedures.declare import Field
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.kernel.units.services import UnitError
from xiezhi.ui import forms

__all__ = ["Action", "Cell", "Page", "Table", "me", "show"]

WORDS = (UnitError, PeopleError, AccessError, PurposeError, InvalidNumber)
"""Errors whose text is written for the person at the screen."""


@dataclass(frozen=True)
class Cell:
    """One cell: text, perhaps a link, a tone (a tag of that color), or one-button forms (`do`, id, label)."""

    text: Any = ""
    href: str = ""
    tone: str = ""
    small: str = ""
    buttons: tuple[tuple[str, Any, str], ...] = ()
    number: bool = False
    clock: Any = None


@dataclass
class Table:
    """A table of the page; cells may be plain text."""

    head: Sequence[Any]
    rows: list[Sequence[Any]]
    title: Any = ""
    none: Any = ""
    page: Any = None

    @property
    def body(self) -> list[list[Cell]]:
        return [[c if isinstance(c, Cell) else Cell(c) for c in row] for row in self.rows]


@dataclass(frozen=True)
class Action:
    """Something an administrator does here: `run(request, values)` returns what to say, or a response."""

    key: str
    title: Any
    run: Callable[[HttpRequest, dict[str, Any]], Any]
    fields: tuple[Field, ...] = ()
    button: Any = ""
    hint: Any = ""
    icon: str = "plus"
    danger: bool = False
    initial: Mapping[str, Any] = field(default_factory=dict)
    hidden: bool = False


@dataclass
class Page:
    """An administration page."""

    title: Any
    active: str
    tables: list[Table] = field(default_factory=list)
    actions: Sequence[Action] = ()
    hint: Any = ""
    facts: Sequence[tuple[Any, Any]] = ()
    notes: Sequence[str] = ()
    crumb: tuple[str, str] | None = None
    template: str = "desk/admin/page.html"
    more: dict[str, Any] = field(default_factory=dict)
    search: bool = False


def me(request: HttpRequest) -> Account:
    """The account that acts. Services check once more that it holds the office."""
    return Account.objects.get(pk=who(request).account_id)


def show(request: HttpRequest, page: Page, options: Mapping[str, Any] | None = None) -> HttpResponse:
    """The page; a POST first runs its action and says what became of it, with everything typed kept on a problem."""
    opened, typed, problems, queries = "", {}, [], {}
    status = 200
    if request.method == "POST":
        action = next((a for a in page.actions if a.key == request.POST.get("do")), None)
        if action is None:
            messages.error(request, _("请选择要做什么"))
            return HttpResponseRedirect(request.get_full_path())
        opened, typed = action.key, forms.parse(action.fields, request.POST)
        queries = forms.queries(request.POST)
        if not any(forms.row_action(request.POST)):
            values, problems = coerce(action.fields, typed)
            values |= {"id": request.POST.get("id", "")}
            if not problems:
                answer = _run(request, action, values, problems)
                if isinstance(answer, HttpResponse):
                    return answer
                if not problems:
                    messages.success(request, str(answer))
                    return HttpResponseRedirect(request.get_full_path())
            status = 422
    built = []
    for action in page.actions:
        if action.hidden:
            continue
        mine = action.key == opened
        data = typed if mine else dict(action.initial)
        form = forms.build_form(
            action.fields, data, problems if mine else [], options=dict(options or {}), queries=queries if mine else {}
        )
        built.append((action, form, mine))
    bad = next((form for _action, form, mine in built if mine and problems), None)
    if problems and bad is None:
        for problem in problems:
            messages.error(request, problem.message)
    context = {"page": page, "forms": built, "bad": bad, "q": request.GET.get("q", ""), **page.more}
    return shell.render(request, page.template, context, active=page.active, status=status)


def _run(request: HttpRequest, action: Action, values: dict[str, Any], problems: list[Problem]) -> Any:
    try:
        with transaction.atomic():
            return action.run(request, values)
    except WORDS as error:
        problems.append(Problem("REFUSED", str(error)))
    except ValidationError as error:
        problems.extend(Problem("REFUSED", text) for text in error.messages)
    except IntegrityError:
        problems.append(Problem("REFUSED", _("与已有的记录冲突，没有保存。请核对日期和名称是否重复。")))
    return None
