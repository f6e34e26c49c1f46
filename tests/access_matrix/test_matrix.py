"""Every role at every address by every method, against the table people can read; outsiders learn nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests import factories
from tests.access_matrix.addresses import Nothing, Objects, address, methods, names_a_matter, skipped
from xiezhi.kernel.access import guards, table
from xiezhi.kernel.access import subject as subjects
from xiezhi.kernel.access.models import Account
from xiezhi.kernel.calendar import clock as wall
from xiezhi.kernel.ledger import publisher
from xiezhi.kernel.ledger.policy import NONE
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter, MatterEvent
from xiezhi.legal_services.legal_aid.models import AidAgency, AidProvider

pytestmark = pytest.mark.django_db
ROLES = [*factories.OFFICE_POSTS, "citizen", "SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN"]
OUTSIDERS = [
    "other_officer",
    "other_head",
    "other_organ_head",
    "other_respondent",
    "other_archivist",
    "other_clerk",
    "other_citizen",
]
SECRETS = ("陈晓岚", "13900000123", "望江路18号")


@pytest.fixture
def province(freeze: Callable[[str], None], settings: Any, tmp_path: Path) -> factories.Province:
    """A province in which every address has something to show: the office grants legal aid too, the citizen is in the roll
    of providers, and the ledger has published."""
    freeze(factories.NOW)
    found = factories.build()
    office, citizen = found.units["office"], found.accounts["citizen"]
    AidAgency.objects.create(unit=office, bureau=found.units["county"])
    AidProvider.objects.create(
        person=citizen.person, account=citizen, agency=office, kind=AidProvider.VOLUNTEER, registered_at=wall.now()
    )
    settings.LEDGER_DIR = str(tmp_path / "ledger")
    publisher.round_once(publisher.open_ledger(NONE))
    return found


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Whatever the request changes is taken back."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


class Visitor:
    """Somebody at the door, signed in anew for each request (a request may sign them out)."""

    def __init__(self, account: Account | None = None, token: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        self.token = token
        if account is not None:
            self.client.force_login(account)
        self.cookies = {k: v.value for k, v in self.client.cookies.items()}

    def ask(self, method: str, path: str) -> Any:
        self.client.cookies.clear()
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        more: dict[str, Any] = {"headers": {"Authorization": f"Bearer {self.token}"}} if self.token else {}
        if path.startswith("/api/") and method in ("POST", "PUT"):
            more |= {"data": b"{}", "content_type": "application/json"}
        with undone():
            return self.client.generic(method, path, **more)


def routes() -> list[guards.Route]:
    found = [r for r in guards.routes() if not skipped(r)]
    assert len(found) > 50
    return found


def to_login(answer: Any) -> bool:
    return answer.status_code == 302 and "/account/login/" in answer.headers["Location"]


def test_nobody_comes_in_without_signing_in(province: factories.Province) -> None:
    """Anonymous: public addresses answer, every other leads to the sign-in, or is 401 at the API."""
    objects, visitor = Objects(province.accepted()), Visitor()
    wrong = []
    for route in routes():
        for method in methods(route):
            answer = visitor.ask(method, address(route, objects))
            assert route.guard is not None
            if route.guard.public:
                fine = answer.status_code < 500
            elif route.path.startswith("/api/"):
                fine = answer.status_code == 401
            else:
                fine = to_login(answer)
            if not fine:
                wrong.append(f"{method} {route.path}: {answer.status_code}")
    assert not wrong, wrong


@pytest.mark.parametrize("role", ROLES)
def test_the_table_is_what_happens(province: factories.Province, role: str) -> None:
    """A mark in docs/access.md opens, a missing mark refuses; objects open to those whose part or reach it is."""
    matter = province.accepted()
    objects = Objects(matter)
    account = province.accounts[role]
    visitor, who = Visitor(account), subjects.of_account(account)
    marks = _marks(role)
    wrong = []
    for route in routes():
        path = address(route, objects)
        for method in methods(route):
            answer = visitor.ask(method, path)
            status = answer.status_code
            marked = marks.get(route.label)
            if marked is None:
                wrong.append(f"{route.label}: not in docs/access.md, run `make docs`")
            elif not marked and status not in (403, 404):
                wrong.append(f"{method} {path}: refused by the table, answered {status}")
            elif (
                marked
                and not names_a_matter(route)
                and "<" not in route.path
                and "{" not in route.path
                and status in (403, 404)
            ):
                if not _may_refuse(route, method):
                    wrong.append(f"{method} {path}: open by the table, answered {status}")
            elif (
                names_a_matter(route)
                and not policies.MATTER_READ.test(who, matter)
                and status not in (302, 403, 404, 405, 422)
            ):
                wrong.append(f"{method} {path}: not their matter, answered {status}")
            if status >= 500:
                wrong.append(f"{method} {path}: {status}")
    assert not wrong, "\n".join(wrong)


def _may_refuse(route: guards.Route, method: str) -> bool:
    """Open to the role, yet a refusal may follow from what the empty request asks for."""
    return method != "GET" or route.path.startswith(("/account/", "/api/persons", "/api/readings", "/media/"))


def _marks(role: str) -> dict[str, bool]:
    """One column of docs/access.md: address label to mark."""
    from xiezhi.kernel.access import roles as known

    lines = (Path(__file__).resolve().parents[2] / "docs" / "access.md").read_text(encoding="utf-8").splitlines()
    head = next(line for line in lines if line.startswith("| 地址 |"))
    column = [c.strip() for c in head.split("|")].index(known.title(role))
    out = {}
    for line in lines[lines.index(head) + 2 :]:
        cells = [c.strip() for c in line.replace("\\|", "\0").split("|")]
        if len(cells) > column:
            out[cells[1].strip("`").replace("\0", "|")] = cells[column] == "●"
    return out


def test_the_table_in_docs_is_current() -> None:
    stored = Path(__file__).resolve().parents[2] / "docs" / "access.md"
    assert stored.read_text(encoding="utf-8") == table.render(), "stale: run `make docs`"


@pytest.mark.parametrize("name", OUTSIDERS)
def test_an_outsider_learns_nothing(province: factories.Province, name: str) -> None:
    """At every address of a matter: the same answer as for a matter that does not exist, and no word of it."""
    matter = province.accepted()
    province.file("other_citizen", respondent="other_market")  # outsiders have matters of their own
    real, nothing = Objects(matter), Nothing(matter)
    visitor = Visitor(province.accounts[name])
    before = MatterEvent.objects.count()
    wrong = []
    for route in routes():
        if not names_a_matter(route):
            continue
        for method in methods(route):
            one, none = visitor.ask(method, address(route, real)), visitor.ask(method, address(route, nothing))
            if one.status_code != none.status_code or set(one.headers) != set(none.headers):
                wrong.append(f"{method} {route.path}: {one.status_code}, for nothing {none.status_code}")
            elif one.status_code == 200:
                wrong.append(f"{method} {route.path}: 200")
            elif not one.streaming and _plain(one, real, matter) != _plain(none, nothing, matter):
                wrong.append(f"{method} {route.path}: the error says something else")
    assert not wrong, "\n".join(wrong)
    assert MatterEvent.objects.count() == before


def _plain(answer: Any, objects: Objects, matter: Matter) -> str:
    """The body without what the visitor sent and what differs with every page (tokens against forgery)."""
    import re

    text = answer.content.decode("utf-8", "replace")
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    text = re.sub(r'"X-CSRFToken": ?"[^"]*"', "", text)
    text = re.sub(r"/[^\s\"'<>]*(?:[0-9a-f]{8}-[0-9a-f-]{27}|/\d+)[^\s\"'<>]*", "", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}|4611686018427387903", "", text)


@pytest.mark.parametrize("role", ["SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN", *OUTSIDERS, "staff"])
def test_lists_and_searches_name_nobody_from_outside(province: factories.Province, role: str) -> None:
    """No page that opens to an administrator or an outsider holds a name, number or case of our matter."""
    matter = province.accepted()
    visitor = Visitor(province.accounts[role])
    said = []
    for route in routes():
        if names_a_matter(route) or "GET" not in methods(route) or "stream" in route.path:
            continue
        answer = visitor.ask("GET", address(route, Objects(matter)))
        if answer.streaming or answer.status_code != 200:
            continue
        text = answer.content.decode("utf-8", "replace")
        for secret in (*SECRETS, str(matter.public_id), matter.case_no or "-", matter.intake_no):
            if secret in text and not _public(route, secret == matter.case_no):
                said.append(f"{route.path}: {secret}")
    assert not said, said


def _public(route: guards.Route, case_number: bool) -> bool:
    """Verification tells by a code only its holder has which document was issued. The outbox shows what a message of
    the platform says, and that names the case by its number alone."""
    return "verify" in route.path or (case_number and "outbox" in route.path)


def test_administrators_read_no_matter(province: factories.Province) -> None:
    matter = province.accepted()
    for role in ("SYSTEM_ADMIN", "SECURITY_ADMIN", "AUDIT_ADMIN"):
        who = subjects.of_account(province.accounts[role])
        assert not policies.MATTER_READ.test(who, matter)
        assert not policies.MATTER_READ.filter(who, Matter.objects.all()).exists()
        assert policies.roles_in(who, matter) == frozenset()
