"""The coordinator's desk: reports are accepted or returned with a reason, what does not apply is set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers import duty
from handlers.context import Context
from handlers.duties import Duty, Report, Role
from handlers.line_flow import line_flow, stop
from handlers.message import Choice, Message, Reply
from handlers.outcome import Accepted, Outcome, Returned, SetAside
from handlers.router import Command, Feature
from scheduler.ledger import Mark

ROLES = frozenset({Role.COORDINATOR})
LOOKERS = frozenset({Role.COORDINATOR, Role.MONITOR, Role.ADMIN})
QUEUE = "choduyet"
LOOK = "xemviec"
"""Opens the card of any unit's duty; for a monitor without buttons."""
ACCEPT = "duyet"
RETURN = "tra"
ASIDE = "khongapdung"
RETURN_FLOW = "tra"
ASIDE_FLOW = "khongapdung"
PAGE = 8

READY_REASONS = ("photo", "link", "figures")
"""Reasons that can be pressed, by the ends of their texts' names."""


# What waits


async def _queue(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return await _page(duty.number(arguments) or 0, ctx)


async def _command(_message: Message, ctx: Context) -> Outcome:
    return await _page(0, ctx)


async def _page(first: int, ctx: Context) -> Outcome:
    waiting = await _waiting(ctx)
    if not waiting:
        return Outcome((Reply(ctx.texts("review.nothing")),))
    first = first if first < len(waiting) else 0
    shown = waiting[first : first + PAGE]
    lines = [ctx.texts("review.waiting", count=len(waiting))]
    lines += [duty.line(place, one, ctx, unit=True) for place, one in enumerate(shown, start=1)]
    choices = [Choice(duty.named(one, ctx), f"{LOOK}:{one.id}") for one in shown]
    if (more := len(waiting) - first - PAGE) > 0:
        choices.append(Choice(ctx.texts("duty.more", count=more), f"{QUEUE}:{first + PAGE}"))
    return Outcome((Reply("\n".join(lines), tuple(choices)),))


async def _waiting(ctx: Context) -> tuple[Duty, ...]:
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    return await ctx.duties.to_accept(ctx.person)


# One duty


async def _look(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await duty.find(arguments, ctx)
    return _missing(ctx) if found is None else Outcome((_card(found, ctx),))


def _missing(ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("review.gone")),), replace(ctx.dialogue, flow=None))


def _card(found: Duty, ctx: Context) -> Reply:
    text, barred = duty.card(found, ctx), _barred(found, ctx)
    return Reply(f"{text}\n\n{barred}" if barred else text, _choices(found, ctx))


def _barred(found: Duty, ctx: Context) -> str:
    """Why a coordinator may not decide on this one; empty: they may, or are none."""
    if not (ctx.person and ctx.person.holds(*ROLES)):
        return ""
    if not found.decided_here:
        return ctx.texts("review.elsewhere")
    own = found.report is not None and found.report.member in {one.id for one in ctx.person.memberships}
    return ctx.texts("review.own") if own and found.standing.mark is Mark.REPORTED else ""


def _choices(found: Duty, ctx: Context) -> tuple[Choice, ...]:
    if not (ctx.person and ctx.person.holds(*ROLES)) or _barred(found, ctx):
        return ()
    if duty.is_open(found):
        return (Choice(ctx.texts("review.aside"), f"{ASIDE}:{found.id}"),)
    if found.standing.mark is Mark.REPORTED and found.report:
        return (
            Choice(ctx.texts("review.accept"), f"{ACCEPT}:{found.id}:{found.report.id}"),
            Choice(ctx.texts("review.return"), f"{RETURN}:{found.id}:{found.report.id}"),
        )
    return ()


async def _theirs(arguments: tuple[str, ...], ctx: Context) -> Duty | Outcome:
    """The duty that a button is about, where this coordinator may decide on it."""
    found = await duty.find(arguments, ctx)
    if found is None:
        return _missing(ctx)
    if barred := _barred(found, ctx):
        return Outcome((Reply(barred),), replace(ctx.dialogue, flow=None))
    return found


async def _reported(arguments: tuple[str, ...], ctx: Context) -> tuple[Duty, Report] | Outcome:
    """A duty and the very report that a button is about; else what became of it."""
    found = await _theirs(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    same = found.report is not None and found.report.id == duty.number(arguments, 1)
    if found.report and same and found.standing.mark is Mark.REPORTED:
        return found, found.report
    said = ctx.texts("review.changed", name=duty.named(found, ctx), state=duty.state(found, ctx))
    return Outcome((Reply(said, _choices(found, ctx)),))


async def _accept(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await _reported(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    one, report = found
    said = ctx.texts("review.accepted", code=report.code, unit=one.unit_name)
    return await _then_next(said, one, Accepted(one.id), ctx)


async def _then_next(said: str, done: Duty, note: Accepted | Returned, ctx: Context) -> Outcome:
    """What was decided, and the next report at once."""
    dialogue = replace(ctx.dialogue, flow=None, offered=())
    waiting = [one for one in await _waiting(ctx) if one.id != done.id]
    if not waiting:
        return Outcome((Reply(f"{said}\n{ctx.texts('review.all_read')}"),), dialogue, (note,))
    further = ctx.texts("review.next", count=len(waiting))
    return Outcome((Reply(f"{said}\n{further}"), _card(waiting[0], ctx)), dialogue, (note,))


# Return with a reason


async def _return(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    """``tra:ID:REPORT`` asks for the reason, ``tra:ID:REPORT:photo`` gives one."""
    found = await _reported(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    one, report = found
    ready = next((reason for reason in READY_REASONS if arguments[2:] == (reason,)), None)
    if ready:
        return await _returned(one, report, ctx.texts(f"reason.{ready}"), ctx)
    flow = duty.begun(RETURN_FLOW, "line", ctx, duty=one.id, report=report.id, code=report.code)
    inside = replace(ctx, dialogue=replace(ctx.dialogue, flow=flow))
    return Outcome((_return_prompt(inside),), inside.dialogue)


def _return_prompt(ctx: Context) -> Reply:
    data = ctx.dialogue.flow.data if ctx.dialogue.flow else {}
    about = f"{RETURN}:{data['duty']}:{data['report']}"
    ready = tuple(Choice(ctx.texts(f"reason.{reason}"), f"{about}:{reason}") for reason in READY_REASONS)
    return Reply(ctx.texts("review.why", code=data["code"]), (*ready, stop(ctx, f"{LOOK}:{data['duty']}")))


async def _return_line(line: str, data: Mapping[str, Any], ctx: Context) -> Outcome:
    found = await _reported((str(data["duty"]), str(data["report"])), ctx)
    return found if isinstance(found, Outcome) else await _returned(*found, line, ctx)


async def _returned(one: Duty, report: Report, reason: str, ctx: Context) -> Outcome:
    said = ctx.texts("review.returned", code=report.code, unit=one.unit_name, reason=reason)
    return await _then_next(said, one, Returned(one.id, reason), ctx)


# Does not apply


async def _aside(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await _unreported(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    flow = duty.begun(ASIDE_FLOW, "line", ctx, duty=found.id, name=duty.named(found, ctx))
    inside = replace(ctx, dialogue=replace(ctx.dialogue, flow=flow))
    return Outcome((_aside_prompt(inside),), inside.dialogue)


async def _unreported(arguments: tuple[str, ...], ctx: Context) -> Duty | Outcome:
    found = await _theirs(arguments, ctx)
    if isinstance(found, Outcome):
        return found
    if duty.is_open(found):
        return found
    said = ctx.texts("review.changed", name=duty.named(found, ctx), state=duty.state(found, ctx))
    return Outcome((Reply(said, _choices(found, ctx)),))


def _aside_prompt(ctx: Context) -> Reply:
    data = ctx.dialogue.flow.data if ctx.dialogue.flow else {}
    return Reply(ctx.texts("review.aside_why", name=data["name"]), (stop(ctx, f"{LOOK}:{data['duty']}"),))


async def _aside_line(line: str, data: Mapping[str, Any], ctx: Context) -> Outcome:
    found = await _unreported((str(data["duty"]),), ctx)
    if isinstance(found, Outcome):
        return found
    said = ctx.texts("review.set_aside", name=duty.named(found, ctx), reason=line)
    return Outcome((Reply(said),), notes=(SetAside(found.id, line),))


FEATURE = Feature(
    actions={QUEUE: _queue, ACCEPT: _accept, RETURN: _return, ASIDE: _aside},
    commands=(
        Command(
            "choduyet", "Báo cáo chờ duyệt", _command, ("chờ duyệt", "duyệt báo cáo", "duyệt", "báo cáo chờ duyệt")
        ),
    ),
    flows={
        RETURN_FLOW: line_flow(_return_line, _return_prompt),
        ASIDE_FLOW: line_flow(_aside_line, _aside_prompt),
    },
    roles=ROLES,
)
"""Decides: for coordinators alone."""

LOOKING = Feature(actions={LOOK: _look}, roles=LOOKERS)
"""Only looks."""
