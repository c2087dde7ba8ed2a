"""A message as the search sees it: abbreviations opened, keys and typos mended, words weighted by what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from knowledge import places
from knowledge.index import Entry, Index, terms
from knowledge.normalize import Word, word
from knowledge.spelling import Speller, opened
from knowledge.words import Found, Words

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
_LABEL_WORDS = (
    "câu|cau|hỏi|hoi|đáp|dap|số|so|nội|noi|dung|thắc|thac|mắc|mac|vấn|van|đề|de|chủ|chu|tiêu|tieu|cần|can|tư|tu|của|cua"
    "|tôi|toi|em|mình|minh|là|la|yêu|yeu|cầu|question|q|title|subject"
)
_LABEL = re.compile(
    rf"""^[\s"'“”‘’«»()\[\]*•–+>.-]*"""
    rf"""(?:(?:\d{{1,2}}|[a-dA-D])[.)]\s+|(?:(?:{_LABEL_WORDS})\s+){{0,5}}(?:{_LABEL_WORDS})\s*\d*\s*[:：\]]\s*)*""",
    re.IGNORECASE,
)
"""What stands before a question that was copied from a list or a form: "1. ", "Câu hỏi 3: ", "[Hỏi] "."""

EVERYWHERE = frozenset(("dang", "ki", "cap", "thu", "tuc", "giay", "to", "lam", "xin", "viec", "giai", "quyet"))
"""Words that any procedure could have in its name: what is left of "đăng ký khai sinh" is what it is about."""


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
    telling: Set[str]
    """Those of them that not any procedure could have in its name."""
    acts: frozenset[str]
    kinds: frozenset[str]
    qualifiers: frozenset[str]
    former_place: bool
    """Whether it names a ward or an office that no longer exists."""
    outside: tuple[tuple[str, ...], ...]
    """Phrases of matters that are no procedure."""
    elsewhere: tuple[frozenset[str], ...]
    """The words of matters of other offices."""


class QueryReader:
    """Reads messages against the words of one index."""

    def __init__(self, index: Index, vocabulary: Words) -> None:
        self._index = index
        self._words = vocabulary
        self._places = places.load()
        self._speller = Speller(index, vocabulary, self._places.words)

    def read(self, text: str) -> Query:
        """Read a message."""
        said = self._speller.mended(opened(_LABEL.sub("", text), self._words.short)[-2 * LONGEST :])
        typed = tuple(self._deceased(self._plainly(said)))
        return self._weighed(typed[-LONGEST:])

    def heard_with(self, query: Query, about: Entry) -> Query:
        """The same message with the name of the procedure talked of so far heard along with it."""
        return self._weighed(query.words, about)

    def _weighed(self, typed: tuple[Word, ...], about: Entry | None = None) -> Query:
        plain = tuple(word.plain for word in typed)
        cues, places_said = list(self._words.facets.found(typed)), list(self._places.named(typed))
        strength = self._strengths(typed, cues, places_said)
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
            telling=content.keys() - EVERYWHERE,
            acts=self._acts(typed, cues),
            kinds=frozenset(hit.value for hit in self._words.kinds.all_found(heard)),
            qualifiers=frozenset(hit.value for hit in self._words.qualifiers.all_found(typed)),
            former_place=bool(places_said),
            outside=self._outside(typed),
            elsewhere=tuple(
                frozenset(plain[hit.start : hit.start + hit.length]) for hit in self._words.elsewhere.found(typed)
            ),
        )

    def _acts(self, typed: Sequence[Word], cues: Sequence[Found]) -> frozenset[str]:
        """What is to be done; "mất" in "mất bao lâu" asks for time and says nothing of a loss."""
        asks = {place for cue in cues for place in range(cue.start, cue.start + cue.length)}
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

    def _plainly(self, typed: Sequence[Word]) -> Sequence[Word]:
        """Without courtesies around the question: "dạ cho em hỏi … em cảm ơn ạ". Courtesy alone stays as it is."""
        start, end = 0, len(typed)
        while start < end and (hit := next(self._words.courtesy.at(typed, start), None)):
            more = start + hit.length < end and any(self._words.courtesy.at(typed, start + hit.length))
            if not more and self._says_more(hit, typed, start + 1):
                break
            start += hit.length
        endings: dict[int, int] = {}
        for hit in self._words.courtesy.all_found(typed):
            if not self._says_more(hit, typed, hit.start):
                endings.setdefault(hit.start + hit.length, hit.start)
        while (begin := endings.get(end)) is not None and begin >= start:
            end = begin
        rest = typed[start:end]
        return rest if sum(hit.length for hit in self._words.filler.found(rest)) < len(rest) else typed

    def _says_more(self, hit: Found, typed: Sequence[Word], place: int) -> bool:
        """Whether one word without accents belongs to the question: "bao nhieu tien" is no "tiện"."""
        if hit.length > 1 or typed[hit.start].accented or not 0 < place < len(typed):
            return False
        return f"{typed[place - 1].plain} {typed[place].plain}" in self._index.pairs

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

    def _strengths(self, typed: Sequence[Word], cues: Sequence[Found], places_said: Sequence[Found]) -> list[float]:
        """1 for a word that says something, little for a filler; a filler inside a known pair may say something."""
        strength = [1.0] * len(typed)
        for hit in self._words.filler.found(typed):
            for place in range(hit.start, hit.start + hit.length):
                strength[place] = FILLER_WEIGHT
        for hit in cues:
            for place in range(hit.start, hit.start + hit.length):
                strength[place] = min(strength[place], CUE_WEIGHT)
            if hit.start and typed[hit.start - 1].plain == "mat":
                strength[hit.start - 1] = FILLER_WEIGHT
        for hit in places_said:
            for place in range(hit.start, hit.start + hit.length):
                strength[place] = FILLER_WEIGHT
        return strength

    def _added(self, typed: Sequence[Word]) -> Iterator[str]:
        for hit in self._words.means.all_found(typed):
            yield from terms([word(part).plain for part in hit.value.split()])
