"""Câu hỏi: citizens who wait for a person, questions that nobody could answer, and what was done about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import handovers, limits
from bot.gaps import Groups
from bot.handovers import Sending
from bot.office.audit import ACTIONS
from bot.office.officials import Right
from bot.tables import Audit, Handover, Question
from bot.web.office.question_answers import AnswerPages
from bot.web.office.question_groups import GroupPages
from bot.web.office.question_words import CHANNELS, PAGE, REASONS, promised, sent_how
from bot.web.office.shell import Route, Shell, Todo, Visit
from handlers.handed import State
from scheduler.calendar import VIETNAM

WAITING, OPEN, DONE = "cho", "chua", "xong"
GAP_ACTIONS = ("gap.attach", "gap.draft", "gap.out_of_scope", "gap.reopen")
ANSWERED = "handover.answer"
TODO_LINES = 3


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done about a question."""

    at: datetime
    by: str
    what: str
    text: str
    href: str
    sent: str = ""
    """How the answer got to whoever asked."""


class QuestionsRoom:
    """One list with three tabs; the pages behind it stand in files of their own."""

    def __init__(self, shell: Shell, groups: Groups) -> None:
        self._groups = groups
        self._behind = (GroupPages(shell, groups), AnswerPages(shell))

    def routes(self) -> Sequence[Route]:
        behind = [route for pages in self._behind for route in pages.routes()]
        return [Route("GET", PAGE, Right.KNOWLEDGE, self.show), *behind]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        todos: list[Todo] = []
        if visit.may(Right.ANSWER) and (count := await handovers.count(session, State.WAITING)):
            tomorrow = datetime.combine(visit.shell.today(), time.max, VIETNAM)
            first = await handovers.waiting(session, most=TODO_LINES)
            lines = tuple(f"{row.text[:80]} – {promised(row.promised_at, visit.now)}" for row in first)
            urgent = await handovers.due_before(session, tomorrow) > 0
            todos.append(Todo("Người dân đang chờ trả lời", count, f"{PAGE}?muc={WAITING}", lines, urgent))
        if visit.may(Right.WRITE) and (groups := await self._groups.read(session)):
            lines = tuple(f"{gap.text[:80]} ({gap.count} lần)" for gap in groups[:TODO_LINES])
            todos.append(Todo("Câu hỏi chưa trả lời được", len(groups), f"{PAGE}?muc={OPEN}", lines))
        return todos

    async def show(self, visit: Visit) -> web.StreamResponse:
        async with visit.shell.storage.read() as session:
            answers = visit.may(Right.ANSWER)
            groups = await self._groups.read(session)
            waiting = await handovers.count(session, State.WAITING) if answers else 0
            tab = _tab(visit, waiting)
            page, total = _page(visit), {WAITING: waiting, OPEN: len(groups), DONE: await _count(session, visit)}
            skip = (page - 1) * limits.QUESTION_ROWS
            rows = await handovers.waiting(session, most=limits.QUESTION_ROWS, skip=skip) if tab == WAITING else []
            done = await _done(session, visit, skip) if tab == DONE else []
        return visit.render(
            "office/questions.html",
            tab=tab,
            total=total,
            page=page,
            pages=max(1, -(-total[tab] // limits.QUESTION_ROWS)),
            waiting=[(row, promised(row.promised_at, visit.now), row.promised_at < visit.now) for row in rows],
            groups=groups[skip : skip + limits.QUESTION_ROWS] if tab == OPEN else [],
            done_rows=done,
            channels=CHANNELS,
            reasons=REASONS,
        )


def _tab(visit: Visit, waiting: int) -> str:
    """The one asked for, where it is theirs; else where something waits."""
    asked = visit.request.query.get("muc", "")
    if asked in (OPEN, DONE) or (asked == WAITING and visit.may(Right.ANSWER)):
        return asked
    return WAITING if waiting else OPEN


def _page(visit: Visit) -> int:
    told = visit.request.query.get("trang", "1")
    return max(1, int(told)) if told.isascii() and told.isdecimal() and len(told) < 6 else 1


def _actions(visit: Visit) -> tuple[str, ...]:
    return (*GAP_ACTIONS, ANSWERED) if visit.may(Right.ANSWER) else GAP_ACTIONS


async def _count(session: AsyncSession, visit: Visit) -> int:
    mine = col(Audit.action).in_(_actions(visit))
    return int((await session.execute(select(func.count()).select_from(Audit).where(mine))).scalar_one())


async def _done(session: AsyncSession, visit: Visit, skip: int) -> list[Done]:
    """What was done, the latest first."""
    statement = select(Audit).where(col(Audit.action).in_(_actions(visit))).order_by(col(Audit.id).desc())
    rows = list((await session.execute(statement.offset(skip).limit(limits.QUESTION_ROWS))).scalars())
    numbers = {row.id or 0: int(row.subject.partition(":")[2]) for row in rows}
    answered = [numbers[row.id or 0] for row in rows if row.action == ANSWERED]
    asked = [numbers[row.id or 0] for row in rows if row.action != ANSWERED]
    handed = await _handed(session, answered)
    texts = select(col(Question.id), col(Question.text)).where(col(Question.id).in_(asked))
    said = {number: str(text) for number, text in await session.execute(texts)}
    sent = await handovers.sendings(session, answered)
    return [_one(row, numbers[row.id or 0], handed, said, sent) for row in rows]


async def _handed(session: AsyncSession, numbers: Sequence[int]) -> dict[int, Handover]:
    statement = select(Handover).where(col(Handover.id).in_(numbers))
    return {row.id or 0: row for row in (await session.execute(statement)).scalars()}


def _one(
    row: Audit, number: int, handed: Mapping[int, Handover], said: Mapping[int, str], sent: Mapping[int, Sending]
) -> Done:
    what = ACTIONS[row.action]
    if row.action == ANSWERED:
        one = handed[number]
        how = sent_how(sent.get(number), one.channel)
        return Done(row.at, row.by, f"{what} ({one.code})", one.text, f"{PAGE}/cho/{number}", how)
    if code := (row.after or {}).get("code"):
        what = f"{what} {code}"
    return Done(row.at, row.by, what, said.get(number, ""), f"{PAGE}/nhom/{number}")
