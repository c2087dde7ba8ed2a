"""A document -> the plan as it is understood: its head, its tasks with units and time, and what a clerk would ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from scheduler import clerk, head, table, timewords
from scheduler.documents import Document, UnreadableError
from scheduler.head import Head
from scheduler.plan import Owner, Plan, Reading, Task
from scheduler.table import Row
from scheduler.units import Units

_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")


def read_plan(document: Document, units: Units, year: int | None = None) -> Reading:
    """Understand a document. ``year``: of the plan, where its title names none.

    Raises UnreadableError, in Vietnamese, when there are no tasks in it or nothing tells the year.
    """
    rows = table.rows(document)
    if not rows:
        raise UnreadableError(
            f"{document.name}: không tìm thấy bảng nhiệm vụ (cần có cột Nội dung và cột Chủ trì hoặc Thời gian) "
            "hoặc danh mục việc có đánh số"
        )
    found = head.read(document)
    plan = _plan(document, found, rows, year)
    tasks = tuple(_task(row, plan, units) for row in rows)
    warnings = clerk.check(document, found, plan, tasks, units)
    return Reading(plan, tasks, (*clerk.of_year(found, plan, year), *warnings))


def _plan(document: Document, found: Head, rows: Sequence[Row], year: int | None) -> Plan:
    start, due = found.window or (None, None)
    of_plan = start.year if start else year or _year_of(rows)
    if of_plan is None:
        raise UnreadableError(f"{document.name}: văn bản không nêu năm của kế hoạch; hãy cho biết là năm nào")
    return Plan(found.title, of_plan, found.number, found.issued_on, found.issuer, start, due)


def _year_of(rows: Sequence[Row]) -> int | None:
    """The year that the rows' times name, when they all name the same."""
    years = {int(year) for row in rows for year in _YEAR.findall(row.time_text)}
    return years.pop() if len(years) == 1 else None


def _task(row: Row, plan: Plan, units: Units) -> Task:
    start, _ = plan.window
    schedule = timewords.read(row.time_text, plan.year, window=plan.window)
    return Task(
        tt=row.tt,
        content=row.content,
        lead=_owners(row.lead_cell, units, start),
        support=_owners(row.support_cell, units, start),
        time_text=row.time_text,
        schedule=schedule,
        proposal=timewords.propose(schedule, plan.window),
        group=row.group,
        note=row.note,
    )


def _owners(cell: str, units: Units, on: date) -> tuple[Owner, ...]:
    """The units that a cell names, each with what was known by that name on a day."""
    said = (" ".join(text.split()) for text in units.split(cell))
    return tuple(Owner(text, units.find(text, on).unit) for text in said)
