"""Tokens: expiry, revocation, scope. Errors: whatever is sent, the answer is a problem document and never a failure."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from django.test import Client

from tests import factories
from tests.api.conftest import Caller
from xiezhi.api.urls import api
from xiezhi.kernel.access import services as access
from xiezhi.kernel.access.models import ServiceAccount
from xiezhi.kernel.documents import storage
from xiezhi.kernel.documents.models import Attachment, StoredFile
from xiezhi.kernel.procedures.models import Matter

pytestmark = pytest.mark.django_db
NOBODY = "/matters/00000000-0000-4000-8000-000000000000"


def test_a_token_ends_when_it_expires_or_is_revoked(
    province: factories.Province, freeze: Callable[[str], None]
) -> None:
    account, secret = factories.token(province, roles={"case_officer": "office"}, days=2)
    caller = Caller(secret)
    assert caller("GET", "/me")[0] == 200
    service = ServiceAccount.objects.get(account=account)
    freeze("2026-09-16 09:59")
    assert caller("GET", "/me")[0] == 200
    freeze("2026-09-16 10:00")
    status, problem = caller("GET", "/me")
    assert (status, problem["type"]) == (401, "urn:xiezhi:problem:bad-token")
    freeze("2026-09-14 11:00")
    assert caller("GET", "/me")[0] == 200
    access.revoke_token(service, actor=province.accounts["SECURITY_ADMIN"], reason="停用")
    assert caller("GET", "/me")[0] == 401
    account2, secret2 = factories.token(province, roles={"case_officer": "office"})
    access.set_active(account2, False, actor=province.accounts["SYSTEM_ADMIN"])
    assert Caller(secret2)("GET", "/me")[0] == 401


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer xzt_", "Bearer xzt_" + "a" * 5000, "Bearer \u00e9", "Basic eHg6eHg=", "x"]
)
def test_what_is_no_token_is_refused(province: factories.Province, header: str) -> None:
    answer = Client().get("/api/me", headers={"Authorization": header})
    assert answer.status_code == 401 and answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_scope_limits_and_never_widens(province: factories.Province) -> None:
    matter = province.accepted()
    here = f"/matters/{matter.public_id}"
    reader = Caller(province.tokens["reader"])
    assert reader("GET", here)[0] == 200 and reader("GET", "/matters")[1]["items"]
    event = ("POST", f"{here}/events/noted", {"data": {}})
    for method, path, body in (event, ("POST", "/drafts", {"procedure": "XZFY", "event": "filed"}),
                               ("POST", f"{here}/documents", {"title": "x"}), ("GET", "/persons?text=aa", None)):  # fmt: skip
        assert reader(method, path, body)[0] == 403, path
    acts = Caller(factories.token(province, roles={"case_officer": "office"}, scopes=("matter.act",))[1])
    assert acts("GET", here)[0] == 403 and acts("GET", "/matters")[0] == 403
    everything = Caller(factories.token(province, roles={"statistician": "office"})[1])
    assert everything("GET", here)[0] == 404 and everything("GET", "/matters")[1]["items"] == []


def test_a_session_must_send_the_csrf_token(province: factories.Province) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(province.accounts["citizen"])
    body = {"procedure": "XZFY", "event": "filed"}
    answer = client.post("/api/drafts", body, content_type="application/json")
    assert answer.status_code == 403 and answer.headers["Content-Type"] == "application/problem+json"
    client.get("/account/login/")
    client.get("/api/")
    from django.middleware.csrf import get_token
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    token = get_token(request)
    client.cookies["csrftoken"] = request.META["CSRF_COOKIE"]
    assert (
        client.post("/api/drafts", body, content_type="application/json", headers={"X-CSRFToken": token}).status_code
        == 200
    )


def test_a_session_that_is_not_finished_has_no_api(province: factories.Province, settings: Any) -> None:
    account = province.accounts["case_officer"]
    account.must_change_password = True
    account.save(update_fields=["must_change_password"])
    assert Caller(account=account)("GET", "/me")[1]["type"] == "urn:xiezhi:problem:unfinished"
    for word in ("Basic eA==", "x", "Bear er"):  # a header that signs nobody in leaves the session as it is
        assert Caller(account=account)("GET", "/me", Authorization=word)[0] in (401, 403)
    settings.MFA_REQUIRED_FOR_STAFF = True
    assert Caller(account=province.accounts["office_head"])("GET", "/me")[0] == 403
    assert Caller(province.tokens["officer"])("GET", "/me")[0] == 200


BODIES: list[tuple[bytes, str, set[int]]] = [
    (b"", "application/json", {422, 400}),
    (b"{", "application/json", {400}),
    (b"\xff\xfe\x00", "application/json", {400}),
    (b'{"a": NaN}', "application/json", {400}),
    (b'{"data": {"x": "a\\u0000b"}}', "application/json", {400}),
    (b'{"data": {"x": "\\ud800"}}', "application/json", {400}),
    (b'{"data": {"x": ' + b"9" * 400 + b"}}", "application/json", {400, 404, 422}),
    (b'{"data": {"' + b"k" * 100_000 + b'": 1}}', "application/json", {404, 422}),
    (b"[" * 100_000, "application/json", {400}),
    (b"[]", "application/json", {422}),
    (b"null", "application/json", {422}),
    (b'"x"', "application/json", {422}),
    (b'{"expected_seq": 99999999999999999999}', "application/json", {422}),
    (b'{"on": "2026-02-30"}', "application/json", {422}),
    (b'{"on": "99999-01-01"}', "application/json", {422}),
    (b"a=b", "application/x-www-form-urlencoded", {415}),
    (b"<x/>", "text/xml", {415}),
    (b"x", "", {415}),
    (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x", {400, 422}),
    (b"xx", "multipart/form-data", {400, 422}),
    (b"xx", "multipart/form-data; boundary=" + "y" * 3000, {400, 422}),
    (b"{}" + b" " * 6_000_000, "application/json", {413}),
]


@pytest.mark.parametrize("body,kind,expected", BODIES, ids=[str(i) for i in range(len(BODIES))])
def test_hostile_bodies(province: factories.Province, body: bytes, kind: str, expected: set[int]) -> None:
    matter = province.file()
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {province.tokens['officer']}"}
    for path in (f"/api/matters/{matter.public_id}/events/accepted", f"/api/matters/{matter.public_id}/documents"):
        answer = client.generic("POST", path, body, content_type=kind, headers=headers)
        assert answer.status_code in expected, (path, answer.status_code, answer.content[:300])
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert any("\u4e00" <= c <= "\u9fff" for c in answer.json()["detail"])


@pytest.mark.parametrize(
    "path,expected",
    [("/matters/x", 422), ("/matters/%00", 400), (f"{NOBODY}/documents/99999999999999999999999", 422), (f"{NOBODY}/documents/-1", 422),
     ("/matters?after=%00", 400), ("/matters?after=0001-01-01.99999999999999999999", 200), ("/matters?after=9999-99-99.1", 200),
     ("/matters?size=999999999999999999999", 422), ("/matters?text=%ff%fe", 200), ("/matters?text=%27%3B--", 200), ("/units?parent=-5", 422),
     ("/units?parent=4611686018427387904", 200), ("/no/such", 404), ("/../../etc/passwd", 404), ("/procedures/%E2%80%AE", 404),
     ("/verify/%F0%9F%92%A9", 200), ("/units/tree?on=0001-01-01", 422), ("/figures/1?first=2026-01-01&last=x", 422), ("/drafts/..%2f..", 404)],
)  # fmt: skip
def test_hostile_addresses(province: factories.Province, path: str, expected: int) -> None:
    answer = Caller(province.tokens["officer"]).raw("GET", path)
    assert answer.status_code == expected, answer.content[:300]
    if expected >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_wrong_methods_name_the_right_ones(province: factories.Province) -> None:
    answer = Caller(province.tokens["officer"]).raw("DELETE", "/me")
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_full_disk_keeps_nothing_half(province: factories.Province, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    matter = province.accepted()
    before = StoredFile.objects.count(), Attachment.objects.count()

    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    file = io.BytesIO("只此一份的内容\n".encode())
    file.name = "说明.txt"
    status, problem = Caller(province.tokens["officer"]).upload(f"/matters/{matter.public_id}/attachments", file)
    assert status == 507 and "没有保存" in problem["detail"], problem
    assert (StoredFile.objects.count(), Attachment.objects.count()) == before
    root = storage.default_storage.path("")
    assert not [n for n in os.listdir(root) if n.startswith(".incoming-")]
    monkeypatch.undo()
    file.seek(0)
    assert Caller(province.tokens["officer"]).upload(f"/matters/{matter.public_id}/attachments", file)[0] == 200


def test_a_database_that_is_away_asks_for_patience(
    province: factories.Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from xiezhi.api import matters
    from xiezhi.kernel.access import services as tokens

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    caller = Caller(province.tokens["officer"])
    monkeypatch.setattr(matters.selectors, "queue", away)
    status, problem = caller("GET", "/matters")
    assert status == 503 and "请稍后再试" in problem["detail"]
    monkeypatch.setattr(tokens, "account_of_token", away)
    answer = caller.raw("GET", "/me")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_description_is_openapi_3_1(province: factories.Province) -> None:
    schema = Client().get("/api/openapi.json").json()
    assert schema["openapi"] == "3.1.0"
    for name, one in schema["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(one), name
    seen = set()
    for path, found in schema["paths"].items():
        for method, one in found.items():
            assert one["operationId"] not in seen
            seen.add(one["operationId"])
            assert set(one["responses"]) >= {
                "200",
                "400",
                "401",
                "403",
                "404",
                "405",
                "409",
                "413",
                "415",
                "422",
                "429",
                "503",
                "507",
            }
            for status, answer in one["responses"].items():
                kinds = set(answer.get("content", {}))
                assert kinds == {"application/problem+json"} if int(status) >= 400 else kinds, (path, method, status)
            named = {p["name"] for p in one["parameters"] if p["in"] == "path"}
            assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    text = str(schema)
    for ref in {r.split("'")[0] for r in text.split("#/components/schemas/")[1:]}:
        assert ref in schema["components"]["schemas"], ref


def test_the_page_for_people_lists_every_operation(province: factories.Province) -> None:
    page = Client().get("/api/").content.decode()
    for found in api.get_openapi_schema()["paths"].values():
        for one in found.values():
            assert f'id="{one["operationId"]}"' in page
    assert "<script>" not in page and "style=" not in page and "http://" not in page.replace("http://127.0.0.1", "")


def test_lists_turn_pages_without_losing_rows(province: factories.Province) -> None:
    for _ in range(5):
        province.file()
    caller = Caller(province.tokens["officer"])
    seen: list[str] = []
    after = ""
    while True:
        page = caller("GET", f"/matters?size=2&after={after}")[1]
        seen += [m["id"] for m in page["items"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == Matter.objects.count() == 5
