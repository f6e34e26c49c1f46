"""The reckoning of a due date, in Chinese sentences a citizen and a judge can check."""

from __future__ import annotations

from datetime import date, timedelta

from xiezhi.kernel.calendar.counting import Due, Recipe, Spell, Step, Unit, advance, unite
from xiezhi.kernel.calendar.days import Calendar, CalendarNotPublished, DayKind

__all__ = ["explain", "zh_date"]

_DAY = timedelta(days=1)
_START = "民法典 第201条"
_MONTHS = "民法典 第202条"
_ROLL = "民法典 第203条"
_WEEKDAYS = "一二三四五六日"


def zh_date(day: date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _with_weekday(day: date) -> str:
    return f"{zh_date(day)}（星期{_WEEKDAYS[day.weekday()]}）"


def _skipped(calendar: Calendar, first: date, last: date) -> str:
    """What in the calendar makes the count differ from plain weeks, as a clause."""
    holidays: dict[str, list[date]] = {}
    makeup: list[date] = []
    for day, kind, name in calendar.special_days(first, last):
        if kind is DayKind.MAKEUP:
            makeup.append(day)
        else:
            holidays.setdefault(f"{day.year} {name}", []).append(day)
    parts = []
    for key, days in holidays.items():
        name = key.split(" ", 1)[1]
        span = f"{days[0].month}月{days[0].day}日"
        if len(days) > 1:
            span += f"至{days[-1].month}月{days[-1].day}日"
        parts.append(f"{name}（{span}）不计")
    if makeup:
        parts.append("、".join(f"{d.month}月{d.day}日" for d in makeup) + "调休上班计入")
    return "；".join(parts)


def explain(due: Due) -> tuple[Step, ...]:
    """The steps of a due date in order; the date of the last one is the legal end, or the day the hold began."""
    recipe = due.recipe
    if recipe is None:
        return ()
    steps = list(_backward(due, recipe) if recipe.backward else _forward(due, recipe))
    if due.provisional:
        last = due.legal or due.held_since or due.start
        steps.append(Step("所涉年度的节假日安排尚未公布，暂按周末和元旦推算，公布后重新计算", "", last))
    return tuple(steps)


def _backward(due: Due, recipe: Recipe) -> list[Step]:
    latest = due.nominal or due.start
    steps = [
        Step(f"以{_with_weekday(due.start)}为基准向前计算，当日不计入", recipe.counting_basis or _START, due.start)
    ]
    text = f"至少提前{recipe.unit.amount(recipe.length)}，最迟为{_with_weekday(latest)}"
    if recipe.unit is Unit.WD:
        clause = _skipped(recipe.calendar, latest, due.start - _DAY)
        text += f"；{clause}" if clause else ""
    steps.append(Step(text, recipe.basis, latest))
    return steps


def _base(due: Due, recipe: Recipe) -> date:
    start, first_day = due.start, recipe.first_day_counts
    if recipe.unit in (Unit.CD, Unit.WD):
        return advance(start - _DAY if first_day else start, recipe.length, recipe.unit, recipe.calendar)
    reached = advance(start, recipe.length, recipe.unit, recipe.calendar)
    return reached - _DAY if first_day else reached


def _forward(due: Due, recipe: Recipe) -> list[Step]:
    calendar, unit, start = recipe.calendar, recipe.unit, due.start
    if recipe.first_day_counts:
        steps = [Step(f"自{_with_weekday(start)}起算，当日计为第一日", recipe.counting_basis, start)]
    else:
        text = f"{_with_weekday(start)}为起始日，当日不计入，自次日起算"
        steps = [Step(text, recipe.counting_basis or _START, start)]
    try:
        nominal = _base(due, recipe)
    except CalendarNotPublished:
        # Only a held term gets here: its end is open, so the length is all there is to say.
        steps.append(Step(f"期限为{unit.amount(recipe.length)}", recipe.basis, start))
        steps += [
            Step(f"延长{e.unit.amount(e.length)}" + (f"（{e.reason}）" if e.reason else ""), e.basis, start)
            for e in recipe.extensions
        ]
        return [*steps, *_spells_of_held(due, recipe)]
    text = f"期限{unit.amount(recipe.length)}，至{_with_weekday(nominal)}届满"
    if unit is Unit.WD:
        clause = _skipped(calendar, start + _DAY, nominal)
        text += f"；{clause}" if clause else ""
    basis = recipe.basis or (_MONTHS if unit in (Unit.MO, Unit.YR) else "")
    steps.append(Step(text, basis, nominal))
    for extension in recipe.extensions:
        try:
            nominal = advance(nominal, extension.length, extension.unit, calendar)
        except CalendarNotPublished:
            return [*steps, *_spells_of_held(due, recipe)]
        reason = f"（{extension.reason}）" if extension.reason else ""
        text = f"延长{extension.unit.amount(extension.length)}{reason}，自原届满日顺延至{_with_weekday(nominal)}"
        steps.append(Step(text, extension.basis, nominal))
    return _spells(due, recipe, steps, nominal)


def _sources(spells: list[Spell]) -> tuple[str, str]:
    """Reasons and articles of the spells that make up one united stretch."""
    reasons = dict.fromkeys(s.reason for s in spells if s.reason)
    articles = dict.fromkeys(s.basis for s in spells if s.basis)
    return "、".join(reasons) or "期限中止", "；".join(articles)


def _within(recipe: Recipe, begin: date, end: date | None) -> list[Spell]:
    return [s for s in recipe.spells if (end is None or s.start < end) and (s.end is None or s.end > begin)]


def _hold(due: Due, recipe: Recipe, begin: date) -> Step:
    reason, basis = _sources(_within(recipe, begin, None))
    unit = Unit.WD if recipe.unit is Unit.WD else Unit.CD
    left = unit.amount(due.remaining_at_hold or 0)
    text = f"自{_with_weekday(begin)}起{reason}，尚未恢复，期限停止计算，剩余{left}"
    return Step(text, basis, begin)


def _spells_of_held(due: Due, recipe: Recipe) -> list[Step]:
    """The spells of a held term whose end cannot be named because the calendar is not published."""
    steps: list[Step] = []
    first = due.start if recipe.first_day_counts else due.start + _DAY
    for begin, end in unite(recipe.spells, first):
        if end is None:
            steps.append(_hold(due, recipe, begin))
            break
        reason, basis = _sources(_within(recipe, begin, end))
        text = f"{zh_date(begin)}至{zh_date(end - _DAY)}{reason}，期间不计入期限"
        steps.append(Step(text, basis, end))
    return steps


def _spells(due: Due, recipe: Recipe, steps: list[Step], nominal: date) -> list[Step]:
    calendar, unit = recipe.calendar, recipe.unit
    first = due.start if recipe.first_day_counts else due.start + _DAY
    floor: date | None = None
    for begin, end in unite(recipe.spells, first):
        reason, basis = _sources(_within(recipe, begin, end))
        moved = begin > nominal
        if moved and (not recipe.roll or begin > calendar.roll(max(nominal, floor or nominal))):
            text = f"自{zh_date(begin)}起的{reason}晚于届满日，不影响期限"
            steps.append(Step(text, basis, nominal))
            break
        if end is None:
            return [*steps, _hold(due, recipe, begin)]
        if unit is Unit.WD:
            days = calendar.working_between(begin, end)
            nominal = calendar.add_working(nominal, days)
        else:
            days = (end - begin).days
            nominal += end - begin
        kind = Unit.WD if unit is Unit.WD else Unit.CD
        text = (
            f"{zh_date(begin)}至{zh_date(end - _DAY)}{reason}，{kind.amount(days)}不计入期限，"
            f"届满日后延至{_with_weekday(nominal)}"
        )
        steps.append(Step(text, basis, nominal))
        floor = end if moved else floor
    if floor is not None and floor > nominal:
        steps.append(Step(f"最后一日当时尚未过完，自{_with_weekday(floor)}接续", recipe.counting_basis or _ROLL, floor))
        nominal = floor
    if recipe.roll and due.legal is not None and due.legal != nominal:
        name = calendar.name(nominal)
        what = f"{name}假期" if name and calendar.kind(nominal) is DayKind.HOLIDAY else "休息日"
        text = f"届满日{zh_date(nominal)}为{what}，以其后第一个工作日{_with_weekday(due.legal)}为最后一日"
        steps.append(Step(text, recipe.counting_basis or _ROLL, due.legal))
    elif not recipe.roll and not recipe.first_day_counts and calendar_off(calendar, nominal):
        steps.append(Step("该期限不因节假日顺延", recipe.counting_basis, nominal))
    return steps


def calendar_off(calendar: Calendar, day: date) -> bool:
    """Whether the day is known to be off; an unpublished year is no ground to say so."""
    try:
        return calendar.is_off(day)
    except CalendarNotPublished:
        return False
