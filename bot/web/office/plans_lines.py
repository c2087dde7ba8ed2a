"""A plan line by line: what was read beside the words of the document, and each line corrected by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import correcting, plan_lines, plans
from bot.office.correcting import Problem, StaleError, UnclearError, Understood, Wanted
from bot.office.officials import Right
from bot.office.plan_lines import Line, Told
from bot.tables import Occurrence, PlanState
from bot.tables import Plan as PlanRow
from bot.tables import Task as TaskRow
from bot.web.office.plans_found import PLANS, Found, found, must_be_draft, must_be_theirs
from bot.web.office.shell import Route, Shell, Visit
from scheduler.plan import Kind, Reading, Schedule

STALE = "Dòng này vừa được người khác sửa. Dưới đây là bản mới nhất; phần anh/chị vừa gõ vẫn còn trong các ô."


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the page draws it."""

    line: Line
    typed: Wanted
    rhythm: Told | None
    """The rhythm as it is understood."""
    offered: Told | None
    """A proposal that can be accepted with one press."""
    rows: int = 0
    """Rows of the ledger, of a plan in force."""


class LinePages:
    """The page of a plan, and the form of each line."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        line = f"{PLANS}/{{id}}/dong/{{dong}}"
        return [
            Route("GET", f"{PLANS}/{{id}}", Right.PLANS, self.show),
            Route("GET", line, Right.DRAFT_PLANS, self.form),
            Route("POST", line, Right.DRAFT_PLANS, self.correct),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            seen = await found(session, visit, visit.number("id"))
            return await page(session, visit, seen)

    async def form(self, visit: Visit) -> web.StreamResponse:
        seen, line = await self._line(visit)
        return self._form(visit, seen, line, correcting.as_typed(line, self._shell.rules.units))

    async def _line(self, visit: Visit) -> tuple[Found, Line]:
        """The line asked for. Raises RefusedPageError where it is not theirs to change."""
        async with self._shell.storage.read() as session:
            seen = await found(session, visit, visit.number("id"))
        line = seen.line(visit.number("dong"))
        must_be_theirs(seen)
        must_be_draft(seen)
        return seen, line

    def _form(
        self,
        visit: Visit,
        seen: Found,
        line: Line,
        typed: Wanted,
        problems: Sequence[Problem] = (),
        *,
        tried: Told | None = None,
        stale: str = "",
    ) -> web.Response:
        view = replace(shown(visit, seen, line), typed=typed)
        status = 409 if stale else 422 if problems else 200
        values = {"seen": seen, "one": view, "problems": problems, "tried": tried, "stale": stale, "base": PLANS}
        return visit.render("office/plan_line.html", status, **values)

    async def correct(self, visit: Visit) -> web.StreamResponse:
        seen, line = await self._line(visit)
        typed = _typed(visit, correcting.as_typed(line, self._shell.rules.units))
        if visit.text("dau", 40) != line.mark:
            return self._form(visit, seen, line, typed, stale=STALE)
        try:
            if visit.text("bo"):
                return await self._undo(visit, seen, line)
            sight = visit.official.sight
            plan = seen.reading.plan
            understood = correcting.understand(line, typed, plan, self._shell.rules.units, sight)
            if visit.text("thu"):
                rhythm = understood.task.proposal or understood.task.schedule
                tried = plan_lines.told(rhythm, plan, self._shell.rules, self._shell.today())
                return self._form(visit, seen, line, typed, tried=tried)
            return await self._keep(visit, seen, line, understood)
        except UnclearError as error:
            again = correcting.with_choice(typed, self._shell.rules.units)
            return self._form(visit, seen, line, again, error.problems)
        except StaleError:
            seen, line = await self._line(visit)
            return self._form(visit, seen, line, typed, stale=STALE)

    async def _keep(self, visit: Visit, seen: Found, line: Line, understood: Understood) -> web.StreamResponse:
        back = f"{PLANS}/{seen.id}#dong-{line.number}"
        if not understood.changed:
            return visit.go(back, f"Việc {line.task.tt}: không có gì thay đổi.")
        async with self._shell.storage.write() as session:
            by = visit.official.signature
            before, after = await correcting.keep(session, seen.id, line, understood, by, visit.now)
            visit.audit(session, "plan.correct", f"plan:{seen.id}", before=before, after=after)
        return visit.go(back, f"Đã lưu việc {line.task.tt}.")

    async def _undo(self, visit: Visit, seen: Found, line: Line) -> web.StreamResponse:
        async with self._shell.storage.write() as session:
            await correcting.undo(session, seen.id, line)
            what = list(line.correction.what) if line.correction else []
            told = {"tt": line.task.tt, "corrected": what}
            visit.audit(session, "plan.correct", f"plan:{seen.id}", before=told, after={**told, "corrected": []})
        return visit.go(f"{PLANS}/{seen.id}#dong-{line.number}", f"Việc {line.task.tt}: đã lấy lại như trợ lý đọc.")


def _typed(visit: Visit, now: Wanted) -> Wanted:
    """What the form says; of a form with a button alone, what the line says."""
    chosen = _chosen(visit.text("chon", 100))
    if "noi-dung" not in visit.form:
        return replace(now, accept=bool(visit.text("nhan")), chosen=chosen)
    most = limits.PLAN_CONTENT
    content, lead, support = (_clean(visit.text(name, most)) for name in ("noi-dung", "chu-tri", "phoi-hop"))
    words = _clean(visit.text("nhip", 300))
    return Wanted(content, lead, support, words, accept=bool(visit.text("nhan")), chosen=chosen)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _chosen(text: str) -> tuple[str, int, str] | None:
    """ "lead:0:bg.w.07228" of the button of a suggestion."""
    field, _, rest = text.partition(":")
    place, _, unit = rest.partition(":")
    return (field, int(place), unit) if place.isascii() and place.isdecimal() and len(place) < 4 and unit else None


def shown(visit: Visit, seen: Found, line: Line, rows: Mapping[str, int] | None = None) -> Shown:
    """A line as the page draws it."""
    rules, plan, today = visit.shell.rules, seen.reading.plan, visit.shell.today()
    typed = correcting.as_typed(line, rules.units)

    def told(schedule: Schedule | None) -> Told | None:
        return plan_lines.told(schedule, plan, rules, today) if schedule else None

    offered = correcting.offered(line) if seen.is_draft and not line.rhythm_set else None
    rhythm = line.rhythm if line.rhythm_set else None
    return Shown(line, typed, told(rhythm), told(offered), (rows or {}).get(line.task.tt, 0))


async def page(
    session: AsyncSession,
    visit: Visit,
    seen: Found,
    problems: Sequence[str] = (),
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> web.Response:
    """The page of a plan: a draft to be corrected, or a plan in force to be looked at."""
    rows = await _rows(session, visit, seen)
    lines = [shown(visit, seen, line, rows) for line in seen.lines]
    return visit.render(
        "office/plan.html",
        status,
        seen=seen,
        waiting=[one for one in lines if one.line.waits],
        clear=[one for one in lines if not one.line.waits],
        whole_warnings=[warning.text for warning in seen.reading.warnings if warning.row is None and seen.whole],
        differences=await differences(session, seen),
        events=[one.line for one in lines if one.line.rhythm and one.line.rhythm.kind is Kind.EVENT],
        problems=problems,
        typed=typed or {},
        base=PLANS,
    )


async def differences(session: AsyncSession, seen: Found) -> Sequence[str]:
    """What a draft changes in the running plan that it is a newer text of."""
    row = seen.row
    old = await session.get(PlanRow, row.replaces) if row.replaces and seen.is_draft and seen.whole else None
    if old is None:
        return ()
    return plans.compare(Reading.from_json(old.body).tasks, seen.reading.tasks).lines()


async def _rows(session: AsyncSession, visit: Visit, seen: Found) -> dict[str, int]:
    """TT -> rows of the ledger, of a plan in force."""
    if seen.row.state != PlanState.CONFIRMED:
        return {}
    statement = (
        select(col(TaskRow.tt), func.count())
        .join(Occurrence, col(Occurrence.task_id) == col(TaskRow.id))
        .where(col(TaskRow.plan_id) == seen.id, ~col(TaskRow.ended))
        .group_by(col(TaskRow.tt))
    )
    if visit.official.sight is not None:
        statement = statement.where(col(Occurrence.unit).in_(visit.official.sight))
    return {tt: int(count) for tt, count in await session.execute(statement)}
