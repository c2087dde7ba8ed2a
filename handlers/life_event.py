"""A guided way from what happened to a family to the list of what has to be done, by at most two questions.

Every button carries the whole path (``doi:EVENT:question=answer,...``), so an old one works as well as a new one.
Between two questions the event is a flow: answers may be typed, and other questions are answered in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from handlers import procedure
from handlers.context import Context
from handlers.dialogue import Dialogue, Flow
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome
from handlers.router import SINCE, Command, Feature
from knowledge import answers as typed_answers
from knowledge.life_events import UNSURE, LifeEvent, Question, Step
from knowledge.normalize import fold
from knowledge.procedures import Procedure
from knowledge.reading import Decision, Facet

LEAD = "doi"
FLOW = "doi"
STOP = "dungviec"
"""Action of "not now": ``dungviec``."""

_SAYS_NOTHING = frozenset({"xin", "cua", "dung", "lam"})
ASIDES_AT_MOST = 2
"""After so many questions in between the event no longer comes back by itself."""


def begin(event: LifeEvent, text: str, ctx: Context) -> Outcome:
    """Lead somebody who told what happened; what was told along with it is not asked again."""
    told = typed_answers.load().told(event, text)
    cases = [o.case for q in event.questions for o in q.options if told.get(q.key) == o.key]
    said = ctx.texts("event.understood", cases=", ".join(cases)) if cases else ""
    return _lead(event, told, f"{event.opening} {said}".strip(), ctx)


def _lead(event: LifeEvent, answers: Mapping[str, str], before: str, ctx: Context) -> Outcome:
    """The next question of an event, or its checklist when nothing is left to ask; ``before`` is said first."""
    question = event.next_question(answers)
    if question is None:
        return _checklist(event, answers, before, ctx)
    text = f"{before}\n\n{question.text}" if before else question.text
    reply = Reply(text, _options(event, question, answers, ctx))
    dialogue = replace(ctx.dialogue, topic=event.topic, flow=_flow(event, answers, ctx))
    return Outcome((reply,), dialogue, decision=Decision.CLARIFY, facet=Facet.GENERAL)


def _options(event: LifeEvent, question: Question, answers: Mapping[str, str], ctx: Context) -> tuple[Choice, ...]:
    labels = {option.key: option.label for option in question.options} | {UNSURE: ctx.texts("event.unsure")}
    return tuple(Choice(label, _action(event, {**answers, question.key: key})) for key, label in labels.items())


def _action(event: LifeEvent, answers: Mapping[str, str]) -> str:
    return f"{LEAD}:{event.key}:{','.join(f'{question}={answer}' for question, answer in answers.items())}"


def _flow(event: LifeEvent, answers: Mapping[str, str], ctx: Context, asides: int = 0) -> Flow:
    return Flow(FLOW, event.key, {"answers": dict(answers), "asides": asides, SINCE: int(ctx.now.timestamp())})


def _checklist(event: LifeEvent, answers: Mapping[str, str], before: str, ctx: Context) -> Outcome:
    lines = [before, ""] if before else []
    lines.append(ctx.texts("event.title", name=event.name))
    choices = []
    codes = []
    for step, found in _in_force(event.checklist(answers), ctx):
        codes.append(step.code)
        lines.append(_line(len(codes), step, found, ctx))
        choices.append(Choice(found.name, procedure.show_action(found.code, Facet.GENERAL)))
    lines += ["", ctx.texts("event.closing")]
    reply = Reply("\n".join(lines), tuple(choices))
    dialogue = replace(ctx.dialogue, topic=codes[0] if codes else None, flow=None)
    return Outcome((reply,), dialogue, decision=Decision.ANSWER, facet=Facet.GENERAL, codes=tuple(codes))


def _line(number: int, step: Step, found: Procedure, ctx: Context) -> str:
    if set(fold(step.why).split()) <= {*fold(found.name).split(), *_SAYS_NOTHING}:
        return ctx.texts("event.step_alone", number=number, name=found.name)
    return ctx.texts("event.step", number=number, name=found.name, why=step.why[:1].lower() + step.why[1:])


def _in_force(steps: Sequence[Step], ctx: Context) -> Iterator[tuple[Step, Procedure]]:
    for step in steps:
        found = ctx.knowledge.get(step.code)
        if found is not None and found.valid_on(ctx.today):
            yield step, found


def heard(message: Message, ctx: Context) -> Outcome | None:
    """What was typed as the answer to the event's question, or as the wish to stop; None: it is something else."""
    event, answers = _where(ctx)
    question = event.next_question(answers) if event else None
    if event is None or question is None:
        return None
    reader = typed_answers.load()
    if reader.leaves(message.text):
        return stopped(ctx)
    answer = reader.heard(question, message.text)
    return None if answer is None else _answered(event, answers, question, answer, ctx)


def _where(ctx: Context) -> tuple[LifeEvent | None, dict[str, str]]:
    """The event that the dialogue is in, and what was answered so far."""
    flow = ctx.dialogue.flow
    if flow is None or flow.name != FLOW:
        return None, {}
    return _event(flow.step, ctx), dict(flow.data.get("answers", {}))


def _event(key: str, ctx: Context) -> LifeEvent | None:
    return next((event for event in ctx.knowledge.events if event.key == key), None)


def _answered(event: LifeEvent, answers: Mapping[str, str], question: Question, answer: str, ctx: Context) -> Outcome:
    before = ctx.texts("event.either", how=question.unsure) if answer == UNSURE else ""
    return _lead(event, {**answers, question.key: answer}, before, ctx)


def again(ctx: Context) -> Reply:
    """The open question once more."""
    event, answers = _where(ctx)
    question = event.next_question(answers) if event else None
    if event is None or question is None:
        return Reply(ctx.texts("event.menu"), _events(ctx))
    text = ctx.texts("event.resume", name=event.name, question=question.text)
    stop = Choice(ctx.texts("event.stop"), STOP)
    return Reply(text, (*_options(event, question, answers, ctx), stop))


def not_heard(ctx: Context) -> Outcome:
    """The answer was not understood: the question is asked again, nothing is guessed."""
    said = Outcome((Reply(ctx.texts("event.not_heard")),), decision=Decision.CLARIFY, facet=Facet.GENERAL)
    outcome = after_aside(said, ctx)
    event, answers = _where(ctx)
    question = event.next_question(answers) if event else None
    choices = outcome.replies[-1].choices
    if question is None or not choices:
        return replace(outcome, replies=(Reply(ctx.texts("event.not_heard_again")),))
    return replace(outcome, replies=(Reply(f"{ctx.texts('event.not_heard')}\n\n{question.text}", choices),))


def after_aside(outcome: Outcome, ctx: Context) -> Outcome:
    """A question in between was answered: the event goes on, but it does not come back for ever."""
    event, answers = _where(ctx)
    after = ctx.dialogue if not isinstance(outcome.dialogue, Dialogue) else outcome.dialogue
    if event is None or (after.flow is not None and after.flow != ctx.dialogue.flow):
        return outcome
    asides = ctx.dialogue.flow.data.get("asides", 0) + 1 if ctx.dialogue.flow else 1
    if asides > ASIDES_AT_MOST:
        return replace(outcome, dialogue=replace(after, flow=None))
    dialogue = replace(after, flow=_flow(event, answers, ctx, asides))
    return replace(outcome, replies=(*outcome.replies, again(ctx)), dialogue=dialogue)


def stopped(ctx: Context) -> Outcome:
    """Leave the event; it can be taken up again where it stood."""
    event, answers = _where(ctx)
    dialogue = replace(ctx.dialogue, flow=None)
    if event is None:
        return Outcome((Reply(ctx.texts("event.menu"), _events(ctx)),), dialogue)
    resume = Choice(ctx.texts("event.take_up", name=event.name), _action(event, answers))
    return Outcome((Reply(ctx.texts("event.stopped"), (resume,)),), dialogue)


async def _stop(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return stopped(ctx)


async def _press(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    key, path, *_ = (*arguments, "", "")
    event = _event(key, ctx)
    if event is None:
        return await _menu(message, ctx)
    options = {(q.key, key) for q in event.questions for key in (UNSURE, *(option.key for option in q.options))}
    pairs = (pair.partition("=") for pair in path.split(",") if pair)
    answers = {question: answer for question, _, answer in pairs if (question, answer) in options}
    if not answers:
        return _lead(event, answers, event.opening, ctx)
    *earlier, (last, answer) = answers.items()
    question = next(question for question in event.questions if question.key == last)
    return _answered(event, dict(earlier), question, answer, ctx)


def _events(ctx: Context) -> tuple[Choice, ...]:
    return tuple(Choice(event.name, _action(event, {})) for event in ctx.knowledge.events)


async def _menu(_message: Message, ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("event.menu"), _events(ctx)),), replace(ctx.dialogue, flow=None))


FEATURE = Feature(
    actions={LEAD: _press, STOP: _stop},
    commands=(Command("viec", "Việc trong gia đình", _menu, ("việc trong gia đình", "sự kiện", "việc lớn")),),
)
