"""How a queue reads: the filters of its address, the groups of its rows, the clock of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import BooleanField, F, Lookup, Q
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel import prepared
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.procedures import policies, selectors
from xiezhi.kernel.procedures.models import NO_DUE, Matter, Party

__all__ = [
    "SCOPES",
    "SESSION_LIST",
    "SORTS",
    "TABS",
    "TRACKS",
    "Filters",
    "Group",
    "Near",
    "groups",
    "mine_of",
    "mine_q",
    "near",
    "view_q",
]

TABS: tuple[tuple[str, Any], ...] = (
    ("all", _("全部")), ("late", _("已超期")), ("today", _("今天")), ("week", _("本周")), ("later", _("以后")),
    ("held", _("已停")),
)  # fmt: skip
SCOPES: tuple[tuple[str, Any], ...] = (("mine", _("我的待办")), ("unit", _("本单位待办")), ("reach", _("管辖范围内")))
SORTS: tuple[tuple[str, Any], ...] = (
    ("due", _("先到期的在前")), ("-due", _("后到期的在前")), ("opened", _("先收到的在前")), ("-opened", _("新收到的在前")),
)  # fmt: skip
SESSION_LIST = "desk_list"
"""Key of the session: the list somebody came from; the matter page offers the one before and after in it."""
TRACKS: tuple[tuple[str, Any], ...] = (("ORDINARY", _("普通程序")), ("SIMPLIFIED", _("简易程序")))


@dataclass(frozen=True)
class Filters:
    """Everything a queue's address can say. Unknown or faulty values read as not given: an old bookmark still opens."""

    view: str = "mine"
    due: str = "all"
    service: str = ""
    state: str = ""
    track: str = ""
    handler: str = ""
    respondent: str = ""
    unit: str = ""
    outcome: str = ""
    opened_from: date | None = None
    opened_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    status: str = ""
    text: str = ""
    sort: str = "due"
    after: str = ""

    @classmethod
    def read(cls, query: QueryDict | Mapping[str, str], *, view: str = "mine") -> Filters:
        """Filters from the query string."""

        def word(name: str, allowed: Sequence[str] = (), default: str = "") -> str:
            value = str(query.get(name, "")).strip()[:80]
            return value if not allowed or value in allowed else default

        def number(name: str) -> str:
            value = word(name)
            return value if value.isdecimal() and len(value) < 19 else ""

        def day(name: str) -> date | None:
            try:
                return date.fromisoformat(word(name))
            except ValueError:
                return None

        return cls(
            view=word("view", [k for k, _ in SCOPES], view) or view,
            due=word("due", [k for k, _ in TABS], "all") or "all",
            service=word("service"), state=word("state"), track=word("track", [k for k, _ in TRACKS]),
            handler=number("handler"), respondent=number("respondent"), unit=number("unit"), outcome=word("outcome"),
            opened_from=day("opened_from"), opened_to=day("opened_to"), closed_from=day("closed_from"),
            closed_to=day("closed_to"), status=word("status", ("open", "closed", "any")), text=word("q"),
            sort=word("sort", [k for k, _ in SORTS], "due") or "due", after=word("after"),
        )  # fmt: skip

    def url(self, **changes: Any) -> str:
        """The query string with changes; defaults are left out, and a change of filter begins at the first page."""
        values: dict[str, Any] = {
            "view": self.view, "due": self.due, "service": self.service, "state": self.state, "track": self.track,
            "handler": self.handler, "respondent": self.respondent, "unit": self.unit, "outcome": self.outcome,
            "opened_from": self.opened_from, "opened_to": self.opened_to, "closed_from": self.closed_from,
            "closed_to": self.closed_to, "status": self.status, "q": self.text, "sort": self.sort,
        }  # fmt: skip
        values.update(changes)
        defaults = {"view": "mine", "due": "all", "sort": "due"}
        kept = {
            k: v.isoformat() if isinstance(v, date) else v
            for k, v in values.items()
            if v not in (None, "") and v != defaults.get(k)
        }
        return "?" + urlencode(kept)

    @property
    def narrowed(self) -> bool:
        """Whether anything but view, tab and sorting is set."""
        return any((self.service, self.state, self.track, self.handler, self.respondent, self.unit, self.outcome, self.text,
                    self.opened_from, self.opened_to, self.closed_from, self.closed_to, self.status))  # fmt: skip

    @property
    def open_only(self) -> bool:
        if self.status:
            return self.status == "open"
        return not (
            self.text or self.outcome or self.closed_from or self.closed_to or self.opened_from or self.opened_to
        )

    def equalities(self) -> dict[str, Any]:
        """Filters that are equalities on index columns."""
        return {
            "procedure": self.service, "state": self.state, "track": self.track, "handler_id": self.handler,
            "handling_unit_id": self.unit, "outcome": self.outcome,
        }  # fmt: skip

    def q(self) -> Q:
        """Filters that are more than an equality."""
        q = Q()
        if self.respondent:
            q &= Q(pk__in=Party.objects.filter(unit_id=self.respondent, role="respondent").values("matter_id"))
        for name, value in (("opened_on__gte", self.opened_from), ("opened_on__lte", self.opened_to),
                            ("closed_on__gte", self.closed_from), ("closed_on__lte", self.closed_to)):  # fmt: skip
            if value is not None:
                q &= Q(**{name: value})
        if self.status == "closed":
            q &= Q(open=False)
        if self.text:
            q &= (
                Q(case_no__startswith=self.text)
                | Q(intake_no__startswith=self.text.upper())
                | Q(pk__in=Party.objects.filter(name__startswith=self.text).values("matter_id")[: selectors.CAP])
            )
        return q


class _AnyOf(Lookup[bool]):
    """`column = ANY(array)`: one parameter however many keys, where IN would write and plan each of them."""

    prepare_rhs = False
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*params, self.rhs]


def mine_q(subject: Subject) -> Q:
    """Matters somebody handles, alone or with others. The keys of the second kind are read first (one statement), so
    that the queue can use both indexes instead of scanning for an alternative."""
    if subject.staff_id is None:
        return Q(pk__in=[])
    with prepared.cursor() as cursor:
        cursor.execute(_HELPED, [subject.staff_id])
        keys = [key for (key,) in cursor.fetchall()]
    mine = policies.mine_q(subject)
    return mine | Q(_AnyOf(F("pk"), keys)) & policies.reach_q(subject) if keys else mine


_HELPED = (
    "SELECT matter_id FROM procedures_matterofficer WHERE staff_id = %s AND valid_to IS NULL AND NOT lead "  # noqa: S608
    f"ORDER BY matter_id DESC LIMIT {selectors.CAP}"
)


def mine_of(request: HttpRequest) -> Q:
    """`mine_q` of who asks, put together once per request: the queue and the navigation both count by it."""
    found: Q | None = getattr(request, "_desk_mine", None)
    if found is None:
        found = mine_q(of_request(request))
        request._desk_mine = found  # type: ignore[attr-defined]
    return found


def view_q(view: str, request: HttpRequest) -> Q:
    """Matters of one of the desk's views: mine, my units', everything within reach. Always inside what may be read."""
    if view == "mine":
        return mine_of(request)
    subject = of_request(request)
    if view == "unit":
        units = sorted(subject.unit_ids(*policies.OFFICE_READERS))
        return Q(handling_unit_id__in=units) | Q(organ_id__in=units) if units else Q(pk__in=[])
    return policies.reach_q(subject)


@dataclass(frozen=True)
class Near:
    """The list somebody came from, and the matters before and after this one in its order."""

    title: Any
    url: str
    before: Any = None
    after: Any = None


def near(filters: Filters, request: HttpRequest, matter: Matter, today: date) -> Near:
    """Neighbors of a matter in a list: three looks into an index in one statement. None where it is not in the list."""
    found = selectors.queue(
        view_q(filters.view, request) & filters.q(), due=filters.due, open_only=filters.open_only,
        filters=filters.equalities(), sort=filters.sort, today=today,
    )  # fmt: skip
    column, down = ("opened_on" if filters.sort.endswith("opened") else "due_sort"), filters.sort.startswith("-")
    rows, args = found.order_by().values_list("id", "public_id", column).query.sql_with_params()
    at = [getattr(matter, column), matter.pk]

    def side(name: str, further: bool) -> str:
        word, way = (">", "ASC") if further is not down else ("<", "DESC")
        return (
            f"(SELECT '{name}', public_id FROM ({rows}) AS r (id, public_id, at) WHERE (at, id) {word} (%s, %s) "  # noqa: S608
            f"ORDER BY at {way}, id {way} LIMIT 1)"
        )

    own = f"(SELECT 'self', public_id FROM ({rows}) AS r (id, public_id, at) WHERE id = %s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"{own} UNION ALL {side('after', True)} UNION ALL {side('before', False)}",
            [*args, matter.pk, *args, *at, *args, *at],
        )
        places = dict(cursor.fetchall())
    title, url = dict(SCOPES)[filters.view], filters.url()
    if "self" not in places:
        return Near(title, url)
    return Near(title, url, places.get("before"), places.get("after"))


@dataclass
class Group:
    """Rows under one heading of the queue."""

    key: str
    title: Any
    note: str = ""
    rows: list[Matter] = field(default_factory=list)


def groups(matters: Sequence[Matter], today: date, *, sort: str = "due") -> list[Group]:
    """Rows under the headings of the queue, in the order they came; one group without heading when not sorted by clock."""
    if sort != "due":
        return [Group("all", "", rows=list(matters))] if matters else []
    sunday = today + timedelta(days=6 - today.weekday())
    weekday = "一二三四五六日"[today.weekday()]
    heads = {
        "late": (_("已超期"), str(_("先办"))),
        "today": (_("今天到期"), f"{today.month}月{today.day}日，{_('周')}{weekday}"),
        "week": (_("本周到期"), f"{_('至')}{sunday.month}月{sunday.day}日"),
        "later": (_("以后"), ""),
        "held": (_("时钟已停，或者没有期限"), ""),
        "closed": (_("已办结"), ""),
    }
    out: list[Group] = []
    for matter in matters:
        key = _key(matter, today, sunday)
        if not out or out[-1].key != key:
            out.append(Group(key, *heads[key]))
        out[-1].rows.append(matter)
    return out


def _key(matter: Matter, today: date, sunday: date) -> str:
    if not matter.open:
        return "closed"
    day = matter.due_sort
    if day == NO_DUE:
        return "held"
    if day < today:
        return "late"
    if day == today:
        return "today"
    return "week" if day <= sunday else "later"
