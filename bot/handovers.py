"""Questions that citizens handed to officials: taken in from chats, answered once, and sent where they were asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits, outbox
from bot.intake import Rate
from bot.practice.drawing import Draw
from bot.tables import Gap, Handover, Inbox, Outbox, OutboxState, Question
from handlers.handed import CODE_LENGTH, LETTERS, PREFIX, Handed, State
from handlers.message import Address, Message, Reply
from handlers.outcome import HandedOver
from scheduler.calendar import VIETNAM, WorkingTime
from scheduler.outbox import REPLY

PARTS_AT_MOST = 12
"""Messages that one answer is cut into, at most: 4 000 letters on the channel with the shortest ones."""


def promise(working_time: WorkingTime, now: datetime) -> datetime:
    """When an answer to something handed over at that moment is due: the end of a working day after it."""
    today = now.astimezone(VIETNAM).date()
    return working_time.closing(working_time.add_working_days(today, limits.HANDOVER_DAYS))


class Letterbox:
    """One a process: draws codes, promises times, and counts codes that are tried."""

    def __init__(self, working_time: WorkingTime, draw: Draw) -> None:
        self._working_time = working_time
        self._draw = draw
        self._guesses = Rate(*limits.HANDOVER_GUESSES)

    def desk(self, session: AsyncSession, message: Message, now: datetime, *, pushes: bool) -> HandoverDesk:
        """For one message; ``pushes``: its channel can be written to first."""
        return HandoverDesk(session, message.address, promise(self._working_time, now), self, pushes=pushes)

    def drawn(self) -> str:
        return f"{PREFIX}-{self._draw.code(LETTERS, CODE_LENGTH)}"

    def may_try(self, address: Address) -> bool:
        return self._guesses.allows(f"{address.channel}:{address.chat}")


class HandoverDesk:
    """The hand-overs of one chat, behind :class:`handlers.handed.Handovers`."""

    ready = True
    most = limits.HANDOVERS_OPEN

    def __init__(
        self, session: AsyncSession, address: Address, promised_at: datetime, letterbox: Letterbox, *, pushes: bool
    ) -> None:
        self._session = session
        self._address = address
        self._letterbox = letterbox
        self._promised_at = promised_at
        self._pushes = pushes

    @property
    def pushes(self) -> bool:
        return self._pushes

    @property
    def promised_at(self) -> datetime:
        return self._promised_at

    async def asked(self, question: int, /) -> str | None:
        here = (col(Inbox.channel) == self._address.channel, col(Inbox.chat) == self._address.chat)
        mine = select(col(Inbox.id)).where(col(Inbox.id) == question, *here)
        if (await self._session.execute(mine)).scalar_one_or_none() is None:
            return None
        found = await self._session.get(Question, question)
        return found.text if found else None

    async def waiting(self) -> tuple[Handed, ...]:
        here = (col(Handover.channel) == self._address.channel, col(Handover.chat) == self._address.chat)
        statement = select(Handover).where(*here, col(Handover.state) == State.WAITING).order_by(col(Handover.id))
        return tuple(_handed(row) for row in (await self._session.execute(statement)).scalars())

    async def find(self, code: str, /) -> Handed | None:
        if not self._letterbox.may_try(self._address):
            return None
        row = await _by_code(self._session, code)
        return _handed(row) if row else None

    async def new_code(self) -> str:
        while await _by_code(self._session, code := self._letterbox.drawn()):
            continue
        return code


async def _by_code(session: AsyncSession, code: str) -> Handover | None:
    return (await session.execute(select(Handover).where(col(Handover.code) == code))).scalar_one_or_none()


def _handed(row: Handover) -> Handed:
    return Handed(row.code, row.text, row.promised_at, State(row.state), row.question_id, row.answer, row.answered_at)


async def take_in(session: AsyncSession, note: HandedOver, row: Inbox, now: datetime) -> None:
    """A question waits from now on."""
    handed = Handover(
        code=note.code,
        channel=row.channel,
        chat=row.chat,
        question_id=note.question,
        text=note.text,
        asked_at=now,
        promised_at=note.promised_at,
    )
    session.add(handed)
    await session.flush()


async def seen(session: AsyncSession, code: str, address: Address, now: datetime) -> None:
    """Whoever asked has read the answer by its code: what lay ready for them was fetched."""
    row = await _by_code(session, code)
    if row is not None and (row.channel, row.chat) == (address.channel, address.chat):
        mine = col(Outbox.key).in_(_keys([row.id or 0]))
        await _fetched(session, mine, now)


async def fetched(session: AsyncSession, numbers: Collection[int], now: datetime) -> None:
    """These rows of the outbox were shown on the page of whoever asked."""
    await _fetched(session, col(Outbox.id).in_(numbers), now)


async def _fetched(session: AsyncSession, which: object, now: datetime) -> None:
    statement = update(Outbox).where(which, col(Outbox.state) == OutboxState.QUEUED)  # type: ignore[arg-type]
    await session.execute(statement.values(state=OutboxState.SENT, platform_id="fetched", sent_at=now))


async def forget(session: AsyncSession, address: Address) -> None:
    """Somebody wants to be forgotten: what waits is withdrawn, and nothing leads back to the chat."""
    here = (col(Handover.channel) == address.channel, col(Handover.chat) == address.chat)
    waiting = update(Handover).where(*here, col(Handover.state) == State.WAITING)
    await session.execute(waiting.values(state=State.WITHDRAWN.value))
    await session.execute(update(Handover).where(*here).values(channel="", chat=""))
    mine = (col(Outbox.channel) == address.channel, col(Outbox.chat) == address.chat)
    await session.execute(delete(Outbox).where(*mine, col(Outbox.kind) == REPLY.name))


async def forget_old(session: AsyncSession, before: datetime) -> None:
    """Of what was answered before that, nothing leads back to a chat any more; the answer stays, by its code."""
    old = (col(Handover.state) != State.WAITING, col(Handover.answered_at) < before, col(Handover.chat) != "")
    await session.execute(update(Handover).where(*old).values(channel="", chat=""))
    sent = delete(Outbox).where(col(Outbox.kind) == REPLY.name, col(Outbox.created_at) < before)
    await session.execute(sent)


# What officials do


async def find(session: AsyncSession, number: int) -> Handover | None:
    return await session.get(Handover, number)


async def count(session: AsyncSession, state: State) -> int:
    statement = select(func.count()).select_from(Handover).where(col(Handover.state) == state)
    return int((await session.execute(statement)).scalar_one())


async def waiting(session: AsyncSession, *, most: int, skip: int = 0) -> list[Handover]:
    """What waits, the earliest promise first."""
    statement = select(Handover).where(col(Handover.state) == State.WAITING)
    ordered = statement.order_by(col(Handover.promised_at), col(Handover.id)).offset(skip).limit(most)
    return list((await session.execute(ordered)).scalars())


async def due_before(session: AsyncSession, moment: datetime) -> int:
    """How many wait that were promised before a moment."""
    late = (col(Handover.state) == State.WAITING, col(Handover.promised_at) < moment)
    return int((await session.execute(select(func.count()).select_from(Handover).where(*late))).scalar_one())


async def about(session: AsyncSession, questions: Collection[int]) -> list[Handover]:
    """What waits and is about one of these questions."""
    statement = select(Handover).where(col(Handover.state) == State.WAITING, col(Handover.question_id).in_(questions))
    return list((await session.execute(statement.order_by(col(Handover.promised_at)))).scalars())


async def answer(session: AsyncSession, row: Handover, text: str, by: str, now: datetime) -> bool:
    """Answer what waits, once; False when it does not wait any more. Its gap is settled with it."""
    statement = (
        update(Handover)
        .where(col(Handover.id) == row.id, col(Handover.state) == State.WAITING)
        .values(state=State.ANSWERED.value, answer=text, answered_by=by[:200], answered_at=now)
        .returning(col(Handover.id))
        .execution_options(synchronize_session=False)
    )
    if (await session.execute(statement)).scalar_one_or_none() is None:
        return False
    if row.question_id is not None:
        settled = update(Gap).where(col(Gap.question_id) == row.question_id, col(Gap.state) == "open")
        await session.execute(settled.values(state="answered"))
    return True


async def send(session: AsyncSession, row: Handover, parts: list[Reply], now: datetime) -> None:
    """Queue an answer for the chat it was asked in, once; ``parts``: as its channel shows them."""
    await outbox.put(session, f"handover:{row.id}", Address(row.channel, row.chat), REPLY, parts, now)


@dataclass(frozen=True, slots=True)
class Sending:
    """How an answer got to whoever asked."""

    state: OutboxState
    at: datetime | None = None
    error: str = ""


_WORST = (OutboxState.FAILED, OutboxState.HELD, OutboxState.QUEUED, OutboxState.MOOT, OutboxState.SENT)


async def sendings(session: AsyncSession, numbers: Collection[int]) -> Mapping[int, Sending]:
    """By number of the hand-over; of several parts the one that is worst off. What was deleted is left out."""
    found: dict[int, Sending] = {}
    statement = select(Outbox).where(col(Outbox.key).in_(_keys(numbers))).order_by(col(Outbox.id))
    for row in (await session.execute(statement)).scalars():
        number, one = int(row.key.split(":")[1]), Sending(OutboxState(row.state), row.sent_at, row.error or "")
        before = found.get(number)
        if before is None or _WORST.index(one.state) <= _WORST.index(before.state):
            found[number] = one
    return found


def _keys(numbers: Collection[int]) -> list[str]:
    return [f"handover:{number}:{part}" for number in numbers for part in range(PARTS_AT_MOST)]
