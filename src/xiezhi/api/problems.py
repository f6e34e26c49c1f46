"""Errors as problem details (RFC 9457): what went wrong, for whom to read, and what to do."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from typing import Any

import psycopg
import psycopg.errors
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from psycopg_pool import PoolClosed, PoolTimeout

from xiezhi.kernel.access.purposes import PurposeError
from xiezhi.kernel.documents.content import Rejected
from xiezhi.kernel.documents.storage import Damaged, NotStored
from xiezhi.kernel.procedures.core import Refused

TYPE = "application/problem+json"
RETRY_SECONDS = "5"

log = logging.getLogger("xiezhi.api")


class ProblemItem(Schema):
    """One reason. `code` is stable, `message` is for people, `field` names the input, `basis` the article."""

    code: str
    message: str
    field: str = ""
    basis: str = ""


class Problem(Schema):
    """Problem details (RFC 9457)."""

    type: str = Field(description="urn:xiezhi:problem:<kind>; stable, for programs")
    title: str
    status: int
    detail: str = Field(description="For people, in Chinese: what happened and what to do")
    problems: list[ProblemItem] = Field(default_factory=list, description="Every reason at once")


ERRORS = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503, 507), Problem)
"""Every operation may answer these."""


def answer(
    status: int,
    kind: str,
    title: str,
    detail: str = "",
    problems: list[dict[str, Any]] | None = None,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A problem document; `more` are extension members."""
    body = {
        "type": f"urn:xiezhi:problem:{kind}", "title": title, "status": status, "detail": detail or title,
        "problems": problems or [], **(more or {}),
    }  # fmt: skip
    response = JsonResponse(body, status=status, content_type=TYPE, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY_SECONDS
    response.headers["Cache-Control"] = "no-store"
    return response


_CONFLICTS = {
    "CHANGED_MEANWHILE",
    "REQUEST_KEY_REUSED",
    "WRONG_STATE",
    "ALREADY_DONE",
    "WRONG_DOCUMENT_STATE",
    "MATTER_CLOSED",
}


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refused event: 403 where the role does not fit, 409 where the state does not, 422 for everything else."""
    codes = set(error.codes)
    status = 403 if "NOT_ALLOWED" in codes else 409 if codes & _CONFLICTS else 422
    items = [{"code": p.code, "message": p.message, "field": p.field, "basis": p.basis} for p in error.problems]
    return answer(status, "refused", "不能这样办理", str(error), items)


def not_found() -> HttpResponse:
    """The one answer for what does not exist and for what is not yours."""
    return answer(404, "not-found", "未找到相关内容，或者您无权查看")


def unavailable(error: BaseException | None = None) -> HttpResponse:
    """The database is away, busy or full. Nothing was done, or the request key tells what was."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, psycopg.errors.DiskFull):
        return answer(507, "storage-full", "存储空间不足", "存储空间不足，本次没有保存，请联系系统管理员后再试")
    detail = "系统暂时不能处理，请稍后再试；用同一个请求标识重试不会重复办理"
    return answer(503, "unavailable", "请稍后再试", detail)


_AWAY = (
    OperationalError, InterfaceError, PoolTimeout, PoolClosed, psycopg.OperationalError, psycopg.InterfaceError,
)  # fmt: skip


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the error says that the database could not be reached or could not finish, or came from such a one."""
    for _ in range(12):
        if error is None:
            return False
        if isinstance(error, _AWAY):
            return True
        error = error.__cause__ or error.__context__
    return False


def storage_failed(request: HttpRequest, error: OSError) -> HttpResponse:
    """Writing a file failed; nothing of it is kept."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return answer(507, "storage-full", "存储空间不足", "存储空间不足，文件没有保存，请联系系统管理员后再试")
    log.error("storage failed: %s", error)
    return answer(503, "unavailable", "请稍后再试", "文件暂时不能读写，请稍后再试")


_SAYS = {
    "missing": "缺少这一项", "json_invalid": "不是有效的JSON", "extra_forbidden": "没有这一项",
    "string_too_long": "太长，请缩短", "string_too_short": "太短", "string_pattern_mismatch": "格式不对",
    "uuid_parsing": "编号格式不对", "date_from_datetime_parsing": "日期格式应为2026-03-05",
    "date_parsing": "日期格式应为2026-03-05", "int_parsing": "应为整数", "int_from_float": "应为整数",
    "greater_than_equal": "数值过小", "less_than_equal": "数值过大", "string_type": "应为文字", "dict_type": "应为对象",
    "list_type": "应为数组", "too_long": "项数过多", "bool_parsing": "应为true或者false", "int_type": "应为整数",
}  # fmt: skip


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    items = [
        {"code": "INVALID", "message": _SAYS.get(str(e.get("type")), str(e.get("msg", "")))[:300],
         "field": ".".join(str(p) for p in e.get("loc", ())[1:])[:200], "basis": ""}
        for e in error.errors[:50]
    ]  # fmt: skip
    return answer(422, "invalid", "请求内容不符合接口说明", "请对照接口说明检查列出的字段", items)


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    status = error.status_code
    if status == 400:
        return answer(400, "bad-request", "请求无法识别", "请求内容不是有效的JSON，请检查后重发")
    if status == 401:
        return answer(401, "unauthenticated", "请先登录", "请先登录，或者在请求头中提供服务账号令牌")
    if status == 403:
        return answer(403, "forbidden", "没有权限", "浏览器会话调用须带CSRF令牌（X-CSRFToken）")
    return answer(status, "http", str(error))


def attach(api: NinjaAPI) -> None:
    """Give the API its error answers."""

    def purpose(request: HttpRequest, error: Any) -> HttpResponse:
        item = {"code": "PURPOSE", "message": str(error), "field": "X-Purpose", "basis": ""}
        return answer(422, "purpose", "请说明查阅目的", f"{error}请用请求头 X-Purpose、X-Purpose-Text 说明。", [item])

    def rejected(request: HttpRequest, error: Any) -> HttpResponse:
        item = {"code": error.code.upper(), "message": error.message_zh, "field": "file", "basis": ""}
        status = 413 if error.code == "too_large" else 422
        return answer(status, "file-refused", "这个文件不能上传", error.message_zh, [item])

    def lost(request: HttpRequest, error: Any) -> HttpResponse:
        log.error("stored file: %s %s", type(error).__name__, error)
        return answer(503, "file-damaged", "文件暂时不能读取", "存储的文件缺失或者已损坏，请联系系统管理员从备份恢复")

    def forbidden(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(403, "forbidden", "没有权限", str(error))

    def value(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(422, "invalid", "请求内容不能保存", "有内容过长、数值过大或者含有不能保存的字符，请检查后重发")

    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Refused, refused)
    api.add_exception_handler(Http404, lambda r, e: not_found())
    api.add_exception_handler(PurposeError, purpose)
    api.add_exception_handler(Rejected, rejected)
    api.add_exception_handler(PermissionDenied, forbidden)
    api.add_exception_handler(RequestDataTooBig, lambda r, e: answer(413, "too-big", "请求内容过大，请拆分后再传"))
    api.add_exception_handler(SuspiciousOperation, lambda r, e: answer(400, "bad-request", "请求无法识别"))
    api.add_exception_handler(DataError, value)

    def failed(request: HttpRequest, error: Any) -> HttpResponse:
        if is_unavailable(error):
            return unavailable(error)
        raise error

    for kind in (*_AWAY, Exception):
        api.add_exception_handler(kind, failed)
    for kind in (Damaged, NotStored):
        api.add_exception_handler(kind, lost)
    api.add_exception_handler(OSError, storage_failed)
    api.add_exception_handler(AuthenticationError, _http)
    api.add_exception_handler(HttpError, _http)
