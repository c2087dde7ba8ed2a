"""What all rooms of the office's page share: the door with its rights, the frame, and what waits today."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.channels.base import Traits
from bot.clock import Clock
from bot.office import access, audit, people
from bot.office.officials import Official, Right, official
from bot.office.rules import Rules
from bot.practice.school import School
from bot.settings import Settings
from bot.storage import Storage
from bot.tables import WebSession
from bot.web.pages import HEADERS, RefusedPageError, by_https, environment, form, go
from handlers.message import Address
from knowledge.store import Knowledge
from scheduler.calendar import VIETNAM

HOME = "/lam-viec"
DOOR = f"{HOME}/vao"
COOKIE = "lamviec"
DONE = "xong"
DONE_SECONDS = 60
DONE_SIGNS = 300
"""Percent-encoded, so many letters stay below the 4096 bytes a browser keeps of a cookie."""
SEEN_EVERY = 300.0
"""Seconds after which it is written down that a session is still in use."""


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits for whoever is looking."""

    label: str
    """What waits, in a few words: "Báo cáo chờ duyệt"."""
    count: int
    href: str
    lines: tuple[str, ...] = ()
    """The first few of them, for a look."""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """Handed to every room."""

    storage: Storage
    rules: Rules
    now: Clock
    settings: Settings
    known: Callable[[], Knowledge]
    """What the assistant knows at this moment."""
    shipped: Knowledge
    """What the program came with."""
    school: School
    traits: Mapping[str, Traits]
    """What each channel allows, by its name."""
    stored: Callable[[], None]
    """To be told when messages were queued: they leave at once."""
    learn: Callable[[], Awaitable[None]]
    """To be awaited after something was published: the assistant answers from it at once."""
    telegram: Callable[[], str | None]
    """The bot's name on Telegram, empty until Telegram has told it; None: the office has no bot there."""

    @property
    def office(self) -> str:
        return self.settings.office_name

    def today(self) -> date:
        """Today in Vietnam."""
        return self.now().astimezone(VIETNAM).date()

    def address(self, request: web.Request, path: str) -> str:
        """A link to one of our pages as people outside reach it."""
        base = str(self.settings.public_url).rstrip("/") if self.settings.public_url else None
        return f"{base or f'{request.scheme}://{request.host}'}{path}"


@dataclass(slots=True)
class Visit:
    """One request of an official who was let in and may do this."""

    shell: Shell
    request: web.Request
    official: Official
    session: WebSession
    form: MultiDictProxy[Any] = field(default_factory=lambda: MultiDictProxy(MultiDict()))
    """What was sent, of a POST."""

    @property
    def now(self) -> datetime:
        return self.shell.now()

    def may(self, right: Right) -> bool:
        return self.official.may(right)

    def text(self, name: str, most: int = 200) -> str:
        """A field of the form: trimmed, with line breaks as \\n, without NUL (databases refuse it), cut; empty where it
        was not sent."""
        value = self.form.get(name, "")
        return value.replace("\r\n", "\n").replace("\0", "").strip()[:most] if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """A number in the path. Raises RefusedPageError (404) where it can be none of ours."""
        told = self.request.match_info[name]
        if not (told.isascii() and told.isdecimal() and len(told) < 10):
            raise missing()
        return int(told)

    def render(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """A page of ``office/…`` in the frame: menu, who is here, what was just done (told once)."""
        shell, request = self.shell, self.request
        done = unquote(request.cookies.get(DONE, ""))[:DONE_SIGNS]
        text = (
            environment()
            .get_template(template)
            .render(
                office=shell.office,
                today=shell.today(),
                now=shell.now().astimezone(VIETNAM),
                path=request.path,
                official=self.official,
                Right=Right,
                menu=[one for one in MENU if self.may(one.right)],
                done=done,
                **values,
            )
        )
        response = web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)
        if done:
            response.del_cookie(DONE, path=HOME)
        return response

    def go(self, path: str, done: str = "") -> web.Response:
        """See another page, which begins with what was done. A cookie carries the words: in the address they could be
        anybody's, and would be told again with every reload."""
        response = go(path)
        if done:
            told, https = quote(done[:DONE_SIGNS], safe=""), by_https(self.request)
            response.set_cookie(
                DONE, told, path=HOME, max_age=DONE_SECONDS, httponly=True, samesite="Lax", secure=https
            )
        return response

    def audit(
        self,
        session: AsyncSession,
        action: str,
        subject: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a change down, in the transaction that makes it."""
        audit.record(session, self.official, action, subject, self.now, before=before, after=after)


Answer = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One page or form of a room, and the right it takes."""

    method: str
    path: str
    right: Right
    answer: Answer


class Room(Protocol):
    """A group of pages."""

    def routes(self) -> Sequence[Route]:
        """Everything that can be opened or sent here."""

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        """What waits here for this official; nothing for whom it is not."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    href: str
    label: str
    right: Right


MENU = (
    MenuEntry(HOME, "Hôm nay", Right.ENTER),
    MenuEntry(f"{HOME}/viec", "Việc", Right.DUTIES),
    MenuEntry(f"{HOME}/ke-hoach", "Kế hoạch", Right.PLANS),
    MenuEntry(f"{HOME}/thu-tuc", "Thủ tục", Right.KNOWLEDGE),
    MenuEntry(f"{HOME}/cau-hoi", "Câu hỏi", Right.KNOWLEDGE),
    MenuEntry(f"{HOME}/ban-tin", "Bản tin", Right.KNOWLEDGE),
    MenuEntry(f"{HOME}/thong-bao", "Thông báo", Right.KNOWLEDGE),
    MenuEntry(f"{HOME}/so-lieu", "Số liệu", Right.FIGURES),
    MenuEntry(f"{HOME}/lop-hoc", "Lớp học", Right.TEACH),
    MenuEntry(f"{HOME}/nguoi", "Người", Right.PEOPLE),
    MenuEntry(f"{HOME}/nhat-ky", "Nhật ký", Right.AUDIT),
)


def missing() -> RefusedPageError:
    """The same for what never was, what is no more, and what is not for this person."""
    return RefusedPageError(404, "Không có trang này", "Nội dung không còn, hoặc không thuộc phần việc của anh/chị.")


def frame(route: Route, shell: Shell) -> web.RouteDef:
    """The route as the server takes it: who is nobody goes to the door, who may not is told so."""

    async def handle(request: web.Request) -> web.StreamResponse:
        visit: Visit | None = None
        try:
            visit = await _let_in(request, shell, route.right)
            if visit is None:
                return _to_the_door(request)
            if not visit.may(route.right):
                raise RefusedPageError(
                    403,
                    "Không thuộc phần việc của anh/chị",
                    "Vai trò hiện tại không mở được mục này. Nếu cần, anh/chị báo người quản trị.",
                )
            if request.method == "POST":
                visit.form = await _own_form(request)
            return await route.answer(visit)
        except RefusedPageError as refused:
            return _refused(refused, visit, shell)

    return web.route(route.method, route.path, handle)


async def _let_in(request: web.Request, shell: Shell, right: Right) -> Visit | None:
    secret = request.cookies.get(COOKIE, "")
    if not secret or len(secret) > 100:
        return None
    now = shell.now()
    async with shell.storage.read() as session:
        held = await access.holder(session, secret, now)
        if held is None:
            return None
        address = Address(held.channel, held.chat)
        person = await people.person(session, address, shell.rules.units)
        former = await people.ever(session, address)
    if person is None:
        return None
    if (now - held.seen_at).total_seconds() > SEEN_EVERY:
        async with shell.storage.write() as session:
            kept = await session.get(WebSession, held.id)
            if kept is not None:
                kept.seen_at = now
                session.add(kept)
    here = official(person, address, shell.rules.units, shell.today(), right, former)
    return Visit(shell, request, here, held)


async def _own_form(request: web.Request) -> MultiDictProxy[Any]:
    """A form that changes things says where it comes from: browsers always do."""
    if "Sec-Fetch-Site" not in request.headers and "Origin" not in request.headers:
        raise RefusedPageError(
            403, "Không được phép", "Yêu cầu này không gửi từ trang làm việc. Anh/chị mở lại trang rồi làm lại."
        )
    if (request.content_length or 0) > limits.FORM_BYTES:
        most = limits.FORM_BYTES // (1024 * 1024)
        raise RefusedPageError(413, "Tệp quá lớn", f"Tệp gửi lên lớn hơn {most} MB. Anh/chị chọn tệp nhỏ hơn.")
    return await form(request.clone(client_max_size=limits.FORM_BYTES))


def _to_the_door(request: web.Request) -> web.Response:
    """Of a page one wanted to see, the way back is kept; a form that was sent is not sent again."""
    if request.method != "GET" or request.path == HOME:
        return go(DOOR)
    return go(f"{DOOR}?ve={quote(request.path_qs)}")


def way_back(told: str) -> str:
    """Where to go after being let in: a page of the office's own, else today's."""
    parts = urlsplit(told)
    ours = not parts.scheme and not parts.netloc and (parts.path == HOME or parts.path.startswith(f"{HOME}/"))
    return told if ours and "\\" not in told and not told.startswith(DOOR) else HOME


def _refused(refused: RefusedPageError, visit: Visit | None, shell: Shell) -> web.Response:
    if visit is not None:
        return visit.render("office/refused.html", refused.status, title=refused.title, text=refused.text)
    return outside("office/refused_outside.html", shell, refused.status, title=refused.title, text=refused.text)


def outside(template: str, shell: Shell, status: int = 200, **values: Any) -> web.Response:
    """A page for somebody who is not let in."""
    text = environment().get_template(template).render(office=shell.office, today=shell.today(), **values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)
