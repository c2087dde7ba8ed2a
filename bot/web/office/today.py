"""Hôm nay: what waits for whoever looks, each with the way to it."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.office.officials import Right
from bot.web.office.shell import HOME, Room, Route, Todo, Visit


class TodayRoom:
    """Asks every room what waits there."""

    def __init__(self, rooms: Sequence[Room]) -> None:
        self._rooms = rooms

    def routes(self) -> Sequence[Route]:
        return [Route("GET", HOME, Right.ENTER, self.show)]

    async def todos(self, _session: AsyncSession, _visit: Visit, /) -> Sequence[Todo]:
        return ()

    async def show(self, visit: Visit) -> web.StreamResponse:
        async with visit.shell.storage.read() as session:
            waiting = [todo for room in self._rooms for todo in await room.todos(session, visit) if todo.count]
        waiting.sort(key=lambda todo: not todo.urgent)
        return visit.render("office/today.html", waiting=waiting)
