"""A question: answered, met with at most three choices, or declined with a way out. Never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers import feedback, life_event, procedure
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Asked, Judged, Outcome, Verdict
from handlers.privacy import without_marks
from handlers.router import Feature
from handlers.smalltalk import HELP, HUMAN, small_talk
from knowledge.normalize import fold
from knowledge.procedures import CODE, Procedure
from knowledge.reading import Decision, Facet, Reading

NONE = "khong"
"""Action of "none of these": ``khong:QUESTION``."""

_FACETS = frozenset(facet.value for facet in Facet if facet is not Facet.NONE)

_FINE = "phat"
OFFERED_AT_MOST = 3
ALSO_AT_MOST = 2
LEAST_SHARE = 0.05
"""Something offered must be at least this likely, of what came first: far-fetched choices only confuse."""


async def ask(message: Message, ctx: Context) -> Outcome:
    """Read the text and answer it."""
    text = without_marks(message.text)
    reading = ctx.knowledge.read(text, ctx.dialogue.topic)
    if reading.decision is not Decision.SMALLTALK and not reading.followup and (event := ctx.knowledge.event(text)):
        return life_event.lead(event, ctx)
    if reading.decision is Decision.SMALLTALK:
        return small_talk(reading.smalltalk, ctx)
    if reading.followup and (open_menu := _open_menu(ctx)):
        return _offer_again(open_menu, reading, message.text, ctx)
    outcome = _OUTCOMES[reading.decision](reading, message.text, ctx)
    return _with_former_place(_without_fines(outcome, text, ctx), text, ctx)


def _open_menu(ctx: Context) -> tuple[str, ...]:
    """Codes of what was offered last and not chosen from; none when something else was said since."""
    actions = [(choice.action or "").split(":") for choice in ctx.dialogue.offered]
    if not any(action[0] == NONE for action in actions):
        return ()
    return tuple(action[1] for action in actions if action[0] == procedure.SHOW)


def _offer_again(codes: tuple[str, ...], reading: Reading, text: str, ctx: Context) -> Outcome:
    """Somebody asks on without having chosen: which of them is asked about must not be guessed."""
    found = [record for code in codes if (record := ctx.knowledge.get(code))]
    asked = replace(_asked(reading, text), decision=Decision.CLARIFY)
    reply = Reply(ctx.texts("ask.which"), _menu(found, reading.facet, ctx))
    return Outcome(
        (reply,), notes=(asked,), decision=Decision.CLARIFY, facet=reading.facet, codes=tuple(p.code for p in found)
    )


def _menu(found: Sequence[Procedure], facet: Facet, ctx: Context) -> tuple[Choice, ...]:
    """These procedures and "none of these"; empty where there is nothing to choose from."""
    choices = tuple(Choice(p.name, procedure.show_action(p.code, facet)) for p in found)
    return (*choices, Choice(ctx.texts("ask.none"), f"{NONE}:{ctx.ref}")) if choices else ()


def _without_fines(outcome: Outcome, text: str, ctx: Context) -> Outcome:
    """Whoever asks about a fine is told that none is known here: "miễn phí" must not be read as "no fine"."""
    if _FINE not in fold(text).split() or outcome.decision is Decision.DECLINE:
        return outcome
    return _begun_with(ctx.texts("ask.no_fines"), outcome)


def _begun_with(said: str, outcome: Outcome) -> Outcome:
    first, *others = outcome.replies
    return replace(outcome, replies=(replace(first, text=f"{said}\n\n{first.text}"), *others))


def _with_former_place(outcome: Outcome, text: str, ctx: Context) -> Outcome:
    """Say first what became of a ward or office that no longer exists."""
    former = ctx.knowledge.former(text)
    if former is None or not outcome.replies:
        return outcome
    since = procedure.day(former.since)
    said = ctx.texts("ask.former_ward", name=former.name, now=former.now, day=since) if former.now else ""
    said = said or ctx.texts("ask.former_district", day=since)
    if outcome.decision is Decision.DECLINE:
        more = Reply(f"{said} {ctx.texts('ask.former_more')}", way_out(ctx))
        return replace(outcome, replies=(more,))
    return _begun_with(said, outcome)


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
    choices = tuple(Choice(p.name, procedure.show_action(p.code, reading.facet)) for p in also)
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
    answer = replace(answer, choices=(*answer.choices, *feedback.buttons(ctx)))
    dialogue = replace(
        ctx.dialogue, topic=code, facet=facets[0].value, asked=ctx.ref, alternatives=alternatives, flow=None
    )
    return Outcome((answer,), dialogue, (asked,), Decision.ANSWER, facets[0], (code, *alternatives))


def _offer(reading: Reading, text: str, ctx: Context) -> Outcome:
    facet = Facet.GENERAL if reading.facet is Facet.NONE else reading.facet
    found = [record for code in _likely(reading)[:OFFERED_AT_MOST] if (record := ctx.knowledge.get(code))]
    choices = _menu(found, facet, ctx)
    reply = Reply(ctx.texts("ask.clarify" if choices else "ask.clarify_more"), choices)
    codes = tuple(p.code for p in found)
    dialogue = replace(ctx.dialogue, topic=reading.topic)
    return Outcome(
        (reply,), dialogue, notes=(_asked(reading, text),), decision=Decision.CLARIFY, facet=reading.facet, codes=codes
    )


def _decline(reading: Reading, text: str, ctx: Context) -> Outcome:
    asked = replace(_asked(reading, text), decision=Decision.DECLINE)
    code = CODE.search(text)
    unknown = code is not None and ctx.knowledge.get(code.group()) is None
    said = ctx.texts("ask.no_such_code", code=code.group()) if code and unknown else ctx.texts("ask.decline")
    return Outcome((Reply(said, way_out(ctx)),), notes=(asked,), decision=Decision.DECLINE)


def way_out(ctx: Context) -> tuple[Choice, ...]:
    """What everybody can do who was not answered."""
    return (Choice(ctx.texts("menu.human"), HUMAN), Choice(ctx.texts("menu.help"), HELP))


async def _show(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    code, facet = _parsed(arguments)
    found = ctx.knowledge.get(code)
    if found is None:
        return Outcome((Reply(ctx.texts("ask.old_choice"), way_out(ctx)),))
    text = f"{ctx.texts(f'facet.{facet}')}: {found.name}"
    outcome = _shown(code, (facet,), ctx, Asked(text, Decision.ANSWER, facet, ((code, 1.0),)))
    assert outcome  # noqa: S101 - the record was found above
    return outcome


def _parsed(arguments: tuple[str, ...]) -> tuple[str, Facet]:
    code, facet, *_ = (*arguments, "", "")
    return code, Facet(facet) if facet in _FACETS else Facet.GENERAL


async def _none_of_these(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    notes = (Judged(int(arguments[0]), Verdict.NONE),) if arguments and arguments[0].isdecimal() else ()
    reply = Reply(ctx.texts("ask.none_of_these"), way_out(ctx))
    return Outcome((reply,), replace(ctx.dialogue, topic=None), notes, Decision.DECLINE)


_OUTCOMES = {Decision.ANSWER: _answer, Decision.CLARIFY: _offer, Decision.DECLINE: _decline}

FEATURE = Feature(actions={procedure.SHOW: _show, NONE: _none_of_these})
