"""The plan the product grew out of, from its document to the report of the first quarter, on the time of 2024."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pytest

from bot.office import periods, plans, preview, report_source, workbench
from bot.storage import Storage
from bot.tables import PlanState
from handlers.duties import Role
from scheduler import documents, reports
from scheduler.calendar import VIETNAM
from scheduler.plan import Reading
from scheduler.reading import read_plan
from scheduler.reports.figures import Figures, figures
from tests.bot.office_world import OfficeWorld, local, office

SEED = Path(__file__).parent.parent.parent / "scheduler" / "data" / "plans" / "bac-giang-2024.txt"
FRIDAYS = [date(2024, 1, 5) + timedelta(weeks=week) for week in range(10)]
"""Due days of the weekly task in the window of the first quarter, 15/12/2023 to 14/03/2024."""
CENTRE = "bg.tt.vhtttt"
CHECKED = local(2024, 3, 15, 10)


@pytest.fixture
async def seed(storage: Storage) -> AsyncIterator[OfficeWorld]:
    """The seed, confirmed on 3 January: weekly on Friday, the rest monthly."""
    async with office(storage, local(2024, 1, 3, 9)) as world:
        reading = read_plan(documents.read(SEED), world.rules.units)
        rhythms = {"3": "thứ Sáu hằng tuần", "*": "hằng tháng"}
        await world.confirm(reading, cadences=workbench._cadences(reading, rhythms), accept=False)
        yield world


def wards(world: OfficeWorld) -> list[str]:
    return [unit.id for unit in world.rules.units.expand("@all_wards", date(2024, 1, 1))]


async def test_the_document_is_read_as_ten_tasks(seed: OfficeWorld) -> None:
    (plan,) = await seed.plans()
    reading = Reading.from_json(plan.body)
    kinds = Counter(task.schedule.kind.value for task in reading.tasks)
    assert kinds == {"continuous": 6, "recurring": 1, "event": 1, "one_off": 2}
    codes = {warning.code for warning in reading.warnings}
    assert {"blank_number", "blank_date", "unit_spellings", "body_contradicts"} <= codes


async def test_the_ledger_has_a_row_for_each_period(seed: OfficeWorld) -> None:
    rows = await seed.rows()
    weekly = Counter(row.unit for row in rows if row.period.startswith("2024-W"))
    assert set(weekly) == {CENTRE, *wards(seed)}
    assert set(weekly.values()) == {52}  # 2024 has 52 Fridays
    once = [row for row in rows if row.period == "once"]
    assert [(row.due_on, row.unit) for row in once] == [(date(2024, 3, 31), "bg.p.vhtt"), (date(2024, 3, 31), CENTRE)]
    assert not [row for row in rows if row.period.startswith("event-")]
    assert len(rows) == 17 * 52 + 12 * (29 + 1 + 1 + 1 + 16 + 1) + 2


async def test_the_event_task_has_rows_only_when_raised(seed: OfficeWorld) -> None:
    async with seed.storage.write() as session:
        ((task, plan),) = await plans.event_tasks(session)
        made = await periods.raise_event(session, seed.rules, task, plan, "sửa thủ tục khai sinh", seed.now)
    assert made == 29
    assert len({row.unit for row in await seed.rows() if row.period == "event-1"}) == 29


async def test_a_year_looked_at_beforehand_stays_in_working_time(seed: OfficeWorld) -> None:
    async with seed.storage.read() as session:
        duties, draft = await preview._duties(session, seed.rules, None)
    from scheduler import simulation

    notices = list(
        simulation.simulate(duties, *(date(2024, 1, 1), date(2024, 12, 31)), seed.rules.calendar, seed.rules.policy)
    )
    assert not draft
    assert all(seed.rules.calendar.for_unit(notice.unit).is_working_time(notice.at) for notice in notices)
    pano = [notice for notice in notices if notice.task == "9" and notice.audience == "officer"]
    assert [(notice.stage, notice.at.date().isoformat()) for notice in pano] == [
        ("t30", "2024-02-28"),
        ("t14", "2024-03-15"),
        ("t3", "2024-03-26"),
        ("day", "2024-03-29"),  # the due day, 31/03/2024, is a Sunday
        ("overdue", "2024-04-01"),
    ]
    digests = Counter(
        (n.unit, n.audience, n.at.date())
        for n in {(n.unit, n.audience, n.at): n for n in notices if n.stage != "last_call"}.values()
    )
    assert set(digests.values()) == {1}


async def run_the_quarter(world: OfficeWorld) -> None:
    """Ten wards report every week in time, one always three days late, one never, four give up after five weeks.

    Row 6: eight wards report both months in time, the others nothing. Rows 2 and 4 are reported; nobody else reports.
    """
    for unit in (CENTRE, "bg.p.vhtt", *wards(world)):
        await world.link(unit, Role.OFFICER, unit)
    for number, friday in enumerate(FRIDAYS):
        key = f"2024-W{friday.isocalendar()[1]:02}"
        day = datetime.combine(friday, datetime.min.time(), VIETNAM)
        steady = [CENTRE, *wards(world)[:10], *(wards(world)[12:] if number < 5 else [])]
        world.now = day + timedelta(hours=15)
        for unit in steady:
            await world.report(unit, "3", key, unit)
        world.now = day + timedelta(days=3, hours=9)
        await world.report(wards(world)[10], "3", key, wards(world)[10])
    for key, day in (("2024-01", local(2024, 1, 31, 15)), ("2024-02", local(2024, 2, 29, 15))):
        world.now = day
        for unit in wards(world)[:8]:
            await world.report(unit, "6", key, unit)
        await world.report(CENTRE, "2", key, CENTRE)
        await world.report("bg.p.vhtt", "4", key, "bg.p.vhtt")
    world.now = CHECKED


async def counted(world: OfficeWorld) -> tuple[Figures, reports.Rules]:
    rules = reports.read_rules()
    async with world.storage.read() as session:
        row = await plans.find(session, None, PlanState.CONFIRMED)
        entries = await report_source.entries(session, world.rules, row)
        reading = Reading.from_json(row.body)
    names = report_source._names
    tasks = [
        (t.tt, t.content, names(t.lead, world.rules.units), names(t.support, world.rules.units)) for t in reading.tasks
    ]
    return figures(entries, reading.plan, reports.window("2024-Q1", rules), world.now, tasks, rules), rules


async def test_the_report_of_the_first_quarter_says_what_was_counted_by_hand(seed: OfficeWorld, tmp_path: Path) -> None:
    await run_the_quarter(seed)
    found, rules = await counted(seed)
    weekly = next(task for task in found.tasks if task.tt == "3")
    assert [
        n.value
        for n in (weekly.progress.planned, weekly.progress.on_time, weekly.progress.late, weekly.progress.overdue)
    ] == [
        170,  # 17 units x 10 Fridays
        130,  # the centre 10, ten wards 100, four wards 20
        10,
        30,  # one ward 10, four wards 20
    ]
    total = found.total
    assert total.planned.value == 170 + 2 * (29 + 1 + 1 + 1 + 16 + 1)  # and the two months of six monthly tasks
    assert total.reported.value == 140 + 16 + 4
    assert total.on_time.value == 130 + 16 + 4
    assert total.overdue.value == total.planned.value - total.reported.value
    assert (found.done.done.value, found.done.planned.value) == (2, 7)  # rows 2 and 4 of the seven that fell due
    assert (found.heard.done.value, found.heard.planned.value) == (1 + 15 + 1, 29)
    for name in ("q1.docx", "q1.xlsx"):
        reports.write(tmp_path / name, found, rules)
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(tmp_path / "q1.docx")).paragraphs)
    assert "2/7" in text
    assert "17/29" in text
    assert "và 21 đơn vị khác (xem Phụ lục 3)" in text  # 29 that lead row 1
    book = openpyxl.load_workbook(tmp_path / "q1.xlsx", data_only=True)
    ledger = next(sheet for sheet in book.worksheets if sheet.title.startswith("Sổ"))
    assert sum(1 for row in ledger.iter_rows(values_only=True) if "2024" in str(row)) >= total.planned.value
