"""Test rows of an interview: given these facts, expect this outcome, these values, these words."""

from __future__ import annotations

from collections.abc import Iterator

from xiezhi.kernel.calendar.counting import Calendar

from .declare import UNKNOWN, Guide, Row, Value
from .engine import result, walk

__all__ = ["answers_of", "run_rows"]


def answers_of(guide: Guide, row: Row) -> dict[str, Value]:
    """The row's facts, and UNKNOWN for those it leaves out and that may be unknown."""
    left = {key: UNKNOWN for key, fact in guide.facts.items() if fact.unknown and key not in row.given}
    return {**left, **row.given}


def run_rows(guide: Guide, calendar: Calendar) -> Iterator[tuple[str, str]]:
    """(row, what does not come out) for every row that fails."""
    for number, row in enumerate(guide.rows, 1):
        where = f"tests.{number}（{row.name}）"
        walked = walk(guide, answers_of(guide, row), row.today, calendar)
        if walked.next is not None:
            yield where, f"还要回答：{walked.next.key}（{walked.next.short}）"
            continue
        if walked.outcome is None:
            yield where, "没有结果"
            continue
        if walked.outcome.key != row.expect:
            yield where, f"应当是 {row.expect}，得到 {walked.outcome.key}"
            continue
        asked = {fact.key for fact in walked.path}
        for name in row.given:
            if name not in asked:
                yield where, f"给了 {name}，但走不到这个问题"
        for name, expected in row.values.items():
            found = walked.facts.look(name)
            if (None if found == UNKNOWN and isinstance(found, str) else found) != expected:
                yield where, f"{name} 应当是 {expected}，得到 {found}"
        shown = result(walked)
        said = "\n".join(s.text for s in (*shown.because, *shown.warnings, *shown.steps, *shown.evidence))
        for words in row.says:
            if words not in said:
                yield where, f"应当说到“{words}”"
        for words in row.silent:
            if words in said:
                yield where, f"不应当说到“{words}”"
