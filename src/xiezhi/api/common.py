"""What operations share: the caller, scopes of tokens, a matter one may see, recorded readings, streams of files."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Annotated, Any
from urllib.parse import unquote
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header
from ninja import Path
from pydantic import AfterValidator

from xiezhi.kernel.access import purposes
from xiezhi.kernel.access import subject as subjects
from xiezhi.kernel.access.permissions import Forbidden, NotFoundForYou
from xiezhi.kernel.access.reading import Object, record_reading
from xiezhi.kernel.access.rules import OfSubject
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.documents import storage
from xiezhi.kernel.people.models import Person
from xiezhi.kernel.procedures import policies, selectors, services
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter, Party

MATTER_ID = Path(..., description="办件的公开编号")
ROW_ID = Path(..., ge=1, le=2**62)
OFFICE_PARTS = frozenset({"case_officer", "office_head", "organ_head", "archivist", "sealer", "counter_clerk"})
PARTY_PARTS = frozenset({"applicant", "third_party"})
CHUNK = 256 * 1024


def _plain(value: str) -> str:
    if "\x00" in value:
        raise ValueError("含有不能保存的字符")
    return value


Text = Annotated[str, AfterValidator(_plain)]
"""Text of forms and addresses; JSON bodies are checked as a whole."""


class Scope(OfSubject):
    """接口范围: whether a service account's token covers a code (`matter.read`, or all of it by `matter.*`).

    People are limited by their roles alone. The token's account needs the role as well: a scope never widens.
    """

    def __init__(self, code: str) -> None:
        self.code = code

    def possible(self, subject: Subject) -> bool:
        return subject.signed_in and subject.in_scope(self.code)

    def text(self) -> str:
        return f"已登录；令牌须含范围 {self.code}"


MATTER_READ = Scope("matter.read")
MATTER_ACT = Scope("matter.act")
DOCUMENT_WRITE = Scope("document.write")
PERSON_READ = Scope("person.read")
FIGURES_READ = Scope("figures.read")
SCOPES = {
    "matter.read": "查看办件、期限、历史、材料和文书", "matter.act": "提出申请、办理事项、上传材料、起草表单",
    "document.write": "拟稿、送审、审核、签发、登记送达", "person.read": "查找人员", "figures.read": "查看指标",
}  # fmt: skip


@dataclass(frozen=True)
class At:
    """The caller before a matter: in which part, on which side."""

    subject: Subject
    matter: Matter
    parties: Sequence[Party]
    actor: Actor
    office: bool


def caller(request: HttpRequest) -> Subject:
    return subjects.of_request(request)


def at_matter(request: HttpRequest, public_id: UUID, *, settle: bool = True) -> At:
    """The matter for the caller, with due lapses in effect. Raises NotFoundForYou for what is not theirs or not there."""
    who = caller(request)
    try:
        matter = selectors.by_public_id(public_id)
    except Matter.DoesNotExist:
        raise NotFoundForYou from None
    if not policies.MATTER_READ.test(who, matter):
        raise NotFoundForYou
    if settle and matter.open and services.settle_matter(matter.pk):
        matter = selectors.by_public_id(public_id)
    parties = policies.parties_of(matter)
    actor = policies.actor_for(who, matter, parties)
    return At(who, matter, parties, actor, _inside(who, matter, actor))


def _inside(who: Subject, matter: Matter, actor: Actor) -> bool:
    """Whether the caller reads from the side that handles the matter, not from the respondent's."""
    if actor.roles & OFFICE_PARTS:
        return True
    if actor.roles - {"superior_organ"}:
        return False
    return policies.MATTER_OFFICE.test(who, matter)


def usual_purpose(at: At) -> str:
    """The purpose that follows from the caller's part in the matter; others must name theirs."""
    roles = at.actor.roles
    if policies.acts_for_another(at.subject, at.parties):
        return "AGENCY"
    if roles & PARTY_PARTS:
        return "OWN"
    if roles & {"respondent", "norm_issuer"}:
        return "RESPOND"
    return "HANDLE" if roles & OFFICE_PARTS else ""


def read(request: HttpRequest, at: At, action: str = "READ", fields: tuple[str, ...] = ()) -> None:
    """Put the reading of a matter's persons on record under the purpose the caller names. Raises PurposeError."""
    persons = Person.objects.filter(pk__in=[p.person_id for p in at.parties if p.person_id])
    what = Object("procedures.matter", str(at.matter.public_id), at.matter.pk, at.matter.number)
    record(request, at.subject, action, what, persons, fields, usual=(usual_purpose(at), ""))


def listed(request: HttpRequest, who: Subject, matters: Sequence[Matter]) -> None:
    """Put on record that these matters were listed, as the desk does; the persons in them see it. Raises PurposeError."""
    if not matters:
        return
    parties = Party.objects.filter(matter__in=[m.pk for m in matters], person__isnull=False, valid_to__isnull=True)
    persons = Person.objects.filter(pk__in=parties.values("person_id")).only("id", "uid", "id_type", "id_hash")
    record(request, who, "LIST", Object("procedures.matter", "api"), persons, (), usual=policies.list_purpose(who))


def record(
    request: HttpRequest, who: Subject, action: str, what: Object, persons: Any, fields: tuple[str, ...], *,
    usual: tuple[str, str] = ("", ""),
) -> None:  # fmt: skip
    """A reading with the purpose of the headers X-Purpose and X-Purpose-Text (percent-encoded UTF-8), else the usual one
    and its words."""
    code = request.headers.get("X-Purpose", "").strip()
    text = unquote(request.headers.get("X-Purpose-Text", "")).replace("\x00", "")[:200]
    if not code:
        code, text = usual[0], text or usual[1]
    service = getattr(request.user, "service", None) if getattr(request, "by_token", False) else None
    if service is not None and service.purposes and code and code not in service.purposes:
        raise purposes.PurposeError("该令牌不包括这一查阅目的。")
    record_reading(who, action, what, persons, code, fields, purpose_text=text, request=request)


def request_key(who: Subject, place: str, key: str | None) -> str | None:
    """The stored form of a caller's request key: of this account, for this place. Nobody meets another's answer by it."""
    if key is None:
        return None
    return "api:" + hashlib.sha256(f"{who.account_id}|{place}|{key}".encode()).hexdigest()


def require(allowed: bool, reason: str) -> None:
    """Pass, or raise Forbidden with a reason for people."""
    if not allowed:
        raise Forbidden(reason)


def pick(rows: Any, **key: Any) -> Any:
    """The one row, or 404."""
    found = rows.filter(**key).first()
    if found is None:
        raise Http404
    return found


def send(request: HttpRequest, sha256: str, media_type: str, name: str) -> StreamingHttpResponse:
    """A stored file as a download. It is verified first: a damaged file is an error, never a wrong content."""
    return stream(request, storage.open_verified(storage.key_for(sha256)), media_type, name)


def stream(
    request: HttpRequest, source: IO[bytes] | Iterator[bytes], media_type: str, name: str
) -> StreamingHttpResponse:
    """Pieces of bytes in constant memory, under the synchronous and the asynchronous server alike."""
    pieces = _pieces(source) if hasattr(source, "read") else iter(source)
    body: Any = _in_thread(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(body, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while piece := source.read(CHUNK):
            yield piece


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    end = object()
    advance = sync_to_async(next, thread_sensitive=False)
    while (piece := await advance(pieces, end)) is not end:
        yield piece  # type: ignore[misc]


BINARY = {
    "responses": {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
}
"""For `openapi_extra` of operations that answer with a file."""


def binary(*media_types: str) -> dict[str, Any]:
    """`openapi_extra` of an operation that answers with a file of one of these types."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    return {"responses": {200: {"description": "文件", "content": content}}}
