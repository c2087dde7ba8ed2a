"""What reports are made of: the ledger of a plan in the words of the plan, and the window that is told of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import plans, rules
from bot.office.duties import period_of, reports_of, standing_of
from bot.office.plans import RefusedError
from bot.office.rules import Rules
from bot.tables import Occurrence, PlanState, Submission
from bot.tables import Plan as PlanRow
from bot.tables import Task as TaskRow
from scheduler import reports
from scheduler.ledger import Entry
from scheduler.plan import Owner, Reading, Task
from scheduler.reports.figures import Figures, figures
from scheduler.reports.rules import FILE as REPORT_RULES
from scheduler.reports.windows import Window, WindowError
from scheduler.units import Units


async def entries(
    session: AsyncSession,
    office: Rules,
    plan: PlanRow,
    *,
    task: str | None = None,
    units: Collection[str] | None = None,
) -> list[Entry]:
    """The ledger of a plan, by task, period and unit; of some units, where they are given."""
    statement = (
        select(Occurrence, TaskRow)
        .join(TaskRow, col(TaskRow.id) == col(Occurrence.task_id))
        .where(col(TaskRow.plan_id) == plan.id)
        .order_by(col(TaskRow.id), col(Occurrence.due), col(Occurrence.unit))
    )
    if task is not None:
        statement = statement.where(col(TaskRow.tt) == task)
    if units is not None:
        statement = statement.where(col(Occurrence.unit).in_(units))
    rows = list(await session.execute(statement))
    sent = await _told(session, plan)
    support = {row.id: _names(Task.from_json(row.body).support, office.units) for _, row in rows}
    return [_entry(row, told, sent, support[told.id], office.units) for row, told in rows]


async def _told(session: AsyncSession, plan: PlanRow) -> dict[int, tuple[Any, bool]]:
    """The report in force of each occurrence of a plan, and whether it was of a new form."""
    statement = (
        select(Submission)
        .join(Occurrence, col(Occurrence.id) == col(Submission.occurrence_id))
        .join(TaskRow, col(TaskRow.id) == col(Occurrence.task_id))
        .where(col(TaskRow.plan_id) == plan.id, col(Submission.state) != "withdrawn")
        .order_by(col(Submission.attempt))
    )
    newest = {row.occurrence_id: row for row in (await session.execute(statement)).scalars()}
    found: dict[int, tuple[Any, bool]] = {}
    numbers = list(newest)
    for first in range(0, len(numbers), 1000):
        reported = await reports_of(session, numbers[first : first + 1000])
        found |= {number: (report, newest[number].is_new_form) for number, (report, _) in reported.items() if report}
    return found


def _entry(
    row: Occurrence, task: TaskRow, sent: dict[int, tuple[Any, bool]], support: tuple[str, ...], units: Units
) -> Entry:
    assert row.id is not None  # noqa: S101 - it was read from the database
    report, new_form = sent.get(row.id, (None, False))
    return Entry(
        id=row.id,
        tt=task.tt,
        content=task.content,
        unit=row.unit,
        unit_name=units.name(row.unit),
        period=period_of(row),
        standing=standing_of(row),
        code=report.code if report else None,
        text=report.text if report else "",
        form=report.form if report else None,
        quantity=report.quantity if report else None,
        is_new_form=new_form,
        reason=row.reason,
        proofs=report.proofs if report else (),
        support=support,
    )


def _names(owners: tuple[Owner, ...], units: Units) -> tuple[str, ...]:
    return tuple(units.name(owner.unit) if owner.unit else owner.text for owner in owners)


@dataclass(frozen=True, slots=True)
class Source:
    """What a report is made of, read from the database; making it takes seconds and no database."""

    window: Window
    forms: reports.Rules
    now: datetime
    rows: Sequence[Entry]
    reading: Reading
    units: Units

    def counted(self) -> Figures:
        """The figures of the window."""
        tasks = [
            (task.tt, task.content, _names(task.lead, self.units), _names(task.support, self.units))
            for task in self.reading.tasks
        ]
        return figures(self.rows, self.reading.plan, self.window, self.now, tasks, self.forms)

    def document(self, ending: str) -> bytes:
        """The report as a file of that ending (".docx", ".xlsx"). Raises reports.FormatError."""
        return reports.written(ending, self.counted(), self.forms)


def forms(data_dir: Path) -> reports.Rules:
    """The office's own form of reports, or the shipped one. Raises RefusedError."""
    try:
        return reports.read_rules(rules.own(data_dir, "report.yaml") or REPORT_RULES)
    except reports.RulesError as error:
        raise RefusedError(str(error).splitlines()) from None


def window_of(period: str, form: reports.Rules) -> Window:
    """The window of a report ("2024-Q1"). Raises RefusedError."""
    try:
        return reports.window(period, form)
    except WindowError as error:
        raise RefusedError(str(error).splitlines()) from None


async def source(
    session: AsyncSession,
    office: Rules,
    plan: PlanRow,
    window: Window,
    form: reports.Rules,
    now: datetime,
    units: Collection[str] | None = None,
) -> Source:
    """What the report of a window is made of; of some units, where they are given."""
    rows = await entries(session, office, plan, units=units)
    return Source(window, form, now, rows, Reading.from_json(plan.body), office.units)


async def plan_of(session: AsyncSession, number: int | None, year: int) -> PlanRow:
    """The plan of that number, or the confirmed one of that year."""
    if number is not None:
        return await plans.find(session, number, PlanState.CONFIRMED)
    rows = [row for row in await plans.listed(session) if row.state == PlanState.CONFIRMED]
    same = [row for row in rows if row.year == year]
    if len(same) == 1:
        return same[0]
    if not rows:
        raise RefusedError(["Chưa có kế hoạch nào được xác nhận."])
    numbers = ", ".join(f"{row.id} (năm {row.year})" for row in rows)
    raise RefusedError([f"Hãy chọn kế hoạch bằng --plan: {numbers}."])
