"""A guided way from what happened to a family to the list of what has to be done, by at most two questions.

Every button carries the whole path (``doi:EVENT:question=answer,...``), so an old one works as well as a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from handlers import procedure
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome
from handlers.router import Command, Feature
from knowledge.life_events import LifeEvent, Question, Step
from knowledge.reading import Decision, Facet

LEAD = "doi"


def lead(event: LifeEvent, ctx: Context, answers: Mapping[str, str] | None = None) -> Outcome:
    """The next question of an event, or its checklist when nothing is left to ask."""
    answers = answers or {}
    question = event.next_question(answers)
    if question is not None:
        return _ask(event, question, answers)
    return _checklist(event, event.checklist(answers), ctx)


def _ask(event: LifeEvent, question: Question, answers: Mapping[str, str]) -> Outcome:
    choices = tuple(
        Choice(option.label, _action(event, {**answers, question.key: option.key})) for option in question.options
    )
    text = question.text if answers else f"{event.opening}\n\n{question.text}"
    return Outcome((Reply(text, choices),), decision=Decision.CLARIFY, facet=Facet.GENERAL)


def _action(event: LifeEvent, answers: Mapping[str, str]) -> str:
    return f"{LEAD}:{event.key}:{','.join(f'{question}={answer}' for question, answer in answers.items())}"


def _checklist(event: LifeEvent, steps: tuple[Step, ...], ctx: Context) -> Outcome:
    lines = [ctx.texts("event.title", name=event.name)]
    choices = []
    codes = []
    for step in steps:
        found = ctx.knowledge.get(step.code)
        if found is None or not found.valid_on(ctx.today):
            continue
        codes.append(step.code)
        lines.append(ctx.texts("event.step", number=len(codes), why=step.why, name=found.name))
        choices.append(Choice(found.name, procedure.show_action(found.code, Facet.GENERAL)))
    lines += ["", ctx.texts("event.closing")]
    reply = Reply("\n".join(lines), tuple(choices))
    dialogue = replace(ctx.dialogue, topic=codes[0] if codes else None)
    return Outcome((reply,), dialogue, decision=Decision.ANSWER, facet=Facet.GENERAL, codes=tuple(codes))


async def _press(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    key, path, *_ = (*arguments, "", "")
    event = next((event for event in ctx.knowledge.events if event.key == key), None)
    if event is None:
        return await _menu(message, ctx)
    options = {(question.key, option.key) for question in event.questions for option in question.options}
    pairs = (pair.partition("=") for pair in path.split(",") if pair)
    answers = {question: answer for question, _, answer in pairs if (question, answer) in options}
    return lead(event, ctx, answers)


async def _menu(_message: Message, ctx: Context) -> Outcome:
    choices = tuple(Choice(event.name, _action(event, {})) for event in ctx.knowledge.events)
    return Outcome((Reply(ctx.texts("event.menu"), choices),))


FEATURE = Feature(
    actions={LEAD: _press},
    commands=(Command("viec", "Việc trong gia đình", _menu, ("việc trong gia đình", "sự kiện", "việc lớn")),),
)
