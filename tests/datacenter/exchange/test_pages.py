"""Desk pages of the exchange: who may see them, what they do, and that a search in the log is itself recorded."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.datacenter.exchange.conftest import lawyer, serve_rows
from tests.kernel import world as w
from xiezhi.datacenter.exchange import declare, demo
from xiezhi.datacenter.exchange.models import Caller, CallerKey, CallLog, Grant
from xiezhi.kernel.access.models import ReadingLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(keys_home: Any) -> dict[str, Client]:
    """Desks by role, and three partners with some calls."""
    world = w.build()
    found = {}
    for role in ("share_head", "data_steward", "case_officer"):
        found[role] = Client()
        found[role].force_login(w.account(w.staff(role, world["甲东县局"], w.post(role.replace("_", "-"), role))))
    serve_rows([lawyer(n) for n in range(20)])
    demo.generate(None, 0.01, lambda *_: None)
    return found


def test_pages_show_interfaces_callers_and_calls(desks: dict[str, Client]) -> None:
    head, steward, other = desks["share_head"], desks["data_steward"], desks["case_officer"]
    page = head.get(reverse("exchange_desk:index"))
    assert page.status_code == 200 and "律师执业信息查询" in page.content.decode()
    assert other.get(reverse("exchange_desk:index")).status_code == 403
    for interface in declare.interfaces.all()[::3]:
        page = steward.get(reverse("exchange_desk:interface", args=[interface.code]))
        assert page.status_code == 200 and interface.basis.split("；")[0] in page.content.decode()
        assert "理由" not in page.content.decode() or interface.code not in ("lawyer-license",), (
            "a steward suspends nothing"
        )
    assert head.get(reverse("exchange_desk:interface", args=["nothing"])).status_code == 404
    assert "审判执行办案平台" in head.get(reverse("exchange_desk:callers")).content.decode()
    assert head.get(reverse("exchange_desk:caller", args=["court-trial"])).status_code == 200


def test_suspending_and_resuming(desks: dict[str, Client]) -> None:
    head = desks["share_head"]
    grant = Grant.objects.get(interface="lawyer-license")
    where = reverse("exchange_desk:set_grant", args=[grant.public_id])
    assert desks["data_steward"].post(where, {"act": "suspend", "reason": "x"}).status_code == 403
    head.post(where, {"act": "suspend", "reason": ""})
    grant.refresh_from_db()
    assert grant.state == "ACTIVE", "not without a reason"
    head.post(where, {"act": "suspend", "reason": "超范围使用"})
    grant.refresh_from_db()
    assert grant.state == "SUSPENDED" and grant.events.order_by("-id")[0].by == "share_head"
    head.post(where, {"act": "resume"})
    head.post(reverse("exchange_desk:set_caller", args=["court-trial"]), {"act": "suspend", "reason": "安全事件"})
    assert Caller.objects.get(code="court-trial").state == "SUSPENDED"


def test_keys_and_tokens(desks: dict[str, Client]) -> None:
    head = desks["share_head"]
    where = reverse("exchange_desk:caller", args=["social-security"])
    page = head.post(where, {"kind": "ED25519", "environment": "LIVE", "public_key": "not a key"})
    assert page.status_code == 400 and "公钥不能识别" in page.content.decode()
    page = head.post(where, {"token": "SANDBOX"})
    assert "xze_" in page.content.decode()
    key = CallerKey.objects.get(kind="TOKEN")
    assert key.environment == "SANDBOX" and "xze_" not in head.get(where).content.decode(), "shown once"
    head.post(reverse("exchange_desk:revoke", args=[key.pk]))
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_search_in_the_log_is_recorded(desks: dict[str, Client]) -> None:
    head = desks["share_head"]
    where = reverse("exchange_desk:calls")
    assert desks["data_steward"].get(where).status_code == 403
    before = ReadingLog.objects.count()
    assert "xz-dense" not in head.get(where, {"result": "REFUSED"}).content.decode(), "not without a reason"
    assert ReadingLog.objects.count() == before
    page = head.get(where, {"result": "REFUSED", "why": "季度抽查"})
    assert "PURPOSE_NOT_GRANTED" in page.content.decode()
    assert ReadingLog.objects.count() == before + 1
    call = CallLog.objects.filter(result="OK").first()
    assert call is not None
    page = head.get(reverse("exchange_desk:call", args=[call.batch_id, call.n]))
    assert page.status_code == 200 and "与账本中的承诺一致" in page.content.decode()


def test_notes_for_programmers_are_public(keys_home: Any) -> None:
    page = Client().get("/data/exchange/")
    assert page.status_code == 200 and "BAD_SIGNATURE" in page.content.decode()


def test_the_code_on_the_page_signs_what_the_gateway_accepts(keys_home: Any) -> None:
    """The Python shown to programmers, run as it stands but for the sending."""
    import html
    import re

    from tests.datacenter.exchange.conftest import Ed25519PrivateKey, Encoding, NoEncryption, PrivateFormat
    from xiezhi.datacenter.exchange.signatures import messages

    page = Client().get("/data/exchange/").content.decode()
    code = html.unescape(re.search(r"<h2>Python</h2><pre[^>]*><code>(.*?)</code>", page, re.S)[1])  # type: ignore[index]
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    code = code.replace('open("key.pem", "rb").read()', "PEM").split("print(")[0]
    names: dict[str, Any] = {"PEM": pem}
    exec(code, names)
    request = names["request"]
    sent = {name.lower(): value for name, value in request.header_items()}
    found = messages.pick(sent["signature-input"], sent["signature"], lambda keyid: True)
    told = messages.Request("POST", "http", names["HOST"], names["PATH"], "", sent)
    private.public_key().verify(found.signature, messages.base_of(found.components, found.text, told))
    assert messages.digest_holds(sent["content-digest"], request.data)
