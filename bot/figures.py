"""Figures of what was asked and answered: one set of queries for the office's page, its workbook and the public page.

A question is a message that was understood as one: greetings and thanks are none. Days are days in Vietnam.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import String, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from bot.tables import Handover, PracticeClass, PracticePupil, PracticeRun, Question
from handlers.outcome import Verdict
from knowledge.library import Library
from knowledge.reading import Decision
from scheduler.calendar import VIETNAM

CHANNELS = {
    "web": "Trang web",
    "zalo-oa": "Zalo OA",
    "zalo-bot": "Zalo Bot",
    "telegram": "Telegram",
    "console": "Cửa sổ lệnh",
    "account": "Mật khẩu trang làm việc",
}
"""How channels are called for people."""
NO_FIELD = "Không còn trong danh mục"
"""Of an answer whose procedure is no longer known."""


class _LocalDay(FunctionElement[str]):
    """The day of a moment in Vietnam, as text: "2024-03-05"."""

    type = String()
    name = "local_day"
    inherit_cache = True


@compiles(_LocalDay, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    """Vietnam is seven hours ahead, summer and winter, since 1975."""
    return f"date({compiler.process(element.clauses, **more)}, '+7 hours')"


@compiles(_LocalDay, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **more)} AT TIME ZONE '{VIETNAM.key}', 'YYYY-MM-DD')"


@dataclass(frozen=True, slots=True)
class Span:
    """Days in Vietnam, both of them counted."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), VIETNAM).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), VIETNAM).astimezone(UTC)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def each(self) -> Iterable[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How questions ended."""

    answered: int = 0
    offered: int = 0
    """Several procedures were offered to choose from."""
    declined: int = 0

    @property
    def total(self) -> int:
        return self.answered + self.offered + self.declined

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(self.answered + other.answered, self.offered + other.offered, self.declined + other.declined)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What people said of answers and offers; ``silent`` said nothing."""

    right: int = 0
    wrong: int = 0
    none: int = 0
    """None of the choices offered was meant."""
    silent: int = 0

    @property
    def told(self) -> int:
        return self.right + self.wrong + self.none


@dataclass(frozen=True, slots=True)
class Promises:
    """Questions handed to an official whose promised time lies in the span; withdrawn ones are not counted."""

    kept: int = 0
    """Answered by the promised time."""
    late: int = 0
    broken: int = 0
    """The time has passed, and there is no answer."""
    waiting: int = 0
    """The time has not come yet."""

    @property
    def due(self) -> int:
        return self.kept + self.late + self.broken


@dataclass(frozen=True, slots=True)
class Talk:
    """What was asked in a span. The outcomes of the days add up to the total, and so do those of the channels."""

    span: Span
    days: tuple[tuple[date, Outcomes], ...]
    """Every day of the span."""
    channels: tuple[tuple[str, Outcomes], ...]
    """The busiest first."""
    fields: tuple[tuple[str, int], ...]
    """Answered questions by the field (lĩnh vực) of the procedure; the largest first. They add up to ``answered``."""
    feedback: Feedback
    promises: Promises

    @property
    def total(self) -> Outcomes:
        return sum((counted for _, counted in self.channels), Outcomes())


_OUTCOMES = {
    Decision.ANSWER: Outcomes(answered=1),
    Decision.CLARIFY: Outcomes(offered=1),
    Decision.DECLINE: Outcomes(declined=1),
}


async def talk(session: AsyncSession, span: Span, library: Library, now: datetime) -> Talk:
    """Count the questions of a span. Fields are those of the procedures as they are known today."""
    day = _LocalDay(col(Question.asked_at))
    number = func.count()
    statement = (
        select(day, col(Question.channel), col(Question.decision), col(Question.verdict), number)
        .where(*_asked_in(span))
        .group_by(day, col(Question.channel), col(Question.decision), col(Question.verdict))
    )
    days: dict[date, Outcomes] = dict.fromkeys(span.each(), Outcomes())
    channels: dict[str, Outcomes] = defaultdict(Outcomes)
    verdicts: dict[str | None, int] = defaultdict(int)
    for told, channel, decision, verdict, count in await session.execute(statement):
        found = _times(_OUTCOMES[Decision(decision)], count)
        days[date.fromisoformat(told)] += found
        channels[channel] += found
        verdicts[verdict] += count
    return Talk(
        span=span,
        days=tuple(days.items()),
        channels=tuple(sorted(channels.items(), key=lambda one: (-one[1].total, one[0]))),
        fields=await _fields(session, span, library),
        feedback=Feedback(verdicts[Verdict.RIGHT], verdicts[Verdict.WRONG], verdicts[Verdict.NONE], verdicts[None]),
        promises=await promises(session, span, now),
    )


def _asked_in(span: Span) -> tuple[Any, ...]:
    counted = [decision.value for decision in _OUTCOMES]
    return (
        col(Question.asked_at) >= span.begins,
        col(Question.asked_at) < span.ends,
        col(Question.decision).in_(counted),
    )


def _times(one: Outcomes, count: int) -> Outcomes:
    return Outcomes(one.answered * count, one.offered * count, one.declined * count)


async def _fields(session: AsyncSession, span: Span, library: Library) -> tuple[tuple[str, int], ...]:
    """By the procedure that was answered: the first candidate."""
    code = col(Question.candidates)[(0, 0)].as_string()
    statement = (
        select(code, func.count())
        .where(*_asked_in(span), col(Question.decision) == Decision.ANSWER.value)
        .group_by(code)
    )
    fields: dict[str, int] = defaultdict(int)
    for found, count in await session.execute(statement):
        record = library.get(found or "")
        fields[record.field if record else NO_FIELD] += count
    return tuple(sorted(fields.items(), key=lambda one: (-one[1], one[0])))


async def promises(session: AsyncSession, span: Span, now: datetime) -> Promises:
    """How promises to citizens were kept, as it stands ``now``."""
    answered, promised = col(Handover.answered_at), col(Handover.promised_at)
    became = case(
        (answered.is_not(None) & (answered <= promised), "kept"),
        (answered.is_not(None), "late"),
        (promised < now, "broken"),
        else_="waiting",
    )
    statement = (
        select(became, func.count())
        .where(promised >= span.begins, promised < span.ends, col(Handover.state) != "withdrawn")
        .group_by(became)
    )
    found: Mapping[str, int] = {str(row[0]): int(row[1]) for row in await session.execute(statement)}
    return Promises(**found)


@dataclass(frozen=True, slots=True)
class Practice:
    """How much was practised in a span. What classes left behind is deleted at the end of their term."""

    classes: int
    """Opened in the span and not deleted yet."""
    pupils: int
    """Joined in the span."""
    runs: int
    """Finished in the span."""


async def practice(session: AsyncSession, span: Span) -> Practice:
    """Totals over all classes."""

    async def count(moment: Any) -> int:
        statement = select(func.count()).where(moment >= span.begins, moment < span.ends)
        return int((await session.execute(statement)).scalar_one())

    return Practice(
        await count(col(PracticeClass.created_at)),
        await count(col(PracticePupil.created_at)),
        await count(col(PracticeRun.ended_at)),
    )
