"""What leaves by itself is said as it is true when it leaves, and finds another chat when one refuses."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import time, timedelta

from bot import outbox
from bot.channels.base import DeliveryError, Traits
from bot.delivery import Delivery
from bot.office import people
from bot.office.compose import OfficeComposer
from bot.office.duties import OfficeDuties
from bot.storage import Storage
from handlers import texts
from handlers.context import Context, Office
from handlers.duties import Role
from handlers.message import Address, Reply
from scheduler.calendar import VIETNAM
from scheduler.outbox import ANSWER
from tests.bot.office_world import VHTT, WARDS, OfficeWorld, local, office
from tests.bot.parts import NoKnowledge

FRIDAY = local(2024, 3, 15)
TRAITS = Traits(text_limit=2000, buttons=True, markup=True, per_second=10_000.0, per_chat_second=10_000.0)


@dataclass
class Door:
    """A channel that shows what it sent, and refuses blocked chats for good."""

    name: str
    traits: Traits = TRAITS
    sent: list[tuple[str, Reply]] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)

    async def start(self) -> None: ...

    async def stop_receiving(self) -> None: ...

    async def stop(self) -> None: ...

    async def download(self, _ref: str, /) -> bytes:
        return b""

    async def send(self, chat: str, reply: Reply, /) -> str:
        if chat in self.blocked:
            raise DeliveryError("blocked", permanent=True)
        self.sent.append((chat, reply))
        return str(len(self.sent))


async def at_rest(delivery: Delivery) -> None:
    """Until nothing is left to send; what a send that just ended has queued is looked for once more."""
    busy = True
    while busy:
        busy = bool(delivery._under_way)
        busy = await delivery.work() or bool(delivery._under_way) or busy
        await asyncio.sleep(0.005)


async def deliver(world: OfficeWorld, *doors: Door) -> None:
    """Send all that can be sent now."""
    context = Context(world.now, NoKnowledge(), texts.load(), Office("Một Cửa"), ref=0)
    traits = {door.name: door.traits for door in doors}
    composer = OfficeComposer(world.storage, world.rules, context, traits, lambda: world.now)
    delivery = Delivery(world.storage, {door.name: door for door in doors}, lambda: world.now, composer)
    await at_rest(delivery)


async def test_a_duty_done_meanwhile_is_not_nagged_about(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.tick()
        await world.report(WARDS[0], "1", "2024-W11", "da-mai")
        door = Door("recorder")
        await deliver(world, door)
        assert door.sent == []
        assert [row.state for row in await world.queued()] == ["moot"]


async def test_what_was_said_is_kept_with_the_duties_it_told_of(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.tick()
        door = Door("recorder")
        await deliver(world, door)
        (row,) = await world.queued()
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))
        assert (row.state, row.platform_id) == ("sent", "1")
        assert row.body["duties"] == [duty.id]
        assert row.body["text"].startswith("**Hạn hôm nay")


async def test_a_chat_that_refuses_for_good_is_closed_and_the_next_one_is_tried(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        person = await world.link(WARDS[0], Role.OFFICER, "other", channel="second")
        async with storage.write() as session:
            world.now = FRIDAY.replace(hour=8, minute=1)
            await people.connect(session, person.memberships[0].id, Address("recorder", "da-mai"), world.now)
        await world.tick()
        first, second = Door("recorder", blocked={"da-mai"}), Door("second")
        await deliver(world, first, second)
        assert [chat for chat, _ in second.sent] == ["other"]
        assert sorted(row.state for row in await world.queued()) == ["failed", "sent"]
        await world.tick(FRIDAY.replace(hour=15))
        await deliver(world, first, second)
        assert [chat for chat, _ in second.sent] == ["other", "other"]


async def test_a_unit_that_nobody_can_reach_is_shown_to_the_coordinator(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.link(WARDS[1], Role.OFFICER, "web-1", channel="web")
        coordinator = await world.link(VHTT, Role.COORDINATOR, "vhtt")
        await world.tick()
        await deliver(world, Door("recorder", blocked={"da-mai"}), Door("second"))
        async with storage.read() as session:
            board = await OfficeDuties(session, world.rules, world.now).board(coordinator)
        reasons = dict(board.unreachable)
        assert reasons["UBND phường Đa Mai"].startswith("không nhận được tin")
        assert reasons["UBND phường Dĩnh Kế"].startswith("chỉ liên kết kênh")
        assert reasons["UBND phường Hoàng Văn Thụ"] == "chưa ai liên kết"


async def test_somebody_who_writes_again_can_be_written_to_again(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        address = Address("recorder", "da-mai")
        async with storage.write() as session:
            await people.close(session, address, "blocked")
        assert await world.tick() == 0
        async with storage.write() as session:
            await people.reopen(session, address)
        await world.tick(FRIDAY.replace(hour=15))
        assert [row.chat for row in await world.queued()] == ["da-mai"]


async def test_a_closed_window_is_not_tried_and_the_next_chat_is(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        world.now = FRIDAY - timedelta(days=20)
        person = await world.link(WARDS[0], Role.OFFICER, "other", channel="second")
        async with storage.write() as session:
            late = world.now + timedelta(minutes=1)
            await people.connect(session, person.memberships[0].id, Address("recorder", "da-mai"), late)
        await world.tick(FRIDAY.replace(hour=8))
        week = replace(TRAITS, window=timedelta(days=7))
        first, second = Door("recorder", week), Door("second")
        await deliver(world, first, second)
        assert first.sent == []
        assert [chat for chat, _ in second.sent] == ["other"]
        assert (await world.queued())[0].error == "window closed: the person wrote too long ago"


async def test_in_quiet_hours_only_answers_leave(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=8)) as world:
        await world.confirm(since=FRIDAY.date())
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.tick()
        async with storage.write() as session:
            here = Address("recorder", "citizen")
            await outbox.put(session, "in:1", here, ANSWER, [Reply("trả lời")], world.now)
        door = Door("recorder", replace(TRAITS, quiet=(time(22), time(8, 30))))
        await deliver(world, door)
        assert [chat for chat, _ in door.sent] == ["citizen"]
        row = next(row for row in await world.queued() if row.chat == "da-mai")
        assert row.not_before.astimezone(VIETNAM) == FRIDAY.replace(hour=8, minute=30)
        world.now = FRIDAY.replace(hour=8, minute=31)
        await deliver(world, door)
        assert [chat for chat, _ in door.sent] == ["citizen", "da-mai"]
