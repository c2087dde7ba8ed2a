"""Messages that leave by themselves. A row in the outbox says what about and to whom; the words are made at sending."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.office.rules import Rules
from bot.tables import Link, Member, Occurrence, Outbox, OutboxState
from handlers.duties import Role
from handlers.message import Address
from scheduler.outbox import NOTICE, REMINDER

DIGEST = "digest"
LAST_CALL = "last_call"
SNOOZED = "snoozed"
RETURNED = "returned"
PASSED = "passed"
STUCK = "stuck"
UPKEEP = "upkeep"
"""Records that are to be checked again, once a week."""


def row(
    what: str, address: Address, key: str, now: datetime, *, duty: int | None = None, not_before: datetime | None = None
) -> dict[str, Any]:
    """A row of the outbox that is composed when it is sent; the same key is sent once."""
    kind = REMINDER if what in {DIGEST, LAST_CALL, UPKEEP} else NOTICE
    return {
        "key": f"{what}:{key}",
        "channel": address.channel,
        "chat": address.chat,
        "kind": kind.name,
        "priority": kind.priority,
        "body": {"compose": what} if duty is None else {"compose": what, "duty": duty},
        "created_at": now,
        "not_before": not_before or now,
        "attempts": 0,
        "state": OutboxState.QUEUED,
    }


def daily(what: str, address: Address, day: str, now: datetime) -> dict[str, Any]:
    """The message of a day to one chat: one digest, and at most one last call."""
    return row(what, address, f"{address.channel}:{address.chat}:{day}", now)


async def put(
    session: AsyncSession,
    what: str,
    address: Address,
    now: datetime,
    *,
    duty: int,
    key: str = "",
    not_before: datetime | None = None,
) -> None:
    """Queue a message about one occurrence."""
    whole = f"{duty}:{key}:{address.channel}:{address.chat}"
    values = row(what, address, whole, now, duty=duty, not_before=not_before)
    await session.execute(insert_new(session, Outbox).values([values]))


async def _addresses(session: AsyncSession, rules: Rules, *conditions: Any) -> list[Address]:
    statement = (
        select(col(Link.channel), col(Link.chat))
        .join(Member, col(Member.id) == col(Link.member_id))
        .where(col(Member.active), col(Link.state) == "open", col(Link.channel).in_(rules.pushable), *conditions)
        .distinct()
    )
    return [Address(channel, chat) for channel, chat in await session.execute(statement)]


async def tell_unit(
    session: AsyncSession, what: str, occurrence: Occurrence, key: str, rules: Rules, now: datetime
) -> None:
    """Tell whoever does the duties of the unit, in its working hours."""
    assert occurrence.id is not None  # noqa: S101 - it was read from the database
    when = rules.calendar.for_unit(occurrence.unit).next_moment(now)
    who = (col(Member.unit) == occurrence.unit, col(Member.role) == Role.OFFICER.value)
    for address in await _addresses(session, rules, *who):
        await put(session, what, address, now, duty=occurrence.id, key=key, not_before=when)


async def tell_member(session: AsyncSession, what: str, member: int, duty: int, rules: Rules, now: datetime) -> None:
    """Tell one member."""
    when = rules.calendar.default.next_moment(now)
    for address in await _addresses(session, rules, col(Member.id) == member):
        await put(session, what, address, now, duty=duty, key=f"{member}:{now:%Y%m%d%H%M%S}", not_before=when)


async def tell_role(session: AsyncSession, what: str, role: Role, duty: int, rules: Rules, now: datetime) -> None:
    """Tell everybody who holds a role."""
    when = rules.calendar.default.next_moment(now)
    for address in await _addresses(session, rules, col(Member.role) == role.value):
        await put(session, what, address, now, duty=duty, key=f"{now:%Y%m%d%H%M%S}", not_before=when)
