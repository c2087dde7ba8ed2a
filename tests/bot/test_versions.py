"""Procedures that persons write, on both databases: two persons, a day from which it holds, every version kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from bot import imports, learned, publishing, versions
from bot.app import App
from bot.imports import Author, Batch
from bot.office import audit, owners, people
from bot.office.officials import Official, official
from bot.office.rules import Rules
from bot.office.upkeep import Upkeep, due_for
from bot.settings import Settings
from bot.storage import Storage
from bot.tables import Audit, Outbox, ProcedureVersion, VersionState
from bot.versions import RefusedError, Written
from handlers import texts, upkeep
from handlers.context import Context, Office
from handlers.duties import Role
from handlers.message import Address
from knowledge.changes import Kind
from knowledge.library import Library
from knowledge.procedures import Procedure
from knowledge.store import Knowledge
from scheduler import calendar, policy, units
from scheduler.calendar import VIETNAM
from tests.bot.office_world import NOI_VU, VHTT
from tests.conftest import HandClock

BIRTH, NEW = "1.001193", "9.000001"
PROVINCE = "Bắc Ninh"


class Desk:
    """An office that writes procedures, on one database."""

    def __init__(self, storage: Storage, shipped: Library, clock: HandClock) -> None:
        self.storage, self.shipped, self.clock = storage, shipped, clock
        self.rules = Rules(units.load(), calendar.load(), policy.load(), ("recorder",))
        self.seats = 0

    async def person(self, role: Role, unit: str = NOI_VU) -> Official:
        """Somebody who sits at the office's page."""
        self.seats += 1
        chat = Address("recorder", str(self.seats))
        async with self.storage.write() as session:
            code = await people.invite(session, unit, role, self.clock())
            await people.join(session, code, chat, self.clock())
            found = await people.person(session, chat, self.rules.units)
        assert found
        return official(found, chat, self.rules.units, self.clock().date())

    async def write(
        self, procedure: Procedure, by: Official, kind: Kind = Kind.CHANGED, seen: str = "", holds: date | None = None
    ) -> int:
        async with self.storage.write() as session:
            row = await versions.write(session, Written(procedure, kind, "Sửa", holds), by, self.clock(), seen=seen)
            audit.record(session, by, "procedure.draft", versions.subject(row), self.clock())
        return row.id or 0

    async def submit(self, number: int) -> None:
        async with self.storage.write() as session:
            await versions.submit(session, number, self.clock())

    async def send_back(self, number: int, by: Official) -> None:
        async with self.storage.write() as session:
            await versions.send_back(session, number, "Thiếu nguồn.", by, self.clock())

    async def approve(self, number: int, by: Official, day: date | None = None) -> str:
        async with self.storage.write() as session:
            return (await versions.approve(session, number, by, day, self.clock())).state

    async def published(self, procedure: Procedure, writer: Official, second: Official) -> int:
        """Written, handed in and agreed to."""
        number = await self.write(procedure, writer)
        await self.submit(number)
        await self.approve(number, second)
        return number

    async def take(self, *records: Procedure, complete: bool = False) -> imports.Taken:
        batch = [Batch("a.xlsx", records)]
        return await imports.take(self.storage, self.shipped, batch, self.clock(), complete=complete)

    async def known(self, code: str = BIRTH) -> Procedure | None:
        return (await learned.library(self.storage, self.shipped, PROVINCE)).get(code)

    async def rows(self) -> list[ProcedureVersion]:
        async with self.storage.read() as session:
            return list((await session.execute(select(ProcedureVersion).order_by("id"))).scalars())

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def mark(self, code: str = BIRTH) -> str:
        async with self.storage.read() as session:
            return versions.mark(await versions.on_its_way(session, code))


@pytest.fixture
def desk(storage: Storage, world: Library, clock: HandClock) -> Desk:
    return Desk(storage, world, clock)


@pytest.fixture
async def writer(desk: Desk) -> Official:
    return await desk.person(Role.EDITOR)


@pytest.fixture
async def second(desk: Desk) -> Official:
    return await desk.person(Role.APPROVER)


def differing(record: Procedure, **facts: object) -> Procedure:
    return record.model_copy(update=facts)


@pytest.fixture
def changed(world: Library) -> Procedure:
    return differing(world.by_code[BIRTH], who="Cha hoặc mẹ.")


async def test_a_draft_is_published_once_a_second_person_agreed(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    assert await desk.known() == desk.shipped.get(BIRTH)
    await desk.submit(number)
    assert await desk.known() == desk.shipped.get(BIRTH)
    assert await desk.approve(number, second) == VersionState.PUBLISHED
    assert await desk.known() == changed
    (row,) = await desk.rows()
    assert (row.published_at, row.set_moving_at, row.origin) == (desk.clock(), None, "office")
    assert (row.author_id, row.decided_by) == (writer.first_id, second.signature)


async def test_nobody_agrees_to_what_they_wrote_at(desk: Desk, changed: Procedure, writer: Official) -> None:
    admin, third = await desk.person(Role.ADMIN), await desk.person(Role.APPROVER)
    number = await desk.write(changed, admin)
    await desk.write(differing(changed, where="Nơi khác"), writer, seen=await desk.mark())
    await desk.submit(number)
    for author in (admin, writer):
        with pytest.raises(RefusedError, match="người khác duyệt"):
            await desk.approve(number, author)
    assert await desk.states() == ["submitted"]
    assert await desk.approve(number, third) == VersionState.PUBLISHED


async def test_only_what_was_handed_in_can_be_agreed_to(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    with pytest.raises(RefusedError):
        await desk.approve(number, second)
    await desk.submit(number)
    with pytest.raises(RefusedError):
        await desk.submit(number)
    await desk.approve(number, second)
    with pytest.raises(RefusedError):
        await desk.approve(number, second)
    with pytest.raises(RefusedError):
        await desk.send_back(number, second)


async def test_what_is_sent_back_is_mended_before_it_is_handed_in_again(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    await desk.submit(number)
    await desk.send_back(number, second)
    (row,) = await desk.rows()
    assert (row.state, row.note, row.decided_by) == ("draft", "Thiếu nguồn.", second.signature)
    with pytest.raises(RefusedError, match="trả lại"):
        await desk.submit(number)
    assert await desk.write(differing(changed, where="Nơi khác"), writer, seen=await desk.mark()) == number
    await desk.submit(number)
    assert await desk.states() == ["submitted"]


async def test_one_version_of_a_code_is_on_its_way_and_nobody_overwrites_another(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    await desk.write(changed, writer)
    seen = await desk.mark()
    with pytest.raises(RefusedError, match="đang có bản nháp"):
        await desk.write(changed, second)
    await desk.write(differing(changed, where="Một"), writer, seen=seen)
    with pytest.raises(RefusedError, match="vừa đổi"):
        await desk.write(differing(changed, where="Hai"), second, seen=seen)
    (row,) = await desk.rows()
    assert row.body["where"] == "Một"
    await desk.submit(row.id or 0)
    with pytest.raises(RefusedError, match="đang chờ"):
        await desk.write(changed, writer, seen=await desk.mark())


async def test_two_drafts_begun_at_once_leave_one(desk: Desk, changed: Procedure, writer: Official) -> None:
    begun = [desk.write(differing(changed, where=f"Nơi {number}"), writer) for number in range(5)]
    results = await asyncio.gather(*begun, return_exceptions=True)
    assert sum(isinstance(result, int) for result in results) == 1
    assert all(isinstance(result, int | RefusedError) for result in results)
    assert await desk.states() == ["draft"]


async def test_a_dropped_draft_stays_and_can_never_be_published_as_an_import(
    desk: Desk, changed: Procedure, writer: Official
) -> None:
    number = await desk.write(changed, writer)
    async with desk.storage.write() as session:
        await versions.drop(session, number, writer, desk.clock())
    assert await desk.states() == ["rejected"]
    assert (await imports.publish(desk.storage, [BIRTH], "Lan", desk.clock())).done == []
    assert await desk.write(changed, writer) != number


async def test_it_is_published_on_its_day_and_once(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    await desk.submit(number)
    today = desk.clock().astimezone(VIETNAM).date()
    before = await learned.stamp(desk.storage)
    assert await desk.approve(number, second, today + timedelta(days=2)) == VersionState.APPROVED
    assert await versions.tick(desk.storage, desk.clock()) == []
    assert await desk.known() == desk.shipped.get(BIRTH)
    midnight = datetime(today.year, today.month, today.day, tzinfo=VIETNAM) + timedelta(days=2)
    assert await versions.tick(desk.storage, midnight - timedelta(seconds=1)) == []
    ticked = await asyncio.gather(*(versions.tick(desk.storage, midnight) for _ in range(4)))
    assert sorted(ticked) == [[], [], [], [BIRTH]]
    assert await desk.known() == changed
    assert await learned.stamp(desk.storage) != before
    (row,) = await desk.rows()
    assert (row.state, row.published_at) == ("published", midnight.astimezone(UTC))
    async with desk.storage.read() as session:
        told = list((await session.execute(select(Audit).where(Audit.action == "procedure.publish"))).scalars())  # type: ignore[arg-type]
    assert [one.subject for one in told] == [f"version:{number}"]


async def test_a_day_that_has_come_is_no_reason_to_wait(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    await desk.submit(number)
    assert await desk.approve(number, second, date(2026, 11, 24)) == VersionState.PUBLISHED


async def test_what_waits_for_its_day_can_be_taken_back(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    await desk.submit(number)
    await desk.approve(number, second, date(2027, 1, 1))
    async with desk.storage.write() as session:
        await versions.withdraw(session, number)
    assert await versions.tick(desk.storage, datetime(2027, 1, 2, tzinfo=UTC)) == []
    assert await desk.states() == ["draft"]
    await desk.submit(number)
    assert await desk.states() == ["submitted"]


async def test_a_complete_catalogue_says_nothing_of_what_is_abolished_already(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    new = differing(changed, code=NEW, name="Cấp thẻ chợ đêm", aliases=(), questions=())
    await desk.published(new, writer, second)
    other = differing(new, code="9.000002")
    assert [one.procedure.code for one in (await desk.take(other, complete=True)).of(Kind.ABOLISHED)] == [NEW]
    await desk.published(differing(new, effective_until=date(2026, 11, 23)), writer, second)
    assert (await desk.take(other, complete=True)).of(Kind.ABOLISHED) == []


async def test_every_version_is_kept_and_an_older_one_comes_back_through_two_persons(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    first = await desk.published(changed, writer, second)
    desk.clock.forward(timedelta(days=1))
    await desk.published(differing(changed, who="Cha, mẹ, ông bà."), writer, second)
    assert await desk.states() == ["replaced", "published"]
    old = (await desk.rows())[0]
    assert old.id == first
    assert old.published_at == desk.clock() - timedelta(days=1)
    body = publishing.record(old.code, old.body)
    assert body == changed
    stamps = [await learned.stamp(desk.storage)]
    await desk.published(body, writer, second)
    stamps.append(await learned.stamp(desk.storage))
    assert await desk.known() == changed
    assert await desk.states() == ["replaced", "replaced", "published"]
    shipped = desk.shipped.by_code[BIRTH]
    await desk.published(shipped, writer, second)
    assert await desk.known() == shipped
    stamps.append(await learned.stamp(desk.storage))
    assert len(set(stamps)) == 3


async def test_an_abolished_procedure_stays_known_as_not_in_force(
    desk: Desk, world: Library, writer: Official, second: Official
) -> None:
    gone = differing(world.by_code[BIRTH], effective_until=date(2026, 11, 23), successor=("1.004884",))
    number = await desk.write(gone, writer, Kind.ABOLISHED)
    await desk.submit(number)
    await desk.approve(number, second)
    found = await desk.known()
    assert found == gone
    assert not found.valid_on(date(2026, 11, 24))


async def test_an_import_overwrites_nothing_while_a_person_writes(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    number = await desk.write(changed, writer)
    imported = differing(changed, who="Ai cũng được.")
    assert (await desk.take(imported)).waiting == 1
    assert await desk.states() == ["draft", "review"]
    assert (await imports.publish(desk.storage, [BIRTH], "Lan", desk.clock())).done == [BIRTH]
    assert await desk.known() == desk.shipped.get(BIRTH)
    row = (await desk.rows())[0]
    assert (row.state, row.body["who"]) == ("draft", "Cha hoặc mẹ.")
    await desk.submit(number)
    await desk.approve(number, second)
    assert await desk.known() == changed


async def test_an_import_never_takes_the_place_of_what_a_person_published(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    await desk.published(changed, writer, second)
    taken = await desk.take(differing(changed, who="Ai cũng được."))
    assert [change.procedure.code for change in taken.of(Kind.CHANGED)] == [BIRTH]
    (waits,) = await imports.waiting(desk.storage, desk.shipped)
    assert waits.by_office
    for decided in (
        await imports.publish(desk.storage, [BIRTH], "Lan", desk.clock()),
        await imports.publish_all(desk.storage, desk.shipped, "Lan", desk.clock()),
    ):
        assert (decided.done, decided.by_office) == ([], [BIRTH])
    assert await desk.known() == changed


async def test_a_person_takes_the_place_of_a_shipped_record_and_an_import_does_not(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    await desk.take(differing(changed, who="Ai cũng được."))
    await imports.publish(desk.storage, [BIRTH], "Lan", desk.clock())
    assert await desk.known() == desk.shipped.get(BIRTH)
    await desk.published(changed, writer, second)
    assert await desk.known() == changed


async def test_whoever_brought_a_file_in_does_not_publish_it(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    author = Author(writer.signature, writer.first_id)
    batch = [Batch("a.xlsx", [changed])]
    await imports.take(desk.storage, desk.shipped, batch, desk.clock(), author=author)
    (waits,) = await imports.waiting(desk.storage, desk.shipped)
    ids = {BIRTH: waits.id}
    own = await imports.publish_versions(desk.storage, ids, "A", desk.clock(), members=writer.ids)
    assert (own.done, own.own) == ([], [BIRTH])
    done = await imports.publish_versions(desk.storage, ids, "B", desk.clock(), members=second.ids)
    assert done.done == [BIRTH]
    (row,) = await desk.rows()
    assert (row.author, row.published_at) == (writer.signature, desk.clock())


async def test_what_took_the_place_of_the_version_one_looked_at_goes_on_waiting(
    desk: Desk, changed: Procedure, second: Official
) -> None:
    await desk.take(changed)
    (seen,) = await imports.waiting(desk.storage, desk.shipped)
    await desk.take(differing(changed, who="Ai cũng được."))
    decided = await imports.publish_versions(desk.storage, {BIRTH: seen.id}, "B", desk.clock(), members=second.ids)
    assert (decided.done, decided.nothing_waits) == ([], [BIRTH])
    assert await desk.states() == ["replaced", "review"]


async def test_a_new_code_is_known_once_it_is_published(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    new = differing(changed, code=NEW, name="Cấp thẻ chợ đêm", aliases=(), questions=())
    number = await desk.write(new, writer, Kind.NEW)
    assert await desk.known(NEW) is None
    await desk.submit(number)
    await desk.approve(number, second)
    assert await desk.known(NEW) == new
    elsewhere = differing(new, scope="Lào Cai")
    await desk.published(elsewhere, writer, second)
    assert await desk.known(NEW) is None


async def test_what_no_longer_fits_leaves_the_shipped_record_in_its_place(
    desk: Desk, changed: Procedure, writer: Official, second: Official
) -> None:
    await desk.published(changed, writer, second)
    async with desk.storage.write() as session:
        await session.execute(update(ProcedureVersion).values(body={"code": "x"}))
    assert await desk.known() == desk.shipped.get(BIRTH)


# Looking after records

LATE = datetime(2030, 3, 12, 2, tzinfo=UTC)
"""A Tuesday morning in Vietnam, when every record of the small world is past its date."""


async def test_the_editors_of_a_field_hear_once_a_week_and_all_of_them_of_a_field_of_nobody(
    desk: Desk, world: Library, known: Knowledge
) -> None:
    births, others = await desk.person(Role.EDITOR, VHTT), await desk.person(Role.EDITOR)
    await desk.person(Role.APPROVER)
    async with desk.storage.write() as session:
        assert await owners.assign(session, "Hộ tịch", VHTT) is None
    ticks = [Upkeep(desk.storage, desk.rules, lambda: world) for _ in range(2)]
    assert [await one.tick(LATE) for one in (*ticks, ticks[0])] == [2, 0, 0]
    assert await ticks[0].tick(LATE + timedelta(days=7)) == 2
    async with desk.storage.read() as session:
        rows = list((await session.execute(select(Outbox))).scalars())
        first = await due_for(session, births.person, world, LATE)
        rest = await due_for(session, others.person, world, LATE)
    assert {row.body["compose"] for row in rows} == {"upkeep"}
    assert {one.field for one in first} > {"Hộ tịch"}
    assert "Hộ tịch" not in {one.field for one in rest}
    assert rest


async def test_nothing_is_queued_outside_working_hours_or_while_nothing_is_due(desk: Desk, world: Library) -> None:
    await desk.person(Role.EDITOR)
    one = Upkeep(desk.storage, desk.rules, lambda: world)
    assert await one.tick(LATE.replace(hour=14)) == 0
    assert await one.tick(LATE + timedelta(days=4)) == 0
    assert await Upkeep(desk.storage, desk.rules, lambda: Library([])).tick(LATE) == 0
    assert await one.tick(LATE) == 1


async def test_what_was_renewed_meanwhile_is_not_spoken_of(desk: Desk, world: Library, known: Knowledge) -> None:
    editor = await desk.person(Role.EDITOR)
    context = Context(LATE, known, texts.load(), Office("Một Cửa", None, "https://example.org"), ref=0)
    async with desk.storage.read() as session:
        due = await due_for(session, editor.person, world, LATE)
        renewed = Library(differing(one, review_by=date(2031, 1, 1)) for one in world)
        none = await due_for(session, editor.person, renewed, LATE)
    said = upkeep.digest(due, context)
    assert said
    assert f"{len(due)} thủ tục" in said.text
    assert "quá hạn từ 18/07/2027" in said.text
    assert said.choices[0].url == "https://example.org/lam-viec/thu-tuc?loc=kiem-tra"
    assert upkeep.digest(none, context) is None


# The running program


async def test_within_one_tick_of_its_day_the_assistant_answers_from_it(
    database_url: str, known: Knowledge, world: Library, clock: HandClock
) -> None:
    app = App(Settings(database_url=SecretStr(database_url.replace("+aiosqlite", "")), port=0), known, clock)
    await app.start(serve=False)
    desk = Desk(app.storage, world, clock)
    writer, second = await desk.person(Role.EDITOR), await desk.person(Role.APPROVER)
    changed = differing(world.by_code[BIRTH], who="Cha hoặc mẹ.")
    number = await desk.write(changed, writer)
    await desk.submit(number)
    await desk.approve(number, second, date(2026, 11, 26))
    await app._tick()
    assert app.knowledge.get(BIRTH) == world.by_code[BIRTH]
    clock.forward(timedelta(days=2))
    await app._tick()
    assert app.knowledge.get(BIRTH) == changed
    await app.stop()
