"""What is done with a plan in force: copied to another year, past periods set aside, an event told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import periods, plan_life, plans
from bot.office.officials import Right
from bot.office.plans import RefusedError
from bot.tables import Occurrence
from bot.web.office.plans_found import PLANS, Found, found, must_be_theirs, must_run
from bot.web.office.plans_lines import page
from bot.web.office.shell import Route, Shell, Visit
from handlers.privacy import mask

WHAT_AT_MOST = 180
YEARS = range(2000, 2101)


class RunningPages:
    """The forms under a plan."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [
            Route("POST", f"{PLANS}/{{id}}/chep", Right.DRAFT_PLANS, self.copy),
            Route("POST", f"{PLANS}/{{id}}/bo-ky", Right.CONFIRM, self.skip),
            Route("POST", f"{PLANS}/{{id}}/su-kien", Right.DRAFT_PLANS, self.tell_event),
        ]

    async def _seen(self, visit: Visit) -> Found:
        async with self._shell.storage.read() as session:
            seen = await found(session, visit, visit.number("id"))
        must_be_theirs(seen)
        return seen

    async def _again(
        self, visit: Visit, seen: Found, problems: Sequence[str], typed: Mapping[str, str]
    ) -> web.StreamResponse:
        """The page of the plan with what was typed."""
        async with self._shell.storage.read() as session:
            return await page(session, visit, seen, problems, typed=typed, status=422)

    # Another year

    async def copy(self, visit: Visit) -> web.StreamResponse:
        seen = await self._seen(visit)
        typed = {"nam": visit.text("nam", 10)}
        try:
            year = _year(typed["nam"], seen)
            async with self._shell.storage.write() as session:
                row = await plans.locked(session, seen.id) or seen.row
                kept = await plan_life.copy(session, self._shell.rules, row, year, visit.now)
                if not kept.known:
                    after = {"from": seen.id, "year": year}
                    visit.audit(session, "plan.copy", f"plan:{kept.id}", after=after)
        except RefusedError as error:
            return await self._again(visit, seen, error.problems, typed)
        told = f"Đã chép sang năm {year} thành bản nháp. Anh/chị so lại từng dòng."
        return visit.go(f"{PLANS}/{kept.id}", f"Đã có bản chép sang năm {year}." if kept.known else told)

    # Periods that nobody could have known of

    async def skip(self, visit: Visit) -> web.StreamResponse:
        """The first press counts, the second sets aside."""
        seen = await self._seen(visit)
        must_run(seen)
        typed = {"truoc": visit.text("truoc", 10)}
        try:
            before = _day(typed["truoc"])
        except RefusedError as error:
            return await self._again(visit, seen, error.problems, typed)
        if not visit.text("chac"):
            async with self._shell.storage.read() as session:
                count = await periods.past(session, seen.id, before)
            return visit.render("office/plan_skip.html", seen=seen, before=before, count=count, base=PLANS)
        async with self._shell.storage.write() as session:
            row = await plans.locked(session, seen.id) or seen.row
            count = await plan_life.skip(session, row, before, visit.official.signature)
            after = {"before": before.isoformat(), "rows": count}
            visit.audit(session, "plan.skip", f"plan:{seen.id}", after=after)
        return visit.go(f"{PLANS}/{seen.id}", f"Đã ghi “không áp dụng” cho {count} kỳ có hạn trước {before:%d/%m/%Y}.")

    # Events

    async def tell_event(self, visit: Visit) -> web.StreamResponse:
        seen = await self._seen(visit)
        must_run(seen)
        typed = {"viec": visit.text("viec", 32), "gi": visit.text("gi", WHAT_AT_MOST), "han": visit.text("han", 10)}
        what = " ".join(mask(typed["gi"]).text.split())[:WHAT_AT_MOST]
        try:
            due = self._due(typed["han"])
            if not what:
                raise RefusedError(["Ghi ngắn gọn sự kiện gì."])
            async with self._shell.storage.write() as session:
                row = await plans.locked(session, seen.id) or seen.row
                await _once(session, seen, typed["viec"], what, self._shell.today())
                rules = self._shell.rules
                count = await plan_life.raise_event(session, rules, row, typed["viec"], what, due, visit.now)
                after = {"tt": typed["viec"], "what": what, "due": due.isoformat() if due else None, "rows": count}
                visit.audit(session, "plan.event", f"plan:{seen.id}", after=after)
        except RefusedError as error:
            return await self._again(visit, seen, error.problems, typed)
        return visit.go(f"{PLANS}/{seen.id}", f"Đã giao việc {typed['viec']} cho {count} đơn vị. Trợ lý sẽ nhắc.")

    def _due(self, text: str) -> date | None:
        """Raises RefusedError for no day, and for one that is past."""
        if not text:
            return None
        due = _day(text)
        if due < self._shell.today():
            raise RefusedError([f"Hạn {due:%d/%m/%Y} đã qua: chọn từ hôm nay trở đi."])
        return due


async def _once(session: AsyncSession, seen: Found, tt: str, what: str, today: date) -> None:
    """An event is not told twice a day by a second press. Raises RefusedError."""
    task = (await plans.in_force(session, seen.id)).get(tt)
    if task is None:
        return
    told = select(col(Occurrence.id)).where(
        col(Occurrence.task_id) == task.id, col(Occurrence.label) == what, col(Occurrence.begins) == today
    )
    if (await session.execute(told.limit(1))).first():
        raise RefusedError([f"Hôm nay đã báo sự kiện “{what}” cho việc {tt}."])


def _year(text: str, seen: Found) -> int:
    """Raises RefusedError for what is no year, and for the plan's own."""
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in YEARS):
        raise RefusedError([f"Năm “{text}” không đúng: ghi bốn chữ số, ví dụ {seen.reading.plan.year + 1}."])
    if int(text) == seen.reading.plan.year:
        raise RefusedError([f"Kế hoạch này đã là của năm {text}: chọn năm khác."])
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError([f"Ngày “{text}” không đúng: chọn lại ngày."]) from None
