"""A page from a real server: headers, static files, the front-end packages."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest


def _get(address: str) -> tuple[int, dict[str, str]]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


def test_every_answer_carries_the_security_headers(serve: Callable[..., str]) -> None:
    address = serve(now="2026-06-15 09:00")
    for path in ("/health", "/account/login/", "/no-such-page"):
        _, headers = _get(address + path)
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff", path


@pytest.mark.django_db
def test_each_front_end_file_is_found() -> None:
    from django.conf import settings
    from django.contrib.staticfiles import finders

    missing = [name for name in settings.VENDOR_FILES if not finders.find(name)]
    assert not missing, f"make env; then: {missing}"
