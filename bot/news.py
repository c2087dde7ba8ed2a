"""A published version sets the office moving: duties are raised, and whoever wanted to hear of its field is told.

What was published together is one event and one message for each chat. A version is ticked off in the transaction that
raises and queues, so a crash, a second tick or a second process changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits, publishing, subscriptions
from bot.inbox import insert_new
from bot.office import events
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import Origin, Outbox, OutboxState, ProcedureVersion, VersionState
from handlers import news as words
from handlers.context import Context
from handlers.message import Address, Reply
from handlers.subscriptions import EVERY
from knowledge import library
from knowledge.changes import Kind
from knowledge.library import Library
from knowledge.news import Age, News, news_of
from knowledge.procedures import NATIONAL, Procedure
from scheduler.calendar import VIETNAM
from scheduler.outbox import NEWS

COMPOSED = "news"
"""What the body of a row in the outbox says that the composer makes here."""
AT_ONCE = 1000
"""Rows of one INSERT."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What versions are compared with: what the assistant would say without them."""

    shipped: Library
    province: str | None = None
    """Whose records are shown besides the national ones; None: every province's."""

    def shows(self, row: ProcedureVersion, record: Procedure) -> bool:
        """Whether the assistant answers from this version once it is published."""
        if self.province is not None and record.scope not in (NATIONAL, self.province):
            return False
        return row.origin == Origin.OFFICE or row.code not in self.shipped.by_code

    def before(self, row: ProcedureVersion, previous: ProcedureVersion | None) -> Procedure | None:
        """The record that stood in the place of this version; None: there was none."""
        shipped = self.shipped.get(row.code)
        wins = previous is not None and (shipped is None or previous.origin == Origin.OFFICE)
        if previous is None or not (wins or row.origin == Origin.IMPORT):
            return shipped
        gone = previous.kind == Kind.ABOLISHED and previous.origin == Origin.IMPORT
        return None if gone else publishing.record(previous.code, previous.body)


@dataclass(frozen=True, slots=True)
class Told:
    """A published version, read."""

    id: int
    record: Procedure
    news: News | None
    """None: it says nothing that anybody has to hear of."""
    fields: frozenset[str]
    """Its field, and the one it was in before."""
    shown: bool
    """The assistant answers from it."""


# Reading versions


def _waiting() -> ColumnElement[bool]:
    """Versions that were published and have not set anything moving since."""
    published, moved = col(ProcedureVersion.published_at), col(ProcedureVersion.set_moving_at)
    return and_(published.is_not(None), or_(moved.is_(None), moved < published))


async def _previous(session: AsyncSession, rows: Sequence[ProcedureVersion]) -> dict[int, ProcedureVersion]:
    """By number of a version, the one that people had been told before it."""
    found: dict[str, list[ProcedureVersion]] = {}
    changed = [row for row in rows if row.kind != Kind.NEW or row.origin == Origin.OFFICE]
    for portion in publishing.portions([row.code for row in changed]):
        statement = select(ProcedureVersion).where(
            col(ProcedureVersion.code).in_(portion),
            publishing.among(VersionState.PUBLISHED, VersionState.REPLACED),
            col(ProcedureVersion.decided_by).is_not(None),
        )
        for row in (await session.execute(statement)).scalars():
            found.setdefault(row.code, []).append(row)
    return {row.id or 0: best for row in changed if (best := _before(row, found.get(row.code, [])))}


def _before(row: ProcedureVersion, others: Iterable[ProcedureVersion]) -> ProcedureVersion | None:
    """What was set moving last before this one; versions older than this bookkeeping go by when they were decided."""
    told = [(at, other) for other in others if other.id != row.id and (at := _moved(other)) is not None]
    until = _moved(row)
    earlier = [(at, other.id or 0, other) for at, other in told if until is None or at < until]
    return max(earlier, key=lambda one: one[:2])[2] if earlier else None


def _moved(row: ProcedureVersion) -> datetime | None:
    """When people were told of a version; None: not yet."""
    if row.published_at is None:
        return row.decided_at
    moved = row.set_moving_at
    return None if moved is None or moved < row.published_at else moved


async def _read(storage: Storage, shown: Shown, *conditions: ColumnElement[bool]) -> list[Told]:
    """Published versions, in the order of their numbers."""
    async with storage.read() as session:
        return await read(session, shown, *conditions)


async def read(session: AsyncSession, shown: Shown, *conditions: ColumnElement[bool]) -> list[Told]:
    """The same within a transaction. A whole catalogue is read in portions: answers must not wait for it."""
    number = col(ProcedureVersion.id)
    here = (col(ProcedureVersion.published_at).is_not(None), publishing.among(VersionState.PUBLISHED), *conditions)
    numbers = list((await session.execute(select(number).where(*here).order_by(number))).scalars())
    told: list[Told] = []
    for portion in publishing.portions(numbers):
        statement = select(ProcedureVersion).where(number.in_(portion)).order_by(number)
        rows = list((await session.execute(statement)).scalars())
        previous = await _previous(session, rows)
        told += await asyncio.to_thread(_all_told, rows, previous, shown)
    return told


def _all_told(rows: Iterable[ProcedureVersion], previous: Mapping[int, ProcedureVersion], shown: Shown) -> list[Told]:
    return [one for row in rows if (one := _told(row, previous, shown))]


def _told(row: ProcedureVersion, previous: Mapping[int, ProcedureVersion], shown: Shown) -> Told | None:
    record = publishing.record(row.code, row.body)
    if record is None or row.published_at is None or row.id is None:
        return None
    before = shown.before(row, previous.get(row.id))
    age = Age(row.published_at.astimezone(VIETNAM).date(), limits.NEWS_DAYS, row.holds_from)
    news = news_of(before, record, age, gone=row.kind == Kind.ABOLISHED)
    fields = frozenset({record.field, *([before.field] if before else [])})
    return Told(row.id, record, news, fields, shown.shows(row, record))


async def known(storage: Storage, shown: Shown, now: datetime) -> dict[str, News]:
    """What is news by code: of versions that the assistant answers from, or that took a record away from it."""
    today = now.astimezone(VIETNAM).date()
    first = now - timedelta(days=limits.NEWS_DAYS + 1)
    since = col(ProcedureVersion.body)["effective_from"].as_string()
    lately = or_(col(ProcedureVersion.published_at) >= first, since >= first.date().isoformat())
    told = await _read(storage, shown, lately)
    return {one.record.code: one.news for one in told if one.news and one.shown and today < one.news.until}


# Setting moving


async def tick(storage: Storage, rules: Rules, now: datetime, shown: Shown | None = None) -> int:
    """Raise the duties and queue the messages of what was published; how many were made.

    ``shown`` is what the program answers from without versions; None: the shipped records, read anew.
    """
    async with storage.read() as session:
        found = await session.execute(select(col(ProcedureVersion.id), col(ProcedureVersion.state)).where(_waiting()))
        states = {int(number or 0): str(state) for number, state in found}
    if not states:
        return 0
    shown = shown or Shown(await asyncio.to_thread(library.shipped))
    told = {one.id: one for one in await _read(storage, shown, _waiting())}
    async with storage.write() as session:
        taken = await _take(session, states, now)
        batch = [told[number] for number in taken if number in told and told[number].news]
        made = await events.procedures_changed(session, rules, [one.record.code for one in batch], now)
        return made + await _tell(session, rules, [one for one in batch if one.shown], now)


async def _take(session: AsyncSession, states: Mapping[int, str], now: datetime) -> list[int]:
    """Tick off what waits and is as it was when it was read; the numbers of what nobody else has ticked off.

    Rows are locked in the order of their numbers: a second process waits at the first one, and finds nothing then.
    """
    taken: list[int] = []
    columns = (col(ProcedureVersion.id), col(ProcedureVersion.state))
    for portion in publishing.portions(sorted(states)):
        here = (col(ProcedureVersion.id).in_(portion), _waiting())
        locked = select(*columns).where(*here).order_by(col(ProcedureVersion.id)).with_for_update()
        same = [int(number or 0) for number, state in await session.execute(locked) if states[number or 0] == state]
        ticked = update(ProcedureVersion).where(col(ProcedureVersion.id).in_(same)).values(set_moving_at=now)
        await session.execute(ticked.execution_options(synchronize_session=False))
        taken += same
    return taken


async def _tell(session: AsyncSession, rules: Rules, batch: Sequence[Told], now: datetime) -> int:
    """Queue one message for each chat that follows a field of this batch, for the next working hour."""
    fields = {field for one in batch for field in one.fields}
    if not fields:
        return 0
    chats = await subscriptions.followers(session, fields, rules.pushable)
    moment = f"{now.isoformat()}:{batch[0].id}"
    when = rules.calendar.default.next_moment(now)
    concern = {wanted: _wanted(batch, wanted) for wanted in {frozenset(one) for one in chats.values()}}
    rows = [_row(address, concern[frozenset(wanted)], moment, now, when) for address, wanted in chats.items()]
    made = 0
    for first in range(0, len(rows), AT_ONCE):
        statement = insert_new(session, Outbox).values(rows[first : first + AT_ONCE]).returning(col(Outbox.id))
        made += len((await session.execute(statement)).all())
    return made


def _wanted(batch: Iterable[Told], fields: Collection[str]) -> list[int]:
    """Numbers of the versions that concern somebody who follows these fields."""
    return [one.id for one in batch if EVERY in fields or one.fields & set(fields)]


def _row(address: Address, versions: Sequence[int], moment: str, now: datetime, when: datetime) -> dict[str, Any]:
    most = words.TOLD_AT_MOST
    return {
        "key": f"{COMPOSED}:{moment}:{address.channel}:{address.chat}",
        "channel": address.channel,
        "chat": address.chat,
        "kind": NEWS.name,
        "priority": NEWS.priority,
        "body": {"compose": COMPOSED, "versions": versions[:most], "more": max(0, len(versions) - most)},
        "created_at": now,
        "not_before": when,
        "attempts": 0,
        "state": OutboxState.QUEUED,
    }


async def reply(
    session: AsyncSession, body: Mapping[str, Any], address: Address, shown: Shown, ctx: Context
) -> Reply | None:
    """The message as it is true now: of what is still published, to somebody who still wants it. None: nothing."""
    fields = set(await subscriptions.of(session, address))
    told = await read(session, shown, col(ProcedureVersion.id).in_(body["versions"]))
    wanted = set(_wanted(told, fields))
    items = [words.Item(one.news, one.record) for one in told if one.news and one.shown and one.id in wanted]
    return words.message(items, int(body["more"]), ctx)
