"""Who answers a message. A table with unique keys, never an order of registration.

Pressed choice -> number or label of a choice just offered -> command -> flow in progress -> question. Every text is
first tried as what was offered, and a question in the middle of a flow is answered before the flow goes on.

A feature for some roles does not exist for anybody else: its buttons are unknown ones, its commands are questions.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias, TypeVar

from handlers.context import Context
from handlers.dialogue import Dialogue, Flow
from handlers.duties import Role
from handlers.message import Choice, Message, Reply
from handlers.outcome import Keep, Outcome
from handlers.privacy import name_of
from knowledge.normalize import fold

Handle: TypeAlias = Callable[[Message, Context], Awaitable[Outcome]]
Press: TypeAlias = Callable[[tuple[str, ...], Message, Context], Awaitable[Outcome]]
Continue: TypeAlias = Callable[[Message, Context], Awaitable[Outcome | None]]
T = TypeVar("T")
Owned: TypeAlias = tuple[T, frozenset[Role]]
"""Something, and whose it is: nobody's in particular where there are no roles."""

SINCE = "since"
"""Key in the data of a flow that ends by itself: when it was last touched, in seconds since 1970."""
FLOW_LASTS = timedelta(hours=12)

_COUNTED = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_ORDINALS = {word: number for number, word in enumerate(_COUNTED, start=1)} | {
    "nhat": 1,
    "nhi": 2,
    "dau": 1,
    "dau tien": 1,
    "tu": 4,
}
_LAST = frozenset({"cuoi", "cuoi cung", "chot"})
_ALONE = frozenset((*_COUNTED, "dau tien", "cuoi cung"))
"""Words that choose without "cái", "số" or "thứ" before them; "dau" alone may be "đâu", "cuoi" may be "cưới"."""
_NUMBER = re.compile(
    r"(?:(?:the )?con )?(?:(?:em|toi|tui|minh|cho|lay|chon|bam|o|xem) )*"
    r"(?P<pointing>(?:viec (?=thu|so|dau))?"
    r"(?:(?:so|chon|muc|nut|cau|cai|cay|thu|y|dong|phuong an|dap an)(?: |(?=\d)))*)"
    rf"(?P<number>\d{{1,2}}|{'|'.join(sorted((*_ORDINALS, *_LAST), key=len, reverse=True))})"
    r"(?: (?:a|nhe|nha|di|do|ay|kia|em|ban|cho em|cho toi|giup em|giup toi))*"
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
    short: bool = False
    """Waits for one line: ends when anything else is pressed or commanded, so that no later line is taken for it."""


@dataclass(frozen=True, slots=True)
class Feature:
    """What one file of handlers answers to, and for whom."""

    actions: dict[str, Press] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    flows: dict[str, FlowSteps] = field(default_factory=dict)
    openings: dict[str, Continue] = field(default_factory=dict)
    """Beginnings of messages, folded ("ma moi" of "Mã mời K7M2"); None: not meant for me."""
    found: Continue | None = None
    """Takes a picture or a link that comes without having been asked for; None: not meant for me."""
    roles: frozenset[Role] = frozenset()
    """Who may know of all this; empty: everybody."""
    public: bool = False
    """Whether its openings are heard in a public channel, where everything else is met with silence."""


class Router:
    """All features in one table. Raises ValueError at start when two of them own the same key."""

    def __init__(
        self, features: Iterable[Feature], ask: Handle, after: Callable[[Outcome, Context], Outcome] | None = None
    ) -> None:
        """``after`` has the last word on every outcome."""
        self.ask = ask
        self._after = after
        self.commands: list[Command] = []
        """For everybody."""
        self.staff_commands: list[Owned[Command]] = []
        """With the roles that they are for; in no public list."""
        self._actions: dict[str, Owned[Press]] = {}
        self._commands: dict[str, Owned[Handle]] = {}
        self._staff_commands: dict[str, Owned[Handle]] = {}
        self._openings: dict[str, Owned[Continue]] = {}
        self._public: dict[str, Owned[Continue]] = {}
        """Those of the openings that are heard in a public channel."""
        self._flows: dict[str, Owned[FlowSteps]] = {}
        self._found: list[Owned[Continue]] = []
        for feature in features:
            self._take_in(feature)
        names = [command.name for command in (*self.commands, *(command for command, _ in self.staff_commands))]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two owners of {min(twice)!r}")

    def _take_in(self, feature: Feature) -> None:
        roles = feature.roles
        for name, press in feature.actions.items():
            _add(self._actions, name, (press, roles))
        for name, flow in feature.flows.items():
            _add(self._flows, name, (flow, roles))
        for name, opening in feature.openings.items():
            _add(self._openings, name, (opening, roles))
            if feature.public:
                _add(self._public, name, (opening, roles))
        if feature.found:
            self._found.append((feature.found, roles))
        for command in feature.commands:
            if roles:
                self.staff_commands.append((command, roles))
            else:
                self.commands.append(command)
            for name in {fold(phrase) for phrase in (command.name, *command.aliases)}:
                _add(self._staff_commands if roles else self._commands, name, (command.handle, roles))

    async def route(self, message: Message, ctx: Context) -> Outcome:
        """Decide on one message."""
        if message.public:  # everybody would read the answer, and whoever wrote it asked nothing
            return await _opened(self._public, fold(message.text), message, ctx) or Outcome(())
        outcome = await self._decide(message, ctx)
        if self._after is not None:
            outcome = self._after(outcome, ctx)
        return _with_warnings(_with_offer(outcome, ctx.dialogue), message, ctx)

    def _flow(self, ctx: Context) -> FlowSteps | None:
        """The flow in progress, if it is still one and this person's."""
        flow = ctx.dialogue.flow
        return _for(self._flows, flow.name, ctx) if flow and not _is_over(flow, ctx) else None

    async def _decide(self, message: Message, ctx: Context) -> Outcome:
        if message.hurried:
            return Outcome((Reply(ctx.texts("error.slow_down")),))
        if message.action is not None:
            return await self._press(message.action, message, ctx)
        if message.media and (taken := await self._sent(message, ctx)):
            return taken
        typed = fold(message.text)
        if not typed:
            return _wordless(message, ctx)
        if chosen := await self._chosen(typed, message, ctx):
            return chosen
        if opened := await _opened(self._openings, typed, message, ctx):
            return opened
        if command := self._commanded(message.text, ctx):
            return await self._aside(lambda ctx: command(message, ctx), ctx)
        if flow := self._flow(ctx):
            return await self._in_flow(flow, message, ctx)
        return await self._given(message, ctx) or await self.ask(message, ctx)

    async def _press(self, action: str, message: Message, ctx: Context) -> Outcome:
        name, *arguments = action.split(":")
        press = _for(self._actions, name, ctx)
        if press is None:
            return Outcome((Reply(ctx.texts("ask.old_choice")),))
        return await self._aside(lambda ctx: press(tuple(arguments), message, ctx), ctx)

    async def _aside(self, handle: Callable[[Context], Awaitable[Outcome]], ctx: Context) -> Outcome:
        """Do what was pressed or commanded; a flow that waited for one line ends by it."""
        flow = self._flow(ctx)
        if flow is None or not flow.short:
            return await handle(ctx)
        ctx = replace(ctx, dialogue=replace(ctx.dialogue, flow=None))
        outcome = await handle(ctx)
        return replace(outcome, dialogue=ctx.dialogue) if isinstance(outcome.dialogue, Keep) else outcome

    async def _sent(self, message: Message, ctx: Context) -> Outcome | None:
        """A picture belongs to the flow in progress, else to whoever takes it unasked."""
        if flow := self._flow(ctx):
            return await flow.step(message, ctx)
        return await self._given(message, ctx)

    async def _given(self, message: Message, ctx: Context) -> Outcome | None:
        for found, roles in self._found:
            if _may(roles, ctx) and (outcome := await found(message, ctx)):
                return outcome
        return None

    def _commanded(self, text: str, ctx: Context) -> Handle | None:
        """A word that officials use means their command to them; "/name" is the one in the public list."""
        tables = (self._staff_commands, self._commands)
        for table in reversed(tables) if text.lstrip().startswith("/") else tables:
            if command := _for(table, _command(text), ctx):
                return command
        return None

    async def _chosen(self, typed: str, message: Message, ctx: Context) -> Outcome | None:
        offered = ctx.dialogue.offered
        plain = " ".join(word for word in typed.split() if word not in _POLITE)
        by_label = next((choice for choice in offered if fold(choice.label) in {typed, plain}), None)
        if by_label is None:
            position = _position(typed, offered)
            if position is None:
                return None
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


async def _opened(
    openings: Mapping[str, Owned[Continue]], typed: str, message: Message, ctx: Context
) -> Outcome | None:
    for beginning, (opening, roles) in openings.items():
        meant = typed == beginning or typed.startswith(f"{beginning} ")
        if meant and _may(roles, ctx) and (outcome := await opening(message, ctx)):
            return outcome
    return None


def _position(typed: str, offered: Sequence[Choice]) -> int | None:
    """Which choice is meant by its place: "2", "số hai", "cái đầu", "cái cuối"; None when no place is named."""
    said = _NUMBER.fullmatch(typed)
    if said is None or not offered:
        return None
    number = said["number"]
    if number.isdecimal():
        return int(number)
    position = _last_alike(offered) if number in _LAST else _ORDINALS[number]
    pointed = bool(said["pointing"]) or (number in _ALONE and position <= len(offered))
    return position if pointed else None


def _last_alike(offered: Sequence[Choice]) -> int:
    """The place of the last choice of the first one's kind: nobody means "none of these" by "the last"."""
    kinds = [(choice.action or "").partition(":")[0] for choice in offered]
    return next((place for place, kind in enumerate(kinds) if kind != kinds[0]), len(kinds))


def _for(table: Mapping[str, Owned[T]], key: str, ctx: Context) -> T | None:
    """What stands under a key, where this person may know of it."""
    found = table.get(key)
    return found[0] if found and _may(found[1], ctx) else None


def _may(roles: frozenset[Role], ctx: Context) -> bool:
    return not roles or (ctx.person is not None and ctx.person.holds(*roles))


def _is_over(flow: Flow, ctx: Context) -> bool:
    since = flow.data.get(SINCE)
    return since is not None and ctx.now.timestamp() - since > FLOW_LASTS.total_seconds()


def _wordless(message: Message, ctx: Context) -> Outcome:
    """A message without words; what a platform withholds (from children's accounts, cards, files) has a way round."""
    if any(media.kind == "unsupported" for media in message.media):
        page = ctx.office.page
        return Outcome((Reply(ctx.texts("start.withheld_page", page=page) if page else ctx.texts("start.withheld")),))
    return Outcome((Reply(ctx.texts("start.media" if message.media else "start.empty")),))


def _add(table: dict[str, T], key: str, value: T) -> None:
    if key in table:
        raise ValueError(f"two owners of {key!r}")
    table[key] = value


def _command(text: str) -> str:
    """The key of a command: "/start 1_001193" is start, "Trợ giúp!" is tro giup."""
    text = text.strip()
    return fold(text.split(maxsplit=1)[0][1:] if text.startswith("/") and len(text) > 1 else text)


def _with_offer(outcome: Outcome, before: Dialogue) -> Outcome:
    """Remember the choices offered last, so that typing a number or a label equals a press."""
    choices = next((reply.choices for reply in reversed(outcome.replies) if reply.choices), ())
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
