"""What every channel offers, and the two words of failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Protocol

from handlers.message import Reply


class DeliveryError(Exception):
    """A reply that did not go out.

    ``permanent``: trying again will not help (blocked, gone, window closed): the person's next channel is tried.
    ``retry_after``: seconds to wait before the next try, where the platform says it; None: the outbox decides.
    ``in_doubt``: the platform may have delivered it all the same (a cut connection after sending).
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, retry_after: float | None = None, in_doubt: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.in_doubt = in_doubt


@dataclass(frozen=True, slots=True)
class Traits:
    """What a platform allows, as data; the outbox and the renderer obey it."""

    text_limit: int
    """Longest text of one message, in UTF-16 code units."""
    buttons: bool
    """Whether choices are shown as buttons; else they are numbered lines in the text."""
    markup: bool
    """Whether bold is shown; else the marks are taken out."""
    per_second: float
    """Messages a second over all chats."""
    per_chat_second: float
    """Messages a second to one chat; a few at once are taken."""
    window: timedelta | None = None
    """How long after a person last wrote the platform lets us write first; None: always."""
    quiet: tuple[time, time] | None = None
    """From when to when, in Vietnam, only answers may be sent; None: never."""
    lists: bool = False
    """Without buttons: the channel may turn the numbered lines of a message into something to press, so it is given
    the choices beside them."""
    label_limit: int | None = None
    """Longest label that a button shows in full; a longer one stands in the text, numbered. None: any is shown."""
    pulled: bool = False
    """The other side fetches its replies itself (web page, terminal): nothing is pushed."""


class Channel(Protocol):
    """A door. It turns what comes in into stored messages, and sends one reply at a time."""

    name: str
    traits: Traits

    async def start(self) -> None:
        """Open connections, register webhooks or start polling. Raises nothing that a later retry would mend."""

    async def stop_receiving(self) -> None:
        """Close the door; sending still works."""

    async def stop(self) -> None:
        """Stop receiving, then close connections."""

    async def send(self, chat: str, reply: Reply, /) -> str:
        """Send one reply and return the platform's message id. Raises DeliveryError."""

    async def download(self, ref: str, /) -> bytes:
        """The bytes of a picture or file that somebody sent. Raises DeliveryError."""


class PulledChannel:
    """A door whose other side fetches its replies itself: there is nothing to open and nothing is ever pushed."""

    def __init__(self, name: str, *, buttons: bool, markup: bool) -> None:
        self.name = name
        self.traits = Traits(
            text_limit=16_000, buttons=buttons, markup=markup, per_second=1000.0, per_chat_second=10.0, pulled=True
        )

    async def start(self) -> None:
        """Nothing to open."""

    async def stop_receiving(self) -> None:
        """Nothing to close."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def send(self, _chat: str, _reply: Reply, /) -> str:
        """Never called by the delivery, which leaves pulled channels alone."""
        raise DeliveryError(f"{self.name} fetches its replies itself", permanent=True)

    async def download(self, _ref: str, /) -> bytes:
        """Never called: what comes in by these doors is stored here at once."""
        raise DeliveryError(f"{self.name} keeps no files", permanent=True)
