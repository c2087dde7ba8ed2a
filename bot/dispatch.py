"""One message, one transaction: load the dialogue, let a handler decide, save, queue the replies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox, limits, metrics, outbox
from bot.channels import render
from bot.channels.base import Traits
from bot.clock import Clock
from bot.handovers import Letterbox
from bot.office import notes, people
from bot.office.duties import OfficeDuties
from bot.office.rules import Rules
from bot.practice.drawing import Draw
from bot.practice.notes import write as practised
from bot.practice.school import School
from bot.records import load_dialogue, save_dialogue, write_notes
from bot.storage import Storage
from bot.subscriptions import SubscriptionDesk
from bot.tables import Inbox, InboxState
from bot.worker import Worker
from handlers.context import Context, Knowledge
from handlers.message import Message, Reply
from handlers.outcome import DutyNote, Joined, Keep, Outcome, PracticeNote
from handlers.router import Router
from scheduler.outbox import ANSWER

log = structlog.get_logger()


class Dispatcher(Worker):
    """Answers what lies in the inbox, the messages of each chat in their order."""

    name = "dispatch"

    def __init__(
        self,
        storage: Storage,
        router: Router,
        context: Context,
        traits: Mapping[str, Traits],
        queued: Callable[[], None],
        now: Clock,
        *,
        rules: Rules | None = None,
        school: School | None = None,
    ) -> None:
        """``context`` is the pattern for each message; ``queued`` is told that there is something to send.

        Without ``rules`` nobody is an official or answers by hand, without ``school`` nobody practises.
        """
        super().__init__(now)
        self._storage = storage
        self._router = router
        self._context = context
        self._traits = traits
        self._queued = queued
        self._rules = rules
        self._school = school
        draw = school.draw if school else Draw()
        self._letterbox = Letterbox(rules.calendar.default, draw) if rules else None
        self._done: dict[int, asyncio.Event] = {}

    def knows(self, knowledge: Knowledge) -> None:
        """Answer from this knowledge from now on."""
        self._context = replace(self._context, knowledge=knowledge)

    def switched(self, *, notice: str | None, closed: str | None) -> None:
        """Put this line on top of every answer, or say why none is given, from now on."""
        office = replace(self._context.office, notice=notice, closed=closed)
        self._context = replace(self._context, office=office)

    async def wait(self, row_id: int, seconds: float) -> bool:
        """Wait until a message is answered, here or in another process; False when it took too long."""
        event = self._done.setdefault(row_id, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                while not await self._is_done(row_id):
                    try:
                        async with asyncio.timeout(limits.POLL):
                            await event.wait()
                    except TimeoutError:
                        continue
            return True
        except TimeoutError:
            return False
        finally:
            self._done.pop(row_id, None)

    async def _is_done(self, row_id: int) -> bool:
        async with self._storage.read() as session:
            row = await session.get(Inbox, row_id)
        return row is None or row.state != InboxState.NEW

    async def work(self) -> bool:
        async with self._storage.read() as session:
            ready = await inbox.heads(session, self._now())
        for row_id in ready:
            if self._stopping:
                return False
            await self.give_way()
            await self._one(row_id)
        return bool(ready)

    async def _one(self, row_id: int) -> None:
        try:
            async with self._storage.write() as session:
                row = await inbox.take(session, row_id)
                if row is not None:
                    await self._answer(session, row)
        except Exception as error:
            log.exception("handler_failed", inbox_id=row_id)
            await self._put_back(row_id, error)
            return
        if row is not None:
            self._queued()
            if event := self._done.get(row_id):
                event.set()

    async def _answer(self, session: AsyncSession, row: Inbox) -> None:
        now = self._now()
        message = inbox.message_of(row)
        dialogue = await load_dialogue(session, message)
        assert row.id is not None  # noqa: S101 - it was read from the database
        subscribed = SubscriptionDesk(session, message.address, self._traits[row.channel])
        context = replace(self._context, now=now, ref=row.id, dialogue=dialogue, subscriptions=subscribed)
        if self._rules is not None:
            context = await self._as_official(session, message, context, self._rules)
        desk = self._school.desk(session, now) if self._school else None
        if desk is not None:
            context = replace(context, practice=desk)
        if self._letterbox is not None:
            pushes = not self._traits[row.channel].pulled
            context = replace(context, handovers=self._letterbox.desk(session, message, now, pushes=pushes))
        outcome = await self._router.route(message, context)
        await write_notes(session, outcome.notes, row, now)
        for note in outcome.notes:
            if desk and isinstance(note, PracticeNote):
                await practised(desk, note)
        if self._rules is not None:
            for note in outcome.notes:
                if isinstance(note, DutyNote):
                    await notes.write(session, note, row, context.person, self._rules, now)
        if not isinstance(outcome.dialogue, Keep):
            await save_dialogue(session, message, outcome.dialogue, now)
        await self._queue(session, row, message, outcome.replies, now)
        row.state = InboxState.DONE
        row.result = _result(outcome)
        if context.person is not None or any(isinstance(note, Joined) for note in outcome.notes):
            row.result["official"] = True
        session.add(row)
        metrics.ANSWERED.labels(row.channel, outcome.decision.value).inc()
        metrics.ANSWER_SECONDS.labels(row.channel).observe((now - row.received_at).total_seconds())

    async def _as_official(self, session: AsyncSession, message: Message, context: Context, rules: Rules) -> Context:
        """The context with what an official who linked this chat may see; an invite can be looked at by anybody.

        In a linked group anybody may write, and a public channel is read by all: nobody is an official there.
        """
        person = await people.person(session, message.address, rules.units)
        if person is not None:
            await people.reopen(session, message.address)
        official = None if message.group or message.public else person
        return replace(context, person=official, duties=OfficeDuties(session, rules, context.now))

    async def _queue(
        self, session: AsyncSession, row: Inbox, message: Message, replies: tuple[Reply, ...], now: datetime
    ) -> None:
        traits = self._traits[row.channel]
        parts = [part for reply in replies for part in render.parts(reply, traits)]
        await outbox.put(session, f"in:{row.id}", message.address, ANSWER, parts, now, inbox_id=row.id)

    async def _put_back(self, row_id: int, error: Exception) -> None:
        """Try again later; after the last try say sorry, so that nobody waits for an answer that never comes."""
        metrics.FAILED_HANDLING.inc()
        now = self._now()
        async with self._storage.write() as session:
            row = await inbox.take(session, row_id)
            if row is None:
                return
            row.attempts += 1
            row.error = type(error).__name__
            row.not_before = now + limits.HANDLE_RETRY
            if row.attempts >= limits.HANDLE_ATTEMPTS:
                row.state = InboxState.FAILED
                sorry = Reply(self._context.texts("error.failed"))
                await self._queue(session, row, inbox.message_of(row), (sorry,), now)
            session.add(row)
        self._queued()
        if event := self._done.get(row_id):
            event.set()


def _result(outcome: Outcome) -> dict[str, object]:
    return {"decision": outcome.decision.value, "facet": outcome.facet.value, "codes": list(outcome.codes)}
