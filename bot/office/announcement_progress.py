"""How far an announcement has come: counted over its rows of the outbox, failures in words, and trying those again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import announcements, audiences, audit, people
from bot.office.officials import Official
from bot.office.plans import RefusedError
from bot.office.rules import Rules
from bot.tables import Announcement, AnnouncementState, Link, Member, Outbox, OutboxState
from handlers.message import Address

CHANNELS = {"zalo-oa": "Zalo OA", "zalo-bot": "Zalo Bot", "telegram": "Telegram"}
"""Channels by the names that people know."""
_REASONS = (
    ("blocked", "người nhận đã chặn"),
    ("window closed", "người nhận lâu chưa nhắn lại nên ứng dụng không cho gửi"),
    ("interaction", "người nhận lâu chưa nhắn lại nên ứng dụng không cho gửi"),
    ("deactivated", "tài khoản không còn"),
    ("not found", "cuộc trò chuyện không còn"),
    ("kicked", "trợ lý đã bị đưa ra khỏi nhóm hoặc kênh"),
    ("not in the group", "trợ lý đã bị đưa ra khỏi nhóm"),
    ("not a member", "trợ lý đã bị đưa ra khỏi nhóm hoặc kênh"),
    ("administrator rights", "trợ lý không còn quyền đăng tin trong kênh"),
    ("quota", "ứng dụng hết lượt gửi"),
    ("out of money", "ứng dụng hết lượt gửi"),
    ("in doubt", "chưa rõ đã tới hay chưa"),
)
"""What channels say of a failure, and what it means."""


def channel_name(channel: str) -> str:
    return CHANNELS.get(channel, channel)


def in_words(error: str | None) -> str:
    """Why a message did not arrive, for people who are not technical."""
    said = (error or "").lower()
    return next((words for sign, words in _REASONS if sign in said), "ứng dụng không nhận tin, đã thử nhiều lần")


@dataclass(frozen=True, slots=True)
class Progress:
    """Chats of one announcement, by how its message stands there."""

    sent: int = 0
    waiting: int = 0
    under_way: int = 0
    """Being sent at this moment."""
    failed: int = 0
    held: int = 0
    """Nobody knows whether it arrived: not sent again by itself."""
    taken_back: int = 0
    """Stopped before it left, or the chat was not meant any more."""

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.under_way + self.failed + self.held + self.taken_back

    @property
    def settled(self) -> int:
        """Those of which nothing more is to be expected."""
        return self.total - self.waiting - self.under_way


async def progress(session: AsyncSession, numbers: Sequence[int], now: datetime) -> dict[int, Progress]:
    """How each of these announcements stands."""
    statement = select(col(Outbox.announcement_id), col(Outbox.state), col(Outbox.lease_until)).where(
        col(Outbox.announcement_id).in_(numbers)
    )
    counts: dict[int, dict[str, int]] = {number: defaultdict(int) for number in numbers}
    for number, state, lease in await session.execute(statement):
        counts[number or 0][_name(state, lease, now)] += 1
    return {number: Progress(**found) for number, found in counts.items()}


def _name(state: str, lease: datetime | None, now: datetime) -> str:
    if state == OutboxState.QUEUED:
        return "under_way" if lease is not None and lease >= now else "waiting"
    return "taken_back" if state == OutboxState.MOOT else state


@dataclass(frozen=True, slots=True)
class Failure:
    """A chat that did not get it."""

    row: int
    address: Address
    who: str
    """By post, or "Người đăng ký nhận tin"."""
    channel: str
    reason: str
    closed: bool
    """The platform refuses this chat for good: it is not tried again."""
    elsewhere: str = ""
    """By which other channel the same person got it, or is getting it."""

    @property
    def again(self) -> bool:
        """Whether trying this chat once more makes sense."""
        return not self.closed and not self.elsewhere


async def failures(session: AsyncSession, number: int, rules: Rules) -> list[Failure]:
    """Every chat that did not get it, with the reason in words."""
    statement = select(Outbox).where(col(Outbox.announcement_id) == number).order_by(col(Outbox.id))
    rows = list((await session.execute(statement)).scalars())
    good = {Address(one.channel, one.chat) for one in rows if one.state in {OutboxState.SENT, OutboxState.QUEUED}}
    return [await _failure(session, row, good, rules) for row in rows if row.state == OutboxState.FAILED]


async def _failure(session: AsyncSession, row: Outbox, good: set[Address], rules: Rules) -> Failure:
    address = Address(row.channel, row.chat)
    held = await _holders(session, address)
    closed = bool(held) and all(link.state != "open" for _, link in held)
    others = [one for member, _ in held for one in await _chats(session, member.id or 0) if one in good]
    who = "; ".join(dict.fromkeys(audiences.post(member, rules.units) for member, _ in held))
    return Failure(
        row=row.id or 0,
        address=address,
        who=who or "Người đăng ký nhận tin",
        channel=channel_name(row.channel),
        reason=in_words(row.error),
        closed=closed,
        elsewhere=channel_name(others[0].channel) if others else "",
    )


async def _holders(session: AsyncSession, address: Address) -> list[tuple[Member, Link]]:
    statement = (
        select(Member, Link)
        .join(Link, col(Link.member_id) == col(Member.id))
        .where(col(Link.channel) == address.channel, col(Link.chat) == address.chat)
        .order_by(col(Member.id))
    )
    return [(member, link) for member, link in await session.execute(statement)]


async def _chats(session: AsyncSession, member: int) -> list[Address]:
    statement = select(col(Link.channel), col(Link.chat)).where(col(Link.member_id) == member)
    return [Address(channel, chat) for channel, chat in await session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Again:
    """What is tried once more."""

    same: int
    """In the same chat."""
    other: int
    """By another channel of somebody whose chat is closed."""
    left: int
    """Who cannot be reached by any."""


async def resend(session: AsyncSession, official: Official, row: Announcement, rules: Rules, now: datetime) -> Again:
    """Try once more where it failed, and nowhere else: what was sent or is in doubt stays. Raises RefusedError."""
    if row.state not in announcements.SENT_FROM:
        raise RefusedError(["Chỉ gửi lại được thông báo đã gửi. Thông báo này đã dừng hoặc chưa gửi."])
    failed = [one for one in await failures(session, row.id or 0, rules) if not one.elsewhere]
    when = now if row.emergency else rules.calendar.default.next_moment(now)
    other = [found for one in failed if one.closed for found in await _other_rows(session, one, row, rules, when)]
    same = await _queue_again(session, [one.row for one in failed if one.again], when)
    made = await announcements.queue(session, other)
    if same or made:
        row.state, row.ended_at = AnnouncementState.SENDING, None
        session.add(row)
    result = Again(same, made, len(failed) - same - made)
    after = {"same": same, "other_channel": made, "left": result.left}
    audit.record(session, official, "announcement.resend", announcements.subject(row.id), now, after=after)
    return result


async def decide(
    session: AsyncSession, official: Official, row: Announcement, rules: Rules, now: datetime, *, again: bool
) -> int:
    """Send once more where nobody knows whether it arrived, or leave it at that; how many. Raises RefusedError."""
    if row.state not in announcements.SENT_FROM:
        raise RefusedError(["Chỉ quyết định được với thông báo đã gửi. Thông báo này đã dừng hoặc chưa gửi."])
    when = now if row.emergency else rules.calendar.default.next_moment(now)
    values: dict[str, Any] = {"state": OutboxState.MOOT}
    if again:
        values = _afresh(when)
    held = update(Outbox).where(col(Outbox.announcement_id) == row.id, col(Outbox.state) == OutboxState.HELD)
    count = len((await session.execute(held.values(**values).returning(col(Outbox.id)))).all())
    if again and count:
        row.state, row.ended_at = AnnouncementState.SENDING, None
        session.add(row)
    after = {"again": again, "count": count}
    audit.record(session, official, "delivery.decide", announcements.subject(row.id), now, after=after)
    return count


def _afresh(when: datetime) -> dict[str, Any]:
    """Values of a row that is tried as if it were new."""
    fresh = {"attempts": 0, "lease_until": None, "claimed_by": None, "error": None}
    return {"state": OutboxState.QUEUED, "not_before": when, **fresh}


async def _queue_again(session: AsyncSession, rows: Sequence[int], when: datetime) -> int:
    made = 0
    for first in range(0, len(rows), limits.ANNOUNCEMENTS_QUEUED):
        some = rows[first : first + limits.ANNOUNCEMENTS_QUEUED]
        again = (
            update(Outbox)
            .where(col(Outbox.id).in_(some), col(Outbox.state) == OutboxState.FAILED)
            .values(**_afresh(when))
        )
        made += len((await session.execute(again.returning(col(Outbox.id)))).all())
    return made


async def _other_rows(
    session: AsyncSession, failure: Failure, row: Announcement, rules: Rules, when: datetime
) -> list[dict[str, Any]]:
    """Rows for the next channel of whoever holds a closed chat."""
    rows = []
    for member, _ in await _holders(session, failure.address):
        address = await people.next_link(session, member.id or 0, rules.pushable)
        if address is not None and member.active:
            rows.append(announcements.outbox_row(row.id or 0, address, when, emergency=row.emergency))
    return rows
