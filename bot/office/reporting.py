"""Reports and the ledger as people read them: rows of the database told in the words of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import clock
from bot.office import plans, rules, workbench
from bot.office.duties import period_of, reports_of, standing_of
from bot.office.plans import RefusedError
from bot.office.rules import Rules
from bot.offline import with_storage
from bot.settings import Settings
from bot.storage import Storage
from bot.tables import Occurrence, PlanState, Submission
from bot.tables import Plan as PlanRow
from bot.tables import Task as TaskRow
from scheduler import reports
from scheduler.calendar import VIETNAM
from scheduler.ledger import Entry, State
from scheduler.plan import Owner, Plan, Reading, Task
from scheduler.reports.body import partial_note
from scheduler.reports.figures import Figures, figures
from scheduler.reports.rules import FILE as REPORT_RULES
from scheduler.reports.windows import WindowError
from scheduler.units import Units

STATES = {
    State.PLANNED: "chưa đến hạn",
    State.DUE_SOON: "sắp đến hạn",
    State.OVERDUE: "quá hạn",
    State.REPORTED: "đã báo, đúng hạn",
    State.REPORTED_LATE: "đã báo, trễ hạn",
    State.ACCEPTED: "đã chấp nhận, đúng hạn",
    State.ACCEPTED_LATE: "đã chấp nhận, trễ hạn",
    State.RETURNED: "bị trả lại",
    State.NOT_APPLICABLE: "không áp dụng",
}


async def entries(
    session: AsyncSession, office: Rules, plan: PlanRow, *, task: str | None = None, unit: str | None = None
) -> list[Entry]:
    """The ledger of a plan, by task, period and unit."""
    statement = (
        select(Occurrence, TaskRow)
        .join(TaskRow, col(TaskRow.id) == col(Occurrence.task_id))
        .where(col(TaskRow.plan_id) == plan.id)
        .order_by(col(TaskRow.id), col(Occurrence.due), col(Occurrence.unit))
    )
    if task is not None:
        statement = statement.where(col(TaskRow.tt) == task)
    if unit is not None:
        statement = statement.where(col(Occurrence.unit) == unit)
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
class Ledger:
    plan: Plan
    rows: tuple[Entry, ...]
    now: datetime

    def to_json(self) -> list[dict[str, Any]]:
        return [self._json(row) for row in self.rows]

    def _json(self, row: Entry) -> dict[str, Any]:
        reported = row.standing.reported_at
        return {
            "id": row.id,
            "task": row.tt,
            "unit": row.unit,
            "unit_name": row.unit_name,
            "period": row.period.key,
            "label": row.period.label,
            "due": row.period.due.isoformat(),
            "state": row.standing.state(self.now).value,
            "on_time": row.standing.on_time,
            "reported_at": reported.astimezone(VIETNAM).isoformat() if reported else None,
            "code": row.code,
            "form": row.form.value if row.form else None,
            "quantity": row.quantity,
            "proofs": [{"kind": proof.kind.value, "name": proof.name, "sha256": proof.sha256} for proof in row.proofs],
            "reason": row.reason,
        }

    def text(self) -> str:
        if not self.rows:
            return "Sổ chưa có kỳ nào."
        lines = [self.plan.title, ""]
        for row in self.rows:
            state = STATES[row.standing.state(self.now)]
            code = f"  {row.code}" if row.code else ""
            lines.append(
                f"việc {row.tt:<4} {row.period.label:<28} hạn {row.period.due:%d/%m/%Y}  {row.unit_name}: {state}{code}"
            )
        return "\n".join([*lines, "", f"{len(self.rows)} kỳ."])


async def ledger(settings: Settings, number: int | None, task: str | None, unit: str | None) -> Ledger:
    """The rows of a confirmed plan as they stand now. Raises RefusedError."""
    office = rules.load(settings)
    now = clock.now()

    async def work(storage: Storage) -> Ledger:
        async with storage.read() as session:
            row = await plans.find(session, number, PlanState.CONFIRMED)
            plan = Reading.from_json(row.body).plan
            only = workbench.unit_id(unit, office.units, plan.window[0]) if unit else None
            return Ledger(plan, tuple(await entries(session, office, row, task=task, unit=only)), now)

    found: Ledger = await with_storage(settings, work)
    return found


async def write(settings: Settings, period: str, out: Path, unit: str | None, number: int | None) -> str:
    """Write the report of a window to a file; what to tell of it. Raises RefusedError."""
    office = rules.load(settings)
    now = clock.now()
    try:
        forms = reports.read_rules(rules.own(settings.data_dir, "report.yaml") or REPORT_RULES)
        window = reports.window(period, forms)
    except (WindowError, reports.RulesError) as error:
        raise RefusedError(str(error).splitlines()) from None

    async def work(storage: Storage) -> tuple[list[Entry], Reading]:
        async with storage.read() as session:
            row = await _plan_of(session, number, window.end.year)
            reading = Reading.from_json(row.body)
            only = workbench.unit_id(unit, office.units, reading.plan.window[0]) if unit else None
            return await entries(session, office, row, unit=only), reading

    found, reading = await with_storage(settings, work)
    tasks = [
        (task.tt, task.content, _names(task.lead, office.units), _names(task.support, office.units))
        for task in reading.tasks
    ]
    counted = figures(found, reading.plan, window, now, tasks, forms)
    try:
        reports.write(out, counted, forms)
    except (OSError, ValueError) as error:
        raise RefusedError([f"{out}: không ghi được ({error})."]) from None
    return f"Đã ghi {out}\n{_summary(counted)}"


def _summary(counted: Figures) -> str:
    """The three figures that are asked for first, and what is still missing."""
    total, done = counted.total, counted.done
    reported = f"{total.reported.value}/{total.planned.value} kỳ đã báo, {total.on_time.value} kỳ đúng hạn"
    lines = [f"{reported}; {done.done.value}/{done.planned.value} việc hoàn thành."]
    if counted.partial:
        lines.append(partial_note(counted))
    return "\n".join(lines)


async def _plan_of(session: AsyncSession, number: int | None, year: int) -> PlanRow:
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
