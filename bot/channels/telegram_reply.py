"""Replies in Telegram's words: HTML, keyboards, and what its refusals mean for the outbox."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError, TimedOut

from bot import limits
from bot.channels.base import DeliveryError
from bot.channels.telegram_request import FloodError
from handlers.message import Choice

TEXT_LIMIT = 4096
"""Longest text of a message, in UTF-16 units, markup not counted."""
LABEL_SHOWN = 60
"""About what a phone shows of a button in one line."""
CAPTION_LIMIT = 1024
"""The same for the text under a picture or file."""

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def as_html(text: str) -> str:
    """Light markup as Telegram's HTML; everything else stays what it is."""
    return _BOLD.sub(r"<b>\1</b>", html.escape(text, quote=False))


def keyboard(choices: Iterable[Choice]) -> InlineKeyboardMarkup | None:
    """One button a row, as labels are sentences. Raises DeliveryError for a choice that Telegram would refuse."""
    rows = [[_button(choice)] for choice in choices]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(choice: Choice) -> InlineKeyboardButton:
    if choice.action is None:
        if not choice.url:
            raise DeliveryError("a choice has neither an action nor an address", permanent=True)
        return InlineKeyboardButton(choice.label, url=choice.url)
    size = len(choice.action.encode())
    if not 1 <= size <= limits.MAX_ACTION_BYTES:
        start = choice.action[:16]
        raise DeliveryError(
            f"the action of a choice has {size} bytes, Telegram takes 1 to {limits.MAX_ACTION_BYTES}: {start}…",
            permanent=True,
        )
    return InlineKeyboardButton(choice.label, callback_data=choice.action)


def failure(error: TelegramError) -> DeliveryError:
    """What a failed call means: permanent, wait, try again, or nobody knows whether it arrived.

    A refused token (401, 404) is our mistake and no reason to give the person up, so it is tried again.
    """
    reason = str(error)
    if isinstance(error, FloodError):
        return DeliveryError(reason, retry_after=error.seconds)
    if isinstance(error, Forbidden | BadRequest | ChatMigrated):  # blocked, kicked, deactivated; chat not found
        return DeliveryError(reason, permanent=True)
    if isinstance(error, TimedOut):
        return DeliveryError(reason, in_doubt=True)
    if type(error) is TelegramError:  # 200, but not readable
        return DeliveryError(reason, in_doubt=True)
    return DeliveryError(reason)  # not sent, or an answer of 5xx, 401, 409
