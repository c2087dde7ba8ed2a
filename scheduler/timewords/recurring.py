"""Facts with a rhythm, places within periods, or days in several months -> a recurring schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from scheduler.plan import Kind, Schedule
from scheduler.timewords import notes, rules
from scheduler.timewords.facts import Entry, Facts
from scheduler.timewords.frame import Frame
from scheduler.timewords.places import last_day, place_of
from scheduler.timewords.terms import MONTHS, Days, Grain, MonthDay, Rhythm, Slot, Span, Unit
from scheduler.timewords.words import W

_BOUNDS_OF_WINDOW = (W.FROM, W.SINCE, W.AFTER)


def recurring(facts: Facts, frame: Frame) -> Schedule | None:
    """None: nothing comes again."""
    rhythm = _rhythm(facts)
    if rhythm is not None and rhythm.report and rhythm.unit is Unit.YEAR and _is_dated(facts):
        return None
    builder = _Builder(facts, frame, rhythm)
    if rhythm is None and not builder.comes_again():
        return None
    found = builder.rules()
    if not found:
        return None
    start, due = builder.window()
    questions, remarks = builder.questions, builder.remarks
    at = facts.hours[-1] if facts.hours else None
    if len(facts.hours) > 1:
        questions.append(notes.SEVERAL_HOURS)
    return Schedule(
        Kind.RECURRING,
        tuple(dict.fromkeys(found)),
        start,
        due,
        at,
        builder.arrears,
        next((said.target for said in facts.rhythms if said.target), None),
        needs_confirmation=bool(questions),
        note=notes.joined(*questions, *remarks),
    )


def _rhythm(facts: Facts) -> Rhythm | None:
    """The densest rhythm; a word like "tháng" that stands alone only where nothing else says when."""
    strong = [rhythm for rhythm in facts.rhythms if not rhythm.weak]
    if strong:
        densest = min(strong, key=_length)
        idle = densest.unit is Unit.YEAR and not densest.report and W.CONTINUOUS in facts.flags
        return None if idle and not facts.entries else densest
    if facts.rhythms and not facts.entries and not facts.weekdays and W.CONTINUOUS not in facts.flags:
        return min(facts.rhythms, key=lambda rhythm: rhythm.unit)
    return None


def _is_dated(facts: Facts) -> bool:
    """Whether one day is named with its year: "trước ngày 05/12/2024 (báo cáo năm)" comes once."""
    span = facts.entries[0].first if len(facts.entries) == 1 else None
    return isinstance(span, Span) and span.grain is Grain.DAY and span.year is not None


class _Builder:
    """The rules of the entries, what they leave for the window, and what has to be said about them."""

    def __init__(self, facts: Facts, frame: Frame, rhythm: Rhythm | None) -> None:
        self._facts = facts
        self._frame = frame
        self._rhythm = rhythm
        self.questions = list(facts.questions)
        self.remarks: list[str] = list(facts.remarks)
        self.arrears = False
        self._slots = [entry for entry in facts.entries if isinstance(entry.end, (Slot, Days))]
        self._points = self._yearly_points()

    def comes_again(self) -> bool:
        """Whether something comes again though no rhythm is named."""
        weekly = bool(self._facts.weekdays) and not self._facts.entries
        return weekly or bool(self._points) or bool(self._slots)

    def _yearly_points(self) -> list[Entry]:
        """Days and months of the year that come again each year, not the window of another rhythm."""
        spans = [entry for entry in self._facts.entries if isinstance(entry.end, Span) and _grain(entry) < Grain.YEAR]
        days = [entry for entry in spans if _grain(entry) is Grain.DAY and entry.last is None]
        rhythm = self._rhythm
        if rhythm is not None and rhythm.unit >= Unit.HALF:
            return spans
        yearless = [
            e for e in days if isinstance(e.first, Span) and e.first.year is None and e.bound not in _BOUNDS_OF_WINDOW
        ]
        if rhythm is not None:
            return days if rhythm.unit is Unit.QUARTER and len(days) > 1 else yearless if self._slots else []
        if self._slots or self._facts.weekdays:
            return yearless
        return self._listed(spans, days)

    def _listed(self, spans: list[Entry], days: list[Entry]) -> list[Entry]:
        """Without a rhythm: several months or days that are not one time, or a day as laws name it."""
        if W.CONTINUOUS in self._facts.flags or len(spans) != len(self._facts.entries):
            return []
        if len(spans) == 1:
            return spans if _of_a_law(spans[0]) else []
        if any(entry.completes for entry in spans[1:]):
            return []
        if any(entry.last for entry in spans) or {e.bound for e in spans} & set(_BOUNDS_OF_WINDOW):
            return []
        grains = {_grain(entry) for entry in spans}
        if len(grains) == 1 and not _adjoining(spans, self._frame):
            return spans
        return spans if len(days) == len(spans) and not _adjoining(spans, self._frame) else []

    def rules(self) -> list[str]:
        """Rules in the order of the words; a rhythm without days of its own has its usual ones."""
        facts = self._facts
        found = [rule for entry in self._slots for rule in self._of_slot(entry)]
        found += self._of_points()
        if facts.weekdays and not found and (self._rhythm is None or self._rhythm.unit <= Unit.WEEK):
            return [self._weekly()]
        dense = self._rhythm is not None and self._rhythm.unit <= Unit.WEEK and not self._rhythm.weak
        if found and dense:
            return [*([self._weekly()] if facts.weekdays else self._usual()), *found]
        return found or (self._usual() if self._rhythm else [self._weekly()] if facts.weekdays else [])

    def _weekly(self) -> str:
        weekdays = sorted({day for said in self._facts.weekdays for day in said.days})
        interval = self._rhythm.interval if self._rhythm and self._rhythm.unit is Unit.WEEK else 1
        named = self._facts.rhythms or any(said.working for said in self._facts.weekdays) or len(weekdays) > 1
        if not named:
            self.questions.append(notes.NO_RHYTHM.format("tuần"))
        if self._facts.weekday_bound is W.BEFORE:
            weekdays = sorted({(day - 1) % 7 for day in weekdays})
        return rules.weekly(weekdays, interval)

    def _usual(self) -> list[str]:
        """The rules of the rhythm alone; that its days were assumed is said."""
        rhythm = self._rhythm
        if rhythm is None:
            return []
        found, even = rules.of_rhythm(rhythm)
        if rhythm.weak:
            self.questions.append(notes.NO_RHYTHM.format(_NAMES[rhythm.unit]))
        if rhythm.unit is Unit.YEAR and rhythm.interval > 1:
            self.questions.append(notes.LONG_INTERVAL)
        elif not even:
            self.questions.append(notes.UNEVEN)
        if rhythm.unit is Unit.WEEK and rhythm.count == 1:
            self.remarks.append(notes.FRIDAY)
        elif rhythm.unit is Unit.WEEK:
            self.remarks.append(f"{notes.NO_WEEKDAY}: {notes.TAKEN} chia đều trong tuần")
        elif rhythm.count > 1:
            self.remarks.append(f"{notes.NO_DAY}: {notes.TAKEN} chia đều trong kỳ")
        elif rhythm.unit is not Unit.DAY:
            self.remarks.append(notes.LAST_DAY)
        return list(found)

    def _of_slot(self, entry: Entry) -> list[str]:
        if entry.last is not None:
            first = entry.first
            if isinstance(first, Days):
                self.remarks.append(notes.FROM_DAY.format(first.days[0]))
            elif isinstance(first, Slot):
                self.remarks.append(notes.FROM_DAY.format(first.day))
        end = entry.end
        slots = [self._place_days(day) for day in end.days] if isinstance(end, Days) else [end]
        return [self._rule(slot, entry) for slot in slots if isinstance(slot, Slot)]

    def _place_days(self, day: int) -> Slot:
        """Days whose month is not named: of each month, or of the last month of the period."""
        units = {rhythm.unit for rhythm in self._facts.rhythms if not rhythm.weak}
        unit = Unit.MONTH if Unit.MONTH in units else min(units, default=None)
        if unit in (Unit.QUARTER, Unit.HALF, Unit.YEAR):
            self.questions.append(notes.NO_MONTH_IN_PERIOD)
            return Slot(unit, place_of(unit), day)
        if unit is not Unit.MONTH:
            self.questions.append(notes.NO_MONTH)
        return Slot(Unit.MONTH, 1, day)

    def _rule(self, slot: Slot, entry: Entry) -> str:
        slot = self._in_rhythm(slot)
        if slot.week and self._facts.weekdays and not slot.weekdays:
            weekdays = tuple(sorted({day for said in self._facts.weekdays for day in said.days}))
            self.questions = [note for note in self.questions if note != slot.note]
            slot = replace(slot, weekdays=weekdays)
        if not slot.said:
            self.remarks.append(notes.LAST_DAY)
        if entry.bound is W.BEFORE and not entry.hour:
            slot = _day_before(slot)
        self.arrears = self.arrears or slot.following
        interval = self._rhythm.interval if self._rhythm and self._rhythm.unit is Unit.MONTH else 1
        if slot.unit is Unit.MONTH and interval > 1 and not slot.weekdays:
            return rules.monthly(slot.day, interval)
        return rules.of_slot(slot)

    def _in_rhythm(self, slot: Slot) -> Slot:
        """The month after the period, and the last of "kỳ báo cáo", are those of the rhythm that is named."""
        unit = self._rhythm.unit if self._rhythm else None
        if unit is not None and slot.note in (notes.NO_RHYTHM.format("tháng"), notes.NO_RHYTHM.format("quý")):
            self.questions = [note for note in self.questions if note != slot.note]
        if unit is None or unit <= slot.unit or unit not in MONTHS:
            return slot
        if slot.following:
            return replace(slot, unit=unit)
        if slot.reported and slot.month == 3:
            return replace(slot, unit=unit, month=place_of(unit))
        return slot

    def _of_points(self) -> list[str]:
        """Rules of days of the year: months with the same day are one rule, those without a day one with their last."""
        days: dict[int, list[int]] = {}
        ends: list[int] = []
        for entry in self._points:
            month, day = _end(entry)
            year_after = isinstance(entry.end, Span) and entry.end.shift == 1
            self.arrears = self.arrears or year_after
            if _grain(entry) is Grain.DAY or (day > 0 and _grain(entry) is Grain.PART):
                days.setdefault(day, []).append(month)
            else:
                ends.append(month)
        if ends:
            if any(_grain(entry) > Grain.PART for entry in self._points):
                self.remarks.append(notes.LAST_DAY)
            if any(said.report and said.unit is Unit.YEAR for said in self._facts.rhythms) and 6 in ends:
                ends.append(12)
        found = [rules.yearly(ends, -1)] if ends else []
        found += [rules.yearly(months, day) for day, months in days.items()]
        self._ask_about_points()
        return found

    def _ask_about_points(self) -> None:
        if self._rhythm is not None or not self._points:
            return
        if len({entry.bound for entry in self._points}) > 1:
            self.questions.append(notes.MANY_DATES)
        if len(self._points) == 1:
            self.questions.append(notes.NO_YEAR)
        elif _grain(self._points[0]) is Grain.QUARTER and len(self._points) < 4:
            self.questions.append(notes.EACH_QUARTER)

    def window(self) -> tuple[date, date | None]:
        """The plan's window, or the days that are named beside the rhythm."""
        start, due = self._frame.window
        for entry in self._facts.entries:
            if entry in self._points or entry in self._slots:
                continue
            start, due = self._narrowed(entry, (start, due))
        years = self._years_of_points()
        if years:
            start, due = years
        long = self._rhythm is not None and self._rhythm.unit is Unit.YEAR and self._rhythm.interval > 1
        return start, None if long and not self._points else max(start, due)

    def _narrowed(self, entry: Entry, window: tuple[date, date]) -> tuple[date, date]:
        first, last = self._frame.dates(entry)
        if first is None or last is None:
            return window
        if entry.last is None and entry.bound in _BOUNDS_OF_WINDOW:
            begin = first if entry.bound is not W.AFTER else last + timedelta(1)
            return begin, window[1] if begin <= window[1] else date(begin.year, 12, 31)
        if entry.last is None and entry.bound in (W.BEFORE, W.BY, W.UNTIL, W.END):
            due = first - timedelta(1) if entry.bound is W.BEFORE else last
            return (window[0] if window[0] <= due else date(due.year, 1, 1)), due
        return first, last

    def _years_of_points(self) -> tuple[date, date] | None:
        """Days of years that are named belong to those years, and to no other."""
        named = [self._frame.dates(e) for e in self._points if isinstance(e.end, Span) and e.end.year is not None]
        days = [day for pair in named for day in pair if day is not None]
        if not days or len(named) != len(self._points) or (self._rhythm and self._rhythm.unit is not Unit.YEAR):
            return None
        first, last = min(days), max(days)
        if first.year != last.year:
            return first, last
        if first.year == self._frame.year:
            return self._frame.window
        return date(first.year, 1, 1), date(first.year, 12, 31)


_NAMES = {
    Unit.DAY: "ngày",
    Unit.WEEK: "tuần",
    Unit.MONTH: "tháng",
    Unit.QUARTER: "quý",
    Unit.HALF: "6 tháng",
    Unit.YEAR: "năm",
}


_LENGTHS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.QUARTER: 91, Unit.HALF: 182, Unit.YEAR: 365}


def _length(rhythm: Rhythm) -> int:
    """Days of a period, about: what comes more often is the rhythm of the reminders."""
    return _LENGTHS[rhythm.unit] * rhythm.interval


def _grain(entry: Entry) -> Grain:
    return entry.end.grain if isinstance(entry.end, Span) else Grain.DAY


def _of_a_law(entry: Entry) -> bool:
    """A day spelt out without a year after "trước" or "chậm nhất" ("trước ngày 31 tháng 3") reads as each year's."""
    span = entry.first
    if not isinstance(span, Span) or entry.last is not None or entry.hour:
        return False
    worded = span.grain is Grain.DAY and span.spelt and span.year is None and not span.shift and not span.note
    return worded and span.last[1] > 0 and entry.bound in (W.BEFORE, W.BY)


def _adjoining(entries: Sequence[Entry], frame: Frame) -> bool:
    """Whether spans follow each other without a gap, and are not all quarters of a year."""
    if len(entries) == 4 and all(_grain(entry) is Grain.QUARTER for entry in entries):
        return False
    found = sorted(pair for pair in map(frame.dates, entries) if pair[0] is not None)
    return all(
        one[1] is not None and other[0] is not None and other[0] <= one[1] + timedelta(1)
        for one, other in pairwise(found)
    )


def _end(entry: Entry) -> MonthDay:
    """The day of the year on which an entry is due; "trước" is the day before its first."""
    end = entry.end
    if not isinstance(end, Span):
        return 12, -1
    if entry.bound is not W.BEFORE or entry.last is not None or entry.hour:
        return end.last
    month, day = end.first
    if day > 1:
        return month, day - 1
    if day < 0:
        return month, day - 1
    before = month - 1 or 12
    return before, -1 if before == 2 or end.grain > Grain.PART else last_day(before)


def _day_before(slot: Slot) -> Slot:
    """The place of the day before; before the first of a month it is the last of the month before."""
    if slot.weekdays:
        return replace(slot, weekdays=tuple((day - 1) % 7 for day in slot.weekdays)) if len(slot.weekdays) < 5 else slot
    if not slot.said:  # before a month: by the end of the one before
        slot = replace(slot, day=1)
    if slot.day > 1 or slot.day < 0:
        return replace(slot, day=slot.day - 1)
    if slot.unit is Unit.MONTH:
        return replace(slot, day=-1, following=False)
    if slot.month == 1:
        return replace(slot, day=-1, month=place_of(slot.unit), following=False)
    return replace(slot, day=-1, month=slot.month - 1)
