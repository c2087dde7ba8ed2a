"""Whoever wants to hear of changes: choosing a field of procedures or all of them, seeing the list, stopping."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome, Subscribed, Unsubscribed
from handlers.router import Command, Feature
from handlers.subscriptions import EVERY
from knowledge.normalize import fold

BEGIN = "nhantin"
"""``nhantin`` offers fields, ``nhantin:2`` the second page of them."""
TAKE = "nhantheo"
"""``nhantheo:KEY`` subscribes to a field."""
STOP = "thoitin"
"""``thoitin`` asks which, or stops the only one; ``thoitin:KEY`` stops it; ``thoitin:tatca`` everything."""
LIST = "tindk"
ALL = "tatca"
"""Key of all fields."""

PAGE = 6
"""Fields offered at once."""
_OPENINGS = ("dang ky nhan tin", "nhan tin")
_ABOUT = ("ve linh vuc ", "linh vuc ", "ve ")
_TO_TEXT = "nhắn"
""" "nhắn tin" is something else than "nhận tin", and folds to the same."""


def _key(field: str) -> str:
    """A field as an action carries it: names are long, and lists of them change."""
    return ALL if field == EVERY else hashlib.sha256(field.encode()).hexdigest()[:8]


def _named(field: str, ctx: Context) -> str:
    return ctx.texts("subscribe.every") if field == EVERY else field


def _known(key: str, ctx: Context, more: Sequence[str] = ()) -> str | None:
    """The field of a key; None: there is no such field any more."""
    return next((field for field in (EVERY, *ctx.knowledge.fields, *more) if _key(field) == key), None)


def _refusal(message: Message, ctx: Context) -> Outcome | None:
    """Why nothing can be subscribed to here; None: it can."""
    if message.group:
        return Outcome((Reply(ctx.texts("subscribe.private_only")),))
    if ctx.subscriptions.pulled:
        return Outcome((Reply(ctx.texts("subscribe.not_here")),))
    return None


# Choosing


async def _begin(message: Message, ctx: Context, page: int = 1) -> Outcome:
    if refusal := _refusal(message, ctx):
        return refusal
    mine = await ctx.subscriptions.mine()
    fields = [field for field in _fields(ctx) if field not in mine]
    pages = max(1, -(-len(fields) // PAGE))
    page = page if 1 <= page <= pages else 1
    shown = fields[(page - 1) * PAGE : page * PAGE]
    every = [EVERY] if page == 1 and EVERY not in mine else []
    choices = [_take(field, ctx) for field in (*shown[:1], *every, *shown[1:])]
    if page < pages:
        choices.append(Choice(ctx.texts("subscribe.further"), f"{BEGIN}:{page + 1}"))
    if mine:
        choices.append(Choice(ctx.texts("subscribe.mine"), LIST))
    return Outcome((Reply(ctx.texts("subscribe.which"), tuple(choices)),))


def _fields(ctx: Context) -> list[str]:
    """Every field; the one that was just talked about comes first."""
    topic = ctx.knowledge.get(ctx.dialogue.topic) if ctx.dialogue.topic else None
    first = [topic.field] if topic else []
    return list(dict.fromkeys([*first, *ctx.knowledge.fields]))


def _take(field: str, ctx: Context) -> Choice:
    return Choice(_named(field, ctx), f"{TAKE}:{_key(field)}")


async def _page(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    number = arguments[0] if arguments else ""
    return await _begin(message, ctx, int(number) if number.isdecimal() and len(number) < 4 else 1)


async def _chosen(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    field = _known("".join(arguments[:1]), ctx)
    return await (_begin(message, ctx) if field is None else _subscribe(field, message, ctx))


async def _subscribe(field: str, message: Message, ctx: Context) -> Outcome:
    if refusal := _refusal(message, ctx):
        return refusal
    said = ctx.texts("subscribe.done", field=_named(field, ctx))
    if window := ctx.subscriptions.window:
        said += "\n" + ctx.texts("subscribe.window", days=window.days)
    choices = (Choice(ctx.texts("subscribe.another"), BEGIN), Choice(ctx.texts("subscribe.mine"), LIST))
    return Outcome((Reply(said, choices),), notes=(Subscribed(field),))


async def _opened(message: Message, ctx: Context) -> Outcome | None:
    """ "Đăng ký nhận tin về hộ tịch". None: these words begin something else, or nothing is named after them."""
    typed = fold(message.text)
    beginning = next(words for words in _OPENINGS if typed == words or typed.startswith(f"{words} "))
    if _TO_TEXT in message.text.lower():
        return None
    rest = typed.removeprefix(beginning).strip()
    if not rest:
        return await _begin(message, ctx)
    for about in _ABOUT:
        rest = rest.removeprefix(about)
    field = next((field for field in ctx.knowledge.fields if fold(field) == rest), None)
    if rest in _EVERYTHING:
        field = EVERY
    return None if field is None else await _subscribe(field, message, ctx)


_EVERYTHING = frozenset({"tat ca", "tat ca linh vuc", "moi linh vuc", "het"})


# Seeing and stopping


async def _list(message: Message, ctx: Context) -> Outcome:
    if refusal := _refusal(message, ctx):
        return refusal
    mine = await ctx.subscriptions.mine()
    if not mine:
        return _nothing(ctx)
    lines = [ctx.texts("subscribe.list"), *(ctx.texts("subscribe.item", field=_named(one, ctx)) for one in mine)]
    choices = (Choice(ctx.texts("subscribe.stop"), STOP), Choice(ctx.texts("subscribe.another"), BEGIN))
    return Outcome((Reply("\n".join(lines), choices),))


def _nothing(ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("subscribe.nothing"), (Choice(ctx.texts("subscribe.begin"), BEGIN),)),))


async def _stop(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    if refusal := _refusal(message, ctx):
        return refusal
    mine = await ctx.subscriptions.mine()
    if not mine:
        return _nothing(ctx)
    key = "".join(arguments[:1])
    if key == _EVERY_ONE or (not key and len(mine) == 1):
        return _stopped(None, ctx.texts("subscribe.stopped"), ctx)
    field = _known(key, ctx, mine) if key else None
    if field in mine:
        return _stopped(field, ctx.texts("subscribe.stopped_one", field=_named(field, ctx)), ctx)
    choices = [Choice(_stop_label(one, ctx), f"{STOP}:{_key(one)}") for one in mine[:PAGE]]
    choices.append(Choice(ctx.texts("subscribe.stop_all"), f"{STOP}:{_EVERY_ONE}"))
    return Outcome((Reply(ctx.texts("subscribe.stop_which"), tuple(choices)),))


_EVERY_ONE = "het"
"""Key of everything that is subscribed to; :data:`ALL` is one of those."""


def _stop_label(field: str, ctx: Context) -> str:
    return ctx.texts("subscribe.stop_field", field=_named(field, ctx))


def _stopped(field: str | None, said: str, ctx: Context) -> Outcome:
    again = Choice(ctx.texts("subscribe.begin"), BEGIN)
    return Outcome((Reply(said, (again,)),), notes=(Unsubscribed(field),))


async def _stop_command(message: Message, ctx: Context) -> Outcome:
    return await _stop((), message, ctx)


FEATURE = Feature(
    actions={
        BEGIN: _page,
        TAKE: _chosen,
        STOP: _stop,
        LIST: lambda _arguments, message, ctx: _list(message, ctx),
    },
    commands=(
        Command("nhantin", "Nhận tin khi thủ tục thay đổi", _begin, ("đăng ký nhận tin", "đăng ký tin")),
        Command("tindadangky", "Tin đã đăng ký", _list, ("tin đã đăng ký", "tin tôi đăng ký", "các tin đã đăng ký")),
        Command(
            "thoinhantin",
            "Thôi nhận tin",
            _stop_command,
            ("huỷ nhận tin", "thôi nhận tin", "dừng nhận tin", "ngừng nhận tin", "bỏ nhận tin", "huỷ đăng ký nhận tin"),
        ),
    ),
    openings=dict.fromkeys(_OPENINGS, _opened),
)
