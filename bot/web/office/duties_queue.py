"""Chờ duyệt: the reports that wait, several accepted or returned at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits
from bot.office import deciding, matrix, waiting
from bot.office.deciding import Decided, Pick, StrangeError
from bot.office.officials import Right
from bot.office.waiting import Between
from bot.web.office.duties_reasons import LONGEST, READY, WHY, reason
from bot.web.office.duties_views import DUTIES, asked, link
from bot.web.office.shell import Route, Todo, Visit, missing
from scheduler.calendar import VIETNAM

QUEUE = f"{DUTIES}/cho-duyet"
TODAY, YESTERDAY, EARLIER = "hom-nay", "hom-qua", "truoc-do"
WHEN = {TODAY: "gửi hôm nay", YESTERDAY: "gửi hôm qua", EARLIER: "gửi trước hôm qua"}
ALL = "tat-ca"
AT_ONCE = 20
"""Reports decided in one transaction: others wait for the writer no longer than that."""
LOOK = 3


class QueuePages:
    """The list of reports that wait."""

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", QUEUE, Right.DECIDE, self.show),
            Route("POST", QUEUE, Right.DECIDE, self.decide),
        ]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        """Reports to accept; in front those of yesterday, if there are only such."""
        if not visit.may(Right.DECIDE):
            return ()
        found, total = await waiting.reports(session, visit.shell.rules, _desk(visit), LOOK)
        lines = tuple(f"{one.unit_name} – việc {one.tt} – {one.period}" for one in found)
        return (Todo("Báo cáo chờ duyệt", total, QUEUE, lines),)

    async def show(self, visit: Visit) -> web.StreamResponse:
        everything = visit.request.query.get("chon") == ALL
        return await self._page(visit, ticked=None if everything else frozenset())

    async def _page(
        self, visit: Visit, *, ticked: frozenset[str] | None, problem: str = "", status: int = 200
    ) -> web.Response:
        """``ticked``: what was ticked; None: all."""
        query, rules, desk = visit.request.query, visit.shell.rules, _desk(visit)
        when = query.get("gui", "") if query.get("gui", "") in WHEN else ""
        unit = query.get("don-vi", "")[:64] or None
        if unit is not None and desk is not None and unit not in desk:
            raise missing()
        async with visit.shell.storage.read() as session:
            total = (await waiting.reports(session, rules, desk, 0))[1]
            page = max(1, asked(visit, "trang") or 1)
            found, fitting = await waiting.reports(
                session,
                rules,
                desk,
                limits.PAGE_ROWS,
                between=_between(when, visit.now),
                unit=unit,
                first=(page - 1) * limits.PAGE_ROWS,
            )
            units = matrix.in_order(await waiting.units(session, desk), rules)
        return visit.render(
            "office/duties_queue.html",
            status,
            found=found,
            fitting=fitting,
            total=total,
            page=page,
            pages=max(1, -(-fitting // limits.PAGE_ROWS)),
            units=units,
            unit=unit,
            when=when,
            whens=WHEN,
            ticked=ticked,
            everything=ALL,
            ready=READY,
            problem=problem,
            typed=visit.text("ly-do", LONGEST),
            picked=visit.text("ly-do-san"),
            here=link(QUEUE, gui=when, don_vi=unit, trang=page if page > 1 else None),
            link=link,
        )

    async def decide(self, visit: Visit) -> web.StreamResponse:
        """Accept or return what was ticked; what changed meanwhile is left alone, and told."""
        ticked = frozenset(str(one) for one in visit.form.getall("chon", ()))
        picks = _picks(ticked)
        if not picks:
            return await self._page(visit, ticked=ticked, problem="Chưa chọn báo cáo nào.", status=422)
        returns = visit.text("lam") == "tra"
        why = reason(visit) if returns else None
        if why == "":
            return await self._page(visit, ticked=ticked, problem=WHY, status=422)
        done = await _decided(visit, picks, why)
        visit.shell.stored()
        query = visit.request.query
        return visit.go(link(QUEUE, gui=query.get("gui"), don_vi=query.get("don-vi")), _told(done, returns=returns))


async def _decided(visit: Visit, picks: Sequence[Pick], why: str | None) -> Decided:
    """Some in each transaction. A strange id anywhere stops all of it before anything is changed."""
    shell, done = visit.shell, Decided()
    try:
        async with shell.storage.read() as session:
            await deciding.refuse_strange(session, shell.rules, visit.official, picks, visit.now)
        for first in range(0, len(picks), AT_ONCE):
            some = picks[first : first + AT_ONCE]
            async with shell.storage.write() as session:
                done += await deciding.decide(session, shell.rules, visit.official, some, why, visit.now)
    except StrangeError:
        raise missing() from None
    return done


def _desk(visit: Visit) -> matrix.Sight:
    return deciding.desk(visit.official, visit.shell.rules.units, visit.shell.today())


def _picks(ticked: frozenset[str]) -> list[Pick]:
    """Values of the form are "row:report"; what is none of ours is no pick."""
    found = {}
    for one in ticked:
        row, _, report = one.partition(":")
        if all(part.isascii() and part.isdecimal() and len(part) < 10 for part in (row, report)):
            found[int(row)] = Pick(int(row), int(report))
    return [found[row] for row in sorted(found)][: limits.PAGE_ROWS]


def _between(when: str, now: datetime) -> Between:
    """Days are days in Vietnam."""
    today = datetime.combine(now.astimezone(VIETNAM).date(), time(), VIETNAM).astimezone(UTC)
    yesterday = today - timedelta(days=1)
    match when:
        case "hom-nay":
            return Between(since=today)
        case "hom-qua":
            return Between(since=yesterday, until=today)
        case "truoc-do":
            return Between(until=yesterday)
    return Between()


def _told(done: Decided, *, returns: bool) -> str:
    what = "Đã trả lại" if returns else "Đã duyệt"
    said = [f"{what} {len(done.done)} báo cáo."]
    if returns and done.done:
        said.append("Các đơn vị được báo lý do.")
    if done.changed:
        said.append(f"Bỏ qua {len(done.changed)} báo cáo vừa thay đổi: {_some(done.changed)}.")
    if done.own:
        said.append(f"Bỏ qua {len(done.own)} báo cáo do chính anh/chị gửi, cần người khác duyệt: {_some(done.own)}.")
    return " ".join(said)


def _some(names: Sequence[str]) -> str:
    rest = len(names) - LOOK
    return "; ".join(names[:LOOK]) + (f" và {rest} báo cáo khác" if rest > 0 else "")
