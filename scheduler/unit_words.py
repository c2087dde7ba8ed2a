"""Words of a cell of owners: where each stands, what stands between them, and patterns of wordings written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import product

from scheduler.text import fold

NUMBER = "#"
"""A token that says how many: "16", "16/16", "100%"."""
_TOKEN = re.compile(
    r"(?P<count>\d+(?:\s?/\s?\d+)?(?:\s?%)?(?![^\W_]))|(?:[^\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\ufeff])+"
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200d\ufeff]")
_OCR = str.maketrans("015", "ols")
"""Digits inside a word are letters that were read wrongly."""
_BULLET = re.compile(r"\n\s*(?:[-–—*+·]|\d{1,2}[.)]\s|\w\)\s)|[;•▪►]")
_COMMA = re.compile(r"[,\n]")
_LOOSE = re.compile(r"[^\W\d_]|[&+/|–—-]")
_PATTERN = re.compile(r"[\[\]()|]|[^\W_]+")
_MOST_FORMS = 4096


class Apart(IntEnum):
    """How much what stands between two words parts them."""

    NOT = 0
    """Nothing but blanks, a full stop, a colon or a parenthesis."""
    LOOSELY = 1
    """ "và", "&", "-", "/", "+": inside a name as often as between two."""
    BY_COMMA = 2
    """A comma or the end of a line: between two names more often than inside one."""
    WHOLLY = 3
    """A semicolon or a bullet: never inside a name."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word; "và" is none, it stands between."""

    plain: str
    """Folded; NUMBER for a number of units."""
    start: int
    end: int
    """Where it stands in the text."""
    gap: str
    """What stands between the word before and this one."""
    apart: Apart
    count: int | None = None
    """How many units a number says; None where it says "all of them"."""


def tokens(text: str, *, humps: bool = False) -> tuple[Token, ...]:
    """The words of a text. ``humps``: also part words where a capital follows a small letter ("Nội vụPhòng")."""
    found: list[Token] = []
    after = 0
    for start, end, number in _pieces(text, humps=humps):
        plain = NUMBER if number else _plain(text[start:end])
        if not plain or plain == "va":
            continue
        gap = text[after:start]
        found.append(Token(plain, start, end, gap, _apart(gap), _count(text[start:end]) if number else None))
        after = end
    return tuple(found)


def _pieces(text: str, *, humps: bool) -> Iterator[tuple[int, int, bool]]:
    for hit in _TOKEN.finditer(text):
        start, number = hit.start(), hit["count"] is not None
        for place in _humps(text, start, hit.end()) if humps and not number else ():
            yield start, place, False
            start = place
        yield start, hit.end(), number


def _humps(text: str, start: int, end: int) -> Iterator[int]:
    last = ""
    for place in range(start, end):
        if text[place].isupper() and last.islower():
            yield place
        if text[place].isalpha():
            last = text[place]


def _plain(said: str) -> str:
    plain = fold(_UNSEEN.sub("", said))
    return plain.translate(_OCR) if not plain.isdigit() and not plain.isalpha() else plain


def _apart(gap: str) -> Apart:
    if _BULLET.search(gap):
        return Apart.WHOLLY
    if _COMMA.search(gap):
        return Apart.BY_COMMA
    return Apart.LOOSELY if _LOOSE.search(gap) else Apart.NOT


def _count(said: str) -> int | None:
    part, _, whole = said.replace("%", "").replace(" ", "").partition("/")
    if "%" in said:
        return None if int(part) == 100 else -1
    return None if whole and int(part) == int(whole) else int(part)


def words(text: str) -> tuple[str, ...]:
    """Folded words of a name, without "và" and signs."""
    return tuple(token.plain for token in tokens(text))


def forms(pattern: str, written_out: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Every way to say a pattern: [ ] may be left out, ( | ) is one of several. Raises ValueError in Vietnamese."""
    signs = _PATTERN.findall(pattern)
    read, rest = _alternatives(signs, 0, written_out)
    if rest < len(signs):
        raise ValueError(f"“{pattern}” thừa dấu “{signs[rest]}”")
    if not all(read):
        raise ValueError(f"“{pattern}” không còn chữ nào khi bỏ hết phần trong [ ]")
    return tuple(dict.fromkeys(read))


_Forms = list[tuple[str, ...]]


def _alternatives(signs: list[str], place: int, written_out: Mapping[str, tuple[str, ...]]) -> tuple[_Forms, int]:
    found, place = _sequence(signs, place, written_out)
    while place < len(signs) and signs[place] == "|":
        more, place = _sequence(signs, place + 1, written_out)
        found = [*found, *more]
    return found, place


def _sequence(signs: list[str], place: int, written_out: Mapping[str, tuple[str, ...]]) -> tuple[_Forms, int]:
    said: _Forms = [()]
    while place < len(signs) and signs[place] not in {"]", ")", "|"}:
        sign = signs[place]
        if sign in {"[", "("}:
            inner, place = _alternatives(signs, place + 1, written_out)
            if place >= len(signs) or signs[place] != {"[": "]", "(": ")"}[sign]:
                raise ValueError(f"“{' '.join(signs)}” thiếu dấu đóng của “{sign}”")
            inner = [(), *inner] if sign == "[" else inner
        else:
            plain = words(sign)
            inner = [written_out.get(plain[0], plain)] if plain else [()]
        said = [before + after for before, after in product(said, inner)]
        if len(said) > _MOST_FORMS:
            raise ValueError("quá nhiều phần trong [ ] và ( )")
        place += 1
    return said, place
