"""What all our pages share: templates, headers, forms of our own pages only, files."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from multidict import MultiDictProxy

from scheduler.calendar import VIETNAM

TEMPLATES = Path(__file__).parent / "templates"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}
"""The origin of a form must be told to us, and no address to anybody else. What these pages hold is for one person: no
cache keeps them, nobody frames them."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RefusedPageError(Exception):
    """A request that cannot be done, with what to say about it."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title)
        self.status, self.title, self.text = status, title, text


@functools.cache
def environment() -> Environment:
    """Templates of all pages; an unknown value is an error and never an empty place."""
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"day": day, "moment": moment, "capital": capital}
    return made


def day(when: date | datetime) -> str:
    """A day as it is written here: "05/03/2024"; of a moment the day in Vietnam."""
    local = when.astimezone(VIETNAM) if isinstance(when, datetime) else when
    return f"{local:%d/%m/%Y}"


def moment(when: datetime) -> str:
    """A moment in Vietnam: "14:05 ngày 05/03/2024"."""
    return f"{when.astimezone(VIETNAM):%H:%M} ngày {day(when)}"


def capital(text: str) -> str:
    """A name as it begins a line; nothing but its first letter is changed."""
    return f"{text[:1].upper()}{text[1:]}"


def of_somebody_else(request: web.Request) -> bool:
    """Whether another site's page sent it. The browser's own word counts first: a proxy may have changed our name."""
    if (site := request.headers.get("Sec-Fetch-Site")) is not None:
        return site not in ("same-origin", "none")
    came_from = request.headers.get("Origin")
    return came_from is not None and urlsplit(came_from).netloc != request.host


async def form(request: web.Request) -> MultiDictProxy[Any]:
    """The form that was sent. Raises RefusedPageError when a page of somebody else sent it, or nobody can read it."""
    if of_somebody_else(request):
        raise RefusedPageError(403, "Không được phép", "Biểu mẫu này không gửi từ trang của chúng tôi.")
    try:
        return await request.post()
    except (LookupError, ValueError) as error:  # an unknown charset, letters that are none, a broken multipart body
        raise RefusedPageError(
            400, "Không đọc được", "Biểu mẫu gửi lên bị hỏng. Mở lại trang rồi thử lần nữa."
        ) from error


def file(body: bytes, kind: str, name: str, *, inline: bool = False) -> web.Response:
    """A file to keep, or to look at first."""
    name = "".join(sign for sign in name if sign.isprintable())
    plain = name.encode("ascii", "replace").decode().replace('"', "").replace("\\", "")
    told = f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    headers = {**HEADERS, "Content-Disposition": told}
    return web.Response(body=body, content_type=kind, headers=headers)


def go(path: str) -> web.Response:
    """See another page after a form was done."""
    return web.Response(status=303, headers={**HEADERS, "Location": path})


def by_https(request: web.Request) -> bool:
    """Whether a cookie can be kept to encrypted connections."""
    return "https" in (request.scheme, request.headers.get("X-Forwarded-Proto"))
