"""The gateway: what it gives, what it refuses, and that it tells of both."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from tests.datacenter.exchange.conftest import ASK, Gateway, Partner, lawyer, number_of, partner, serve_rows, sign
from xiezhi import pg
from xiezhi.datacenter.exchange import services
from xiezhi.datacenter.exchange.models import CallBatch, CallLog, CallPerson
from xiezhi.kernel.calendar import clock

FIELDS = ("license_no", "name", "firm_name", "status", "mobile", "id_no")


@pytest.fixture(scope="module")
def court(exchange_db: pg.Urls) -> Partner:
    serve_rows([lawyer(n) for n in range(30)])
    return partner("court", "云岭省高级人民法院", fields=FIELDS, purposes=["TRIAL", "INVESTIGATION"])


@pytest.fixture(scope="module")
def insurance(exchange_db: pg.Urls) -> Partner:
    return partner("insurance", "云岭省人力资源和社会保障厅", fields=["license_no", "status"], purposes=["LICENSING"])


def by_license(n: int) -> dict[str, Any]:
    return {**ASK, "keys": {"license_no": lawyer(n)["license_no"]}}


def last() -> CallLog:
    found = CallLog.objects.order_by("-id").first()
    assert found is not None
    return found


def test_a_look_up_is_answered_masked_and_logged(gateway: Gateway, court: Partner) -> None:
    found = gateway.post("lawyer-license", by_license(1), court)
    assert found.status == 200, found.body
    (row,) = found.json["rows"]
    assert set(row) == set(FIELDS)
    assert row["name"] == "李思" and row["mobile"] == "13900000001", "public roll, and whole for a trial"
    assert row["id_no"] == "9" + "*" * 16 + number_of(1)[-1], "of the highest level: strict"
    line = last()
    assert f"{line.batch_id.hex}-{line.n}" == found.json["call"]
    assert (line.result, line.status, line.rows, line.purpose, line.case_no) == ("OK", 200, 1, "TRIAL", ASK["case"])
    assert line.grant_id == court.grant.pk and line.fields == ",".join(
        n for n in ("license_no", "name", "firm_name", "status", "mobile", "id_no")
    )
    assert CallPerson.objects.filter(batch_id=line.batch_id, n=line.n).count() == 1
    assert number_of(1) not in str(line.__dict__)


REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("BAD_REQUEST", {"said": b"{"}),
    ("BAD_REQUEST", {"said": b"[]"}),
    ("BAD_REQUEST", {"purpose": 7}),
    ("BAD_KEYS", {"keys": {}}),
    ("BAD_KEYS", {"keys": {"name": "李思"}}),
    ("BAD_KEYS", {"keys": {"id_type": "111"}}),
    ("BAD_KEYS", {"keys": {"license_no": 5}}),
    ("BAD_KEYS", {"keys": {"license_no": "  "}}),
    ("CASE_NEEDED", {"case": " "}),
    ("PURPOSE_NOT_GRANTED", {"purpose": "LICENSING"}),
    ("PURPOSE_NOT_GRANTED", {"purpose": "NOTHING"}),
    ("FIELD_NOT_GRANTED", {"fields": ["license_no", "penalty"]}),
    ("FIELD_NOT_GRANTED", {"fields": ["row_hash"]}),
    ("NO_INTERFACE", {"path": "no-such"}),
    ("NO_INTERFACE", {"path": "lawyer-license/else"}),
    ("NOT_GRANTED", {"path": "notary"}),
    ("TOO_LARGE", {"said": b" " * (1024 * 1024 + 1)}),
]


@pytest.mark.parametrize(("code", "change"), REFUSALS)
def test_what_is_not_granted_is_refused_and_logged(
    gateway: Gateway, court: Partner, code: str, change: dict[str, Any]
) -> None:
    before = CallLog.objects.count()
    said = (
        change.pop("said", None)
        if "said" in change
        else {**by_license(2), **{k: v for k, v in change.items() if k != "path"}}
    )
    length = {"content-length": str(len(said))} if isinstance(said, bytes) else {}
    found = gateway.post(change.get("path", "lawyer-license"), said, court, **length)
    assert found.code == code and found.headers["content-type"] == "application/problem+json"
    assert found.json["title"] and "rows" not in found.json
    assert CallLog.objects.count() == before + 1
    line = last()
    assert (line.result, line.status, line.rows) == (code, found.status, 0)
    assert not CallPerson.objects.filter(batch_id=line.batch_id, n=line.n).exists()


def test_without_a_known_key_nothing_is_told(gateway: Gateway, court: Partner) -> None:
    assert gateway.post("lawyer-license", by_license(2)).code == "NO_CREDENTIALS"
    assert gateway.post("lawyer-license", by_license(2), "xze_" + "A" * 43).code == "KEY_UNKNOWN"
    assert last().caller_id is None and last().result == "KEY_UNKNOWN"
    assert (
        gateway.run(gateway.ask("GET", "/exchange/v1/lawyer-license", {"authorization": f"Bearer {court.token}"})).code
        == "BAD_METHOD"
    )


def test_an_identity_number_finds_the_row_in_any_writing(gateway: Gateway, court: Partner) -> None:
    number = number_of(3)
    for written in (number, number.lower(), " " + "".join(chr(ord(c) + 0xFEE0) for c in number)):
        found = gateway.post("lawyer-license", {**ASK, "keys": {"id_type": "111", "id_no": written}}, court)
        assert found.json["count"] == 1, written
    old = number[:6] + number[8:17]
    found = gateway.post("lawyer-license", {**ASK, "keys": {"id_type": "111", "id_no": old}}, court)
    assert found.json["count"] == 1, "fifteen digits are the same number"
    nothing = gateway.post("lawyer-license", {**ASK, "keys": {"id_type": "111", "id_no": number_of(999)}}, court)
    assert nothing.json["count"] == 0
    assert CallPerson.objects.filter(batch_id=last().batch_id, n=last().n).count() == 1, "asked about, though not found"


def test_batches_answer_in_order(gateway: Gateway, court: Partner) -> None:
    items = [{"keys": {"license_no": lawyer(n)["license_no"]}} for n in (5, 999, 6, 5)]
    found = gateway.post("lawyer-license/batch", {**ASK, "items": items, "fields": ["license_no"]}, court).json[
        "answers"
    ]
    assert [answer["count"] for answer in found] == [1, 0, 1, 1]
    assert found[0]["rows"] == [{"license_no": lawyer(5)["license_no"]}]
    assert (last().asked, last().rows) == (4, 3)
    assert gateway.post("lawyer-license/batch", {**ASK, "items": items * 300}, court).code == "TOO_MANY"
    assert gateway.post("lawyer-license/batch", {**ASK, "items": []}, court).code == "BAD_REQUEST"


def test_a_row_filter_holds_for_single_and_batch(gateway: Gateway, court: Partner) -> None:
    county = partner(
        "county", "云溪县人民法院", fields=["license_no"], purposes=["TRIAL"], row_filter={"division": ["990102"]}
    )
    items = [{"keys": {"license_no": lawyer(n)["license_no"]}} for n in range(9)]
    found = gateway.post("lawyer-license/batch", {**ASK, "items": items}, county).json["answers"]
    assert [answer["count"] for answer in found] == [0, 1, 0] * 3


def test_verification_says_yes_or_no_and_nothing_else(gateway: Gateway, court: Partner) -> None:
    bank = partner(
        "verifier", "云岭省市场监督管理局", interface="lawyer-verify", fields=["name", "status"], purposes=["SERVICE"]
    )  # fmt: skip
    keys = {"license_no": lawyer(1)["license_no"]}
    ask = {"purpose": "SERVICE", "keys": keys}
    found = gateway.post("lawyer-verify", {**ask, "claims": {"name": "李思", "status": "02"}}, bank).json
    assert (found["result"], found["claims"]) == ("MISMATCH", {"name": True, "status": False})
    assert gateway.post("lawyer-verify", {**ask, "claims": {"name": "李思"}}, bank).json["result"] == "MATCH"
    assert gateway.post("lawyer-verify", {**ask, "keys": {"license_no": "0" * 17}}, bank).json["result"] == "NO_RECORD"
    assert (
        gateway.post("lawyer-verify", {**ask, "claims": {"firm_name": "云溪律师事务所"}}, bank).code
        == "FIELD_NOT_GRANTED"
    )
    assert gateway.post("lawyer-verify", {**ask, "claims": {"mobile": "1"}}, bank).code == "BAD_KEYS"


def test_what_is_stopped_is_refused_at_once(gateway: Gateway, court: Partner) -> None:
    gone = partner("stopped", "云川市交通运输局", fields=["license_no"], purposes=["TRIAL"])
    ask = by_license(4)
    assert gateway.post("lawyer-license", ask, gone).status == 200
    services.suspend(gone.grant, reason="超范围使用")
    assert gateway.post("lawyer-license", ask, gone).code == "GRANT_SUSPENDED"
    services.resume(gone.grant)
    assert gateway.post("lawyer-license", ask, gone).status == 200
    services.change(gone.grant, fields=["status"])
    assert set(gateway.post("lawyer-license", ask, gone).json["rows"][0]) == {"status"}
    assert last().grant_version == 4
    services.renew(gone.grant, clock.now() + timedelta(days=90))
    services.stop(gone.grant, reason="未按要求改正")
    assert gateway.post("lawyer-license", ask, gone).code == "GRANT_STOPPED"
    with pytest.raises(services.ExchangeError):
        services.resume(gone.grant)
    again = services.grant(
        gone.caller, "lawyer-license", fields=["name"], purposes=["TRIAL"], valid_to=clock.now() + timedelta(days=1)
    )
    assert set(gateway.post("lawyer-license", ask, gone).json["rows"][0]) == {"name"}
    services.suspend_caller(gone.caller, reason="安全事件")
    assert gateway.post("lawyer-license", ask, gone).code == "CALLER_SUSPENDED"
    services.resume_caller(gone.caller)
    for key in gone.caller.keys.all():
        services.revoke_key(key)
    assert gateway.post("lawyer-license", ask, gone).code == "KEY_ENDED"
    assert [e.action for e in gone.grant.events.order_by("id")] == [
        "GRANTED", "SUSPENDED", "RESUMED", "CHANGED", "RENEWED", "STOPPED",
    ]  # fmt: skip
    assert again.version == 1


def test_time_alone_ends_a_grant(gateway: Gateway, court: Partner, freeze: Any) -> None:
    short = partner(
        "short", "云川市税务局", fields=["license_no"], purposes=["TRIAL"], valid_to=clock.now() + timedelta(hours=1)
    )  # fmt: skip
    assert gateway.post("lawyer-license", by_license(4), short).status == 200
    freeze(clock.now() + timedelta(hours=2))
    assert gateway.post("lawyer-license", by_license(4), short).code == "GRANT_ENDED"
    freeze(clock.now() - timedelta(days=3))
    assert gateway.post("lawyer-license", by_license(4), short).code == "KEY_ENDED"


def test_quotas_are_never_exceeded(gateway: Gateway, court: Partner, keys_home: Any) -> None:
    little = partner("little", "云溪县民政局", fields=["license_no"], purposes=["TRIAL"], per_day=7)
    second = Gateway()  # another process would be no different: both take portions out of the database
    found = [one.post("lawyer-license", by_license(4), little).code for _ in range(6) for one in (gateway, second)]
    second.close()
    assert found == ["OK"] * 7 + ["OVER_QUOTA"] * 5
    refused = gateway.post("lawyer-license", by_license(4), little)
    assert refused.status == 429 and 0 < int(refused.headers["retry-after"]) <= 60
    many = partner("many", "云岭省数据局", fields=["license_no"], purposes=["TRIAL"], per_minute=1000)
    items = [{"keys": {"license_no": lawyer(n)["license_no"]}} for n in range(30)]
    codes = [gateway.post("lawyer-license/batch", {**ASK, "items": items}, many).code for _ in range(40)]
    assert codes.count("OK") == 1000 // 30 or set(codes) == {"OK"}, "each look-up counts; a minute may turn meanwhile"


def test_a_missing_copy_is_not_an_empty_one(gateway: Gateway, court: Partner) -> None:
    """Nothing served yet must not read like "no such person"."""
    services.grant(
        court.caller, "mediator", fields=["name"], purposes=["TRIAL"], valid_to=clock.now() + timedelta(days=1)
    )
    found = gateway.post("mediator", {**ASK, "keys": {"mediator_id": "1"}}, court)
    assert found.code == "NO_DATA" and found.status == 503 and last().result == "NO_DATA"


def test_partners_see_their_own_document(gateway: Gateway, court: Partner, insurance: Partner) -> None:
    def document(who: Partner) -> dict[str, Any]:
        found = gateway.run(gateway.ask("GET", "/exchange/v1/openapi.json", {"authorization": f"Bearer {who.token}"}))
        assert found.status == 200
        return dict(found.json)

    of_court, of_insurance = document(court), document(insurance)
    assert set(of_insurance["paths"]) == {"/exchange/v1/lawyer-license", "/exchange/v1/lawyer-license/batch"}
    said = str(of_insurance)
    assert "mobile" not in said and "TRIAL" not in said and "id_no" in said, "the look-up key, not the field"
    assert "mobile" in str(of_court)
    assert gateway.run(gateway.ask("GET", "/exchange/v1/openapi.json", {})).code == "NO_CREDENTIALS"


def test_the_sandbox_holds_no_real_row(gateway: Gateway, court: Partner) -> None:
    _, token = services.issue_token(court.caller, environment="SANDBOX")
    assert gateway.post("lawyer-license", by_license(1), token).json["count"] == 0
    from xiezhi.datacenter.exchange import sandbox

    example = sandbox.examples("lawyer-license")[0]
    found = gateway.post("lawyer-license", {**ASK, "keys": {"license_no": example["license_no"]}}, token)
    assert found.json["count"] == 1 and last().environment == "SANDBOX"
    assert not CallPerson.objects.filter(batch_id=last().batch_id, n=last().n).exists()
    assert gateway.post("notary", {**ASK, "keys": {"license_no": "1"}}, token).status == 200, (
        "may be tried before it is granted"
    )


def test_lines_of_a_batch_are_proved_by_its_root(gateway: Gateway, court: Partner) -> None:
    import asyncio

    import orjson

    from xiezhi.datacenter.exchange import proving

    async def many() -> None:
        headers = {"authorization": f"Bearer {court.token}"}
        await asyncio.gather(
            *[
                gateway.ask("POST", "/exchange/v1/lawyer-license", headers, orjson.dumps(by_license(n)))
                for n in range(40)
            ]
        )

    gateway.run(many())
    batch = CallBatch.objects.filter(count__gt=1).order_by("-at").first()
    assert batch is not None, "calls that come together are written together"
    for line in batch.lines.all():
        assert proving.proved(line)
    forged = batch.lines.order_by("n")[1]
    forged.rows = 99
    assert not proving.proved(forged)
    forged.refresh_from_db()
    assert proving.proof_of(forged).holds(proving.digest_of(forged))


def test_too_many_waiting_calls_are_told_so(gateway: Gateway, court: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    import orjson

    from xiezhi.datacenter.exchange.gateway import engine

    monkeypatch.setattr(engine, "WAITING", 4)
    gateway.post("lawyer-license", by_license(0), court)

    async def many() -> list[str]:
        headers = {"authorization": f"Bearer {court.token}"}
        found = await asyncio.gather(
            *[
                gateway.ask("POST", "/exchange/v1/lawyer-license", headers, orjson.dumps(by_license(0)))
                for _ in range(60)
            ]
        )
        return [one.code for one in found]

    codes = gateway.run(many())
    assert set(codes) == {"OK", "BUSY"}
    gateway.post("lawyer-license", by_license(0), court)
    assert sum(CallBatch.objects.values_list("shed", flat=True)) == codes.count("BUSY"), (
        "what was turned away is counted"
    )


# Signatures


def test_a_signed_request_is_answered_signed(gateway: Gateway, court: Partner) -> None:
    found = gateway.signed("lawyer-license", by_license(1), court)
    assert found.status == 200 and last().key_id == court.key_id and last().signature
    assert '"signature";req' in found.headers["signature-input"]


def tampered(**change: Any) -> dict[str, Any]:
    return change


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("EXPIRED", {"created": lambda now: now - 600, "expires": lambda now: now - 400}),
        ("EXPIRED", {"created": lambda now: now + 200, "expires": lambda now: now + 260}),
        ("EXPIRED", {"expires": lambda now: now + 4000}),
        ("SIGNATURE_TOO_NARROW", {"nonce": lambda now: ""}),
        ("SIGNATURE_TOO_NARROW", {"expires": lambda now: 0}),
        ("SIGNATURE_TOO_NARROW", {"components": lambda now: ('"@method"', '"@path"', '"content-digest"')}),
        ("SIGNATURE_TOO_NARROW", {"components": lambda now: ('"@method"', '"@authority"', '"@path"')}),
        ("BAD_SIGNATURE", {"sign": lambda now: lambda base: b"\0" * 64}),
        ("BAD_SIGNATURE", {"alg": lambda now: "hmac-sha256"}),
        ("KEY_UNKNOWN", {"keyid": lambda now: "nobody:0000"}),
        ("BAD_DIGEST", {"digest": lambda now: "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"}),
        ("BAD_SIGNATURE", {"digest": lambda now: "md5=:AAAA:"}),
    ],
)  # fmt: skip
def test_bad_signatures_are_refused_and_logged(
    gateway: Gateway, court: Partner, code: str, change: dict[str, Any]
) -> None:
    now = int(time.time())
    before = CallLog.objects.count()
    found = gateway.signed("lawyer-license", by_license(1), court, **{k: v(now) for k, v in change.items()})
    assert found.code == code
    assert CallLog.objects.count() == before + 1 and last().result == code
    assert "signature" not in found.headers, "to whom nobody knows, nothing is signed"


def test_nobody_signs_for_another(gateway: Gateway, court: Partner, insurance: Partner) -> None:
    found = gateway.signed("lawyer-license", by_license(1), insurance, keyid=court.key_id)
    assert found.code == "BAD_SIGNATURE" and last().caller_id is None


def test_a_request_counts_once(gateway: Gateway, court: Partner, keys_home: Any) -> None:
    import asyncio

    import orjson

    body = orjson.dumps(by_license(1))
    path = "/exchange/v1/lawyer-license"
    headers = sign(court, path, body)
    second = Gateway()
    assert gateway.run(gateway.ask("POST", path, headers, body)).code == "OK"
    assert gateway.run(gateway.ask("POST", path, headers, body)).code == "REPLAYED"
    assert second.run(second.ask("POST", path, headers, body)).code == "REPLAYED", "in another process, too"
    assert last().result == "REPLAYED" and last().caller_id == court.caller.pk
    second.close()
    fresh = sign(court, path, body)

    async def together() -> list[str]:
        return [one.code for one in await asyncio.gather(*[gateway.ask("POST", path, fresh, body) for _ in range(8)])]

    assert sorted(gateway.run(together())) == ["OK"] + ["REPLAYED"] * 7
    changed = orjson.dumps(by_license(2))
    assert gateway.run(gateway.ask("POST", path, sign(court, path, body), changed)).code == "BAD_DIGEST"
    assert gateway.run(gateway.ask("POST", path + "/batch", sign(court, path, body), body)).code == "BAD_SIGNATURE"
    other = {**sign(court, path, body), "host": "other.test"}
    assert gateway.run(gateway.ask("POST", path, other, body)).code == "BAD_SIGNATURE"
    elsewhere = gateway.run(gateway.ask("POST", path + "?x=1", sign(court, path, body), body))
    assert elsewhere.code == "SIGNATURE_TOO_NARROW"


def test_the_client_verifies_the_answer(gateway: Gateway, court: Partner) -> None:
    from xiezhi.datacenter.exchange import identity
    from xiezhi.datacenter.exchange.client import Client, NotVerified, Problem

    client = Client(
        "http://exchange.test", key_id=court.key_id, signer=court.pem, partner_key=identity.own().signer.verifier.pem
    )
    body = client.asked("TRIAL", "2026-1", ["name"], keys={"license_no": lawyer(1)["license_no"]})
    path = "/exchange/v1/lawyer-license"
    request, headers = client.prepare("POST", path, body)
    found = gateway.run(gateway.ask("POST", path, headers, body))
    answer = client.judge(request, found.status, found.headers, found.body)
    assert answer.content["rows"] == [{"name": "李思"}]
    with pytest.raises(NotVerified):
        client.judge(request, 200, found.headers, found.body.replace("李思".encode(), "王思".encode()))
    other, _ = client.prepare("POST", path, body)
    with pytest.raises(NotVerified):
        client.judge(other, 200, found.headers, found.body)  # an answer to one request is none to another
    with pytest.raises(NotVerified):
        client.judge(request, 200, {}, found.body)
    request, headers = client.prepare("POST", "/exchange/v1/notary", body)
    refused = gateway.run(gateway.ask("POST", "/exchange/v1/notary", headers, body))
    with pytest.raises(Problem) as problem:
        client.judge(request, refused.status, refused.headers, refused.body)
    assert problem.value.code == "NOT_GRANTED", "a refusal is signed like an answer"


def test_a_partner_may_sign_with_sm2(gateway: Gateway, court: Partner) -> None:
    from xiezhi.datacenter.exchange import identity
    from xiezhi.datacenter.exchange.client import Client
    from xiezhi.datacenter.exchange.signatures import algorithms, sm2

    if not sm2.available():
        pytest.skip("no OpenSSL 3 here")
    mine = algorithms.signer(sm2.generate())
    key = services.add_key(court.caller, "SM2", mine.verifier.pem)
    client = Client(
        "http://exchange.test", key_id=key.key_id, signer=mine, partner_key=identity.own("sm2-sm3").signer.verifier.pem,
        partner_alg="SM2",
    )  # fmt: skip
    body = client.asked("TRIAL", "2026-1", [], keys={"license_no": lawyer(1)["license_no"]})
    request, headers = client.prepare("POST", "/exchange/v1/lawyer-license", body)
    found = gateway.run(gateway.ask("POST", "/exchange/v1/lawyer-license", headers, body))
    assert client.judge(request, found.status, found.headers, found.body).content["count"] == 1
    assert 'alg="sm2-sm3"' in found.headers["signature-input"]


def test_what_is_pushed_is_received_once(gateway: Gateway, court: Partner) -> None:
    from xiezhi.datacenter.exchange import declare

    got: list[declare.Push] = []

    def receive(push: declare.Push) -> dict[str, Any]:
        got.append(push)
        return {"taken": len(push.content["rows"])}

    interface = declare.Interface(
        code="test-push", title="测试推送", kind=declare.Kind.PUSH, basis="政务数据共享条例 第24条", receive=receive, owner="tests",
        purposes={"REPORT": declare.Purpose("REPORT", "数据上报", "政务数据共享条例 第24条", needs_case=False)},
    )  # fmt: skip
    declare.interfaces.register(interface)
    try:
        services.grant(
            court.caller, "test-push", fields=[], purposes=["REPORT"], valid_to=clock.now() + timedelta(days=1)
        )
        said = {"purpose": "REPORT", "rows": [1, 2]}
        assert gateway.post("test-push", said, court).code == "NO_CREDENTIALS", "a token does not push"
        found = gateway.signed("test-push", said, court, nonce="only-once-1234")
        assert found.json["taken"] == 2 and got[0].caller_code == "court"
        assert gateway.signed("test-push", said, court, nonce="only-once-1234").code == "REPLAYED"
        assert len(got) == 1
    finally:
        declare.interfaces._held.pop("test-push")


def test_long_batches_are_split_wait_for_the_quota_and_go_on_where_they_stopped(
    gateway: Gateway, court: Partner, freeze: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    from xiezhi.datacenter.exchange import client as asking
    from xiezhi.datacenter.exchange import identity

    freeze(clock.now())
    little = partner("long", "云溪县民政局", fields=["license_no"], purposes=["TRIAL"], per_minute=40)
    client = asking.Client(
        "http://exchange.test", key_id=little.key_id, signer=little.pem, partner_key=identity.own().signer.verifier.pem, tries=1
    )  # fmt: skip
    down: list[int] = []
    sent: list[int] = []

    class Session:
        def request(self, method: str, url: str, data: bytes, headers: Any, **more: Any) -> Any:
            if down:
                raise requests.ConnectionError
            sent.append(len(orjson.loads(data)["items"]))
            reply = gateway.run(gateway.ask(method, url.removeprefix("http://exchange.test"), headers, data))
            return SimpleNamespace(status_code=reply.status, headers=reply.headers, content=reply.body)

    client._session = Session()  # type: ignore[assignment]
    numbers = [1 + n % 9 if n % 7 else 999 for n in range(75)]
    items = [{"keys": {"license_no": lawyer(n)["license_no"]}} for n in numbers]
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        freeze(clock.now() + timedelta(seconds=seconds))

    found: list[Any] = []
    with pytest.raises(asking.Unfinished) as stopped:
        for answer in client.batch_all(
            "lawyer-license", items, purpose="TRIAL", case="2026-1", fields=["license_no"], size=20, wait=wait
        ):
            found.append(answer)
            if len(found) == 60:
                down.append(1)
    assert stopped.value.done == len(found) == 60 and isinstance(stopped.value.__cause__, asking.Unreachable)
    assert len(waits) == 1 and 0 < waits[0] <= 60 and sent == [20] * 4, "the third waited for the next minute"
    down.clear()
    found += client.batch_all(
        "lawyer-license", items, purpose="TRIAL", case="2026-1", fields=["license_no"], size=20, start=60, wait=wait
    )
    assert [a["count"] for a in found] == [int(n != 999) for n in numbers]
    assert [a["rows"][0]["license_no"] for a in found if a["count"]] == [
        lawyer(n)["license_no"] for n in numbers if n != 999
    ]
    with pytest.raises(asking.Unfinished, match="NOT_GRANTED"):
        list(client.batch_all("notary", items, purpose="TRIAL", case="2026-1"))
    with pytest.raises(asking.Unfinished, match="OVER_QUOTA") as over:
        list(client.batch_all("lawyer-license", items, purpose="TRIAL", case="2026-1", size=41, patience=0, wait=wait))
    assert over.value.done == 0
