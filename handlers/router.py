"""Who answers a message. A table with unique keys, never an order of registration.

Pressed choice -> number or label of a choice just offered -> command -> flow in progress -> question. Every text is
first tried as what was offered, and a question in the middle of a flow is answered before the flow goes on.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from handlers.context import Context
from handlers.dialogue import Dialogue
from handlers.message import Choice, Message, Reply
from handlers.outcome import Keep, Outcome
from handlers.privacy import name_of
from knowledge.normalize import fold

Handle: TypeAlias = Callable[[Message, Context], Awaitable[Outcome]]
Press: TypeAlias = Callable[[tuple[str, ...], Message, Context], Awaitable[Outcome]]
Continue: TypeAlias = Callable[[Message, Context], Awaitable[Outcome | None]]
T = TypeVar("T")

_NUMBER = re.compile(
    r"(?:(?:the )?con )?(?:(?:so|chon|muc|nut|cau|cai|thu|cai thu|phuong an|dap an)\s*)?"
    r"(\d{1,2})\s*[.)]?(?: (?:a|nhe|nha))?"
)
_POLITE = frozenset({"a", "da", "nhe", "nha", "u", "vang"})


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can say at any time: "/help", "trợ giúp"."""

    name: str
    """As Telegram wants it: lower-case Latin letters."""
    about: str
    """What it does, in Vietnamese, for the list of commands."""
    handle: Handle
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowSteps:
    """How a flow goes on.

    ``step`` takes what was typed (None: not meant for me), ``prompt`` says again what it waits for.
    """

    step: Continue
    prompt: Callable[[Context], Reply]


@dataclass(frozen=True, slots=True)
class Feature:
    """What one file of handlers answers to."""

    actions: dict[str, Press] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    flows: dict[str, FlowSteps] = field(default_factory=dict)


class Router:
    """All features in one table. Raises ValueError at start when two of them own the same key."""

    def __init__(self, features: Iterable[Feature], ask: Handle) -> None:
        self.ask = ask
        self.commands: list[Command] = []
        self._actions: dict[str, Press] = {}
        self._commands: dict[str, Handle] = {}
        self._flows: dict[str, FlowSteps] = {}
        for feature in features:
            for name, press in feature.actions.items():
                _add(self._actions, name, press)
            for name, flow in feature.flows.items():
                _add(self._flows, name, flow)
            for command in feature.commands:
                self.commands.append(command)
                for name in {fold(phrase) for phrase in (command.name, *command.aliases)}:
                    _add(self._commands, name, command.handle)

    async def route(self, message: Message, ctx: Context) -> Outcome:
        """Decide on one message."""
        outcome = await self._decide(message, ctx)
        return _with_warnings(_with_offer(outcome, ctx.dialogue), message, ctx)

    async def _decide(self, message: Message, ctx: Context) -> Outcome:
        if message.hurried:
            return Outcome((Reply(ctx.texts("error.slow_down")),))
        if message.action is not None:
            return await self._press(message.action, message, ctx)
        typed = fold(message.text)
        if not typed:
            name = "start.media" if message.media else "start.empty"
            return Outcome((Reply(ctx.texts(name)),))
        if chosen := await self._chosen(typed, message, ctx):
            return chosen
        if command := self._commands.get(_command(message.text)):
            return await command(message, ctx)
        if ctx.dialogue.flow and (flow := self._flows.get(ctx.dialogue.flow.name)):
            return await self._in_flow(flow, message, ctx)
        return await self.ask(message, ctx)

    async def _press(self, action: str, message: Message, ctx: Context) -> Outcome:
        name, *arguments = action.split(":")
        press = self._actions.get(name)
        if press is None:
            return Outcome((Reply(ctx.texts("ask.old_choice")),))
        return await press(tuple(arguments), message, ctx)

    async def _chosen(self, typed: str, message: Message, ctx: Context) -> Outcome | None:
        offered = ctx.dialogue.offered
        plain = " ".join(word for word in typed.split() if word not in _POLITE)
        by_label = next((choice for choice in offered if fold(choice.label) in {typed, plain}), None)
        number = _NUMBER.fullmatch(typed)
        if by_label is None and not (number and offered):
            return None
        if by_label is None:
            assert number  # noqa: S101 - narrowed above
            position = int(number[1])
            if not 1 <= position <= len(offered):
                return Outcome((Reply(ctx.texts("ask.only_choices", count=len(offered)), offered),))
            by_label = offered[position - 1]
        return await self._take(by_label, message, ctx)

    async def _take(self, choice: Choice, message: Message, ctx: Context) -> Outcome:
        if choice.action is None:
            return Outcome((Reply(ctx.texts("ask.link", url=choice.url)),))
        return await self._press(choice.action, message, ctx)

    async def _in_flow(self, flow: FlowSteps, message: Message, ctx: Context) -> Outcome:
        if outcome := await flow.step(message, ctx):
            return outcome
        outcome = await self.ask(message, ctx)
        if isinstance(outcome.dialogue, Dialogue):
            outcome = replace(outcome, dialogue=replace(outcome.dialogue, flow=ctx.dialogue.flow))
        return replace(outcome, replies=(*outcome.replies, flow.prompt(ctx)))


def _add(table: dict[str, T], key: str, value: T) -> None:
    if key in table:
        raise ValueError(f"two owners of {key!r}")
    table[key] = value


def _command(text: str) -> str:
    """The key of a command: "/start 1_001193" is start, "Trợ giúp!" is tro giup."""
    text = text.strip()
    return fold(text.split(maxsplit=1)[0][1:] if text.startswith("/") and len(text) > 1 else text)


def _with_offer(outcome: Outcome, before: Dialogue) -> Outcome:
    """Remember the choices of the last reply, so that typing a number or a label equals a press."""
    choices = outcome.replies[-1].choices if outcome.replies else ()
    if not choices:
        return outcome
    dialogue = before if isinstance(outcome.dialogue, Keep) else outcome.dialogue
    return replace(outcome, dialogue=dialogue.offering(choices))


def _with_warnings(outcome: Outcome, message: Message, ctx: Context) -> Outcome:
    warnings = []
    if message.masked:
        kinds = ", ".join(name_of(kind) for kind in message.masked)
        warnings.append(Reply(ctx.texts("privacy.masked", kinds=kinds)))
    if message.truncated:
        warnings.append(Reply(ctx.texts("ask.too_long", limit=len(message.text))))
    return replace(outcome, replies=(*warnings, *outcome.replies))
