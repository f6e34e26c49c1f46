"""实名核验 of an account that came without a person: a sign-in through the provider with low assurance."""

from __future__ import annotations

from django.db import transaction

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.access.services import AccessError
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.people import services as people
from xiezhi.kernel.people.adapters import real_name_check
from xiezhi.kernel.people.models import Person

__all__ = ["give_person"]


@transaction.atomic
def give_person(account: Account, *, name: str, id_type: str, id_no: str, phone: str = "") -> Person:
    """The person behind an account, once name and number are confirmed. One account a person.

    Raises AccessError, PeopleError, InvalidNumber, AdapterUnavailable.
    """
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if locked.kind != AccountKind.CITIZEN or locked.person_id is not None:
        raise AccessError("该账号已经实名，不需要再核验。")
    number = people.normalize_id(id_type, id_no)
    result = real_name_check().check(name.strip(), id_type, number)
    if not result.confirmed:
        raise AccessError(result.reason or "实名核验未通过，请核对姓名和证件号码。")
    person, _ = people.register_person(name=name, id_type=id_type, id_no=number, phone=phone, demo=result.demo)
    if Account.objects.filter(person=person, kind=AccountKind.CITIZEN).exists():
        raise AccessError("该证件号码已经有一个本网账号，请登录那个账号；需要用统一身份认证登录的，登录后再关联。")
    if person.verified_at is None:
        person.verified_at, person.verified_by = clock.now(), result.channel
        person.save(update_fields=["verified_at", "verified_by"])
    locked.person = person
    locked.phone_hash = people.phone_hash(phone) if phone else locked.phone_hash
    locked.save(update_fields=["person", "phone_hash"])
    account.person = person
    return person
