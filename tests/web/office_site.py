"""The office's page over a small office: the whole program, a clock set by hand, a Telegram that takes its messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp
from playwright.async_api import BrowserContext
from pydantic import AnyHttpUrl, SecretStr
from sqlalchemy import select
from sqlmodel import col

from bot.app import App
from bot.office import access, people
from bot.office.reminding import Reminding
from bot.settings import Settings
from bot.tables import Outbox, OutboxState
from bot.web.office.shell import COOKIE, HOME
from handlers.duties import Person, Role
from handlers.message import Address
from knowledge.store import Knowledge
from scheduler.calendar import VIETNAM
from tests import databases
from tests.bot.office_world import NOI_VU, VHTT, WARDS, OfficeWorld
from tests.conftest import HandClock
from tests.fakes import telegram
from tests.fakes.telegram import FakeTelegram

FRIDAY = datetime(2024, 3, 15, 8, tzinfo=VIETNAM)
STAFF = {
    Role.OFFICER: WARDS[0],
    Role.HEAD: WARDS[0],
    Role.COORDINATOR: VHTT,
    Role.MONITOR: NOI_VU,
    Role.ADMIN: NOI_VU,
    Role.EDITOR: NOI_VU,
    Role.APPROVER: NOI_VU,
    Role.TEACHER: NOI_VU,
}
"""Where somebody of each role sits, if the test does not say."""


@dataclass
class OfficeSite:
    """``office`` has the plan of four tasks (``await site.office.confirm()``), its reports and its ledger."""

    app: App
    clock: HandClock
    telegram: FakeTelegram
    office: OfficeWorld
    address: str
    chats: dict[str, int] = field(default_factory=dict)

    async def link(self, role: Role, unit: str | None = None, *, label: str = "") -> tuple[Person, Address]:
        """Somebody takes an invite in a chat on Telegram: who they are, and the chat."""
        number = 1001 + len(self.chats)
        self.chats[f"{role}:{number}"] = number
        self.telegram.meet(number)
        chat = Address("telegram", str(number))
        async with self.app.storage.write() as session:
            code = await people.invite(session, unit or STAFF[role], role, self.clock(), label=label)
            await people.join(session, code, chat, self.clock())
            person = await people.person(session, chat, self.app.rules.units)
        assert person
        return person, chat

    async def secret(self, chat: Address) -> str:
        """The cookie of a browser that was let in as the holder of this chat."""
        async with self.app.storage.write() as session:
            return await access.begin(session, chat, self.clock(), device="Chrome trên Android", trusted=False)

    async def let_in(self, context: BrowserContext, role: Role, unit: str | None = None, *, label: str = "") -> Address:
        """A browser in which somebody of this role is let in."""
        _, chat = await self.link(role, unit, label=label)
        await self.let_in_as(context, chat)
        return chat

    async def let_in_as(self, context: BrowserContext, chat: Address) -> None:
        await context.add_cookies([{"name": COOKIE, "value": await self.secret(chat), "url": f"{self.address}{HOME}"}])

    async def settled_reply(self) -> Outbox:
        """The one answer of an official to a citizen, once the platform's word on it is written down."""
        async with asyncio.timeout(10):
            while True:
                async with self.app.storage.read() as session:
                    replies = select(Outbox).where(col(Outbox.kind) == "reply")
                    row: Outbox = (await session.execute(replies)).scalar_one()
                if row.state != OutboxState.QUEUED:
                    return row
                await asyncio.sleep(0.02)

    def http(self, secret: str | None = None, origin: str | None = None) -> aiohttp.ClientSession:
        """A client without a browser: with the cookie, its forms from our own origin unless another one is given."""
        cookies = {COOKIE: secret} if secret else {}
        jar = aiohttp.CookieJar(unsafe=True)
        jar.update_cookies(cookies)
        return aiohttp.ClientSession(self.address, cookie_jar=jar, headers={"Origin": origin or self.address})


@asynccontextmanager
async def office_site(tmp_path: Path, known: Knowledge, at: datetime = FRIDAY) -> AsyncIterator[OfficeSite]:
    """The program, running."""
    clock = HandClock()
    clock.time = at
    async with FakeTelegram() as fake:
        settings = Settings(
            data_dir=tmp_path,
            port=0,
            office_name="Một Cửa phường Bắc Giang",
            telegram_bot_token=SecretStr(telegram.TOKEN),
            telegram_api_base_url=AnyHttpUrl(fake.base_url),
        )
        app = App(await databases.lay(settings), known, clock)
        await app.start()
        office = OfficeWorld(app.storage, app.rules, at, Reminding(app.storage, app.rules))
        try:
            yield OfficeSite(app, clock, fake, office, f"http://127.0.0.1:{app.port}")
        finally:
            await app.stop()
