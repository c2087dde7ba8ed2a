"""The fake Zalo Bot Platform refuses what the real one refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.zalo_bot import SECRET_HEADER, FakeZaloBot

AN = "6ede9afa66b88fe6d6a9"
GROUP = "zgr-f8a7101d77709e2ec761"
Call: TypeAlias = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloBot]:
    async with FakeZaloBot() as fake:
        fake.meet(AN)
        yield fake


@pytest.fixture
async def call(zalo: FakeZaloBot) -> AsyncIterator[Call]:
    """Call a method with JSON; HTTP status, and result or (code, description)."""
    async with aiohttp.ClientSession() as session:

        async def post(method: str, /, token: str = zalo.token, **params: Any) -> tuple[int, Any]:
            async with session.post(f"{zalo.base_url}/bot{token}/{method}", json=params) as response:
                answer = await response.json()
                told = answer.get("result") if answer["ok"] else (answer["error_code"], answer["description"])
                return response.status, told

        yield post


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is required"),
        ("sendMessage", {"chat_id": AN}, "text is required"),
        ("sendMessage", {"chat_id": AN, "text": ""}, "1 to 2000"),
        ("sendMessage", {"chat_id": AN, "text": " \n"}, "1 to 2000"),
        ("sendMessage", {"chat_id": AN, "text": "a" * 2001}, "1 to 2000"),
        ("sendMessage", {"chat_id": AN, "text": "👶" * 1001}, "1 to 2000"),
        ("sendMessage", {"chat_id": AN, "text": 7}, "must be a String"),
        ("sendMessage", {"chat_id": 7, "text": "a"}, "must be a String"),
        ("sendMessage", {"chat_id": "404", "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_to_message_id": "1"}, "unknown parameter"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_markup": {}}, "unknown parameter"),
        ("sendMessage", {"chat_id": AN, "text": "a", "parse_mode": "HTML"}, "parse_mode"),
        ("sendPhoto", {"chat_id": AN, "photo": "/tmp/so-do.png"}, "url is invalid"),  # noqa: S108
        ("sendPhoto", {"chat_id": AN, "photo": "https://a.vn/b.png", "caption": "a" * 2001}, "1 to 2000"),
        ("sendPhoto", {"chat_id": AN, "photo": "https://a.vn/b.png", "caption": ""}, "1 to 2000"),
        ("sendVoice", {"chat_id": AN, "voice_url": "https://a.vn/b.mp3"}, ".aac"),
        ("sendChatAction", {"chat_id": AN, "action": "upload_photo"}, "action is not supported"),
        ("sendChatAction", {"chat_id": "404", "action": "typing"}, "chat not found"),
        ("getUpdates", {"timeout": "lâu"}, "timeout"),
        ("getUpdates", {"offset": 1}, "unknown parameter offset"),
        ("setWebhook", {"url": "https://motcua.example.vn/x"}, "secret_token is required"),
        ("setWebhook", {"url": "https://motcua.example.vn/x", "secret_token": "ngan"}, "8 to 256"),
        ("setWebhook", {"url": "http://motcua.example.vn/x", "secret_token": "12345678"}, "public https"),
        ("setWebhook", {"url": "https://localhost/x", "secret_token": "12345678"}, "public https"),
        ("setWebhook", {"url": "https://192.168.1.2/x", "secret_token": "12345678"}, "public https"),
        ("sendFile", {"chat_id": AN}, "method not found"),
        ("sendmessage", {"chat_id": AN, "text": "a"}, "method not found"),
    ],
)
async def test_it_refuses_mistakes_with_http_200(
    call: Call, zalo: FakeZaloBot, method: str, params: dict[str, Any], said: str
) -> None:
    status, (code, description) = await call(method, **params)
    assert (status, code, said in description) == (200, 400, True), description
    assert not zalo.sent


async def test_a_wrong_token_is_refused_with_http_200(call: Call, zalo: FakeZaloBot) -> None:
    assert await call("getMe", token="1:x") == (200, (401, "Unauthorized"))
    zalo.http_errors = True
    assert await call("getMe", token="1:x") == (401, (401, "Unauthorized"))


async def test_it_shows_what_was_sent(call: Call, zalo: FakeZaloBot) -> None:
    zalo.meet(GROUP)
    _, text = await call("sendMessage", chat_id=AN, text="x" * 2000)
    _, photo = await call("sendPhoto", chat_id=GROUP, photo="https://a.vn/b.png", caption="ảnh")
    assert await call("sendChatAction", chat_id=AN, action="typing") == (200, None)
    assert (await call("sendVoice", chat_id=GROUP, voice_url="https://a.vn/b.aac"))[1]["message_id"]
    assert [(sent.chat, sent.id, sent.text, sent.file) for sent in zalo.sent] == [
        (AN, text["message_id"], "x" * 2000, ""),
        (GROUP, photo["message_id"], "ảnh", "https://a.vn/b.png"),
    ]
    zalo.blocked.add(AN)
    assert (await call("sendMessage", chat_id=AN, text="a"))[1][0] == 403


async def test_polling_gives_one_object_and_never_again(call: Call, zalo: FakeZaloBot) -> None:
    assert await call("getUpdates", timeout=0) == (200, (408, "Request timeout"))
    waiting = asyncio.ensure_future(call("getUpdates", timeout="5"))
    await zalo.wait(lambda: len(zalo.called("getUpdates")) == 2)
    await zalo.say(AN, "một")
    await zalo.say(AN, "hai")
    assert (await waiting)[1]["message"]["text"] == "một"
    assert (await call("getUpdates"))[1]["message"]["text"] == "hai"
    zalo.http_errors = True
    assert await call("getUpdates", timeout=0) == (408, (408, "Request timeout"))


async def test_a_webhook_and_polling_exclude_each_other(call: Call, zalo: FakeZaloBot) -> None:
    assert (await call("getWebhookInfo"))[1][0] == 404
    hook = {"url": "https://motcua.example.vn/x", "secret_token": "12345678"}
    assert (await call("setWebhook", **hook))[1]["url"] == hook["url"]
    assert (await call("getUpdates"))[1][0] == 400
    info = (await call("getWebhookInfo"))[1]
    assert (info["url"], info.keys()) == (hook["url"], {"url", "updated_at"})
    assert (await call("deleteWebhook"))[1]["url"] == ""
    assert (await call("getWebhookInfo"))[1]["url"] == ""
    assert (await call("getUpdates", timeout=0))[1][0] == 408


async def test_out_of_groups_comes_only_what_names_the_bot(call: Call, zalo: FakeZaloBot) -> None:
    await zalo.say_in_group(GROUP, AN, "mai họp lúc 8 giờ")
    await zalo.share(AN, group=GROUP)
    await zalo.say_in_group(GROUP, AN, f"@{zalo.name} mai họp lúc mấy giờ?")
    message = (await call("getUpdates"))[1]["message"]
    assert message["chat"] == {"id": GROUP, "chat_type": "GROUP"}
    assert message["text"] == "@Bot Một Cửa mai họp lúc mấy giờ?"
    assert (await call("getUpdates", timeout=0))[1][0] == 408


async def test_it_pushes_with_the_secret_until_the_webhook_takes_it(call: Call, zalo: FakeZaloBot) -> None:
    answers = [500, 302]
    came: list[tuple[Any, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        came.append((await request.json(), request.headers.get(SECRET_HEADER)))
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_post("/x", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    zalo.tunnels["https://motcua.example.vn"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await call("setWebhook", url="https://motcua.example.vn/x", secret_token="12345678")
    await zalo.say(AN, "một", copies=2)
    zalo.flat = True
    zalo.hold()
    await zalo.say(AN, "hai")
    await zalo.say(AN, "ba")
    assert len(came) == 4
    await zalo.release(backwards=True)
    assert await zalo.press_test() == [200]
    await zalo.push({}, secret="sai-bi-mat")
    assert zalo.webhook.statuses == [500, 302, 200, 200, 200, 200, 200, 200]
    assert [secret for _, secret in came] == ["12345678"] * 7 + ["sai-bi-mat"]
    assert [body["result"]["message"]["text"] for body, _ in came[:4]] == ["một"] * 4
    assert [body["message"]["text"] for body, _ in came[4:6]] == ["ba", "hai"]
    assert came[6][0]["event_name"] == "webhook.test"
    await runner.cleanup()


@pytest.mark.parametrize("how", ["cut", "garble", "nameless", "hang"])
async def test_what_is_spoilt_was_delivered_all_the_same(call: Call, zalo: FakeZaloBot, how: str) -> None:
    zalo.spoil(how)
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        async with asyncio.timeout(0.2):
            answer = await call("sendMessage", chat_id=AN, text="đã tới")
            assert "message_id" not in answer[1]
            raise TimeoutError
    assert [sent.text for sent in zalo.sent] == ["đã tới"]


async def test_trouble_ends_after_its_times(call: Call, zalo: FakeZaloBot) -> None:
    zalo.flood(times=2)
    zalo.refuse(500, "Internal", status=500)
    codes = [(await call("sendMessage", chat_id=AN, text="a"))[1] for _ in range(4)]
    assert codes[:3] == [(429, "Quota exceeded"), (429, "Quota exceeded"), (500, "Internal")]
    assert codes[3]["message_id"]
    assert len(zalo.sent) == 1
