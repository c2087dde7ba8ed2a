"""A plan rolled to another year: the same tasks, every year in their words moved, to be looked through by a person."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from scheduler import timewords
from scheduler.plan import Owner, Plan, Reading, Task
from scheduler.plan import Warning as Flag
from scheduler.units import Units

_YEAR = re.compile(r"(?<![\d./-])(?:19|20)\d\d(?!\d)|(?<=[/.-])20\d\d(?!\d)")


def roll(reading: Reading, year: int, units: Units) -> Reading:
    """The plan for ``year``: number and day blank, times read anew, units as they stand on its first day."""
    old = reading.plan
    shift = year - old.year
    start, due = (_moved(day, shift) for day in old.window)
    plan = Plan(_years(old.title, shift), year, issuer=old.issuer, start=start, due=due)
    tasks = tuple(_task(task, shift, plan, units) for task in reading.tasks)
    return Reading(plan, tasks, _warnings(tasks, plan, units))


def _task(task: Task, shift: int, plan: Plan, units: Units) -> Task:
    words = _years(task.time_text, shift)
    schedule = timewords.read(words, plan.year, window=plan.window)
    return replace(
        task,
        content=_years(task.content, shift),
        lead=_owners(task.lead, plan, units),
        support=_owners(task.support, plan, units),
        time_text=words,
        schedule=schedule,
        proposal=timewords.propose(schedule, plan.window),
    )


def _owners(owners: tuple[Owner, ...], plan: Plan, units: Units) -> tuple[Owner, ...]:
    """Whoever does it in the new year; a unit that is gone without a known successor stays, with a warning."""
    moved = []
    for owner in owners:
        if owner.unit is None or units.is_group(owner.unit):
            moved.append(owner)
            continue
        now = units.today(owner.unit, plan.window[0])
        same = now is None or isinstance(now, str) or now.id == owner.unit
        moved.append(owner if same or isinstance(now, str) or now is None else Owner(now.name, now.id))
    unique = {(owner.unit or owner.text): owner for owner in moved}
    return tuple(unique.values())


def _warnings(tasks: tuple[Task, ...], plan: Plan, units: Units) -> tuple[Flag, ...]:
    found = [
        Flag("blank_number", None, "Số kế hoạch còn trống."),
        Flag("blank_date", None, "Ngày ban hành còn trống."),
    ]
    for task in tasks:
        for owner in (*task.lead, *task.support):
            if owner.unit is None or units.is_group(owner.unit):
                continue
            unit = units.get(owner.unit)
            if unit is None or unit.valid_on(plan.window[0]):
                continue
            successor = units.today(owner.unit, plan.window[0])
            hint = f" Đơn vị kế thừa: {successor}." if isinstance(successor, str) else ""
            text = f"Việc {task.tt}: {unit.name} không còn hoạt động vào đầu năm {plan.year}.{hint} Cần giao lại."
            found.append(Flag("unit_ended", task.tt, text))
    return tuple(found)


def _years(text: str, shift: int) -> str:
    """Every year in a text moved; numbers of documents ("Số 14/KH-UBND ngày 21/01/2024") move with the rest."""
    return _YEAR.sub(lambda found: str(int(found[0]) + shift), text)


def _moved(day: date, shift: int) -> date:
    try:
        return day.replace(year=day.year + shift)
    except ValueError:  # 29 February
        return day.replace(year=day.year + shift, day=28)
