"""Việc của tôi: the list, a duty's card, being reminded later, being stuck, handing over to a colleague."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import days, duty
from handlers.context import Context
from handlers.duties import Colleague, Duty, Snooze
from handlers.line_flow import line_flow, stop
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome, Passed, Snoozed, Stuck
from handlers.router import Command, Feature, FlowSteps
from handlers.told import CANCEL
from knowledge.normalize import fold
from scheduler.calendar import VIETNAM

PAGE = 8
"""So many duties are shown at once."""

STUCK_FLOW = "vm"
SNOOZE_FLOW = "hoan"
_CLOCK = re.compile(r"(?:luc )?(\d{1,2})(?: ?h| gio| g)? ?(\d{2})?(?: (?:sang|chieu)(?: nay| mai)?)?")
"""A time typed by hand, folded: "14:00", "14h", "2h30 chiều"."""


async def _list(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return await _page(duty.number(arguments) or 0, ctx)


async def _command(_message: Message, ctx: Context) -> Outcome:
    return await _page(0, ctx)


async def _page(first: int, ctx: Context) -> Outcome:
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    found = sorted(await ctx.duties.mine(ctx.person), key=lambda one: duty.group(one, ctx))
    if not found:
        return Outcome((Reply(ctx.texts("duty.nothing")),))
    first = first if first < len(found) else 0
    shown = found[first : first + PAGE]
    lines = [_head(found, ctx)]
    lines += [duty.line(place, one, ctx) for place, one in enumerate(shown, start=1)]
    choices = [duty.open_choice(one, duty.name(one, ctx)) for one in shown]
    if (more := len(found) - first - PAGE) > 0:
        choices.append(Choice(ctx.texts("duty.more", count=more), f"{duty.LIST}:{first + PAGE}"))
    return Outcome((Reply("\n".join(lines), tuple(choices)),))


def _head(found: list[Duty], ctx: Context) -> str:
    groups = Counter(duty.group(one, ctx) for one in found)
    waiting = len(found) - groups[duty.Group.SETTLED]
    if not waiting:
        return ctx.texts("duty.all_done")
    urgent = [
        ctx.texts(f"group.{group.name.lower()}", count=groups[group])
        for group in (duty.Group.OVERDUE, duty.Group.RETURNED, duty.Group.TODAY)
        if groups[group]
    ]
    if not urgent:
        return ctx.texts("duty.waiting", count=waiting)
    return ctx.texts("duty.waiting_urgent", count=waiting, urgent=", ".join(urgent))


async def _card(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await duty.find(arguments, ctx)
    if found is None:
        return duty.gone(ctx)
    further = duty.choices(found, ctx) if duty.doer(found, ctx) else ()
    choices = (*further, Choice(ctx.texts("duty.mine"), duty.LIST))
    return Outcome((Reply(duty.card(found, ctx), choices),))


async def _workable(arguments: tuple[str, ...], ctx: Context) -> Duty | Outcome:
    """A duty that this person does and that is still open; else what to say."""
    found = await duty.find(arguments, ctx)
    if found is None or duty.doer(found, ctx) is None:
        return duty.gone(ctx)
    if duty.is_open(found):
        return found
    said = ctx.texts("duty.settled", name=duty.name(found, ctx), state=duty.state(found, ctx))
    return Outcome((Reply(said, duty.choices(found, ctx)),))


# Remind me later


async def _snooze(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await _workable(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    offered = await ctx.duties.snoozes(found)
    wanted = duty.number(arguments, 1, most=10**11)
    chosen = next((one for one in offered if int(one.until.timestamp()) == wanted), None)
    if chosen:
        return _snoozed(found, chosen, ctx)
    if not offered:
        return _no_snooze(found, ctx)
    said = (
        ctx.texts("duty.snooze_gone")
        if wanted is not None
        else ctx.texts("duty.snooze", due=days.moment(found.deadline, ctx))
    )
    flow = duty.begun(SNOOZE_FLOW, "time", ctx, duty=found.id)
    choices = tuple(_snooze_choice(found, one) for one in offered)
    return Outcome((Reply(said, choices),), replace(ctx.dialogue, flow=flow))


def _snoozed(found: Duty, chosen: Snooze, ctx: Context) -> Outcome:
    said = ctx.texts("duty.snoozed", when=days.moment(chosen.until, ctx), times=found.snoozed + 1)
    dialogue = replace(ctx.dialogue, flow=None, offered=())
    return Outcome((Reply(said),), dialogue, (Snoozed(found.id, chosen.until),))


async def _snooze_time(message: Message, ctx: Context) -> Outcome | None:
    """A time typed instead of pressed: "14:00"; None: no time."""
    flow = ctx.dialogue.flow
    assert flow  # noqa: S101 - the router calls a step only in its flow
    typed = fold(message.text)
    if typed in CANCEL:
        return Outcome((Reply(ctx.texts("duty.left_so")),), replace(ctx.dialogue, flow=None, offered=()))
    clock = _CLOCK.fullmatch(typed)
    found = await _workable((str(flow.data["duty"]),), ctx)
    if isinstance(found, Outcome):
        return found if clock else None
    offered = await ctx.duties.snoozes(found)
    chosen = next((one for one in offered if typed and fold(one.label).startswith(f"{typed} ")), None)
    if chosen is None and clock:
        hour, minute = int(clock[1]), int(clock[2] or 0)
        times = {(hour, minute), (hour + 12, minute)}
        chosen = next((one for one in offered if _hour_and_minute(one) in times), None)
    if chosen:
        return _snoozed(found, chosen, ctx)
    return await _snooze((str(found.id), "0"), message, ctx) if clock else None


def _hour_and_minute(snooze: Snooze) -> tuple[int, int]:
    local = snooze.until.astimezone(VIETNAM)
    return local.hour, local.minute


def _snooze_prompt(ctx: Context) -> Reply:
    return Reply(ctx.texts("duty.snooze_when"), ctx.dialogue.offered)


def _snooze_choice(found: Duty, snooze: Snooze) -> Choice:
    return Choice(snooze.label, f"{duty.SNOOZE}:{found.id}:{int(snooze.until.timestamp())}")


def _no_snooze(found: Duty, ctx: Context) -> Outcome:
    if found.snoozed:
        said = ctx.texts("duty.snoozed_enough", times=found.snoozed, due=days.moment(found.deadline, ctx))
    else:
        said = ctx.texts("duty.no_time_to_snooze", due=days.moment(found.deadline, ctx))
    return Outcome((Reply(said, duty.choices(found, ctx)),))


# Hand over to a colleague


async def _pass(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await _workable(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    mine = {membership.id for membership in ctx.person.memberships} if ctx.person else set()
    others = [one for one in await ctx.duties.colleagues(found) if one.id not in mine]
    reached = [one for one in others if one.reachable]
    chosen = next((one for one in reached if one.id == duty.number(arguments, 1)), None)
    labels = _labels(reached, ctx)
    if chosen:
        said = ctx.texts("duty.passed", name=duty.name(found, ctx), who=labels[chosen.id])
        return Outcome((Reply(said),), replace(ctx.dialogue, offered=()), (Passed(found.id, chosen.id),))
    if not reached:
        said = ctx.texts("duty.nobody_reached" if others else "duty.nobody", unit=found.unit_name)
        return Outcome((Reply(said, duty.choices(found, ctx)),))
    choices = tuple(Choice(labels[one.id], f"{duty.HAND_OVER}:{found.id}:{one.id}") for one in reached)
    return Outcome((Reply(ctx.texts("duty.pass_to", name=duty.name(found, ctx)), choices),))


def _labels(people: list[Colleague], ctx: Context) -> dict[int, str]:
    """What each is called; who bears the same label is told apart by a number."""
    names = {one.id: one.label or ctx.texts("duty.colleague") for one in people}
    names |= {one.id: ctx.texts("duty.substitute", label=names[one.id]) for one in people if one.substitute}
    seen: Counter[str] = Counter()
    for number, label in names.items():
        seen[label] += 1
        if seen[label] > 1:
            names[number] = f"{label} {seen[label]}"
    return names


# Stuck


async def _stuck(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await _workable(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    flow = duty.begun(STUCK_FLOW, "line", ctx, duty=found.id, name=duty.name(found, ctx))
    inside = replace(ctx, dialogue=replace(ctx.dialogue, flow=flow))
    return Outcome((_stuck_prompt(inside),), inside.dialogue)


def _stuck_prompt(ctx: Context) -> Reply:
    data = ctx.dialogue.flow.data if ctx.dialogue.flow else {}
    said = ctx.texts("duty.stuck_line", name=data["name"])
    return Reply(said, (stop(ctx, f"{duty.CARD}:{data['duty']}"),))


async def _stuck_line(line: str, data: Mapping[str, Any], ctx: Context) -> Outcome:
    found = await _workable((str(data["duty"]),), ctx)
    if isinstance(found, Outcome):
        return found
    doer = duty.doer(found, ctx)
    assert doer  # noqa: S101 - a workable duty has its doer
    said = ctx.texts("duty.stuck_told", name=duty.name(found, ctx), due=days.moment(found.deadline, ctx))
    choices = tuple(choice for choice in duty.choices(found, ctx) if choice.action != f"{duty.STUCK}:{found.id}")
    return Outcome((Reply(said, choices),), notes=(Stuck(found.id, doer.id, line),))


FEATURE = Feature(
    actions={
        duty.LIST: _list,
        duty.CARD: _card,
        duty.SNOOZE: _snooze,
        duty.HAND_OVER: _pass,
        duty.STUCK: _stuck,
    },
    commands=(
        Command(
            "congviec",
            "Việc của tôi",
            _command,
            ("việc của tôi", "công việc", "việc", "việc cần làm", "nhiệm vụ", "nhiệm vụ của tôi", "công việc của tôi"),
        ),
    ),
    flows={
        STUCK_FLOW: line_flow(_stuck_line, _stuck_prompt),
        SNOOZE_FLOW: FlowSteps(_snooze_time, _snooze_prompt, short=True),
    },
    roles=duty.DOERS,
)
