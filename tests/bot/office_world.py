"""A small office: a plan of four tasks, its people, a clock set by hand, and every message that leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from bot.office import notes, people, plans
from bot.office.duties import OfficeDuties
from bot.office.reminding import Reminding
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import Inbox, Occurrence, Outbox, PlanState, Task
from bot.tables import Plan as PlanRow
from handlers.duties import Duty, Person, Role
from handlers.message import Address
from handlers.outcome import DutyNote, Reported
from scheduler import calendar, policy, units
from scheduler.calendar import VIETNAM
from scheduler.ledger import Form, State, receipt
from scheduler.plan import Kind, Owner, Plan, Reading, Schedule
from scheduler.plan import Task as PlanTask

WARDS = ("bg.w.07228", "bg.w.07231", "bg.w.07210")
"""Đa Mai, Dĩnh Kế, Hoàng Văn Thụ."""
VHTT = "bg.p.vhtt"
NOI_VU = "bg.p.nv"
NAMES = {
    **dict(zip(WARDS, ("UBND phường Đa Mai", "UBND phường Dĩnh Kế", "UBND phường Hoàng Văn Thụ"), strict=True)),
    VHTT: "Phòng VHTT",
    NOI_VU: "Phòng Nội vụ",
}
"""As a plan calls them."""
TIMES = {
    Kind.RECURRING: "Định kỳ",
    Kind.ONE_OFF: "Quý I",
    Kind.EVENT: "Khi có thay đổi",
    Kind.CONTINUOUS: "Thường xuyên",
}
"""What a plan says of the time."""
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
WEEKLY = Schedule(Kind.RECURRING, ("FREQ=WEEKLY;BYDAY=FR",), *YEAR)
MONTHLY = Schedule(Kind.RECURRING, ("FREQ=MONTHLY;BYMONTHDAY=-1",), *YEAR)
QUARTER_1 = Schedule(Kind.ONE_OFF, (), date(2024, 1, 1), date(2024, 3, 31))
EVENT = Schedule(Kind.EVENT, (), *YEAR, needs_confirmation=True)
ALWAYS = Schedule(Kind.CONTINUOUS, (), *YEAR)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=VIETNAM)


def task(
    tt: str, content: str, units: tuple[str, ...], schedule: Schedule, proposal: Schedule | None = None
) -> PlanTask:
    lead = tuple(Owner(NAMES.get(unit, unit), unit) for unit in units)
    return PlanTask(tt, content, lead, (Owner("Phòng VHTT", VHTT),), TIMES[schedule.kind], schedule, proposal)


def reading(*tasks: PlanTask, title: str = "Kế hoạch tuyên truyền cải cách hành chính năm 2024") -> Reading:
    return Reading(Plan(title, 2024), tasks or TASKS)


TASKS = (
    task("1", "Tuyên truyền chuyển đổi số trên hệ thống truyền thanh", WARDS, WEEKLY),
    task("2", "Đăng tin, bài trên Trang thông tin điện tử", (VHTT,), ALWAYS, MONTHLY),
    task("3", "Lắp đặt pano trên tuyến đường Võ Nguyên Giáp", (VHTT,), QUARTER_1),
    task("4", "Cập nhật danh mục thủ tục hành chính khi có thay đổi", WARDS, EVENT),
)


@dataclass
class OfficeWorld:
    """The office over one database; ``now`` is set by hand."""

    storage: Storage
    rules: Rules
    now: datetime
    reminding: Reminding
    messages: int = 0

    async def confirm(self, read: Reading | None = None, digest: str = "a", **choices: object) -> plans.Confirmed:
        async with self.storage.write() as session:
            kept = await plans.bring_in(session, read or reading(), "ke-hoach.docx", digest, self.now)
            row = await plans.find(session, kept.id, PlanState.DRAFT)
            decided = plans.Choices("Nguyễn Văn A", **{"cadences": {}, "accept": True, **choices})  # type: ignore[arg-type]
            return await plans.confirm(session, self.rules, row, decided, self.now)

    async def link(self, unit: str, role: Role, chat: str, *, channel: str = "recorder", **more: object) -> Person:
        """Somebody takes an invite by this chat."""
        address = Address(channel, chat)
        async with self.storage.write() as session:
            code = await people.invite(session, unit, role, self.now, **more)  # type: ignore[arg-type]
            await people.join(session, code, address, self.now)
        return await self.person(chat, channel)

    async def person(self, chat: str, channel: str = "recorder") -> Person:
        async with self.storage.write() as session:
            found = await people.person(session, Address(channel, chat), self.rules.units)
        assert found is not None
        return found

    async def tick(self, at: datetime | None = None) -> int:
        self.now = at or self.now
        return await self.reminding.tick(self.now)

    async def duty(self, unit: str, tt: str, period: str, person: Person) -> Duty:
        async with self.storage.write() as session:
            statement = (
                select(col(Occurrence.id))
                .join(Task, col(Task.id) == col(Occurrence.task_id))
                .where(col(Occurrence.unit) == unit, col(Task.tt) == tt, col(Occurrence.period) == period)
            )
            number = (await session.execute(statement)).scalar_one()
            found = await OfficeDuties(session, self.rules, self.now).duty(number or 0, person)
        assert found is not None
        return found

    async def mine(self, person: Person) -> tuple[Duty, ...]:
        async with self.storage.write() as session:
            return await OfficeDuties(session, self.rules, self.now).mine(person)

    async def write(self, note: DutyNote, chat: str, channel: str = "recorder") -> None:
        """What a handler wants written down, from this chat."""
        self.messages += 1
        body = {"sender": chat, "text": ""}
        row = Inbox(
            channel=channel,
            message_id=str(self.messages),
            chat=chat,
            body=body,
            received_at=self.now,
            not_before=self.now,
        )
        async with self.storage.write() as session:
            person = await people.person(session, Address(channel, chat), self.rules.units)
            await notes.write(session, note, row, person, self.rules, self.now)

    async def report(self, unit: str, tt: str, period: str, chat: str, **more: object) -> str:
        """A unit reports a period; the code of its report."""
        person = await self.person(chat)
        duty = await self.duty(unit, tt, period, person)
        code = receipt(tt, period, duty.unit_name.removeprefix("UBND phường "), duty.attempts + 1)
        given = {"text": "phát 2 lần", "form": Form.RADIO, "quantity": 2, "links": ("https://example.org/tin",), **more}
        await self.write(Reported(duty.id, code, person.memberships[0].id, **given), chat)  # type: ignore[arg-type]
        return code

    async def states(self, tt: str, unit: str) -> list[State]:
        """The states of a unit's periods of a task, by due day."""
        return [duty.standing.state(self.now) for duty in await self._all(tt, unit)]

    async def _all(self, tt: str, unit: str) -> list[Duty]:
        async with self.storage.read() as session:
            duties = OfficeDuties(session, self.rules, self.now)
            from bot.office.duties import running

            statement = running().where(col(Task.tt) == tt, col(Occurrence.unit) == unit).order_by(col(Occurrence.due))
            return list(await duties.read(statement))

    async def queued(self) -> list[Outbox]:
        async with self.storage.read() as session:
            return list((await session.execute(select(Outbox).order_by(col(Outbox.id)))).scalars())

    async def rows(self) -> list[Occurrence]:
        async with self.storage.read() as session:
            return list((await session.execute(select(Occurrence).order_by(col(Occurrence.id)))).scalars())

    async def plans(self) -> list[PlanRow]:
        async with self.storage.read() as session:
            return list((await session.execute(select(PlanRow).order_by(col(PlanRow.id)))).scalars())


@asynccontextmanager
async def office(storage: Storage, now: datetime) -> AsyncIterator[OfficeWorld]:
    loaded = Rules(units.load(), calendar.load(), policy.load(), ("recorder", "second"))
    yield OfficeWorld(storage, loaded, now, Reminding(storage, loaded))


__all__ = [
    "EVENT",
    "MONTHLY",
    "NOI_VU",
    "TASKS",
    "VHTT",
    "WARDS",
    "OfficeWorld",
    "local",
    "office",
    "reading",
    "task",
    "timedelta",
]
