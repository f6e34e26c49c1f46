"""A real OpenID provider on loopback (see provider.mjs), and a browser that walks between it and the platform."""

from __future__ import annotations

import html
import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from django.core.cache import cache
from django.test import Client

from tests.conftest import need
from xiezhi.config import identity

CLIENT_ID, SECRET = "xiezhi", "a-secret-of-the-tests"
CALLBACK = "http://testserver/account/oidc/province/login/callback/"
LOGIN = "/account/oidc/province/login/"
PEOPLE: dict[str, dict[str, str]] = {
    # sub: claims. 99 is the fictional province, its numbers are nobody's.
    "he": {"name": "周禾生", "phone_number": "13812342046", "assurance_level": "L3"},
    "lin": {"name": "林远山", "phone_number": "+86 13812342047", "assurance_level": "L3"},
    "qian": {"name": "钱未明", "assurance_level": "L1"},
    "shen": {"name": "沈志远", "assurance_level": "L3"},
    "broken": {"name": "方未核", "id_number": "990000199001010000", "assurance_level": "L3"},
}


def node() -> str:
    """A current Node: the one that drives the browser tests, else the machine's."""
    from playwright._impl._driver import compute_driver_executable

    found = Path(compute_driver_executable()[0])
    return str(found) if found.exists() else need("node")


class Idp:
    """The provider as a process. `wrong(kind)` spoils its next ID token; `stop()` takes it down."""

    def __init__(self, people: dict[str, dict[str, str]]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{self.port}"
        settings = {
            "port": self.port, "client_id": CLIENT_ID, "client_secret": SECRET, "redirect_uris": [CALLBACK],
            "post_logout_redirect_uris": ["http://testserver/"], "people": people,
        }  # fmt: skip
        script = Path(__file__).with_name("provider.mjs")
        self.process = subprocess.Popen(
            [node(), str(script)], env={**os.environ, "SETTINGS": json.dumps(settings)}, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, cwd=script.parent,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=2).raise_for_status()
                return
            except requests.RequestException:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("the OpenID provider did not start")

    def wrong(self, kind: str) -> None:
        requests.post(f"{self.issuer}/wrong?kind={kind}", timeout=5).raise_for_status()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def numbers() -> dict[str, dict[str, str]]:
    from xiezhi.kernel.units import ids

    made = {sub: dict(claims) for sub, claims in PEOPLE.items()}
    for n, sub in enumerate(("he", "lin", "qian", "shen"), 1):
        made[sub]["id_number"] = ids.id18_complete(f"990000198{n}0101{n:03d}")
    return made


@pytest.fixture(scope="module")
def idp() -> Iterator[Idp]:
    one = Idp(numbers())
    yield one
    one.stop()


def connect(settings: Any, issuer: str) -> None:
    """The platform as an operator would have connected it by environment variables."""
    settings.OIDC = {
        "issuer": issuer, "client_id": CLIENT_ID, "secret": SECRET, "name": "云岭省统一身份认证", "scope": ["openid", "profile"],
        "claims": {"name": "name", "id_no": "id_number", "id_type": "id_type", "phone": "phone_number", "level": "assurance_level"},
        "levels": ["L2", "L3"], "extra_origins": [],
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = identity.providers(settings.OIDC)


@pytest.fixture
def connected(settings: Any, idp: Idp) -> Idp:
    cache.clear()
    connect(settings, idp.issuer)
    return idp


class Browser:
    """One person's browser: cookies of the platform in Django's client, those of the provider in a session."""

    def __init__(self) -> None:
        self.client = Client()
        self.outside = requests.Session()
        self.seen: list[str] = []

    def go(self, process: str = "login", next_url: str = "") -> Any:
        """Press the button; the platform's answer."""
        return self.client.post(LOGIN, {"process": process, "next": next_url})

    def sign_in_outside(self, address: str, who: str) -> str:
        """Sign in at the provider; the address it sends the browser back to."""
        answer = self.outside.get(address, allow_redirects=False, timeout=10)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(answer.url, answer.headers["Location"])
                self.seen.append(target)
                if target.startswith(CALLBACK):
                    return target
                answer = self.outside.get(target, allow_redirects=False, timeout=10)
                continue
            action = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert action, answer.text[:500]
            data = {"prompt": "login", "login": who, "password": "anything"}
            answer = self.outside.post(
                urljoin(answer.url, html.unescape(action[1])), data, allow_redirects=False, timeout=10
            )
        raise AssertionError("the provider never came back")

    def back(self, address: str, **extra: Any) -> Any:
        """Come back to the platform with what the provider sent along."""
        parts = urlsplit(address)
        return self.client.get(f"{parts.path}?{parts.query}", **extra)

    def sign_in(self, who: str, process: str = "login", next_url: str = "") -> Any:
        """The whole way there and back."""
        answer = self.go(process, next_url)
        assert answer.status_code == 302, answer.content.decode()[:800]
        return self.back(self.sign_in_outside(answer["Location"], who))

    @property
    def account_id(self) -> int | None:
        found = self.client.session.get("_auth_user_id")
        return int(found) if found else None


@pytest.fixture
def browser() -> Browser:
    return Browser()
