"""What is published sets the office moving once: duties, one message a subscriber, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import imports, news, subscriptions
from bot.delivery import Delivery
from bot.imports import Batch
from bot.news import Shown
from bot.office.compose import OfficeComposer
from bot.storage import Storage
from bot.tables import Occurrence, Origin, Outbox, ProcedureVersion, VersionState
from handlers import texts
from handlers.context import Context, Office
from handlers.message import Address, Reply
from handlers.subscriptions import EVERY
from knowledge.changes import Kind, fingerprint
from knowledge.library import Library
from knowledge.procedures import Procedure
from scheduler.outbox import ANSWER, NEWS, REMINDER
from tests.bot.office_world import WARDS, OfficeWorld, local, office
from tests.bot.parts import NoKnowledge
from tests.bot.test_office_delivery import TRAITS, Door, at_rest

FRIDAY = local(2024, 3, 15, 8)
LAN = "Nguyễn Thị Lan"
CODE, OTHER = "9.000001", "9.000002"
FIELD, ELSEWHERE = "Thương mại", "Đất đai"


@pytest.fixture
def record(world: Library) -> Procedure:
    """A procedure that is not shipped, with one fee for all ways."""
    found = world.by_code["1.001193"]
    told = {"code": CODE, "name": "Cấp thẻ chợ đêm", "official_name": "Cấp thẻ chợ đêm", "field": FIELD}
    more = {"aliases": (), "questions": (), "effective_from": None, "methods": ways(found, "5.000 đồng")}
    return found.model_copy(update={**told, **more})


def ways(record: Procedure, fee: str) -> tuple[Any, ...]:
    return tuple(method.model_copy(update={"fee": fee}) for method in record.methods)


def dearer(record: Procedure, fee: str = "9.000 đồng") -> Procedure:
    return record.model_copy(update={"methods": ways(record, fee)})


class Newsroom:
    """An office that publishes, with chats that want to hear of it."""

    def __init__(self, world: OfficeWorld, shipped: Library) -> None:
        self.world = world
        self.storage = world.storage
        self.shown = Shown(shipped, "Bắc Ninh")

    async def imported(self, *records: Procedure, complete: bool = False) -> None:
        """Bring in and publish, together."""
        await imports.take(
            self.storage, self.shown.shipped, [Batch("a.xlsx", records)], self.world.now, complete=complete
        )
        await imports.publish_all(self.storage, self.shown.shipped, LAN, self.world.now)

    async def written(self, record: Procedure, kind: Kind = Kind.CHANGED, **more: Any) -> None:
        """A version that somebody wrote and somebody else agreed to, published."""
        row = ProcedureVersion(
            code=record.code,
            kind=kind.value,
            digest=fingerprint(record),
            body=record.model_dump(mode="json", exclude_defaults=True),
            file="",
            imported_at=self.world.now,
            state=VersionState.PUBLISHED,
            decided_by=LAN,
            decided_at=self.world.now,
            origin=Origin.OFFICE,
            published_at=self.world.now,
            **more,
        )
        async with self.storage.write() as session:
            for old in await self._published(session, record.code):
                old.state = VersionState.REPLACED
                session.add(old)
            await session.flush()
            session.add(row)

    async def _published(self, session: Any, code: str) -> list[ProcedureVersion]:
        here = (col(ProcedureVersion.code) == code, col(ProcedureVersion.state) == VersionState.PUBLISHED)
        return list((await session.execute(select(ProcedureVersion).where(*here))).scalars())

    async def subscribe(self, chat: str, *fields: str, channel: str = "recorder") -> None:
        async with self.storage.write() as session:
            for field in fields:
                await subscriptions.add(session, Address(channel, chat), field, self.world.now)

    async def tick(self) -> int:
        return await news.tick(self.storage, self.world.rules, self.world.now, self.shown)

    async def messages(self) -> list[Outbox]:
        return [row for row in await self.world.queued() if row.kind == NEWS.name]

    async def duties(self) -> list[Occurrence]:
        return [row for row in await self.world.rows() if row.period.startswith("event-")]

    async def unmoved(self) -> int:
        async with self.storage.read() as session:
            statement = select(ProcedureVersion).where(col(ProcedureVersion.set_moving_at).is_(None))
            return len((await session.execute(statement)).all())

    async def sent(self, door: Door) -> dict[str, Reply]:
        """Send all that can be sent now; what each chat got."""
        context = Context(self.world.now, NoKnowledge(), texts.load(), Office("Một Cửa"), ref=0)
        now = lambda: self.world.now  # noqa: E731
        composer = OfficeComposer(
            self.storage, self.world.rules, context, {door.name: door.traits}, now, shown=self.shown
        )
        delivery = Delivery(self.storage, {door.name: door}, now, composer)
        await at_rest(delivery)
        assert len({chat for chat, _ in door.sent}) == len(door.sent)
        return dict(door.sent)


@pytest.fixture
async def room(storage: Storage, world: Library) -> AsyncIterator[Newsroom]:
    async with office(storage, FRIDAY) as one:
        await one.confirm(since=FRIDAY.date())
        yield Newsroom(one, world)


# Duties


async def test_each_unit_has_one_duty_however_often_it_ticks(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    assert await room.tick() == len(WARDS)
    assert [await room.tick(), await room.tick()] == [0, 0]
    duties = await room.duties()
    assert sorted(duty.unit for duty in duties) == sorted(WARDS)
    assert {duty.label for duty in duties} == {f"thay đổi 1 thủ tục: {CODE}"}
    assert {duty.raised_at for duty in duties} == {FRIDAY}


async def test_what_is_published_together_is_one_event_that_names_the_codes(room: Newsroom, record: Procedure) -> None:
    await room.imported(record, record.model_copy(update={"code": OTHER, "name": "Cấp thẻ chợ ngày"}))
    assert await room.tick() == len(WARDS)
    assert {duty.label for duty in await room.duties()} == {f"thay đổi 2 thủ tục: {CODE}, {OTHER}"}


async def test_what_is_published_later_is_an_event_of_its_own(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    await room.tick()
    await room.imported(dearer(record))
    await room.tick()
    assert sorted({duty.period for duty in await room.duties()}) == ["event-1", "event-2"]
    assert len(await room.duties()) == 2 * len(WARDS)


async def test_two_processes_at_once_raise_and_tell_once(room: Newsroom, record: Procedure) -> None:
    await room.subscribe("ba-tu", FIELD)
    await room.imported(record)
    twin = Storage(room.storage.url)
    try:
        ticks = [news.tick(one, room.world.rules, FRIDAY, room.shown) for one in (room.storage, twin) * 3]
        made = await asyncio.gather(*ticks)
    finally:
        await twin.close()
    assert sum(made) == len(WARDS) + 1
    assert (len(await room.duties()), len(await room.messages())) == (len(WARDS), 1)


async def test_two_events_at_once_do_not_take_the_same_number(room: Newsroom, record: Procedure) -> None:
    """Somebody raises an event by hand in the moment in which a change raises another."""
    from bot.office import periods, plans

    async def by_hand() -> int:
        async with room.storage.write() as session:
            ((task, plan),) = await plans.event_tasks(session)
            return await periods.raise_event(session, room.world.rules, task, plan, "hội nghị", FRIDAY)

    await room.imported(record)
    await asyncio.gather(by_hand(), room.tick(), by_hand())
    assert len(await room.duties()) == 3 * len(WARDS)


class _Broken(tuple[str, ...]):
    """The channels, as seen by a program that dies while it looks at them."""

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("the power went off")


async def test_a_crash_between_duties_and_messages_leaves_nothing_half_done(room: Newsroom, record: Procedure) -> None:
    await room.subscribe("ba-tu", FIELD)
    await room.imported(record)
    with pytest.raises(RuntimeError):
        await news.tick(room.storage, replace(room.world.rules, pushable=_Broken(("recorder",))), FRIDAY, room.shown)
    assert (await room.duties(), await room.messages(), await room.unmoved()) == ([], [], 1)
    assert await room.tick() == len(WARDS) + 1
    assert await room.unmoved() == 0


async def test_outside_the_plan_nobody_has_a_duty_but_subscribers_are_told(room: Newsroom, record: Procedure) -> None:
    room.world.now = local(2025, 3, 14, 8)
    await room.subscribe("ba-tu", FIELD)
    await room.imported(record)
    assert await room.tick() == 1
    assert await room.duties() == []


async def test_names_by_which_it_is_found_are_no_news(room: Newsroom, record: Procedure) -> None:
    await room.written(record, Kind.NEW)
    await room.tick()
    await room.subscribe("ba-tu", EVERY)
    named = record.model_copy(update={"aliases": ("thẻ chợ",), "checked_on": record.checked_on + timedelta(days=1)})
    await room.written(named)
    assert await room.tick() == 0
    assert (await room.messages(), await room.unmoved()) == ([], 0)
    assert await news.known(room.storage, room.shown, FRIDAY + timedelta(days=20)) == {}


# Subscribers


async def test_each_subscriber_has_one_message_whatever_they_follow(room: Newsroom, record: Procedure) -> None:
    other = record.model_copy(update={"code": OTHER, "field": ELSEWHERE, "name": "Tách thửa", "official_name": "Tách"})
    await room.subscribe("ba-tu", FIELD, EVERY)
    await room.subscribe("ong-nam", FIELD, ELSEWHERE)
    await room.subscribe("co-hoa", ELSEWHERE)
    await room.subscribe("anh-ba", "Hộ tịch")
    await room.subscribe("web-1", EVERY, channel="web")
    await room.imported(record, other)
    assert await room.tick() == len(WARDS) + 3
    assert await room.tick() == 0
    assert {row.chat: len(row.body["versions"]) for row in await room.messages()} == {
        "ba-tu": 2,
        "ong-nam": 2,
        "co-hoa": 1,
    }


async def test_a_message_waits_for_the_office_hours_and_for_answers(room: Newsroom, record: Procedure) -> None:
    room.world.now = local(2024, 3, 15, 21)
    await room.subscribe("ba-tu", FIELD)
    await room.imported(record)
    await room.tick()
    (row,) = await room.messages()
    assert row.not_before == local(2024, 3, 18, 7, 30)
    assert row.priority > REMINDER.priority > ANSWER.priority


async def test_it_says_what_changed_with_the_new_figure_and_the_day(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    await room.tick()
    await room.subscribe("ba-tu", FIELD)
    room.world.now += timedelta(hours=1)
    await room.written(dearer(record), holds_from=date(2024, 3, 16))
    await room.tick()
    (said,) = (await room.sent(Door("recorder"))).values()
    assert "**Cấp thẻ chợ đêm** – thay đổi từ ngày 16/03/2024: lệ phí\n- Lệ phí: **9.000 đồng**\nNguồn: " in said.text
    assert "5.000" not in said.text
    assert [(choice.label, choice.action) for choice in said.choices] == [
        ("Cấp thẻ chợ đêm", f"xem:{CODE}:general"),
        ("Thôi nhận tin", "thoitin"),
    ]


async def test_a_new_one_and_one_that_is_no_more_are_told_as_such(room: Newsroom, record: Procedure) -> None:
    other = record.model_copy(update={"code": OTHER, "name": "Cấp thẻ chợ ngày", "official_name": "Cấp thẻ chợ ngày"})
    await room.imported(record)
    await room.tick()
    await room.subscribe("ba-tu", EVERY)
    room.world.now += timedelta(hours=1)
    await room.imported(other, complete=True)
    await room.tick()
    (said,) = (await room.sent(Door("recorder"))).values()
    assert "**Cấp thẻ chợ đêm** – không còn áp dụng từ ngày 15/03/2024" in said.text
    assert "**Cấp thẻ chợ ngày** – thủ tục mới, áp dụng từ ngày 15/03/2024" in said.text
    assert [choice.action for choice in said.choices] == [f"xem:{OTHER}:general", "thoitin"]


async def test_many_changes_make_one_message_that_counts_the_rest(room: Newsroom, record: Procedure) -> None:
    many = [
        record.model_copy(update={"code": f"9.00010{n}", "name": f"Thẻ {n}", "official_name": f"Thẻ {n}"})
        for n in range(8)
    ]
    await room.subscribe("ba-tu", FIELD)
    await room.imported(*many)
    await room.tick()
    (said,) = (await room.sent(Door("recorder"))).values()
    assert "Còn 3 thủ tục khác" in said.text
    assert sum(f"**Thẻ {n}**" in said.text for n in range(8)) == 5
    assert len(said.choices) == 4


async def test_who_stopped_meanwhile_hears_nothing(room: Newsroom, record: Procedure) -> None:
    await room.subscribe("ba-tu", FIELD)
    await room.imported(record)
    await room.tick()
    async with room.storage.write() as session:
        await subscriptions.drop(session, Address("recorder", "ba-tu"))
    assert await room.sent(Door("recorder")) == {}
    assert [row.state for row in await room.messages()] == ["moot"]


async def test_what_was_changed_again_meanwhile_is_told_once_as_it_is_now(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    await room.tick()
    await room.subscribe("ba-tu", FIELD)
    for hour, fee in enumerate(("7.000 đồng", "9.000 đồng"), start=1):
        room.world.now = FRIDAY + timedelta(hours=hour)
        await room.written(dearer(record, fee))
        await room.tick()
    (said,) = (await room.sent(Door("recorder"))).values()
    assert "**9.000 đồng**" in said.text
    assert "7.000" not in said.text
    assert sorted(row.state for row in await room.messages()) == ["moot", "sent"]


async def test_two_versions_before_one_tick_are_one_change(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    await room.tick()
    room.world.now += timedelta(hours=1)
    await room.written(dearer(record).model_copy(update={"who": "Ai cũng được"}))
    await room.written(dearer(record))
    assert await room.tick() == len(WARDS)
    assert await room.unmoved() == 0
    (told,) = (await news.known(room.storage, room.shown, room.world.now)).values()
    assert told.changed == ("lệ phí",)


async def test_an_import_beside_a_shipped_record_is_a_duty_but_no_message(room: Newsroom, world: Library) -> None:
    """The assistant still answers from the hand-written record: telling of another fee would not be true."""
    await room.subscribe("ba-tu", EVERY)
    await room.imported(dearer(world.by_code["1.001193"]))
    assert await room.tick() == len(WARDS)
    assert await room.messages() == []
    assert await news.known(room.storage, room.shown, FRIDAY) == {}


async def test_a_version_of_the_office_is_compared_with_the_shipped_record(room: Newsroom, world: Library) -> None:
    await room.subscribe("ba-tu", "Hộ tịch")
    await room.written(dearer(world.by_code["1.001193"]))
    assert await room.tick() == len(WARDS) + 1
    (told,) = (await news.known(room.storage, room.shown, FRIDAY)).values()
    assert (told.kind, told.changed) == (Kind.CHANGED, ("lệ phí",))


async def test_another_provinces_procedure_is_no_news_here(room: Newsroom, record: Procedure) -> None:
    await room.subscribe("ba-tu", FIELD)
    await room.imported(record.model_copy(update={"scope": "Lào Cai"}))
    await room.tick()
    assert await room.messages() == []


async def test_a_chat_that_is_gone_loses_its_subscription(room: Newsroom, record: Procedure) -> None:
    await room.subscribe("ba-tu", FIELD)
    await room.subscribe("ong-nam", FIELD)
    await room.imported(record)
    await room.tick()
    assert set(await room.sent(Door("recorder", blocked={"ba-tu"}))) == {"ong-nam"}
    async with room.storage.read() as session:
        assert await subscriptions.of(session, Address("recorder", "ba-tu")) == ()
        assert await subscriptions.of(session, Address("recorder", "ong-nam")) == (FIELD,)
    assert sorted(row.state for row in await room.messages()) == ["failed", "sent"]


async def test_who_only_has_to_write_again_stays_subscribed(room: Newsroom, record: Procedure) -> None:
    await room.subscribe("ba-tu", FIELD)
    async with room.storage.write() as session:
        await session.execute(inboxed("ba-tu", FRIDAY - timedelta(days=8)))
    await room.imported(record)
    await room.tick()
    assert await room.sent(Door("recorder", replace(TRAITS, window=timedelta(days=7)))) == {}
    assert [row.state for row in await room.messages()] == ["failed"]
    async with room.storage.read() as session:
        assert await subscriptions.of(session, Address("recorder", "ba-tu")) == (FIELD,)


def inboxed(chat: str, at: Any) -> Any:
    """What somebody wrote then."""
    from sqlalchemy import insert

    from bot.tables import Inbox

    values = {"channel": "recorder", "message_id": chat, "chat": chat, "body": {"sender": chat, "text": "x"}}
    more = {"received_at": at, "not_before": at, "state": "done", "attempts": 0}
    return insert(Inbox).values({**values, **more})


# The line on answers


async def test_it_is_news_for_two_weeks_from_the_day_on_which_it_holds(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    (told,) = (await news.known(room.storage, room.shown, FRIDAY)).values()
    assert (told.kind, told.day) == (Kind.NEW, date(2024, 3, 15))
    days = [told.told_on(date(2024, 3, day)) for day in (14, 15, 28, 29)]
    assert days == [False, True, True, False]
    assert await news.known(room.storage, room.shown, FRIDAY + timedelta(days=14)) == {}


async def test_what_holds_from_a_later_day_is_news_from_then_on(room: Newsroom, record: Procedure) -> None:
    await room.imported(record)
    await room.tick()
    later = dearer(record).model_copy(update={"effective_from": date(2024, 5, 1)})
    room.world.now += timedelta(hours=1)
    await room.written(later)
    (told,) = (await news.known(room.storage, room.shown, local(2024, 5, 2))).values()
    assert (told.day, told.changed) == (date(2024, 5, 1), ("lệ phí",))
    assert [told.told_on(date(2024, *day)) for day in ((4, 30), (5, 1), (5, 14), (5, 15))] == [False, True, True, False]
