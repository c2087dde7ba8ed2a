"""The grammar as a whole: at each place the first rule that reads something; what none reads is a mark or is passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scheduler.timewords import dates, rhythms, spans, weekdays
from scheduler.timewords.cursor import UNITS, Cursor
from scheduler.timewords.terms import Mark, Term
from scheduler.timewords.tokens import Token, roman
from scheduler.timewords.words import W

_NOISE = frozenset({W.NOISE})

Rule = Callable[[Cursor], list[Term] | None]


def _change(c: Cursor) -> list[Term] | None:
    """The "Đổi" that stands alone ("Hàng năm / Đổi"); a word within others is no event."""
    edges = (W.SLASH, W.COMMA, W.SEMICOLON, W.AND, W.OPEN, W.CLOSE, W.DOT)
    alone = (c.at == 0 or c.sees(*edges, ahead=-1)) and (c.at + 1 == len(c.tokens) or c.sees(*edges, ahead=1))
    return [Mark(frozenset({W.EVENT}), "đổi")] if c.take(W.CHANGE) and alone else None


RULES: tuple[Rule, ...] = (
    _change,
    dates.document,
    dates.blank_date,
    dates.remembered_day,
    spans.school,
    spans.halves,
    rhythms.alternate,
    rhythms.frequency,
    rhythms.inverse,
    weekdays.excepted,
    weekdays.weekday_phrase,
    dates.day_phrase,
    dates.half_range,
    weekdays.hour_phrase,
    dates.numeric_date,
    dates.bare_day,
    rhythms.all_quarters,
    rhythms.duration,
    spans.week_of,
    rhythms.every,
    rhythms.periods,
    spans.part,
    spans.months,
    spans.place,
    spans.quarters,
    spans.years,
)
"""In order: what is more particular stands before what would read only its beginning."""


def _says_nothing(token: Token) -> bool:
    """A word that begins no rule: most words of a long note."""
    return token.kinds == _NOISE and roman(token) is None


def _unread(c: Cursor) -> frozenset[W]:
    """A number that no rule has read, and that counts nothing."""
    counting = c.sees(W.TIMES, W.NOISE, *UNITS, ahead=1) or c.sees(W.TIMES, ahead=-1)
    lost = bool(c.token().digits) and not counting
    return frozenset({W.UNREAD}) if lost else frozenset()


def terms(tokens: Sequence[Token]) -> list[Term]:
    """All terms of a wording, in order."""
    cursor = Cursor(tokens)
    found: list[Term] = []
    while not cursor.done:
        for rule in () if _says_nothing(cursor.token()) else RULES:
            read = cursor.attempt(rule)
            if read:
                found += read
                break
        else:
            token = cursor.token()
            found.append(Mark(token.kinds | _unread(cursor), token.raw))
            cursor.at += 1
    return found
