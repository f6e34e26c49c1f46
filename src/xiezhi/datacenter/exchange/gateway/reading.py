"""Reading a request: who it is from and what it asks for. No database; refusals are raised."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from ..declare import Interface, Kind
from ..looking import identity, key_of
from ..policy import Asked, Key, Snapshot
from ..problems import Refused
from ..signatures.messages import Input, Malformed, Request, base_of, digest_holds, pick
from .work import Item, Work

__all__ = ["MOST_KEYS", "authenticate", "items_of", "parse_asked", "parse_body", "request_of"]

MOST_KEYS = 1000
WINDOW = 300
"""Seconds a signature may be good for."""
SKEW = 60
"""Seconds a partner's clock may be ahead."""


def request_of(scope: Mapping[str, Any]) -> Request:
    """The parts of a request that can be signed."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value
    scheme = scope.get("scheme", "http")
    trusted = settings.SECURE_PROXY_SSL_HEADER if hasattr(settings, "SECURE_PROXY_SSL_HEADER") else None
    if trusted and headers.get("x-forwarded-proto") == trusted[1]:
        scheme = trusted[1]
    authority = headers.get("host", "").lower()
    ending = ":443" if scheme == "https" else ":80"
    authority = authority.removesuffix(ending)
    raw = scope.get("raw_path") or scope["path"].encode()
    return Request(
        scope["method"], scheme, authority, raw.split(b"?", 1)[0].decode("latin-1"), scope["query_string"].decode("latin-1"), headers,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _ours(authority: str) -> bool:
    """Whether this is a name of ours: a request signed for somebody else's is not for us."""
    if authority == urlsplit(settings.PUBLIC_URL).netloc.lower():
        return True
    host, _ = split_domain_port(authority)
    return bool(host) and validate_host(host, settings.ALLOWED_HOSTS)


def authenticate(policy: Snapshot, work: Work, body: bytes) -> Key:
    """The key a request is made with; its nonce and signature go into `work`. Raises Refused."""
    headers = work.request.headers
    if "signature-input" in headers:
        return _signed(policy, work, body)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused("NO_CREDENTIALS")
    key = policy.tokens.get(hashlib.sha256(token.strip().encode("latin-1")).digest())
    if key is None:
        raise Refused("KEY_UNKNOWN")
    work.key, work.key_id = key, key.key_id
    return key


def _signed(policy: Snapshot, work: Work, body: bytes) -> Key:
    request = work.request
    headers = request.headers
    try:
        found = pick(headers["signature-input"], headers.get("signature", ""), policy.keys.__contains__)
    except Malformed:
        raise Refused("BAD_SIGNATURE") from None
    work.key_id = found.keyid[:80] if found.keyid.isprintable() else repr(found.keyid)[:80]
    key = policy.keys.get(found.keyid)
    if key is None or key.verify is None:
        raise Refused("KEY_UNKNOWN")
    _wide_enough(found, request, body)
    now = time.time()
    if not found.created - SKEW <= now < found.expires or found.expires - found.created > WINDOW:
        raise Refused("EXPIRED")
    if found.alg and found.alg != key.alg:
        raise Refused("BAD_SIGNATURE")
    try:
        if body and not digest_holds(headers["content-digest"], body):
            raise Refused("BAD_DIGEST")
        base = base_of(found.components, found.text, request)
    except Malformed:
        raise Refused("BAD_SIGNATURE") from None
    if not key.verify(found.signature, base):
        raise Refused("BAD_SIGNATURE")
    work.key, work.signature, work.sign_alg = key, found.signature, key.alg
    work.nonce = UUID(bytes=hashlib.sha256(f"{found.keyid}\0{found.nonce}".encode()).digest()[:16])
    work.nonce_until = datetime.fromtimestamp(found.expires, UTC) + timedelta(seconds=SKEW)
    return key


def _wide_enough(found: Input, request: Request, body: bytes) -> None:
    covered = found.components
    target = '"@target-uri"' in covered or (
        '"@authority"' in covered
        and ('"@path"' in covered or '"@request-target"' in covered)
        and (not request.query or '"@query"' in covered or '"@request-target"' in covered)
    )
    enough = '"@method"' in covered and target and (not body or '"content-digest"' in covered)
    if not enough or not found.created or not found.expires or not 8 <= len(found.nonce) <= 200:
        raise Refused("SIGNATURE_TOO_NARROW")
    if not _ours(request.authority):
        raise Refused("BAD_SIGNATURE")


def parse_body(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises Refused."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("BAD_REQUEST") from None
    if not isinstance(found, dict):
        raise Refused("BAD_REQUEST")
    return found


def parse_asked(interface: str, said: Mapping[str, Any]) -> Asked:
    """Purpose, case and fields of a request. Raises Refused."""
    purpose, case_no, fields = said.get("purpose", ""), said.get("case", ""), said.get("fields", ())
    if not isinstance(purpose, str) or not isinstance(case_no, str) or not isinstance(fields, (list, tuple)):
        raise Refused("BAD_REQUEST")
    if len(case_no) > 80 or len(fields) > 200 or not all(isinstance(name, str) for name in fields):
        raise Refused("BAD_REQUEST")
    if "\x00" in case_no or "\x00" in purpose or any("\x00" in name for name in fields):
        raise Refused("BAD_REQUEST")
    return Asked(interface, purpose, case_no.strip(), tuple(fields))


def items_of(
    interface: Interface, slots: Mapping[tuple[str, tuple[str, ...]], int], said: Mapping[str, Any], many: bool
) -> list[Item]:
    """The look-ups of a request. Raises Refused."""
    if not many:
        if interface.kind is Kind.BATCH:
            raise Refused("BAD_REQUEST")
        return [_item(interface, slots, said)]
    if not interface.batch:
        raise Refused("NO_INTERFACE")
    asked = said.get("items")
    if not isinstance(asked, list) or not asked:
        raise Refused("BAD_REQUEST")
    if len(asked) > MOST_KEYS:
        raise Refused("TOO_MANY", f"一次最多查询{MOST_KEYS}条。")
    return [_item(interface, slots, one) for one in asked]


def _item(interface: Interface, slots: Mapping[tuple[str, tuple[str, ...]], int], said: Any) -> Item:
    keys = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(keys, dict) or not all(isinstance(v, str) and 0 < len(v) <= 200 for v in keys.values()):
        raise Refused("BAD_KEYS")
    given = frozenset(keys)
    for columns in interface.keys:
        if given == frozenset(columns):
            break
    else:
        raise Refused("BAD_KEYS")
    found = key_of(interface.table, columns, keys)
    if found is None:
        raise Refused("BAD_KEYS")
    claims: dict[str, str] = {}
    if interface.kind is Kind.VERIFY:
        told = said.get("claims", {})
        if not isinstance(told, dict) or not all(
            name in interface.fields and isinstance(v, str) and len(v) <= 200 for name, v in told.items()
        ):
            raise Refused("BAD_KEYS")
        claims = told
    return Item(slots.get((interface.table, columns), 0), found, claims, _person(interface, keys))


def _person(interface: Interface, keys: Mapping[str, str]) -> bytes | None:
    """Who is asked about, where the request itself says so: they see the call even when nothing was found."""
    if not interface.person:
        return None
    number = keys.get(interface.person[-1], "")
    kind = keys.get(interface.person[0], "") if len(interface.person) > 1 else ""
    return identity(kind, number) if number else None
