"""A conversation with somebody who waits for the answer: web page and terminal fetch their replies themselves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import col

from bot import handovers, limits, outbox
from bot.clock import Clock
from bot.dispatch import Dispatcher
from bot.intake import Intake
from bot.storage import Storage
from bot.tables import Inbox, Outbox, OutboxState
from handlers.message import Message, Reply
from scheduler.outbox import REPLY


@dataclass(frozen=True, slots=True)
class Answer:
    replies: tuple[Reply, ...]
    decision: str
    facet: str
    codes: tuple[str, ...]
    official: bool = False
    """The chat is linked to a role: it may send files as proof."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation shown again."""

    mine: bool
    """Said by the person."""
    text: str
    action: str | None = None
    reply: Reply | None = None


class Exchange:
    def __init__(self, storage: Storage, intake: Intake, dispatcher: Dispatcher, now: Clock) -> None:
        self._storage = storage
        self._intake = intake
        self._dispatcher = dispatcher
        self._now = now

    async def say(self, message: Message) -> Answer | None:
        """Store a message and wait for its answer; None when it takes too long (ask again with the same message id)."""
        stored = await self._intake.store(message)
        if not await self._dispatcher.wait(stored.id, limits.API_WAIT):
            return None
        return await self._fetch(stored.id)

    async def _fetch(self, inbox_id: int) -> Answer:
        async with self._storage.read() as session:
            row = await session.get(Inbox, inbox_id)
            statement = select(Outbox).where(col(Outbox.inbox_id) == inbox_id).order_by(col(Outbox.id))
            rows = list((await session.execute(statement)).scalars())
        if any(r.state == OutboxState.QUEUED for r in rows):
            await self._fetched(inbox_id)
        result = (row.result if row else None) or {}
        return Answer(
            replies=tuple(outbox.reply_of(r.body) for r in rows),
            decision=result.get("decision", "decline"),
            facet=result.get("facet", "none"),
            codes=tuple(result.get("codes", ())),
            official=result.get("official", False),
        )

    async def _fetched(self, inbox_id: int) -> None:
        """The other side has its replies: they are sent, under an id of our own."""
        statement = (
            update(Outbox)
            .where(col(Outbox.inbox_id) == inbox_id, col(Outbox.state) == OutboxState.QUEUED)
            .values(state=OutboxState.SENT, platform_id=f"pulled-{inbox_id}", sent_at=self._now())
        )
        async with self._storage.write() as session:
            await session.execute(statement)

    async def history(self, channel: str, chat: str) -> list[Line]:
        """The last lines of a conversation, oldest first."""
        async with self._storage.read() as session:
            mine = (
                select(Inbox)
                .where(col(Inbox.channel) == channel, col(Inbox.chat) == chat)
                .order_by(col(Inbox.id).desc())
                .limit(limits.HISTORY_MESSAGES)
            )
            asked = list((await session.execute(mine)).scalars())[::-1]
            ids = [row.id for row in asked]
            answers = select(Outbox).where(col(Outbox.inbox_id).in_(ids)).order_by(col(Outbox.id))
            replied = list((await session.execute(answers)).scalars())
            by_hand = select(Outbox).where(col(Outbox.channel) == channel, col(Outbox.chat) == chat)
            later = by_hand.where(col(Outbox.kind) == REPLY.name).order_by(col(Outbox.id))
            written = list((await session.execute(later)).scalars())
        lines: list[Line] = []
        for row, until in zip(asked, [*(row.received_at for row in asked[1:]), None], strict=True):
            lines.append(Line(mine=True, text=row.body["text"], action=row.body.get("action")))
            lines += [_line(out) for out in replied if out.inbox_id == row.id]
            between = (out for out in written if out.created_at >= row.received_at)
            lines += [_line(out) for out in between if until is None or out.created_at < until]
        await self._shown([out for out in written if out.state == OutboxState.QUEUED])
        return lines

    async def _shown(self, written: list[Outbox]) -> None:
        """What an official wrote lay ready, and was fetched now."""
        if written:
            async with self._storage.write() as session:
                await handovers.fetched(session, [out.id or 0 for out in written], self._now())


def _line(row: Outbox) -> Line:
    reply = outbox.reply_of(row.body)
    return Line(mine=False, text=reply.text, reply=reply)
