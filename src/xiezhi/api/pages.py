"""接口说明: the description of the API as one page for people, made from the schema, without a line of script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xiezhi.api.common import SCOPES
from xiezhi.kernel.access import purposes
from xiezhi.kernel.access.guards import PUBLIC, guard

METHODS = ("get", "post", "put", "patch", "delete")
WHERE = {"path": "地址", "query": "查询", "header": "请求头"}


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(_type(s) for s in schema["anyOf"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return f"{kind} ({schema['format']})" if "format" in schema else kind


def _limits(schema: dict[str, Any]) -> str:
    names = ("pattern", "minimum", "maximum", "minLength", "maxLength", "enum", "default")
    return "，".join(f"{n}: {schema[n]}" for n in names if schema.get(n) not in (None, ""))


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations of a schema as rows of a page, grouped by tag in order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, found in schema["paths"].items():
        for method in METHODS:
            one = found.get(method)
            if one is None:
                continue
            title, _, text = str(one.get("description") or one["summary"]).partition(". ")
            body = next(iter((one.get("requestBody") or {}).get("content", {}).items()), None)
            good: dict[str, Any] = next((d for code, d in one["responses"].items() if int(code) < 400), {})
            media, answer = next(iter((good.get("content") or {}).items()), ("", {}))
            groups.setdefault((one.get("tags") or [""])[0], []).append({
                "id": one["operationId"], "method": method.upper(), "path": path, "title": title, "text": text,
                "public": not one.get("security"),
                "parameters": [
                    {"name": p["name"], "where": WHERE.get(p["in"], p["in"]), "type": _type(p["schema"]), "limits": _limits(p["schema"]),
                     "required": p["required"], "text": p.get("description", "")}
                    for p in one.get("parameters", ())
                ],
                "body": (body[0], _type(body[1].get("schema", {}))) if body else None,
                "answer": (media, _type(answer.get("schema", {}))) if media else None,
            })  # fmt: skip
    return [{"tag": tag, "rows": rows} for tag, rows in groups.items()]


def shapes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas that bodies and answers consist of."""
    out = []
    for name, one in sorted(schema["components"]["schemas"].items()):
        needed = set(one.get("required", ()))
        rows = [
            {
                "name": n,
                "type": _type(p),
                "required": n in needed,
                "text": p.get("description", ""),
                "limits": _limits(p),
            }
            for n, p in one.get("properties", {}).items()
        ]
        out.append({"name": name, "text": one.get("description", ""), "rows": rows})
    return out


@guard(PUBLIC)
def index(request: HttpRequest) -> HttpResponse:
    """The page."""
    from xiezhi.api.urls import api

    schema = api.get_openapi_schema()
    context = {"groups": operations(schema), "shapes": shapes(schema), "scopes": SCOPES, "version": api.version,
               "purposes": purposes.CATALOGUE.values()}  # fmt: skip
    return render(request, "api/index.html", context)
