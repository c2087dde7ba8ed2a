"""An admin confirms a draft plan: each rhythm that its words leave open is accepted or chosen, then a name is given.

What was chosen so far is kept in the flow; nothing is written down before the last press, and nothing is reminded of
before that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from textwrap import shorten
from typing import Any

from handlers import duty
from handlers.cadence import is_definite, spoken
from handlers.context import Context
from handlers.dialogue import Flow
from handlers.duties import Draft, Role
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome, PlanConfirmed
from handlers.router import Command, Feature, FlowSteps
from handlers.told import CANCEL, is_question
from knowledge.normalize import fold
from knowledge.reading import Decision
from scheduler.plan import Kind, Schedule, Task

ROLES = frozenset({Role.ADMIN})
DRAFTS = "kh"
ALL = "khtat"
EACH = "khtung"
SET = "khdat"
CONFIRM = "khxong"
FLOW = "kehoach"

LISTED_AT_MOST = 12
NAME_LENGTH = 100
_PROPOSED = "de"

_OTHERS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "tuan": (Kind.RECURRING, ("FREQ=WEEKLY;BYDAY=FR",)),
    "thang": (Kind.RECURRING, ("FREQ=MONTHLY;BYMONTHDAY=-1",)),
    "quy": (Kind.RECURRING, ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1",)),
    "nuanam": (Kind.RECURRING, ("FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1",)),
    "motlan": (Kind.ONE_OFF, ()),
    "sukien": (Kind.EVENT, ()),
}
"""Rhythms that can be chosen instead of the one proposed, by the key in the button."""


@dataclass(frozen=True, slots=True)
class _Choosing:
    """What was chosen so far."""

    plan: int
    chosen: dict[str, Any] = field(default_factory=dict)
    """TT -> the schedule as JSON."""
    by: str = ""

    def flow(self, step: str, ctx: Context) -> Flow:
        return duty.begun(FLOW, step, ctx, plan=self.plan, chosen=self.chosen, by=self.by)

    @classmethod
    def of(cls, plan: int, ctx: Context) -> _Choosing:
        """What the flow holds of this plan; nothing yet where it is another one."""
        flow = ctx.dialogue.flow
        if flow is None or flow.name != FLOW or flow.data["plan"] != plan:
            return cls(plan)
        return cls(plan, flow.data["chosen"], flow.data["by"])


def left_open(draft: Draft) -> list[Task]:
    """The tasks whose rhythm the document does not say."""
    return [task for task in draft.tasks if task.needs_confirmation or not is_definite(task.schedule)]


def proposed(task: Task) -> Schedule | None:
    """What can be accepted as it is; None: somebody has to choose."""
    reading = task.proposal or task.schedule
    return replace(reading, needs_confirmation=False) if is_definite(reading) else None


def options(task: Task) -> dict[str, Schedule]:
    """What can be chosen, the proposal in front."""
    base = task.proposal or task.schedule
    found: dict[str, Schedule] = {}
    if first := proposed(task):
        found[_PROPOSED] = first
    for key, (kind, rules) in _OTHERS.items():
        other = replace(base, kind=kind, rules=rules, at=None, arrears=False, needs_confirmation=False, note="")
        same = first is not None and (first.kind, first.rules) == (kind, rules)
        if not same and is_definite(other):
            found[key] = other
    return found


async def _draft(plan: int | None, ctx: Context) -> Draft | None:
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    return next((one for one in await ctx.duties.drafts(ctx.person) if one.id == plan), None)


def _gone(ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("planning.gone")),), replace(ctx.dialogue, flow=None, offered=()))


# What waits


async def _command(_message: Message, ctx: Context) -> Outcome:
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    drafts = await ctx.duties.drafts(ctx.person)
    if not drafts:
        return Outcome((Reply(ctx.texts("planning.nothing")),))
    if len(drafts) == 1:
        return _opened(drafts[0], ctx)
    choices = tuple(Choice(shorten(one.title, 60, placeholder="…"), f"{DRAFTS}:{one.id}") for one in drafts)
    return Outcome((Reply(ctx.texts("planning.which"), choices),))


async def _open(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    if not arguments:
        return await _command(message, ctx)
    draft = await _draft(duty.number(arguments), ctx)
    return _opened(draft, ctx) if draft else _gone(ctx)


def _opened(draft: Draft, ctx: Context) -> Outcome:
    texts, waiting = ctx.texts, left_open(draft)
    lines = [texts("planning.title", title=draft.title, tasks=len(draft.tasks), waiting=len(waiting))]
    if draft.warnings:
        lines.append(texts("planning.warnings", count=draft.warnings))
    lines += [_open_line(task, ctx) for task in waiting[:LISTED_AT_MOST]]
    if (more := len(waiting) - LISTED_AT_MOST) > 0:
        lines.append(texts("planning.and_more", count=more))
    later = Choice(texts("planning.later"), CONFIRM)
    if not waiting:
        return Outcome((Reply("\n".join(lines), (Choice(texts("planning.go_on"), f"{ALL}:{draft.id}"), later)),))
    choices = (
        Choice(texts("planning.accept_all"), f"{ALL}:{draft.id}"),
        Choice(texts("planning.one_by_one"), f"{EACH}:{draft.id}:0"),
        later,
    )
    return Outcome((Reply("\n".join(lines), choices),), replace(ctx.dialogue, flow=None))


def _open_line(task: Task, ctx: Context) -> str:
    reading = proposed(task)
    rhythm = spoken(reading, ctx) if reading else ctx.texts("planning.no_proposal")
    content = shorten(task.content, 60, placeholder="…")
    return ctx.texts("planning.line", tt=task.tt, content=content, words=task.time_text, rhythm=rhythm)


# Choose


async def _all(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _draft(duty.number(arguments), ctx)
    if draft is None:
        return _gone(ctx)
    accepted = {task.tt: reading.to_json() for task in left_open(draft) if (reading := proposed(task))}
    return _next(draft, _Choosing(draft.id, accepted), ctx)


async def _each(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _draft(duty.number(arguments), ctx)
    if draft is None:
        return _gone(ctx)
    place, waiting = duty.number(arguments, 1), left_open(draft)
    choosing = _Choosing.of(draft.id, ctx)
    if place is None or place >= len(waiting):
        return _next(draft, choosing, ctx)
    return _asked(draft, place, choosing, ctx)


async def _set(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _draft(duty.number(arguments), ctx)
    if draft is None:
        return _gone(ctx)
    place, waiting = duty.number(arguments, 1), left_open(draft)
    choosing = _Choosing.of(draft.id, ctx)
    if place is None or place >= len(waiting):
        return _next(draft, choosing, ctx)
    chosen = options(waiting[place]).get(arguments[2] if len(arguments) > 2 else "")
    if chosen is None:
        return _asked(draft, place, choosing, ctx)
    chosen_so_far = {**choosing.chosen, waiting[place].tt: chosen.to_json()}
    return _next(draft, replace(choosing, chosen=chosen_so_far), ctx)


def _next(draft: Draft, choosing: _Choosing, ctx: Context) -> Outcome:
    """The first task that nothing was chosen for; then the name; then the last press."""
    for place, task in enumerate(left_open(draft)):
        if task.tt not in choosing.chosen:
            return _asked(draft, place, choosing, ctx)
    if choosing.by:
        return _last(draft, choosing, ctx)
    dialogue = replace(ctx.dialogue, flow=choosing.flow("name", ctx), offered=())
    return Outcome((Reply(ctx.texts("planning.name")),), dialogue)


def _asked(draft: Draft, place: int, choosing: _Choosing, ctx: Context) -> Outcome:
    waiting = left_open(draft)
    task, texts = waiting[place], ctx.texts
    content = shorten(task.content, duty.LONG, placeholder="…")
    lines = [
        texts("planning.task", place=place + 1, count=len(waiting), tt=task.tt, content=content),
        texts("planning.words", words=task.time_text),
    ]
    if note := (task.proposal or task.schedule).note or task.note:
        lines.append(texts("planning.note", note=note))
    choices = []
    for key, schedule in options(task).items():
        rhythm = spoken(schedule, ctx)
        label = texts("planning.accept", rhythm=rhythm) if key == _PROPOSED else rhythm[:1].upper() + rhythm[1:]
        choices.append(Choice(label, f"{SET}:{draft.id}:{place}:{key}"))
    if place:
        choices.append(Choice(texts("planning.back"), f"{EACH}:{draft.id}:{place - 1}"))
    dialogue = replace(ctx.dialogue, flow=choosing.flow("choose", ctx))
    return Outcome((Reply("\n".join(lines), tuple(choices)),), dialogue)


# Who confirms


async def _step(message: Message, ctx: Context) -> Outcome | None:
    flow = ctx.dialogue.flow
    assert flow  # noqa: S101 - the router calls a step only in its flow
    if fold(message.text) in CANCEL:
        return _later(ctx)
    name = " ".join(message.text.split())
    asks = is_question(name) or ctx.knowledge.read(name).decision is Decision.ANSWER
    if flow.step != "name" or message.media or asks:
        return None
    if not _is_name(name):
        return Outcome((Reply(ctx.texts("planning.no_name")),))
    draft = await _draft(flow.data["plan"], ctx)
    if draft is None:
        return _gone(ctx)
    choosing = replace(_Choosing.of(draft.id, ctx), by=name)
    return _last(draft, choosing, ctx)


def _is_name(text: str) -> bool:
    """Whether somebody can be meant: two words or more, letters and the marks between a name and a post."""
    words = text.split()
    return len(text) <= NAME_LENGTH and len(words) >= 2 and all(c.isalpha() or c in " .,-–()&" for c in text)


def _last(draft: Draft, choosing: _Choosing, ctx: Context) -> Outcome:
    lines = [ctx.texts("planning.sure", title=draft.title, by=choosing.by)]
    for tt, value in list(choosing.chosen.items())[:LISTED_AT_MOST]:
        lines.append(ctx.texts("planning.chosen", tt=tt, rhythm=spoken(Schedule.from_json(value), ctx)))
    if (more := len(choosing.chosen) - LISTED_AT_MOST) > 0:
        lines.append(ctx.texts("planning.and_more", count=more))
    choices = (
        Choice(ctx.texts("planning.confirm"), f"{CONFIRM}:{draft.id}"),
        Choice(ctx.texts("planning.change"), f"{EACH}:{draft.id}:0"),
        Choice(ctx.texts("planning.later"), CONFIRM),
    )
    dialogue = replace(ctx.dialogue, flow=choosing.flow("sure", ctx))
    return Outcome((Reply("\n".join(lines), choices),), dialogue)


async def _confirm(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    """``khxong:PLAN`` confirms what the flow holds; ``khxong`` leaves it for another day."""
    if not arguments:
        return _later(ctx)
    draft = await _draft(duty.number(arguments), ctx)
    if draft is None:
        return _gone(ctx)
    choosing = _Choosing.of(draft.id, ctx)
    cadences = {tt: Schedule.from_json(value) for tt, value in choosing.chosen.items()}
    if {task.tt for task in left_open(draft)} != cadences.keys():
        return _opened(draft, ctx)
    if not choosing.by:
        return _next(draft, choosing, ctx)
    said = ctx.texts("planning.confirmed", title=draft.title, by=choosing.by)
    note = PlanConfirmed(draft.id, choosing.by, cadences)
    return Outcome((Reply(said),), replace(ctx.dialogue, flow=None, offered=()), (note,))


def _later(ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("planning.left")),), replace(ctx.dialogue, flow=None, offered=()))


def _prompt(ctx: Context) -> Reply:
    flow = ctx.dialogue.flow
    if flow is not None and flow.step == "name":
        return Reply(ctx.texts("planning.name"))
    return Reply(ctx.texts("planning.resume"), ctx.dialogue.offered)


FEATURE = Feature(
    actions={DRAFTS: _open, ALL: _all, EACH: _each, SET: _set, CONFIRM: _confirm},
    commands=(
        Command("kehoach", "Xác nhận kế hoạch", _command, ("kế hoạch", "xác nhận kế hoạch", "kế hoạch chờ xác nhận")),
    ),
    flows={FLOW: FlowSteps(_step, _prompt)},
    roles=ROLES,
)
