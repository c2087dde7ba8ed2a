"""Hand-overs on both databases: taken in once, promised in working time, answered once, forgotten in time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import handovers, housekeeping, limits
from bot.channels.base import DeliveryError, Traits
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.exchange import Exchange
from bot.handovers import Letterbox
from bot.inbox import InboxWriter
from bot.intake import Intake
from bot.office.rules import Rules
from bot.practice.drawing import Draw
from bot.storage import Storage
from bot.tables import Gap, Handover, Inbox, Outbox, Question
from bot.web.chat import WEB
from handlers import assistant, texts
from handlers.context import Context, Office
from handlers.handed import LETTERS, State
from handlers.message import Address, Choice, Message, Reply
from knowledge.store import Knowledge
from scheduler import calendar, policy, units
from scheduler.calendar import VIETNAM
from tests.bot.office_world import local
from tests.bot.parts import Recorder
from tests.conftest import HandClock

ASKED = "nuôi chim bồ câu trên sân thượng có phải xin phép không"
RULES = Rules(units.load(), calendar.load(), policy.load(), ("recorder",))
CODE = re.compile(rf"HT-[{LETTERS}]{{6}}")


@dataclass
class Town:
    """The whole assistant over one database: a messenger that records, and the web chat that fetches."""

    storage: Storage
    clock: HandClock
    exchange: Exchange
    delivery: Delivery
    channel: Recorder
    seen: dict[str, dict[str, Choice]] = field(default_factory=dict)
    number: int = 0

    async def says(self, text: str, chat: str = "c1", channel: str = "recorder") -> str:
        """Somebody types, or presses a "[Label]" seen before; the last reply."""
        self.number += 1
        known = self.seen.setdefault(chat, {})
        choice = known.get(text.strip("[]")) if text.startswith("[") else None
        said = choice.label if choice else text
        action = choice.action if choice else None
        message = Message(f"{chat}:{self.number}", Address(channel, chat), chat, said, action)
        answer = await self.exchange.say(message)
        assert answer
        known |= {one.label: one for reply in answer.replies for one in reply.choices}
        return answer.replies[-1].text

    async def handed_over(self, text: str = ASKED, chat: str = "c1", channel: str = "recorder") -> Handover:
        await self.says(text, chat, channel)
        told = await self.says("[Nhờ cán bộ trả lời]", chat, channel)
        found = CODE.search(told)
        assert found, told
        (row,) = [row for row in await self.rows(Handover) if row.code == found.group()]
        return row  # type: ignore[no-any-return]

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.storage.read() as session:
            return list((await session.execute(select(table).order_by("id"))).scalars())

    async def gaps(self) -> list[str]:
        async with self.storage.read() as session:
            return list((await session.execute(select(col(Gap.state)).order_by(col(Gap.question_id)))).scalars())

    async def answer(self, row: Handover, text: str = "Không cần xin phép ạ.") -> bool:
        async with self.storage.write() as session:
            done = await handovers.answer(session, row, text, "Phòng Nội vụ (biên tập, số 1)", self.clock())
            if done:
                await handovers.send(session, row, [Reply(text)], self.clock())
        self.delivery.wake()
        return done

    async def replies(self) -> list[Outbox]:
        return [row for row in await self.rows(Outbox) if row.kind == "reply"]

    async def gone(self) -> Outbox:
        """The only answer, once it is not on its way any more."""
        async with asyncio.timeout(10):
            while True:
                (row,) = await self.replies()
                if row.state != "queued":
                    return row
                await asyncio.sleep(0.01)


@pytest.fixture
async def town(storage: Storage, known: Knowledge, clock: HandClock) -> AsyncIterator[Town]:
    channel = Recorder(traits=Traits(2000, buttons=True, markup=True, per_second=1e4, per_chat_second=1e4))
    traits = {channel.name: channel.traits, WEB.name: WEB.traits}
    writer = InboxWriter(storage, clock)
    delivery = Delivery(storage, {channel.name: channel, WEB.name: WEB}, clock)
    context = Context(clock(), known, texts.load(), Office("Một Cửa"), ref=0)
    dispatcher = Dispatcher(storage, assistant.build(), context, traits, delivery.wake, clock, rules=RULES)
    intake = Intake(writer, dispatcher)
    writer.start()
    dispatcher.start()
    delivery.start()
    yield Town(storage, clock, Exchange(storage, intake, dispatcher, clock), delivery, channel)
    await writer.stop()
    await dispatcher.stop()
    await delivery.stop()


@pytest.mark.parametrize(
    ("asked", "promised"),
    [
        (local(2026, 11, 26, 14), "17:00 27/11/2026"),  # Thursday -> Friday
        (local(2026, 11, 27, 8), "17:00 30/11/2026"),  # Friday morning -> Monday
        (local(2026, 11, 28, 9), "17:00 30/11/2026"),  # Saturday
        (local(2026, 11, 29, 23), "17:00 30/11/2026"),  # Sunday night
        (local(2026, 12, 31, 10), "17:00 04/01/2027"),  # New Year's Day is Friday: over the holiday and the weekend
        (local(2026, 4, 29, 10), "17:00 04/05/2026"),  # 30/4 and 1/5, then a weekend
    ],
)
def test_an_answer_is_promised_for_the_end_of_the_next_working_day(asked: datetime, promised: str) -> None:
    found = handovers.promise(RULES.calendar.default, asked)
    assert f"{found.astimezone(VIETNAM):%H:%M %d/%m/%Y}" == promised


async def test_a_question_waits_with_a_code_of_its_own(town: Town) -> None:
    row = await town.handed_over(f"{ASKED}, gọi 0912345678")
    assert (row.channel, row.chat, row.state) == ("recorder", "c1", "waiting")
    assert row.text == f"{ASKED}, gọi [số điện thoại]"
    assert row.question_id == (await town.rows(Question))[0].id
    assert row.asked_at == town.clock()
    assert row.promised_at > town.clock()
    assert row.code in await town.says(row.code.lower().replace("-", " "), "somebody else")


async def test_a_line_for_an_official_is_a_question_and_a_gap(town: Town) -> None:
    await town.says("nhờ cán bộ")
    told = await town.says("đăng ký khai sinh cho con cần giấy tờ gì")
    assert CODE.search(told)
    (row,) = await town.rows(Handover)
    (question,) = await town.rows(Question)
    assert row.question_id == question.id
    assert question.candidates[0][0] == "1.001193"
    assert await town.gaps() == ["open"]


async def test_it_is_handed_over_once_and_not_more_than_so_many(town: Town) -> None:
    first = await town.handed_over()
    assert first.code in await town.says("[Nhờ cán bộ trả lời]")
    for number in range(1, limits.HANDOVERS_OPEN):
        await town.handed_over(f"câu kỳ quặc thứ {number} về chim bồ câu nuôi ở đâu đó")
    await town.says("một câu nữa về chim bồ câu bay ngang trời")
    told = await town.says("[Nhờ cán bộ trả lời]")
    assert f"đang có {limits.HANDOVERS_OPEN} câu hỏi chờ" in told
    assert len(await town.rows(Handover)) == limits.HANDOVERS_OPEN
    await town.answer(first)
    await town.handed_over("một câu nữa về chim bồ câu bay ngang trời")
    await town.handed_over(chat="c2")


async def test_a_question_of_another_chat_cannot_be_handed_over(town: Town) -> None:
    await town.says(ASKED, "c1")
    town.seen["c2"] = dict(town.seen["c1"])
    assert "gõ câu cần hỏi" in await town.says("[Nhờ cán bộ trả lời]", "c2")
    assert await town.rows(Handover) == []


async def test_an_answer_is_sent_once_and_settles_its_gap(town: Town) -> None:
    row = await town.handed_over()
    assert await town.gaps() == ["open"]
    done = await asyncio.gather(*(town.answer(row, f"Câu trả lời số {number} ạ.") for number in range(4)))
    assert sorted(done) == [False, False, False, True]
    sent = await town.gone()
    assert (sent.key, sent.state) == (f"handover:{row.id}:0", "sent")
    assert len([text for text in town.channel.texts("c1") if text.startswith("Câu trả lời số")]) == 1
    assert await town.gaps() == ["answered"]
    assert "Câu trả lời số" in await town.says(row.code)


async def test_an_answer_leaves_before_reminders(town: Town) -> None:
    from scheduler.outbox import ANSWER, NOTICE, REMINDER, REPLY

    assert ANSWER.priority < REPLY.priority < NOTICE.priority < REMINDER.priority


async def test_what_the_platform_refuses_for_good_has_failed_and_the_code_tells(town: Town) -> None:
    row = await town.handed_over()
    await asyncio.sleep(0.05)
    town.channel.trouble = [DeliveryError("window closed", permanent=True)]
    await town.answer(row)
    assert ((await town.gone()).state, (await town.gone()).error) == ("failed", "window closed")
    async with town.storage.read() as session:
        sending = (await handovers.sendings(session, [row.id or 0]))[row.id or 0]
    assert (sending.state, sending.error) == ("failed", "window closed")
    assert "Không cần xin phép" in await town.says(row.code)


async def test_the_web_chat_shows_the_answer_when_it_is_opened_again(town: Town) -> None:
    row = await town.handed_over(chat="trang", channel="web")
    town.clock.forward(timedelta(hours=1))
    await town.answer(row)
    town.clock.forward(timedelta(hours=1))
    await town.says("đăng ký khai sinh", "trang", "web")
    (waiting,) = await town.replies()
    assert waiting.state == "queued"
    lines = [line.text for line in await town.exchange.history("web", "trang")]
    place = lines.index("Không cần xin phép ạ.")
    assert "Mã theo dõi" in lines[place - 1]
    assert lines[place + 1] == "đăng ký khai sinh"
    (fetched,) = await town.replies()
    assert (fetched.state, fetched.sent_at) == ("sent", town.clock())
    assert [line.text for line in await town.exchange.history("web", "trang")] == lines


async def test_the_web_chat_has_seen_what_was_asked_for_by_code_there(town: Town) -> None:
    row = await town.handed_over(chat="trang", channel="web")
    await town.answer(row)
    await town.says(row.code, "c1")
    assert (await town.replies())[0].state == "queued"
    await town.says(row.code, "trang", "web")
    assert (await town.replies())[0].state == "sent"


async def test_who_wants_to_be_forgotten_waits_no_more(town: Town) -> None:
    answered = await town.handed_over()
    await town.answer(answered)
    await town.gone()
    waiting = await town.handed_over("muốn lắp mái che lối đi chung thì hỏi ai")
    other = await town.handed_over(chat="c2")
    await town.says("xoá dữ liệu")
    await town.says("[Có, xoá giúp tôi]")
    rows = {row.code: row for row in await town.rows(Handover)}
    assert (rows[waiting.code].state, rows[waiting.code].chat, rows[waiting.code].channel) == ("withdrawn", "", "")
    assert (rows[answered.code].state, rows[answered.code].chat) == ("answered", "")
    assert (rows[other.code].state, rows[other.code].chat) == ("waiting", "c2")
    assert await town.replies() == []
    assert "đã được rút lại" in await town.says(waiting.code)
    assert await town.answer(rows[waiting.code]) is False
    assert await town.replies() == []


async def test_nothing_leads_back_to_a_chat_after_thirty_days(town: Town, storage: Storage) -> None:
    old, web = await town.handed_over(), await town.handed_over(chat="trang", channel="web")
    for row in (old, web):
        await town.answer(row)
    await asyncio.sleep(0.1)
    waiting = await town.handed_over("muốn lắp mái che lối đi chung thì hỏi ai", chat="c3")
    town.clock.forward(limits.KEEP_MESSAGES - timedelta(minutes=1))
    await housekeeping.purge(storage, town.clock())
    assert {row.chat for row in await town.rows(Handover)} == {"c1", "trang", "c3"}
    town.clock.forward(timedelta(minutes=2))
    await housekeeping.purge(storage, town.clock())
    rows = {row.code: row for row in await town.rows(Handover)}
    assert [(rows[row.code].channel, rows[row.code].chat) for row in (old, web)] == [("", ""), ("", "")]
    assert rows[waiting.code].chat == "c3"
    assert await town.replies() == []
    assert await town.rows(Inbox) == []
    assert "Không cần xin phép" in await town.says(old.code, "c9")


async def test_codes_cannot_be_tried_without_end(town: Town) -> None:
    row = await town.handed_over()
    most = limits.HANDOVER_GUESSES[0]
    for _ in range(most):
        assert "không tìm thấy" in await town.says("HT-222222", "guesser")
    assert "không tìm thấy" in await town.says(row.code, "guesser")
    assert "đang chờ" in await town.says(row.code, "c1")


async def test_what_waits_is_told_by_its_promise(town: Town) -> None:
    first = await town.handed_over()
    town.clock.forward(timedelta(days=1))
    second = await town.handed_over("muốn lắp mái che lối đi chung thì hỏi ai")
    async with town.storage.read() as session:
        assert [row.code for row in await handovers.waiting(session, most=10)] == [first.code, second.code]
        assert [row.code for row in await handovers.waiting(session, most=10, skip=1)] == [second.code]
        assert await handovers.count(session, State.WAITING) == 2
        assert await handovers.due_before(session, second.promised_at) == 1
        assert [row.code for row in await handovers.about(session, [second.question_id or 0])] == [second.code]


def test_codes_have_no_letters_that_are_mistaken() -> None:
    letterbox = Letterbox(RULES.calendar.default, Draw(Random(1)))  # noqa: S311 - drawn alike each time
    drawn = [letterbox.drawn() for _ in range(500)]
    assert all(CODE.fullmatch(code) for code in drawn)
    assert not set("".join(code[3:] for code in drawn)) & set("IO01")
    assert len(set(drawn)) == 500
