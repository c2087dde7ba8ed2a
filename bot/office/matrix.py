"""The ledger as a picture: units down, periods or tasks across, in every field how it stands now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office.rules import Rules
from bot.tables import Occurrence, PlanState
from bot.tables import Plan as PlanRow
from bot.tables import Task as TaskRow
from scheduler.ledger import Mark, Standing, State

Sight = frozenset[str] | None
"""Ids of the units that are shown; None: all."""
BEFORE, AFTER = 9, 3
"""So many periods before and after today's are shown where not the whole year is wanted."""
SHEET = 54
"""Most periods on one sheet of paper (A3 across): the weeks of a year."""


@dataclass(frozen=True, slots=True)
class PlanName:
    """A running plan, to choose from."""

    id: int
    title: str
    year: int


@dataclass(frozen=True, slots=True)
class TaskName:
    """A task of a plan, to choose from."""

    id: int
    tt: str
    content: str


@dataclass(frozen=True, slots=True)
class Column:
    """A period of the task that is looked at, or a task in its latest period."""

    key: str
    head: str
    """What stands above it: "tuần 34", "Việc 3"."""
    about: str
    """More of it: the days of the period, the task's content."""
    period: str
    due: date
    task: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the ledger."""

    id: int
    state: State


@dataclass(frozen=True, slots=True)
class Grid:
    """Units and columns with their cells; where a unit has nothing to do in a column, there is none."""

    columns: tuple[Column, ...]
    units: tuple[tuple[str, str], ...]
    """Id and name, in the order of the register."""
    cells: Mapping[tuple[str, str], Cell]
    """By the unit's id and the column's key."""
    counts: Mapping[State, int] = field(default_factory=dict)

    def only(self, columns: Sequence[Column]) -> Grid:
        """The same with some of the columns."""
        keys = {column.key for column in columns}
        return _grid(columns, self.units, {at: cell for at, cell in self.cells.items() if at[1] in keys})

    def sheets(self, most: int = SHEET) -> list[Grid]:
        """Cut into pieces of at most so many columns, for paper."""
        if len(self.columns) <= most:
            return [self]
        return [self.only(self.columns[first : first + most]) for first in range(0, len(self.columns), most)]


def _grid(columns: Iterable[Column], units: Iterable[tuple[str, str]], cells: Mapping[tuple[str, str], Cell]) -> Grid:
    return Grid(tuple(columns), tuple(units), cells, Counter(cell.state for cell in cells.values()))


def near(columns: Sequence[Column], today: date) -> Sequence[Column]:
    """The columns around today's: what one looks for first."""
    ahead = next((place for place, column in enumerate(columns) if column.due >= today), len(columns))
    return columns[max(0, ahead - BEFORE) : ahead + 1 + AFTER]


async def running_plans(session: AsyncSession) -> list[PlanName]:
    """Confirmed plans, the newest year first."""
    statement = (
        select(col(PlanRow.id), col(PlanRow.title), col(PlanRow.year))
        .where(col(PlanRow.state) == PlanState.CONFIRMED)
        .order_by(col(PlanRow.year).desc(), col(PlanRow.id))
    )
    return [PlanName(number or 0, title, year) for number, title, year in await session.execute(statement)]


async def tasks(session: AsyncSession, plan: int, sight: Sight) -> list[TaskName]:
    """Tasks of a plan in which a unit in sight has something to do."""
    shown = select(col(Occurrence.id)).where(col(Occurrence.task_id) == col(TaskRow.id), *_in(sight))
    statement = (
        select(col(TaskRow.id), col(TaskRow.tt), col(TaskRow.content))
        .where(col(TaskRow.plan_id) == plan, ~col(TaskRow.ended), shown.exists())
        .order_by(col(TaskRow.id))
    )
    return [TaskName(number or 0, tt, content) for number, tt, content in await session.execute(statement)]


async def of_task(session: AsyncSession, rules: Rules, now: datetime, task: int, sight: Sight) -> Grid:
    """Every unit and period of a task, in one query."""
    statement = _cells().where(col(Occurrence.task_id) == task, *_in(sight))
    return _told(await _rows(session, statement), rules, now, by_task=False)


async def of_plan(session: AsyncSession, rules: Rules, now: datetime, plan: int, sight: Sight) -> Grid:
    """Every task of a plan in its latest period that has begun, else in its first one; in one query."""
    begun = case((col(Occurrence.soon) <= now, col(Occurrence.due)))
    shown = (
        select(
            col(Occurrence.task_id).label("task"),
            func.coalesce(func.max(begun), func.min(col(Occurrence.due))).label("due"),
        )
        .where(col(Occurrence.mark) != Mark.NOT_APPLICABLE, *_in(sight))
        .group_by(col(Occurrence.task_id))
        .subquery()
    )
    statement = (
        _cells()
        .join(shown, (shown.c.task == col(Occurrence.task_id)) & (shown.c.due == col(Occurrence.due)))
        .where(col(TaskRow.plan_id) == plan, ~col(TaskRow.ended), *_in(sight))
    )
    return _told(await _rows(session, statement), rules, now, by_task=True)


async def by_tasks(
    session: AsyncSession, rules: Rules, now: datetime, plan: int, sight: Sight
) -> list[tuple[TaskName, Grid]]:
    """Every task of a plan with all its periods, in one query: for paper."""
    statement = _cells().where(col(TaskRow.plan_id) == plan, ~col(TaskRow.ended), *_in(sight))
    found: dict[int, list[Any]] = {}
    for row in await _rows(session, statement):
        found.setdefault(row.task_id, []).append(row)
    return [
        (TaskName(number, rows[0].tt, rows[0].content), _told(rows, rules, now, by_task=False))
        for number, rows in found.items()
    ]


def _in(sight: Sight) -> tuple[Any, ...]:
    return () if sight is None else (col(Occurrence.unit).in_(sight),)


def _cells() -> Any:
    """Only what a field shows: a year of weeks in sixteen wards is a thousand rows."""
    return (
        select(
            col(Occurrence.id),
            col(Occurrence.task_id),
            col(Occurrence.unit),
            col(Occurrence.period),
            col(Occurrence.label),
            col(Occurrence.due_on),
            col(Occurrence.due),
            col(Occurrence.soon),
            col(Occurrence.mark),
            col(Occurrence.reported_at),
            col(TaskRow.tt),
            col(TaskRow.content),
        )
        .join(TaskRow, col(TaskRow.id) == col(Occurrence.task_id))
        .order_by(col(Occurrence.task_id), col(Occurrence.due), col(Occurrence.id))
    )


async def _rows(session: AsyncSession, statement: Any) -> list[Any]:
    return list(await session.execute(statement))


def _told(rows: Sequence[Any], rules: Rules, now: datetime, *, by_task: bool) -> Grid:
    columns: dict[str, Column] = {}
    cells: dict[tuple[str, str], Cell] = {}
    for row in rows:
        key = str(row.task_id) if by_task else row.period
        if key not in columns:
            columns[key] = _task_column(row, key) if by_task else _period_column(row, key)
        cells[row.unit, key] = Cell(row.id, standing(row).state(now))
    return _grid(columns.values(), in_order({row.unit for row in rows}, rules), cells)


def _period_column(row: Any, key: str) -> Column:
    return Column(key, short(row.label), row.label, row.label, row.due_on, row.task_id)


def _task_column(row: Any, key: str) -> Column:
    return Column(key, f"Việc {row.tt}", row.content, short(row.label), row.due_on, row.task_id)


def standing(row: Any) -> Standing:
    """How a row of the ledger stands, from its columns."""
    return Standing(row.due, row.soon, Mark(row.mark), row.reported_at)


def short(label: str) -> str:
    """A period's name without its days: "tuần 34 (19–25/8/2024)" is "tuần 34"."""
    return label.partition(" (")[0]


def in_order(units: Iterable[str], rules: Rules) -> list[tuple[str, str]]:
    """Ids and names in the order of the register; what it does not know comes last."""
    places = {unit.id: place for place, unit in enumerate(rules.units.all())}
    return [
        (unit, rules.units.name(unit)) for unit in sorted(units, key=lambda one: (places.get(one, len(places)), one))
    ]
