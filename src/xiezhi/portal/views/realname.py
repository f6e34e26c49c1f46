"""实名核验 for an account without a person; nobody files an application before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from xiezhi.kernel.access import realname
from xiezhi.kernel.access.guards import LOGGED_IN, guard
from xiezhi.kernel.access.models import AccountKind
from xiezhi.kernel.access.services import AccessError
from xiezhi.kernel.people.adapters import AdapterUnavailable
from xiezhi.kernel.people.services import PeopleError
from xiezhi.kernel.procedures.forms import Problem, coerce
from xiezhi.kernel.units.ids import InvalidNumber
from xiezhi.portal.limits import limited
from xiezhi.portal.views.account import SIGNUP
from xiezhi.ui.forms import build_form, parse

FIELDS = tuple(f for f in SIGNUP if f.name != "username")


@guard(LOGGED_IN)
@sensitive_post_parameters("id_no", "phone")
@limited("realname", 10, 3600)
def verify(request: HttpRequest) -> HttpResponseBase:
    """Name and number, confirmed once; then back to where the person came from."""
    account: Any = request.user
    target = request.POST.get("next") or request.GET.get("next") or ""
    back = target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else reverse("portal:account")
    if account.kind != AccountKind.CITIZEN or account.person_id is not None:
        return redirect(back)
    raw: dict[str, Any] = {"id_type": "RESIDENT"}
    problems: list[Problem] = []
    if request.method == "POST":
        raw = parse(FIELDS, request.POST)
        values, problems = coerce(FIELDS, raw)
        if not problems:
            try:
                realname.give_person(account, **{k: str(values[k]) for k in ("name", "id_type", "id_no", "phone")})
            except (AccessError, PeopleError, InvalidNumber) as error:
                text = str(error)
                problems = [Problem("REFUSED", text, "phone" if "手机" in text else "id_no")]
            except AdapterUnavailable as error:
                problems = [Problem("UNAVAILABLE", str(error))]
            else:
                messages.success(request, _("实名核验通过。"))
                return redirect(back)
    context = {"section": "my", "form": build_form(FIELDS, raw, problems), "next": target}
    return render(request, "portal/my/realname.html", context, status=422 if problems else 200)
