"""A message as the search sees it: abbreviations opened, keys and typos mended, words weighted by what they say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.index import Entry, Index, terms
from knowledge.normalize import SYLLABLE, Word, untyped, word
from knowledge.words import Words

FILLER_WEIGHT = 0.08
CUE_WEIGHT = 0.3
"""A word that asks for a part of the procedure ("lệ phí bao nhiêu") says little about which one."""
ADDED_WEIGHT = 0.55
"""What a word added by the list of other words counts, of a typed one."""
ADDED_SHARE = 0.6
"""How far such a word counts as said when a phrase of a record is looked for in the question."""
LONGEST = 60
"""Words that are read; a longer story is read at its end, where the question stands."""
_AFTER_DEATH = frozenset(
    {
        "tai",
        "o",
        "nam",
        "hom",
        "thang",
        "ngay",
        "roi",
        "de",
        "khong",
        "thi",
        "ma",
        "vi",
        "do",
        "hoi",
        "tu",
        "luc",
        "trong",
    }
    | {"sau", "truoc", "con", "gio", "chua", "va", "nay", "cach", "lam"}
)
"""What may follow "mất" when somebody died; a thing that was lost does not stand here."""
_WHOSE_AND_WHEN = frozenset(
    ("toi", "em", "minh", "chau", "tui", "ta", "moi", "vua", "da", "khong", "may", "nha", "chang")
)
_LABEL = re.compile(
    r"^\s*(?:(?:[-*•–+>]|\d{1,2}[.)])\s+|(?:câu hỏi|cau hoi|hỏi|hoi|nội dung|noi dung|question|q)\s*\d*\s*[:：]\s*)+",
    re.IGNORECASE,
)
"""What stands before a question that was copied from a list or a form."""
_TOKEN = re.compile(r"[^\W_]+")
_GLUED = 4
"""A word of at least so many letters that is none may be several written together."""
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
class Query:
    words: tuple[Word, ...]
    plain: tuple[str, ...]
    """The words without accents."""
    text: str
    """The same as one line."""
    weights: Mapping[str, float]
    """Terms to search for."""
    shares: Mapping[str, float]
    """Single words, typed or added -> how far they count as said, 0..1."""
    content: Mapping[str, float]
    """Single words that say something -> weight; typed ones only."""
    acts: frozenset[str]
    kinds: frozenset[str]
    outside: tuple[tuple[str, ...], ...]
    """Phrases of matters that are no procedure."""


class QueryReader:
    """Reads messages against the words of one index."""

    def __init__(self, index: Index, vocabulary: Words) -> None:
        self._index = index
        self._words = vocabulary
        self._near = _neighbours(term for term in index.rarity if " " not in term)

    def read(self, text: str) -> Query:
        """Read a message."""
        typed = tuple(self._deceased(self._mended(self._plainly(self._opened(_LABEL.sub("", text))))))
        return self._weighed(typed[-LONGEST:])

    def heard_with(self, query: Query, about: Entry) -> Query:
        """The same message with the name of the procedure talked of so far heard along with it."""
        return self._weighed(query.words, about)

    def _weighed(self, typed: tuple[Word, ...], about: Entry | None = None) -> Query:
        plain = tuple(word.plain for word in typed)
        strength = self._strengths(typed)
        weights: dict[str, float] = {}
        for number, one in enumerate(typed):
            weights[one.plain] = max(weights.get(one.plain, 0.0), self._index.weight(one.plain) * strength[number])
        for number, pair in enumerate(terms(plain)[len(plain) :]):
            share = min(strength[number], strength[number + 1])
            weights[pair] = max(weights.get(pair, 0.0), self._index.weight(pair) * max(share, FILLER_WEIGHT))
        content = {one.plain: weights[one.plain] for one, share in zip(typed, strength, strict=True) if share > 0.5}
        context = about.phrases[0] if about else None
        for term in (*self._added(typed), *(terms(context.plain) if context else ())):
            weights.setdefault(term, self._index.weight(term) * ADDED_WEIGHT)
        heard = (*typed, *context.words) if context else typed
        return Query(
            words=typed,
            plain=plain,
            text=" ".join(plain),
            weights=weights,
            shares={term: 1.0 if term in plain else ADDED_SHARE for term in weights if " " not in term},
            content=content,
            acts=self._acts(typed),
            kinds=frozenset(hit.value for hit in self._words.kinds.all_found(heard)),
            outside=self._outside(typed),
        )

    def _acts(self, typed: Sequence[Word]) -> frozenset[str]:
        """What is to be done; "mất" in "mất bao lâu" asks for time and says nothing of a loss."""
        cues = [range(hit.start, hit.start + hit.length) for hit in self._words.facets.found(typed)]
        asks = {place for cue in cues for place in cue}
        asks |= {cue.start - 1 for cue in cues if cue.start and typed[cue.start - 1].plain == "mat"}
        return frozenset(hit.value for hit in self._words.acts.all_found(typed) if hit.start not in asks)

    def _outside(self, typed: Sequence[Word]) -> tuple[tuple[str, ...], ...]:
        """Phrases of matters that are no procedure; a short one without accents may be another word (bao: bão)."""
        hits = self._words.outside.found(typed)
        spans = [typed[hit.start : hit.start + hit.length] for hit in hits]
        return tuple(
            tuple(word.plain for word in span)
            for span in spans
            if len(span) > 1 or span[0].accented or span[0].plain not in self._index
        )

    def _opened(self, text: str) -> list[Word]:
        """Words with abbreviations written out."""
        composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
        tokens = _TOKEN.findall(composed)
        opened: list[Word] = []
        place = 0
        while place < len(tokens):
            pair = " ".join(tokens[place : place + 2])
            length = 2 if pair in self._words.short else 1
            said = tokens[place] if length == 1 else pair
            opened += [word(part) for part in self._words.short.get(said, said).split()]
            place += length
        return opened

    def _plainly(self, typed: list[Word]) -> list[Word]:
        """Without courtesies around the question: "dạ cho em hỏi … em cảm ơn ạ". Courtesy alone stays as it is."""
        start, end = 0, len(typed)
        while start < end and (hit := next(self._words.courtesy.at(typed, start), None)):
            start += hit.length
        endings = {hit.start + hit.length: hit.start for hit in self._words.courtesy.all_found(typed[start:])}
        while (begin := endings.get(end - start)) is not None and end > start:
            end = start + begin
        rest = typed[start:end]
        return rest if sum(hit.length for hit in self._words.filler.found(rest)) < len(rest) else typed

    def _deceased(self, typed: Sequence[Word]) -> list[Word]:
        """ "Mất" said of a relative means to die, and not to lose something: "ông tôi mới mất", "mẹ mất năm ngoái"."""
        heard: list[Word] = []
        for place, one in enumerate(typed):
            after = typed[place + 1].plain if place + 1 < len(typed) else None
            died = one.plain == "mat" and (after is None or after in _AFTER_DEATH) and self._of_relative(heard)
            heard += [word("qua"), word("đời")] if died else [one]
        return heard

    def _of_relative(self, before: Sequence[Word]) -> bool:
        """Whether the last words name a relative, with whose and when between: "bố chồng em vừa"."""
        said = [one.plain for one in before[-5:]]
        while said and said[-1] in _WHOSE_AND_WHEN:
            said.pop()
        return bool(said) and said[-1] in self._words.kin

    def _mended(self, typed: list[Word]) -> tuple[Word, ...]:
        mended: list[Word] = []
        for number, one in enumerate(typed):
            before = mended[-1].plain if mended else ""
            after = typed[number + 1].plain if number + 1 < len(typed) else ""
            mended += self._mend(one, before, after)
        return tuple(mended)

    def _mend(self, one: Word, before: str, after: str) -> list[Word]:
        plain = one.plain
        if plain.isdigit() or len(plain) < 2:
            return [one]
        if plain in self._words.known:
            return [one]
        if plain in self._index:
            return [self._heard(one, before, after)]
        if (meant := untyped(plain)) and (found := word(meant).plain) in self._index:
            return [Word(found, found)]
        if parts := self._unglued(plain):
            return [Word(part, part) for part in parts]
        return [Word(near, near) if (near := self._nearest(plain, before, after)) else one]

    def _heard(self, one: Word, before: str, after: str) -> Word:
        """A real word in a place where another one that sounds alike makes a known pair: "tạm chú" is tạm trú."""
        pairs = self._index.pairs
        near = (f"{before} {one.plain}", f"{one.plain} {after}")
        if any(pair in pairs or pair in self._words.pairs for pair in near):
            return one
        for other in _alike(one.plain):
            if f"{before} {other}" in pairs or f"{other} {after}" in pairs:
                return Word(other, other)
        return one

    def _unglued(self, plain: str) -> list[str]:
        """The known words that stand together in one: "giaykhaisinh"."""
        if len(plain) < _GLUED or SYLLABLE.fullmatch(plain):
            return []
        ways: list[tuple[float, list[str]] | None] = [(0.0, []), *[None] * len(plain)]
        for end in range(1, len(plain) + 1):
            for start in range(max(0, end - 7), end):
                way, piece = ways[start], plain[start:end]
                if way is None or not self._is_piece(piece):
                    continue
                known = bool(way[1]) and f"{way[1][-1]} {piece}" in self._index.pairs
                cost = way[0] + 1.0 - 0.5 * known + 0.7 * (len(piece) == 1)
                best = ways[end]
                if best is None or cost < best[0]:
                    ways[end] = (cost, [*way[1], piece])
        pieces = ways[-1][1] if ways[-1] else []
        return [part for piece in pieces for part in _plain_of(self._words.short.get(piece, piece))]

    def _is_piece(self, piece: str) -> bool:
        if piece in self._words.short:
            return len(piece) > 1
        return piece in self._words.known or (len(piece) > 1 and piece in self._index)

    def _nearest(self, plain: str, before: str, after: str) -> str:
        """The known word one slip away: one that makes a known pair, then one that sounds alike, then the commonest."""
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

    def _strengths(self, typed: Sequence[Word]) -> list[float]:
        """1 for a word that says something, little for a filler; a filler inside a known pair may say something."""
        strength = [1.0] * len(typed)
        for hit in self._words.filler.found(typed):
            for place in range(hit.start, hit.start + hit.length):
                strength[place] = FILLER_WEIGHT
        for hit in self._words.facets.found(typed):
            for place in range(hit.start, hit.start + hit.length):
                strength[place] = min(strength[place], CUE_WEIGHT)
        return strength

    def _added(self, typed: Sequence[Word]) -> Iterator[str]:
        for hit in self._words.means.all_found(typed):
            yield from terms([word(part).plain for part in hit.value.split()])


def _plain_of(text: str) -> list[str]:
    return [word(part).plain for part in text.split()]


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
