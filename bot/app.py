"""Puts everything together: storage, knowledge, conversation, channels, web server, delivery, tick."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web

from bot import clock, doors, housekeeping, learned, limits, metrics, news, subscriptions, versions
from bot.channels.base import Channel
from bot.channels.console import CONSOLE
from bot.clock import Clock
from bot.content import load_knowledge
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.exchange import Exchange
from bot.inbox import InboxWriter
from bot.intake import Intake
from bot.office import announcements, people, posting, rules, switches
from bot.office.compose import OfficeComposer
from bot.office.evidence import EvidenceKeeper
from bot.office.reminding import Reminding
from bot.office.upkeep import Upkeep
from bot.practice.drawing import Draw
from bot.practice.school import School
from bot.settings import Settings
from bot.storage import Storage, migrate
from bot.ticker import Ticker
from bot.web import server
from bot.web.chat import WEB, Answering, ChatApi
from bot.web.files import FileApi
from bot.web.office.rooms import OfficePages
from bot.web.office.shell import Shell
from bot.web.practice.pages import Pages
from bot.web.practice.pupils import PupilPages
from bot.web.practice.teachers import TeacherPages
from handlers import assistant, texts
from handlers.context import Context, Office
from handlers.message import Address
from knowledge.store import Knowledge

log = structlog.get_logger()

SLOWEST_ROUND = timedelta(seconds=60)
"""A worker that has not ended a round for this long is not well."""


class App:
    """One process. Parts are made in the constructor and opened in :meth:`start`; nothing runs before."""

    def __init__(
        self,
        settings: Settings,
        knowledge: Knowledge | None = None,
        now: Clock = clock.now,
        draw: Draw | None = None,
    ) -> None:
        self.settings = settings
        self._now = now
        self.shipped = knowledge or load_knowledge(settings)
        self.knowledge = self.shipped
        self._learned = learned.NOTHING
        self.storage = Storage(settings.database)
        self.router = assistant.build()
        self.writer = InboxWriter(self.storage, now)
        self.intake = Intake(self.writer, self)
        commands = [(command.name, command.about) for command in self.router.commands]
        opened = doors.build(settings, self.storage, self.intake.accept, self._unfollowed, commands, now)
        self.routes = opened.routes
        self.channels: dict[str, Channel] = {one.name: one for one in (WEB, CONSOLE, *opened.channels)}
        context = Context(
            now=now(),
            knowledge=self.knowledge,
            texts=texts.load(),
            office=Office(settings.office_name, settings.office_contact, _page(settings)),
            ref=0,
        )
        self._traits = traits = {name: channel.traits for name, channel in self.channels.items()}
        self.rules = rules.load(settings)
        self.school = School(self.shipped, draw)
        self._shown = news.Shown(self.shipped.library, settings.province)
        self._composer = composer = OfficeComposer(self.storage, self.rules, context, traits, now, shown=self._shown)
        self._composer.known = self.knowledge.library
        self._gate = switches.Gate(self.storage)
        self._off: Mapping[switches.Name, str] = {}
        self.delivery = Delivery(self.storage, self.channels, now, composer, self._gate)
        self.dispatcher = Dispatcher(
            self.storage, self.router, context, traits, self._queued, now, rules=self.rules, school=self.school
        )
        self.evidence = EvidenceKeeper(self.storage, self.channels, settings.data_dir, now)
        for worker in (self.dispatcher, self.delivery, self.evidence):
            worker.pressed = self.writer.pressed
        self.reminding = Reminding(self.storage, self.rules)
        self._upkeep = Upkeep(self.storage, self.rules, lambda: self.knowledge.library)
        self.exchange = Exchange(self.storage, self.intake, self.dispatcher, now)
        self.ticker = Ticker(self._tick)
        self._runner: web.AppRunner | None = None
        self.port = settings.port

    def wake(self) -> None:
        """Something was stored."""
        self.dispatcher.wake()

    def _queued(self) -> None:
        """A message was answered: there may be something to send, and proof to fetch."""
        self.delivery.wake()
        self.evidence.wake()

    async def start(self, *, serve: bool = True) -> None:
        """Migrate, open the doors, start working. Raises OSError when the port is taken."""
        await migrate(self.settings.database)
        await self._learn()
        self.writer.start()
        self.dispatcher.start()
        if not serve:
            return
        self.delivery.start()
        self.evidence.start()
        try:
            await self._serve()
        except OSError:
            await self._give_up()
            raise
        for channel in self.channels.values():
            await channel.start()
        self.ticker.start()

    async def _give_up(self) -> None:
        """End what was begun, so that a taken port is told in one line and nothing is cut off in the middle."""
        workers = (self.dispatcher, self.delivery, self.evidence)
        await asyncio.gather(self.writer.stop(), *(worker.stop(within=1.0) for worker in workers))
        if self._runner:
            await self._runner.cleanup()
        await self.storage.close()

    async def _learn(self) -> None:
        """Take over what the office published or attached since the last look; the knowledge is replaced as a whole."""
        await self._switch()
        stamp = await learned.stamp(self.storage)
        if stamp != self._learned:
            known = await learned.library(self.storage, self.shipped.library, self.settings.province)
            lately = await news.known(self.storage, self._shown, self._now())
            self.knowledge = await asyncio.to_thread(
                Knowledge, known, self.shipped.events, self.shipped.lessons, lately
            )
            self.dispatcher.knows(self.knowledge)
            self._composer.known = self.knowledge.library
            await self.school.learn(self.storage, self.knowledge)
            self._learned = stamp
        shipped = len(self.shipped.library)
        metrics.PROCEDURES.labels("shipped").set(shipped)
        metrics.PROCEDURES.labels("imported").set(len(self.knowledge.library) - shipped)

    async def _switch(self) -> None:
        """Take over how the office's switches stand."""
        async with self.storage.read() as session:
            self._off = await switches.off(session)
        names = switches.Name
        self.dispatcher.switched(notice=self._off.get(names.NOTICE), closed=self._off.get(names.ANSWERING))
        self._gate.forget()
        self.delivery.wake()

    def _notice(self) -> str:
        """What the chat page says before anything is asked."""
        closed = self._off.get(switches.Name.ANSWERING)
        return f"Tạm ngừng trả lời: {closed}" if closed else self._off.get(switches.Name.NOTICE, "")

    async def _tick(self) -> None:
        await versions.tick(self.storage, self._now())
        await self._learn()
        await posting.tick(self.storage, self.rules, self.knowledge, self._now())  # before old facts could be queued
        if await announcements.tick(self.storage, self.rules, self._now()):
            self.delivery.wake()
        made = await news.tick(self.storage, self.rules, self._now(), self._shown)
        made += await self._upkeep.tick(self._now())
        made += await self.reminding.tick(self._now())  # after what is new: its duties are told at once
        if made:
            self.delivery.wake()
        await housekeeping.tick(self.storage, self._now())

    async def _serve(self) -> None:
        answering = Answering(self.exchange)
        api = ChatApi(self.exchange, answering)
        files = FileApi(answering, self._is_official, self.settings.data_dir)
        pages = self._pages()
        practice = [*PupilPages(pages).routes(), *TeacherPages(pages).routes()]
        own = [*api.routes(), *files.routes(), *practice, *OfficePages(self.shell()).routes()]
        app = server.build([*own, *self.routes], self.settings.office_name, self.health, self._notice)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port)
        await site.start()
        sockets = site._server.sockets if site._server else ()  # type: ignore[attr-defined]  # noqa: SLF001
        self.port = next((s.getsockname()[1] for s in sockets), self.settings.port)

    def shell(self) -> Shell:
        """What the office's page works with."""
        return Shell(
            storage=self.storage,
            rules=self.rules,
            now=self._now,
            settings=self.settings,
            known=lambda: self.knowledge,
            shipped=self.shipped,
            school=self.school,
            traits=self._traits,
            stored=self.delivery.wake,
            learn=self._learn,
            telegram=self._telegram,
        )

    def _telegram(self) -> str | None:
        channel = self.channels.get("telegram")
        return None if channel is None else getattr(channel, "username", "")

    def _pages(self) -> Pages:
        return Pages(self.storage, self.school, self._now, self.settings.office_name, _page(self.settings))

    async def _unfollowed(self, chat: str) -> None:
        """Somebody left the Official Account: nothing is sent to that chat until they write again."""
        async with self.storage.write() as session:
            await people.close(session, Address("zalo-oa", chat), "unfollowed")
            await subscriptions.drop(session, Address("zalo-oa", chat))

    async def _is_official(self, address: Address) -> bool:
        async with self.storage.read() as session:
            return await people.holds_a_role(session, address)

    async def stop(self) -> None:
        """Close the doors, answer and send what is under way, then close connections and the database."""
        if self._runner:
            await self.ticker.stop(within=1.0)
            await self._each_channel(lambda channel: channel.stop_receiving())
            await self._runner.cleanup()
        await self.writer.stop()
        await self.dispatcher.stop(within=1.0)
        if self._runner:
            await asyncio.gather(self.delivery.stop(within=1.5), self.evidence.stop(within=1.0))
            await self._each_channel(lambda channel: channel.stop())
        await self.storage.close()

    async def _each_channel(self, action: Callable[[Channel], Awaitable[None]]) -> None:
        await asyncio.gather(*(action(channel) for channel in self.channels.values()), return_exceptions=True)

    async def health(self) -> dict[str, Any]:
        """Whether storage answers and the workers go round."""
        wrong: list[str] = []
        try:
            async with asyncio.timeout(5):
                await self.storage.ping()
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is 503
            wrong.append(f"storage: {type(error).__name__}")
        now = self._now()
        wrong += [
            f"{worker.name}: no round ended lately"
            for worker in (self.dispatcher, self.delivery, self.evidence)
            if worker.last_round is None or now - worker.last_round > SLOWEST_ROUND
        ]
        channels = sorted(self.channels.keys() - {CONSOLE.name})
        if wrong:
            return {"status": "error", "wrong": wrong, "channels": channels}
        return {"status": "ok", "channels": channels, "procedures": len(self.knowledge.library)}

    async def run_until_stopped(self, ready: Callable[[App], None]) -> None:
        """Run until SIGINT or SIGTERM; a process that does not drain in time is ended all the same."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await self.start()
        ready(self)
        await stopped.wait()
        try:
            async with asyncio.timeout(limits.STOP_WITHIN):
                await self.stop()
        except TimeoutError:
            log.warning("stopped_before_drained")


def _page(settings: Settings) -> str | None:
    """The chat page as people outside reach it; None: nobody told us an address."""
    return str(settings.public_url).rstrip("/") if settings.public_url else None
