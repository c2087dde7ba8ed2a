"""What is done with a plan besides confirming it: copied to another year, past periods set aside, an event told."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.office import periods, plans
from bot.office.plans import Imported, RefusedError
from bot.office.rules import Rules
from bot.tables import Plan as PlanRow
from scheduler import rollover
from scheduler.plan import Reading


async def copy(session: AsyncSession, rules: Rules, row: PlanRow, year: int, now: datetime) -> Imported:
    """Roll a plan to another year as a draft."""
    reading = rollover.roll(Reading.from_json(row.body), year, rules.units)
    digest = hashlib.sha256(f"copy:{row.digest}:{year}".encode()).hexdigest()
    return await plans.bring_in(session, reading, f"chép từ kế hoạch số {row.id}", digest, now)


async def skip(session: AsyncSession, row: PlanRow, before: date, by: str) -> int:
    """Set aside what was due before a day; how many rows."""
    reason = f"Kỳ trước ngày {before:%d/%m/%Y} không tính ({by} quyết định)."
    return await periods.set_aside_before(session, row.id or 0, before, reason)


async def raise_event(
    session: AsyncSession, rules: Rules, row: PlanRow, tt: str, because: str, due: date | None, now: datetime
) -> int:
    """Tell that the event of a task happened; how many rows were made. Raises RefusedError."""
    found = [(task, plan) for task, plan in await plans.event_tasks(session) if task.plan_id == row.id]
    for task, plan in found:
        if task.tt == tt:
            return await periods.raise_event(session, rules, task, plan, because, now, due)
    known = ", ".join(task.tt for task, _ in found) or "không có"
    raise RefusedError([f"Việc {tt} không phải việc làm theo sự kiện. Các việc theo sự kiện: {known}."])
