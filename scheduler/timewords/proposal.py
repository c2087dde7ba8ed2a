"""What a person is asked to accept where the words leave the rhythm, or its day, open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.plan import Kind, Schedule
from scheduler.timewords import notes, rules


def propose(schedule: Schedule, window: tuple[date, date]) -> Schedule | None:
    """A schedule to accept or change, not yet confirmed; None: the words say all that is needed, or nothing to go by.

    Continuous and unclear duties: a report each month. Events: five working days, unless the words name a time.
    A rhythm whose day was assumed: the same, with a note. An impossible or blank date cannot be guessed.
    """
    match schedule.kind:
        case Kind.CONTINUOUS:
            return _monthly(schedule.start or window[0], schedule.due or window[1])
        case Kind.UNCLEAR:
            wrong = notes.BLANK_DATE in schedule.note or notes.IMPOSSIBLE.split("{}")[1] in schedule.note
            return None if wrong else _monthly(*window)
        case Kind.EVENT:
            said = notes.EVENT_AFTER.split("{}", maxsplit=1)[0] in schedule.note
            offer = notes.EVENT_OFFER_AS_SAID if said else notes.EVENT_OFFER
            return replace(schedule, needs_confirmation=True, note=notes.joined(schedule.note, offer))
        case Kind.RECURRING if notes.NO_WEEKDAY in schedule.note or notes.NO_DAY in schedule.note:
            note = schedule.note.replace(notes.TAKEN, notes.OFFERED)
            return replace(schedule, needs_confirmation=True, note=note)
    return None


def _monthly(start: date, due: date) -> Schedule:
    return Schedule(Kind.RECURRING, (rules.monthly(-1),), start, due, needs_confirmation=True, note=notes.MONTHLY_OFFER)
