"""Replies as a platform can show them: split to its length, choices as buttons or as numbered lines."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from textwrap import shorten

from bot.channels.base import Traits
from handlers.message import Choice, Reply

_COUNTER = len(" (10/10)")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_LINK = re.compile(r"https?://\S+")
_BREAKS = (re.compile(r"\n\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?;])\s"), re.compile(r"\s"))
"""Where a long text may be cut, the best first: paragraph, line, sentence, word."""


def parts(reply: Reply, traits: Traits) -> list[Reply]:
    """One reply as the messages that are sent: each fits, the last one carries the choices."""
    reply = _with_short_labels(reply, traits)
    text = unicodedata.normalize("NFC", reply.text)
    if not traits.markup:
        text = plain(text)
    if not traits.buttons and reply.choices:
        text = f"{text}\n\n{numbered(reply.choices)}"
    pieces = split(text, traits.text_limit)
    if len(pieces) > 1:
        pieces = [f"{piece} ({number}/{len(pieces)})" for number, piece in enumerate(pieces, start=1)]
    choices = reply.choices if traits.buttons or (traits.lists and len(pieces) == 1) else ()
    messages = [Reply(piece) for piece in pieces]
    messages[-1] = replace(messages[-1], choices=choices)
    messages[0] = replace(messages[0], image=reply.image, document=reply.document)
    return messages


def _with_short_labels(reply: Reply, traits: Traits) -> Reply:
    """Choices too long for their buttons are listed in the text, and the buttons carry number and beginning."""
    limit = traits.label_limit
    if not traits.buttons or limit is None or all(len(choice.label) <= limit for choice in reply.choices):
        return reply
    short = tuple(
        replace(choice, label=shorten(f"{number}. {choice.label}", limit, placeholder="…"))
        for number, choice in enumerate(reply.choices, start=1)
    )
    return replace(reply, text=f"{reply.text}\n\n{numbered(reply.choices)}", choices=short)


def plain(text: str) -> str:
    """The text without marks of bold."""
    return _BOLD.sub(r"\1", text)


def numbered(choices: tuple[Choice, ...]) -> str:
    """Choices as lines to be answered by their number."""
    lines = [
        f"{number}. {choice.label}" + (f": {choice.url}" if choice.url and not choice.action else "")
        for number, choice in enumerate(choices, start=1)
    ]
    return "\n".join(lines)


def units(text: str) -> int:
    """Length in UTF-16 code units, as platforms count."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most ``limit`` UTF-16 units, leaving room for a counter; never inside a link, a bold
    stretch that fits, or between a letter and its mark."""
    if units(text) <= limit:
        return [text]
    room = limit - _COUNTER
    pieces: list[str] = []
    while units(text) > room:
        end = _cut(text, room)
        pieces.append(text[:end].rstrip())
        text = _trimmed(text[end:])
    return [*pieces, text] if text else pieces


def _cut(text: str, room: int) -> int:
    longest = _prefix(text, room)
    forbidden = [match.span() for match in (*_LINK.finditer(text), *_BOLD.finditer(text)) if match.start() < longest]
    for pattern in _BREAKS:
        ends = [m.end() for m in pattern.finditer(text, 0, longest + 1) if m.start() <= longest]
        ends = [end for end in ends if end > 0 and not any(start < end < stop for start, stop in forbidden)]
        ends = [end for end in ends if not _joins(text[end : end + 1])]
        if ends and ends[-1] >= room // 4:
            return ends[-1]
    inside = next((start for start, stop in forbidden if start < longest < stop and start > 0), longest)
    return _grapheme(text, inside)


def _prefix(text: str, room: int) -> int:
    """How many characters of the text have at most ``room`` units."""
    used = 0
    for index, char in enumerate(text):
        used += 2 if char > "\uffff" else 1
        if used > room:
            return index
    return len(text)


def _grapheme(text: str, end: int) -> int:
    """Move a hard cut back so that no mark, joiner or variation selector loses its letter."""
    while end > 1 and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return max(end, 1)


def _joins(char: str) -> bool:
    """Whether a character belongs to the one before it; false for no character at all."""
    return bool(char) and (
        bool(unicodedata.combining(char)) or char in "\u200d\ufe0f\u20e3" or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _trimmed(text: str) -> str:
    """Without leading spaces, but for one that carries a mark."""
    rest = text.lstrip()
    return text[-len(rest) - 1 :] if _joins(rest[:1]) and len(rest) < len(text) else rest
