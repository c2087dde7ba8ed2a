"""Once a week whoever looks after records is told which of them are to be checked against their source again.

Safe to run late, twice and in two processes: a message is a row with the week in its key. The words are made when it
is sent, so what was renewed meanwhile is not spoken of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.office import notices, owners, people
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import Outbox
from handlers.duties import Person, Role
from knowledge.library import Library
from knowledge.procedures import Procedure
from scheduler.calendar import VIETNAM


class Upkeep:
    """Keeps nothing but what spares it a look at the database."""

    def __init__(self, storage: Storage, rules: Rules, known: Callable[[], Library]) -> None:
        self._storage = storage
        self._rules = rules
        self._known = known
        self._told: tuple[int, int] | None = None

    async def tick(self, now: datetime) -> int:
        """Queue the message of the week for each editor who has something to check; how many are new."""
        calendar = self._rules.calendar.default
        today = now.astimezone(VIETNAM).date()
        week = today.isocalendar()[:2]
        if self._told == week or not calendar.is_working_time(now):
            return 0
        if now < calendar.on(today, self._rules.policy.morning):
            return 0
        due = owners.to_review(self._known(), today)
        made = 0
        if due:
            async with self._storage.write() as session:
                made = await self._tell(session, due, f"{week[0]}-{week[1]:02}", now)
        self._told = week
        return made

    async def _tell(self, session: AsyncSession, due: list[Procedure], week: str, now: datetime) -> int:
        directory = await people.directory(session, self._rules.pushable)
        owned, editing = await owners.owners(session), await owners.editors(session)
        reached = [
            one.address
            for unit in editing
            if owners.looked_after(due, (unit,), owned, editing)
            for one in directory.of(unit, Role.EDITOR)
        ]
        rows = [notices.daily(notices.UPKEEP, address, week, now) for address in dict.fromkeys(reached)]
        if not rows:
            return 0
        statement: Any = insert_new(session, Outbox).values(rows).returning(col(Outbox.id))
        return len((await session.execute(statement)).all())


async def due_for(session: AsyncSession, person: Person, known: Library, now: datetime) -> list[Procedure]:
    """What an editor is to check at this moment."""
    units = person.units(Role.EDITOR)
    if not units:
        return []
    today = now.astimezone(VIETNAM).date()
    owned, editing = await owners.owners(session), await owners.editors(session)
    return owners.looked_after(owners.to_review(known, today), units, owned, editing)
