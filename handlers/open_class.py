"""Mở lớp: a teacher opens a class in three answers and is given the code for pupils and the link of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.context import Context
from handlers.dialogue import Flow
from handlers.message import Choice, Message, Reply
from handlers.outcome import ClassOpened, Outcome
from handlers.router import SINCE, Command, Feature, FlowSteps
from handlers.told import CANCEL, is_question
from knowledge.normalize import fold
from knowledge.practice.sets import CaseSet, shipped_sets
from knowledge.practice.terms import label_of, term_end

OPEN = "molop"
SET = "molopbo"
UNTIL = "molopden"
FLOW = "molop"

WEEKS = (1, 2, 4)
"""How long a class may be played, as offered; the end of term is offered beside."""
TERM = "ky"


def _flow(ctx: Context, step: str, data: Mapping[str, Any]) -> Flow:
    return Flow(FLOW, step, {**data, SINCE: int(ctx.now.timestamp())})


def _asked(step: str, data: Mapping[str, Any], ctx: Context, said: str = "") -> Outcome:
    flow = _flow(ctx, step, data)
    ctx = replace(ctx, dialogue=replace(ctx.dialogue, flow=flow, offered=()))
    prompt = _prompt(ctx)
    return Outcome((replace(prompt, text=f"{said}\n\n{prompt.text}") if said else prompt,), ctx.dialogue)


def _prompt(ctx: Context) -> Reply:
    flow = ctx.dialogue.flow
    step = flow.step if flow else "label"
    data = flow.data if flow else {}
    if step == "set":
        choices = tuple(
            Choice(ctx.texts("class.set", name=one.name, count=len(_known(one, ctx))), f"{SET}:{one.key}")
            for one in _sets(ctx)
        )
        return Reply(ctx.texts("class.which", label=data["label"]), choices)
    if step == "until":
        weeks = tuple(Choice(ctx.texts("class.weeks", count=count), f"{UNTIL}:{count}") for count in WEEKS)
        term = Choice(ctx.texts("class.term", day=f"{term_end(ctx.today):%d/%m/%Y}"), f"{UNTIL}:{TERM}")
        return Reply(ctx.texts("class.until"), (*weeks, term))
    return Reply(ctx.texts("class.label"))


def _known(one: CaseSet, ctx: Context) -> tuple[str, ...]:
    return tuple(key for key in one.cases if key in ctx.practice.course.cases)


def _sets(ctx: Context) -> list[CaseSet]:
    return [one for one in shipped_sets() if _known(one, ctx)]


async def _begin(_message: Message, ctx: Context) -> Outcome:
    return _asked("label", {}, ctx)


async def _step(message: Message, ctx: Context) -> Outcome | None:
    flow = ctx.dialogue.flow
    assert flow  # noqa: S101 - the router calls a step only in its flow
    if fold(message.text) in CANCEL:
        return Outcome((Reply(ctx.texts("class.stopped")),), replace(ctx.dialogue, flow=None, offered=()))
    if flow.step != "label":
        return None
    label = label_of(message.text)
    if label is not None:
        return _asked("set", {"label": label}, ctx)
    return None if is_question(message.text) else _asked("label", {}, ctx, ctx.texts("class.no_label"))


async def _set(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    data = _data(ctx)
    chosen = next((one for one in _sets(ctx) if arguments[:1] == (one.key,)), None)
    if "label" not in data or chosen is None:
        return _asked("label", {}, ctx)
    return _asked("until", {"label": data["label"], "set": chosen.key}, ctx)


def _data(ctx: Context) -> Mapping[str, Any]:
    """What was answered so far."""
    flow = ctx.dialogue.flow
    return flow.data if flow is not None and flow.name == FLOW else {}


async def _until(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    data = _data(ctx)
    chosen = next((one for one in _sets(ctx) if one.key == data.get("set")), None)
    if chosen is None or "label" not in data:
        return _asked("label", {}, ctx)
    end = term_end(ctx.today)
    said = arguments[0] if arguments else ""
    closes = min(ctx.today + timedelta(weeks=int(said)), end) if said in {str(count) for count in WEEKS} else end
    new = await ctx.practice.new_class()
    cases = _known(chosen, ctx)
    note = ClassOpened(data["label"], new.code, new.secret, cases, ctx.today, closes, end)
    lines = [
        ctx.texts(
            "class.opened",
            code=f"{note.label}-{note.code}",
            count=len(cases),
            first=f"{note.opens_on:%d/%m/%Y}",
            last=f"{closes:%d/%m/%Y}",
            end=f"{end:%d/%m/%Y}",
        )
    ]
    if ctx.office.page:
        lines.append(ctx.texts("class.link", url=f"{ctx.office.page}/luyen-tap/lop/{new.secret}"))
    else:
        lines.append(ctx.texts("class.path", path=f"/luyen-tap/lop/{new.secret}"))
    return Outcome((Reply("\n".join(lines)),), replace(ctx.dialogue, flow=None, offered=()), (note,))


async def _press_open(_arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    return await _begin(message, ctx)


FEATURE = Feature(
    actions={OPEN: _press_open, SET: _set, UNTIL: _until},
    commands=(Command("molop", "Mở lớp luyện tập (thầy cô)", _begin, ("mở lớp", "mở lớp luyện tập", "tạo lớp")),),
    flows={FLOW: FlowSteps(_step, _prompt)},
)
