"""A person's wish that the conversation be deleted: asked once more, then done."""

from __future__ import annotations

from dataclasses import replace

from handlers.context import Context
from handlers.dialogue import Dialogue, Flow
from handlers.message import Choice, Message, Reply
from handlers.outcome import Forget, Outcome
from handlers.router import Command, Feature, FlowSteps
from knowledge.normalize import fold

FLOW = "xoa"
YES = "xoa"
NO = "giu"

_YES = frozenset({"co", "vang", "dong y", "ok", "xoa", "xoa di", "chac", "chac chan"})
_NO = frozenset({"khong", "ko", "thoi", "huy", "giu lai", "khong xoa"})


def _prompt(ctx: Context) -> Reply:
    choices = (Choice(ctx.texts("privacy.yes"), YES), Choice(ctx.texts("privacy.no"), NO))
    return Reply(ctx.texts("privacy.confirm_forget"), choices)


def _again(ctx: Context) -> Reply:
    prompt = _prompt(ctx)
    return replace(prompt, text=f"{ctx.texts('privacy.resume')}\n{prompt.text}")


async def _begin(_message: Message, ctx: Context) -> Outcome:
    prompt = _prompt(ctx)
    if waiting := await ctx.handovers.waiting():
        codes = ", ".join(one.code for one in waiting)
        prompt = replace(prompt, text=f"{prompt.text}\n{ctx.texts('handover.forgotten_too', codes=codes)}")
    return Outcome((prompt,), replace(ctx.dialogue, flow=Flow(FLOW, "confirm")))


async def _step(message: Message, ctx: Context) -> Outcome | None:
    typed = fold(message.text)
    if typed in _YES:
        return _forget(ctx)
    return _keep(ctx) if typed in _NO else None


def _forget(ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("privacy.forgotten")),), Dialogue(), (Forget(ctx.dialogue.practice),))


def _keep(ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("privacy.kept")),), replace(ctx.dialogue, flow=None, offered=()))


async def _press_yes(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    """An old button pressed long after the question was asked does not delete at once: it asks again."""
    if ctx.dialogue.flow is None or ctx.dialogue.flow.name != FLOW:
        return await _begin(_message, ctx)
    return _forget(ctx)


async def _press_no(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return _keep(ctx)


FEATURE = Feature(
    actions={YES: _press_yes, NO: _press_no},
    commands=(
        Command("xoadulieu", "Xoá tin nhắn của tôi", _begin, ("xoá dữ liệu", "xoá dữ liệu của tôi", "xoá tin nhắn")),
    ),
    flows={FLOW: FlowSteps(_step, _again)},
)
