"""The first message, and the way in from a printed QR code: "/start 1_001193" opens that procedure."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.ask import ask
from handlers.context import Context
from handlers.message import Message
from handlers.outcome import Outcome
from handlers.router import Command, Feature
from handlers.smalltalk import small_talk
from knowledge.reading import Smalltalk

_DEEP_LINK = re.compile(r"/start\s+(\d)[._-](\d{6})")
"""Telegram allows only letters, digits, _ and - in the payload of a link."""


async def _start(message: Message, ctx: Context) -> Outcome:
    if link := _DEEP_LINK.fullmatch(message.text.strip()):
        return await ask(replace(message, text=f"{link[1]}.{link[2]}"), ctx)
    return replace(small_talk(Smalltalk.GREETING, ctx), dialogue=replace(ctx.dialogue, flow=None))


FEATURE = Feature(commands=(Command("start", "Bắt đầu", _start, ("bắt đầu",)),))
