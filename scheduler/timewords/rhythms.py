"""Rules for how often: "mỗi tuần/1 lần", "02 lần/năm", "2 tuần/lần", "04 tin, bài/tháng", "định kỳ tháng, quý, năm"."""

from __future__ import annotations

from dataclasses import replace

from scheduler.timewords.cursor import UNITS, Cursor, separator
from scheduler.timewords.terms import Duration, Mark, Rhythm, Term, Unit, Weekdays
from scheduler.timewords.tokens import roman
from scheduler.timewords.words import W

Found = list[Term] | None
_UNITS = {W.DAY: Unit.DAY, W.WEEK: Unit.WEEK, W.MONTH: Unit.MONTH, W.QUARTER: Unit.QUARTER, W.YEAR: Unit.YEAR}
_MOST_TIMES = 60
_LONGEST_NOUN = 6
_FILLER = 4
_QUARTERS = 4


def every(c: Cursor) -> Found:
    """ "Hằng tuần", "mỗi quý 01 lần", "mỗi 2 tuần", "hàng quý, 6 tháng, năm", "các tháng"."""
    c.skip(W.PERIODIC, W.REPORT)
    word = c.take(W.EVERY, W.PLURAL)
    if word is None:
        return None
    if c.sees(W.DAY) and c.sees(W.WORKING, ahead=1):
        c.at += 2
        return [Weekdays((0, 1, 2, 3, 4), working=True)]
    first = c.attempt(_unit)
    if first is None or (W.PLURAL in word.kinds and first.unit in (Unit.DAY, Unit.YEAR)):
        return None
    if c.sees(W.NUMBER) and W.PLURAL in word.kinds:
        return None
    said = c.attempt(_count_after)
    if said:
        return [replace(first, count=said[0], target=said[1])]
    return [first, *_more_periods(c)]


def alternate(c: Cursor) -> Found:
    """ "Cách tuần", "tuần cách tuần": every other one."""
    c.take(*UNITS) if c.sees(W.ALTERNATE, ahead=1) else None
    if not c.take(W.ALTERNATE):
        return None
    rhythm = c.attempt(_unit)
    return None if rhythm is None or rhythm.interval > 1 else [normal(rhythm.unit, 2)]


def all_quarters(c: Cursor) -> Found:
    """ "Cả 4 quý", "bốn quý trong năm": once in each."""
    if c.number() != _QUARTERS or not c.take(W.QUARTER) or c.sees(W.FIRST, W.LAST, W.NUMBER, W.SLASH, W.TIMES):
        return None
    return [Rhythm(Unit.QUARTER)]


def periods(c: Cursor) -> Found:
    """Periods after "định kỳ", "theo", "báo cáo", "sơ kết", or two and more in a row, or one that stands alone."""
    before = c.at
    worded = False
    while c.take(W.PERIODIC, W.REPORT):
        worded = True
    first = c.attempt(_period) or (c.attempt(_of_whole_year) if worded else None)
    if first is None:
        return None
    report = any(W.REPORT in token.kinds for token in c.tokens[before : c.at])
    more = _more_periods(c)
    if worded:
        if first.unit is Unit.DAY:
            return None
        return [replace(rhythm, report=report) for rhythm in (first, *more)]
    if first.unit is Unit.DAY:
        return None
    if more and not c.sees(W.NOISE, ahead=-2 - len(more)):
        return [first, *more]
    c.at = before + 1
    if first.unit is Unit.YEAR and c.sees(*_TIMED, ahead=-2):
        return None
    if c.sees(W.COLON, W.DOT) and (c.token(1).digits or roman(c.token(1))):
        return None
    alone = (before == 0 or c.sees(*_BOUNDARY, ahead=-2)) and (c.done or c.sees(*_BOUNDARY))
    return [replace(first, weak=True)] if alone else None


_BOUNDARY = (
    W.COMMA,
    W.SEMICOLON,
    W.COLON,
    W.SLASH,
    W.OPEN,
    W.CLOSE,
    W.DASH,
    W.AND,
    W.BEFORE,
    W.BY,
    W.DOT,
    W.IN,
    W.CHANGE,
    W.EVENT,
    W.ARISING,
    W.CONTINUOUS,
)


_TIMED = (W.IN, W.BEFORE, W.BY, W.UNTIL, W.END)


def frequency(c: Cursor) -> Found:
    """ "02 lần/năm", "1 lần/2 tuần", "2 lần mỗi tháng", "04 tin, bài/tháng"; of "1-2 lần" the least, and asked."""
    count = c.number()
    if count is None or not 1 <= count <= 1000:
        return None
    loosely = [Mark(frozenset({W.HEDGE}))] if c.attempt(lambda _: c.number() if c.take(W.DASH) else None) else []
    times = c.attempt(_noun)
    if times is None:
        return None
    unit = c.attempt(_per)
    if unit is None:
        return None
    if times and count <= _MOST_TIMES and unit.unit is not Unit.DAY:
        return [replace(unit, count=count), *loosely]
    return [replace(unit, target=count), *loosely]


def inverse(c: Cursor) -> Found:
    """ "2 tuần/lần" is once in two weeks; "tháng 1 lần", "năm 2 lần", "ba tháng một lần", "nửa tháng một lần"."""
    unit = c.attempt(_unit)
    if unit is None:
        return None
    c.skip(W.SLASH, W.DASH, W.COMMA)
    c.skip(W.ATLEAST)
    count = c.number()
    if not c.take(W.TIMES) or not 1 <= (count or 1) <= _MOST_TIMES:
        return None
    return [replace(unit, count=(count or 1) * unit.count)]


def duration(c: Cursor) -> Found:
    """ "Trong vòng 05 ngày làm việc", "sau 10 ngày", "trong 24 giờ đầu", "20 ngày"."""
    before = c.at
    c.skip(W.WITHIN, W.IN, W.AFTER, W.BY)
    inside = c.at > before
    count = c.number(five=inside)
    if count is None or not 0 < count < 10_000:
        return None
    unit = c.take(W.DAY, W.WEEK, W.MONTH, W.YEAR, W.HOUR)
    if unit is None or c.token(-1).raw.lower() == "t":
        return None
    kind = next(kind for kind in (W.DAY, W.WEEK, W.MONTH, W.YEAR, W.HOUR) if kind in unit.kinds)
    working = bool(c.take(W.WORKING))
    edge = c.sees(W.FIRST, W.LAST)
    if (edge and kind in (W.MONTH, W.YEAR)) or c.token().number is not None or (kind is W.HOUR and not inside):
        return None
    if kind is W.HOUR and c.tokens[before].kinds == {W.BY} and not c.sees(W.AFTER, W.SINCE, W.EVENT):
        return None  # "chậm nhất 15 giờ thứ Năm" is an hour
    if kind in (W.MONTH, W.YEAR) and not inside and not c.sees(W.AFTER, W.SINCE, W.EVENT):
        return None
    return [Duration(count, kind, working)]


def _unit(c: Cursor) -> Rhythm | None:
    """A period with its number: "tuần", "2 tuần", "6 tháng" (a half), "nửa tháng" (two in a month)."""
    if c.take(W.HALF):
        if c.take(W.MONTH):
            return Rhythm(Unit.MONTH, count=2)
        return Rhythm(Unit.HALF) if c.take(W.YEAR) else None
    interval = c.number()
    c.take(W.ORDINAL) if c.sees(W.DAY, ahead=1) else None
    token = c.take(*UNITS)
    if token is None or len(token.raw) == 1 or not 1 <= (interval or 1) <= 200:
        return None
    unit = next(unit for kind, unit in _UNITS.items() if kind in token.kinds)
    return normal(unit, interval or 1)


def normal(unit: Unit, interval: int) -> Rhythm:
    """Three months are a quarter, two quarters a half, twelve months a year."""
    months = interval * {Unit.MONTH: 1, Unit.QUARTER: 3}.get(unit, 0)
    for longer, length in ((Unit.YEAR, 12), (Unit.HALF, 6), (Unit.QUARTER, 3)):
        if months == length:
            return Rhythm(longer)
    if unit is Unit.QUARTER:
        if months % 12 == 0:
            return Rhythm(Unit.YEAR, months // 12)
        return Rhythm(Unit.QUARTER) if interval == 1 else Rhythm(Unit.MONTH, months)
    if unit is Unit.DAY and interval == 7:
        return Rhythm(Unit.WEEK)
    return Rhythm(unit, interval)


def _period(c: Cursor) -> Rhythm | None:
    """A period of a report: no "tháng 6", "năm 2024" or "6 tháng đầu năm" is one."""
    rhythm = c.attempt(_unit)
    if rhythm is None or (c.token().number is not None and not c.sees(W.NEXT, W.YEAR, W.FROM)):
        return None
    if c.sees(W.FIRST, W.LAST, W.MID, W.ORDINAL, W.NEXT, W.THIS, W.SLASH) and not _slash_period(c):
        return None
    return None if _is_numeral(c) else rhythm


def _slash_period(c: Cursor) -> bool:
    return c.sees(W.SLASH) and c.sees(*UNITS, ahead=1)


def _of_whole_year(c: Cursor) -> Rhythm | None:
    """The year of "sơ kết 6 tháng đầu năm, tổng kết năm 2025", whose number is left to say which."""
    interim = any(W.INTERIM in token.kinds for token in c.tokens)
    return Rhythm(Unit.YEAR) if interim and c.take(W.YEAR) and c.token().is_year else None


def _is_numeral(c: Cursor) -> bool:
    return c.attempt(lambda here: here.numeral() if here.token().kinds == {W.NOISE} else None) is not None


def _more_periods(c: Cursor) -> list[Rhythm]:
    more: list[Rhythm] = []
    while (rhythm := c.attempt(_next_period)) is not None:
        more.append(rhythm)
    return more


def _next_period(c: Cursor) -> Rhythm | None:
    if not separator(c) and not c.take(W.SLASH, W.DASH):
        return None
    c.skip(W.PERIODIC, W.REPORT, W.EVERY)
    c.take(W.CONTINUOUS) if c.sees(W.YEAR, ahead=1) else None
    if c.token().raw.lower() == "cả năm":
        c.at += 1
        return Rhythm(Unit.YEAR)
    rhythm = _period(c)
    return None if rhythm is None or rhythm.unit is Unit.DAY or c.sees(W.TIMES) else rhythm


def _count_after(c: Cursor) -> tuple[int, int | None] | None:
    """The "01 lần" or "02 bài" after "mỗi tháng": times, and things wanted."""
    c.skip(W.SLASH, W.COLON, W.COMMA)
    bracket = c.take(W.OPEN)
    for _ in range(_FILLER):
        if c.token().kinds <= {W.NOISE, W.ATLEAST, W.FROM}:
            c.at += 1
    count = c.number()
    if count is None or not 1 <= count <= 1000 or c.sees(*UNITS, W.SLASH, W.DOT, W.HOUR):
        return None
    if c.take(W.TIMES):
        c.take(W.CLOSE) if bracket else None
        if c.sees(W.SLASH):  # "hằng tháng (12 kỳ/năm)"
            return None
        return (count, None) if count <= _MOST_TIMES else None
    return (1, count) if c.take(W.NOISE) else None


def _noun(c: Cursor) -> bool | None:
    """What is counted before the "/": an occurrence (True), or things ("tin, bài"); None: nothing is."""
    if c.take(W.TIMES):
        for _ in range(_LONGEST_NOUN):
            if c.token().kinds == {W.NOISE}:
                c.at += 1
        return True
    words = 0
    while words < _LONGEST_NOUN:
        if c.sees(W.NOISE, W.EVERY, W.PLURAL) and not (c.sees(W.EVERY) and c.sees(*UNITS, ahead=1)):
            words += 1
        elif not (words and c.sees(W.COMMA, W.AND, W.SLASH) and c.sees(W.NOISE, ahead=1)):
            break
        c.at += 1
    return False if words else None


def _per(c: Cursor) -> Rhythm | None:
    """The "/tuần", "mỗi tháng", "một năm", "trong quý", "/2 tuần" after a count."""
    joined = c.take(W.SLASH, W.EVERY, W.PER, W.IN, W.OPEN)
    c.take(W.EVERY)
    if joined is None and not (c.token().number == 1 and c.sees(*UNITS, ahead=1)):
        return None
    rhythm = c.attempt(_unit)
    if rhythm is None:
        return None
    if rhythm.unit is Unit.QUARTER and _is_numeral(c):
        return None
    if rhythm.unit is not Unit.YEAR and c.token().number is not None and not c.sees(W.NEXT, W.FROM, W.YEAR):
        return None
    return rhythm
