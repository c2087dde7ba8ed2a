"""Rows of the ledger looked up: as a list that is filtered page by page, and as what falls due in a month."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office.matrix import Sight, standing
from bot.office.rules import Rules
from bot.tables import Occurrence, PlanState
from bot.tables import Plan as PlanRow
from bot.tables import Task as TaskRow
from scheduler.ledger import OPEN_MARKS, Mark, State


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None: any."""

    plan: int | None = None
    task: int | None = None
    unit: str | None = None
    state: State | None = None
    due_on: date | None = None
    to_do: bool = False
    """Only what a unit has to report now: soon due, overdue, returned."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the ledger as it stands in a list."""

    id: int
    tt: str
    content: str
    unit: str
    unit_name: str
    label: str
    due_on: date
    reported_at: datetime | None
    state: State
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list."""

    lines: tuple[Line, ...]
    total: int
    page: int
    """Counted from 1."""
    pages: int


async def listed(
    session: AsyncSession, rules: Rules, now: datetime, wanted: Wanted, sight: Sight, page: int = 1
) -> Listing:
    """The rows that fit, by due day, at most :data:`limits.PAGE_ROWS` a page; a page past the end is the last one."""
    where = _where(wanted, sight, now)
    counted = select(func.count()).select_from(Occurrence)
    total = (await session.execute(_joined(counted).where(*where))).scalar_one()
    pages = max(1, -(-total // limits.PAGE_ROWS))
    page = min(max(1, page), pages)
    statement = (
        _joined(_columns())
        .where(*where)
        .order_by(col(Occurrence.due), col(Occurrence.task_id), col(Occurrence.id))
        .limit(limits.PAGE_ROWS)
        .offset((page - 1) * limits.PAGE_ROWS)
    )
    lines = tuple(_line(row, rules, now) for row in await session.execute(statement))
    return Listing(lines, total, page, pages)


async def units(session: AsyncSession, wanted: Wanted, sight: Sight) -> set[str]:
    """Ids of the units in sight that the plan and task have, whatever else is looked for."""
    of = Wanted(plan=wanted.plan, task=wanted.task)
    statement = _joined(select(col(Occurrence.unit)).select_from(Occurrence))
    moment = datetime.min.replace(tzinfo=UTC)
    return set((await session.execute(statement.where(*_where(of, sight, moment)).distinct())).scalars())


@dataclass(frozen=True, slots=True)
class DayTask:
    """A task that falls due on a day, over the units in sight."""

    task: int
    tt: str
    content: str
    label: str
    units: int
    counts: Mapping[State, int]
    only: int | None
    """Id of the row where there is one alone."""


async def month(
    session: AsyncSession, rules: Rules, now: datetime, first: date, wanted: Wanted, sight: Sight
) -> dict[date, list[DayTask]]:
    """What falls due on each day of a month, in one query."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    statement = (
        _joined(_columns())
        .where(*_where(wanted, sight, now), col(Occurrence.due_on) >= first, col(Occurrence.due_on) <= last)
        .order_by(col(Occurrence.due_on), col(Occurrence.task_id), col(Occurrence.id))
    )
    days: dict[date, dict[tuple[int, str], list[Line]]] = {}
    for row in await session.execute(statement):
        days.setdefault(row.due_on, {}).setdefault((row.task_id, row.label), []).append(_line(row, rules, now))
    return {
        day: [_day_task(task, label, lines) for (task, label), lines in found.items()] for day, found in days.items()
    }


def _day_task(task: int, label: str, lines: list[Line]) -> DayTask:
    first = lines[0]
    counts = Counter(line.state for line in lines)
    return DayTask(task, first.tt, first.content, label, len(lines), counts, first.id if len(lines) == 1 else None)


def _joined(statement: Any) -> Any:
    return statement.join(TaskRow, col(TaskRow.id) == col(Occurrence.task_id)).join(
        PlanRow, col(PlanRow.id) == col(TaskRow.plan_id)
    )


def _columns() -> Any:
    return select(
        col(Occurrence.id),
        col(Occurrence.task_id),
        col(Occurrence.unit),
        col(Occurrence.label),
        col(Occurrence.due_on),
        col(Occurrence.due),
        col(Occurrence.soon),
        col(Occurrence.mark),
        col(Occurrence.reported_at),
        col(Occurrence.reason),
        col(TaskRow.tt),
        col(TaskRow.content),
    ).select_from(Occurrence)


def _line(row: Any, rules: Rules, now: datetime) -> Line:
    return Line(
        row.id,
        row.tt,
        row.content,
        row.unit,
        rules.units.name(row.unit),
        row.label,
        row.due_on,
        row.reported_at,
        standing(row).state(now),
        row.reason,
    )


def _where(wanted: Wanted, sight: Sight, now: datetime) -> list[ColumnElement[bool]]:
    found = [col(PlanRow.state) == PlanState.CONFIRMED, ~col(TaskRow.ended)]
    if sight is not None:
        found.append(col(Occurrence.unit).in_(sight))
    if wanted.plan is not None:
        found.append(col(TaskRow.plan_id) == wanted.plan)
    if wanted.task is not None:
        found.append(col(Occurrence.task_id) == wanted.task)
    if wanted.unit is not None:
        found.append(col(Occurrence.unit) == wanted.unit)
    if wanted.due_on is not None:
        found.append(col(Occurrence.due_on) == wanted.due_on)
    if wanted.to_do:
        found += [col(Occurrence.mark).in_(OPEN_MARKS), col(Occurrence.soon) <= now]
    if wanted.state is not None:
        found.append(stands(wanted.state, now))
    return found


_MARKS = {
    State.PLANNED: Mark.OPEN,
    State.DUE_SOON: Mark.OPEN,
    State.OVERDUE: Mark.OPEN,
    State.REPORTED: Mark.REPORTED,
    State.REPORTED_LATE: Mark.REPORTED,
    State.ACCEPTED: Mark.ACCEPTED,
    State.ACCEPTED_LATE: Mark.ACCEPTED,
    State.RETURNED: Mark.RETURNED,
    State.NOT_APPLICABLE: Mark.NOT_APPLICABLE,
}


def stands(state: State, now: datetime) -> ColumnElement[bool]:
    """What :meth:`scheduler.ledger.Standing.state` says, as a condition on rows of the ledger."""
    marked = col(Occurrence.mark) == _MARKS[state]
    due, soon, reported = col(Occurrence.due), col(Occurrence.soon), col(Occurrence.reported_at)
    match state:
        case State.PLANNED:
            return and_(marked, due >= now, soon > now)
        case State.DUE_SOON:
            return and_(marked, due >= now, soon <= now)
        case State.OVERDUE:
            return and_(marked, due < now)
        case State.REPORTED | State.ACCEPTED:
            return and_(marked, or_(reported.is_(None), reported <= due))
        case State.REPORTED_LATE | State.ACCEPTED_LATE:
            return and_(marked, reported > due)
    return marked
