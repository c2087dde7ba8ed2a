"""Telegram, what comes in: both modes against a strict Bot API over real HTTP."""

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

from bot.channels.telegram import SECRET_HEADER, WEBHOOK_PATH, TelegramChannel
from bot.channels.telegram_request import Pace
from handlers.message import Address, Choice, Media, Message, Reply
from tests.fakes.telegram import FakeTelegram

SECRET = "mot-bi-mat_2026"
FAST = Pace(connect=2.0, read=2.0, poll=5, first_wait=0.02, longest_wait=0.1)
AN, BINH, GROUP, CHANNEL = 11, 12, -10077, -10088
COMMANDS = (("start", "Bắt đầu"), ("help", "Trợ giúp"))


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
            raise OSError("the disk is full")
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


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def store() -> Store:
    return Store()


def make(telegram: FakeTelegram, store: Store, **options: Any) -> TelegramChannel:
    return TelegramChannel(
        telegram.token,
        accept=store.accept,
        **{"base_url": telegram.base_url, "commands": COMMANDS, "pace": FAST, **options},
    )


@pytest.fixture
async def polling(telegram: FakeTelegram, store: Store) -> AsyncIterator[TelegramChannel]:
    """A channel that polls and knows its own name."""
    channel = make(telegram, store)
    await channel.start()
    await telegram.wait(lambda: telegram.called("getUpdates"))
    yield channel
    await channel.stop()


@dataclass
class Door:
    """A server of ours with the webhook's route."""

    channel: TelegramChannel
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
async def opened(telegram: FakeTelegram, store: Store) -> AsyncIterator[Door]:
    port = socket.create_server(("127.0.0.1", 0))
    public = f"http://127.0.0.1:{port.getsockname()[1]}"
    channel = make(telegram, store, webhook_secret=SECRET, public_url=public)
    runner = await serve(channel.webhook, port)
    await channel.start()
    await telegram.wait(lambda: telegram.webhook.url)
    yield Door(channel, f"{public}{WEBHOOK_PATH}")
    await channel.stop()
    await runner.cleanup()


@pytest.fixture
async def door(telegram: FakeTelegram, store: Store) -> AsyncIterator[Door]:
    """A channel whose webhook is served and registered."""
    async with opened(telegram, store) as found:
        yield found


@pytest.fixture(params=["polling", "webhook"])
def channel(request: pytest.FixtureRequest) -> TelegramChannel:
    """A running channel in each of the two modes."""
    found: TelegramChannel
    if request.param == "polling":
        found = request.getfixturevalue("polling")
    else:
        found = request.getfixturevalue("door").channel
    return found


# Both modes


@pytest.mark.usefixtures("channel")
async def test_it_reads_a_question(telegram: FakeTelegram, store: Store) -> None:
    number = await telegram.say(AN, "Làm giấy khai sinh cần giấy tờ gì? 👶")
    [message] = await store.wait(1)
    assert message.id == f"{AN}:{number}"
    assert message.address == Address("telegram", str(AN))
    assert (message.sender, message.text) == (str(AN), "Làm giấy khai sinh cần giấy tờ gì? 👶")
    assert message.sent_at is not None
    assert abs((datetime.now(UTC) - message.sent_at).total_seconds()) < 60
    assert not message.group


@pytest.mark.usefixtures("channel")
async def test_it_keeps_the_order_of_a_chat(telegram: FakeTelegram, store: Store) -> None:
    for number in range(30):
        await telegram.say(AN, f"câu {number}")
    assert [message.text for message in await store.wait(30)] == [f"câu {number}" for number in range(30)]


@pytest.mark.usefixtures("channel")
async def test_it_takes_an_edited_message_as_a_new_question(telegram: FakeTelegram, store: Store) -> None:
    number = await telegram.say(AN, "lệ phí khai sih")
    when = await telegram.edit(AN, number, "lệ phí khai sinh")
    messages = await store.wait(2)
    assert messages[1].id == f"edit:{AN}:{number}:{when}"
    assert messages[1].text == "lệ phí khai sinh"


async def test_it_takes_a_pressed_button_and_acknowledges_it(
    channel: TelegramChannel, telegram: FakeTelegram, store: Store
) -> None:
    telegram.meet(AN)
    await channel.send(str(AN), reply_with("Hồ sơ gồm gì?", "p:1.001193:documents"))
    press = await telegram.click(AN, "Hồ sơ gồm gì?")
    [message] = await store.wait(1)
    assert (message.id, message.action, message.text) == (f"cb:{press}", "p:1.001193:documents", "")
    assert message.address == Address("telegram", str(AN))
    await telegram.wait(lambda: telegram.answered == [press])


@pytest.mark.usefixtures("channel")
async def test_an_old_or_unknown_button_still_reaches_the_router(telegram: FakeTelegram, store: Store) -> None:
    press = await telegram.press(AN, "con-lai-tu-nam-ngoai:7")
    [message] = await store.wait(1)
    assert message.action == "con-lai-tu-nam-ngoai:7"
    await telegram.wait(lambda: telegram.answered == [press])


@pytest.mark.usefixtures("channel")
async def test_a_repeated_update_repeats_its_id(telegram: FakeTelegram, store: Store) -> None:
    await telegram.say(AN, "xin chào", copies=3)
    await telegram.say(AN, "câu sau")
    assert [message.text for message in await store.wait(2)] == ["xin chào", "câu sau"]
    assert len(store.seen) == 4


@pytest.mark.usefixtures("channel")
async def test_it_publishes_its_commands(telegram: FakeTelegram) -> None:
    await telegram.wait(lambda: telegram.commands)
    assert telegram.commands == [
        {"command": "start", "description": "Bắt đầu"},
        {"command": "help", "description": "Trợ giúp"},
    ]


async def test_it_stops_within_a_second(channel: TelegramChannel) -> None:
    began = time.monotonic()
    await channel.stop()
    assert time.monotonic() - began < 1


async def test_it_goes_on_sending_after_it_stopped_receiving(
    channel: TelegramChannel, telegram: FakeTelegram, store: Store
) -> None:
    await channel.stop_receiving()
    telegram.meet(AN)
    assert await channel.send(str(AN), reply_with("Có", "yes"))
    assert len(telegram.to(AN)) == 1
    assert not store.messages


# What comes with a message


@pytest.mark.parametrize(
    ("kind", "ours", "name"),
    [("photo", "image", ""), ("document", "file", "đơn.pdf"), ("voice", "audio", ""), ("video", "video", "")],
)
async def test_it_takes_media_by_reference(
    polling: TelegramChannel, telegram: FakeTelegram, store: Store, kind: str, ours: str, name: str
) -> None:
    file_id = await telegram.share(AN, kind, b"\x89bytes", name=name, caption="ảnh chụp tờ khai")
    [message] = await store.wait(1)
    assert message.media == (Media(ours, file_id, name, 6),)
    assert message.text == "ảnh chụp tờ khai"
    assert await polling.download(file_id) == b"\x89bytes"


@pytest.mark.usefixtures("polling")
async def test_it_never_keeps_the_number_or_name_of_a_contact(telegram: FakeTelegram, store: Store) -> None:
    await telegram.say(AN, contact={"phone_number": "+84912345678", "first_name": "Bình", "user_id": 99})
    [message] = await store.wait(1)
    assert message.media == (Media("contact", ""),)
    assert "912345678" not in repr(message)
    assert "Bình" not in repr(message)


@pytest.mark.usefixtures("polling")
async def test_it_takes_a_place(telegram: FakeTelegram, store: Store) -> None:
    await telegram.say(AN, location={"latitude": 21.18613, "longitude": 106.0763})
    [message] = await store.wait(1)
    assert message.media == (Media("location", "21.1861,106.0763"),)


@pytest.mark.usefixtures("polling")
async def test_it_takes_an_animation_once_although_it_comes_twice(telegram: FakeTelegram, store: Store) -> None:
    both = {"file_id": "anim", "file_unique_id": "u"}
    await telegram.say(AN, animation=both, document=both)
    [message] = await store.wait(1)
    assert message.media == (Media("video", "anim"),)


@pytest.mark.usefixtures("polling")
async def test_a_start_link_keeps_its_payload(telegram: FakeTelegram, store: Store) -> None:
    await telegram.say(AN, "/start 1_001193")
    await telegram.say(AN, "/help@motcuabot hộ tịch")
    assert [message.text for message in await store.wait(2)] == ["/start 1_001193", "/help hộ tịch"]


@pytest.mark.usefixtures("polling")
async def test_it_passes_over_what_is_not_said_by_a_person(telegram: FakeTelegram, store: Store) -> None:
    robot: dict[str, Any] = {"from": {"id": 5, "is_bot": True, "first_name": "Robot"}}
    await telegram.say(AN, "của máy", **robot)
    await telegram.say(AN, "bài của kênh", is_automatic_forward=True)
    await telegram.say(AN, new_chat_title="Tên mới")
    await telegram.deliver({"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "channel"}}})
    await telegram.deliver({"edited_message": live_location()})
    await telegram.say(AN, "của người")
    assert [message.text for message in await store.wait(1)] == ["của người"]


def live_location() -> dict[str, Any]:
    """Telegram repeats it every few seconds while somebody walks."""
    return {
        "message_id": 7,
        "date": 1_700_000_000,
        "edit_date": 1_700_000_010,
        "chat": {"id": AN, "type": "private"},
        "from": {"id": AN, "is_bot": False, "first_name": "An"},
        "location": {"latitude": 21.0, "longitude": 106.0, "live_period": 900},
    }


@pytest.mark.usefixtures("polling")
async def test_a_poll_or_dice_still_gets_an_answer(telegram: FakeTelegram, store: Store) -> None:
    await telegram.say(AN, dice={"emoji": "🎲", "value": 3})
    [message] = await store.wait(1)
    assert (message.text, message.media) == ("", ())


# Groups


@pytest.mark.usefixtures("polling")
@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("@MotCuaBot lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("@motcuabot: lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("👶👶 cho hỏi @MotCuaBot lệ phí bao nhiêu", "👶👶 cho hỏi @MotCuaBot lệ phí bao nhiêu"),
        ("lệ phí khai sinh? @MotCuaBot", "lệ phí khai sinh?"),
        ("/help", "/help"),
        ("/start@MotCuaBot 1_001193", "/start 1_001193"),
        ("@MotCuaBot", ""),
    ],
)
async def test_it_answers_in_a_group_when_addressed(telegram: FakeTelegram, store: Store, said: str, read: str) -> None:
    number = await telegram.say_in_group(GROUP, AN, said)
    [message] = await store.wait(1)
    assert message.text == read
    assert message.group
    assert message.id == f"{GROUP}:{number}"
    assert (message.address.chat, message.sender) == (str(GROUP), str(AN))


@pytest.mark.usefixtures("polling")
async def test_it_does_not_answer_in_a_group_when_not_addressed(telegram: FakeTelegram, store: Store) -> None:
    others = await telegram.say_in_group(GROUP, BINH, "mai họp lúc 8 giờ")
    for text in ("@MotCuaBot2 ơi", "thư: an@MotCuaBot.vn", "/help@BotKhac", "1/2 số phường", "/ hay \\"):
        await telegram.say_in_group(GROUP, AN, text)
    await telegram.say_in_group(GROUP, AN, "đồng ý", reply_to=others)
    opening = {"message_id": 1, "from": telegram.me, "forum_topic_created": {"name": "Chuyện chung"}}
    await telegram.say_in_group(GROUP, AN, "trong chủ đề", reply_to_message=opening)
    await telegram.say_in_group(GROUP, AN, "@MotCuaBot còn đây")
    assert [message.text for message in await store.wait(1)] == ["còn đây"]


async def test_a_reply_to_the_bot_in_a_group_is_for_the_bot(
    polling: TelegramChannel, telegram: FakeTelegram, store: Store
) -> None:
    telegram.meet(GROUP, "supergroup")
    ours = int(await polling.send(str(GROUP), reply_with("Đúng ý", "fb:1")))
    await telegram.say_in_group(GROUP, AN, "thế còn thời hạn?", reply_to=ours)
    await telegram.click(GROUP, "Đúng ý", person=BINH)
    said, pressed = await store.wait(2)
    assert (said.text, said.group) == ("thế còn thời hạn?", True)
    assert (pressed.action, pressed.group, pressed.sender) == ("fb:1", True, str(BINH))


@pytest.mark.usefixtures("polling")
async def test_in_a_channel_only_what_begins_with_its_name_is_heard(telegram: FakeTelegram, store: Store) -> None:
    for text in (
        "Từ 01/12 phường làm việc cả sáng thứ Bảy",
        "Hỏi thủ tục? Nhắn @MotCuaBot, trả lời cả đêm",
        "@MotCuaBot2 liên kết ABCD2345",
        "@khac xin chào @MotCuaBot",
        "/help",
    ):
        await telegram.post_in_channel(CHANNEL, text)
    await telegram.post_in_channel(CHANNEL, caption="@MotCuaBot ảnh", photo=[])
    number = await telegram.post_in_channel(CHANNEL, "@MotCuaBot liên kết ABCD2345")
    [message] = await store.wait(1)
    assert (message.text, message.public, message.group) == ("liên kết ABCD2345", True, False)
    assert message.id == f"{CHANNEL}:{number}"
    assert (message.address.chat, message.sender) == (str(CHANNEL), str(CHANNEL))


# Polling


@pytest.mark.usefixtures("polling")
async def test_it_acknowledges_an_update_only_after_it_is_stored(telegram: FakeTelegram, store: Store) -> None:
    store.failures = 2
    await telegram.say(AN, "đừng mất")
    await store.wait(1)
    assert store.messages[0].text == "đừng mất"
    await telegram.wait(lambda: telegram.acknowledged)
    assert [params["offset"] for params in telegram.called("getUpdates") if "offset" in params] == ["500002"]


async def test_a_stop_before_storing_leaves_the_update_with_telegram(telegram: FakeTelegram, store: Store) -> None:
    never = asyncio.Event()

    async def accept(_message: Message) -> bool:
        await never.wait()
        return True

    first = TelegramChannel(telegram.token, accept=accept, base_url=telegram.base_url, pace=FAST)
    await first.start()
    await telegram.say(AN, "đừng mất")
    await telegram.wait(lambda: telegram.called("getUpdates"))
    await asyncio.sleep(0.05)
    await first.stop()
    second = make(telegram, store)
    await second.start()
    assert (await store.wait(1))[0].text == "đừng mất"
    await second.stop()


@pytest.mark.usefixtures("polling")
async def test_it_survives_conflicts_errors_and_pages_that_are_not_json(telegram: FakeTelegram, store: Store) -> None:
    telegram.refuse(409, "Conflict: terminated by other getUpdates request", method="getUpdates")
    telegram.refuse(502, "Bad Gateway", method="getUpdates")
    telegram.garble(method="getUpdates")
    telegram.flood(1, method="getUpdates")
    await telegram.say(AN, "câu một")
    await store.wait(1)
    await telegram.say(AN, "câu hai")
    assert [message.text for message in await store.wait(2)] == ["câu một", "câu hai"]


@pytest.mark.usefixtures("polling")
async def test_one_update_that_makes_no_sense_does_not_stop_the_others(telegram: FakeTelegram, store: Store) -> None:
    await telegram.deliver({"message": {"message_id": "x", "chat": []}})
    await telegram.deliver({"message": "không phải tin"})
    await telegram.say(AN, "câu thật")
    assert [message.text for message in await store.wait(1)] == ["câu thật"]


async def test_it_removes_an_old_webhook_before_it_polls(telegram: FakeTelegram, store: Store) -> None:
    telegram.webhook.url = "http://127.0.0.1:1/cu"
    channel = make(telegram, store)
    await channel.start()
    await telegram.wait(lambda: telegram.called("getUpdates"))
    assert not telegram.webhook.url
    assert telegram.called("deleteWebhook") == [{"drop_pending_updates": "false"}]
    await channel.stop()


async def test_it_starts_at_once_although_telegram_is_out_of_reach_and_connects_later(store: Store) -> None:
    port = free_port()
    async with FakeTelegram(port=port) as away:
        gone = away.base_url
    channel = TelegramChannel(away.token, accept=store.accept, base_url=gone, commands=COMMANDS, pace=FAST)
    began = time.monotonic()
    await channel.start()
    assert time.monotonic() - began < 0.5
    await asyncio.sleep(0.1)
    async with FakeTelegram(port=port) as back:
        await back.say(AN, "cuối cùng cũng tới")
        assert (await store.wait(1))[0].text == "cuối cùng cũng tới"
        await back.wait(lambda: back.commands)
        await channel.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


async def test_a_refused_token_is_said_and_tried_again(telegram: FakeTelegram, store: Store) -> None:
    wrong = "123456789:AnotherTokenThatIsNotKnown"
    with capture_logs() as logs:
        channel = TelegramChannel(wrong, accept=store.accept, base_url=telegram.base_url, pace=FAST)
        await channel.start()
        await asyncio.sleep(0.2)
        await channel.stop()
    failures = [line for line in logs if line["event"] == "telegram_call_failed"]
    assert len(failures) > 1
    assert "Unauthorized" in failures[0]["error"]
    assert wrong.partition(":")[2] not in json.dumps(logs)


async def test_refused_commands_do_not_stop_it(telegram: FakeTelegram, store: Store) -> None:
    with capture_logs() as logs:
        channel = make(telegram, store, commands=[("Không-hợp-lệ", "x")])
        await channel.start()
        await telegram.say(AN, "vẫn nghe")
        await store.wait(1)
        await telegram.wait(lambda: telegram.called("setMyCommands"))
        await asyncio.sleep(0.05)
        await channel.stop()
    assert "telegram_commands_refused" in {line["event"] for line in logs}
    assert len(telegram.called("setMyCommands")) == 1


# Webhook


async def test_it_registers_its_webhook_itself(door: Door, telegram: FakeTelegram) -> None:
    [params] = telegram.called("setWebhook")
    assert params["url"] == door.url
    assert params["secret_token"] == SECRET
    assert json.loads(params["allowed_updates"]) == ["message", "edited_message", "callback_query", "channel_post"]
    assert params["drop_pending_updates"] == "false"
    assert not telegram.called("getUpdates")


async def test_it_registers_its_webhook_when_telegram_comes_back(telegram: FakeTelegram, store: Store) -> None:
    telegram.refuse(500, "Internal Server Error", method="getMe", times=2)
    telegram.refuse(400, "Bad Request: bad webhook: Failed to resolve host", method="setWebhook", times=2)
    channel = make(telegram, store, webhook_secret=SECRET, public_url="https://motcua.example.vn/")
    await channel.start()
    await telegram.wait(lambda: telegram.webhook.url)
    assert telegram.webhook.url == f"https://motcua.example.vn{WEBHOOK_PATH}"
    await channel.stop()


async def test_it_says_what_to_register_when_it_does_not_know_its_address(telegram: FakeTelegram, store: Store) -> None:
    with capture_logs() as logs:
        channel = make(telegram, store, webhook_secret=SECRET)
        await channel.start()
        await telegram.wait(lambda: telegram.called("getMe"))
        await channel.stop()
    [line] = [line for line in logs if line["event"] == "telegram_webhook_not_registered"]
    assert WEBHOOK_PATH in line["url"]
    assert SECRET not in json.dumps(logs)
    assert not telegram.called("setWebhook")


async def test_what_waited_at_telegram_comes_when_the_webhook_is_registered(
    telegram: FakeTelegram, store: Store
) -> None:
    await telegram.say(AN, "lúc đang tắt máy")
    async with opened(telegram, store):
        assert (await store.wait(1))[0].text == "lúc đang tắt máy"


@pytest.mark.usefixtures("door")
async def test_it_answers_200_only_after_storing(telegram: FakeTelegram, store: Store) -> None:
    store.failures = 2
    await telegram.say(AN, "đừng mất")
    assert telegram.webhook.statuses == [503, 503, 200]
    assert [message.text for message in store.messages] == ["đừng mất"]


def update(**body: Any) -> bytes:
    return json.dumps({"update_id": 1, **body}).encode()


def message(**changes: Any) -> dict[str, Any]:
    usual = {
        "message_id": 5,
        "date": 1_700_000_000,
        "chat": {"id": AN, "type": "private"},
        "from": {"id": AN, "is_bot": False, "first_name": "An"},
        "text": "xin chào",
    }
    return {**usual, **changes}


@pytest.mark.parametrize("secret", [None, "", "sai", f"{SECRET}x", "Ă\udcff"])
async def test_it_refuses_whoever_does_not_know_the_secret(door: Door, store: Store, secret: str | None) -> None:
    if secret is not None and not secret.isascii():
        status = await raw_post(door, secret.encode("utf-8", "surrogateescape"))
    else:
        status, _ = await door.post(update(message=message()), secret)
    assert status == 403
    assert not store.seen


async def raw_post(door: Door, secret: bytes) -> int:
    """As a client that sends bytes where letters should be."""
    host, port = door.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n{SECRET_HEADER}: "
    writer.write(head.encode() + secret + b"\r\n\r\n{}")
    status = int((await reader.readline()).split()[1])
    writer.close()
    await writer.wait_closed()
    return status


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b'{"update_id": 1, "message": {"text": "\\ud800"}}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"update_id": ' + b"9" * 5000 + b"}", "update_id"),
        (b"[]", "an update must be an object"),
        (b"null", "an update must be an object"),
        (b"{}", "update_id must be a number"),
        (b'{"update_id": true}', "update_id must be a number"),
        (b'{"update_id": "1"}', "update_id must be a number"),
        (update(message=None), "message must be an object"),
        (update(message=[]), "message must be an object"),
        (update(message={}), "message_id must be a number"),
        (update(message=message(chat=7)), "chat must be an object"),
        (update(message=message(chat={"id": [7], "type": "private"})), "id must be a number"),
        (update(message=message(chat={"id": 7})), "type must be a text"),
        (update(message=message(date="hôm nay")), "date must be a number"),
        (update(message=message(date=2**62)), "date must be a time"),
        (update(message=message(text={"a": 1})), "text must be a text"),
        (update(message=message(photo={})), "photo must be a list"),
        (update(message=message(photo=[])), "photo must be a list"),
        (update(message=message(photo=[{"file_id": 1}])), "file_id must be a text"),
        (update(message=message(location={"latitude": "a", "longitude": 1})), "latitude must be in degrees"),
        (update(edited_message=message()), "edit_date must be a number"),
        (update(callback_query={"id": 5}), "id must be a text"),
        (update(callback_query={"id": "5" * 500, "from": {"id": 1}}), "id is not one of a pressed button"),
        (update(callback_query={"id": "5", "from": {"id": 1}, "data": 7}), "data must be a text"),
    ],
)
async def test_it_refuses_what_telegram_would_not_send_and_says_why(
    door: Door, telegram: FakeTelegram, store: Store, body: bytes, reason: str
) -> None:
    status, answer = await door.post(body)
    if reason == "update_id":  # too many digits: not a number for one parser, out of range for another
        assert status == 400
    else:
        assert (status, reason in answer) == (400, True), answer
    assert not store.seen
    await telegram.say(AN, "câu sau vẫn được")
    assert len(await store.wait(1)) == 1


async def test_it_refuses_a_body_that_is_too_large(door: Door, store: Store) -> None:
    status, answer = await door.post(update(message=message(text="a" * 1024 * 1024)))
    assert (status, "1048576" in answer) == (413, True)
    status, _ = await door.post(update(message=message(text="a" * 1024 * 1000)))
    assert (status, len(store.seen)) == (200, 1)


@pytest.mark.parametrize(
    "body",
    [
        update(),
        update(something_new={"of": "next year"}),
        update(business_message=message()),
        update(channel_post=message(chat={"id": -5, "type": "channel"})),
        update(message=message(chat={"id": -5, "type": "channel"})),
        update(callback_query={"id": "5", "from": {"id": 1}, "game_short_name": "x"}),
        update(callback_query={"id": "5", "from": {"id": 1}, "data": "x", "inline_message_id": "y"}),
    ],
)
async def test_it_takes_unknown_kinds_without_storing_anything(door: Door, store: Store, body: bytes) -> None:
    assert (await door.post(body))[0] == 200
    assert not store.seen


async def test_unknown_fields_and_odd_letters_do_no_harm(door: Door, store: Store) -> None:
    odd = message(text="xin\0 chào", new_field={"a": [1]}, entities="không phải danh sách")
    assert (await door.post(update(message=odd)))[0] == 200
    assert store.messages[0].text == "xin chào"


async def test_a_webhook_in_polling_mode_is_refused(telegram: FakeTelegram, store: Store) -> None:
    port = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{port.getsockname()[1]}{WEBHOOK_PATH}"
    channel = make(telegram, store)
    runner = await serve(channel.webhook, port)
    assert (await Door(channel, url).post(update(message=message()), ""))[0] == 403
    await runner.cleanup()


def reply_with(label: str, action: str) -> Reply:
    return Reply("Anh/chị chọn giúp em", (Choice(label, action),))
