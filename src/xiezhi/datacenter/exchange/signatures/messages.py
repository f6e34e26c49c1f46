"""HTTP message signatures (RFC 9421) and digest fields (RFC 9530), as far as the exchange uses them. Pure.

Covered components: the derived ones of a request, plain fields, and `;req` in answers. A signature whose parameters are
not written in the canonical form of RFC 9651 does not verify.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives import hashes

__all__ = [
    "ANSWER", "REQUEST", "Input", "Malformed", "Request", "base_of", "content_digest", "digest_holds", "params_text", "pick",
    "request_value", "sf_bytes",
]  # fmt: skip

REQUEST = ('"@method"', '"@authority"', '"@path"', '"content-digest"')
"""What our own client covers."""
ANSWER = (
    '"@status"', '"content-type"', '"content-digest"', '"@method";req', '"@authority";req', '"@path";req', '"content-digest";req',
    '"signature";req',
)  # fmt: skip
"""What an answer covers; with `signature;req` it answers one request and no other."""


class Malformed(ValueError):
    """A header that cannot be read, or a component that is not supported."""


@dataclass(slots=True)
class Request:
    """The parts of a request that can be covered. `headers` have lower-case names; several lines are joined by ", "."""

    method: str
    scheme: str
    authority: str
    path: str
    query: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Input:
    """One signature of a message: what it covers and its parameters. `text` is the value of @signature-params."""

    label: str
    components: tuple[str, ...]
    text: str
    created: int
    expires: int
    nonce: str
    keyid: str
    alg: str
    signature: bytes


_MEMBER = re.compile(
    r"""\s*(?P<label>[a-z*][a-z0-9_\-.*]*)=(?P<text>\((?P<components>[^()]*)\)(?P<params>(?:;[a-z*][a-z0-9_\-.*]*(?:=(?:"(?:[^"\\]|\\["\\])*"|-?[0-9]{1,15}|\?[01]|[A-Za-z*][A-Za-z0-9_\-.*:/]*))?)*))\s*(?:,|$)"""
)
_PARAM = re.compile(
    r""";([a-z*][a-z0-9_\-.*]*)(?:=(?:"((?:[^"\\]|\\["\\])*)"|(-?[0-9]{1,15})|(\?[01]|[A-Za-z*][A-Za-z0-9_\-.*:/]*)))?"""
)
_USUAL = re.compile(
    r"""(?P<label>[a-z*][a-z0-9_\-.*]*)=(?P<text>\((?P<components>[^()]*)\);created=(?P<created>[0-9]{1,15});expires=(?P<expires>[0-9]{1,15});nonce="(?P<nonce>[^"\\]*)";keyid="(?P<keyid>[^"\\]*)"(?:;alg="(?P<alg>[^"\\]*)")?)"""
)
"""One signature with its parameters in the order most libraries write them: read at once."""
_SIGNATURE = re.compile(r"\s*([a-z*][a-z0-9_\-.*]*)=:([A-Za-z0-9+/=]*):\s*(?:,|$)")
_COMPONENT = re.compile(r'"([a-z@][a-z0-9@_\-.!#$%&\'*+^`|~]*)"(;req)?')


@lru_cache(maxsize=1024)
def _components(text: str) -> tuple[str, ...]:
    """The list between the parentheses. Raises Malformed."""
    found = tuple(text.split(" ")) if text else ()
    for one in found:
        if not _COMPONENT.fullmatch(one):
            raise Malformed(f"component {one[:60]} is not supported")
    if len(set(found)) != len(found):
        raise Malformed("a component is covered twice")
    return found


def pick(input_field: str, signature_field: str, wanted: Callable[[str], bool]) -> Input:
    """The first signature whose key is `wanted(keyid)`, among at most four. Raises Malformed."""
    if len(input_field) > 4096 or len(signature_field) > 4096:
        raise Malformed("the signature fields are too long")
    usual = _USUAL.fullmatch(input_field)
    if usual is not None:
        label, text, components, created, expires, nonce, keyid, alg = usual.groups("")
        one = _SIGNATURE.fullmatch(signature_field)
        if one is not None and one[1] == label:
            covered = _components(components)
            return Input(label, covered, text, int(created), int(expires), nonce, keyid, alg, _bytes(one[2]))
    signatures: dict[str, str] = {}
    position = 0
    while position < len(signature_field):
        match = _SIGNATURE.match(signature_field, position)
        if match is None or match[1] in signatures:
            raise Malformed("the field Signature cannot be read")
        signatures[match[1]] = match[2]
        position = match.end()
    position = 0
    seen: set[str] = set()
    fallback: Input | None = None
    while position < len(input_field):
        match = _MEMBER.match(input_field, position)
        if match is None or match["label"] in seen or len(seen) == 4:
            raise Malformed("the field Signature-Input cannot be read")
        seen.add(match["label"])
        position = match.end()
        found = _input(match, signatures)
        if found is not None:
            if wanted(found.keyid):
                return found
            fallback = fallback or found
    if fallback is None:
        raise Malformed("no signature belongs to the field Signature-Input")
    return fallback


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Malformed("the signature is not base64") from None


def _input(match: re.Match[str], signatures: Mapping[str, str]) -> Input | None:
    text = signatures.get(match["label"])
    if text is None:
        return None
    values: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for name, quoted, number, _token in _PARAM.findall(match["params"]):
        if name in values or name in numbers:
            raise Malformed(f"parameter {name} stands twice")
        if number:
            numbers[name] = int(number)
        else:
            values[name] = quoted.replace('\\"', '"').replace("\\\\", "\\") if "\\" in quoted else quoted
    return Input(
        label=match["label"], components=_components(match["components"]), text=match["text"],
        created=numbers.get("created", 0), expires=numbers.get("expires", 0), nonce=values.get("nonce", ""),
        keyid=values.get("keyid", ""), alg=values.get("alg", ""), signature=_bytes(text),
    )  # fmt: skip


def request_value(request: Request, name: str) -> str:
    """The value of a component of a request. Raises Malformed."""
    if name == "@method":
        return request.method
    if name == "@path":
        return request.path or "/"
    if name == "@authority":
        return request.authority
    if name[0] == "@":
        return _derived(request, name)
    value = request.headers.get(name)
    if value is None:
        raise Malformed(f"the covered field {name} is not there")
    return value.strip()


def _derived(request: Request, name: str) -> str:
    query = f"?{request.query}" if request.query else ""
    path = request.path or "/"
    if name == "@target-uri":
        return f"{request.scheme}://{request.authority}{path}{query}"
    if name == "@scheme":
        return request.scheme
    if name == "@request-target":
        return path + query
    if name == "@query":
        return query or "?"
    raise Malformed(f"component {name} is not supported")


@lru_cache(maxsize=1024)
def _compiled(components: tuple[str, ...]) -> tuple[tuple[str, str, bool], ...]:
    """For each component: how its line begins, its name, whether it is one of the request that is answered."""
    return tuple(
        (f"{c}: ", c[1 : -5 if c.endswith(";req") else -1], c.endswith(";req")) for c in components
    )  # fmt: skip


def base_of(
    components: tuple[str, ...], text: str, request: Request, status: int | None = None, headers: Mapping[str, str] | None = None
) -> bytes:  # fmt: skip
    """The signature base: of a request, or with `status` and `headers` of the answer to it. Raises Malformed."""
    lines = []
    for prefix, name, of_request in _compiled(components):
        if status is None:
            if of_request:
                raise Malformed("a request does not cover another request")
            value = request_value(request, name)
        elif of_request:
            value = request_value(request, name)
        elif name == "@status":
            value = str(status)
        else:
            found = (headers or {}).get(name)
            if found is None:
                raise Malformed(f"the covered field {name} is not there")
            value = found.strip()
        lines.append(prefix + value)
    lines.append(f'"@signature-params": {text}')
    base = "\n".join(lines)
    if base.count("\n") != len(components):
        raise Malformed("a covered value holds a line break")
    return base.encode("latin-1")


def params_text(
    components: tuple[str, ...], *, created: int, keyid: str, alg: str, expires: int = 0, nonce: str = ""
) -> str:
    """The value of @signature-params in canonical form."""
    parts = [f"({' '.join(components)});created={created}"]
    if expires:
        parts.append(f"expires={expires}")
    if nonce:
        parts.append(f'nonce="{nonce}"')
    parts.append(f'keyid="{keyid}"')
    parts.append(f'alg="{alg}"')
    return ";".join(parts)


def sf_bytes(data: bytes) -> str:
    """A byte sequence as structured fields write it."""
    return f":{base64.b64encode(data).decode()}:"


def content_digest(body: bytes) -> str:
    """Content-Digest with SHA-256."""
    return f"sha-256={sf_bytes(hashlib.sha256(body).digest())}"


def _sm3(body: bytes) -> bytes:
    state = hashes.Hash(hashes.SM3())
    state.update(body)
    return state.finalize()


_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "sha-256": lambda body: hashlib.sha256(body).digest(),
    "sha-512": lambda body: hashlib.sha512(body).digest(),
    "sm3": _sm3,  # outside the registry of RFC 9530, for partners that must use national algorithms
}


def digest_holds(digest_field: str, body: bytes) -> bool:
    """Whether every digest we know in the field is that of the body. Raises Malformed where we know none."""
    known = 0
    for member in digest_field.split(","):
        name, _, value = member.strip().partition("=")
        make = _DIGESTS.get(name)
        if make is None:
            continue
        if len(value) < 2 or value[0] != ":" or value[-1] != ":":
            raise Malformed("the field Content-Digest cannot be read")
        try:
            told = base64.b64decode(value[1:-1], validate=True)
        except binascii.Error:
            raise Malformed("the field Content-Digest cannot be read") from None
        if not hmac.compare_digest(told, make(body)):
            return False
        known += 1
    if not known:
        raise Malformed("the field Content-Digest names no digest that is known here")
    return True
