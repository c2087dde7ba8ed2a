"""A channel of an Official Account against the fake one, with a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlmodel import SQLModel

from bot.channels.zalo_oa import WEBHOOK_PATH, ZaloOaChannel
from bot.channels.zalo_oa_request import Pace
from bot.storage import Storage
from bot.tables import ZaloToken
from handlers.message import Message
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, FIRST_REFRESH, OA_ID, SECRET_KEY, FakeZaloOa

FAST = Pace(connect=1.0, read=0.6, look=0.02, lease=1.0, rest=0.2, round=0.1)


@dataclass
class Store:
    """Stores messages as the inbox does, by their id; can be told to fail."""

    messages: list[Message] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """Ids of everything that came, repetitions too."""
    left: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    """Raised one by one instead of storing."""

    async def accept(self, message: Message) -> bool:
        if self.errors:
            raise self.errors.pop(0)
        self.seen.append(message.id)
        new = message.id not in {stored.id for stored in self.messages}
        if new:
            self.messages.append(message)
        return new

    async def unfollowed(self, chat: str) -> None:
        self.left.append(chat)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]


def make(zalo: FakeZaloOa, storage: Storage, store: Store | None = None, **options: Any) -> ZaloOaChannel:
    store = store or Store()
    given: dict[str, Any] = {
        "oa_id": OA_ID,
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "secret_key": SECRET_KEY,
        "accept": store.accept,
        "unfollowed": store.unfollowed,
        "base_url": zalo.base_url,
        "oauth_url": zalo.oauth_url,
        "refresh_token": FIRST_REFRESH,
        "now": zalo.now,
        "pace": FAST,
    }
    return ZaloOaChannel(storage=storage, **{**given, **options})


@asynccontextmanager
async def small_storage(folder: Path) -> AsyncIterator[Storage]:
    """A SQLite with the one table that is needed."""
    storage = Storage(f"sqlite+aiosqlite:///{folder / 'zalo.db'}")
    async with storage.write() as session:
        connection = await session.connection()
        await connection.run_sync(SQLModel.metadata.create_all, tables=[ZaloToken.__table__])  # type: ignore[attr-defined]
    yield storage
    await storage.close()


@asynccontextmanager
async def served(channel: ZaloOaChannel, zalo: FakeZaloOa) -> AsyncIterator[str]:
    """The channel's webhook on a server of ours, and Zalo told of it; its address."""
    app = web.Application()
    app.router.add_post(WEBHOOK_PATH, channel.webhook)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    zalo.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}{WEBHOOK_PATH}"
    yield zalo.webhook_url
    await runner.cleanup()
