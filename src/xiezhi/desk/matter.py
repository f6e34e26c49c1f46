"""One matter for the person who works on it: header, file, actions, clocks, tasks and history, from a handful of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from xiezhi.desk.gate import At
from xiezhi.desk.values import Line, lines_of, mask
from xiezhi.kernel.documents import policies
from xiezhi.kernel.documents.models import Attachment, Delivery, Document
from xiezhi.kernel.prepared import Prepared
from xiezhi.kernel.procedures import selectors, store
from xiezhi.kernel.procedures.clocks import Clock, Status
from xiezhi.kernel.procedures.common import HOUSEKEEPING
from xiezhi.kernel.procedures.core import Option, Recorded, may_act
from xiezhi.kernel.procedures.declare import Event, Field, Kind, Meets, Side, Special, TermKind
from xiezhi.kernel.procedures.models import Matter, MatterLink, MatterOfficer, Party
from xiezhi.kernel.sealing import unseal

__all__ = ["FileItem", "MatterPage", "PartyCard", "Step", "Task", "build"]

PARTY_ROLES = frozenset({"applicant", "agent", "guardian", "representative", "third_party"})


@dataclass(frozen=True)
class PartyCard:
    """A party as the file shows it: names in full to who handles the matter, the rest masked until revealed."""

    party: Party
    role_title: str
    lines: tuple[tuple[str, str], ...]
    acts_for: str = ""
    can_reveal: bool = False


@dataclass(frozen=True)
class FileItem:
    """One thing in the file: `key` is a<id> for material, d<id> for a document, `app` for the application itself."""

    key: str
    title: str
    note: str
    folder: str
    icon: str
    marks: tuple[tuple[str, str], ...] = ()
    attachment: Attachment | None = None
    document: Document | None = None

    @property
    def media(self) -> str:
        """How the page can show it: pdf, image, or nothing."""
        file = self.document.file if self.document else self.attachment.file if self.attachment else None
        kind = file.media_type if file else ""
        if kind == "application/pdf":
            return "pdf"
        return "image" if kind in ("image/png", "image/jpeg", "image/gif", "image/webp") else ""


@dataclass(frozen=True)
class Task:
    """程序事项: something the law wants done in this matter, with the clock it runs on where it has one."""

    title: str
    note: str
    clock: Clock | None = None
    event: str = ""
    done: bool = False


@dataclass(frozen=True)
class Step:
    """One entry of the history with what it said and what came of it."""

    rec: Recorded
    title: str
    role: str
    basis: str
    lines: tuple[Line, ...]
    personal: tuple[Line, ...]
    documents: tuple[Document, ...]
    changed_to: str = ""
    void: bool = False
    corrected_by: int = 0


@dataclass
class MatterPage:
    """Everything the matter page shows."""

    matter: Matter
    state: selectors.MatterState
    parties: list[PartyCard]
    officers: list[MatterOfficer]
    files: list[FileItem]
    steps: list[Step]
    tasks: list[Task]
    links: list[tuple[str, Matter]]
    lead: Option | None = None
    open: list[Option] = field(default_factory=list)
    moving: list[Option] = field(default_factory=list)
    noting: list[Option] = field(default_factory=list)
    house: list[Option] = field(default_factory=list)
    shut: list[Option] = field(default_factory=list)
    clocks_live: list[Clock] = field(default_factory=list)
    clocks_done: list[Clock] = field(default_factory=list)
    accepted_on: date | None = None

    @property
    def folders(self) -> list[tuple[str, str, list[FileItem]]]:
        """Files by folder, the mediation folder always apart (what is said there is no evidence)."""
        names = (("FILE", "案卷"), ("DOC", "文书"), ("MEDIATION", "调解材料（不得作为证据）"), ("INTERNAL", "内部"))
        found = [(key, title, [f for f in self.files if f.folder == key]) for key, title in names]
        return [part for part in found if part[2]]

    def by_role(self, *roles: str) -> list[PartyCard]:
        return [p for p in self.parties if p.party.role in roles]

    @property
    def applicants(self) -> list[PartyCard]:
        return self.by_role("applicant")

    @property
    def respondents(self) -> list[PartyCard]:
        return self.by_role("respondent")

    @property
    def tasks_done(self) -> int:
        return sum(t.done for t in self.tasks)


def build(at: At) -> MatterPage:
    """The page of a matter for who stands before it. Others than the office that handles it see neither mediation nor
    internal folders, and of what was written only the application without its persons (the copy they are sent,
    行政复议法 第48条) and their own entries."""
    matter, state, office = at.matter, at.state, at.office
    payloads = store.payloads_of(matter)
    documents = documents_of(at)
    officers = _OFFICERS.rows(matter.pk)
    page = MatterPage(
        matter=matter,
        state=state,
        parties=_parties(at),
        officers=[o for o in officers if o.valid_to is None],
        files=_files(matter, state, documents, office=office),
        steps=_steps(state, payloads, documents, at),
        tasks=[],
        links=_links(matter),
        accepted_on=state.view.on("accepted") or state.view.on("deemed_accepted"),
    )
    sides = (Side.OFFICE,) if office else (Side.AUTHORITY,)
    found = selectors.options(state, at.actor, sides=sides)
    # What only the office may do is no closed action of the other side.
    _place_options(page, [o for o in found if office or o.open or may_act(o.event, at.actor) is not None])
    page.clocks_live = sorted((c for c in state.clocks if c.live), key=lambda c: (c.legal is None, c.legal or date.max))
    done = [c for c in state.clocks if not c.live and c.status is not Status.CANCELLED]
    page.clocks_done = sorted(done, key=lambda c: c.met_on or c.legal or date.min, reverse=True)
    page.tasks = _tasks(page)
    return page


_OFFICERS = Prepared(
    lambda pk: MatterOfficer.objects.filter(matter_id=pk).select_related("staff").order_by("-lead", "id"), int
)
_DOCUMENTS = Prepared(lambda pk: Document.objects.filter(matter_id=pk).select_related("file").order_by("id"), int)
_MATERIAL = Prepared(
    lambda pk: Attachment.objects.filter(matter_id=pk).select_related("file").order_by("folder", "id"), int
)


def documents_of(at: At) -> list[Document]:
    """All documents for the office, drafts as well; for other organs those that tell them something or were sent to them."""
    rows = _DOCUMENTS.rows(at.matter.pk)
    if at.office:
        return rows
    theirs = [p.pk for p in at.parties if p.role in at.actor.roles]
    sent = Delivery.objects.filter(document__matter=at.matter, party__in=theirs).values_list("document_id", flat=True)
    return policies.shown_to(rows, at.state.view, at.actor.roles, set(sent))


def role_title(state: selectors.MatterState, code: str) -> str:
    """Title of a role in this procedure, the code itself where it is not declared."""
    try:
        return state.procedure.role(code).title
    except LookupError:
        return code


def _parties(at: At) -> list[PartyCard]:
    cards = []
    for p in at.parties:
        if p.valid_to is not None:
            continue
        lines = masked_lines(p) if at.office else ()
        reveal = bool(lines and p.role in PARTY_ROLES)
        helped = p.acts_for.name if p.acts_for is not None else ""
        cards.append(PartyCard(p, role_title(at.state, p.role), lines, acts_for=helped, can_reveal=reveal))
    return cards


LABELS = {
    "id_no": "证件号码", "phone": "手机号码", "contact": "联系方式", "address": "住址", "service_address": "送达地址",
    "email": "电子邮箱", "legal_rep": "法定代表人", "bank_card": "银行卡", "birth_date": "出生日期", "id_type": "证件类型",
}  # fmt: skip


def details_of(party: Party) -> dict[str, str]:
    """What is known of a party beyond the name, in the clear. Reading it is recorded by the caller."""
    found: dict[str, Any] = {}
    if party.person is not None:
        person = party.person
        found |= {"id_no": person.id_no, "phone": person.phone, "address": person.address,
                  "service_address": person.service_address}  # fmt: skip
    if party.organization is not None:
        found |= {"legal_rep": party.organization.legal_rep, "address": party.organization.address,
                  "phone": party.organization.phone}  # fmt: skip
    if party.sealed:
        found |= {k: v for k, v in unseal(bytes(party.sealed), context="party").items() if v and k in LABELS}
    return {k: str(v) for k, v in found.items() if v}


def masked_lines(party: Party) -> tuple[tuple[str, str], ...]:
    """Details with their middle hidden, in the order of `LABELS`."""
    found = details_of(party)
    return tuple((LABELS[k], mask(k, found[k])) for k in LABELS if k in found)


KIND_TITLES = {
    "DOCUMENTARY": "书证", "PHYSICAL": "物证", "AUDIOVISUAL": "视听资料", "ELECTRONIC": "电子数据", "TESTIMONY": "证人证言",
    "STATEMENT": "当事人陈述", "APPRAISAL": "鉴定意见", "INSPECTION": "勘验笔录", "SCENE": "现场笔录", "OTHER": "其他材料",
    "APPLICATION": "申请书", "ACT_DOCUMENT": "行政行为文书", "ID": "身份证明", "REPLY": "答复书", "AUTHORIZATION": "授权委托书",
}  # fmt: skip


def _files(
    matter: Matter, state: selectors.MatterState, documents: Sequence[Document], *, office: bool
) -> list[FileItem]:
    items = [FileItem("app", "申请内容", _said(matter.opened_on), "FILE", "file-text")]
    rows = _MATERIAL.rows(matter.pk)
    if not office:
        rows = [a for a in rows if a.folder == "FILE" and not a.restricted]
    for a in rows:
        marks = []
        if a.late:
            marks.append(("逾期提交", "amber"))
        if a.inadmissible:
            marks.append(("不予采纳", "red"))
        if a.restricted:
            marks.append(("限制查阅", "amber"))
        if a.withdrawn_at:
            marks.append(("已撤回", "plain"))
        if a.scanned:
            marks.append(("窗口扫描", "plain"))
        note = f"{role_title(state, a.submitted_role)}，{KIND_TITLES.get(a.kind, '材料')}，{_said(a.submitted_on)}"
        icon = "photo" if a.file.media_type.startswith("image/") else "paperclip"
        items.append(FileItem(f"a{a.pk}", a.name, note, a.folder, icon, tuple(marks), attachment=a))
    for d in documents:
        note = d.number or dict(Document.STATES)[d.state]
        marks = ()
        if d.state == Document.VOID:
            marks = (("已撤销", "red"),)
        elif d.render_state == Document.FAILED:
            marks = (("制作失败", "red"),)
        elif d.render_state == Document.PENDING:
            marks = (("制作中", "amber"),)
        elif d.state != Document.ISSUED:
            marks = ((dict(Document.STATES)[d.state], "blue"),)
        items.append(FileItem(f"d{d.pk}", d.title, note, "DOC", "file-certificate", tuple(marks), document=d))
    return items


def _said(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _steps(
    state: selectors.MatterState, payloads: Mapping[int, Any], documents: Sequence[Document], at: At
) -> list[Step]:
    voided, patched = _corrections(state.history)
    made: dict[int, list[Document]] = {}
    for d in documents:
        if d.event_seq:
            made.setdefault(d.event_seq, []).append(d)
    became = {seq: to for seq, _, to in state.view.transitions}
    out = []
    for rec in state.history:
        event = state.procedure.events.get(rec.event)
        if event is None or (not at.office and not event.plain):
            continue
        form = _readable(event, rec, at)
        out.append(
            Step(
                rec=rec,
                title=event.title,
                role=role_title(state, rec.role),
                basis=event.basis,
                lines=lines_of(form, rec.data, personal=False),
                personal=lines_of(form, payloads.get(rec.seq, {}), personal=True),
                documents=tuple(made.get(rec.seq, ())),
                changed_to=became[rec.seq].title if rec.seq in became else "",
                void=rec.seq in voided,
                corrected_by=patched.get(rec.seq, 0),
            )
        )
    return out[::-1]


def _readable(event: Event, rec: Recorded, at: At) -> tuple[Field, ...]:
    """Fields of an entry the reader may see: the office all, the other side the application itself and what it wrote."""
    if at.office or rec.role in at.actor.roles:
        return event.form
    if event.sources:
        return ()
    return tuple(f for f in event.form if f.kind not in (Kind.RECORDS, Kind.FILES) and not f.confidential)


def _corrections(history: Sequence[Recorded]) -> tuple[set[int], dict[int, int]]:
    """(voided entries, entry → the correction that changed it); a later void of a correction takes it back."""
    voided: set[int] = set()
    patched: dict[int, int] = {}
    for rec in reversed([r for r in history if r.event == "corrected"]):
        if rec.seq in voided:
            continue
        target = int(rec.data["seq"])
        if rec.data.get("void"):
            voided.add(target)
        patched.setdefault(target, rec.seq)
    return voided, patched


def meets(event: Event) -> frozenset[str]:
    """Ids of the terms an event meets."""
    return frozenset(m.term if isinstance(m, Meets) else m for m in event.meets)


def _place_options(page: MatterPage, found: Sequence[Option]) -> None:
    """Sort actions: the one to do next, other likely ones, the many possible ones, housekeeping, closed with reasons."""
    page.shut = [o for o in found if not o.open and o.event.code not in HOUSEKEEPING]
    page.house = [o for o in found if o.open and o.event.code in HOUSEKEEPING]
    work = [o for o in found if o.open and o.event.code not in HOUSEKEEPING]
    live = sorted(
        (c for c in page.state.clocks if c.live and c.term.side is not Side.PARTY and c.legal is not None),
        key=lambda c: c.legal or date.max,
    )
    page.lead = _by_words(page.matter.next_step, work)
    for clock in live if page.lead is None else ():
        page.lead = next((o for o in work if o.event.primary and clock.term.id in meets(o.event)), None)
        if page.lead is not None:
            break
    due = {c.term.id for c in live}
    running = {c.term.id for c in page.state.clocks if c.live}

    def wanted(o: Option) -> bool:
        """Primary, and not something whose clock was met already (a second reply is possible, but nobody waits for it)."""
        return o.event.primary and (not meets(o.event) or bool(meets(o.event) & running))

    if page.lead is None:
        page.lead = next((o for o in work if wanted(o)), None)
    rest = [o for o in work if o is not page.lead]
    page.open = [o for o in rest if wanted(o) or (meets(o.event) & due and o.event.target is Special.SAME)]
    others = [o for o in rest if o not in page.open]
    page.moving = [o for o in others if o.event.target is not Special.SAME]
    page.noting = [o for o in others if o.event.target is Special.SAME]


def _by_words(step: str, work: Sequence[Option]) -> Option | None:
    """The action that the matter's next step names, by its title."""
    if not step:
        return None
    exact = next((o for o in work if o.event.title == step), None)
    if exact is not None:
        return exact
    within = [o for o in work if o.event.title in step or step in o.event.title]
    return max(within, key=lambda o: len(o.event.title), default=None)


def _tasks(page: MatterPage) -> list[Task]:
    """What must happen by law: clocks with something to do, and what the closed actions still wait for."""
    out: list[Task] = []
    possible = [*page.moving, *page.noting, *page.open, *([page.lead] if page.lead else [])]
    by_term = {t: o.event.code for o in possible for t in meets(o.event)}
    for clock in page.state.clocks:
        if clock.term.kind is TermKind.WAIT or clock.status is Status.CANCELLED:
            continue
        done = clock.status in (Status.MET, Status.MET_LATE)
        if done and clock.met_on is not None and clock.met_on <= page.matter.opened_on:
            continue  # what was due before the matter came is no task of anybody here
        if clock.term.side is Side.PARTY and (done or clock.status is Status.LAPSED):
            continue
        title = clock.term.todo or clock.term.title
        out.append(Task(title, clock.term.basis, clock, "" if done else by_term.get(clock.term.id, ""), done))
    seen: set[str] = set()
    for option in page.shut:
        for problem in option.problems:
            if problem.code in ("NOT_ALLOWED", "WRONG_STATE", "ALREADY_DONE") or problem.message in seen:
                continue
            seen.add(problem.message)
            out.append(Task(problem.message, f"“{option.event.title}”之前，{problem.basis or option.event.basis}"))
    return sorted(out, key=lambda t: (t.done, t.clock is None))


LINK_TITLES = {
    "MERGED": ("合并审理，主案", "合并审理，并入案"), "ELEVATED": ("提级办理", "由下级提级"), "DUPLICATE": ("重复申请", "重复申请"),
    "FOLLOWS": ("前案", "后续"), "SPLIT": ("分案自", "分出"),
}  # fmt: skip


_LINKS = Prepared(
    lambda pk: (
        MatterLink.objects.filter(Q(matter_id=pk) | Q(other_id=pk)).select_related("matter", "other").order_by("id")
    ),
    int,
)


def _links(matter: Matter) -> list[tuple[str, Matter]]:
    rows = _LINKS.rows(matter.pk)
    out = []
    for row in rows:
        titles = LINK_TITLES.get(row.kind.upper(), (row.kind, row.kind))
        out.append((titles[0], row.other) if row.matter_id == matter.pk else (titles[1], row.matter))
    return out
