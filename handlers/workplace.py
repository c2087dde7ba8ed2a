"""The way to the office's page: a link to a linked official, good for one use. Nobody else knows of it."""

from __future__ import annotations

from handlers.context import Context
from handlers.duties import PERSONS
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome, PassMade
from handlers.router import Command, Feature

OPEN = "lamviec"
PATH = "/lam-viec/vao/{secret}"
WEB = "web"
"""On the chat page itself a link needs no address: it stays where it is."""
ROLES = PERSONS


async def _open(message: Message, ctx: Context) -> Outcome:
    base = "" if message.address.channel == WEB else ctx.office.page
    if base is None:
        return Outcome((Reply(ctx.texts("workplace.no_address")),))
    secret = await ctx.duties.new_pass()
    link = Choice(ctx.texts("workplace.enter"), url=base + PATH.format(secret=secret))
    return Outcome((Reply(ctx.texts("workplace.link"), (link,)),), notes=(PassMade(secret),))


FEATURE = Feature(
    actions={OPEN: lambda _arguments, message, ctx: _open(message, ctx)},
    commands=(
        Command(
            "lamviec",
            "Trang làm việc",
            _open,
            ("trang làm việc", "mở trang làm việc", "vào trang làm việc", "đăng nhập", "làm việc"),
        ),
    ),
    roles=ROLES,
)
