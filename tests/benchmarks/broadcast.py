"""Whether a broadcast keeps citizens waiting: 50,000 reminders drain at the permitted rate while people go on asking.

``python -m tests.benchmarks.broadcast [SECONDS RATE]``: a channel that takes RATE messages a second, a queue of 50,000
composed reminders, and a citizen's message every fifth of a second. What is told: the share of the permitted rate that
was used, and how long answers took from being stored to being with the platform.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.channels.base import Channel, Traits
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.inbox import InboxWriter
from bot.intake import Intake
from bot.storage import Storage, migrate
from bot.tables import Outbox
from handlers import texts
from handlers.context import Context, Office
from handlers.message import Address, Message, Reply
from handlers.outcome import Outcome
from handlers.router import Router
from scheduler.outbox import REMINDER
from tests.bot.parts import NoKnowledge

REMINDERS = 50_000
BATCH = 1000


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Platform:
    """Takes everything after a twentieth of a second, as a real one does."""

    traits: Traits
    name: str = "recorder"
    reminders: int = 0
    answered: dict[str, float] = field(default_factory=dict)

    async def start(self) -> None: ...

    async def stop_receiving(self) -> None: ...

    async def stop(self) -> None: ...

    async def download(self, _ref: str, /) -> bytes:
        return b""

    async def send(self, chat: str, reply: Reply, /) -> str:
        await asyncio.sleep(0.05)
        if chat.startswith("official"):
            self.reminders += 1
        else:
            self.answered[reply.text] = time.perf_counter()
        return "1"


async def _echo(message: Message, _ctx: Context) -> Outcome:
    return Outcome((Reply(message.text),))


async def main(seconds: float, rate: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'broadcast.db'}"
        await migrate(url)
        storage = Storage(url)
        await _fill(storage)
        platform = Platform(Traits(text_limit=2000, buttons=True, markup=True, per_second=rate, per_chat_second=1.0))
        await _run(storage, platform, seconds, rate)
        await storage.close()


async def _fill(storage: Storage) -> None:
    for first in range(0, REMINDERS, BATCH):
        values: list[dict[str, Any]] = [
            {
                "key": f"r{n}",
                "channel": "recorder",
                "chat": f"official{n}",
                "kind": REMINDER.name,
                "priority": REMINDER.priority,
                "body": {"text": "Nhắc việc"},
                "created_at": now(),
                "not_before": now(),
                "state": "queued",
            }
            for n in range(first, first + BATCH)
        ]
        async with storage.write() as session:
            await session.execute(insert(Outbox), values)


async def _run(storage: Storage, platform: Platform, seconds: float, rate: float) -> None:
    channels: dict[str, Channel] = {platform.name: platform}
    writer, delivery = InboxWriter(storage, now), Delivery(storage, channels, now)
    context = Context(now(), NoKnowledge(), texts.load(), Office("Một Cửa"), ref=0)
    traits = {platform.name: platform.traits}
    dispatcher = Dispatcher(storage, Router((), _echo), context, traits, delivery.wake, now)
    intake = Intake(writer, dispatcher)
    writer.start()
    dispatcher.start()
    delivery.start()
    asked: dict[str, float] = {}
    began = time.perf_counter()
    waiting: deque[str] = deque()
    while (passed := time.perf_counter() - began) < seconds:
        text = f"câu hỏi {len(asked)}"
        asked[text] = time.perf_counter()
        waiting.append(text)
        await intake.accept(Message(text, Address(platform.name, f"citizen{len(asked)}"), f"citizen{len(asked)}", text))
        await asyncio.sleep(max(0.0, 0.2 * len(asked) - passed))
    reminders, answers = platform.reminders, len(platform.answered)
    share = (reminders + answers) / (rate * seconds)
    await asyncio.sleep(2)
    took = sorted(platform.answered[text] - at for text, at in asked.items() if text in platform.answered)
    await writer.stop()
    await dispatcher.stop()
    await delivery.stop()
    p95 = took[int(len(took) * 0.95)]
    print(f"{rate:g} messages a second permitted, {seconds:g} s: {reminders} reminders and {answers} answers sent")
    print(
        f"share of the permitted rate used: {share:.1%}; {len(asked) - len(took)} of {len(asked)} questions unanswered"
    )
    p50 = statistics.median(took)
    print(f"answers, ms: p50 {p50 * 1000:.0f}, p95 {p95 * 1000:.0f}, slowest {took[-1] * 1000:.0f}")


if __name__ == "__main__":
    chosen = [float(value) for value in sys.argv[1:]] or [60.0, 25.0]
    asyncio.run(main(*chosen))
