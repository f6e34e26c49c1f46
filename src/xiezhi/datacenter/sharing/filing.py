"""From a draft to a matter: an officer writes the request, the head of the same sharing office agrees, then it is filed.

Corrections and updates of the catalog are opened here too; each by the office whose duty it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from xiezhi.datacenter import roles
from xiezhi.datacenter.standards import declare as standards
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures import services as procedures
from xiezhi.kernel.procedures.core import Actor, Refused
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.procedures.models import Matter
from xiezhi.kernel.procedures.services import PartyInput
from xiezhi.kernel.units.models import Unit

from . import offices
from .citations import R
from .corrections.procedure import CODE as CORRECTION
from .hooks import names_of
from .listing.procedure import CODE as LISTING
from .models import ShareDraft
from .requests.procedure import CODE as REQUEST

__all__ = [
    "agree",
    "answers_of",
    "begin",
    "check",
    "open_correction",
    "open_listing",
    "own_unit",
    "return_draft",
    "save",
    "send",
]


def own_unit(subject: Subject, *codes: str) -> Unit | None:
    """The unit for which the subject works in a sharing office: the main one where it is among them."""
    units = subject.unit_ids(*(codes or (roles.SHARER.code, roles.HEAD.code)))
    if not units:
        return None
    chosen = subject.main_unit_id if subject.main_unit_id in units else min(units)
    return Unit.objects.get(pk=chosen)


def begin(subject: Subject, unit: Unit, answers: Mapping[str, Any]) -> ShareDraft:
    """A new draft of the subject's unit."""
    assert subject.account_id is not None
    return ShareDraft.objects.create(
        uid=uuid.uuid4(), unit=unit, author_id=subject.account_id, answers=dict(answers), updated_at=clock.now()
    )


def save(draft: ShareDraft, answers: Mapping[str, Any]) -> None:
    """Take answers over; whatever was agreed to before is agreed to no more."""
    draft.answers = {**draft.answers, **answers}
    draft.updated_at = clock.now()
    if draft.state == ShareDraft.State.WAITING:
        draft.state = ShareDraft.State.WRITING
    draft.save(update_fields=["answers", "state", "updated_at"])


def answers_of(draft: ShareDraft) -> dict[str, Any]:
    """The answers as the filing event takes them, with what follows from the resource: nobody types a share type."""
    data = dict(draft.answers)
    resource = str(data.get("resource") or "")
    if resource in standards.tables:
        table = standards.tables.get(resource)
        data["resource_title"], data["share_type"] = table.title, table.share.value
    if isinstance(data.get("fields"), list):
        data["fields"] = ",".join(data["fields"])
    data["requester_name"] = draft.unit.name
    provider = _unit(data.pop("provider", None))
    data["provider_name"] = provider.name if provider else str(data.get("provider_name") or "")
    return {k: v for k, v in data.items() if v not in (None, "", [])}


def _unit(value: Any) -> Unit | None:
    return Unit.objects.filter(pk=int(value)).first() if str(value or "").isdecimal() else None


def provider_of(draft: ShareDraft) -> Unit | None:
    """The department asked."""
    return _unit(draft.answers.get("provider"))


def check(draft: ShareDraft) -> list[Problem]:
    """What keeps the request from being filed, everything at once."""
    declared = registry.get(REQUEST, on=clock.today())
    data = {**answers_of(draft), "head_agreed": True}
    found = list(coerce(declared.events["filed"].form, data)[1])
    provider, resource = provider_of(draft), str(data.get("resource") or "")
    if provider is None:
        found.append(Problem("REQUIRED", "请选择提供部门", "provider", R(20, 2)))
    elif provider.pk == draft.unit_id:
        found.append(Problem("OWN", "本部门的数据不用申请共享", "provider", R(3, 2)))
    if resource in standards.tables:
        table = standards.tables.get(resource)
        if table.share is standards.ShareType.NONE:
            found.append(
                Problem("NOT_SHARED", f"“{table.title}”不予共享：{table.share_basis}", "resource", R(14, 0, 3))
            )
        known = {c.name for c in table.all_columns}
        if beyond := [n for n in names_of(data.get("fields")) if n not in known]:
            found.append(Problem("NO_FIELD", f"没有这些数据项：{'、'.join(beyond)}", "fields", R(20, 2)))
    return found


def send(draft: ShareDraft) -> None:
    """送本部门共享工作机构负责人. Raises Refused with what is missing."""
    if problems := check(draft):
        raise Refused(problems)
    draft.state, draft.note, draft.updated_at = ShareDraft.State.WAITING, "", clock.now()
    draft.save(update_fields=["state", "note", "updated_at"])


def return_draft(draft: ShareDraft, note: str) -> None:
    """The head does not agree yet."""
    draft.state, draft.note, draft.updated_at = ShareDraft.State.RETURNED, note.strip()[:200], clock.now()
    draft.save(update_fields=["state", "note", "updated_at"])


def agree(draft: ShareDraft, subject: Subject, *, at: Any = None) -> Matter:
    """The head of the sharing office agrees; in the same act the request goes to the provider (条例 第20条第2款).
    Raises Refused, also where the subject is not that head."""
    if draft.unit_id not in subject.unit_ids(roles.HEAD.code):
        raise Refused([Problem("NOT_ALLOWED", "由本部门共享工作机构负责人同意", "", R(20, 2))])
    if problems := check(draft):
        raise Refused(problems)
    at = at or clock.now()
    provider = provider_of(draft)
    assert provider is not None
    with transaction.atomic():
        locked = ShareDraft.objects.select_for_update().get(pk=draft.pk)
        if locked.matter_id is not None:
            return Matter.objects.get(pk=locked.matter_id)
        matter = file(
            answers_of(locked), provider=provider, requester=locked.unit, actor=_actor(subject, "requester_head"), at=at,
            request_key=f"share-{locked.uid}",
        )  # fmt: skip
        locked.state, locked.matter, locked.agreed_by_id, locked.agreed_at = (
            ShareDraft.State.FILED,
            matter,
            subject.account_id,
            at,
        )
        locked.updated_at = at
        locked.save()
    return matter


def _actor(subject: Subject, role: str) -> Actor:
    return Actor(subject.ref, frozenset({role}), subject.label)


def file(
    answers: Mapping[str, Any],
    *,
    provider: Unit,
    requester: Unit,
    actor: Actor,
    at: Any,
    request_key: str | None = None,
) -> Matter:
    """Open the matter at the provider's office with the user department and the data authority over both. A provider
    nobody of whom works on this platform answers outside it: then the user's office enters what it says."""
    on: date = at.date()
    outside = not offices.units_with(roles.HEAD.code, on).filter(pk=provider.pk).exists()
    authority = offices.authority_over(provider, requester, on)
    parties = [
        PartyInput("requester", requester.name, "ORGANIZATION", unit_id=requester.pk),
        PartyInput("requester_head", requester.name, "ORGANIZATION", unit_id=requester.pk),
    ]
    if authority is not None:
        parties.append(PartyInput("data_authority", authority.name, "ORGANIZATION", unit_id=authority.pk))
    data = {
        **answers,
        "head_agreed": True,
        "outside": outside,
        "requester_name": requester.name,
        "provider_name": provider.name,
    }
    data.pop("provider", None)
    return procedures.open_matter(
        REQUEST, "filed", actor, data, handling_unit=provider.pk, organ=provider.pk, parties=parties, on=on, at=at, request_key=request_key,
    ).matter  # fmt: skip


def open_correction(
    subject: Subject,
    unit: Unit,
    provider: Unit,
    data: Mapping[str, Any],
    *,
    at: Any = None,
    request_key: str | None = None,
) -> Matter:
    """校核申请 of a user department. Raises Refused."""
    at = at or clock.now()
    authority = offices.authority_over(provider, unit, at.date())
    parties = [
        PartyInput("requester", unit.name, "ORGANIZATION", unit_id=unit.pk),
        PartyInput("requester_head", unit.name, "ORGANIZATION", unit_id=unit.pk),
    ]
    if authority is not None:
        parties.append(PartyInput("data_authority", authority.name, "ORGANIZATION", unit_id=authority.pk))
    own = {**data, "requester_name": unit.name, "provider_name": provider.name}
    return procedures.open_matter(
        CORRECTION, "filed", _actor(subject, "requester"), own, handling_unit=provider.pk, organ=provider.pk, parties=parties, on=at.date(), at=at,
        request_key=request_key,
    ).matter  # fmt: skip


def open_listing(
    subject: Subject, unit: Unit, data: Mapping[str, Any], *, at: Any = None, request_key: str | None = None
) -> Matter:
    """目录更新 of the department whose catalog must follow a change. Raises Refused."""
    at = at or clock.now()
    authority = offices.authority_over(unit, unit, at.date())
    parties = [PartyInput("data_authority", authority.name, "ORGANIZATION", unit_id=authority.pk)] if authority else []
    codes = (roles.HEAD.code, roles.SHARER.code)
    mine = frozenset(code for code in codes if unit.pk in subject.unit_ids(code))
    return procedures.open_matter(
        LISTING, "noticed", Actor(subject.ref, mine, subject.label), data, handling_unit=unit.pk, organ=unit.pk, parties=parties, on=at.date(), at=at,
        request_key=request_key,
    ).matter  # fmt: skip
