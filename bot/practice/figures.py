"""What a teacher sees of a class: who did what by nickname, what was chosen, which items are hardest.

Read once as rows, then counted by pure functions, so that a test can count again. Aggregates of fewer pupils than
:data:`bot.limits.GROUP_AT_LEAST` are hidden (None).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.practice.desk import best_of
from bot.tables import PracticeBadge, PracticePupil, PracticeRun, PracticeTry
from knowledge.practice.course import Course
from knowledge.practice.items import Item
from scheduler.calendar import VIETNAM


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that is kept of a class, as it stands in the tables, each in the order in which it came."""

    pupils: Sequence[PracticePupil]
    runs: Sequence[PracticeRun]
    tries: Sequence[PracticeTry]
    badges: int


async def read(session: AsyncSession, classroom: int) -> Rows:
    """All rows of a class."""
    here = select(PracticePupil).where(col(PracticePupil.class_id) == classroom).order_by(col(PracticePupil.id))
    pupils = list((await session.execute(here)).scalars())
    ids = select(col(PracticePupil.id)).where(col(PracticePupil.class_id) == classroom)
    theirs = select(PracticeRun).where(col(PracticeRun.pupil_id).in_(ids)).order_by(col(PracticeRun.id))
    runs = list((await session.execute(theirs)).scalars())
    of_runs = select(col(PracticeRun.id)).where(col(PracticeRun.pupil_id).in_(ids))
    tried = select(PracticeTry).where(col(PracticeTry.run_id).in_(of_runs)).order_by(col(PracticeTry.id))
    tries = list((await session.execute(tried)).scalars())
    scanned = select(func.count()).select_from(PracticeBadge).where(col(PracticeBadge.pupil_id).in_(ids))
    return Rows(pupils, runs, tries, int((await session.execute(scanned)).scalar_one()))


@dataclass(frozen=True, slots=True)
class PupilLine:
    """Who did what."""

    nickname: str
    done: int
    """Cases finished."""
    runs: int
    """Runs finished, of cases and of what came back."""
    best: Mapping[str, tuple[int, int]]
    """Case -> points and most of the best run."""
    seen_on: date

    @property
    def share(self) -> float | None:
        """Points of the best runs, 0..1; None: nothing was finished."""
        most = sum(most for _, most in self.best.values())
        return sum(points for points, _ in self.best.values()) / most if most else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """How often an option was chosen, over all tries."""

    label: str
    right: bool
    count: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item over the class."""

    item: Item
    answered: int
    """Pupils who answered it."""
    right_first: int
    """Pupils whose very first answer was right."""
    choices: tuple[Chosen, ...]

    @property
    def hidden(self) -> bool:
        return self.answered < limits.GROUP_AT_LEAST

    @property
    def share(self) -> float | None:
        """Right at the first answer, 0..1; None: hidden."""
        return None if self.hidden else self.right_first / self.answered


@dataclass(frozen=True, slots=True)
class Figures:
    pupils: tuple[PupilLine, ...]
    items: tuple[ItemLine, ...]
    """That somebody answered: the hardest first, the hidden ones at the end."""
    badges: int

    @property
    def finished(self) -> int:
        """Pupils who finished at least one case."""
        return sum(one.done > 0 for one in self.pupils)

    @property
    def runs(self) -> int:
        return sum(one.runs for one in self.pupils)

    @property
    def median(self) -> float | None:
        """Of the pupils' shares, 0..1; None: hidden."""
        shares = [one.share for one in self.pupils if one.share is not None]
        return median(shares) if len(shares) >= limits.GROUP_AT_LEAST else None


def figures(rows: Rows, course: Course) -> Figures:
    """Count."""
    lines = tuple(sorted((_pupil(pupil, rows) for pupil in rows.pupils), key=lambda one: (-one.done, one.nickname)))
    return Figures(lines, tuple(_items(rows, course)), rows.badges)


def _pupil(pupil: PracticePupil, rows: Rows) -> PupilLine:
    ended = [run for run in rows.runs if run.pupil_id == pupil.id and run.ended_at is not None]
    best = best_of(ended)
    seen = pupil.seen_at.astimezone(VIETNAM).date()
    return PupilLine(pupil.nickname, len(best), len(ended), best, seen)


def _items(rows: Rows, course: Course) -> list[ItemLine]:
    owners = {run.id: run.pupil_id for run in rows.runs}
    first: dict[str, dict[int, bool]] = {}
    chosen: dict[str, Counter[str]] = {}
    for one in rows.tries:
        if one.hint:
            continue
        first.setdefault(one.item, {}).setdefault(owners[one.run_id], one.right)
        chosen.setdefault(one.item, Counter()).update(one.choice)
    lines = [
        ItemLine(item, len(answers), sum(answers.values()), tuple(_choices(item, chosen[name])))
        for name, answers in first.items()
        if (item := course.item(name))
    ]
    return sorted(lines, key=lambda line: (line.hidden, line.share or 0.0, line.item.name))


def _choices(item: Item, counts: Counter[str]) -> Iterable[Chosen]:
    for option in item.options:
        yield Chosen(option.label, option.right, counts[option.key])
