"""Figures of units: how many of their duties were reported in time, and who of them can be written to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.figures import Span
from bot.office.roll import Held, roll
from bot.office.rules import Rules
from bot.tables import Occurrence
from handlers.duties import CHATS, Role
from scheduler.ledger import OPEN_MARKS, Entry, Mark, Period, Standing
from scheduler.reports.counts import Progress, Row, progress
from scheduler.text import fold

NO_OFFICER = "chưa có cán bộ phụ trách nào liên kết"


@dataclass(frozen=True, slots=True)
class UnitDuties:
    """The duties of a unit whose due day lies in a span, as a report counts them."""

    unit: str
    name: str
    fell_due: int
    """Due moment has passed; set-aside ones are not counted."""
    on_time: int
    """Of those."""
    late: int
    missing: int
    """Of those: nothing was reported, or it was sent back and did not come again."""
    waiting: int
    """In the span, and not due yet."""
    not_applicable: int

    @property
    def share(self) -> float | None:
        """On time, of what fell due, 0..1; None: nothing fell due."""
        return self.on_time / self.fell_due if self.fell_due else None


async def duties(
    session: AsyncSession, rules: Rules, span: Span, now: datetime, sight: Collection[str] | None
) -> list[UnitDuties]:
    """Units with duties in the span, by name; only those in sight (None: all)."""
    statement = select(
        col(Occurrence.id),
        col(Occurrence.unit),
        col(Occurrence.due_on),
        col(Occurrence.due),
        col(Occurrence.soon),
        col(Occurrence.mark),
        col(Occurrence.reported_at),
    ).where(col(Occurrence.due_on) >= span.first, col(Occurrence.due_on) <= span.last)
    if sight is not None:
        statement = statement.where(col(Occurrence.unit).in_(sight))
    held: dict[str, list[Row]] = defaultdict(list)
    for number, unit, due_on, due, soon, mark, reported_at in await session.execute(statement):
        standing = Standing(due, soon, Mark(mark), reported_at)
        period = Period("", "", due_on, due_on, due_on)
        entry = Entry(number or 0, "", "", unit, "", period, standing)
        held[unit].append(Row(entry, standing.state(now), now > due))
    counted = [_counted(unit, rules.units.name(unit), rows) for unit, rows in held.items()]
    return sorted(counted, key=lambda one: (fold(one.name), one.unit))


def _counted(unit: str, name: str, rows: list[Row]) -> UnitDuties:
    every: Progress = progress(rows)
    fell: Progress = progress(row for row in rows if row.fell_due)
    return UnitDuties(
        unit=unit,
        name=name,
        fell_due=fell.planned.value,
        on_time=fell.on_time.value,
        late=fell.late.value,
        missing=fell.overdue.value + fell.returned.value,
        waiting=every.planned.value - fell.planned.value,
        not_applicable=every.not_applicable.value,
    )


@dataclass(frozen=True, slots=True)
class UnitReach:
    """Who of a unit can be written to. A group chat or channel is no person and is not counted."""

    unit: str
    name: str
    people: int
    """Roles that are held."""
    reached: int
    """Of those: by a channel that can write first."""
    channels: Mapping[str, int]
    """How many are reached by each; one who is reached by two stands in both."""
    problem: str
    """Why no officer of it can be reminded, where it has something to do; else empty."""


async def reach(session: AsyncSession, rules: Rules, sight: Collection[str] | None) -> list[UnitReach]:
    """Units where somebody holds a role, or that have something to do; by name."""
    held: dict[str, list[Held]] = defaultdict(list)
    for one in await roll(session, sight):
        if one.role not in CHATS:
            held[one.unit].append(one)
    open_marks = select(col(Occurrence.unit)).where(col(Occurrence.mark).in_(OPEN_MARKS)).distinct()
    busy = {unit for unit in (await session.execute(open_marks)).scalars() if sight is None or unit in sight}
    found = [_reach(unit, rules, held.get(unit, []), busy=unit in busy) for unit in sorted({*held, *busy})]
    return sorted(found, key=lambda one: (fold(one.name), one.unit))


def _reach(unit: str, rules: Rules, held: list[Held], *, busy: bool) -> UnitReach:
    by = [one.reached_by(rules.pushable) for one in held]
    problems = [one.problem(rules.pushable) for one in held if one.role is Role.OFFICER]
    silent = busy and all(problems)
    return UnitReach(
        unit=unit,
        name=rules.units.name(unit),
        people=len(held),
        reached=sum(bool(channels) for channels in by),
        channels=Counter(channel for channels in by for channel in channels),
        problem=(problems or [NO_OFFICER])[0] if silent else "",
    )
