"""The database: SQLite in one file by default, PostgreSQL by DATABASE_URL, the same code on both.

SQLite allows one writer. Transactions that write begin with BEGIN IMMEDIATE and queue for their turn here (SQLite's own
busy handler sleeps, and loses updates in the driver's default mode); readers have connections of their own that cannot
write.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

import bot.tables  # noqa: F401 - the schema must be known to whoever opens the database
from bot import limits
from bot.settings import Settings

T = TypeVar("T")

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=15000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-20000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


def _sqlite_engine(url: str, *, writer: bool) -> AsyncEngine:
    size = 1 if writer else 4
    engine = create_async_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=size, max_overflow=0, pool_timeout=60)
    _as_we_use_it(engine.sync_engine, writer=writer)
    return engine


def _as_we_use_it(engine: Engine, *, writer: bool) -> None:
    """Pragmas, and transactions that begin with the right lock."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, not where the driver guesses
        cursor = connection.cursor()
        for pragma in PRAGMAS if writer else (*PRAGMAS[2:], "PRAGMA query_only=ON"):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


class TwoLines:
    """A lock with two lines: who is first waits only for whoever holds it, all others for everybody."""

    def __init__(self) -> None:
        self._held = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._rest: deque[asyncio.Future[None]] = deque()

    async def wait(self, *, first: bool) -> None:
        """Return when it is ours."""
        if not self._held:
            self._held = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = self._first if first else self._rest
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # it was given to us in the same moment
            raise

    def leave(self) -> None:
        """Give it to the next."""
        for line in (self._first, self._rest):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False


class ClosedError(Exception):
    """The database was closed: what still runs would open connections that nobody closes."""


class Storage:
    """Two ways in: :meth:`write`, one transaction that is committed at its end, and :meth:`read`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._queue = TwoLines()
        self._closed = False
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            if path := make_url(url).database:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._threaded = create_engine(make_url(url).set(drivername="sqlite"), pool_size=1, max_overflow=0)
            _as_we_use_it(self._threaded, writer=True)
            self._writer = _sqlite_engine(url, writer=True)
            self._reader = _sqlite_engine(url, writer=False)
        else:
            self._writer = self._reader = create_async_engine(url, pool_size=10, max_overflow=5, pool_pre_ping=True)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        async with (
            self._turn(first=False),
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def _turn(self, *, first: bool) -> AsyncIterator[None]:
        """Wait for the writer of SQLite, in two lines; PostgreSQL has many."""
        if not self.is_sqlite:
            self._must_be_open()
            yield
            return
        await self._queue.wait(first=first)
        try:
            self._must_be_open()
            yield
        finally:
            self._queue.leave()

    async def at_once(self, work: Callable[[Connection], T]) -> T:
        """A short transaction before all others that wait for SQLite's one writer: a platform waits for its 200.

        On SQLite the whole of it runs in one thread: going back and forth for each statement takes as long as the
        statements.
        """
        async with self._turn(first=True):
            if self.is_sqlite:
                return await asyncio.to_thread(self._in_thread, work)
            async with self._writer.begin() as connection:
                return await connection.run_sync(work)

    def _in_thread(self, work: Callable[[Connection], T]) -> T:
        with self._threaded.begin() as connection:
            return work(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; on SQLite a write through it fails."""
        self._must_be_open()
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    async def ping(self) -> None:
        """Raise when the database does not answer."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    def _must_be_open(self) -> None:
        if self._closed:
            raise ClosedError

    async def close(self) -> None:
        """Begin no more transactions, let those under way end, then close every connection.

        A connection that is still out when its pool goes is closed by nobody, so we wait for it, but not for ever.
        """
        self._closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.CLOSE_WITHIN):
                while any(_out(engine) for engine in (self._reader, self._writer)):  # noqa: ASYNC110 - pools tell nobody
                    await asyncio.sleep(limits.CLOSE_WITHIN / 200)
        await self._reader.dispose()
        if self.is_sqlite:
            self._threaded.dispose()
        if self._writer is not self._reader:
            await self._writer.dispose()


def _out(engine: AsyncEngine) -> int:
    """How many of its connections somebody works with."""
    pool = engine.pool
    return pool.checkedout() if isinstance(pool, AsyncAdaptedQueuePool) else 0


def exists(url: str) -> bool:
    """Whether there is a database to open; only the file of SQLite can be looked for beforehand."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or (bool(parsed.database) and Path(str(parsed.database)).exists())


async def migrate(url: str) -> None:
    """Bring the schema up to date. Alembic is imported only here: it costs a tenth of a second."""
    from bot.migrations import upgrade

    if (parsed := make_url(url)).get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(upgrade, url)


async def with_storage(settings: Settings, work: Callable[[Storage], Awaitable[T]]) -> T:
    """Do something with the migrated database, then close it."""
    await migrate(settings.database)
    storage = Storage(settings.database)
    try:
        return await work(storage)
    finally:
        await storage.close()
