"""Two buttons under every answer: was it what was meant? "No" makes the question a gap and offers what is near."""

from __future__ import annotations

from handlers import handover, procedure
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Judged, Outcome, Verdict
from handlers.router import Feature
from handlers.smalltalk import HUMAN
from knowledge.reading import Decision

RIGHT = "dung"
WRONG = "sai"


def buttons(ctx: Context) -> tuple[Choice, ...]:
    return (
        Choice(ctx.texts("feedback.right"), f"{RIGHT}:{ctx.ref}"),
        Choice(ctx.texts("feedback.wrong"), f"{WRONG}:{ctx.ref}"),
    )


def _question(arguments: tuple[str, ...]) -> int | None:
    return int(arguments[0]) if arguments and arguments[0].isdecimal() else None


async def _right(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    question = _question(arguments)
    notes = (Judged(question, Verdict.RIGHT),) if question is not None else ()
    return Outcome((Reply(ctx.texts("feedback.thanks")),), notes=notes)


async def _wrong(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    question = _question(arguments)
    notes = (Judged(question, Verdict.WRONG),) if question is not None else ()
    facets = procedure.parsed(ctx.dialogue.facet or "")
    near = ctx.dialogue.alternatives if question == ctx.dialogue.asked else ()
    found = [record for code in near if (record := ctx.knowledge.get(code))]
    choices = tuple(Choice(p.name, procedure.show_action(p.code, *facets)) for p in found)
    person = (*handover.choices(ctx, question), Choice(ctx.texts("menu.human"), HUMAN))
    if not choices:
        return Outcome((Reply(ctx.texts("feedback.sorry_alone"), person),), notes=notes)
    choices += person
    codes = tuple(p.code for p in found)
    return Outcome((Reply(ctx.texts("feedback.sorry"), choices),), notes=notes, decision=Decision.CLARIFY, codes=codes)


FEATURE = Feature(actions={RIGHT: _right, WRONG: _wrong})
