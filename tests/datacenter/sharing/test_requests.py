"""Requests from draft to grant: own head first, provider's answer, the gateway's grant follows every step of the matter."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest

from tests.datacenter.sharing.conftest import Scene
from xiezhi.datacenter.exchange import services as exchange
from xiezhi.datacenter.exchange.models import Caller, Grant
from xiezhi.datacenter.sharing import filing, offices, selectors
from xiezhi.datacenter.sharing.models import ShareDraft, ShareRequest
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.documents.models import Document
from xiezhi.kernel.notices.models import Notice
from xiezhi.kernel.procedures import policies, services
from xiezhi.kernel.procedures.core import Refused
from xiezhi.kernel.procedures.models import Matter


def caller(scene: Scene) -> Caller:
    return exchange.register_caller("labor", "监察系统", "甲东县人社局", unit=scene.labor, demo=True)


def filed(scene: Scene, **more: Any) -> Matter:
    draft = filing.begin(scene.subject(scene.labor_officer), scene.labor, scene.answers(**more))
    filing.send(draft)
    return filing.agree(draft, scene.subject(scene.labor_head))


def fire(scene: Scene, matter: Matter, event: str, who: Account, **data: Any) -> Matter:
    matter.refresh_from_db()
    subject = scene.subject(who)
    actor = policies.actor_for(subject, Matter.objects.get(pk=matter.pk))
    services.act(matter.pk, event, actor, data, request_key=None)
    return Matter.objects.get(pk=matter.pk)


def refusal(matter: Matter) -> str:
    """What the gateway would answer a call of the partner's system now; empty where it would give."""
    from xiezhi.datacenter.exchange import policy, problems
    from xiezhi.datacenter.exchange.models import CallerKey

    grant = Grant.objects.get(matter_id=matter.pk)
    if not CallerKey.objects.filter(caller=grant.caller).exists():
        exchange.issue_token(grant.caller)
    now = policy.load()
    key = next(k for k in now.keys.values() if k.caller == grant.caller_id)
    try:
        policy.decide(
            now, key, policy.Asked(grant.interface, "SUPERVISION", "A1", ("license_no",)), clock.now().timestamp()
        )
    except problems.Refused as refused:
        return refused.code
    return ""


def test_own_head_agrees_before_the_request_goes_out(scene: Scene) -> None:
    draft = filing.begin(scene.subject(scene.labor_officer), scene.labor, scene.answers(basis=""))
    with pytest.raises(Refused):
        filing.send(draft)
    filing.save(draft, {"basis": "劳动保障监察条例"})
    filing.send(draft)
    with pytest.raises(Refused, match=r"NOT_ALLOWED|同意"):
        filing.agree(draft, scene.subject(scene.labor_officer))
    with pytest.raises(Refused):
        filing.agree(draft, scene.subject(scene.head))
    matter = filing.agree(draft, scene.subject(scene.labor_head))
    assert filing.agree(draft, scene.subject(scene.labor_head)).pk == matter.pk, "once"
    row = ShareRequest.objects.get(pk=matter.pk)
    assert (row.share_type, row.reply_due, row.outside) == ("CONDITIONAL", date(2026, 11, 16), False)
    assert row.authority == scene.authority and row.requester == scene.labor
    assert Document.objects.filter(matter=matter, title="政务数据共享申请表").count() == 1
    told = set(Notice.objects.filter(matter=matter).values_list("account_id", flat=True))
    assert {scene.officer.pk, scene.head.pk} <= told


def test_from_consent_to_grant_and_back(scene: Scene, freeze: Any) -> None:
    matter = filed(scene)
    with pytest.raises(Refused):
        fire(scene, matter, "approved", scene.officer)
    with pytest.raises(Refused):
        fire(scene, matter, "approved", scene.labor_head)
    freeze("2026-11-16 09:00")
    matter = fire(scene, matter, "approved", scene.head, granted_fields="license_no,status")
    row = ShareRequest.objects.get(pk=matter.pk)
    assert (row.replied_on, row.supply_due) == (date(2026, 11, 16), date(2026, 12, 14))
    with pytest.raises(Refused, match=r"EXCHANGE|接入系统"):
        fire(scene, matter, "supplied", scene.officer, way="INTERFACE")
    assert Matter.objects.get(pk=matter.pk).state == "APPROVED", "nothing happened"
    caller(scene)
    freeze("2026-11-18 09:00")
    matter = fire(scene, matter, "supplied", scene.officer, way="INTERFACE")
    grant = Grant.objects.get(matter_id=matter.pk)
    assert (sorted(grant.fields), grant.purposes, grant.per_day, grant.state) == (
        ["license_no", "status"],
        ["SUPERVISION"],
        1000,
        "ACTIVE",
    )
    assert grant.valid_to == datetime(2027, 11, 2, tzinfo=clock.SHANGHAI)
    paper = Document.objects.get(matter=matter, title="共享授权书")
    assert paper.frozen["data"]["authorization"].endswith("-1") and "执业证号" in paper.frozen["data"]["fields"]
    matter = fire(
        scene,
        matter,
        "suspended",
        scene.referee,
        misuse="BEYOND_PURPOSE",
        found="非办案时段批量查询",
        correct_by="2026-11-30",
    )
    assert Grant.objects.get(pk=grant.pk).state == "SUSPENDED"
    assert refusal(matter) == "GRANT_SUSPENDED", "the very next decision of the gateway"
    matter = fire(scene, matter, "mended", scene.labor_officer, done="已收回账号")
    matter = fire(scene, matter, "resumed", scene.head, checked="到位")
    assert Grant.objects.get(pk=grant.pk).state == "ACTIVE" and refusal(matter) == ""
    matter = fire(
        scene, matter, "renewal_asked", scene.labor_officer, until="2028-11-01", why="仍需使用", head_agreed=True
    )
    matter = fire(scene, matter, "renewed", scene.head, valid_to="2028-11-01")
    assert Grant.objects.get(pk=grant.pk).valid_to == datetime(2028, 11, 2, tzinfo=clock.SHANGHAI)
    matter = fire(scene, matter, "purpose_ended", scene.labor_officer, why="ACHIEVED")
    assert Grant.objects.get(pk=grant.pk).state == "STOPPED" and matter.state == "DISPOSAL"
    matter = fire(scene, matter, "disposed", scene.labor_officer, way="DELETE", how="已删除")
    assert not matter.open


def test_an_expired_grant_ends_with_the_matter(scene: Scene, freeze: Any) -> None:
    caller(scene)
    matter = filed(scene, valid_to="2026-12-13")
    fire(scene, matter, "approved", scene.head)
    fire(scene, matter, "supplied", scene.officer, way="INTERFACE")
    freeze("2026-12-14 01:00")
    services.settle_matter(matter.pk)
    assert Matter.objects.get(pk=matter.pk).state == "DISPOSAL"
    assert Grant.objects.get(matter_id=matter.pk).state == "STOPPED"


def test_only_those_concerned_see_it(scene: Scene) -> None:
    matter = Matter.objects.get(pk=filed(scene).pk)
    for account, sees in (
        (scene.officer, True), (scene.head, True), (scene.labor_officer, True), (scene.labor_head, True), (scene.referee, True), (scene.stranger, False),
    ):  # fmt: skip
        subject = scene.subject(account)
        assert policies.may_read(subject, matter) is sees
        assert selectors.readable(subject).filter(pk=matter.pk).exists() is sees
    assert policies.roles_in(scene.subject(scene.head), matter) == {"share_head"}
    assert policies.roles_in(scene.subject(scene.labor_officer), matter) == {"requester"}
    assert policies.roles_in(scene.subject(scene.labor_head), matter) == {"requester_head"}
    assert policies.roles_in(scene.subject(scene.referee), matter) == {"data_authority"}
    other = Matter.objects.create(
        procedure="XZFY", version=1, state="RECEIVED", intake_no="XZFY20261102000001", handling_unit=scene.justice, opened_on=date(2026, 11, 2),
        state_since=date(2026, 11, 2), county_id=scene.justice.county_id,
    )  # fmt: skip
    assert not policies.may_read(scene.subject(scene.head), other), "a sharing office sees matters of sharing only"


def test_the_authority_is_the_nearest_above_both(scene: Scene) -> None:
    on = date(2026, 11, 2)
    assert offices.authority_over(scene.justice, scene.labor, on) == scene.authority
    other = scene.stranger.staff.appointments.get().unit if hasattr(scene.stranger.staff, "appointments") else None
    if other is not None:
        assert offices.authority_over(scene.justice, other, on) is None


def test_a_provider_who_is_not_here_answers_outside(scene: Scene) -> None:
    from tests.kernel import world as w

    provider = w.units.create_unit(
        name="云岭省某部",
        short_name="某部",
        level="PROV",
        kind="DEPARTMENT",
        parent=None,
        valid_from=w.SINCE,
        demo=True,
    )
    draft = filing.begin(
        scene.subject(scene.labor_officer),
        scene.labor,
        scene.answers(provider=str(provider.pk), interface="", way="FILE"),
    )
    matter = filing.agree(draft, scene.subject(scene.labor_head))
    assert ShareRequest.objects.get(pk=matter.pk).outside
    matter = fire(scene, matter, "approved", scene.labor_head)
    matter = fire(scene, matter, "supplied", scene.labor_officer, way="FILE")
    assert matter.state == "ACTIVE" and not Grant.objects.filter(matter_id=matter.pk).exists()


def test_late_replies_are_told_apart(scene: Scene, freeze: Any) -> None:
    matter = filed(scene)
    freeze("2026-11-17 09:00")
    found = selectors.tabs(scene.subject(scene.head), clock.today())
    assert list(found["late"].values_list("pk", flat=True)) == [matter.pk]
    fire(scene, matter, "approved", scene.head)
    found = selectors.tabs(scene.subject(scene.head), clock.today())
    assert list(found["late"].values_list("pk", flat=True)) == [matter.pk], "late though answered"


# Pages


def _ids(text: str) -> list[str]:
    return re.findall(r'id="([^"]+)"', text)


def test_the_application_in_steps(scene: Scene) -> None:
    client = scene.desk(scene.labor_officer)
    page = client.get("/desk/data/sharing/apply/").content.decode()
    assert "律师" in page and "无条件共享" in page and "有条件共享" in page
    assert client.post("/desk/data/sharing/apply/", {}).status_code == 422
    said = {"resource": "std_lawyer", "interface": "lawyer-license", "provider": str(scene.justice.pk)}
    answer = client.post("/desk/data/sharing/apply/", said)
    assert answer.status_code == 302
    fields = answer["Location"]
    page = client.get(fields).content.decode()
    assert "执业证号" in page and "L" in page and "监督检查" in page
    assert client.post(fields, {}).status_code == 422
    answer = client.post(
        fields,
        {
            "fields": ["license_no", "status"],
            "purpose": "SUPERVISION",
            "kind": "LOOKUP",
            "way": "INTERFACE",
            "quota": "100",
        },
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    use = answer["Location"]
    assert client.post(use, {"basis": "劳动保障监察条例"}).status_code == 422
    days = {
        "valid_from.y": "2026",
        "valid_from.m": "11",
        "valid_from.d": "2",
        "valid_to.y": "2027",
        "valid_to.m": "11",
        "valid_to.d": "1",
    }
    answer = client.post(use, {"basis": "劳动保障监察条例", "scene": "核对代理人", "scope": "监察人员", **days})
    assert answer.status_code == 302, answer.content.decode()
    check = answer["Location"]
    assert "送负责人同意" in client.get(check).content.decode()
    assert client.post(check, {"do": "agree"}).status_code == 404
    assert client.post(check, {"do": "send"}).status_code == 302
    head = scene.desk(scene.labor_head)
    assert "等您同意" in head.get("/desk/data/sharing/").content.decode()
    answer = head.post(check, {"do": "agree"})
    assert answer.status_code == 302 and answer["Location"].startswith("/desk/m/")
    assert ShareDraft.objects.get().state == "FILED"
    assert scene.desk(scene.stranger).get(check).status_code == 404
    matter_page = scene.desk(scene.head).get(answer["Location"])
    assert matter_page.status_code == 200 and "申请内容" in matter_page.content.decode()
    queue = scene.desk(scene.head).get("/desk/data/sharing/?tab=to_us").content.decode()
    assert "甲东县人社局" in queue and "11月16日" in queue
    assert scene.desk(scene.head).get("/desk/data/sharing/?tab=to_us&as=csv").content.decode().count("\n") == 2
    event = scene.desk(scene.head).get(f"{answer['Location']}e/approved/")
    assert event.status_code == 200


def test_a_correction_and_a_catalog_update_from_the_desk(scene: Scene) -> None:
    client = scene.desk(scene.labor_officer)
    assert client.get("/desk/data/sharing/corrections/new/").status_code == 200
    said = {
        "provider": str(scene.justice.pk), "resource": "std_lawyer", "kind": "INACCURATE", "fields": "license_no", "rows": "1990120101", "request_key": "k1",
    }  # fmt: skip
    answer = client.post("/desk/data/sharing/corrections/new/", said)
    assert answer.status_code == 302, answer.content.decode()
    matter = Matter.objects.get(procedure="SJJZ")
    assert matter.due_legal == date(2026, 11, 16) and matter.handling_unit == scene.justice
    assert scene.desk(scene.head).get(answer["Location"]).status_code == 200
    fire(scene, matter, "verified", scene.officer, found="录入有误")
    fire(scene, matter, "mended", scene.officer, result="已更正", mended_rows=1, copies_told=True)
    assert Document.objects.filter(matter=matter, title="校核结果反馈函").exists()
    client = scene.desk(scene.officer)
    said = {
        "resource": "std_lawyer",
        "change": "LAW",
        "change_basis": "律师法",
        "changed_on.y": "2026",
        "changed_on.m": "11",
        "changed_on.d": "2",
        "what": "增加一项",
    }
    answer = client.post("/desk/data/sharing/catalog/new/", said)
    assert answer.status_code == 302, answer.content.decode()
    assert Matter.objects.get(procedure="MLGX").due_legal == date(2026, 11, 16)


def test_partner_meter_and_push_pages(scene: Scene) -> None:
    from tests.datacenter.sharing.push_world import flow

    partner = caller(scene)
    matter = filed(scene)
    fire(scene, matter, "approved", scene.head)
    fire(scene, matter, "supplied", scene.officer, way="INTERFACE")
    exchange.record_obtained(partner, "social-insurance", calls=3, rows=7)
    one = flow()
    client = scene.desk(scene.head)
    for path, words in (
        ("/desk/data/partners/", "甲东县人社局"), ("/desk/data/partners/labor/", "lawyer-license"), ("/desk/data/meters/", "social-insurance"),
        ("/desk/data/push/", "律师信息上报"), (f"/desk/data/push/{one.code}/", "还没有批次"),
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200 and words in answer.content.decode(), path
    one.rights.create(request="8f0e", deletes=True, rows=["r1", "r2"], at=clock.now())
    page = client.get(f"/desk/data/push/{one.code}/").content.decode()
    assert "个人信息权利请求" in page and "8f0e" in page and "等回执" in page
    assert "social-insurance" in client.get("/desk/data/meters/?as=csv").content.decode()
    assert client.get("/desk/data/meters/?as=xlsx").content[:2] == b"PK"
    assert client.get("/desk/data/partners/nobody/").status_code == 404
    from tests.kernel import world as w

    nobody = w.account(w.staff("无关", scene.justice, w.post("plain-clerk", "counter_clerk")))
    assert scene.desk(nobody).get("/desk/data/push/").status_code in (403, 404)


def test_the_grant_keeps_to_what_the_interface_offers(scene: Scene) -> None:
    caller(scene)
    matter = filed(scene, fields=["license_no", "birth_date"])
    fire(scene, matter, "approved", scene.head)
    fire(scene, matter, "supplied", scene.officer, way="INTERFACE")
    assert Grant.objects.get(matter_id=matter.pk).fields == ["license_no"], "birth_date is not on offer there"
