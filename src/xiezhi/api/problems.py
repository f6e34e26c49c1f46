"""Errors as problem details (RFC 9457): what went wrong, for whom to read, and what to do."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from xiezhi.kernel.procedures.core import Refused

TYPE = "application/problem+json"


class ProblemItem(Schema):
    """One reason. `code` is stable, `message` is for people, `field` names the input, `basis` the article."""

    code: str
    message: str
    field: str = ""
    basis: str = ""


class Problem(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[ProblemItem] = []


ERRORS = {
    400: Problem,
    401: Problem,
    403: Problem,
    404: Problem,
    409: Problem,
    413: Problem,
    422: Problem,
    429: Problem,
}
"""Every operation may answer these."""


def answer(
    status: int, kind: str, title: str, detail: str = "", problems: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """A problem document."""
    body = {
        "type": f"urn:xiezhi:problem:{kind}", "title": title, "status": status, "detail": detail or title,
        "problems": problems or [],
    }  # fmt: skip
    return JsonResponse(body, status=status, content_type=TYPE, json_dumps_params={"ensure_ascii": False})


_CONFLICTS = {"CHANGED_MEANWHILE", "REQUEST_KEY_REUSED", "WRONG_STATE", "ALREADY_DONE", "WRONG_DOCUMENT_STATE"}


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refused event: 403 where the role does not fit, 409 where the state does not, 422 for everything else."""
    codes = set(error.codes)
    status = 403 if "NOT_ALLOWED" in codes else 409 if codes & _CONFLICTS else 422
    items = [{"code": p.code, "message": p.message, "field": p.field, "basis": p.basis} for p in error.problems]
    return answer(status, "refused", "不能这样办理", str(error), items)


def attach(api: NinjaAPI) -> None:
    """Give the API its error answers."""

    def invalid(request: HttpRequest, error: Any) -> HttpResponse:
        items = [
            {"code": "INVALID", "message": f"{e.get('msg', '')}", "field": ".".join(str(p) for p in e.get("loc", ())[1:]), "basis": ""}
            for e in error.errors
        ]  # fmt: skip
        return answer(422, "invalid", "请求内容不符合接口说明", "请对照接口说明检查列出的字段", items)

    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(Http404, lambda r, e: answer(404, "not-found", "未找到相关内容，或者您无权查看"))
    api.add_exception_handler(PermissionDenied, lambda r, e: answer(403, "forbidden", "没有权限", str(e)))
    api.add_exception_handler(RequestDataTooBig, lambda r, e: answer(413, "too-big", "请求内容过大，请拆分后再传"))
    api.add_exception_handler(SuspiciousOperation, lambda r, e: answer(400, "bad-request", "请求无法识别"))
    api.add_exception_handler(HttpError, lambda r, e: answer(e.status_code, "http", str(e)))
