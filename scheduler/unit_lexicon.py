"""Wordings of units as a tree of words: which of them stand at a place of a text, in full, by initials, with a slip.

A word of a wording may be written in full or by its initial, and initials may be written together: "Phòng VH&TT",
"P. VHTT" and "TTVHTT-TT" need no list of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.unit_words import NUMBER, Apart, Token

GROUP = "@"
"""The first sign of the id of a group."""
_LEAST_LETTERS = 3
"""Fewer letters name nobody: "VP", "TP", "KT"."""
_LETTERS_A_SLIP = 16
_MOST_SLIPS = 3
_LEAST_SLIP = 3
"""Words of fewer letters are read as they are written."""
_MOST_LEADS = 6
_OTHER_LEVELS = frozenset({"huyen", "tinh", "quan", "xa", "phuong", "thi", "trung", "tw", "thon", "to"})
_ONSET = re.compile("[bcdghklmnpqrstvx]+")
_SYLLABLE = re.compile(
    "(?:ngh?|nh|gh|gi|kh|ch|ph|th|tr|[bcdghklmnpqrstvx])?"
    "(?:a(?:ch|c|i|m|ng|nh|n|o|p|t|u|y)?|e(?:ch|c|m|nh|ng|n|o|p|t|u)?|i(?:a|ch|em|en|eng|ep|et|eu|m|nh|n|p|t|u)?"
    "|o(?:a(?:ch|c|i|ng|nh|n|o|t|y)?|c|e[nto]?|i|m|ng|n|p|t)?|y(?:nh|t)?"
    "|u(?:a(?:ch|c|ng|nh|n|t|y)?|c|e(?:ch|nh|n|o|t)?|i(?:t|nh)?|m|ng|n|o(?:c|i|m|ng|n|p|t|u)?|p|t|u"
    "|y(?:a|ch|e[nt]|nh|n|t|u)?)?)"
    "|ye[mntu]"
)
"""The shape of a Vietnamese syllable without accents."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Who is meant by a wording, and when."""

    ref: str
    """Id of a unit or a group."""
    kind: str
    first: date
    last: date
    """Days on which it means this one."""
    level: str | None = None
    """Whose place may follow ("thành phố", "tỉnh Bắc Ninh")."""
    placed: bool = False
    """The place has to follow: wards have one of the same name."""
    bare: bool = False
    """A name without what it is ("Đa Mai", "Nội vụ"): says enough alone or in a list of its like."""

    def means_on(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def is_group(self) -> bool:
        return self.ref.startswith(GROUP)


@dataclass(frozen=True, slots=True)
class Match:
    """A wording found in a text."""

    wording: Wording
    said: int
    """Token after the last of the wording."""
    end: int
    """The same with a remark in parentheses."""
    slips: int = 0


class Node:
    """A place in the tree of words."""

    __slots__ = ("abbreviable", "initials", "onset", "proper", "wordings", "words")

    def __init__(self, word: str = "", *, proper: bool = False) -> None:
        self.words: dict[str, Node] = {}
        self.initials: dict[str, list[Node]] = {}
        found = _ONSET.match(word)
        self.onset = found[0] if found else ""
        self.abbreviable = _SYLLABLE.fullmatch(word) is not None
        """An abbreviation is not abbreviated again."""
        self.proper = proper
        """A word of a proper name."""
        self.wordings: list[Wording] = []

    def grow(self, said: Sequence[str], name_length: int = 0) -> Node:
        """The node at the end of these words; the last ``name_length`` are a proper name and have no initials."""
        node = self
        for place, word in enumerate(said):
            proper = place >= len(said) - name_length
            child = node.words.get(word)
            if child is None:
                child = node.words[word] = Node(word, proper=proper)
            if child.abbreviable and not proper and child not in (near := node.initials.setdefault(word[0], [])):
                near.append(child)
            node = child
        return node

    def spelled(self, letters: str) -> Iterator[Node]:
        """Where initials lead; "ph", "th", "tr" may stand for one word."""
        if not letters:
            yield self
            return
        for child in self.initials.get(letters[0], ()):
            yield from child.spelled(letters[1:])
            if len(child.onset) > 1 and letters.startswith(child.onset):
                yield from child.spelled(letters[len(child.onset) :])


class Lexicon:
    """All wordings. ``distance``: how many letters two words differ in."""

    def __init__(self, distance: Callable[[str, str], int]) -> None:
        self._distance = distance
        self._root = Node()
        self._leads = Node()
        self._places: dict[str, Node] = {}
        self._known: set[str] = set()
        self._end = Wording("", "", date.min, date.max)

    def add(self, said: Sequence[str], wording: Wording, name_length: int = 0) -> Wording | None:
        """Add a wording; back comes another unit's that is the same on some day, and then nothing is added."""
        node = self._root.grow(said, name_length)
        self._known.update(said)
        for other in node.wordings:
            if other == wording:
                return None
            same_place = other.placed == wording.placed and (not wording.placed or other.level == wording.level)
            if other.ref != wording.ref and same_place and other.first <= wording.last and wording.first <= other.last:
                return other
        node.wordings.append(wording)
        return None

    def add_lead(self, said: Sequence[str]) -> None:
        """Words that may stand in front of any wording; never by initials."""
        self._leads.grow(said, len(said)).wordings.append(self._end)

    def add_place(self, level: str, said: Sequence[str]) -> None:
        """A place that may follow the wordings of a level."""
        self._places.setdefault(level, Node()).grow(said).wordings.append(self._end)
        self._known.update(said)

    def place_at_end(self, level: str, said: Sequence[str]) -> int:
        """How many of the last words are the place of that level, the least: "thành phố", not "UBND thành phố"."""
        for length in range(1, len(said)):
            node: Node | None = self._places.get(level)
            for word in said[-length:]:
                node = node.words.get(word) if node else None
            if node and node.wordings:
                return length
        return 0

    def matches(self, said: Sequence[Token], begin: int, *, slips: bool = False) -> list[Match]:
        """Every wording that stands at this token, with what may stand in front of it and after it."""
        found: list[Match] = []
        if self.is_torn(said, begin):
            return found
        for start in self._starts(said, begin):
            for end, wording, cost in self._walk(self._root, said, start, slips=slips):
                if sum(len(token.plain) for token in said[start:end]) < _LEAST_LETTERS:
                    continue
                for stop, more in self._placed(said, end, wording, slips=slips):
                    found.append(Match(wording, stop, stop, cost + more))
                    if (closed := self._remark(said, stop)) > stop:
                        found.append(Match(wording, stop, closed, cost + more))
        return found

    def _starts(self, said: Sequence[Token], begin: int) -> list[int]:
        """Where a wording may begin: here, after words in front, after a group with a colon ("Các phường, xã: …")."""
        starts = [begin]
        for start in starts:
            if len(starts) > _MOST_LEADS or start >= len(said):
                break
            after = [end for end, _, _ in self._walk(self._leads, said, start)]
            if said[start].plain == NUMBER:
                after.append(start + 1)
            after += self._headings(said, start)
            starts += [end for end in after if end < len(said) and end not in starts]
        return starts

    def _headings(self, said: Sequence[Token], start: int) -> Iterator[int]:
        for end, wording, _ in self._walk(self._root, said, start):
            if wording.is_group:
                for stop, _ in self._placed(said, end, wording, slips=False):
                    if stop < len(said) and ":" in said[stop].gap:
                        yield stop

    @staticmethod
    def is_torn(said: Sequence[Token], begin: int) -> bool:
        """Inside "HĐND và UBND": whatever has this in its name is not named by the second half."""
        if not begin or said[begin].plain not in {"ubnd", "uy", "ub"}:
            return False
        before = [token.plain for token in said[max(begin - 2, 0) : begin]]
        parted = said[begin].apart is Apart.WHOLLY or "\n" in said[begin].gap
        return not parted and (before[-1] == "hdnd" or before == ["nhan", "dan"])

    def _placed(self, said: Sequence[Token], end: int, wording: Wording, *, slips: bool) -> Iterator[tuple[int, int]]:
        if not wording.placed:
            yield end, 0
        place = self._places.get(wording.level) if wording.level else None
        if place is None or end >= len(said):
            return
        after = said[end]
        named = after.apart is Apart.BY_COMMA and "," in after.gap and after.plain in {"thanh", "tp", "tinh"}
        if after.apart is Apart.NOT or named:
            for stop, _, cost in self._walk(place, said, end, slips=slips):
                yield stop, cost

    def _remark(self, said: Sequence[Token], end: int) -> int:
        """The token after a remark in parentheses that changes nothing; ``end`` itself where there is none."""
        if end >= len(said) or "(" not in said[end].gap:
            return end
        closed = next((n for n in range(end + 1, len(said)) if ")" in said[n].gap), len(said))
        inside = said[end:closed]
        names_others = any(token.plain in _OTHER_LEVELS for token in inside) or any(
            True for place in range(end, closed) for _ in self._walk(self._root, said, place)
        )
        return end if names_others else closed

    def _walk(
        self, root: Node, said: Sequence[Token], start: int, *, slips: bool = False
    ) -> Iterator[tuple[int, Wording, int]]:
        """(token after it, wording, slips) for what begins at a token."""
        reached: dict[int, dict[Node, int]] = {start: {root: 0}}
        letters = 0
        for place in range(start, len(said) + 1):
            if place > start:
                letters += len(said[place - 1].plain)
            for node, cost in reached.pop(place, {}).items():
                if cost <= 1 + letters // _LETTERS_A_SLIP:
                    yield from ((place, wording, cost) for wording in node.wordings)
                if place < len(said) and (place == start or said[place].apart is not Apart.WHOLLY):
                    for used, child, more in self._steps(node, said, place, slips=slips):
                        if cost + more <= _MOST_SLIPS:
                            near = reached.setdefault(place + used, {})
                            near[child] = min(cost + more, near.get(child, _MOST_SLIPS))
            if not reached:
                return

    def _steps(self, node: Node, said: Sequence[Token], place: int, *, slips: bool) -> Iterator[tuple[int, Node, int]]:
        """(tokens used, next node, slips) from a node over the token at a place."""
        plain = said[place].plain
        if child := node.words.get("cac" if plain == NUMBER else plain):
            yield 1, child, 0
        if plain == NUMBER:
            return
        for child in node.spelled(plain):
            yield 1, child, 0
        if slips and plain not in self._known:
            yield from self._slipped(node, said, place)

    def _slipped(self, node: Node, said: Sequence[Token], place: int) -> Iterator[tuple[int, Node, int]]:
        """One letter wrong, missing or too many, two words run together, or one word torn apart. No abbreviation."""
        plain = said[place].plain
        after = said[place + 1] if place + 1 < len(said) else None
        for word, child in node.words.items():
            if self._may_slip(plain, word, child) and self._distance(plain, word) == 1:
                yield 1, child, 1
            if plain.startswith(word) and (second := child.words.get(plain[len(word) :])):
                yield 1, second, 1
            if after and after.apart is Apart.NOT and plain + after.plain == word:
                yield 2, child, 1

    @staticmethod
    def _may_slip(plain: str, word: str, child: Node) -> bool:
        """A proper name with another syllable in it is another name: Lê Lai is not Lê Lợi."""
        if min(len(plain), len(word)) < _LEAST_SLIP or not child.abbreviable:
            return False
        return not child.proper or not _SYLLABLE.fullmatch(plain)
