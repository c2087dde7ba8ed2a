"""Who holds which role: invites, links to chats, and who is reached how."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.tables import Invite, Link, Member
from handlers.duties import Colleague, Invited, Membership, Person, Role
from handlers.message import Address
from scheduler.units import Units

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what is easily confused in print: I and 1, O and 0."""
CODE_LENGTH = 8
VALID = timedelta(days=14)
"""How long an invite can be taken."""

ROLE_NAMES = {
    Role.OFFICER: "cán bộ phụ trách",
    Role.HEAD: "lãnh đạo đơn vị",
    Role.COORDINATOR: "điều phối, đôn đốc",
    Role.MONITOR: "giám sát",
    Role.ADMIN: "quản trị",
    Role.EDITOR: "biên tập",
    Role.APPROVER: "duyệt nội dung",
    Role.TEACHER: "giáo viên",
    Role.GROUP: "nhóm chat của đơn vị",
    Role.PUBLIC: "kênh tin công khai của đơn vị",
}


def digest(code: str) -> str:
    """What is kept of an invite code: any case, spaces and dashes as they come."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(f"invite:{plain}".encode()).hexdigest()


async def invite(
    session: AsyncSession, unit: str, role: Role, now: datetime, *, label: str = "", substitute: bool = False
) -> str:
    """Make a code that gives a role in a unit, once, within :data:`VALID`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    session.add(
        Invite(
            digest=digest(code),
            unit=unit,
            role=role.value,
            label=label,
            substitute=substitute,
            created_at=now,
            expires_at=now + VALID,
        )
    )
    await session.flush()
    return code


async def invited(session: AsyncSession, code: str, units: Units, now: datetime) -> Invited | None:
    """What a code offers; None: there is no such code."""
    row = await session.get(Invite, digest(code))
    if row is None:
        return None
    problem = "used" if row.used_at else "expired" if row.expires_at < now else None
    return Invited(row.unit, units.name(row.unit), Role(row.role), row.label, problem)


async def withdraw(session: AsyncSession, name: str) -> bool:
    """Take an invite back that nobody took, by :attr:`Invite.digest`; False: there is none, or somebody was faster."""
    gone = delete(Invite).where(col(Invite.digest) == name, col(Invite.used_at).is_(None))
    return (await session.execute(gone.returning(col(Invite.digest)))).scalar_one_or_none() is not None


async def join(session: AsyncSession, code: str, address: Address, now: datetime) -> None:
    """Take an invite: the chat holds its role from now on. A code that is used or expired has no effect."""
    taken = (
        update(Invite)
        .where(col(Invite.digest) == digest(code), col(Invite.used_at).is_(None), col(Invite.expires_at) >= now)
        .values(used_at=now)
        .returning(Invite)
    )
    row = (await session.execute(taken)).scalar_one_or_none()
    if row is None:
        return
    member = Member(unit=row.unit, role=row.role, label=row.label, substitute=row.substitute, created_at=now)
    session.add(member)
    await session.flush()
    assert member.id is not None  # noqa: S101 - it was just written
    row.member_id = member.id
    session.add(row)
    await connect(session, member.id, address, now)


async def connect(session: AsyncSession, member_id: int, address: Address, now: datetime) -> None:
    """Reach a member by this chat, too."""
    values = {
        "member_id": member_id,
        "channel": address.channel,
        "chat": address.chat,
        "state": "open",
        "since": now,
    }
    await session.execute(insert_new(session, Link).values(values))


async def leave(session: AsyncSession, membership: int, address: Address) -> None:
    """Give up a role. The unit's duties stay with the role; what was passed to this person falls back to it."""
    holds = select(col(Link.id)).where(
        col(Link.member_id) == membership, col(Link.channel) == address.channel, col(Link.chat) == address.chat
    )
    if (await session.execute(holds)).first() is None:
        return
    await remove(session, membership)


async def remove(session: AsyncSession, membership: int) -> bool:
    """End a membership and its links; False: there is no such active one."""
    ended = update(Member).where(col(Member.id) == membership, col(Member.active)).values(active=False)
    if (await session.execute(ended.returning(col(Member.id)))).scalar_one_or_none() is None:
        return False
    await session.execute(
        update(Link).where(col(Link.member_id) == membership).values(state="closed", error="left the role")
    )
    return True


async def person(session: AsyncSession, address: Address, units: Units) -> Person | None:
    """Who holds roles in this chat."""
    statement = (
        select(Member)
        .join(Link, col(Link.member_id) == col(Member.id))
        .where(col(Link.channel) == address.channel, col(Link.chat) == address.chat, col(Member.active))
        .order_by(col(Member.id))
    )
    members = list((await session.execute(statement)).scalars())
    return Person(tuple(membership(member, units) for member in members)) if members else None


async def ever(session: AsyncSession, address: Address) -> frozenset[int]:
    """Numbers of all memberships of this chat, those that ended too."""
    theirs = (col(Link.channel) == address.channel, col(Link.chat) == address.chat)
    return frozenset((await session.execute(select(col(Link.member_id)).where(*theirs))).scalars())


async def admin_of_the_city(session: AsyncSession, units: Units) -> bool:
    """Whether an admin sits beyond the wards: then what holds for everybody is that admin's to decide."""
    statement = select(col(Member.unit)).where(col(Member.role) == Role.ADMIN.value, col(Member.active))
    found = [units.get(unit) for unit in (await session.execute(statement)).scalars()]
    return any(unit is not None and unit.kind not in ("ward", "dept_commune") for unit in found)


async def reopen(session: AsyncSession, address: Address) -> None:
    """Somebody who writes can be written to again."""
    closed = update(Link).where(
        col(Link.channel) == address.channel, col(Link.chat) == address.chat, col(Link.state) == "closed"
    )
    await session.execute(closed.values(state="open", error=None))


async def holds_a_role(session: AsyncSession, address: Address) -> bool:
    """Whether this chat is linked to any role."""
    statement = (
        select(col(Link.id))
        .join(Member, col(Member.id) == col(Link.member_id))
        .where(col(Link.channel) == address.channel, col(Link.chat) == address.chat, col(Member.active))
    )
    return (await session.execute(statement.limit(1))).first() is not None


def membership(member: Member, units: Units) -> Membership:
    assert member.id is not None  # noqa: S101 - it was read from the database
    return Membership(
        member.id, member.unit, units.name(member.unit), Role(member.role), member.label, substitute=member.substitute
    )


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member and the chat by which it is written to first."""

    member: int
    substitute: bool
    address: Address


class Directory:
    """Everybody who can be written to, by unit and role. One chat that holds several roles stands in each."""

    def __init__(self, recipients: dict[tuple[str, str], list[Recipient]]) -> None:
        self._recipients = recipients
        self._by_member = {found.member: found for group in recipients.values() for found in group}

    def of(self, unit: str, role: Role) -> list[Recipient]:
        """Whoever holds the role; substitutes only where nobody else can be reached."""
        found = self._recipients.get((unit, role.value), [])
        return [one for one in found if not one.substitute] or found

    def member(self, number: int) -> Recipient | None:
        return self._by_member.get(number)

    def all(self, role: Role) -> list[Recipient]:
        return [one for (_, held), group in self._recipients.items() if held == role.value for one in group]


async def directory(session: AsyncSession, pushable: Iterable[str]) -> Directory:
    """Members with an open link on a channel that can write first; of several links the newest."""
    channels = frozenset(pushable)
    statement = (
        select(
            col(Member.id),
            col(Member.unit),
            col(Member.role),
            col(Member.substitute),
            col(Link.channel),
            col(Link.chat),
            col(Link.state),
        )
        .join(Link, col(Link.member_id) == col(Member.id))
        .where(col(Member.active))
        .order_by(col(Member.id), col(Link.since).desc(), col(Link.id).desc())
    )
    found: dict[tuple[str, str], list[Recipient]] = defaultdict(list)
    seen: set[int] = set()
    for number, unit, role, substitute, channel, chat, state in await session.execute(statement):
        if number is None or number in seen or state != "open" or channel not in channels:
            continue
        seen.add(number)
        found[unit, role].append(Recipient(number, substitute, Address(channel, chat)))
    return Directory(dict(found))


async def colleagues(
    session: AsyncSession, unit: str, pushable: Iterable[str], but: int | None, *, role: Role = Role.OFFICER
) -> list[Colleague]:
    """Who else holds a role in a unit; to officers a duty can be passed."""
    reached = await directory(session, pushable)
    statement = (
        select(Member)
        .where(col(Member.unit) == unit, col(Member.role) == role.value, col(Member.active))
        .order_by(col(Member.substitute), col(Member.id))
    )
    return [
        Colleague(member.id, member.label, member.substitute, reachable=reached.member(member.id) is not None)
        for member in (await session.execute(statement)).scalars()
        if member.id is not None and member.id != but
    ]


async def next_link(session: AsyncSession, member: int, pushable: Iterable[str]) -> Address | None:
    """Another chat of a member, once one was closed."""
    statement = (
        select(Link)
        .where(col(Link.member_id) == member, col(Link.state) == "open", col(Link.channel).in_(list(pushable)))
        .order_by(col(Link.since).desc(), col(Link.id).desc())
        .limit(1)
    )
    link = (await session.execute(statement)).scalar_one_or_none()
    return Address(link.channel, link.chat) if link else None


async def close(session: AsyncSession, address: Address, reason: str) -> None:
    """The platform refuses this chat for good."""
    statement = update(Link).where(col(Link.channel) == address.channel, col(Link.chat) == address.chat)
    await session.execute(statement.values(state="closed", error=reason[:500]))
