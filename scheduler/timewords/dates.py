"""Rules for days: dates in digits and words, days of a month named elsewhere, days of remembrance."""

from __future__ import annotations

from dataclasses import replace

from scheduler.timewords import notes
from scheduler.timewords.cursor import Cursor, counts_something, ordinal, separator
from scheduler.timewords.places import month_place, place_of, whole_period
from scheduler.timewords.spans import next_month
from scheduler.timewords.terms import (
    LISTED,
    RANGE,
    Days,
    Grain,
    Impossible,
    Mark,
    Slot,
    Span,
    Term,
    Unit,
    Weekdays,
    spread,
)
from scheduler.timewords.words import REMEMBERED, W, bare

Found = list[Term] | None
_SIGNERS = 6
"""Words between number and date of a document ("của UBND tỉnh")."""
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def day_span(day: int, month: int, year: int | None = None, shift: int = 0, *, spelt: bool = True) -> Span | Impossible:
    """One day as a span, or word that there is none such; 29/02 of a year is looked at when the year is known."""
    if not 1 <= month <= 12 or not (-1 <= day <= _LONGEST[month - 1]) or day == 0:
        return Impossible(f"ngày {day:02d}/{month:02d}" + (f"/{year}" if year else ""))
    return Span(Grain.DAY, (month, day), (month, day), year, shift=shift, spelt=spelt)


def numeric_date(c: Cursor) -> Found:
    """15/12/2024, 15/12, 15-12-2024, 15.12.24, 2024-12-15, and the month 12/2025."""
    first = c.token()
    sign = c.token(1)
    second = c.token(2)
    if not (first.digits and second.digits) or not sign.kinds & {W.SLASH, W.DASH, W.DOT}:
        return None
    if first.is_year:
        return c.attempt(_year_first)
    if first.digits > 2:
        return None
    if second.is_year:
        return c.attempt(_month_and_year)
    return None if second.digits > 2 else c.attempt(_day_and_month)


def _year_first(c: Cursor) -> Found:
    year, sign, month, again, day = (c.token(ahead) for ahead in range(5))
    if month.digits not in (1, 2) or day.digits not in (1, 2) or sign.kinds != again.kinds:
        return None
    c.at += 5
    return [day_span(day.number or 0, month.number or 0, year.number)]


def _month_and_year(c: Cursor) -> Found:
    month, year = c.token().number or 0, c.token(2).number
    after_day = c.sees(W.DAY, ahead=-1)
    if c.sees(W.SLASH, W.DASH, ahead=3) and c.token(4).digits and not c.token(4).is_year and not after_day:
        return None
    c.at += 3
    if not 1 <= month <= 12:
        return [Impossible(f"tháng {month:02d}/{year}")]
    return [Span(Grain.MONTH, (month, 1), (month, -1), year, spelt=False)]


def _day_and_month(c: Cursor) -> Found:
    day, sign, month = c.token(), c.token(1), c.token(2)
    after_day = c.sees(W.DAY, W.MUNG, ahead=-1)
    c.at += 3
    year, shift = c.year_after(short=True) if sign.kinds != c.token().kinds else _same_sign(c)
    if W.SLASH not in sign.kinds and year is None and (W.DASH in sign.kinds or not after_day):
        return None
    if year is None and counts_something(c) and not c.sees(W.YEAR, W.DAY):
        return None
    if (day.number, month.number, year) == (24, 24, None):
        return [Mark(frozenset({W.CONTINUOUS}))]
    span = day_span(day.number or 0, month.number or 0, year, shift, spelt=False)
    if (day.number, month.number, year) == (24, 7, None) and not after_day and isinstance(span, Span):
        span = replace(span, note=notes.ALL_DAY_OR_JULY)
    if isinstance(span, Impossible) and not after_day and (day.number or 0) > 31 and (month.number or 0) > 12:
        return None
    return [span]


def _same_sign(c: Cursor) -> tuple[int | None, int]:
    """The year after a second sign like the first; of two digits too ("15.12.24")."""
    token = c.token(1)
    if token.is_year:
        c.at += 2
        return token.number, 0
    if token.digits == 2:
        c.at += 2
        return 2000 + (token.number or 0), 0
    return None, 0


def day_phrase(c: Cursor) -> Found:
    """What follows "ngày": a date, days of a month, the first or last day, a working day, or a date left blank."""
    c.take(W.PLURAL)
    if not c.take(W.DAY) and not c.sees(W.MUNG):
        return None
    c.take(W.MUNG)
    if c.sees(W.WORKING):
        return _working(c)
    return c.attempt(_edge_day) or c.attempt(numeric_date) or c.attempt(_days)


def half_range(c: Cursor) -> Found:
    """The first day of "15 - 20/10/2024" and "từ 15 đến 20/10", whose month comes with the last."""
    if not c.token().digits or c.token().digits > 2 or not c.sees(W.DASH, W.UNTIL, ahead=1):
        return None
    ahead = 3 if c.sees(W.DAY, ahead=2) else 2
    last = c.token(ahead)
    dated = c.sees(W.SLASH, W.DOT, ahead=ahead + 1) or c.sees(W.MONTH, ahead=ahead + 1)
    if last.digits not in (1, 2) or not dated or not 1 <= (c.token().number or 0) <= 31:
        return None
    day = c.number() or 0
    return [Days((day,))]


def bare_day(c: Cursor) -> Found:
    """A day of each month without "ngày": "trước 25 hàng tháng"."""
    day = c.token()
    if not c.sees(W.BEFORE, W.BY, W.AT, ahead=-1) or day.digits not in (1, 2) or not 1 <= (day.number or 0) <= 31:
        return None
    if not c.sees(W.EVERY, ahead=1) or not c.sees(W.MONTH, ahead=2):
        return None
    c.at += 1
    return [Days((day.number or 0,))]


def blank_date(c: Cursor) -> Found:
    """A date left to be filled in: "ngày … tháng … năm 2025", ".../12/2025", "ngày  tháng  năm 2025", "Quý …"."""
    if c.sees(W.DAY) and c.sees(W.MONTH, ahead=1) and c.sees(W.YEAR, ahead=2):
        c.at += 3
    else:
        worded = c.take(W.DAY, W.MONTH, W.QUARTER)
        if c.take(W.BLANK) is None or (worded is None and not c.sees(W.SLASH, W.MONTH)):
            return None
    c.skip(W.BLANK, W.SLASH, W.DOT, W.NUMBER, W.MONTH, W.YEAR)
    return [Mark(frozenset({W.BLANK, W.DAY}))]


def _edge_day(c: Cursor) -> Found:
    """ "Ngày cuối tháng", "ngày cuối cùng của quý II/2024", "ngày đầu tiên của tháng"."""
    edge = c.take(W.LAST, W.FIRST)
    if edge is None:
        return None
    day = 1 if W.FIRST in edge.kinds else -1
    c.skip(W.OF)
    period = whole_period(c)
    if isinstance(period, Span):
        at = period.first if day == 1 else period.last
        return [Span(Grain.DAY, at, at, period.year, shift=period.shift)]
    if period is None:
        return None
    return [Slot(period, 1 if day == 1 else place_of(period), day)]


def _working(c: Cursor) -> Found:
    c.take(W.WORKING)
    edge = c.attempt(ordinal)
    if edge is None:
        return [Weekdays((0, 1, 2, 3, 4), working=True)]
    c.skip(W.OF)
    if c.attempt(lambda _: True if (c.take(W.EVERY) or True) and c.take(W.WEEK) else None):
        return [Weekdays((4 if edge < 0 else min(edge, 5) - 1,))]
    period = whole_period(c)
    if isinstance(period, Unit):
        return [Slot(period, place_of(period) if edge < 0 else 1, week=edge, weekdays=(0, 1, 2, 3, 4))]
    return None


def _days(c: Cursor) -> Found:
    days = [c.number(five=True)]
    if days[0] is None:
        return None
    last = c.attempt(_until_day)
    while last is None and (more := c.attempt(_next_day)) is not None:
        days.append(more)
    listed = [day for day in days if day is not None]
    wrong = [day for day in (*listed, last or 1) if not 1 <= day <= 31]
    if wrong:
        return [Impossible(f"ngày {wrong[0]}")]
    if last is None:
        return _in_context(c, listed, LISTED)
    return _in_context(c, [*listed, last], RANGE)


def _until_day(c: Cursor) -> int | None:
    """The "-10" or "đến ngày 10" of days whose month comes later or is each month."""
    if not c.take(W.DASH, W.UNTIL):
        return None
    c.take(W.DAY)
    return _plain_day(c)


def _next_day(c: Cursor) -> int | None:
    if not separator(c):
        return None
    c.take(W.DAY)
    c.take(W.MUNG)
    return _plain_day(c)


def _plain_day(c: Cursor) -> int | None:
    """A number that is a day: not part of a date, and counting nothing."""
    day = c.number()
    if day is None or (c.sees(W.SLASH, W.DOT) and c.token(1).digits):
        return None
    if c.sees(W.MONTH, W.QUARTER, W.YEAR):
        return day
    return None if counts_something(c) or c.sees(W.NOISE) else day


def _in_context(c: Cursor, days: list[int], between: Mark) -> Found:
    """Days with what follows them: a month, a place in the quarter, "của tháng", or nothing."""
    start = c.at
    c.skip(W.OF, W.IN, W.PLURAL)
    c.take(W.COMMA) if c.sees(W.MONTH, ahead=1) and c.token(2).number else None
    c.take(W.FIRST, W.LAST) if c.sees(W.MONTH, ahead=1) else None
    place = c.attempt(month_place)
    if isinstance(place, Span):
        return spread([day_span(day, place.first[0], place.year, place.shift) for day in days], between)
    if isinstance(place, Slot):
        return spread([replace(place, day=day, said=True) for day in days], between)
    if c.take(W.MONTH):
        months = _months(c)
        if months:
            year, shift = c.year_after(short=True)
            between = between if len(months) == 1 else LISTED
            return spread([day_span(day, month, year, shift) for month in months for day in days], between)
        return spread([Slot(Unit.MONTH, 1, day) for day in days], between)
    c.at = start
    return [Days(tuple(days))] if between is LISTED else [Days((days[0],)), RANGE, Days((days[-1],))]


def _months(c: Cursor) -> list[int]:
    """The months of "ngày 15 tháng 6 và tháng 12"."""
    first = c.number(five=True)
    months = [] if first is None else [first]
    while months and (more := c.attempt(lambda _: next_month(c, worded=True))) is not None:
        months.append(more)
    return months


def document(c: Cursor) -> Found:
    """Number and date of another document ("Kế hoạch số 25/KH-UBND ngày 15/01/2025"): no time of the work."""
    number = c.take(W.DOCUMENT)
    if number is None:
        return None
    c.attempt(_signed_on)
    return [Mark(frozenset({W.NOISE}), number.raw)]


def _signed_on(c: Cursor) -> Found:
    for _ in range(_SIGNERS):
        c.take(W.COMMA, W.OF, W.NOISE)
    return day_phrase(c)


def remembered_day(c: Cursor) -> Found:
    """A yearly day with a fixed date that is named without it ("Ngày Quốc khánh"): read, and to be confirmed."""
    c.take(W.DAY)
    named = c.take(W.REMEMBERED)
    if named is None:
        return None
    day, month = REMEMBERED[bare(named.raw)]
    note = notes.NAMED_DAY.format(named.raw, f"{day:02d}/{month:02d}")
    return [Span(Grain.DAY, (month, day), (month, day), note=note)]
