"""Everything a city has: the three platforms as strict fakes over real HTTP, and one assistant that serves them all.

All share one clock, the one of the fake Official Account, which :meth:`City.forward` moves; a pause of a minute that a
platform asks for takes no time here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import func, select
from sqlmodel import col

from bot.app import App
from bot.settings import Settings
from bot.storage import Storage
from bot.tables import Inbox, InboxState, Outbox, OutboxState
from knowledge.store import Knowledge
from tests import databases
from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo_bot import FakeZaloBot
from tests.fakes.zalo_bot import Webhook as BotWebhook
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, FIRST_REFRESH, OA_ID, SECRET_KEY, FakeZaloOa

PUBLIC = "https://motcua.example.vn"
TELEGRAM_SECRET = "bi-mat-webhook-telegram"
BOT_SECRET = "bi-mat-webhook-zalo-bot"
MOMENT = timedelta(milliseconds=5)


@dataclass
class Platforms:
    """The other side of every channel that has one."""

    telegram: FakeTelegram
    zalo_bot: FakeZaloBot
    zalo_oa: FakeZaloOa

    def environment(self, *, webhooks: bool) -> dict[str, str]:
        """The settings that switch all channels on; without webhooks, both bots poll."""
        secrets = {"TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET, "ZALO_BOT_WEBHOOK_SECRET": BOT_SECRET}
        return {
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_BASE_URL": self.telegram.base_url,
            "ZALO_BOT_TOKEN": self.zalo_bot.token,
            "ZALO_BOT_API_BASE_URL": self.zalo_bot.base_url,
            "ZALO_OA_ID": OA_ID,
            "ZALO_OA_APP_ID": APP_ID,
            "ZALO_OA_APP_SECRET": APP_SECRET,
            "ZALO_OA_SECRET_KEY": SECRET_KEY,
            "ZALO_OA_REFRESH_TOKEN": FIRST_REFRESH,
            "ZALO_OA_API_BASE_URL": self.zalo_oa.base_url,
            "ZALO_OAUTH_BASE_URL": self.zalo_oa.oauth_url,
            **(secrets if webhooks else {}),
        }

    def secrets(self) -> set[str]:
        """What must stand in no log: tokens, also those that were issued meanwhile, keys and secrets."""
        bots = (self.telegram.token, self.zalo_bot.token)
        issued = {token for _, token in self.zalo_oa.calls} | set(self.zalo_oa.refreshes) | set(self.zalo_oa.live())
        fixed = {APP_SECRET, SECRET_KEY, FIRST_REFRESH, TELEGRAM_SECRET, BOT_SECRET}
        return {*bots, *(token.partition(":")[2] for token in bots), *issued, *fixed} - {""}

    def point_webhooks_at(self, url: str) -> None:
        """Where the Official Account sends its events; set in Zalo's console, not by its API."""
        self.zalo_oa.webhook_url = f"{url}/webhooks/zalo-oa"


@asynccontextmanager
async def platforms() -> AsyncIterator[Platforms]:
    async with FakeTelegram() as telegram, FakeZaloBot() as zalo_bot, FakeZaloOa() as zalo_oa:
        yield Platforms(telegram, zalo_bot, zalo_oa)


class Records:
    """What the assistant wrote down, read from its database; tells when a conversation has come to rest."""

    def __init__(self, storage: Storage, hurry: Callable[[], object] = lambda: None) -> None:
        """``hurry`` is called before each look: it may wake workers or move a clock."""
        self._storage = storage
        self._hurry = hurry

    async def heard(self, channel: str | None = None, chat: str | None = None) -> list[Inbox]:
        statement = select(Inbox).order_by(col(Inbox.id))
        if channel is not None:
            statement = statement.where(col(Inbox.channel) == channel)
        if chat is not None:
            statement = statement.where(col(Inbox.chat) == chat)
        async with self._storage.read() as session:
            return list((await session.execute(statement)).scalars())

    async def said(self, channel: str | None = None) -> list[Outbox]:
        statement = select(Outbox).order_by(col(Outbox.id))
        if channel is not None:
            statement = statement.where(col(Outbox.channel) == channel)
        async with self._storage.read() as session:
            return list((await session.execute(statement)).scalars())

    async def settle(self, channel: str, chat: str, count: int, seconds: float = 15.0) -> None:
        """Until so many messages of a chat were stored, answered, and every answer sent or given up."""
        async with asyncio.timeout(seconds):
            while not await self._at_rest(channel, chat, count):
                self._hurry()
                await asyncio.sleep(0.02)

    async def _at_rest(self, channel: str, chat: str, count: int) -> bool:
        here = [col(Inbox.channel) == channel, col(Inbox.chat) == chat]
        came = select(func.count()).select_from(Inbox).where(*here)
        done = came.where(col(Inbox.state) != InboxState.NEW)
        waits = (
            select(func.count())
            .select_from(Outbox)
            .where(col(Outbox.channel) == channel, col(Outbox.chat) == chat, col(Outbox.state) == OutboxState.QUEUED)
        )
        async with self._storage.read() as session:
            total, answered, left = [(await session.execute(one)).scalar_one() for one in (came, done, waits)]
        return total >= count and answered == total and not left


@dataclass
class City:
    """The platforms, and an assistant that serves them all in this process."""

    platforms: Platforms
    app: App
    records: Records
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.app.port}"

    def forward(self, step: timedelta) -> None:
        """Move the clock of everybody."""
        self.platforms.zalo_oa.forward(step)
        self.app.delivery.wake()

    async def pass_time(self, channel: str, chat: str, count: int, seconds: float = 15.0) -> None:
        """As :meth:`Records.settle`, with the clock moved to the next try whenever everything only waits for it."""

        async def skip() -> None:
            while True:
                await asyncio.sleep(0.03)
                queued = [row for row in await self.records.said() if row.state == OutboxState.QUEUED]
                first = {(row.channel, row.chat): row for row in reversed(queued)}.values()  # the others wait for it
                now = self.platforms.zalo_oa.now()
                if first and all(row.lease_until is None and row.not_before > now for row in first):
                    self.forward(min(row.not_before for row in first) - now + MOMENT)

        skipping = asyncio.create_task(skip())
        try:
            await self.records.settle(channel, chat, count, seconds)
        finally:
            skipping.cancel()
            await asyncio.gather(skipping, return_exceptions=True)


@asynccontextmanager
async def city(folder: Path, known: Knowledge, *, webhooks: bool = True) -> AsyncIterator[City]:
    """A running assistant and its platforms, registered with each other."""
    async with platforms() as others, aiohttp.ClientSession() as session:
        given = {name.lower(): value for name, value in others.environment(webhooks=webhooks).items()}
        where = {"public_url": PUBLIC} if webhooks else {}
        settings = Settings(data_dir=folder, port=0, office_contact="Một Cửa phường", **given, **where)  # type: ignore[arg-type]
        app = App(await databases.lay(settings), known, others.zalo_oa.now)
        await app.start()
        try:
            there = City(others, app, Records(app.storage), session)
            await _registered(there, webhooks=webhooks)
            yield there
        finally:
            await app.stop()


async def _registered(there: City, *, webhooks: bool) -> None:
    """Wait for the registrations, then lead the public address, which does not exist, to this machine."""
    others = there.platforms
    others.point_webhooks_at(there.url)
    if not webhooks:
        return
    others.zalo_bot.tunnels[PUBLIC] = there.url
    await others.telegram.wait(lambda: others.telegram.webhook.url)
    await others.zalo_bot.wait(lambda: others.zalo_bot.webhook.url)
    assert others.telegram.webhook.url == f"{PUBLIC}/webhooks/telegram"
    assert others.telegram.webhook.secret == TELEGRAM_SECRET
    assert others.zalo_bot.webhook.secret == BOT_SECRET
    others.telegram.webhook.url = f"{there.url}/webhooks/telegram"


def register_bot_by_hand(others: Platforms, url: str) -> None:
    """What an office does that sets no PUBLIC_URL: tells Zalo itself where its bot listens."""
    others.zalo_bot.webhook = BotWebhook(f"{url}/webhooks/zalo-bot", BOT_SECRET, 1)


def leaks(logged: str, secret: Iterable[str]) -> set[str]:
    """Which of these texts stand in a log."""
    return {text for text in secret if text in logged}


__all__ = [
    "BOT_SECRET",
    "PUBLIC",
    "TELEGRAM_SECRET",
    "City",
    "Platforms",
    "Records",
    "city",
    "leaks",
    "platforms",
    "register_bot_by_hand",
]
