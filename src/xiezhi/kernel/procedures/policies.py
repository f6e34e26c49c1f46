"""Who may see and do what with a matter. Reading follows reach; acting follows the part one plays in this matter.

Office roles act only from the handling unit itself (organ heads from the deciding organ): a province's leader sees a
county's matter but cannot decide it. Respondents and issuers act for their unit, parties through their account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Model, Q

from xiezhi.kernel.access import permissions
from xiezhi.kernel.access import roles as platform_roles
from xiezhi.kernel.access.permissions import Permission
from xiezhi.kernel.access.rules import Condition, Filter
from xiezhi.kernel.access.subject import Area, Represented, Subject
from xiezhi.kernel.prepared import Prepared
from xiezhi.kernel.procedures import registry
from xiezhi.kernel.procedures.core import Actor
from xiezhi.kernel.procedures.models import Matter, Party

__all__ = [
    "MATTER_AUTHORITY",
    "MATTER_OFFICE",
    "MATTER_OWN",
    "MATTER_READ",
    "OFFICE_READERS",
    "actor_for",
    "acts_for_another",
    "authority_q",
    "list_purpose",
    "may_read",
    "mine_q",
    "part_of_unit",
    "parties_loaded",
    "parties_of",
    "party_q",
    "reach_q",
    "roles_in",
    "seat",
    "seats_on",
    "stands_for",
]

OFFICE_READERS = (
    "case_officer", "office_head", "organ_head", "leader", "counter_clerk", "archivist", "supervisor", "sealer",
)  # fmt: skip
AUTHORITY_ROLES = ("respondent_handler", "respondent_head", "norm_issuer_handler")
"""Roles in which staff of another public body answer for their unit."""

HELPERS = frozenset({"agent", "guardian", "representative"})
"""Roles of those who take part for somebody else."""

_AT_OFFICE = frozenset({"case_officer", "office_head", "counter_clerk", "archivist", "sealer"})
_NOBODY = Q(pk__in=[])

_SEATS: dict[str, frozenset[str]] = {}
_PARTS: dict[str, frozenset[str]] = {}


def seat(procedures: Sequence[str], *codes: str) -> None:
    """Platform roles of a center whose holders read and handle matters of these procedures at the handling unit, under
    the same code, as a case officer does; matters of other procedures they do not see."""
    for code in codes:
        _SEATS[code] = _SEATS.get(code, frozenset()) | frozenset(procedures)


def part_of_unit(part: str, *codes: str) -> None:
    """Who holds one of these platform roles at a unit that takes part as `part` acts for it (else: AUTHORITY_ROLES)."""
    _PARTS[part] = _PARTS.get(part, frozenset()) | frozenset(codes)


def seats_on(procedure: str) -> frozenset[str]:
    """Platform roles that have a seat in matters of this procedure."""
    return frozenset(code for code, known in _SEATS.items() if procedure in known)


def _holds_part(subject: Subject, party: Party) -> bool:
    return party.unit_id in subject.unit_ids(*_PARTS.get(party.role, AUTHORITY_ROLES))


def reach_q(subject: Subject, *roles: str) -> Q:
    """Matters of the units within reach of the subject's office roles (default: every role that may read)."""
    found = OfficeReach(*(roles or OFFICE_READERS), seats=not roles).q(subject, Matter)
    return found if isinstance(found, Q) else _NOBODY


def mine_q(subject: Subject) -> Q:
    """Matters the subject leads, as far as the posts of today still reach them (a transfer takes the reach away)."""
    if subject.staff_id is None:
        return _NOBODY
    return Q(handler_id=subject.staff_id) & reach_q(subject)


def authority_q(subject: Subject) -> Q:
    """Matters in which a unit of the subject is respondent, issuer of a norm, or asked organ."""
    found = AuthorityOf().q(subject, Matter)
    return found if isinstance(found, Q) else _NOBODY


def party_q(subject: Subject) -> Q:
    """A citizen's own matters, as party or on behalf of one."""
    found = PartyOf().q(subject, Matter)
    return found if isinstance(found, Q) else _NOBODY


def parties_of(matter: Matter) -> list[Party]:
    """Parties of a matter in order of entry; one statement, none where `parties_loaded` has read them."""
    loaded = getattr(matter, "_prefetched_objects_cache", {}).get("parties")
    return list(_PARTIES.rows(matter.pk) if loaded is None else loaded)


_PARTIES = Prepared(
    lambda pk: (
        Party.objects.filter(matter_id=pk).select_related("unit", "person", "organization", "acts_for").order_by("id")
    ),
    int,
)


def parties_loaded(matter: Matter) -> list[Party]:
    """Read the parties once for everything a page asks about this matter object. Not for objects that are changed after."""
    found = list(_PARTIES.rows(matter.pk))
    rows = Party.objects.none()
    rows._result_cache = found
    matter._prefetched_objects_cache = {"parties": rows}  # type: ignore[attr-defined]
    return found


def roles_in(subject: Subject, matter: Matter, parties: Sequence[Party] | None = None) -> frozenset[str]:
    """Roles the subject plays in this matter now. `parties` saves a statement where they are known."""
    if subject.account_id is None or subject.admin_role:
        return frozenset()
    found: set[str] = set()
    recused = {str(s) for s in matter.facts.get("recused") or ()}
    if subject.staff_id is not None or subject.held:
        if str(subject.staff_id) not in recused:
            found |= _office_roles(subject, matter)
        if subject.unit_ids(*AUTHORITY_ROLES, *_part_codes()):
            known = parties if parties is not None else parties_of(matter)
            found |= {p.role for p in known if p.valid_to is None and _holds_part(subject, p)}
        return frozenset(found)
    known = parties if parties is not None else parties_of(matter)
    present = [p for p in known if p.valid_to is None]
    own = [p for p in present if _is_own(p, subject)]
    for party in own:
        if part := party.part_in(known):
            found.add(part)
    if not own:
        # Who has a part of one's own here acts in it alone: nobody stands on two sides of a matter (民法典 第168条).
        for party in present:
            if (by := _represented(party, subject, matter)) is not None:
                found.add(_part_of_helper(party, by, matter))
    return frozenset(found)


def _part_of_helper(party: Party, by: Represented, matter: Matter) -> str:
    """The role of who acts for a party by mandate: agent or guardian of an applicant where the procedure knows such a
    role, else the part of the person acted for."""
    if party.role != "applicant":
        return party.role
    wanted = "guardian" if by.by_law else "agent"
    try:
        known = {role.code for role in registry.get(matter.procedure, matter.version).roles}
    except LookupError:
        known = set()
    return wanted if wanted in known else party.role


def stands_for(subject: Subject, parties: Sequence[Party]) -> frozenset[int]:
    """Parties the subject is or acts for, by id."""
    mine = [p for p in parties if p.valid_to is None and (_is_own(p, subject) or _represented(p, subject, None))]
    return frozenset(pk for p in mine for pk in (p.pk, p.acts_for_id) if pk is not None)


def acts_for_another(subject: Subject, parties: Sequence[Party]) -> bool:
    """Whether the subject is in the matter for somebody else only, as agent, guardian or representative."""
    mine = [p for p in parties if p.valid_to is None and _is_own(p, subject)]
    if not mine:
        return any(p.valid_to is None and _represented(p, subject, None) is not None for p in parties)
    return all(p.acts_for_id is not None or p.role in HELPERS for p in mine)


def _office_roles(subject: Subject, matter: Matter) -> set[str]:
    found: set[str] = set()
    officers = {str(s) for s in matter.facts.get("officers") or ()}
    for held in subject.held:
        if held.role in _AT_OFFICE and held.unit_id == matter.handling_unit_id:
            acting = str(held.acting_for or subject.staff_id)
            if held.role == "case_officer" and officers and acting not in officers:
                continue
            found.add(held.role)
        elif matter.procedure in _SEATS.get(held.role, ()) and held.unit_id == matter.handling_unit_id:
            found.add(held.role)
        elif held.role == "organ_head" and held.unit_id == matter.organ_id:
            found.add("organ_head")
        elif held.role in ("case_officer", "office_head") and held.unit_id == matter.organ_id:
            # the organ's own staff, where another unit handles the matter (e.g. objections against an aid agency)
            found.add("organ_officer")
        elif (
            held.role in ("office_head", "organ_head")
            and held.unit_id != matter.handling_unit_id
            and held.area.column != "id"
            and getattr(matter, held.area.column, None) in held.area.values
        ):
            found.add("superior_organ")
    return found


def list_purpose(subject: Subject) -> tuple[str, str]:
    """Why somebody's list shows names: the part they play in the office says it; supervision says so in words."""
    if subject.has("case_officer", "office_head", "counter_clerk"):
        return "HANDLE", ""
    if subject.has("organ_head", "sealer"):
        return "APPROVE", ""
    if subject.has("archivist"):
        return "ARCHIVE", ""
    if subject.has(*AUTHORITY_ROLES):
        return "RESPOND", ""
    return "SUPERVISE", "查看管辖范围内办件列表"


def actor_for(subject: Subject, matter: Matter, parties: Sequence[Party] | None = None) -> Actor:
    """The actor of an event: an opaque reference, the roles in this matter, and for staff name and unit as they are now.

    Who acts by a mandate alone carries its number and its powers; whoever can not act alone has no role in any event.
    """
    if subject.staff_id is not None or subject.held or subject.account_id is None:
        label = subject.label if subject.staff_id is not None or subject.held else ""
        return Actor(subject.ref, roles_in(subject, matter, parties), label)
    if subject.restricted:
        return Actor(subject.ref, frozenset())
    known = parties if parties is not None else parties_of(matter)
    roles = roles_in(subject, matter, known)
    present = [p for p in known if p.valid_to is None]
    own = [p for p in present if _is_own(p, subject)]
    used = [by for p in present for by in _mandates(p, subject, matter)]
    given = frozenset(power for by in used for power in by.powers)
    if own:
        on_file = _powers_on_file(own)
        return Actor(subject.ref, roles, powers=None if on_file is None else on_file | given)
    if not used:
        return Actor(subject.ref, roles)
    titles = "、".join(dict.fromkeys(f"{'监护' if by.by_law else '委托'}{by.number}" for by in used))
    return Actor(subject.ref, roles, f"代为办理（{titles}）", given)


def _powers_on_file(mine: Sequence[Party]) -> frozenset[str] | None:
    """What an agent on file may do: nothing special with a general mandate. None: no limit, or none is on file."""
    if any(p.role != "agent" or p.detail.get("powers") != "GENERAL" for p in mine):
        return None
    return frozenset()


class OfficeReach(Condition):
    """A role of the office reaches the matter's handling unit, by the columns copied onto the matter (no join)."""

    def __init__(self, *codes: str, seats: bool = False) -> None:
        self.codes, self.seats = codes, seats

    LEVEL = 3
    """What a matter holds (platform.md 3.6): a grant for less than L3 opens none."""

    def _seats(self, subject: Subject) -> Mapping[str, frozenset[str]]:
        return {code: known for code, known in _SEATS.items() if subject.has(code)} if self.seats else {}

    def test(self, subject: Subject, obj: Matter) -> bool:
        areas = [*subject.areas(*self.codes, level=self.LEVEL)]
        for code, known in self._seats(subject).items():
            if obj.procedure in known:
                areas += subject.areas(code, level=self.LEVEL)
        for area in areas:
            if area.column == "id":
                if obj.handling_unit_id in area.values or obj.organ_id in area.values:
                    return True
            elif getattr(obj, area.column) in area.values:
                return True
        return False

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        out = _within(subject.areas(*self.codes, level=self.LEVEL))
        for code, known in self._seats(subject).items():
            if theirs := _within(subject.areas(code, level=self.LEVEL)):
                out |= Q(procedure__in=sorted(known)) & theirs
        return out or False

    def possible(self, subject: Subject) -> bool:
        return bool(subject.areas(*self.codes, *self._seats(subject), level=self.LEVEL))

    def text(self) -> str:
        return f"{'、'.join(platform_roles.get(code).title for code in self.codes)}（管辖范围内）"


def _within(areas: Sequence[Area]) -> Q:
    """Matters handled in these areas; an empty filter where there are none."""
    out = Q()
    for area in areas:
        values = sorted(area.values)
        if area.column == "id":
            # A government's leader reaches what its own office handles in its name.
            out |= Q(handling_unit_id__in=values) | Q(organ_id__in=values)
        else:
            out |= Q(**{area.column: values[0]}) if len(values) == 1 else Q(**{f"{area.column}__in": values})
    return out


class AuthorityOf(Condition):
    """A unit of the subject takes part as respondent, norm issuer or asked organ, or in a part of `part_of_unit`."""

    def test(self, subject: Subject, obj: Matter) -> bool:
        return self.possible(subject) and any(_holds_part(subject, p) for p in obj.parties.all() if p.valid_to is None)

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        if not self.possible(subject):
            return False
        mine = Q(pk__in=[])
        if units := sorted(subject.unit_ids(*AUTHORITY_ROLES)):
            mine |= Q(unit_id__in=units) & ~Q(role__in=sorted(_PARTS))
        for part, codes in _PARTS.items():
            if units := sorted(subject.unit_ids(*codes)):
                mine |= Q(unit_id__in=units, role=part)
        return Q(pk__in=Party.objects.filter(mine, valid_to__isnull=True).values("matter_id"))

    def possible(self, subject: Subject) -> bool:
        return bool(subject.unit_ids(*AUTHORITY_ROLES, *_part_codes()))

    def text(self) -> str:
        return "本单位是被申请人、制定机关或者被转送机关"


class PartyOf(Condition):
    """The subject is a party of the matter or acts for one."""

    def test(self, subject: Subject, obj: Matter) -> bool:
        return self.possible(subject) and any(
            _is_own(p, subject) or _represented(p, subject, obj) is not None
            for p in obj.parties.all()
            if p.valid_to is None
        )

    def q(self, subject: Subject, model: type[Model]) -> Filter:
        if not self.possible(subject):
            return False
        mine = Q(account_id=subject.account_id)
        if subject.person_id is not None:
            mine |= Q(person_id=subject.person_id)
        for by in subject.represents:
            theirs = Q(person_id=by.person_id, acts_for__isnull=True) & ~Q(role__in=HELPERS)
            if by.scope == "MATTER":
                theirs &= Q(matter_id=by.matter_id)
            elif by.scope == "PROCEDURES":
                theirs &= Q(matter__procedure__in=sorted(by.procedures))
            mine |= theirs
        return Q(pk__in=Party.objects.filter(mine, valid_to__isnull=True).values("matter_id"))

    def possible(self, subject: Subject) -> bool:
        return (
            subject.account_id is not None and not subject.admin_role and subject.staff_id is None and not subject.held
        )

    def text(self) -> str:
        return "本人是当事人或者其代理人、监护人"


def _mandates(party: Party, subject: Subject, matter: Matter | None) -> list[Represented]:
    """The mandates by which the subject may act for this party. Nobody acts for who is there for somebody else
    (转委托 needs the principal's own word). Without `matter` the party's own matter counts."""
    if party.person_id is None or party.acts_for_id is not None or party.role in HELPERS:
        return []
    theirs = [by for by in subject.represents if by.person_id == party.person_id]
    if not theirs:
        return []
    needs_matter = any(by.scope == "PROCEDURES" for by in theirs)
    procedure = (matter or party.matter).procedure if needs_matter else ""
    return [by for by in theirs if by.covers(procedure, party.matter_id)]


def _represented(party: Party, subject: Subject, matter: Matter | None) -> Represented | None:
    return next(iter(_mandates(party, subject, matter)), None)


def _part_codes() -> frozenset[str]:
    return frozenset().union(*_PARTS.values()) if _PARTS else frozenset()


def _is_own(party: Party, subject: Subject) -> bool:
    return party.account_id == subject.account_id or (
        subject.person_id is not None and party.person_id == subject.person_id
    )


MATTER_READ = permissions.register(
    Permission("matter.read", "查阅办件", OfficeReach(*OFFICE_READERS, seats=True) | AuthorityOf() | PartyOf())
)
MATTER_OFFICE = permissions.register(
    Permission("matter.office", "办理本机构办件", OfficeReach(*OFFICE_READERS, seats=True))
)
MATTER_AUTHORITY = permissions.register(Permission("matter.authority", "以本单位名义参加", AuthorityOf()))
MATTER_OWN = permissions.register(Permission("matter.own", "查看和办理本人办件", PartyOf()))


def may_read(subject: Subject, matter: Matter) -> bool:
    """Whether the subject may open the matter at all; the same declaration as the lists."""
    return MATTER_READ.test(subject, matter)
