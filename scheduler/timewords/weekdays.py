"""Rules for days of the week, alone or counted within a month, and for hours."""

from __future__ import annotations

from datetime import time

from scheduler.timewords.cursor import Cursor, counts_something, ordinal, separator
from scheduler.timewords.places import place_of, whole_period
from scheduler.timewords.terms import Grain, Hour, Rhythm, Slot, Span, Term, Unit, Weekdays
from scheduler.timewords.words import W

Found = list[Term] | None
_DAYS_OFF = {"nghỉ", "lễ"}


def weekday_phrase(c: Cursor) -> Found:
    """ "Thứ Sáu", "thứ 2, thứ 4, thứ 6", "thứ 2, 4, 6", "từ thứ 2 đến thứ 6", "T2-T6", "thứ Sáu tuần đầu của tháng"."""
    every = c.take(W.EVERY) if c.sees(W.ORDINAL, W.SUNDAY, ahead=1) else None
    if c.sees(W.PLURAL) and c.sees(W.DAY, ahead=1):
        c.at += 2
    elif c.sees(W.DAY) and c.sees(W.ORDINAL, W.SUNDAY, ahead=1):
        c.at += 1
    first = c.attempt(_weekday)
    if first is None:
        return None
    if (last := c.attempt(_until_weekday)) is not None and last > first:
        return [Weekdays(tuple(range(first, last + 1)), working=(first, last) == (0, 4))]
    days = {first}
    while (more := c.attempt(_next_weekday)) is not None:
        days.add(more)
    found = tuple(sorted(days))
    if every:
        return [Weekdays(found), Rhythm(Unit.WEEK)]
    return c.attempt(lambda _: _nth_weekday(c, found)) or [Weekdays(found)]


def excepted(c: Cursor) -> Found:
    """ "Trừ thứ Bảy, Chủ nhật", "trừ các ngày nghỉ, lễ": the days of the week that are left."""
    if not c.take(W.EXCEPT):
        return None
    c.skip(W.PLURAL, W.DAY)
    if c.token().raw.lower() in _DAYS_OFF:
        return [Weekdays((0, 1, 2, 3, 4), working=True)]
    named = c.attempt(weekday_phrase)
    gone = {day for term in named or () if isinstance(term, Weekdays) for day in term.days}
    left = tuple(day for day in range(7) if day not in gone)
    return [Weekdays(left, working=len(left) == 5)] if gone and left else None


def _weekday(c: Cursor) -> int | None:
    if c.take(W.SUNDAY):
        return 6
    if c.take(W.ORDINAL):
        return _weekday_number(c)
    if c.token().raw.lower() == "t" and c.token(1).digits == 1 and any(W.WEEK in token.kinds for token in c.tokens):
        c.at += 1
        return _weekday_number(c)
    return None


def _weekday_number(c: Cursor) -> int | None:
    number = c.number(five=True)
    return number - 2 if number is not None and 2 <= number <= 7 else None


def _until_weekday(c: Cursor) -> int | None:
    return _weekday(c) if c.take(W.DASH, W.UNTIL) else None


def _next_weekday(c: Cursor) -> int | None:
    if not separator(c) and not c.take(W.DASH, W.SLASH):
        return None
    named = c.attempt(_weekday)
    if named is not None:
        return named
    number = _weekday_number(c) if c.token().digits == 1 else None
    return None if number is None or c.sees(W.SLASH, W.DOT) or counts_something(c) else number


def _nth_weekday(c: Cursor, days: tuple[int, ...]) -> Found:
    """The weekday of a week of the month ("thứ Sáu tuần đầu tiên của tháng", "thứ Hai đầu tháng")."""
    c.skip(W.COMMA, W.OF, W.AT, W.IN)
    if c.sees(W.FIRST, W.LAST) and c.sees(W.WEEK, ahead=1):  # "thứ Hai đầu tuần" is a Monday of each week
        c.at += 2
        return [Weekdays(days), Rhythm(Unit.WEEK)]
    named = c.take(W.WEEK)
    nth = ordinal(c)
    if nth is None or not -1 <= nth <= 5:
        return None
    c.skip(W.OF, W.IN)
    period = whole_period(c)
    if period is None and named and any(W.MONTH in token.kinds for token in c.tokens):
        period = Unit.MONTH  # "mỗi tháng 01 lần vào thứ Sáu tuần cuối"
    if isinstance(period, Unit):
        return [Slot(period, place_of(period) if nth < 0 else 1, week=nth, weekdays=days)]
    if isinstance(period, Span) and period.grain is Grain.MONTH:
        week = Slot(Unit.MONTH, week=nth, weekdays=days)
        return [week, period]
    return None


def hour_phrase(c: Cursor) -> Found:
    """ "16h00", "16 giờ 30 phút", "17g", "09:00"."""
    hours = c.token()
    if hours.digits not in (1, 2):
        return None
    if c.sees(W.COLON, ahead=1) and c.token(2).digits == 2:
        c.at += 3
        return [Hour(_time(hours.number or 0, c.token(-1).number or 0))]
    if not c.sees(W.HOUR, ahead=1):
        return None
    c.at += 2
    minutes = 0
    if c.token().digits in (1, 2) and not c.sees(W.SLASH, W.DOT, W.DASH, ahead=1):
        minutes = c.number() or 0
        c.take(W.MINUTE)
    return [Hour(_time(hours.number or 0, minutes))]


def _time(hours: int, minutes: int) -> time | None:
    if (hours, minutes) == (24, 0):
        return time(23, 59)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None
