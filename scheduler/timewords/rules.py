"""RRULE texts (RFC 5545) of rhythms and places; days that a month lacks become its last day."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.timewords.places import last_day
from scheduler.timewords.terms import MONTHS, Rhythm, Slot, Unit

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SPREAD_WEEK = {1: (4,), 2: (1, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4), 6: (0, 1, 2, 3, 4, 5)}
"""Days of so many times a week, spread evenly; once is on Friday."""
_SPREAD_MONTH = {2: "15,-1", 3: "10,20,-1", 4: "7,14,21,-1"}
_SHORTEST = 28


def daily(interval: int = 1) -> str:
    return "FREQ=DAILY" + _interval(interval)


def weekly(days: Sequence[int], interval: int = 1) -> str:
    return f"FREQ=WEEKLY{_interval(interval)};BYDAY={','.join(_DAYS[day] for day in days)}"


def monthly(day: int, interval: int = 1) -> str:
    """A day of each month; 31 is the last day, 29 and 30 are the last day of a February that lacks them."""
    return f"FREQ=MONTHLY{_interval(interval)};" + _day_of_month(day)


def yearly(months: Sequence[int], day: int) -> str:
    """A day of the months named; in months that lack it, their last day."""
    named = ",".join(str(month) for month in sorted(set(months)))
    lengths = [last_day(month) for month in months]
    if day < 0 or day <= min(lengths):
        return f"FREQ=YEARLY;BYMONTH={named};BYMONTHDAY={day}"
    if day >= max(lengths) or day == 31:
        return f"FREQ=YEARLY;BYMONTH={named};BYMONTHDAY=-1"
    return f"FREQ=MONTHLY;BYMONTH={named};" + _day_of_month(day)


def _day_of_month(day: int) -> str:
    if day == 31:
        return "BYMONTHDAY=-1"
    if day > _SHORTEST:
        return f"BYMONTHDAY={','.join(str(number) for number in range(_SHORTEST, day + 1))};BYSETPOS=-1"
    return f"BYMONTHDAY={day}"


def _interval(interval: int) -> str:
    return f";INTERVAL={interval}" if interval > 1 else ""


def months_of(unit: Unit, month: int) -> list[int]:
    """The months of a year that are the ``month``-th of their quarter, half or year."""
    return list(range(month, 13, MONTHS[unit]))


def of_slot(slot: Slot) -> str:
    """The rule of a place within a period."""
    if slot.weekdays:
        return _of_weekdays(slot)
    if slot.unit is Unit.MONTH:
        return monthly(slot.day)
    return yearly(months_of(slot.unit, slot.month), slot.day)


def _of_weekdays(slot: Slot) -> str:
    months = "" if slot.unit is Unit.MONTH else f";BYMONTH={','.join(map(str, months_of(slot.unit, slot.month)))}"
    days = [_DAYS[day] for day in slot.weekdays]
    if len(days) == 5:  # the n-th working day, not five weekdays of the n-th week
        return f"FREQ=MONTHLY{months};BYDAY={','.join(days)};BYSETPOS={slot.week}"
    return f"FREQ=MONTHLY{months};BYDAY={','.join(f'{slot.week}{day}' for day in days)}"


def of_rhythm(rhythm: Rhythm) -> tuple[tuple[str, ...], bool]:
    """The rules of a rhythm whose days are not named, and whether its times fall evenly."""
    count, interval = rhythm.count, rhythm.interval
    match rhythm.unit:
        case Unit.DAY:
            return (daily(interval),), True
        case Unit.WEEK:
            if count >= 7:
                return (daily(),), count == 7
            return (weekly(_SPREAD_WEEK[count], interval),), count == 1 or interval == 1
        case Unit.MONTH:
            return _in_month(count, interval)
        case Unit.YEAR if interval > 1:
            return (f"FREQ=YEARLY;INTERVAL={interval}",), count == 1
        case unit:
            return _in_months(unit, count)


def _in_month(count: int, interval: int) -> tuple[tuple[str, ...], bool]:
    if count == 1:
        return (monthly(-1, interval),), True
    if count in _SPREAD_MONTH:
        return (f"FREQ=MONTHLY{_interval(interval)};BYMONTHDAY={_SPREAD_MONTH[count]}",), interval == 1
    return (weekly((4,)),), False


def _in_months(unit: Unit, count: int) -> tuple[tuple[str, ...], bool]:
    """Several times in a quarter, half or year: at the ends of equal parts, as far as half months allow."""
    length = MONTHS[unit]
    if count == length:
        return (monthly(-1),), True
    if count > length:
        return _in_month(-(-count // length), 1)[0], count % length == 0
    ends = [-(-2 * length * time // count) for time in range(1, count + 1)]
    starts = range(0, 12, length)
    middles = [start + -(-end // 2) for start in starts for end in ends if end % 2]
    lasts = [start + end // 2 for start in starts for end in ends if end % 2 == 0]
    found = [yearly(months, day) for months, day in ((middles, 15), (lasts, -1)) if months]
    return tuple(found), 2 * length % count == 0
