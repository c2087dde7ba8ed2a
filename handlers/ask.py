"""A question: answered, met with at most three choices, or declined with a way out. Never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers import feedback, handover, life_event, procedure
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Asked, Judged, Outcome, Verdict
from handlers.privacy import without_marks
from handlers.router import Feature, FlowSteps
from handlers.smalltalk import HELP, HUMAN, small_talk
from knowledge import answers as talk
from knowledge.normalize import fold
from knowledge.places import Former
from knowledge.procedures import CODE, Procedure
from knowledge.reading import Decision, Facet, Reading, Smalltalk

NONE = "khong"
"""Action of "none of these": ``khong:QUESTION``."""
AGAIN = "lai"
"""Ends that action when the same was offered a second time."""

_FINE = "phat"
OFFERED_AT_MOST = 3
ALSO_AT_MOST = 2
SHORT = 5
"""A message of at most so many words that nobody understands was meant as the answer to a question just asked."""
LIKELY = 0.5
"""Named together with a place that is gone, a procedure at least so likely is told of at once."""
UNLIKELY = 0.3
"""What is less likely is not offered to somebody who names a place that is gone or was asked something."""
LEAST_SHARE = 0.05
"""Something offered must be at least this likely, of what came first: far-fetched choices only confuse."""


async def ask(message: Message, ctx: Context) -> Outcome:
    """Read the text and answer it."""
    return _answered(_read(message, ctx), message, ctx)


def _read(message: Message, ctx: Context) -> Reading:
    return ctx.knowledge.read(without_marks(message.text), ctx.dialogue.topic)


def _answered(reading: Reading, message: Message, ctx: Context) -> Outcome:
    text = without_marks(message.text)
    if reading.decision is not Decision.SMALLTALK and (event := ctx.knowledge.event(text)):
        return life_event.begin(event, text, ctx)
    if kind := reading.smalltalk or _small_talk(reading, text):
        return small_talk(kind, ctx)
    if _asks_on(reading) and (open_menu := _open_menu(ctx)):
        return _offer_again(open_menu, reading, message.text, ctx)
    if former := ctx.knowledge.former(text):
        return _with_former_place(former, reading, message.text, ctx)
    if reading.decision is Decision.ANSWER and _asks_steps(reading, text):
        return _steps(reading.codes, _asked(reading, message.text), ctx)
    if reading.decision is not Decision.ANSWER and ctx.dialogue.topic and talk.load().asks_how(text):
        return _steps((ctx.dialogue.topic,), _asked(reading, message.text), ctx)
    return _without_fines(_OUTCOMES[reading.decision](reading, message.text, ctx), text, ctx)


def _asks_on(reading: Reading) -> bool:
    """Whether something is asked of what was talked of: a fee, a place, and no procedure is named."""
    named = reading.decision is not Decision.DECLINE or reading.facet in {Facet.GENERAL, Facet.NONE}
    return reading.followup or not named


def _small_talk(reading: Reading, text: str) -> Smalltalk | None:
    """Calls ("cháu ơi") and leave-takings ("thôi khỏi") that would else be declined."""
    if reading.decision is not Decision.DECLINE:
        return None
    if talk.load().calls(text):
        return Smalltalk.GREETING
    return Smalltalk.GOODBYE if talk.load().leaves(text) else None


async def _in_event(message: Message, ctx: Context) -> Outcome | None:
    """Something typed while a life event waits for an answer: the answer, or a question in between."""
    if not message.text.strip():
        return None
    if outcome := life_event.heard(message, ctx):
        return outcome
    reading = _read(message, ctx)
    if reading.smalltalk is Smalltalk.GOODBYE:
        return life_event.stopped(ctx)
    if reading.smalltalk in {Smalltalk.YES, Smalltalk.NO} or _says_little(reading, message.text):
        return life_event.not_heard(ctx)
    return life_event.after_aside(_answered(reading, message, ctx), ctx)


def _says_little(reading: Reading, text: str) -> bool:
    """Whether a short message means no procedure that is at all likely."""
    score = reading.matches[0].score if reading.matches else 0.0
    open_ = reading.decision is Decision.DECLINE or (reading.decision is Decision.CLARIFY and score < UNLIKELY)
    return open_ and not reading.followup and len(text.split()) <= SHORT


def _open_menu(ctx: Context) -> tuple[str, ...]:
    """Codes of what was offered last and not chosen from; none when it was offered again or something else was said."""
    actions = [(choice.action or "").split(":") for choice in ctx.dialogue.offered]
    if not any(action[0] == NONE and AGAIN not in action for action in actions):
        return ()
    return tuple(action[1] for action in actions if action[0] == procedure.SHOW)


def _offer_again(codes: tuple[str, ...], reading: Reading, text: str, ctx: Context) -> Outcome:
    """Somebody asks on without having chosen: which of them is asked about must not be guessed."""
    found = [record for code in codes if (record := ctx.knowledge.get(code))]
    asked = replace(_asked(reading, text), decision=Decision.CLARIFY)
    *choices, none = _menu(found, reading.facets, ctx)
    reply = Reply(ctx.texts("ask.which"), (*choices, replace(none, action=f"{none.action}:{AGAIN}")))
    return Outcome(
        (reply,), notes=(asked,), decision=Decision.CLARIFY, facet=reading.facet, codes=tuple(p.code for p in found)
    )


def _menu(found: Sequence[Procedure], facets: Sequence[Facet], ctx: Context) -> tuple[Choice, ...]:
    """These procedures and "none of these"; empty where there is nothing to choose from."""
    choices = tuple(Choice(p.name, procedure.show_action(p.code, *facets)) for p in found)
    return (*choices, Choice(ctx.texts("ask.none"), f"{NONE}:{ctx.ref}")) if choices else ()


def _without_fines(outcome: Outcome, text: str, ctx: Context) -> Outcome:
    """Whoever asks about a fine is told that none is known here: "miễn phí" must not be read as "no fine"."""
    if _FINE not in fold(text).split() or outcome.decision is Decision.DECLINE:
        return outcome
    return _begun_with(ctx.texts("ask.no_fines"), outcome)


def _begun_with(said: str, outcome: Outcome) -> Outcome:
    first, *others = outcome.replies
    return replace(outcome, replies=(replace(first, text=f"{said}\n\n{first.text}"), *others))


def _with_former_place(former: Former, reading: Reading, text: str, ctx: Context) -> Outcome:
    """Say first what became of a ward or office that no longer exists, then where to file what is meant."""
    outcome = _where_now(reading, text, ctx)
    since = procedure.day(former.since)
    said = ctx.texts("ask.former_ward", name=former.name, now=former.now, day=since) if former.now else ""
    said = said or ctx.texts("ask.former_district", day=since)
    if outcome.decision is Decision.DECLINE:
        more = Reply(f"{said} {ctx.texts('ask.former_more')}", way_out(ctx, ctx.ref))
        return replace(outcome, replies=(more,))
    return _begun_with(said, _without_fines(outcome, text, ctx))


def _where_now(reading: Reading, text: str, ctx: Context) -> Outcome:
    """Whoever names a place that is gone wants to know where to go: no menu when one procedure is likely meant."""
    if reading.decision is Decision.ANSWER:
        return _answer(reading, text, ctx)
    score = reading.matches[0].score if reading.matches else 0.0
    if reading.decision is Decision.CLARIFY and UNLIKELY <= score < LIKELY:
        return _offer(reading, text, ctx)
    code, *others = _likely(reading) if score >= LIKELY else (ctx.dialogue.topic,)
    facets = (Facet.WHERE,) if reading.facet in (Facet.GENERAL, Facet.NONE) else reading.facets
    asked = replace(_asked(reading, text), decision=Decision.ANSWER, facet=facets[0])
    shown = _shown(code, facets, ctx, asked, tuple(others[:OFFERED_AT_MOST])) if code else None
    return shown or _decline(reading, text, ctx)


def _asked(reading: Reading, text: str) -> Asked:
    candidates = tuple((match.code, round(match.score, 3)) for match in reading.matches)
    return Asked(text, reading.decision, reading.facet, candidates)


def _likely(reading: Reading) -> tuple[str, ...]:
    """The codes worth offering, the first one always among them."""
    least = LEAST_SHARE * reading.matches[0].score if reading.matches else 0.0
    return tuple(match.code for match in reading.matches if match.score >= least)


def _answer(reading: Reading, text: str, ctx: Context) -> Outcome:
    code, *others = _likely(reading)
    outcome = _shown(code, reading.facets, ctx, _asked(reading, text), tuple(others[:OFFERED_AT_MOST]))
    if outcome is None:
        return _decline(reading, text, ctx)
    also = [found for other in reading.also[:ALSO_AT_MOST] if (found := ctx.knowledge.get(other))]
    if not also:
        return outcome
    choices = tuple(Choice(p.name, procedure.show_action(p.code, *reading.facets)) for p in also)
    *before, last = outcome.replies
    more = replace(last, text=f"{last.text}\n\n{ctx.texts('ask.also')}", choices=(*choices, *last.choices))
    return replace(outcome, replies=(*before, more))


def _shown(
    code: str, facets: tuple[Facet, ...], ctx: Context, asked: Asked, alternatives: tuple[str, ...] = ()
) -> Outcome | None:
    """The answer about one procedure with the feedback buttons; None when there is no such record."""
    found = ctx.knowledge.get(code)
    if found is None:
        return None
    answer = procedure.reply(found, facets, ctx)
    return _told(answer, procedure.joined(facets), code, asked, alternatives, ctx)


def _told(answer: Reply, facets: str, code: str, asked: Asked, alternatives: tuple[str, ...], ctx: Context) -> Outcome:
    answer = replace(answer, choices=(*answer.choices, *feedback.buttons(ctx)))
    dialogue = replace(ctx.dialogue, topic=code, facet=facets, asked=ctx.ref, alternatives=alternatives, flow=None)
    return Outcome((answer,), dialogue, (asked,), Decision.ANSWER, asked.facet, (code, *alternatives))


def _asks_steps(reading: Reading, text: str) -> bool:
    """Whether the steps are wanted: they are named, or somebody who was told of the procedure asks how to do it."""
    if reading.facets != (Facet.GENERAL,):
        return False
    return reading.followup or talk.load().names_steps(text)


def _steps(codes: tuple[str, ...], asked: Asked, ctx: Context) -> Outcome:
    """The steps of the first of these procedures."""
    code, *others = codes
    found = ctx.knowledge.get(code)
    if found is None:
        return Outcome((Reply(procedure.gone(code, ctx) or ctx.texts("ask.old_choice"), way_out(ctx)),))
    asked = replace(asked, decision=Decision.ANSWER, facet=Facet.GENERAL)
    alternatives = tuple(others[:OFFERED_AT_MOST])
    return _told(procedure.steps(found, ctx), Facet.GENERAL, code, asked, alternatives, ctx)


def _offer(reading: Reading, text: str, ctx: Context) -> Outcome:
    found = [record for code in _likely(reading)[:OFFERED_AT_MOST] if (record := ctx.knowledge.get(code))]
    choices = _menu(found, reading.facets, ctx)
    reply = Reply(ctx.texts("ask.clarify" if choices else "ask.clarify_more"), choices)
    codes = tuple(p.code for p in found)
    dialogue = replace(ctx.dialogue, topic=reading.topic)
    return Outcome(
        (reply,), dialogue, notes=(_asked(reading, text),), decision=Decision.CLARIFY, facet=reading.facet, codes=codes
    )


def _decline(reading: Reading, text: str, ctx: Context) -> Outcome:
    asked = replace(_asked(reading, text), decision=Decision.DECLINE)
    if not ctx.dialogue.topic and talk.load().asks_part(text):
        return Outcome((Reply(ctx.texts("ask.clarify_more"), way_out(ctx)),), decision=Decision.DECLINE)
    code = CODE.search(text)
    unknown = code is not None and ctx.knowledge.get(code.group()) is None
    said = _no_such(code.group(), ctx) if code and unknown else ctx.texts("ask.decline")
    return Outcome((Reply(said, way_out(ctx, ctx.ref)),), notes=(asked,), decision=Decision.DECLINE)


def _no_such(code: str, ctx: Context) -> str:
    return procedure.gone(code, ctx) or ctx.texts("ask.no_such_code", code=code)


def way_out(ctx: Context, question: int | None = None) -> tuple[Choice, ...]:
    """What everybody can do who was not answered; ``question`` can be handed to an official."""
    by_hand = handover.choices(ctx, question) if question is not None else ()
    return (*by_hand, Choice(ctx.texts("menu.human"), HUMAN), Choice(ctx.texts("menu.help"), HELP))


async def _show(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    code, told, *_ = (*arguments, "", "")
    facets = procedure.parsed(told)
    found = ctx.knowledge.get(code)
    if found is None:
        return Outcome((Reply(procedure.gone(code, ctx) or ctx.texts("ask.old_choice"), way_out(ctx)),))
    names = ", ".join(ctx.texts(f"facet.{facet}") for facet in facets)
    answer = procedure.reply(found, facets, ctx)
    asked = Asked(f"{names}: {found.name}", Decision.ANSWER, facets[0], ((code, 1.0),))
    return life_event.after_aside(_told(answer, procedure.joined(facets), code, asked, (), ctx), ctx)


async def _show_steps(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    code = arguments[0] if arguments else ""
    found = ctx.knowledge.get(code)
    text = f"{ctx.texts('card.show_steps')}: {found.name}" if found else ""
    asked = Asked(text, Decision.ANSWER, Facet.GENERAL, ((code, 1.0),))
    return life_event.after_aside(_steps((code,), asked, ctx), ctx)


async def _none_of_these(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    question = int(arguments[0]) if arguments and arguments[0].isdecimal() else None
    notes = (Judged(question, Verdict.NONE),) if question is not None else ()
    reply = Reply(ctx.texts("ask.none_of_these"), way_out(ctx, question))
    return Outcome((reply,), replace(ctx.dialogue, topic=None), notes, Decision.DECLINE)


_OUTCOMES = {Decision.ANSWER: _answer, Decision.CLARIFY: _offer, Decision.DECLINE: _decline}

FEATURE = Feature(
    actions={procedure.SHOW: _show, procedure.STEPS: _show_steps, NONE: _none_of_these},
    flows={life_event.FLOW: FlowSteps(_in_event, life_event.again)},
)
