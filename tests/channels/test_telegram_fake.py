"""The fake Bot API refuses what the real one refuses, in its words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.telegram import FakeTelegram

AN = 11
Call: TypeAlias = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.meet(AN)
        yield fake


@pytest.fixture
async def call(telegram: FakeTelegram) -> AsyncIterator[Call]:
    """Call a method with JSON; status and result or description."""
    async with aiohttp.ClientSession() as session:

        async def post(method: str, /, token: str = telegram.token, **params: Any) -> tuple[int, Any]:
            async with session.post(f"{telegram.base_url}/bot{token}/{method}", json=params) as response:
                answer = await response.json()
                return response.status, answer["result"] if answer["ok"] else answer["description"]

        yield post


def keys(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Có", **button}]]}


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is required"),
        ("sendMessage", {"chat_id": AN}, "message text is empty"),
        ("sendMessage", {"chat_id": AN, "text": " \n "}, "message text is empty"),
        ("sendMessage", {"chat_id": AN, "text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ("sendMessage", {"chat_id": AN, "text": "👶" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": AN, "text": 7}, "must be a String"),
        ("sendMessage", {"chat_id": "An", "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": 404, "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": AN, "text": "a", "colour": "red"}, "unknown parameter colour"),
        ("sendMessage", {"chat_id": AN, "text": "a", "parse_mode": "Markdown"}, "unsupported parse_mode"),
        ("sendMessage", {"chat_id": AN, "text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": AN, "text": "a & b", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": AN, "text": "<p>a</p>", "parse_mode": "HTML"}, "Unsupported start tag"),
        ("sendMessage", {"chat_id": AN, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
        ("sendMessage", {"chat_id": AN, "text": "<b><i>a</b></i>", "parse_mode": "HTML"}, "Unmatched end tag"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_markup": "{"}, "can't parse JSON"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_markup": keys(callback_data="đ" * 33)}, "BUTTON_DATA"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_markup": keys(callback_data="")}, "BUTTON_DATA"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_markup": keys()}, "exactly one action"),
        ("sendMessage", {"chat_id": AN, "text": "a", "reply_markup": keys(url="localhost")}, "Wrong HTTP URL"),
        ("sendPhoto", {"chat_id": AN, "photo": "so-do.png"}, "wrong file identifier"),
        ("sendPhoto", {"chat_id": AN, "photo": "https://a.vn/b", "caption": "a" * 1025}, "caption is too long"),
        ("sendChatAction", {"chat_id": AN, "action": "sleeping"}, "wrong parameter action"),
        ("editMessageText", {"chat_id": AN, "message_id": 1, "text": "a"}, "message to edit not found"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("setMyCommands", {"commands": [{"command": "Trợ giúp", "description": "a"}]}, "BOT_COMMAND_INVALID"),
        ("setWebhook", {"url": "https://a.vn/b", "secret_token": "bí mật"}, "unallowed characters"),
        ("setWebhook", {"url": "a.vn"}, "bad webhook"),
        ("getUpdates", {"offset": "một"}, "must be an Integer"),
        ("getFile", {"file_id": "x"}, "invalid file_id"),
    ],
)
async def test_it_refuses_mistakes(
    call: Call, telegram: FakeTelegram, method: str, params: dict[str, Any], said: str
) -> None:
    status, description = await call(method, **params)
    assert (status, said in description) == (400, True), description
    assert not telegram.sent


async def test_it_knows_neither_other_tokens_nor_other_methods(call: Call) -> None:
    assert await call("getMe", token="1:x") == (401, "Unauthorized")
    assert await call("sendEverything") == (404, "Not Found")


async def test_it_shows_and_edits_messages(call: Call, telegram: FakeTelegram) -> None:
    _, message = await call("sendMessage", chat_id=AN, text="a <b>b</b>", parse_mode="HTML")
    edit = {"chat_id": AN, "message_id": message["message_id"]}
    assert (await call("editMessageText", **edit, text="c"))[0] == 200
    assert (await call("editMessageText", **edit, text="c"))[1].startswith("Bad Request: message is not modified")
    assert (await call("editMessageReplyMarkup", **edit, reply_markup=json.dumps(keys(callback_data="x"))))[0] == 200
    [sent] = telegram.to(AN)
    assert (sent.text, sent.labels) == ("c", ["Có"])
    press = await telegram.click(AN, "Có")
    assert (await call("answerCallbackQuery", callback_query_id=press)) == (200, True)


async def test_updates_stay_until_they_are_acknowledged(call: Call, telegram: FakeTelegram) -> None:
    assert await call("getUpdates") == (200, [])
    waiting = asyncio.ensure_future(call("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    await telegram.say(AN, "một")
    _, [first] = await waiting
    await telegram.say(AN, "hai")
    _, both = await call("getUpdates", timeout=5)
    assert [update["message"]["text"] for update in both] == ["một", "hai"]
    _, [rest] = await call("getUpdates", offset=first["update_id"] + 1, allowed_updates=["callback_query"])
    assert rest["message"]["text"] == "hai"
    await telegram.say(AN, "nobody asked for messages any more")
    assert await call("getUpdates", offset=rest["update_id"] + 1) == (200, [])


async def test_only_one_may_ask_and_none_beside_a_webhook(call: Call) -> None:
    first = asyncio.ensure_future(call("getUpdates", timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(call("getUpdates", timeout=1))
    assert (await first)[0] == 409
    assert await second == (200, [])
    await call("setWebhook", url="http://127.0.0.1:1/x", secret_token="abc")
    assert (await call("getUpdates"))[0] == 409
    assert (await call("getWebhookInfo"))[1]["url"] == "http://127.0.0.1:1/x"
    await call("deleteWebhook")
    assert (await call("getUpdates"))[0] == 200


async def test_it_repeats_an_update_until_the_webhook_takes_it(call: Call, telegram: FakeTelegram) -> None:
    answers = [500, 302, 200]
    came: list[tuple[int, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        update = await request.json()
        came.append((update["update_id"], request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        return web.Response(status=answers.pop(0) if answers else 200)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await telegram.say(AN, "lúc chưa có webhook")
    await call("setWebhook", url=f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="abc")
    await telegram.wait(lambda: telegram.webhook.statuses == [500, 302, 200])
    assert len({number for number, _ in came}) == 1
    assert {secret for _, secret in came} == {"abc"}
    await telegram.say(AN, "hai lần", copies=2)
    assert len(came) == 5
    await runner.cleanup()
