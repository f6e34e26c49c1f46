"""ID tokens and the provider's documents: fetched, kept for a while, and believed only after every check."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache import cache

__all__ = ["InvalidToken", "ProviderDown", "configuration", "nonce_of", "verify"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a public key. A shared secret or none at all proves nothing about who signed."""
KEEP_SECONDS = 600
LEEWAY_SECONDS = 60
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderDown(OAuth2Error):  # type: ignore[misc]
    """The provider does not answer, or answers with what is no document of it."""


class InvalidToken(OAuth2Error):  # type: ignore[misc]
    """A token that must not be believed. The message names the check, never a value."""


def _get(address: str) -> dict[str, Any]:
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address)
            answer.raise_for_status()
            found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderDown(type(error).__name__) from None
    if not isinstance(found, dict):
        raise ProviderDown("no JSON object")
    return found


def configuration(address: str, issuer: str) -> dict[str, Any]:
    """The discovery document, which must be the issuer's own. Raises ProviderDown, InvalidToken."""
    key = "oidc.discovery." + hashlib.sha256(address.encode()).hexdigest()
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _get(address)
        if any(not isinstance(found.get(name), str) for name in NEEDED):
            raise ProviderDown("incomplete discovery document")
        if found.get("issuer") != issuer:
            raise InvalidToken("issuer of the discovery document")
        cache.set(key, found, KEEP_SECONDS)
    return found


def _keys(address: str, *, fresh: bool = False) -> list[dict[str, Any]]:
    name = "oidc.keys." + hashlib.sha256(address.encode()).hexdigest()
    found: list[dict[str, Any]] | None = None if fresh else cache.get(name)
    if found is None:
        listed = _get(address).get("keys")
        found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        cache.set(name, found, KEEP_SECONDS)
    return found


def _chosen(keys: list[dict[str, Any]], kid: str | None) -> dict[str, Any] | None:
    signing = [k for k in keys if k.get("use", "sig") == "sig"]
    if kid is None:
        return signing[0] if len(signing) == 1 else None
    return next((k for k in signing if k.get("kid") == kid), None)


def verify(raw: str, *, config: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token after all checks of OpenID Connect Core 3.1.3.7. Raises InvalidToken, ProviderDown."""
    try:
        header = jwt.get_unverified_header(raw)
    except jwt.PyJWTError:
        raise InvalidToken("form") from None
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise InvalidToken("algorithm")
    kid = header.get("kid")
    key = _chosen(_keys(config["jwks_uri"]), kid) or _chosen(_keys(config["jwks_uri"], fresh=True), kid)
    if key is None:
        raise InvalidToken("unknown key")
    try:
        public = jwt.PyJWK.from_dict({**key, "alg": key.get("alg", algorithm)})
        claims = jwt.decode(
            raw, key=public, algorithms=[algorithm], audience=client_id, issuer=issuer, leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise InvalidToken(type(error).__name__) from None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client_id:
        raise InvalidToken("authorized party")
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise InvalidToken("nonce")
    return claims


def userinfo(address: str, access_token: str, subject: str) -> dict[str, Any]:
    """More claims about the same subject. Raises ProviderDown, and InvalidToken where they are about another."""
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address, headers={"Authorization": f"Bearer {access_token}"})
            answer.raise_for_status()
            found = answer.json()
    except (requests.RequestException, json.JSONDecodeError, ValueError) as error:
        raise ProviderDown(type(error).__name__) from None
    if not isinstance(found, dict) or found.get("sub") != subject:
        raise InvalidToken("userinfo of another subject")
    return found


def nonce_of(code_verifier: str) -> str:
    """The nonce of a sign-in, from the secret of its PKCE pair: kept where that is kept, and as hard to guess."""
    digest = hashlib.sha256(b"xiezhi.oidc.nonce\n" + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
