"""A fee is changed by two persons of the office: within one tick the old figure appears nowhere, and everybody is told.

The whole program on both databases, with a Telegram that takes its messages.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import AnyHttpUrl, SecretStr
from sqlalchemy import select
from sqlmodel import col

from bot import offline, versions
from bot.app import App
from bot.office import officials, people, wordings
from bot.office.officials import Official
from bot.office.reminding import Reminding
from bot.settings import Settings
from bot.tables import Occurrence, Outbox, Wording
from handlers import procedure
from handlers.duties import Role
from handlers.message import Address, Message
from knowledge.changes import Kind, fingerprint
from knowledge.library import Library
from knowledge.life_events import shipped_events
from knowledge.procedures import Procedure
from knowledge.reading import Facet
from knowledge.store import Knowledge
from scheduler.outbox import NEWS
from tests.bot.office_world import NOI_VU, WARDS, OfficeWorld, local
from tests.conftest import WORLD, HandClock, lessons
from tests.fakes import telegram
from tests.fakes.telegram import FakeTelegram

FRIDAY = local(2024, 3, 15, 8)
CODE, NAME, FIELD = "1.004194", "Đăng ký tạm trú", "Đăng ký, quản lý cư trú"
OLD, NEW = "8.765 đồng", "9.321 đồng"
FIGURES = ("8.765", "8765")
FACETS = [facet for facet in Facet if facet is not Facet.NONE]
QUESTIONS = (
    "đăng ký tạm trú", "lệ phí đăng ký tạm trú bao nhiêu", "dang ky tam tru het bao nhieu tien", CODE,
    "đăng ký tạm trú cần giấy tờ gì", "đăng ký tạm trú mất bao lâu, lệ phí bao nhiêu", "các bước đăng ký tạm trú",
    "mới thuê phòng trọ thì làm gì",
)  # fmt: skip


def costing(record: Procedure, fee: str) -> Procedure:
    methods = tuple(method.model_copy(update={"fee": fee}) for method in record.methods)
    return record.model_copy(update={"methods": methods, "effective_from": None})


@pytest.fixture(scope="module")
def before(world: Library) -> Knowledge:
    """The small world, in which one procedure costs the old fee; its practice was read against that."""
    library = Library([costing(world.by_code[CODE], OLD), *world])
    return Knowledge(library, shipped_events(library, WORLD / "life_events"), lessons(library))


@dataclass
class Running:
    """The program, running, with an office that has confirmed its plan."""

    app: App
    clock: HandClock
    telegram: FakeTelegram
    office: OfficeWorld
    asked: int = 0
    chats: dict[str, int] = field(default_factory=dict)

    async def say(self, text: str, action: str | None = None) -> str:
        """All that is answered on the web page, to somebody who begins anew."""
        self.asked += 1
        message = Message(f"w{self.asked}", Address("web", f"w{self.asked}"), f"w{self.asked}", text, action)
        answer = await self.app.exchange.say(message)
        assert answer is not None
        return "\n".join(
            f"{reply.text} {' '.join(choice.label for choice in reply.choices)}" for reply in answer.replies
        )

    async def everything(self) -> dict[str, str]:
        """Every way to ask about the procedure, and what is answered."""
        actions = [procedure.show_action(CODE, facet) for facet in FACETS]
        actions += [procedure.show_action(CODE, Facet.FEE, Facet.TIME), f"{procedure.STEPS}:{CODE}"]
        pressed = {action: await self.say("", action) for action in actions}
        return pressed | {question: await self.say(question) for question in QUESTIONS}

    async def official(self, role: Role, unit: str, chat: int) -> Official:
        self.telegram.meet(chat)
        address = Address("telegram", str(chat))
        async with self.app.storage.write() as session:
            code = await people.invite(session, unit, role, self.clock())
            await people.join(session, code, address, self.clock())
            person = await people.person(session, address, self.app.rules.units)
        assert person
        return officials.official(person, address, self.app.rules.units, self.clock().date())

    async def publish(self, record: Procedure, writer: Official, second: Official) -> None:
        """One writes, another agrees: published at once."""
        now = self.clock()
        async with self.app.storage.write() as session:
            written = versions.Written(record, Kind.CHANGED, "Nghị quyết mới về lệ phí")
            row = await versions.write(session, written, writer, now)
            await versions.submit(session, row.id or 0, now)
            await versions.approve(session, row.id or 0, second, None, now)

    async def told(self, writer: Official, second: Official) -> None:
        """A wording of today's record, agreed to."""
        record = self.app.knowledge.get(CODE)
        assert record
        text = f"Lệ phí {NAME.lower()}: {record.methods[0].fee}."
        async with self.app.storage.write() as session:
            row = Wording(
                code=CODE, mouth="led", text=text, facts=fingerprint(record), state=wordings.APPROVED,
                author=writer.signature, author_id=writer.first_id, made_at=self.clock(),
                decided_by=second.signature, decided_at=self.clock(),
            )  # fmt: skip
            session.add(row)

    async def held(self) -> list[wordings.Held]:
        """The wordings, beside what is known now."""
        async with self.app.storage.read() as session:
            rows = await wordings.listed(session)
        return [wordings.held(row, self.app.knowledge, self.clock().date()) for row in rows]

    async def subscribe(self, chat: int, *lines: str) -> None:
        """As a person does it on Telegram."""
        for line in lines:
            sent = len(self.telegram.to(chat))
            await self.telegram.say(chat, line)
            await self.telegram.wait_sent(chat, sent + 1)

    async def news(self) -> list[Outbox]:
        async with self.app.storage.read() as session:
            statement = select(Outbox).where(col(Outbox.kind) == NEWS.name).order_by(col(Outbox.id))
            return list((await session.execute(statement)).scalars())

    async def raised(self) -> list[Occurrence]:
        return [row for row in await self.office.rows() if row.period.startswith("event-")]

    async def all_rows(self) -> tuple[int, int]:
        """How many messages there are, and how many duties."""
        return len(await self.office.queued()), len(await self.office.rows())


@pytest.fixture
async def running(database_url: str, before: Knowledge, tmp_path: Path) -> AsyncIterator[Running]:
    clock = HandClock()
    clock.time = FRIDAY
    async with FakeTelegram() as fake:
        settings = Settings(
            data_dir=tmp_path,
            database_url=SecretStr(database_url.replace("+aiosqlite", "")),
            port=0,
            telegram_bot_token=SecretStr(telegram.TOKEN),
            telegram_api_base_url=AnyHttpUrl(fake.base_url),
        )
        app = App(settings, before, clock)
        await app.start()
        office = OfficeWorld(app.storage, app.rules, FRIDAY, Reminding(app.storage, app.rules))
        await office.confirm(since=datetime(2024, 6, 1).date())  # noqa: DTZ001 - a day
        try:
            yield Running(app, clock, fake, office)
        finally:
            await app.stop()


def shows_old(text: str) -> bool:
    return any(figure in text for figure in FIGURES)


BANNER = "Thủ tục này vừa thay đổi từ ngày 15/03/2024: lệ phí."
TELLING = (f"xem:{CODE}:fee", f"xem:{CODE}:general", *QUESTIONS[:3])
"""Ways to ask that are answered by the fee."""


async def test_a_changed_fee_sets_the_office_moving(running: Running, before: Knowledge) -> None:
    writer = await running.official(Role.EDITOR, NOI_VU, 2001)
    second = await running.official(Role.APPROVER, NOI_VU, 2002)
    await running.official(Role.OFFICER, WARDS[0], 2003)
    await running.subscribe(3001, f"đăng ký nhận tin về {FIELD}", "đăng ký nhận tin tất cả")
    await running.subscribe(3002, "đăng ký nhận tin tất cả")
    await running.subscribe(3003, "đăng ký nhận tin về hộ tịch")
    await running.told(writer, second)
    asked = await the_old_figure_is_everywhere(running)
    sent = {chat: len(running.telegram.to(chat)) for chat in (2003, 3001, 3002, 3003)}

    running.clock.forward(timedelta(hours=1))
    await running.publish(costing(before.library.by_code[CODE], NEW), writer, second)
    await running.app._tick()

    await no_answer_shows_the_old_figure(running)
    await nothing_that_stands_on_it_is_used(running, asked)
    assert sorted(row.unit for row in await running.raised()) == sorted(WARDS)
    await every_subscriber_has_one_message(running, sent)
    rows = await running.all_rows()
    for _ in range(3):
        await running.app._tick()
    assert await running.all_rows() == rows
    assert [(row.chat, row.state) for row in await running.news()] == [("3001", "sent"), ("3002", "sent")]
    assert len(running.telegram.to(3003)) == sent[3003]

    await running.telegram.click(3001, NAME)
    await running.telegram.wait_sent(3001, sent[3001] + 2)
    assert BANNER in running.telegram.to(3001)[-1].text
    await the_officer_is_told_with_the_next_digest(running, sent[2003])
    assert len(await running.news()) == 2


async def the_old_figure_is_everywhere(running: Running) -> set[str]:
    """Items of the practice that stand on it; others only draw wrong options from today's records."""
    answers = await running.everything()
    assert [key for key in TELLING if OLD not in answers[key]] == []
    assert not any("vừa thay đổi" in said for said in answers.values())
    course, today = running.app.school.course, running.clock().date()
    cases = [key for key, case in course.cases.items() if case.code == CODE]
    asked = {item.name for key in cases for item in course.items(key, today) if shows_old(repr(item))}
    assert asked
    assert [one.usable for one in await running.held()] == [True]
    return asked


async def no_answer_shows_the_old_figure(running: Running) -> None:
    answers = await running.everything()
    assert [key for key, said in answers.items() if shows_old(said)] == []
    assert [key for key in TELLING if NEW not in answers[key]] == []
    about = {key: said for key, said in answers.items() if f"**{NAME}**" in said}
    assert len(about) >= len(FACETS) + 2 + 6
    assert [key for key, said in about.items() if BANNER not in said] == []
    assert not shows_old("".join(record.model_dump_json() for record in running.app.knowledge.library))
    elsewhere = (await offline.known(running.app.settings)).get(CODE)
    assert elsewhere
    assert {method.fee for method in elsewhere.methods} == {NEW}


async def nothing_that_stands_on_it_is_used(running: Running, asked: set[str]) -> None:
    course, today = running.app.school.course, running.clock().date()
    still = {item.name for key in course.cases for item in course.items(key, today)}
    assert still
    assert not asked & still
    assert asked <= {one.item.name for one in course.suspended(today)}
    assert not any(shows_old(repr(item)) for key in course.cases for item in course.all_items(key))
    assert [(one.usable, one.outdated) for one in await running.held()] == [(False, wordings.CHANGED)]


async def the_officer_is_told_with_the_next_digest(running: Running, sent: int) -> None:
    """As of every event: in the morning, once."""
    assert len(running.telegram.to(2003)) == sent
    running.clock.time = local(2024, 3, 18, 9)
    for _ in range(3):
        await running.app._tick()
    await running.telegram.wait_sent(2003, sent + 1)
    assert f"thay đổi 1 thủ tục: {CODE}" in running.telegram.to(2003)[-1].text
    assert len(await running.raised()) == len(WARDS)


async def every_subscriber_has_one_message(running: Running, sent: dict[int, int]) -> None:
    for chat in (3001, 3002):
        await running.telegram.wait_sent(chat, sent[chat] + 1)
        (said,) = running.telegram.to(chat)[sent[chat] :]
        assert f"{NAME} – thay đổi từ ngày 15/03/2024: lệ phí" in said.text
        assert NEW in said.text
        assert not shows_old(said.text)
        assert said.labels == [NAME, "Thôi nhận tin"]


async def test_the_line_goes_after_two_weeks(running: Running, before: Knowledge) -> None:
    writer = await running.official(Role.EDITOR, NOI_VU, 2001)
    second = await running.official(Role.APPROVER, NOI_VU, 2002)
    await running.publish(costing(before.library.by_code[CODE], NEW), writer, second)
    await running.app._tick()
    running.clock.time = FRIDAY + timedelta(days=13, hours=10)
    assert "vừa thay đổi" in await running.say(QUESTIONS[1])
    running.clock.time = FRIDAY + timedelta(days=14)
    said = await running.say(QUESTIONS[1])
    assert NEW in said
    assert "vừa thay đổi" not in said


async def test_whoever_is_forgotten_hears_nothing_more(running: Running, before: Knowledge) -> None:
    writer = await running.official(Role.EDITOR, NOI_VU, 2001)
    second = await running.official(Role.APPROVER, NOI_VU, 2002)
    await running.subscribe(3001, "đăng ký nhận tin tất cả", "xoá dữ liệu", "có")
    await running.publish(costing(before.library.by_code[CODE], NEW), writer, second)
    await running.app._tick()
    assert await running.news() == []
