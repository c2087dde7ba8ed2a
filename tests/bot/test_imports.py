"""Imported procedures on both databases: nothing is published unseen, nothing published is overwritten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot import imports, learned
from bot.app import App
from bot.imports import Batch, Taken
from bot.settings import Settings
from bot.storage import Storage
from bot.tables import ProcedureVersion
from knowledge.changes import Kind
from knowledge.library import Library
from knowledge.procedures import UNKNOWN, Procedure
from knowledge.store import Knowledge
from tests.conftest import HandClock

LAN = "Nguyễn Thị Lan"
CODE, OTHER = "9.000001", "9.000002"


@pytest.fixture
def record(world: Library) -> Procedure:
    """A procedure that is not shipped."""
    told = {"code": CODE, "name": "Cấp thẻ chợ đêm", "official_name": "Cấp thẻ chợ đêm", "aliases": (), "questions": ()}
    return world.by_code["1.001193"].model_copy(update=told)


def differing(record: Procedure, **facts: Any) -> Procedure:
    return record.model_copy(update=facts)


class Desk:
    """An office that imports and decides, on one database."""

    def __init__(self, storage: Storage, shipped: Library, clock: HandClock) -> None:
        self.storage = storage
        self.shipped = shipped
        self.clock = clock

    async def take(self, *records: Procedure, file: str = "a.xlsx", complete: bool = False) -> Taken:
        return await imports.take(self.storage, self.shipped, [Batch(file, records)], self.clock(), complete=complete)

    async def waiting(self) -> list[str]:
        return [v.change.procedure.code for v in await imports.waiting(self.storage, self.shipped)]

    async def publish(self, *codes: str) -> Sequence[str]:
        return (await imports.publish(self.storage, codes, LAN, self.clock())).done

    async def publish_all(self) -> imports.Decided:
        return await imports.publish_all(self.storage, self.shipped, LAN, self.clock())

    async def reject(self, *codes: str) -> imports.Decided:
        return await imports.reject(self.storage, codes, LAN, self.clock())

    async def published(self) -> dict[str, Procedure]:
        return {procedure.code: procedure for procedure in await imports.published(self.storage)}

    async def rows(self) -> list[ProcedureVersion]:
        async with self.storage.read() as session:
            return list((await session.execute(select(ProcedureVersion).order_by("id"))).scalars())


@pytest.fixture
def desk(storage: Storage, world: Library, clock: HandClock) -> Desk:
    return Desk(storage, world, clock)


async def test_what_is_imported_waits_and_nothing_is_published(desk: Desk, record: Procedure) -> None:
    taken = await desk.take(record)
    assert (len(taken.of(Kind.NEW)), taken.waiting) == (1, 1)
    assert await desk.waiting() == [CODE]
    assert await desk.published() == {}


async def test_a_named_person_publishes(desk: Desk, record: Procedure) -> None:
    await desk.take(record)
    assert await desk.publish(CODE, OTHER) == [CODE]
    assert await desk.published() == {CODE: record}
    (row,) = await desk.rows()
    assert (row.decided_by, row.decided_at, row.file) == (LAN, desk.clock(), "a.xlsx")


async def test_a_newer_import_stands_beside_the_published_record(desk: Desk, record: Procedure) -> None:
    newer = differing(record, who="Người bán hàng")
    await desk.take(record)
    await desk.publish(CODE)
    await desk.take(newer)
    assert (await desk.published())[CODE] == record
    (version,) = await imports.waiting(desk.storage, desk.shipped)
    assert [difference.label for difference in version.change.differences] == ["Đối tượng thực hiện"]
    await desk.publish(CODE)
    assert (await desk.published())[CODE] == newer
    assert [row.state for row in await desk.rows()] == ["replaced", "published"]


async def test_importing_twice_asks_once(desk: Desk, record: Procedure) -> None:
    await desk.take(record)
    await desk.take(record)
    assert len(await desk.rows()) == 1
    await desk.publish(CODE)
    taken = await desk.take(record)
    assert (len(taken.of(Kind.SAME)), taken.waiting) == (1, 0)


async def test_a_newer_import_takes_the_place_of_one_that_waits(desk: Desk, record: Procedure) -> None:
    await desk.take(record)
    await desk.take(differing(record, who="Người bán hàng"), file="b.xlsx")
    (version,) = await imports.waiting(desk.storage, desk.shipped)
    assert (version.change.procedure.who, version.file) == ("Người bán hàng", "b.xlsx")
    await desk.publish(CODE)
    await desk.take(record)
    await desk.take(differing(record, who="Người bán hàng"))
    assert await desk.waiting() == []


async def test_what_was_rejected_is_not_offered_again(desk: Desk, record: Procedure) -> None:
    await desk.take(record)
    decided = await desk.reject(CODE, OTHER)
    assert (decided.done, decided.nothing_waits) == ([CODE], [OTHER])
    taken = await desk.take(record)
    assert (taken.rejected_before, taken.waiting) == ([CODE], 0)
    assert (await desk.take(differing(record, who="Khác"))).waiting == 1


async def test_a_rejected_version_can_still_be_published_by_its_code(desk: Desk, record: Procedure) -> None:
    await desk.take(record)
    await desk.reject(CODE)
    assert (await desk.publish_all()).done == []
    assert await desk.publish(CODE) == [CODE]
    assert await desk.published() == {CODE: record}


async def test_publishing_all_holds_what_would_lose_facts(desk: Desk, record: Procedure) -> None:
    other = differing(record, code=OTHER, name="Cấp thẻ chợ ngày", official_name="Cấp thẻ chợ ngày")
    await desk.take(record)
    await desk.publish_all()
    await desk.take(differing(record, who=UNKNOWN), other)
    decided = await desk.publish_all()
    assert decided.done == [OTHER]
    assert [(change.procedure.code, change.losses) for change in decided.held] == [(CODE, ("Đối tượng thực hiện",))]
    assert await desk.publish(CODE) == [CODE]


async def test_a_complete_file_abolishes_what_it_lacks_once_published(desk: Desk, record: Procedure) -> None:
    other = differing(record, code=OTHER)
    await desk.take(record, other)
    await desk.publish(CODE, OTHER)
    assert (await desk.take(other)).of(Kind.ABOLISHED) == []
    taken = await desk.take(other, complete=True)
    assert [change.procedure.code for change in taken.of(Kind.ABOLISHED)] == [CODE]
    assert set(await desk.published()) == {CODE, OTHER}
    await desk.publish(CODE)
    assert set(await desk.published()) == {OTHER}
    assert [change.procedure.code for change in (await desk.take(record)).of(Kind.NEW)] == [CODE]
    await desk.publish(CODE)
    assert set(await desk.published()) == {CODE, OTHER}


async def test_two_imports_at_once_leave_one_version_waiting(desk: Desk, record: Procedure) -> None:
    await asyncio.gather(*(desk.take(differing(record, who=f"Người {number}")) for number in range(6)))
    assert await desk.waiting() == [CODE]


async def test_many_procedures_are_taken_and_published(desk: Desk, record: Procedure) -> None:
    many = [differing(record, code=f"9.{number:06}", name=f"Thủ tục {number}") for number in range(450)]
    assert (await desk.take(*many)).waiting == 450
    assert len((await desk.publish_all()).done) == 450
    assert len(await desk.published()) == 450


async def test_the_stamp_changes_with_every_publication_and_nothing_else(desk: Desk, record: Procedure) -> None:
    stamps = [await learned.stamp(desk.storage)]
    await desk.take(record)
    stamps.append(await learned.stamp(desk.storage))
    for who in ("Một", "Hai"):
        await desk.take(differing(record, who=who))
        await desk.publish(CODE)
        stamps.append(await learned.stamp(desk.storage))
    assert stamps[0] == stamps[1] == learned.NOTHING
    assert len(set(stamps)) == 3


async def test_a_record_that_no_longer_fits_is_left_out(desk: Desk, record: Procedure) -> None:
    await desk.take(record, differing(record, code=OTHER))
    await desk.publish(CODE, OTHER)
    async with desk.storage.write() as session:
        await session.execute(update(ProcedureVersion).where(ProcedureVersion.code == CODE).values(body={"code": "x"}))  # type: ignore[arg-type]
    assert set(await desk.published()) == {OTHER}


def on(database_url: str) -> Settings:
    """Settings as somebody would write them for this database."""
    return Settings(database_url=SecretStr(database_url.replace("+aiosqlite", "")), port=0)


@pytest.fixture
async def app(database_url: str, known: Knowledge, clock: HandClock) -> AsyncIterator[App]:
    running = App(on(database_url), known, clock)
    await running.start(serve=False)
    yield running
    await running.stop()


async def test_the_running_assistant_answers_from_what_is_published(
    app: App, world: Library, clock: HandClock, record: Procedure
) -> None:
    desk = Desk(app.storage, world, clock)
    elsewhere = differing(record, code=OTHER, scope="Lào Cai")
    shipped = world.by_code["1.001193"]
    await desk.take(record, elsewhere, differing(shipped, name="Bản nhập", official_name="Bản nhập"))
    await app._tick()
    assert app.knowledge is app.shipped
    await desk.publish_all()
    await app._tick()
    assert app.knowledge.library.by_code.keys() == {*world.by_code, CODE}
    assert app.knowledge.get("1.001193") == shipped
    assert app.knowledge.read("cấp thẻ chợ đêm").codes[0] == CODE
    before = app.knowledge
    await app._tick()
    assert app.knowledge is before


async def test_an_assistant_that_starts_later_knows_what_is_published(
    desk: Desk, database_url: str, known: Knowledge, record: Procedure
) -> None:
    await desk.take(record)
    await desk.publish(CODE)
    app = App(on(database_url), known, desk.clock)
    await app.start(serve=False)
    assert app.knowledge.get(CODE) == record
    await app.stop()
