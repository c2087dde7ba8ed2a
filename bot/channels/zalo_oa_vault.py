"""Where the tokens of a Zalo Official Account lie, and who may ask for the next ones.

A refresh token is good for one use, so one holder at a time: it locks the row (FOR UPDATE on PostgreSQL, BEGIN
IMMEDIATE on SQLite), reads it again, and puts its claim there. The transaction ends before Zalo is asked: on SQLite an
open one would stop every other write of the program. A claim that is not given back runs out, as a lease does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.channels.base import DeliveryError
from bot.inbox import insert_new
from bot.storage import Storage
from bot.tables import ZaloToken

_REFRESH_AFTER = 0.8
"""Share of an access token's life after which the next one is asked for: 20 of 25 hours."""


class State(StrEnum):
    OK = "ok"
    LOST = "lost"
    """A refresh token was used, and its answer did not arrive or held no tokens."""
    REVOKED = "revoked"
    """Zalo says that the application is no longer authorised."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What Zalo hands out. Tokens never show in a repr, so they cannot slip into a log."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    refreshed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """The row, as it was read."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    state: State
    refreshed_at: datetime | None
    expires_at: datetime | None
    claimed_until: datetime | None
    error: str | None

    def valid(self, now: datetime) -> bool:
        """Whether the access token's time is not over."""
        return bool(self.access) and self.expires_at is not None and now < self.expires_at

    def due(self, now: datetime) -> bool:
        """Whether it is time for the next pair."""
        if not self.access or self.refreshed_at is None or self.expires_at is None:
            return True
        return now >= self.refreshed_at + _REFRESH_AFTER * (self.expires_at - self.refreshed_at)

    def busy(self, now: datetime) -> bool:
        """Whether somebody is asking for the next pair."""
        return self.claimed_until is not None and now < self.claimed_until


class Vault:
    """The row of one Official Account. Every method raises DeliveryError, without tokens, when the database fails."""

    def __init__(self, storage: Storage, oa_id: str) -> None:
        self._storage = storage
        self._oa_id = oa_id

    async def get(self) -> Held | None:
        """The row as it is now."""
        async with _discreetly(), self._storage.read() as session:
            return _held(await session.scalar(self._row()))

    async def seed(self, refresh_token: str) -> None:
        """Put the first refresh token there; without effect once one has given an access token."""
        other = (col(ZaloToken.access_token) == "", col(ZaloToken.refresh_token) != refresh_token)
        fresh = {"refresh_token": refresh_token, "state": State.OK, "error": None, "claimed_until": None}
        async with _discreetly(), self._storage.write() as session:
            await self._insert(session, refresh_token)
            await session.execute(self._change(**fresh).where(*other))

    async def claim(self, refused: str | None, now: datetime, lease: timedelta) -> tuple[Held | None, bool]:
        """The row, and whether the caller is now the one who asks for the next pair.

        ``refused``: the access token that Zalo does not take; nothing is claimed when another one is stored meanwhile.
        Without it the age decides.
        """
        async with _discreetly(), self._storage.write() as session:
            held = _held(await session.scalar(self._row().with_for_update()))
            if held is None or held.state is not State.OK or held.busy(now):
                return held, False
            if not (held.due(now) if refused is None else held.access == refused):
                return held, False
            await session.execute(self._change(claimed_until=now + lease))
            return held, True

    async def keep(self, used: str, pair: Pair) -> bool:
        """Commit the pair that the refresh token ``used`` gave; False when another authorisation is there meanwhile."""
        async with _discreetly(), self._storage.write() as session:
            held = _held(await session.scalar(self._row().with_for_update()))
            if held is None or held.refresh != used:
                return False
            await session.execute(self._change(**_values(pair, held)))
            return True

    async def put(self, pair: Pair) -> None:
        """Commit a pair that an administrator has just been given, whatever was there."""
        async with _discreetly(), self._storage.write() as session:
            await self._insert(session, "")
            held = _held(await session.scalar(self._row().with_for_update()))
            await session.execute(self._change(**_values(pair, held)))

    async def fail(self, used: str, state: State, error: str) -> bool:
        """Note that the refresh token ``used`` is of no more use; False when another one is there meanwhile."""
        change = self._change(state=state, error=error[:500], claimed_until=None)
        async with _discreetly(), self._storage.write() as session:
            result: Any = await session.execute(change.where(col(ZaloToken.refresh_token) == used))
            return bool(result.rowcount)

    async def release(self, used: str) -> None:
        """Give the claim back: Zalo was not asked."""
        async with _discreetly(), self._storage.write() as session:
            await session.execute(self._change(claimed_until=None).where(col(ZaloToken.refresh_token) == used))

    async def _insert(self, session: AsyncSession, refresh_token: str) -> None:
        row = {"oa_id": self._oa_id, "access_token": "", "refresh_token": refresh_token, "state": State.OK}
        empty = {"previous_access_token": "", "previous_refresh_token": ""}
        await session.execute(insert_new(session, ZaloToken).values(row | empty))

    def _row(self) -> Any:
        return select(ZaloToken).where(col(ZaloToken.oa_id) == self._oa_id)

    def _change(self, **values: Any) -> Any:
        return update(ZaloToken).where(col(ZaloToken.oa_id) == self._oa_id).values(**values)


def _values(pair: Pair, old: Held | None) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "previous_access_token": old.access if old else "",
        "previous_refresh_token": old.refresh if old else "",
        "refreshed_at": pair.refreshed_at,
        "expires_at": pair.expires_at,
        "state": State.OK,
        "error": None,
        "claimed_until": None,
    }


def _held(row: ZaloToken | None) -> Held | None:
    if row is None:
        return None
    return Held(
        access=row.access_token,
        refresh=row.refresh_token,
        state=State(row.state),
        refreshed_at=row.refreshed_at,
        expires_at=row.expires_at,
        claimed_until=row.claimed_until,
        error=row.error,
    )


@asynccontextmanager
async def _discreetly() -> AsyncIterator[None]:
    """Errors of the database quote the statement's values, and with them tokens: only their kind is passed on."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        kind = type(error).__name__
    else:
        return
    raise DeliveryError(f"the tokens cannot be read or stored: {kind}")
