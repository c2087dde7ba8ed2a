"""A report that was sent: looked at again, and taken back while its period is open."""

from __future__ import annotations

from handlers import days, duty
from handlers.context import Context
from handlers.duties import Duty
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome, Withdrawn
from handlers.router import Feature
from scheduler.ledger import Mark

_YES = "co"


async def _view(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    found = await duty.find(arguments, ctx)
    if found is None:
        return duty.gone(ctx)
    title = ctx.texts("reporting.view", name=duty.name(found, ctx), state=duty.state(found, ctx))
    lines = duty.report_lines(found.report, ctx) if found.report else [ctx.texts("reporting.none")]
    own = duty.doer(found, ctx) is not None
    further = (duty.withdrawal(found, ctx) if found.report else duty.choices(found, ctx)) if own else ()
    choices = (*further, Choice(ctx.texts("duty.mine"), duty.LIST))
    return Outcome((Reply("\n".join([title, *lines]), choices),))


async def _withdraw(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    """Asked once more: ``baorut:ID:REPORT`` asks, ``baorut:ID:REPORT:co`` does it, and only with that very report."""
    found = await duty.find(arguments, ctx)
    if found is None or duty.doer(found, ctx) is None:
        return duty.gone(ctx)
    same = found.report is not None and duty.number(arguments, 1) == found.report.id
    if not same or not duty.can_withdraw(found, ctx):
        reason = _not_withdrawn(found, ctx)
        return Outcome((Reply(reason, duty.choices(found, ctx)),))
    assert found.report  # noqa: S101 - compared above
    name, code = duty.name(found, ctx), found.report.code
    if arguments[2:] != (_YES,):
        yes = Choice(ctx.texts("reporting.withdraw_yes"), f"{duty.WITHDRAW}:{found.id}:{found.report.id}:{_YES}")
        keep = Choice(ctx.texts("reporting.withdraw_no"), f"{duty.VIEW}:{found.id}")
        return Outcome((Reply(ctx.texts("reporting.withdraw_sure", code=code, name=name), (yes, keep)),))
    again = Choice(ctx.texts("duty.report_again"), f"{duty.REPORT}:{found.id}")
    reply = Reply(ctx.texts("reporting.withdrawn", code=code), (again, Choice(ctx.texts("duty.mine"), duty.LIST)))
    return Outcome((reply,), notes=(Withdrawn(found.id),))


def _not_withdrawn(found: Duty, ctx: Context) -> str:
    match found.standing.mark:
        case Mark.ACCEPTED:
            return ctx.texts("reporting.withdraw_accepted")
        case Mark.REPORTED if ctx.now > found.standing.due:
            return ctx.texts("reporting.withdraw_late", due=days.moment(found.standing.due, ctx))
        case Mark.REPORTED:
            return ctx.texts("reporting.withdraw_newer", name=duty.name(found, ctx))
    return ctx.texts("reporting.withdraw_none", name=duty.name(found, ctx))


FEATURE = Feature(actions={duty.VIEW: _view, duty.WITHDRAW: _withdraw}, roles=duty.DOERS)
