"""Time words of a plan ("Thời gian thực hiện") -> Schedule, by a grammar; and what to ask where they say too little.

Tokens (tokens, words) -> terms (grammar and its rules) -> facts (what belongs together) -> meaning. "Trước ngày D" is
due on D-1, "chậm nhất ngày D" includes D, a weekly duty without weekday is due on Friday, other rhythms on the last
day of their period; whatever was assumed stands in the note, and what can be read in two ways asks for confirmation.
"""

from __future__ import annotations

from datetime import date

from scheduler.plan import Schedule
from scheduler.text import clean
from scheduler.timewords.facts import gather
from scheduler.timewords.frame import Frame
from scheduler.timewords.grammar import terms
from scheduler.timewords.meaning import decide
from scheduler.timewords.proposal import propose
from scheduler.timewords.tokens import tokenise

__all__ = ["propose", "read"]

_LONGEST = 600
"""Letters that are read; a cell of time with more is a text about something else."""


def read(text: str, year: int, *, window: tuple[date, date] | None = None) -> Schedule:
    """The schedule that a wording means in a plan of ``year``; any text can be given, and none is an error.

    ``window``: first and last day of the plan; else its whole year. ``start`` is never after ``due``.
    """
    tokens = tokenise(text[:_LONGEST])
    facts = gather(terms(tokens), repaired=any(token.repaired for token in tokens))
    return decide(facts, Frame(year, window), empty=not clean(text[:_LONGEST]))
