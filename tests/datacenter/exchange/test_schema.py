"""The document a partner gets is true: generated requests are answered as it says, with bodies that fit it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jsonschema
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.datacenter.exchange.conftest import Gateway, Partner, lawyer, partner, serve_rows
from xiezhi import pg
from xiezhi.datacenter.exchange import declare, services
from xiezhi.kernel.calendar import clock

FIELDS = ["license_no", "name", "status", "mobile", "id_no", "first_date"]


@pytest.fixture(scope="module")
def court(exchange_db: pg.Urls) -> Partner:
    serve_rows([lawyer(n) for n in range(10)])
    for table in ("std_lawfirm", "std_cc_subject"):
        serve_rows([], table)
    made = partner("court", "云岭省高级人民法院", fields=FIELDS, purposes=["TRIAL", "LICENSING"])
    for code in ("lawyer-verify", "law-firm", "correction-status"):
        interface = declare.interfaces.get(code)
        services.grant(
            made.caller,
            code,
            fields=interface.fields,
            purposes=list(interface.purposes)[:2],
            valid_to=clock.now() + timedelta(days=9),
        )
    return made


@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(data=st.data())
def test_requests_after_the_document_are_answered_after_it(gateway: Gateway, court: Partner, data: Any) -> None:
    found = gateway.run(gateway.ask("GET", "/exchange/v1/openapi.json", {"authorization": f"Bearer {court.token}"}))
    document = found.json
    schema = schemathesis.openapi.from_dict(document)
    path = data.draw(st.sampled_from(sorted(document["paths"])))
    case = data.draw(schema[path]["POST"].as_strategy())
    body = case.body
    if not isinstance(body, dict):
        body = {}
    if data.draw(st.booleans()) and isinstance(body.get("keys"), dict) and "license_no" in body["keys"]:
        body["keys"]["license_no"] = lawyer(data.draw(st.integers(0, 9)))["license_no"]
    try:
        sent = orjson.dumps(body)
    except TypeError:
        return
    reply = gateway.post(path.removeprefix("/exchange/v1/"), sent, court)
    responses = document["paths"][path]["post"]["responses"]
    assert str(reply.status) in responses, (reply.status, reply.body)
    assert reply.status < 500, reply.body
    ((media, content),) = responses[str(reply.status)]["content"].items()
    assert reply.headers["content-type"] == media
    described = content["schema"]
    if "$ref" in described:
        described = document["components"]["schemas"]["Problem"]
    jsonschema.validate(reply.json, described)


def test_the_document_is_openapi(gateway: Gateway, court: Partner) -> None:
    found = gateway.run(
        gateway.ask("GET", "/exchange/v1/openapi.json", {"authorization": f"Bearer {court.token}"})
    ).json
    assert found["openapi"] == "3.1.0" and len(list(schemathesis.openapi.from_dict(found).get_all_operations())) == len(
        found["paths"]
    )
    assert "/exchange/v1/correction-status/batch" not in found["paths"], "no bulk look-ups of persons under correction"
