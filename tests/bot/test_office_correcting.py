"""Lines of a draft corrected one by one: nothing of the document is lost, nor of what another official corrected."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from bot.office import correcting, plan_lines, plans, preview
from bot.office.correcting import Problem, StaleError, UnclearError, Understood
from bot.office.corrections import LEAD, RHYTHM, SUPPORT, corrections
from bot.office.duties import OfficeDuties
from bot.office.plan_lines import Line
from bot.storage import Storage
from bot.tables import Occurrence, PlanState, Task
from bot.tables import Plan as PlanRow
from handlers.duties import Role
from handlers.outcome import PlanConfirmed
from scheduler.plan import Owner, Reading
from scheduler.plan import Warning as Raised
from tests.bot.office_world import EVENT, MONTHLY, NOI_VU, TASKS, VHTT, WARDS, OfficeWorld, local, office, reading

JANUARY = local(2024, 1, 3, 9)
STRANGE = replace(TASKS[0], lead=(Owner("UBND phường Da Mia", None),), time_text="Mỗi tuần")
OPEN = replace(TASKS[1], time_text="Thường xuyên")


async def draft(world: OfficeWorld, *tasks: object, digest: str = "a") -> int:
    read = reading(*(tasks or (STRANGE, OPEN, TASKS[2], TASKS[3])))  # type: ignore[arg-type]
    return await keep_reading(world, read, digest)


async def keep_reading(world: OfficeWorld, read: Reading, digest: str = "a") -> int:
    async with world.storage.write() as session:
        return (await plans.bring_in(session, read, "ke-hoach.docx", digest, world.now)).id


async def lines(world: OfficeWorld, number: int) -> tuple[Line, ...]:
    async with world.storage.read() as session:
        row = await session.get(PlanRow, number)
        assert row
        return plan_lines.lines(row, Reading.from_json(row.body), world.rules.units, await plans.goes_on(session, row))


def understood(world: OfficeWorld, line: Line, **typed: object) -> Understood:
    wanted = replace(correcting.as_typed(line, world.rules.units), **typed)  # type: ignore[arg-type]
    return correcting.understand(line, wanted, reading().plan, world.rules.units, None)


def problems(world: OfficeWorld, line: Line, **typed: object) -> list[Problem]:
    with pytest.raises(UnclearError) as unclear:
        understood(world, line, **typed)
    return unclear.value.problems


async def correct(world: OfficeWorld, number: int, line: Line, by: str = "Điều phối", **typed: object) -> None:
    async with world.storage.write() as session:
        await correcting.keep(session, number, line, understood(world, line, **typed), by, world.now)


async def confirm(world: OfficeWorld, number: int, **choices: object) -> plans.Confirmed:
    async with world.storage.write() as session:
        row = await plans.find(session, number, PlanState.DRAFT)
        decided = plans.Choices("Quản trị", **{"cadences": {}, **choices})  # type: ignore[arg-type]
        return await plans.confirm(session, world.rules, row, decided, world.now)


async def test_lines_tell_what_waits_for_a_decision(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        first, second, third, fourth = await lines(world, await draft(world))
        assert first.waits == ("Chưa nhận ra đơn vị chủ trì “UBND phường Da Mia”.",)
        assert second.waits == ("“Thường xuyên” chưa nêu rõ nhịp báo cáo. Cần chọn nhịp.",)
        assert third.waits == ()
        assert fourth.waits != ()  # an event that the words only hint at


async def test_a_unit_is_found_by_any_wording_and_the_words_of_the_document_stay(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[0]
        await correct(world, number, line, lead="phường đa mai\nP. VHTT")
        line = (await lines(world, number))[0]
        assert [owner.unit for owner in line.task.lead] == [WARDS[0], VHTT]
        assert [owner.text for owner in line.read.lead] == ["UBND phường Da Mia"]
        assert line.read.time_text == line.task.time_text == "Mỗi tuần"
        assert line.waits == ()
        assert line.correction
        assert (line.correction.what, line.correction.by) == ((LEAD,), "Điều phối")


async def test_a_unit_that_nobody_knows_is_answered_with_the_nearest_and_one_press_takes_it(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[0]
        (problem,) = problems(world, line, lead="UBND phường Da Mia\nphường Đa Mya", support="Phòng VHTT")
        assert (problem.field, problem.place) == (LEAD, 1)
        assert WARDS[0] in [unit.id for unit in problem.nearest]
        found = understood(world, line, lead="UBND phường Da Mia", chosen=(LEAD, 0, WARDS[0]))
        assert found.task.lead == (Owner("UBND phường Da Mia", WARDS[0]),)
        assert problems(world, line, chosen=(LEAD, 0, "khong.co"), lead="khong ai ca")
        two = replace(correcting.as_typed(line, world.rules.units), lead="phường Da Mya; Ban Lạ")
        first = correcting.with_choice(replace(two, chosen=(LEAD, 0, WARDS[0])), world.rules.units)
        assert first.lead.splitlines() == ["UBND phường Đa Mai", "Ban Lạ"]
        (problem,) = problems(world, line, lead=first.lead)
        assert problem.place == 1


async def test_a_group_leads_with_all_its_units_and_one_without_members_does_not(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[0]
        await correct(world, number, line, lead="UBND các phường, xã")
        line = (await lines(world, number))[0]
        assert (line.lead[0].name, line.lead[0].count, line.lead[0].is_group) == ("Các phường, xã", 16, True)
        assert "chưa rõ gồm những đơn vị nào" in problems(world, line, lead="các đơn vị liên quan")[0].text
        assert problems(world, line, lead="")[0].field == LEAD
        assert problems(world, line, content=" ")[0].text == "Ghi nội dung của việc."


async def test_what_was_not_touched_stays_as_it_is_also_what_nobody_knows(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[0]
        assert understood(world, line).changed == ()
        found = understood(world, line, words="thứ Hai hằng tuần")
        assert found.changed == (RHYTHM,)
        assert found.task.lead == line.task.lead
        assert found.task.schedule == line.task.schedule


async def test_a_rhythm_in_words_is_kept_with_its_words_and_can_be_wiped_out(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[1]
        await correct(world, number, line, words="ngày 25 hằng tháng")
        line = (await lines(world, number))[1]
        assert line.rhythm
        assert line.rhythm.rules == ("FREQ=MONTHLY;BYMONTHDAY=25",)
        assert (line.set_by, line.waits) == ("Điều phối", ())
        told = plan_lines.told(line.rhythm, reading().plan, world.rules, date(2024, 3, 15))
        assert told.words == "hằng tháng, hạn ngày 25"
        assert told.days == "Ba hạn tới: 25/03/2024, 25/04/2024, 25/05/2024."
        await correct(world, number, line, words="")
        line = (await lines(world, number))[1]
        assert (line.correction, line.rhythm_set, line.task.proposal) == (None, False, MONTHLY)


@pytest.mark.parametrize("words", ["lúc nào rảnh", "theo quy định", "thường xuyên"])
async def test_a_rhythm_that_gives_no_due_day_is_not_taken(storage: Storage, words: str) -> None:
    async with office(storage, JANUARY) as world:
        line = (await lines(world, await draft(world)))[1]
        (problem,) = problems(world, line, words=words)
        assert problem.field == RHYTHM
        assert words in problem.text
        assert "thứ Sáu hằng tuần" in problem.text


async def test_two_officials_correct_different_lines_and_nothing_is_lost(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        first, second, _, fourth = await lines(world, number)
        await asyncio.gather(
            correct(world, number, first, "Người thứ nhất", lead="phường Đa Mai"),
            correct(world, number, second, "Người thứ hai", words="hằng quý"),
            correct(world, number, fourth, "Người thứ ba", accept=True),
        )
        now = await lines(world, number)
        assert [line.correction.by for line in now if line.correction] == [
            "Người thứ nhất",
            "Người thứ hai",
            "Người thứ ba",
        ]
        assert [line.waits for line in now] == [()] * 4


async def test_of_two_who_correct_one_line_the_second_is_told(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[0]
        await correct(world, number, line, lead="phường Đa Mai")
        with pytest.raises(StaleError):
            await correct(world, number, line, "Người đến sau", lead="P. VHTT")
        now = (await lines(world, number))[0]
        assert [owner.unit for owner in now.task.lead] == [WARDS[0]]
        assert now.mark != line.mark


async def test_a_plan_in_force_is_not_corrected(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        line = (await lines(world, number))[1]
        await confirm(world, number, accept=True)
        with pytest.raises(StaleError):
            await correct(world, number, line, words="hằng quý")
        async with storage.write() as session:
            with pytest.raises(StaleError):
                await correcting.undo(session, number, line)


async def test_a_correction_can_be_taken_back(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        before = (await lines(world, number))[0]
        await correct(world, number, before, lead="phường Đa Mai", words="thứ Hai hằng tuần", support="P. Nội vụ")
        line = (await lines(world, number))[0]
        assert line.correction
        assert set(line.correction.what) == {LEAD, SUPPORT, RHYTHM}
        async with storage.write() as session:
            await correcting.undo(session, number, line)
        assert (await lines(world, number))[0] == before


async def test_a_corrected_rhythm_stands_under_the_name_of_who_corrected_it(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        first, second, _, fourth = await lines(world, number)
        await correct(world, number, first, lead="phường Đa Mai")
        await correct(world, number, second, "Điều phối, Phòng VHTT", words="ngày 25 hằng tháng")
        later = (await lines(world, number))[1]
        await correct(world, number, later, "Người sửa nội dung", content="Đăng tin, bài mới")
        await correct(world, number, fourth, accept=True)
        done = await confirm(world, number)  # nothing is left to accept
        assert done.occurrences == 52 + 12 + 1
        async with storage.read() as session:
            tasks = list((await session.execute(select(Task).order_by(Task.id))).scalars())  # type: ignore[arg-type]
            rows = list((await session.execute(select(Occurrence))).scalars())
        assert [task.set_by for task in tasks] == [None, "Điều phối, Phòng VHTT", None, "Điều phối"]
        assert tasks[1].content == "Đăng tin, bài mới"
        assert {row.due_on.day for row in rows if row.task_id == tasks[1].id} == {25}
        assert {row.unit for row in rows if row.task_id == tasks[0].id} == {WARDS[0]}
        kept = corrections((await world.plans())[0].body)
        assert kept["2"].read == OPEN


async def test_a_newer_text_goes_on_with_the_running_rhythm_unless_it_is_corrected(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        await confirm(world, await draft(world, TASKS[0], OPEN, TASKS[2], TASKS[3]), accept=True)
        newer = replace(TASKS[2], content="Lắp đặt pano trên tuyến đường Nguyễn Văn Cừ")
        number = await draft(world, TASKS[0], OPEN, newer, TASKS[3], digest="b")
        line = (await lines(world, number))[1]
        assert (line.running, line.waits) == ((MONTHLY, "Quản trị"), ())
        await correct(world, number, line, words="hằng quý")
        assert (await lines(world, number))[1].set_by == "Điều phối"
        await confirm(world, number)
        async with storage.read() as session:
            tasks = {task.tt: task for task in (await session.execute(select(Task))).scalars()}
        assert tasks["2"].set_by == "Điều phối"
        assert "BYMONTH=3,6,9,12" in tasks["2"].cadence["rrule"]
        assert tasks["4"].set_by == "Quản trị"


async def test_a_warning_that_was_dealt_with_is_no_longer_told(storage: Storage) -> None:
    warnings = (
        Raised("unknown_unit", "1", "chưa nhận ra đơn vị"),
        Raised("several_leads", "1", "hai đơn vị chủ trì"),
        Raised("no_rhythm", "2", "không nêu nhịp"),
    )
    async with office(storage, JANUARY) as world:
        read = replace(reading(STRANGE, OPEN), warnings=warnings)
        number = await keep_reading(world, read)
        first, second = await lines(world, number)
        assert first.warnings == ("chưa nhận ra đơn vị", "hai đơn vị chủ trì")
        assert second.warnings == ("không nêu nhịp",)
        await correct(world, number, first, lead="phường Đa Mai")
        await correct(world, number, second, accept=True)
        assert [line.warnings for line in await lines(world, number)] == [(), ()]


async def test_what_looks_like_a_number_of_a_person_is_not_kept(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        line = (await lines(world, await draft(world)))[1]
        found = understood(world, line, content="Đăng tin, gọi chị Lan 0912345678")
        assert "0912345678" not in found.task.content


async def test_who_sees_one_ward_gives_the_lead_to_no_other(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        line = (await lines(world, await draft(world)))[0]
        wanted = replace(correcting.as_typed(line, world.rules.units), lead="phường Đa Mai\nP. VHTT")
        with pytest.raises(UnclearError) as unclear:
            correcting.understand(line, wanted, reading().plan, world.rules.units, {WARDS[0]})
        assert ["P. VHTT" in problem.text for problem in unclear.value.problems] == [True]


async def test_a_draft_is_looked_at_beforehand_with_its_corrected_rhythms(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        first, second, *_ = await lines(world, number)
        await correct(world, number, first, lead="phường Đa Mai")
        await correct(world, number, second, words="ngày 25 hằng tháng")
        now = await lines(world, number)
        rhythms = {line.task.tt: line.rhythm for line in now if line.rhythm}
        read = Reading.from_json((await world.plans())[0].body)
        duties = list(preview.drafted(read, world.rules, rhythms))
        assert Counter(duty.task for duty in duties) == {"1": 52, "2": 12, "3": 1}
        days = preview.ahead(duties, date(2024, 1, 22), date(2024, 1, 26), world.rules)
        told = {notice.task for posts in days.values() for post in posts for notice in post.notices}
        assert told == {"1", "2"}
        assert {post.unit_name for posts in days.values() for post in posts} >= {"UBND phường Đa Mai"}
        assert await world.rows() == []


async def test_what_is_told_of_due_days_fits_the_rhythm_and_the_day(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        plan, summer = reading().plan, date(2024, 7, 1)
        assert plan_lines.due_days(EVENT, plan, world.rules, summer) == "Mỗi lần có sự kiện: hạn sau 5 ngày làm việc."
        once = TASKS[2].schedule
        assert plan_lines.due_days(once, plan, world.rules, summer) == "Mọi hạn đã qua; hạn cuối 31/03/2024."
        assert plan_lines.due_days(once, plan, world.rules, date(2024, 3, 31)) == "Hạn tới: 31/03/2024."
        assert plan_lines.due_days(TASKS[1].schedule, plan, world.rules, summer) == ""  # "thường xuyên" has none


async def test_a_newer_text_of_a_draft_keeps_what_was_corrected_where_the_document_says_the_same(
    storage: Storage,
) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        first, second, *_ = await lines(world, number)
        await correct(world, number, first, lead="phường Đa Mai")
        await correct(world, number, second, words="ngày 25 hằng tháng")
        moved, changed = replace(STRANGE, tt="2"), replace(OPEN, tt="1", time_text="Hằng năm")
        newer = await draft(world, changed, moved, digest="b")
        now = await lines(world, newer)
        assert [line.correction is not None for line in now] == [False, True]
        assert [owner.unit for owner in now[1].task.lead] == [WARDS[0]]
        assert (now[1].task.tt, now[1].read) == ("2", moved)
        assert [row.state for row in await world.plans()] == [PlanState.REPLACED, PlanState.DRAFT]


async def test_a_wards_admin_confirms_no_plan_of_the_city_in_a_chat(storage: Storage) -> None:
    async with office(storage, JANUARY) as world:
        number = await draft(world)
        ward = await world.link(WARDS[0], Role.ADMIN, "phuong")
        city = await world.link(NOI_VU, Role.ADMIN, "thanh-pho")
        async with storage.read() as session:
            duties = OfficeDuties(session, world.rules, world.now)
            assert await duties.drafts(ward) == ()
            assert [one.id for one in await duties.drafts(city)] == [number]
        await world.write(PlanConfirmed(number, "Nguyễn Văn B", {}), "phuong")
        assert [row.state for row in await world.plans()] == [PlanState.DRAFT]
        await world.write(PlanConfirmed(number, "Nguyễn Văn B", {}), "thanh-pho")
        assert [row.state for row in await world.plans()] == [PlanState.CONFIRMED]
