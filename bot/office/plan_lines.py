"""The lines of a plan as a page shows them: the document's words, what is understood of them, and what is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.office import corrections, plans
from bot.office.corrections import Correction
from bot.office.rules import Rules
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from scheduler.periods import periods
from scheduler.plan import Kind, Owner, Plan, Reading, Schedule, Task
from scheduler.plan import Warning as Raised
from scheduler.units import Units
from scheduler.wording import describe

NEXT = 3
"""So many due days are shown of a rhythm."""
_OF_RHYTHM = frozenset({"no_time", "unclear_time", "no_rhythm", "to_confirm", "weekly_without_day", "impossible_date"})
_OF_UNITS = frozenset({"unknown_unit", "undefined_group", "no_lead", "unit_ended"})
"""Warnings that have nothing to say any more when the rhythm is set, when all units are known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit that a line names, as it is understood."""

    text: str
    """As it is written in the line."""
    name: str | None
    """The unit or the groups; None: nobody we know."""
    count: int
    """How many units that are on the plan's first day."""
    is_group: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan."""

    number: int
    """Its place in the plan, from 1."""
    task: Task
    """As it stands, corrections included."""
    read: Task
    """As it was read from the document."""
    correction: Correction | None
    running: tuple[Schedule, str | None] | None
    """The rhythm in force, or the one that a newer text goes on with; who set it."""
    lead: tuple[Asked, ...]
    support: tuple[Asked, ...]
    warnings: tuple[str, ...]
    """What a careful clerk would raise and nobody has dealt with."""
    waits: tuple[str, ...]
    """What somebody still has to decide, in words."""

    @property
    def rhythm_set(self) -> bool:
        """Whether the words, a person or the running plan say the rhythm."""
        corrected = self.correction is not None and self.correction.sets_rhythm
        return corrected or self.running is not None or _plain(self.task)

    @property
    def rhythm(self) -> Schedule | None:
        """The rhythm that is set, else the one proposed; None: there is none that a ledger could be made of."""
        if self.running is not None and not (self.correction and self.correction.sets_rhythm):
            return self.running[0]
        found = self.task.proposal or self.task.schedule
        return found if plans.definite(found) else None

    @property
    def set_by(self) -> str | None:
        """Who set the rhythm; None: the words of the plan."""
        if self.correction is not None and self.correction.sets_rhythm:
            return self.correction.set_by
        return self.running[1] if self.running else None

    @property
    def mark(self) -> str:
        """Another one as soon as somebody changes the line."""
        corrected = self.correction.to_json() if self.correction else None
        text = json.dumps([self.task.to_json(), corrected], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(task: Task) -> bool:
    return not task.needs_confirmation and plans.definite(task.schedule)


def lines(
    row: PlanRow, reading: Reading, units: Units, running: Mapping[str, tuple[Schedule, str | None]]
) -> tuple[Line, ...]:
    """All lines of a plan. ``running``: see :func:`plans.goes_on`; of a confirmed plan its rhythms in force."""
    corrected = corrections.corrections(row.body)
    draft = row.state == PlanState.DRAFT
    warned = [warning for warning in reading.warnings if warning.row] if draft else []
    return tuple(
        _line(number, task, corrected.get(task.tt), running.get(task.tt), warned, reading.plan, units, draft=draft)
        for number, task in enumerate(reading.tasks, start=1)
    )


def _line(
    number: int,
    task: Task,
    correction: Correction | None,
    running: tuple[Schedule, str | None] | None,
    warned: list[Raised],
    plan: Plan,
    units: Units,
    *,
    draft: bool,
) -> Line:
    lead, support = (tuple(asked(owner, plan, units) for owner in owners) for owners in (task.lead, task.support))
    read = correction.read if correction else task
    line = Line(number, task, read, correction, running, lead, support, (), ())
    if not draft:
        settled = replace(correction, what=tuple(set(correction.what) - {corrections.RHYTHM})) if correction else None
        return replace(line, correction=settled)
    own = [warning for warning in warned if warning.row == task.tt]
    texts = tuple(warning.text for warning in own if not _dealt_with(warning.code, line))
    return replace(line, warnings=texts, waits=tuple(_waits(line)))


def asked(owner: Owner, plan: Plan, units: Units) -> Asked:
    """A unit of a line, with its name and how many it stands for."""
    text = written(owner, units)
    if owner.unit is None:
        return Asked(text, None, 0, is_group=False)
    count = len(units.expand(owner.unit, plan.window[0]))
    return Asked(text, units.name(owner.unit), count, units.is_group(owner.unit))


def written(owner: Owner, units: Units) -> str:
    """The wording of a unit in a line; where an id was given in its place, the unit's name."""
    return units.name(owner.unit) if owner.unit and owner.text == owner.unit else owner.text


def _dealt_with(code: str, line: Line) -> bool:
    what = line.correction.what if line.correction else ()
    if code in _OF_RHYTHM:
        return line.rhythm_set and not _plain(line.read)
    if code in _OF_UNITS:
        return bool(line.lead) and all(one.count for one in (*line.lead, *line.support))
    if code in ("several_leads", "lead_is_support"):
        return corrections.LEAD in what or corrections.SUPPORT in what
    return code in ("no_content", "missing_words", "superseded_wording") and corrections.CONTENT in what


def _waits(line: Line) -> Iterator[str]:
    if not line.task.content:
        yield "Chưa có nội dung."
    if not line.lead:
        yield "Chưa có đơn vị chủ trì."
    for one in line.lead:
        if one.name is None:
            yield f"Chưa nhận ra đơn vị chủ trì “{one.text}”."
        elif not one.count:
            yield f"Chưa rõ “{one.text}” gồm những đơn vị nào."
    if not line.rhythm_set:
        said = f"“{line.read.time_text}” chưa nêu rõ nhịp báo cáo." if line.read.time_text else "Chưa ghi thời gian."
        yield f"{said} Cần chọn nhịp."


@dataclass(frozen=True, slots=True)
class Told:
    """A rhythm in words, with its next due days."""

    words: str
    days: str


def told(schedule: Schedule, plan: Plan, rules: Rules, today: date) -> Told:
    """How a rhythm is shown to whoever sets it."""
    return Told(describe(schedule), due_days(schedule, plan, rules, today))


def due_days(schedule: Schedule, plan: Plan, rules: Rules, today: date) -> str:
    """The next due days of a rhythm: "Ba hạn tới: 31/03, 30/04, 31/05/2024."."""
    if schedule.kind is Kind.EVENT:
        return f"Mỗi lần có sự kiện: hạn sau {rules.policy.event_days} ngày làm việc."
    if not plans.definite(schedule):
        return ""
    days = [turn.due for turn in periods(schedule, plan.window, rules.calendar.default.is_working_day)]
    coming = [day for day in days if day >= today]
    if coming:
        what = "Hạn tới" if len(coming) < NEXT else "Ba hạn tới"
        return f"{what}: {', '.join(f'{day:%d/%m/%Y}' for day in coming[:NEXT])}."
    return (
        f"Mọi hạn đã qua; hạn cuối {days[-1]:%d/%m/%Y}." if days else "Không có hạn nào trong thời gian của kế hoạch."
    )
