"""What Zalo's API for Official Accounts lets pass: bodies of messages, their types and limits, and its errors.

Stricter than the real one where that finds mistakes: an unknown field is refused instead of being passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

MESSAGES = {
    -32: "Your application reached limit call api",
    -100: "attachment_id was expired",
    -200: "Send message failed",
    -201: "{} is invalid!",
    -210: "Parameter exceeds allowable limit",
    -211: "Out of quota",
    -213: "User has not followed OA",
    -216: "Access token is invalid",
    -219: "App is removed",
    -220: "access_token is expired or removed",
    -224: "OA needs to upgrade tier",
    -227: "User is banned or inactive > 45 days",
    -230: "User has not interacted with the OA in the past 7 days",
    -232: "User has not issued an interaction or it has expired",
    -233: "Message type is invalid or not support",
    -234: "Message cannot be sent at night",
    -235: "This API does not support this type of OA",
    -240: "MessageV2 API has been shut down",
    -403: "OA is not in the group",
}
TEXT_LIMIT = 2000


class ApiError(Exception):
    """An answer with an error code, and HTTP 200."""

    def __init__(self, number: int, what: str = "") -> None:
        self.number = number
        self.message = MESSAGES.get(number, "Unknown").format(what)
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class Said:
    """A checked message of the account."""

    text: str = ""
    image: str | None = None
    """Address or attachment_id of a picture."""
    file: str | None = None
    """Token of an uploaded file."""
    form: Json | None = None
    """The form that asks for contact data."""
    buttons: tuple[str, ...] = ()
    """Of a list: what pressing each sends or opens."""


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def only(value: Any, name: str, *allowed: str) -> Json:
    """An object with no other fields than these."""
    if not isinstance(value, dict) or value.keys() - set(allowed):
        raise ApiError(-201, name)
    return value


def text(value: Any, name: str, limit: int = TEXT_LIMIT) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ApiError(-201, name)
    if units(value) > limit:
        raise ApiError(-210)
    return value


def recipient(body: Any, key: str) -> str:
    """The id in {"recipient": {key: id}, "message": …}, a decimal text."""
    whole = only(body, "body", "recipient", "message")
    number = only(whole.get("recipient"), "recipient", key).get(key)
    if not isinstance(number, str) or not re.fullmatch(r"[0-9a-f]{1,64}", number):
        raise ApiError(-201, key)
    return number


def message(body: Json, *, lists: bool = False) -> Said:
    """The message of a body, checked. ``lists``: whether lists with buttons are taken."""
    content = only(body.get("message"), "message", "text", "attachment", "quote_message_id")
    if "attachment" not in content:
        return Said(text(content.get("text"), "text"))
    words = text(content["text"], "text") if "text" in content else ""
    attachment = only(content["attachment"], "attachment", "type", "payload")
    if attachment.get("type") == "file":
        if words:
            raise ApiError(-201, "text")
        payload = only(attachment.get("payload"), "payload", "token")
        return Said(file=text(payload.get("token"), "token"))
    if attachment.get("type") != "template":
        raise ApiError(-233)
    return _template(attachment.get("payload"), words, lists=lists)


def _list(payload: Json) -> Said:
    """Elements and buttons, at most five of each."""
    elements, buttons = payload.get("elements"), payload.get("buttons", [])
    if not isinstance(elements, list) or not 1 <= len(elements) <= 5:
        raise ApiError(-201, "elements")
    if not isinstance(buttons, list) or len(buttons) > 5:
        raise ApiError(-201, "buttons")
    lines = []
    for one in elements:
        element = only(one, "elements", "title", "subtitle", "image_url", "default_action")
        lines.append(text(element.get("title"), "title", 100))
        if "subtitle" in element:
            lines.append(text(element["subtitle"], "subtitle", 500))
    pressable = [_button(one) for one in buttons]
    return Said("\n".join(lines), buttons=tuple(pressable))


def _button(value: Any) -> str:
    """What pressing it sends, or the address that it opens."""
    button = only(value, "buttons", "title", "type", "payload", "image_icon")
    text(button.get("title"), "title", 35)
    match button.get("type"):
        case "oa.query.show" | "oa.query.hide":
            return text(button.get("payload"), "payload")
        case "oa.open.url":
            return _address(only(button.get("payload"), "payload", "url").get("url"), "url")
    raise ApiError(-201, "type")


def _template(value: Any, words: str, *, lists: bool) -> Said:
    payload = only(value, "payload", "template_type", "elements", "buttons")
    kind, elements = payload.get("template_type"), payload.get("elements")
    if kind == "list" and lists:
        return _list(payload)
    if kind not in {"media", "request_user_info"}:
        raise ApiError(-233)
    only(payload, "payload", "template_type", "elements")
    if not isinstance(elements, list) or len(elements) != 1:
        raise ApiError(-201, "elements")
    if kind == "request_user_info":
        form = only(elements[0], "elements", "title", "subtitle", "image_url")
        text(form.get("title"), "title", 100)
        text(form.get("subtitle"), "subtitle", 500)
        _address(form.get("image_url"), "image_url")
        return Said(form=form)
    element = only(elements[0], "elements", "media_type", "url", "attachment_id")
    if element.get("media_type") != "image" or ("url" in element) == ("attachment_id" in element):
        raise ApiError(-201, "elements")
    image = element.get("attachment_id") or _address(element.get("url"), "url")
    return Said(words, image=text(image, "attachment_id"))


def _address(value: Any, name: str) -> str:
    if not isinstance(value, str) or not re.match(r"https?://\S+$", value):
        raise ApiError(-201, name)
    return value
