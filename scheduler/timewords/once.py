"""Facts without a rhythm -> one window with a due day at its end, or a continuous duty where that is whole years."""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.plan import Kind, Schedule
from scheduler.timewords import notes
from scheduler.timewords.facts import Entry, Facts
from scheduler.timewords.frame import Frame
from scheduler.timewords.terms import Grain, Slot, Span
from scheduler.timewords.words import W

Window = tuple[date, date]
_RUN_UP = timedelta(days=91)
"""Work that is due sooner than this after New Year begins in the year before."""
_YEARS_AHEAD = 3
_OPENING = (W.FROM, W.SINCE)
_POINTS = (W.BEFORE, W.BY, W.UNTIL, W.END)


def once(facts: Facts, frame: Frame) -> Schedule | None:
    """One-off, or continuous in the window that is named; None: no days are named."""
    entries = [entry for entry in facts.entries if frame.dates(entry)[0] is not None]
    if not entries:
        return None
    windows = [_window(entry, facts, frame) for entry in entries]
    start, due = windows[0] if len(windows) == 1 else _together(entries, windows, facts)
    kind = Kind.ONE_OFF
    if W.CONTINUOUS in facts.flags:
        kind, start = _kept_up(facts, entries, start, frame)
    elif len(entries) == 1 and _whole_years(entries[0], (start, due)):
        kind = Kind.CONTINUOUS
    _check_weekday(facts, due)
    if len(facts.hours) > 1:
        facts.questions.append(notes.SEVERAL_HOURS)
    said = notes.joined(*facts.questions, *facts.remarks)
    at = facts.hours[-1] if facts.hours else None
    return Schedule(kind, (), min(start, due), due, at, needs_confirmation=bool(facts.questions), note=said)


def _window(entry: Entry, facts: Facts, frame: Frame) -> Window:
    """First and last day of the work, as the word before the days has it."""
    first, last = frame.dates(entry)
    if first is None or last is None:  # looked at before
        return frame.window
    if entry.last is not None or (isinstance(entry.first, Span) and entry.first.years):
        return first, last
    if entry.bound in (W.FROM, W.SINCE, W.AFTER):
        return _open_end(entry, (first, last), facts, frame)
    if entry.bound is W.BEFORE and not entry.hour:
        due = first - timedelta(1)
        return _begin(due, facts, frame), due
    grain = entry.first.grain if isinstance(entry.first, Span) else Grain.DAY
    by = entry.bound is W.UNTIL or entry.loosely or (grain is Grain.DAY and entry.bound in _POINTS)
    if by and not entry.hour:
        return _begin(last, facts, frame), last
    if _far_month(entry, last, frame):
        facts.remarks.append(notes.FAR_MONTH)
        return date(frame.year + 1, 1, 1), last
    return first, last


def _open_end(entry: Entry, named: Window, facts: Facts, frame: Frame) -> Window:
    start = named[1] + timedelta(1) if entry.bound is W.AFTER else named[0]
    due = frame.window[1] if start <= frame.window[1] else date(start.year, 12, 31)
    if W.CONTINUOUS not in facts.flags:
        facts.questions.append(notes.START_ONLY)
    return start, due


def _begin(due: date, facts: Facts, frame: Frame) -> date:
    """When work begins that is due by a day: with the plan; due in a later year, with the year that leads up to it.

    What has to be finished in a later year ("hoàn thành trước ngày 10/12/2025") is the work of that month.
    """
    start = frame.window[0]
    if start <= due and due.year <= frame.window[1].year:
        return start
    if due < start:
        return date(due.year, 1, 1)
    if W.COMPLETE in facts.flags:
        return due.replace(day=1)
    return max(start, date((due - _RUN_UP).year, 1, 1))


def _far_month(entry: Entry, last: date, frame: Frame) -> bool:
    """A month in digits alone, years after the plan ("12/2028"): the end of work of several years."""
    span = entry.first
    alone = isinstance(span, Span) and span.grain is Grain.MONTH and not span.spelt and entry.bound is None
    return alone and last.year - frame.year >= _YEARS_AHEAD


def _together(entries: list[Entry], windows: list[Window], facts: Facts) -> Window:
    """Several windows: a day within a longer time is due in it; others are one time from first to last, to be asked."""
    order = sorted(range(len(entries)), key=lambda at: _grain(entries[at]))
    fine, coarse = windows[order[0]], windows[order[-1]]
    if (
        len(entries) == 2
        and _grain(entries[order[0]]) < _grain(entries[order[1]])
        and coarse[0] <= fine[1] <= coarse[1]
    ):
        bound = entries[order[0]].bound
        return (fine[0] if bound is None else max(coarse[0], fine[0])), fine[1]
    if len(entries) == 2 and entries[0].bound in _OPENING and (entries[1].bound in _POINTS or entries[1].completes):
        facts.questions = [note for note in facts.questions if note != notes.START_ONLY]
        return windows[0][0], max(windows[0][0], windows[1][1])
    months = all(_grain(entry) in (Grain.MONTH, Grain.QUARTER) and entry.last is None for entry in entries)
    facts.questions.append(notes.EACH_MONTH_OR_ONCE if months else notes.MANY_DATES)
    named = [window for entry, window in zip(entries, windows, strict=True) if entry.bound is None] or windows
    return min(window[0] for window in named), max(window[1] for window in windows)


def counted(facts: Facts, frame: Frame) -> Schedule | None:
    """The n-th weekday of a month that is named ("thứ Sáu tuần đầu tháng 3/2026"): one day."""
    slots = [entry.first for entry in facts.entries if isinstance(entry.first, Slot) and entry.first.weekdays]
    months = [entry for entry in facts.spans() if _grain(entry) is Grain.MONTH]
    if len(slots) != 1 or len(months) != 1 or len(facts.entries) != 2 or facts.rhythms:
        return None
    first, last = frame.dates(months[0])
    if first is None or last is None:
        return None
    days = [first + timedelta(at) for at in range((last - first).days + 1)]
    fitting = [day for day in days if day.weekday() in slots[0].weekdays]
    nth = slots[0].week - 1 if slots[0].week > 0 else -1
    if nth >= len(fitting):
        return None
    at = facts.hours[-1] if facts.hours else None
    asked, note = bool(facts.questions), notes.joined(*facts.questions)
    return Schedule(Kind.ONE_OFF, (), fitting[nth], fitting[nth], at, needs_confirmation=asked, note=note)


def _grain(entry: Entry) -> Grain:
    return entry.first.grain if isinstance(entry.first, Span) else Grain.DAY


def _kept_up(facts: Facts, entries: list[Entry], start: date, frame: Frame) -> tuple[Kind, date]:
    """ "Thường xuyên" with days: they are its window; with a deadline, the deadline is what can be reminded of."""
    entry = entries[0]
    if len(entries) == 1 and entry.bound in (W.BEFORE, W.BY) and entry.last is None:
        facts.questions.append(notes.BOTH)
        return Kind.ONE_OFF, start
    if W.PERIODIC in facts.flags:
        facts.questions.append(notes.PERIODIC)
    if len(entries) == 1 and entry.bound is W.END:
        return Kind.CONTINUOUS, min(start, max(frame.window[0], date(start.year, 1, 1)))
    return Kind.CONTINUOUS, start


def _whole_years(entry: Entry, window: Window) -> bool:
    """A range of whole years ("từ tháng 01 đến tháng 12", "giai đoạn 2021 - 2025") is no deadline."""
    whole = (window[0].month, window[0].day, window[1].month, window[1].day) == (1, 1, 12, 31)
    return whole and (entry.last is not None or (isinstance(entry.first, Span) and entry.first.years > 0))


def _check_weekday(facts: Facts, due: date) -> None:
    said = {day for weekdays in facts.weekdays for day in weekdays.days}
    if said and due.weekday() not in said:
        name = notes.WEEKDAY_NAMES[due.weekday()]
        facts.questions.append(notes.WEEKDAY_DIFFERS.format(due.strftime("%d/%m/%Y"), name))
