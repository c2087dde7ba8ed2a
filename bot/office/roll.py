"""Who holds a role, by which chats they are reached, and why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.tables import Link, Member
from handlers.duties import Role

NOBODY = "chưa liên kết"
CLOSED = "không nhận được tin (chặn hoặc khoá)"
PULLED = "chỉ liên kết kênh không nhận được tin nhắc"


@dataclass(frozen=True, slots=True)
class Held:
    """A role, and the chats of whoever holds it."""

    id: int
    """Number of the membership."""
    unit: str
    role: Role
    label: str
    substitute: bool
    active: bool
    since: datetime
    links: tuple[tuple[str, bool], ...]
    """(channel, whether it is open), in the order in which they were linked."""

    def reached_by(self, pushable: Collection[str]) -> tuple[str, ...]:
        """Channels by which they can be written to, each once."""
        return tuple(dict.fromkeys(channel for channel, is_open in self.links if is_open and channel in pushable))

    def problem(self, pushable: Collection[str]) -> str:
        """Why they cannot be written to; empty: they can."""
        if self.reached_by(pushable):
            return ""
        if not self.links:
            return NOBODY
        return CLOSED if any(channel in pushable for channel, _ in self.links) else PULLED


async def roll(session: AsyncSession, units: Collection[str] | None, *, active: bool = True) -> list[Held]:
    """Those who hold roles, or held them, in these units (None: in all), by unit and number."""
    statement = select(Member).where(col(Member.active) == active).order_by(col(Member.unit), col(Member.id))
    if units is not None:
        statement = statement.where(col(Member.unit).in_(units))
    members = list((await session.execute(statement)).scalars())
    chats: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    links = select(col(Link.member_id), col(Link.channel), col(Link.state)).order_by(col(Link.id))
    for member, channel, state in await session.execute(links):
        chats[member].append((channel, state == "open"))
    return [_held(member, tuple(chats[member.id or 0])) for member in members]


def _held(member: Member, links: tuple[tuple[str, bool], ...]) -> Held:
    return Held(
        id=member.id or 0,
        unit=member.unit,
        role=Role(member.role),
        label=member.label,
        substitute=member.substitute,
        active=member.active,
        since=member.created_at,
        links=links,
    )
