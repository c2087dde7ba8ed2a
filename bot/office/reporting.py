"""Reports and the ledger as people read them: rows of the database told in the words of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import clock
from bot.office import plans, rules, workbench
from bot.office.plans import RefusedError
from bot.office.report_source import Source, entries, forms, plan_of, source, window_of
from bot.settings import Settings
from bot.storage import Storage, with_storage
from bot.tables import PlanState
from scheduler import reports
from scheduler.calendar import VIETNAM
from scheduler.ledger import Entry, State
from scheduler.plan import Plan, Reading
from scheduler.reports.body import partial_note
from scheduler.reports.figures import Figures

STATES = {
    State.PLANNED: "chưa đến hạn",
    State.DUE_SOON: "sắp đến hạn",
    State.OVERDUE: "quá hạn",
    State.REPORTED: "đã báo, đúng hạn",
    State.REPORTED_LATE: "đã báo, trễ hạn",
    State.ACCEPTED: "đã duyệt, đúng hạn",
    State.ACCEPTED_LATE: "đã duyệt, trễ hạn",
    State.RETURNED: "bị trả lại",
    State.NOT_APPLICABLE: "không áp dụng",
}


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
            only = (workbench.unit_id(unit, office.units, plan.window[0]),) if unit else None
            return Ledger(plan, tuple(await entries(session, office, row, task=task, units=only)), now)

    found: Ledger = await with_storage(settings, work)
    return found


async def write(settings: Settings, period: str, out: Path, unit: str | None, number: int | None) -> str:
    """Write the report of a window to a file; what to tell of it. Raises RefusedError."""
    office = rules.load(settings)
    form = forms(settings.data_dir)
    window = window_of(period, form)

    async def work(storage: Storage) -> Source:
        async with storage.read() as session:
            row = await plan_of(session, number, window.end.year)
            first = Reading.from_json(row.body).plan.window[0]
            only = (workbench.unit_id(unit, office.units, first),) if unit else None
            return await source(session, office, row, window, form, clock.now(), only)

    made: Source = await with_storage(settings, work)
    counted = made.counted()
    try:
        reports.write(out, counted, form)
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
