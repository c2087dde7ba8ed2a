"""What the grammar finds in a wording: days, spans of the calendar, places within a period, rhythms, marks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from enum import IntEnum

from scheduler.timewords.words import W

MonthDay = tuple[int, int]
"""Month, and day of the month; negative days count from its end."""


class Unit(IntEnum):
    """Periods that come again, the densest first."""

    DAY = 0
    WEEK = 1
    MONTH = 2
    QUARTER = 3
    HALF = 4
    YEAR = 5


MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF: 6, Unit.YEAR: 12}
"""How many months a period has."""


class Grain(IntEnum):
    """How finely a span was named."""

    DAY = 0
    PART = 1
    MONTH = 2
    QUARTER = 3
    HALF = 4
    YEAR = 5


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the calendar that are named: a day, a month, a quarter ... of a year or of the plan's year."""

    grain: Grain
    first: MonthDay
    last: MonthDay
    year: int | None = None
    """Year of ``first``; None: not named."""
    years: int = 0
    """How many years later ``last`` is."""
    shift: int = 0
    """1: "năm sau"."""
    note: str = ""
    """What was assumed; it has to be confirmed."""
    spelt: bool = True
    """False: in digits alone ("12/2028", "15/12")."""

    def resolve(self, year: int) -> tuple[date, date] | None:
        """First and last day, ``year`` where none is named; None: there is no such day."""
        year = (self.year or year) + self.shift
        first, last = day_of(year, self.first), day_of(year + self.years, self.last)
        return None if first is None or last is None else (first, last)

    def of(self, year: int) -> Span:
        return replace(self, year=year)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place within a period that comes again: the 25th of the last month of the quarter."""

    unit: Unit
    month: int = 1
    """Month within the period, from 1."""
    day: int = -1
    said: bool = True
    """The day was named, not assumed."""
    reported: bool = False
    """Of the period that is reported ("kỳ báo cáo"), a quarter unless the words say otherwise."""
    following: bool = False
    """It lies in the period after the one that is reported."""
    week: int = 0
    """Which week or weekday of the month, -1 the last; 0: a day is meant."""
    weekdays: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a month that is named elsewhere or not at all ("ngày 15 và ngày 30")."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, Monday 0."""

    days: tuple[int, ...]
    note: str = ""
    working: bool = False
    """All working days were named, which is a rhythm by itself."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often: every ``interval`` units, ``count`` times in it, ``target`` things wanted in it."""

    unit: Unit
    interval: int = 1
    count: int = 1
    target: int | None = None
    weak: bool = False
    """Only a word like "tháng" that stands alone."""
    report: bool = False
    """Of a report ("sơ kết 6 tháng, tổng kết năm")."""


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day; None: no such hour."""

    at: time | None


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time that runs from something ("20 ngày", "05 ngày làm việc")."""

    count: int
    unit: W
    working: bool = False


@dataclass(frozen=True, slots=True)
class Impossible:
    """A day, month or quarter that no calendar has."""

    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or sign that says how its neighbours are meant."""

    kinds: frozenset[W]
    raw: str = ""

    def has(self, *kinds: W) -> bool:
        return not self.kinds.isdisjoint(kinds)


Anchor = Span | Slot | Days
Term = Span | Slot | Days | Weekdays | Rhythm | Hour | Duration | Impossible | Mark

LISTED = Mark(frozenset({W.COMMA}), ",")
RANGE = Mark(frozenset({W.UNTIL}), "đến")


def spread(terms: Sequence[Term], between: Mark) -> list[Term]:
    """The terms with a mark between each two."""
    found: list[Term] = []
    for term in terms:
        found += [between, term] if found else [term]
    return found


def day_of(year: int, place: MonthDay) -> date | None:
    """The day at a place of a year; None where there is none."""
    month, day = place
    if not (1 <= year <= 9998 and 1 <= month <= 12):
        return None
    length = monthrange(year, month)[1]
    day = length + 1 + day if day < 0 else day
    return date(year, month, day) if 1 <= day <= length else None
