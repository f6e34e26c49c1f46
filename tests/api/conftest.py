"""The API on a small province."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests import factories


class Caller:
    """A client with a token or a session; every call gives (status, body)."""

    def __init__(self, token: str = "", account: Any = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        if account is not None:
            self.client.force_login(account)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = self.raw(method, path, body, **headers)
        return answer.status_code, answer.json()

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent: dict[str, Any] = {} if body is None else {"data": body, "content_type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method, f"/api{path}", **_bytes(sent), headers={**self.headers, **named}
        ) if body is not None else self.client.generic(method, f"/api{path}", headers={**self.headers, **named})  # fmt: skip

    def upload(self, path: str, file: Any, **form: str) -> tuple[int, Any]:
        answer = self.client.post(f"/api{path}", {"file": file, **form}, headers=self.headers)
        return answer.status_code, answer.json()


def _bytes(sent: dict[str, Any]) -> dict[str, Any]:
    import json

    data = sent["data"]
    sent["data"] = data if isinstance(data, bytes) else json.dumps(data)
    return sent


@pytest.fixture
def province(db: None, freeze: Callable[[str], None]) -> factories.Province:
    freeze(factories.NOW)
    return factories.build()


@pytest.fixture
def officer(province: factories.Province) -> Caller:
    return Caller(province.tokens["officer"])
