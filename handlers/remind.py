"""Messages that leave by themselves, worded at the moment they leave: what is done meanwhile is not spoken of.

Pure functions to a reply with buttons; None: nothing is left to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from handlers import board, coordinate, days, duty
from handlers.context import Context
from handlers.duties import Board, BoardRow, Duty, Person, Role
from handlers.message import Choice, Reply
from scheduler.ledger import Mark

LENGTH = 1800
"""Longest message, in characters: every channel takes it in one piece."""
_ROOM = 40
"""Kept free for "… và N việc khác"."""
CHOICES_AT_MOST = 8
LADDER = frozenset({Role.HEAD.value, Role.COORDINATOR.value, Role.MONITOR.value})
"""Stages that speak to somebody who does not do the duty; all others speak to who does."""


@dataclass(frozen=True, slots=True)
class Item:
    """A duty that somebody is to be told of, and the stage for which."""

    duty: Duty
    stage: str
    """As :class:`scheduler.reminders.Stage` names it: "t7", "day", "overdue", "head", "coordinator", ..."""


def digest(
    person: Person, items: Sequence[Item], board: Board | None, ctx: Context, *, remark: str = ""
) -> Reply | None:
    """The one message of the day for one person.

    ``board``: for who urges or watches, to tell of the units; ``remark``: what the calendar cannot be sure of.
    """
    waiting = [item for item in items if duty.is_open(item.duty)]
    own = [item.duty for item in waiting if item.stage not in LADDER]
    own.sort(key=lambda one: duty.group(one, ctx))
    mine = {one.id for one in own}
    headed = [item.duty for item in waiting if item.stage == Role.HEAD and item.duty.id not in mine]
    rung = list({item.duty.id: item.duty for item in waiting if item.stage in LADDER - {Role.HEAD}}.values())
    told = _told(person, rung, board, ctx)
    if len(own) == 1 and not headed and not told:
        return _with_remark(_one(own[0], ctx), remark, ctx)
    if not own and not headed and not told:
        return None
    return _with_remark(_many(own, headed, told, _doors(person, board, rung, ctx), ctx), remark, ctx)


def for_group(reply: Reply, ctx: Context) -> Reply:
    """The same words where anybody reads along: nothing to press, for reports are made in private."""
    return Reply(f"{reply.text}\n\n{ctx.texts('remind.in_group')}")


def _with_remark(reply: Reply, remark: str, ctx: Context) -> Reply:
    if not remark:
        return reply
    return Reply(f"{reply.text}\n\n{ctx.texts('remind.remark', remark=remark)}", reply.choices)


def _one(found: Duty, ctx: Context) -> Reply:
    """A reminder of one duty: all that is needed to do it, and its buttons."""
    texts = ctx.texts
    title = f"single.{duty.group(found, ctx).name.lower()}"
    lines = [
        texts(title, name=texts("duty.name", tt=found.tt, period=found.period.label)),
        duty.content(found, duty.LONG),
        *duty.due_lines(found, ctx),
        texts("duty.state", state=duty.state(found, ctx)),
        duty.who(found, ctx),
    ]
    if found.standing.mark is Mark.RETURNED and found.reason:
        lines.append(texts("duty.returned_because", reason=found.reason))
    return Reply("\n".join(lines), duty.choices(found, ctx))


def _many(own: list[Duty], headed: list[Duty], told: list[str], doors: list[Choice], ctx: Context) -> Reply:
    """Sections by urgency, each duty with a number that opens it, cut where it gets too long."""
    page = _Page(ctx)
    page.say(ctx.texts("remind.title", day=days.day(ctx.today, ctx)))
    for group, found in groupby(own, key=lambda one: duty.group(one, ctx)):
        page.section(ctx.texts(f"urgency.{group.name.lower()}"), list(found))
    if headed:
        page.section(ctx.texts("remind.headed"), headed, unit=True)
    page.tell(told)
    mine = [Choice(ctx.texts("duty.mine"), duty.LIST)] if own or headed else []
    return Reply("\n".join(page.lines), (*page.choices, *mine, *doors))


class _Page:
    """A message that grows line by line up to its length; what has no room is counted."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.lines: list[str] = []
        self.choices: list[Choice] = []
        self._length = 0

    def say(self, line: str) -> bool:
        """Take a line if there is room."""
        if self._length + len(line) + 1 > LENGTH - _ROOM:
            return False
        self.lines.append(line)
        self._length += len(line) + 1
        return True

    def section(self, title: str, found: list[Duty], *, unit: bool = False) -> None:
        said = self.say(f"**{title}**")
        shown = 0
        for one in found if said else ():
            if not self.say(duty.line(len(self.choices) + 1, one, self.ctx, unit=unit)):
                break
            label = duty.named(one, self.ctx) if unit else duty.name(one, self.ctx)
            self.choices.append(duty.open_choice(one, label))
            shown += 1
            if len(self.choices) == CHOICES_AT_MOST:
                break
        if more := len(found) - shown:
            self._more(more)

    def tell(self, lines: list[str]) -> None:
        for number, line in enumerate(lines):
            if not self.say(line):
                self._more(len(lines) - number)
                return

    def _more(self, count: int) -> None:
        line = self.ctx.texts("remind.and_more", count=count)
        self.lines.append(line)
        self._length += len(line) + 1


# What who urges and who watches is told


def _told(person: Person, rung: list[Duty], found: Board | None, ctx: Context) -> list[str]:
    deciding = person.holds(Role.COORDINATOR)
    if not deciding and not person.holds(Role.MONITOR):
        return []
    rows = found.rows if found else ()
    if deciding:
        rows, alone = _rows_of(rung, rows)
    else:
        alone = []
    lines = [f"- {board.row_text(row, ctx)}" for row in rows]
    lines += [ctx.texts("remind.late_unit", name=duty.named(one, ctx), state=duty.state(one, ctx)) for one in alone]
    if lines:
        lines.insert(0, ctx.texts("remind.urge" if deciding else "remind.watch"))
    return lines + (board.needs(found, ctx, deciding=deciding) if found else [])


def _rows_of(rung: list[Duty], rows: Sequence[BoardRow]) -> tuple[tuple[BoardRow, ...], list[Duty]]:
    """The rows of the board that tell of these duties, and the duties that no row tells of (of an earlier period)."""
    wanted = {(one.tt, one.period.label) for one in rung}
    told = tuple(row for row in rows if (row.tt, row.label) in wanted)
    known = {(row.tt, row.label) for row in told}
    return told, [one for one in rung if (one.tt, one.period.label) not in known]


def _doors(person: Person, found: Board | None, rung: list[Duty], ctx: Context) -> list[Choice]:
    if not person.holds(*coordinate.LOOKERS) or not (rung or found):
        return []
    doors = [Choice(ctx.texts("board.board"), board.BOARD)]
    if person.holds(*coordinate.ROLES) and found and found.to_accept:
        doors.insert(0, Choice(ctx.texts("review.queue"), coordinate.QUEUE))
    return doors


# Other moments


def last_call(items: Sequence[Item], ctx: Context) -> Reply | None:
    """A few working hours before the deadline: what is still open of today."""
    due = [item.duty for item in items if duty.is_open(item.duty) and ctx.now <= item.duty.deadline]
    if not due:
        return None
    if len(due) == 1:
        return Reply(_left("remind.last_call", due[0], ctx), duty.choices(due[0], ctx))
    page = _Page(ctx)
    page.section(ctx.texts("remind.last_calls"), due)
    return Reply("\n".join(page.lines), (*page.choices, Choice(ctx.texts("duty.mine"), duty.LIST)))


def snoozed(item: Item, ctx: Context) -> Reply | None:
    """The time has come at which somebody wanted to be reminded again."""
    found = item.duty
    if not duty.is_open(found):
        return None
    if ctx.now > found.deadline:
        return _one(found, ctx)
    return Reply(_left("remind.snoozed", found, ctx), duty.choices(found, ctx))


def _left(text: str, found: Duty, ctx: Context) -> str:
    left = days.length(found.deadline - ctx.now, ctx)
    called = duty.name(found, ctx)
    due = days.moment(found.deadline, ctx)
    return ctx.texts(text, name=called, left=left, due=due, content=duty.content(found))


def returned_notice(found: Duty, ctx: Context) -> Reply | None:
    """To the unit: its report was returned, and why."""
    if found.standing.mark is not Mark.RETURNED:
        return None
    code = found.report.code if found.report else duty.name(found, ctx)
    said = ctx.texts("remind.returned_notice", code=code, name=duty.name(found, ctx), reason=found.reason)
    return Reply(said, duty.choices(found, ctx))


def passed_notice(found: Duty, ctx: Context) -> Reply | None:
    """To whom a colleague handed it over."""
    if not duty.is_open(found):
        return None
    lines = [
        ctx.texts("remind.passed_notice", name=duty.name(found, ctx)),
        duty.content(found, duty.LONG),
        *duty.due_lines(found, ctx),
    ]
    return Reply("\n".join(lines), duty.choices(found, ctx))


def stuck_notice(found: Duty, text: str, ctx: Context) -> Reply | None:
    """To who urges: a unit is stuck."""
    if not duty.is_open(found):
        return None
    due = days.moment(found.deadline, ctx)
    said = ctx.texts("remind.stuck_notice", name=duty.named(found, ctx), text=text, due=due)
    look = Choice(ctx.texts("review.look"), f"{coordinate.LOOK}:{found.id}")
    return Reply(said, (look, Choice(ctx.texts("review.aside"), f"{coordinate.ASIDE}:{found.id}")))
