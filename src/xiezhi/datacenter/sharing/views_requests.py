"""数据共享 at the desk: requests by what is to be done, the application in steps, consent of one's own head."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.access.guards import ROLE, guard
from xiezhi.kernel.access.permissions import NotFoundForYou
from xiezhi.kernel.access.subject import Subject, of_request
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.declare import Field, Kind
from xiezhi.kernel.procedures.forms import Problem
from xiezhi.kernel.units.models import Unit
from xiezhi.ui import forms, plug

from . import export, filing, offices, selectors
from .models import ShareDraft
from .requests.events_ask import REQUEST as DECLARED
from .roles import DESK

SHARERS = (roles.SHARER.code, roles.HEAD.code)
TABS = (
    ("todo", _("待我们办")), ("to_us", _("申请我们的")), ("ours", _("我们申请的")), ("active", _("共享中")), ("late", _("逾期")), ("all", _("全部")),
)  # fmt: skip
STEPS = (("resource", _("数据资源")), ("fields", _("数据项和用途")), ("use", _("依据和场景")), ("check", _("核对")))
_HEAD = (
    "编号", "需求部门", "提供部门", "数据资源", "共享属性", "状态", "收到", "答复期限", "答复", "提供期限", "提供", "使用至", "责令改正",
)  # fmt: skip


def _row(r: Any) -> tuple[Any, ...]:
    return (
        r.matter.number, r.requester_name, r.provider.name, r.resource_title, r.get_share_type_display(), r.matter.state_title, r.received_on,
        r.reply_due, r.replied_on, r.supply_due, r.supplied_on, r.valid_to, len(r.breaches),
    )  # fmt: skip


@guard(ROLE(*DESK))
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Requests to us and ours to others, with due dates; late ones are told apart (条例 第39条)."""
    subject, today = of_request(request), wall.today()
    found = selectors.tabs(subject, today)
    sharer = subject.has(*SHARERS)
    tab = request.GET.get("tab", "todo" if sharer else "all")
    tab = tab if tab in found else "all"
    rows = found[tab].order_by("matter__due_sort", "-matter_id")
    if words := request.GET.get("q", "").replace("\x00", "").strip()[:60]:
        from django.db.models import Q

        rows = rows.filter(Q(requester_name__contains=words) | Q(resource_title__contains=words) | Q(matter__intake_no=words.upper()))  # fmt: skip
    if request.GET.get("as") in ("csv", "xlsx"):
        return export.answer("数据共享申请", _HEAD, (_row(r) for r in rows[: export.LIMIT]), request.GET["as"])
    others = selectors.readable(subject).exclude(procedure="SJGX").filter(open=True).order_by("due_sort")[:20]
    drafts = ShareDraft.objects.filter(unit_id__in=subject.unit_ids(*SHARERS)).exclude(state="FILED").select_related("unit").order_by("-updated_at")[:20]  # fmt: skip
    context = {
        "page": Paginator(rows, 30).get_page(request.GET.get("page")), "tab": tab, "tabs": TABS, "q": request.GET.get("q", ""),
        "numbers": {k: found[k].count() for k in ("todo", "late")}, "others": others, "drafts": drafts, "today": today, "sharer": sharer,
        "head_units": subject.unit_ids(roles.HEAD.code),
    }  # fmt: skip
    return plug.desk_page(request, "sharing/queue.html", context, active="data-sharing")


# The application in steps


def _draft(subject: Subject, uid: UUID) -> ShareDraft:
    draft = ShareDraft.objects.select_related("unit", "matter").filter(uid=uid).first()
    if draft is None or draft.unit_id not in subject.unit_ids(*SHARERS):
        raise NotFoundForYou
    return draft


def _form(step: str, draft: ShareDraft | None) -> tuple[Field, ...]:
    known = {f.name: f for f in DECLARED}
    resource = str((draft.answers if draft else {}).get("resource") or "")
    interface = str((draft.answers if draft else {}).get("interface") or "")
    if step == "fields":
        columns = selectors.fields_of(resource, interface)
        out = []
        if columns:
            listed = tuple((c.name, f"{c.title}（{c.grade} {c.level}）") for c in columns)
            out.append(
                Field(
                    "fields",
                    _("需要哪些数据项"),
                    Kind.CHOICES,
                    required_on_screen=True,
                    choices=listed,
                    basis=known["fields"].basis,
                )
            )
        else:
            out.append(
                Field(
                    "fields",
                    _("需要哪些数据项"),
                    Kind.LONGTEXT,
                    required_on_screen=True,
                    help=_("用逗号分开"),
                    max_length=1000,
                )
            )
        if (purposes := _purposes(interface)) is not None:
            out.append(Field("purpose", _("用途"), Kind.CHOICE, required_on_screen=True, choices=purposes))
        return (*out, known["kind"], known["way"], known["quota"])
    if step == "use":
        return tuple(known[n] for n in ("basis", "scene", "scope", "valid_from", "valid_to", "security"))
    return ()


def _purposes(interface: str) -> tuple[tuple[str, str], ...] | None:
    from xiezhi.datacenter.exchange import declare as exchange

    if not interface or interface not in exchange.interfaces:
        return None
    return tuple((p.code, f"{p.title}（{p.basis}）") for p in exchange.interfaces.get(interface).purposes.values())


def _providers(own: Unit) -> list[Unit]:
    return list(offices.units_with(roles.HEAD.code, wall.today()).exclude(pk=own.pk)[:200])


@guard(ROLE(*SHARERS))
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """First step: the resource from the catalog with its conditions, and of whom it is asked."""
    subject = of_request(request)
    own = filing.own_unit(subject)
    if own is None:
        raise NotFoundForYou
    problems: list[Problem] = []
    chosen = {k: request.POST.get(k, request.GET.get(k, ""))[:200] for k in ("resource", "interface", "provider", "provider_name", "resource_title")}  # fmt: skip
    if request.method == "POST":
        if not chosen["resource"] and not chosen["resource_title"]:
            problems.append(Problem("REQUIRED", _("请选择数据资源"), "resource"))
        if not chosen["provider"].isdecimal() or not Unit.objects.filter(pk=int(chosen["provider"])).exists():
            problems.append(Problem("REQUIRED", _("请选择提供部门"), "provider"))
        if not problems:
            answers = {k: v for k, v in chosen.items() if v}
            answers.setdefault("resource", chosen["resource_title"])
            draft = filing.begin(subject, own, answers)
            return redirect("sharing_desk:step", uid=draft.uid, step="fields")
    text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    context = {
        "resources": selectors.resources(text), "providers": _providers(own), "chosen": chosen, "problems": problems, "q": text, "own": own,
        "steps": STEPS, "step": "resource",
    }  # fmt: skip
    return plug.desk_page(
        request, "sharing/apply_resource.html", context, active="data-sharing", status=422 if problems else 200
    )


@guard(ROLE(*SHARERS))
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, uid: UUID, step: str) -> HttpResponse:
    """One step of the application; what was typed is kept, whatever is still missing."""
    draft = _draft(of_request(request), uid)
    if step not in ("fields", "use") or draft.state == ShareDraft.State.FILED:
        raise NotFoundForYou
    fields = _form(step, draft)
    problems: list[Problem] = []
    data = dict(draft.answers)
    if request.method == "POST":
        raw = forms.parse(fields, request.POST)
        for field in fields:
            if field.kind is Kind.CHOICES and isinstance(raw.get(field.name), str):
                raw[field.name] = [raw[field.name]]
        data = {**{k: v for k, v in data.items() if k not in {f.name for f in fields}}, **raw}
        draft.answers = data
        filing.save(draft, {})
        names = {f.name for f in fields}
        problems = [p for p in filing.check(draft) if p.field in names]
        if not problems:
            return (
                redirect("sharing_desk:step", uid=uid, step="use")
                if step == "fields"
                else redirect("sharing_desk:draft", uid=uid)
            )
    resource = str(data.get("resource") or "")
    table = standards.tables.get(resource) if resource in standards.tables else None
    context = {
        "form": forms.build_form(fields, data, problems), "draft": draft, "steps": STEPS, "step": step, "table": table, "provider": filing.provider_of(draft),
    }  # fmt: skip
    return plug.desk_page(
        request, "sharing/apply_step.html", context, active="data-sharing", status=422 if problems else 200
    )


@guard(ROLE(*SHARERS))
@never_cache
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Last step and consent: the whole request to read once more; the officer sends it to the head, the head agrees."""
    subject = of_request(request)
    found = _draft(subject, uid)
    is_head = found.unit_id in subject.unit_ids(roles.HEAD.code)
    problems: list[Problem] = []
    if request.method == "POST" and found.state != ShareDraft.State.FILED:
        do = request.POST.get("do", "")
        try:
            if do == "send":
                filing.send(found)
                messages.success(request, _("已送本部门共享工作机构负责人。"))
            elif do == "return" and is_head:
                filing.return_draft(found, request.POST.get("note", ""))
                messages.success(request, _("已退回。"))
            elif do == "agree" and is_head:
                matter = filing.agree(found, subject)
                messages.success(request, _("已同意并提出，编号%(n)s。") % {"n": matter.number})
                return redirect("desk:matter", public_id=matter.public_id)
            elif do == "delete":
                found.delete()
                messages.success(request, _("已删除。"))
                return redirect("sharing_desk:queue")
            else:
                raise NotFoundForYou
            return redirect("sharing_desk:draft", uid=uid)
        except Refused as refused:
            problems = list(refused.problems)
    elif request.method == "GET" and found.state != ShareDraft.State.FILED:
        problems = filing.check(found)
    shown = _shown(found)
    context = {
        "draft": found, "shown": shown, "problems": problems, "is_head": is_head, "steps": STEPS, "step": "check", "provider": filing.provider_of(found),
        "links": {"resource": "", "fields": reverse("sharing_desk:step", args=[uid, "fields"]), "use": reverse("sharing_desk:step", args=[uid, "use"])},
    }  # fmt: skip
    return plug.desk_page(request, "sharing/apply_check.html", context, active="data-sharing", status=422 if request.method == "POST" and problems else 200)  # fmt: skip


def _shown(draft: ShareDraft) -> list[tuple[str, str, str]]:
    """Label, value and step of every answer."""
    from .hooks import names_of, titles_of

    data = filing.answers_of(draft)
    resource = str(data.get("resource") or "")
    out = []
    where = {"fields": ("fields", "kind", "way", "quota", "purpose")}
    for f in DECLARED:
        value = data.get(f.name)
        if value in (None, "") or f.name in ("resource", "attachments", "head_agreed", "outside", "requester_name"):
            continue
        if f.name == "fields":
            value = titles_of(resource, names_of(value))
        elif f.choices:
            value = dict(f.choices).get(str(value), value)
        out.append((f.label, str(value), "fields" if f.name in where["fields"] else "use"))
    return out
