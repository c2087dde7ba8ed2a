"""Báo cáo: the report of a window as a letter or a spreadsheet, to download."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from bot.office import findings, matrix, report_source
from bot.office.findings import Wanted
from bot.office.matrix import PlanName
from bot.office.officials import Right
from bot.office.plans import RefusedError
from bot.web.office.duties_views import DUTIES, asked
from bot.web.office.shell import Route, Visit, missing
from bot.web.pages import file
from scheduler import reports
from scheduler.reports import Window

REPORT = f"{DUTIES}/bao-cao"
KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MADE_AT_ONCE = 2
"""Making a report takes a processor for seconds: more of them wait."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was chosen in the form."""

    plan: int | None
    period: str
    unit: str
    kind: str


class ReportPages:
    """The form and the file."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(MADE_AT_ONCE)

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", REPORT, Right.DUTIES, self.ask),
            Route("GET", f"{REPORT}/tai", Right.DUTIES, self.download),
        ]

    async def ask(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(self, visit: Visit, problems: Sequence[str] = (), status: int = 200) -> web.Response:
        shell, chosen = visit.shell, _asked(visit)
        async with shell.storage.read() as session:
            plans = await matrix.running_plans(session)
            plan = _plan(plans, chosen.plan, shell.today())
            units = await findings.units(session, Wanted(plan=plan.id), visit.official.sight) if plan else set()
        windows: list[Window] = []
        try:
            windows = offered(plan.year, report_source.forms(shell.settings.data_dir)) if plan else []
        except RefusedError as error:
            problems = error.problems
        return visit.render(
            "office/duties_report.html",
            status,
            plans=plans,
            plan=plan,
            windows=windows,
            period=chosen.period or _next(windows, shell.today()),
            units=matrix.in_order(units, shell.rules),
            unit=chosen.unit,
            kind=chosen.kind,
            whole=visit.official.sight is None,
            problems=problems,
        )

    async def download(self, visit: Visit) -> web.StreamResponse:
        """Read in one short transaction, made in a thread afterwards."""
        shell, chosen = visit.shell, _asked(visit)
        if chosen.unit and not visit.official.sees(chosen.unit):
            raise missing()
        try:
            form = report_source.forms(shell.settings.data_dir)
            window = report_source.window_of(chosen.period, form)
            async with shell.storage.read() as session:
                plans = await matrix.running_plans(session)
                plan = _plan(plans, chosen.plan, window.end)
                row = await report_source.plan_of(session, plan.id if plan else None, window.end.year)
                units = (chosen.unit,) if chosen.unit else visit.official.sight
                source = await report_source.source(session, shell.rules, row, window, form, visit.now, units)
            async with self._turn:
                body = await asyncio.to_thread(source.document, f".{chosen.kind}")
        except RefusedError as error:
            return await self._page(visit, error.problems, 422)
        except reports.FormatError as error:
            return await self._page(visit, (str(error),), 422)
        unit = f"-{chosen.unit}" if chosen.unit else ""
        return file(body, KINDS[chosen.kind], f"bao-cao-{window.name}{unit}.{chosen.kind}")


def _asked(visit: Visit) -> Asked:
    query = visit.request.query
    kind = query.get("dang", "docx")
    return Asked(
        asked(visit, "ke-hoach"),
        query.get("ky", "")[:20],
        query.get("don-vi", "")[:64],
        kind if kind in KINDS else "docx",
    )


def _plan(plans: Sequence[PlanName], wanted: int | None, day: date) -> PlanName | None:
    """The plan that was asked for, else the one of that year, else the newest. RefusedPageError (404): no such plan."""
    if wanted is not None:
        found = next((one for one in plans if one.id == wanted), None)
        if found is None:
            raise missing()
        return found
    return next((one for one in plans if one.year == day.year), plans[0] if plans else None)


def offered(year: int, form: reports.Rules) -> list[Window]:
    """Every report of a year: the four that are sent, then the months."""
    names = [f"{year}-Q1", f"{year}-H1", f"{year}-Q3", f"{year}", *(f"{year}-{month:02}" for month in range(1, 13))]
    return [report_source.window_of(name, form) for name in names]


def _next(windows: Sequence[Window], today: date) -> str:
    """The report that is to be sent next, of those that are sent in a year; else the whole year."""
    yearly = windows[:4]
    found = next((one for one in yearly if one.send_by >= today), yearly[-1] if yearly else None)
    return found.name if found else ""
