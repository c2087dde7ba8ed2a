"""Zalo Bot, what comes in: both modes against a strict Bot Platform over real HTTP."""

from __future__ import annotations

import asyncio
import io
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.channels.base import DeliveryError
from bot.channels.zalo_bot import SECRET_HEADER, WEBHOOK_PATH, ZaloBotChannel
from bot.channels.zalo_bot_pace import Pace
from bot.inbox import OverloadedError
from handlers.message import Address, Media, Message, Reply
from tests.fakes.zalo_bot import FakeZaloBot

SECRET = "mot-bi-mat_2026"
PUBLIC = "https://motcua.example.vn"
FAST = Pace(connect=2.0, read=2.0, poll=5, margin=2.0, quick=0.3, quick_pause=0.05, first_wait=0.02, longest_wait=0.1)
AN, BINH, GROUP = "6ede9afa66b88fe6d6a9", "7fdf9afa66b88fe6d6aa", "zgr-f8a7101d77709e2ec761"


@dataclass
class Store:
    """Stores messages as the inbox does, by their id; can be told to fail."""

    messages: list[Message] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """Ids of everything that came, repetitions too."""
    failures: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(self, message: Message) -> bool:
        if self.failures:
            self.failures -= 1
            raise OverloadedError
        self.seen.append(message.id)
        new = message.id not in {stored.id for stored in self.messages}
        if new:
            self.messages.append(message)
        async with self.changed:
            self.changed.notify_all()
        return new

    async def wait(self, count: int) -> list[Message]:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: len(self.messages) >= count)
        return self.messages


def now() -> datetime:
    return datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot() as fake:
        yield fake


@pytest.fixture
def store() -> Store:
    return Store()


def make(zalo: FakeZaloBot, store: Store, **options: Any) -> ZaloBotChannel:
    usual = {"token": zalo.token, "base_url": zalo.base_url, "pace": FAST}
    return ZaloBotChannel(accept=store.accept, now=now, **{**usual, **options})


@pytest.fixture
async def polling(zalo: FakeZaloBot, store: Store) -> AsyncIterator[ZaloBotChannel]:
    """A channel that polls and knows its own name."""
    channel = make(zalo, store)
    await channel.start()
    await zalo.wait(lambda: zalo.called("getUpdates"))
    yield channel
    await channel.stop()


@dataclass
class Door:
    """A server of ours with the webhook's route."""

    channel: ZaloBotChannel
    url: str

    async def post(self, body: bytes, secret: str | None = SECRET) -> tuple[int, str]:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=io.BytesIO(body), headers=headers) as answer,
        ):
            return answer.status, await answer.text()


async def serve(handler: Callable[[web.Request], Awaitable[web.StreamResponse]], port: socket.socket) -> web.AppRunner:
    app = web.Application()
    app.router.add_post(WEBHOOK_PATH, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.SockSite(runner, port).start()
    return runner


@asynccontextmanager
async def opened(zalo: FakeZaloBot, store: Store) -> AsyncIterator[Door]:
    port = socket.create_server(("127.0.0.1", 0))
    local = f"http://127.0.0.1:{port.getsockname()[1]}"
    zalo.tunnels[PUBLIC] = local
    channel = make(zalo, store, webhook_secret=SECRET, public_url=PUBLIC)
    runner = await serve(channel.webhook, port)
    await channel.start()
    await zalo.wait(lambda: zalo.webhook.url)
    yield Door(channel, f"{local}{WEBHOOK_PATH}")
    await channel.stop()
    await runner.cleanup()


@pytest.fixture
async def door(zalo: FakeZaloBot, store: Store) -> AsyncIterator[Door]:
    """A channel whose webhook is served and registered."""
    async with opened(zalo, store) as found:
        yield found


@pytest.fixture(params=["polling", "polling in lists", "webhook", "webhook flat"])
def channel(request: pytest.FixtureRequest, zalo: FakeZaloBot) -> ZaloBotChannel:
    """A running channel in each of the two modes, with each way of wrapping an event."""
    zalo.in_lists, zalo.flat = "lists" in request.param, "flat" in request.param
    found: ZaloBotChannel
    if request.param.startswith("polling"):
        found = request.getfixturevalue("polling")
    else:
        found = request.getfixturevalue("door").channel
    return found


# Both modes


@pytest.mark.usefixtures("channel")
async def test_it_reads_a_question(zalo: FakeZaloBot, store: Store) -> None:
    number = await zalo.say(AN, "Làm giấy khai sinh cần giấy tờ gì? 👶")
    [message] = await store.wait(1)
    assert message.id == f"{AN}:{number}"
    assert message.address == Address("zalo-bot", AN)
    assert (message.sender, message.text) == (AN, "Làm giấy khai sinh cần giấy tờ gì? 👶")
    assert message.sent_at is not None
    assert abs((datetime.now(UTC) - message.sent_at).total_seconds()) < 60
    assert not message.group


@pytest.mark.usefixtures("channel")
async def test_it_keeps_the_order_of_a_chat(zalo: FakeZaloBot, store: Store) -> None:
    for number in range(30):
        await zalo.say(AN, f"câu {number}")
    assert [message.text for message in await store.wait(30)] == [f"câu {number}" for number in range(30)]


@pytest.mark.usefixtures("channel")
async def test_a_repeated_update_repeats_its_id(zalo: FakeZaloBot, store: Store) -> None:
    await zalo.say(AN, "xin chào", copies=3)
    await zalo.say(AN, "câu sau")
    assert [message.text for message in await store.wait(2)] == ["xin chào", "câu sau"]
    assert len(store.seen) == 4


@pytest.mark.usefixtures("channel")
async def test_updates_in_the_wrong_order_are_each_read_once(zalo: FakeZaloBot, store: Store) -> None:
    zalo.hold()
    for text in ("một", "hai", "ba"):
        await zalo.say(AN, text, copies=2)
    await zalo.release(backwards=True)
    await zalo.say(AN, "cuối")
    assert [message.text for message in await store.wait(4)] == ["ba", "hai", "một", "cuối"]


@pytest.mark.usefixtures("channel")
async def test_in_a_group_it_reads_what_names_it(zalo: FakeZaloBot, store: Store) -> None:
    await zalo.say_in_group(GROUP, BINH, "mai họp lúc 8 giờ")
    await zalo.say_in_group(GROUP, AN, "@Bot Một Cửa lệ phí khai sinh?")
    [message] = await store.wait(1)
    assert (message.text, message.group) == ("lệ phí khai sinh?", True)
    assert (message.address.chat, message.sender) == (GROUP, AN)


@pytest.mark.usefixtures("channel")
async def test_even_if_zalo_passed_on_everything_it_would_read_only_what_names_it(
    zalo: FakeZaloBot, store: Store
) -> None:
    zalo.gated = False
    await zalo.say_in_group(GROUP, BINH, "mai họp lúc 8 giờ")
    await zalo.share(BINH, group=GROUP)
    await zalo.say_in_group(GROUP, AN, "@Bot Một Cửa còn đây")
    assert [message.text for message in await store.wait(1)] == ["còn đây"]


async def test_it_takes_a_picture_by_its_address(channel: ZaloBotChannel, zalo: FakeZaloBot, store: Store) -> None:
    address = await zalo.share(AN, "image", b"\xff\xd8bytes", caption="biên bản")
    [message] = await store.wait(1)
    assert (message.text, message.media) == ("biên bản", (Media("image", address),))
    assert await channel.download(address) == b"\xff\xd8bytes"


@pytest.mark.usefixtures("channel")
async def test_what_zalo_withholds_becomes_a_message_of_its_own_kind(zalo: FakeZaloBot, store: Store) -> None:
    await zalo.withhold(AN)
    await zalo.deliver({"event_name": "message.unsupported.received"})
    await zalo.say(BINH, "câu sau")
    messages = await store.wait(2)
    assert (messages[0].media, messages[0].text, messages[0].address.chat) == ((Media("unsupported", ""),), "", AN)
    assert len(messages) == 2


@pytest.mark.usefixtures("channel")
async def test_unknown_events_and_the_words_of_other_bots_have_no_effect(zalo: FakeZaloBot, store: Store) -> None:
    await zalo.deliver({"event_name": "message.reaction.received", "message": {"icon": "❤"}})
    machine: dict[str, Any] = {"from": {"id": AN, "is_bot": True}}
    await zalo.say(AN, "của máy", **machine)
    await zalo.say(AN, "của người")
    assert [message.text for message in await store.wait(1)] == ["của người"]


async def test_it_stops_within_a_second(channel: ZaloBotChannel) -> None:
    began = time.monotonic()
    await channel.stop()
    assert time.monotonic() - began < 1


async def test_it_goes_on_sending_after_it_stopped_receiving(channel: ZaloBotChannel, zalo: FakeZaloBot) -> None:
    await channel.stop_receiving()
    zalo.meet(AN)
    assert await channel.send(AN, Reply("câu cuối"))
    assert len(zalo.to(AN)) == 1


# Polling


@pytest.mark.usefixtures("polling")
async def test_it_asks_one_question_at_a_time_as_documented(zalo: FakeZaloBot, store: Store) -> None:
    for number in range(5):
        await zalo.say(AN, f"câu {number}")
    await store.wait(5)
    await zalo.wait(lambda: len(zalo.called("getUpdates")) == 6)
    assert zalo.called("getUpdates") == [{"timeout": "5"}] * 6
    assert zalo.overlapping == 0


async def test_an_idle_question_is_repeated_at_once_when_it_was_held(zalo: FakeZaloBot, store: Store) -> None:
    held = Pace(poll=1, quick=0.5, quick_pause=30.0, first_wait=30.0)
    channel = make(zalo, store, pace=held)
    await channel.start()
    await zalo.wait(lambda: len(zalo.called("getUpdates")) == 3)
    await zalo.say(AN, "đến ngay")
    assert (await store.wait(1))[0].text == "đến ngay"
    await channel.stop()


@pytest.mark.parametrize("by_status", [False, True])
async def test_an_idle_answer_that_came_too_soon_is_followed_by_a_pause(
    zalo: FakeZaloBot, store: Store, by_status: bool
) -> None:
    zalo.http_errors = by_status
    zalo.refuse(408, "Request timeout", method="getUpdates", times=1000, status=408 if by_status else 200)
    with capture_logs() as logs:
        channel = make(zalo, store)
        await channel.start()
        await asyncio.sleep(0.5)
        await channel.stop()
    assert 3 <= len(zalo.called("getUpdates")) <= 11
    assert "zalo_bot_call_failed" not in {line["event"] for line in logs}


@pytest.mark.usefixtures("polling")
async def test_what_was_fetched_is_stored_before_the_next_is_asked_for(zalo: FakeZaloBot, store: Store) -> None:
    store.failures = 3
    await zalo.say(AN, "đừng mất")
    await zalo.say(AN, "câu sau")
    assert [message.text for message in await store.wait(2)] == ["đừng mất", "câu sau"]


async def test_a_stop_while_storing_lets_it_end(zalo: FakeZaloBot) -> None:
    begun, stored = asyncio.Event(), []

    async def accept(message: Message) -> bool:
        begun.set()
        await asyncio.sleep(0.1)
        stored.append(message.text)
        return True

    channel = ZaloBotChannel(token=zalo.token, accept=accept, now=now, base_url=zalo.base_url, pace=FAST)
    await channel.start()
    await zalo.say(AN, "đừng mất")
    await begun.wait()
    await channel.stop()
    assert stored == ["đừng mất"]


async def test_a_stop_does_not_wait_for_a_store_that_never_ends(zalo: FakeZaloBot, store: Store) -> None:
    store.failures = 10**6
    pace = Pace(poll=5, first_wait=0.02, longest_wait=0.1, store_grace=0.2)
    channel = make(zalo, store, pace=pace)
    await channel.start()
    await zalo.say(AN, "không lưu được")
    await zalo.wait(lambda: zalo.called("getUpdates"))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await channel.stop()
    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("polling")
async def test_it_survives_errors_cuts_and_pages_that_are_not_json(zalo: FakeZaloBot, store: Store) -> None:
    zalo.refuse(500, "Internal error", method="getUpdates", status=502)
    zalo.refuse(401, "Unauthorized", method="getUpdates")
    zalo.garble(method="getUpdates")
    zalo.cut(method="getUpdates")
    await zalo.say(AN, "câu một")  # wakes the question that is held without trouble
    await store.wait(1)
    for number in range(3):  # two of them go down with a spoilt answer: Zalo has no second copy
        await zalo.say(AN, f"câu {number}")
    messages = await store.wait(2)
    assert [message.text for message in messages] == ["câu một", "câu 2"]


@pytest.mark.usefixtures("polling")
async def test_one_update_that_makes_no_sense_does_not_stop_the_others(zalo: FakeZaloBot, store: Store) -> None:
    await zalo.deliver({"event_name": "message.text.received", "message": {"chat": []}})
    await zalo.deliver({"message": "không phải sự kiện"})
    await zalo.say(AN, "câu thật")
    assert [message.text for message in await store.wait(1)] == ["câu thật"]


async def test_after_429_it_waits_a_minute_before_it_asks_again(zalo: FakeZaloBot, store: Store) -> None:
    zalo.flood(method="getUpdates")
    with capture_logs() as logs:
        channel = make(zalo, store)
        await channel.start()
        await zalo.wait(lambda: zalo.called("getUpdates"))
        await asyncio.sleep(0.2)
        await channel.stop()
    assert len(zalo.called("getUpdates")) == 1
    assert [line["wait"] for line in logs if line["event"] == "zalo_bot_call_failed"] == [60.0]


async def test_a_webhook_in_the_way_is_said_and_never_taken_away(zalo: FakeZaloBot, store: Store) -> None:
    zalo.webhook.url, zalo.webhook.updated_at = "https://khac.example.vn/bi-mat-trong-duong-dan", 1
    with capture_logs() as logs:
        channel = make(zalo, store)
        await channel.start()
        await zalo.wait(lambda: len(zalo.called("getWebhookInfo")) > 2)
        assert not zalo.called("getUpdates")
        assert not zalo.called("deleteWebhook")
        await channel.delete_webhook()
        await zalo.say(AN, "giờ thì tới")
        assert (await store.wait(1))[0].text == "giờ thì tới"
        await channel.stop()
    hints = [line for line in logs if line["event"] == "zalo_bot_has_a_webhook"]
    assert len(hints) > 1
    assert (hints[0]["host"], "deleteWebhook" in hints[0]["hint"]) == ("khac.example.vn", True)
    assert "bi-mat-trong-duong-dan" not in repr(logs)


async def test_a_webhook_that_appears_later_is_noticed(zalo: FakeZaloBot, store: Store) -> None:
    with capture_logs() as logs:
        channel = make(zalo, store, pace=Pace(poll=1, quick=0.1, first_wait=0.02, longest_wait=0.1))
        await channel.start()
        await zalo.wait(lambda: zalo.called("getUpdates"))
        zalo.webhook.url, zalo.webhook.updated_at = "https://khac.example.vn/x", 1
        await zalo.wait(lambda: len(zalo.called("getWebhookInfo")) > 2)
        await channel.stop()
    assert "zalo_bot_has_a_webhook" in {line["event"] for line in logs}


async def test_it_polls_although_nothing_is_told_about_webhooks(zalo: FakeZaloBot, store: Store) -> None:
    zalo.refuse(500, "Internal error", method="getWebhookInfo")
    channel = make(zalo, store)
    await channel.start()
    await zalo.say(AN, "vẫn nghe")
    assert len(await store.wait(1)) == 1
    await channel.stop()


async def test_it_listens_although_its_name_cannot_be_had(zalo: FakeZaloBot, store: Store) -> None:
    zalo.hang(method="getMe", times=100)
    channel = make(zalo, store, pace=Pace(connect=0.1, read=5.0, poll=5))
    await channel.start()
    await zalo.say_in_group(GROUP, AN, "@Bot Một Cửa vẫn nghe")
    assert (await store.wait(1))[0].text == "Một Cửa vẫn nghe"
    await channel.stop()


async def test_a_name_that_getme_does_not_tell_can_be_given(zalo: FakeZaloBot, store: Store) -> None:
    del zalo.me["display_name"]
    channel = make(zalo, store, bot_name="Bot Một Cửa")
    await channel.start()
    await zalo.say_in_group(GROUP, AN, "@Bot Một Cửa vẫn nghe")
    assert (await store.wait(1))[0].text == "vẫn nghe"
    await channel.stop()


async def test_it_starts_at_once_although_zalo_is_out_of_reach_and_connects_later(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    async with FakeZaloBot(port=port) as away:
        gone = away.base_url
    channel = make(away, store, base_url=gone)
    began = time.monotonic()
    await channel.start()
    assert time.monotonic() - began < 0.5
    await asyncio.sleep(0.1)
    async with FakeZaloBot(port=port) as back:
        await back.say(AN, "cuối cùng cũng tới")
        assert (await store.wait(1))[0].text == "cuối cùng cũng tới"
        await channel.stop()


async def test_a_refused_token_is_said_and_tried_again(zalo: FakeZaloBot, store: Store) -> None:
    wrong = "123456789:another-token-that-is-not-known"
    with capture_logs() as logs:
        channel = make(zalo, store, token=wrong)
        await channel.start()
        await asyncio.sleep(0.2)
        await channel.stop()
    failures = [line for line in logs if line["event"] == "zalo_bot_call_failed"]
    assert len(failures) > 1
    assert "Unauthorized (401)" in failures[0]["error"]
    assert wrong.partition(":")[2] not in repr(logs)


# Webhook


async def test_it_registers_its_webhook_itself(door: Door, zalo: FakeZaloBot) -> None:
    assert zalo.called("setWebhook") == [{"url": f"{PUBLIC}{WEBHOOK_PATH}", "secret_token": SECRET}]
    assert not zalo.called("getUpdates")
    assert not zalo.called("deleteWebhook")
    assert await zalo.press_test() == [200]


async def test_it_registers_its_webhook_when_zalo_comes_back(zalo: FakeZaloBot, store: Store) -> None:
    zalo.refuse(500, "Internal error", method="setWebhook", times=2, status=500)
    zalo.garble(method="getMe")
    channel = make(zalo, store, webhook_secret=SECRET, public_url=f"{PUBLIC}/")
    await channel.start()
    await zalo.wait(lambda: zalo.webhook.url)
    assert zalo.webhook.url == f"{PUBLIC}{WEBHOOK_PATH}"
    await channel.stop()
    assert zalo.webhook.url, "a stop leaves the webhook registered"


async def test_it_says_what_to_register_when_it_does_not_know_its_address(zalo: FakeZaloBot, store: Store) -> None:
    with capture_logs() as logs:
        channel = make(zalo, store, webhook_secret=SECRET)
        await channel.start()
        await zalo.wait(lambda: zalo.called("getMe"))
        await channel.stop()
    [line] = [line for line in logs if line["event"] == "zalo_bot_webhook_not_registered"]
    assert WEBHOOK_PATH in line["url"]
    assert SECRET not in repr(logs)
    assert not zalo.called("setWebhook")
    assert not zalo.called("getUpdates")


@pytest.mark.usefixtures("door")
async def test_it_answers_200_only_after_storing(zalo: FakeZaloBot, store: Store) -> None:
    store.failures = 2
    await zalo.say(AN, "đừng mất")
    assert zalo.webhook.statuses == [503, 503, 200]
    assert [message.text for message in store.messages] == ["đừng mất"]


def update(**changes: Any) -> bytes:
    message = {
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
        "chat": {"id": AN, "chat_type": "PRIVATE"},
        "from": {"id": AN, "display_name": "Ted", "is_bot": False},
        "text": "xin chào",
        **changes,
    }
    return json.dumps({"ok": True, "result": {"event_name": "message.text.received", "message": message}}).encode()


@pytest.mark.parametrize("secret", [None, "", "sai", f"{SECRET}x", SECRET.upper()])
async def test_it_refuses_whoever_does_not_know_the_secret(door: Door, store: Store, secret: str | None) -> None:
    assert (await door.post(update(), secret))[0] == 403
    assert (await door.post(b"{", secret))[0] == 403
    assert not store.seen


async def test_a_secret_that_is_not_even_text_is_refused(door: Door, store: Store) -> None:
    host, port = door.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n{SECRET_HEADER}: "
    writer.write(head.encode() + b"\xc4\x82\xff" + b"\r\n\r\n{}")
    assert int((await reader.readline()).split()[1]) == 403
    writer.close()
    await writer.wait_closed()
    assert not store.seen


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b'{"event_name": "\\ud800"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "an update must be an object"),
        (b"{}", "event_name must be a text"),
        (b'{"ok": false, "error_code": 408}', "event_name must be a text"),
        (update(chat={"id": [7]}), "id is not an id"),
        (update(text=7), "text must be a text"),
        (update(message_id=None), "message_id must be a text"),
    ],
)
async def test_it_refuses_what_zalo_would_not_send_and_says_why(
    door: Door, zalo: FakeZaloBot, store: Store, body: bytes, reason: str
) -> None:
    status, answer = await door.post(body)
    assert (status, reason in answer) == (400, True), answer
    assert not store.seen
    await zalo.say(AN, "câu sau vẫn được")
    assert len(await store.wait(1)) == 1


async def test_it_refuses_a_body_that_is_too_large(door: Door, store: Store) -> None:
    status, answer = await door.post(update(text="a" * 1024 * 1024))
    assert (status, "1048576" in answer) == (413, True)
    status, _ = await door.post(update(text="a" * 1024 * 1000))
    assert (status, len(store.seen)) == (200, 1)


@pytest.mark.parametrize(
    "body",
    [
        {"event_name": "webhook.test", "message": {"date": 1787124248, "message_id": "webhook-test", "text": "200?"}},
        {"ok": True, "result": {"event_name": "message.unsupported.received"}},
        {"ok": True, "result": {"event_name": "something.new", "message": ["of next year"]}},
    ],
)
async def test_it_takes_tests_and_unknown_events_without_storing_anything(
    door: Door, store: Store, body: dict[str, Any]
) -> None:
    assert (await door.post(json.dumps(body).encode()))[0] == 200
    assert not store.seen


async def test_a_webhook_in_polling_mode_is_refused(zalo: FakeZaloBot, store: Store) -> None:
    port = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{port.getsockname()[1]}{WEBHOOK_PATH}"
    channel = make(zalo, store)
    runner = await serve(channel.webhook, port)
    assert (await Door(channel, url).post(update(), ""))[0] == 403
    await runner.cleanup()


async def test_neither_texts_nor_people_nor_secrets_are_logged(door: Door, zalo: FakeZaloBot, store: Store) -> None:
    with capture_logs() as logs:
        await zalo.say(AN, "chuyện riêng của tôi")
        await zalo.push({"event_name": "something.new", "message": {"from": {"id": AN}}})
        store.failures = 1
        await zalo.say(AN, "chuyện riêng khác")
        await door.post(update(text={"chuyện": "riêng"}))
        await door.channel.typing("404")
        with pytest.raises(DeliveryError):
            await door.channel.send(AN, Reply("chuyện riêng " * 500))
    assert len(logs) >= 2
    for word in ("riêng", AN, SECRET, zalo.token.partition(":")[2]):
        assert word not in repr(logs)
