"""A place in the tokens, and the small rules that all others are made of: numbers, years, separators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from scheduler.timewords.tokens import END, Token, roman
from scheduler.timewords.words import W

T = TypeVar("T")
UNITS = (W.DAY, W.WEEK, W.MONTH, W.QUARTER, W.YEAR)
COUNTED = (*UNITS, W.TIMES, W.HOUR)
"""A number before one of these counts it, and is no further item of a list."""
_DIGITS_OF_A_DAY = 2
_FIRST_YEAR = 20
"""Of two digits after "năm": fewer may count something."""


class Cursor:
    """Reads tokens from left to right; rules that fail leave it where it was (:meth:`attempt`)."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: Sequence[Token], at: int = 0) -> None:
        self.tokens = tokens
        self.at = at

    def token(self, ahead: int = 0) -> Token:
        """The token here or ``ahead`` of here; an empty one beyond the ends."""
        index = self.at + ahead
        return self.tokens[index] if 0 <= index < len(self.tokens) else END

    def sees(self, *kinds: W, ahead: int = 0) -> bool:
        return not self.token(ahead).kinds.isdisjoint(kinds)

    @property
    def done(self) -> bool:
        return self.at >= len(self.tokens)

    def take(self, *kinds: W) -> Token | None:
        """The token here if it may be one of these; the cursor goes past it."""
        if not self.sees(*kinds):
            return None
        token = self.token()
        self.at += 1
        return token

    def skip(self, *kinds: W) -> None:
        while self.take(*kinds):
            pass

    def attempt(self, rule: Callable[[Cursor], T | None]) -> T | None:
        """What the rule reads; back to here if it reads nothing."""
        start = self.at
        found = rule(self)
        if found is None:
            self.at = start
        return found

    def number(self, *, five: bool = False) -> int | None:
        """A number in digits ("05", "05 (năm)") or words; ``five``: "năm" may be 5 here, and not a year."""
        token = self.token()
        if token.number is None or (token.digits == 0 and W.YEAR in token.kinds and not five):
            return None
        if token.kinds & {W.AFTER, W.NEXT} and not token.plain:
            return None
        self.at += 1
        if token.digits:
            self.attempt(_repeated_in_words)
            return token.number
        return self._in_words(token.number)

    def _in_words(self, first: int) -> int:
        tens = 10 * first if self.take(W.TENS) else first
        if tens < 10:
            return tens
        unit = self.token()
        if unit.number is None or unit.digits or unit.number > 9 or W.YEAR in unit.kinds:
            return tens
        if unit.kinds & {W.AFTER, W.FROM} and not unit.plain:
            return tens
        self.at += 1
        return tens + unit.number

    def numeral(self) -> tuple[int, bool] | None:
        """A small number, Roman or not; whether it had to be repaired."""
        token = self.token()
        value = roman(token) if token.digits == 0 or token.repaired or token.raw in ("11", "111") else None
        if value is not None:
            self.at += 1
            return (value[0], True) if token.digits else value
        number = self.number()
        return None if number is None else (number, False)

    def year(self) -> int | None:
        """Four digits that are a year."""
        token = self.token()
        if not token.is_year:
            return None
        self.at += 1
        return token.number

    def year_after(self, *, short: bool = False) -> tuple[int | None, int]:
        """The year that may follow a day, month or quarter ("/2024", "năm 2024", "năm sau") and years to add."""
        return self.attempt(lambda _: self._signed_year(short=short)) or self.attempt(_worded_year) or (None, 0)

    def _signed_year(self, *, short: bool) -> tuple[int | None, int] | None:
        signed = self.take(W.SLASH, W.DASH, W.DOT)
        year = self.year()
        if year is not None:
            return year, 0
        token = self.token()
        if (
            signed
            and short
            and W.SLASH in signed.kinds
            and token.digits == _DIGITS_OF_A_DAY
            and token.number in range(20, 100)
        ):
            self.at += 1
            return 2000 + (token.number or 0), 0
        return None


def _repeated_in_words(c: Cursor) -> bool | None:
    """The "(ba mươi)" after a number in digits."""
    if not c.take(W.OPEN):
        return None
    token = c.token()
    if token.digits or c.number(five=True) is None:
        return None
    return True if c.take(W.CLOSE) else None


def _worded_year(c: Cursor) -> tuple[int | None, int] | None:
    c.skip(W.COMMA, W.OF, W.IN, W.OPEN)
    if not c.take(W.YEAR):
        return None
    year = c.year()
    if year is not None:
        return year, 0
    if c.token().digits == _DIGITS_OF_A_DAY and (c.token().number or 0) >= _FIRST_YEAR:
        return 2000 + (c.number() or 0), 0
    if c.take(W.NEXT):
        return None, 1
    return (None, 0) if c.take(W.THIS) else None


def separator(c: Cursor) -> bool | None:
    """Between items of a list; a comma and an "and" may stand together."""
    if not c.take(W.COMMA, W.AND, W.SEMICOLON):
        return None
    c.take(W.AND)
    return True


def counts_something(c: Cursor) -> bool:
    """Whether what stands here is counted by the number before it ("02 lần", "3 tháng")."""
    return c.sees(*COUNTED) and not (c.sees(W.YEAR) and c.token(1).is_year)


def ordinal(c: Cursor) -> int | None:
    """Which one: first, last (-1), the third."""
    if c.take(W.FIRST):
        return 1
    if c.take(W.LAST):
        return -1
    return c.number(five=True) if c.take(W.ORDINAL) else None
