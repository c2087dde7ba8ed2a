"""An announcement: agreed to by a second person, sent once to everybody it is for, stopped and tried again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from bot.channels.base import DeliveryError
from bot.office import announcement_progress, announcements, audiences, people
from bot.office.announcement_progress import Again, Progress
from bot.office.audiences import Audience
from bot.office.officials import Official, official
from bot.office.plans import RefusedError
from bot.outbox import claim, put
from bot.storage import Storage
from bot.tables import Announcement, AnnouncementState, Audit, Link, Outbox, Subscription
from handlers.duties import Role
from handlers.message import Address, Reply
from scheduler.calendar import VIETNAM
from scheduler.outbox import ANSWER
from tests.bot.office_world import NOI_VU, VHTT, WARDS, OfficeWorld, local, office
from tests.bot.test_office_delivery import TRAITS, Door, deliver

MORNING = local(2024, 3, 15, 8)
NIGHT = local(2024, 3, 15, 23)
TITLE, TEXT = "Lịch tiếp công dân", "Tuần này tiếp công dân vào thứ Tư."
OFFICIALS = Audience(officials=True)
WHY = "Lý do đủ dài để ghi lại"


@dataclass
class Desk:
    """Who writes, who approves, and what becomes of announcements in between."""

    world: OfficeWorld
    writer: Official
    approver: Official

    @property
    def now(self) -> datetime:
        return self.world.now

    async def write(self, audience: Audience = OFFICIALS, text: str = TEXT, **more: object) -> int:
        async with self.world.storage.write() as session:
            new = replace(announcements.draft(TITLE, text, audience), **more)  # type: ignore[arg-type]
            return await announcements.keep(session, self.writer, new, self.now)

    async def approve(self, number: int, by: Official | None = None) -> None:
        async with self.world.storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            announcements.submit(session, self.writer, row, self.world.rules, self.now)
            announcements.approve(session, by or self.approver, row, self.world.rules, self.now)

    async def ready(self, audience: Audience = OFFICIALS, **more: object) -> int:
        number = await self.write(audience, **more)  # type: ignore[arg-type]
        await self.approve(number)
        return number

    async def urgent(self, audience: Audience = OFFICIALS, reason: str = WHY) -> int:
        async with self.world.storage.write() as session:
            new = announcements.draft(TITLE, TEXT, audience, reason=reason)
            number = await announcements.keep(session, self.approver, new, self.now, emergency=True)
            row = await announcements.take(session, number)
            assert row
            announcements.release(session, self.approver, row, self.world.rules, self.now)
        return number

    async def tick(self) -> int:
        return await announcements.tick(self.world.storage, self.world.rules, self.now)

    async def stop(self, number: int) -> announcements.Stopped:
        async with self.world.storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            return await announcements.stop(session, self.writer, row, WHY, self.now)

    async def resend(self, number: int) -> Again:
        async with self.world.storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            return await announcement_progress.resend(session, self.writer, row, self.world.rules, self.now)

    async def decide(self, number: int, *, again: bool) -> int:
        async with self.world.storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            return await announcement_progress.decide(
                session, self.writer, row, self.world.rules, self.now, again=again
            )

    async def row(self, number: int) -> Announcement:
        async with self.world.storage.read() as session:
            found = await session.get(Announcement, number)
        assert found
        return found

    async def progress(self, number: int) -> Progress:
        async with self.world.storage.read() as session:
            return (await announcement_progress.progress(session, [number], self.now))[number]

    async def subscribe(self, chat: str, *fields: str, channel: str = "recorder") -> None:
        async with self.world.storage.write() as session:
            for field in fields:
                session.add(Subscription(channel=channel, chat=chat, field=field, since=self.now))


async def open_desk(world: OfficeWorld) -> Desk:
    """An editor and an admin at the page, both without a chat that announcements reach."""
    editor = await world.link(NOI_VU, Role.EDITOR, "bien-tap", channel="account")
    admin = await world.link(NOI_VU, Role.ADMIN, "quan-tri", channel="account")
    units, today = world.rules.units, world.now.date()
    return Desk(
        world,
        official(editor, Address("account", "bien-tap"), units, today),
        official(admin, Address("account", "quan-tri"), units, today),
    )


async def test_it_reaches_everybody_once_however_often_it_is_ticked(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.link(WARDS[0], Role.HEAD, "da-mai")
        await world.link(WARDS[1], Role.HEAD, "dinh-ke", channel="second")
        number = await desk.ready()
        made = await asyncio.gather(desk.tick(), desk.tick())
        assert sum(made) == 2
        assert await desk.tick() == 0
        first, second = Door("recorder"), Door("second")
        await deliver(world, first, second)
        await desk.tick()
        await deliver(world, first, second)
        assert [chat for chat, _ in first.sent] == ["da-mai"]
        assert [chat for chat, _ in second.sent] == ["dinh-ke"]
        assert first.sent[0][1].text == f"**{TITLE}**\n\n{TEXT}"
        assert (await desk.row(number)).state == AnnouncementState.DONE
        assert await desk.progress(number) == Progress(sent=2)


async def test_nobody_approves_what_they_wrote(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        number = await desk.write()
        with pytest.raises(RefusedError, match="người thứ hai"):
            await desk.approve(number, desk.writer)
        assert (await desk.row(number)).state == AnnouncementState.DRAFT
        assert await desk.tick() == 0


async def test_what_was_changed_meanwhile_is_not_approved_unseen(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        number = await desk.write()
        seen = announcements.fingerprint(await desk.row(number))
        async with storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            new = announcements.draft(TITLE, "Nội dung khác hẳn.", OFFICIALS)
            announcements.rewrite(session, desk.writer, row, new, world.now)
            announcements.submit(session, desk.writer, row, world.rules, world.now)
        async with storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            with pytest.raises(RefusedError, match="vừa được sửa"):
                announcements.approve(session, desk.approver, row, world.rules, world.now, seen=seen)
            fresh = announcements.fingerprint(row)
            announcements.approve(session, desk.approver, row, world.rules, world.now, seen=fresh)
        assert (await desk.row(number)).state == AnnouncementState.APPROVED


async def test_nothing_leaves_that_nobody_approved(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        number = await desk.write()
        assert await desk.tick() == 0
        async with storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            announcements.submit(session, desk.writer, row, world.rules, world.now)
        assert await desk.tick() == 0
        async with storage.write() as session:
            row = await announcements.take(session, number)
            assert row
            announcements.send_back(session, desk.approver, row, WHY, world.now)
        assert await desk.tick() == 0
        assert (await desk.row(number)).reason == WHY
        assert await world.queued() == []


async def test_approved_in_the_evening_it_waits_for_the_next_working_morning(storage: Storage) -> None:
    async with office(storage, NIGHT) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        number = await desk.ready()
        opening = world.rules.calendar.default.opening(local(2024, 3, 18).date())
        planned = (await desk.row(number)).not_before
        assert planned
        assert planned.astimezone(VIETNAM) == opening
        for world.now in (NIGHT, local(2024, 3, 16, 9), opening - timedelta(minutes=1)):
            assert await desk.tick() == 0
        world.now = opening
        assert await desk.tick() == 1


async def test_a_program_that_was_down_does_not_begin_at_night(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await desk.ready()
        world.now = NIGHT
        assert await desk.tick() == 0


async def test_a_wished_hour_is_waited_for(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await desk.ready(not_before=local(2024, 3, 19, 14))
        world.now = local(2024, 3, 19, 13, 59)
        assert await desk.tick() == 0
        world.now = local(2024, 3, 19, 14)
        assert await desk.tick() == 1


async def test_an_emergency_leaves_at_night_before_reminders_and_after_answers(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.confirm(since=MORNING.date())
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        assert await world.tick() == 1
        world.now = NIGHT
        await desk.ready(not_before=NIGHT)
        await desk.urgent()
        async with storage.write() as session:
            await put(session, "in:1", Address("recorder", "da-mai"), ANSWER, [Reply("trả lời")], NIGHT)
        assert await desk.tick() == 1
        door = Door("recorder")
        await deliver(world, door)
        texts = [reply.text for _, reply in door.sent]
        assert texts[:2] == ["trả lời", f"**THÔNG BÁO KHẨN: {TITLE}**\n\n{TEXT}"]
        assert len(texts) == 3


async def test_an_emergency_needs_a_reason_and_the_right(storage: Storage) -> None:
    async with office(storage, NIGHT) as world:
        desk = await open_desk(world)
        with pytest.raises(RefusedError, match="Ghi lý do"):
            await desk.urgent(reason="gấp")
        desk.approver = desk.writer
        with pytest.raises(RefusedError, match="không phải thông báo khẩn"):
            await desk.urgent()
        async with storage.read() as session:
            assert list((await session.execute(select(Announcement))).scalars()) == []


async def test_an_emergency_draft_takes_no_other_way_out(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        async with storage.write() as session:
            new = announcements.draft(TITLE, TEXT, OFFICIALS, reason=WHY)
            number = await announcements.keep(session, desk.approver, new, world.now, emergency=True)
        with pytest.raises(RefusedError, match="trang xác nhận riêng"):
            await desk.approve(number)


async def test_stopped_in_the_middle_what_has_not_left_never_leaves(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        for chat in ("a", "b", "c", "d"):
            await world.link(WARDS[0], Role.OFFICER, chat)
        number = await desk.ready()
        await desk.tick()
        async with storage.write() as session:
            (flying,) = await claim(session, ["recorder"], "somebody", world.now, 1)
            first = (await session.execute(select(Outbox).where(col(Outbox.id) != flying.id))).scalars().first()
            assert first
            sent = update(Outbox).where(col(Outbox.id) == first.id)
            await session.execute(sent.values(state="sent", platform_id="p1", sent_at=world.now))
        assert await desk.stop(number) == announcements.Stopped(taken_back=2, under_way=1)
        assert await desk.progress(number) == Progress(sent=1, under_way=1, taken_back=2)
        row = await desk.row(number)
        assert (row.state, row.reason) == (AnnouncementState.STOPPED, WHY)
        async with storage.write() as session:
            back = update(Outbox).where(col(Outbox.id) == flying.id)
            await session.execute(back.values(lease_until=None, claimed_by=None))
        door = Door("recorder")
        await deliver(world, door)
        assert door.sent == []
        assert await desk.progress(number) == Progress(sent=1, taken_back=3)
        with pytest.raises(RefusedError, match="đã dừng"):
            await desk.resend(number)


async def test_only_what_failed_is_sent_again(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        for chat in ("a", "b", "c"):
            await world.link(WARDS[0], Role.OFFICER, chat)
        number = await desk.ready()
        await desk.tick()
        door = Door("recorder", blocked={"b"})
        await deliver(world, door)
        await desk.tick()
        assert await desk.progress(number) == Progress(sent=2, failed=1)
        async with storage.read() as session:
            (failure,) = await announcement_progress.failures(session, number, world.rules)
        assert failure.closed
        assert failure.reason == "người nhận đã chặn"
        assert failure.who == "Cán bộ phụ trách, UBND phường Đa Mai"
        assert await desk.resend(number) == Again(0, 0, 1)
        async with storage.write() as session:
            await people.reopen(session, Address("recorder", "b"))
        door.blocked.clear()
        assert await desk.resend(number) == Again(1, 0, 0)
        await deliver(world, door)
        assert sorted(chat for chat, _ in door.sent) == ["a", "b", "c"]
        await desk.tick()
        assert await desk.progress(number) == Progress(sent=3)
        assert (await desk.row(number)).state == AnnouncementState.DONE


async def test_a_refused_chat_is_answered_by_the_next_channel_of_the_same_person(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        person = await world.link(WARDS[0], Role.OFFICER, "other", channel="second")
        async with storage.write() as session:
            later = MORNING + timedelta(minutes=1)
            await people.connect(session, person.memberships[0].id, Address("recorder", "da-mai"), later)
        number = await desk.ready()
        await desk.tick()
        first, second = Door("recorder", blocked={"da-mai"}), Door("second")
        await deliver(world, first, second)
        assert [chat for chat, _ in second.sent] == ["other"]
        async with storage.read() as session:
            (failure,) = await announcement_progress.failures(session, number, world.rules)
        assert failure.elsewhere == "second"
        assert await desk.resend(number) == Again(0, 0, 0)


async def test_what_may_have_arrived_is_never_sent_again_by_itself(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "a")
        number = await desk.ready(text="Câu khá dài. " * 200)
        await desk.tick()

        class Half(Door):
            async def send(self, chat: str, reply: Reply, /) -> str:
                if self.sent:
                    raise DeliveryError("too many requests", retry_after=1.0)
                return await Door.send(self, chat, reply)

        door = Half("recorder", TRAITS)
        await deliver(world, door)
        assert len(door.sent) == 1
        assert await desk.progress(number) == Progress(held=1)
        assert await desk.resend(number) == Again(0, 0, 0)
        assert await desk.decide(number, again=False) == 1
        assert await desk.progress(number) == Progress(taken_back=1)


async def test_a_delivery_in_doubt_goes_out_again_when_an_official_says_so(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "a")
        number = await desk.ready()
        await desk.tick()
        async with storage.write() as session:
            await session.execute(update(Outbox).values(state="held", error="in doubt"))
        await desk.tick()
        assert (await desk.row(number)).state == AnnouncementState.DONE
        assert await desk.decide(number, again=True) == 1
        door = Door("recorder")
        await deliver(world, door)
        assert len(door.sent) == 1


async def test_who_joins_meanwhile_counts_and_who_left_does_not(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        leaving = await world.link(WARDS[0], Role.OFFICER, "leaving")
        await world.link(WARDS[0], Role.OFFICER, "staying")
        number = await desk.ready()
        await world.link(WARDS[1], Role.OFFICER, "joining")
        await desk.tick()
        async with storage.write() as session:
            await people.remove(session, leaving.memberships[0].id)
        door = Door("recorder")
        await deliver(world, door)
        assert sorted(chat for chat, _ in door.sent) == ["joining", "staying"]
        assert await desk.progress(number) == Progress(sent=2, taken_back=1)


async def test_an_audience_is_chosen_by_role_and_unit_and_each_chat_counts_once(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.HEAD, "da-mai-head")
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.link(WARDS[0], Role.GROUP, "da-mai-group")
        await world.link(VHTT, Role.HEAD, "vhtt-head")
        await desk.subscribe("da-mai", "Hộ tịch", "Đất đai")
        await desk.subscribe("dan", "*")
        await desk.subscribe("web-1", "Hộ tịch", channel="web")

        async def chats(audience: Audience) -> tuple[set[str], tuple[str, ...]]:
            async with storage.read() as session:
                found = await audiences.resolve(session, audience, world.rules, world.now.date())
            assert len({one.chat for one in found.addresses}) == len(found.addresses)
            return {one.chat for one in found.addresses}, found.unreached

        heads = Audience(officials=True, roles=(Role.HEAD,), units=("@all_wards",))
        found, unreached = await chats(heads)
        assert found == {"da-mai-head"}
        assert "UBND phường Dĩnh Kế: chưa có lãnh đạo đơn vị liên kết" in unreached
        assert not any("Đa Mai" in line for line in unreached)
        assert (await chats(Audience(groups=True)))[0] == {"da-mai-group"}
        await world.link(WARDS[0], Role.PUBLIC, "da-mai-news")
        assert "da-mai-news" not in (await chats(Audience(officials=True, groups=True)))[0]
        found, unreached = await chats(Audience(public=True, units=(WARDS[0], WARDS[1])))
        assert found == {"da-mai-news"}
        assert unreached == ("UBND phường Dĩnh Kế: chưa có kênh tin",)
        both = Audience(officials=True, units=(WARDS[0],), fields=("Hộ tịch",))
        found, unreached = await chats(both)
        assert found == {"da-mai-head", "da-mai", "dan"}
        assert unreached == ("1 người đăng ký trên trang hỏi đáp: kênh này không gửi tin trước được",)
        assert (await chats(Audience(fields=("Chứng thực",))))[0] == {"dan"}


async def test_whoever_works_for_the_successor_of_a_unit_is_meant_by_it(storage: Storage) -> None:
    async with office(storage, local(2025, 8, 5, 8)) as world:
        after = world.rules.units.today(WARDS[0], world.now.date())
        assert after is not None
        assert not isinstance(after, str)
        await world.link(WARDS[0], Role.OFFICER, "before")
        await world.link(after.id, Role.OFFICER, "after")
        audience = Audience(officials=True, units=(after.id,))
        async with storage.read() as session:
            found = await audiences.resolve(session, audience, world.rules, world.now.date())
            address = Address("recorder", "before")
            assert await audiences.includes(session, audience, address, world.rules, world.now.date())
        assert {one.chat for one in found.addresses} == {"before", "after"}


async def test_somebody_of_a_ward_writes_to_that_ward_only(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        editor = await world.link(WARDS[0], Role.EDITOR, "ward", channel="account")
        desk.writer = official(editor, Address("account", "ward"), world.rules.units, world.now.date())
        own = announcements.reach(desk.writer, world.rules.units)
        assert own == frozenset({WARDS[0]})
        for audience in (Audience(officials=True, units=(WARDS[1],)), Audience(groups=True, units=("@all_wards",))):
            with pytest.raises(RefusedError, match="đơn vị của mình"):
                await desk.ready(audience)
        assert OFFICIALS.within(own).units == (WARDS[0],)
        await desk.ready(OFFICIALS.within(own))
        assert announcements.reach(desk.approver, world.rules.units) is None


async def test_personal_data_in_the_words_is_masked_and_told(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        new = announcements.draft(TITLE, "Gọi anh An 0912345678", OFFICIALS)
        assert new.masked == ("số điện thoại",)
        number = await desk.write(text="Gọi anh An 0912345678")
        assert (await desk.row(number)).text == "Gọi anh An [số điện thoại]"
        for title, text in (("", TEXT), (TITLE, ""), ("a" * 121, TEXT), (TITLE, "a" * 3501)):
            with pytest.raises(RefusedError):
                announcements.draft(title, text, OFFICIALS)


async def test_every_step_is_written_down(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "a")
        number = await desk.ready()
        await desk.stop(number)
        await desk.urgent()
        async with storage.read() as session:
            rows = list((await session.execute(select(Audit).order_by(col(Audit.id)))).scalars())
        assert [row.action for row in rows] == [
            "announcement.write",
            "announcement.submit",
            "announcement.approve",
            "announcement.stop",
            "announcement.write",
            "announcement.emergency",
        ]
        assert rows[3].after == {"state": "stopped", "reason": WHY, "taken_back": 0, "under_way": 0}


async def test_a_message_planned_for_later_keeps_nobody_waiting(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "a")
        async with storage.write() as session:
            await put(session, "later", Address("recorder", "a"), ANSWER, [Reply("mai")], MORNING)
            later = update(Outbox).where(col(Outbox.key) == "later:0")
            await session.execute(later.values(not_before=MORNING + timedelta(days=1)))
        await desk.ready()
        await desk.tick()
        door = Door("recorder")
        await deliver(world, door)
        assert [reply.text for _, reply in door.sent] == [f"**{TITLE}**\n\n{TEXT}"]


async def test_a_closed_chat_is_not_queued(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        desk = await open_desk(world)
        await world.link(WARDS[0], Role.OFFICER, "a")
        async with storage.write() as session:
            await session.execute(update(Link).where(col(Link.chat) == "a").values(state="closed", error="blocked"))
        await desk.ready()
        assert await desk.tick() == 0
        async with storage.read() as session:
            found = await audiences.resolve(session, OFFICIALS, world.rules, world.now.date())
        assert any(line.startswith("Cán bộ phụ trách, UBND phường Đa Mai: không nhận được") for line in found.unreached)
