"""Who an announcement is for, and which chats that means today. The only file that reads ``Announcement.audience``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office.people import ROLE_NAMES
from bot.office.rules import Rules
from bot.tables import Link, Member, Subscription
from handlers.duties import CHATS, PERSONS, Role
from handlers.message import Address
from scheduler.units import Unit, Units

EVERY_FIELD = "*"
"""Of an audience: whoever subscribed to anything; of a subscription: all fields."""
ROLES = tuple(role for role in Role if role in PERSONS)
"""Roles of officials; a chat is no official."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Officials, group chats, public channels and subscribers together; who is meant twice is written to once."""

    officials: bool = False
    roles: tuple[Role, ...] = ()
    """Of the officials; (): whatever their role."""
    groups: bool = False
    """Group chats of units."""
    public: bool = False
    """Public channels of units."""
    units: tuple[str, ...] = ()
    """Of the officials, groups and channels: ids of units and of groups of units ("@all_wards"); (): all."""
    fields: tuple[str, ...] = ()
    """Fields of procedures (lĩnh vực) whose subscribers are meant."""

    @property
    def empty(self) -> bool:
        return not (self.of_units or self.fields)

    @property
    def of_units(self) -> bool:
        """Whether anybody is meant who belongs to a unit."""
        return self.officials or self.groups or self.public

    def to_json(self) -> dict[str, Any]:
        """What is kept; whatever has its default is left out."""
        told = {
            "officials": self.officials,
            "roles": [role.value for role in self.roles],
            "groups": self.groups,
            "public": self.public,
            "units": list(self.units),
            "fields": list(self.fields),
        }
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Audience:
        """Read what :meth:`to_json` wrote. Raises ValueError for a role that there is not."""
        return cls(
            officials=bool(kept.get("officials")),
            roles=tuple(Role(role) for role in kept.get("roles", ())),
            groups=bool(kept.get("groups")),
            public=bool(kept.get("public")),
            units=tuple(map(str, kept.get("units", ()))),
            fields=tuple(map(str, kept.get("fields", ()))),
        )

    def within(self, reach: Collection[str] | None) -> Audience:
        """All units mean those within reach; None: every unit is."""
        if reach is None or self.units or not self.of_units:
            return self
        return replace(self, units=tuple(sorted(reach)))


def problems(audience: Audience, units: Units, reach: Collection[str] | None) -> list[str]:
    """What keeps an audience from being written to, a Vietnamese line each."""
    told = []
    if audience.empty:
        told.append("Chọn nơi nhận: cán bộ, nhóm chat, kênh tin hoặc người dân đăng ký nhận tin.")
    unknown = [unit for unit in audience.units if units.get(unit) is None and unit not in units.groups()]
    if unknown:
        told.append(f"Không có đơn vị “{', '.join(unknown)[:80]}” trong danh sách.")
    if reach is not None and any(unit not in reach for unit in audience.units if unit not in unknown):
        told.append("Anh/chị chỉ gửi được cho đơn vị của mình.")
    return told


def named(audience: Audience, units: Units) -> str:
    """Who it is for, in words."""
    where = ", ".join(units.name(unit) for unit in audience.units) or "tất cả đơn vị"
    told = []
    if audience.officials:
        who = ", ".join(ROLE_NAMES[role] for role in audience.roles) or "cán bộ mọi vai trò"
        told.append(f"{who} – {where}")
    if audience.groups:
        told.append(f"nhóm chat – {where}")
    if audience.public:
        told.append(f"kênh tin công khai – {where}")
    if audience.fields:
        fields = "mọi lĩnh vực" if EVERY_FIELD in audience.fields else ", ".join(audience.fields)
        told.append(f"người dân đăng ký nhận tin: {fields}")
    return "; ".join(told)


@dataclass(frozen=True, slots=True)
class Reached:
    """The chats of an audience at one moment."""

    addresses: tuple[Address, ...]
    """Each once."""
    unreached: tuple[str, ...]
    """Who is meant and cannot be written to, in words with the reason."""

    def by_channel(self) -> dict[str, int]:
        """How many chats on each channel."""
        return dict(sorted(Counter(one.channel for one in self.addresses).items()))


async def resolve(session: AsyncSession, audience: Audience, rules: Rules, today: date) -> Reached:
    """Who is reached today: of each member the newest open chat on a channel that can write first."""
    addresses: dict[Address, None] = {}
    unreached: list[str] = []
    if audience.of_units:
        meant = _Meant(audience, rules.units, today)
        found = await _members(session)
        for member, links in found.values():
            if not meant.has(Role(member.role), member.unit):
                continue
            open_ = [one for one in links if one.state == "open" and one.channel in rules.pushable]
            if open_:
                addresses[Address(open_[0].channel, open_[0].chat)] = None
            else:
                unreached.append(_why_not(member, links, rules))
        unreached += meant.silent([member for member, _ in found.values()])
    if audience.fields:
        theirs, others = await _subscribers(session, audience.fields, rules.pushable)
        addresses |= dict.fromkeys(theirs)
        if others:
            unreached.append(f"{others} người đăng ký trên trang hỏi đáp: kênh này không gửi tin trước được")
    return Reached(tuple(addresses), tuple(unreached))


async def includes(session: AsyncSession, audience: Audience, address: Address, rules: Rules, today: date) -> bool:
    """Whether a chat still belongs to an audience: somebody may have left, or unsubscribed, since it was queued."""
    meant = _Meant(audience, rules.units, today)
    statement = (
        select(col(Member.role), col(Member.unit))
        .join(Link, col(Link.member_id) == col(Member.id))
        .where(
            col(Member.active),
            col(Link.state) == "open",
            col(Link.channel) == address.channel,
            col(Link.chat) == address.chat,
        )
    )
    held = await session.execute(statement)
    if any(meant.has(Role(role), unit) for role, unit in held):
        return True
    if not audience.fields:
        return False
    mine = _subscribed(audience.fields).where(
        col(Subscription.channel) == address.channel, col(Subscription.chat) == address.chat
    )
    return (await session.execute(mine.limit(1))).first() is not None


class _Meant:
    """Roles and units of an audience on a day: units by their successors, too."""

    def __init__(self, audience: Audience, units: Units, today: date) -> None:
        self._audience = audience
        self._chats = {Role.GROUP: audience.groups, Role.PUBLIC: audience.public}
        self._units = units
        self._today = today
        self._wanted = frozenset(one for ref in audience.units for one in _expanded(ref, units, today))

    def has(self, role: Role, unit: str) -> bool:
        """Whether somebody of this role in this unit is meant."""
        if role in CHATS:
            return self._chats[role] and self._there(unit)
        roles = self._audience.roles
        return self._audience.officials and (not roles or role in roles) and self._there(unit)

    def _there(self, unit: str) -> bool:
        return not self._audience.units or unit in self._wanted or _now(unit, self._units, self._today) in self._wanted

    def silent(self, members: Sequence[Member]) -> list[str]:
        """Units that were chosen and have nobody at all."""
        roles, told = self._audience.roles, []
        present: dict[Role | None, set[str]] = defaultdict(set)
        for one in members:
            if self.has(Role(one.role), one.unit):
                chat = Role(one.role) if one.role in CHATS else None
                present[chat] |= {one.unit, _now(one.unit, self._units, self._today)}
        who = ", ".join(ROLE_NAMES[role] for role in roles) or "ai"
        here = sorted({_now(unit, self._units, self._today) for unit in self._wanted})
        for unit in here:
            name = self._units.name(unit)
            if self._audience.officials and unit not in present[None]:
                told.append(f"{name}: chưa có {who} liên kết")
            if self._audience.groups and unit not in present[Role.GROUP]:
                told.append(f"{name}: chưa có nhóm chat")
            if self._audience.public and unit not in present[Role.PUBLIC]:
                told.append(f"{name}: chưa có kênh tin")
        return told


def _expanded(ref: str, units: Units, today: date) -> set[str]:
    if units.is_group(ref):
        return {unit.id for unit in units.expand(ref, today)}
    return {ref, _now(ref, units, today)}


def _now(unit: str, units: Units, today: date) -> str:
    """Who does a unit's work today; where nobody knows, the unit itself."""
    after = units.today(unit, today)
    return after.id if isinstance(after, Unit) else unit


_Members = dict[int, tuple[Member, list[Link]]]


async def _members(session: AsyncSession) -> _Members:
    """Everybody who holds a role, with their chats, the newest first."""
    statement = (
        select(Member, Link)
        .join(Link, col(Link.member_id) == col(Member.id), isouter=True)
        .where(col(Member.active))
        .order_by(col(Member.id), col(Link.since).desc(), col(Link.id).desc())
    )
    found: _Members = {}
    for member, link in await session.execute(statement):
        _, links = found.setdefault(member.id or 0, (member, []))
        if link is not None:
            links.append(link)
    return found


def post(member: Member, units: Units) -> str:
    """Who it is, by post: "Lãnh đạo đơn vị, UBND phường Đa Mai". No name of a person is kept."""
    name = member.label or ROLE_NAMES[Role(member.role)]
    return f"{name[:1].upper()}{name[1:]}, {units.name(member.unit)}"


def _why_not(member: Member, links: Sequence[Link], rules: Rules) -> str:
    closed = any(one.channel in rules.pushable for one in links)
    reason = (
        "không nhận được tin (đã chặn, hoặc lâu chưa nhắn lại)"
        if closed
        else "chưa liên kết Zalo hay Telegram để nhận tin"
    )
    return f"{post(member, rules.units)}: {reason}"


def _subscribed(fields: Sequence[str]) -> Any:
    statement = select(col(Subscription.channel), col(Subscription.chat)).distinct()
    if EVERY_FIELD in fields:
        return statement
    return statement.where(col(Subscription.field).in_([*fields, EVERY_FIELD]))


async def _subscribers(
    session: AsyncSession, fields: Sequence[str], pushable: Sequence[str]
) -> tuple[list[Address], int]:
    """Subscribers who can be written to, and how many cannot."""
    found = [Address(channel, chat) for channel, chat in await session.execute(_subscribed(fields))]
    theirs = sorted((one for one in found if one.channel in pushable), key=lambda one: (one.channel, one.chat))
    return theirs, len(found) - len(theirs)
