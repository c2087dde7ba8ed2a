"""The practice as handlers and pages read it: behind :class:`handlers.pupils.Practice`, in one transaction."""

from __future__ import annotations

import hmac
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.intake import Rate
from bot.practice import drawing
from bot.practice.drawing import Draw
from bot.tables import (
    PracticeBadge,
    PracticeClass,
    PracticeKey,
    PracticePupil,
    PracticeReturn,
    PracticeRun,
    PracticeTry,
    PracticeVisit,
)
from handlers.pupils import REVIEW, Classroom, NewClass, Newcomer, Progress, Pupil
from knowledge.normalize import fold
from knowledge.practice.course import Course
from knowledge.practice.items import Item
from knowledge.practice.play import Run, Try
from scheduler.calendar import VIETNAM

REVIEWED_AT_ONCE = 10
"""Items that come back in one sitting."""


class PracticeDesk:
    """One a message or page: its moment, its transaction."""

    def __init__(self, session: AsyncSession, course: Course, now: datetime, guesses: Rate, draw: Draw) -> None:
        self.session = session
        self.now = now
        self.draw = draw
        self._course = course
        self._guesses = guesses

    @property
    def course(self) -> Course:
        return self._course

    @property
    def today(self) -> date:
        return self.now.astimezone(VIETNAM).date()

    async def classroom(self, code: str, /) -> Classroom | None:
        """By "7A-K4QM", "7a k4qm" or "k4qm"."""
        parts = re.findall(r"[A-Za-z0-9]+", code)
        if not parts or len(parts) > 3:
            return None
        joined = "".join(parts).upper()
        found = select(PracticeClass).where(col(PracticeClass.code) == joined[-drawing.CODE_LENGTH :])
        row = (await self.session.execute(found)).scalar_one_or_none()
        if row is None or joined not in (row.code, f"{row.label.replace('/', '').upper()}{row.code}"):
            return None
        return classroom_of(row)

    async def newcomer(self, classroom: Classroom, /) -> Newcomer | None:
        taken = select(col(PracticePupil.nickname)).where(col(PracticePupil.class_id) == classroom.id)
        return self.draw.newcomer(set((await self.session.execute(taken)).scalars()))

    async def returning(self, classroom: Classroom, nickname: str, word: str, /) -> str | None:
        if not self._guesses.allows(f"{classroom.id}:{fold(nickname)}"):
            return None
        row = await named(self.session, classroom.id, nickname)
        told = drawing.word_digest(classroom.id, nickname, word)
        return self.draw.key() if row is not None and hmac.compare_digest(row.word_digest, told) else None

    async def pupil(self, key: str | None, /) -> Pupil | None:
        if not key:
            return None
        statement = (
            select(PracticePupil, PracticeClass)
            .join(PracticeKey, col(PracticeKey.pupil_id) == col(PracticePupil.id))
            .join(PracticeClass, col(PracticeClass.id) == col(PracticePupil.class_id))
            .where(col(PracticeKey.digest) == drawing.digest(key))
        )
        found = (await self.session.execute(statement)).one_or_none()
        return Pupil(found[0].id or 0, found[0].nickname, classroom_of(found[1])) if found else None

    async def run(self, pupil: Pupil, run: str, /) -> Run | None:
        row = await self.open_run(pupil.id, run)
        if row is None:
            return None
        assert row.id is not None  # noqa: S101 - it was read from the database
        return self.built(row, (await tries(self.session, [row.id]))[row.id])

    async def open_run(self, pupil: int, run: str) -> PracticeRun | None:
        """The row of the run under way, if it is still one."""
        statement = select(PracticeRun).where(
            col(PracticeRun.pupil_id) == pupil, col(PracticeRun.run) == run, col(PracticeRun.ended_at).is_(None)
        )
        return (await self.session.execute(statement.order_by(col(PracticeRun.id)).limit(1))).scalar_one_or_none()

    def built(self, row: PracticeRun, tried: Iterable[Try]) -> Run:
        """A run from its rows. An item that was suspended meanwhile and is not answered yet is left out."""
        told = tuple(tried)
        done = {one.item for one in told if one.right}
        found = (self._course.item(name) for name in row.items)
        return Run(tuple(item for item in found if item and (item.name in done or self._asked(item))), told)

    def _asked(self, item: Item) -> bool:
        return self._course.can_be_asked(item, self.today)

    async def fresh(self, pupil: Pupil, run: str, /) -> Run:
        if run == REVIEW:
            found = (self._course.item(name) for name in (await self.progress(pupil)).due)
            return Run(tuple(item for item in found if item)[:REVIEWED_AT_ONCE])
        return Run(self._course.items(run, self.today) if run in pupil.classroom.cases else ())

    async def progress(self, pupil: Pupil, /) -> Progress:
        mine = select(PracticeRun).where(col(PracticeRun.pupil_id) == pupil.id).order_by(col(PracticeRun.id).desc())
        runs = list((await self.session.execute(mine)).scalars())
        times = Counter(row.run for row in runs if row.ended_at is not None and row.run != REVIEW)
        returns = select(col(PracticeReturn.item)).where(
            col(PracticeReturn.pupil_id) == pupil.id, col(PracticeReturn.due_on) <= self.today
        )
        due = (
            await self.session.execute(returns.order_by(col(PracticeReturn.due_on), col(PracticeReturn.item)))
        ).scalars()
        asked = [name for name in due if (item := self._course.item(name)) and self._asked(item)]
        scanned = select(col(PracticeBadge.code)).where(col(PracticeBadge.pupil_id) == pupil.id)
        badges = (await self.session.execute(scanned.order_by(col(PracticeBadge.at)))).scalars()
        under_way = tuple(row.run for row in runs if row.ended_at is None)
        return Progress(best_of(runs), dict(times), under_way, tuple(asked), tuple(badges))

    async def new_class(self) -> NewClass:
        while True:
            drawn = self.draw.new_class()
            taken = select(col(PracticeClass.id)).where(col(PracticeClass.code) == drawn.code)
            if (await self.session.execute(taken)).scalar_one_or_none() is None:
                return drawn


def best_of(runs: Iterable[PracticeRun]) -> dict[str, tuple[int, int]]:
    """Points and most of the best run that was finished, by case."""
    best: dict[str, tuple[int, int]] = {}
    for row in runs:
        if row.ended_at is not None and row.run != REVIEW:
            best[row.run] = max(best.get(row.run, (0, row.most)), (row.points, row.most), key=_share)
    return best


def _share(score: tuple[int, int]) -> float:
    return score[0] / score[1] if score[1] else 0.0


async def named(session: AsyncSession, classroom: int, nickname: str) -> PracticePupil | None:
    """The pupil of a class by nickname, typed in any case and without accents."""
    rows = (await session.execute(select(PracticePupil).where(col(PracticePupil.class_id) == classroom))).scalars()
    return next((row for row in rows if fold(row.nickname) == fold(nickname)), None)


def classroom_of(row: PracticeClass) -> Classroom:
    assert row.id is not None  # noqa: S101 - it was read from the database
    return Classroom(row.id, row.code, row.label, tuple(row.cases), row.opens_on, row.closes_on)


async def tries(session: AsyncSession, runs: Iterable[int]) -> dict[int, list[Try]]:
    """What was tried in these runs, in order."""
    found: dict[int, list[Try]] = {run: [] for run in runs}
    statement = select(PracticeTry).where(col(PracticeTry.run_id).in_(list(found))).order_by(col(PracticeTry.id))
    for row in (await session.execute(statement)).scalars():
        found[row.run_id].append(Try(row.item, row.right, tuple(row.choice), row.hint))
    return found


async def runs_of(desk: PracticeDesk, pupil: int) -> list[Run]:
    """All runs of a pupil, the finished ones too."""
    mine = select(PracticeRun).where(col(PracticeRun.pupil_id) == pupil).order_by(col(PracticeRun.id))
    rows = list((await desk.session.execute(mine)).scalars())
    told = await tries(desk.session, [row.id for row in rows if row.id])
    return [desk.built(row, told[row.id]) for row in rows if row.id]


async def forget_pupil(session: AsyncSession, key: str) -> None:
    """Delete who is known by this key, with everything they practised."""
    held = select(col(PracticeKey.pupil_id)).where(col(PracticeKey.digest) == drawing.digest(key))
    if (pupil := (await session.execute(held)).scalar_one_or_none()) is not None:
        await _delete_pupils(session, [pupil])


async def forget_classes(session: AsyncSession, today: date) -> int:
    """Delete the classes whose term has ended; how many. The counts of visits that were handed over stay."""
    ended = select(col(PracticeClass.id)).where(col(PracticeClass.ends_on) < today)
    classes = [number for number in (await session.execute(ended)).scalars() if number is not None]
    for number in classes:
        await forget_class(session, number)
    return len(classes)


async def forget_class(session: AsyncSession, number: int) -> None:
    """Delete a class with everything its pupils did; the counts of visits that were handed over stay."""
    pupils = select(col(PracticePupil.id)).where(col(PracticePupil.class_id) == number)
    await _delete_pupils(session, [pupil for pupil in (await session.execute(pupils)).scalars() if pupil])
    await _leave_visits(session, number)
    await session.execute(delete(PracticeClass).where(col(PracticeClass.id) == number))


async def _leave_visits(session: AsyncSession, classroom: int) -> None:
    here = col(PracticeVisit.class_id) == classroom
    await session.execute(delete(PracticeVisit).where(here, col(PracticeVisit.result_key).is_(None)))
    await session.execute(update(PracticeVisit).where(here).values(class_id=None))


async def _delete_pupils(session: AsyncSession, pupils: list[int]) -> None:
    runs = select(col(PracticeRun.id)).where(col(PracticeRun.pupil_id).in_(pupils))
    await session.execute(delete(PracticeTry).where(col(PracticeTry.run_id).in_(runs)))
    for table in (PracticeRun, PracticeReturn, PracticeBadge, PracticeKey):
        await session.execute(delete(table).where(col(table.pupil_id).in_(pupils)))
    await session.execute(delete(PracticePupil).where(col(PracticePupil.id).in_(pupils)))
