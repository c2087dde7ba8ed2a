"""Replies in Zalo's words: bodies of messages, and which files an Official Account may send."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.channels.base import DeliveryError
from bot.channels.render import numbered, units
from bot.channels.zalo_oa_request import Json
from handlers.message import Choice, Reply

_IMAGE_ENDS = frozenset({".jpg", ".jpeg", ".png"})
_FILE_ENDS = frozenset({".pdf", ".doc", ".docx", ".csv"})
_IMAGE_BYTES = 1024 * 1024
_FILE_BYTES = 5 * 1024 * 1024
_TITLE, _SUBTITLE, _LABEL = 100, 500, 35
"""Longest title and subtitle of an element and label of a button, in letters."""
_BUTTONS = 5
_MENTION = re.compile(r"\[@[^\[\]]*\]")


class PictureError(Exception):
    """A picture cannot be shown; the words that go with it can."""


def is_link(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def picture(element: Json, text: str) -> Json:
    """A picture by its ``url`` or ``attachment_id``, with words under it."""
    payload = {"template_type": "media", "elements": [{"media_type": "image", **element}]}
    return {**({"text": text} if text else {}), "attachment": {"type": "template", "payload": payload}}


def document(token: str) -> Json:
    """An uploaded file. Zalo shows no words with it."""
    return {"attachment": {"type": "file", "payload": {"token": token}}}


def contact_form(title: str, subtitle: str, image_url: str) -> Json:
    """The form that asks for contact data: title of at most 100, subtitle of at most 500 letters."""
    elements = [{"title": title, "subtitle": subtitle, "image_url": image_url}]
    return {"attachment": {"type": "template", "payload": {"template_type": "request_user_info", "elements": elements}}}


def choice_list(reply: Reply) -> Json | None:
    """A reply as a list with buttons; None where it does not fit into one: its text has the choices as numbers.

    A pressed button comes back as a message with the label as its text, or opens an address.
    """
    choices = reply.choices
    if not 0 < len(choices) <= _BUTTONS or any(units(choice.label) > _LABEL for choice in choices):
        return None
    words = reply.text.removesuffix(numbered(choices)).strip()
    title, _, subtitle = words.partition("\n")
    if not title or units(title) > _TITLE or units(subtitle) > _SUBTITLE:
        return None
    element = {"title": title, **({"subtitle": subtitle.strip()} if subtitle.strip() else {})}
    buttons = [_button(choice) for choice in choices]
    payload = {"template_type": "list", "elements": [element], "buttons": buttons}
    return {"attachment": {"type": "template", "payload": payload}}


def _button(choice: Choice) -> Json:
    if choice.action is None and choice.url:
        return {"title": choice.label, "type": "oa.open.url", "payload": {"url": choice.url}}
    return {"title": choice.label, "type": "oa.query.show", "payload": choice.label}


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person stands to the account."""

    follows: bool | None
    """None: Zalo does not say."""
    last: date | None
    """The day, in Vietnam, on which the person last did something here; None: never, or not known."""


def reach_of(data: Json) -> Reach:
    """What Zalo tells of a person, of which only this is looked at."""
    follows = data.get("user_is_follower")
    try:
        last = datetime.strptime(str(data.get("user_last_interaction_date")), "%d/%m/%Y").date()  # noqa: DTZ007 - a day
    except ValueError:
        last = None
    return Reach(follows if isinstance(follows, bool) else None, last)


def without_mentions(message: Json) -> Json:
    """A message for a group in which nobody is called by [@id]: its words may be somebody else's."""
    return {**message, "text": _MENTION.sub("", message["text"])} if "text" in message else message


async def picture_bytes(source: str) -> bytes:
    """A picture to upload. Raises PictureError."""
    try:
        content = await asyncio.to_thread(Path(source).read_bytes)
    except OSError as error:
        raise PictureError(f"the picture cannot be read: {type(error).__name__}") from None
    if Path(source).suffix.lower() not in _IMAGE_ENDS or len(content) > _IMAGE_BYTES:
        raise PictureError("Zalo takes only JPEG and PNG of at most 1 MB")
    return content


async def document_bytes(source: str) -> bytes:
    """A file to upload. Raises DeliveryError."""
    try:
        content = await asyncio.to_thread(Path(source).read_bytes)
    except OSError as error:
        raise DeliveryError(f"the file to send cannot be read: {type(error).__name__}", permanent=True) from None
    if Path(source).suffix.lower() not in _FILE_ENDS or len(content) > _FILE_BYTES:
        raise DeliveryError("Zalo takes only PDF, DOC, DOCX and CSV of at most 5 MB", permanent=True)
    return content


def text_of(data: Json, key: str, *, in_doubt: bool = False) -> str:
    """A text of an answer. Raises DeliveryError when it is missing."""
    value = data.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise DeliveryError(f"Zalo's answer holds no {key}", in_doubt=in_doubt)
    return value
