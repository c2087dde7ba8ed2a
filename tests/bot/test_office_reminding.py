"""The tick makes the message of the day for whom it concerns, once, in working time, and stops when all is reported."""

from __future__ import annotations

import random
from datetime import timedelta

from bot.office import people
from bot.storage import Storage
from bot.tables import Outbox
from handlers.duties import Role
from handlers.message import Address
from handlers.outcome import Accepted, Passed, Returned, Snoozed
from scheduler.calendar import VIETNAM
from scheduler.ledger import State
from tests.bot.office_world import NOI_VU, VHTT, WARDS, OfficeWorld, local, office

FRIDAY = local(2024, 3, 15)


def told(rows: list[Outbox]) -> list[tuple[str, str]]:
    return [(row.body["compose"], row.chat) for row in rows]


async def linked(world: OfficeWorld) -> None:
    """An officer and a head for Đa Mai, officers elsewhere, the coordinator and the monitor."""
    await world.confirm(since=FRIDAY.date())
    await world.link(WARDS[0], Role.OFFICER, "da-mai")
    await world.link(WARDS[0], Role.HEAD, "da-mai-head")
    await world.link(WARDS[1], Role.OFFICER, "dinh-ke")
    await world.link(VHTT, Role.COORDINATOR, "coordinator")
    await world.link(NOI_VU, Role.MONITOR, "monitor")


async def test_a_weekly_duty_is_told_in_the_morning_and_two_hours_before(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await linked(world)
        assert await world.tick(FRIDAY.replace(hour=7, minute=59)) == 0
        await world.tick(FRIDAY.replace(hour=8))
        assert told(await world.queued()) == [("digest", "da-mai"), ("digest", "dinh-ke")]
        await world.tick(FRIDAY.replace(hour=14, minute=59))
        assert len(await world.queued()) == 2
        await world.tick(FRIDAY.replace(hour=15))
        assert told(await world.queued())[2:] == [("last_call", "da-mai"), ("last_call", "dinh-ke")]


async def test_a_second_tick_or_process_adds_nothing(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world, office(storage, FRIDAY) as other:
        await linked(world)
        at = FRIDAY.replace(hour=8)
        made = [await world.tick(at), await other.tick(at), await world.tick(at), await other.tick(at)]
        assert made == [2, 0, 0, 0]


async def test_nothing_leaves_outside_working_time(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await linked(world)
        for at in (FRIDAY.replace(hour=12), FRIDAY.replace(hour=20), local(2024, 3, 16, 9), local(2024, 3, 17, 9)):
            assert await world.tick(at) == 0
        assert await world.queued() == []


async def test_after_an_outage_only_the_latest_stage_is_told(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await linked(world)
        await world.tick(local(2024, 3, 19, 9))  # Tuesday: two working days late
        rows = await world.queued()
        assert ("digest", "da-mai-head") in told(rows)
        assert ("digest", "da-mai") not in told(rows)
        assert all(row.stage in {"head", None} or row.due_on > FRIDAY.date() for row in await world.rows())


async def test_the_ladder_climbs_with_its_grace_and_stops_when_a_report_comes(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await linked(world)
        seen: dict[str, str] = {}
        day = FRIDAY.replace(hour=8)
        for _ in range(12):
            await world.tick(day)
            for what, chat in told(await world.queued()):
                seen.setdefault(f"{what} {chat}", f"{day:%d/%m}")
            day += timedelta(days=1)
        assert seen["digest da-mai"] == "15/03"
        assert seen["digest da-mai-head"] == "19/03"
        assert seen["digest coordinator"] == "21/03"
        assert seen["digest monitor"] == "18/03"  # the digest of the week


async def test_a_reported_duty_is_not_reminded_of(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await linked(world)
        for ward, chat in ((WARDS[0], "da-mai"), (WARDS[1], "dinh-ke")):
            await world.report(ward, "1", "2024-W11", chat)
        await world.tick(FRIDAY.replace(hour=8))
        assert ("digest", "da-mai") not in told(await world.queued())


async def test_five_unreported_weeks_and_a_late_second_one(storage: Storage) -> None:
    async with office(storage, local(2024, 1, 1, 9)) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        world.now = local(2024, 2, 5, 9)  # Monday after the fifth Friday
        await world.report(WARDS[0], "1", "2024-W02", "da-mai")
        states = (await world.states("1", WARDS[0]))[:5]
        overdue = State.OVERDUE
        assert states == [overdue, State.REPORTED_LATE, overdue, overdue, overdue]


async def test_a_returned_report_mended_in_time_keeps_the_time_of_the_first(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=9)) as world:
        await linked(world)
        await world.report(WARDS[0], "1", "2024-W11", "da-mai")
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("coordinator"))
        world.now = local(2024, 3, 18, 10)
        await world.write(Returned(duty.id, "Ảnh không rõ"), "coordinator")
        assert (await world.states("1", WARDS[0]))[10] is State.RETURNED
        assert ("returned", "da-mai") in told(await world.queued())
        world.now = local(2024, 3, 19, 10)
        code = await world.report(WARDS[0], "1", "2024-W11", "da-mai")
        assert code.endswith("-2")
        assert (await world.states("1", WARDS[0]))[10] is State.REPORTED
        await world.write(Accepted(duty.id), "coordinator")
        assert (await world.states("1", WARDS[0]))[10] is State.ACCEPTED


async def test_only_a_coordinator_decides(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=9)) as world:
        await linked(world)
        await world.report(WARDS[0], "1", "2024-W11", "da-mai")
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))
        for chat in ("da-mai", "monitor", "da-mai-head"):
            await world.write(Accepted(duty.id), chat)
        assert (await world.states("1", WARDS[0]))[10] is State.REPORTED


async def test_a_snooze_comes_back_once_at_its_time(storage: Storage) -> None:
    async with office(storage, FRIDAY.replace(hour=9)) as world:
        await linked(world)
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))
        await world.write(Snoozed(duty.id, FRIDAY.replace(hour=14)), "da-mai")
        (row,) = [row for row in await world.queued() if row.body["compose"] == "snoozed"]
        assert (row.chat, row.not_before.astimezone(VIETNAM)) == ("da-mai", FRIDAY.replace(hour=14))
        assert (await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))).snoozed == 1


async def test_a_duty_passed_on_is_told_to_whoever_has_it(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await linked(world)
        other = await world.link(WARDS[0], Role.OFFICER, "da-mai-2", substitute=True)
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))
        await world.write(Passed(duty.id, other.memberships[0].id), "da-mai")
        await world.tick(FRIDAY.replace(hour=8))
        digests = [chat for what, chat in told(await world.queued()) if what == "digest"]
        assert "da-mai-2" in digests
        assert "da-mai" not in digests


async def test_substitutes_are_told_only_where_nobody_else_is_reached(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm(since=FRIDAY.date())
        await world.link(WARDS[0], Role.OFFICER, "main")
        await world.link(WARDS[0], Role.OFFICER, "sub", substitute=True)
        async with storage.write() as session:
            await people.close(session, Address("recorder", "main"), "blocked")
        await world.tick(FRIDAY.replace(hour=8))
        assert told(await world.queued()) == [("digest", "sub")]


async def test_one_chat_with_two_roles_gets_one_digest(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm(since=FRIDAY.date())
        for ward in WARDS:
            await world.link(ward, Role.OFFICER, "one")
        await world.tick(FRIDAY.replace(hour=8))
        assert told(await world.queued()) == [("digest", "one")]


async def test_killed_and_doubled_ticks_make_the_same_messages(storage: Storage) -> None:
    """Three weeks, with ticks skipped, doubled and at odd minutes, beside an undisturbed run of the same rules."""
    chance = random.Random(7)  # noqa: S311 - a test
    async with office(storage, FRIDAY) as world, office(storage, FRIDAY) as other:
        await linked(world)
        at = local(2024, 3, 14, 7)
        while at < local(2024, 4, 4):
            if not chance.random() < 0.4:
                await chance.choice((world, other)).tick(at)
            at += timedelta(minutes=chance.choice((7, 13, 20)))
        keys = [row.key for row in await world.queued()]
        assert len(keys) == len(set(keys))
        mornings = {key.rsplit(":", 1)[1] for key in keys if key.startswith("digest:recorder:da-mai:")}
        assert {"2024-03-15", "2024-03-22", "2024-03-29"} <= mornings
        assert all(
            world.rules.calendar.default.is_working_day(local(*map(int, day.split("-"))).date()) for day in mornings
        )
