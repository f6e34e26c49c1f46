"""The API's own kind of NinjaAPI: strict JSON, and a description whose errors are problem documents."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.parser import Parser

from xiezhi.api.problems import TYPE


class StrictJson(Parser):
    """JSON in UTF-8 without NUL, lone surrogates, NaN or endless nesting: what the database can keep."""

    def parse_body(self, request: HttpRequest) -> Any:
        value = orjson.loads(request.body)
        if b"\\u0000" in request.body and _has_nul(value):
            raise ValueError("NUL is not text")
        return value


def _has_nul(value: Any) -> bool:
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str) and "\x00" in one:
            return True
        if isinstance(one, dict):
            todo += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            todo += one
    return False


class Api(NinjaAPI):
    """Describes every error as application/problem+json."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._described: dict[tuple[str | None, str], Any] = {}

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The description in the language of the reader, to be read and not changed. Operations are fixed once the program runs,
        and describing them takes a second, so each language's is made once."""
        key = (get_language(), repr(sorted(kwargs.items())))
        if key not in self._described:
            self._described[key] = self._describe(**kwargs)
        return self._described[key]

    def _describe(self, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(**kwargs)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, details in operation["responses"].items():
                    _problem(int(status), details)
        return schema


WORDS = {
    400: "请求无法识别", 401: "没有登录或者令牌无效", 403: "没有权限", 404: "不存在，或者不归您看", 405: "不支持这种请求方法",
    409: "与现状冲突，看过最新情况再试", 413: "内容过大", 415: "内容类型不对", 422: "内容不符合要求，逐项列出", 429: "过于频繁",
    503: "暂时不能处理，稍后用同一请求标识重试", 507: "存储空间不足",
}  # fmt: skip


def _problem(status: int, details: dict[str, Any]) -> None:
    if status < 400:
        return
    details["description"] = WORDS.get(status, details["description"])
    content = details.get("content") or {}
    if "application/json" in content:
        details["content"] = {TYPE: content["application/json"]}
    if status in (429, 503):
        details["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "秒"}}
