"""The tick of the ledger: which stage has come, and whom it makes a message of the day for.

Safe to run late, twice and in two processes: what was reached stands in the rows, and a message is a row with a unique
key. After an outage the latest stage counts, never the backlog. The words are made when the message is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.office import notices, people
from bot.office.people import Directory, Recipient
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import Difficulty, Occurrence, Outbox, Task
from handlers.duties import Role
from handlers.message import Address
from scheduler import reminders
from scheduler.calendar import VIETNAM, WorkingTime
from scheduler.ledger import OPEN_MARKS, Mark, rhythm
from scheduler.plan import Schedule
from scheduler.policy import LAST_CALL
from scheduler.reminders import Audience, Stage

BATCH = 1000
GROUPS = 500
"""Most turns looked at in one tick; the rest waits for the next."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """A period of a task, over all units."""

    task: int
    period: str
    due: date
    at: time | None
    raised: datetime | None
    schedule: Schedule

    def stages(self, calendar: WorkingTime, rules: Rules) -> tuple[Stage, ...]:
        how = rhythm(self.schedule)
        return reminders.stages(how, self.due, self.at, calendar, rules.policy, raised=self.raised)


class Reminding:
    """Keeps nothing but what spares it a look at the database."""

    def __init__(self, storage: Storage, rules: Rules) -> None:
        self._storage = storage
        self._rules = rules
        self._summed_up: date | None = None

    async def tick(self, now: datetime) -> int:
        """Make the messages that are due; how many new ones wait to be sent."""
        profiles = [(units, time_) for units, time_ in self._profiles() if time_.is_working_time(now)]
        if not profiles:
            return 0
        made = 0
        turns = await self._turns(now)
        round_: _Round | None = None
        for turn in turns:
            round_ = round_ or _Round(await self._directory(), now)
            for units, calendar in profiles:
                async with self._storage.write() as session:
                    made += await self._reach(session, turn, calendar, units, round_)
        return made + await self._sum_up(now, round_)

    def _profiles(self) -> list[tuple[tuple[str, ...] | None, WorkingTime]]:
        """Units with a working time of their own, and (None) all others."""
        own = self._rules.calendar.own
        return [(None, self._rules.calendar.default), *(((unit,), calendar) for unit, calendar in own.items())]

    async def _directory(self) -> Directory:
        async with self._storage.read() as session:
            return await people.directory(session, self._rules.pushable)

    async def _turns(self, now: datetime) -> list[_Turn]:
        columns = (
            col(Occurrence.task_id),
            col(Occurrence.period),
            col(Occurrence.due_on),
            col(Occurrence.hour),
            col(Occurrence.raised_at),
        )
        statement = select(*columns).where(col(Occurrence.next_at) <= now).distinct().limit(GROUPS)
        async with self._storage.read() as session:
            rows = list(await session.execute(statement))
            tasks = {row[0] for row in rows}
            found = select(col(Task.id), col(Task.cadence)).where(col(Task.id).in_(tasks))
            cadences = {number: Schedule.from_json(cadence) for number, cadence in await session.execute(found)}
        return [
            _Turn(task, period, due, time.fromisoformat(hour) if hour else None, raised, cadences[task])
            for task, period, due, hour, raised in rows
        ]

    async def _reach(
        self,
        session: AsyncSession,
        turn: _Turn,
        calendar: WorkingTime,
        units: tuple[str, ...] | None,
        round_: _Round,
    ) -> int:
        """Move a turn to the stage that has come, and queue the messages of it."""
        now = round_.now
        stages = turn.stages(calendar, self._rules)
        stage, coming = reminders.latest(stages, now), reminders.following(stages, now)
        own = self._rules.calendar.own
        here = [
            col(Occurrence.task_id) == turn.task,
            col(Occurrence.period) == turn.period,
            col(Occurrence.next_at) <= now,
            col(Occurrence.mark).in_(OPEN_MARKS),
            col(Occurrence.unit).in_(units) if units else col(Occurrence.unit).not_in(list(own)),
        ]
        waiting = select(col(Occurrence.unit), col(Occurrence.holder)).where(*here).with_for_update()
        rows = list(await session.execute(waiting))
        if not rows:
            return 0
        made = 0
        if stage is not None:
            what = notices.LAST_CALL if stage.name == LAST_CALL else notices.DIGEST
            made = await round_.tell(session, what, round_.recipients(stage.audience, rows))
        values = {"next_at": coming.at if coming else None, "stage": stage.name if stage else None}
        moved = update(Occurrence).where(*here).values(**values).execution_options(synchronize_session=False)
        await session.execute(moved)
        return made

    async def _sum_up(self, now: datetime, round_: _Round | None) -> int:
        """Once a working day: coordinators are told what waits for them, monitors get the digest of the week."""
        calendar = self._rules.calendar.default
        today = now.astimezone(VIETNAM).date()
        if self._summed_up == today or not calendar.is_working_time(now):
            return 0
        if now < calendar.on(today, self._rules.policy.morning):
            return 0
        round_ = round_ or _Round(await self._directory(), now)
        async with self._storage.write() as session:
            wanted = round_.directory.all(Role.COORDINATOR) if await _something_waits(session) else []
            if _first_of_the_week(today, calendar) and await _has_ledger(session):
                wanted = [*wanted, *round_.directory.all(Role.MONITOR)]
            made = await round_.tell(session, notices.DIGEST, wanted)
        self._summed_up = today
        return made


class _Round:
    """One tick: who can be reached, and whom it has told already."""

    def __init__(self, directory: Directory, now: datetime) -> None:
        self.directory = directory
        self.now = now
        self._day = now.astimezone(VIETNAM).date().isoformat()
        self._told: set[tuple[str, Address]] = set()

    def recipients(self, audience: Audience, rows: Sequence[tuple[str, int | None]]) -> Iterable[Recipient]:
        """Who is written to about these (unit, holder)."""
        match audience:
            case Audience.COORDINATOR:
                return self.directory.all(Role.COORDINATOR)
            case Audience.MONITOR:
                return self.directory.all(Role.MONITOR)
            case Audience.HEAD:
                return [one for unit, _ in rows for one in self._head(unit)]
        return [one for unit, holder in rows for one in (*self._officers(unit, holder), *self._groups(unit))]

    def _officers(self, unit: str, holder: int | None) -> list[Recipient]:
        held = self.directory.member(holder) if holder is not None else None
        return [held] if held else self.directory.of(unit, Role.OFFICER)

    def _groups(self, unit: str) -> list[Recipient]:
        return self.directory.of(unit, Role.GROUP)

    def _head(self, unit: str) -> list[Recipient]:
        """The head; where none is linked, whoever does the duties is reminded once more."""
        return self.directory.of(unit, Role.HEAD) or self.directory.of(unit, Role.OFFICER)

    async def tell(self, session: AsyncSession, what: str, recipients: Iterable[Recipient]) -> int:
        """Queue the message of the day for each chat once; how many were new."""
        fresh = dict.fromkeys(one.address for one in recipients if (what, one.address) not in self._told)
        rows = [notices.daily(what, address, self._day, self.now) for address in fresh]
        made = 0
        for first in range(0, len(rows), BATCH):
            statement: Any = insert_new(session, Outbox).values(rows[first : first + BATCH]).returning(col(Outbox.id))
            made += len((await session.execute(statement)).all())
        self._told |= {(what, address) for address in fresh}
        return made


async def _something_waits(session: AsyncSession) -> bool:
    reported = select(func.count()).select_from(Occurrence).where(col(Occurrence.mark) == Mark.REPORTED)
    stuck = select(func.count()).select_from(Difficulty).where(col(Difficulty.open))
    return bool((await session.execute(reported)).scalar_one() or (await session.execute(stuck)).scalar_one())


async def _has_ledger(session: AsyncSession) -> bool:
    return (await session.execute(select(col(Occurrence.id)).limit(1))).first() is not None


def _first_of_the_week(day: date, calendar: WorkingTime) -> bool:
    """Whether no working day of the same ISO week came before."""
    before = calendar.last_working_day(date.fromordinal(day.toordinal() - 1))
    return before.isocalendar()[:2] != day.isocalendar()[:2]
