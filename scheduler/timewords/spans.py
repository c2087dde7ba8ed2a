"""Rules for spans of the calendar: months, quarters, halves, years, school years, and parts of them."""

from __future__ import annotations

from dataclasses import replace

from scheduler.timewords import notes
from scheduler.timewords.cursor import Cursor, counts_something, ordinal, separator
from scheduler.timewords.places import month_place, month_span, place_of, quarter_span, whole_period, year_span
from scheduler.timewords.terms import LISTED, RANGE, Grain, Impossible, Rhythm, Slot, Span, Term, Unit, Weekdays, spread
from scheduler.timewords.words import W

Found = list[Term] | None


def months(c: Cursor) -> Found:
    """ "Tháng 3", "tháng 3, 6, 9, 12", "tháng tư/2024", "tháng 3-5/2024", "T12/25"."""
    word = c.take(W.MONTH)
    if word is None or (word.raw.lower() == "t" and not c.token().digits and not c.attempt(_dotted)):
        return None
    first = _month_number(c)
    if first is None:
        return None
    numbers, between = [first], LISTED
    last = c.attempt(_until_month)
    if last is not None:
        numbers, between = [first, last], RANGE
    while last is None and (more := c.attempt(next_month)) is not None:
        numbers.append(more)
    year, shift = c.year_after(short=True)
    wrong = [number for number in numbers if not 1 <= number <= 12]
    if wrong:
        return [Impossible(f"tháng {wrong[0]}")]
    if between is LISTED and set(numbers) == set(range(1, 13)):
        return [Rhythm(Unit.MONTH), *([] if year is None else [year_span(year)])]
    short = [token for token in c.tokens if token.raw.lower() == "t"]
    doubtful = short == [word] and year is None and len(numbers) == 1 and first <= 7
    note = notes.MONTH_OR_WEEKDAY.format(first, first) if doubtful else ""
    return spread([month_span(number, year, shift, note) for number in numbers], between)


def _dotted(c: Cursor) -> bool | None:
    return True if c.take(W.DOT) and c.token().digits else None


def _month_number(c: Cursor) -> int | None:
    token = c.token()
    if token.digits == 0 and token.kinds & {W.NEXT, W.AFTER, W.FROM}:  # "thang sau/2024" is June only so
        dated = c.sees(W.SLASH, ahead=1) or (c.sees(W.YEAR, ahead=1) and c.token(2).is_year)
        if not (token.plain and dated) and W.FROM not in token.kinds:
            return None
        if W.FROM in token.kinds and c.sees(W.DAY, W.MONTH, ahead=1):
            return None
    number = c.number(five=True)
    return None if number is None or token.is_year else number


def _until_month(c: Cursor) -> int | None:
    if not c.take(W.DASH, W.UNTIL) or c.token().is_year:
        return None
    number = c.number()
    return None if number is None or _is_date(c) or counts_something(c) else number


def next_month(c: Cursor, *, worded: bool = False) -> int | None:
    """A further month of a list; ``worded``: it may have its own "tháng"."""
    if not separator(c) or c.token().is_year:
        return None
    if worded:
        c.take(W.MONTH)
    number = c.number()
    return None if number is None or _is_date(c) or (counts_something(c) and not c.sees(W.YEAR)) else number


def _is_date(c: Cursor) -> bool:
    """Whether the number just read is a day or month in digits of its own ("15/4", "4/2024" with a year is none)."""
    return c.sees(W.SLASH, W.DOT, W.DASH) and c.token(1).digits in (1, 2) and c.sees(W.SLASH, W.DOT)


def quarters(c: Cursor) -> Found:
    """ "Quý I/2024", "Quý I, II, III", "Q1/2024", "Quý II-III/2026", "Quý 1I" as text recognition leaves it."""
    if not c.take(W.QUARTER):
        return c.attempt(_numeral_alone)
    c.take(W.DOT, W.COLON)
    found = c.attempt(_quarter_number)
    if found is None:
        return None
    numbers, between = [found], LISTED
    last = c.attempt(_until_quarter)
    if last is not None:
        numbers, between = [found, last], RANGE
    while last is None and (more := c.attempt(_next_quarter)) is not None:
        numbers.append(more)
    year, shift = c.year_after(short=True)
    wrong = [number for number, _ in numbers if not 1 <= number <= 4]
    if wrong:
        return [Impossible(f"quý {wrong[0]}")]
    spans = [quarter_span(number, year, shift, notes.SLIP if repaired else "") for number, repaired in numbers]
    return spread(list(spans), between)


def _numeral_alone(c: Cursor) -> Found:
    """ "II/2026": a Roman numeral with a year can hardly be anything but a quarter."""
    token = c.token()
    found = c.numeral() if token.kinds == {W.NOISE} and token.raw.isupper() and c.sees(W.SLASH, ahead=1) else None
    year = c.year_after()[0] if found else None
    if found is None or year is None or found[0] > 4:
        return None
    return [quarter_span(found[0], year, note=notes.ROMAN_ALONE)]


def _quarter_number(c: Cursor) -> tuple[int, bool] | None:
    word = not c.token().digits
    found = c.numeral()
    if found is None or (counts_something(c) and not word):
        return None
    roman = c.token(-1).raw.isupper() and len(c.token(-1).raw) > 1
    return found if found[0] <= 5 or roman or not word else None


def _until_quarter(c: Cursor) -> tuple[int, bool] | None:
    if not c.take(W.DASH, W.UNTIL) or c.token().digits > 1:
        return None
    return _quarter_number(c)


def _next_quarter(c: Cursor) -> tuple[int, bool] | None:
    if not separator(c) or c.token().digits > 3:
        return None
    found = _quarter_number(c)
    return None if found is None or found[0] > 4 or _is_date(c) else found


def halves(c: Cursor) -> Found:
    """ "6 tháng đầu năm", "9 tháng đầu năm 2024", "nửa đầu năm", "nửa cuối tháng 6", "quý đầu năm"."""
    if c.take(W.HALF):
        return _half_of(c)
    count = 1 if c.sees(W.QUARTER) else c.number(five=True)
    unit = c.take(W.MONTH, W.QUARTER)
    edge = c.take(W.FIRST, W.LAST)
    if count is None or unit is None or edge is None:
        return None
    length = count * (3 if W.QUARTER in unit.kinds else 1)
    year = c.attempt(_of_year)
    if not 1 <= length <= 11 or (year is None and length != 6):
        return None
    first, last = ((1, 1), (length, -1)) if W.FIRST in edge.kinds else ((13 - length, 1), (12, -1))
    return [Span(Grain.HALF, first, last, *_years(year))]


def _half_of(c: Cursor) -> Found:
    edge = c.take(W.FIRST, W.LAST)
    if edge is None:
        return None
    early = W.FIRST in edge.kinds
    year = c.attempt(_of_year)
    if year is not None:
        first, last = ((1, 1), (6, -1)) if early else ((7, 1), (12, -1))
        return [Span(Grain.HALF, first, last, *_years(year))]
    c.skip(W.OF)
    period = whole_period(c)
    if isinstance(period, Span) and period.grain is Grain.MONTH:
        month = period.first[0]
        first, last = ((month, 1), (month, 15)) if early else ((month, 16), (month, -1))
        return [replace(period, grain=Grain.PART, first=first, last=last)]
    return [Slot(Unit.MONTH, 1, 15 if early else -1)] if period is Unit.MONTH else None


def _years(said: tuple[int | None, int] | None) -> tuple[int | None, int, int]:
    year, shift = said or (None, 0)
    return year, 0, shift


def _of_year(c: Cursor) -> tuple[int | None, int] | None:
    """The "năm [2024]" after "6 tháng đầu"; an "hằng năm" is left to say how often."""
    c.skip(W.OF)
    if c.sees(W.EVERY) and c.sees(W.YEAR, ahead=1):
        return None, 0
    if not c.take(W.YEAR):
        year, shift = c.year_after()
        return None if year is None else (year, shift)
    year = c.year()
    if year is None and c.take(W.NEXT):
        return None, 1
    c.take(W.THIS)
    return year or c.year_after()[0], 0


def years(c: Cursor) -> Found:
    """ "Năm 2024", "2025", "giai đoạn 2021 - 2025", "trong năm"."""
    inside = c.sees(W.IN, W.END, W.UNTIL, W.BEFORE, ahead=-1)
    leftover = c.sees(W.SLASH, ahead=-1)
    if c.take(W.PHASE):
        c.take(W.NUMBER) if not c.token().is_year else None
        c.skip(W.YEAR, W.FROM)
    worded = c.take(W.YEAR)
    year = c.year()
    if year is None:
        if worded and c.take(W.NEXT):
            return [year_span(shift=1)]
        return [year_span()] if worded and (inside or c.take(W.THIS)) and not c.sees(W.COMMA) else None
    until = c.attempt(_until_year)
    span = year_span(year, max(0, until - year) if until else 0)
    return [replace(span, note=notes.LEFTOVER) if leftover else span]


def _until_year(c: Cursor) -> int | None:
    if not c.take(W.DASH, W.UNTIL):
        return None
    c.take(W.YEAR)
    year = c.year()
    return None if year is None or c.sees(W.SLASH, W.DASH) else year


def school(c: Cursor) -> Found:
    """ "Năm học 2023-2024", "Học kỳ II năm học 2024-2025"; terms are assumed to change in the middle of January."""
    edge = c.take(W.FIRST, W.LAST)
    if edge is None and c.take(W.TERM):
        numeral = c.numeral()
        if numeral is None or numeral[0] not in (1, 2):
            return None
        c.skip(W.COMMA, W.OF, W.OPEN)
        begun = c.attempt(_school_year)
        if numeral[0] == 1:
            return [Span(Grain.HALF, (9, 5), (1, 15), begun or None, 1, note=notes.SCHOOL)]
        return [Span(Grain.HALF, (1, 16), (5, 31), begun + 1 if begun else None, note=notes.SCHOOL)]
    begun = c.attempt(_school_year) if c.sees(W.SCHOOL_YEAR) else None
    if begun is None:
        return None
    if edge is None:
        return [Span(Grain.HALF, (9, 5), (5, 31), begun or None, 1, note=notes.SCHOOL)]
    if W.FIRST in edge.kinds:
        return [Span(Grain.PART, (9, 1), (9, 30), begun or None, note=notes.SCHOOL)]
    return [Span(Grain.PART, (5, 1), (5, 31), begun + 1 if begun else None, note=notes.SCHOOL)]


def _school_year(c: Cursor) -> int | None:
    """The year in which it begins; 0: not named."""
    worded = c.take(W.SCHOOL_YEAR, W.YEAR)
    c.skip(W.COLON, W.SLASH)
    year = c.year()
    if year is None:
        return 0 if worded else None
    if c.sees(W.DASH, W.SLASH) and c.token(1).digits:
        c.at += 2
    return year


def part(c: Cursor) -> Found:
    """The beginning, middle or end of something: "đầu tháng 3/2024", "cuối quý III", "cuối mỗi tháng", "đầu tuần"."""
    said = c.take(W.FIRST, W.MID, W.LAST, W.TENTH1, W.TENTH2, W.TENTH3)
    if said is None:
        return None
    third = 0 if said.kinds & {W.FIRST, W.TENTH1} else 1 if said.kinds & {W.MID, W.TENTH2} else 2
    c.skip(W.OF)
    every = c.sees(W.EVERY, W.PLURAL)
    if (
        week := c.attempt(lambda _: (c.take(W.EVERY) or True) if c.sees(W.WEEK) or c.sees(W.WEEK, ahead=1) else None)
    ) and (c.take(W.WEEK)):
        return _part_of_week(third, sure=week is not True)
    period = whole_period(c)
    if period is None:
        return None
    text = f"{said.raw} {_name(period)}"
    if isinstance(period, Unit):
        return [_part_of_each(period, third, text, sure=every)]
    return [
        _part_of_span(
            period, third, text, sure=bool(said.kinds & {W.TENTH1, W.TENTH2, W.TENTH3}) or (every and third == 2)
        )
    ]


def _name(period: Unit | Span) -> str:
    names = {Unit.MONTH: "tháng", Unit.QUARTER: "quý"}
    if isinstance(period, Unit):
        return names.get(period, "kỳ")
    return {Grain.MONTH: "tháng", Grain.QUARTER: "quý"}.get(period.grain, "năm")


def _part_of_week(third: int, *, sure: bool) -> Found:
    if third == 1:
        return [Weekdays((2,), note=notes.NO_WEEKDAY)]
    note = notes.WEEK_END if third == 2 else notes.WEEK_BEGIN
    return [Weekdays((4 if third == 2 else 0,), note="" if sure else note)]


def _part_of_each(period: Unit, third: int, text: str, *, sure: bool) -> Slot:
    if third == 2:
        return Slot(period, place_of(period), -1, note="" if sure else notes.NO_RHYTHM.format(_name(period)))
    if period is Unit.MONTH:
        day = 10 * (third + 1)
        return Slot(period, 1, day, note=notes.PART.format(text, f"ngày {day}"))
    return Slot(period, third + 1, -1, note=notes.PART.format(text, "ngày cuối của tháng đó"))


def _part_of_span(period: Span, third: int, text: str, *, sure: bool) -> Span:
    month = period.first[0]
    if period.grain is Grain.MONTH:
        first, last = (((month, 1), (month, 10)), ((month, 11), (month, 20)), ((month, 1), (month, -1)))[third]
        if sure and third == 2:
            first = (month, 21)
        sure = sure or third == 2
    elif period.grain is Grain.QUARTER:
        first, last = (month + third, 1), (month + third, -1)
    else:
        first, last = (((1, 1), (3, -1)), ((4, 1), (6, -1)), ((10, 1), (12, -1)))[third]
    end = Span(Grain.PART, first, last)
    until = end.resolve(2024)
    note = "" if sure or until is None else notes.PART.format(text, until[1].strftime("%d/%m"))
    return replace(period, grain=Grain.PART, first=first, last=last, note=note)


def week_of(c: Cursor) -> Found:
    """ "Tuần đầu của tháng", "tuần thứ hai của tháng", "tuần cuối tháng 3/2024"."""
    if not c.take(W.WEEK):
        return None
    nth = c.attempt(_week_number)
    if nth is None:
        return None
    weeks = [nth]
    while (more := c.attempt(_next_week)) is not None:
        weeks.append(more)
    c.skip(W.OF, W.IN)
    period = whole_period(c)
    found = [_week(nth, period) for nth in weeks]
    return spread([week for week in found if week is not None], LISTED) or None


def _week_number(c: Cursor) -> int | None:
    nth = c.attempt(ordinal) or c.attempt(Cursor.number)
    return nth if nth is not None and -1 <= nth <= 5 and nth else None


def _next_week(c: Cursor) -> int | None:
    if not separator(c):
        return None
    c.take(W.WEEK)
    nth = _week_number(c)
    return None if counts_something(c) and not c.sees(W.MONTH) else nth


def _week(nth: int, period: Unit | Span | None) -> Slot | Span | None:
    note = notes.LAST_WEEK if nth in (-1, 5) else notes.WEEK_OF_MONTH.format(7 * nth - 6, 7 * nth)
    first, last = (-7, -1) if nth in (-1, 5) else (7 * nth - 6, 7 * nth)
    if isinstance(period, Unit):
        return Slot(period, place_of(period) if nth < 0 else 1, last, week=nth, note=note)
    if not isinstance(period, Span):
        return None
    month = period.first[0] if nth > 0 else period.last[0]
    return replace(period, grain=Grain.PART, first=(month, first), last=(month, last), note=note)


def place(c: Cursor) -> Found:
    """A month by its place, without a day: "tháng cuối quý", "tháng đầu quý sau", "tháng kế tiếp"."""
    found = month_place(c)
    return None if found is None else [found]
