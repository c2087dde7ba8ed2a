"""The words of messages that leave by themselves, made when they leave: what was done meanwhile is not nagged about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import news, subscriptions
from bot.channels import render
from bot.channels.base import DeliveryError, Traits
from bot.clock import Clock
from bot.inbox import insert_new
from bot.news import Shown
from bot.office import announcements, notices, people, upkeep
from bot.office.duties import OfficeDuties, running
from bot.office.officials import sight
from bot.office.rules import Rules
from bot.records import load_dialogue, save_dialogue
from bot.storage import Storage
from bot.tables import Difficulty, Inbox, Link, Occurrence, Outbox, Task
from handlers import remind
from handlers import upkeep as upkeep_words
from handlers.context import Context
from handlers.duties import CHATS, Duty, Person, Role
from handlers.message import Address, Message, Reply
from handlers.remind import Item
from knowledge.library import Library
from scheduler import reminders
from scheduler.calendar import VIETNAM
from scheduler.ledger import OPEN_MARKS, Rhythm, rhythm
from scheduler.outbox import EMERGENCY
from scheduler.plan import Schedule
from scheduler.policy import LAST_CALL
from scheduler.reminders import Audience

MOST = 500
"""Most duties looked at for one message; the message itself counts what has no room."""
RUNGS = {Role.HEAD: Audience.HEAD, Role.COORDINATOR: Audience.COORDINATOR, Role.MONITOR: Audience.MONITOR}


class OfficeComposer:
    """``context`` is the pattern for each message."""

    def __init__(
        self,
        storage: Storage,
        rules: Rules,
        context: Context,
        traits: Mapping[str, Traits],
        now: Clock,
        *,
        shown: Shown | None = None,
    ) -> None:
        """``shown``: what the assistant answers from without versions; None: nothing."""
        self._shown = shown or Shown(Library(()))
        self._storage = storage
        self._rules = rules
        self._context = context
        self._traits = traits
        self._now = now
        self.known = Library([])
        """The records of this moment, once somebody tells."""

    async def compose(self, row: Outbox, /) -> list[Reply]:
        """What is true now, ready for the platform; empty where nothing is left to say."""
        if row.announcement_id is not None:
            return await self._announced(row)
        if row.body["compose"] == news.COMPOSED:
            return await self._news(row)
        address = Address(row.channel, row.chat)
        async with self._storage.write() as session:
            now = self._now()
            person = await people.person(session, address, self._rules.units)
            if person is None:
                return []
            if not person.holds(Role.GROUP):
                await self._may_write(session, address, now)
            duties = OfficeDuties(session, self._rules, now)
            context = replace(self._context, now=now, person=person, duties=duties)
            writer = _Writer(session, self._rules, duties, context, person, self.known)
            reply = await writer.reply(row.body)
            if reply is None:
                return []
            if person.holds(Role.GROUP):
                reply = remind.for_group(reply, context)
            await self._remember(session, row, address, reply, writer.told, now)
        return render.parts(reply, self._traits[row.channel])

    async def _news(self, row: Outbox) -> list[Reply]:
        """Changes of procedures, to whoever wanted to hear of them."""
        address = Address(row.channel, row.chat)
        now = self._now()
        async with self._storage.read() as session:
            reply = await news.reply(session, row.body, address, self._shown, replace(self._context, now=now))
            if reply is None:
                return []
            await self._may_write(session, address, now)
        async with self._storage.write() as session:
            await self._offer(session, address, reply, now)
        return render.parts(reply, self._traits[row.channel])

    async def _announced(self, row: Outbox) -> list[Reply]:
        """An announcement; empty where it was stopped, or the chat is not meant any more."""
        address = Address(row.channel, row.chat)
        now = self._now()
        async with self._storage.read() as session:
            reply = await announcements.reply(session, row, self._rules, self._context.texts, now)
            if reply is None:
                return []
            person = await people.person(session, address, self._rules.units)
            in_chat = person is not None and person.holds(*CHATS)
            if not in_chat:
                await self._may_write(session, address, now)
        if in_chat:
            reply = Reply(reply.text)  # a number typed there means nobody's choice
        elif reply.choices:
            async with self._storage.write() as session:
                await self._offer(session, address, reply, now)
        return render.parts(reply, self._traits[row.channel])

    async def _may_write(self, session: AsyncSession, address: Address, now: datetime) -> None:
        """Raise DeliveryError where the platform lets us write only some time after the person did (groups: always)."""
        window = self._traits[address.channel].window
        if window is None:
            return
        heard = select(func.max(col(Inbox.received_at))).where(
            col(Inbox.channel) == address.channel, col(Inbox.chat) == address.chat
        )
        linked = select(func.max(col(Link.since))).where(
            col(Link.channel) == address.channel, col(Link.chat) == address.chat
        )
        times = [(await session.execute(one)).scalar_one_or_none() for one in (heard, linked)]
        if max((one for one in times if one), default=now) + window < now:
            raise DeliveryError("window closed: the person wrote too long ago", permanent=True)

    async def _remember(
        self, session: AsyncSession, row: Outbox, address: Address, reply: Reply, told: Iterable[int], now: datetime
    ) -> None:
        """Keep what was said and about which duties; a number typed in answer means a choice of this message."""
        kept = await session.get(Outbox, row.id)
        if kept is not None:
            kept.body = {**row.body, "text": reply.text, "duties": sorted(set(told))}
            session.add(kept)
        await self._offer(session, address, reply, now)

    async def _offer(self, session: AsyncSession, address: Address, reply: Reply, now: datetime) -> None:
        spoken = Message("", address, address.chat)
        dialogue = await load_dialogue(session, spoken)
        await save_dialogue(session, spoken, dialogue.offering(reply.choices), now)

    async def refused(self, session: AsyncSession, row: Outbox, reason: str, /) -> None:
        """The platform refuses this chat for good: the next chat of whoever was meant is tried."""
        address = Address(row.channel, row.chat)
        await subscriptions.refused(session, address, reason)
        held = select(col(Link.member_id)).where(col(Link.channel) == address.channel, col(Link.chat) == address.chat)
        members = list((await session.execute(held)).scalars())
        if not members:
            return
        await people.close(session, address, reason)
        if row.body.get("compose") in {None, news.COMPOSED}:
            return
        now = self._now()
        for member in members:
            other = await people.next_link(session, member, self._rules.pushable)
            if other is not None:
                await session.execute(insert_new(session, Outbox).values([_again(row, other, now)]))


def _again(row: Outbox, address: Address, now: datetime) -> dict[str, Any]:
    """The same message for another chat; a digest of the day that went there already stands for it."""
    if row.announcement_id is not None:
        emergency = row.kind == EMERGENCY.name
        return announcements.outbox_row(row.announcement_id, address, now, emergency=emergency)
    what = row.body["compose"]
    if what in {notices.DIGEST, notices.LAST_CALL}:
        return notices.daily(what, address, row.key.rsplit(":", 1)[1], now)
    return notices.row(what, address, f"{row.key}:{address.channel}:{address.chat}", now, duty=row.body.get("duty"))


class _Writer:
    """Gathers what a message tells. ``told``: ids of the duties it tells of."""

    def __init__(
        self,
        session: AsyncSession,
        rules: Rules,
        duties: OfficeDuties,
        context: Context,
        person: Person,
        known: Library,
    ) -> None:
        self._known = known
        self._session = session
        self._rules = rules
        self._duties = duties
        self._context = context
        self._person = person
        self.told: list[int] = []

    async def reply(self, body: Mapping[str, Any]) -> Reply | None:
        match body["compose"]:
            case notices.DIGEST:
                return await self._digest()
            case notices.LAST_CALL:
                return await self._last_call()
            case notices.UPKEEP:
                due = await upkeep.due_for(self._session, self._person, self._known, self._context.now)
                return upkeep_words.digest(due, self._context)
        duty = await self._one(int(body["duty"]))
        if duty is None or (body["compose"] == notices.STUCK and not self._looks_at(duty.unit, Role.COORDINATOR)):
            return None
        return await self._about(body["compose"], duty)

    def _looks_at(self, unit: str, role: Role) -> bool:
        """Whether a unit is in the sight of this role: a ward's coordinator hears of the ward alone."""
        within = sight(self._person, self._rules.units, self._context.today, role)
        return within is None or unit in within

    async def _about(self, what: str, duty: Duty) -> Reply | None:
        ctx = self._context
        self.told = [duty.id]
        match what:
            case notices.SNOOZED:
                return remind.snoozed(Item(duty, what), ctx)
            case notices.RETURNED:
                return remind.returned_notice(duty, ctx)
            case notices.PASSED:
                return remind.passed_notice(duty, ctx)
            case notices.STUCK:
                return remind.stuck_notice(duty, await self._difficulty(duty.id), ctx)
        raise ValueError(f"nobody composes {what!r}")

    async def _one(self, number: int) -> Duty | None:
        found = await self._duties.read(running().where(col(Occurrence.id) == number))
        return found[0] if found else None

    async def _difficulty(self, occurrence: int) -> str:
        last = (
            select(col(Difficulty.text))
            .where(col(Difficulty.occurrence_id) == occurrence)
            .order_by(col(Difficulty.id).desc())
            .limit(1)
        )
        return (await self._session.execute(last)).scalar_one_or_none() or ""

    async def _digest(self) -> Reply | None:
        own = [Item(duty, "day") for duty in await self._own()]
        climbed = [item for role in RUNGS if self._person.holds(role) for item in await self._rung(role)]
        watches = self._person.holds(Role.COORDINATOR, Role.MONITOR)
        board = await self._duties.board(self._person) if watches else None
        items = [*own, *climbed]
        self.told = [item.duty.id for item in items]
        remark = self._rules.calendar.default.unconfirmed_near(self._context.today) or ""
        return remind.digest(self._person, items, board, self._context, remark=remark)

    async def _own(self) -> Sequence[Duty]:
        """Open duties of the units that this person does, whose first reminder has come; a group hears of them all."""
        units = self._person.units(Role.OFFICER, Role.GROUP)
        if not units:
            return ()
        mine = [membership.id for membership in self._person.memberships]
        held = or_(col(Occurrence.holder).is_(None), col(Occurrence.holder).in_(mine))
        statement = (
            running()
            .where(
                col(Occurrence.unit).in_(units),
                col(Occurrence.mark).in_(OPEN_MARKS),
                col(Occurrence.soon) <= self._context.now,
                true() if self._person.holds(Role.GROUP) else held,
            )
            .order_by(col(Occurrence.due), col(Occurrence.id))
            .limit(MOST)
        )
        return await self._duties.read(statement)

    async def _rung(self, role: Role) -> list[Item]:
        """Open duties that have climbed the ladder to this role."""
        late = running().where(col(Occurrence.mark).in_(OPEN_MARKS), col(Occurrence.due) < self._context.now)
        within = sight(self._person, self._rules.units, self._context.today, role)
        if role is Role.HEAD:
            late = late.where(col(Occurrence.unit).in_(self._person.units(role)))
        elif within is not None:
            late = late.where(col(Occurrence.unit).in_(within))
        found = await self._duties.read(late.order_by(col(Occurrence.due), col(Occurrence.id)).limit(MOST))
        rhythms = await self._rhythms({duty.id for duty in found})
        return [
            Item(duty, role.value)
            for duty in found
            if any(
                stage.audience is RUNGS[role] and stage.at <= self._context.now
                for stage in self._stages(duty, rhythms[duty.id])
            )
        ]

    def _stages(self, duty: Duty, told: tuple[Rhythm, datetime | None]) -> tuple[reminders.Stage, ...]:
        how, raised = told
        calendar = self._rules.calendar.for_unit(duty.unit)
        period = duty.period
        return reminders.stages(how, period.due, period.at, calendar, self._rules.policy, raised=raised)

    async def _rhythms(self, numbers: set[int]) -> dict[int, tuple[Rhythm, datetime | None]]:
        statement = (
            select(col(Occurrence.id), col(Occurrence.raised_at), col(Task.cadence))
            .join(Task, col(Task.id) == col(Occurrence.task_id))
            .where(col(Occurrence.id).in_(numbers))
        )
        found = await self._session.execute(statement)
        return {number or 0: (rhythm(Schedule.from_json(cadence)), raised) for number, raised, cadence in found}

    async def _last_call(self) -> Reply | None:
        today = self._context.today
        due = [duty for duty in await self._own() if duty.deadline.astimezone(VIETNAM).date() == today]
        rhythms = await self._rhythms({duty.id for duty in due})
        called = [
            duty for duty in due if any(stage.name == LAST_CALL for stage in self._stages(duty, rhythms[duty.id]))
        ]
        self.told = [duty.id for duty in called]
        return remind.last_call([Item(duty, LAST_CALL) for duty in called], self._context)
