"""Words as they were meant: Telex and VNI residue, several words written together, slips and sound-alikes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from knowledge.index import Index
from knowledge.normalize import SYLLABLE, Word, tones, untyped, word
from knowledge.words import Words

_GLUED = 4
"""A word of at least so many letters that is none may be several written together; one less with an accent."""
_LONGEST_GLUED = 120
_LONGEST_SLIP = 16
_LONGEST_PIECE = 9
"""Letters of the longest syllable with its Telex keys: "nghieengs"."""
_LETTERS = frozenset("jkzvr")
"""Letters that stand for a word also inside of what is written together: "cầnj" is "cần gì"."""
_PAIRED = 0.6
"""By so much a cut is likelier that makes two words which are known to stand side by side."""
_RARE = 0.08
"""By so much of its rarity a word is less likely."""
_KNOWN_SHARE = 0.6
"""So much of what is written together must be words that are known, or it is let alone."""
_TOKEN = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"([^\W\d_]+)(\d{1,3})")
_SWAPS = (
    ("x", "s"), ("s", "x"), ("ch", "tr"), ("tr", "ch"), ("l", "n"), ("n", "l"), ("d", "gi"), ("gi", "d"), ("r", "d"),
    ("d", "r"), ("r", "gi"), ("gi", "r"), ("v", "d"), ("d", "v"), ("k", "c"), ("c", "k"), ("k", "kh"), ("q", "qu"),
    ("ng", "ngh"), ("ngh", "ng"), ("g", "gh"), ("gh", "g"), ("z", "gi"), ("z", "d"), ("f", "ph"), ("b", "p"),
)  # fmt: skip
_ENDS = (
    ("n", "ng"), ("ng", "n"), ("t", "c"), ("c", "t"), ("n", "nh"), ("nh", "n"), ("ch", "c"), ("i", "y"), ("y", "i"),
    ("m", "n"), ("o", "ao"), ("u", "o"), ("iu", "ieu"), ("im", "iem"), ("ip", "iep"), ("in", "ien"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of letters read as one word, or as the words of an abbreviation."""

    words: tuple[Word, ...]
    cost: float
    known: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to cut what is written together, up to some letter."""

    cost: float = 0.0
    words: tuple[Word, ...] = ()
    known: int = 0
    """Letters of known words."""


class Speller:
    """Mends words against those of one index and of the word lists."""

    def __init__(self, index: Index, vocabulary: Words, names: Set[str] = frozenset()) -> None:
        """``names``: further words, without accents, that are no slips."""
        self._index = index
        self._words = vocabulary
        self._known = vocabulary.known | names
        self._near = _neighbours(term for term in index.rarity if " " not in term)
        self._keys = index.keys | vocabulary.keys

    def mended(self, tokens: Sequence[str]) -> tuple[Word, ...]:
        """The words meant by what was typed, in order; what cannot be mended stays as it is."""
        mended: list[Word] = []
        for number, token in enumerate(tokens):
            before = mended[-1].plain if mended else ""
            after = word(tokens[number + 1]).plain if number + 1 < len(tokens) else ""
            mended += self._mend(token, before, after)
        return tuple(mended)

    def _mend(self, token: str, before: str, after: str) -> Sequence[Word]:
        one = word(token)
        plain = one.plain
        if plain.isdigit() or len(plain) < 2:
            return [one]
        if tones(token) < 2:
            if plain in self._known:
                return [one]
            if plain in self._index:
                return [self._heard(one, before, after)]
            if (numbered := _NUMBERED.fullmatch(token)) and self._is_pair(word(numbered[1]).plain, numbered[2]):
                return [word(numbered[1]), word(numbered[2])]
        parts = self._unglued(token, before, after)
        if parts and (not token.isascii() or all(self._is_pair(a.plain, b.plain) for a, b in pairwise(parts))):
            return parts
        if (meant := untyped(plain)) and (found := word(meant).plain) in self._index:
            return [Word(found, found)]
        if parts:
            return parts
        return [Word(near, near) if (near := self._nearest(plain, before, after)) else one]

    def _is_pair(self, first: str, second: str) -> bool:
        pair = f"{first} {second}"
        return pair in self._index.pairs or pair in self._words.pairs

    def _heard(self, one: Word, before: str, after: str) -> Word:
        """A real word in a place where another one that sounds alike makes a known pair: "tạm chú" is tạm trú."""
        if self._is_pair(before, one.plain) or self._is_pair(one.plain, after):
            return one
        pairs = self._index.pairs
        for other in _alike(one.plain):
            if f"{before} {other}" in pairs or f"{other} {after}" in pairs:
                return Word(other, other)
        return one

    def _unglued(self, token: str, before: str, after: str) -> tuple[Word, ...]:
        """The words that stand together in one, with the accents they were given: "giaykhaisinh", "lệphíbaonhiêu"."""
        if not _GLUED - (not token.isascii()) <= len(token) <= _LONGEST_GLUED or (
            tones(token) < 2 and SYLLABLE.fullmatch(word(token).plain)
        ):
            return ()
        ways: list[_Way | None] = [_Way(), *[None] * len(token)]
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - _LONGEST_PIECE), end):
                way = ways[start]
                if way is None or (piece := self._piece(token[start:end], first=start == 0)) is None:
                    continue
                left = way.words[-1].plain if way.words else before
                cost = way.cost + piece.cost - _PAIRED * self._is_pair(left, piece.words[0].plain)
                if end == len(token):
                    cost -= _PAIRED * self._is_pair(piece.words[-1].plain, after)
                best = ways[end]
                if best is None or cost < best.cost:
                    known = way.known + (end - start) * piece.known
                    ways[end] = _Way(cost, (*way.words, *piece.words), known)
        best = ways[-1]
        return best.words if best and len(best.words) > 1 and best.known >= _KNOWN_SHARE * len(token) else ()

    def _piece(self, text: str, *, first: bool) -> _Piece | None:
        """What a stretch of letters says, None when nothing; dearer when it is less likely."""
        if (short := self._words.short.get(text)) and (len(text) > 1 or (not first and text in _LETTERS)):
            return _Piece(tuple(word(part) for part in short.split()), 1.4 + 0.6 * (len(text) == 1), known=True)
        if text.isdigit():
            return _Piece((word(text),), 1.0, known=True)
        if tones(text) > 1:
            return None
        one = word(text)
        if one.plain in self._known or (len(text) > 1 and one.plain in self._index):
            strange = one.accented and one.key not in self._keys
            cost = 1.0 + _RARE * self._index.rarity.get(one.plain, 0.0) + 0.7 * (len(text) == 1) + strange
            return _Piece((one,), cost, known=not strange)
        if (meant := untyped(text)) and word(meant).plain in self._index:
            found = word(meant).plain
            return _Piece((Word(found, found),), 1.4 + _RARE * self._index.rarity[found], known=True)
        return _Piece((one,), 2.8, known=False) if len(text) > 1 and SYLLABLE.fullmatch(one.plain) else None

    def _nearest(self, plain: str, before: str, after: str) -> str:
        """The known word one slip away: one that makes a known pair, then one that sounds alike, then the commonest."""
        if len(plain) > _LONGEST_SLIP:
            return ""
        found = {near for key in _slips(plain) for near in self._near.get(key, ())}
        alike = set(_alike(plain))
        found |= {other for other in alike if other in self._index}
        pairs = self._index.pairs
        return min(
            found,
            key=lambda near: (
                -((f"{before} {near}" in pairs) + (f"{near} {after}" in pairs)),
                near not in alike,
                sorted(near) != sorted(plain),
                self._index.rarity[near],
                near,
            ),
            default="",
        )


def tokens_of(text: str) -> list[str]:
    """The words of a text as typed, in small letters."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return _TOKEN.findall(composed)


def opened(text: str, short: Mapping[str, str]) -> list[str]:
    """The words of a text as typed, in small letters, with abbreviations written out."""
    tokens = tokens_of(text)
    found: list[str] = []
    place = 0
    while place < len(tokens):
        pair = " ".join(tokens[place : place + 2])
        length = 2 if pair in short else 1
        said = tokens[place] if length == 1 else pair
        found += short.get(said, said).split()
        place += length
    return found


def _alike(plain: str) -> Iterator[str]:
    """Words that sound like it in some part of the country, or are written so by people who say it so."""
    for old, new in _SWAPS:
        if plain.startswith(old):
            yield new + plain[len(old) :]
    for old, new in _ENDS:
        if plain.endswith(old):
            yield plain[: -len(old)] + new


def _slips(plain: str) -> set[str]:
    """The word itself and what is left without one of its letters, and with two neighbours swapped."""
    without = {plain[:place] + plain[place + 1 :] for place in range(len(plain))}
    swapped = {plain[:p] + plain[p + 1] + plain[p] + plain[p + 2 :] for p in range(len(plain) - 1)}
    return {plain, *without, *swapped}


def _neighbours(vocabulary: Iterator[str]) -> dict[str, list[str]]:
    """Known words by what is left of them without one letter."""
    near: dict[str, list[str]] = {}
    for term in vocabulary:
        if len(term) < 3 or term.isdigit():
            continue
        for key in {term, *(term[:place] + term[place + 1 :] for place in range(len(term)))}:
            near.setdefault(key, []).append(term)
    return near
