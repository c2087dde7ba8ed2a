"""The figures of a report: counted from the rows of the ledger whose due day lies in its window. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from scheduler.calendar import VIETNAM
from scheduler.ledger import Entry
from scheduler.plan import Plan
from scheduler.reports import evaluation
from scheduler.reports.counts import Count, Of, Outcome, Progress, Ratio, Row, Status, count, progress, status
from scheduler.reports.evaluation import FormFigures, GroupFigures, Score
from scheduler.reports.rules import Rules
from scheduler.reports.windows import Window
from scheduler.text import fold

TaskLine = tuple[str, str, Sequence[str], Sequence[str]]
"""A task of the plan: number, content, names of who leads, names of who supports."""


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """How one task of the plan stands."""

    tt: str
    content: str
    leads: tuple[str, ...]
    support: tuple[str, ...]
    status: Status
    progress: Progress
    units: Ratio
    """Units that reported all that fell due, of the units that had something to report."""
    proofs: Count
    """Pieces of evidence."""


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """How one unit stands."""

    unit: str
    name: str
    progress: Progress
    tasks: Ratio
    complete: bool
    """Something fell due, and all of it is reported."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What one unit still owes to a task."""

    unit_name: str
    rows: Count
    periods: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why reports were returned."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A task that is not done, and by whom."""

    tt: str
    content: str
    overdue: Count
    """Fell due, and nothing came."""
    returned: Count
    """Fell due, was sent back, and did not come again."""
    overdue_by: tuple[Missing, ...]
    returned_by: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a report tells, in the order it is told in."""

    plan: Plan
    window: Window
    early: bool
    """Made before the window ended."""
    rows: tuple[Row, ...]
    """The rows of the window, those set aside too: by task, unit and due day."""
    total: Progress
    done: Ratio
    """Tasks done, of the tasks that had something to do."""
    below: bool
    """Less is done than the rules warn of."""
    heard: Ratio
    """Units with at least one report in force, of those that had something to report."""
    complete: Count
    """Units that reported all that fell due."""
    tasks: tuple[TaskFigures, ...]
    units: tuple[UnitFigures, ...]
    forms: tuple[FormFigures, ...]
    formless: Count
    """Reports that name no form."""
    groups: tuple[GroupFigures, ...]
    scores: tuple[Score, ...]
    new_forms: Count
    undone: tuple[Undone, ...]
    repeated: Count
    """Reports with a picture that an earlier report used already."""

    @property
    def partial(self) -> bool:
        """Whether the figures are not the last word: the window goes on, or units are missing."""
        return self.early or self.heard.done.value < self.heard.planned.value

    def having(self, wanted: Status) -> tuple[TaskFigures, ...]:
        """The tasks that stand so."""
        return tuple(task for task in self.tasks if task.status is wanted)

    def opened(self, number: Count) -> tuple[Row, ...]:
        """The rows behind a number."""
        ids = set(number.rows)
        return tuple(row for row in self.rows if row.entry.id in ids)


def by_unit(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by the id of their unit."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[row.entry.unit].append(row)
    return held


def by_task(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by the number of their task."""
    held: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held[row.entry.tt].append(row)
    return held


def local_day(moment: datetime) -> date:
    """The day of a moment in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def figures(
    entries: Sequence[Entry], plan: Plan, window: Window, now: datetime, tasks: Sequence[TaskLine], rules: Rules
) -> Figures:
    """Count what the report of ``window`` tells, as the ledger stands ``now`` (with its time zone).

    A row counts when its due day lies in the window and its period touches the time of the plan: the due day of a
    report in arrears may lie after the plan's last day. ``tasks``: those of the plan, in its order.
    """
    places = {line[0]: place for place, line in enumerate(tasks)}
    counted = (entry for entry in entries if _counts(entry, plan, window))
    rows = tuple(
        Row(entry, entry.standing.state(now), now > entry.standing.due)
        for entry in sorted(counted, key=lambda entry: _order(entry, places))
    )
    told = _tasks(rows, tasks)
    units = _units(rows)
    done = _ratio(rows, told)
    share = done.share
    channels = evaluation.groups(rows, rules)
    return Figures(
        plan=plan,
        window=window,
        early=local_day(now) <= window.end,
        rows=rows,
        total=progress(rows),
        done=done,
        below=share is not None and share * 100 < Fraction(rules.scoring.warn_below),
        heard=Ratio(
            count((r for r in rows if r.reported), Of.UNITS),
            count((r for r in rows if r.planned), Of.UNITS),
        ),
        complete=_complete(rows, units),
        tasks=told,
        units=units,
        forms=evaluation.forms(rows),
        formless=count(r for r in rows if r.reported and r.entry.form is None),
        groups=channels,
        scores=evaluation.scores(done, channels, rules),
        new_forms=count(r for r in rows if r.reported and r.entry.is_new_form),
        undone=_undone(rows, told),
        repeated=count(r for r in rows if r.repeated),
    )


def _counts(entry: Entry, plan: Plan, window: Window) -> bool:
    first, last = plan.window
    period = entry.period
    return window.start <= period.due <= window.end and period.start <= last and period.end >= first


def _order(entry: Entry, places: dict[str, int]) -> tuple[int, str, str, str, date, str, int]:
    place = places.get(entry.tt, len(places))
    return place, entry.tt, fold(entry.unit_name), entry.unit, entry.period.due, entry.period.key, entry.id


def _tasks(rows: Sequence[Row], tasks: Sequence[TaskLine]) -> tuple[TaskFigures, ...]:
    held = by_task(rows)
    lines = {tt: (tt, content, leads, support) for tt, content, leads, support in tasks}
    for tt, own in held.items():
        first = own[0].entry
        lines.setdefault(tt, (tt, first.content, tuple(dict.fromkeys(r.entry.unit_name for r in own)), first.support))
    return tuple(_task(line, held.get(tt, [])) for tt, line in lines.items())


def _task(line: TaskLine, rows: Sequence[Row]) -> TaskFigures:
    tt, content, leads, support = line
    done = [own for own in by_unit(rows).values() if status(own) is Status.DONE]
    return TaskFigures(
        tt=tt,
        content=content,
        leads=tuple(leads),
        support=tuple(support),
        status=status(rows),
        progress=progress(rows),
        units=Ratio(
            count((r for own in done for r in own if r.planned), Of.UNITS),
            count((r for r in rows if r.planned), Of.UNITS),
        ),
        proofs=count((r for r in rows if r.proven), Of.PROOFS),
    )


def _units(rows: Sequence[Row]) -> tuple[UnitFigures, ...]:
    held = by_unit(rows)
    made = []
    for unit, own in held.items():
        done = [rows for rows in by_task(own).values() if status(rows) is Status.DONE]
        how = progress(own)
        made.append(
            UnitFigures(
                unit=unit,
                name=own[0].entry.unit_name,
                progress=how,
                tasks=Ratio(
                    count((r for rows in done for r in rows if r.planned), Of.TASKS),
                    count((r for r in own if r.planned), Of.TASKS),
                ),
                complete=how.due.value > 0 and all(r.reported for r in own if r.fell_due),
            )
        )
    return tuple(sorted(made, key=lambda unit: (fold(unit.name), unit.unit)))


def _ratio(rows: Sequence[Row], tasks: Sequence[TaskFigures]) -> Ratio:
    done = {task.tt for task in tasks if task.status is Status.DONE}
    planned = [row for row in rows if row.planned]
    return Ratio(count((row for row in planned if row.entry.tt in done), Of.TASKS), count(planned, Of.TASKS))


def _complete(rows: Sequence[Row], units: Sequence[UnitFigures]) -> Count:
    complete = {unit.unit for unit in units if unit.complete}
    return count((row for row in rows if row.fell_due and row.entry.unit in complete), Of.UNITS)


def _undone(rows: Sequence[Row], tasks: Sequence[TaskFigures]) -> tuple[Undone, ...]:
    due = [row for row in rows if row.fell_due]
    overdue = by_task(row for row in due if row.outcome is Outcome.OVERDUE)
    returned = by_task(row for row in due if row.outcome is Outcome.RETURNED)
    return tuple(
        Undone(
            tt=task.tt,
            content=task.content,
            overdue=count(overdue[task.tt]),
            returned=count(returned[task.tt]),
            overdue_by=_missing(overdue[task.tt]),
            returned_by=_missing(returned[task.tt]),
        )
        for task in tasks
        if task.status is Status.UNDONE
    )


def _missing(rows: Sequence[Row]) -> tuple[Missing, ...]:
    return tuple(
        Missing(
            unit_name=own[0].entry.unit_name,
            rows=count(own),
            periods=tuple(row.entry.period.label for row in own),
            reasons=tuple(dict.fromkeys(row.entry.reason for row in own if row.entry.reason)),
        )
        for own in by_unit(rows).values()
    )
