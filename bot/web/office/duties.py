"""Việc: the running plans as they stand, and everything that is done about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office.matrix import short
from bot.tables import Occurrence, Task
from bot.web.office.duties_queue import QueuePages
from bot.web.office.duties_report import ReportPages
from bot.web.office.duties_row import RowPages
from bot.web.office.duties_trouble import TroublePages
from bot.web.office.duties_views import TABLE, TO_DO, Views, link
from bot.web.office.shell import Route, Todo, Visit
from bot.web.pages import day
from handlers.duties import Role
from scheduler.ledger import OPEN_MARKS

DOES = (Role.OFFICER, Role.HEAD)
LOOK = 5
BY_CHAT = "Báo cáo bằng cách nhắn cho trợ lý: việc của tôi"


class DutiesRoom:
    """All pages under /lam-viec/viec."""

    def __init__(self) -> None:
        self._queue = QueuePages()
        self._trouble = TroublePages()
        self._parts = (Views(), RowPages(), self._queue, ReportPages(), self._trouble)

    def routes(self) -> Sequence[Route]:
        return [route for part in self._parts for route in part.routes()]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        """One's own unit's duties, reports to accept, and what stands in the way."""
        return [
            *await _own(session, visit),
            *await self._queue.todos(session, visit),
            *await self._trouble.todos(session, visit),
        ]


async def _own(session: AsyncSession, visit: Visit) -> Sequence[Todo]:
    """What the official's own units have to do now, the overdue first; how to report it."""
    units = visit.official.person.units(*DOES)
    if not units:
        return ()
    here = (
        col(Occurrence.unit).in_(units),
        col(Occurrence.mark).in_(OPEN_MARKS),
        col(Occurrence.soon) <= visit.now,
    )
    total = (await session.execute(select(func.count()).select_from(Occurrence).where(*here))).scalar_one()
    statement = (
        select(col(Task.tt), col(Occurrence.label), col(Occurrence.due_on), col(Occurrence.due))
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .where(*here)
        .order_by(col(Occurrence.due), col(Occurrence.id))
        .limit(LOOK)
    )
    rows = list(await session.execute(statement))
    lines = [
        f"Việc {tt} – {short(label)}: {'quá hạn' if due < visit.now else 'hạn'} {day(due_on)}"
        for tt, label, due_on, due in rows
    ]
    late = any(row[3] < visit.now for row in rows)
    return (Todo("Việc của đơn vị cần báo cáo", total, link(TABLE, trang_thai=TO_DO), (*lines, BY_CHAT), urgent=late),)
