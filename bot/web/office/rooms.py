"""The office's page, put together: every room and its routes."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.gaps import Groups
from bot.web.office.announcements import AnnouncementsRoom
from bot.web.office.classes import ClassesRoom
from bot.web.office.door import Door
from bot.web.office.duties import DutiesRoom
from bot.web.office.figures import FiguresRoom
from bot.web.office.history import HistoryRoom
from bot.web.office.knowledge import KnowledgeRoom
from bot.web.office.people import PeopleRoom
from bot.web.office.plans import PlansRoom
from bot.web.office.questions import QuestionsRoom
from bot.web.office.shell import Room, Route, Shell, frame
from bot.web.office.switches import SwitchesRoom
from bot.web.office.today import TodayRoom
from bot.web.office.wordings import WordingsRoom
from bot.web.quality import QualityPage


class OfficePages:
    """Everything under /lam-viec."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._door = Door(shell)
        groups = Groups()
        rooms: list[Room] = [
            self._door,
            DutiesRoom(),
            PlansRoom(shell),
            FiguresRoom(groups),
            ClassesRoom(shell),
            PeopleRoom(shell),
            HistoryRoom(shell),
            QuestionsRoom(shell, groups),
            WordingsRoom(shell),
            AnnouncementsRoom(shell),
            SwitchesRoom(shell),
            KnowledgeRoom(shell),
        ]
        self.rooms: Sequence[Room] = [TodayRoom(rooms), *rooms]

    def framed(self) -> list[Route]:
        """Every route that takes a right."""
        return [route for room in self.rooms for route in room.routes()]

    def routes(self) -> list[web.RouteDef]:
        """For the server."""
        return [
            *(frame(route, self._shell) for route in self.framed()),
            *self._door.outside(),
            *QualityPage(self._shell).routes(),
        ]
