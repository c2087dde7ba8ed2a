"""The turns of a task within its plan: which time each reports on, and its due day. Rules are RRULE texts (RFC 5545).

A rule counts from the first day of the plan, or of the schedule where it names one. What a turn reports on follows
from how often it comes:

- FREQ=DAILY, or five weekdays and more: the day;
- FREQ=WEEKLY: the ISO week, Monday to Sunday;
- FREQ=MONTHLY: the month;
- FREQ=YEARLY: the quarter where all months end (3, 6, 9, 12) or begin (1, 4, 7, 10) one, or there is one in each; the
  half-year where there are two months four to eight apart; the year where there is one; else the month of the due day;
- INTERVAL=n: n of these (not of days), up to the one the due day lies in;
- in arrears: the one before that in which the due day lies.

Where several due days fall into one of these, each reports on the part up to its own due day (in arrears: on the
whole), and their keys end in ".1", ".2" in order of time. Two rules with one due day make one turn, as the first says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from dateutil.rrule import rrulestr

from scheduler.ledger import Period
from scheduler.plan import Kind, Schedule

_ONE = timedelta(days=1)
_ROMAN = ("I", "II", "III", "IV")
_QUARTERS = ({3, 6, 9, 12}, {1, 4, 7, 10})
_ARREARS = timedelta(days=2 * 366)
"""How long after the plan its last report in arrears may be due: a year that it cuts off, and the year after that."""

Window = tuple[date, date]


class _Grain(IntEnum):
    """What a turn reports on; for months and more, how many of them."""

    DAY = -1
    WEEK = 0
    MONTH = 1
    QUARTER = 3
    HALF = 6
    YEAR = 12


@dataclass(frozen=True, slots=True)
class _Turn:
    """A due day with the whole time it belongs to, the plan's borders not yet regarded."""

    due: date
    grain: _Grain
    start: date
    end: date

    @property
    def key(self) -> str:
        year, number, _ = self.end.isocalendar()
        match self.grain:
            case _Grain.DAY:
                return self.end.isoformat()
            case _Grain.WEEK:
                return f"{year}-W{number:02}"
            case _Grain.MONTH:
                return f"{self.end:%Y-%m}"
            case _Grain.QUARTER:
                return f"{self.end.year}-Q{self.end.month // 3}"
            case _Grain.HALF:
                return f"{self.end.year}-H{self.end.month // 6}"
            case _Grain.YEAR:
                return f"{self.end.year}"


def periods(schedule: Schedule, window: Window, works: Callable[[date], bool] | None = None) -> tuple[Period, ...]:
    """The periods of a definite schedule in a plan, by due day. Events have none until they are raised.

    ``window``: first and last day of the plan. Every period lies in it; in arrears the last due day may lie after it.
    ``works``: a daily duty has no period on days for which it is False. A one-off task keeps the day that its plan
    names, wherever it lies. Raises ValueError for a schedule that nobody has made definite, or a rule that is none.
    """
    match schedule.kind:
        case Kind.EVENT:
            return ()
        case Kind.ONE_OFF:
            return (_once(schedule, window),)
        case Kind.RECURRING if schedule.rules:
            return tuple(_recurring(schedule, window, works))
    raise ValueError(f"no periods in a schedule of kind {schedule.kind.value}")


def event_period(number: int, raised: date, due: date, what: str, at: time | None = None) -> Period:
    """The period of an event task that was raised for the ``number``-th time. Raises ValueError if due before that."""
    if due < raised:
        raise ValueError("an event is not due before it is raised")
    return Period(f"event-{number}", what, raised, due, due, at)


def _once(schedule: Schedule, window: Window) -> Period:
    if schedule.due is None:
        raise ValueError("a one-off schedule without its due day")
    start = min(schedule.start or window[0], schedule.due)
    return Period("once", _named(start, schedule.due), start, schedule.due, schedule.due, schedule.at)


def _recurring(schedule: Schedule, window: Window, works: Callable[[date], bool] | None) -> Iterator[Period]:
    first = max(window[0], schedule.start or window[0])
    last = min(window[1], schedule.due or window[1])
    turns = [
        turn
        for turn in _turns(schedule, first, last)
        if turn.start <= last and turn.end >= first and not (works and turn.grain is _Grain.DAY and not works(turn.due))
    ]
    many = Counter(turn.key for turn in turns)
    seen: dict[str, list[date]] = defaultdict(list)
    for turn in turns:
        before = seen[turn.key]
        before.append(turn.due)
        number = len(before) if many[turn.key] > 1 else None
        start, end = turn.start, turn.end
        if number and not schedule.arrears:
            start = max(start, before[-2] + _ONE) if number > 1 else start
            end = turn.due if number < many[turn.key] else end
        start, end = max(start, first), min(end, last)
        key, label = turn.key, _label(turn, first, last)
        if number:
            key, label = f"{key}.{number}", f"{label}, lần {number}"
        yield Period(key, label, start, end, turn.due, schedule.at)


def _turns(schedule: Schedule, first: date, last: date) -> Sequence[_Turn]:
    """Of all rules, by due day; each due day once."""
    parts = [_parts(rule) for rule in schedule.rules]
    yearly = _yearly([one for one in parts if one.get("FREQ") == "YEARLY"])
    found: dict[date, _Turn] = {}
    for rule, one in zip(schedule.rules, parts, strict=True):
        grain = _grain(one, yearly)
        interval = 1 if grain is _Grain.DAY else int(one.get("INTERVAL", "1"))
        until = last + _ARREARS * interval if schedule.arrears else last
        for due in _expand(rule, first, until):
            found.setdefault(due, _turn(due, grain, interval, arrears=schedule.arrears))
    return [found[due] for due in sorted(found)]


def _parts(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)


def _expand(rule: str, first: date, last: date) -> Iterator[date]:
    begin = datetime.combine(first, time())
    for moment in rrulestr(rule, dtstart=begin).between(begin, datetime.combine(last, time()), inc=True):
        yield moment.date()


def _grain(parts: dict[str, str], yearly: _Grain) -> _Grain:
    match parts.get("FREQ"):
        case "DAILY":
            return _Grain.DAY
        case "WEEKLY":
            return _Grain.DAY if parts.get("BYDAY", "").count(",") >= 4 else _Grain.WEEK
        case "MONTHLY":
            return _Grain.MONTH
        case "YEARLY":
            return yearly
    raise ValueError(f"a rule that comes {parts.get('FREQ')} is none of a plan")


def _yearly(rules: list[dict[str, str]]) -> _Grain:
    """What the yearly rules of a schedule report on, judged by all their months together."""
    months = {int(month) for rule in rules for month in rule.get("BYMONTH", "").split(",") if month}
    if len(months) <= 1:
        return _Grain.YEAR
    if len(months) == 2:
        return _Grain.HALF if 4 <= max(months) - min(months) <= 8 else _Grain.MONTH
    each = len(months) == 4 and len({(month - 1) // 3 for month in months}) == 4
    return _Grain.QUARTER if each or any(months <= quarter for quarter in _QUARTERS) else _Grain.MONTH


def _turn(due: date, grain: _Grain, interval: int, *, arrears: bool) -> _Turn:
    start, end = _around(due, grain)
    if arrears:
        start, end = _around(start - _ONE, grain)
    for _ in range(interval - 1):
        start, _unused = _around(start - _ONE, grain)
    return _Turn(due, grain, start, end)


def _around(day: date, grain: _Grain) -> Window:
    """First and last day of the day, week, month, quarter, half or year that a day lies in."""
    if grain is _Grain.DAY:
        return day, day
    if grain is _Grain.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    month = (day.month - 1) // grain * grain + 1
    after = month + grain
    following = date(day.year + 1, 1, 1) if after > 12 else date(day.year, after, 1)
    return date(day.year, month, 1), following - _ONE


def _label(turn: _Turn, first: date, last: date) -> str:
    start, end = max(turn.start, first), min(turn.end, last)
    if turn.grain is not _Grain.WEEK:
        return _named(turn.start if turn.start >= first else _around(start, turn.grain)[0], turn.end)
    numbers = [start.isocalendar().week, end.isocalendar().week]
    return f"tuần {'–'.join(map(str, dict.fromkeys(numbers)))} ({_range(start, end)})"


def _named(start: date, end: date) -> str:
    """A time by its name where it has one ("quý I/2024"), else by its days."""
    if start == end:
        return f"ngày {_day(start)}"
    grain = next((one for one in _Grain if one >= _Grain.MONTH and _around(start, one) == (start, end)), None)
    match grain:
        case _Grain.MONTH:
            return f"tháng {start.month}/{start.year}"
        case _Grain.QUARTER:
            return f"quý {_ROMAN[start.month // 3]}/{start.year}"
        case _Grain.HALF:
            return f"6 tháng {'đầu' if start.month == 1 else 'cuối'} năm {start.year}"
        case _Grain.YEAR:
            return f"năm {start.year}"
    if start.day == 1 and (end + _ONE).day == 1:
        return f"tháng {start.month}{'' if start.year == end.year else f'/{start.year}'}–{end.month}/{end.year}"
    return _range(start, end)


def _range(start: date, end: date) -> str:
    """ "19–25/8/2024", "26/8–1/9/2024", "30/12/2024–5/1/2025"."""
    if start == end:
        return _day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{_day(end)}"
    return f"{start.day}/{start.month}{'' if start.year == end.year else f'/{start.year}'}–{_day(end)}"


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
