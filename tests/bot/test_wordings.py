"""Wordings and what was posted, on both databases: two persons, true facts, evidence once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.office import announcements, posting, wordings
from bot.office.audiences import Audience
from bot.office.officials import Official, official
from bot.office.plans import RefusedError
from bot.office.wordings import Held, held
from bot.storage import Storage
from bot.tables import (
    Announcement,
    AnnouncementState,
    Audit,
    Evidence,
    Occurrence,
    Outbox,
    OutboxState,
    Submission,
    Wording,
)
from handlers.duties import Person, Role
from handlers.message import Address
from knowledge.changes import fingerprint
from knowledge.library import Library
from knowledge.mouths.facts import Setting
from knowledge.mouths.telling import Mouth, tell
from knowledge.store import Knowledge
from scheduler.calendar import VIETNAM
from scheduler.ledger import Mark
from tests.bot.office_world import (
    MONTHLY,
    NOI_VU,
    VHTT,
    WARDS,
    WEEKLY,
    OfficeWorld,
    local,
    office,
    reading,
    task,
)

NOW = local(2024, 3, 15, 9)
CODE = "1.001193"
SETTING = Setting(
    "Một Cửa phường Bắc Giang", date(2024, 3, 15), "https://motcua.example.vn/?noi=1.001193", "0204 3854 222"
)
ZALO = task("4", "Tuyên truyền qua nhóm Zalo, Facebook, mạng xã hội", (VHTT,), MONTHLY)
RADIO = task("3", "Tuyên truyền chuyển đổi số trên hệ thống truyền thanh", (VHTT,), WEEKLY)
PANO = task("9", "Tuyên truyền khẩu hiệu pano", (VHTT,), MONTHLY)


@dataclass
class Desk:
    """An editor and an approver over one database, and the procedures as they are known."""

    storage: Storage
    office: OfficeWorld
    known: Knowledge
    editor: Official
    approver: Official

    def change(self, **facts: Any) -> None:
        """The office publishes the record with other facts."""
        new = [one.model_copy(update=facts) if one.code == CODE else one for one in self.known.library]
        self.known = Knowledge(Library(new))

    def held(self, row: Wording) -> Held:
        return held(row, self.known, self.office.now.astimezone(VIETNAM).date())

    async def write(self, mouth: Mouth = Mouth.POST, text: str | None = None, by: Official | None = None) -> int:
        record = self.known.get(CODE)
        assert record
        told = tell(mouth, record, SETTING) if text is None else text
        async with self.storage.write() as session:
            return await wordings.write(session, by or self.editor, record, mouth, told, self.office.now)

    async def submit(self, number: int) -> None:
        async with self.storage.write() as session:
            row = await wordings.take(session, number)
            assert row
            wordings.submit(session, self.editor, self.held(row), SETTING, self.office.now)

    async def approve(self, number: int, by: Official | None = None) -> None:
        async with self.storage.write() as session:
            row = await wordings.take(session, number)
            assert row
            await wordings.approve(session, by or self.approver, self.held(row), SETTING, self.office.now)

    async def approved(self, mouth: Mouth = Mouth.POST) -> int:
        number = await self.write(mouth)
        await self.submit(number)
        await self.approve(number)
        return number

    async def row(self, number: int) -> Wording:
        async with self.storage.read() as session:
            found = await session.get(Wording, number)
        assert found
        return found

    async def announced(self, wording: int, by: Official | None = None) -> int:
        """An announcement that brings a wording."""
        async with self.storage.write() as session:
            told = ("Đăng ký khai sinh", "Lời", Audience(groups=True))
            return await announcements.write(session, by or self.editor, *told, self.office.now, wording_id=wording)

    async def sent(self, announcement: int, chat: str, *, at: datetime | None = None, **more: Any) -> int:
        """A message of it that the platform took."""
        values = announcements.outbox_row(announcement, Address("recorder", chat), self.office.now, emergency=False)
        taken = {"state": OutboxState.SENT, "platform_id": f"{chat}-77", "sent_at": at or self.office.now}
        async with self.storage.write() as session:
            row = Outbox(**{**values, **taken, **more})
            session.add(row)
            await session.flush()
            return row.id or 0

    async def tick(self) -> int:
        return await posting.tick(self.storage, self.office.rules, self.known, self.office.now)

    async def all(self, table: Any) -> list[Any]:
        async with self.storage.read() as session:
            return list((await session.execute(select(table).order_by(col(table.id)))).scalars())


@pytest.fixture
async def desk(storage: Storage, known: Knowledge) -> AsyncIterator[Desk]:
    async with office(storage, NOW) as world:

        def who(person: Person, chat: str) -> Official:
            return official(person, Address("recorder", chat), world.rules.units, NOW.date())

        editor = who(await world.link(VHTT, Role.EDITOR, "editor"), "editor")
        approver = who(await world.link(NOI_VU, Role.APPROVER, "approver"), "approver")
        await world.link(WARDS[0], Role.GROUP, "group-1")
        await world.link(WARDS[1], Role.GROUP, "group-2")
        yield Desk(storage, world, known, editor, approver)


async def test_a_second_person_agrees_and_it_is_usable(desk: Desk) -> None:
    number = await desk.write()
    assert not desk.held(await desk.row(number)).usable
    await desk.submit(number)
    with pytest.raises(RefusedError, match="người thứ hai"):
        await desk.approve(number, by=desk.editor)
    await desk.approve(number)
    row = await desk.row(number)
    assert desk.held(row).usable
    assert (row.decided_by, row.author_id) == (desk.approver.signature, desk.editor.first_id)
    assert [one.action for one in await desk.all(Audit)] == ["wording.write", "wording.submit", "wording.approve"]


async def test_a_newer_one_takes_the_place_of_the_older_of_its_mouth(desk: Desk) -> None:
    first, other = await desk.approved(), await desk.approved(Mouth.LED)
    second = await desk.approved()
    assert [(row.id, row.state) for row in await desk.all(Wording)] == [
        (first, "replaced"),
        (other, "approved"),
        (second, "approved"),
    ]


async def test_two_that_approve_at_once_approve_once(desk: Desk) -> None:
    number = await desk.write()
    await desk.submit(number)
    done = await asyncio.gather(desk.approve(number), desk.approve(number), return_exceptions=True)
    assert [type(one) for one in done if one is not None] == [RefusedError]


async def test_what_is_sent_back_says_why_and_whoever_mends_it_is_its_author(desk: Desk) -> None:
    number = await desk.write()
    await desk.submit(number)
    async with desk.storage.write() as session:
        row = await wordings.take(session, number)
        assert row
        with pytest.raises(RefusedError, match="ít nhất"):
            wordings.send_back(session, desk.approver, row, " ", NOW)
        with pytest.raises(RefusedError, match="người thứ hai"):
            wordings.send_back(session, desk.editor, row, "thiếu nơi nộp hồ sơ", NOW)
        wordings.send_back(session, desk.approver, row, "thiếu nơi nộp, hỏi 0912345678", NOW)
    async with desk.storage.write() as session:
        assert await wordings.reason(session, number) == "thiếu nơi nộp, hỏi [số điện thoại]"
        row = await wordings.take(session, number)
        assert row
        wordings.rewrite(session, desk.approver, row, row.text + "\nThêm", NOW)
    await desk.submit(number)
    with pytest.raises(RefusedError, match="người thứ hai"):
        await desk.approve(number)


async def test_once_the_record_says_something_else_it_is_outdated_and_cannot_be_approved(desk: Desk) -> None:
    number, waiting = await desk.approved(), await desk.write(Mouth.LED)
    await desk.submit(waiting)
    desk.change(checked_on=date(2024, 3, 1))
    assert desk.held(await desk.row(number)).usable
    desk.change(where="Trung tâm Phục vụ hành chính công")
    assert desk.held(await desk.row(number)).outdated == wordings.CHANGED
    with pytest.raises(RefusedError, match="viết lại"):
        await desk.approve(waiting)


async def test_past_its_review_date_and_out_of_force_it_is_outdated(desk: Desk) -> None:
    number = await desk.approved()
    desk.change(review_by=date(2024, 3, 15))
    assert "quá hạn kiểm tra" in desk.held(await desk.row(number)).outdated
    desk.known = Knowledge(Library([one for one in desk.known.library if one.code != CODE]))
    assert desk.held(await desk.row(number)).outdated == wordings.GONE


async def test_what_has_to_be_mended_is_not_submitted(desk: Desk) -> None:
    number = await desk.write(Mouth.LOUDSPEAKER, "Mang CCCD, phí 5.000 đồng")
    with pytest.raises(RefusedError) as refused:
        await desk.submit(number)
    assert ["CCCD" in line for line in refused.value.problems] == [True, False]
    assert (await desk.row(number)).state == "draft"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Gọi chị Lan 0912 345 678", "số điện thoại"),
        ("Căn cước 001099012345", "số căn cước"),
        ("chữ " * 2000, "tối đa"),
    ],
)
def test_personal_data_and_too_much_is_refused_with_words(typed: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        wordings.clean(typed, SETTING)


def test_the_offices_own_contact_may_be_told() -> None:
    assert wordings.clean("Gọi 0204 3854 222 \r\nngày 15/03/2024 \n", SETTING) == "Gọi 0204 3854 222\nngày 15/03/2024"


async def test_one_that_is_not_wanted_is_laid_aside(desk: Desk) -> None:
    number = await desk.approved()
    async with desk.storage.write() as session:
        row = await wordings.take(session, number)
        assert row
        wordings.drop(session, desk.editor, row, NOW)
    async with desk.storage.read() as session:
        assert await wordings.listed(session) == []
    with pytest.raises(RefusedError):
        await desk.submit(number)


def test_a_wording_is_bound_to_the_fingerprint(known: Knowledge) -> None:
    record = known.get(CODE)
    assert record
    assert fingerprint(record) != fingerprint(record.model_copy(update={"who": "Ai cũng được"}))


# Evidence


async def test_what_was_posted_in_a_group_is_a_report_with_the_platforms_number(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO, RADIO, PANO))
    told = await desk.announced(await desk.approved())
    await desk.sent(told, "group-1")
    assert await desk.tick() == 1
    (report,) = await desk.all(Submission)
    (proof,) = await desk.all(Evidence)
    row = next(one for one in await desk.all(Occurrence) if one.id == report.occurrence_id)
    assert (row.unit, row.period, row.mark, row.reported_at) == (VHTT, "2024-03", Mark.REPORTED, NOW)
    assert (report.state, report.form, report.quantity, report.attempt) == ("sent", "mang_xa_hoi", 1, 1)
    assert report.member_id == desk.editor.first_id
    assert report.code.startswith("BC-PL4-202403-")
    assert (proof.kind, proof.state) == ("message", "kept")
    assert proof.name == "recorder, tin số group-1-77: Đăng ký khai sinh"


async def test_ticking_again_and_at_once_logs_nothing_twice(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO))
    told = await desk.announced(await desk.approved())
    await desk.sent(told, "group-1")
    await asyncio.gather(desk.tick(), desk.tick())
    assert await desk.tick() == 0
    assert len(await desk.all(Submission)) == len(await desk.all(Evidence)) == 1


async def test_each_further_group_is_added_to_the_same_report(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO))
    told = await desk.announced(await desk.approved())
    await desk.sent(told, "group-1")
    await desk.tick()
    await desk.sent(told, "group-2")
    assert await desk.tick() == 1
    (report,) = await desk.all(Submission)
    assert (report.quantity, len(await desk.all(Evidence))) == (2, 2)


async def test_what_was_posted_in_a_public_channel_is_a_report_that_says_so(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO))
    await desk.office.link(WARDS[0], Role.PUBLIC, "channel-1")
    await desk.sent(await desk.announced(await desk.approved()), "channel-1")
    assert await desk.tick() == 1
    (report,) = await desk.all(Submission)
    assert report.text == "Đăng bài vào kênh tin: Đăng ký khai sinh"
    (proof,) = await desk.all(Evidence)
    assert proof.name == "recorder, tin số channel-1-77: Đăng ký khai sinh"


async def test_a_report_that_a_person_sent_is_only_added_to(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO))
    await desk.office.link(VHTT, Role.OFFICER, "officer")
    code = await desk.office.report(VHTT, "4", "2024-03", "officer")
    await desk.sent(await desk.announced(await desk.approved()), "group-1")
    assert await desk.tick() == 1
    (report,) = await desk.all(Submission)
    assert (report.code, report.text, report.quantity) == (code, "phát 2 lần", 2)
    assert [one.kind for one in await desk.all(Evidence)] == ["link", "message"]


async def test_what_a_person_withdrew_is_not_made_again(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO))
    await desk.sent(await desk.announced(await desk.approved()), "group-1")
    await desk.tick()
    async with desk.storage.write() as session:
        report = await session.get(Submission, 1)
        assert report
        row = await session.get(Occurrence, report.occurrence_id)
        assert row
        report.state, row.mark = "withdrawn", Mark.OPEN
        session.add_all([report, row])
    assert await desk.tick() == 0


async def test_a_script_is_logged_for_broadcasting_too_and_says_that_it_is_a_script(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO, RADIO, PANO))
    await desk.sent(await desk.announced(await desk.approved(Mouth.LOUDSPEAKER)), "group-1")
    assert await desk.tick() == 2
    assert {one.text for one in await desk.all(Submission)} == {"Gửi bài phát thanh vào nhóm: Đăng ký khai sinh"}


@pytest.mark.parametrize(
    "row",
    [
        {"chat": "editor"},
        {"state": OutboxState.QUEUED},
        {"platform_id": None},
        {"sent_at": NOW - timedelta(days=8)},
        {"announcement_id": None},
    ],
)
async def test_what_no_group_has_is_no_evidence(desk: Desk, row: dict[str, Any]) -> None:
    await desk.office.confirm(reading(ZALO))
    told = await desk.announced(await desk.approved())
    await desk.sent(told, **{"chat": "group-1", **row})
    assert await desk.tick() == 0
    assert await desk.all(Submission) == []


async def test_another_units_duty_is_not_fulfilled(desk: Desk) -> None:
    await desk.office.confirm(reading(task("4", ZALO.content, (NOI_VU,), MONTHLY)))
    await desk.sent(await desk.announced(await desk.approved()), "group-1")
    assert await desk.tick() == 0


async def test_a_message_counts_for_the_period_in_which_it_was_sent(desk: Desk) -> None:
    await desk.office.confirm(reading(RADIO))
    sunday = local(2024, 3, 10, 20)
    await desk.sent(await desk.announced(await desk.approved(Mouth.LOUDSPEAKER)), "group-1", at=sunday)
    assert await desk.tick() == 1
    (report,) = await desk.all(Submission)
    row = next(one for one in await desk.all(Occurrence) if one.id == report.occurrence_id)
    assert (row.period, row.reported_at) == ("2024-W10", sunday)


async def test_what_was_sent_before_a_report_was_returned_does_not_mend_it(desk: Desk) -> None:
    await desk.office.confirm(reading(ZALO))
    told = await desk.announced(await desk.approved())
    await desk.sent(told, "group-1")
    await desk.tick()
    async with desk.storage.write() as session:
        report = await session.get(Submission, 1)
        assert report
        row = await session.get(Occurrence, report.occurrence_id)
        assert row
        report.state, row.mark, row.returned_at = "returned", Mark.RETURNED, NOW + timedelta(hours=1)
        session.add_all([report, row])
    await desk.sent(told, "group-2", at=NOW + timedelta(minutes=5))
    assert await desk.tick() == 0
    desk.office.now = NOW + timedelta(hours=2)
    await desk.sent(await desk.announced(await desk.approved()), "group-2")
    assert await desk.tick() == 1
    assert [(one.attempt, one.state) for one in await desk.all(Submission)] == [(1, "returned"), (2, "sent")]


async def test_an_announcement_with_old_facts_is_stopped_and_what_waits_is_taken_back(desk: Desk) -> None:
    told = await desk.announced(await desk.approved())
    other = await desk.announced(await desk.approved(Mouth.LED))
    waiting = await desk.sent(told, "group-1", state=OutboxState.QUEUED, platform_id=None, sent_at=None)
    async with desk.storage.write() as session:
        row = await session.get(Announcement, other)
        assert row
        row.state = AnnouncementState.DONE
        session.add(row)
    await desk.tick()
    assert (await desk.all(Announcement))[0].state == "draft"
    desk.change(where="Trung tâm Phục vụ hành chính công")
    await desk.tick()
    states = {row.id: (row.state, row.reason) for row in await desk.all(Announcement)}
    assert states == {told: ("stopped", posting.OUTDATED), other: ("done", "")}
    assert {row.id: row.state for row in await desk.all(Outbox)}[waiting] == OutboxState.MOOT
