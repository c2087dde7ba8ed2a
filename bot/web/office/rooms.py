"""The office's page, put together: every room and its routes."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.web.office.door import Door
from bot.web.office.shell import Room, Route, Shell, frame
from bot.web.office.today import TodayRoom


class OfficePages:
    """Everything under /lam-viec."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._door = Door(shell)
        rooms: list[Room] = [self._door]
        self.rooms: Sequence[Room] = [TodayRoom(rooms), *rooms]

    def framed(self) -> list[Route]:
        """Every route that takes a right."""
        return [route for room in self.rooms for route in room.routes()]

    def routes(self) -> list[web.RouteDef]:
        """For the server."""
        return [*(frame(route, self._shell) for route in self.framed()), *self._door.outside()]
