"""How long the Zalo Bot channel waits for what, and how it waits longer each time something fails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Waiting times, in seconds."""

    connect: float = 5.0
    """To get a connection."""
    read: float = 10.0
    """Silence after which an answer is given up."""
    poll: int = 25
    """How long Zalo holds an idle getUpdates (its default is 30)."""
    margin: float = 8.0
    """Added to ``poll`` before getUpdates is given up."""
    quick: float = 5.0
    """An idle poll that ends sooner was not held, and is not repeated at once."""
    quick_pause: float = 1.0
    first_wait: float = 1.0
    """After the first failure; doubled each time."""
    longest_wait: float = 60.0
    store_grace: float = 1.0
    """At a stop: for storing what was fetched already, which Zalo does not hand out a second time."""


class Waits:
    """How long to wait after the next failure: as the platform says, or twice as long each time."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._next = pace.first_wait

    def reset(self) -> None:
        self._next = self._pace.first_wait

    def next(self, at_least: float | None = None) -> float:
        """Seconds to wait now, and twice as many the next time."""
        seconds = self._next if at_least is None else max(self._next, at_least)
        self._next = min(2 * self._next, self._pace.longest_wait)
        return seconds

    async def sleep(self) -> None:
        await asyncio.sleep(self.next())
