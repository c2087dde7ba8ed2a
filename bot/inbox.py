"""What came in: stored once, many messages in one commit, handled in the order of each chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot import limits
from bot.clock import Clock
from bot.storage import Storage
from bot.tables import Inbox, InboxState
from handlers.message import Address, Media, Message


class OverloadedError(Exception):
    """Too many messages wait to be stored: the door answers 503 and the platform tries again later."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a message lies, and whether it came for the first time."""

    id: int
    new: bool


def _body(message: Message) -> dict[str, Any]:
    body: dict[str, Any] = {"sender": message.sender, "text": message.text}
    if message.action is not None:
        body["action"] = message.action
    if message.media:
        body["media"] = [[m.kind, m.ref, m.name, m.size] for m in message.media]
    if message.masked:
        body["masked"] = list(message.masked)
    for flag in ("truncated", "hurried", "group", "public"):
        if getattr(message, flag):
            body[flag] = True
    if message.sent_at:
        body["sent_at"] = message.sent_at.isoformat()
    return body


def message_of(row: Inbox) -> Message:
    """The message that a row holds."""
    body = row.body
    return Message(
        id=row.message_id,
        address=Address(row.channel, row.chat),
        sender=body["sender"],
        text=body["text"],
        action=body.get("action"),
        media=tuple(Media(*media) for media in body.get("media", ())),
        sent_at=datetime.fromisoformat(body["sent_at"]) if "sent_at" in body else None,
        masked=tuple(body.get("masked", ())),
        truncated=body.get("truncated", False),
        hurried=body.get("hurried", False),
        group=body.get("group", False),
        public=body.get("public", False),
    )


_TABLE: Table = Inbox.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Waiting:
    message: Message
    state: InboxState
    future: asyncio.Future[Stored]

    @property
    def key(self) -> tuple[str, str]:
        return self.message.address.channel, self.message.id


class InboxWriter:
    """Stores messages. Whoever waits shares one commit with all others that wait at the same time."""

    def __init__(self, storage: Storage, now: Clock) -> None:
        self._storage = storage
        self._now = now
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(limits.INBOX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._flood_until = 0.0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="inbox")

    def pressed(self) -> bool:
        """Whether messages come in so fast that storing them has to go first."""
        return time.monotonic() < self._flood_until

    async def stop(self) -> None:
        """Store what waits, then stop."""
        if self._task:
            await self._waiting.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def store(self, message: Message, *, state: InboxState = InboxState.NEW) -> Stored:
        """Return once the message is committed. Raises OverloadedError, or what the database raised."""
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(_Waiting(message, state, future))
        except asyncio.QueueFull:
            raise OverloadedError from None
        return await future

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            self._fill(batch)
            try:
                stored = await self._commit(batch)
                for waiting, result in zip(batch, stored, strict=True):
                    if not waiting.future.done():
                        waiting.future.set_result(result)
            except Exception as error:  # noqa: BLE001 - the error goes to whoever waits for the commit
                for waiting in batch:
                    if not waiting.future.done():
                        waiting.future.set_exception(error)
            finally:
                for _ in batch:
                    self._waiting.task_done()

    def _fill(self, batch: list[_Waiting]) -> None:
        while len(batch) < limits.INBOX_BATCH and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        if len(batch) >= limits.FLOOD_BATCH:
            self._flood_until = time.monotonic() + limits.FLOOD_LASTS

    async def _commit(self, batch: list[_Waiting]) -> list[Stored]:
        now = self._now()
        rows = {waiting.key: _row(waiting, now) for waiting in reversed(batch)}

        def work(connection: Connection) -> tuple[_Ids, _Ids]:
            fresh = _insert(connection, list(reversed(rows.values())))
            return fresh, _find(connection, rows.keys() - fresh.keys())

        fresh, found = await self._storage.at_once(work)
        known = found | fresh
        return [Stored(known[waiting.key], fresh.pop(waiting.key, None) is not None) for waiting in batch]


def _row(waiting: _Waiting, now: datetime) -> dict[str, Any]:
    message = waiting.message
    return {
        "channel": message.address.channel,
        "message_id": message.id,
        "chat": message.address.chat,
        "body": _body(message),
        "received_at": now,
        "not_before": now,
        "state": waiting.state,
        "attempts": 0,
    }


_Ids: TypeAlias = dict[tuple[str, str], int]
"""Of rows, by channel and message id."""


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> _Ids:
    """Insert what is not there yet; the ids of what was inserted."""
    table = _TABLE.c
    statement = insert_new(connection, _TABLE).returning(table.channel, table.message_id, table.id)
    return {(row[0], row[1]): int(row[2] or 0) for row in connection.execute(statement, rows)}


def insert_new(on: AsyncSession | Connection, table: type[Any] | Table) -> Any:
    """INSERT ... ON CONFLICT DO NOTHING for the database at hand."""
    name = (on if isinstance(on, Connection) else on.get_bind()).dialect.name
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[name]
    return dialect.insert(table).on_conflict_do_nothing()


def _find(connection: Connection, keys: Set[tuple[str, str]]) -> _Ids:
    if not keys:
        return {}
    table = _TABLE.c
    named = tuple_(table.channel, table.message_id).in_(list(keys))
    found = connection.execute(select(table.channel, table.message_id, table.id).where(named))
    return {(row[0], row[1]): row[2] for row in found}


def _waits_first() -> Any:
    """Condition: nothing older of the same chat is waiting."""
    earlier = aliased(Inbox)
    older = select(col(earlier.id)).where(
        col(earlier.state) == InboxState.NEW,
        col(earlier.channel) == col(Inbox.channel),
        col(earlier.chat) == col(Inbox.chat),
        col(earlier.id) < col(Inbox.id),
    )
    return ~older.exists()


async def heads(session: AsyncSession, now: datetime) -> list[int]:
    """The oldest waiting message of each chat, oldest first."""
    statement = (
        select(col(Inbox.id))
        .where(col(Inbox.state) == InboxState.NEW, col(Inbox.not_before) <= now, _waits_first())
        .order_by(col(Inbox.id))
        .limit(limits.CLAIM_BATCH)
    )
    return [row_id for row_id in (await session.execute(statement)).scalars() if row_id is not None]


async def take(session: AsyncSession, row_id: int) -> Inbox | None:
    """Lock one waiting message until the transaction ends; None when another process has it or has done it.

    A crash rolls back and frees it, and nobody takes a later message of the same chat meanwhile.
    """
    statement = (
        select(Inbox)
        .where(col(Inbox.id) == row_id, col(Inbox.state) == InboxState.NEW, _waits_first())
        .with_for_update(skip_locked=True, of=Inbox)
    )
    return (await session.execute(statement)).scalar_one_or_none()
