"""省统一身份认证登录 against a real provider: first and second sign-in, linking, and everything that must not work."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from tests.identity.conftest import LOGIN, Browser, Idp, connect, numbers
from tests.kernel import world as w
from xiezhi.kernel.access import services as access
from xiezhi.kernel.access.models import Account, AccountKind, SecurityEvent
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Person

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-8"


def citizen(sub: str) -> Account:
    """A local account of the person behind `sub`, made at the counter, with a password of its own."""
    claims = numbers()[sub]
    person, _ = people.register_person(name=claims["name"], id_no=claims["id_number"], demo=True)
    account = access.create_citizen_account(person, username=f"local-{sub}", password=PASSWORD)
    Account.objects.filter(pk=account.pk).update(must_change_password=False)
    account.refresh_from_db()
    return account


def text(answer: Any) -> str:
    return str(answer.content.decode())


def sign_in_locally(browser: Browser, account: Account, **extra: str) -> Any:
    return browser.client.post("/account/login/", {"login": account.username, "password": PASSWORD, **extra})


def test_the_button_shows_only_where_a_provider_is_connected(settings: Any, idp: Idp) -> None:
    assert "统一身份认证" not in text(Client().get("/account/login/"))
    connect(settings, idp.issuer)
    page = Client().get("/account/login/")
    assert "云岭省统一身份认证登录" in text(page)
    assert f"form-action 'self' {idp.issuer}" in page["Content-Security-Policy"]
    assert LOGIN in text(page)


def test_what_is_asked_of_the_provider(connected: Idp, browser: Browser) -> None:
    answer = browser.client.post(f"{LOGIN}?auth_params=prompt%3Dnone%26nonce%3Dmine&scope=email", {})
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert len(asked["nonce"][0]) >= 40
    assert len(asked["state"][0]) >= 16
    assert "prompt" not in asked
    assert sorted(asked["scope"][0].split()) == ["openid", "profile"]


def test_first_and_second_sign_in(connected: Idp, browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = browser.sign_in("he", next_url="/my/")
    assert (answer.status_code, answer["Location"]) == (302, "/my/")
    account = Account.objects.get(pk=browser.account_id)
    claims = numbers()["he"]
    assert account.kind == AccountKind.CITIZEN
    assert account.person is not None
    assert account.person.id_no == claims["id_number"]
    assert account.person.verified_by == "云岭省统一身份认证"
    assert account.person.phone == "13812342046"
    assert not account.has_usable_password()
    link = SocialAccount.objects.get(user=account)
    assert link.extra_data == {"level": "L3", "verified": True}
    again = Browser()
    again.sign_in("he")
    assert again.account_id == account.pk
    assert Account.objects.filter(person=account.person).count() == 1
    everything = " ".join(
        [*browser.seen, *again.seen, caplog.text, str(SecurityEvent.objects.values_list("detail", flat=True))]
    )
    for personal in (claims["name"], claims["id_number"], "13812342046"):
        assert personal not in everything
    assert claims["id_number"] not in link.uid


def test_low_assurance_and_wrong_numbers_give_an_account_without_a_person(connected: Idp) -> None:
    for who in ("qian", "broken"):
        browser = Browser()
        browser.sign_in(who)
        account = Account.objects.get(pk=browser.account_id)
        assert account.person is None
    assert not Person.objects.filter(name__in=["钱未明", "方未核"]).exists()


def test_an_existing_account_is_linked_only_after_its_own_password(connected: Idp, browser: Browser) -> None:
    account = citizen("he")
    answer = browser.sign_in("he")
    assert answer["Location"].startswith("/account/login/")
    assert browser.account_id is None
    assert not SocialAccount.objects.exists()
    answer = sign_in_locally(browser, account, next="/my/account/link/")
    assert answer["Location"] == "/my/account/link/"
    assert not SocialAccount.objects.exists()
    page = browser.client.get("/my/account/link/")
    assert "云岭省统一身份认证" in text(page)
    browser.client.post("/my/account/link/")
    assert SocialAccount.objects.get().user == account
    other = Browser()
    other.sign_in("he")
    assert other.account_id == account.pk


def test_what_waits_belongs_to_that_account_alone(connected: Idp, browser: Browser) -> None:
    citizen("he")
    stranger = citizen("lin")
    browser.sign_in("he")
    sign_in_locally(browser, stranger)
    browser.client.post("/my/account/link/")
    assert not SocialAccount.objects.exists()


def test_linking_from_the_account_page_asks_for_the_password_again(connected: Idp, browser: Browser) -> None:
    account = citizen("he")
    sign_in_locally(browser, account)
    answer = browser.go("connect")
    assert answer["Location"].startswith("/account/reauthenticate/")
    answer = browser.client.post(answer["Location"], {"password": "wrong"})
    assert answer.status_code == 200
    answer = browser.client.post("/account/reauthenticate/", {"password": PASSWORD, "next": LOGIN})
    assert answer.status_code == 302
    assert answer["Location"].startswith(connected.issuer)
    answer = browser.back(browser.sign_in_outside(answer["Location"], "he"))
    assert answer["Location"] == "/my/account/"
    assert SocialAccount.objects.get().user == account


def prove(browser: Browser, account: Account) -> None:
    sign_in_locally(browser, account)
    browser.client.post("/account/reauthenticate/", {"password": PASSWORD})


def test_another_persons_identity_is_never_linked(connected: Idp, browser: Browser) -> None:
    account = citizen("he")
    prove(browser, account)
    answer = browser.sign_in("lin", "connect")
    assert answer.status_code == 409
    assert "不是同一个人" in text(answer)
    assert not SocialAccount.objects.exists()


def test_an_identity_without_assurance_is_not_linked_to_a_person(connected: Idp, browser: Browser) -> None:
    prove(browser, citizen("he"))
    assert "实名等级不够" in text(browser.sign_in("qian", "connect"))


def test_one_identity_at_two_local_accounts(connected: Idp, browser: Browser) -> None:
    browser.sign_in("he")
    first = browser.account_id
    world = w.build()
    staff = people.create_staff("周禾生", person=Person.objects.get(name="周禾生"), demo=True)
    post = people.define_post("P-oidc", "承办", ("case_officer",))
    people.appoint(staff, world["甲东县局"], post)
    office = access.create_staff_account(staff, username="staff-he", password=PASSWORD, must_change=False)
    second = Browser()
    prove(second, office)
    answer = second.sign_in("he", "connect")
    assert answer.status_code == 409
    assert "另一个账号" in text(answer)
    assert SocialAccount.objects.get().user_id == first


def test_staff_are_linked_and_posts_decide_what_they_may(connected: Idp, browser: Browser) -> None:
    world = w.build()
    staff = people.create_staff("沈志远", demo=True)
    people.appoint(staff, world["甲东县局"], people.define_post("P-oidc", "承办", ("case_officer",)))
    office = access.create_staff_account(staff, username="staff-shen", password=PASSWORD, must_change=False)
    prove(browser, office)
    assert browser.sign_in("shen", "connect")["Location"] == "/my/account/"
    other = Browser()
    other.sign_in("shen")
    assert other.account_id == office.pk
    assert other.client.get("/desk/").status_code == 200
    named_otherwise = people.create_staff("韩别人", demo=True)
    second = access.create_staff_account(named_otherwise, username="staff-han", password=PASSWORD, must_change=False)
    third = Browser()
    prove(third, second)
    assert "不是同一个人" in text(third.sign_in("lin", "connect"))


def test_the_second_factor_is_asked_here_too(connected: Idp, browser: Browser) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    browser.sign_in("he")
    account = Account.objects.get(pk=browser.account_id)
    TOTP.activate(account, generate_totp_secret())
    other = Browser()
    answer = other.sign_in("he")
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert other.account_id is None


def test_administrators_are_not_linked(connected: Idp, browser: Browser) -> None:
    member = people.create_staff("沈志远", demo=True)
    admin = access.appoint_admin("SYSTEM_ADMIN", username="admin-1", password=PASSWORD, staff=member, must_change=False)
    prove(browser, admin)
    assert browser.sign_in("shen", "connect").status_code == 403
    assert not SocialAccount.objects.exists()


def test_unlinking_never_takes_the_last_way_in(connected: Idp, browser: Browser) -> None:
    browser.sign_in("he")
    link = SocialAccount.objects.get()
    answer = browser.client.post("/my/account/", {"do": "unlink", "link": link.pk}, follow=True)
    assert "无法登录" in text(answer)
    assert SocialAccount.objects.filter(pk=link.pk).exists()
    browser.client.post("/account/3rdparty/", {"account": link.pk})
    assert SocialAccount.objects.filter(pk=link.pk).exists()
    browser.client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert Account.objects.get(pk=browser.account_id).has_usable_password()
    browser.client.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.client.post("/my/account/", {"do": "unlink", "link": link.pk})
    assert not SocialAccount.objects.exists()


def test_a_changed_number_behind_a_linked_identity_is_refused(connected: Idp, browser: Browser) -> None:
    browser.sign_in("he")
    account = Account.objects.get(pk=browser.account_id)
    other, _ = people.register_person(name="何别人", id_no=numbers()["lin"]["id_number"], demo=True)
    Account.objects.filter(pk=account.pk).update(person=other)
    second = Browser()
    assert second.sign_in("he").status_code == 409
    assert second.account_id is None


def test_disabled_and_locked_accounts_stay_closed(connected: Idp, browser: Browser) -> None:
    browser.sign_in("he")
    Account.objects.filter(pk=browser.account_id).update(is_active=False)
    other = Browser()
    assert other.sign_in("he").status_code == 403
    assert other.account_id is None


def test_a_state_is_used_once_and_belongs_to_one_browser(connected: Idp, browser: Browser) -> None:
    address = browser.sign_in_outside(browser.go()["Location"], "he")
    stranger = Browser()
    refused = stranger.back(address)
    assert refused.status_code == 400
    assert "从登录页面重新开始" in text(refused)
    assert stranger.account_id is None
    assert browser.back(address).status_code == 302
    browser.client.logout()
    replayed = browser.back(address)
    assert replayed.status_code == 400
    assert browser.account_id is None


@pytest.mark.parametrize(
    "kind", ["nonce", "no-nonce", "issuer", "audience", "expired", "subject", "signature", "key", "none"]
)
def test_a_wrong_token_signs_nobody_in(connected: Idp, browser: Browser, kind: str) -> None:
    address = browser.sign_in_outside(browser.go()["Location"], "he")
    connected.wrong(kind)
    answer = browser.back(address)
    assert answer.status_code == 400, kind
    assert "没有通过安全检查" in text(answer)
    assert browser.account_id is None
    assert not Account.objects.filter(username__startswith="yh").exists()


def test_cancelled_and_refused_by_the_provider(connected: Idp, browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.go()["Location"]).query)["state"][0]
    answer = browser.client.get(f"{LOGIN}callback/", {"error": "access_denied", "state": state})
    assert "取消了登录" in text(answer)
    state = parse_qs(urlsplit(browser.go()["Location"]).query)["state"][0]
    answer = browser.client.get(
        f"{LOGIN}callback/", {"error": "server_error", "error_description": "<b>secret</b>", "state": state}
    )
    assert answer.status_code == 502
    assert "secret" not in text(answer)


def test_a_code_that_the_provider_does_not_know(connected: Idp, browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.go()["Location"]).query)["state"][0]
    answer = browser.client.get(f"{LOGIN}callback/", {"code": "made-up", "state": state})
    assert answer.status_code == 502
    assert browser.account_id is None


def test_the_provider_is_down(settings: Any, browser: Browser) -> None:
    cache.clear()
    own = Idp(numbers())
    connect(settings, own.issuer)
    address = browser.sign_in_outside(browser.go()["Location"], "he")
    own.stop()
    answer = browser.back(address)
    assert answer.status_code == 503
    assert "请过几分钟再试" in text(answer)
    cache.clear()
    assert browser.go().status_code == 503
    assert browser.account_id is None


def test_an_issuer_that_calls_itself_otherwise_is_refused(settings: Any, idp: Idp, browser: Browser) -> None:
    cache.clear()
    connect(settings, idp.issuer.replace("127.0.0.1", "localhost"))
    assert browser.go().status_code == 400


def test_signing_out_leads_through_the_provider(connected: Idp, browser: Browser) -> None:
    browser.sign_in("he")
    answer = browser.client.post("/account/logout/")
    target = urlsplit(answer["Location"])
    assert f"{target.scheme}://{target.netloc}" == connected.issuer
    assert parse_qs(target.query) == {"client_id": ["xiezhi"], "post_logout_redirect_uri": ["http://testserver/"]}
    assert browser.account_id is None
    assert browser.outside.get(answer["Location"], timeout=10).status_code == 200
    local = citizen("lin")
    second = Browser()
    sign_in_locally(second, local)
    assert second.client.post("/account/logout/")["Location"] == "/"
