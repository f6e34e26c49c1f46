"""The frame of the desk: navigation by role with its counts, and rendering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.translation import gettext as _

from xiezhi.desk.gate import AUTHORITY_ROLES, LAW_ROLES, OFFICE_ROLES, who
from xiezhi.desk.rows import mine_of
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.procedures import policies, registry
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import figures, plug

__all__ = ["Heading", "Item", "counts", "navigation", "render", "review_q"]

CAP = 999
FILING = "XZFY"
"""Procedure whose applications are registered at /desk/filing/."""


@dataclass(frozen=True)
class Item:
    """One entry of the side navigation."""

    key: str
    label: str
    href: str
    icon: str
    count: int | str | None = None
    current: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading of the side navigation with its entries."""

    title: str
    items: tuple[Item, ...]


def review_q(subject: Subject) -> Q:
    """Documents that wait for this subject: review by heads of the handling unit, signature by heads of unit and organ."""
    heads = subject.unit_ids("office_head")
    organs = subject.unit_ids("organ_head")
    q = Q(pk__in=[])
    if heads:
        q |= Q(state__in=[Document.REVIEW, Document.APPROVED], matter__handling_unit_id__in=heads)
    if organs:
        q |= Q(state=Document.APPROVED, unit_id__in=organs)
    return q


def counts(request: HttpRequest) -> dict[str, int]:
    """Every count of the navigation in one statement, capped."""
    subject = who(request)
    parts: dict[str, tuple[str, Sequence[Any]]] = {}
    if subject.account_id is not None:
        parts["messages"] = (
            f"SELECT 1 FROM notices_notice WHERE account_id = %s AND read_at IS NULL AND channel = 'SITE' LIMIT {CAP + 1}",  # noqa: S608
            [subject.account_id],
        )
    if subject.has(*OFFICE_ROLES):
        parts["mine"] = _capped_rows(Matter.objects.filter(mine_of(request), open=True))
        units = sorted(subject.unit_ids(*OFFICE_ROLES))
        parts["unit"] = (
            "SELECT 1 FROM procedures_matter WHERE open AND "  # noqa: S608
            f"(handling_unit_id = ANY(%s::bigint[]) OR organ_id = ANY(%s::bigint[])) LIMIT {CAP + 1}",
            [units, units],
        )
        if subject.has("office_head", "organ_head"):
            waiting = Document.objects.filter(review_q(subject), state__in=[Document.REVIEW, Document.APPROVED])
            parts["review"] = _capped_rows(waiting)
    if subject.has(*AUTHORITY_ROLES):
        parts["respondent"] = _capped_rows(Matter.objects.filter(policies.authority_q(subject), open=True))
    if not parts:
        return {}
    sql = ", ".join(f"(SELECT count(*) FROM ({one}) AS q)" for one, _args in parts.values())  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", [value for _sql, args in parts.values() for value in args])
        row = cursor.fetchone() or ()
    return dict(zip(parts, row, strict=True))


def _capped_rows(rows: QuerySet[Any]) -> tuple[str, Sequence[Any]]:
    return rows.order_by()[: CAP + 1].values("pk").query.sql_with_params()


def navigation(subject: Subject, found: Mapping[str, int], active: str = "") -> list[Heading]:
    """Headings with their entries, only what this subject may open."""
    return [
        Heading(title, tuple(replace(i, current=i.key == active, count=_capped(i.count)) for i in items))
        for title, items in _groups(subject, found)
        if items
    ]


def _capped(count: int | str | None) -> int | str | None:
    return f"{CAP}+" if isinstance(count, int) and count > CAP else count


def _groups(subject: Subject, found: Mapping[str, int]) -> list[tuple[str, list[Item]]]:
    groups: list[tuple[str, list[Item]]] = []
    if subject.has(*OFFICE_ROLES):
        queue = reverse("desk:queue")
        work = [
            Item("mine", _("我的待办"), queue, "inbox", found.get("mine", 0)),
            Item("unit", _("本单位待办"), f"{queue}?view=unit", "users", found.get("unit", 0)),
            Item("reach", _("管辖范围内"), f"{queue}?view=reach", "hierarchy"),
            Item("hearings", _("听证与谈话"), reverse("desk:hearings"), "calendar"),
        ]
        work.append(Item("documents", _("文书签发"), reverse("desk:documents"), "file-text", found.get("review")))
        groups.append((_("我的工作"), work))
    if subject.has(*AUTHORITY_ROLES):
        groups.append((_("被复议案件"), [
            Item("respondent", _("要我们答复的"), reverse("desk:respondent"), "message-reply", found.get("respondent", 0)),
        ]))  # fmt: skip
    if subject.has("case_officer", "office_head", "counter_clerk") and subject.handles(FILING):
        groups.append((_("收件"), [Item("filing", _("登记申请"), reverse("desk:filing"), "file-plus")]))
    groups += _of_functions(subject)
    if subject.has("archivist"):
        groups.append((_("档案"), [
            Item("archive", _("核验案卷文件"), reverse("desk:archive-verify"), "file-certificate"),
        ]))  # fmt: skip
    if subject.has(*OFFICE_ROLES):
        services = [
            Item(f"service-{p.code}", p.title, f"{reverse('desk:queue')}?view=unit&service={p.code}", "scale")
            for p in _newest()
            if subject.handles(p.code)
        ]
        groups.append((_("业务"), services))
    if subject.has("office_head", "organ_head", "leader", "statistician", "supervisor"):
        boards = [b for b in figures.BOARDS.values() if subject.has(*b.roles)]
        address = reverse("desk:figures")
        groups.append((_("数据"), [Item(f"figures-{b.code}", _("%(t)s指标") % {"t": b.title}, f"{address}?board={b.code}",
                                        "chart-bar") for b in boards]))  # fmt: skip
    if subject.has(*LAW_ROLES):
        groups.append((_("法规"), [Item("law", _("修法影响"), reverse("desk:law"), "book-2")]))
    groups += _administration(subject)
    merged: dict[str, list[Item]] = {}
    for title, items in groups:  # the house and functions may add to one heading
        merged.setdefault(title, []).extend(items)
    return list(merged.items())


def _of_functions(subject: Subject) -> list[tuple[str, list[Item]]]:
    """What functions add to the navigation, by heading."""
    found: dict[str, list[Item]] = {}
    for i in plug.nav_for(subject):
        found.setdefault(_(i.group), []).append(Item(i.key, _(i.label), reverse(i.url), i.icon))
    return list(found.items())


def _newest() -> list[Any]:
    found = {p.code: p for p in registry.all_procedures()}
    return list(found.values())


def _administration(subject: Subject) -> list[tuple[str, list[Item]]]:
    groups: list[tuple[str, list[Item]]] = []
    if subject.has("SYSTEM_ADMIN"):
        groups.append((_("系统管理"), [
            Item("admin", _("总览"), reverse("desk:admin"), "home"),
            Item("units", _("机构"), reverse("desk:admin-units"), "sitemap"),
            Item("staff", _("人员与岗位"), reverse("desk:admin-staff"), "users"),
            Item("calendars", _("工作日历"), reverse("desk:admin-calendars"), "calendar"),
            Item("parameters", _("程序参数"), reverse("desk:admin-parameters"), "adjustments"),
            Item("procedures", _("法定程序"), reverse("desk:admin-procedures"), "git-branch"),
            Item("templates", _("文书模板"), reverse("desk:admin-templates"), "template"),
            Item("serials", _("文号登记"), reverse("desk:admin-serials"), "hash"),
            Item("outbox", _("通知外发"), reverse("desk:admin-outbox"), "send"),
            Item("rendering", _("文书制作"), reverse("desk:admin-rendering"), "printer"),
            Item("takeover", _("旧系统接收"), reverse("desk:admin-takeover"), "database-import"),
        ]))  # fmt: skip
    if subject.has("SECURITY_ADMIN"):
        groups.append((_("安全管理"), [
            Item("admin", _("总览"), reverse("desk:admin"), "home"),
            Item("accounts", _("账号"), reverse("desk:admin-accounts"), "id"),
            Item("grants", _("授权"), reverse("desk:admin-grants"), "key"),
            Item("services", _("服务账号"), reverse("desk:admin-services"), "plug"),
        ]))  # fmt: skip
    if subject.has("AUDIT_ADMIN"):
        groups.append((_("审计"), [
            Item("admin", _("总览"), reverse("desk:admin"), "home"),
            Item("readings", _("查阅日志"), reverse("desk:admin-readings"), "eye"),
            Item("security", _("安全日志"), reverse("desk:admin-security"), "shield-check"),
        ]))  # fmt: skip
    return groups


def render(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    active: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page in the desk's frame. Partial answers (HTMX) leave the frame and its counts out."""
    subject = who(request)
    full: dict[str, Any] = {"subject": subject, "active": active, **(context or {})}
    if not getattr(request, "htmx", False):
        found = counts(request)
        full |= {
            "nav": navigation(subject, found, active), "unread": found.get("messages", 0), "counts": found,
            "desk_unit": subject.main_unit_name or (_("管理员") if subject.admin_role else ""),
        }  # fmt: skip
    return django_render(request, template, full, status=status)
