"""Sign-in by user name and password, with locked accounts refused."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from asgiref.sync import sync_to_async

from xiezhi.kernel.access.models import Account, AccountKind
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.prepared import Prepared

_ACTIVE = Prepared(lambda pk: Account.objects.select_related("staff", "person").filter(pk=pk, is_active=True), int)


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Loads an account with its person and staff in one statement; programs and locked accounts cannot sign in."""

    def user_can_authenticate(self, user: Account) -> bool:
        locked = user.locked_until is not None and user.locked_until > clock.now()
        return bool(user.is_active and not locked and user.kind != AccountKind.SERVICE)

    def _check_password(self, user: Account | None, password: str) -> Account | None:
        checked: Account | None = super()._check_password(user, password)
        if checked is None and user is not None and user.is_active:
            # The package would let a refused account through to its "inactive" page, and to sign-in if it is active.
            self.unstash_authenticated_user()
        return checked

    def get_user(self, user_id: int) -> Account | None:
        account = _ACTIVE.first(user_id)
        return account if account is not None and account.kind != AccountKind.SERVICE else None

    async def aget_user(self, user_id: int) -> Account | None:
        found: Account | None = await sync_to_async(self.get_user)(user_id)
        return found

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return bool(user_obj.has_perm(perm, obj))
