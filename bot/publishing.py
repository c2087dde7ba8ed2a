"""Versions of procedures in the database, whoever wrote them: what is published, and how one takes another's place."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.storage import Storage
from bot.tables import Origin, ProcedureVersion, VersionState
from knowledge.changes import Kind
from knowledge.library import Library
from knowledge.procedures import Procedure

log = structlog.get_logger()

T = TypeVar("T")

AT_ONCE = 200
"""Rows or codes in one statement: databases take some 32,000 values."""


def among(*states: VersionState) -> Any:
    """Versions in one of these states."""
    return col(ProcedureVersion.state).in_([state.value for state in states])


def of_origin(origin: Origin) -> Any:
    """Versions that were written this way."""
    return col(ProcedureVersion.origin) == origin.value


def portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at a time as a statement takes."""
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


async def move(
    session: AsyncSession, codes: Collection[str], state: VersionState, values: Mapping[str, Any]
) -> list[str]:
    """Change the versions of these codes that are in a state; the codes that had one."""
    moved: list[str] = []
    for portion in portions(list(codes)):
        statement = update(ProcedureVersion).where(col(ProcedureVersion.code).in_(portion), among(state))
        found = await session.execute(statement.values(values).returning(col(ProcedureVersion.code)))
        moved += found.scalars()
    return moved


async def put_out(
    session: AsyncSession, codes: Collection[str], versions: Sequence[Any], values: Mapping[str, Any], now: datetime
) -> None:
    """Publish the versions that fulfil the conditions, which are those of ``codes``; what was published is kept beside.

    ``values``: what else is written down of them, such as who decided.
    """
    await move(session, codes, VersionState.PUBLISHED, {"state": VersionState.REPLACED})
    told = {**values, "state": VersionState.PUBLISHED, "published_at": now}
    await session.execute(update(ProcedureVersion).where(*versions).values(told))


async def published(storage: Storage, *origins: Origin) -> list[Procedure]:
    """The published records, by code; one that no longer fits the model is left out and reported.

    What an import took out of the knowledge is no record; what a person abolished is one, which says so.
    """
    columns = (col(ProcedureVersion.code), col(ProcedureVersion.body), col(ProcedureVersion.kind))
    here = [among(VersionState.PUBLISHED)]
    if origins:
        here.append(col(ProcedureVersion.origin).in_([origin.value for origin in origins]))
    gone = (col(ProcedureVersion.kind) == Kind.ABOLISHED.value) & of_origin(Origin.IMPORT)
    async with storage.read() as session:
        statement = select(*columns).where(*here, ~gone).order_by(col(ProcedureVersion.code))
        rows = [(str(row[0]), row[1]) for row in await session.execute(statement)]
    return await asyncio.to_thread(lambda: [found for row in rows if (found := record(*row))])


def record(code: str, body: dict[str, Any]) -> Procedure | None:
    """The record that a version holds; None, and a line in the log, where it no longer fits the model."""
    try:
        return Procedure.model_validate(body)
    except ValidationError as error:
        log.warning("published_record_does_not_fit", code=code, error=str(error)[:300])
        return None


async def in_force(session: AsyncSession, shipped: Library, code: str) -> Procedure | None:
    """What the assistant answers from, without the names that were attached; None: nothing is known of the code."""
    statement = select(ProcedureVersion).where(col(ProcedureVersion.code) == code, among(VersionState.PUBLISHED))
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is not None and row.origin == Origin.OFFICE:
        return record(code, row.body)
    if (found := shipped.get(code)) is not None:
        return found
    return record(code, row.body) if row is not None and row.kind != Kind.ABOLISHED else None


async def stamp(storage: Storage) -> tuple[int, int, int]:
    """Changes whenever something is published: versions published, the sum of their numbers, and how often it was."""
    columns = (func.count(), func.coalesce(func.sum(col(ProcedureVersion.id)), 0))
    ever = select(func.count()).select_from(ProcedureVersion).where(col(ProcedureVersion.published_at).is_not(None))
    async with storage.read() as session:
        row = (await session.execute(select(*columns).where(among(VersionState.PUBLISHED)))).one()
        often = int((await session.execute(ever)).scalar_one())
    return int(row[0]), int(row[1] or 0), often
