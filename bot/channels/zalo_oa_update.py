"""Events of a Zalo Official Account as messages. Pure: a decoded event in, a message out.

Only what is used is read, so new fields never hurt. Contact data that a person hands over is not read at all.
Source: developers.zalo.me, Official Account API, webhook events.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from handlers.message import Address, Media, Message

CHANNEL = "zalo-oa"
GROUP = "g:"
"""Chats of groups begin with this; no id of a person holds a colon."""

_PERSON_SENDS = "user_send_"
_MEMBER_SENDS = "user_send_group_"
_KINDS: Mapping[str, str | None] = {
    "text": None,
    "link": None,
    "image": "image",
    "gif": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "sticker": "sticker",
    "file": "file",
    "location": "location",
    "business_card": "contact",
}
"""What may be sent, by the ends of event names and the types of attachments, as kinds of ours."""
_MOST_MEDIA = 10
_LONGEST_REF = 1000
_ID = re.compile(r"[\w.=+/-]{1,120}", re.ASCII)
_AFTER_MENTION = r"[\s,:;.!–-]*"

_Object: TypeAlias = Mapping[str, Any]


class MalformedError(ValueError):
    """An event that is not built as Zalo builds them. The text names the field, never its content."""


@dataclass(frozen=True, slots=True)
class Me:
    """The Official Account itself."""

    id: str
    name: str = ""
    """As people see and mention it; empty until Zalo has told it, and until then no mention is recognised."""


@dataclass(frozen=True, slots=True)
class Left:
    """A person no longer follows the account: nothing more may be sent."""

    chat: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The account has taken its permission back."""


Incoming: TypeAlias = Message | Left | Revoked


def read(event: object, me: Me, said: Container[str] = ()) -> Incoming | None:
    """What an event says; None for what is not meant for the assistant. Raises MalformedError.

    ``said``: ids of messages that the assistant sent to groups: quoting one of them is speaking to it.
    """
    if not isinstance(event, dict):
        raise MalformedError("an event must be an object")
    name = event.get("event_name")
    if not isinstance(name, str) or not name:
        raise MalformedError("event_name must be a text")
    if name in {"follow", "unfollow"}:
        return _followed(event, name, me)
    if name == "permission_revoked":
        return Revoked()
    if name == "user_submit_info":
        return _private(event, name, me, "contact")
    if (kind := name.removeprefix(_MEMBER_SENDS)) != name:
        return _in_group(event, name, me, kind, said) if kind in _KINDS else None
    if (kind := name.removeprefix(_PERSON_SENDS)) != name:
        return _private(event, name, me, kind) if kind in _KINDS else None
    return None


def _followed(event: _Object, name: str, me: Me) -> Incoming | None:
    if _another(event.get("oa_id"), me):
        return None
    chat = _id(_object(event, "follower"), "id")
    if name == "unfollow":
        return Left(chat)
    number, at = _number(event, name, chat, {})
    return Message(number, Address(CHANNEL, chat), chat, text="/start", sent_at=at)


def _private(event: _Object, name: str, me: Me, kind: str) -> Message | None:
    sender = _id(_object(event, "sender"), "id")
    recipient = event.get("recipient")
    if sender == me.id or (isinstance(recipient, dict) and _another(recipient.get("id"), me)):
        return None
    content = event.get("message")
    if name == "user_submit_info":  # its "info" is personal data that nobody here has asked for
        content = {}
    if not isinstance(content, dict):
        raise MalformedError("message must be an object")
    number, at = _number(event, name, sender, content)
    media = _media(content, kind)
    return Message(number, Address(CHANNEL, sender), sender, text=_text(content, kind), media=media, sent_at=at)


def _in_group(event: _Object, name: str, me: Me, kind: str, said: Container[str]) -> Message | None:
    """A member's message, when it speaks to the assistant."""
    sender = _id(_object(event, "sender"), "id")
    content = _object(event, "message")
    if sender == me.id:
        return None
    text = _text(content, kind)
    quoted = content.get("quote_msg_id")
    if not (_addressed(text, me) or (isinstance(quoted, str) and quoted in said)):
        return None
    chat = GROUP + _group(event, content, me)
    number, at = _number(event, name, sender, content)
    words = _without_mention(text, me)
    return Message(
        number, Address(CHANNEL, chat), sender, text=words, media=_media(content, kind), sent_at=at, group=True
    )


def _group(event: _Object, content: _Object, me: Me) -> str:
    """The group's id; sources disagree on where it stands."""
    recipient = event.get("recipient")
    recipient = recipient if isinstance(recipient, dict) else {}
    places = ((recipient, "group_id"), (recipient, "id"), (content, "conversation_id"), (content, "group_id"))
    for where, key in places:
        if where.get(key) is not None and (found := _id(where, key)) != me.id:
            return found
    raise MalformedError("the group's id is missing")


def _number(event: _Object, name: str, sender: str, content: _Object) -> tuple[str, datetime | None]:
    """The message's id, the same when Zalo repeats the event, and its time."""
    timestamp = event.get("timestamp")
    at = _moment(timestamp)
    if content.get("msg_id") is not None:
        return _id(content, "msg_id"), at
    if timestamp is None:
        raise MalformedError("there is neither a msg_id nor a timestamp")
    return f"{name}:{sender}:{timestamp}", at


def _moment(timestamp: object) -> datetime | None:
    if timestamp is None:
        return None
    if isinstance(timestamp, str) and re.fullmatch(r"\d{1,15}", timestamp, re.ASCII):
        timestamp = int(timestamp)
    if isinstance(timestamp, bool) or not isinstance(timestamp, int) or not 0 <= timestamp < 10**14:
        raise MalformedError("timestamp must be a time in milliseconds")
    return datetime.fromtimestamp(timestamp / 1000, UTC)


def _text(content: _Object, kind: str) -> str:
    """The words of a message: for a link its address; for a contact none, they would be a name and number."""
    if kind == "business_card":
        return ""
    text = content.get("text")
    if text is None:
        text = next((url for url in map(_url, _attachments(content)) if url), "") if kind == "link" else ""
    if not isinstance(text, str):
        raise MalformedError("text must be a text")
    if kind == "text" and not text:
        raise MalformedError("a text message must have a text")
    return _clean(text)


def _media(content: _Object, kind: str) -> tuple[Media, ...]:
    """What came along. Of a contact nothing is kept; a place is kept to about ten metres. Odd attachments are left out:
    the message gets its answer all the same."""
    if kind in {"contact", "business_card"}:
        return (Media("contact", ""),)
    if kind == "location":
        return _place(content)
    found = [medium for item in _attachments(content) if (medium := _medium(item, kind)) is not None]
    return tuple(found[:_MOST_MEDIA])


def _medium(item: _Object, kind: str) -> Media | None:
    ours = _KINDS.get(str(item.get("type", kind)), _KINDS[kind])
    url = _url(item)
    if ours in {None, "location", "contact"} or not url or len(url) > _LONGEST_REF:
        return None
    payload = item["payload"]
    name = payload.get("name")
    return Media(str(ours), url, _clean(name)[:200] if isinstance(name, str) else "", _size(payload.get("size")))


def _size(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\d{1,12}", value, re.ASCII):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def _place(content: _Object) -> tuple[Media, ...]:
    where = [item.get("payload") for item in _attachments(content)] + [content.get("location")]
    for found in where:
        inner = found.get("coordinates", found) if isinstance(found, dict) else None
        if isinstance(inner, dict):
            latitude, longitude = _degrees(inner.get("latitude")), _degrees(inner.get("longitude"))
            if latitude is not None and longitude is not None:
                return (Media("location", f"{latitude:.4f},{longitude:.4f}"),)
    return ()


def _degrees(value: object) -> float | None:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,3}(\.\d{1,20})?", value, re.ASCII):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -180 <= value <= 180:
        return None
    return float(value)


def _attachments(content: _Object) -> list[_Object]:
    found = content.get("attachments")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _url(item: _Object) -> str:
    payload = item.get("payload")
    url = payload.get("url") if isinstance(payload, dict) else None
    return _clean(url) if isinstance(url, str) else ""


def _addressed(text: str, me: Me) -> bool:
    """Whether a message in a group is meant for the assistant: a command, or a mention."""
    if re.match(r"/[A-Za-z]\w*(?:\s|$)", text):
        return True
    return any(re.search(rf"(?<![\w@]){name}(?!\w)", _nfc(text), re.IGNORECASE) for name in _names(me))


def _without_mention(text: str, me: Me) -> str:
    """The words themselves: no leading or closing mention."""
    text = _nfc(text)
    for name in _names(me):
        text = re.sub(rf"^\s*{name}(?!\w){_AFTER_MENTION}", "", text, flags=re.IGNORECASE)
        text = re.sub(rf"\s+{name}\s*$", "", text, flags=re.IGNORECASE)
    return text


def _names(me: Me) -> list[str]:
    """How the account may be mentioned, as expressions."""
    marked = rf"\[@{re.escape(me.id)}\]"
    return [rf"@{re.escape(_nfc(me.name))}", marked] if me.name else [marked]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _another(account: object, me: Me) -> bool:
    """Whether an event is for another account of the same application."""
    return isinstance(account, str | int) and str(account) != me.id


def _object(where: _Object, key: str) -> _Object:
    found = where.get(key)
    if not isinstance(found, dict):
        raise MalformedError(f"{key} must be an object")
    return found


def _id(where: _Object, key: str) -> str:
    """An id, a decimal text as a rule."""
    value = where.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise MalformedError(f"{key} must be an id")
    return value


def _clean(text: str) -> str:
    """Without what a database cannot keep: NULs and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
