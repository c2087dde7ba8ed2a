"""Imported procedures in the database: versions that wait, what a named person made of them, and what is published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.inbox import insert_new
from bot.publishing import among, move, of_origin, portions, published, put_out, stamp
from bot.storage import Storage
from bot.tables import Origin, ProcedureVersion, VersionState
from knowledge.changes import Change, Kind, compare, fingerprint
from knowledge.library import Library
from knowledge.procedures import Procedure
from scheduler.calendar import VIETNAM

__all__ = [
    "Batch",
    "Decided",
    "Taken",
    "Waiting",
    "publish",
    "publish_all",
    "publish_versions",
    "published",
    "reject",
    "stamp",
    "take",
    "waiting",
]

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
    """A published version of this code would be replaced."""
    by_office: bool = False
    """What is published was written by a person: an import never takes its place."""
    author_id: int | None = None
    """Whoever brought it in may not publish it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision on some codes."""

    done: Sequence[str]
    nothing_waits: Sequence[str] = ()
    held: Sequence[Change] = ()
    """Left waiting when all were published, because facts would be lost: these are published by their codes."""
    by_office: Sequence[str] = ()
    """Left waiting, because what is published was written by a person."""
    own: Sequence[str] = ()
    """Left waiting, because whoever decides brought them in."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who brings files in."""

    post: str
    member: int


Told = Callable[[AsyncSession, Sequence[str]], None]
"""Given the codes that were decided, in the transaction that does it: to be written down."""


async def take(
    storage: Storage,
    shipped: Library,
    batches: Sequence[Batch],
    now: datetime,
    *,
    complete: bool = False,
    author: Author | None = None,
    told: Told | None = None,
) -> Taken:
    """Compare what files hold with what is known, and let what is new or different wait for review.

    ``complete``: the files hold every procedure of the office; published ones that they lack are abolished. Nothing
    published and nothing written by hand is touched. A version that waited gives way to what the newer files say.
    """
    current = {procedure.code: procedure for procedure in await published(storage)}
    everything = [procedure for batch in batches for procedure in batch.procedures]
    today = now.astimezone(VIETNAM).date()
    expected = [code for code, one in current.items() if complete and not one.ended_on(today)]
    changes = await asyncio.to_thread(compare, {**shipped.by_code, **current}, everything, expected)
    files = {procedure.code: batch.file for batch in reversed(batches) for procedure in batch.procedures}
    rows = [_row(change, files.get(change.procedure.code, ""), author, now) for change in changes]
    async with storage.write() as session:
        waited = await _digests(session, VersionState.REVIEW)
        rejected = await _digests(session, VersionState.REJECTED)
        stale = [row["code"] for row in rows if waited.get(row["code"], {row["digest"]}) != {row["digest"]}]
        await move(session, stale, VersionState.REVIEW, {"state": VersionState.REPLACED, "decided_at": now})
        offered = [row for row in rows if row["kind"] != Kind.SAME]
        again = [row["code"] for row in offered if row["digest"] in rejected.get(row["code"], ())]
        known = {*again, *(code for code in waited if code not in stale)}
        fresh = [row for row in offered if row["code"] not in known]
        for portion in portions(fresh):
            await session.execute(insert_new(session, ProcedureVersion).values(portion))
        if told is not None:
            told(session, [row["code"] for row in fresh])
        statement = select(func.count()).select_from(ProcedureVersion).where(among(VersionState.REVIEW))
        waiting = int((await session.execute(statement)).scalar_one())
    return Taken(changes, again, waiting)


def _row(change: Change, file: str, author: Author | None, now: datetime) -> dict[str, Any]:
    gone = change.kind is Kind.ABOLISHED
    return {
        "code": change.procedure.code,
        "kind": change.kind.value,
        "digest": _GONE if gone else fingerprint(change.procedure),
        "body": change.procedure.model_dump(mode="json", exclude_defaults=True),
        "file": file[:200],
        "imported_at": now,
        "state": VersionState.REVIEW.value,
        "author": author.post[:200] if author else None,
        "author_id": author.member if author else None,
    }


async def _digests(session: AsyncSession, state: VersionState) -> dict[str, set[str]]:
    """What the imported versions in a state say: digests by code."""
    found: dict[str, set[str]] = {}
    columns = select(col(ProcedureVersion.code), col(ProcedureVersion.digest))
    statement = columns.where(among(state), of_origin(Origin.IMPORT))
    for code, digest in await session.execute(statement):
        found.setdefault(code, set()).add(digest)
    return found


async def waiting(storage: Storage, shipped: Library) -> list[Waiting]:
    """Every version that waits, in the order of import, against what is published or shipped now."""
    current = {procedure.code: procedure for procedure in await published(storage)}
    async with storage.read() as session:
        statement = select(ProcedureVersion).where(among(VersionState.REVIEW)).order_by(col(ProcedureVersion.id))
        rows = list((await session.execute(statement)).scalars())
        kept = await _by_office(session)
    known = {**shipped.by_code, **current}
    return await asyncio.to_thread(lambda: [_waiting(row, known, current, shipped, kept) for row in rows])


def _waiting(
    row: ProcedureVersion,
    known: Mapping[str, Procedure],
    current: Mapping[str, Procedure],
    shipped: Library,
    kept: Collection[str],
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
        by_office=procedure.code in kept,
        author_id=row.author_id,
    )


async def _by_office(session: AsyncSession) -> set[str]:
    """Codes of which a person's version is published."""
    here = (among(VersionState.PUBLISHED), of_origin(Origin.OFFICE))
    return set((await session.execute(select(col(ProcedureVersion.code)).where(*here))).scalars())


async def publish(
    storage: Storage,
    codes: Sequence[str],
    by: str,
    now: datetime,
    *,
    members: Collection[int] = (),
    told: Told | None = None,
) -> Decided:
    """Publish what waits of these codes; where nothing waits, what was last rejected. The older version is kept.

    ``members``: memberships of whoever decides; what they brought in themselves is left to a second person.
    """
    wanted = list(dict.fromkeys(codes))
    async with storage.write() as session:
        found: dict[str, tuple[bool, int]] = {}
        columns = (col(ProcedureVersion.code), col(ProcedureVersion.state), col(ProcedureVersion.id))
        for portion in portions(wanted):
            open_ones = (col(ProcedureVersion.code).in_(portion), *_OPEN)
            for code, state, number in await session.execute(select(*columns).where(*open_ones)):
                found[code] = max(found.get(code, (False, 0)), (state == VersionState.REVIEW, number or 0))
        decided = await _publish(session, {code: number for code, (_, number) in found.items()}, by, now, members)
        if told is not None:
            told(session, decided.done)
    left = {*decided.done, *decided.by_office, *decided.own}
    return replace(decided, nothing_waits=[code for code in wanted if code not in left])


async def publish_all(
    storage: Storage,
    shipped: Library,
    by: str,
    now: datetime,
    *,
    members: Collection[int] = (),
    told: Told | None = None,
) -> Decided:
    """Publish everything that waits, but hold what would lose facts that a published version tells."""
    versions = await waiting(storage, shipped)
    held = [version for version in versions if version.replaces and version.change.losses and not version.by_office]
    ids = {version.change.procedure.code: version.id for version in versions if version not in held}
    async with storage.write() as session:
        decided = await _publish(session, ids, by, now, members)
        if told is not None:
            told(session, decided.done)
    return replace(decided, held=[version.change for version in held])


async def publish_versions(
    storage: Storage,
    ids: Mapping[str, int],
    by: str,
    now: datetime,
    *,
    members: Collection[int] = (),
    told: Told | None = None,
) -> Decided:
    """Publish the very versions that somebody looked at, by code; what took their place meanwhile goes on waiting."""
    async with storage.write() as session:
        decided = await _publish(session, ids, by, now, members, _WAITING)
        if told is not None:
            told(session, decided.done)
    left = {*decided.done, *decided.by_office, *decided.own}
    return replace(decided, nothing_waits=[code for code in ids if code not in left])


_OPEN = (among(VersionState.REVIEW, VersionState.REJECTED), of_origin(Origin.IMPORT))
"""Imported versions that can still be published."""
_WAITING = (among(VersionState.REVIEW), of_origin(Origin.IMPORT))


async def _publish(
    session: AsyncSession,
    ids: Mapping[str, int],
    by: str,
    now: datetime,
    members: Collection[int],
    able: Sequence[Any] = _OPEN,
) -> Decided:
    """Publish these versions, as far as they are still able to be, and by whoever decides."""
    kept, done, own = await _by_office(session), set[str](), set[str]()
    allowed = [number for code, number in ids.items() if code not in kept]
    for portion in portions(allowed):
        open_ones = (col(ProcedureVersion.id).in_(portion), *able)
        columns = (col(ProcedureVersion.code), col(ProcedureVersion.id), col(ProcedureVersion.author_id))
        rows = list(await session.execute(select(*columns).where(*open_ones).with_for_update()))
        own |= {code for code, _, author in rows if author in members}
        codes = {code: number for code, number, author in rows if author not in members}
        values = {"decided_by": by[:120], "decided_at": now}
        await put_out(session, codes, [col(ProcedureVersion.id).in_(codes.values())], values, now)
        done |= codes.keys()
    return Decided(
        [code for code in ids if code in done],
        by_office=[code for code in ids if code in kept],
        own=[code for code in ids if code in own],
    )


async def reject(
    storage: Storage, codes: Sequence[str], by: str, now: datetime, *, told: Told | None = None
) -> Decided:
    """Lay aside what waits of these codes; a later import that says the same is not offered again."""
    values = {"state": VersionState.REJECTED, "decided_by": by[:120], "decided_at": now}
    async with storage.write() as session:
        moved = await move(session, list(dict.fromkeys(codes)), VersionState.REVIEW, values)
        if told is not None:
            told(session, moved)
    wanted = list(dict.fromkeys(codes))
    return Decided([code for code in wanted if code in moved], [code for code in wanted if code not in moved])
