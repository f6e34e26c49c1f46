"""From a provider's identity to an account: found, made, linked, or refused in words.

Rules. The identity number decides who somebody is, never the name or the telephone. Two numbers are two persons, always.
An account that exists is opened by its own password first; the provider alone never takes it over. An identity without
sufficient assurance gives an account without a person. One identity opens one account.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.access import services as access
from xiezhi.kernel.access.journal import log_security
from xiezhi.kernel.access.models import Account, AccountKind, SecurityEventKind
from xiezhi.kernel.access.oidc.claims import Identity
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.models import Person

__all__ = [
    "Refusal", "account_to_prove", "check_link", "check_sign_in", "complete_pending", "create_account", "keep_pending",
    "links_of", "pending", "refusal_page", "unlink",
]  # fmt: skip

log = logging.getLogger("xiezhi.access.oidc")

PENDING = "oidc.pending"
PENDING_FOR = timedelta(minutes=15)

WORDS = {
    "CANCELLED": (200, _("您没有完成登录"), _("您在统一身份认证的页面上取消了登录。需要时可以重新登录，也可以使用本网的用户名和密码。")),
    "DOWN": (503, _("统一身份认证暂时连不上"), _("统一身份认证平台现在没有应答，不是您的操作有误。请过几分钟再试，也可以使用本网的用户名和密码登录。")),
    "STATE": (400, _("这次登录已经失效"), _("登录页面停留太久，或者这个地址已经用过一次。为了您的账号安全，请从登录页面重新开始。")),
    "TOKEN": (400, _("没有通过安全检查"), _("统一身份认证返回的信息没有通过安全检查，本网没有让任何人登录。请重新登录；反复出现的，请拨打服务热线。")),
    "PROVIDER": (502, _("统一身份认证没有完成登录"), _("统一身份认证平台没有完成这次登录。请重新登录，或者使用本网的用户名和密码。")),
    "AGAIN": (409, _("请再登录一次"), _("刚才同时有两次登录，本网只处理了一次。请再登录一次。")),
    "TOO_MANY": (429, _("登录过于频繁"), _("这台设备短时间内登录次数太多，请过十分钟再试。")),
    "SIGN_IN_FIRST": (403, _("请先登录"), _("关联统一身份认证之前，请先用用户名和密码登录本网的账号。")),
    "CLOSED": (403, _("该账号现在不能登录"), _("关联的账号已停用或者暂时锁定。请过15分钟再试；仍不能登录的，请到窗口或者联系管理员。")),
    "OTHER_PERSON": (409, _("身份信息不一致"), _("统一身份认证的证件号码与本网账号登记的不是同一个人，不能登录或者关联。请核对是不是用错了账号；登记有误的，请携带身份证件到窗口更正。")),
    "NAME": (409, _("姓名不一致"), _("该证件号码在本网登记的是另一个姓名。改过姓名的，请携带身份证件到窗口更正。")),
    "NOT_VERIFIED": (409, _("统一身份认证还没有实名"), _("您的统一身份认证账号实名等级不够，不能与已经实名的账号关联。请先在统一身份认证平台完成高级别实名认证。")),
    "TAKEN": (409, _("已经关联了另一个账号"), _("这个统一身份认证账号已经关联了本网的另一个账号。请先登录那个账号解除关联。")),
    "ONE_ONLY": (409, _("这个账号已经关联"), _("一个账号只能关联一个统一身份认证账号。需要更换的，请先解除原来的关联。")),
    "PERSON_HAS_ACCOUNT": (409, _("您另有一个实名账号"), _("您的证件号码已经有一个本网账号。请登录那个账号后再关联。")),
    "ADMIN": (403, _("管理员账号不能关联"), _("系统管理员、安全管理员、审计管理员只能用本网的密码和动态口令登录。")),
    "LAST_WAY": (409, _("这是唯一的登录方式"), _("解除后您将无法登录。请先在“安全”中设置密码，再解除关联。")),
}  # fmt: skip


class Refusal(Exception):  # a decision with words, like Forbidden
    """The sign-in or the linking goes no further; `code` chooses the words for the person."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def text(self) -> str:
        return str(WORDS[self.code][2])


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page that says what happened and what to do now."""
    status, title, text = WORDS[refusal.code]
    # The reason alone: neither the identity nor anything the provider sent is written down.
    log.info("sign-in through the provider refused: %s", refusal.code)
    return render(
        request, "socialaccount/refused.html", {"title": title, "text": text, "code": refusal.code}, status=status
    )


def _same_number(person: Person, identity: Identity) -> bool:
    return person.id_type == identity.id_type and person.id_hash is not None and bytes(person.id_hash) == (
        people.identity_hash(identity.id_type, identity.id_no)
    )  # fmt: skip


def _person_of(account: Account) -> Person | None:
    return account.person or (account.staff.person if account.staff is not None else None)


def _known_person(identity: Identity) -> Person | None:
    """The person with the verified number. Raises Refusal where the name is another."""
    wanted = people.identity_hash(identity.id_type, identity.id_no)
    person = Person.objects.filter(id_type=identity.id_type, id_hash=wanted).first()
    if person is not None and person.name != identity.name:
        raise Refusal("NAME")
    return person


def _note_verified(person: Person, identity: Identity) -> None:
    changed = []
    if person.verified_at is None:
        person.verified_at, person.verified_by = clock.now(), str(settings.OIDC["name"])[:40]
        changed += ["verified_at", "verified_by"]
    if identity.phone and not person.phone:
        people.update_person(person, phone=identity.phone)
    if changed:
        person.save(update_fields=changed)


def account_to_prove(identity: Identity) -> Account | None:
    """The citizen's account that already belongs to this verified person: its password comes first."""
    if not identity.verified:
        return None
    person = _known_person(identity)
    if person is None:
        return None
    return Account.objects.filter(person=person, kind=AccountKind.CITIZEN).first()


def check_sign_in(account: Account, identity: Identity) -> None:
    """A linked account may be opened: it is open, and the number is still its person's. Raises Refusal."""
    locked = account.locked_until is not None and account.locked_until > clock.now()
    if not account.is_active or locked:
        raise Refusal("CLOSED")
    if account.kind in (AccountKind.ADMIN, AccountKind.SERVICE):
        raise Refusal("ADMIN")
    if not identity.verified:
        return
    person = _person_of(account)
    if person is not None and person.id_hash is not None:
        if not _same_number(person, identity):
            raise Refusal("OTHER_PERSON")
        _note_verified(person, identity)
    elif account.kind == AccountKind.CITIZEN and person is None:
        _give_person(account, identity)


@transaction.atomic
def _give_person(account: Account, identity: Identity) -> None:
    """An account without a person learns who its owner is. Raises Refusal where that person has an account."""
    _known_person(identity)
    person, _created = people.register_person(
        name=identity.name, id_type=identity.id_type, id_no=identity.id_no, phone=identity.phone, demo=settings.DEMO
    )
    if Account.objects.filter(person=person, kind=AccountKind.CITIZEN).exclude(pk=account.pk).exists():
        raise Refusal("PERSON_HAS_ACCOUNT")
    _note_verified(person, identity)
    account.person = person
    account.save(update_fields=["person"])


@transaction.atomic
def create_account(identity: Identity) -> Account:
    """The account of a first sign-in, without a password. Raises Refusal; IntegrityError where two came at once."""
    person = None
    if identity.verified:
        _known_person(identity)
        person, _created = people.register_person(
            name=identity.name, id_type=identity.id_type, id_no=identity.id_no, phone=identity.phone, demo=settings.DEMO
        )
        _note_verified(person, identity)
    account = Account.objects.create_user(
        _free_name(),
        kind=AccountKind.CITIZEN,
        person=person,
        demo=settings.DEMO,
        phone_hash=people.phone_hash(identity.phone) if identity.phone else None,
    )
    log_security(SecurityEventKind.ACCOUNT_CREATED, account, None, account_kind=account.kind, way="OIDC")
    return account


def _free_name() -> str:
    while True:
        name = f"yh{secrets.randbelow(10**10):010d}"
        if not Account.objects.filter(username=name).exists():
            return name


def check_link(account: Account, identity: Identity, *, provider_id: str) -> None:
    """Whether a signed-in account may be linked to this identity; a verified one may bring its person. Raises Refusal."""
    if account.kind in (AccountKind.ADMIN, AccountKind.SERVICE):
        raise Refusal("ADMIN")
    linked = SocialAccount.objects.filter(provider=provider_id, uid=identity.key).first()
    if linked is not None and linked.user_id != account.pk:
        raise Refusal("TAKEN")
    if SocialAccount.objects.filter(provider=provider_id, user=account).exclude(uid=identity.key).exists():
        raise Refusal("ONE_ONLY")
    person = _person_of(account)
    if account.kind == AccountKind.STAFF:
        if not identity.verified:
            raise Refusal("NOT_VERIFIED")
        assert account.staff is not None
        if person is not None and person.id_hash is not None:
            if not _same_number(person, identity):
                raise Refusal("OTHER_PERSON")
        elif account.staff.name != identity.name:
            raise Refusal("OTHER_PERSON")
    elif person is not None:
        if not identity.verified:
            raise Refusal("NOT_VERIFIED")
        if person.id_hash is None or not _same_number(person, identity):
            raise Refusal("OTHER_PERSON")
        if person.name != identity.name:
            raise Refusal("NAME")
        _note_verified(person, identity)
    elif identity.verified:
        _give_person(account, identity)


def keep_pending(request: HttpRequest, account: Account, identity: Identity, login: Any) -> None:
    """Remember, in the session alone, what is to be linked once the account has proved itself."""
    request.session[PENDING] = {
        "provider": login.account.provider, "uid": login.account.uid, "account": account.pk,
        "extra": login.account.extra_data, "until": (clock.now() + PENDING_FOR).timestamp(),
    }  # fmt: skip


def pending(request: HttpRequest) -> dict[str, Any] | None:
    """What waits to be linked to the signed-in account, None where nothing does or it has waited too long."""
    found = request.session.get(PENDING)
    if not isinstance(found, dict) or found["until"] < clock.now().timestamp():
        return None
    return found if request.user.is_authenticated and found["account"] == request.user.pk else None


@transaction.atomic
def complete_pending(request: HttpRequest, account: Account) -> bool:
    """Link what waited, now that the owner signed in by the account's own means. Raises Refusal."""
    found = pending(request)
    request.session.pop(PENDING, None)
    if found is None:
        return False
    linked = SocialAccount.objects.filter(provider=found["provider"], uid=found["uid"]).first()
    if linked is not None and linked.user_id != account.pk:
        raise Refusal("TAKEN")
    if linked is None:
        if SocialAccount.objects.filter(provider=found["provider"], user=account).exists():
            raise Refusal("ONE_ONLY")
        SocialAccount.objects.create(
            user=account, provider=found["provider"], uid=found["uid"], extra_data=found["extra"]
        )
        note_linked(account, terminal=access.terminal_of(request))
    return True


def note_linked(account: Account, *, terminal: str = "") -> None:
    log_security(SecurityEventKind.LINKED, account, account, terminal=terminal)


def links_of(account: Account) -> list[SocialAccount]:
    """The provider's accounts that open this one."""
    return list(SocialAccount.objects.filter(user=account).order_by("pk"))


@transaction.atomic
def unlink(account: Account, link_id: int, *, terminal: str = "") -> None:
    """解除关联, never of the last way in. Raises Refusal."""
    locked = Account.objects.select_for_update().get(pk=account.pk)
    link = SocialAccount.objects.filter(user=locked, pk=link_id).first()
    if link is None:
        return
    others = SocialAccount.objects.filter(user=locked).exclude(pk=link.pk).exists()
    if not locked.has_usable_password() and not others:
        raise Refusal("LAST_WAY")
    link.delete()
    log_security(SecurityEventKind.UNLINKED, account, account, terminal=terminal)
