"""Imported procedures in the database: versions that wait, what a named person made of them, and what is published."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.storage import Storage
from bot.tables import ProcedureVersion, VersionState
from knowledge.changes import Change, Kind, compare, fingerprint
from knowledge.library import Library
from knowledge.procedures import Procedure

log = structlog.get_logger()

T = TypeVar("T")

AT_ONCE = 200
"""Rows or codes in one statement: databases take some 32,000 values."""
_GONE = "abolished"
"""The digest of a version that says that a procedure is no more."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The procedures of one file."""

    file: str
    procedures: Sequence[Procedure]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import became."""

    changes: Sequence[Change]
    """Every imported procedure, and those that a complete file no longer has."""
    rejected_before: Sequence[str]
    """Codes whose version says what a person rejected before: not offered again."""
    waiting: int
    """Versions that wait for review now, from this import or earlier ones."""

    def of(self, kind: Kind) -> list[Change]:
        return [change for change in self.changes if change.kind is kind]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits, with what publishing it would change."""

    id: int
    change: Change
    file: str
    imported_at: datetime
    hand_written: bool
    """The shipped knowledge has a record of this code, which keeps priority."""
    replaces: bool
    """A published import of this code would be replaced."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision on some codes."""

    done: Sequence[str]
    nothing_waits: Sequence[str] = ()
    held: Sequence[Change] = ()
    """Left waiting when all were published, because facts would be lost: these are published by their codes."""


async def take(
    storage: Storage, shipped: Library, batches: Sequence[Batch], now: datetime, *, complete: bool = False
) -> Taken:
    """Compare what files hold with what is known, and let what is new or different wait for review.

    ``complete``: the files hold every procedure of the office; published ones that they lack are abolished. Nothing
    published is touched. A version that waited gives way to what the newer files say.
    """
    current = {procedure.code: procedure for procedure in await published(storage)}
    everything = [procedure for batch in batches for procedure in batch.procedures]
    expected = current.keys() if complete else ()
    changes = await asyncio.to_thread(compare, {**shipped.by_code, **current}, everything, expected)
    files = {procedure.code: batch.file for batch in reversed(batches) for procedure in batch.procedures}
    rows = [_row(change, files.get(change.procedure.code, ""), now) for change in changes]
    async with storage.write() as session:
        waited = await _digests(session, VersionState.REVIEW)
        rejected = await _digests(session, VersionState.REJECTED)
        stale = [row["code"] for row in rows if waited.get(row["code"], {row["digest"]}) != {row["digest"]}]
        await _move(session, stale, VersionState.REVIEW, {"state": VersionState.REPLACED, "decided_at": now})
        offered = [row for row in rows if row["kind"] != Kind.SAME]
        again = [row["code"] for row in offered if row["digest"] in rejected.get(row["code"], ())]
        known = {*again, *(code for code in waited if code not in stale)}
        for portion in _portions([row for row in offered if row["code"] not in known]):
            await session.execute(insert_new(session, ProcedureVersion).values(portion))
        statement = select(func.count()).select_from(ProcedureVersion).where(_in(VersionState.REVIEW))
        waiting = int((await session.execute(statement)).scalar_one())
    return Taken(changes, again, waiting)


def _row(change: Change, file: str, now: datetime) -> dict[str, Any]:
    gone = change.kind is Kind.ABOLISHED
    return {
        "code": change.procedure.code,
        "kind": change.kind.value,
        "digest": _GONE if gone else fingerprint(change.procedure),
        "body": change.procedure.model_dump(mode="json", exclude_defaults=True),
        "file": file[:200],
        "imported_at": now,
        "state": VersionState.REVIEW.value,
    }


def _in(*states: VersionState) -> Any:
    return col(ProcedureVersion.state).in_([state.value for state in states])


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


async def _digests(session: AsyncSession, state: VersionState) -> dict[str, set[str]]:
    """What the versions in a state say: digests by code."""
    found: dict[str, set[str]] = {}
    statement = select(col(ProcedureVersion.code), col(ProcedureVersion.digest)).where(_in(state))
    for code, digest in await session.execute(statement):
        found.setdefault(code, set()).add(digest)
    return found


async def _move(
    session: AsyncSession, codes: Collection[str], state: VersionState, values: Mapping[str, Any]
) -> list[str]:
    """Change the versions of these codes that are in a state; the codes that had one."""
    moved: list[str] = []
    for portion in _portions(list(codes)):
        statement = update(ProcedureVersion).where(col(ProcedureVersion.code).in_(portion), _in(state))
        found = await session.execute(statement.values(values).returning(col(ProcedureVersion.code)))
        moved += found.scalars()
    return moved


async def waiting(storage: Storage, shipped: Library) -> list[Waiting]:
    """Every version that waits, in the order of import, against what is published or shipped now."""
    current = {procedure.code: procedure for procedure in await published(storage)}
    async with storage.read() as session:
        statement = select(ProcedureVersion).where(_in(VersionState.REVIEW)).order_by(col(ProcedureVersion.id))
        rows = list((await session.execute(statement)).scalars())
    known = {**shipped.by_code, **current}
    return await asyncio.to_thread(lambda: [_waiting(row, known, current, shipped) for row in rows])


def _waiting(
    row: ProcedureVersion, known: Mapping[str, Procedure], current: Mapping[str, Procedure], shipped: Library
) -> Waiting:
    procedure = Procedure.model_validate(row.body)
    gone = row.kind == Kind.ABOLISHED
    change = Change(Kind.ABOLISHED, procedure) if gone else compare(known, [procedure])[0]
    return Waiting(
        id=row.id or 0,
        change=change,
        file=row.file,
        imported_at=row.imported_at,
        hand_written=procedure.code in shipped.by_code,
        replaces=procedure.code in current,
    )


async def publish(storage: Storage, codes: Sequence[str], by: str, now: datetime) -> Decided:
    """Publish what waits of these codes; where nothing waits, what was last rejected. The older version is kept."""
    wanted = list(dict.fromkeys(codes))
    async with storage.write() as session:
        found: dict[str, tuple[bool, int]] = {}
        columns = (col(ProcedureVersion.code), col(ProcedureVersion.state), col(ProcedureVersion.id))
        for portion in _portions(wanted):
            open_ones = (col(ProcedureVersion.code).in_(portion), _in(VersionState.REVIEW, VersionState.REJECTED))
            for code, state, number in await session.execute(select(*columns).where(*open_ones)):
                found[code] = max(found.get(code, (False, 0)), (state == VersionState.REVIEW, number or 0))
        done = await _publish(session, {code: number for code, (_, number) in found.items()}, by, now)
    return Decided(done, [code for code in wanted if code not in done])


async def publish_all(storage: Storage, shipped: Library, by: str, now: datetime) -> Decided:
    """Publish everything that waits, but hold what would lose facts that a published version tells."""
    versions = await waiting(storage, shipped)
    held = [version for version in versions if version.replaces and version.change.losses]
    ids = {version.change.procedure.code: version.id for version in versions if version not in held}
    async with storage.write() as session:
        done = await _publish(session, ids, by, now)
    return Decided(done, held=[version.change for version in held])


async def _publish(session: AsyncSession, ids: Mapping[str, int], by: str, now: datetime) -> list[str]:
    """Publish these versions, as far as they still wait or lie rejected; the codes published."""
    done: list[str] = []
    for portion in _portions(list(ids.items())):
        numbers = [number for _, number in portion]
        open_ones = (col(ProcedureVersion.id).in_(numbers), _in(VersionState.REVIEW, VersionState.REJECTED))
        statement = select(col(ProcedureVersion.code)).where(*open_ones).with_for_update()
        codes = list((await session.execute(statement)).scalars())
        await _move(session, codes, VersionState.PUBLISHED, {"state": VersionState.REPLACED})
        values = {"state": VersionState.PUBLISHED, "decided_by": by[:120], "decided_at": now}
        await session.execute(update(ProcedureVersion).where(*open_ones).values(values))
        done += codes
    return [code for code in ids if code in set(done)]


async def reject(storage: Storage, codes: Sequence[str], by: str, now: datetime) -> Decided:
    """Lay aside what waits of these codes; a later import that says the same is not offered again."""
    values = {"state": VersionState.REJECTED, "decided_by": by[:120], "decided_at": now}
    async with storage.write() as session:
        moved = await _move(session, list(dict.fromkeys(codes)), VersionState.REVIEW, values)
    wanted = list(dict.fromkeys(codes))
    return Decided([code for code in wanted if code in moved], [code for code in wanted if code not in moved])


async def published(storage: Storage) -> list[Procedure]:
    """The imported records that are published, by code; one that no longer fits the model is left out and reported."""
    columns = (col(ProcedureVersion.code), col(ProcedureVersion.body))
    here = (_in(VersionState.PUBLISHED), col(ProcedureVersion.kind) != Kind.ABOLISHED.value)
    async with storage.read() as session:
        statement = select(*columns).where(*here).order_by(col(ProcedureVersion.code))
        rows = [(str(row[0]), row[1]) for row in await session.execute(statement)]
    return await asyncio.to_thread(lambda: [found for row in rows if (found := _record(*row))])


def _record(code: str, body: dict[str, Any]) -> Procedure | None:
    try:
        return Procedure.model_validate(body)
    except ValidationError as error:
        log.warning("published_record_does_not_fit", code=code, error=str(error)[:300])
        return None


async def stamp(storage: Storage) -> tuple[int, int]:
    """Changes whenever something is published: versions published, and the sum of their ever-growing numbers."""
    columns = (func.count(), func.coalesce(func.sum(col(ProcedureVersion.id)), 0))
    async with storage.read() as session:
        row = (await session.execute(select(*columns).where(_in(VersionState.PUBLISHED)))).one()
    return int(row[0]), int(row[1] or 0)
