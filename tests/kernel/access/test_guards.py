"""Every address has a guard; the gate keeps it; the table in docs is current."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, RequestFactory
from django.urls import include, path
from ninja import NinjaAPI

from tests.kernel import world as w
from xiezhi.kernel.access import guards, permissions, purposes, rules, services, table
from xiezhi.kernel.access.api_auth import api_auth
from xiezhi.kernel.access.guards import LOGGED_IN, PUBLIC, ROLE, guard
from xiezhi.kernel.access.permissions import Permission
from xiezhi.kernel.calendar import clock

pytestmark = pytest.mark.django_db

READ = Permission("t.page", "看页", rules.InReach("case_officer"))


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("bare")


@guard(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


@guard(LOGGED_IN)
def inside(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


@guard(ROLE("leader"), purpose="SUPERVISE")
def leaders(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.purpose)  # type: ignore[attr-defined]


@guard(READ, purpose="HANDLE")
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


api = NinjaAPI(auth=api_auth(), urls_namespace="guard-tests", docs_url=None, openapi_url=None)


@api.get("/read")
@guard(READ)
def read(request: HttpRequest) -> dict[str, str]:
    return {"who": str(request.user)}


@api.post("/read")
@guard(ROLE("leader"))
def write(request: HttpRequest) -> dict[str, str]:
    return {}


@api.get("/open-by-mistake", auth=None)
def forgotten(request: HttpRequest) -> dict[str, str]:
    return {}


urlpatterns = [
    path("bare", bare),
    path("home", home),
    path("inside", inside),
    path("leaders", leaders),
    path("page", page),
    path("api/t/", api.urls),
    path("account/", include("allauth.urls")),
]


@pytest.fixture
def world(db, freeze, settings) -> w.World:
    settings.ROOT_URLCONF = "tests.kernel.access.test_guards"
    freeze("2026-03-05 09:00")
    return w.build()


def statuses(client) -> list[int]:
    return [client.get(f"/{name}").status_code for name in ("bare", "home", "inside", "leaders", "page")]


def test_the_gate(world, client) -> None:
    assert statuses(client) == [403, 200, 302, 302, 302]
    client.force_login(w.citizen(w.person()))
    assert statuses(client) == [403, 200, 200, 403, 403]
    client.force_login(w.account(w.staff("办案", world["甲市局"])))
    assert statuses(client) == [403, 200, 200, 403, 200]
    client.force_login(w.account(w.staff("领导", world["甲市府"], w.post("mayor", "leader"))))
    assert statuses(client) == [403, 200, 200, 200, 403]
    assert client.get("/leaders").content == b"SUPERVISE"
    for role in ("SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN"):
        client.force_login(w.admin(role))
        assert statuses(client) == [403, 200, 200, 403, 403]


def test_an_uncovered_reading_is_refused_in_words(world, rf) -> None:
    from xiezhi.kernel.access.middleware import Gate
    from xiezhi.kernel.access.purposes import PurposeError

    request = rf.get("/desk/")
    request.user = w.account(w.staff("检查", world["甲市局"]))
    answer = Gate(lambda r: None).process_exception(request, PurposeError("您的授权不包括查阅目的。"))
    assert answer.status_code == 403
    assert Gate(lambda r: None).process_exception(request, ValueError()) is None


def test_the_gate_under_asgi(world) -> None:
    browser = AsyncClient()

    def status(path: str) -> int:
        return async_to_sync(browser.get)(path).status_code

    assert [status(f"/{name}") for name in ("bare", "home", "inside")] == [403, 200, 302]
    browser.force_login(w.citizen(w.person()))
    # The unguarded one comes last: its error page is made in another thread, which does not see this test's session.
    assert [status(f"/{name}") for name in ("home", "inside", "page", "bare")] == [200, 200, 403, 403]


def test_the_gate_of_the_api(world, client) -> None:
    assert client.get("/api/t/read").status_code == 401
    assert client.get("/api/t/read").headers["Content-Type"] == "application/problem+json"
    assert client.get("/api/t/open-by-mistake").status_code == 403
    assert client.get("/api/t/read", headers={"Authorization": "Bearer xzt_wrong"}).status_code == 401
    client.force_login(w.account(w.staff("办案", world["甲市局"])))
    assert client.get("/api/t/read").status_code == 200
    assert client.post("/api/t/read").status_code == 403
    assert client.delete("/api/t/read").status_code == 405


def test_a_token_opens_its_scopes(world, client) -> None:
    security = w.admin("SECURITY_ADMIN")

    def get(scopes: list[str]) -> int:
        service, token = services.issue_token(
            name="甲", unit=world["甲市局"], scopes=scopes, expires_at=clock.now() + timedelta(days=9), actor=security
        )
        services.grant_role(
            service.account, "case_officer", world["甲市局"], approved_by=security, reason="接口",
            purposes_=["HANDLE"], valid_to=clock.now() + timedelta(days=9),
        )  # fmt: skip
        return client.get("/api/t/read", headers={"Authorization": f"Bearer {token}"}).status_code

    assert (get(["t.page"]), get(["t.*"]), get(["other.*"]), get([])) == (200, 200, 403, 403)


def test_guards_know_their_words() -> None:
    with pytest.raises(purposes.PurposeError):
        guard(PUBLIC, purpose="WHY")
    with pytest.raises(LookupError):
        guard(ROLE("no_such_role"))


def test_a_missing_guard_closes(world) -> None:
    from xiezhi.kernel.access.middleware import Gate

    gate = Gate(lambda request: HttpResponse())
    request = RequestFactory().get("/bare")
    with pytest.raises(permissions.Forbidden, match="未声明访问规则"):
        gate.process_view(request, bare, (), {})


def test_every_address_of_the_platform_is_guarded() -> None:
    assert table.unguarded() == []
    routes = guards.routes()
    assert len(routes) > 20
    for _, subject in table.specimens():
        for route in routes:
            assert table.open_to(route, subject) in (True, False)


def test_administrators_open_nothing_that_staff_open_for_matters() -> None:
    columns = dict(table.specimens())
    for route in guards.routes():
        if route.guard is not None and route.guard.permission is not None and route.guard.permission.level >= 3:
            for title in ("系统管理员", "安全管理员"):
                assert not table.open_to(route, columns[title]), route.label


def test_the_table_in_docs_is_current() -> None:
    stored = Path(__file__).resolve().parents[3] / "docs" / "access.md"
    assert stored.read_text(encoding="utf-8") == table.render(), "stale: run `make docs`"
