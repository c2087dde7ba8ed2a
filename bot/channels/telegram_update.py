"""Telegram's updates as messages. Pure: a decoded update in, a message out.

Written by hand rather than with the library's ``Update.de_json``, which checks no types (a chat id that is a list
passes) and fails as a whole on one field it does not like. Only what is used is read, so new fields never hurt.
Source: https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from handlers.message import Address, Media, Message

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "channel_post")
"""The kinds of updates that are asked for; all others are passed over."""

_GROUPS = frozenset({"group", "supergroup"})
_FILES = {
    "document": "file",
    "voice": "audio",
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "sticker": "sticker",
}
_WORDLESS = frozenset({"poll", "dice", "game", "story", "checklist", "paid_media"})
"""What a person may send that is neither text nor a file; it gets an answer all the same."""
_COMMAND = re.compile(r"/(\w+)@(\w+)")
_BARE_COMMAND = re.compile(r"/[A-Za-z]\w*(?:\s|$)")
_AFTER_MENTION = r"[\s,:;.!–-]*"
_LARGEST = 2**63
_LONGEST_ID = 64
"""Longest id of a press; Telegram's have some 20 digits."""

_Object: TypeAlias = Mapping[str, Any]
_T = TypeVar("_T")
_NAMES = {int: "a number", str: "a text", dict: "an object", list: "a list", bool: "true or false"}


class MalformedError(ValueError):
    """An update that is not built as Telegram builds them. The text names the field, never its content."""


@dataclass(frozen=True, slots=True)
class Me:
    """The assistant's own account."""

    id: int
    username: str = ""
    """Without @; empty until Telegram has told it, and until then no mention is recognised."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, and the press that waits for a sign of life (answerCallbackQuery)."""

    message: Message
    callback: str | None = None


def update_id(update: object) -> int:
    """The number by which an update is acknowledged. Raises MalformedError."""
    if not isinstance(update, dict):
        raise MalformedError("an update must be an object")
    return _need(update, "update_id", int)


def read(update: object, me: Me) -> Incoming | None:
    """The message in an update; None for what is not meant for the assistant. Raises MalformedError."""
    update_id(update)
    assert isinstance(update, dict)  # noqa: S101 - update_id has refused all else
    if (query := _may(update, "callback_query", dict)) is not None:
        return _pressed(query)
    if (edited := _may(update, "edited_message", dict)) is not None:
        return _said(edited, me, edited=True)
    if (message := _may(update, "message", dict)) is not None:
        return _said(message, me, edited=False)
    if (post := _may(update, "channel_post", dict)) is not None:
        return _posted(post, me)
    return None


def _posted(post: _Object, me: Me) -> Incoming | None:
    """A post in a channel that the bot looks after. Only what begins with its name is meant for it: all else is news
    for the channel's readers and is neither stored nor answered."""
    number = _need(post, "message_id", int)
    chat, kind = _chat(post)
    at = _moment(_need(post, "date", int))
    text = _may(post, "text", str) or ""
    named = me.username and re.match(rf"\s*@{re.escape(me.username)}(?!\w)", text, re.IGNORECASE)
    if kind != "channel" or not named:
        return None
    address, said = Address(CHANNEL, str(chat)), _without_mention(text, me)
    return Incoming(Message(f"{chat}:{number}", address, str(chat), text=said, sent_at=at, public=True))


def _pressed(query: _Object) -> Incoming | None:
    """A pressed button. The payload may be of any age; what it means is the router's business."""
    number = _need(query, "id", str)
    if not 1 <= len(number) <= _LONGEST_ID:
        raise MalformedError("id is not one of a pressed button")
    sender = _need(_need(query, "from", dict), "id", int)
    data = _may(query, "data", str)
    message = _may(query, "message", dict)
    if data is None or message is None:  # a game, or a button under an inline result: there is no chat to answer in
        return None
    chat, kind = _chat(message)
    if kind != "private" and kind not in _GROUPS:
        return None
    pressed = Message(f"cb:{number}", Address(CHANNEL, str(chat)), str(sender), action=data, group=kind in _GROUPS)
    return Incoming(pressed, number)


def _said(message: _Object, me: Me, *, edited: bool) -> Incoming | None:
    number = _need(message, "message_id", int)
    chat, kind = _chat(message)
    when = _need(message, "edit_date" if edited else "date", int)
    at = _moment(when)
    text = _may(message, "text", str) or _may(message, "caption", str) or ""
    media = _media(message)
    sender = _sender(message)
    if sender is None or not (text or media or message.keys() & _WORDLESS):
        return None
    if edited and not text:  # a moving live location, a counted poll
        return None
    if kind in _GROUPS:
        if not _addressed(message, text, me):
            return None
    elif kind != "private":
        return None
    return Incoming(
        Message(
            id=f"edit:{chat}:{number}:{when}" if edited else f"{chat}:{number}",
            address=Address(CHANNEL, str(chat)),
            sender=str(sender),
            text=_without_mention(text, me),
            media=media,
            sent_at=at,
            group=kind in _GROUPS,
        )
    )


def _chat(message: _Object) -> tuple[int, str]:
    chat = _need(message, "chat", dict)
    return _need(chat, "id", int), _need(chat, "type", str)


def _sender(message: _Object) -> int | None:
    """The person who wrote; None for channels, other bots and posts forwarded into a discussion by Telegram itself."""
    sender = _may(message, "from", dict)
    if sender is None:
        return None
    number = _need(sender, "id", int)
    machine = _may(sender, "is_bot", bool) or _may(message, "is_automatic_forward", bool)
    return None if machine else number


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise MalformedError("date must be a time in seconds") from None


def _addressed(message: _Object, text: str, me: Me) -> bool:
    """Whether a message in a group is meant for the assistant: a command, a mention, a reply to it."""
    if named := _COMMAND.match(text):
        return bool(me.username) and named[2].lower() == me.username.lower()
    if _BARE_COMMAND.match(text):
        return True
    if me.username and re.search(rf"(?<![\w@])@{re.escape(me.username)}(?!\w)", text, re.IGNORECASE):
        return True
    answered = _may(message, "reply_to_message", dict)
    if answered is None or "forum_topic_created" in answered:  # every message of a topic "replies" to its opening
        return False
    author = _may(answered, "from", dict)
    return author is not None and _need(author, "id", int) == me.id


def _without_mention(text: str, me: Me) -> str:
    """The words themselves: no leading or closing @name, no @name behind a command."""
    if not me.username:
        return text
    name = re.escape(me.username)
    text = re.sub(rf"^\s*@{name}(?!\w){_AFTER_MENTION}", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"\s+@{name}\s*$", "", text, flags=re.IGNORECASE)
    return re.sub(rf"^(/\w+)@{name}(?!\w)", r"\1", text, flags=re.IGNORECASE)


def _media(message: _Object) -> tuple[Media, ...]:
    """What came along. A contact's name and number are never kept; a place is kept to about ten metres."""
    if (sizes := _may(message, "photo", list)) is not None:
        if not sizes or not isinstance(sizes[-1], dict):
            raise MalformedError("photo must be a list of sizes")
        return (_file(sizes[-1], "image"),)  # the last is the largest
    for field in ("animation", *_FILES):  # an animation also comes as a document, for old clients
        if (found := _may(message, field, dict)) is not None:
            return (_file(found, _FILES[field]),)
    if (place := _may(message, "location", dict)) is not None:
        return (Media("location", f"{_degrees(place, 'latitude'):.4f},{_degrees(place, 'longitude'):.4f}"),)
    if _may(message, "contact", dict) is not None:
        return (Media("contact", ""),)
    return ()


def _file(found: _Object, kind: str) -> Media:
    return Media(kind, _need(found, "file_id", str), _may(found, "file_name", str) or "", _may(found, "file_size", int))


def _degrees(place: _Object, key: str) -> float:
    value = place.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -180 <= value <= 180:
        raise MalformedError(f"{key} must be in degrees")
    return float(value)


def _may(where: _Object, key: str, kind: type[_T]) -> _T | None:
    """A field that may be absent, but not of another type."""
    return _need(where, key, kind) if key in where else None


def _need(where: _Object, key: str, kind: type[_T]) -> _T:
    value = where.get(key)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise MalformedError(f"{key} must be {_NAMES[kind]}")
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise MalformedError(f"{key} is out of range")
    return _clean(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _clean(text: str) -> str:
    """Without what a database cannot keep: NULs and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
