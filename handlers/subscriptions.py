"""What a chat wants to hear of, and whether it can be written to first: asked of the shell only when it is needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

EVERY = "*"
"""Stands for all fields."""


class Subscriptions(Protocol):
    """Of the chat that wrote."""

    @property
    def pulled(self) -> bool:
        """Nobody can be written to first here: the web page, the terminal."""

    @property
    def window(self) -> timedelta | None:
        """How long after the person last wrote the platform lets us write first; None: always."""

    async def mine(self) -> tuple[str, ...]:
        """Fields, those subscribed to first in front; :data:`EVERY` among them: all fields."""


class NoSubscriptions:
    """Where nothing can be subscribed to."""

    pulled = True
    window: timedelta | None = None

    async def mine(self) -> tuple[str, ...]:
        return ()
