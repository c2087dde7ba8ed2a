"""A plan as the official who asks for it may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.office import plan_lines, plan_sight, plans
from bot.office.officials import Official
from bot.office.plan_lines import Line
from bot.office.rules import Rules
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from bot.web.office.shell import HOME, Visit, missing
from bot.web.pages import RefusedPageError
from scheduler.plan import Reading, Schedule

PLANS = f"{HOME}/ke-hoach"


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with those of its lines that are in sight."""

    row: PlanRow
    reading: Reading
    lines: tuple[Line, ...]
    whole: bool
    """Everything that it asks is asked of units in sight: then it is theirs to change."""

    @property
    def id(self) -> int:
        return self.row.id or 0

    @property
    def is_draft(self) -> bool:
        return self.row.state == PlanState.DRAFT

    @property
    def open(self) -> int:
        """How many lines wait for a decision."""
        return sum(bool(line.waits) for line in self.lines)

    def line(self, number: int) -> Line:
        """Raises RefusedPageError (404) where there is none of that number, or it is out of sight."""
        for line in self.lines:
            if line.number == number:
                return line
        raise missing()

    @property
    def mark(self) -> str:
        """Another one as soon as somebody changes any line."""
        return "".join(line.mark[:6] for line in self.lines)[:600]


async def found(session: AsyncSession, visit: Visit, number: int) -> Found:
    """The plan of that number. Raises RefusedPageError (404) where there is none, or nothing of it is in sight."""
    row = await session.get(PlanRow, number)
    seen = await look(session, row, visit.official, visit.shell.rules) if row is not None else None
    if seen is None:
        raise missing()
    return seen


async def look(session: AsyncSession, row: PlanRow, official: Official, rules: Rules) -> Found | None:
    """A plan as this official sees it; None: nothing in it is theirs."""
    reading = Reading.from_json(row.body)
    lines = plan_lines.lines(row, reading, rules.units, await _running(session, row))
    own = tuple(line for line in lines if plan_sight.touches(line.task, reading.plan, official.sight, rules))
    return Found(row, reading, own, plan_sight.theirs(reading, official.sight, rules)) if own else None


async def _running(session: AsyncSession, row: PlanRow) -> Mapping[str, tuple[Schedule, str | None]]:
    if row.state == PlanState.CONFIRMED:
        tasks = await plans.in_force(session, row.id or 0)
        return {tt: (Schedule.from_json(task.cadence), task.set_by) for tt, task in tasks.items()}
    return await plans.goes_on(session, row) if row.state == PlanState.DRAFT else {}


def must_be_theirs(seen: Found) -> None:
    """Raises RefusedPageError (403) for a plan that asks something of units beyond sight."""
    if not seen.whole:
        raise RefusedPageError(
            403,
            "Kế hoạch của thành phố",
            "Kế hoạch này giao việc cho cả đơn vị khác, nên chỉ người của thành phố sửa và xác nhận được. "
            "Anh/chị xem được các việc của đơn vị mình.",
        )


def must_be_draft(seen: Found) -> None:
    """Raises RefusedPageError (409) for a plan that can no longer be corrected or confirmed."""
    if not seen.is_draft:
        raise RefusedPageError(
            409, "Không còn là bản nháp", "Kế hoạch này đã được xác nhận hoặc đã có bản mới thay. Mở lại mục Kế hoạch."
        )


def must_run(seen: Found) -> None:
    """Raises RefusedPageError (409) for a plan that is not in force."""
    if seen.row.state != PlanState.CONFIRMED:
        raise RefusedPageError(409, "Kế hoạch chưa chạy", "Chỉ làm được với kế hoạch đã xác nhận và đang chạy.")
