"""Zalo Bot, what goes out: texts, pictures, downloads, and what each refusal means for the outbox."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.channels import zalo_bot_media
from bot.channels.base import Channel, DeliveryError
from bot.channels.render import parts, units
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_bot_media import permitted
from bot.channels.zalo_bot_pace import Pace
from handlers.message import Choice, Message, Reply
from tests.fakes.zalo_bot import BLOCKED, FakeZaloBot

AN, GROUP = "6ede9afa66b88fe6d6a9", "zgr-f8a7101d77709e2ec761"
PACE = Pace(connect=1.0, read=0.8, poll=5, first_wait=0.02, longest_wait=0.1)
PICTURE = "https://motcua.example.vn/so-do.png"


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot() as fake:
        fake.meet(AN)
        yield fake


async def nobody(_message: Message) -> bool:
    return True


def make(zalo: FakeZaloBot, **options: Any) -> ZaloBotChannel:
    usual = {"token": zalo.token, "base_url": zalo.base_url, "pace": PACE}
    return ZaloBotChannel(accept=nobody, now=lambda: datetime.now(UTC), **{**usual, **options})


@pytest.fixture
async def channel(zalo: FakeZaloBot) -> AsyncIterator[ZaloBotChannel]:
    channel = make(zalo)
    await channel.start()
    yield channel
    await channel.stop()


async def refused(channel: ZaloBotChannel, reply: Reply, chat: str = AN) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(chat, reply)
    return caught.value


# Words and pictures


def test_it_is_a_channel_with_the_limits_of_zalo_bot() -> None:
    channel: Channel = ZaloBotChannel(token="12345689:abc-xyz", accept=nobody, now=lambda: datetime.now(UTC))
    traits = channel.traits
    assert channel.name == "zalo-bot"
    assert (traits.text_limit, traits.per_second, traits.per_chat_second) == (1900, 5, 1)
    assert (traits.buttons, traits.markup, traits.pulled) == (False, False, False)


async def test_it_sends_a_text_and_returns_the_message_id(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    number = await channel.send(AN, Reply("Lệ phí: 0 đồng & <miễn> 👶"))
    [sent] = zalo.to(AN)
    assert (sent.id, sent.method, sent.text) == (number, "sendMessage", "Lệ phí: 0 đồng & <miễn> 👶")
    assert zalo.called("sendMessage") == [{"chat_id": AN, "text": sent.text}]


async def test_it_posts_to_a_group(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    zalo.meet(GROUP)
    assert await channel.send(GROUP, Reply("Nhắc việc tuần này"))
    assert [sent.text for sent in zalo.to(GROUP)] == ["Nhắc việc tuần này"]


async def test_long_answers_fit_after_the_common_split_and_choices_are_numbered(
    channel: ZaloBotChannel, zalo: FakeZaloBot
) -> None:
    text = "\n".join(f"**Bước {number}**: nộp & nhận <kết quả> 👶" for number in range(200))
    pieces = parts(Reply(text, (Choice("Đúng ý", "fb:1"), Choice("Chưa đúng", "fb:0"))), channel.traits)
    for piece in pieces:
        await channel.send(AN, piece)
    sent = zalo.to(AN)
    assert len(sent) == len(pieces) > 2
    assert all(units(one.text) <= 1900 for one in sent)
    assert "1. Đúng ý\n2. Chưa đúng" in sent[-1].text
    assert "**" not in "".join(one.text for one in sent)


async def test_a_picture_carries_the_text(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    number = await channel.send(AN, Reply("Sơ đồ", image=PICTURE))
    await channel.send(AN, Reply("", image=PICTURE))
    assert [(sent.method, sent.text, sent.file) for sent in zalo.to(AN)] == [
        ("sendPhoto", "Sơ đồ", PICTURE),
        ("sendPhoto", "", PICTURE),
    ]
    assert zalo.to(AN)[0].id == number


async def test_a_picture_that_cannot_be_shown_does_not_cost_the_words(
    channel: ZaloBotChannel, zalo: FakeZaloBot
) -> None:
    zalo.refuse(400, "Bad Request: photo cannot be fetched", method="sendPhoto")
    with capture_logs() as logs:
        await channel.send(AN, Reply("vẫn đọc được", image="/srv/so-do.png"))
        await channel.send(AN, Reply("vẫn đọc được", image=PICTURE))
    assert [(sent.method, sent.text) for sent in zalo.to(AN)] == [("sendMessage", "vẫn đọc được")] * 2
    assert [line["event"] for line in logs] == ["zalo_bot_picture_left_out"] * 2


async def test_a_picture_in_doubt_is_not_followed_by_its_words(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    zalo.cut(method="sendPhoto")
    assert (await refused(channel, Reply("một lần thôi", image=PICTURE))).in_doubt
    assert [sent.method for sent in zalo.to(AN)] == ["sendPhoto"]


async def test_a_picture_over_quota_waits_with_its_words(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    zalo.flood(method="sendPhoto")
    assert (await refused(channel, Reply("chờ đã", image=PICTURE))).retry_after == 60
    assert not zalo.called("sendMessage")


async def test_of_a_document_only_the_words_go_out(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    await channel.send(AN, Reply("Báo cáo quý I", document="/srv/bao-cao.docx"))
    assert [(sent.method, sent.text) for sent in zalo.to(AN)] == [("sendMessage", "Báo cáo quý I")]
    assert (await refused(channel, Reply("", document="/srv/bao-cao.docx"))).permanent
    assert (await refused(channel, Reply(""))).permanent
    assert len(zalo.called("sendMessage")) == 1


# Refusals


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (400, "Bad Request: chat not found"),
        (403, BLOCKED),
        (403, "bot was kicked from the group"),
        (404, "User not found"),
    ],
)
@pytest.mark.parametrize("by_status", [False, True])
async def test_who_cannot_be_written_to_is_a_permanent_failure(
    channel: ZaloBotChannel, zalo: FakeZaloBot, code: int, description: str, by_status: bool
) -> None:
    zalo.refuse(code, description, status=code if by_status else 200)
    error = await refused(channel, Reply("xin chào"))
    assert (error.permanent, error.in_doubt, error.retry_after) == (True, False, None)
    assert error.reason == f"{description} ({code})"
    assert len(zalo.called("sendMessage")) == 1


async def test_an_unknown_or_blocking_chat_and_too_long_a_text_are_permanent_failures(
    channel: ZaloBotChannel, zalo: FakeZaloBot
) -> None:
    assert (await refused(channel, Reply("xin chào"), chat="404")).permanent
    assert (await refused(channel, Reply("dài " * 501))).permanent
    zalo.blocked.add(AN)
    assert (await refused(channel, Reply("xin chào"))).permanent


@pytest.mark.parametrize("by_status", [False, True])
async def test_over_quota_it_asks_for_a_minute(channel: ZaloBotChannel, zalo: FakeZaloBot, by_status: bool) -> None:
    zalo.http_errors = by_status
    zalo.refuse(429, "Quota exceeded", status=429 if by_status else 200)
    error = await refused(channel, Reply("xin chào"))
    assert (error.retry_after, error.permanent, error.in_doubt) == (60, False, False)
    assert await channel.send(AN, Reply("xin chào"))


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        ({"parameters": {"retry_after": 90}}, "", 90),
        ({"retry_after": 5}, "120", 120),
        ({"retry_after": "x"}, "Wed, 21 Oct 2026 07:28:00 GMT", 60),
        ({"retry_after": 10**9}, "", 3600),
    ],
)
async def test_a_longer_wait_is_believed_where_it_is_told(body: dict[str, Any], header: str, seconds: float) -> None:
    async def answer(_request: web.Request) -> web.Response:
        told = {"ok": False, "error_code": "429", "description": "Quota exceeded", **body}
        return web.json_response(told, headers={"Retry-After": header} if header else {})

    async with served(answer) as url:
        channel = make(FakeZaloBot(), base_url=url)
        await channel.start()
        assert (await refused(channel, Reply("xin chào"))).retry_after == seconds
        await channel.stop()


@pytest.mark.parametrize(
    ("code", "description", "status"),
    [
        (401, "Unauthorized", 200),
        (401, "Unauthorized", 401),
        (403, "Internal server error", 200),
        (404, "Not Found", 404),
        (0, "", 200),
        (302, "moved", 302),
    ],
)
async def test_trouble_that_does_not_concern_the_person_is_tried_again(
    channel: ZaloBotChannel, zalo: FakeZaloBot, code: int, description: str, status: int
) -> None:
    zalo.refuse(code, description, status=status)
    error = await refused(channel, Reply("xin chào"))
    assert (error.permanent, error.in_doubt, error.retry_after) == (False, False, None)
    assert await channel.send(AN, Reply("xin chào"))


@pytest.mark.parametrize(("code", "status"), [(500, 500), (500, 200), (502, 502), (503, 503), (408, 200), (408, 408)])
async def test_an_error_of_the_server_leaves_doubt(
    channel: ZaloBotChannel, zalo: FakeZaloBot, code: int, status: int
) -> None:
    zalo.refuse(code, "Internal error", status=status)
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent, error.retry_after) == (True, False, None)


@pytest.mark.parametrize("how", ["hang", "cut", "garble", "nameless", "slow"])
async def test_what_may_have_arrived_is_in_doubt(channel: ZaloBotChannel, zalo: FakeZaloBot, how: str) -> None:
    if how == "slow":
        zalo.slow(2.0)
    else:
        zalo.spoil(how)
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent, error.retry_after) == (True, False, None)
    if how != "slow":
        assert len(zalo.to(AN)) == 1


async def test_a_connection_that_never_was_is_tried_again(zalo: FakeZaloBot) -> None:
    async with FakeZaloBot() as gone:
        address = gone.base_url
    channel = make(zalo, base_url=address)
    await channel.start()
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent) == (False, False)
    assert "no connection" in error.reason
    await channel.stop()


async def test_a_connection_that_is_never_taken_up_is_tried_again(zalo: FakeZaloBot) -> None:
    """aiohttp's own words for it hold the whole address, so the token is looked for here too."""
    deaf = socket.create_server(("127.0.0.1", 0), backlog=0)
    callers = [socket.socket() for _ in range(4)]  # more than it queues: the next one gets no answer at all
    for caller in callers:
        caller.setblocking(False)
        caller.connect_ex(deaf.getsockname())
    channel = make(zalo, base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", pace=Pace(connect=0.2, first_wait=9))
    await channel.start()
    error = await refused(channel, Reply("xin chào"))
    assert (error.in_doubt, error.permanent) == (False, False)
    assert "no connection" in error.reason
    assert zalo.token.partition(":")[2] not in whole_story(error)
    await channel.stop()
    for caller in (deaf, *callers):
        caller.close()


async def test_it_does_not_send_before_start_or_after_stop(zalo: FakeZaloBot) -> None:
    channel = make(zalo)
    assert not (await refused(channel, Reply("sớm"))).in_doubt
    await channel.start()
    await channel.stop()
    assert not (await refused(channel, Reply("muộn"))).in_doubt
    with pytest.raises(DeliveryError, match="closed"):
        await channel.download(zalo.media_url("x"))
    assert not zalo.sent


async def test_typing_never_raises(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    await channel.typing(AN)
    assert zalo.called("sendChatAction") == [{"chat_id": AN, "action": "typing"}]
    for how in ("garble", "hang", "cut"):
        zalo.spoil(how, method="sendChatAction")
    for chat in (AN, AN, AN, "404"):
        await channel.typing(chat)
    await channel.stop()
    await channel.typing(AN)


async def test_sends_run_side_by_side(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    zalo.slow(0.15, times=8)
    began = time.monotonic()
    await asyncio.gather(*(channel.send(AN, Reply(f"tin {number}")) for number in range(8)))
    assert time.monotonic() - began < 1.0


# Health


async def test_it_tells_what_zalo_says_of_the_bot(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    assert await channel.status() == {
        "account_name": "bot.VDKyGxQvc",
        "account_type": "BASIC",
        "can_join_groups": False,
        "display_name": "Bot Một Cửa",
    }
    zalo.refuse(401, "Unauthorized", method="getMe")
    with pytest.raises(DeliveryError, match="Unauthorized"):
        await channel.status()


# Downloads


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://photo-stal-16.zdn.vn/x.jpg", True),
        ("https://zdn.vn/x.jpg", True),
        ("https://ZDN.VN:443/x.jpg", True),
        ("https://res.zaloapp.com/x.aac", True),
        ("https://f.zadn.vn/x", True),
        ("http://fake.local:8081/media/x", True),
        ("http://photo.zdn.vn/x.jpg", False),
        ("https://zdn.vn.example.com/x.jpg", False),
        ("https://evilzdn.vn/x.jpg", False),
        ("https://zdn.vn@169.254.169.254/x.jpg", False),
        ("https://user:pass@zdn.vn/x.jpg", False),
        ("https://zdn.vn:8443/x.jpg", False),
        ("https://zdn.vn:99999/x.jpg", False),
        ("http://fake.local:8082/media/x", False),
        ("https://fake.local:8081/media/x", False),
        ("http://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
        ("https://[::1", False),
        ("//zdn.vn/x", False),
        ("", False),
    ],
)
def test_only_zalos_own_hosts_are_asked_for_files(address: str, may: bool) -> None:
    assert permitted(address, "http://fake.local:8081") is may


async def test_a_file_elsewhere_is_never_asked_for_not_even_by_a_redirect(
    channel: ZaloBotChannel, zalo: FakeZaloBot
) -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=b"bi mat")

    async with served(elsewhere) as url:
        zalo.redirects["x"] = f"{url}/x"
        for ref in (f"{url}/x", zalo.media_url("x"), ""):
            with pytest.raises(DeliveryError, match="host of Zalo") as caught:
                await channel.download(ref)
            assert caught.value.permanent
    assert not asked


async def test_a_redirect_within_the_permitted_hosts_is_followed_but_not_for_ever(
    channel: ZaloBotChannel, zalo: FakeZaloBot
) -> None:
    zalo.files["b"] = b"bytes"
    zalo.redirects |= {"a": "/media/b", "ring": "/media/ring"}
    assert await channel.download(zalo.media_url("a")) == b"bytes"
    with pytest.raises(DeliveryError, match="again and again") as caught:
        await channel.download(zalo.media_url("ring"))
    assert caught.value.permanent


async def test_a_file_that_is_gone_is_a_permanent_failure(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    with pytest.raises(DeliveryError, match="404") as caught:
        await channel.download(zalo.media_url("khong-co"))
    assert caught.value.permanent


async def test_a_file_that_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zalo_bot_media, "LARGEST", 100_000)
    given = 0

    async def large(request: web.Request) -> web.StreamResponse:
        nonlocal given
        told = request.path == "/told"
        response = web.StreamResponse(headers={"Content-Length": "100001"} if told else {})
        await response.prepare(request)
        if told:  # and then nothing comes: the header alone must do
            await asyncio.sleep(5)
        try:
            for _ in range(1000):
                await response.write(b"x" * 100_000)
                given += 1
        except ConnectionError:
            pass
        return response

    async with served(large) as url:
        channel = make(FakeZaloBot(), base_url=url)
        await channel.start()
        for path in ("told", "untold"):
            with pytest.raises(DeliveryError, match="larger than") as caught:
                await channel.download(f"{url}/{path}")
            assert caught.value.permanent
        await channel.stop()
    assert given < 1000


@pytest.mark.parametrize("how", ["500", "silent", "cut"])
async def test_trouble_with_a_file_is_tried_again(zalo: FakeZaloBot, how: str) -> None:
    async def trouble(request: web.Request) -> web.Response:
        if how == "silent":
            await asyncio.sleep(2)
        if how == "cut" and request.transport:
            request.transport.close()
        return web.Response(status=500)

    async with served(trouble) as url:
        channel = make(zalo, base_url=url)
        await channel.start()
        with pytest.raises(DeliveryError) as caught:
            await channel.download(f"{url}/{AN}")
        assert not caught.value.permanent
        assert AN not in whole_story(caught.value)
        await channel.stop()


# The token


@pytest.mark.parametrize("token", ["", "bí-mật", "bi mat", "bi/mat", "bi?mat", "bi\nmat"])
def test_a_token_of_a_wrong_form_is_refused_at_once_without_repeating_it(token: str) -> None:
    with pytest.raises(ValueError, match="looks like") as caught:
        make(FakeZaloBot(), token=token)
    assert "mat" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "ngan-qua", "a" * 257, "bí-mật-dài", " bi-mat-dai", "bi-mat\ndai"])
def test_a_secret_that_zalo_would_refuse_is_refused_at_once(secret: str) -> None:
    if secret == "ngan-qua":  # eight letters are just enough
        assert make(FakeZaloBot(), webhook_secret=secret)
        return
    with pytest.raises(ValueError, match="8 to 256") as caught:
        make(FakeZaloBot(), webhook_secret=secret)
    assert secret == "" or secret not in str(caught.value)


def whole_story(error: BaseException) -> str:
    """Everything that any log of an exception could show, its causes and contexts too."""
    told = "".join(traceback.format_exception(error))
    linked: BaseException | None = error
    while linked is not None:
        told += f"{linked!r} {linked} {vars(linked)}"
        linked = linked.__cause__ or linked.__context__
    return told


class served:  # noqa: N801 - reads as a word
    """A server of one handler on a free port; its address."""

    def __init__(self, handler: Any) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> str:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()


async def echo(request: web.Request) -> web.Response:
    """A gateway whose error page quotes the address."""
    page = {"ok": False, "error_code": 502, "description": f"no route for {request.url.raw_path}"}
    return web.json_response(page, status=502)


async def test_the_token_is_in_no_log_and_no_exception(zalo: FakeZaloBot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    async with FakeZaloBot() as gone:
        nowhere = gone.base_url
    wrong = "987654321:wrong-token-that-nobody-may-see"
    zalo.hang()
    zalo.cut(method="getMe")
    zalo.garble(method="getUpdates")
    async with served(echo) as echoing:
        cases = [
            (zalo.token, zalo.base_url),
            (wrong, zalo.base_url),
            (zalo.token, echoing),
            (zalo.token, nowhere),
            (zalo.token, "http://không-có-máy-này.invalid"),
            (zalo.token, "https://127.0.0.1:1"),
        ]
        with capture_logs() as logs:
            for token, base_url in cases:
                channel = make(zalo, token=token, base_url=base_url)
                await channel.start()
                told.append(whole_story(await refused(channel, Reply("xin chào"))) + repr(channel) + str(channel))
                with pytest.raises(DeliveryError) as caught:
                    await channel.download(f"{base_url}/x")
                told.append(whole_story(caught.value))
                await channel.typing(AN)
                await asyncio.sleep(0.1)
                await channel.stop()
    everything = "\n".join([*told, caplog.text, repr(logs)])
    assert len(logs) > 5
    assert "[token]" in everything
    for token in (zalo.token, wrong):
        assert token.partition(":")[2] not in everything
