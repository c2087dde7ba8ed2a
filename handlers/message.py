"""What comes in and what goes out, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message came from and where its answer goes: a chat on a channel."""

    channel: str
    chat: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, file or the like that came with a message; its bytes stay on the platform until they are needed."""

    kind: str
    """image, file, audio, video, sticker, location, contact; unsupported: the platform keeps it from programs."""
    ref: str
    """How the channel fetches it: a platform file id or an address."""
    name: str = ""
    size: int | None = None
    """Bytes, where the platform says it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message or one pressed choice. ``text`` is already masked: see :mod:`handlers.privacy`."""

    id: str
    """Unique within the channel; a platform that repeats an update repeats the id."""
    address: Address
    sender: str
    """The platform's id of the person; equals the chat in a private chat."""
    text: str = ""
    action: str | None = None
    """Payload of the choice that was pressed."""
    media: tuple[Media, ...] = ()
    sent_at: datetime | None = None
    masked: tuple[str, ...] = ()
    """Kinds of personal data that were masked out of the text (cccd, phone, ...)."""
    truncated: bool = False
    """The text was longer than we read."""
    hurried: bool = False
    """Came after too many in a short time: answered by one request to slow down."""
    group: bool = False
    """Came from a group chat, addressed to the assistant."""
    public: bool = False
    """Posted in a public channel, addressed to the assistant: everybody would read an answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or a numbered line where the channel has no buttons. ``action`` is at most 64 bytes (Telegram)."""

    label: str
    action: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. ``text`` carries light markup: ``**bold**``, lists with ``- ``, nothing else."""

    text: str
    choices: tuple[Choice, ...] = ()
    image: str | None = None
    document: str | None = None
