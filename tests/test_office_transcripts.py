"""Golden conversations of officials, replayed through inbox, handlers, ledger, tick, delivery and evidence.

A file is a page anybody can read: ``# `` what it shows, ``@ 15/03/2024 08:00`` the clock moves there and ticks,
``unit> text`` what somebody types, ``unit> [Label]`` a pressed button, ``unit> <xem:1>`` a button made up by
somebody, ``unit> (ảnh ha-noi)`` a picture they send,
``! unit blocks`` the platform refuses that chat from now on. Below stands what is answered; what leaves by itself
begins with ``→ unit``. After a wanted change of texts: ``UPDATE_TRANSCRIPTS=1 python -m pytest
tests/test_office_transcripts.py``, and read the difference before committing it.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select
from sqlmodel import col

from bot.channels.base import DeliveryError, Traits
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.inbox import InboxWriter
from bot.intake import Intake
from bot.office import people, plans
from bot.office.compose import OfficeComposer
from bot.office.evidence import EvidenceKeeper
from bot.office.reminding import Reminding
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import Evidence, Inbox, Outbox, PlanState
from handlers import assistant, texts
from handlers.context import Context, Office
from handlers.duties import Role
from handlers.message import Address, Choice, Media, Message, Reply
from knowledge.store import Knowledge
from scheduler import calendar, policy, units
from scheduler.calendar import VIETNAM
from tests import databases
from tests.bot.office_world import NOI_VU, TASKS, VHTT, WARDS, reading
from tests.conftest import HandClock

FOLDER = Path(__file__).parent / "transcripts_office"
UPDATE = os.environ.get("UPDATE_TRANSCRIPTS") == "1"
PEOPLE = {
    "da-mai": (WARDS[0], Role.OFFICER, "cán bộ văn hoá – xã hội"),
    "da-mai-head": (WARDS[0], Role.HEAD, "Phó Chủ tịch phụ trách"),
    "dinh-ke": (WARDS[1], Role.OFFICER, "cán bộ văn hoá – xã hội"),
    "vhtt": (VHTT, Role.COORDINATOR, "điều phối"),
    "noi-vu": (NOI_VU, Role.MONITOR, "theo dõi"),
}


TRAITS = Traits(text_limit=4096, buttons=True, markup=True, per_second=10_000.0, per_chat_second=10_000.0)


@dataclass
class Chats:
    """A platform with buttons: shows what it was given, refuses who blocked it, hands out pictures."""

    name: str = "recorder"
    traits: Traits = TRAITS
    sent: list[tuple[str, Reply]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)

    async def start(self) -> None: ...

    async def stop_receiving(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, chat: str, reply: Reply, /) -> str:
        if chat in self.blocked:
            raise DeliveryError("Forbidden: bot was blocked by the user", permanent=True)
        self.sent.append((chat, reply))
        return f"m{len(self.sent)}"

    async def download(self, ref: str, /) -> bytes:
        return picture(ref)


def picture(name: str) -> bytes:
    """A picture that differs from those of other names, and not from itself when it is sent again."""
    drawn = Image.new("L", (320, 240), 255)
    pen = ImageDraw.Draw(drawn)
    for number, char in enumerate(name.encode() * 4):
        pen.rectangle(
            (number * 37 % 300, char * 7 % 220, number * 37 % 300 + 40, char * 7 % 220 + 60), fill=char * 3 % 200
        )
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


@dataclass
class Stage:
    """The office over one database; nothing moves but when it is told to."""

    storage: Storage
    rules: Rules
    clock: HandClock
    chats: Chats
    intake: Intake
    delivery: Delivery
    evidence: EvidenceKeeper
    reminding: Reminding
    seen: dict[str, dict[str, Choice]] = field(default_factory=dict)
    shown: int = 0

    async def move(self, at: str) -> list[str]:
        self.clock.time = datetime.strptime(at, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)
        await self.reminding.tick(self.clock())
        return await self.news("→ ")

    async def say(self, chat: str, line: str) -> list[str]:
        text, action = line, None
        media: tuple[Media, ...] = ()
        if line.startswith("[") and line.endswith("]"):
            offered = self.seen.get(chat, {})
            assert line[1:-1] in offered, f"{chat} has no button {line}, but {list(offered)}"
            choice = offered[line[1:-1]]
            text, action = choice.label, choice.action
        elif forged := re.fullmatch(r"<([\w:]+)>", line):
            text, action = "", forged[1]
        elif found := re.fullmatch(r"\(ảnh ([\w-]+)\)\s*(.*)", line):
            text, media = found[2], (Media("image", found[1]),)
        self.shown += 1
        await self.intake.store(Message(f"{chat}:{self.shown}", Address("recorder", chat), chat, text, action, media))
        return await self.news("", chat)

    async def news(self, mark: str, chat: str = "") -> list[str]:
        """What was sent since the last look, by chat: the answer first, without the name of who gets it."""
        before = len(self.chats.sent)
        await self.settle()
        lines = []
        for to, reply in sorted(self.chats.sent[before:], key=lambda one: (one[0] != chat, one[0])):
            self.seen.setdefault(to, {}).update({choice.label: choice for choice in reply.choices})
            head = [] if to == chat else [f"→ {to}"] if not mark else [f"{mark}{to}"]
            lines += [*head, reply.text, *(f"[{choice.label}]" for choice in reply.choices)]
        return lines

    async def settle(self) -> None:
        """Until nothing is left that could be done now."""
        for _ in range(2000):
            self.delivery.wake()
            self.evidence.wake()
            if not await self._waiting():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("the office does not come to rest")

    async def _waiting(self) -> int:
        now = self.clock()
        async with self.storage.read() as session:
            new = select(func.count()).select_from(Inbox).where(col(Inbox.state) == "new")
            due = (
                select(func.count())
                .select_from(Outbox)
                .where(col(Outbox.state) == "queued", col(Outbox.not_before) <= now)
            )
            proof = select(func.count()).select_from(Evidence).where(col(Evidence.state) == "pending")
            return sum([(await session.execute(one)).scalar_one() for one in (new, due, proof)])


@asynccontextmanager
async def stage(folder: Path, known: Knowledge) -> AsyncIterator[Stage]:
    await databases.lay_sqlite(folder / "office.db")
    storage, clock, chats = Storage(f"sqlite+aiosqlite:///{folder / 'office.db'}"), HandClock(), Chats()
    clock.time = datetime(2024, 1, 3, 9, tzinfo=VIETNAM)
    office = Rules(units.load(), calendar.load(), policy.load(), ("recorder",))
    context = Context(
        clock(),
        known,
        texts.load(),
        Office("Trợ lý Một Cửa thành phố Bắc Giang", page="https://mot-cua.example"),
        ref=0,
    )
    traits = {"recorder": chats.traits}
    writer = InboxWriter(storage, clock)
    composer = OfficeComposer(storage, office, context, traits, clock)
    delivery = Delivery(storage, {"recorder": chats}, clock, composer)
    dispatcher = Dispatcher(storage, assistant.build(), context, traits, delivery.wake, clock, rules=office)
    evidence = EvidenceKeeper(storage, {"recorder": chats}, folder, clock)
    await _people_and_plan(storage, office, clock())
    workers = (dispatcher, delivery, evidence)
    writer.start()
    for worker in workers:
        worker.start()
    try:
        yield Stage(
            storage, office, clock, chats, Intake(writer, dispatcher), delivery, evidence, Reminding(storage, office)
        )
    finally:
        await writer.stop()
        for worker in workers:
            await worker.stop()
        await storage.close()


async def _people_and_plan(storage: Storage, office: Rules, now: datetime) -> None:
    async with storage.write() as session:
        kept = await plans.bring_in(session, reading(*TASKS), "ke-hoach.docx", "a", now)
        row = await plans.find(session, kept.id, PlanState.DRAFT)
        since = datetime(2024, 3, 11, tzinfo=VIETNAM).date()
        await plans.confirm(session, office, row, plans.Choices("Nguyễn Văn A", {}, accept=True, since=since), now)
        for chat, (unit, role, label) in PEOPLE.items():
            code = await people.invite(session, unit, role, now, label=label)
            await people.join(session, code, Address("recorder", chat), now)


async def replay(script: str, on: Stage) -> str:
    lines: list[str] = []
    for line in script.splitlines():
        if line.startswith("# "):
            lines.append(line)
        elif line.startswith("@ "):
            lines += ["", line, *await on.move(line[2:])]
        elif found := re.fullmatch(r"! ([\w-]+) blocks", line):
            on.chats.blocked.add(found[1])
            lines += ["", line]
        elif found := re.fullmatch(r"([\w-]+)> (.+)", line):
            lines += ["", line, *await on.say(found[1], found[2])]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
async def test_the_conversation_goes_as_written(file: Path, known: Knowledge, tmp_path: Path) -> None:
    async with stage(tmp_path, known) as on:
        went = await replay(file.read_text(encoding="utf-8"), on)
    if UPDATE:
        file.write_text(went, encoding="utf-8")
    assert went == file.read_text(encoding="utf-8")
