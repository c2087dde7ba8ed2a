"""The only file that knows APScheduler. It ticks and does nothing else: what is due stands in rows, never in jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import limits
from scheduler.calendar import VIETNAM


class Ticker:
    """Calls ``tick`` at a fixed interval. A late, missed or doubled tick costs nothing: the tick is idempotent."""

    def __init__(self, tick: Callable[[], Awaitable[None]], seconds: int = limits.TICK) -> None:
        self._scheduler = AsyncIOScheduler(timezone=VIETNAM)
        self._scheduler.add_job(
            tick, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
