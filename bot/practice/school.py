"""The course over the records of today, shared by chats and pages, and what the office has read again."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.inbox import insert_new
from bot.intake import Rate
from bot.practice.desk import PracticeDesk
from bot.practice.drawing import Draw
from bot.storage import Storage
from bot.tables import PracticeCheck
from knowledge.practice.course import Suspended
from knowledge.store import Knowledge


class School:
    """One a process."""

    def __init__(self, knowledge: Knowledge, draw: Draw | None = None) -> None:
        self.draw = draw or Draw()
        self.course = knowledge.lessons.course(knowledge.library, {})
        self._guesses = Rate(*limits.WORD_GUESSES)

    async def learn(self, storage: Storage, knowledge: Knowledge) -> None:
        """Take over changed records and what was read again."""
        read = await checks(storage)
        self.course = await asyncio.to_thread(knowledge.lessons.course, knowledge.library, read)

    def desk(self, session: AsyncSession, now: datetime) -> PracticeDesk:
        """For one message or page."""
        return PracticeDesk(session, self.course, now, self._guesses, self.draw)


async def checks(storage: Storage) -> dict[str, frozenset[str]]:
    """The facts that the office has read items against, by name of the item."""
    found: dict[str, frozenset[str]] = {}
    columns = select(col(PracticeCheck.item), col(PracticeCheck.facts))
    async with storage.read() as session:
        for item, facts in await session.execute(columns):
            found[item] = found.get(item, frozenset()) | {facts}
    return found


async def stamp(storage: Storage) -> int:
    """Grows with every check."""
    async with storage.read() as session:
        return int((await session.execute(select(func.count()).select_from(PracticeCheck))).scalar_one())


async def check(storage: Storage, items: list[Suspended], by: str, now: datetime) -> None:
    """A named person has read these items against their records: they are asked again."""
    async with storage.write() as session:
        for one in items:
            values = {"item": one.item.name, "facts": one.item.facts, "by": by[:120], "at": now}
            await session.execute(insert_new(session, PracticeCheck).values(values))
