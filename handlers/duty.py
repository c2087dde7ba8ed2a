"""A duty as it is shown: its name, a line of a list, its card, and the choices that its state leaves."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum
from textwrap import shorten

from handlers import days
from handlers.context import Context
from handlers.dialogue import Flow
from handlers.duties import Duty, Membership, Report, Role
from handlers.message import Choice, Reply
from handlers.outcome import Outcome
from handlers.router import SINCE
from scheduler.calendar import VIETNAM
from scheduler.ledger import FORM_NAMES, FORM_UNITS, OPEN_MARKS, Mark, ProofKind, State

LIST = "nv"
CARD = "nvx"
REPORT = "bao"
VIEW = "baoxem"
WITHDRAW = "baorut"
SNOOZE = "hoan"
HAND_OVER = "chuyen"
STUCK = "vm"
"""Actions on a duty: ``NAME:ID``."""

DOERS = frozenset({Role.OFFICER, Role.HEAD})
"""Who does a unit's duties; a head may report as well."""
LARGEST_ID = 2**31 - 1
SHORT = 70
"""Longest content in a list, in characters."""
LONG = 700
"""Longest content in a card or message of one duty: some rows of plans fill a page."""
PROOFS_AT_MOST = 10
SUPPORT_AT_MOST = 5


class Group(IntEnum):
    """In which order duties are told."""

    OVERDUE = 0
    RETURNED = 1
    TODAY = 2
    SOON = 3
    SETTLED = 4


def number(arguments: tuple[str, ...], index: int = 0, most: int = LARGEST_ID) -> int | None:
    """A number out of the arguments of a press; None where somebody made the button up."""
    text = arguments[index] if index < len(arguments) else ""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    return int(text) if int(text) <= most else None


async def find(arguments: tuple[str, ...], ctx: Context) -> Duty | None:
    """The duty that a button names; None: there is none, or it is not for this person."""
    found = number(arguments)
    if ctx.person is None or found is None:
        return None
    return await ctx.duties.duty(found, ctx.person)


def gone(ctx: Context) -> Outcome:
    """There is no such duty any more."""
    return Outcome((Reply(ctx.texts("duty.gone"), (Choice(ctx.texts("duty.mine"), LIST),)),))


def begun(name: str, step: str, ctx: Context, /, **data: object) -> Flow:
    """A flow that ends by itself when nobody goes on with it."""
    return Flow(name, step, {**data, SINCE: int(ctx.now.timestamp())})


def doer(duty: Duty, ctx: Context) -> Membership | None:
    """The membership by which this person does the duty: the one it was passed to, officer before head."""
    held = [m for m in (ctx.person.memberships if ctx.person else ()) if m.unit == duty.unit and m.role in DOERS]
    return min(held, key=lambda m: (m.id != duty.holder, m.role is not Role.OFFICER, m.id), default=None)


def is_open(duty: Duty) -> bool:
    """Whether somebody still has to do it."""
    return duty.standing.mark in OPEN_MARKS


def group(duty: Duty, ctx: Context) -> Group:
    if not is_open(duty):
        return Group.SETTLED
    if duty.standing.mark is Mark.RETURNED:
        return Group.RETURNED
    if ctx.now > duty.standing.due:
        return Group.OVERDUE
    return Group.TODAY if duty.deadline.astimezone(VIETNAM).date() <= ctx.today else Group.SOON


def name(duty: Duty, ctx: Context) -> str:
    """ "PL 3, tuần 34"; with the unit where the person serves several."""
    said = ctx.texts("duty.name", tt=duty.tt, period=period(duty.period.label))
    several = ctx.person is not None and len(ctx.person.units(*DOERS)) > 1
    return ctx.texts("duty.name_unit", name=said, unit=duty.unit_name) if several else said


def named(duty: Duty, ctx: Context) -> str:
    """The same for who looks at many units: always with the unit."""
    said = ctx.texts("duty.name", tt=duty.tt, period=period(duty.period.label))
    return ctx.texts("duty.name_unit", name=said, unit=duty.unit_name)


def period(label: str) -> str:
    """Its name without its days: "tuần 34 (19–25/8/2024)" is "tuần 34"."""
    return label.partition(" (")[0]


def content(duty: Duty, length: int = SHORT) -> str:
    """What is to be done, on one line of at most so many characters."""
    return shorten(duty.content, length, placeholder="…")


def line(place: int, duty: Duty, ctx: Context, *, unit: bool = False) -> str:
    """One line of a list."""
    called = named(duty, ctx) if unit else name(duty, ctx)
    due = days.day(duty.deadline.astimezone(VIETNAM).date(), ctx)
    return ctx.texts("duty.line", number=place, name=called, content=content(duty), due=due, state=state(duty, ctx))


def state(duty: Duty, ctx: Context) -> str:
    """How it stands, in words."""
    standing = duty.standing
    match standing.state(ctx.now):
        case State.PLANNED | State.DUE_SOON:
            return _ahead(duty, ctx)
        case State.OVERDUE:
            return ctx.texts("standing.overdue", late=days.late(standing.due, ctx.now, ctx))
        case State.REPORTED_LATE:
            return ctx.texts("standing.reported_late", late=_late(duty, ctx))
        case State.ACCEPTED_LATE:
            return ctx.texts("standing.accepted_late", late=_late(duty, ctx))
        case settled:
            return ctx.texts(f"standing.{settled}")


def _late(duty: Duty, ctx: Context) -> str:
    assert duty.standing.reported_at  # noqa: S101 - a late report has its time
    return days.late(duty.standing.due, duty.standing.reported_at, ctx)


def _ahead(duty: Duty, ctx: Context) -> str:
    if ctx.now > duty.deadline:
        return ctx.texts("standing.last_hours", until=days.moment(duty.standing.due, ctx))
    until = duty.deadline.astimezone(VIETNAM).date()
    span = timedelta(days=(until - ctx.today).days) if until > ctx.today else duty.deadline - ctx.now
    return ctx.texts("standing.left", left=days.length(span, ctx))


def due_lines(duty: Duty, ctx: Context) -> list[str]:
    """When it has to be reported; where the plan's own day is off, both days."""
    lines = [ctx.texts("duty.due", when=days.moment(duty.deadline, ctx))]
    if duty.period.due != duty.deadline.astimezone(VIETNAM).date():
        lines.append(ctx.texts("duty.due_off", day=days.day(duty.period.due, ctx)))
    return lines


def who(duty: Duty, ctx: Context) -> str:
    """Who leads and who supports."""
    if not duty.support:
        return ctx.texts("duty.lead", lead=duty.unit_name)
    support = names(duty.support, SUPPORT_AT_MOST, ctx)
    return ctx.texts("duty.lead_support", lead=duty.unit_name, support=support)


def names(units: tuple[str, ...], at_most: int, ctx: Context) -> str:
    """Names in one line, the rest as a count."""
    shown = ", ".join(units[:at_most])
    more = len(units) - at_most
    return ctx.texts("duty.and_units", names=shown, count=more) if more > 0 else shown


def card(duty: Duty, ctx: Context) -> str:
    """All that is known of it."""
    texts = ctx.texts
    lines = [
        texts("duty.title", tt=duty.tt, content=content(duty, LONG)),
        texts("duty.period", period=duty.period.label),
        *due_lines(duty, ctx),
        texts("duty.state", state=state(duty, ctx)),
        who(duty, ctx),
        texts("duty.plan", plan=duty.plan),
    ]
    if duty.target:
        lines.append(texts("duty.target", count=duty.target))
    if duty.holder is not None:
        mine = {m.id for m in ctx.person.memberships} if ctx.person else set()
        lines.append(texts("duty.held_by_you") if duty.holder in mine else texts("duty.held_by_other"))
    if duty.reason:
        aside = duty.standing.mark is Mark.NOT_APPLICABLE
        lines.append(texts("duty.aside_because" if aside else "duty.returned_because", reason=duty.reason))
    if duty.report:
        lines += ["", *report_lines(duty.report, ctx)]
    return "\n".join(lines)


def report_lines(report: Report, ctx: Context) -> list[str]:
    """A report as it was sent."""
    texts = ctx.texts
    lines = [texts("duty.report", code=report.code, when=days.moment(report.sent_at, ctx))]
    if report.text:
        lines.append(texts("duty.report_text", text=shorten(report.text, 500, placeholder="…")))
    if report.quantity is not None:
        counted = FORM_UNITS[report.form] if report.form else ""
        lines.append(texts("duty.report_quantity", count=f"{report.quantity} {counted}".strip()))
    if report.form:
        lines.append(texts("duty.report_form", form=FORM_NAMES[report.form]))
    shown = [proof for proof in report.proofs if proof.kind is not ProofKind.LINE]
    for proof in shown[:PROOFS_AT_MOST]:
        kind = texts(f"proof.{proof.kind}")
        lines.append(texts("duty.report_proof", kind=kind, name=proof.name) if proof.name else f"- {kind}")
        if proof.twin:
            lines.append(texts("duty.report_twin", code=proof.twin))
    if more := len(shown[PROOFS_AT_MOST:]):
        lines.append(texts("duty.report_more", count=more))
    if not shown:
        lines.append(texts("duty.report_no_proof"))
    return lines


def choices(duty: Duty, ctx: Context) -> tuple[Choice, ...]:
    """What who does it can do now."""
    texts = ctx.texts
    if duty.standing.mark is Mark.NOT_APPLICABLE:
        return ()
    if not is_open(duty):
        view = (Choice(texts("duty.view"), f"{VIEW}:{duty.id}"),) if duty.report else ()
        return (*view, *withdrawal(duty, ctx))
    report = "duty.report_again" if duty.standing.mark is Mark.RETURNED else "duty.report_done"
    later = (Choice(texts("duty.later"), f"{SNOOZE}:{duty.id}"),) if ctx.now < duty.deadline else ()
    return (
        Choice(texts(report), f"{REPORT}:{duty.id}"),
        *later,
        Choice(texts("duty.pass_on"), f"{HAND_OVER}:{duty.id}"),
        Choice(texts("duty.stuck"), f"{STUCK}:{duty.id}"),
    )


def withdrawal(duty: Duty, ctx: Context) -> tuple[Choice, ...]:
    """The way to take the report back; none when its time is over."""
    if not can_withdraw(duty, ctx) or duty.report is None:
        return ()
    return (Choice(ctx.texts("duty.withdraw"), f"{WITHDRAW}:{duty.id}:{duty.report.id}"),)


def can_withdraw(duty: Duty, ctx: Context) -> bool:
    """A report may be taken back until it would be late, and as long as nobody has accepted it."""
    return duty.standing.mark is Mark.REPORTED and duty.report is not None and ctx.now <= duty.standing.due


def open_choice(duty: Duty, label: str) -> Choice:
    """Opens the card."""
    return Choice(label, f"{CARD}:{duty.id}")
