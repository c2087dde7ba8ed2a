"""What Telegram's Bot API lets pass: the fields of each method, their types and limits, and its HTML.

Stricter than the real one where that finds mistakes: an unknown field is refused instead of being passed over.
Source: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, TypeAlias

from aiohttp import web

Reader: TypeAlias = Callable[[Any], Any]
Params: TypeAlias = dict[str, Any]


class ApiError(Exception):
    """An answer with "ok": false."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = dict(parameters or {})


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came as multipart/form-data."""

    name: str
    kind: str
    data: bytes


# Types


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value, re.ASCII):
        return int(value)
    raise bad(f"field must be an Integer, not {type(value).__name__}")


def boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return bool(value == "true")
    raise bad("field must be a Boolean")


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise bad("field must be a String")
    return value


def chat(value: Any) -> int:
    try:
        return integer(value)
    except ApiError:
        raise bad("chat not found") from None


def file(value: Any) -> Upload | str:
    if isinstance(value, Upload):
        if not value.data:
            raise bad("file must be non-empty")
        return value
    if isinstance(value, str) and re.match(r"https?://[\w.:-]+/\S+$", value):
        return value
    raise bad("wrong file identifier/HTTP URL specified")


def _json(value: Any, kind: type) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad("can't parse JSON of a field") from None
    if not isinstance(value, kind):
        raise bad(f"object expected as {kind.__name__}")
    return value


def _only(value: Any, allowed: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() - allowed:
        raise bad("can't parse object: unknown or wrong fields")
    return value


def strings(value: Any) -> list[str]:
    return [string(item) for item in _json(value, list)]


def preview(value: Any) -> dict[str, Any]:
    options = _only(_json(value, dict), {"is_disabled", "url", "show_above_text"})
    if not isinstance(options.get("is_disabled", False), bool):
        raise bad("can't parse link preview options JSON object")
    return options


def keyboard(value: Any) -> list[dict[str, str]]:
    """The buttons of an inline keyboard, in order."""
    rows = _only(_json(value, dict), {"inline_keyboard"}).get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) <= 8 for row in rows):
        raise bad("can't parse inline keyboard: rows of buttons expected")
    buttons = [_button(button) for row in rows for button in row]
    if len(buttons) > 100:
        raise bad("reply markup is too long")
    return buttons


def _button(value: Any) -> dict[str, str]:
    button = _only(value, {"text", "callback_data", "url"})
    if not all(isinstance(part, str) for part in button.values()) or not button.get("text", "").strip():
        raise bad("can't parse inline keyboard button: Text must be non-empty")
    if len(button) != 2:
        raise bad("can't parse inline keyboard button: exactly one action expected")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?://[\w-]+(\.[\w-]+)+(?::\d+)?(/\S*)?|tg://\S+)$", button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def commands(value: Any) -> list[dict[str, str]]:
    found = [_only(item, {"command", "description"}) for item in _json(value, list)]
    if len(found) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for item in found:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(item.get("command")), re.ASCII):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(item.get("description") or "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return found


def secret(value: Any) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", string(value), re.ASCII):
        raise bad("secret token contains unallowed characters")
    return string(value)


def action(value: Any) -> str:
    if value not in {"typing", "upload_photo", "upload_document"}:
        raise bad("wrong parameter action in request")
    return string(value)


def mode(value: Any) -> str:
    if value != "HTML":
        raise bad("unsupported parse_mode")
    return string(value)


# Methods

_WHERE = {"chat_id": chat, "message_thread_id": integer, "disable_notification": boolean, "protect_content": boolean}
_MARKED = {"parse_mode": mode, "reply_markup": keyboard}
METHODS: dict[str, tuple[dict[str, Reader], set[str]]] = {
    "getMe": ({}, set()),
    "sendMessage": (
        {**_WHERE, **_MARKED, "text": string, "link_preview_options": preview},
        {"chat_id", "text"},
    ),
    "sendPhoto": ({**_WHERE, **_MARKED, "photo": file, "caption": string}, {"chat_id", "photo"}),
    "sendDocument": ({**_WHERE, **_MARKED, "document": file, "caption": string}, {"chat_id", "document"}),
    "sendChatAction": (
        {"chat_id": chat, "action": action, "message_thread_id": integer},
        {"chat_id", "action"},
    ),
    "editMessageText": (
        {"chat_id": chat, "message_id": integer, "text": string, "link_preview_options": preview, **_MARKED},
        {"chat_id", "message_id", "text"},
    ),
    "editMessageReplyMarkup": (
        {"chat_id": chat, "message_id": integer, "reply_markup": keyboard},
        {"chat_id", "message_id"},
    ),
    "answerCallbackQuery": (
        {"callback_query_id": string, "text": string, "show_alert": boolean, "cache_time": integer},
        {"callback_query_id"},
    ),
    "setMyCommands": ({"commands": commands, "language_code": string}, {"commands"}),
    "setWebhook": (
        {
            "url": string,
            "secret_token": secret,
            "allowed_updates": strings,
            "drop_pending_updates": boolean,
            "max_connections": integer,
        },
        {"url"},
    ),
    "deleteWebhook": ({"drop_pending_updates": boolean}, set()),
    "getWebhookInfo": ({}, set()),
    "getUpdates": ({"offset": integer, "limit": integer, "timeout": integer, "allowed_updates": strings}, set()),
    "getFile": ({"file_id": string}, {"file_id"}),
}
"""Per method: its fields with their types, and which of them must be there."""


async def params_of(request: web.Request) -> Params:
    """The fields of a call, however they were sent."""
    found: Params = dict(request.query)
    if request.content_type == "application/json":
        body = _json((await request.read()).decode(), dict)
        return {**found, **body}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            found[name] = value
    return found


def checked(method: str, raw: Params) -> Params:
    """The fields in their types. Raises ApiError as Telegram would word it."""
    fields, required = METHODS[method]
    if unknown := raw.keys() - fields.keys():
        raise bad(f"unknown parameter {sorted(unknown)[0]}")
    if method in {"sendMessage", "editMessageText"} and not str(raw.get("text", "")).strip():
        raise bad("message text is empty")
    if missing := required - raw.keys():
        raise bad(f"parameter {sorted(missing)[0]} is required")
    return {name: fields[name](value) for name, value in raw.items()}


# Markup

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9-]*)([^<>]*)>|&(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);|[<>&]", re.IGNORECASE)
_TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "tg-spoiler", "a", "code", "pre", "blockquote"}


def visible(text: str, parse_mode: str | None) -> tuple[str, tuple[str, ...]]:
    """What a person sees, and which pieces of it are bold."""
    if parse_mode is None:
        return text.strip(), ()
    seen, end = "", 0
    opened: list[tuple[str, int]] = []
    bold: list[str] = []
    for token in _TOKEN.finditer(text):
        seen += text[end : token.start()]
        end = token.end()
        closing, tag = token[1], (token[2] or "").lower()
        if not tag:
            if len(token[0]) == 1:
                raise bad(f"can't parse entities: Unescaped character at byte offset {token.start()}")
            seen += unescape(token[0])
        elif tag not in _TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {token.start()}')
        elif not closing:
            opened.append((tag, len(seen)))
        elif not opened or opened[-1][0] != tag:
            raise bad(f"can't parse entities: Unmatched end tag at byte offset {token.start()}")
        elif (start := opened.pop()[1]) < len(seen) and tag in {"b", "strong"}:
            bold.append(seen[start:])
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return (seen + text[end:]).strip(), tuple(bold)
