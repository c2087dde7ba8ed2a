"""Which chat wants to hear of which fields of procedures (đăng ký nhận tin). Only the chat and the field are kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.channels.base import Traits
from bot.inbox import insert_new
from bot.tables import Subscription
from handlers.message import Address
from handlers.subscriptions import EVERY

WINDOW_CLOSED = "window closed"
"""In the reason of a refusal that ends once the person writes again."""


class SubscriptionDesk:
    """What a handler may ask of the chat that wrote."""

    def __init__(self, session: AsyncSession, address: Address, traits: Traits) -> None:
        self._session = session
        self._address = address
        self._traits = traits

    @property
    def pulled(self) -> bool:
        return self._traits.pulled

    @property
    def window(self) -> timedelta | None:
        return self._traits.window

    async def mine(self) -> tuple[str, ...]:
        return await of(self._session, self._address)


def _here(address: Address) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Subscription.channel) == address.channel, col(Subscription.chat) == address.chat


async def of(session: AsyncSession, address: Address) -> tuple[str, ...]:
    """The fields of a chat, those subscribed to first in front."""
    statement = select(col(Subscription.field)).where(*_here(address))
    ordered = statement.order_by(col(Subscription.since), col(Subscription.field))
    return tuple((await session.execute(ordered)).scalars())


async def add(session: AsyncSession, address: Address, field: str, now: datetime) -> None:
    """Subscribe a chat; what it has already stays as it is."""
    values = {"channel": address.channel, "chat": address.chat, "field": field[:120], "since": now}
    await session.execute(insert_new(session, Subscription).values(values))


async def drop(session: AsyncSession, address: Address, field: str | None = None) -> None:
    """End the subscription of a chat to a field; None: to everything."""
    statement = delete(Subscription).where(*_here(address))
    if field is not None:
        statement = statement.where(col(Subscription.field) == field)
    await session.execute(statement)


async def refused(session: AsyncSession, address: Address, reason: str) -> None:
    """The platform refuses this chat for good: it hears of nothing any more, unless the person only has to write."""
    if WINDOW_CLOSED not in reason:
        await drop(session, address)


async def followers(
    session: AsyncSession, fields: Collection[str], channels: Collection[str]
) -> dict[Address, set[str]]:
    """Chats on these channels that want to hear of any of these fields, each with what it asked for."""
    statement = (
        select(col(Subscription.channel), col(Subscription.chat), col(Subscription.field))
        .where(col(Subscription.field).in_([*fields, EVERY]), col(Subscription.channel).in_(list(channels)))
        .order_by(col(Subscription.channel), col(Subscription.chat))
    )
    found: dict[Address, set[str]] = {}
    for channel, chat, field in await session.execute(statement):
        found.setdefault(Address(channel, chat), set()).add(field)
    return found
