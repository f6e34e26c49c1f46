"""What every request to the API passes: bytes that cannot be text are refused, and every error is a problem document."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponseBase

from xiezhi.api import problems
from xiezhi.kernel.access.middleware import _unfinished

PREFIX = "/api/"
BODY_TYPES = frozenset({"application/json", "multipart/form-data"})
_MARK = "_xiezhi_unavailable"

_KINDS = {
    400: ("bad-request", "请求无法识别", "请检查地址和请求内容"),
    401: ("unauthenticated", "请先登录", "请先登录，或者在请求头中提供服务账号令牌"),
    403: ("forbidden", "没有权限", "您没有进行这项操作的权限。如工作需要，请向安全管理员申请授权"),
    405: ("method", "不支持这种请求方法", "请对照接口说明检查请求方法"),
    413: ("too-big", "请求内容过大", "请求内容过大，请拆分后再传"),
    429: ("too-many", "请求过于频繁", "请稍后再试"),
    500: ("error", "系统出错", "系统出错，请稍后再试；问题已经记入日志"),
}


class Problems:
    """Errors of other layers (gate, CSRF, unknown address, database away) in the API's own words."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        got_request_exception.connect(_note, dispatch_uid="xiezhi.api.problems")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        refused = _unreadable(request)
        response = refused or self.get_response(request)
        status = response.status_code
        if getattr(request, _MARK, False):
            return problems.unavailable()
        if status < 400 or response.headers.get("Content-Type", "").startswith(problems.TYPE):
            return response
        if status == 404:
            return problems.not_found()
        kind, title, detail = _KINDS.get(status, ("http", "请求没有成功", "请对照接口说明检查请求"))
        answer = problems.answer(status, kind, title, detail)
        if "Allow" in response.headers:
            answer.headers["Allow"] = response.headers["Allow"]
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """A session that must first change its password or set up its second factor has no API either."""
        if not request.path.startswith(PREFIX) or _by_bearer(request):
            return None  # a token is judged by the gate; any other word in that header leaves the session in charge
        if _unfinished(request) is None:
            return None
        return problems.answer(403, "unfinished", "请先完成登录设置", "请先在网页上修改初始密码、设置第二验证因素")


def _by_bearer(request: HttpRequest) -> bool:
    return request.headers.get("Authorization", "").partition(" ")[0].lower() == "bearer"


def _unreadable(request: HttpRequest) -> HttpResponseBase | None:
    texts = [request.path, *request.GET.keys(), *(v for values in request.GET.lists() for v in values[1])]
    if any("\x00" in text for text in texts):
        return problems.answer(400, "bad-request", "请求无法识别", "地址中含有不能使用的字符")
    has_body = request.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in request.headers
    if request.method in ("POST", "PUT", "PATCH") and has_body and request.content_type not in BODY_TYPES:
        return problems.answer(
            415, "media-type", "不支持这种内容类型", "请用 application/json；上传文件用 multipart/form-data"
        )
    return None


def _note(sender: Any, request: HttpRequest | None = None, **more: Any) -> None:
    """Layers outside the API's own handlers met a database that is away; the answer is made in `Problems`."""
    if request is not None and problems.is_unavailable(sys.exc_info()[1]):
        setattr(request, _MARK, True)
