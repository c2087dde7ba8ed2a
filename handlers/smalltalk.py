"""Greetings, thanks, "are you a machine", "let me speak to a person", and the commands that say the same."""

from __future__ import annotations

from handlers import handover, procedure
from handlers.context import Context
from handlers.life_event import LEAD
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome
from handlers.router import Command, Feature
from knowledge.reading import Facet, Smalltalk

HELP = "giup"
HUMAN = "canbo"

_NAMES = {
    Smalltalk.GREETING: "start.hello",
    Smalltalk.THANKS: "start.thanks",
    Smalltalk.GOODBYE: "start.goodbye",
    Smalltalk.BOT: "start.bot",
    Smalltalk.HELP: "start.help",
    Smalltalk.YES: "start.yes",
    Smalltalk.NO: "start.no",
    Smalltalk.COMPLAINT: "start.complaint",
}
_STUCK = frozenset({Smalltalk.COMPLAINT, Smalltalk.HELP, Smalltalk.NO, None})
"""Whoever says this may want a person."""
_NAMED = frozenset({Smalltalk.GREETING, Smalltalk.BOT})
"""Texts that say the name of the office."""


def small_talk(kind: Smalltalk | None, ctx: Context) -> Outcome:
    """The answer to talk that is no question."""
    if kind is Smalltalk.HUMAN:
        return human(ctx)
    name = _NAMES.get(kind or Smalltalk.HELP, "start.help")
    text = ctx.texts(name, office=ctx.office.name) if kind in _NAMED else ctx.texts(name)
    return Outcome((Reply(text, _choices(kind, ctx)),))


def _choices(kind: Smalltalk | None, ctx: Context) -> tuple[Choice, ...]:
    if kind is Smalltalk.GOODBYE:
        return ()
    second = Choice(ctx.texts("menu.human"), HUMAN) if kind in _STUCK else Choice(ctx.texts("menu.help"), HELP)
    return (Choice(ctx.texts("menu.events"), LEAD), second)


def human(ctx: Context) -> Outcome:
    """Where people reach a person; a number that nobody gave us is not made up. Where to file, if we know what."""
    contact = ctx.office.contact
    said = ctx.texts("human.known", contact=contact) if contact else ctx.texts("human.unknown")
    topic = ctx.dialogue.topic
    place = (Choice(ctx.texts("menu.where"), procedure.show_action(topic, Facet.WHERE)),) if topic else ()
    more = (Choice(ctx.texts("menu.events"), LEAD), Choice(ctx.texts("menu.help"), HELP))
    return Outcome((Reply(said, (*handover.offered(ctx), *place, *more)),))


async def _help(_message: Message, ctx: Context) -> Outcome:
    return small_talk(Smalltalk.HELP, ctx)


async def _human(_message: Message, ctx: Context) -> Outcome:
    return human(ctx)


FEATURE = Feature(
    actions={
        HELP: lambda _arguments, message, ctx: _help(message, ctx),
        HUMAN: lambda _arguments, message, ctx: _human(message, ctx),
    },
    commands=(
        Command("help", "Cách hỏi", _help, ("trợ giúp", "hướng dẫn", "giúp", "cách hỏi", "menu")),
        Command("canbo", "Gặp cán bộ", _human, ("gặp cán bộ", "gặp người thật", "gặp nhân viên")),
    ),
)
