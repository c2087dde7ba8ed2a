"""Messages that leave by themselves: true when they leave, one for all duties, short, with buttons that work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import remind
from handlers.context import Context
from handlers.duties import Board, BoardRow, Duty, Person
from handlers.message import Reply
from handlers.remind import Item
from scheduler.calendar import VIETNAM
from scheduler.ledger import Mark
from tests.handlers.duties_world import (
    COORDINATOR,
    HEAD,
    LE_LOI,
    LOUDSPEAKER,
    MONITOR,
    MORNING,
    OFFICER,
    Chat,
    World,
    checked,
    marked,
    monthly,
    weekly,
)

OVERDUE = weekly(5, due=date(2026, 8, 14))
RETURNED = marked(weekly(6, due=date(2026, 8, 7)), Mark.RETURNED, reason="ảnh không rõ")
ROW = BoardRow(
    "3", LOUDSPEAKER, "tuần 34 (17–23/8/2026)", 8, 6, 1, (), ("UBND phường Lê Lợi",), (), ("UBND phường Đa Mai",)
)
BOARD = Board((ROW, replace(ROW, tt="4")), 2, (), (("UBND xã Tân Mỹ", "chưa ai liên kết"),))


def at(person: Person, now: datetime = MORNING) -> Context:
    return Chat(person, now=now).context


def items(*duties: Duty, stage: str = "day") -> list[Item]:
    return [Item(duty, stage) for duty in duties]


def digest(person: Person, given_items: list[Item], board: Board | None = None, **more: str) -> Reply | None:
    reply = remind.digest(person, given_items, board, at(person), **more)
    if reply is not None:
        checked(reply)
        assert len(reply.text) <= 1800
    return reply


def said(reply: Reply | None) -> str:
    assert reply
    return reply.text


def labels(reply: Reply | None) -> list[str]:
    assert reply
    return [choice.label for choice in reply.choices]


# One duty


def test_one_duty_is_told_with_all_that_is_needed_and_its_buttons() -> None:
    reply = digest(OFFICER, items(weekly()))
    assert said(reply).splitlines() == [
        "**Hạn hôm nay: PL 3, tuần 34 (17–23/8/2026)**",
        LOUDSPEAKER,
        "Hạn báo: **16:30 hôm nay**",
        "Tình trạng: còn 8 giờ 30 phút",
        "Chủ trì: UBND phường Đa Mai · Phối hợp: Phòng Văn hóa và Thông tin",
    ]
    assert labels(reply) == ["Báo đã làm", "Nhắc lại sau", "Chuyển người", "Vướng mắc"]


def test_one_overdue_duty_is_not_put_off_any_more() -> None:
    reply = digest(OFFICER, items(OVERDUE, stage="overdue"))
    assert said(reply).startswith("**Quá hạn: PL 3, tuần 33 (10–16/8/2026)**")
    assert labels(reply) == ["Báo đã làm", "Chuyển người", "Vướng mắc"]


def test_one_returned_duty_says_why() -> None:
    assert "Lý do trả lại: ảnh không rõ" in said(digest(OFFICER, items(RETURNED)))


async def test_its_buttons_work() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    reply = digest(OFFICER, items(weekly()))
    assert reply
    chat.dialogue = chat.dialogue.offering(reply.choices)
    assert "Báo đã làm **PL 3, tuần 34**" in await chat.say("1")


# Many duties


def test_many_duties_are_one_message_the_most_urgent_first() -> None:
    reply = digest(OFFICER, items(monthly(), weekly(), OVERDUE, RETURNED))
    lines = said(reply).splitlines()
    assert lines[0] == "**Nhắc việc, thứ Sáu 21/8**"
    assert [line for line in lines if line.startswith("**")][1:] == [
        "**Quá hạn**",
        "**Bị trả lại**",
        "**Hạn hôm nay**",
        "**Sắp đến hạn**",
    ]
    assert lines[2].startswith("1. **PL 3, tuần 33**")
    assert labels(reply) == ["PL 3, tuần 33", "PL 3, tuần 32", "PL 3, tuần 34", "PL 4, tháng 8/2026", "Việc của tôi"]


def test_what_was_done_meanwhile_is_not_spoken_of() -> None:
    done = [marked(weekly(), mark) for mark in (Mark.REPORTED, Mark.ACCEPTED, Mark.NOT_APPLICABLE)]
    for duty in done:
        assert digest(OFFICER, items(duty)) is None
    assert labels(digest(OFFICER, items(*done, OVERDUE)))[0] == "Báo đã làm"


def test_nothing_is_said_when_there_is_nothing() -> None:
    for person in (OFFICER, HEAD, COORDINATOR, MONITOR):
        assert digest(person, [], Board()) is None
        assert digest(person, []) is None


def test_a_long_digest_is_cut_with_a_count() -> None:
    fridays = [date(2026, 1, 2) + timedelta(weeks=week) for week in range(30)]
    reply = digest(OFFICER, items(*(weekly(n, due=day) for n, day in enumerate(fridays, 1))))
    assert "… và 22 việc khác" in said(reply)
    assert len(labels(reply)) == 9


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(list(Mark))), max_size=60), st.integers(1, 600))
def test_no_digest_is_longer_than_every_channel_takes(made: list[tuple[int, Mark]], length: int) -> None:
    first = date(2026, 1, 2)
    duties = []
    for number, (week, mark) in enumerate(made, 1):
        duty = replace(weekly(number, due=first + timedelta(weeks=week), tt=str(number)), content="việc " * length)
        duties.append(duty if mark is Mark.OPEN else marked(duty, mark, reason="x"))
    reply = digest(OFFICER, items(*duties))
    waiting = [duty for duty in duties if duty.standing.mark in (Mark.OPEN, Mark.RETURNED)]
    assert (reply is None) == (not waiting)


def test_a_year_without_its_notice_is_remarked() -> None:
    reply = digest(OFFICER, items(weekly()), remark="lịch nghỉ năm 2027 chưa có thông báo, cần xem lại khi có")
    assert said(reply).endswith("\n\nLưu ý: lịch nghỉ năm 2027 chưa có thông báo, cần xem lại khi có.")
    assert digest(OFFICER, [], remark="lịch nghỉ") is None


# The ladder


def test_a_head_is_told_what_the_unit_owes() -> None:
    reply = digest(HEAD, items(OVERDUE, stage="head"))
    assert "**Việc quá hạn của đơn vị**" in said(reply)
    assert "PL 3, tuần 33 – UBND phường Đa Mai" in said(reply)
    assert labels(reply) == ["PL 3, tuần 33 – UBND phường Đa Mai", "Việc của tôi"]


def test_who_is_officer_and_head_is_told_once() -> None:
    both = Person((*OFFICER.memberships, *HEAD.memberships))
    reply = digest(both, [Item(OVERDUE, "overdue"), Item(OVERDUE, "head")])
    assert said(reply).count("tuần 33") == 1


def test_a_coordinator_is_told_of_the_units_by_task() -> None:
    reply = digest(COORDINATOR, items(weekly(9, LE_LOI), stage="coordinator"), BOARD)
    assert (
        "- **PL 3, tuần 34**: 7/8 đơn vị đã báo (6 đúng hạn, 1 trễ). Quá hạn chưa báo: UBND phường Lê Lợi. "
        "Ảnh giống kỳ trước: UBND phường Đa Mai."
    ) in said(reply)
    assert "PL 4" not in said(reply)
    assert "- UBND xã Tân Mỹ: chưa ai liên kết" in said(reply)
    assert labels(reply) == ["Chờ duyệt", "Bảng theo dõi"]


def test_a_coordinator_is_told_of_an_earlier_period_that_the_board_does_not_show() -> None:
    reply = digest(COORDINATOR, items(OVERDUE, stage="coordinator"), BOARD)
    assert "- PL 3, tuần 33 – UBND phường Đa Mai: quá hạn 7 ngày" in said(reply)


def test_a_monitor_gets_the_whole_board_and_decides_nothing() -> None:
    reply = digest(MONITOR, [], BOARD)
    assert "**Tổng hợp theo dõi**" in said(reply)
    assert "PL 3, tuần 34" in said(reply)
    assert "PL 4, tuần 34" in said(reply)
    assert "2 báo cáo đang chờ duyệt" in said(reply)
    assert labels(reply) == ["Bảng theo dõi"]


def test_a_long_board_is_cut_with_a_count() -> None:
    rows = tuple(replace(ROW, tt=str(n)) for n in range(40))
    assert "việc khác" in said(digest(MONITOR, [], Board(rows)))


def test_a_coordinator_who_is_also_an_officer_gets_one_message() -> None:
    both = Person((*COORDINATOR.memberships, *OFFICER.memberships))
    reply = digest(both, [Item(weekly(), "day"), Item(weekly(9, LE_LOI), "coordinator")], BOARD)
    assert "**Hạn hôm nay**" in said(reply)
    assert "**Cần đôn đốc**" in said(reply)


# Other moments


def test_the_last_call_says_how_long_is_left() -> None:
    ctx = at(OFFICER, MORNING.replace(hour=14, minute=30))
    reply = remind.last_call(items(weekly()), ctx)
    assert said(reply).startswith("Sắp hết giờ: **PL 3, tuần 34**, còn 2 giờ (hạn 16:30 hôm nay).")
    both = remind.last_call(items(weekly(), replace(weekly(8), tt="5")), ctx)
    assert labels(both) == ["PL 3, tuần 34", "PL 5, tuần 34", "Việc của tôi"]


@pytest.mark.parametrize("now", [MORNING, MORNING.replace(hour=17)])
def test_a_last_call_is_not_made_for_what_is_done_or_past(now: datetime) -> None:
    duties = [marked(weekly(), Mark.REPORTED)] if now == MORNING else [weekly()]
    assert remind.last_call(items(*duties), at(OFFICER, now)) is None


def test_a_snooze_that_is_over_says_so_unless_it_is_done() -> None:
    ctx = at(OFFICER, MORNING.replace(hour=14))
    reply = remind.snoozed(Item(weekly(), "snoozed"), ctx)
    assert said(reply).startswith("Đến hẹn: **PL 3, tuần 34**, còn 2 giờ 30 phút")
    assert labels(reply)[0] == "Báo đã làm"
    assert remind.snoozed(Item(marked(weekly(), Mark.REPORTED), "snoozed"), ctx) is None
    late = remind.snoozed(Item(weekly(), "snoozed"), at(OFFICER, MORNING.replace(hour=17)))
    assert said(late).startswith("**Quá hạn: PL 3")


def test_a_returned_report_is_told_with_its_reason() -> None:
    reply = remind.returned_notice(RETURNED, at(OFFICER))
    assert "**BC-PL3-2026W34-DAMAI** (PL 3, tuần 32) bị trả lại. Lý do: ảnh không rõ." in said(reply)
    assert labels(reply)[0] == "Báo lại"
    assert remind.returned_notice(marked(weekly(), Mark.REPORTED), at(OFFICER)) is None


def test_a_duty_passed_on_is_told_to_the_colleague() -> None:
    reply = remind.passed_notice(weekly(), at(OFFICER))
    assert "Đồng nghiệp chuyển cho anh/chị **PL 3, tuần 34**" in said(reply)
    assert labels(reply)[0] == "Báo đã làm"
    assert remind.passed_notice(marked(weekly(), Mark.REPORTED), at(OFFICER)) is None


async def test_a_difficulty_is_told_to_who_urges() -> None:
    reply = remind.stuck_notice(weekly(), "loa hỏng", at(COORDINATOR))
    assert "**PL 3, tuần 34 – UBND phường Đa Mai** (hạn 16:30 hôm nay): loa hỏng" in said(reply)
    assert labels(reply) == ["Xem việc", "Không áp dụng"]
    chat = Chat(COORDINATOR, World.of(weekly()))
    assert reply
    for choice in reply.choices:
        assert "tin nhắn cũ" not in await chat.act(choice.action or "")
    assert remind.stuck_notice(marked(weekly(), Mark.ACCEPTED), "loa hỏng", at(COORDINATOR)) is None


def test_a_page_long_duty_stays_short_in_every_message() -> None:
    long = replace(weekly(), content="Tuyên truyền cải cách hành chính " * 200)
    for reply in (
        digest(OFFICER, items(long)),
        remind.passed_notice(long, at(OFFICER)),
        remind.snoozed(Item(long, "snoozed"), at(OFFICER)),
    ):
        assert len(said(reply)) <= 1800


@pytest.mark.parametrize(
    ("due", "now", "state"),
    [
        (datetime(2026, 8, 22, 16, 30, tzinfo=VIETNAM), MORNING, "còn 1 ngày"),
        (datetime(2026, 8, 21, 8, 45, tzinfo=VIETNAM), MORNING, "còn 45 phút"),
        (datetime(2026, 8, 20, 23, 59, 59, tzinfo=VIETNAM), MORNING, "quá hạn 1 ngày"),
        (datetime(2026, 8, 21, 7, 30, tzinfo=VIETNAM), MORNING, "quá hạn 30 phút"),
        (datetime(2026, 1, 2, 16, 30, tzinfo=VIETNAM), datetime(2025, 12, 31, 8, tzinfo=VIETNAM), "còn 2 ngày"),
    ],
)
def test_how_long_is_left_is_told_in_days_of_the_calendar(due: datetime, now: datetime, state: str) -> None:
    duty = replace(weekly(), standing=replace(weekly().standing, due=due), deadline=due)
    reply = remind.digest(OFFICER, items(duty), None, at(OFFICER, now))
    assert f"Tình trạng: {state}" in said(reply)


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    due = datetime(2026, 1, 2, 16, 30, tzinfo=VIETNAM)
    duty = replace(weekly(), deadline=due, standing=replace(weekly().standing, due=due))
    reply = remind.digest(OFFICER, items(duty), None, at(OFFICER, datetime(2025, 12, 31, 8, tzinfo=VIETNAM)))
    assert "16:30 thứ Sáu 2/1/2026" in said(reply)
