"""Telegram, what goes out: marked texts, buttons, pictures and files, and what each refusal means for the outbox."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.channels.base import Channel, DeliveryError
from bot.channels.render import parts, plain
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_reply import as_html
from bot.channels.telegram_request import Pace
from handlers.message import Choice, Message, Reply
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_rules import visible

AN = 11
PACE = Pace(connect=1.0, read=0.8, poll=5, first_wait=0.02, longest_wait=0.1)
WHOLE = "https://motcua.example.vn"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.meet(AN)
        yield fake


async def nobody(_message: Message) -> bool:
    return True


def make(telegram: FakeTelegram, **options: Any) -> TelegramChannel:
    return TelegramChannel(telegram.token, accept=nobody, **{"base_url": telegram.base_url, "pace": PACE, **options})


@pytest.fixture
async def channel(telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    channel = make(telegram)
    await channel.start()
    yield channel
    await channel.stop()


async def refused(channel: TelegramChannel, reply: Reply, chat: int = AN) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(str(chat), reply)
    return caught.value


# Words


def test_it_is_a_channel_with_the_limits_of_telegram() -> None:
    channel: Channel = TelegramChannel("123456789:AAxxxxxxxxxxxx", accept=nobody)
    assert channel.name == "telegram"
    traits = channel.traits
    assert (traits.text_limit, traits.per_second, traits.per_chat_second) == (4096, 25, 1)
    assert (traits.buttons, traits.markup, traits.pulled) == (True, True, False)


async def test_it_sends_a_text_with_bold_and_returns_the_message_id(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    text = '**Lệ phí**: 0 đồng\n- Đúng hạn: <b>miễn</b> & "không" thu 1 < 2'
    number = await channel.send(str(AN), Reply(text))
    [sent] = telegram.to(AN)
    assert str(sent.id) == number
    assert sent.text == 'Lệ phí: 0 đồng\n- Đúng hạn: <b>miễn</b> & "không" thu 1 < 2'
    assert sent.bold == ("Lệ phí",)
    assert not sent.preview


@pytest.mark.parametrize(
    "text",
    ["**a** và **b**", "**<i>**", "** không đậm", "****", "5 ** 2 ** 3", "**hai\ndòng**", "&amp; &lt;", "a*b_c`d"],
)
def test_what_people_see_is_the_text_without_its_marks(text: str) -> None:
    assert visible(as_html(text), "HTML")[0] == plain(text).strip()


async def test_choices_are_buttons_one_a_row_and_links_are_links(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    choices = (Choice("Hồ sơ gồm những gì?", "p:1.001193:documents"), Choice("Mở Cổng", url=WHOLE))
    await channel.send(str(AN), Reply("Chọn", choices))
    [sent] = telegram.to(AN)
    assert sent.buttons == (
        {"text": "Hồ sơ gồm những gì?", "callback_data": "p:1.001193:documents"},
        {"text": "Mở Cổng", "url": WHOLE},
    )


async def test_a_choice_that_telegram_would_refuse_is_refused_before_it_is_sent(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.send(str(AN), Reply("vừa", (Choice("vừa", "đ" * 32),)))
    for choice in (Choice("dài", "đ" * 33), Choice("rỗng", ""), Choice("không gì cả")):
        error = await refused(channel, Reply("chọn", (choice,)))
        assert error.permanent
    assert len(telegram.called("sendMessage")) == 1
    assert "66 bytes" in str(await refused(channel, Reply("chọn", (Choice("dài", "đ" * 33),))))


async def test_long_answers_fit_after_the_common_split(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    text = "\n".join(f"**Bước {number}**: nộp & nhận <kết quả> 👶" for number in range(400))
    pieces = parts(Reply(text, (Choice("Đúng ý", "fb:1"),)), channel.traits)
    for piece in pieces:
        await channel.send(str(AN), piece)
    assert len(telegram.to(AN)) == len(pieces) > 2
    assert telegram.to(AN)[-1].labels == ["Đúng ý"]


async def test_markup_that_telegram_cannot_read_is_sent_once_more_as_plain_text(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.refuse(400, "Bad Request: can't parse entities: Unsupported start tag")
    await channel.send(str(AN), Reply("**Lệ phí** < 5", (Choice("Có", "yes"),)))
    [sent] = telegram.to(AN)
    assert (sent.text, sent.bold, sent.labels) == ("Lệ phí < 5", (), ["Có"])
    assert len(telegram.called("sendMessage")) == 2


# Pictures and files


async def test_a_picture_carries_a_short_text_and_the_buttons(
    channel: TelegramChannel, telegram: FakeTelegram, tmp_path: Path
) -> None:
    picture = tmp_path / "sơ đồ.png"
    picture.write_bytes(b"\x89PNG")
    number = await channel.send(str(AN), Reply("**Sơ đồ**", (Choice("Xong", "ok"),), image=str(picture)))
    [sent] = telegram.to(AN)
    assert (sent.method, sent.text, sent.bold, sent.labels) == ("sendPhoto", "Sơ đồ", ("Sơ đồ",), ["Xong"])
    assert str(sent.id) == number


async def test_a_document_keeps_its_vietnamese_name_and_bytes(
    channel: TelegramChannel, telegram: FakeTelegram, tmp_path: Path
) -> None:
    report = tmp_path / "báo cáo quý I.docx"
    report.write_bytes(b"x" * 2_000_000)
    await channel.send(str(AN), Reply("Báo cáo đây ạ", document=str(report)))
    [sent] = telegram.to(AN)
    assert not isinstance(sent.file, str)
    assert sent.file is not None
    assert (sent.file.name, len(sent.file.data), sent.text) == ("báo cáo quý I.docx", 2_000_000, "Báo cáo đây ạ")


async def test_a_text_too_long_for_a_caption_follows_its_picture(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    reply = Reply("dài " * 300, (Choice("Xong", "ok"),), image=f"{WHOLE}/so-do.png")
    number = await channel.send(str(AN), reply)
    picture, text = telegram.to(AN)
    assert (picture.method, picture.text, picture.file) == ("sendPhoto", "", f"{WHOLE}/so-do.png")
    assert (text.method, text.labels, str(text.id)) == ("sendMessage", ["Xong"], number)


async def test_a_picture_and_a_document_both_arrive(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    await channel.send(str(AN), Reply("cả hai", image=f"{WHOLE}/a.png", document=f"{WHOLE}/b.pdf"))
    assert [(sent.method, sent.text) for sent in telegram.to(AN)] == [("sendPhoto", ""), ("sendDocument", "cả hai")]


async def test_a_picture_that_cannot_be_shown_does_not_cost_the_words(
    channel: TelegramChannel, telegram: FakeTelegram, tmp_path: Path
) -> None:
    telegram.refuse(400, "Bad Request: failed to get HTTP URL content", method="sendPhoto")
    for image in (f"{WHOLE}/mat-roi.png", str(tmp_path / "không có.png")):
        await channel.send(str(AN), Reply("vẫn đọc được", (Choice("Có", "yes"),), image=image))
    assert [(sent.method, sent.text, sent.labels) for sent in telegram.to(AN)] == [
        ("sendMessage", "vẫn đọc được", ["Có"])
    ] * 2


async def test_a_document_that_is_missing_or_too_large_is_a_permanent_failure(
    channel: TelegramChannel, telegram: FakeTelegram, tmp_path: Path
) -> None:
    error = await refused(channel, Reply("báo cáo", document=str(tmp_path / "mất.docx")))
    assert error.permanent
    telegram.refuse(413, "Request Entity Too Large", method="sendDocument")
    assert (await refused(channel, Reply("báo cáo", document=f"{WHOLE}/b.pdf"))).permanent
    assert not telegram.sent


# Refusals


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
async def test_who_cannot_be_written_to_is_a_permanent_failure(
    channel: TelegramChannel, telegram: FakeTelegram, status: int, description: str
) -> None:
    telegram.refuse(status, description)
    error = await refused(channel, Reply("xin chào"))
    assert (error.permanent, error.in_doubt, error.retry_after) == (True, False, None)
    assert description.split(": ")[1].lower() in error.reason.lower()
    assert len(telegram.called("sendMessage")) == 1


async def test_an_unknown_or_blocking_chat_and_an_empty_text_are_permanent_failures(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.blocked.add(AN)
    assert (await refused(channel, Reply("xin chào"))).permanent
    assert (await refused(channel, Reply("xin chào"), chat=404)).permanent
    telegram.blocked.clear()
    assert (await refused(channel, Reply(""))).permanent


async def test_it_passes_on_how_long_to_wait(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    telegram.flood(17)
    error = await refused(channel, Reply("xin chào"))
    assert (error.retry_after, error.permanent, error.in_doubt) == (17, False, False)


@pytest.mark.parametrize(
    ("status", "description"),
    [(500, "Internal Server Error"), (502, "Bad Gateway"), (401, "Unauthorized"), (429, "Too Many Requests")],
)
async def test_trouble_at_telegram_is_tried_again(
    channel: TelegramChannel, telegram: FakeTelegram, status: int, description: str
) -> None:
    telegram.refuse(status, description)
    error = await refused(channel, Reply("xin chào"))
    assert (error.permanent, error.in_doubt, error.retry_after) == (False, False, None)
    assert await channel.send(str(AN), Reply("xin chào"))


@pytest.mark.parametrize("how", ["hang", "cut", "garble", "slow"])
async def test_what_may_have_arrived_is_in_doubt(channel: TelegramChannel, telegram: FakeTelegram, how: str) -> None:
    if how == "slow":
        telegram.slow(2.0)
    else:
        getattr(telegram, how)()
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent, error.retry_after) == (True, False, None)
    if how != "slow":
        assert len(telegram.to(AN)) == 1


async def test_a_connection_that_never_was_is_tried_again(telegram: FakeTelegram) -> None:
    async with FakeTelegram() as gone:
        address = gone.base_url
    channel = make(telegram, base_url=address)
    await channel.start()
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent) == (False, False)
    assert "no connection" in error.reason
    await channel.stop()


async def test_a_connection_that_is_never_taken_up_is_tried_again(telegram: FakeTelegram) -> None:
    """aiohttp's own words for it hold the whole address, so the token is looked for here too."""
    deaf = socket.create_server(("127.0.0.1", 0), backlog=0)
    callers = [socket.socket() for _ in range(4)]  # more than it queues: the next one gets no answer at all
    for caller in callers:
        caller.setblocking(False)
        caller.connect_ex(deaf.getsockname())
    channel = make(telegram, base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", pace=Pace(connect=0.2, first_wait=9))
    await channel.start()
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent) == (False, False)
    assert "no connection" in error.reason
    assert telegram.token.partition(":")[2] not in whole_story(error)
    await channel.stop()
    for caller in (deaf, *callers):
        caller.close()


async def test_it_does_not_send_before_start_or_after_stop(telegram: FakeTelegram) -> None:
    channel = make(telegram)
    assert not (await refused(channel, Reply("sớm"))).in_doubt
    await channel.start()
    await channel.stop()
    assert not (await refused(channel, Reply("muộn"))).in_doubt
    assert not telegram.sent


async def test_a_group_that_became_a_supergroup_is_followed(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    telegram.meet(-1007, "supergroup")
    telegram.moved[-7] = -1007
    assert await channel.send("-7", Reply("một"))
    assert await channel.send("-7", Reply("hai"))
    await channel.typing("-7")
    assert [sent.text for sent in telegram.to(-1007)] == ["một", "hai"]
    assert [params["chat_id"] for params in telegram.called("sendMessage")] == ["-7", "-1007", "-1007"]
    telegram.moved[-1007] = -1008
    assert (await refused(channel, Reply("ba"), chat=-1007)).permanent


async def test_typing_never_raises(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    await channel.typing(str(AN))
    assert telegram.called("sendChatAction") == [{"chat_id": str(AN), "action": "typing"}]
    telegram.refuse(403, "Forbidden: bot was blocked by the user", method="sendChatAction")
    telegram.garble(method="sendChatAction")
    telegram.hang(method="sendChatAction")
    for chat in (str(AN), str(AN), str(AN), "404", "không phải số"):
        await channel.typing(chat)
    await channel.stop()
    await channel.typing(str(AN))


async def test_a_lost_file_is_a_failure_of_its_own(channel: TelegramChannel) -> None:
    with pytest.raises(DeliveryError, match=r"(?i)invalid file_id"):
        await channel.download("không-có")


async def test_sends_run_side_by_side(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    telegram.slow(0.15, times=8)
    began = time.monotonic()
    await asyncio.gather(*(channel.send(str(AN), Reply(f"tin {number}")) for number in range(8)))
    assert time.monotonic() - began < 1.0


# The token


def test_a_token_or_proxy_of_a_wrong_form_is_refused_at_once_without_repeating_it() -> None:
    for token in ("bi-mat-khong-co-so", ":bi-mat", ""):
        with pytest.raises(ValueError, match="number and a colon") as caught:
            TelegramChannel(token, accept=nobody)
        assert "bi-mat" not in str(caught.value)
    with pytest.raises(ValueError, match="http://host:port") as caught:
        TelegramChannel("123:AAAAAAAAAAAA", accept=nobody, proxy="socks5://user:matkhau@host:1")
    assert "matkhau" not in str(caught.value)


def whole_story(error: BaseException) -> str:
    """Everything that any log of an exception could show, its causes and contexts too."""
    told = "".join(traceback.format_exception(error))
    linked: BaseException | None = error
    while linked is not None:
        told += f"{linked!r} {linked} {vars(linked)}"
        linked = linked.__cause__ or linked.__context__
    return told


async def echo(request: web.Request) -> web.Response:
    """A gateway whose error page quotes the address."""
    return web.Response(text=f"<h1>502</h1> {request.url} {request.url.raw_path}", status=502)


async def test_the_token_is_in_no_log_and_no_exception(
    telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    gateway = web.AppRunner(_any(echo), access_log=None)
    await gateway.setup()
    await web.TCPSite(gateway, "127.0.0.1", 0).start()
    echoing = f"http://127.0.0.1:{gateway.addresses[0][1]}"
    async with FakeTelegram() as gone:
        nowhere = gone.base_url
    wrong = FakeTelegram(token="987654321:BBWrongTokenThatNobodyMaySee").token
    telegram.hang(times=1)
    telegram.cut(method="getMe", times=1)
    telegram.garble(method="getUpdates", times=1)
    cases = [
        (telegram.token, telegram.base_url, None),
        (wrong, telegram.base_url, None),
        (telegram.token, echoing, None),
        (telegram.token, nowhere, None),
        (telegram.token, "http://không-có-máy-này.invalid", None),
        (telegram.token, telegram.base_url, nowhere),
        (telegram.token, "https://127.0.0.1:1", echoing),
    ]
    with capture_logs() as logs:
        for token, base_url, proxy in cases:
            channel = TelegramChannel(token, accept=nobody, base_url=base_url, proxy=proxy, pace=PACE)
            await channel.start()
            error = await refused(channel, Reply("xin chào"))
            told.append(whole_story(error) + repr(channel) + repr(channel._bot) + str(channel._bot))
            with pytest.raises(DeliveryError) as caught:
                await channel.download("x")
            told.append(whole_story(caught.value))
            await channel.typing(str(AN))
            await asyncio.sleep(0.1)
            await channel.stop()
    await gateway.cleanup()
    everything = "\n".join([*told, caplog.text, repr(logs)])
    assert len(logs) > 5
    assert "Calling Bot API endpoint" in caplog.text  # the library does log, at DEBUG
    for token in (telegram.token, wrong):
        assert token.partition(":")[2] not in everything


def _any(handler: Any) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    return app


async def test_it_goes_through_a_proxy(telegram: FakeTelegram) -> None:
    asked: list[str] = []

    async def forward(request: web.BaseRequest) -> web.Response:
        asked.append(request.raw_path if hasattr(request, "raw_path") else request.path)
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, request.url, data=await request.read(), headers=_body(request)) as answer,
        ):
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

    server = web.ServerRunner(web.Server(forward), access_log=None)
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0)
    await site.start()
    proxy = f"http://127.0.0.1:{server.addresses[0][1]}"
    channel = make(telegram, proxy=proxy)
    await channel.start()
    await channel.send(str(AN), Reply("qua cổng phụ"))
    assert telegram.to(AN)[0].text == "qua cổng phụ"
    assert asked
    await channel.stop()
    await server.cleanup()


def _body(request: web.BaseRequest) -> dict[str, str]:
    return {"Content-Type": request.headers.get("Content-Type", "")}
