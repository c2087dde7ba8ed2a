"""What the pages of procedures look up: the records of this moment, their versions, and what publishing would do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits, publishing, versions
from bot.publishing import among
from bot.tables import ProcedureVersion
from bot.web.office.knowledge_words import Shown, shown
from bot.web.office.shell import Shell, missing
from knowledge.changes import fingerprint
from knowledge.effects import Effects, effects
from knowledge.library import Library
from knowledge.normalize import fold
from knowledge.procedures import CODE, NATIONAL, Procedure


class Shelf:
    """Shared by the rooms of procedures; keeps what is slow to work out for as long as the knowledge stays the same."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._library: Library | None = None
        self._words: dict[str, str] = {}
        self._effects: dict[str, Effects] = {}
        self._trying = asyncio.Lock()

    @property
    def library(self) -> Library:
        """The records that the assistant answers from; what was kept about older ones is forgotten."""
        now = self._shell.known().library
        if now is not self._library:
            self._library, self._words, self._effects = now, {}, {}
        return now

    @property
    def shipped(self) -> Library:
        return self._shell.shipped.library

    def fields(self) -> list[str]:
        """Every field that a record is in."""
        return sorted({one.field for one in self.library})

    def found(self, text: str) -> list[Procedure]:
        """Records whose name, code, field or other names have all the words, in any spelling."""
        wanted = fold(text).split()
        return [one for one in self.library if all(word in self._said(one) for word in wanted)]

    def _said(self, one: Procedure) -> str:
        said = self._words.get(one.code)
        if said is None:
            told = (one.code, one.name, one.official_name, one.field, *one.aliases)
            said = self._words[one.code] = f"{one.code} " + " ".join(fold(text) for text in told)
        return said

    async def effects(self, record: Procedure) -> Effects:
        """What publishing a record would do to the stored questions; worked out once, beside everything else."""
        if record.scope not in (NATIONAL, self._shell.settings.province):
            return Effects()
        key = fingerprint(record)
        async with self._trying:
            library = self.library
            if key not in self._effects:
                found = await asyncio.to_thread(effects, library, [record])
                if library is self.library:
                    self._effects[key] = found
                return found
            return self._effects[key]

    async def effects_of_all(self, records: Sequence[Procedure]) -> Effects:
        """The same of several that are published together; what is shipped keeps priority over them."""
        near = [one for one in records if one.scope in (NATIONAL, self._shell.settings.province)]
        fresh = [one for one in near if one.code not in self.shipped.by_code]
        async with self._trying:
            return await asyncio.to_thread(effects, self.library, fresh) if fresh else Effects()

    async def in_force(self, session: AsyncSession, code: str) -> Procedure | None:
        """What the assistant answers from, without names that were attached."""
        return await publishing.in_force(session, self.shipped, code)


async def on_their_way(session: AsyncSession) -> dict[str, Shown]:
    """Versions that are not published yet, by code."""
    statement = select(ProcedureVersion).where(among(*versions.ON_ITS_WAY)).order_by(col(ProcedureVersion.id).desc())
    return {row.code: shown(row) for row in (await session.execute(statement)).scalars()}


def code_of(told: str) -> str:
    """A code in a path. Raises RefusedPageError (404) where it is none."""
    if not CODE.fullmatch(told):
        raise missing()
    return told


def is_due(one: Procedure, today: date) -> bool:
    """Whether a record in force is past its review date, or comes to it soon."""
    return one.valid_on(today) and one.review_by <= today + limits.REVIEW_AHEAD
