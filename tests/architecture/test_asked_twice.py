"""Nothing is asked twice: every form a citizen or a party meets, compared with what the platform knows already.

Known are: who somebody is and how to reach them (person and account), the organization they head, and what was said in the
matter before. A field that asks such a thing must not be shown, or stand filled in, or be among `ASKED` with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from tests.legal_services.legal_aid.conftest import world
from tests.legal_services.legal_aid.test_apply import go, pages
from tests.legal_services.legal_aid.world import World
from tests.legal_services.satisfaction import world as ratings
from tests.legal_services.wages.conftest import Scene as Site
from tests.legal_services.wages.conftest import scene as site
from tests.portal.conftest import APPLY, Scene, answers, scene
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.people.models import Organization, Person
from xiezhi.kernel.procedures import asking, registry, services
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.declare import Event, Field, Kind, Procedure, Role, Side
from xiezhi.kernel.procedures.models import Matter
from xiezhi.ui import plug
from xiezhi.ui.flow import FLOWS, Answers, Flow

__all__ = ["scene", "site", "world"]

ADDRESS = "云岭省甲市东县鹭渡镇南街61号"
NAMES = re.compile(
    r"(^|_)(name|sex|birth_date|id_type|id_no|phone|mobile|contact|email|address|domicile|uscc|usc|legal_rep|org_kind|party"
    r"|submitted_by|provider_ref|worker_no|relation)$"
)
WORDS = re.compile(
    r"姓名|证件|身份证|性别|出生|电话|手机|联系方式|住址|地址|信用代码|登记号|名单序号|提交人|法定代表人"
)

ASKED: Mapping[str, str] = {
    # other people: somebody who fills in a form must not learn from it what the platform holds of others
    "XZFY.applicant.name": "替别人办而没有登记委托：是谁要本人说，平台不把别人的资料填给他看",
    "XZFY.applicant.id_type": "同上", "XZFY.applicant.id_no": "同上", "XZFY.applicant.contact": "同上",
    "XZFY.applicant.service_address": "同上",
    "XZFY.group.others.name": "一起申请的人还不在本案中", "XZFY.group.others.id_no": "同上", "XZFY.group.others.contact": "同上",
    "XZFY.group.others.service_address": "同上",
    "FLYZ.applicant.name": "替别人办而没有登记委托", "FLYZ.applicant.id_no": "同上", "FLYZ.applicant.mobile": "同上",
    "FLYZ.applicant.address": "同上",
    "FLYZ.others.others.name": "一起申请的人还不在本案中", "FLYZ.others.others.id_no": "同上", "FLYZ.others.others.mobile": "同上",
    "FLYZ.opponent.other_party.name": "对方是谁，只有申请人知道", "FLYZ.opponent.other_party.contact": "同上",
    # the matter's own things, whose names look like a person's
    "FLYZ.which.case_organ_name": "机关名称：名单里查不到的才写",
    "FLYZ.safety.hide_address": "要不要保密，不是问住址", "FLYZ.safety.safe_contact": "什么时候联系安全，平台不知道",
    "FLYZ.wishes.wish_sex": "希望律师的性别，不是问申请人的",
    "HCPHF.rerated.level": "回访以后再问，问的是现在的看法", "HCPHF.rerated.words": "同上",
    "QXWQ.paid.payer_name": "付款的可能是谁，到账时才知道",
    "SJGZ.supplied.what": "补充的是承办人要的新说明，不是申请时的话",
}  # fmt: skip
"""Fields that look as if they asked a known thing, and why they may: procedure.page-or-event.field."""

ELSEWHERE: Mapping[str, str] = {
    "FLYZ.applied": "申请走 /apply/FLYZ/",
    "XZFY.filed": "申请走 /apply/XZFY/",
    "QXWQ.filed": "求助走 /wages/",
    "SJGZ.filed": "申请走 /apply/SJGZ/",
    "FLYZ.asked_in_custody": "由值班律师等替不能上网的人登记，平台还没有人的资料",
    "XZFY.via_penalty_organ": "由处罚机关登记",
    "FLYZ.offer_accepted": "法律援助人员在自己的页面一键答复",
    "FLYZ.offer_refused": "同上",
    "service_chosen": "在“我的账号”里勾选",
    "file_read": "在阅卷页办理，不填表",
}
"""Events a party does not do by the form of the declaration: procedure.event, or the event of every procedure."""


def asks_known(field: Field) -> bool:
    """Whether a field asks, by its name or its words, for something the platform holds of people and parties."""
    return bool(NAMES.search(field.name) or WORDS.search(field.label))


def parts(field: Field, before: str = "") -> Iterator[tuple[str, Field]]:
    """The field, or those inside a record, with the path of the input."""
    if field.fields:
        for inner in field.fields:
            yield from parts(inner, f"{before}{field.name}.")
    else:
        yield f"{before}{field.name}", field


# Steps of running matters


def steps() -> Iterator[tuple[type[Procedure], Event, Role]]:
    for declared in registry.all_procedures():
        for event in declared.events.values():
            for role in event.by:
                if role.side is Side.PARTY and not elsewhere(declared, event):
                    yield declared, event, role


def elsewhere(declared: type[Procedure], event: Event) -> bool:
    own = (declared.code, event.code) in plug._EVENT_PAGES
    return own or event.code in ELSEWHERE or f"{declared.code}.{event.code}" in ELSEWHERE


def trouble_of(declared: type[Procedure], event: Event, role: Role) -> list[str]:
    """Fields of the step that ask this party for something known. Answers of the application stand filled in."""
    said = {f.fact_name for e in declared.events.values() if not e.sources for f in e.form if f.fact_name}
    asked_before = {
        f.name for e in declared.events.values() if not e.sources for f in e.form if f.kind is not Kind.FILES
    }
    filled = asking.answered(declared, event, {str(name): "x" for name in said})
    out = []
    for field in asking.asked_of(event, role):
        if field.name in filled:
            continue
        for path, one in parts(field):
            key = f"{declared.code}.{event.code}.{path}"
            if key not in ASKED and (asks_known(one) or (path in asked_before and path not in SAME_WORD)):
                out.append(key)
    return out


SAME_WORD = {"reason", "story", "attachments"}
"""Names that several forms use for different things."""


def test_no_step_asks_a_party_for_what_is_known() -> None:
    found = {key for declared, event, role in steps() for key in trouble_of(declared, event, role)}
    assert not found, f"asked again: prefill them, hide them, or say in ASKED why: {sorted(found)}"


def test_the_lists_name_nothing_that_is_gone() -> None:
    known = {f"{p.code}.{e}" for p in registry.all_procedures() for e in p.events}
    assert {k for k in ELSEWHERE if "." in k} <= known
    pages_of = {f"{flow.code}.{step.code}" for flow in FLOWS.values() for s in flow.sections for step in s.steps}
    assert {k.rsplit(".", 1)[0] if k.count(".") == 2 else ".".join(k.split(".")[:2]) for k in ASKED} <= known | pages_of
    assert all(reason.strip() for reason in (*ASKED.values(), *ELSEWHERE.values()))


@pytest.mark.parametrize(
    "new",
    [Field("mobile", "联系电话"), Field("tell", "您的手机号"), Field("claim", "申请事项（再填一次）"),
     Field("who", "申请人", Kind.RECORD, fields=(Field("id_no", "证件号码"),))],
)  # fmt: skip
def test_a_new_field_that_asks_a_known_thing_is_found(new: Field) -> None:
    from dataclasses import replace

    declared = registry.get("FLYZ")
    event = declared.events["change_requested"]
    role = next(r for r in event.by if r.side is Side.PARTY)
    assert not trouble_of(declared, event, role)
    assert trouble_of(declared, replace(event, form=(*event.form, new)), role)


# Applications


@pytest.fixture
def known_person(db: None) -> Account:
    """A verified account of whom everything is known, who heads one organization."""
    from tests.kernel import world as kernel

    account = kernel.citizen(kernel.person("周禾生", phone="13812342046", address=ADDRESS))
    assert account.person is not None
    know_everything(account.person)
    return account


def know_everything(person: Person) -> None:
    person.address, person.service_address = ADDRESS, ADDRESS
    person.birth_date, person.sex = date(1986, 4, 12), "1"
    person.save()
    Organization.objects.create(
        name="东县周记米线店", usc="92990521MA0YL7C387", kind="INDIVIDUAL_BUSINESS", legal_rep=person.name, legal_rep_person=person,
        phone="13812342046", service_address=ADDRESS, created_at=person.created_at,
    )  # fmt: skip


def ways(flow: Flow) -> list[str]:
    first = flow.sections[0].steps[0]
    found = next((f for f in first.form(Answers({}, None)) if f.name == "acting"), None)
    return [code for code, _ in found.choices] if found is not None else [""]


def asked_in(flow: Flow, account: Account) -> set[str]:
    """Fields of every page, for every way of acting, that ask for something known and stand empty."""
    out = set()
    for acting in ways(flow):
        given = Answers(
            {"who": {"acting": acting}, "any": {"others": [{"name": "高小岸", "contact": "13900000000"}]}}, account
        )
        for step in (s for section in flow.sections for s in section.steps):
            elsewhere_too = any(step.applies(Answers({"who": {"acting": way}}, account)) for way in ways(flow))
            if not step.applies(given) and elsewhere_too:
                continue
            start = step.start(given)
            for field in step.form(given):
                for path, one in parts(field):
                    key = f"{flow.code}.{step.code}.{path}"
                    excused = key in ASKED and not (acting == "SELF" and step.code == "applicant")
                    if asks_known(one) and not start.get(field.name) and not excused:
                        out.add(f"{key} ({acting})")
    return out


def test_every_application_is_walked() -> None:
    assert {"XZFY", "FLYZ"} <= set(FLOWS)


def test_no_application_asks_for_what_is_known(known_person: Account) -> None:
    found = {key for flow in FLOWS.values() for key in asked_in(flow, known_person)}
    assert not found, f"asked again: give the step a `start`, leave the field out, or say in ASKED why: {sorted(found)}"


# The pages themselves


class Inputs(HTMLParser):
    """Inputs a person would fill in, with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        name = a.get("name") or ""
        if tag == "input" and a.get("type") not in ("hidden", "checkbox", "radio", "file", "search", "submit"):
            self.found[name] = a.get("value") or ""
        elif tag == "textarea":
            self._area, self.found[name] = name, ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


def empty_known(answer: Any) -> set[str]:
    """Names of empty inputs of a page that ask for something known."""
    assert answer.status_code == 200, answer.status_code
    reader = Inputs()
    reader.feed(answer.content.decode().split("<main")[1])
    return {n for n, value in reader.found.items() if not value.strip() and NAMES.search(n.rsplit(".", 1)[-1])}


def test_reconsideration_page_by_page(scene: Scene) -> None:
    assert scene.account.person is not None
    know_everything(scene.account.person)
    scene.client.post(APPLY, {"go": "on"})
    for step, data in answers(scene):
        assert not empty_known(scene.client.get(f"{APPLY}q/{step}/")), step
        assert scene.client.post(f"{APPLY}q/{step}/", data).status_code == 302
    assert scene.client.post(f"{APPLY}check/").status_code == 302
    matter = Matter.objects.get()
    officer = Actor("account:officer", frozenset({"case_officer", "office_head"}), "沈知远")
    services.fire_event(matter.pk, "supplement_noticed", officer, {"defects": ["IDENTITY"], "detail": "请补身份证明"})
    for event in set(re.findall(r"/e/(\w+)/", scene.client.get(f"/my/{matter.public_id}/").content.decode())):
        page = scene.client.get(f"/my/{matter.public_id}/e/{event}/")
        assert not empty_known(page), event
    page = scene.client.get(f"/my/{matter.public_id}/e/supplemented/").content.decode()
    assert "posted_on" not in page, "what is sent here has no postmark"
    for acting, step in (("ORG", "organization"), ("AGENT", "agent")):
        client = Client()
        client.force_login(scene.account)
        client.post(APPLY, {"go": "on"})
        client.post(f"{APPLY}q/who/", {"acting": acting})
        assert not empty_known(client.get(f"{APPLY}q/{step}/")), acting
    assert "东县周记米线店" in client.get(f"{APPLY}q/organization/").content.decode() or acting == "AGENT"


def test_legal_aid_page_by_page(world: World) -> None:
    account = world.citizen("梁秋禾")
    assert account.person is not None
    know_everything(account.person)
    client = Client()
    client.force_login(account)
    apply = "/apply/FLYZ/"
    client.post(apply, {"go": "on"})
    own: list[tuple[str, dict[str, Any]]] = [
        ("who", {"acting": "SELF"}), ("applicant", {"mobile": str(account.person.phone), "address": ADDRESS}), *pages(world),
    ]  # fmt: skip
    for step, data in own:
        expected = {"other_party.0.name", "other_party.0.contact"} if step == "opponent" else set()
        assert empty_known(client.get(f"{apply}q/{step}/")) <= expected, step
        go(client, [(step, data)])
    assert client.post(f"{apply}check/").status_code == 302
    matter = Matter.objects.get()
    world.fire(matter, "supplement_noticed", {"defects": ["CASE_PAPERS"], "detail": "请补交", "due_on": "2026-05-25"})
    page = client.get(f"/my/{matter.public_id}/e/supplemented/")
    assert not empty_known(page)
    text = page.content.decode()
    assert re.search(r'<option value="PAY" selected|value="PAY"[^>]* checked', text), "the claim stands as it was given"
    assert re.search(r'value="MIGRANT_WORKER"[^>]* checked', text)


def test_the_wage_page(site: Site) -> None:
    know_everything(site.person)
    assert not empty_known(site.client.get("/wages/")) - {"employer_name", "project_name", "contractor_name"}
    from tests.legal_services.wages.test_pages import form

    sent = site.client.post("/wages/", form(site, crew="张三石 13800001234 8000元"))
    assert sent.status_code == 302
    matter = Matter.objects.get()
    for event in ("workers_added", "worker_left"):
        assert site.client.get(f"/my/{matter.public_id}/e/{event}/")["Location"].startswith("/wages/crew/")
    crew = site.client.get(f"/my/{matter.public_id}/e/worker_left/")["Location"]
    assert not empty_known(site.client.get(crew))
    site.client.post(crew, {"leave": "2"})
    assert "已退出" in site.client.get(crew).content.decode()


def test_the_rating_page(db: None, freeze: Any) -> None:
    freeze(ratings.NOW)
    made = ratings.build()
    invitation = made.asked()
    client = Client()
    page = client.get(re.findall(r"(/\S+)", re.sub(r"^https?://[^/]+", "", ratings.link_of(invitation)))[0])
    assert not empty_known(page)
    assert made.province.accounts["citizen"].person.name not in page.content.decode()
