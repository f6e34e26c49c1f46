"""OpenAPI 3.1 for one partner: what it may call, with its own fields, purposes and limits, and nothing else."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from xiezhi.kernel.datasets.registry import ColumnType

from . import declare, sandbox
from .declare import Interface, Kind, Show, grade_of, show
from .policy import Grant, Key, Snapshot, sandbox_grant
from .problems import PROBLEMS

__all__ = ["document"]

_TYPES = {ColumnType.INT: "integer", ColumnType.BOOL: "boolean"}


def document(policy: Snapshot, key: Key) -> dict[str, Any]:
    """The document for the caller a key belongs to."""
    if key.sandbox:
        grants = [sandbox_grant(i, key.caller) for i in declare.interfaces.all() if i.kind is not Kind.PUSH]
    else:
        grants = [grant for grant in policy.of_caller(key.caller) if grant.state == "ACTIVE"]
    paths: dict[str, Any] = {}
    for grant in grants:
        interface = grant.interface
        if interface.kind is Kind.PUSH:
            paths[f"/exchange/v1/{interface.code}"] = {"post": _push(grant)}
            continue
        if interface.kind is not Kind.BATCH:
            paths[f"/exchange/v1/{interface.code}"] = {"post": _operation(grant, many=False)}
        if interface.batch:
            paths[f"/exchange/v1/{interface.code}/batch"] = {"post": _operation(grant, many=True)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"数据交换接口（{'沙箱' if key.sandbox else '正式'}）", "version": str(policy.version),
            "description": f"接入系统：{key.caller_code}。只列出已授权的接口和字段。",
        },
        "servers": [{"url": settings.PUBLIC_URL}],
        "security": [{"token": []}, {"signature": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "signature": {
                    "type": "apiKey", "in": "header", "name": "Signature",
                    "description": "HTTP 消息签名（RFC 9421），算法 ed25519，须覆盖 @method、@authority、@path、content-digest。",
                },
            },
            "schemas": {"Problem": _problem()},
        },
    }  # fmt: skip


def _problem() -> dict[str, Any]:
    return {
        "type": "object", "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
            "code": {"type": "string", "enum": list(PROBLEMS)}, "call": {"type": "string"},
        },
    }  # fmt: skip


def _responses(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"200": {"description": "应答", "content": {"application/json": {"schema": content}}}}
    for problem in PROBLEMS.values():
        name = str(problem.status)
        said = found.setdefault(name, {
            "description": "", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        })  # fmt: skip
        said["description"] = "；".join(filter(None, [said["description"], f"{problem.code} {problem.title}"]))
    return found


def _scope(grant: Grant) -> dict[str, Any]:
    interface = grant.interface
    purposes = [p for code, p in interface.purposes.items() if code in grant.purposes]
    said = "；".join(f"{p.code} {p.title}（{p.basis}）" for p in purposes)
    properties: dict[str, Any] = {
        "purpose": {"type": "string", "enum": [p.code for p in purposes], "description": said},
        "case": {"type": "string", "maxLength": 80, "description": "所办案件或者事项的编号"},
        "fields": {
            "type": "array", "items": {"type": "string", "enum": list(grant.fields)}, "maxItems": 200,
            "description": "需要的字段，不填为全部已授权字段",
        },
    }  # fmt: skip
    required = ["purpose"]
    if all(p.needs_case for p in purposes):
        required.append("case")
        properties["case"]["minLength"] = 1
        properties["case"]["pattern"] = r"\S"
    if not grant.fields or interface.kind is Kind.VERIFY:
        del properties["fields"]
    return {"type": "object", "required": required, "properties": properties}


def _asked(interface: Interface, grant: Grant) -> dict[str, Any]:
    """One look-up: exactly one of the groups of keys."""
    groups = [
        {
            "type": "object", "required": list(columns), "additionalProperties": False,
            "properties": {
                name: {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"[0-9A-Za-z\u4e00-\u9fff]",
                       "description": interface.declared.column(name).title}
                for name in columns
            },
        }
        for columns in interface.keys
    ]  # fmt: skip
    example = {name: sandbox.examples(interface.code)[0][name] for name in interface.keys[0]}
    found: dict[str, Any] = {
        "required": ["keys"],
        "properties": {"keys": {**(groups[0] if len(groups) == 1 else {"oneOf": groups}), "examples": [example]}},
    }
    if interface.kind is Kind.VERIFY:
        found["properties"]["claims"] = {
            "type": "object", "additionalProperties": False,
            "properties": {name: {"type": "string", "maxLength": 200} for name in grant.fields},
        }  # fmt: skip
    return found


def _row(grant: Grant) -> dict[str, Any]:
    interface = grant.interface
    table = interface.declared
    properties: dict[str, Any] = {}
    for name in grant.fields:
        element = table.element_of(name)
        ways = {code: show(interface, name, code) for code in sorted(grant.purposes)}
        kind = _TYPES.get(element.type, "string") if set(ways.values()) == {Show.CLEAR} else "string"
        column = table.column(name)
        about = f"{column.title}，{grade_of(table.level_of(name))}，" + "；".join(
            f"{c}：{w.label}" for c, w in ways.items()
        )
        properties[name] = {"description": about}
        if not column.repeated and element.type is not ColumnType.JSON:
            properties[name]["type"] = [kind, "null"]
    return {"type": "object", "properties": properties}


def _answer(grant: Grant) -> dict[str, Any]:
    if grant.interface.kind is Kind.VERIFY:
        return {
            "type": "object", "required": ["result", "claims"],
            "properties": {
                "result": {"type": "string", "enum": ["MATCH", "MISMATCH", "NO_RECORD"]},
                "claims": {"type": "object", "additionalProperties": {"type": "boolean"}},
            },
        }  # fmt: skip
    return {
        "type": "object", "required": ["count", "rows"],
        "properties": {"count": {"type": "integer"}, "rows": {"type": "array", "items": _row(grant)}},
    }  # fmt: skip


def _operation(grant: Grant, *, many: bool) -> dict[str, Any]:
    interface = grant.interface
    scope = _scope(grant)
    one = _asked(interface, grant)
    answer = _answer(grant)
    if many:
        items = {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"type": "object", **one}}
        scope["required"].append("items")
        scope["properties"]["items"] = items
        content: dict[str, Any] = {
            "type": "object", "required": ["call", "interface", "answers"],
            "properties": {"call": {"type": "string"}, "interface": {"type": "string"}, "answers": {"type": "array", "items": answer}},
        }  # fmt: skip
    else:
        scope["required"] += one["required"]
        scope["properties"].update(one["properties"])
        content = {
            **answer, "required": ["call", "interface", *answer["required"]],
            "properties": {"call": {"type": "string"}, "interface": {"type": "string"}, **answer["properties"]},
        }  # fmt: skip
    limits = [f"{n}次/{unit}" for n, unit in zip(grant.limits, ("分钟", "日", "月"), strict=True) if n]
    return {
        "operationId": interface.code + ("-batch" if many else ""),
        "summary": interface.title + ("（批量）" if many else ""),
        "description": "；".join(filter(None, [interface.description, f"依据：{interface.basis}", f"上限：{'，'.join(limits) or '不限'}"])),
        "requestBody": {"required": True, "content": {"application/json": {"schema": scope}}},
        "responses": _responses(content),
    }  # fmt: skip


def _push(grant: Grant) -> dict[str, Any]:
    interface = grant.interface
    return {
        "operationId": interface.code, "summary": interface.title, "description": interface.description,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _scope(grant)}}},
        "responses": _responses({"type": "object"}),
    }  # fmt: skip
