"""Roles of services and of the data center walk every address and API operation; the answers are those of the table in docs/access.md.

The roles of an office, citizens, administrators and visitors walk in `access_matrix`, by every method and with real matters.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from tests.access_matrix.test_matrix import ROLES as ELSEWHERE
from tests.kernel import world as w
from xiezhi.kernel.access import guards, roles, services, table
from xiezhi.kernel.access.subject import Subject, of_account
from xiezhi.kernel.calendar import clock

pytestmark = pytest.mark.django_db

FILL = {"int": "0", "uuid": str(uuid.UUID(int=7)), "slug": "x", "str": "x", "path": "x"}
STREAMS = ("/live", "/stream", "/events")
CHANGES_SESSION = ("/account/logout/", "/i18n/setlang/")


def concrete(path: str) -> str | None:
    """The address with every parameter filled; None for regular expressions, which only packages use."""
    if "(" in path:
        return None

    def fill(found: re.Match[str]) -> str:
        kind, _, name = found.group(1).rpartition(":")
        return FILL.get(kind or "str", FILL["uuid"] if name.endswith("id") else "x")

    return re.sub(r"<([^>]+)>", fill, path)


def visitors(world: w.World) -> Iterator[tuple[str, Subject, Client, dict[str, str]]]:
    """A real account for every role that does not walk elsewhere, signed in."""
    security = w.admin("SECURITY_ADMIN")
    for role in roles.every():
        if role.code in ELSEWHERE:
            continue
        client, headers = Client(), {}
        if role.kind is roles.RoleKind.SERVICE:
            service, token = services.issue_token(
                name="甲",
                unit=world["甲市局"],
                scopes=["*"],
                expires_at=clock.now() + timedelta(days=9),
                actor=security,
            )
            account, headers = service.account, {"Authorization": f"Bearer {token}"}
        else:
            account = w.account(w.staff(role.title, world["甲市局"], w.post(f"walk-{role.code}", role.code)))
        if not headers:
            client.force_login(account)
        yield role.code, of_account(account), client, headers


def visit(client: Client, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Status and where the answer sends to (or what broke). What the visit wrote is taken back."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                answer = client.generic(method, path, headers=headers)
        except Exception as error:
            return 500, repr(error)
        finally:
            transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.slow
def test_every_role_at_every_address(db, freeze) -> None:
    freeze("2026-03-05 09:00")
    world = w.build()
    wrong: list[str] = []
    for name, subject, client, headers in visitors(world):
        for route in guards.routes():
            path = concrete(route.path)
            api = path is not None and path.startswith("/api/")
            if path is None or path in CHANGES_SESSION or (headers and not api) or path.endswith(STREAMS):
                continue
            method = route.methods[0] if route.methods else "GET"
            status, location = visit(client, method, path, headers)
            shut = status in (401, 403) or (status == 302 and location.startswith("/account/login"))
            if status >= 500:
                wrong.append(f"{name}: {method} {path} fails: {location}")
            elif not table.open_to(route, subject) and not shut and status != 405:
                wrong.append(f"{name}: {method} {path} lets in with {status}")
    assert not wrong, "\n".join(wrong)
