"""What stands in the way: messages in doubt, units that nobody can write to, difficulties that units told of."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.office import board, mail, waiting
from bot.office.officials import Right
from bot.web.office.duties_states import DELIVERIES
from bot.web.office.duties_views import DUTIES
from bot.web.office.shell import HOME, Route, Todo, Visit, missing

DOUBTS = f"{DUTIES}/nghi-ngo"
TROUBLES = f"{DUTIES}/vuong-mac"
PEOPLE = f"{HOME}/nguoi"
ALL = "tat-ca"
LOOK = 3


class TroublePages:
    """For whoever looks at more than one unit."""

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", DOUBTS, Right.PLANS, self.doubts),
            Route("POST", DOUBTS, Right.DECIDE, self.settle),
            Route("GET", TROUBLES, Right.PLANS, self.troubles),
        ]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        """Open difficulties, messages in doubt, units out of reach: for who can do something about them."""
        found = []
        rules, sight = visit.shell.rules, visit.official.sight
        if visit.may(Right.DECIDE):
            stuck, total = await waiting.stuck(session, rules, sight, LOOK)
            lines = tuple(f"{one.unit_name} – việc {one.tt}: {_short(one.text)}" for one in stuck)
            found.append(Todo("Vướng mắc đang mở", total, TROUBLES, lines))
            doubts, held = await mail.doubtful(session, rules, sight, LOOK)
            lines = tuple(f"{one.what}: {one.to}" for one in doubts)
            found.append(Todo("Tin chưa rõ đã tới hay chưa", held, DOUBTS, lines))
        if visit.may(Right.DECIDE) or visit.may(Right.PEOPLE):
            silent = await _silent(session, visit)
            lines = tuple(f"{name}: {why}" for name, why in silent[:LOOK])
            found.append(Todo("Đơn vị có việc mà chưa liên lạc được", len(silent), f"{DOUBTS}#chua-lien-lac", lines))
        return found

    async def doubts(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(self, visit: Visit, problem: str = "", status: int = 200) -> web.Response:
        async with visit.shell.storage.read() as session:
            found, total = await mail.doubtful(session, visit.shell.rules, visit.official.sight, limits.PAGE_ROWS)
            silent = await _silent(session, visit)
        return visit.render(
            "office/duties_doubts.html",
            status,
            found=found,
            total=total,
            silent=silent,
            deliveries=DELIVERIES,
            everything=ALL,
            ticked=visit.request.query.get("chon") == ALL,
            problem=problem,
        )

    async def settle(self, visit: Visit) -> web.StreamResponse:
        """Send again or let go what was ticked."""
        numbers = [
            int(one)
            for one in visit.form.getall("chon", ())
            if isinstance(one, str) and one.isascii() and one.isdecimal() and len(one) < 10
        ]
        if not numbers:
            return await self._page(visit, "Chưa chọn tin nào.", 422)
        again = visit.text("lam") == "gui"
        try:
            async with visit.shell.storage.write() as session:
                done, late = await mail.settle(
                    session,
                    visit.official,
                    numbers[: limits.PAGE_ROWS],
                    visit.official.sight,
                    visit.now,
                    again=again,
                )
        except LookupError:
            raise missing() from None
        visit.shell.stored()
        said = f"Đang gửi lại {done} tin." if again else f"Đã bỏ qua {done} tin."
        return visit.go(DOUBTS, said + (f" {late} tin đã được xử lý từ trước." if late else ""))

    async def troubles(self, visit: Visit) -> web.StreamResponse:
        async with visit.shell.storage.read() as session:
            found, total = await waiting.stuck(session, visit.shell.rules, visit.official.sight, limits.PAGE_ROWS)
        return visit.render("office/duties_troubles.html", found=found, total=total)


async def _silent(session: AsyncSession, visit: Visit) -> list[tuple[str, str]]:
    """Names of units in sight that have something to do and nobody who can be written to, with the reason."""
    found = await board.silent_units(session, visit.shell.rules)
    return [(visit.shell.rules.units.name(unit), why) for unit, why in found.items() if visit.official.sees(unit)]


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
