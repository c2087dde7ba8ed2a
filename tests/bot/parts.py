"""The message path put together from real parts, with a conversation that only echoes and a channel that records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bot.channels.base import Channel, DeliveryError, Traits
from bot.clock import Clock
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.inbox import InboxWriter
from bot.intake import Intake
from bot.storage import Storage
from bot.tables import Inbox, Outbox
from handlers import texts
from handlers.context import Context, Office
from handlers.message import Address, Message, Reply
from handlers.outcome import Outcome
from handlers.router import Router
from knowledge.life_events import LifeEvent
from knowledge.news import News
from knowledge.places import Former
from knowledge.procedures import Procedure
from knowledge.reading import Decision, Reading

TRAITS = Traits(text_limit=200, buttons=True, markup=True, per_second=10_000.0, per_chat_second=10_000.0)


class NoKnowledge:
    """Knows nothing; the echo does not ask it."""

    events: tuple[LifeEvent, ...] = ()
    fields: tuple[str, ...] = ()

    def read(self, _text: str, _topic: str | None = None) -> Reading:
        return Reading(Decision.DECLINE)

    def event(self, _text: str) -> LifeEvent | None:
        return None

    def former(self, _text: str) -> Former | None:
        return None

    def get(self, _code: str) -> Procedure | None:
        return None

    def news(self, _code: str) -> News | None:
        return None


@dataclass
class Recorder:
    """A platform that takes everything, unless ``trouble`` holds an error for the next send."""

    name: str = "recorder"
    traits: Traits = TRAITS
    sent: list[tuple[str, str]] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    pause: float = 0.0

    async def start(self) -> None: ...

    async def download(self, ref: str, /) -> bytes:
        return ref.encode()

    async def stop_receiving(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, chat: str, reply: Reply, /) -> str:
        await asyncio.sleep(self.pause)
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append((chat, reply.text))
        return f"p{len(self.sent)}"

    def texts(self, chat: str) -> list[str]:
        return [text for to, text in self.sent if to == chat]


async def echo(message: Message, _ctx: Context) -> Outcome:
    if message.text == "boom":
        raise RuntimeError("a handler that fails")
    return Outcome((Reply(f"echo {message.text}"),))


def message(text: str, *, id: str = "", chat: str = "c1", channel: str = "recorder") -> Message:  # noqa: A002
    return Message(id=id or f"{chat}-{text}", address=Address(channel, chat), sender=chat, text=text)


@dataclass
class Path:
    """One process: intake, dispatcher, delivery over one storage."""

    storage: Storage
    writer: InboxWriter
    dispatcher: Dispatcher
    delivery: Delivery
    intake: Intake
    channel: Recorder

    async def settle(self, seconds: float = 10.0) -> None:
        """Wait until nothing is waiting any more."""
        async with asyncio.timeout(seconds):
            while await self.waiting():
                await asyncio.sleep(0.01)

    async def waiting(self) -> int:
        async with self.storage.read() as session:
            new = select(func.count()).select_from(Inbox).where(Inbox.state == "new")  # type: ignore[arg-type]
            queued = select(func.count()).select_from(Outbox).where(Outbox.state == "queued")  # type: ignore[arg-type]
            return int((await session.execute(new)).scalar_one() + (await session.execute(queued)).scalar_one())


def build(storage: Storage, now: Clock, channel: Recorder | None = None, router: Router | None = None) -> Path:
    channel = channel or Recorder()
    channels: dict[str, Channel] = {channel.name: channel}
    writer = InboxWriter(storage, now)
    delivery = Delivery(storage, channels, now)
    context = Context(now(), NoKnowledge(), texts.load(), Office("Một Cửa"), ref=0)
    dispatcher = Dispatcher(
        storage, router or Router((), echo), context, {channel.name: channel.traits}, delivery.wake, now
    )
    return Path(storage, writer, dispatcher, delivery, Intake(writer, dispatcher), channel)


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[Path]:
    path.writer.start()
    path.dispatcher.start()
    path.delivery.start()
    try:
        yield path
    finally:
        await path.writer.stop()
        await path.dispatcher.stop()
        await path.delivery.stop()


__all__ = ["DeliveryError", "Path", "Recorder", "build", "echo", "message", "running"]
