"""Công tắc: sending, answering and the notice on top of every answer, each with a reason that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.office import people, switches
from bot.office.officials import Right
from bot.office.plans import RefusedError
from bot.office.switches import Name
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit, missing

PATH = f"{HOME}/thong-bao/cong-tac"
HISTORY = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A switch in words."""

    title: str
    on: str
    off: str
    effect: str
    """What turning it off does."""
    turn_off: str
    turn_on: str
    label: str
    """Of the field for the reason."""


TOLD = {
    Name.SENDING: Told(
        "Gửi tin đi",
        "Đang bật: tin nhắc việc và thông báo gửi bình thường.",
        "Đang tắt: chỉ còn trả lời người hỏi.",
        "Tin nhắc việc và thông báo dừng lại, không mất tin nào; bật lại thì gửi tiếp. Người hỏi vẫn được trả lời.",
        "Tắt gửi tin",
        "Bật lại gửi tin",
        "Lý do",
    ),
    Name.ANSWERING: Told(
        "Trả lời tự động",
        "Đang bật: trợ lý trả lời câu hỏi của người dân.",
        "Đang tắt: trợ lý xin lỗi, nói lý do và chỉ nơi liên hệ.",
        "Trợ lý không trả lời về thủ tục nữa, chỉ nói lý do anh/chị ghi. Việc của cán bộ và lớp luyện tập vẫn chạy.",
        "Tắt trả lời tự động",
        "Bật lại trả lời tự động",
        "Lý do (người dân đọc được)",
    ),
    Name.NOTICE: Told(
        "Dòng lưu ý",
        "Không có dòng lưu ý nào.",
        "Đang đặt ở đầu mọi câu trả lời và trên trang hỏi đáp.",
        "Một dòng ở đầu mọi câu trả lời và trên trang hỏi đáp, ví dụ khi một hệ thống đang bảo trì.",
        "Đặt dòng lưu ý",
        "Gỡ dòng lưu ý",
        "Dòng lưu ý (người dân đọc được)",
    ),
}
"""Switches by how people call them."""


class SwitchesRoom:
    """One page, and the press that turns a switch."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", PATH, Right.SWITCH, self.show),
            Route("POST", f"{PATH}/{{ten:[a-z]+}}", Right.SWITCH, self.turn),
        ]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        if not visit.may(Right.SWITCH):
            return ()
        off = await switches.off(session)
        lines = tuple(f"{TOLD[name].title}: {reason}" for name, reason in off.items())
        quiet = set(off) <= {Name.NOTICE}
        return [Todo("Công tắc đang tắt hoặc lưu ý đang đặt", len(off), PATH, lines, urgent=not quiet)]

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(
        self, visit: Visit, problems: Sequence[str] = (), name: Name | None = None, reason: str = ""
    ) -> web.Response:
        async with self._shell.storage.read() as session:
            held = await switches.held(session)
            past = await switches.history(session, HISTORY)
        values = {"held": held, "past": past, "told": TOLD, "problems": problems, "wrong": name, "reason": reason}
        status = 422 if problems else 200
        most = {one: limits.NOTICE_AT_MOST if one is Name.NOTICE else limits.REASON_AT_MOST for one in Name}
        return visit.render("office/switches.html", status, **values, most=most)

    async def turn(self, visit: Visit) -> web.StreamResponse:
        told = visit.request.match_info["ten"]
        if told not in set(Name):
            raise missing()
        name, reason = Name(told), visit.text("ly-do", limits.REASON_AT_MOST)
        off = visit.text("huong") == "tat"
        try:
            async with self._shell.storage.write() as session:
                if visit.official.sight is not None and await people.admin_of_the_city(
                    session, self._shell.rules.units
                ):
                    raise RefusedError(["Công tắc này của cả thành phố: nhờ người quản trị của thành phố bật, tắt."])
                await switches.turn(session, visit.official, name, reason, visit.now, switch_off=off)
        except RefusedError as refused:
            return await self._page(visit, refused.problems, name, reason)
        await self._shell.learn()
        return visit.go(PATH, f"Đã làm: {(TOLD[name].turn_off if off else TOLD[name].turn_on).lower()}.")
