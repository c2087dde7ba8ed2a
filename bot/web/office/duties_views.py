"""Việc, as one looks at it: the matrix, a table, a month, and the matrix on paper."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.office import findings, matrix
from bot.office.findings import Wanted
from bot.office.matrix import PlanName, TaskName
from bot.office.officials import Right
from bot.web.office.duties_states import PICTURES, legend
from bot.web.office.shell import HOME, Route, Visit, missing
from scheduler.ledger import State

DUTIES = f"{HOME}/viec"
TABLE = f"{DUTIES}/bang"
MONTH = f"{DUTIES}/lich"
PAPER = f"{DUTIES}/in"
WHOLE_YEAR = "ca-nam"
TO_DO = "can-bao"
"""Among the states to look for: whatever a unit has to report now."""
_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The plan and the task that are looked at, out of those that there are."""

    plans: Sequence[PlanName]
    plan: PlanName | None
    tasks: Sequence[TaskName]
    task: TaskName | None
    """None: all of them."""


def asked(visit: Visit, name: str) -> int | None:
    """A number after the question mark; None where there is none, or none of ours."""
    told = visit.request.query.get(name, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None


def link(path: str, **values: object) -> str:
    """An address with what is asked of it; what is None or empty is left out."""
    told = urlencode({name.replace("_", "-"): value for name, value in values.items() if value not in (None, "")})
    return f"{path}?{told}" if told else path


async def choose(session: AsyncSession, visit: Visit) -> Chosen:
    """What the address asks for (``ke-hoach``, ``viec``). Raises RefusedPageError (404) for what is not in sight."""
    plans = await matrix.running_plans(session)
    wanted = asked(visit, "ke-hoach")
    this_year = next((one for one in plans if one.year == visit.shell.today().year), plans[0] if plans else None)
    plan = this_year if wanted is None else next((one for one in plans if one.id == wanted), None)
    if plan is None:
        if wanted is not None:
            raise missing()
        return Chosen(plans, None, (), None)
    tasks = await matrix.tasks(session, plan.id, visit.official.sight)
    number = asked(visit, "viec")
    task = next((one for one in tasks if one.id == number), None)
    if number is not None and task is None:
        raise missing()
    return Chosen(plans, plan, tasks, task)


class Views:
    """Everything that is only looked at."""

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", DUTIES, Right.DUTIES, self.matrix),
            Route("GET", TABLE, Right.DUTIES, self.table),
            Route("GET", MONTH, Right.DUTIES, self.month),
            Route("GET", PAPER, Right.DUTIES, self.paper),
        ]

    async def matrix(self, visit: Visit) -> web.StreamResponse:
        """Units down; tasks in their latest period across, or the periods of the task that was picked."""
        whole = WHOLE_YEAR in visit.request.query
        shell, sight = visit.shell, visit.official.sight
        grid = matrix.Grid((), (), {})
        async with shell.storage.read() as session:
            chosen = await choose(session, visit)
            if chosen.task is not None:
                grid = await matrix.of_task(session, shell.rules, visit.now, chosen.task.id, sight)
            elif chosen.plan is not None:
                grid = await matrix.of_plan(session, shell.rules, visit.now, chosen.plan.id, sight)
        shown = grid if whole or chosen.task is None else grid.only(matrix.near(grid.columns, shell.today()))
        return visit.render(
            "office/duties.html",
            chosen=chosen,
            grid=shown,
            cut=len(shown.columns) < len(grid.columns),
            whole=whole,
            legend=legend(shown.counts),
            pictures=PICTURES,
            link=link,
        )

    async def paper(self, visit: Visit) -> web.StreamResponse:
        """A sheet of A3 for the task that was picked; else one for the plan as it stands, and one for each task."""
        shell, sight = visit.shell, visit.official.sight
        async with shell.storage.read() as session:
            chosen = await choose(session, visit)
            if chosen.plan is None:
                raise missing()
            grids: list[tuple[TaskName | None, matrix.Grid]]
            if chosen.task is not None:
                found = await matrix.of_task(session, shell.rules, visit.now, chosen.task.id, sight)
                grids = [(chosen.task, found)]
            else:
                grids = [(None, await matrix.of_plan(session, shell.rules, visit.now, chosen.plan.id, sight))]
                grids += await matrix.by_tasks(session, shell.rules, visit.now, chosen.plan.id, sight)
        sheets = [(task, sheet, legend(sheet.counts)) for task, grid in grids for sheet in grid.sheets()]
        return visit.render("office/duties_paper.html", chosen=chosen, sheets=sheets, pictures=PICTURES, link=link)

    async def table(self, visit: Visit) -> web.StreamResponse:
        """Every row, filtered, page by page."""
        query, shell, sight = visit.request.query, visit.shell, visit.official.sight
        unit = query.get("don-vi", "")[:64] or None
        if unit is not None and not visit.official.sees(unit):
            raise missing()
        told = query.get("trang-thai", "")
        state, to_do = _state(told), told == TO_DO
        due_on = _day(query.get("han", ""))
        async with shell.storage.read() as session:
            chosen = await choose(session, visit)
            wanted = Wanted(_id(chosen.plan), _id(chosen.task), unit, state, due_on, to_do=to_do)
            page = asked(visit, "trang") or 1
            found = await findings.listed(session, shell.rules, visit.now, wanted, sight, page)
            units = matrix.in_order(await findings.units(session, wanted, sight), shell.rules)
        asked_for = {
            "ke_hoach": wanted.plan,
            "viec": wanted.task,
            "don_vi": unit,
            "trang_thai": TO_DO if to_do else state,
            "han": due_on.isoformat() if due_on else None,
        }
        return visit.render(
            "office/duties_table.html",
            chosen=chosen,
            found=found,
            units=units,
            wanted=wanted,
            asked=asked_for,
            pictures=PICTURES,
            link=link,
        )

    async def month(self, visit: Visit) -> web.StreamResponse:
        """What falls due on which day."""
        shell, sight = visit.shell, visit.official.sight
        first = _month(visit.request.query.get("thang", "")) or shell.today().replace(day=1)
        async with shell.storage.read() as session:
            chosen = await choose(session, visit)
            wanted = Wanted(_id(chosen.plan), _id(chosen.task))
            due = await findings.month(session, shell.rules, visit.now, first, wanted, sight)
        return visit.render(
            "office/duties_month.html",
            chosen=chosen,
            first=first,
            before=first - timedelta(days=1),
            after=first + timedelta(days=calendar.monthrange(first.year, first.month)[1]),
            weeks=_weeks(first, due),
            pictures=PICTURES,
            link=link,
        )


def _id(one: PlanName | TaskName | None) -> int | None:
    return one.id if one else None


def _state(told: str) -> State | None:
    return State(told) if told in set(State) else None


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


def _month(told: str) -> date | None:
    """The first day of "2024-03"."""
    found = _day(f"{told}-01")
    return found if found and found.year in _YEARS else None


_Day = tuple[date | None, Sequence[findings.DayTask]]


def _weeks(first: date, due: Mapping[date, Sequence[findings.DayTask]]) -> list[list[_Day]]:
    """The days of a month in weeks from Monday on; None: a day of another month."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [[(day, due.get(day, ())) if day.month == first.month else (None, ()) for day in week] for week in weeks]
