"""What goes out: rows with unique keys, claimed by lease, sent in the order of each chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot import limits
from bot.channels.base import DeliveryError
from bot.inbox import insert_new
from bot.tables import Outbox, OutboxState
from handlers.message import Address, Choice, Reply
from scheduler.outbox import KINDS, InDoubt, Kind, pause


def body_of(reply: Reply) -> dict[str, Any]:
    """A reply as JSON; what has its default is left out."""
    return {name: value for name, value in asdict(reply).items() if value}


def reply_of(body: dict[str, Any]) -> Reply:
    return Reply(
        text=body.get("text", ""),
        choices=tuple(Choice(**choice) for choice in body.get("choices", ())),
        image=body.get("image"),
        document=body.get("document"),
    )


async def put(
    session: AsyncSession,
    key: str,
    address: Address,
    kind: Kind,
    replies: list[Reply],
    now: datetime,
    *,
    inbox_id: int | None = None,
) -> None:
    """Queue messages once: a key that is there already has no effect."""
    rows = [
        {
            "key": f"{key}:{number}",
            "channel": address.channel,
            "chat": address.chat,
            "kind": kind.name,
            "priority": kind.priority,
            "body": body_of(reply),
            "inbox_id": inbox_id,
            "created_at": now,
            "not_before": now,
            "attempts": 0,
            "state": OutboxState.QUEUED,
        }
        for number, reply in enumerate(replies)
    ]
    if rows:
        await session.execute(insert_new(session, Outbox).values(rows))


async def claim(
    session: AsyncSession, channels: list[str], worker: str, now: datetime, most: int, *, upto: int | None = None
) -> list[Outbox]:
    """Take messages to send: the first of each chat, by priority. Nobody else has them until the lease ends.

    ``upto``: only of this priority or a more urgent one.
    """
    earlier = aliased(Outbox)
    before_it = select(col(earlier.id)).where(
        col(earlier.channel) == col(Outbox.channel),
        col(earlier.chat) == col(Outbox.chat),
        col(earlier.state) == OutboxState.QUEUED,
        or_(col(earlier.not_before) <= now, col(earlier.attempts) > 0),  # planned for later: nobody waits for it
        or_(
            col(earlier.priority) < col(Outbox.priority),
            (col(earlier.priority) == col(Outbox.priority)) & (col(earlier.id) < col(Outbox.id)),
        ),
    )
    ready = (
        select(col(Outbox.id))
        .where(
            col(Outbox.state) == OutboxState.QUEUED,
            col(Outbox.channel).in_(channels),
            col(Outbox.not_before) <= now,
            or_(col(Outbox.lease_until).is_(None), col(Outbox.lease_until) < now),
            ~before_it.exists(),
            *(() if upto is None else (col(Outbox.priority) <= upto,)),
        )
        .order_by(col(Outbox.priority), col(Outbox.not_before), col(Outbox.id))
        .limit(most)
        .with_for_update(skip_locked=True, of=Outbox)
    )
    statement = (
        update(Outbox)
        .where(col(Outbox.id).in_(ready))
        .values(lease_until=now + limits.LEASE, claimed_by=worker, attempts=col(Outbox.attempts) + 1)
        .returning(Outbox)
        .execution_options(synchronize_session=False)
    )
    rows = list((await session.execute(statement)).scalars())
    return sorted(rows, key=lambda row: (row.priority, row.id or 0))


async def end_leases(session: AsyncSession, dead: Callable[[str], bool], now: datetime) -> None:
    """End the leases of workers that are known to be dead, instead of waiting until they run out."""
    holders = select(col(Outbox.claimed_by)).where(col(Outbox.lease_until).is_not(None)).distinct()
    names = [name for name in (await session.execute(holders)).scalars() if name and dead(name)]
    if names:
        ended = update(Outbox).where(col(Outbox.claimed_by).in_(names), col(Outbox.lease_until).is_not(None))
        await session.execute(ended.values(lease_until=now - limits.LEASE))


async def hold_doubtful(session: AsyncSession, now: datetime) -> None:
    """Put aside what a crashed sender may have sent already, where its kind wants no second copy."""
    held = [kind.name for kind in KINDS.values() if kind.in_doubt is InDoubt.HOLD]
    if not held:
        return
    statement = (
        update(Outbox)
        .where(
            col(Outbox.state) == OutboxState.QUEUED,
            col(Outbox.kind).in_(held),
            col(Outbox.lease_until) < now,
        )
        .values(state=OutboxState.HELD, lease_until=None, error="in doubt: the sender stopped while sending")
    )
    await session.execute(statement)


def _mine(row: Outbox) -> Any:
    """Only the worker that still holds the claim may say how it ended."""
    return update(Outbox).where(
        col(Outbox.id) == row.id, col(Outbox.claimed_by) == row.claimed_by, col(Outbox.attempts) == row.attempts
    )


async def sent(session: AsyncSession, row: Outbox, platform_id: str, now: datetime) -> None:
    """Write down that the platform took it, with the platform's id."""
    values = {"state": OutboxState.SENT, "platform_id": platform_id, "sent_at": now, "lease_until": None, "error": None}
    await session.execute(_mine(row).values(**values))


async def moot(session: AsyncSession, row: Outbox) -> None:
    """Write down that nothing was left to say."""
    await session.execute(_mine(row).values(state=OutboxState.MOOT, lease_until=None))


async def failed(session: AsyncSession, row: Outbox, error: DeliveryError, now: datetime) -> None:
    """Write down a failure: for good, held in doubt, or to be tried again later."""
    hold = error.in_doubt and KINDS[row.kind].in_doubt is InDoubt.HOLD
    values: dict[str, Any] = {"lease_until": None, "error": error.reason[:500]}
    if hold:
        values["state"] = OutboxState.HELD
    elif error.permanent or row.attempts >= limits.SEND_ATTEMPTS:
        values["state"] = OutboxState.FAILED
    else:
        wait = pause(row.attempts) if error.retry_after is None else timedelta(seconds=error.retry_after)
        values["not_before"] = now + wait
    await session.execute(_mine(row).values(**values))


async def postpone(session: AsyncSession, row: Outbox, until: datetime) -> None:
    """Give back what was claimed but not begun, to be taken again later."""
    await session.execute(_mine(row).values(lease_until=None, attempts=row.attempts - 1, not_before=until))
