"""The coordinator's desk and the board: accept, return with a reason, set aside; a monitor only looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.duties import Board, BoardRow, Report
from handlers.outcome import Accepted, Asked, Returned, SetAside
from knowledge.reading import Decision, Match, Reading
from scheduler.ledger import Form, Mark, Proof, ProofKind
from tests.bot.parts import NoKnowledge
from tests.handlers.duties_world import (
    COORDINATOR,
    LE_LOI,
    LOUDSPEAKER,
    MONITOR,
    MORNING,
    OFFICER,
    Chat,
    World,
    marked,
    monthly,
    weekly,
)

PROOFS = (
    Proof(ProofKind.PHOTO, "loa.jpg", "00", twin="BC-PL3-2026W31-DAMAI"),
    Proof(ProofKind.LINK, "https://damai.vn/2008"),
)
REPORT = Report(700, "BC-PL3-2026W34-DAMAI", "cán bộ", MORNING, "phát 2 lần", Form.RADIO, 2, PROOFS)
OTHER = Report(800, "BC-PL3-2026W34-LELOI", "cán bộ", MORNING, "phát 1 lần")


def desk() -> World:
    """Two reports wait, one duty is overdue."""
    return World.of(
        marked(weekly(7), Mark.REPORTED, report=REPORT),
        marked(weekly(8, LE_LOI), Mark.REPORTED, report=OTHER),
        weekly(9, due=date(2026, 8, 14)),
    )


# The queue


@pytest.mark.parametrize("typed", ["chờ duyệt", "cho duyet", "/choduyet", "duyệt"])
async def test_reports_that_wait_are_listed(typed: str) -> None:
    chat = Chat(COORDINATOR, desk())
    assert "**2 báo cáo** chờ duyệt" in await chat.say(typed)
    assert chat.labels == ["PL 3, tuần 34 – UBND phường Đa Mai", "PL 3, tuần 34 – UBND phường Lê Lợi"]


async def test_a_long_queue_is_shown_in_pages() -> None:
    fridays = [date(2026, 1, 2) + timedelta(weeks=week) for week in range(11)]
    chat = Chat(COORDINATOR, World.of(*(marked(weekly(n, due=day), Mark.REPORTED) for n, day in enumerate(fridays, 1))))
    await chat.say("chờ duyệt")
    assert chat.labels[-1] == "Xem thêm (3)"
    await chat.say("9")
    assert len(chat.choices) == 3


async def test_an_empty_queue_is_said() -> None:
    assert "Không có báo cáo nào" in await Chat(COORDINATOR).say("chờ duyệt")


async def test_a_card_shows_the_report_with_proofs_and_flags_a_twin() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.say("chờ duyệt")
    said = await chat.say("1")
    for part in (
        "UBND phường Đa Mai",
        "- Nội dung: phát 2 lần",
        "- Số lượng: 2 lượt phát",
        "- Hình thức: Truyền thanh",
        "- Ảnh: loa.jpg",
        "ảnh giống ảnh đã dùng ở BC-PL3-2026W31-DAMAI",
        "- Đường dẫn: https://damai.vn/2008",
    ):
        assert part in said
    assert chat.labels == ["Duyệt", "Trả lại"]
    assert "Chưa có ảnh hoặc đường dẫn" in await chat.act("xemviec:8")


# Accept


async def test_after_accepting_the_next_one_is_offered_at_once() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("xemviec:7")
    said = await chat.press("Duyệt")
    assert "Đã duyệt **BC-PL3-2026W34-DAMAI**" in said
    assert "Còn 1 báo cáo, tiếp theo:" in said
    assert "BC-PL3-2026W34-LELOI" in said
    assert "Không còn báo cáo nào" in await chat.say("1")
    assert chat.notes == [Accepted(7), Accepted(8)]


async def test_accepting_twice_accepts_once() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("duyet:7:700")
    assert "đã duyệt" in await chat.act("duyet:7:700")
    assert chat.notes == [Accepted(7)]


@pytest.mark.parametrize("button", ["duyet:7:699", "tra:7:699:photo", "duyet:7", "tra:9:900:photo"])
async def test_a_button_of_another_report_decides_nothing(button: str) -> None:
    chat = Chat(COORDINATOR, desk())
    assert "không ghi gì" in await chat.act(button)
    assert chat.notes == []


# Return


async def test_a_report_is_returned_with_a_typed_reason() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("tra:7:700")
    assert chat.labels == ["Ảnh không rõ", "Thiếu đường dẫn", "Số liệu chưa khớp", "Thôi"]
    said = await chat.say("ảnh chụp từ tuần trước")
    assert "lý do: ảnh chụp từ tuần trước" in said
    assert "BC-PL3-2026W34-LELOI" in said
    assert chat.notes == [Returned(7, "ảnh chụp từ tuần trước")]
    assert "Lý do trả lại: ảnh chụp từ tuần trước" in await Chat(OFFICER, chat.world).act("nvx:7")


@pytest.mark.parametrize(("typed", "reason"), [("1", "Ảnh không rõ"), ("thieu duong dan", "Thiếu đường dẫn")])
async def test_a_ready_reason_can_be_chosen(typed: str, reason: str) -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("tra:7:700")
    await chat.say(typed)
    assert chat.notes == [Returned(7, reason)]


async def test_returning_can_be_left() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("tra:7:700")
    await chat.press("Thôi")
    await chat.say("một câu nào đó")
    assert not any(isinstance(note, Returned) for note in chat.notes)


async def test_a_report_withdrawn_meanwhile_is_not_returned() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("tra:7:700")
    chat.world.all[7] = weekly(7)
    assert "không ghi gì" in await chat.say("ảnh mờ")
    assert chat.notes == []
    assert chat.dialogue.flow is None


class Knowing(NoKnowledge):
    def read(self, _text: str, _topic: str | None = None) -> Reading:
        return Reading(Decision.ANSWER, (Match("1.001193", 0.9, ""),))


async def test_a_citizens_question_in_between_is_no_reason() -> None:
    chat = Chat(COORDINATOR, desk(), knowledge=Knowing())
    await chat.act("tra:7:700")
    said = await chat.say("lệ phí khai sinh bao nhiêu?")
    assert "lý do trả lại **BC-PL3-2026W34-DAMAI**" in said
    assert [type(note) for note in chat.notes] == [Asked]
    await chat.say("ảnh mờ")
    assert chat.notes[-1] == Returned(7, "ảnh mờ")


# Set aside


async def test_what_does_not_apply_is_set_aside_with_a_reason() -> None:
    chat = Chat(COORDINATOR, desk())
    await chat.act("xemviec:9")
    assert chat.labels == ["Không áp dụng"]
    await chat.press("Không áp dụng")
    await chat.say("đài của phường đang sửa")
    assert chat.notes == [SetAside(9, "đài của phường đang sửa")]
    assert "không ghi gì" in await chat.act("khongapdung:9")


async def test_a_reported_duty_is_not_set_aside() -> None:
    chat = Chat(COORDINATOR, desk())
    assert "không ghi gì" in await chat.act("khongapdung:7")
    assert chat.labels == ["Duyệt", "Trả lại"]


# The board

ROW = BoardRow(
    "3", LOUDSPEAKER, "tuần 34 (17–23/8/2026)", 8, 6, 1, (), ("UBND phường Đa Mai",), (), ("UBND phường Lê Lợi",), (9,)
)
BOARD = Board(
    (ROW,), 2, (("UBND phường Đa Mai, việc 3", "loa hỏng"),), (("UBND xã Tân Mỹ", "chưa ai liên kết"),), doubtful=1
)


def watched(board: Board = BOARD) -> World:
    world = desk()
    world.shown = board
    return world


@pytest.mark.parametrize("typed", ["bảng", "bảng theo dõi", "tiến độ", "/bang", "tinh hinh"])
async def test_the_board_tells_how_units_stand(typed: str) -> None:
    chat = Chat(COORDINATOR, watched())
    said = await chat.say(typed)
    for part in (
        "**PL 3, tuần 34**: 7/8 đơn vị đã báo (6 đúng hạn, 1 trễ).",
        "Quá hạn chưa báo: UBND phường Đa Mai.",
        "Ảnh giống kỳ trước: UBND phường Lê Lợi.",
        "**2 báo cáo** chờ anh/chị duyệt",
        "- UBND phường Đa Mai, việc 3: loa hỏng",
        "- UBND xã Tân Mỹ: chưa ai liên kết",
    ):
        assert part in said
    assert chat.labels == ["Chờ duyệt", "Xem PL 3, tuần 34"]


async def test_a_monitor_sees_the_same_and_decides_nothing() -> None:
    chat = Chat(MONITOR, watched())
    said = await chat.say("bảng")
    assert "7/8 đơn vị đã báo" in said
    assert "2 báo cáo đang chờ duyệt" in said
    assert chat.labels == ["Xem PL 3, tuần 34"]
    await chat.say("1")
    await chat.say("1")
    assert "quá hạn 7 ngày" in chat.outcome.replies[0].text
    assert chat.choices == ()


async def test_a_row_opens_the_units_that_are_behind() -> None:
    chat = Chat(COORDINATOR, watched())
    await chat.say("bảng")
    await chat.press("Xem PL 3, tuần 34")
    assert chat.labels == ["UBND phường Đa Mai", "Về bảng"]
    await chat.press("UBND phường Đa Mai")
    assert chat.labels == ["Không áp dụng"]


async def test_long_lists_are_cut_with_a_count() -> None:
    units = tuple(f"UBND phường {number}" for number in range(1, 17))
    late = replace(ROW, units=16, on_time=0, late=0, overdue=units, twins=(), open=tuple(range(9, 25)))
    board = Board(
        tuple(replace(late, tt=str(n)) for n in range(10)),
        stuck=tuple((f"Đơn vị {n}", "hỏng") for n in range(9)),
        unreachable=tuple((unit, "chưa ai liên kết") for unit in units),
    )
    chat = Chat(COORDINATOR, watched(board))
    said = await chat.say("bảng")
    assert "chưa đơn vị nào báo (0/16)" in said
    assert "UBND phường 5 và 11 đơn vị khác" in said
    assert "- và 4 mục khác" in said
    assert "- và 11 mục khác" in said
    assert chat.labels[-1] == "Xem thêm (4 việc)"
    await chat.press("Xem thêm (4 việc)")
    assert len(chat.choices) == 4
    await chat.act("bangviec:0")
    assert chat.labels[-2:] == ["Xem thêm (8)", "Về bảng"]
    await chat.press("Xem thêm (8)")
    assert chat.labels[:2] == ["UBND phường 9", "UBND phường 10"]


@pytest.mark.parametrize("button", ["bangviec:99", "bangviec", "bang:99", "bangviec:0:99"])
async def test_an_old_button_of_the_board_shows_the_board(button: str) -> None:
    assert "7/8 đơn vị" in await Chat(COORDINATOR, watched()).act(button)


async def test_an_empty_board_is_said() -> None:
    assert "Chưa có việc nào" in await Chat(MONITOR).say("bảng")


async def test_a_monthly_duty_stands_on_the_board_by_its_month() -> None:
    month = replace(ROW, tt="4", label=monthly().period.label)
    assert "**PL 4, tháng 8/2026**" in await Chat(MONITOR, watched(Board((month,)))).say("bảng")


# Who may not decide


async def test_whoever_sees_another_unit_s_report_and_may_not_decide_is_told_so() -> None:
    chat = Chat(COORDINATOR, World.of(replace(marked(weekly(7), Mark.REPORTED, report=REPORT), decided_here=False)))
    said = await chat.act("xemviec:7")
    assert "không thuộc đơn vị anh/chị điều phối" in said
    assert not chat.labels
    for press in ("duyet:7:700", "tra:7:700", "tra:7:700:photo", "khongapdung:7"):
        assert "không thuộc đơn vị anh/chị điều phối" in await chat.act(press)
        assert not chat.notes


async def test_nobody_decides_on_the_own_report() -> None:
    number = COORDINATOR.memberships[0].id
    chat = Chat(COORDINATOR, World.of(marked(weekly(7), Mark.REPORTED, report=replace(REPORT, member=number))))
    await chat.say("chờ duyệt")
    assert "do chính anh/chị gửi" in await chat.say("1")
    assert not chat.labels
    for press in ("duyet:7:700", "tra:7:700:link"):
        assert "do chính anh/chị gửi" in await chat.act(press)
        assert not chat.notes
