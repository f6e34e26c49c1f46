"""Clues for pages: lists within reach, counts and precision by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from xiezhi.datacenter import roles as data
from xiezhi.datacenter.clues.declare import ClueRule, rules
from xiezhi.datacenter.clues.models import Clue, Exemption, RuleSwitch
from xiezhi.datacenter.clues.services import active_rules, parameter
from xiezhi.kernel.access.subject import Subject
from xiezhi.kernel.calendar import clock
from xiezhi.kernel.procedures import policies
from xiezhi.kernel.procedures.models import Matter

__all__ = ["RuleFigure", "exemptions", "figures", "may_see_restricted", "of_matter", "rows", "rule_title"]


def may_see_restricted(subject: Subject) -> bool:
    """Whether the subject's role opens clues that come from crime or correction; a purpose is asked besides."""
    return subject.has(data.CHECKER.code)


def rows(subject: Subject, *, state: str = "", rule: str = "", outcome: str = "", running: str = "") -> QuerySet[Clue]:
    """Clues whose matters the subject may list, the newest first."""
    found = Clue.objects.select_related("matter", "matter__handler", "matter__handling_unit", "person").filter(
        matter__isnull=False
    )
    found = found.filter(matter__in=Matter.objects.filter(policies.reach_q(subject), procedure="YDSY"))
    if not may_see_restricted(subject):
        found = found.filter(restricted=False)
    if state == "open" or not state:
        found = found.filter(matter__open=True)
    elif state != "all":
        found = found.filter(matter__state=state)
    if rule:
        found = found.filter(rule=rule)
    if outcome:
        found = found.filter(outcome=outcome)
    if running == "yes":
        found = found.filter(ended_on__isnull=True)
    elif running == "no":
        found = found.filter(ended_on__isnull=False)
    return found.order_by("-found_at", "-pk")


def rule_title(code: str) -> str:
    """Title of a rule for people; the code where it is no longer declared."""
    return rules.get(code).title if code in rules else code


@dataclass(frozen=True)
class RuleFigure:
    """A rule with its counts. `precision`: true ones of all that were decided, 0 to 1; None below the number that counts.
    `low`: the rule is to be looked at again."""

    rule: ClueRule
    on: bool
    total: int
    open: int
    true: int
    false: int
    precision: float | None
    low: bool
    why: Mapping[str, int]
    said: RuleSwitch | None


def figures(subject: Subject) -> list[RuleFigure]:
    """Every rule with counts and precision, those with most open clues first. Restricted rules only for who may see them."""
    counts: dict[str, dict[str, Any]] = {
        r["rule"]: dict(r)
        for r in Clue.objects.values("rule").annotate(
            total=Count("pk"), open=Count("pk", filter=Q(matter__open=True)), true=Count("pk", filter=Q(outcome=Clue.CONFIRMED)),
            false=Count("pk", filter=Q(outcome=Clue.FALSE)),
        ).order_by()
    }  # fmt: skip
    why: dict[str, dict[str, int]] = {}
    for r in Clue.objects.exclude(why="").values("rule", "why").annotate(n=Count("pk")).order_by():
        why.setdefault(r["rule"], {})[r["why"]] = r["n"]
    on = {r.code for r in active_rules()}
    said = {line.rule: line for line in RuleSwitch.objects.order_by("pk")}
    least, need = int(parameter("precision_least")), int(parameter("precision_count"))
    out = []
    for rule in rules.all():
        if rule.restricted and not may_see_restricted(subject):
            continue
        c = counts.get(rule.code, {"total": 0, "open": 0, "true": 0, "false": 0})
        # What a lawful exception or a wrong row excused says nothing against the rule; everything else does.
        against = sum(
            why.get(rule.code, {}).get(k, 0) for k in ("OTHER_PERSON", "NOT_HELD", "RULE_ERROR", "DATA_ERROR")
        )
        decided = c["true"] + against
        precision = c["true"] / decided if decided >= need else None
        out.append(
            RuleFigure(
                rule, rule.code in on, c["total"], c["open"], c["true"], c["false"], precision,
                precision is not None and precision * 100 < least, why.get(rule.code, {}), said.get(rule.code),
            )
        )  # fmt: skip
    return sorted(out, key=lambda f: (-f.open, -f.total, f.rule.code))


def of_matter(matter: Any) -> Clue | None:
    """The clue of a matter."""
    return Clue.objects.select_related("person").filter(matter_id=matter.pk).first()


def exemptions() -> QuerySet[Exemption]:
    """Lawful exceptions that hold, those that end first first."""
    today = clock.today()
    return (
        Exemption.objects.filter(ended_at__isnull=True, valid_to__gt=today)
        .select_related("clue", "clue__matter")
        .order_by("valid_to", "pk")
    )
