"""Facts of a wording -> Schedule: which kind it is, and for events, continuous duties and words that say no time."""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.plan import Kind, Schedule
from scheduler.timewords import notes
from scheduler.timewords.facts import Facts
from scheduler.timewords.frame import Frame
from scheduler.timewords.once import counted, once
from scheduler.timewords.recurring import recurring
from scheduler.timewords.terms import Anchor, Duration, Grain, Span
from scheduler.timewords.words import W


def decide(facts: Facts, frame: Frame, *, empty: bool) -> Schedule:
    """The schedule; what is impossible or blank is asked before anything else is read from the rest."""
    impossible = facts.impossible or frame.impossible(facts)
    if impossible:
        return _unclear(*(notes.IMPOSSIBLE.format(_capital(text)) for text in impossible))
    if facts.blank:
        return _unclear(notes.BLANK_DATE)
    return (
        _event(facts, frame)
        or counted(facts, frame)
        or recurring(facts, frame)
        or once(facts, frame)
        or _continuous(facts, frame)
        or _nothing(facts, frame, empty=empty)
    )


def _is_year(anchor: Anchor) -> bool:
    return isinstance(anchor, Span) and anchor.grain is Grain.YEAR


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unclear(*said: str) -> Schedule:
    return Schedule(Kind.UNCLEAR, needs_confirmation=True, note=notes.joined(*said))


def _event(facts: Facts, frame: Frame) -> Schedule | None:
    """Something that has to happen first; a rhythm beside it stays, unless the two are alternatives."""
    undated = W.LUNAR in facts.flags and all(_is_year(entry.first) for entry in facts.entries)
    if undated or W.LUNAR_DATE in facts.flags:
        return Schedule(Kind.EVENT, needs_confirmation=True, note=notes.LUNAR)
    if facts.durations:
        return _after_a_day(facts, frame) or _awaited(facts)
    happening = facts.flags & {W.EVENT, W.ARISING, W.MEETING}
    after = W.AFTER in facts.flags and all(entry.bound is not W.AFTER for entry in facts.entries)
    if not happening and not after:
        return None
    if W.MEETING in facts.flags:
        return _meeting(facts, frame)
    rhythmic = any(not rhythm.weak for rhythm in facts.rhythms)
    if W.CONTINUOUS in facts.flags and not rhythmic:
        start, due = frame.window
        return Schedule(Kind.EVENT, (), start, due, note=notes.EVENT_WINDOW)
    if rhythmic and not facts.slashed:
        facts.questions.append(notes.ALSO_EVENT)
        return recurring(facts, frame) or _awaited(facts)
    return _awaited(facts)


def _awaited(facts: Facts) -> Schedule:
    said = [notes.EVENT_AND_RHYTHM] if facts.rhythms else []
    said += [notes.EVENT_AFTER.format(_length(duration)) for duration in facts.durations[:1]]
    return Schedule(Kind.EVENT, needs_confirmation=True, note=notes.joined(*(said or [notes.EVENT]), *facts.questions))


def _length(duration: Duration) -> str:
    units = {W.DAY: "ngày", W.WEEK: "tuần", W.MONTH: "tháng", W.YEAR: "năm", W.HOUR: "giờ"}
    return f"{duration.count} {units[duration.unit]}" + (" làm việc" if duration.working else "")


def _after_a_day(facts: Facts, frame: Frame) -> Schedule | None:
    """A length of time that runs from a day that is named: the due day can be counted."""
    length = facts.durations[0]
    days = {W.DAY: 1, W.WEEK: 7}.get(length.unit)
    since = [
        e for e in facts.spans() if e.bound is W.SINCE and isinstance(e.first, Span) and e.first.grain is Grain.DAY
    ]
    if days is None or len(since) != 1 or length.count > 1000:
        return None
    start = frame.dates(since[0])[0]
    if start is None:
        return None
    due = _working_days_after(start, length.count * days) if length.working else start + timedelta(length.count * days)
    counted = notes.COUNTED.format(start.strftime("%d/%m/%Y"), _length(length))
    note = notes.joined(counted, notes.WORKING_COUNT if length.working else "")
    return Schedule(Kind.ONE_OFF, (), start, due, needs_confirmation=True, note=note)


def _working_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(1)
        count -= day.weekday() < 5
    return day


def _meeting(facts: Facts, frame: Frame) -> Schedule:
    """A session whose day is fixed elsewhere; the year or month named with it is its window."""
    spans = [entry for entry in facts.spans() if entry.bound is None]
    first = spans[0].first if spans else None
    start, due = None, None
    if isinstance(first, Span) and first.grain is Grain.PART:
        year = (first.year or frame.year) + first.shift
        start, due = date(year, 1, 1), date(year, 12, 31)
    elif spans:
        start, due = frame.dates(spans[0])
    return Schedule(Kind.EVENT, (), start, due, needs_confirmation=True, note=notes.MEETING)


def _continuous(facts: Facts, frame: Frame) -> Schedule | None:
    if W.CONTINUOUS not in facts.flags:
        return None
    start, due = frame.window
    if W.PERIODIC in facts.flags:
        facts.questions.append(notes.PERIODIC)
    return Schedule(
        Kind.CONTINUOUS, (), start, due, needs_confirmation=bool(facts.questions), note=notes.joined(*facts.questions)
    )


def _nothing(facts: Facts, frame: Frame, *, empty: bool) -> Schedule:
    if W.TIMETABLE in facts.flags:
        start, due = frame.window
        return Schedule(Kind.UNCLEAR, (), start, due, needs_confirmation=True, note=notes.TIMETABLE)
    if W.REFERENCE in facts.flags:
        return _unclear(notes.REFERENCE)
    if W.PERIODIC in facts.flags:
        return _unclear(notes.PERIODIC)
    return _unclear(notes.EMPTY if empty else notes.UNKNOWN)
