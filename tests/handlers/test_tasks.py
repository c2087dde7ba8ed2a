"""Việc của tôi: list, card, being reminded later, being stuck, handing over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from handlers.duties import Colleague, Person, Role, Snooze
from handlers.outcome import Passed, Snoozed, Stuck
from scheduler.calendar import VIETNAM
from scheduler.ledger import Mark, Period, Standing
from tests.handlers.duties_world import (
    HEAD,
    LE_LOI,
    MORNING,
    OFFICER,
    Chat,
    World,
    marked,
    membership,
    monthly,
    weekly,
)

LAST_WEEK = date(2026, 8, 14)
ONE, TWO = MORNING + timedelta(hours=1), MORNING.replace(hour=14)


def busy() -> World:
    """Overdue, returned, due today, due later, reported: in no order."""
    return World.of(
        monthly(8),
        marked(weekly(5, due=date(2026, 8, 7)), Mark.REPORTED, at=datetime(2026, 8, 10, 9, tzinfo=VIETNAM)),
        weekly(7),
        marked(weekly(6, due=date(2026, 7, 31)), Mark.RETURNED, reason="ảnh không rõ"),
        weekly(4, due=LAST_WEEK),
    )


def snoozable() -> World:
    world = World.of(weekly())
    world.snooze[7] = (Snooze("1 giờ nữa", ONE), Snooze("14:00 chiều nay", TWO))
    return world


# The list


@pytest.mark.parametrize("typed", ["việc của tôi", "viec cua toi", "/congviec", "công việc", "VIỆC", "nhiệm vụ"])
async def test_the_list_tells_the_most_urgent_first(typed: str) -> None:
    chat = Chat(OFFICER, busy())
    said = await chat.say(typed)
    assert "**4 việc** cần làm (1 quá hạn, 1 bị trả lại, 1 hạn hôm nay)" in said
    assert [choice.action for choice in chat.choices] == ["nvx:4", "nvx:6", "nvx:7", "nvx:8", "nvx:5"]


async def test_a_line_of_the_list_says_task_period_due_day_and_state() -> None:
    said = await Chat(OFFICER, busy()).say("việc của tôi")
    lines = said.splitlines()
    assert lines[1].startswith("1. **PL 3, tuần 33**: Tuyên truyền nội dung chuyển đổi số")
    assert lines[1].endswith("(hạn thứ Sáu 14/8; quá hạn 7 ngày)")
    assert lines[2].endswith("(hạn thứ Sáu 31/7; bị trả lại, cần báo lại)")
    assert lines[3].endswith("(hạn thứ Sáu 21/8; còn 8 giờ 30 phút)")
    assert lines[4].endswith("(hạn thứ Hai 31/8; còn 10 ngày)")
    assert lines[5].endswith("(hạn thứ Sáu 7/8; đã báo, trễ 3 ngày, chờ duyệt)")


async def test_a_number_opens_the_card() -> None:
    chat = Chat(OFFICER, busy())
    await chat.say("việc của tôi")
    assert "Kỳ: tuần 34 (17–23/8/2026)" in await chat.say("3")


async def test_a_long_list_is_shown_in_pages() -> None:
    fridays = [date(2026, 1, 2) + timedelta(weeks=week) for week in range(18)]
    chat = Chat(OFFICER, World.of(*(weekly(n, due=day) for n, day in enumerate(fridays, start=20))))
    assert len((await chat.say("việc của tôi")).splitlines()) == 9
    assert chat.labels[-1] == "Xem thêm (10)"
    await chat.say("9")
    assert [choice.action for choice in chat.choices][:2] == ["nvx:28", "nvx:29"]
    assert chat.labels[-1] == "Xem thêm (2)"
    await chat.press("Xem thêm (2)")
    assert len(chat.choices) == 2


async def test_nothing_to_do_is_said() -> None:
    assert "không có việc nào" in await Chat(OFFICER).say("việc của tôi")


async def test_who_serves_two_units_is_told_which_one() -> None:
    both = Person((*OFFICER.memberships, membership(9, LE_LOI, Role.OFFICER)))
    chat = Chat(both, World.of(weekly(7), weekly(8, LE_LOI)))
    await chat.say("việc của tôi")
    assert chat.labels == ["PL 3, tuần 34 – UBND phường Đa Mai", "PL 3, tuần 34 – UBND phường Lê Lợi"]


# The card


async def test_a_card_tells_all_there_is() -> None:
    chat = Chat(OFFICER, busy())
    said = await chat.act("nvx:6")
    for part in (
        "**PL 3.** Tuyên truyền nội dung chuyển đổi số trên hệ thống truyền thanh thành phố và các phường, xã",
        "Kỳ: tuần 31",
        "Hạn báo: **16:30 thứ Sáu 31/7**",
        "Chủ trì: UBND phường Đa Mai · Phối hợp: Phòng Văn hóa và Thông tin",
        "Lý do trả lại: ảnh không rõ",
        "**Báo cáo BC-PL3-2026W34-DAMAI**",
        "- Nội dung: phát 2 lần",
    ):
        assert part in said
    assert chat.labels[0] == "Báo lại"


async def test_a_due_day_off_is_told_with_the_working_day_before_it() -> None:
    sunday = date(2026, 8, 23)
    day_off = replace(
        weekly(),
        period=Period("2026-W34", "tuần 34 (17–23/8/2026)", date(2026, 8, 17), sunday, sunday),
        standing=Standing(datetime.combine(sunday, time.max, VIETNAM), MORNING),
        deadline=MORNING.replace(hour=17),
    )
    said = await Chat(OFFICER, World.of(day_off)).act("nvx:7")
    assert "Hạn báo: **17:00 hôm nay**" in said
    assert "Kế hoạch ghi hạn Chủ nhật 23/8; ngày đó nghỉ nên cần báo trước." in said
    after_work = Chat(OFFICER, World.of(day_off), now=MORNING.replace(hour=20))
    assert "nên báo ngay, muộn nhất hết Chủ nhật 23/8" in await after_work.act("nvx:7")


async def test_the_buttons_of_a_card_go_by_its_state() -> None:
    world = World.of(
        weekly(1), weekly(2, due=LAST_WEEK), marked(weekly(3), Mark.REPORTED), marked(weekly(4), Mark.ACCEPTED),
        marked(weekly(5), Mark.NOT_APPLICABLE, reason="đài hỏng"),
    )  # fmt: skip
    expected = {
        1: ["Báo đã làm", "Nhắc lại sau", "Chuyển người", "Vướng mắc"],
        2: ["Báo đã làm", "Chuyển người", "Vướng mắc"],
        3: ["Xem báo cáo", "Rút lại"],
        4: ["Xem báo cáo"],
        5: [],
    }
    for number, labels in expected.items():
        chat = Chat(OFFICER, world)
        await chat.act(f"nvx:{number}")
        assert chat.labels == [*labels, "Việc của tôi"]


async def test_a_head_sees_and_does_the_units_duties() -> None:
    chat = Chat(HEAD, busy())
    await chat.say("việc của tôi")
    await chat.say("1")
    assert "Báo đã làm" in chat.labels


async def test_a_duty_that_is_gone_is_no_dead_end() -> None:
    chat = Chat(OFFICER, World())
    assert "không tìm thấy" in await chat.act("nvx:7")
    assert chat.labels == ["Việc của tôi"]


# Remind me later


async def test_a_snooze_is_chosen_from_what_is_offered() -> None:
    chat = Chat(OFFICER, snoozable())
    await chat.act("hoan:7")
    assert chat.labels == ["1 giờ nữa", "14:00 chiều nay"]
    assert "14:00 hôm nay em nhắc lại. (Hoãn lần 1" in await chat.say("2")
    assert chat.notes == [Snoozed(7, TWO)]


@pytest.mark.parametrize("typed", ["14:00", "14h", "14h00", "2h chiều", "lúc 14 giờ", "14:00 chiều nay"])
async def test_a_time_typed_by_hand_equals_a_press(typed: str) -> None:
    chat = Chat(OFFICER, snoozable())
    await chat.act("hoan:7")
    await chat.say(typed)
    assert chat.notes == [Snoozed(7, TWO)]


async def test_a_time_past_the_deadline_is_not_taken() -> None:
    chat = Chat(OFFICER, snoozable())
    await chat.act("hoan:7")
    assert "không chọn được" in await chat.say("17h")
    later = int(MORNING.replace(hour=17).timestamp())
    assert "không chọn được" in await chat.act(f"hoan:7:{later}")
    assert chat.notes == []
    assert chat.labels == ["1 giờ nữa", "14:00 chiều nay"]


async def test_no_snooze_is_left_after_two() -> None:
    chat = Chat(OFFICER, World.of(replace(weekly(), snoozed=2)))
    assert "đã hoãn 2 lần" in await chat.act("hoan:7")
    assert chat.labels[0] == "Báo đã làm"


async def test_close_to_the_deadline_nothing_is_put_off() -> None:
    assert "Đã sát hạn (16:30 hôm nay)" in await Chat(OFFICER, World.of(weekly())).act("hoan:7")


async def test_what_is_reported_is_not_put_off() -> None:
    chat = Chat(OFFICER, World.of(marked(weekly(), Mark.REPORTED)))
    assert "không phải làm gì thêm" in await chat.act("hoan:7")
    assert chat.notes == []


# Hand over


async def test_a_duty_is_passed_to_a_colleague_who_can_be_reached() -> None:
    world = World.of(weekly())
    world.people = (
        Colleague(1, "cán bộ văn hoá – xã hội", substitute=False, reachable=True),
        Colleague(11, "văn thư", substitute=True, reachable=True),
        Colleague(12, "văn thư", substitute=True, reachable=True),
        Colleague(13, "đài truyền thanh", substitute=False, reachable=False),
    )
    chat = Chat(OFFICER, world)
    await chat.act("chuyen:7")
    assert chat.labels == ["văn thư (dự phòng)", "văn thư (dự phòng) 2"]
    await chat.say("2")
    assert chat.notes == [Passed(7, 12)]
    assert "đã được chuyển cho người khác" in await chat.act("nvx:7")
    await chat.act("chuyen:7:13")
    assert chat.notes == [Passed(7, 12)]


async def test_without_a_colleague_the_way_to_one_is_told() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    assert "cấp mã mời" in await chat.act("chuyen:7")
    world = World.of(weekly())
    world.people = (Colleague(13, "", substitute=False, reachable=False),)
    assert "chưa nhận được tin" in await Chat(OFFICER, world).act("chuyen:7")


# Stuck


async def test_a_difficulty_is_one_line() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    await chat.act("vm:7")
    assert "Hạn báo vẫn là 16:30 hôm nay" in await chat.say("loa hỏng,  chưa sửa được")
    assert chat.notes == [Stuck(7, 1, "loa hỏng, chưa sửa được")]
    assert "Báo đã làm" in chat.labels
    await chat.say("thêm một dòng nữa")
    assert len([note for note in chat.notes if isinstance(note, Stuck)]) == 1


async def test_a_difficulty_in_the_form_of_a_question_is_one() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    await chat.act("vm:7")
    await chat.say("loa hỏng thì làm thế nào?")
    assert chat.notes == [Stuck(7, 1, "loa hỏng thì làm thế nào?")]


@pytest.mark.parametrize("typed", ["thôi", "huỷ", "Thôi"])
async def test_a_difficulty_can_be_left(typed: str) -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    await chat.act("vm:7")
    await chat.say(typed)
    assert chat.notes == []
    assert chat.dialogue.flow is None


async def test_a_line_of_no_letters_is_asked_for_again() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    await chat.act("vm:7")
    assert "chưa thấy nội dung" in await chat.say("...a")
    assert chat.notes == []
    assert chat.dialogue.flow


async def test_pressing_anything_else_ends_a_flow_that_waits_for_a_line() -> None:
    chat = Chat(OFFICER, busy())
    await chat.act("vm:7")
    await chat.say("việc của tôi")
    await chat.say("thủ tục làm khai sinh")
    assert not any(isinstance(note, Stuck) for note in chat.notes)


async def test_a_flow_left_overnight_takes_no_line() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    await chat.act("vm:7")
    chat.now += timedelta(hours=13)
    await chat.say("thủ tục làm khai sinh")
    assert not any(isinstance(note, Stuck) for note in chat.notes)
