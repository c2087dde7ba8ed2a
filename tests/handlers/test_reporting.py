"""Báo đã làm: three presses at most, everything collected is shown before it is sent, and never two reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from handlers.duties import Person, Role
from handlers.evidence import Evidence
from handlers.message import Media
from handlers.outcome import Asked, Reported, Withdrawn
from handlers.reporting import short_unit
from handlers.told import told
from knowledge.reading import Decision, Reading, Smalltalk
from scheduler.calendar import VIETNAM
from scheduler.ledger import Form, Mark
from tests.bot.parts import NoKnowledge
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

AFTERNOON = MORNING.replace(hour=14, minute=6)
LINK = "https://damai.vn/truyen-thanh/2008"


def reports(chat: Chat) -> list[Reported]:
    return [note for note in chat.notes if isinstance(note, Reported)]


async def begun(world: World | None = None, *, now: datetime = AFTERNOON, person: Person = OFFICER) -> Chat:
    chat = Chat(person, world or World.of(weekly()), now=now)
    await chat.act("bao:7")
    return chat


# Three presses


async def test_a_photo_is_reported_by_three_presses() -> None:
    chat = Chat(OFFICER, World.of(weekly()), now=AFTERNOON)
    await chat.act("bao:7")
    await chat.photo("p1")
    said = await chat.press("Gửi báo cáo")
    assert said.splitlines() == [
        "Đã nhận lúc 14:06, **đúng hạn**. Mã **BC-PL3-2026W34-DAMAI**.",
        "Rút lại được đến 16:30 hôm nay.",
        "Đến nay: 8/8 kỳ.",
    ]
    media = (Media("image", "p1", "p1.jpg", 1000),)
    assert chat.notes == [Reported(7, "BC-PL3-2026W34-DAMAI", 1, form=Form.RADIO, media=media)]
    assert chat.dialogue.flow is None


async def test_photos_links_and_lines_are_gathered_into_one_preview() -> None:
    chat = await begun()
    await chat.photo("p1", f"phat 2 lan sang thu 5, 18h thu 5 {LINK}")
    await chat.photo("p2")
    said = await chat.say("có cả bản tin tối")
    assert said.splitlines() == [
        "Em ghi nhận cho **PL 3, tuần 34**:",
        "- Nội dung: phat 2 lan sang thu 5, 18h thu 5 có cả bản tin tối",
        "- Số lượng: **2 lần**",
        "- Ảnh: 2",
        "- Đường dẫn: 1",
        "- Hình thức: Truyền thanh",
        "Anh/chị gửi thêm được, đủ rồi thì bấm **Gửi báo cáo**.",
    ]
    assert chat.labels == ["Gửi báo cáo", "Sửa", "Đổi hình thức", "Huỷ"]
    await chat.say("1")
    (report,) = reports(chat)
    assert (report.quantity, report.links, len(report.media)) == (2, (LINK,), 2)
    assert report.text == "phat 2 lan sang thu 5, 18h thu 5\ncó cả bản tin tối"


@pytest.mark.parametrize("typed", ["gửi", "gửi đi em", "ok", "Gửi báo cáo", "gui bao cao", "1", "xong rồi ạ", "vâng"])
async def test_sending_can_be_typed(typed: str) -> None:
    chat = await begun()
    await chat.photo()
    await chat.say(typed)
    assert len(reports(chat)) == 1


@pytest.mark.parametrize("typed", ["ok", "gửi đi", "vâng ạ"])
async def test_with_nothing_gathered_there_is_nothing_to_send(typed: str) -> None:
    chat = await begun()
    assert "Anh/chị gửi ảnh" in await chat.say(typed)
    assert chat.notes == []


async def test_a_line_alone_is_taken_with_a_hint() -> None:
    chat = await begun()
    assert "chưa tính là có minh chứng" in await chat.say("đã phát hai buổi")
    await chat.press("Gửi báo cáo")
    assert reports(chat)[0].quantity == 2


async def test_a_bare_number_tells_how_many() -> None:
    chat = await begun()
    assert "- Số lượng: **2 lượt phát**" in await chat.say("2")
    assert chat.choices
    assert reports(chat) == []


async def test_a_wanted_number_is_asked_for_and_stops_nothing() -> None:
    chat = Chat(OFFICER, World.of(monthly()))
    await chat.act("bao:8")
    assert "số lượng cần mỗi kỳ là 4" in await chat.photo()
    assert "cần mỗi kỳ" not in await chat.say("04 tin, bài")
    await chat.press("Gửi báo cáo")
    assert reports(chat)[0].quantity == 4


# Form


async def test_the_form_is_the_tasks_unless_the_line_says_another() -> None:
    chat = await begun()
    assert "Hình thức: Truyền thanh" in await chat.photo()
    assert "Hình thức: Mạng xã hội" in await chat.say("đăng thêm lên zalo")


async def test_a_task_of_many_forms_is_not_guessed() -> None:
    world = World.of(monthly(content="Tuyên truyền trên cổng thông tin điện tử, màn hình LED, Zalo, Facebook"))
    chat = Chat(OFFICER, world)
    await chat.act("bao:8")
    assert "chưa rõ, anh/chị chọn giúp em" in await chat.photo()
    await chat.press("Chọn hình thức")
    assert chat.labels[:3] == [
        "Cổng, trang thông tin điện tử",
        "Màn hình LED, bảng điện tử",
        "Mạng xã hội (Zalo, Facebook…)",
    ]
    assert len(chat.labels) == len(Form)
    await chat.press("Màn hình LED, bảng điện tử")
    await chat.press("Gửi báo cáo")
    assert reports(chat)[0].form is Form.LED


async def test_a_chosen_form_is_not_changed_by_a_line() -> None:
    chat = await begun()
    await chat.photo()
    await chat.press("Đổi hình thức")
    await chat.press("Hội nghị, tập huấn")
    assert "Hình thức: Hội nghị" in await chat.say("phát loa 2 lần")


async def test_a_new_form_is_marked_and_asked_why() -> None:
    chat = await begun()
    await chat.photo()
    await chat.press("Sửa")
    assert "vì sao là mới" in await chat.press("Đánh dấu hình thức mới")
    await chat.say("lần đầu phát qua loa thông minh")
    await chat.press("Gửi báo cáo")
    assert reports(chat)[0].is_new_form


# Change and leave


async def test_each_part_can_be_taken_out_and_given_again() -> None:
    chat = await begun()
    await chat.photo("p1", f"phát 2 lần {LINK}")
    await chat.press("Sửa")
    await chat.press("Gõ lại nội dung")
    await chat.say("phát 3 lần")
    await chat.press("Sửa")
    await chat.press("Bỏ ảnh, tệp")
    await chat.press("Sửa")
    assert "Bỏ ảnh, tệp" not in chat.labels
    await chat.press("Bỏ đường dẫn")
    await chat.press("Sửa")
    await chat.press("Quay lại")
    await chat.press("Gửi báo cáo")
    assert reports(chat) == [Reported(7, "BC-PL3-2026W34-DAMAI", 1, "phát 3 lần", Form.RADIO, 3)]


@pytest.mark.parametrize("typed", ["huỷ", "thôi", "Huỷ", "thôi em ạ"])
async def test_it_can_be_left(typed: str) -> None:
    chat = await begun()
    await chat.photo()
    assert "chưa ghi báo cáo nào" in await chat.say(typed)
    assert chat.notes == []
    assert chat.dialogue.flow is None


async def test_a_sticker_proves_nothing() -> None:
    chat = await begun()
    assert "chỉ nhận ảnh, video hoặc tệp" in await chat.say("", Media("sticker", "s"))
    await chat.act("baogui:7")
    assert reports(chat) == []


async def test_a_link_masked_in_part_is_told() -> None:
    chat = await begun()
    said = await chat.say("đã đăng https://facebook.com/p/[số tài khoản]", masked=("account",))
    assert "đã che và không dùng được" in said
    await chat.press("Gửi báo cáo")
    assert reports(chat)[0].links == ()


async def test_another_duty_drops_what_was_gathered_and_says_so() -> None:
    chat = await begun(World.of(weekly(7), monthly(8)))
    await chat.photo()
    assert "bỏ phần đang ghi dở của PL 3, tuần 34" in await chat.act("bao:8")
    await chat.photo("p2")
    await chat.press("Gửi báo cáo")
    assert [(note.duty, len(note.media)) for note in reports(chat)] == [(8, 1)]


async def test_pressing_it_again_keeps_what_was_gathered() -> None:
    chat = await begun()
    await chat.photo()
    assert "- Ảnh: 1" in await chat.act("bao:7")


# Questions in between


@pytest.mark.parametrize("typed", ["lệ phí khai sinh bao nhiêu?", "le phi khai sinh bao nhieu", "bao giờ hết hạn ạ"])
async def test_a_question_is_answered_and_the_report_goes_on(typed: str) -> None:
    chat = await begun()
    await chat.photo()
    said = await chat.say(typed)
    assert [type(note) for note in chat.notes] == [Asked]
    assert "Em ghi nhận cho **PL 3, tuần 34**" in said
    await chat.say("1")
    (report,) = reports(chat)
    assert report.text == ""


class Polite(NoKnowledge):
    def read(self, text: str, _topic: str | None = None) -> Reading:
        talk = {"cảm ơn em": Smalltalk.THANKS, "chào em": Smalltalk.GREETING, "xong rồi": Smalltalk.YES}.get(text)
        return Reading(Decision.SMALLTALK, smalltalk=talk) if talk else Reading(Decision.DECLINE)


async def test_a_courtesy_is_no_line_of_a_report() -> None:
    chat = Chat(OFFICER, World.of(weekly()), now=AFTERNOON, knowledge=Polite())
    await chat.act("bao:7")
    assert "Anh/chị gửi ảnh" in await chat.say("cảm ơn em")
    assert "Nội dung: xong rồi" in await chat.say("xong rồi")


async def test_a_command_in_between_does_not_lose_the_report() -> None:
    chat = await begun()
    await chat.photo()
    await chat.say("việc của tôi")
    assert "- Ảnh: 2" in await chat.photo("p2")


# Out of the blue


async def test_a_photo_out_of_the_blue_is_for_the_only_duty_that_waits() -> None:
    chat = Chat(OFFICER, World.of(weekly(), monthly()), now=AFTERNOON)
    assert "**PL 3, tuần 34**" in await chat.photo("p1", f"phat 2 lan sang thu 5, 18h thu 5 {LINK}")
    await chat.say("Gửi báo cáo")
    assert reports(chat)[0].duty == 7


async def test_of_several_duties_it_is_asked_which_and_nothing_is_lost() -> None:
    world = World.of(weekly(7), weekly(9, due=date(2026, 8, 14)))
    chat = Chat(OFFICER, world, now=AFTERNOON)
    assert "của việc nào" in await chat.photo("p1", "phát 2 lần")
    assert chat.labels == ["PL 3, tuần 33", "PL 3, tuần 34"]
    await chat.photo("p2")
    await chat.say("2")
    await chat.press("Gửi báo cáo")
    (report,) = reports(chat)
    assert (report.duty, report.quantity, len(report.media), report.form) == (7, 2, 2, Form.RADIO)


async def test_a_link_out_of_the_blue_begins_a_report_too() -> None:
    assert "- Đường dẫn: 1" in await Chat(OFFICER, World.of(weekly()), now=AFTERNOON).say(LINK)


async def test_a_photo_with_nothing_to_report_is_not_read() -> None:
    chat = Chat(OFFICER, World.of(marked(weekly(), Mark.REPORTED)), now=AFTERNOON)
    assert "chưa đọc được nội dung" in await chat.photo()


# On time, late, returned


async def test_a_late_report_says_how_late_and_is_not_taken_back() -> None:
    chat = await begun(now=datetime(2026, 8, 24, 9, 0, tzinfo=VIETNAM))
    await chat.photo()
    said = await chat.press("Gửi báo cáo")
    assert "**trễ 3 ngày**" in said
    assert "Rút lại" not in said
    await chat.press("Xem báo cáo")
    assert "Rút lại" not in chat.labels
    assert "đã hết hạn" in await chat.act("baorut:7:701:co")
    assert not any(isinstance(note, Withdrawn) for note in chat.notes)


async def test_a_report_late_by_hours_says_hours() -> None:
    chat = await begun(now=MORNING.replace(hour=17, minute=15))
    await chat.photo()
    assert "**trễ 45 phút**" in await chat.press("Gửi báo cáo")


async def test_a_returned_report_is_mended_under_a_new_code() -> None:
    world = World.of(marked(weekly(), Mark.RETURNED, at=MORNING, reason="ảnh không rõ"))
    chat = await begun(world, now=datetime(2026, 8, 24, 9, 0, tzinfo=VIETNAM))
    await chat.photo()
    said = await chat.press("Gửi báo cáo")
    assert "báo lại sau khi bị trả" in said
    assert reports(chat)[0].code == "BC-PL3-2026W34-DAMAI-2"


# Never two reports


async def test_pressing_send_twice_sends_once() -> None:
    chat = await begun()
    await chat.photo()
    await chat.press("Gửi báo cáo")
    assert "đã có báo cáo **BC-PL3-2026W34-DAMAI** rồi" in await chat.act("baogui:7")
    assert chat.labels == ["Xem báo cáo", "Rút lại"]
    assert len(reports(chat)) == 1


async def test_a_colleague_who_was_faster_is_respected() -> None:
    world = World.of(weekly())
    first, second = await begun(world), await begun(world, person=HEAD)
    await first.photo()
    await second.photo()
    await first.press("Gửi báo cáo")
    assert "đã có báo cáo" in await second.press("Gửi báo cáo")
    assert reports(second) == []
    assert second.dialogue.flow is None


@pytest.mark.parametrize("button", ["baogui:7", "baosua:7", "baobo:7:media", "baohinh:7", "baohinh:7:led", "baomoi:7"])
async def test_an_old_button_of_a_preview_begins_anew(button: str) -> None:
    chat = Chat(OFFICER, World.of(weekly()), now=AFTERNOON)
    assert "Anh/chị gửi ảnh" in await chat.act(button)
    assert chat.notes == []
    done = Chat(OFFICER, World.of(marked(weekly(), Mark.ACCEPTED)), now=AFTERNOON)
    assert "đã có báo cáo" in await done.act(button)
    gone = Chat(OFFICER, World(), now=AFTERNOON)
    assert "không tìm thấy" in await gone.act(button)


async def test_an_old_cancel_harms_nothing() -> None:
    chat = Chat(OFFICER, World.of(weekly()))
    await chat.act("vm:7")
    assert "chưa ghi báo cáo nào" in await chat.act("baohuy:7")


async def test_what_does_not_apply_is_not_reported() -> None:
    chat = Chat(OFFICER, World.of(marked(weekly(), Mark.NOT_APPLICABLE, reason="đài đang sửa")))
    assert "không áp dụng (đài đang sửa)" in await chat.act("bao:7")
    assert chat.dialogue.flow is None


async def test_the_membership_it_was_passed_to_reports() -> None:
    both = Person((*OFFICER.memberships, replace(OFFICER.memberships[0], id=15, label="văn thư")))
    chat = await begun(World.of(replace(weekly(), holder=15)), person=both)
    await chat.photo()
    await chat.press("Gửi báo cáo")
    assert reports(chat)[0].membership == 15


# See again, take back


async def test_a_report_is_seen_again_and_taken_back_while_the_period_is_open() -> None:
    chat = await begun()
    await chat.photo("p1", f"phát 2 lần {LINK}")
    await chat.press("Gửi báo cáo")
    said = await chat.press("Xem báo cáo")
    assert "- Ảnh: p1.jpg" in said
    assert f"- Đường dẫn: {LINK}" in said
    await chat.press("Rút lại")
    await chat.press("Đúng, rút lại")
    assert chat.notes[-1] == Withdrawn(7)
    assert chat.world.all[7].standing.mark is Mark.OPEN
    await chat.press("Báo lại")
    await chat.photo("p2")
    await chat.press("Gửi báo cáo")
    assert [note.code for note in reports(chat)] == ["BC-PL3-2026W34-DAMAI", "BC-PL3-2026W34-DAMAI-2"]


async def test_an_old_withdrawal_does_not_take_back_a_newer_report() -> None:
    chat = await begun()
    await chat.photo()
    await chat.press("Gửi báo cáo")
    assert "đã có báo cáo mới hơn" in await chat.act("baorut:7:699:co")
    assert len(chat.notes) == 1


async def test_an_accepted_report_is_not_taken_back() -> None:
    chat = Chat(OFFICER, World.of(marked(weekly(), Mark.ACCEPTED)))
    assert "đã được duyệt nên không rút lại được" in await chat.act("baorut:7:700:co")
    assert "chưa có báo cáo nào" in await Chat(OFFICER, World.of(weekly())).act("baorut:7:700:co")


# Values


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("UBND phường Đa Mai", "Đa Mai"),
        ("UBND xã Tân Mỹ", "Tân Mỹ"),
        ("Phường Lê Lợi", "Lê Lợi"),
        ("UBND thành phố Bắc Giang", "thành phố Bắc Giang"),
        ("Phòng Nội vụ", "Phòng Nội vụ"),
    ],
)
def test_a_receipt_names_the_place(name: str, short: str) -> None:
    assert short_unit(name) == short


def test_evidence_survives_being_stored() -> None:
    sent = Evidence(form=Form.LED, chosen=True).plus(told(f"2 lần {LINK}"), (Media("file", "f", "a.pdf", 5),))
    assert Evidence.from_json(sent.to_json()) == sent


def test_evidence_has_its_bounds() -> None:
    sent = Evidence()
    for number in range(60):
        sent = sent.plus(told(f"{'chữ ' * 100} https://a.vn/{number}"), (Media("image", f"r{number}"),))
    assert len(sent.text) <= 1500
    assert len(sent.links) == len(sent.media) == 20


async def test_a_report_left_overnight_is_begun_anew() -> None:
    chat = await begun()
    await chat.photo()
    chat.now += timedelta(hours=18)
    await chat.say("phát 2 lần")
    assert reports(chat) == []
    assert [type(note) for note in chat.notes] == [Asked]


async def test_an_officer_of_two_units_reports_for_each() -> None:
    both = Person((*OFFICER.memberships, membership(9, LE_LOI, Role.OFFICER)))
    chat = Chat(both, World.of(weekly(7), weekly(8, LE_LOI)), now=AFTERNOON)
    await chat.act("bao:8")
    await chat.photo()
    await chat.press("Gửi báo cáo")
    assert (reports(chat)[0].membership, reports(chat)[0].code) == (9, "BC-PL3-2026W34-LELOI")
