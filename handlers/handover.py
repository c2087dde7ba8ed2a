"""Nhờ cán bộ trả lời: a question is handed to an official, with a code to ask by and a time to be answered by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from textwrap import shorten

from handlers import procedure
from handlers.context import Context
from handlers.dialogue import Flow
from handlers.handed import Handed, State, code_in
from handlers.message import Choice, Message, Reply
from handlers.outcome import AnswerSeen, Asked, HandedOver, Outcome
from handlers.privacy import without_marks
from handlers.router import SINCE, Command, Feature, FlowSteps
from handlers.told import CANCEL
from knowledge.normalize import fold
from knowledge.procedures import CODE
from knowledge.reading import Decision, Facet
from scheduler.calendar import VIETNAM, weekday

ASK = "nho"
"""Action that hands a question over: ``nho:QUESTION``, or ``nho`` alone, which asks for one line first."""
RIGHT = "nhodung"
"""Action of "that is it" below an official's answer."""
FLOW = "nho"
OPENING = "ht"

FEWEST_WORDS = 2
"""A message of fewer words holds nothing that an official could answer."""
NUMBER_LENGTH = 10
"""Longer numbers are none of ours: ids have 32 bits."""
SHOWN = 160
"""So much of a question is said again, in characters."""


def choices(ctx: Context, question: int | None = None) -> tuple[Choice, ...]:
    """What leads to an official, of a question or of one that is still to be typed; none where nobody answers."""
    if not ctx.handovers.ready:
        return ()
    action = ASK if question is None else f"{ASK}:{question}"
    return (Choice(ctx.texts("handover.ask"), action),)


def offered(ctx: Context) -> tuple[Choice, ...]:
    """The same, about the question that it was offered for last."""
    return choices(ctx, _offered_for(ctx))


def _offered_for(ctx: Context) -> int | None:
    actions = (choice.action.split(":") for choice in ctx.dialogue.offered if choice.action)
    return next((number for name, *rest in actions if name == ASK and (number := _number(rest)) is not None), None)


def _number(arguments: Sequence[str]) -> int | None:
    """A question's number as a button carries it."""
    told = arguments[0] if arguments else ""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < NUMBER_LENGTH else None


def when(moment: datetime, ctx: Context) -> str:
    """A time that was promised: "17:00 thứ Sáu 27/11/2026"."""
    local = moment.astimezone(VIETNAM)
    return ctx.texts("handover.when", time=f"{local:%H:%M}", weekday=weekday(local), day=f"{local:%d/%m/%Y}")


def answered(code: str, question: str, answer: str, ctx: Context) -> Reply:
    """An official's answer, as the citizen receives it; the procedure that it names last can be opened."""
    text = ctx.texts("handover.answered", code=code, question=_short(question), answer=answer)
    code = next(reversed(CODE.findall(answer)), "")
    named = ctx.knowledge.get(code)
    shown = (Choice(named.name, procedure.show_action(named.code)),) if named else ()
    return Reply(text, (Choice(ctx.texts("handover.right"), RIGHT), Choice(ctx.texts("handover.more"), ASK), *shown))


def answer_text(words: str, post: str, card: str | None, ctx: Context) -> str:
    """What an official wrote, the facts of the procedure that belongs to it, and by which post it was written."""
    signed = ctx.texts("handover.signed", post=post)
    return "\n\n".join(part for part in (words, card, signed) if part)


def _short(text: str) -> str:
    return shorten(text, SHOWN, placeholder="…")


def _holds_something(text: str) -> bool:
    words = [word for word in fold(without_marks(text)).split() if any(char.isalpha() for char in word)]
    return len(words) >= FEWEST_WORDS


async def _press(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    if not ctx.handovers.ready:
        return Outcome((Reply(ctx.texts("ask.old_choice")),))
    number = _number(arguments)
    text = None if number is None else await ctx.handovers.asked(number)
    if text is None or not _holds_something(text):
        return _asked_for_a_line(ctx)
    return await _hand_over(text, number, ctx)


def _asked_for_a_line(ctx: Context, said: str = "") -> Outcome:
    prompt = _prompt(ctx)
    flow = Flow(FLOW, "line", {SINCE: int(ctx.now.timestamp())})
    reply = replace(prompt, text=f"{said}\n{prompt.text}") if said else prompt
    return Outcome((reply,), replace(ctx.dialogue, flow=flow, offered=()))


def _prompt(ctx: Context) -> Reply:
    return Reply(ctx.texts("handover.prompt"))


async def _line(message: Message, ctx: Context) -> Outcome | None:
    """The one line that was asked for; what is typed now is meant for an official, also where we could answer it."""
    ended = replace(ctx, dialogue=replace(ctx.dialogue, flow=None, offered=()))
    line = " ".join(message.text.split())
    if fold(line) in CANCEL:
        return Outcome((Reply(ctx.texts("handover.left")),), ended.dialogue)
    if not _holds_something(line):
        return _asked_for_a_line(ctx, ctx.texts("handover.too_short"))
    return await _hand_over(line, None, ended)


async def _hand_over(text: str, question: int | None, ctx: Context) -> Outcome:
    waiting = await ctx.handovers.waiting()
    dialogue = replace(ctx.dialogue, flow=None)
    if same := next((one for one in waiting if _is_about(one, text, question)), None):
        return Outcome((_standing(same, ctx, ctx.texts("handover.already")),), dialogue)
    if len(waiting) >= ctx.handovers.most:
        codes = ", ".join(one.code for one in waiting)
        return Outcome((Reply(ctx.texts("handover.too_many", count=len(waiting), codes=codes)),), dialogue)
    new = Handed(await ctx.handovers.new_code(), text, ctx.handovers.promised_at, question=question)
    asked = () if question is not None else (_new_question(text, ctx),)
    note = HandedOver(new.code, text, ctx.ref if question is None else question, new.promised_at)
    said = ctx.texts("handover.taken", question=_short(text), code=new.code, when=when(new.promised_at, ctx))
    where = ctx.texts("handover.here" if ctx.handovers.pushes else "handover.page")
    return Outcome((Reply(f"{said}\n{where}"),), dialogue, (*asked, note))


def _is_about(one: Handed, text: str, question: int | None) -> bool:
    return (question is not None and one.question == question) or fold(one.text) == fold(text)


def _new_question(text: str, ctx: Context) -> Asked:
    """A line for an official is a question that we did not answer."""
    reading = ctx.knowledge.read(without_marks(text))
    candidates = tuple((match.code, round(match.score, 3)) for match in reading.matches)
    return Asked(text, Decision.DECLINE, Facet.NONE, candidates)


async def _opened(message: Message, ctx: Context) -> Outcome | None:
    """A message that begins with a code, or names one somewhere; None: it names none that is surely meant."""
    told = code_in(message.text) if ctx.handovers.ready else None
    if told is None:
        return None
    found = await ctx.handovers.find(told.code)
    if found is not None:
        seen = (AnswerSeen(found.code),) if found.state is State.ANSWERED else ()
        return Outcome((_standing(found, ctx),), notes=seen)
    return Outcome((Reply(ctx.texts("handover.unknown", code=told.code)),)) if told.surely else None


def _standing(one: Handed, ctx: Context, said: str = "") -> Reply:
    """How it stands, or the answer."""
    match one.state:
        case State.ANSWERED:
            return answered(one.code, one.text, one.answer, ctx)
        case State.WITHDRAWN:
            return Reply(ctx.texts("handover.withdrawn", code=one.code))
    name = "handover.late" if one.promised_at < ctx.now else "handover.waiting"
    text = ctx.texts(name, code=one.code, question=_short(one.text), when=when(one.promised_at, ctx))
    return Reply(f"{said} {text}" if said else text)


async def _right(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("handover.thanks")),))


async def _command(message: Message, ctx: Context) -> Outcome:
    if not ctx.handovers.ready:
        return Outcome((Reply(ctx.texts("handover.nobody")),))
    number = _offered_for(ctx)
    return await _press(() if number is None else (str(number),), message, ctx)


FEATURE = Feature(
    actions={ASK: _press, RIGHT: _right},
    commands=(Command("nhocanbo", "Nhờ cán bộ trả lời", _command, ("nhờ cán bộ trả lời", "nhờ cán bộ")),),
    flows={FLOW: FlowSteps(_line, _prompt, short=True)},
    openings={OPENING: _opened},
    found=_opened,
)
