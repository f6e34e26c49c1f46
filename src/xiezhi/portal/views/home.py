"""首页, 办事 and 办事指南: from the person's question to the service, and everything the law says about it."""

from __future__ import annotations

from types import SimpleNamespace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from xiezhi.kernel.access.guards import PUBLIC, guard
from xiezhi.kernel.access.subject import of_request
from xiezhi.portal import guide as guides
from xiezhi.portal import news
from xiezhi.portal.limits import limited
from xiezhi.ui import plug


@guard(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """The question first, then errands, own matters, announcements."""
    context = {"section": "home", "services": guides.services(), "news": news.announcements(5)}
    return render(request, "portal/home.html", context)


@guard(PUBLIC)
@limited("search", 60, 60, ("GET",))
def services(request: HttpRequest) -> HttpResponse:
    """All services, or those that fit what was typed. A single hit opens its guide."""
    text = request.GET.get("q", "").strip()[:100]
    found = guides.find(text) if text else guides.services()
    if text and len(found) == 1:
        return redirect(found[0].address)
    context = {"section": "services", "q": text, "found": found, "everything": guides.services()}
    return render(request, "portal/services.html", context)


@guard(PUBLIC)
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """The service guide in the national fields, generated from the procedure."""
    from xiezhi.ui.flow import FLOWS

    try:
        found = guides.guide(code)
    except LookupError:
        raise Http404 from None
    flow = FLOWS.get(found.procedure.code)
    names = {
        "office": "办理机构", "audience": "服务对象", "ways": "申请方式", "fees": "收费", "conditions": "受理条件",
        "materials": "申请材料", "limits": "办理期限", "rights": "您的权利", "results": "结果",
    }  # fmt: skip
    lines = {key: found.lines(name) for key, name in names.items()}
    panels = plug.panels_for(
        "guide", request, SimpleNamespace(procedure=found.procedure.code), None, of_request(request)
    )
    # 通俗版 says the usual course in the sentences the applicant reads anyway.
    steps = [str(e.plain) for e in found.procedure.events.values() if e.primary and e.plain][:6]
    context = {"section": "services", "guide": found, "flow": flow, "panels": panels, "plain_steps": steps, **lines}
    return render(request, "portal/guide.html", context)


@guard(PUBLIC)
def announcements(request: HttpRequest) -> HttpResponse:
    """Everything announced today."""
    return render(request, "portal/news.html", {"section": "home", "news": news.announcements()})


@guard(PUBLIC)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", {"section": ""})


@guard(PUBLIC)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/privacy.html", {"section": ""})


@guard(PUBLIC)
def about(request: HttpRequest) -> HttpResponse:
    from xiezhi import __version__

    return render(request, "portal/about.html", {"section": "", "version": __version__})


@guard(PUBLIC)
@limited("units", 120, 60, ("GET",))
def unit_search(request: HttpRequest) -> HttpResponse:
    """Units by name, as radio buttons for a form; names of public bodies are public."""
    from xiezhi.kernel.procedures.declare import Field, Kind
    from xiezhi.ui.forms import build_form

    name = request.GET.get("field", "unit")[:60]
    if not name.replace("_", "").replace(".", "").replace("-", "").isalnum():
        raise Http404
    query = str(next((v for k, v in request.GET.items() if k.endswith(".q")), request.GET.get("q", "")))[:60]
    form = build_form([Field(name, _("单位"), Kind.UNIT)], {}, queries={name: query})
    return render(request, "ui/unit_choices.html", {"f": form[name]})
