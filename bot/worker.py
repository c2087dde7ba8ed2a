"""A task that works through rows, sleeps until it is woken or some time has passed, and ends cleanly."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime

import structlog

from bot import limits
from bot.clock import Clock

log = structlog.get_logger()


class Worker(ABC):
    """Subclasses say in :meth:`work` what one round does; True means that there may be more at once."""

    name: str

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self.pressed: Callable[[], bool] = lambda: False
        """Whether messages come in so fast that storing them has to go first."""
        self.last_round: datetime | None = None
        """When a round last ended well; the health check looks at it."""

    @abstractmethod
    async def work(self) -> bool:
        """One round."""

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    def start(self) -> None:
        self.last_round = self._now()  # it has begun well, and is given the time of a round
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self, within: float = limits.STOP_WITHIN) -> None:
        """Finish what is under way, at most ``within`` seconds."""
        self._stopping = True
        self.wake()
        if self._task:
            await asyncio.wait({self._task}, timeout=within)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def give_way(self) -> None:
        """Let what comes in be stored first, for a moment: a platform that waits for its 200 sends everything again."""
        waited = 0.0
        while self.pressed() and waited < limits.GIVE_WAY and not self._stopping:
            await asyncio.sleep(limits.GIVE_WAY / 10)
            waited += limits.GIVE_WAY / 10

    async def _run(self) -> None:
        while not self._stopping:
            await self.give_way()
            self._woken.clear()
            try:
                more = await self.work()
                self.last_round = self._now()
            except Exception:
                log.exception("worker_round_failed", worker=self.name)
                more = False
            if not more and not self._stopping:
                await self._sleep()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(limits.POLL):
                await self._woken.wait()
        except TimeoutError:
            pass
