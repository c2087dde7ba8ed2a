"""One installation, a city and its wards: in the chat, too, everybody sees, decides and hears what is theirs."""

from __future__ import annotations

from bot.office.duties import OfficeDuties
from bot.storage import Storage
from handlers.duties import Board, Duty, Person, Role
from handlers.outcome import Accepted, Returned, SetAside, Stuck
from scheduler.ledger import Mark
from tests.bot.office_world import VHTT, WARDS, OfficeWorld, local, office
from tests.bot.test_office_delivery import Door, deliver

FRIDAY = local(2024, 3, 15, 8)
MINE, OTHER, _ = WARDS


async def _seen(world: OfficeWorld, person: Person) -> tuple[tuple[Duty, ...], Board]:
    async with world.storage.write() as session:
        duties = OfficeDuties(session, world.rules, world.now)
        return await duties.to_accept(person), await duties.board(person)


async def _marks(world: OfficeWorld) -> dict[str, str]:
    return {row.unit: row.mark for row in await world.rows() if row.period == "2024-W11"}


async def _reported(world: OfficeWorld) -> None:
    await world.confirm()
    for number, ward in enumerate((MINE, OTHER)):
        await world.link(ward, Role.OFFICER, f"c{number}")
        await world.report(ward, "1", "2024-W11", f"c{number}")


async def test_a_wards_coordinator_accepts_the_reports_of_the_ward_alone(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await _reported(world)
        ward, city = await world.link(MINE, Role.COORDINATOR, "ward"), await world.link(VHTT, Role.COORDINATOR, "city")
        waiting, board = await _seen(world, ward)
        assert [one.unit for one in waiting] == [MINE]
        assert board.to_accept == 1
        assert {name for row in board.rows for name in row.overdue + row.waiting} <= {"UBND phường Đa Mai"}
        everything, whole = await _seen(world, city)
        assert {one.unit for one in everything} == {MINE, OTHER}
        assert whole.to_accept == 2
        numbers = {one.unit: one.id for one in everything}
        for note in (Accepted(numbers[OTHER]), Returned(numbers[OTHER], "thiếu ảnh"), SetAside(numbers[OTHER], "thôi")):
            await world.write(note, "ward")
        assert (await _marks(world))[OTHER] == Mark.REPORTED
        await world.write(Accepted(numbers[MINE]), "ward")
        await world.write(Accepted(numbers[OTHER]), "city")
        marks = await _marks(world)
        assert (marks[MINE], marks[OTHER]) == (Mark.ACCEPTED, Mark.ACCEPTED)


async def test_a_number_of_another_unit_opens_nothing(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await _reported(world)
        ward = await world.link(MINE, Role.COORDINATOR, "ward")
        strange = next(row.id or 0 for row in await world.rows() if row.unit == OTHER)
        own = next(row.id or 0 for row in await world.rows() if row.unit == MINE)
        async with storage.write() as session:
            duties = OfficeDuties(session, world.rules, world.now)
            assert await duties.duty(strange, ward) is None
            found = await duties.duty(own, ward)
        assert found


async def test_somebody_with_a_post_in_a_ward_and_one_in_the_city_decides_as_the_post_says(storage: Storage) -> None:
    """Coordinator of a ward and monitor of the city: sees everything, decides for the ward."""
    async with office(storage, FRIDAY) as world:
        await _reported(world)
        await world.link(MINE, Role.COORDINATOR, "both")
        both = await world.link(VHTT, Role.MONITOR, "both")
        waiting, board = await _seen(world, both)
        assert [one.unit for one in waiting] == [MINE]
        assert board.to_accept == 2
        strange = next(row.id or 0 for row in await world.rows() if row.unit == OTHER and row.period == "2024-W11")
        await world.write(Accepted(strange), "both")
        assert (await _marks(world))[OTHER] == Mark.REPORTED


async def test_a_difficulty_and_what_is_late_are_told_to_whom_they_concern(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await _reported(world)
        await world.link(MINE, Role.COORDINATOR, "ward")
        await world.link(VHTT, Role.COORDINATOR, "city")
        person = await world.person("c1")
        duty = await world.duty(OTHER, "1", "2024-W10", person)
        await world.write(Stuck(duty.id, person.memberships[0].id, "loa hỏng"), "c1")
        door = Door("recorder")
        await deliver(world, door)
        assert [chat for chat, reply in door.sent if "loa hỏng" in reply.text] == ["city"]
        await world.tick(local(2024, 3, 18, 9))
        await deliver(world, door)
        said = {chat: reply.text for chat, reply in door.sent}
        assert "Dĩnh Kế" in said["city"]
        assert "Đa Mai" in said["ward"]
        assert "Dĩnh Kế" not in said["ward"]
        assert "Hoàng Văn Thụ" not in said["ward"]
