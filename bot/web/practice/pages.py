"""What all pages of practice share: templates, headers, forms of our own pages only, and the pupil's cookie."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from multidict import MultiDictProxy

from bot.clock import Clock
from bot.practice.desk import PracticeDesk
from bot.practice.school import School
from bot.storage import Storage
from scheduler.calendar import VIETNAM

COOKIE = "luyentap"
COOKIE_DAYS = 200
TEMPLATES = Path(__file__).parent.parent / "templates"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}
"""The origin of a form must be told to us, and no address to anybody else. Pages hold a pupil's progress or a
teacher's figures: no cache keeps them, nobody frames them."""


class RefusedPageError(Exception):
    """A request that cannot be done, with what to say about it."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title)
        self.status, self.title, self.text = status, title, text


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@functools.cache
def _environment() -> Environment:
    """Templates of all pages; an unknown value is an error and never an empty place."""
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


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
        template = _environment().get_template(name)
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


def _of_somebody_else(request: web.Request) -> bool:
    """Whether another site's page sent it. The browser's own word counts first: a proxy may have changed our name."""
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site not in ("same-origin", "none")
    came_from = request.headers.get("Origin")
    return came_from is not None and urlsplit(came_from).netloc != request.host


async def form(request: web.Request) -> MultiDictProxy[Any]:
    """The form that was sent. Raises RefusedPageError when a page of somebody else sent it, or nobody can read it."""
    if _of_somebody_else(request):
        raise RefusedPageError(403, "Không được phép", "Biểu mẫu này không gửi từ trang của chúng tôi.")
    try:
        return await request.post()
    except (LookupError, ValueError) as error:  # an unknown charset, letters that are none, a broken multipart body
        raise RefusedPageError(
            400, "Không đọc được", "Biểu mẫu gửi lên bị hỏng. Em mở lại trang rồi thử lần nữa."
        ) from error


def file(body: bytes, kind: str, name: str, *, inline: bool = False) -> web.Response:
    """A file to keep, or to look at first."""
    headers = {"Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"'}
    return web.Response(body=body, content_type=kind, headers={**headers, "Cache-Control": "no-store"})


def go(path: str) -> web.Response:
    """See another page after a form was done."""
    return web.Response(status=303, headers={**HEADERS, "Location": path})


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
        secure="https" in (request.scheme, request.headers.get("X-Forwarded-Proto")),
    )
    return response
