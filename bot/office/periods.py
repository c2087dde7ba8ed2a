"""The rows of the ledger: made when a plan is confirmed or an event raised, brought in line when its text changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.office.rules import Rules
from bot.tables import Occurrence, Submission, Task
from scheduler import reminders
from scheduler.calendar import VIETNAM
from scheduler.ledger import Mark, Period, Rhythm, rhythm
from scheduler.periods import event_period, periods
from scheduler.plan import Kind, Plan, Schedule
from scheduler.plan import Task as PlanTask
from scheduler.units import Unit

BATCH = 1000
"""Rows of one INSERT; databases allow about 32,000 values in a statement."""
BEFORE = "Kỳ đã qua trước khi kế hoạch được xác nhận."


async def sync(
    session: AsyncSession,
    rules: Rules,
    row: Task,
    task: PlanTask,
    plan: Plan,
    since: date | None,
    now: datetime,
) -> int:
    """Make the rows of a task as its rhythm says; how many there are. Whatever was reported stays as it is."""
    schedule = Schedule.from_json(row.cadence)
    if schedule.kind is Kind.EVENT:
        return 0
    assert row.id is not None  # noqa: S101 - it was just written
    turns = periods(schedule, plan.window, rules.calendar.default.is_working_day)
    wanted = {
        (unit, turn.key): _values(rules, row.id, unit, turn, rhythm(schedule), since)
        for turn in turns
        for unit in leads(rules, task, plan, turn.due)
    }
    statement = select(Occurrence).where(col(Occurrence.task_id) == row.id)
    existing = {(old.unit, old.period): old for old in (await session.execute(statement)).scalars()}
    await _drop(session, [old for key, old in existing.items() if key not in wanted], now)
    await _move(session, existing, wanted)
    await _insert(session, [values for key, values in wanted.items() if key not in existing])
    return len(wanted)


def leads(rules: Rules, task: PlanTask, plan: Plan, day: date) -> list[str]:
    """Ids of the units that lead on that day: named as on the plan's first day, then whoever took over."""
    first = plan.window[0]
    members: dict[str, None] = {}
    for owner in task.lead:
        for unit in rules.units.expand(owner.unit, first) if owner.unit else ():
            now = rules.units.today(unit.id, day)
            members[now.id if isinstance(now, Unit) else unit.id] = None
    return list(members)


def _values(
    rules: Rules, task: int, unit: str, turn: Period, how: Rhythm, since: date | None, raised: datetime | None = None
) -> dict[str, Any]:
    calendar = rules.calendar.for_unit(unit)
    stages = reminders.stages(how, turn.due, turn.at, calendar, rules.policy, raised=raised)
    set_aside = since is not None and turn.due < since
    return {
        "task_id": task,
        "unit": unit,
        "period": turn.key,
        "label": turn.label,
        "begins": turn.start,
        "ends": turn.end,
        "due_on": turn.due,
        "hour": turn.at.strftime("%H:%M") if turn.at else None,
        "due": reminders.due_moment(turn.due, turn.at),
        "deadline": reminders.deadline(turn.due, turn.at, calendar),
        "soon": stages[0].at,
        "raised_at": raised,
        "mark": Mark.NOT_APPLICABLE if set_aside else Mark.OPEN,
        "reason": BEFORE if set_aside else "",
        "snoozes": 0,
        "next_at": None if set_aside else stages[0].at,
    }


async def _insert(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    for first in range(0, len(rows), BATCH):
        await session.execute(insert_new(session, Occurrence).values(rows[first : first + BATCH]))


async def _drop(session: AsyncSession, rows: Iterable[Occurrence], now: datetime) -> None:
    """Rows that the new rhythm does not know: those to come are deleted unless somebody has reported already."""
    coming = [old.id for old in rows if old.mark == Mark.OPEN and old.due > now]
    sent = select(col(Submission.occurrence_id)).where(col(Submission.occurrence_id).in_(coming))
    reported = set((await session.execute(sent)).scalars()) if coming else set()
    for first in range(0, len(coming), BATCH):
        gone = [number for number in coming[first : first + BATCH] if number not in reported]
        await session.execute(delete(Occurrence).where(col(Occurrence.id).in_(gone)))


async def _move(
    session: AsyncSession, existing: dict[tuple[str, str], Occurrence], wanted: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """Open rows whose due day the new text moves are reminded of anew."""
    for key, values in wanted.items():
        old = existing.get(key)
        if old is None or old.mark != Mark.OPEN or old.due == values["due"]:
            continue
        for name in ("label", "begins", "ends", "due_on", "hour", "due", "deadline", "soon", "next_at"):
            setattr(old, name, values[name])
        session.add(old)


async def set_aside(session: AsyncSession, task: int, reason: str) -> None:
    """All open rows of a task no longer apply."""
    statement = update(Occurrence).where(col(Occurrence.task_id) == task, col(Occurrence.mark) == Mark.OPEN)
    await session.execute(statement.values(mark=Mark.NOT_APPLICABLE, reason=reason[:500], next_at=None))


async def set_aside_before(session: AsyncSession, plan: int, day: date, reason: str) -> int:
    """Open rows of a plan that were due before a day no longer apply; how many."""
    tasks = select(col(Task.id)).where(col(Task.plan_id) == plan)
    here = (col(Occurrence.task_id).in_(tasks), col(Occurrence.mark) == Mark.OPEN, col(Occurrence.due_on) < day)
    statement = update(Occurrence).where(*here).values(mark=Mark.NOT_APPLICABLE, reason=reason[:500], next_at=None)
    gone = await session.execute(statement.returning(col(Occurrence.id)))
    return len(gone.all())


async def past(session: AsyncSession, plan: int, day: date) -> int:
    """How many open rows of a plan were due before a day."""
    tasks = select(col(Task.id)).where(col(Task.plan_id) == plan)
    statement = select(func.count()).select_from(Occurrence)
    here = (col(Occurrence.task_id).in_(tasks), col(Occurrence.mark) == Mark.OPEN, col(Occurrence.due_on) < day)
    return (await session.execute(statement.where(*here))).scalar_one()


async def raise_event(
    session: AsyncSession, rules: Rules, row: Task, plan: Plan, what: str, now: datetime, due: date | None = None
) -> int:
    """One row for each leading unit, due in some working days; how many were made."""
    assert row.id is not None  # noqa: S101 - it was read from the database
    # two events at once must not take the same number
    await session.execute(select(col(Task.id)).where(col(Task.id) == row.id).with_for_update())
    count = select(func.count(func.distinct(col(Occurrence.period)))).where(col(Occurrence.task_id) == row.id)
    number = (await session.execute(count)).scalar_one() + 1
    today = now.astimezone(VIETNAM).date()
    due = due or rules.calendar.default.add_working_days(today, rules.policy.event_days)
    turn = event_period(number, today, due, what)
    task = PlanTask.from_json(row.body)
    units = leads(rules, task, plan, today)
    await _insert(session, [_values(rules, row.id, unit, turn, Rhythm.EVENT, None, raised=now) for unit in units])
    return len(units)
