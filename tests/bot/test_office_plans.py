"""A plan becomes a ledger only when a named person confirms it, and a new text of it keeps what was reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.office.plans import RefusedError
from bot.storage import Storage
from handlers.duties import Role
from scheduler.ledger import Mark, State
from scheduler.plan import Owner, Reading
from tests.bot.office_world import EVENT, MONTHLY, TASKS, VHTT, WARDS, local, office, reading, task

JANUARY = local(2024, 1, 3, 9)


async def test_nothing_is_planned_before_somebody_confirms(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        with pytest.raises(RefusedError) as refused:
            await world.confirm(accept=False)
        assert [line.split(" (")[0] for line in refused.value.problems] == ["Việc 2", "Việc 4"]
        assert await world.rows() == []


async def test_confirming_makes_a_row_for_each_task_unit_and_period(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        done = await world.confirm()
        rows = await world.rows()
        weekly = [row for row in rows if row.unit == WARDS[0]]
        assert len(weekly) == 52
        assert {row.period for row in weekly} == {f"2024-W{week:02}" for week in range(1, 53)}
        assert len([row for row in rows if row.unit == VHTT]) == 12 + 1
        assert done.occurrences == len(rows) == 3 * 52 + 12 + 1  # the event task has none until it is raised
        assert {row.mark for row in rows} == {"open"}


async def test_each_rhythm_that_the_text_does_not_say_is_stored_as_set_by_that_person(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        await world.confirm()
        plan = (await world.plans())[0]
        assert (plan.state, plan.confirmed_by) == ("confirmed", "Nguyễn Văn A")
        from sqlalchemy import select

        from bot.tables import Task

        async with storage.read() as session:
            tasks = list((await session.execute(select(Task).order_by(Task.id))).scalars())  # type: ignore[arg-type]
        assert [row.set_by for row in tasks] == [None, "Nguyễn Văn A", None, "Nguyễn Văn A"]


async def test_periods_before_a_given_day_are_set_aside_with_the_reason(storage: Storage) -> None:
    async with office(storage, local(2024, 3, 1, 9)) as world:
        await world.confirm(since=local(2024, 3, 1).date())
        rows = await world.rows()
        aside = [row for row in rows if row.mark == Mark.NOT_APPLICABLE]
        assert aside
        assert all(row.due_on < local(2024, 3, 1).date() and row.reason and row.next_at is None for row in aside)
        assert not [row for row in rows if row.mark == "open" and row.due_on < local(2024, 3, 1).date()]


async def test_the_same_document_is_not_imported_twice(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        await world.confirm()
        with pytest.raises(RefusedError):
            await world.confirm()  # known already: there is no draft to confirm
        assert len(await world.plans()) == 1


async def test_a_new_text_keeps_reports_already_made(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        code = await world.report(WARDS[0], "1", "2024-W01", "da-mai")
        moved = replace(TASKS[0], tt="2", content=f"{TASKS[0].content} thành phố")
        other = replace(TASKS[1], tt="1")
        await world.confirm(reading(other, moved, TASKS[2]), digest="b")
        first, *_ = await world._all("2", WARDS[0])
        assert first.report is not None
        assert first.report.code == code
        assert len(await world._all("2", WARDS[0])) == 52
        assert [plan.state for plan in await world.plans()] == ["confirmed", "replaced"]


async def test_a_task_that_is_gone_is_set_aside_and_its_reports_stay(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        await world.confirm()
        await world.link(VHTT, Role.OFFICER, "vhtt")
        await world.report(VHTT, "2", "2024-01", "vhtt")
        await world.confirm(reading(TASKS[0], TASKS[2], TASKS[3]), digest="b")
        monthly = [row for row in await world.rows() if row.unit == VHTT and row.period.startswith("2024-")]
        marks = {row.period: row.mark for row in monthly}
        assert marks.pop("2024-01") == "reported"
        assert set(marks.values()) == {"not_applicable"}


async def test_a_changed_due_day_moves_open_periods_only(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        await world.confirm()
        await world.link(VHTT, Role.OFFICER, "vhtt")
        await world.report(VHTT, "2", "2024-01", "vhtt")
        earlier = replace(MONTHLY, rules=("FREQ=MONTHLY;BYMONTHDAY=25",))
        changed = replace(TASKS[1], time_text="Ngày 25 hằng tháng", schedule=earlier, proposal=None)
        await world.confirm(reading(TASKS[0], changed, TASKS[2], TASKS[3]), digest="b")
        days = {row.period: row.due_on.day for row in await world.rows() if row.unit == VHTT and "-0" in row.period}
        assert days["2024-01"] == 31
        assert days["2024-02"] == 25


async def test_an_event_makes_one_row_for_each_leading_unit(storage: Storage) -> None:
    from bot.office import periods, plans

    async with office(storage, JANUARY) as world:
        await world.confirm()
        for what in ("Sửa thủ tục khai sinh", "Bãi bỏ thủ tục cũ"):
            async with storage.write() as session:
                ((row, plan),) = await plans.event_tasks(session, ("thu tuc hanh chinh",))
                await periods.raise_event(session, world.rules, row, plan, what, world.now)
        raised = [row for row in await world.rows() if row.period.startswith("event-")]
        assert [(row.unit, row.period) for row in raised] == [
            (unit, f"event-{number}") for number in (1, 2) for unit in WARDS
        ]
        assert {row.due_on for row in raised} == {world.rules.calendar.default.add_working_days(JANUARY.date(), 5)}


async def test_a_unit_that_ends_in_the_year_hands_its_periods_to_its_successor(storage: Storage) -> None:
    le_loi = task("1", "Phát thanh", ("bg.w.Lê_Lợi",), replace(TASKS[0].schedule, due=local(2025, 1, 31).date()))
    async with office(storage, JANUARY) as world:
        read = reading(le_loi)
        await world.confirm(replace(read, plan=replace(read.plan, due=local(2025, 1, 31).date())))
        units = {row.unit for row in await world.rows() if row.due_on.year == 2025}
        assert units == {"bg.w.07213"}  # phường Trần Phú, from 1 January 2025


async def test_a_lead_that_nobody_knows_is_told_and_can_be_given(storage: Storage) -> None:
    strange = replace(TASKS[0], lead=(Owner("Ban Lạ", None),))
    async with office(storage, JANUARY) as world:
        done = await world.confirm(reading(strange))
        assert done.remarks
        assert await world.rows() == []
    async with office(storage, JANUARY) as world:
        done = await world.confirm(reading(strange), digest="b", leads={"1": (VHTT,)})
        assert {row.unit for row in await world.rows()} == {VHTT}


async def test_rows_that_share_a_number_are_told_apart(storage: Storage) -> None:
    rows = (TASKS[0], replace(TASKS[1], tt="1"), replace(TASKS[2], tt=""), replace(TASKS[3], tt="1"))
    async with office(storage, JANUARY) as world:
        await world.confirm(reading(*rows))
        read = Reading.from_json((await world.plans())[0].body)
        assert [one.tt for one in read.tasks] == ["1", "1 (2)", "dòng 3", "1 (3)"]


def test_the_world_has_an_event_task() -> None:
    assert TASKS[3].schedule == EVENT
    assert State.PLANNED
