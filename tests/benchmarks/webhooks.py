"""A flood of webhook updates: is each true one answered once and in order, and how fast is the 200?

``python -m tests.benchmarks.webhooks [UPDATES CHATS]``: the whole program in a process of its own, 5 % of the updates
posted twice and 1 % with a forged secret, 24 posts at a time. Beside it, in the same run, a bare aiohttp handler that
only reads the JSON: the throughput is told as a ratio to it. The speed at which the channel sends is set high, so that
the answers can be waited for.
"""

from __future__ import annotations

import asyncio
import functools
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tests.fakes.zalo_bot import TOKEN, FakeZaloBot

SECRET = "bi-mat-cua-webhook"
AT_ONCE = 24
QUESTIONS = ("làm giấy khai sinh cần gì", "lệ phí đăng ký kết hôn", "xin giấy độc thân ở đâu", "cảm ơn nhé")


@dataclass(frozen=True, slots=True)
class Post:
    chat: str
    body: bytes
    forged: bool


def posts(updates: int, chats: int) -> list[Post]:
    """Updates of each chat in their order, chats mixed; a repeated one follows some posts later."""
    chance = random.Random(5)  # noqa: S311 - a benchmark
    made = []
    for number in range(updates):
        chat = f"chat{number % chats}"
        text = f"{QUESTIONS[number % len(QUESTIONS)]} ({number // chats})"
        made.append(Post(chat, _update(chat, f"m{number}", text), forged=False))
        if chance.random() < 0.05:
            made.append(made[-1])
        if chance.random() < 0.01:
            made.append(Post(chat, _update(chat, f"f{number}", "giả mạo"), forged=True))
    return made


def _update(chat: str, message_id: str, text: str) -> bytes:
    person = {"id": chat, "display_name": "Dân", "is_bot": False}
    message = {
        "from": person,
        "chat": {"id": chat, "chat_type": "PRIVATE"},
        "text": text,
        "message_id": message_id,
        "date": 1787124248000,
    }
    return orjson.dumps({"ok": True, "result": {"event_name": "message.text.received", "message": message}})


async def flood(url: str, todo: list[Post]) -> tuple[list[float], Counter[int], float]:
    """Post everything, each chat in its order; times of the 200s, the statuses, seconds in all."""
    lanes: list[list[Post]] = [[] for _ in range(AT_ONCE)]
    for post in todo:
        lanes[int(post.chat.removeprefix("chat")) % AT_ONCE].append(post)
    times: list[float] = []
    statuses: Counter[int] = Counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as http:

        async def work(lane: list[Post]) -> None:
            for post in lane:
                headers = {"X-Bot-Api-Secret-Token": "sai" * 4 if post.forged else SECRET}
                began = time.perf_counter()
                async with http.post(url, data=post.body, headers=headers) as response:
                    await response.read()
                statuses[response.status] += 1
                if response.status == 200:
                    times.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(work(lane) for lane in lanes))
        return times, statuses, time.perf_counter() - began


async def main(updates: int, chats: int) -> None:
    todo = posts(updates, chats)
    async with FakeZaloBot() as zalo:
        for chat in {post.chat for post in todo}:
            zalo.meet(chat)
        with tempfile.TemporaryDirectory() as folder:
            process, url = await _start("serve", folder, zalo.base_url)
            times, statuses, seconds = await flood(f"{url}/webhooks/zalo-bot", todo)
            true = len({post.body for post in todo if not post.forged})
            began = time.perf_counter()
            while len(zalo.sent) < true and time.perf_counter() - began < 600:
                await asyncio.sleep(0.5)
            await asyncio.sleep(2)
            process.terminate()
            await process.wait()
        bare, bare_url = await _start("bare", "/", "")
        _, _, bare_seconds = await flood(bare_url, todo)
        bare.terminate()
        await bare.wait()
    _tell(times, statuses, seconds, bare_seconds, len(todo))
    _check(zalo, todo)


def _tell(times: list[float], statuses: Counter[int], seconds: float, bare: float, count: int) -> None:
    cuts = statistics.quantiles(times, n=100)
    print(f"{count} posts, {AT_ONCE} at a time: {dict(statuses)}")
    print(f"200 within, ms: p50 {cuts[49] * 1000:.1f}, p95 {cuts[94] * 1000:.1f}, p99 {cuts[98] * 1000:.1f}")
    print(f"stored {count / seconds:.0f} a second; a bare handler {count / bare:.0f}; ratio {bare / seconds:.2f}")


def _check(zalo: FakeZaloBot, todo: list[Post]) -> None:
    """Every true message of a chat answered once, in its order: the answers' count, and no chat out of turn."""
    wanted = Counter(chat for chat, _ in {(post.chat, post.body) for post in todo if not post.forged})
    answered: dict[str, int] = defaultdict(int)
    for sent in zalo.sent:
        answered[sent.chat] += not re.match(r"\(\d+/\d+\)", sent.text)
    slow = sum("nhắn nhanh quá" in sent.text for sent in zalo.sent)
    wrong = {chat: (answered[chat], count) for chat, count in wanted.items() if answered[chat] != count}
    print(f"{len(zalo.sent)} answers to {sum(wanted.values())} true messages; {slow} requests to slow down")
    print(f"chats with another number of answers: {len(wrong)} {list(wrong.items())[:3]}")


async def _start(what: str, folder: str, base_url: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.webhooks", what, folder, base_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    while found := await process.stdout.readline():
        if url := re.search(rb"http://127\.0\.0\.1:\d+", found):
            return process, url.group().decode()
    raise RuntimeError(f"{what} did not start")


def serve(folder: str, base_url: str) -> None:
    """The program, sending as fast as it is let."""
    from bot import console, doors, limits
    from bot.app import App
    from bot.settings import load

    os.environ |= {
        "DATA_DIR": str(Path(folder) / "data"),
        "PORT": "0",
        "ZALO_BOT_TOKEN": TOKEN,
        "ZALO_BOT_API_BASE_URL": base_url,
        "ZALO_BOT_WEBHOOK_SECRET": SECRET,
    }
    limits.USER_RATE = (1000, 10.0)  # one person here stands for many
    doors.ZaloBotChannel = functools.partial(doors.ZaloBotChannel, per_second=5000.0)  # type: ignore[assignment,attr-defined]
    console.run(App(load()).run_until_stopped(lambda app: print(f"http://127.0.0.1:{app.port}", flush=True)))


def bare() -> None:
    """Reads the JSON and says 200."""

    async def take(request: web.Request) -> web.Response:
        orjson.loads(await request.read())
        return web.Response()

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        sockets: Any = site._server
        print(f"http://127.0.0.1:{sockets.sockets[0].getsockname()[1]}/", flush=True)
        await asyncio.Event().wait()

    import uvloop

    uvloop.run(run())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", folder, base_url]:
            serve(folder, base_url)
        case ["bare", *_]:
            bare()
        case arguments:
            asyncio.run(main(*([int(one) for one in arguments] or [10_000, 500])))
