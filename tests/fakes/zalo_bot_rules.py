"""What Zalo's Bot API lets pass: the fields of each method, their types and limits.

Stricter than the real one where that finds mistakes: an unknown field is refused, and "characters" are UTF-16 units.
Source: https://bot.zaloplatforms.com/docs
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

Params: TypeAlias = dict[str, Any]
Reader: TypeAlias = Callable[[Any], Any]
LONGEST_TEXT = 2000


class ApiError(Exception):
    """An answer with "ok": false."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise bad("field must be a String")
    return value


def text(value: Any) -> str:
    if not string(value).strip() or units(value) > LONGEST_TEXT:
        raise bad(f"text must be 1 to {LONGEST_TEXT} characters")
    return string(value)


def seconds(value: Any) -> float:
    """The table says String, the example shows a number: both pass."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,3}", str(value), re.ASCII):
        raise bad("timeout must be seconds")
    return float(value)


def address(value: Any) -> str:
    if not re.fullmatch(r"https?://[\w.:-]+(/\S*)?", string(value)):
        raise bad("url is invalid")
    return string(value)


def voice(value: Any) -> str:
    if not address(value).endswith(".aac"):
        raise bad("voice_url must end with .aac")
    return string(value)


def webhook(value: Any) -> str:
    parts = urlsplit(address(value))
    host = parts.hostname or ""
    try:
        private = not ipaddress.ip_address(host).is_global
    except ValueError:
        private = host == "localhost" or "." not in host
    if parts.scheme != "https" or private:
        raise bad("url must be a public https address")
    return string(value)


def secret(value: Any) -> str:
    if not 8 <= len(string(value)) <= 256:
        raise bad("secret_token must be 8 to 256 characters")
    return string(value)


def action(value: Any) -> str:
    if value != "typing":
        raise bad("action is not supported")
    return string(value)


def mode(value: Any) -> str:
    if value not in {"markdown", "html"}:
        raise bad("parse_mode is not supported")
    return string(value)


METHODS: dict[str, tuple[dict[str, Reader], set[str]]] = {
    "getMe": ({}, set()),
    "getUpdates": ({"timeout": seconds}, set()),
    "setWebhook": ({"url": webhook, "secret_token": secret}, {"url", "secret_token"}),
    "deleteWebhook": ({}, set()),
    "getWebhookInfo": ({}, set()),
    "sendMessage": ({"chat_id": string, "text": text, "parse_mode": mode}, {"chat_id", "text"}),
    "sendPhoto": ({"chat_id": string, "photo": address, "caption": text}, {"chat_id", "photo"}),
    "sendSticker": ({"chat_id": string, "sticker": string}, {"chat_id", "sticker"}),
    "sendVoice": ({"chat_id": string, "voice_url": voice}, {"chat_id", "voice_url"}),
    "sendChatAction": ({"chat_id": string, "action": action}, {"chat_id", "action"}),
}
"""Per method: its fields with their types, and which of them must be there."""


async def params_of(request: web.Request) -> Params:
    """The fields of a call: the query, and a body of JSON or of a form."""
    found: Params = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise bad("the body is not JSON") from None
        if not isinstance(body, dict):
            raise bad("the body must be an object")
        return {**found, **body}
    return {**found, **dict(await request.post())}


def checked(method: str, raw: Params) -> Params:
    """The fields in their types. Raises ApiError."""
    fields, required = METHODS[method]
    if unknown := raw.keys() - fields.keys():
        raise bad(f"unknown parameter {sorted(unknown)[0]}")
    if missing := required - raw.keys():
        raise bad(f"parameter {sorted(missing)[0]} is required")
    return {name: fields[name](value) for name, value in raw.items()}
