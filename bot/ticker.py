"""The only file that knows APScheduler. It ticks and does nothing else: what is due stands in rows, never in jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import limits
from scheduler.calendar import VIETNAM


class Ticker:
    """Calls ``tick`` at a fixed interval. A late, missed or doubled tick costs nothing: the tick is idempotent."""

    def __init__(self, tick: Callable[[], Awaitable[None]], seconds: float = limits.TICK) -> None:
        self._tick = tick
        self._under_way: asyncio.Task[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone=VIETNAM)
        self._scheduler.add_job(
            self._once, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        self._scheduler.start()

    async def _once(self) -> None:
        """In a task of its own: APScheduler cancels what runs when it is shut down, and waits for nothing."""
        self._under_way = asyncio.ensure_future(self._tick())
        await asyncio.shield(self._under_way)

    async def stop(self, within: float) -> None:
        """No more ticks; the one under way ends first, or is cancelled after so many seconds. Then nothing of it holds
        a connection to the database."""
        self._scheduler.shutdown(wait=False)
        if self._under_way is None:
            return
        await asyncio.wait({self._under_way}, timeout=within)
        self._under_way.cancel()
        await asyncio.gather(self._under_way, return_exceptions=True)
