"""The way in, the same for every door: cut, mask, count, store. Nothing is kept or logged before it was masked."""

from __future__ import annotations

import time
import unicodedata
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from bot import limits as bounds
from bot import metrics
from bot.inbox import InboxWriter, Stored
from bot.tables import InboxState
from handlers.message import Message
from handlers.privacy import mask


class Rate:
    """How fast somebody may write: at most so many in a window that moves along, by key. In memory."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        """``seconds``: length of the window; ``now``: a clock in seconds that never goes back."""
        self.seconds = seconds
        self._most = most
        self._now = now
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()
        """Times of what was let in, those who were let in last at the end."""

    def allows(self, key: str) -> bool:
        """Let one in, or not."""
        now = self._now()
        self._forget(now - self.seconds)
        taken = self._taken.get(key)
        if taken is None:
            taken = self._taken[key] = deque(maxlen=self._most)
        elif len(taken) == self._most and taken[0] > now - self.seconds:
            return False
        taken.append(now)
        self._taken.move_to_end(key)
        return True

    def _forget(self, before: float) -> None:
        while self._taken:
            key, taken = next(iter(self._taken.items()))
            if taken[-1] > before:
                return
            del self._taken[key]


class Waker(Protocol):
    def wake(self) -> None: ...


def readable(text: str) -> str:
    """Text as it may be kept: NFC, without control characters that no person types (NUL among them)."""
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def admit(message: Message) -> Message:
    """The message as it may be stored: cut to what is read, with personal data masked."""
    text = readable(message.text[: 2 * bounds.MAX_TEXT])
    masked = mask(text)
    short = masked.text[: bounds.MAX_TEXT]
    truncated = len(masked.text) > bounds.MAX_TEXT or len(message.text) > 2 * bounds.MAX_TEXT
    action = message.action[: bounds.MAX_ACTION_BYTES] if message.action is not None else None
    return replace(message, text=short, masked=masked.kinds, truncated=truncated, action=action)


class Intake:
    """Stores what doors bring and wakes whoever answers it."""

    def __init__(self, writer: InboxWriter, waker: Waker) -> None:
        self._writer = writer
        self._waker = waker
        self._rate = Rate(*bounds.USER_RATE)
        self._told = Rate(1, self._rate.seconds)

    async def accept(self, message: Message) -> bool:
        """Store a message durably; True when it is new. For doors that push: a flood is kept but answered only once."""
        who = f"{message.address.channel}:{message.sender}"
        if self._rate.allows(who):
            stored = await self.store(message)
        elif self._told.allows(who):
            stored = await self.store(replace(message, hurried=True))
        else:
            stored = await self._writer.store(admit(message), state=InboxState.LIMITED)
            metrics.RECEIVED.labels(message.address.channel, "limited").inc()
        return stored.new

    async def store(self, message: Message) -> Stored:
        """Store a message that was already counted. Raises OverloadedError."""
        stored = await self._writer.store(admit(message))
        metrics.RECEIVED.labels(message.address.channel, "new" if stored.new else "repeated").inc()
        self._waker.wake()
        return stored
