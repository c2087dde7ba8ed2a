"""What all pages of practice share: the school's desk, and the pupil's cookie."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from bot.clock import Clock
from bot.practice.desk import PracticeDesk
from bot.practice.school import School
from bot.storage import Storage
from bot.web.pages import HEADERS, Handler, RefusedPageError, by_https, environment
from scheduler.calendar import VIETNAM

COOKIE = "luyentap"
COOKIE_DAYS = 200


@dataclass(frozen=True, slots=True)
class Pages:
    """Handed to every group of pages."""

    storage: Storage
    school: School
    now: Clock
    office: str
    public_url: str | None
    """Where the office is reached from outside, without a slash at its end; None: as the request came."""

    def today(self) -> date:
        """Today in Vietnam."""
        return self.now().astimezone(VIETNAM).date()

    def render(self, name: str, request: web.Request, status: int = 200, **values: Any) -> web.Response:
        """A page of a template; ``request`` is what it answers."""
        template = environment().get_template(name)
        text = template.render(office=self.office, today=self.today(), path=request.path, **values)
        return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)

    def guarded(self, handler: Handler) -> Handler:
        """The handler, with a page for what it refuses."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except RefusedPageError as refused:
                values = {"title": refused.title, "text": refused.text}
                return self.render("practice/refused.html", request, refused.status, **values)

        return handle

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[PracticeDesk]:
        """A desk that only reads."""
        async with self.storage.read() as session:
            yield self.school.desk(session, self.now())

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[PracticeDesk]:
        """A desk whose notes are committed when the block ends."""
        async with self.storage.write() as session:
            yield self.school.desk(session, self.now())

    def address(self, request: web.Request, path: str) -> str:
        """A link to one of our pages as people outside reach it."""
        base = self.public_url or f"{request.scheme}://{request.host}"
        return f"{base}{path}"


def key_of(request: web.Request) -> str | None:
    """The key by which this browser is known."""
    key = request.cookies.get(COOKIE)
    return key if key and key.isascii() else None


def remember(response: web.Response, request: web.Request, key: str) -> web.Response:
    """Know this browser by its key."""
    response.set_cookie(
        COOKIE,
        key,
        path="/",
        max_age=COOKIE_DAYS * 86400,
        httponly=True,
        samesite="Lax",
        secure=by_https(request),
    )
    return response
