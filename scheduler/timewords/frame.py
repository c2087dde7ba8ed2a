"""The year and window of the plan that a wording stands in: days whose year is not named find it here."""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.timewords.facts import Entry, Facts
from scheduler.timewords.terms import Anchor, Days, Grain, Span


class Frame:
    """Year of the plan, and first and last day that it covers."""

    def __init__(self, year: int, window: tuple[date, date] | None) -> None:
        self.year = min(max(year, 2), 9990)
        self.window = window or (date(self.year, 1, 1), date(self.year, 12, 31))

    def impossible(self, facts: Facts) -> list[str]:
        """Days that the year of the plan lacks: 29/02."""
        found = []
        for entry in facts.entries:
            for anchor in (entry.first, entry.last):
                if isinstance(anchor, Span) and self.span(anchor) is None and (anchor.year or not facts.rhythms):
                    month, day = anchor.first
                    found.append(f"ngày {day:02d}/{month:02d}/{anchor.year or self.year}")
        return found

    def span(self, span: Span) -> tuple[date, date] | None:
        """First and last day; a year not named is the one that lies in the plan's window, else the plan's year."""
        if span.year is None and not span.shift:
            for year in range(self.window[0].year, min(self.window[1].year, self.window[0].year + 10) + 1):
                found = span.resolve(year)
                if found and self.window[0] <= found[1] and found[0] <= self.window[1]:
                    return found
        return span.resolve(self.year)

    def dates(self, entry: Entry) -> tuple[date, date] | tuple[None, None]:
        """First and last day of an anchor or range; the side without a year follows the other."""
        if not isinstance(entry.first, Span):
            return self._of_days(entry)
        if not isinstance(entry.last, Span):
            return self.span(entry.first) or (None, None)
        return self._range(entry.first, entry.last)

    def _range(self, first: Span, last: Span) -> tuple[date, date] | tuple[None, None]:
        if first.year is None and last.year is not None:
            end = last.resolve(self.year)
            begin = first.resolve(last.year + last.shift)
            if begin and end and begin[0] > end[1]:
                begin = first.resolve(last.year + last.shift - 1)
        else:
            begin = self.span(first)
            end = last.resolve(begin[0].year if begin and last.year is None else self.year)
            if begin and end and last.year is None and end[1] < begin[0]:
                end = last.resolve(begin[0].year + 1)
        if begin is None or end is None:
            return None, None
        return (begin[0], end[1]) if begin[0] <= end[1] else (end[0], begin[1])

    def _of_days(self, entry: Entry) -> tuple[date, date] | tuple[None, None]:
        """A range whose first day has its month from the last ("15 - 20/10/2024")."""
        last = entry.last
        if not isinstance(entry.first, Days) or not isinstance(last, Span) or last.grain is not Grain.DAY:
            return None, None
        month = last.first[0]
        first = Span(Grain.DAY, (month, entry.first.days[0]), (month, entry.first.days[0]), last.year, shift=last.shift)
        return self._range(first, last)

    def before(self, anchor: Anchor) -> date | None:
        """The last day before an anchor begins."""
        found = self.span(anchor) if isinstance(anchor, Span) else None
        return found[0] - timedelta(1) if found and found[0] > date.min else None
