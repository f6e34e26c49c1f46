"""我的账号: ways to sign in, devices, what is known about me; 大字版 and 通俗版 remembered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.kernel import world as w
from tests.portal.conftest import Scene
from xiezhi.kernel.access.models import Account, SecurityEvent, SignIn
from xiezhi.kernel.access.sessions import device_of
from xiezhi.kernel.procedures import registry

pytestmark = pytest.mark.django_db
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
)
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0"


def signed_in(account: Account, agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    account.set_password("correct-horse-8")
    account.save()
    client.post("/account/login/", {"login": account.username, "password": "correct-horse-8"})
    assert client.session.get("_auth_user_id")
    return client


@pytest.mark.parametrize(
    ("agent", "said"),
    [(PHONE, "安卓 手机 Chrome"), (DESKTOP, "Windows Firefox"), ("", ""), ("Mozilla/5.0 (iPhone; CPU) Mobile MicroMessenger/8.0", "iPhone 手机 微信")],
)  # fmt: skip
def test_devices_in_words(agent: str, said: str) -> None:
    assert device_of(agent) == said


def test_other_devices_are_seen_and_signed_out(scene: Scene) -> None:
    account = w.citizen(w.person("林远山"))
    first = signed_in(account, DESKTOP)
    second = Client(HTTP_USER_AGENT=PHONE)
    second.post("/account/login/", {"login": account.username, "password": "correct-horse-8"})
    third = Client()
    third.post("/account/login/", {"login": account.username, "password": "correct-horse-8"})
    page = first.get("/my/account/").content.decode()
    assert "安卓 手机 Chrome" in page
    assert "就是这台" in page
    phone = SignIn.objects.get(device="安卓 手机 Chrome")
    first.post("/my/account/", {"do": "sessions", "session": phone.pk})
    assert second.get("/my/").status_code == 302
    assert third.get("/my/").status_code == 200
    first.post("/my/account/", {"do": "sessions"})
    assert third.get("/my/").status_code == 302
    assert first.get("/my/").status_code == 200
    assert SecurityEvent.objects.filter(kind="SESSION_ENDED").count() == 2


def test_nobody_ends_sessions_of_others(scene: Scene) -> None:
    account = w.citizen(w.person("林远山"))
    other = signed_in(account, DESKTOP)
    theirs = SignIn.objects.get(account=account)
    scene.client.post("/my/account/", {"do": "sessions", "session": theirs.pk})
    assert other.get("/my/").status_code == 200


def test_signing_out_forgets_the_device(scene: Scene) -> None:
    account = w.citizen(w.person("林远山"))
    client = signed_in(account, DESKTOP)
    client.post("/account/logout/")
    assert not SignIn.objects.filter(account=account).exists()


def test_plain_mode_for_guests_is_a_cookie(scene: Scene) -> None:
    guest = Client()
    assert "data-plain" not in guest.get("/guide/XZFY/").content.decode()
    answer = guest.get("/guide/XZFY/?plain=1")
    assert answer["Location"] == "/guide/XZFY/"
    page = guest.get("/guide/XZFY/").content.decode()
    assert "data-plain" in page
    assert "一看就懂" in page
    sentence = next(str(e.plain) for e in registry.get("XZFY").events.values() if e.primary and e.plain)
    assert sentence in page
    assert "完整版" in page
    guest.get("/?plain=0")
    assert "data-plain" not in guest.get("/").content.decode()


@pytest.mark.parametrize("path", ["/", "/services/", "/verify/", "/procedures/", "/account/login/", "/my/resume/"])
def test_the_switch_stands_on_every_page(scene: Scene, path: str) -> None:
    page = Client().get(path).content.decode()
    assert 'href="?plain=1"' in page
    assert 'href="?type=large"' in page


def test_both_are_remembered_for_the_account(scene: Scene) -> None:
    scene.client.get("/?plain=1")
    scene.client.get("/?type=large")
    scene.account.refresh_from_db()
    assert (scene.account.plain_language, scene.account.large_type) == (True, True)
    elsewhere = Client()
    elsewhere.force_login(scene.account)
    page = elsewhere.get("/").content.decode()
    assert "data-plain" in page
    assert 'data-type="large"' in page
    elsewhere.post(
        "/my/account/", {"do": "look", "large_type": "false", "plain_language": "false", "language": "zh-hans"}
    )
    scene.account.refresh_from_db()
    assert not scene.account.plain_language


def test_a_matter_in_plain_words(scene: Scene, monkeypatch: Any) -> None:
    from tests.portal.conftest import APPLY, fill
    from xiezhi.kernel.procedures.models import Matter

    fill(scene)
    assert scene.client.post(f"{APPLY}check/").status_code == 302
    matter = Matter.objects.get()
    assert "现在怎么样了" not in scene.client.get(f"/my/{matter.public_id}/").content.decode()
    scene.client.get("/?plain=1")
    page = scene.client.get(f"/my/{matter.public_id}/").content.decode()
    assert "现在怎么样了" in page


def test_an_account_without_a_person_is_told_so_and_asked_rightly(scene: Scene, settings: Any) -> None:
    from xiezhi.kernel.units import ids

    settings.DEMO = True
    Account.objects.filter(pk=scene.account.pk).update(person=None)
    assert "还没有实名" in scene.client.get("/my/account/").content.decode()
    taken = w.person("林远山")
    w.citizen(taken)
    asked = {
        "name": "方未核",
        "id_type": "RESIDENT",
        "id_no": ids.id18_complete("99000019850607901"),
        "phone": "13812342055",
    }
    for wrong in ({"id_no": "123"}, {"phone": "1"}, {"name": ""}, {"name": taken.name, "id_no": taken.id_no}):
        assert scene.client.post("/my/account/realname/", {**asked, **wrong}).status_code == 422, wrong
    scene.account.refresh_from_db()
    assert scene.account.person is None


def test_real_name_check_gives_the_person(scene: Scene, settings: Any) -> None:
    from xiezhi.kernel.units import ids

    settings.DEMO = True
    number = ids.id18_complete("99000019850607901")
    Account.objects.filter(pk=scene.account.pk).update(person=None)
    answer = scene.client.post(
        "/my/account/realname/",
        {
            "name": "方未核",
            "id_type": "RESIDENT",
            "id_no": number,
            "phone": "13812342055",
            "next": "/apply/XZFY/check/",
        },
    )
    assert (answer.status_code, answer["Location"]) == (302, "/apply/XZFY/check/")
    scene.account.refresh_from_db()
    assert scene.account.person is not None
    assert scene.account.person.verified_at is not None
    assert scene.client.get("/my/account/realname/").status_code == 302


def test_nothing_is_sent_before(scene: Scene) -> None:
    from tests.portal.conftest import APPLY, fill
    from xiezhi.kernel.procedures.models import Matter

    fill(scene)
    Account.objects.filter(pk=scene.account.pk).update(person=None)
    answer = scene.client.post(f"{APPLY}check/")
    assert answer.status_code == 302
    assert not Matter.objects.exists()
