"""The door: a link from the bot, a name and password, the devices that are let in, and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.intake import Rate
from bot.office import access
from bot.office.officials import Right
from bot.web.chat import host_of
from bot.web.office.shell import COOKIE, DOOR, HOME, Route, Shell, Todo, Visit, missing, outside, way_back
from bot.web.pages import RefusedPageError, by_https, form, go
from handlers.message import Address

TRUSTED = "nho"
_SLOW = RefusedPageError(429, "Chờ một lát", "Đã thử vào quá nhiều lần. Anh/chị chờ mười phút rồi thử lại.")


class Door:
    """Routes for who is outside, and a room for who is in."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._guesses = Rate(*limits.DOOR_GUESSES)
        self._proving = asyncio.Semaphore(1)
        """A password takes a thread and 64 MB to prove: others wait, so that answering does not."""

    def outside(self) -> list[web.RouteDef]:
        """Open to everybody."""
        return [
            web.get(DOOR, self._guarded(self.ask)),
            web.post(DOOR, self._guarded(self.by_password)),
            web.get(f"{DOOR}/{{secret}}", self._guarded(self.ask_by_link)),
            web.post(f"{DOOR}/{{secret}}", self._guarded(self.by_link)),
        ]

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", f"{HOME}/thiet-bi", Right.ENTER, self.devices),
            Route("POST", f"{HOME}/thiet-bi/{{id:[0-9]+}}/ra", Right.ENTER, self.revoke),
            Route("POST", f"{HOME}/ra", Right.ENTER, self.leave),
        ]

    async def todos(self, _session: AsyncSession, _visit: Visit, /) -> Sequence[Todo]:
        return ()

    def _guarded(
        self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await answer(request)
            except RefusedPageError as refused:
                values = {"title": refused.title, "text": refused.text}
                return outside("office/refused_outside.html", self._shell, refused.status, **values)

        return handle

    async def ask(self, request: web.Request) -> web.StreamResponse:
        return self._door(request.query.get("ve", ""))

    def _door(self, back: str, problem: str = "", name: str = "") -> web.Response:
        status = 422 if problem else 200
        return outside("office/door.html", self._shell, status, back=way_back(back), problem=problem, name=name)

    async def by_password(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        name, password = str(sent.get("ten", "")).strip()[:60], str(sent.get("mat-khau", ""))
        if not self._guesses.allows(host_of(request)):
            raise _SLOW
        async with self._proving:
            found = await access.check(self._shell.storage, name, password, self._shell.now())
        if found == "locked":
            minutes = int(limits.PASSWORD_LOCK.total_seconds() // 60)
            return self._door(
                str(sent.get("ve", "")), f"Tài khoản tạm khoá {minutes} phút vì sai mật khẩu nhiều lần.", name
            )
        if not isinstance(found, Address):
            return self._door(str(sent.get("ve", "")), "Tên đăng nhập hoặc mật khẩu chưa đúng.", name)
        return await self._let_in(request, found, trusted=TRUSTED in sent, back=str(sent.get("ve", "")))

    async def ask_by_link(self, request: web.Request) -> web.StreamResponse:
        """Messengers open links to show what is behind them: looking does not use the link up, pressing does."""
        secret = request.match_info["secret"]
        async with self._shell.storage.read() as session:
            usable = await access.usable(session, secret, self._shell.now())
        if not usable:
            raise await self._used_up(request)
        return outside("office/enter.html", self._shell, here=f"{DOOR}/{secret}")

    async def by_link(self, request: web.Request) -> web.StreamResponse:
        sent, secret = await form(request), request.match_info["secret"]
        async with self._shell.storage.read() as session:
            usable = await access.usable(session, secret, self._shell.now())
        if not usable:  # who guesses does not wait for the one writer, nor keep it from others
            raise await self._used_up(request)
        async with self._shell.storage.write() as session:
            address = await access.take(session, secret, self._shell.now())
        if address is None:
            raise await self._used_up(request)
        return await self._let_in(request, address, trusted=TRUSTED in sent, back="")

    async def _used_up(self, request: web.Request) -> RefusedPageError:
        if not self._guesses.allows(host_of(request)):
            return _SLOW
        minutes = int(limits.PASS_VALID.total_seconds() // 60)
        return RefusedPageError(
            410,
            "Liên kết không dùng được nữa",
            f"Mỗi liên kết vào được một lần, trong {minutes} phút. "
            "Anh/chị nhắn “trang làm việc” cho trợ lý để lấy liên kết mới.",
        )

    async def _let_in(self, request: web.Request, address: Address, *, trusted: bool, back: str) -> web.Response:
        device = access.named(request.headers.get("User-Agent", ""))
        async with self._shell.storage.write() as session:
            secret = await access.begin(session, address, self._shell.now(), device=device, trusted=trusted)
        response = go(way_back(back))
        age = int(limits.SESSION_TRUSTED.total_seconds()) if trusted else None
        response.set_cookie(
            COOKIE, secret, path=HOME, max_age=age, httponly=True, samesite="Lax", secure=by_https(request)
        )
        return response

    async def devices(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            listed = await access.devices(session, visit.session, visit.now)
        return visit.render("office/devices.html", devices=listed)

    async def revoke(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.write() as session:
            ended = await access.end(session, visit.official.address, visit.number("id"))
            if ended is None:
                raise missing()
            visit.audit(session, "session.revoke", "session", before={"device": ended})
        return visit.go(f"{HOME}/thiet-bi", "Đã đăng xuất thiết bị đó.")

    async def leave(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.write() as session:
            await access.end(session, visit.official.address, visit.session.id or 0)
        response = go(DOOR)
        response.del_cookie(COOKIE, path=HOME)
        return response
