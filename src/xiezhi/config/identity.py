"""The provincial identity provider, as the environment names it. Without an issuer there is no such sign-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from xiezhi.config import env

__all__ = ["configuration", "origins", "providers"]

PROVIDER_ID = "province"
"""Part of the callback address that the operator registers with the provider: /account/oidc/province/login/callback/"""


def configuration(demo: bool = False) -> dict[str, Any]:
    """What the platform needs to know about the provider; empty where none is connected.

    Raises ValueError for an issuer that would send identities over an open line.
    """
    issuer = env.text("XIEZHI_OIDC_ISSUER").strip()
    if not issuer:
        return {}
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("XIEZHI_OIDC_ISSUER must be an https address (http only on this machine itself)")
    return {
        "issuer": issuer,
        "client_id": env.text("XIEZHI_OIDC_CLIENT_ID"),
        "secret": env.text("XIEZHI_OIDC_CLIENT_SECRET"),
        "name": env.text("XIEZHI_OIDC_NAME", "省统一身份认证") + ("（演示）" if demo else ""),
        "scope": env.words("XIEZHI_OIDC_SCOPE", "openid profile"),
        "claims": {
            "name": env.text("XIEZHI_OIDC_CLAIM_NAME", "name"),
            "id_no": env.text("XIEZHI_OIDC_CLAIM_ID_NO", "id_number"),
            "id_type": env.text("XIEZHI_OIDC_CLAIM_ID_TYPE", "id_type"),
            "phone": env.text("XIEZHI_OIDC_CLAIM_PHONE", "phone_number"),
            "level": env.text("XIEZHI_OIDC_CLAIM_LEVEL", "acr"),
        },
        "levels": env.words("XIEZHI_OIDC_VERIFIED_LEVELS"),
        "extra_origins": env.words("XIEZHI_OIDC_ORIGINS"),
    }


def providers(configured: dict[str, Any]) -> dict[str, Any]:
    """SOCIALACCOUNT_PROVIDERS of the accounts package: our own provider class, and the one app where there is one."""
    apps = []
    if configured:
        apps.append({
            "provider_id": PROVIDER_ID,
            "name": configured["name"],
            "client_id": configured["client_id"],
            "secret": configured["secret"],
            "settings": {"server_url": configured["issuer"], "scope": configured["scope"]},
        })  # fmt: skip
    return {"openid_connect": {"provider_class": "xiezhi.kernel.access.oidc.provider.ProvincialProvider", "APPS": apps}}


def origins(configured: dict[str, Any]) -> list[str]:
    """Where a form of ours may lead: the provider's own host, and others its sign-in pages stand on."""
    if not configured:
        return []
    parts = urlsplit(configured["issuer"])
    return [f"{parts.scheme}://{parts.netloc}", *configured["extra_origins"]]
