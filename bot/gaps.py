"""Questions that the knowledge could not answer, and what people make of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.storage import Storage
from bot.tables import Alias, Gap, Question
from knowledge.gaps import Group, broken_by, grouped
from knowledge.library import Library

MANY = 5000
"""Most open gaps that are looked at; the newest count."""
ALIAS_LENGTH = 300


class GapState(StrEnum):
    """What became of a question."""

    OPEN = "open"
    ATTACHED = "attached"
    DRAFTED = "drafted"
    OUT_OF_SCOPE = "out_of_scope"
    ANSWERED = "answered"


class RefusedError(Exception):
    """An alias that is not taken; ``problems`` says in Vietnamese why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class OpenGap:
    """Questions that say the same, waiting for a person."""

    id: int
    """Number of the first of them; ``gaps attach`` takes it."""
    ids: tuple[int, ...]
    text: str
    others: tuple[str, ...]
    """Other wordings, each once, in the order they were asked."""
    reasons: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    channels: tuple[tuple[str, int], ...]
    """How many came by each channel, most first."""
    candidates: tuple[str, ...]
    """Codes of procedures that they may mean, the likeliest first."""

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every wording, the first one in front."""
        return (self.text, *self.others)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "count": self.count,
            "text": self.text,
            "others": list(self.others),
            "reasons": list(self.reasons),
        }


async def open_gaps(storage: Storage) -> list[OpenGap]:
    """Open gaps, those alike together, the most asked first."""
    async with storage.read() as session:
        return await asyncio.to_thread(_groups, await _rows(session))


class Groups:
    """The same for pages: worked out again only when a question came or was settled. One a process."""

    def __init__(self) -> None:
        self._stamp: tuple[int, ...] = ()
        self._found: list[OpenGap] = []

    async def read(self, session: AsyncSession) -> list[OpenGap]:
        number = col(Gap.question_id)
        told = select(func.count(), func.max(number), func.sum(number)).where(col(Gap.state) == GapState.OPEN)
        stamp = tuple(int(one or 0) for one in (await session.execute(told)).one())
        if stamp != self._stamp:
            self._found = await asyncio.to_thread(_groups, await _rows(session))
            self._stamp = stamp
        return self._found


_Rows: TypeAlias = list[tuple[Question, str]]
"""Questions with the reason for which each is a gap, the oldest first."""


async def _rows(session: AsyncSession) -> _Rows:
    statement = (
        select(Question, col(Gap.reason))
        .join(Gap, col(Gap.question_id) == col(Question.id))
        .where(col(Gap.state) == GapState.OPEN)
        .order_by(col(Gap.question_id).desc())
        .limit(MANY)
    )
    return [(row[0], str(row[1])) for row in await session.execute(statement)][::-1]


def _groups(rows: _Rows) -> list[OpenGap]:
    questions = {question.id: question for question, _ in rows}
    found = grouped((question.id, question.text, reason) for question, reason in rows)
    return [_gap(group, [questions[number] for number in group.ids]) for group in found]


def _gap(group: Group, questions: Sequence[Question]) -> OpenGap:
    days = [question.asked_at for question in questions]
    return OpenGap(
        id=group.ids[0],
        ids=tuple(group.ids),
        text=group.texts[0],
        others=tuple(dict.fromkeys(text for text in group.texts if text != group.texts[0])),
        reasons=tuple(sorted(group.reasons)),
        first_at=min(days),
        last_at=max(days),
        channels=tuple(Counter(question.channel for question in questions).most_common()),
        candidates=likeliest(questions),
    )


def likeliest(questions: Iterable[Question]) -> tuple[str, ...]:
    """Codes that these questions may mean together, the likeliest first."""
    scores: Counter[str] = Counter()
    for question in questions:
        scores.update({str(code): float(score) for code, score in question.candidates})
    return tuple(code for code, score in scores.most_common() if score > 0)


def tidy(alias: str) -> str:
    """A wording as it is kept."""
    return " ".join(alias.split())[:ALIAS_LENGTH]


async def attach(storage: Storage, library: Library, number: int, code: str, alias: str | None, now: datetime) -> str:
    """Make a gap's question (or a better wording of it) an alias of a procedure; the alias.

    Raises RefusedError when the gap or the procedure does not exist, or when a stored question of another procedure
    would no longer find its own.
    """
    groups = await open_gaps(storage)
    found = next((gap for gap in groups if gap.id == number), None)
    if found is None:
        raise RefusedError([f"Không có câu hỏi số {number} đang chờ. Xem lại bằng lệnh: gaps list"])
    if library.get(code) is None:
        raise RefusedError([f"Không có thủ tục mã {code} trong dữ liệu."])
    text = tidy(alias or found.text)
    broken = broken_by(library, code, text)
    if broken:
        raise RefusedError(
            [f"Không gắn được: “{phrase}” của {owner} sẽ ra sai hoặc trùng." for owner, phrase in broken]
        )
    async with storage.write() as session:
        await name(session, code, text, now)
        await settle(session, found.ids, GapState.ATTACHED)
    return text


async def name(session: AsyncSession, code: str, alias: str, now: datetime) -> None:
    """A procedure is found by this wording from now on. That it breaks nothing was tried before."""
    row = {"code": code, "text": alias, "added_at": now}
    await session.execute(insert_new(session, Alias).values(row))


async def unname(session: AsyncSession, code: str, alias: str) -> None:
    """Take a wording back from a procedure."""
    await session.execute(delete(Alias).where(col(Alias.code) == code, col(Alias.text) == alias))


async def settle(session: AsyncSession, ids: Collection[int], state: GapState) -> list[int]:
    """Close open gaps; the numbers of those that were open."""
    return await _move(session, ids, GapState.OPEN, state)


async def reopen(session: AsyncSession, ids: Collection[int], state: GapState) -> list[int]:
    """Open again what was closed in this way; the numbers of those that were."""
    return await _move(session, ids, state, GapState.OPEN)


async def _move(session: AsyncSession, ids: Collection[int], before: GapState, after: GapState) -> list[int]:
    there = (col(Gap.question_id).in_(ids), col(Gap.state) == before)
    statement = update(Gap).where(*there).values(state=after.value).returning(col(Gap.question_id))
    moved = await session.execute(statement.execution_options(synchronize_session=False))
    return sorted(number for number in moved.scalars() if number is not None)


async def aliases(storage: Storage) -> list[tuple[str, str]]:
    """What the office attached: (code, alias), oldest first."""
    async with storage.read() as session:
        statement = select(col(Alias.code), col(Alias.text)).order_by(col(Alias.id))
        return [(str(row[0]), str(row[1])) for row in await session.execute(statement)]
