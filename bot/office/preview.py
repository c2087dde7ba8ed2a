"""What reminders would send in some days: from the ledger as it stands, or from a draft as it would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import periods, plans, rules, workbench
from bot.office.duties import period_of
from bot.office.plans import RefusedError
from bot.office.rules import Rules
from bot.settings import Settings
from bot.storage import Storage, with_storage
from bot.tables import Occurrence, PlanState
from bot.tables import Plan as PlanRow
from bot.tables import Task as TaskRow
from scheduler import simulation
from scheduler.calendar import VIETNAM, weekday
from scheduler.ledger import Mark, rhythm
from scheduler.periods import periods as turns_of
from scheduler.plan import Kind, Reading, Schedule, Task
from scheduler.reminders import Audience
from scheduler.simulation import Duty, Notice

AUDIENCES = {
    Audience.OFFICER: "cán bộ phụ trách",
    Audience.HEAD: "lãnh đạo đơn vị",
    Audience.COORDINATOR: "đơn vị đôn đốc",
    Audience.MONITOR: "đơn vị giám sát",
}


@dataclass(frozen=True, slots=True)
class Line:
    notice: Notice
    unit_name: str

    def to_json(self) -> dict[str, Any]:
        notice = self.notice
        return {
            "at": notice.at.isoformat(),
            "unit": notice.unit,
            "unit_name": self.unit_name,
            "to": notice.audience.value,
            "kind": notice.stage,
            "task": notice.task,
            "period": notice.period_key,
            "due": notice.due.isoformat(),
            "why": notice.why,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    notices: tuple[Line, ...]
    draft: bool

    def text(self) -> str:
        """By day: each message once, with what it would tell."""
        if not self.notices:
            return "Trong những ngày này không có tin nhắc nào."
        lines = ["Bản nháp: nếu xác nhận với nhịp đề nghị, các tin sau sẽ được gửi.", ""] if self.draft else []
        messages: dict[tuple[Any, ...], list[Line]] = {}
        for line in self.notices:
            notice = line.notice
            messages.setdefault((notice.at, notice.audience, line.unit_name), []).append(line)
        day: date | None = None
        for (at, audience, unit), told in messages.items():
            if at.date() != day:
                day = at.date()
                lines += ["", f"{weekday(day)} {day:%d/%m/%Y}"] if lines else [f"{weekday(day)} {day:%d/%m/%Y}"]
            lines.append(f"  {at.astimezone(VIETNAM):%H:%M}  {unit} – {AUDIENCES[audience]}: {len(told)} việc")
            lines += [f"         việc {one.notice.task} ({one.notice.period_key}): {one.notice.why}" for one in told]
        kinds = Counter(line.notice.stage for line in self.notices)
        summary = ", ".join(f"{name}: {count}" for name, count in kinds.most_common())
        return "\n".join([*lines, "", f"Tất cả {len(messages)} tin nhắn, {len(self.notices)} lượt nhắc ({summary})."])


async def simulate(settings: Settings, since: date, until: date, number: int | None, unit: str | None) -> Preview:
    """Every message of those days if nobody reports anything more; nothing is sent. Raises RefusedError."""
    office = rules.load(settings)
    only = workbench.unit_id(unit, office.units, since) if unit else None

    async def work(storage: Storage) -> Preview:
        async with storage.read() as session:
            duties, draft = await _duties(session, office, number)
        wanted = [duty for duty in duties if only is None or duty.unit == only]
        found = simulation.simulate(wanted, since, until, office.calendar, office.policy)
        return Preview(tuple(Line(notice, office.units.name(notice.unit)) for notice in found), draft)

    preview: Preview = await with_storage(settings, work)
    return preview


async def _duties(session: AsyncSession, office: Rules, number: int | None) -> tuple[list[Duty], bool]:
    rows = [row for row in await plans.listed(session) if number in {None, row.id}]
    confirmed = [row for row in rows if row.state == PlanState.CONFIRMED]
    if confirmed:
        return await ledger(session, [row.id or 0 for row in confirmed]), False
    if not rows:
        raise RefusedError(["Chưa có kế hoạch nào. Nhập bằng: plan import TỆP"])
    readings = [Reading.from_json(row.body) for row in rows]
    return [duty for one in readings for duty in drafted(one, office, _proposed(one))], True


async def ledger(session: AsyncSession, numbers: list[int]) -> list[Duty]:
    """The rows of confirmed plans, as reminders look at them."""
    statement = (
        select(Occurrence, TaskRow)
        .join(TaskRow, col(TaskRow.id) == col(Occurrence.task_id))
        .join(PlanRow, col(PlanRow.id) == col(TaskRow.plan_id))
        .where(col(PlanRow.id).in_(numbers))
        .order_by(col(Occurrence.id))
    )
    rhythms: dict[int | None, Any] = {}
    duties = []
    for row, task in await session.execute(statement):
        if task.id not in rhythms:
            rhythms[task.id] = rhythm(Schedule.from_json(task.cadence))
        duties.append(Duty(task.tt, row.unit, period_of(row), rhythms[task.id], Mark(row.mark), row.raised_at))
    return duties


def _proposed(reading: Reading) -> dict[str, Schedule]:
    """The rhythms of a draft if every proposal were accepted."""
    found = {task.tt: _rhythm(task) for task in reading.tasks}
    return {tt: schedule for tt, schedule in found.items() if schedule is not None}


def drafted(reading: Reading, office: Rules, rhythms: Mapping[str, Schedule]) -> Iterable[Duty]:
    """The rows that a draft would have with these rhythms, by TT; nothing is stored."""
    for task in reading.tasks:
        schedule = rhythms.get(task.tt)
        if schedule is None or schedule.kind is Kind.EVENT:
            continue
        for turn in turns_of(schedule, reading.plan.window, office.calendar.default.is_working_day):
            for unit in periods.leads(office, task, reading.plan, turn.due):
                yield Duty(task.tt, unit, turn, rhythm(schedule))


@dataclass(frozen=True, slots=True)
class Post:
    """One message: what somebody of a unit is told at one moment."""

    at: datetime
    to: str
    """Whom of the unit: "cán bộ phụ trách"."""
    unit_name: str
    notices: tuple[Notice, ...]


def by_day(notices: Iterable[Notice], office: Rules) -> dict[date, list[Post]]:
    """Messages by the day on which they leave, in order of time; duties told together are one message."""
    told: dict[tuple[datetime, Audience, str], list[Notice]] = {}
    for notice in notices:
        told.setdefault((notice.at, notice.audience, notice.unit), []).append(notice)
    days: dict[date, list[Post]] = {}
    for (at, audience, unit), together in told.items():
        post = Post(at, AUDIENCES[audience], office.units.name(unit), tuple(together))
        days.setdefault(at.astimezone(VIETNAM).date(), []).append(post)
    return days


def ahead(duties: Sequence[Duty], since: date, until: date, office: Rules) -> dict[date, list[Post]]:
    """What would be sent from one day to another, both included, if nobody reported anything more."""
    return by_day(simulation.simulate(duties, since, until, office.calendar, office.policy), office)


def _rhythm(task: Task) -> Schedule | None:
    schedule = task.proposal or task.schedule
    definite = schedule.kind is Kind.RECURRING or (schedule.kind is Kind.ONE_OFF and schedule.due is not None)
    return schedule if definite else None
