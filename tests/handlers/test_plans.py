"""An admin confirms a draft plan in chat: every open rhythm is accepted or chosen, a name is given, a last press."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.cadence import spoken
from handlers.duties import Draft
from handlers.outcome import Asked, PlanConfirmed
from handlers.plans import left_open, options
from scheduler.plan import Kind, Owner, Schedule, Task
from tests.handlers.duties_world import ADMIN, Chat, World

START, END = date(2026, 1, 1), date(2026, 12, 31)
CONTINUOUS = Schedule(Kind.CONTINUOUS, start=START, due=END)
MONTHLY = Schedule(
    Kind.RECURRING, ("FREQ=MONTHLY;BYMONTHDAY=-1",), START, END, needs_confirmation=True, note="báo cáo theo tháng"
)
WEEKLY = Schedule(Kind.RECURRING, ("FREQ=WEEKLY;BYDAY=FR",), START, END)


def task(tt: str, words: str, schedule: Schedule, proposal: Schedule | None = None) -> Task:
    return Task(tt, f"Nội dung việc {tt}", (Owner("UBND phường, xã", "@all_wards"),), (), words, schedule, proposal)


DRAFT = Draft(
    2,
    "Kế hoạch tuyên truyền CCHC năm 2026",
    (
        task("1", "Thường xuyên", CONTINUOUS, MONTHLY),
        task("3", "Mỗi tuần/1 lần", WEEKLY),
        task("4", "Thường xuyên", CONTINUOUS, MONTHLY),
        task("5", "Theo quy định", Schedule(Kind.UNCLEAR, needs_confirmation=True)),
    ),
    5,
)
CLEAR = Draft(3, "Kế hoạch rõ", (DRAFT.tasks[1],), 0)
NAME = "Nguyễn Văn A, Chánh Văn phòng"


def admin(*drafts: Draft) -> Chat:
    world = World()
    world.plans = drafts or (DRAFT,)
    return Chat(ADMIN, world)


def accepted(schedule: Schedule) -> Schedule:
    return Schedule(schedule.kind, schedule.rules, schedule.start, schedule.due, note=schedule.note)


@pytest.mark.parametrize("typed", ["kế hoạch", "xác nhận kế hoạch", "/kehoach"])
async def test_a_draft_shows_what_its_words_leave_open(typed: str) -> None:
    chat = admin()
    said = await chat.say(typed)
    assert "4 việc, trong đó 3 việc văn bản chưa nói rõ nhịp" in said
    assert "có 5 chỗ cần xem lại" in said
    assert '- PL 1: Nội dung việc 1 – ghi "Thường xuyên", đề xuất **mỗi tháng, hạn ngày cuối tháng**' in said
    assert '- PL 5: Nội dung việc 5 – ghi "Theo quy định", đề xuất **chưa có' in said
    assert "PL 3" not in said
    assert chat.labels == ["Đồng ý tất cả", "Xem từng việc", "Để sau"]


async def test_all_proposals_are_accepted_and_what_has_none_is_asked() -> None:
    chat = admin()
    await chat.say("kế hoạch")
    assert "Việc 3/3. **PL 5:**" in await chat.press("Đồng ý tất cả")
    assert "Đồng ý" not in "".join(chat.labels)
    await chat.press("Mỗi tuần, thứ Sáu")
    said = await chat.say(NAME)
    assert f"Người xác nhận: **{NAME}**" in said
    assert "- PL 5: mỗi tuần, thứ Sáu" in said
    assert chat.notes == []
    await chat.press("Xác nhận")
    weekly = Schedule(Kind.RECURRING, ("FREQ=WEEKLY;BYDAY=FR",))
    cadences = {"1": accepted(MONTHLY), "4": accepted(MONTHLY), "5": weekly}
    assert chat.notes == [PlanConfirmed(2, NAME, cadences)]
    assert chat.dialogue.flow is None


async def test_each_rhythm_can_be_chosen_one_by_one() -> None:
    chat = admin()
    await chat.say("kế hoạch")
    said = await chat.press("Xem từng việc")
    assert 'Văn bản ghi: "Thường xuyên"' in said
    assert "Lưu ý: báo cáo theo tháng" in said
    assert chat.labels == [
        "Đồng ý: mỗi tháng, hạn ngày cuối tháng",
        "Mỗi tuần, thứ Sáu",
        "Mỗi quý, hạn ngày cuối tháng",
        "6 tháng một lần, hạn ngày cuối tháng",
        "Một lần, hạn 31/12/2026",
        "Khi có việc phát sinh",
    ]
    await chat.say("1")
    assert "Việc 2/3" in chat.outcome.replies[0].text
    await chat.press("Khi có việc phát sinh")
    await chat.press("Việc trước")
    await chat.press("Một lần, hạn 31/12/2026")
    await chat.press("Mỗi quý, hạn ngày cuối tháng")
    await chat.say(NAME)
    await chat.press("Xác nhận")
    (note,) = chat.notes
    assert isinstance(note, PlanConfirmed)
    assert {tt: one.kind for tt, one in note.cadences.items()} == {
        "1": Kind.RECURRING,
        "4": Kind.ONE_OFF,
        "5": Kind.RECURRING,
    }
    assert note.cadences["4"].due == END
    assert not any(one.needs_confirmation for one in note.cadences.values())


async def test_a_choice_is_changed_before_the_last_press() -> None:
    chat = admin()
    await chat.say("kế hoạch")
    await chat.press("Đồng ý tất cả")
    await chat.press("Khi có việc phát sinh")
    await chat.say(NAME)
    await chat.press("Xem lại từng việc")
    assert "- PL 1: mỗi tuần, thứ Sáu" in await chat.press("Mỗi tuần, thứ Sáu")
    await chat.press("Xác nhận")
    assert isinstance(chat.notes[0], PlanConfirmed)
    assert chat.notes[0].cadences["1"].rules == ("FREQ=WEEKLY;BYDAY=FR",)


async def test_a_plan_that_says_everything_needs_only_a_name() -> None:
    chat = admin(CLEAR)
    await chat.say("kế hoạch")
    await chat.press("Xác nhận kế hoạch")
    await chat.say(NAME)
    await chat.press("Xác nhận")
    assert chat.notes == [PlanConfirmed(3, NAME, {})]


async def test_of_several_drafts_it_is_asked_which() -> None:
    chat = admin(DRAFT, CLEAR)
    await chat.say("kế hoạch")
    await chat.press("Kế hoạch rõ")
    assert "**Kế hoạch rõ**" in chat.outcome.replies[0].text


@pytest.mark.parametrize("typed", ["12345", "A", "anh ấy 2", "x" * 120])
async def test_what_is_no_name_is_asked_again(typed: str) -> None:
    chat = admin(CLEAR)
    await chat.act("khtat:3")
    assert "họ tên và chức vụ bằng chữ" in await chat.say(typed)
    await chat.act("khxong:3")
    assert chat.notes == []


async def test_a_question_is_no_name() -> None:
    chat = admin(CLEAR)
    await chat.act("khtat:3")
    assert "Anh/chị gõ họ tên" in await chat.say("lệ phí khai sinh bao nhiêu?")
    assert [type(note) for note in chat.notes] == [Asked]


@pytest.mark.parametrize("way", ["Để sau", "huỷ"])
async def test_it_can_be_left_for_another_day(way: str) -> None:
    chat = admin()
    await chat.say("kế hoạch")
    await chat.press("Đồng ý tất cả")
    assert "chưa nhắc ai" in (await chat.say(way) if way == "huỷ" else await chat.act("khxong"))
    assert chat.notes == []
    assert chat.dialogue.flow is None


@pytest.mark.parametrize("button", ["khtat:2", "khtung:2:0", "khdat:2:0:de", "khxong:2", "kh:2"])
async def test_a_plan_confirmed_meanwhile_is_not_confirmed_again(button: str) -> None:
    chat = admin()
    await chat.act("khtat:2")
    chat.world.plans = ()
    assert "không còn chờ xác nhận" in await chat.act(button)
    assert chat.notes == []


async def test_a_plan_imported_anew_meanwhile_is_shown_again() -> None:
    chat = admin(CLEAR)
    await chat.act("khtat:3")
    await chat.say(NAME)
    chat.world.plans = (Draft(3, "Kế hoạch rõ", DRAFT.tasks, 0),)
    assert "3 việc văn bản chưa nói rõ nhịp" in await chat.press("Xác nhận")
    assert chat.notes == []


@pytest.mark.parametrize(
    "button", ["khtung:2:99", "khdat:2:99:de", "khdat:2:0:xyz", "khdat:2:2:de", "khdat:2", "khxong:2"]
)
async def test_a_made_up_button_confirms_nothing(button: str) -> None:
    chat = admin()
    await chat.act(button)
    assert chat.notes == []


def test_only_what_is_open_has_to_be_confirmed() -> None:
    assert [one.tt for one in left_open(DRAFT)] == ["1", "4", "5"]


def test_no_option_stands_there_twice() -> None:
    for one in DRAFT.tasks:
        rhythms = [(schedule.kind, schedule.rules) for schedule in options(one).values()]
        assert len(set(rhythms)) == len(rhythms)


def rule(*rules: str, **more: object) -> Schedule:
    return Schedule(Kind.RECURRING, rules, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (rule("FREQ=WEEKLY;BYDAY=TU,FR"), "mỗi tuần, thứ Ba, thứ Sáu"),
        (rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"), "2 tuần một lần, thứ Sáu"),
        (rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"), "mỗi ngày làm việc"),
        (rule("FREQ=MONTHLY;BYMONTHDAY=20", target=4), "mỗi tháng, hạn ngày 20, mỗi kỳ 4"),
        (rule("FREQ=MONTHLY;BYMONTHDAY=4", arrears=True), "mỗi tháng, hạn ngày 4 của tháng sau kỳ"),
        (rule("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"), "mỗi tháng, hạn ngày cuối tháng"),
        (rule("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=-1"), "2 tháng một lần, hạn ngày cuối tháng"),
        (rule("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25"), "mỗi quý, hạn ngày 25"),
        (rule("FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1"), "6 tháng một lần, hạn ngày cuối tháng"),
        (rule("FREQ=YEARLY;BYMONTH=10,5;BYMONTHDAY=-1"), "mỗi năm vào tháng 5, 10, hạn ngày cuối tháng"),
        (Schedule(Kind.ONE_OFF, due=date(2026, 3, 31)), "một lần, hạn 31/3/2026"),
        (Schedule(Kind.EVENT), "khi có việc phát sinh"),
        (CONTINUOUS, "thường xuyên, không có hạn từng lần"),
        (Schedule(Kind.UNCLEAR), "chưa rõ"),
    ],
)
def test_a_rhythm_is_told_in_words(schedule: Schedule, words: str) -> None:
    assert spoken(schedule, admin().context) == words
