"""A flow that waits for one line: why a report is returned, what one is stuck on. Pressing anything else ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Keep, Outcome
from handlers.router import FlowSteps
from handlers.told import CANCEL, is_question
from knowledge.normalize import fold
from knowledge.reading import Decision

LINE_LENGTH = 500
SHORTEST = 3
"""A line of fewer letters tells nothing."""

Take: TypeAlias = Callable[[str, Mapping[str, Any], Context], Awaitable[Outcome]]


def line_flow(take: Take, prompt: Callable[[Context], Reply]) -> FlowSteps:
    """``take`` is given the line, the data of the flow, and a context in which the flow has ended."""

    async def step(message: Message, ctx: Context) -> Outcome | None:
        ended = replace(ctx, dialogue=replace(ctx.dialogue, flow=None, offered=()))
        line = " ".join(message.text.split())[:LINE_LENGTH]
        if fold(line) in CANCEL:
            return Outcome((Reply(ctx.texts("duty.left_so")),), ended.dialogue)
        if is_question(line) and ctx.knowledge.read(line).decision in (Decision.ANSWER, Decision.CLARIFY):
            return None
        if sum(char.isalpha() for char in line) < SHORTEST:
            return _again(prompt(ctx), ctx)
        data = ctx.dialogue.flow.data if ctx.dialogue.flow else {}
        outcome = await take(line, data, ended)
        return replace(outcome, dialogue=ended.dialogue) if isinstance(outcome.dialogue, Keep) else outcome

    return FlowSteps(step, prompt, short=True)


def _again(prompt: Reply, ctx: Context) -> Outcome:
    said = ctx.texts("duty.too_short")
    return Outcome((replace(prompt, text=f"{said}\n{prompt.text}"),))


def stop(ctx: Context, action: str) -> Choice:
    """Leaves the flow: opening something else ends it."""
    return Choice(ctx.texts("duty.never_mind"), action)
