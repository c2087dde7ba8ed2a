"""Vietnamese numerals: figures as they are read aloud, and the figures that a text holds, written either way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TENS = {1: "mốt", 4: "tư", 5: "lăm"}
"""Ones after twenty, thirty …; five is also "lăm" after ten."""
_BILLION = 1_000_000_000
_GROUPS = ((1_000_000, "triệu"), (1000, "nghìn"))

FIGURE = re.compile(r"\d{1,3}(?:\.\d{3})+(?![\d.])|\d+")
"""A whole number as it is written here: "75.000", "15"."""

_VALUES = {word: value for value, word in enumerate(_DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5, "bẩy": 7}
_JOINS = frozenset({"linh", "lẻ"})
_SCALES = {"nghìn": 1000, "ngàn": 1000, "triệu": 1_000_000, "tỷ": _BILLION, "tỉ": _BILLION}
_TENS = frozenset({"mười", "mươi", "trăm"})
_WORDS = _VALUES.keys() | _JOINS | _SCALES.keys() | _TENS
_AMBIGUOUS = frozenset({"không", "một", "mốt", "năm", "tư", "lăm", "linh", "lẻ", "tỷ", "tỉ", "ba"})
"""Words that alone also mean something else ("not", "a", "year", "private", "father")."""
_COUNTED = frozenset({"ngày", "tháng", "giờ", "phút", "đồng", "bản", "tuổi", "bộ", "lần", "người", "phần", "trường"})
"""After an ambiguous word these say that it counts."""
_TOKEN = re.compile(r"[^\W_]+")


def cardinal(number: int) -> str:
    """A whole number in words: 105 -> "một trăm linh năm". Raises ValueError below zero."""
    if number < 0:
        raise ValueError("only numbers from zero on are read")
    if number >= _BILLION:
        above, rest = divmod(number, _BILLION)
        return " ".join([cardinal(above), "tỷ", *_below_billion(rest, full=True)])
    return " ".join(_below_billion(number, full=False)) or _DIGITS[0]


def _below_billion(number: int, *, full: bool) -> list[str]:
    """Groups of three; ``full``: something was said before, so a hundred that is none is said, too."""
    told: list[str] = []
    for size, name in _GROUPS:
        group, number = divmod(number, size)
        if group:
            told += [*_below_thousand(group, full=full), name]
            full = True
    return told + (_below_thousand(number, full=full) if number else [])


def _below_thousand(number: int, *, full: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    told = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    tens, ones = divmod(rest, 10)
    if not rest:
        return told
    if not tens:
        return [*told, *(["linh"] if told else []), _DIGITS[ones]]
    if tens == 1:
        ending = {0: [], 5: ["lăm"]}.get(ones, [_DIGITS[ones]])
        return [*told, "mười", *ending]
    return [*told, _DIGITS[tens], "mươi", *([_AFTER_TENS.get(ones, _DIGITS[ones])] if ones else [])]


def one_by_one(text: str) -> str:
    """Digits as a telephone number is read; everything else is left out."""
    return " ".join(_DIGITS[int(char)] for char in text if char.isdecimal())


def value(figure: str) -> int:
    """The number that a figure writes: "75.000" -> 75000."""
    return int(figure.replace(".", ""))


def figures(text: str) -> frozenset[int]:
    """Every number in a text, in figures or in words. Words that may mean something else count where they count."""
    written = {value(found.group()) for found in FIGURE.finditer(text)}
    return frozenset(written | set(_spoken(text)))


def _spoken(text: str) -> Iterator[int]:
    tokens = _TOKEN.findall(unicodedata.normalize("NFC", text).lower())
    place = 0
    while place < len(tokens):
        end = place
        while end < len(tokens) and tokens[end] in _WORDS:
            end += 1
        after = tokens[end] if end < len(tokens) else ""
        yield from _values(tokens[place:end], after)
        place = end + 1


def _values(run: Sequence[str], after: str) -> Iterator[int]:
    """The numbers of a run of numerals; digits read one by one are one number each."""
    while run and (run[0] in _JOINS or _leads_in(run)):
        run = run[1:]
    if not run or (len(run) == 1 and run[0] in _AMBIGUOUS and after not in _COUNTED):
        return
    yield from _added(run)


def _leads_in(run: Sequence[str]) -> bool:
    """Whether a run begins with a word that is no number here: "năm hai nghìn" is a year, "không hai" a refusal."""
    return run[0] in {"năm", "không"} and len(run) > 1 and run[1] not in _TENS and run[1] not in _SCALES


def _added(run: Sequence[str]) -> Iterator[int]:
    total, group, digit = 0, 0, None
    for word in run:
        if word == "năm" and digit is not None:  # "tháng tám năm hai nghìn …": a year
            yield total + group + digit
            total, group, digit = 0, 0, None
        elif word in _VALUES:
            if digit is not None:
                yield total + group + digit
                total, group = 0, 0
            digit = _VALUES[word]
        elif word == "mười":
            group += 10
        elif word in _TENS:
            group, digit = group + (digit or 0) * (10 if word == "mươi" else 100), None
        elif word in _SCALES:
            size, below = _SCALES[word], group + (digit or 0)
            total = (total + below) * size if size == _BILLION else total + below * size
            group, digit = 0, None
    if digit is not None or total or group:
        yield total + group + (digit or 0)
