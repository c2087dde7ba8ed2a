"""Lớp học: the way to opening a class, and how much is practised in all; no class of anybody is listed."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import figures
from bot.disclosure import cell
from bot.figures import Span
from bot.office.officials import Right
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit
from bot.web.practice.teachers import OPEN

PAGE = f"{HOME}/lop-hoc"


class ClassesRoom:
    """One page. A class is known by its teacher's link alone: that link is a secret."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [Route("GET", PAGE, Right.TEACH, self.show)]

    async def todos(self, _session: AsyncSession, _visit: Visit, /) -> Sequence[Todo]:
        return ()

    async def show(self, visit: Visit) -> web.StreamResponse:
        today = self._shell.today()
        year = Span(today.replace(month=1, day=1), today)
        async with self._shell.storage.read() as session:
            practice = await figures.practice(session, year)
        totals = [
            ("lớp đã mở", cell(practice.classes)),
            ("học sinh đã vào lớp", cell(practice.pupils)),
            ("lượt làm xong", cell(practice.runs)),
        ]
        return visit.render("office/classes.html", totals=totals, opening=OPEN, since=year.first)
