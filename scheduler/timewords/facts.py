"""The terms of a wording put together: which day is a bound, what is a range, what stands for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from scheduler.timewords import notes
from scheduler.timewords.terms import (
    Anchor,
    Days,
    Duration,
    Grain,
    Hour,
    Impossible,
    Mark,
    Rhythm,
    Slot,
    Span,
    Term,
    Weekdays,
)
from scheduler.timewords.words import W

_BOUNDS = (W.BEFORE, W.BY, W.UNTIL, W.END, W.SINCE, W.FROM, W.AFTER)
"""Words that make the next anchor a beginning or an end; of several, the first of this row counts."""
_FLAGS = (
    W.CONTINUOUS,
    W.EVENT,
    W.MEETING,
    W.LUNAR,
    W.LUNAR_DATE,
    W.REFERENCE,
    W.TIMETABLE,
    W.HEDGE,
    W.COMPLETE,
    W.PERIODIC,
    W.ARISING,
    W.AFTER,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An anchor, or a range of two, with the word before it that says what it is to the work."""

    first: Anchor
    last: Anchor | None = None
    bound: W | None = None
    loosely: bool = False
    """ "Chậm nhất vào tháng 8": a day by then, not the time in which."""
    completes: bool = False
    """ "Hoàn thành" stands right before it: the end of what another time began."""
    hour: bool = False
    """An hour stands between the bound and the day ("trước 17h ngày 25/6"): the day itself is meant."""

    @property
    def end(self) -> Anchor:
        return self.last or self.first


@dataclass(slots=True)
class Facts:
    """What a wording says, before it is decided what that means."""

    entries: list[Entry] = field(default_factory=list)
    rhythms: list[Rhythm] = field(default_factory=list)
    weekdays: list[Weekdays] = field(default_factory=list)
    weekday_bound: W | None = None
    hours: list[time] = field(default_factory=list)
    durations: list[Duration] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    flags: set[W] = field(default_factory=set)
    unread: bool = False
    """A number is left that belongs to nothing."""
    blank: bool = False
    """A date was left to be filled in by hand."""
    slashed: bool = False
    """Alternatives with a slash between them ("Phát sinh / Quý")."""
    questions: list[str] = field(default_factory=list)
    """What has to be confirmed."""
    remarks: list[str] = field(default_factory=list)
    """What was taken as usual."""

    def spans(self) -> list[Entry]:
        return [entry for entry in self.entries if isinstance(entry.first, Span)]


class Gathering:
    """Goes through the terms once, with the bound and the range that are open."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._bound: W | None = None
        self._used = False
        self._loosely = False
        self._hour = False
        self._completes = False
        self._touching = False
        self._range = False
        self._joined = False
        self._parted = False
        """A semicolon stands after a bound that was used: a bare day right after it has the same."""

    def take(self, term: Term) -> None:
        """One more term."""
        facts = self.facts
        match term:
            case Span() | Slot() | Days():
                self._anchor(term)
                return
            case Mark():
                self._mark(term)
                return
            case Rhythm():
                facts.rhythms.append(term)
            case Weekdays():
                facts.weekdays.append(term)
                facts.weekday_bound = None if self._hour else self._bound
                facts.questions.append(term.note)
            case Hour(at=None):
                facts.questions.append(notes.BAD_HOUR)
            case Hour(at=at) if at is not None:
                facts.hours.append(at)
                self._hour = self._bound is not None and not self._used
                if self._used and (self._touching or self._joined) and len(facts.hours) == 1:
                    facts.entries[-1] = replace(facts.entries[-1], hour=True)
            case Duration():
                facts.durations.append(term)
            case Impossible():
                facts.impossible.append(term.text)
        self._touching = self._joined = self._parted = False
        self._range = self._range and isinstance(term, Hour)

    def _anchor(self, anchor: Anchor) -> None:
        entries = self.facts.entries
        if self._range and entries:
            entries[-1] = replace(entries[-1], last=anchor)
        else:
            if self._joined and isinstance(entries[-1].first, Days) and isinstance(anchor, Span):
                self._lend_month(anchor)
            entries.append(Entry(anchor, None, self._bound, self._loosely, self._completes, self._hour))
        self._completes = False
        self.facts.questions.append("" if isinstance(anchor, Days) else anchor.note)
        self._used = self._touching = True
        self._range = self._joined = self._parted = False

    def _lend_month(self, span: Span) -> None:
        """The month of "ngày 15, 20/3": the days before it are of the same month."""
        entries = self.facts.entries
        lender = entries.pop()
        if span.grain is not Grain.DAY or not isinstance(lender.first, Days):
            entries.append(lender)
            return
        month = span.first[0]
        for day in lender.first.days:
            lent = replace(span, first=(month, day), last=(month, day), note="")
            entries.append(replace(lender, first=lent))

    def _mark(self, mark: Mark) -> None:
        facts = self.facts
        facts.flags.update(kind for kind in _FLAGS if kind in mark.kinds)
        facts.unread = facts.unread or mark.has(W.UNREAD)
        facts.blank = facts.blank or (mark.has(W.BLANK) and mark.has(W.DAY))
        if mark.has(W.COMMA, W.AND) and self._touching:
            self._joined = True
            return
        if self._touching and mark.has(W.DASH, W.UNTIL) and not self._joined:
            self._range = True
            return
        if self._range and mark.has(W.END, W.DAY, W.IN, W.AT):
            return
        self._touching = self._joined = False
        self._completes = mark.has(W.COMPLETE) or (self._completes and mark.has(W.IN, W.AT, W.BEFORE, W.BY))
        if self._range and mark.has(W.NOISE, W.SEMICOLON):
            self._range = False
        bound = next((kind for kind in _BOUNDS if kind in mark.kinds), None)
        if bound is not None:
            self._bind(bound)
        elif mark.has(W.AT) and self._bound is W.BY:
            self._loosely = True
        elif mark.has(W.SEMICOLON) and self._used and not self._parted:
            self._parted = True
        elif mark.has(W.SEMICOLON, W.OPEN, W.CLOSE, W.NOISE, W.COMPLETE) and (
            self._used or self._bound in (W.FROM, W.AFTER)
        ):
            self._release()
        facts.slashed = facts.slashed or mark.has(W.SLASH)

    def _bind(self, bound: W) -> None:
        if self._used or self._bound is None or _BOUNDS.index(bound) < _BOUNDS.index(self._bound):
            self._release()
            self._bound = bound

    def _release(self) -> None:
        self._bound, self._used, self._loosely, self._hour = None, False, False, False


def gather(terms: Sequence[Term], *, repaired: bool) -> Facts:
    """The facts of a wording; ``repaired``: letters were read as digits."""
    gathering = Gathering()
    for term in terms:
        gathering.take(term)
    facts = gathering.facts
    if repaired:
        facts.questions.append(notes.SLIP)
    if facts.unread:
        facts.questions.append(notes.UNREAD)
    if W.HEDGE in facts.flags:
        facts.questions.append(notes.HEDGE)
    _drop_remembered(facts)
    _share_years(facts)
    facts.questions = [note for note in facts.questions if note]
    return facts


def _drop_remembered(facts: Facts) -> None:
    """A day of remembrance beside its date ("ngày 02/9 (Quốc khánh)") says nothing more."""
    dated = [entry for entry in facts.entries if not _is_remembered(entry)]
    if dated and len(dated) < len(facts.entries):
        gone = {entry.first.note for entry in facts.entries if isinstance(entry.first, Span) and _is_remembered(entry)}
        facts.questions = [note for note in facts.questions if note not in gone]
        facts.entries = dated


def _is_remembered(entry: Entry) -> bool:
    return isinstance(entry.first, Span) and entry.first.note.startswith("ngày kỷ niệm")


def _share_years(facts: Facts) -> None:
    """A year said once is that of all days and months; one said with the last of a list is that of the others."""
    whole = [e for e in facts.spans() if e.last is None and _of_year(e.first)]
    others = [e for e in facts.entries if e not in whole and isinstance(e.first, Span)]
    if len(whole) == 1 and others and all(_yearless(e) for e in others):
        span = whole[0].first
        year = span.year if isinstance(span, Span) else None
        if year is not None:
            facts.entries = [_with_year(e, year) for e in facts.entries if e is not whole[0]]
        else:
            facts.entries.remove(whole[0])
        return
    year = None
    for at in range(len(facts.entries) - 1, -1, -1):
        entry = facts.entries[at]
        if isinstance(entry.first, Span) and entry.last is None and not _of_year(entry.first):
            if entry.first.year is None and year is not None and not entry.first.shift:
                facts.entries[at] = _with_year(entry, year)
            year = entry.first.year


def _of_year(anchor: Anchor) -> bool:
    return isinstance(anchor, Span) and anchor.grain is Grain.YEAR and not anchor.years


def _yearless(entry: Entry) -> bool:
    return all(not isinstance(a, Span) or (a.year is None and not a.shift) for a in (entry.first, entry.last))


def _with_year(entry: Entry, year: int) -> Entry:
    first, last = entry.first, entry.last
    if isinstance(last, Span):
        return replace(entry, last=last.of(year))
    return replace(entry, first=first.of(year)) if isinstance(first, Span) else entry
