"""What can be switched off with a reason: sending, answering; and the notice on top of every answer.

Each turn is a row that is kept; the newest row of a name holds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import audit
from bot.office.announcements import reasoned
from bot.office.officials import Official
from bot.office.plans import RefusedError
from bot.storage import Storage
from bot.tables import Switch
from handlers.privacy import mask


class Name(StrEnum):
    """What can be switched."""

    SENDING = "sending"
    """Off: only answers leave; all else waits and leaves when it is on again."""
    ANSWERING = "answering"
    """Off: questions are met with the reason, and with where to go."""
    NOTICE = "notice"
    """"Off" is the unusual state here, too: the reason is a line on top of every answer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a switch."""

    name: Name
    off: bool
    reason: str
    by: str
    at: datetime


async def held(session: AsyncSession) -> Mapping[Name, Turn]:
    """How each switch stands that was ever turned."""
    newest = select(func.max(col(Switch.id))).group_by(col(Switch.name))
    rows = (await session.execute(select(Switch).where(col(Switch.id).in_(newest)))).scalars()
    turns = [_turn(row) for row in rows if row.name in set(Name)]
    return {one.name: one for one in turns}


async def off(session: AsyncSession) -> Mapping[Name, str]:
    """The reasons of those that are off."""
    return {name: turn.reason for name, turn in (await held(session)).items() if turn.off}


async def history(session: AsyncSession, most: int) -> list[Turn]:
    """Turns of all switches, the newest first."""
    rows = (await session.execute(select(Switch).order_by(col(Switch.id).desc()).limit(most))).scalars()
    return [_turn(row) for row in rows if row.name in set(Name)]


def _turn(row: Switch) -> Turn:
    return Turn(Name(row.name), row.off, row.reason, row.by, row.at)


async def turn(
    session: AsyncSession, official: Official, name: Name, reason: str, now: datetime, *, switch_off: bool
) -> None:
    """Turn a switch, with the reason. Raises RefusedError without one, and where it stands so already."""
    before = (await held(session)).get(name)
    was_off = before is not None and before.off
    if not switch_off and not was_off:
        raise RefusedError(["Mục này đang bật sẵn, không cần bật lại."])
    if switch_off and was_off and name is not Name.NOTICE:
        raise RefusedError(["Mục này đang tắt sẵn. Muốn đổi lý do thì bật lại trước."])
    if name is Name.NOTICE and switch_off and len(mask(reason).text) > limits.NOTICE_AT_MOST:
        raise RefusedError([f"Dòng lưu ý dài tối đa {limits.NOTICE_AT_MOST} ký tự."])
    kept = reasoned(reason)
    session.add(Switch(name=name.value, off=switch_off, reason=kept, by=official.signature, at=now))
    action = "switch.off" if switch_off else "switch.on"
    was = {"off": was_off, "reason": before.reason if before else ""}
    audit.record(
        session, official, action, f"switch:{name}", now, before=was, after={"off": switch_off, "reason": kept}
    )


class Gate:
    """Whether more than answers may leave: asked of the database at most every :data:`limits.POLL` seconds."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._open = True
        self._looked: float | None = None

    async def open(self) -> bool:
        """False: only answers may leave."""
        moment = time.monotonic()
        if self._looked is None or moment - self._looked >= limits.POLL:
            async with self._storage.read() as session:
                self._open = Name.SENDING not in await off(session)
            self._looked = moment
        return self._open

    def forget(self) -> None:
        """Look again at the next question: the switch was just turned."""
        self._looked = None
