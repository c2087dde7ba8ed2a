"""Messages to officials as the office looks at them: to whom, when, and how the delivery stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import audit, notices
from bot.office.matrix import Sight
from bot.office.officials import Official
from bot.office.people import ROLE_NAMES
from bot.office.rules import Rules
from bot.tables import Link, Member, Outbox, OutboxState
from handlers.duties import Role
from scheduler.outbox import NOTICE, REMINDER

CHANNELS = {"telegram": "Telegram", "zalo-oa": "Zalo (Official Account)", "zalo-bot": "Zalo Bot", "web": "trang web"}
WHAT = {
    notices.DIGEST: "Tin nhắc trong ngày",
    notices.LAST_CALL: "Nhắc lần cuối trong ngày",
    notices.SNOOZED: "Nhắc lại theo giờ đã hẹn",
    notices.RETURNED: "Báo có báo cáo bị trả lại",
    notices.PASSED: "Báo được chuyển việc",
    notices.STUCK: "Báo có vướng mắc",
}
"""What a message is about, by what it is composed of."""
DOUBTFUL = (OutboxState.HELD, OutboxState.FAILED)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to officials."""

    id: int
    what: str
    to: str
    """Channel and posts: "Telegram – cán bộ phụ trách, UBND phường Đa Mai"."""
    state: OutboxState
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    platform_id: str
    error: str
    text: str
    """What was said, once it left; a message of the day tells of all that its reader does."""
    daily: bool
    duty: int | None
    """The row of the ledger that it is about, where it is about one."""


async def told(session: AsyncSession, rules: Rules, rows: Sequence[Outbox]) -> tuple[Delivery, ...]:
    """Messages with the posts that they are for."""
    posts = await _posts(session, rules, {(row.channel, row.chat) for row in rows})
    return tuple(_delivery(row, posts) for row in rows)


def _delivery(row: Outbox, posts: dict[tuple[str, str], list[str]]) -> Delivery:
    channel = CHANNELS.get(row.channel, row.channel)
    held = "; ".join(posts.get((row.channel, row.chat), ["người đã thôi phụ trách"]))
    return Delivery(
        row.id or 0,
        WHAT.get(str(row.body.get("compose")), "Tin báo"),
        f"{channel} – {held}",
        OutboxState(row.state),
        row.created_at,
        row.not_before,
        row.sent_at,
        row.platform_id or "",
        row.error or "",
        str(row.body.get("text", "")),
        row.body.get("compose") in {notices.DIGEST, notices.LAST_CALL},
        row.body.get("duty"),
    )


async def _posts(
    session: AsyncSession, rules: Rules, chats: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[str]]:
    """What the holders of chats are, in words. A chat's own number is shown to nobody."""
    wanted = list(chats)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    statement = (
        select(col(Link.channel), col(Link.chat), Member)
        .join(Member, col(Member.id) == col(Link.member_id))
        .where(tuple_(col(Link.channel), col(Link.chat)).in_(wanted), col(Member.active))
        .order_by(col(Member.id))
    )
    for channel, chat, member in await session.execute(statement) if wanted else ():
        post = member.label or ROLE_NAMES[Role(member.role)]
        found[channel, chat].append(f"{post}, {rules.units.name(member.unit)}")
    return found


def to_officials(sight: Sight) -> list[Any]:
    """Reminders and notices to whom is in sight."""
    where: list[Any] = [
        col(Outbox.kind).in_((NOTICE.name, REMINDER.name)),
        col(Outbox.announcement_id).is_(None),
    ]
    if sight is not None:
        holder = exists().where(
            col(Link.member_id) == col(Member.id),
            col(Link.channel) == col(Outbox.channel),
            col(Link.chat) == col(Outbox.chat),
            col(Member.unit).in_(sight),
        )
        where.append(holder)
    return where


async def doubtful(session: AsyncSession, rules: Rules, sight: Sight, most: int) -> tuple[tuple[Delivery, ...], int]:
    """Deliveries in doubt, the newest first, and how many there are."""
    where = [*to_officials(sight), col(Outbox.state).in_(DOUBTFUL)]
    total = (await session.execute(select(func.count()).select_from(Outbox).where(*where))).scalar_one()
    statement = select(Outbox).where(*where).order_by(col(Outbox.id).desc()).limit(most)
    rows = list((await session.execute(statement)).scalars())
    return await told(session, rules, rows), total


async def settle(
    session: AsyncSession, by: Official, numbers: Iterable[int], sight: Sight, now: datetime, *, again: bool
) -> tuple[int, int]:
    """Send messages again, or let them go; how many, and how many were in doubt no more.

    Sent again, what has its words made at sending says what is true then, or nothing. Raises LookupError before
    anything is changed for a message that there is not or that is out of sight.
    """
    wanted = set(numbers)
    statement = select(Outbox).where(col(Outbox.id).in_(wanted), *to_officials(sight)).order_by(col(Outbox.id))
    rows = list((await session.execute(statement.with_for_update(of=Outbox))).scalars())
    if len(rows) < len(wanted):
        raise LookupError("no such message")
    doubtful = [row for row in rows if row.state in DOUBTFUL]
    for row in doubtful:
        before = {"state": row.state, "error": row.error}
        row.state, row.lease_until = OutboxState.QUEUED if again else OutboxState.MOOT, None
        if again:
            row.not_before, row.attempts, row.error = now, 0, None
        session.add(row)
        audit.record(session, by, "delivery.decide", f"outbox:{row.id}", now, before=before, after={"state": row.state})
    return len(doubtful), len(rows) - len(doubtful)
