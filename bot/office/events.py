"""Where the knowledge meets the plan: a procedure that changes raises the duty to make it known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.office import periods, plans
from bot.office.rules import Rules
from scheduler.calendar import VIETNAM

ABOUT_PROCEDURES = ("tthc", "thu tuc hanh chinh", "cac tthc")
"""An event task whose words have one of these is raised when a procedure is published anew, changed or abolished."""
NAMED_AT_MOST = 5


async def procedures_changed(session: AsyncSession, rules: Rules, codes: Sequence[str], now: datetime) -> int:
    """Raise one event for all of them in every plan that is running today; how many rows of the ledger were made.

    Whoever calls it makes sure that it is done once: see :mod:`bot.news`.
    """
    if not codes:
        return 0
    named = ", ".join(codes[:NAMED_AT_MOST]) + (", …" if len(codes) > NAMED_AT_MOST else "")
    what = f"thay đổi {len(codes)} thủ tục: {named}"
    today = now.astimezone(VIETNAM).date()
    made = 0
    for task, plan in await plans.event_tasks(session, ABOUT_PROCEDURES):
        start, due = plan.window
        if start <= today <= due:
            made += await periods.raise_event(session, rules, task, plan, what, now)
    return made
