"""What a plan would send: every message of some days, before anybody confirms it. Nothing is sent here."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from bot import limits
from bot.office import preview
from bot.office.officials import Right
from bot.office.preview import Post
from bot.tables import PlanState
from bot.web.office.plans_found import PLANS, Found, found
from bot.web.office.shell import Route, Shell, Visit
from bot.web.pages import capital
from scheduler.calendar import weekday
from scheduler.simulation import Duty

WEEKS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, and whose messages."""

    since: date
    until: date
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    name: str
    posts: Sequence[Post]


class AheadPages:
    """The page of what would be sent."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [Route("GET", f"{PLANS}/{{id}}/xem-truoc", Right.PLANS, self.show)]

    async def show(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            seen = await found(session, visit, visit.number("id"))
            confirmed = seen.row.state == PlanState.CONFIRMED
            duties = await preview.ledger(session, [seen.id]) if confirmed else []
        asked, problem = self._asked(visit, seen)
        days, rows, units = await asyncio.to_thread(self._look, visit, seen, duties, asked)
        return visit.render(
            "office/plan_ahead.html",
            422 if problem else 200,
            seen=seen,
            days=days,
            posts=sum(len(day.posts) for day in days),
            rows=rows,
            units=units,
            asked=asked,
            problem=problem,
            since=self._counts_from(seen),
            base=PLANS,
        )

    def _look(
        self, visit: Visit, seen: Found, duties: Sequence[Duty], asked: Asked
    ) -> tuple[list[Day], dict[str, int], list[tuple[str, str]]]:
        """Days with messages; TT -> rows in the ledger; units that have any. Takes a while: not on the loop."""
        rules, official = self._shell.rules, visit.official
        own = {line.task.tt for line in seen.lines}
        if seen.is_draft:
            rhythms = {line.task.tt: line.rhythm for line in seen.lines if line.rhythm}
            duties = list(preview.drafted(seen.reading, rules, rhythms))
        duties = [duty for duty in duties if duty.task in own and official.sees(duty.unit)]
        rows = dict(Counter(duty.task for duty in duties))
        names = sorted({duty.unit for duty in duties}, key=rules.units.name)
        since = self._counts_from(seen)
        wanted = [
            duty
            for duty in duties
            if (not asked.unit or duty.unit == asked.unit) and (since is None or duty.period.due >= since)
        ]
        days = preview.ahead(wanted, asked.since, asked.until, rules)
        told = [Day(day, capital(weekday(day)), posts) for day, posts in sorted(days.items())]
        return told, rows, [(unit, rules.units.name(unit)) for unit in names]

    def _counts_from(self, seen: Found) -> date | None:
        """Of a draft that is confirmed in the middle of its time, what was due before today is not counted."""
        start, end = seen.reading.plan.window
        today = self._shell.today()
        return today if seen.is_draft and start < today <= end else None

    def _asked(self, visit: Visit, seen: Found) -> tuple[Asked, str]:
        """The days asked for, and what is wrong with them; then four weeks from today or from the plan's start."""
        start, end = seen.reading.plan.window
        today = self._shell.today()
        first = max(today, start) if today <= end else start
        usual = Asked(first, first + timedelta(weeks=WEEKS, days=-1))
        query = visit.request.query
        unit = query.get("don-vi", "")[:64]
        try:
            since = date.fromisoformat(query.get("tu") or usual.since.isoformat())
            until = date.fromisoformat(query.get("den") or (since + timedelta(weeks=WEEKS, days=-1)).isoformat())
        except (ValueError, OverflowError):
            return Asked(usual.since, usual.until, unit), "Ghi ngày theo ô chọn ngày, ví dụ 31/03/2026."
        if until < since:
            return Asked(usual.since, usual.until, unit), "“Đến ngày” phải từ “Từ ngày” trở đi."
        if (until - since).days >= limits.PLAN_PREVIEW_DAYS:
            most = limits.PLAN_PREVIEW_DAYS
            return Asked(usual.since, usual.until, unit), f"Xem được nhiều nhất {most} ngày mỗi lần."
        return Asked(since, until, unit), ""
