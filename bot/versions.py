"""Procedures that persons write: a draft, a second person who agrees, a day from which it holds; each version is kept.

A code has at most one version on its way (draft, submitted or approved) beside the published one. Nothing here commits:
the change and its record stand in one transaction of whoever calls.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.office.officials import Official
from bot.publishing import among, put_out
from bot.storage import Storage
from bot.tables import Audit, Origin, ProcedureVersion, VersionState
from knowledge.changes import Kind, fingerprint
from knowledge.procedures import Procedure
from scheduler.calendar import VIETNAM

ON_ITS_WAY = (VersionState.DRAFT, VersionState.SUBMITTED, VersionState.APPROVED)
"""States of a version that is not published yet; a code has one of them at most."""


class RefusedError(Exception):
    """Something that cannot be done with a version; the message says in Vietnamese why."""


Move = Callable[[AsyncSession], Awaitable[ProcedureVersion]]
"""Brings a version to its next state."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wants to be said of a procedure."""

    procedure: Procedure
    kind: Kind
    """NEW, CHANGED, or ABOLISHED with the last day in the record."""
    note: str
    """What was changed and why."""
    holds_from: date | None = None
    """The day on which it is to be published; None: as soon as it is approved."""


def subject(row: ProcedureVersion) -> str:
    """As the record of changes names a version."""
    return f"version:{row.id}"


def mark(row: ProcedureVersion | None) -> str:
    """What a form remembers of the draft it shows, to see whether somebody else wrote meanwhile; of none: empty."""
    if row is None:
        return ""
    told = json.dumps([row.body, row.note, row.state, str(row.holds_from)], sort_keys=True)
    return f"{row.id}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


async def on_its_way(session: AsyncSession, code: str) -> ProcedureVersion | None:
    """The draft of a code, or what became of it so far."""
    statement = select(ProcedureVersion).where(col(ProcedureVersion.code) == code, among(*ON_ITS_WAY))
    return (await session.execute(statement.order_by(col(ProcedureVersion.id)).limit(1))).scalar_one_or_none()


async def history(session: AsyncSession, code: str) -> list[ProcedureVersion]:
    """Every version of a code, the newest first."""
    statement = select(ProcedureVersion).where(col(ProcedureVersion.code) == code)
    return list((await session.execute(statement.order_by(col(ProcedureVersion.id).desc()))).scalars())


async def find(session: AsyncSession, number: int, *, hold: bool = False) -> ProcedureVersion | None:
    """A version by its number; ``hold``: nobody else changes it until the transaction ends."""
    return await session.get(ProcedureVersion, number, with_for_update=True if hold else None)


async def writers(session: AsyncSession, row: ProcedureVersion) -> frozenset[int]:
    """Memberships of everybody who wrote at a version: none of them may agree to it."""
    wrote = select(col(Audit.member_id)).where(
        col(Audit.subject) == subject(row), col(Audit.action).in_(("procedure.draft", "procedure.roll_back"))
    )
    found = {number for number in (await session.execute(wrote)).scalars() if number is not None}
    return frozenset(found | ({row.author_id} if row.author_id is not None else set()))


async def write(
    session: AsyncSession, written: Written, by: Official, now: datetime, *, seen: str = ""
) -> ProcedureVersion:
    """Keep a draft. ``seen``: the :func:`mark` of the draft that the form showed.

    Raises RefusedError where a version of the code is waiting for a second person or for its day, or where somebody
    else began, changed or ended a draft meanwhile.
    """
    code = written.procedure.code
    row = await on_its_way(session, code)
    if row is not None and row.state != VersionState.DRAFT:
        raise RefusedError("Thủ tục này có bản đang chờ duyệt hoặc chờ đến ngày. Rút bản đó về rồi sửa tiếp.")
    if row is not None and not seen:
        raise RefusedError("Thủ tục này đang có bản nháp. Gửi duyệt hoặc bỏ bản đó trước.")
    if mark(row) != seen:
        raise RefusedError(
            "Bản nháp của thủ tục này vừa đổi ở nơi khác. Mở trang thủ tục ở thẻ mới để xem trước khi lưu."
        )
    values = _values(written, by)
    if row is None:
        return await _begun(session, values, now)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    await session.flush()
    return row


def _values(written: Written, by: Official) -> dict[str, Any]:
    procedure = written.procedure
    return {
        "code": procedure.code,
        "kind": written.kind.value,
        "digest": fingerprint(procedure),
        "body": procedure.model_dump(mode="json", exclude_defaults=True),
        "note": written.note[:500],
        "holds_from": written.holds_from,
        "decided_by": None,
        "decided_at": None,
        "author": by.signature,
        "author_id": by.first_id,
    }


async def _begun(session: AsyncSession, values: dict[str, Any], now: datetime) -> ProcedureVersion:
    new = {
        **values,
        "file": "",
        "imported_at": now,
        "state": VersionState.DRAFT.value,
        "origin": Origin.OFFICE.value,
    }
    made = insert_new(session, ProcedureVersion).values(new).returning(col(ProcedureVersion.id))
    number = (await session.execute(made)).scalar_one_or_none()
    row = await find(session, number) if number is not None else None
    if row is None:
        raise RefusedError("Người khác vừa mở bản nháp của thủ tục này. Xem lại trang thủ tục rồi lưu lần nữa.")
    return row


async def submit(session: AsyncSession, number: int, now: datetime) -> ProcedureVersion:
    """Hand a draft to a second person. Raises RefusedError when it is none, or was sent back and not mended yet."""
    row = await _in(session, number, VersionState.DRAFT)
    if row.decided_at is not None:
        raise RefusedError("Bản này được trả lại để sửa. Bấm “Sửa tiếp”, sửa và lưu rồi mới gửi duyệt.")
    row.state, row.imported_at = VersionState.SUBMITTED, now
    session.add(row)
    return row


async def send_back(session: AsyncSession, number: int, reason: str, by: Official, now: datetime) -> ProcedureVersion:
    """Make a draft again of what waits for agreement or for its day; the note says what is to be mended."""
    row = await _in(session, number, VersionState.SUBMITTED, VersionState.APPROVED)
    row.state, row.note = VersionState.DRAFT, reason[:500]
    row.decided_by, row.decided_at = by.signature[:120], now
    session.add(row)
    return row


async def withdraw(session: AsyncSession, number: int) -> ProcedureVersion:
    """Make a draft again of what waits, as whoever wrote it wants; it can be handed in again as it is."""
    row = await _in(session, number, VersionState.SUBMITTED, VersionState.APPROVED)
    row.state, row.decided_by, row.decided_at = VersionState.DRAFT, None, None
    session.add(row)
    return row


async def drop(session: AsyncSession, number: int, by: Official, now: datetime) -> ProcedureVersion:
    """Lay a draft aside for good; it stays among the versions."""
    row = await _in(session, number, VersionState.DRAFT)
    row.state, row.decided_by, row.decided_at = VersionState.REJECTED, by.signature[:120], now
    session.add(row)
    return row


async def approve(
    session: AsyncSession,
    number: int,
    by: Official,
    holds_from: date | None,
    now: datetime,
    *,
    seen: str | None = None,
) -> ProcedureVersion:
    """Agree to what was looked at (``seen``: its :func:`mark`): it is published at once, or on its day.

    Raises RefusedError when it does not wait for agreement, when it is one's own, or when it changed meanwhile.
    """
    row = await _in(session, number, VersionState.SUBMITTED)
    if by.ids & await writers(session, row):
        raise RefusedError("Anh/chị đã viết bản này nên cần một người khác duyệt.")
    if seen is not None and seen != mark(row):
        raise RefusedError("Bản này vừa được sửa sau khi anh/chị mở trang. Xem lại khác biệt rồi duyệt.")
    row.state, row.decided_by, row.decided_at = VersionState.APPROVED, by.signature[:120], now
    row.holds_from = holds_from
    session.add(row)
    await session.flush()
    if holds_from is None or holds_from <= now.astimezone(VIETNAM).date():
        await _put_out(session, [row], now)
        await session.refresh(row)
    return row


async def _put_out(session: AsyncSession, rows: Collection[ProcedureVersion], now: datetime) -> None:
    numbers = [row.id for row in rows]
    here = (col(ProcedureVersion.id).in_(numbers), among(VersionState.APPROVED))
    await put_out(session, [row.code for row in rows], here, {}, now)


async def _in(session: AsyncSession, number: int, *states: VersionState) -> ProcedureVersion:
    row = await find(session, number, hold=True)
    if row is None or row.origin != Origin.OFFICE or row.state not in states:
        raise RefusedError("Bản này vừa được người khác xử lý. Xem lại trạng thái của bản.")
    return row


async def tick(storage: Storage, now: datetime) -> list[str]:
    """Publish what was approved for a day that has come; the codes. Safe to run late, twice and in two processes."""
    today = now.astimezone(VIETNAM).date()
    due = (among(VersionState.APPROVED), col(ProcedureVersion.holds_from) <= today)
    async with storage.read() as session:
        if (await session.execute(select(col(ProcedureVersion.id)).where(*due).limit(1))).first() is None:
            return []
    async with storage.write() as session:
        rows = list((await session.execute(select(ProcedureVersion).where(*due).with_for_update())).scalars())
        if not rows:
            return []
        await _put_out(session, rows, now)
        session.add_all(_published_alone(row, now) for row in rows)
        return [row.code for row in rows]


def _published_alone(row: ProcedureVersion, now: datetime) -> Audit:
    """Nobody presses on the day: the record of changes names who agreed to it."""
    after = {"code": row.code, "state": VersionState.PUBLISHED.value, "holds_from": str(row.holds_from)}
    by = f"Đến ngày đã duyệt ({row.decided_by})"[:200]
    return Audit(at=now, by=by, action="procedure.publish", subject=subject(row), after=after)
