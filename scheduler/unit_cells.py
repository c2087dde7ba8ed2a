"""A cell of owners -> the wordings of single owners: the reading in which the most text is recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.text import fold
from scheduler.unit_lexicon import Lexicon, Match
from scheduler.unit_words import Apart, tokens, words

_LONGEST = 200
"""Words of one part; a longer one is prose and no list of owners."""
_PARTS = re.compile(r"[;•▪►]|\n(?=\s*(?:[-–—*+·]|\d{1,2}[.)]\s|[a-zđ]\)\s))")
_ITEM = re.compile(r"^\s*(?:[-–—*+·]|\d{1,2}[.)](?=\s)|[a-zđ]\)(?=\s))")
_EDGES = re.compile(r"^[\s,;:&/*+–—-]+|[\s,;:&/*+–—.-]+$")
_LAST_WORD = re.compile(r"\s(\S+)$")
_SLIPPED = 0.9
"""What a word counts that was recognised with a slip."""
_UNKNOWN = "?"
_HEADS = frozenset(
    words(head)
    for head in (
        *("phòng", "P", "trung tâm", "TT", "văn phòng", "VP", "UBND", "ủy ban", "UB", "HĐND", "MTTQ", "UBMTTQ", "ban"),
        *("ban chỉ đạo", "BCĐ", "hội", "đoàn thanh niên", "thành đoàn", "huyện đoàn", "tỉnh đoàn", "xã đoàn", "LĐLĐ"),
        *("liên đoàn", "công đoàn", "CCB", "công an", "quân sự", "trường", "các", "đài", "bộ", "sở", "cục", "chi cục"),
        *("viện", "tòa án", "trạm", "bệnh viện", "thư viện", "bảo tàng", "bưu điện", "viễn thông", "VNPT", "điện lực"),
        *("kho bạc", "ngân hàng", "công ty", "tổ", "đội", "bộ phận", "thanh tra", "đảng ủy", "huyện ủy", "thành ủy"),
        *("tỉnh ủy", "công chức", "báo", "chi nhánh", "hạt kiểm lâm", "hợp tác xã"),
    )
)
"""What a unit's name begins with; where one follows a comma, another owner begins."""
_LONGEST_HEAD = max(len(head) for head in _HEADS)


@dataclass(frozen=True, slots=True)
class _Way:
    """A reading of the first words of a part."""

    known: float = 0.0
    """Words recognised."""
    cuts: tuple[tuple[int, str], ...] = ()
    """First word of each owner, and its kind; _UNKNOWN where it was not recognised."""

    @property
    def last(self) -> str:
        return self.cuts[-1][1] if self.cuts else ""

    @property
    def rank(self) -> tuple[float, int]:
        return self.known, -len(self.cuts)

    def then(self, start: int, kind: str, known: float = 0.0) -> _Way:
        return _Way(self.known + known, (*self.cuts, (start, kind)))


def split(cell: str, lexicon: Lexicon) -> tuple[str, ...]:
    """The wordings of single owners, trimmed, otherwise as they stand in the cell."""
    parts = (_ITEM.sub("", part) for part in _PARTS.split(cell))
    return tuple(owner for part in parts for owner in _owners(part, lexicon) if owner)


def _owners(text: str, lexicon: Lexicon) -> Iterator[str]:
    part = _Part(text, lexicon)
    way = part.best()
    if part.unknown(way) and len((parted := _Part(text, lexicon, humps=True)).said) > len(part.said):
        other = parted.best()
        if parted.unknown(other) < part.unknown(way):
            part, way = parted, other
    starts = part.starts(way)
    for number, start in enumerate(starts):
        last = number + 1 == len(starts)
        yield _trimmed(text[start : None if last else starts[number + 1]], last=last)


def _trimmed(text: str, *, last: bool) -> str:
    """Without separators at the edges; "và" before the next owner is one."""
    text = _EDGES.sub("", text)
    word = None if last else _LAST_WORD.search(text)
    return _EDGES.sub("", text[: word.start()]) if word and fold(word[1]) == "va" else text


class _Part:
    """What stands between semicolons and bullets."""

    def __init__(self, text: str, lexicon: Lexicon, *, humps: bool = False) -> None:
        self._text = text
        self._lexicon = lexicon
        self.said = tokens(text, humps=humps)
        self._found: dict[tuple[int, bool], list[Match]] = {}

    def unknown(self, way: _Way) -> float:
        return len(self.said) - way.known

    def best(self) -> _Way:
        """The best reading; with slips only where some of the text stays unknown without."""
        if not 0 < len(self.said) <= _LONGEST:
            return _Way().then(0, _UNKNOWN) if self.said else _Way()
        way = self._read(slips=False)
        return max(way, self._read(slips=True), key=lambda one: one.rank) if self.unknown(way) else way

    def starts(self, way: _Way) -> list[int]:
        """Where each owner starts in the text; groups joined by "và" are one owner."""
        starts: list[int] = []
        before = ""
        for place, kind in way.cuts:
            joined = kind == before == "group" and self._is_and(place)
            if not joined:
                starts.append(self.said[place].start if place else 0)
            before = kind
        return starts

    def _read(self, *, slips: bool) -> _Way:
        size = len(self.said)
        ways: list[dict[str, _Way]] = [{"": _Way()}, *({} for _ in range(size))]
        for place in range(size):
            for way in list(ways[place].values()):
                steps = [*self._known(place, way, slips=slips), *self._unknown(place, way, slips=slips)]
                for end, longer in steps:
                    if longer.rank > ways[end].get(longer.last, _Way(-1.0)).rank:
                        ways[end][longer.last] = longer
        return max(ways[size].values(), key=lambda way: way.rank)

    def _known(self, place: int, way: _Way, *, slips: bool) -> Iterator[tuple[int, _Way]]:
        for match in self._matches(place, slips=slips):
            if self._may_begin(place, way.last, match):
                worth = (match.end - place) * (_SLIPPED if match.slips else 1.0)
                yield match.end, way.then(place, match.wording.kind, worth)

    def _unknown(self, place: int, way: _Way, *, slips: bool) -> Iterator[tuple[int, _Way]]:
        if not self._may_be_unknown(place, way.last):
            return
        for end in range(place + 1, len(self.said) + 1):
            if end == len(self.said) or self._ends_unknown(end, slips=slips):
                yield end, way.then(place, _UNKNOWN)
                if end < len(self.said) and self._begins_another(end):
                    return

    def _matches(self, place: int, *, slips: bool) -> list[Match]:
        key = place, slips
        if key not in self._found:
            self._found[key] = self._lexicon.matches(self.said, place, slips=slips)
        return self._found[key]

    def _may_begin(self, place: int, last: str, match: Match) -> bool:
        if not place:
            return True
        if match.wording.bare:
            return last == match.wording.kind and self.said[place].apart is not Apart.NOT
        if self.said[place].apart is not Apart.NOT:
            return True
        return last != _UNKNOWN and self._is_capital(place) and self._is_head(place) and not self._text.isupper()

    def _may_be_unknown(self, place: int, last: str) -> bool:
        if not place:
            return True
        if last == _UNKNOWN:
            return self._begins_another(place)
        apart = self.said[place].apart
        return apart >= Apart.BY_COMMA or (apart is Apart.LOOSELY and self._is_head(place))

    def _ends_unknown(self, end: int, *, slips: bool) -> bool:
        if self.said[end].apart is Apart.NOT:
            return False
        return self._begins_another(end) or any(not match.wording.bare for match in self._matches(end, slips=slips))

    def _begins_another(self, place: int) -> bool:
        """Whether an owner begins here after one that is not known either."""
        gap = self.said[place].gap
        if self._lexicon.is_torn(self.said, place):
            return False
        if "\n" in gap and self._is_capital(place):
            return True
        if not ("," in gap or self._is_and(place)) or not self._is_head(place):
            return False
        return self._is_capital(place) or self.said[place].plain == "cac"

    def _is_and(self, place: int) -> bool:
        gap = self.said[place].gap
        return self.said[place].apart is Apart.LOOSELY and ("&" in gap or any(sign.isalpha() for sign in gap))

    def _is_capital(self, place: int) -> bool:
        return self._text[self.said[place].start].isupper()

    def _is_head(self, place: int) -> bool:
        said = tuple(token.plain for token in self.said[place : place + _LONGEST_HEAD])
        return any(said[:length] in _HEADS for length in range(1, len(said) + 1))
