"""Zalo Bot's updates as messages. Pure: a decoded update in, a message out.

Who wrote, where and what are read strictly; fields of media leniently, for the documentation and live bots disagree
about them. Only what is used is read, so new fields never hurt.
Source: https://bot.zaloplatforms.com/docs (webhook), and what live bots were seen to receive.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

from handlers.message import Address, Media, Message

CHANNEL = "zalo-bot"
TESTED = "webhook.test"
"""The event of the console's test button; it has neither sender nor chat."""
WITHHELD = "message.unsupported.received"
"""Content that Zalo keeps to itself: the sender is a child, disabled or cannot read, or sent a file or contact card."""
_TEXT = "message.text.received"
_IMAGE = "message.image.received"
_STICKER = "message.sticker.received"
_VOICE = "message.voice.received"
_LINK = "message.link.received"
KNOWN = frozenset({_TEXT, _IMAGE, _STICKER, _VOICE, _LINK, WITHHELD})

UNSUPPORTED = (Media("unsupported", ""),)
"""Stands for what Zalo does not hand over; it wants an answer that shows another way, and nothing else."""
_GROUP_ID = "zgr-"
"""Ids of groups begin with this."""
_LONGEST_ID = 64
"""Zalo's have some 20 to 25 letters."""
_LONGEST_ADDRESS = 1000
_MOST_PICTURES = 10
_MILLISECONDS = 100_000_000_000
"""A date from here on is in milliseconds: in seconds it would be the year 5138."""
_AFTER_MENTION = r"[\s,:;.!–-]*"
_ANY_BOT = re.compile(rf"\s*@bot\b{_AFTER_MENTION}", re.IGNORECASE)
"""The beginning of a mention of a bot, whose name must begin with "Bot"."""
_ANYBODY = re.compile(r"(?<!\S)@\w")

_Object: TypeAlias = Mapping[str, Any]
_T = TypeVar("_T")
_NAMES = {str: "a text", dict: "an object", bool: "true or false"}


class MalformedError(ValueError):
    """An update that is not built as Zalo builds them. The text names the field, never its content."""


@dataclass(frozen=True, slots=True)
class Me:
    """The assistant's own account."""

    name: str = ""
    """As people see it, for example "Bot Một Cửa"; empty until Zalo has told it."""


@dataclass(frozen=True, slots=True)
class Event:
    """An update without its wrapping."""

    name: str
    message: object
    """Not looked at until the name is known to be one of ours."""


def event(update: object) -> Event:
    """The event in an update, with the envelope {"ok", "result"} or without. Raises MalformedError."""
    if not isinstance(update, dict):
        raise MalformedError("an update must be an object")
    inner = _may(update, "result", dict) or update
    return Event(_need(inner, "event_name", str), inner.get("message"))


def read(found: Event, me: Me, received: datetime) -> Message | None:
    """The message of an event; None for what is not meant for the assistant. Raises MalformedError.

    ``received``: this moment; it tells events apart that have neither an id nor a date.
    """
    if found.name not in KNOWN:
        return None
    message, withheld = found.message, found.name == WITHHELD
    if withheld and (message is None or (isinstance(message, dict) and message.get("chat") is None)):
        return None
    if not isinstance(message, dict):
        raise MalformedError("message must be an object")
    chat, group = _chat(message)
    sender = _sender(message, chat, group=bool(group))
    sent_at = _moment(message.get("date"))
    number = _number(message, sent_at or received.replace(second=0, microsecond=0), needed=not withheld)
    text, media = ("", UNSUPPORTED) if withheld else _content(found.name, message)
    if sender is None or group is None or not (text or media):
        return None
    if group:
        text = unicodedata.normalize("NFC", text)
        if not _addressed(text, me):  # nor what is withheld: an answer would tell the group that somebody is a child
            return None
        text = _without_mention(text, me)
    return Message(f"{chat}:{number}", Address(CHANNEL, chat), sender, text, media=media, sent_at=sent_at, group=group)


def _chat(message: _Object) -> tuple[str, bool | None]:
    """The chat, and whether it is a group; None: of a kind that nobody knows yet."""
    chat = _need(message, "chat", dict)
    number = _id(chat, "id")
    if number is None:
        raise MalformedError("id must be a text")
    kind = (_may(chat, "chat_type", str) or "").upper()
    if kind not in {"", "PRIVATE", "GROUP"}:
        return number, None
    return number, kind == "GROUP" or number.startswith(_GROUP_ID)


def _sender(message: _Object, chat: str, *, group: bool) -> str | None:
    """The person who wrote; None for a bot, and for nobody in a group. A private chat has the id of its person."""
    sender = _may(message, "from", dict)
    if sender is None:
        return None if group else chat
    if _may(sender, "is_bot", bool):
        return None
    return _id(sender, "id") if group else chat


def _number(message: _Object, moment: datetime, *, needed: bool) -> str:
    """What makes the message unique in its chat; what is repeated has the same."""
    number = _id(message, "message_id")
    if number is None and needed:
        raise MalformedError("message_id must be a text")
    return number or f"unsupported:{int(moment.timestamp() * 1000)}"


def _moment(date: object) -> datetime | None:
    """When it was sent: milliseconds as documented, or seconds as seen."""
    if date is None:
        return None
    try:
        if isinstance(date, bool) or not isinstance(date, int | float | str):
            raise TypeError
        value = float(date)
        return datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS else value, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise MalformedError("date must be a time in milliseconds") from None


def _content(name: str, message: _Object) -> tuple[str, tuple[Media, ...]]:
    """The words and what came with them. What should hold a file but does not is answered like what is withheld."""
    text = _may(message, "text", str) or _may(message, "caption", str) or ""
    if name == _IMAGE:
        return text, tuple(Media("image", address) for address in _pictures(message)) or UNSUPPORTED
    if name == _VOICE:
        address = _address(message.get("voice_url"))
        return text, (Media("audio", address),) if address else UNSUPPORTED
    if name == _STICKER:
        return text, (Media("sticker", _address(message.get("url"))),)
    if name == _LINK:
        text = _with_link(text, message)
        return text, () if text else UNSUPPORTED
    return text, ()


def _pictures(message: _Object) -> list[str]:
    """Addresses of pictures: a list where there is one, else ``photo_url`` (live) or ``photo`` (documented)."""
    several = message.get("photos")
    items = several if isinstance(several, list) else []
    found = [_address(item.get("url") if isinstance(item, dict) else item) for item in items]
    single = _address(message.get("photo_url")) or _address(message.get("photo"))
    return list(dict.fromkeys(filter(None, found)))[:_MOST_PICTURES] or ([single] if single else [])


def _with_link(text: str, message: _Object) -> str:
    """The words with the link that Zalo took out of them to show a preview."""
    link = message.get("link")
    inside = link.get("url") or link.get("href") if isinstance(link, dict) else link
    address = _address(inside) or _address(message.get("url"))
    return text if address in text else f"{text} {address}".strip()


def _address(value: object) -> str:
    """An address to fetch something from; empty for anything else."""
    if not isinstance(value, str) or not value.startswith(("https://", "http://")) or len(value) > _LONGEST_ADDRESS:
        return ""
    return _clean(value)


def _addressed(text: str, me: Me) -> bool:
    """Whether a message in a group names the assistant. Zalo passes on no others, but nothing promises it for ever.

    A leading "@Bot" will do, for the name may have changed since the start; while the name is unknown, any mention.
    """
    if me.name and re.search(_mention(me), text, re.IGNORECASE):
        return True
    return bool(_ANY_BOT.match(text) if me.name else _ANYBODY.search(text))


def _without_mention(text: str, me: Me) -> str:
    """The words themselves: no leading or closing @name; of a name that is not known, no leading "@Bot"."""
    if me.name and re.search(_mention(me), text, re.IGNORECASE):
        text = re.sub(rf"^\s*{_mention(me)}{_AFTER_MENTION}", "", text, flags=re.IGNORECASE)
        return re.sub(rf"\s+{_mention(me)}\s*$", "", text, flags=re.IGNORECASE)
    found = _ANY_BOT.match(text)
    return text[found.end() :] if found else text


def _mention(me: Me) -> str:
    """Pattern of @name, however its words are spaced."""
    words = r"\s+".join(map(re.escape, unicodedata.normalize("NFC", me.name).split()))
    return rf"(?<![\w@])@{words}(?!\w)"


def _id(where: _Object, key: str) -> str | None:
    """An id, also where it came as a number; None where there is none."""
    value = where.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**_LONGEST_ID else ""
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_ID or not value.isprintable():
        raise MalformedError(f"{key} is not an id")
    return value


def _may(where: _Object, key: str, kind: type[_T]) -> _T | None:
    """A field that may be absent or null, but not of another type."""
    return None if where.get(key) is None else _need(where, key, kind)


def _need(where: _Object, key: str, kind: type[_T]) -> _T:
    value = where.get(key)
    if not isinstance(value, kind):
        raise MalformedError(f"{key} must be {_NAMES[kind]}")
    return _clean(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _clean(text: str) -> str:
    """Without what a database cannot keep: NULs and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
