"""Accounts: sign-in, locks, passwords, three separated administrators, grants, tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from tests.kernel import world as w
from xiezhi.kernel.access import selectors, services
from xiezhi.kernel.access.models import Account, AdminRole, RoleGrant, SecurityEvent
from xiezhi.kernel.access.permissions import Forbidden
from xiezhi.kernel.access.subject import of_account
from xiezhi.kernel.calendar import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, freeze) -> w.World:
    from django.core.cache import cache

    cache.clear()
    freeze("2026-03-05 09:00")
    return w.build()


def sign_in(client: Client, username: str, password: str):
    return client.post(reverse("account_login"), {"login": username, "password": password})


def test_callers_behind_a_proxy_are_counted_one_by_one(rf, settings) -> None:
    from xiezhi.kernel.access.adapters import AccountAdapter

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert AccountAdapter().get_client_ip(request) == "203.0.113.9"
    settings.SECURE_PROXY_SSL_HEADER = None
    assert AccountAdapter().get_client_ip(request) == "127.0.0.1"


def test_sign_in_and_out(world, client) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))
    assert sign_in(client, account.username, w.PASSWORD).status_code == 302
    assert client.session["_auth_user_id"] == str(account.pk)
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session
    kinds = list(SecurityEvent.objects.filter(account=account).order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["SIGNED_IN", "SIGNED_OUT"]


def test_five_failures_lock_for_a_quarter_of_an_hour(world, client, freeze) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))
    for _ in range(5):
        page = sign_in(client, account.username, "wrong-password-1")
        assert page.status_code == 200
    page = sign_in(client, account.username, w.PASSWORD)
    assert page.status_code == 200 and "锁定" in page.content.decode()
    freeze("2026-03-05 09:16")
    assert sign_in(client, account.username, w.PASSWORD).status_code == 302


def test_unknown_names_look_the_same(world, client) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))

    def answers(name: str) -> list[str]:
        found = []
        for _ in range(6):
            form = sign_in(Client(), name, "wrong-password-1").context["form"]
            found.append(str(form.errors))
        return found

    assert answers(account.username) == answers("nobody-here")


def test_failures_far_apart_do_not_add_up(world, freeze) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))
    for hour in range(10, 18):
        freeze(f"2026-03-05 {hour}:00")
        services.record_failure(account.username)
    assert not services.is_locked(account.username)


def test_security_admin_unlocks(world) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))
    for _ in range(5):
        services.record_failure(account.username)
    assert services.is_locked(account.username.upper())
    with pytest.raises(services.AccessError, match="安全管理员"):
        services.unlock(account, actor=w.admin(AdminRole.SYSTEM_ADMIN))
    services.unlock(account, actor=w.admin(AdminRole.SECURITY_ADMIN))
    assert not services.is_locked(account.username)


def test_passwords(world) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))
    for weak in ("short", "1234567890123", "password123", ""):
        with pytest.raises(ValidationError):
            services.change_password(account, weak)
    with pytest.raises(ValidationError, match="相同"):
        services.change_password(account, w.PASSWORD)
    services.reset_password(account, "another-horse-9", actor=w.admin("SECURITY_ADMIN"))
    assert account.must_change_password
    services.change_password(account, "third-horse-10")
    assert not account.must_change_password


def test_a_given_password_must_be_changed_first(world, client) -> None:
    account = services.create_staff_account(w.staff(unit=world["甲市局"]), username="newcomer", password=w.PASSWORD)
    client.force_login(account)
    page = client.get("/reference/")
    assert page.status_code in (302, 403)
    assert client.get(reverse("account_change_password")).status_code == 200
    client.post(
        reverse("account_change_password"),
        {"oldpassword": w.PASSWORD, "password1": "fresh-horse-77", "password2": "fresh-horse-77"},
    )
    account.refresh_from_db()
    assert not account.must_change_password and account.check_password("fresh-horse-77")


def test_second_factor_is_asked_of_staff_only(world, client, settings) -> None:
    from xiezhi.kernel.access.models import AccountKind

    settings.MFA_REQUIRED_FOR_STAFF = True
    system = w.admin("SYSTEM_ADMIN")
    client.force_login(system)
    page = client.get("/reference/")
    assert page.status_code == 302 and page.url == reverse("mfa_activate_totp")
    citizen = w.citizen(w.person())
    assert citizen.kind == AccountKind.CITIZEN
    client.force_login(citizen)
    assert client.get(reverse("account_email")).status_code in (200, 302)


def test_secrets_of_the_second_factor_are_sealed(world) -> None:
    from allauth.mfa.adapter import get_adapter

    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSW" not in sealed and get_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_citizens_register_once_with_real_name(world, settings) -> None:
    settings.DEMO = True
    data = {"password": w.PASSWORD, "name": "王小明", "id_no": "990000199001010017", "phone": "13800001234"}
    account = services.register_citizen(username="xiaoming", **data)
    assert account.person.verified_by == "演示实名核验" and account.demo
    with pytest.raises(services.AccessError, match="已注册"):
        services.register_citizen(username="xiaoming2", **data)
    with pytest.raises(services.AccessError, match="已被使用"):
        services.register_citizen(username="XiaoMing", **data | {"id_no": "990000198512315029", "name": "李丽"})
    with pytest.raises(services.AccessError, match="不一致"):
        services.register_citizen(username="other", **data | {"name": "李四"})


def test_there_is_no_open_sign_up_of_the_package(world, client) -> None:
    page = client.post(
        reverse("account_signup"), {"username": "x1x", "password1": "a-b-c-d-e-1", "password2": "a-b-c-d-e-1"}
    )
    assert page.status_code in (200, 403) and not Account.objects.filter(username="x1x").exists()


def test_nobody_holds_two_administrator_offices(world) -> None:
    human = w.staff("一人")
    w.admin("SYSTEM_ADMIN", human)
    for role in ("SECURITY_ADMIN", "AUDIT_ADMIN"):
        with pytest.raises(services.AccessError, match="不同人员"):
            w.admin(role, human)
    with pytest.raises(IntegrityError, match="access_one_office_per_human"), transaction.atomic():
        Account.objects.create_user("sneaky", kind="ADMIN", admin_role="AUDIT_ADMIN", staff=human)
    with pytest.raises(IntegrityError, match="access_account_admin_role"), transaction.atomic():
        Account.objects.create_user("sneaky", kind="STAFF", admin_role="AUDIT_ADMIN", staff=w.staff())


def test_the_same_human_through_person_and_staff(world) -> None:
    person = w.person("两面")
    member = w.staff("两面")
    member.person = person
    member.save()
    services.appoint_admin("SYSTEM_ADMIN", username="as-person", password=w.PASSWORD, person=person)
    with pytest.raises(services.AccessError, match="不同人员"):
        w.admin("AUDIT_ADMIN", member)
    with pytest.raises(IntegrityError, match="access_one_office_per_human"), transaction.atomic():
        Account.objects.create_user("as-staff", kind="ADMIN", admin_role="AUDIT_ADMIN", staff=member)


def test_administrators_have_no_part_in_matters(world) -> None:
    human = w.staff("管理员", world["甲市局"])
    security = w.admin("SECURITY_ADMIN", human)
    subject = of_account(security)
    assert subject.roles == {"SECURITY_ADMIN"} and not subject.held and subject.person_id is None
    other = w.admin("SECURITY_ADMIN")
    with pytest.raises(services.AccessError, match="管理员不参与办件"):
        services.grant_role(
            w.admin("AUDIT_ADMIN"), "case_officer", world["甲市局"], approved_by=other, reason="试", purposes_=["HANDLE"],
            valid_to=clock.now() + timedelta(days=1),
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="access_administrator_without_roles"), transaction.atomic():
        RoleGrant.objects.create(
            grantee=security, role="case_officer", unit=world["甲市局"], purposes=["HANDLE"], reason="试", approved_by=other,
            valid_from=clock.now(), valid_to=clock.now() + timedelta(days=1), created_at=clock.now(),
        )  # fmt: skip


def grant(world, **change):
    grantee = change.pop("grantee", None) or w.account(w.staff(unit=world["甲市局"]))
    data = {
        "approved_by": w.admin("SECURITY_ADMIN"),
        "reason": "专项检查",
        "purposes_": ["SUPERVISE"],
        "valid_to": clock.now() + timedelta(days=30),
        "reach": "SUBTREE",
    } | change
    return services.grant_role(grantee, data.pop("role", "supervisor"), world["甲市府"], **data)


def test_grants_have_purposes_and_an_end(world, freeze) -> None:
    given = grant(world)
    assert of_account(given.grantee).reaches(world["甲东县局"], "supervisor")
    services.revoke_role(given, actor=w.admin("SECURITY_ADMIN"))
    assert not of_account(given.grantee).has("supervisor")
    second = grant(world)
    freeze("2026-04-05 09:00")
    assert not of_account(second.grantee).has("supervisor")
    assert not selectors.grants_in_force().exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"valid_to": timedelta(days=400)}, "最长一年"),
        ({"valid_to": timedelta(days=-1)}, "晚于"),
        ({"reason": " "}, "事由"),
        ({"purposes_": []}, "目的"),
        ({"role": "SYSTEM_ADMIN"}, "不能通过授权"),
        ({"role": "unknown"}, "不能通过授权"),
    ],
)
def test_refused_grants(world, change, says) -> None:
    if "valid_to" in change:
        change = change | {"valid_to": clock.now() + change["valid_to"]}
    with pytest.raises(services.AccessError, match=says):
        grant(world, **change)


def test_nobody_grants_to_himself_even_through_a_second_account(world) -> None:
    human = w.staff("同一人", world["甲市局"])
    with pytest.raises(services.AccessError, match="本人"):
        grant(world, grantee=w.account(human), approved_by=w.admin("SECURITY_ADMIN", human))
    with pytest.raises(services.AccessError, match="安全管理员"):
        grant(world, approved_by=w.admin("SYSTEM_ADMIN"))


def test_tokens(world, freeze) -> None:
    security = w.admin("SECURITY_ADMIN")
    expires = clock.now() + timedelta(days=90)
    service, token = services.issue_token(
        name="省平台", unit=world["省厅"], scopes=["matter.*"], expires_at=expires, actor=security
    )
    account = services.account_of_token(token)
    assert account is not None and token not in str(vars(service))
    subject = of_account(account)
    assert subject.in_scope("matter.read") and not subject.in_scope("person.read") and subject.has("service")
    assert services.account_of_token(token + "x") is None and services.account_of_token("") is None
    services.revoke_token(service, actor=security)
    assert services.account_of_token(token) is None
    _, second = services.issue_token(name="二", unit=world["省厅"], scopes=[], expires_at=expires, actor=security)
    freeze("2026-06-30 09:00")
    assert services.account_of_token(second) is None


def test_service_accounts_cannot_sign_in_at_the_door(world, client) -> None:
    service, _ = services.issue_token(
        name="省平台",
        unit=world["省厅"],
        scopes=[],
        expires_at=clock.now() + timedelta(days=1),
        actor=w.admin("SECURITY_ADMIN"),
    )
    service.account.set_password(w.PASSWORD)
    service.account.save()
    assert sign_in(client, service.account.username, w.PASSWORD).status_code == 200
    assert "_auth_user_id" not in client.session


def test_disabled_accounts_are_out_at_once(world, client) -> None:
    account = w.account(w.staff(unit=world["甲市局"]))
    client.force_login(account)
    services.set_active(account, False, actor=w.admin("SYSTEM_ADMIN"))
    assert client.get(reverse("account_change_password")).status_code == 302
    assert not of_account(account).signed_in


def test_only_the_audit_administrator_reads_logs(world) -> None:
    assert selectors.security_events(of_account(w.admin("AUDIT_ADMIN"))).exists()
    for account in (w.admin("SYSTEM_ADMIN"), w.admin("SECURITY_ADMIN"), w.account(w.staff(unit=world["省厅"]))):
        with pytest.raises(Forbidden):
            selectors.security_events(of_account(account))
        with pytest.raises(Forbidden):
            selectors.readings(of_account(account))


def test_the_application_cannot_rewrite_logs(world) -> None:
    w.account(w.staff())
    for change in (SecurityEvent.objects.all().delete, lambda: SecurityEvent.objects.update(terminal="x")):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_reference_screens_are_for_the_system_administrator(world, client) -> None:
    client.force_login(w.admin("SYSTEM_ADMIN"))
    assert client.get("/reference/people/post/").status_code == 200
    assert client.get("/reference/units/division/").status_code == 200
    assert client.get("/reference/auth/group/").status_code == 403
    client.force_login(w.admin("SECURITY_ADMIN"))
    assert client.get("/reference/people/post/").status_code == 403
