"""Zalo Official Account, what goes out: texts, pictures, files, groups, and what each refusal means for the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Channel, DeliveryError
from bot.channels.render import parts, units
from bot.channels.zalo_oa import TEXT_LIMIT, ZaloOaChannel
from bot.channels.zalo_oa_reply import Reach
from bot.channels.zalo_oa_request import CODES, Act, RefusedError, failure
from bot.storage import Storage
from handlers.message import Choice, Reply
from tests.channels.zalo_oa_world import make, small_storage
from tests.fakes.zalo_oa import GROUP as GROUP_PATH
from tests.fakes.zalo_oa import MESSAGE, OLDER, FakeZaloOa

AN, BINH, GROUP = "24684588352919792", "24684588352919793", "f414c8f76fa586fbdfb4"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
LINK = "https://motcua.example.vn/anh.png"


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with small_storage(tmp_path) as opened:
        yield opened


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa() as fake:
        fake.meet(AN)
        fake.groups.add(GROUP)
        yield fake


@pytest.fixture
async def channel(zalo: FakeZaloOa, storage: Storage) -> AsyncIterator[ZaloOaChannel]:
    made = make(zalo, storage)
    yield made
    await made.stop()


async def refused(channel: ZaloOaChannel, reply: Reply | None = None, chat: str = AN) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(chat, reply or Reply("Xin chào"))
    return caught.value


# Words


async def test_it_is_a_channel_with_the_limits_of_zalo(channel: ZaloOaChannel) -> None:
    as_channel: Channel = channel
    traits = as_channel.traits
    assert as_channel.name == "zalo-oa"
    assert (traits.text_limit, traits.per_second, traits.per_chat_second) == (1900, 60, 1)
    assert (traits.buttons, traits.markup, traits.pulled) == (False, False, False)
    assert traits.window == timedelta(days=7)


async def test_it_sends_a_text_and_returns_the_message_id(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    number = await channel.send(AN, Reply("Lệ phí: 0 đồng 👶"))
    [sent] = zalo.sent
    assert (sent.chat, sent.id, sent.text, sent.path) == (AN, number, "Lệ phí: 0 đồng 👶", MESSAGE)


async def test_long_answers_with_choices_fit_after_the_common_split(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    text = "\n".join(f"**Bước {number}**: nộp & nhận <kết quả> 👶" for number in range(300))
    for piece in parts(Reply(text, (Choice("Đúng ý", "fb:1"), Choice("Không phải", "fb:0"))), channel.traits):
        await channel.send(AN, piece)
    assert len(zalo.sent) > 3
    assert all(units(sent.text) <= TEXT_LIMIT for sent in zalo.sent)
    assert "1. Đúng ý\n2. Không phải" in zalo.sent[-1].text
    assert "**" not in "".join(sent.text for sent in zalo.sent)


async def test_a_text_that_is_too_long_is_refused_for_good(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    error = await refused(channel, Reply("đ" * 2001))
    assert error.permanent
    assert zalo.sent == []


# Pictures and files


async def test_a_picture_by_address_goes_with_its_words(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    await channel.send(AN, Reply("Mẫu tờ khai", image=LINK))
    [sent] = zalo.sent
    assert (sent.text, sent.said.image) == ("Mẫu tờ khai", LINK)


async def test_a_picture_from_a_file_is_uploaded(channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path) -> None:
    path = tmp_path / "mã QR.png"
    path.write_bytes(PNG)
    await channel.send(AN, Reply("Quét mã", image=str(path)))
    [sent] = zalo.sent
    assert sent.text == "Quét mã"
    assert zalo.uploads == {sent.said.image: ("mã QR.png", PNG)}


@pytest.mark.parametrize("mistake", ["missing", "large", "kind", "upload", "type"])
async def test_a_picture_that_zalo_does_not_take_is_left_out_and_its_words_are_not(
    channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path, mistake: str
) -> None:
    path = tmp_path / ("anh.webp" if mistake == "kind" else "anh.png")
    if mistake != "missing":
        path.write_bytes(bytes(1024**2 + 1) if mistake == "large" else PNG)
    if mistake == "upload":
        zalo.refuse(-210, on="upload")
    if mistake == "type":
        zalo.refuse(-233)
    with capture_logs() as logs:
        await channel.send(AN, Reply("Mẫu tờ khai", image=str(path)))
    [sent] = zalo.sent
    assert (sent.text, sent.said.image) == ("Mẫu tờ khai", None)
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["zalo_oa_picture_left_out"]


async def test_a_picture_to_a_closed_window_is_refused_as_such(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    zalo.forward(timedelta(days=8))
    error = await refused(channel, Reply("Mẫu", image=LINK))
    assert (error.permanent, "window closed" in error.reason) == (True, True)
    assert [path for path, _ in zalo.calls].count(MESSAGE) == 1


async def test_a_file_goes_ahead_of_its_words(channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path) -> None:
    path = tmp_path / "báo cáo.docx"
    path.write_bytes(b"PK...")
    number = await channel.send(AN, Reply("Báo cáo quý", document=str(path)))
    file, words = zalo.sent
    assert file.said.file is not None
    assert zalo.uploads[file.said.file] == ("báo cáo.docx", b"PK...")
    assert (words.text, words.id) == ("Báo cáo quý", number)


async def test_a_file_alone_is_one_message(channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path) -> None:
    path = tmp_path / "mau.pdf"
    path.write_bytes(b"%PDF")
    number = await channel.send(AN, Reply("", document=str(path)))
    assert [sent.id for sent in zalo.sent] == [number]


async def test_a_file_picture_and_words_are_two_messages(
    channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path
) -> None:
    path = tmp_path / "mau.pdf"
    path.write_bytes(b"%PDF")
    await channel.send(AN, Reply("Hướng dẫn", image=LINK, document=str(path)))
    assert [(sent.text, sent.said.image, bool(sent.said.file)) for sent in zalo.sent] == [
        ("", None, True),
        ("Hướng dẫn", LINK, False),
    ]


@pytest.mark.parametrize(("name", "size"), [("so.xlsx", 10), ("to.pdf", 5 * 1024**2 + 1), ("mat.pdf", None)])
async def test_a_file_that_zalo_does_not_take_is_refused_before_anything_is_sent(
    channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path, name: str, size: int | None
) -> None:
    if size is not None:
        (tmp_path / name).write_bytes(bytes(size))
    error = await refused(channel, Reply("Báo cáo", document=str(tmp_path / name)))
    assert error.permanent
    assert zalo.sent == []


async def test_a_file_by_address_is_a_link_under_the_words(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    await channel.send(AN, Reply("Mẫu đơn", document="https://motcua.example.vn/mau.pdf"))
    await channel.send(AN, Reply("d" * 1890, document="https://motcua.example.vn/mau.pdf"))
    assert [sent.text for sent in zalo.sent] == [
        "Mẫu đơn\nhttps://motcua.example.vn/mau.pdf",
        "d" * 1890,
        "https://motcua.example.vn/mau.pdf",
    ]


async def test_a_token_that_ends_before_an_upload_is_renewed(
    channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path
) -> None:
    path = tmp_path / "mau.pdf"
    path.write_bytes(b"%PDF" * 1000)
    await channel.send(AN, Reply("trước"))
    zalo.expire()
    await channel.send(AN, Reply("sau", document=str(path)))
    assert len(zalo.refreshes) == 2
    assert [content for _, content in zalo.uploads.values()] == [b"%PDF" * 1000]


async def test_it_can_show_zalos_contact_form(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    await channel.ask_contact(AN, "Đặt lịch hẹn", "Anh/chị để lại cách liên hệ", LINK)
    assert zalo.sent[0].said.form == {
        "title": "Đặt lịch hẹn",
        "subtitle": "Anh/chị để lại cách liên hệ",
        "image_url": LINK,
    }


# Groups


async def test_it_sends_to_groups_and_calls_nobody_by_somebody_elses_words(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    await channel.send(f"g:{GROUP}", Reply(f"Nhắc việc [@{GROUP}] cho [@123] [Tổ 1]"))
    await channel.send(f"g:{GROUP}", Reply("Sơ đồ", image=LINK))
    assert [(sent.chat, sent.path, sent.text) for sent in zalo.sent] == [
        (f"g:{GROUP}", GROUP_PATH, "Nhắc việc  cho  [Tổ 1]"),
        (f"g:{GROUP}", GROUP_PATH, "Sơ đồ"),
    ]


async def test_a_group_that_the_account_has_left_is_gone(channel: ZaloOaChannel) -> None:
    error = await refused(channel, chat="g:abc123")
    assert (error.permanent, error.reason) == (True, "-403: the account is not in the group")


# Accounts of state agencies


@pytest.mark.parametrize("text_codes", [False, True])
async def test_a_state_agency_is_served_by_the_older_address_which_is_remembered(
    channel: ZaloOaChannel, zalo: FakeZaloOa, text_codes: bool
) -> None:
    zalo.account["oa_type"] = 4
    zalo.text_codes = text_codes
    await asyncio.gather(*(channel.send(AN, Reply(f"tin {number}")) for number in range(5)))
    await channel.send(AN, Reply("Sơ đồ", image=LINK))
    assert {sent.path for sent in zalo.sent} == {OLDER}
    assert len(zalo.sent) == 6
    assert [path for path, _ in zalo.calls if path in {MESSAGE, OLDER}][-1] == OLDER
    assert [path for path, _ in zalo.calls].count(MESSAGE) == 5


async def test_an_account_that_both_addresses_refuse_sends_people_elsewhere(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    zalo.account["oa_type"] = 4
    zalo.older_shut = True
    for _ in range(2):
        error = await refused(channel)
        assert (error.permanent, error.reason) == (True, "-240: the older address has been shut down")


async def test_a_refusal_by_account_type_never_goes_in_circles(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    zalo.account["oa_type"] = 4
    zalo.refuse(-235, times=3)  # both addresses, then the older one alone
    for _ in range(2):
        assert (await refused(channel)).permanent
    assert zalo.sent == []
    assert await channel.send(AN, Reply("lại được"))


# Refusals

PERMANENT = {-230: "window closed", -232: "never interacted", -213: "never interacted", -211: "quota"}


@pytest.mark.parametrize("text_codes", [False, True])
@pytest.mark.parametrize(("code", "words"), [*PERMANENT.items(), (-227, "inactive"), (-217, "blocked")])
async def test_who_cannot_be_reached_any_more_is_a_permanent_failure(
    channel: ZaloOaChannel, zalo: FakeZaloOa, code: int, words: str, text_codes: bool
) -> None:
    zalo.text_codes = text_codes
    zalo.banned[AN] = code
    error = await refused(channel)
    assert (error.permanent, error.in_doubt, error.retry_after) == (True, False, None)
    assert str(code) in error.reason
    assert words in error.reason
    assert zalo.refreshes == zalo.refreshes[:1]


async def test_the_window_of_seven_days_opens_again_when_the_person_writes(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    zalo.forward(timedelta(days=6, hours=23))
    await channel.send(AN, Reply("còn trong hạn"))
    zalo.forward(timedelta(hours=2))
    assert "window closed" in (await refused(channel)).reason
    zalo.meet(AN)
    await channel.send(AN, Reply("lại được"))
    zalo.meet(BINH, interacted=False)
    assert "never interacted" in (await refused(channel, chat=BINH)).reason
    assert (await refused(channel, chat="404")).permanent


async def test_too_many_requests_wait_for_the_next_minute(zalo: FakeZaloOa, storage: Storage) -> None:
    at = datetime.now(UTC).replace(second=40, microsecond=0)
    channel = make(zalo, storage, now=lambda: at)
    orders: list[Callable[[], None]] = [lambda: zalo.refuse(-32), lambda: zalo.fail(429)]
    for order in orders:
        order()
        error = await refused(channel)
        assert (error.permanent, error.in_doubt, error.retry_after) == (False, False, 21.0)
    assert await channel.send(AN, Reply("phút sau"))
    await channel.stop()


def test_what_may_not_be_sent_at_night_waits_for_six_in_the_morning_in_vietnam() -> None:
    late = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 22:30 in Vietnam
    early = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 05:30 of the next day
    assert failure(RefusedError(-234), late).retry_after == 7.5 * 3600
    assert failure(RefusedError(-234), early).retry_after == 1800


@pytest.mark.parametrize("code", [-200, -100, -999, -100000])
async def test_codes_that_may_pass_or_that_nobody_knows_are_tried_again(
    channel: ZaloOaChannel, zalo: FakeZaloOa, code: int
) -> None:
    zalo.refuse(code)
    error = await refused(channel)
    assert (error.permanent, error.in_doubt, error.retry_after) == (False, False, None)
    assert str(code) in error.reason
    assert await channel.send(AN, Reply("lần sau"))


async def test_what_an_operator_has_to_mend_is_told_to_the_log_and_costs_no_chat(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    zalo.refuse(-224)
    with capture_logs() as logs:
        error = await refused(channel)
    assert not error.permanent
    told = [entry for entry in logs if entry["event"] == "zalo_oa_needs_an_administrator"]
    assert [entry["reason"] for entry in told] == ["-224: the account has to be of a higher tier"]


def test_every_code_of_zalos_table_is_known_and_says_what_it_means() -> None:
    listed = "-32 -100 -200 -201 -204 -205 -207 -208 -209 -210 -211 -218 -212 -223 -213 -215 -216 -217 -219 -220 -221"
    listed += " -222 -224 -227 -230 -232 -233 -234 -235 -237 -238 -241 -403 -240 -242 -244 -248 -249 -305 -311 -320"
    listed += " -321"
    assert set(map(int, listed.split())) == set(CODES)
    assert all(code.meaning for code in CODES.values())
    now = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    for number, code in CODES.items():
        error = failure(RefusedError(number), now)
        assert error.permanent == (code.act in {Act.CHAT, Act.CONTENT})
        assert not error.in_doubt


# Doubt


@pytest.mark.parametrize("how", ["cut", "hang", "garble"])
async def test_an_answer_that_does_not_arrive_leaves_doubt(channel: ZaloOaChannel, zalo: FakeZaloOa, how: str) -> None:
    await channel.send(AN, Reply("trước"))
    getattr(zalo, how)()
    error = await refused(channel, Reply("có đến không?"))
    assert (error.permanent, error.in_doubt) == (False, True)
    assert [sent.text for sent in zalo.sent] == ["trước", "có đến không?"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_gateways_error_leaves_doubt(channel: ZaloOaChannel, zalo: FakeZaloOa, status: int) -> None:
    zalo.fail(status, done=True)
    error = await refused(channel)
    assert (error.permanent, error.in_doubt) == (False, True)


@pytest.mark.parametrize("status", [301, 400, 404, 413])
async def test_a_page_instead_of_an_answer_is_tried_again(
    channel: ZaloOaChannel, zalo: FakeZaloOa, status: int
) -> None:
    zalo.fail(status)
    error = await refused(channel)
    assert not error.permanent
    assert error.in_doubt == (status < 400)


async def test_a_slow_answer_is_waited_for(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    zalo.slow(0.3)
    assert await channel.send(AN, Reply("chậm"))


@pytest.mark.parametrize("how", ["cut", "hang", "garble"])
async def test_an_upload_that_fails_leaves_no_doubt(
    channel: ZaloOaChannel, zalo: FakeZaloOa, tmp_path: Path, how: str
) -> None:
    path = tmp_path / "mau.pdf"
    path.write_bytes(b"%PDF")
    getattr(zalo, how)(on="upload")
    error = await refused(channel, Reply("Mẫu", document=str(path)))
    assert (error.permanent, error.in_doubt) == (False, False)
    assert zalo.sent == []


async def test_what_was_never_sent_is_no_doubt(zalo: FakeZaloOa, storage: Storage) -> None:
    first = make(zalo, storage)
    await first.send(AN, Reply("có mã"))
    await first.stop()
    away = make(zalo, storage, base_url="http://127.0.0.1:9")
    error = await refused(away)
    assert (error.permanent, error.in_doubt) == (False, False)
    await away.stop()
    error = await refused(away)
    assert (error.permanent, error.in_doubt, error.reason) == (False, False, "the connection to Zalo is closed")


# Choices as a list

MENU = Reply("Anh/chị hỏi việc nào ạ?\nBấm vào việc đó.", (Choice("Giấy tờ", "gt"), Choice("Cổng", url=LINK)))


def shown(channel: ZaloOaChannel, reply: Reply) -> Reply:
    (one,) = parts(reply, channel.traits)
    return one


@pytest.fixture
async def listing(zalo: FakeZaloOa, storage: Storage) -> AsyncIterator[ZaloOaChannel]:
    made = make(zalo, storage, lists=True)
    yield made
    await made.stop()


async def test_choices_are_a_list_where_zalo_takes_one(listing: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    zalo.lists = True
    await listing.send(AN, shown(listing, MENU))
    (sent,) = zalo.to(AN)
    assert sent.said.text == "Anh/chị hỏi việc nào ạ?\nBấm vào việc đó."
    assert sent.said.buttons == ("Giấy tờ", LINK)


async def test_a_refused_list_is_numbered_text_and_is_not_tried_again(listing: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    for _ in range(2):
        await listing.send(AN, shown(listing, MENU))
    assert [sent.said.text for sent in zalo.to(AN)] == [shown(listing, MENU).text] * 2
    assert "1. Giấy tờ\n2. Cổng" in shown(listing, MENU).text
    assert len([path for path, _ in zalo.calls if path == MESSAGE]) == 3


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Chọn", tuple(Choice(f"Việc {number}", str(number)) for number in range(6))),
        Reply("Chọn", (Choice("Cấp bản sao trích lục hộ tịch ở nơi khác nơi đăng ký", "a"),)),
        Reply("a" * 101, (Choice("Giấy tờ", "gt"),)),
        Reply("Chọn\n" + "a" * 501, (Choice("Giấy tờ", "gt"),)),
        Reply("Không có gì để chọn"),
    ],
)
async def test_what_fits_into_no_list_is_numbered_text(listing: ZaloOaChannel, zalo: FakeZaloOa, reply: Reply) -> None:
    zalo.lists = True
    await listing.send(AN, shown(listing, reply))
    assert zalo.to(AN)[0].said.text == shown(listing, reply).text
    assert not zalo.to(AN)[0].said.buttons


async def test_groups_and_offices_that_did_not_ask_for_it_get_no_lists(
    channel: ZaloOaChannel, listing: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    zalo.lists = True
    await channel.send(AN, shown(channel, MENU))
    await listing.send(f"g:{GROUP}", shown(listing, MENU))
    assert [sent.said.buttons for sent in zalo.sent] == [(), ()]


# How a person stands to the account


async def test_it_tells_whether_a_person_follows_and_when_they_last_came(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    zalo.meet(BINH, interacted=False)
    day = (zalo.now() + timedelta(hours=7)).date()
    assert await channel.reach(AN) == Reach(follows=True, last=day)
    assert await channel.reach(BINH) == Reach(follows=True, last=None)
    with pytest.raises(DeliveryError):
        await channel.reach("999")
