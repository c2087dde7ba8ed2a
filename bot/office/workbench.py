"""Plans from the command line: what the commands do, and how it is told."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot import clock
from bot.office import plan_life, plans, rules
from bot.office.plans import Choices, Confirmed, Imported, RefusedError
from bot.office.rules import Rules
from bot.settings import Settings
from bot.storage import Storage, with_storage
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from bot.tables import Task as TaskRow
from scheduler import documents, timewords
from scheduler.calendar import VIETNAM
from scheduler.plan import Kind, Owner, Reading, Schedule, Task
from scheduler.reading import read_plan
from scheduler.units import Units
from scheduler.wording import describe


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan as it is printed."""

    id: int
    reading: Reading
    units: Units
    set_by: Mapping[str, tuple[str, str]]
    """TT -> rhythm in force and who set it, of a confirmed plan."""
    confirmed_by: str | None = None
    known: bool = False
    differences: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        value = {"id": self.id, **self.reading.to_json()}
        if self.differences:
            value["differences"] = list(self.differences)
        return value

    def text(self) -> str:
        plan = self.reading.plan
        issued = f"{plan.issued_on:%d/%m/%Y}" if plan.issued_on else "(trống)"
        lines = [plan.title, f"Năm {plan.year} · Số: {plan.number or '(trống)'} · Ngày: {issued}", ""]
        lines.append(f"{len(self.reading.tasks)} việc:")
        for task in self.reading.tasks:
            lines += self._task(task)
        if self.reading.warnings:
            lines += ["", f"{len(self.reading.warnings)} cảnh báo:"]
            lines += [f"  - {warning.text}" for warning in self.reading.warnings]
        if self.differences:
            lines += ["", "So với bản đang chạy:", *(f"  - {line}" for line in self.differences)]
        return "\n".join([*lines, "", *self._closing()])

    def _task(self, task: Task) -> list[str]:
        head = f"{task.tt:>4}. {_short(task.content)}"
        when = f"      Thời gian: {task.time_text or '(trống)'} → {describe(task.schedule)}"
        if task.tt in self.set_by:
            rhythm, by = self.set_by[task.tt]
            when += f"\n      Nhịp báo cáo: {rhythm} ({by})"
        elif task.proposal:
            when += f"\n      Đề nghị: {describe(task.proposal)}  [cần xác nhận]"
        elif task.needs_confirmation:
            when += "  [cần xác nhận]"
        owners = [f"      Chủ trì: {self._owners(task.lead)}"]
        if task.support:
            owners.append(f"      Phối hợp: {self._owners(task.support)}")
        return [head, when, *owners]

    def _owners(self, owners: tuple[Owner, ...]) -> str:
        return "; ".join(self._owner(owner) for owner in owners) or "(trống)"

    def _owner(self, owner: Owner) -> str:
        if owner.unit is None:
            return f"{owner.text} (chưa rõ đơn vị)"
        if not self.units.is_group(owner.unit):
            return self.units.name(owner.unit)
        count = len(self.units.expand(owner.unit, self.reading.plan.window[0]))
        return f"{owner.text} ({count} đơn vị)"

    def _closing(self) -> list[str]:
        if self.confirmed_by:
            return [f"Kế hoạch số {self.id}, đã xác nhận bởi {self.confirmed_by}."]
        if self.known:
            return [f"Văn bản này đã được nhập trước đây (số {self.id})."]
        return [
            f"Đã lưu thành bản nháp số {self.id}; chưa nhắc ai.",
            f'Xác nhận: plan confirm {self.id} --by "Họ tên" --accept  (hoặc đặt nhịp: --set "3=thứ Sáu hằng tuần")',
        ]


def _short(text: str, most: int = 110) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


async def bring_in(settings: Settings, file: Path, year: int | None) -> Shown:
    """Read a document and keep it as a draft. Raises UnreadableError or RefusedError."""
    office = rules.load(settings)
    document = await asyncio.to_thread(documents.read, file)
    digest = await asyncio.to_thread(_digest, file)
    reading = read_plan(document, office.units, year)

    async def work(storage: Storage) -> Shown:
        async with storage.write() as session:
            kept = await plans.bring_in(session, reading, file.name, digest, clock.now())
        return _imported(kept, office)

    shown: Shown = await _stored(settings, work)
    return shown


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _imported(kept: Imported, office: Rules) -> Shown:
    return Shown(kept.id, kept.reading, office.units, {}, known=kept.known, differences=kept.differences)


async def _stored(settings: Settings, work: Any) -> Any:
    return await with_storage(settings, work)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was written after ``plan confirm``."""

    by: str
    rhythms: Mapping[str, str]
    """TT ("*": every task that is open) -> rhythm in Vietnamese words."""
    leads: Mapping[str, str]
    accept: bool
    since: date | None


@dataclass(frozen=True, slots=True)
class Done:
    confirmed: Confirmed
    by: str

    def to_json(self) -> dict[str, Any]:
        found = self.confirmed
        return {
            "plan": found.plan,
            "tasks": found.tasks,
            "occurrences": found.occurrences,
            "remarks": self._remarks(),
            "confirmed_by": self.by,
        }

    def _remarks(self) -> list[str]:
        past = self.confirmed.past
        if not past:
            return list(self.confirmed.remarks)
        told = f"{past} kỳ có hạn trước hôm nay đang tính là quá hạn. Không muốn tính thì chạy: "
        return [*self.confirmed.remarks, f'{told}plan skip --before NGÀY --by "Họ tên".']

    def text(self) -> str:
        found = self.confirmed
        counts = f"{found.tasks} việc, {found.occurrences} kỳ trong sổ"
        lines = [f"Đã xác nhận kế hoạch số {found.plan} (người xác nhận: {self.by}): {counts}."]
        lines += [f"  - {remark}" for remark in self._remarks()]
        lines.append("Xem trước các tin nhắc: simulate --from NGÀY --to NGÀY")
        return "\n".join(lines)


async def confirm(settings: Settings, number: int | None, wishes: Wishes) -> Done:
    """Put a draft in force as somebody wishes. Raises RefusedError."""
    office = rules.load(settings)

    async def work(storage: Storage) -> Done:
        async with storage.write() as session:
            row = await plans.find(session, number, PlanState.DRAFT)
            reading = Reading.from_json(row.body)
            choices = Choices(
                wishes.by,
                _cadences(reading, wishes.rhythms),
                accept=wishes.accept,
                leads=_leads(reading, wishes.leads, office.units),
                since=wishes.since,
            )
            confirmed = await plans.confirm(session, office, row, choices, clock.now())
        return Done(confirmed, wishes.by)

    done: Done = await _stored(settings, work)
    return done


def _cadences(reading: Reading, rhythms: Mapping[str, str]) -> dict[str, Schedule]:
    """Rhythms given in words, read as the plan's own words are. "*" leaves what waits for an event to its event."""
    plan = reading.plan
    open_ = [task for task in reading.tasks if task.needs_confirmation] if "*" in rhythms else []
    wanted = {task.tt: rhythms["*"] for task in open_ if task.schedule.kind is not Kind.EVENT}
    wanted |= {tt: words for tt, words in rhythms.items() if tt != "*"}
    cadences = {tt: timewords.read(words, plan.year, window=plan.window) for tt, words in wanted.items()}
    cadences |= {task.tt: task.schedule for task in open_ if task.tt not in cadences}
    unclear = [f"--set {tt}: chưa hiểu “{wanted[tt]}”." for tt, read in cadences.items() if not _usable(read)]
    if unclear:
        raise RefusedError(unclear)
    return cadences


def _usable(schedule: Schedule) -> bool:
    return bool(schedule.rules) or schedule.kind.value in {"one_off", "event"}


def _leads(reading: Reading, leads: Mapping[str, str], units: Units) -> dict[str, tuple[str, ...]]:
    day = reading.plan.window[0]
    return {tt: tuple(unit_id(part.strip(), units, day) for part in text.split(";")) for tt, text in leads.items()}


def unit_id(text: str, units: Units, day: date) -> str:
    """A unit or group by its id or any wording of it. Raises RefusedError with what comes near."""
    if units.get(text) or units.is_group(text):
        return text
    found = units.find(text, day)
    if found.unit is not None:
        return found.unit
    near = "; ".join(f"{unit.name} ({unit.id})" for unit in found.nearest)
    raise RefusedError([f"Không có đơn vị “{text}”." + (f" Gần nhất: {near}." if near else "")])


@dataclass(frozen=True, slots=True)
class Listed:
    id: int
    title: str
    year: int
    state: str
    confirmed_by: str | None
    imported_at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "year": self.year,
            "state": self.state,
            "confirmed_by": self.confirmed_by,
            "imported_at": self.imported_at.isoformat(),
        }


async def listed(settings: Settings) -> list[Listed]:
    """Drafts and confirmed plans."""

    async def work(storage: Storage) -> list[Listed]:
        async with storage.read() as session:
            return [_listed(row) for row in await plans.listed(session)]

    found: list[Listed] = await _stored(settings, work)
    return found


def _listed(row: PlanRow) -> Listed:
    return Listed(row.id or 0, row.title, row.year, row.state, row.confirmed_by, row.imported_at)


def list_text(found: list[Listed]) -> str:
    if not found:
        return "Chưa có kế hoạch nào. Nhập bằng: plan import TỆP"
    lines = []
    for one in found:
        state = f"đã xác nhận bởi {one.confirmed_by}" if one.confirmed_by else "bản nháp, chờ xác nhận"
        lines.append(
            f"số {one.id}: {one.title} (năm {one.year}) – {state}, nhập {one.imported_at.astimezone(VIETNAM):%d/%m/%Y}"
        )
    return "\n".join(lines)


async def shown(settings: Settings, number: int | None) -> Shown:
    """A plan as read, with the rhythms in force where it is confirmed."""
    office = rules.load(settings)

    async def work(storage: Storage) -> Shown:
        async with storage.read() as session:
            rows = [row for row in await plans.listed(session) if number in {None, row.id}]
            if len(rows) != 1:
                raise RefusedError(["Hãy ghi số của kế hoạch (plan list)." if rows else "Không có kế hoạch đó."])
            tasks = select(TaskRow).where(col(TaskRow.plan_id) == rows[0].id, ~col(TaskRow.ended))
            set_by = {
                task.tt: (
                    describe(Schedule.from_json(task.cadence)),
                    f"do {task.set_by} đặt" if task.set_by else "theo kế hoạch",
                )
                for task in (await session.execute(tasks)).scalars()
            }
        row = rows[0]
        return Shown(row.id or 0, Reading.from_json(row.body), office.units, set_by, row.confirmed_by)

    found: Shown = await _stored(settings, work)
    return found


async def copy(settings: Settings, number: int | None, year: int) -> Shown:
    """Roll a plan to another year as a draft."""
    office = rules.load(settings)

    async def work(storage: Storage) -> Shown:
        async with storage.write() as session:
            rows = [row for row in await plans.listed(session) if number in {None, row.id}]
            if len(rows) != 1:
                raise RefusedError(["Hãy ghi số của kế hoạch (plan list)." if rows else "Không có kế hoạch đó."])
            kept = await plan_life.copy(session, office, rows[0], year, clock.now())
        return _imported(kept, office)

    found: Shown = await _stored(settings, work)
    return found


async def skip(settings: Settings, number: int | None, before: date, by: str) -> int:
    """Set aside what was due before a day; how many rows. Raises RefusedError."""

    async def work(storage: Storage) -> int:
        async with storage.write() as session:
            row = await plans.find(session, number, PlanState.CONFIRMED)
            return await plan_life.skip(session, row, before, by)

    count: int = await _stored(settings, work)
    return count


async def raise_event(settings: Settings, number: int | None, tt: str, because: str, due: date | None) -> int:
    """Tell that the event of a task happened; how many rows were made. Raises RefusedError."""
    office = rules.load(settings)

    async def work(storage: Storage) -> int:
        async with storage.write() as session:
            row = await plans.find(session, number, PlanState.CONFIRMED)
            return await plan_life.raise_event(session, office, row, tt, because, due, clock.now())

    count: int = await _stored(settings, work)
    return count
