"""Kế hoạch: the plans there are, a new one read from its document, and the way to each."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import plan_sight, plans
from bot.office.officials import Official, Right
from bot.office.plans import Imported, RefusedError
from bot.office.rules import Rules
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from bot.web.office.plans_ahead import AheadPages
from bot.web.office.plans_force import ForcePages
from bot.web.office.plans_found import PLANS, Found, look
from bot.web.office.plans_lines import LinePages
from bot.web.office.plans_running import RunningPages
from bot.web.office.shell import Route, Shell, Todo, Visit
from scheduler import documents
from scheduler.documents import UnreadableError
from scheduler.plan import Reading
from scheduler.reading import read_plan
from scheduler.units import Units

ACCEPTED = ".docx,.md,.txt"
YEARS = range(2000, 2101)
FEW = 3
"""Lines shown of what waits."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class PlansRoom:
    """Everything about plans."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._parts = (LinePages(shell), AheadPages(shell), ForcePages(shell), RunningPages(shell))

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", PLANS, Right.PLANS, self.show),
            Route("POST", PLANS, Right.DRAFT_PLANS, self.upload),
            *(route for part in self._parts for route in part.routes()),
        ]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        if not (visit.may(Right.DRAFT_PLANS) or visit.may(Right.CONFIRM)):
            return ()
        drafts = [seen for seen in await self._seen(session, visit.official, PlanState.DRAFT) if seen.whole]
        unclear = [seen for seen in drafts if seen.open] if visit.may(Right.DRAFT_PLANS) else []
        ready = [seen for seen in drafts if not seen.open] if visit.may(Right.CONFIRM) else []
        return [
            _todo("Kế hoạch còn dòng cần quyết định", unclear, urgent=False),
            _todo("Kế hoạch chờ xác nhận", ready, urgent=True),
        ]

    # The list

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._list(visit)

    async def _list(
        self, visit: Visit, problems: Sequence[str] = (), *, year: str = "", status: int = 200
    ) -> web.Response:
        async with self._shell.storage.read() as session:
            groups = [
                ("Bản nháp", "Chưa nhắc ai; cần xem lại rồi xác nhận.", PlanState.DRAFT),
                ("Đang chạy", "Đã xác nhận; trợ lý nhắc theo các kế hoạch này.", PlanState.CONFIRMED),
                ("Đã thay bằng bản mới", "Giữ lại để tra cứu.", PlanState.REPLACED),
            ]
            found = [(title, told, await self._seen(session, visit.official, state)) for title, told, state in groups]
        return visit.render(
            "office/plans.html", status, groups=found, problems=problems, year=year, accepted=ACCEPTED, base=PLANS
        )

    async def _seen(self, session: AsyncSession, official: Official, state: PlanState) -> list[Found]:
        """Plans of a state that are in sight, the newest first."""
        statement = select(PlanRow).where(col(PlanRow.state) == state).order_by(col(PlanRow.id).desc())
        rows = (await session.execute(statement.limit(limits.PAGE_ROWS))).scalars().all()
        seen = [await look(session, row, official, self._shell.rules) for row in rows]
        return [one for one in seen if one is not None]

    # A new one

    async def upload(self, visit: Visit) -> web.StreamResponse:
        year = visit.text("nam", 10)
        try:
            file = await _sent(visit)
            reading = await asyncio.to_thread(_read, file, self._shell.rules.units, _year(year))
            kept, gone = await self._keep(visit, file, reading)
        except (UnreadableError, RefusedError) as error:
            return await self._list(visit, str(error).splitlines(), year=year, status=422)
        if kept.known:
            return visit.go(f"{PLANS}/{kept.id}", "Văn bản này đã được tải lên trước đây. Đây là bản đã có.")
        told = f"Đã đọc {len(reading.tasks)} việc. Anh/chị so lại từng dòng với văn bản."
        if gone:
            numbers = ", ".join(str(one) for one in gone)
            told += f" Bản này thay bản nháp số {numbers}; chỗ đã sửa ở dòng không đổi thì vẫn giữ."
        return visit.go(f"{PLANS}/{kept.id}", told)

    async def _keep(self, visit: Visit, file: _File, reading: Reading) -> tuple[Imported, list[int]]:
        """The draft, and the numbers of older drafts that it takes the place of. Raises RefusedError."""
        async with self._shell.storage.write() as session:
            known = await plans.same_document(session, file.digest)
            same = [known] if known else await plans.same_plan(session, reading.plan)
            await self._must_be_theirs(session, visit.official, reading, same)
            kept = await plans.bring_in(session, reading, file.name, file.digest, visit.now)
            gone = [row.id for row in same if row.state == PlanState.REPLACED and row.id is not None]
            if not kept.known:
                after = {"title": reading.plan.title, "file": file.name, "tasks": len(reading.tasks)}
                visit.audit(session, "plan.upload", f"plan:{kept.id}", after=after)
        return kept, gone

    async def _must_be_theirs(
        self, session: AsyncSession, official: Official, reading: Reading, same: Sequence[PlanRow]
    ) -> None:
        """Who sees one ward brings in plans of that ward alone, and never in the place of another's."""
        rules = self._shell.rules
        if official.sight is None:
            return
        for row in same:
            seen = await look(session, row, official, rules)
            if seen is None or not seen.whole:
                raise RefusedError(["Kế hoạch này đã do thành phố tải lên."])
        if strange := _strange(reading, official, rules):
            told = (
                f"Việc {', '.join(strange)} không chỉ giao cho đơn vị của anh/chị, hoặc chưa rõ giao cho ai. "
                "Kế hoạch giao việc cho nhiều đơn vị do thành phố tải lên."
            )
            raise RefusedError([told])


def _strange(reading: Reading, official: Official, rules: Rules) -> list[str]:
    """Numbers of the tasks that are not for units in sight alone."""
    sight, plan = official.sight, reading.plan
    return [task.tt or "?" for task in reading.tasks if not plan_sight.wholly(task, plan, sight, rules)]


def _todo(label: str, drafts: Sequence[Found], *, urgent: bool) -> Todo:
    href = f"{PLANS}/{drafts[0].id}" if len(drafts) == 1 else PLANS
    lines = tuple(f"{seen.row.title[:100]}{f': còn {seen.open} dòng' if seen.open else ''}" for seen in drafts[:FEW])
    return Todo(label, len(drafts), href, lines, urgent=urgent)


async def _sent(visit: Visit) -> _File:
    """The file of the form. Raises RefusedError when there is none."""
    sent = visit.form.get("tep")
    if not isinstance(sent, web.FileField) or not sent.filename:
        raise RefusedError(["Chọn tệp kế hoạch rồi bấm Tải lên."])
    name = PurePath(sent.filename.replace("\\", "/")).name[-150:]
    try:
        return _File(name, await asyncio.to_thread(sent.file.read))
    finally:
        sent.file.close()  # and with it the temporary file


def _year(text: str) -> int | None:
    """Raises RefusedError for what is no year."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) in YEARS):
        raise RefusedError([f"Năm “{text}” không đúng: ghi bốn chữ số, ví dụ 2026, hoặc để trống."])
    return int(text)


def _read(file: _File, units: Units, year: int | None) -> Reading:
    return read_plan(documents.read_bytes(file.name, file.data), units, year)
