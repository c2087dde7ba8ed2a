"""The ledger as a picture, as a list and as a report, on both databases."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import event

from bot.office import findings, matrix, plans, report_source
from bot.office.findings import Wanted
from bot.storage import Storage
from bot.tables import PlanState
from handlers.duties import Role
from scheduler.ledger import State
from tests.bot.office_desk import FRIDAY, coordinator, decide, reported
from tests.bot.office_world import VHTT, WARDS, WEEKLY, local, office, reading, task


@contextmanager
def counted(storage: Storage) -> Iterator[list[str]]:
    """The statements that are asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    engine = storage._reader.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


# The matrix


async def test_a_year_of_weeks_in_sixteen_wards_is_one_query(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        wards = tuple(unit.id for unit in world.rules.units.expand("@all_wards", date(2024, 1, 1)))
        assert len(wards) == 16
        await world.confirm(reading(task("1", "Truyền thanh", wards, WEEKLY)))
        async with storage.read() as session:
            plan = (await matrix.running_plans(session))[0]
            number = (await matrix.tasks(session, plan.id, None))[0].id
            with counted(storage) as asked:
                grid = await matrix.of_task(session, world.rules, world.now, number, None)
        assert len(asked) == 1
        assert (len(grid.units), len(grid.columns)) == (16, 52)
        assert len(grid.cells) == 16 * 52
        assert [len(sheet.columns) for sheet in grid.sheets(most=30)] == [30, 22]
        assert sum(sum(sheet.counts.values()) for sheet in grid.sheets(most=30)) == len(grid.cells)


async def test_every_field_stands_as_the_ledger_says(storage: Storage) -> None:
    async with office(storage, local(2024, 3, 8, 9)) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.report(WARDS[0], "1", "2024-W09", "da-mai")
        await world.report(WARDS[0], "1", "2024-W10", "da-mai")
        world.now = FRIDAY
        async with storage.read() as session:
            number = (await matrix.tasks(session, 1, None))[0].id
            grid = await matrix.of_task(session, world.rules, world.now, number, None)
        told = [grid.cells[WARDS[0], column.key].state for column in grid.columns]
        assert told == await world.states("1", WARDS[0])
        assert told[8:11] == [State.REPORTED_LATE, State.REPORTED, State.DUE_SOON]
        assert Counter(cell.state for cell in grid.cells.values()) == grid.counts
        near = matrix.near(grid.columns, date(2024, 3, 15))
        assert [column.head for column in near][-4:] == ["tuần 11", "tuần 12", "tuần 13", "tuần 14"]
        assert len(near) == matrix.BEFORE + 1 + matrix.AFTER


async def test_the_plan_shows_each_task_in_its_latest_period_and_only_units_in_sight(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        async with storage.read() as session:
            with counted(storage) as asked:
                whole = await matrix.of_plan(session, world.rules, world.now, 1, None)
            own = await matrix.of_plan(session, world.rules, world.now, 1, frozenset({WARDS[1]}))
            tasks = await matrix.tasks(session, 1, frozenset({WARDS[1]}))
            sheets = await matrix.by_tasks(session, world.rules, world.now, 1, frozenset({WARDS[1]}))
        assert len(asked) == 1
        assert [(column.head, column.period) for column in whole.columns] == [
            ("Việc 1", "tuần 11"),
            ("Việc 2", "tháng 2/2024"),
            ("Việc 3", "quý I/2024"),
        ]
        assert {unit for unit, _ in whole.units} == {*WARDS, VHTT}
        assert own.units == ((WARDS[1], world.rules.units.name(WARDS[1])),)
        assert [one.tt for one in tasks] == ["1"]
        assert [(one.tt, len(grid.cells)) for one, grid in sheets] == [("1", 52)]


# Lists


@pytest.mark.parametrize("moment", [local(2024, 1, 2), FRIDAY, local(2024, 12, 30)])
async def test_looking_for_a_state_finds_the_rows_that_stand_so(storage: Storage, moment: datetime) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        picks = [await reported(world, WARDS[0], week, "da-mai") for week in ("2024-W08", "2024-W10", "2024-W11")]
        await decide(world, by, picks[:1])
        await decide(world, by, picks[1:2], "Ảnh không rõ")
        await reported(world, WARDS[0], "2024-W14", "da-mai")
        async with storage.read() as session:
            everything = [
                line
                for page in range(1, 3)
                for line in (await findings.listed(session, world.rules, moment, Wanted(), None, page)).lines
            ]
            seen = {line.id: line.state for line in everything}
            for state in State:
                found = await findings.listed(session, world.rules, moment, Wanted(state=state), None)
                assert {line.id for line in found.lines} == {number for number, one in seen.items() if one is state}
            waits = await findings.listed(session, world.rules, moment, Wanted(to_do=True), None)
        todo = {State.DUE_SOON, State.OVERDUE, State.RETURNED}
        assert {line.id for line in waits.lines} <= {number for number, one in seen.items() if one in todo}


async def test_a_list_has_pages_and_a_page_past_the_end_is_the_last(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        wards = tuple(unit.id for unit in world.rules.units.expand("@all_wards", date(2024, 1, 1)))
        await world.confirm(reading(task("1", "Truyền thanh", wards, WEEKLY)))
        async with storage.read() as session:
            pages = [
                await findings.listed(session, world.rules, world.now, Wanted(), None, number) for number in range(1, 7)
            ]
        assert [len(page.lines) for page in pages] == [200, 200, 200, 200, 32, 32]
        assert pages[5].page == pages[4].page == 5
        assert len({line.id for page in pages[:5] for line in page.lines}) == pages[0].total == 16 * 52


async def test_a_month_tells_what_falls_due_on_which_day(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        async with storage.read() as session:
            due = await findings.month(session, world.rules, world.now, date(2024, 3, 1), Wanted(), None)
            own = await findings.month(
                session, world.rules, world.now, date(2024, 3, 1), Wanted(), frozenset({WARDS[0]})
            )
        assert sorted(due) == [date(2024, 3, day) for day in (1, 8, 15, 22, 29, 31)]
        assert [(one.tt, one.units) for one in due[date(2024, 3, 31)]] == [("2", 1), ("3", 1)]
        assert (due[date(2024, 3, 15)][0].units, due[date(2024, 3, 15)][0].only) == (3, None)
        assert own[date(2024, 3, 15)][0].only is not None
        assert date(2024, 3, 31) not in own


# Reports


async def test_a_report_of_some_units_tells_of_no_other(storage: Storage, tmp_path: Path) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        form = report_source.forms(tmp_path)
        window = report_source.window_of("2024-Q1", form)
        async with storage.read() as session:
            row = await plans.find(session, None, PlanState.CONFIRMED)
            made = await report_source.source(session, world.rules, row, window, form, world.now, {WARDS[1]})
        assert {entry.unit for entry in made.rows} == {WARDS[1]}
        letter = docx.Document(io.BytesIO(made.document(".docx")))
        assert any("quý I" in part.text for part in letter.paragraphs)
        book = openpyxl.load_workbook(io.BytesIO(made.document(".xlsx")))
        told = {cell.value for sheet in book for line in sheet.iter_rows() for cell in line}
        assert world.rules.units.name(WARDS[1]) in told
        assert world.rules.units.name(WARDS[0]) not in told
