"""Both databases: the schema is what the code says, no update is lost, a reader cannot write."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot import housekeeping, limits, migrations
from bot.storage import ClosedError, Storage
from bot.tables import Dialogue, Inbox
from tests.bot.parts import build, message, running
from tests.conftest import HandClock


async def test_the_database_has_the_schema_of_the_code(database_url: str) -> None:
    await asyncio.to_thread(migrations.check, database_url)


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    await asyncio.to_thread(migrations.upgrade, database_url)


async def test_no_concurrent_change_is_lost(storage: Storage, clock: HandClock) -> None:
    async with storage.write() as session:
        session.add(Dialogue(channel="x", chat="x", sender="x", state={"count": 0}, updated_at=clock()))

    async def add_one() -> None:
        async with storage.write() as session:
            row = (await session.execute(select(Dialogue).with_for_update())).scalar_one()
            row.state = {"count": row.state["count"] + 1}
            session.add(row)

    await asyncio.gather(*(add_one() for _ in range(60)))
    async with storage.read() as session:
        assert (await session.execute(select(Dialogue))).scalar_one().state == {"count": 60}


async def test_a_failed_transaction_leaves_nothing(storage: Storage, clock: HandClock) -> None:
    with pytest.raises(RuntimeError):
        async with storage.write() as session:
            session.add(Dialogue(channel="x", chat="x", sender="x", state={}, updated_at=clock()))
            await session.flush()
            raise RuntimeError
    async with storage.read() as session:
        assert (await session.execute(select(func.count()).select_from(Dialogue))).scalar_one() == 0


async def test_a_reader_cannot_write_on_sqlite(storage: Storage) -> None:
    if not storage.is_sqlite:
        return
    with pytest.raises(SQLAlchemyError):
        async with storage.read() as session:
            await session.execute(text("DELETE FROM inbox"))


async def test_closing_waits_for_a_transaction_under_way_and_lets_no_other_begin(database_url: str) -> None:
    storage = Storage(database_url)
    inside, done = asyncio.Event(), []

    async def look() -> None:
        async with storage.read() as session:
            await session.execute(text("SELECT 1"))
            inside.set()
            await asyncio.sleep(0.05)
            done.append((await session.execute(text("SELECT 2"))).scalar_one())

    looking = asyncio.create_task(look())
    await inside.wait()
    await storage.close()
    assert done == [2]
    await looking
    with pytest.raises(ClosedError):
        await storage.ping()
    with pytest.raises(ClosedError):
        async with storage.write():
            pass
    with pytest.raises(ClosedError):
        await storage.at_once(lambda _connection: None)


async def test_closing_does_not_wait_for_ever(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CLOSE_WITHIN", 0.05)
    storage = Storage(database_url)
    async with storage.read() as session:
        connection = await session.connection()
        async with asyncio.timeout(5):
            await storage.close()
        await connection.invalidate()  # nobody else closes it now


async def test_old_conversations_are_deleted_and_waiting_ones_are_kept(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        await path.intake.accept(message("cũ"))
        await path.settle()
    clock.forward(timedelta(days=31))
    waiting = build(storage, clock)
    waiting.writer.start()
    await waiting.intake.accept(message("mới", id="new"))
    await waiting.writer.stop()
    await housekeeping.tick(storage, clock())
    async with storage.read() as session:
        left = list((await session.execute(select(Inbox))).scalars())
    assert [row.message_id for row in left] == ["new"]
