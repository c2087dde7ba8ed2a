"""Rules for places within a period: "tháng cuối quý", "tháng kế tiếp", "của tháng", "quý sau"."""

from __future__ import annotations

from calendar import monthrange

from scheduler.timewords import notes
from scheduler.timewords.cursor import Cursor, ordinal
from scheduler.timewords.terms import MONTHS, Grain, Slot, Span, Unit
from scheduler.timewords.words import W


def place_of(unit: Unit) -> int:
    """The last month of a period."""
    return MONTHS.get(unit, 1)


def month_span(month: int, year: int | None = None, shift: int = 0, note: str = "") -> Span:
    return Span(Grain.MONTH, (month, 1), (month, -1), year, shift=shift, note=note)


def quarter_span(quarter: int, year: int | None = None, shift: int = 0, note: str = "") -> Span:
    """Quarter 1 to 4 of the calendar."""
    return Span(Grain.QUARTER, (3 * quarter - 2, 1), (3 * quarter, -1), year, shift=shift, note=note)


def year_span(year: int | None = None, years: int = 0, shift: int = 0) -> Span:
    return Span(Grain.YEAR, (1, 1), (12, 31), year, years, shift)


def month_place(c: Cursor) -> Slot | Span | None:
    """Which month: the next one, the last of the quarter, the first of the next quarter, the last of quý II."""
    if c.take(W.QUARTER, W.PERIOD):
        return Slot(Unit.QUARTER, 1, said=False, following=True) if _following(c) else None
    if not c.take(W.MONTH):
        return None
    if c.sees(W.NEXT):
        return _next_month(c)
    which = W.MID if c.take(W.MID) else ordinal(c)
    return None if which is None else _within(c, 2 if isinstance(which, W) else which, middle=which is W.MID)


def _next_month(c: Cursor) -> Slot | None:
    plain = c.token().plain and c.token().number is not None
    before = c.at
    _following(c)
    quarterly = any(W.QUARTER in token.kinds for token in c.tokens[before : c.at])  # "tháng sau quý báo cáo"
    note = notes.NEXT_OR_JUNE if plain else ""
    return Slot(Unit.QUARTER if quarterly else Unit.MONTH, 1, said=False, following=True, note=note)


def _following(c: Cursor) -> bool:
    """Whether it lies after the period that is reported; "tháng sau tháng phát sinh" in full."""
    if not c.take(W.NEXT):
        return False
    c.skip(W.NEXT)
    c.attempt(_reported)
    return True


def _reported(c: Cursor) -> bool | None:
    c.skip(W.OF)
    c.take(W.MONTH, W.QUARTER)
    return True if c.take(W.ARISING, W.REPORT, W.PERIOD) else None


def _within(c: Cursor, nth: int, *, middle: bool) -> Slot | Span | None:
    c.skip(W.OF, W.IN)
    start = c.at
    every = c.take(W.EVERY, W.PLURAL)
    if c.sees(W.YEAR):
        month = 12 if nth < 0 else 6 if middle else nth
        if every:
            c.at = start
            return month_span(month)
        c.take(W.YEAR)
        return month_span(month, c.year()) if 1 <= month <= 12 else None
    container = c.take(W.QUARTER, W.PERIOD)
    quarterly = container or any(W.QUARTER in token.kinds and W.NOISE not in token.kinds for token in c.tokens)
    if not quarterly or nth > 3:
        return None
    month = 3 if nth < 0 else nth
    quarter = c.attempt(_named_quarter)
    if quarter is not None:
        return month_span(quarter.first[0] - 1 + month, quarter.year, quarter.shift, quarter.note)
    following = _following(c)
    note = notes.WHICH_QUARTER if month == 1 and not following else ""
    reported = container is not None and W.PERIOD in container.kinds
    return Slot(Unit.QUARTER, month, said=False, reported=reported, following=following, note=note)


def whole_period(c: Cursor) -> Unit | Span | None:
    """The period that something is the first or last part of: each month, quý II/2024, the year."""
    start = c.at
    every = c.take(W.EVERY, W.PLURAL)
    if c.take(W.MONTH):
        return Unit.MONTH if every else c.attempt(_named_month) or Unit.MONTH
    if c.take(W.QUARTER, W.PERIOD):
        return Unit.QUARTER if every else c.attempt(_named_quarter) or Unit.QUARTER
    if not c.take(W.YEAR):
        return None
    if every:
        c.at = start
        return year_span()
    year = c.year()
    return year_span(year, shift=1 if year is None and c.take(W.NEXT) else 0)


def _named_month(c: Cursor) -> Span | None:
    if c.sees(W.NEXT) and not c.token().plain:
        return None
    month = c.number(five=True)
    if month is None or not 1 <= month <= 12:
        return None
    return month_span(month, *c.year_after(short=True))


def _named_quarter(c: Cursor) -> Span | None:
    numeral = c.numeral()
    if numeral is None or not 1 <= numeral[0] <= 4:
        return None
    return quarter_span(numeral[0], *c.year_after(short=True), note=notes.SLIP if numeral[1] else "")


def last_day(month: int) -> int:
    """Last day of a month of a year that is no leap year."""
    return monthrange(2023, month)[1]
