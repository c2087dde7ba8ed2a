"""The editable word lists of ``data/words.yaml``, ready for matching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.library import DATA, ContentError, read_yaml
from knowledge.normalize import Word, words
from knowledge.reading import Facet, Smalltalk

FILE = DATA / "words.yaml"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    short: Mapping[str, str]
    means: Mapping[str, str]
    acts: Mapping[str, Sequence[str]]
    kinds: Mapping[str, Sequence[str]]
    qualifiers: Mapping[str, Sequence[str]]
    filler: Sequence[str]
    courtesy: Sequence[str]
    facets: Mapping[Facet, Sequence[str]]
    nouns: Mapping[Facet, Sequence[str]]
    smalltalk: Mapping[Smalltalk, Sequence[str]]
    outside: Sequence[str]
    elsewhere: Sequence[str]
    kin: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a row of words."""

    start: int
    length: int
    value: str


class Phrases:
    """Phrases that are looked for in a row of words.

    A word typed without accents fits any; one with accents only its own.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[Word, ...], str]]] = {}
        for text, value in phrases:
            phrase = tuple(words(text))
            self._by_first.setdefault(phrase[0].plain, []).append((phrase, value))
        for candidates in self._by_first.values():
            candidates.sort(key=lambda candidate: -len(candidate[0]))

    @property
    def phrases(self) -> Iterator[tuple[str, ...]]:
        """All phrases without accents, in no particular order."""
        every = (phrase for candidates in self._by_first.values() for phrase, _ in candidates)
        return (tuple(one.plain for one in phrase) for phrase in every)

    @property
    def keys(self) -> Iterator[str]:
        """Every word of the phrases as written, with its accents."""
        every = (phrase for candidates in self._by_first.values() for phrase, _ in candidates)
        return (one.key for phrase in every for one in phrase)

    def at(self, typed: Sequence[Word], start: int) -> Iterator[Found]:
        """The phrases that begin at this word, the longest first."""
        for phrase, value in self._by_first.get(typed[start].plain, ()):
            if fits(phrase, typed, start):
                yield Found(start, len(phrase), value)

    def found(self, typed: Sequence[Word]) -> Iterator[Found]:
        """Phrases from left to right without overlap, the longest at each place."""
        start = 0
        while start < len(typed):
            hit = next(self.at(typed, start), None)
            if hit:
                yield hit
            start += hit.length if hit else 1

    def all_found(self, typed: Sequence[Word]) -> Iterator[Found]:
        """Every phrase at every place, also overlapping ones."""
        for start in range(len(typed)):
            yield from self.at(typed, start)


GAP = "…"
"""Stands in a cue for up to so many other words:"""
WIDEST_GAP = 12


class Gaps:
    """Cues of two parts with other words between them: "hồ sơ … gồm"."""

    def __init__(self, cues: Iterable[tuple[str, str]]) -> None:
        parts = [(*text.split(GAP), value) for text, value in cues]
        self._cues = [(tuple(words(first)), tuple(words(last)), value) for first, last, value in parts]

    @property
    def phrases(self) -> Iterator[tuple[str, ...]]:
        """All parts without accents."""
        return (tuple(one.plain for one in part) for first, last, _ in self._cues for part in (first, last))

    def found(self, typed: Sequence[Word]) -> Iterator[Found]:
        """Every cue that stands in the message, from its first word to its last."""
        plain = [one.plain for one in typed]
        said = set(plain)
        for first, last, value in self._cues:
            if first[0].plain in said and last[0].plain in said and (hit := _spanned(first, last, typed)):
                yield Found(hit[0], hit[1] - hit[0], value)


def _spanned(first: Sequence[Word], last: Sequence[Word], typed: Sequence[Word]) -> tuple[int, int] | None:
    for start in range(len(typed)):
        if not fits(first, typed, start):
            continue
        after = start + len(first)
        for place in range(after, min(after + WIDEST_GAP, len(typed)) + 1):
            if fits(last, typed, place):
                return start, place + len(last)
    return None


def fits(phrase: Sequence[Word], typed: Sequence[Word], start: int) -> bool:
    """Whether a phrase stands at this place."""
    if start + len(phrase) > len(typed):
        return False
    return all(
        said.plain == one.plain and (said.key == one.key or not said.accented)
        for one, said in zip(phrase, typed[start : start + len(phrase)], strict=True)
    )


@dataclass(frozen=True, slots=True)
class Words:
    """All lists."""

    short: Mapping[str, str]
    """One typed word, with its accents -> what it stands for."""
    means: Phrases
    acts: Phrases
    kinds: Phrases
    qualifiers: Phrases
    """Words that make another procedure of a plain one."""
    filler: Phrases
    courtesy: Phrases
    """Said around a question without being part of it."""
    facets: Phrases
    facet_gaps: Gaps
    nouns: Phrases
    """Nouns that ask when a message without a question begins with one."""
    smalltalk: Phrases
    outside: Phrases
    elsewhere: Phrases
    """What other offices do and a record may mention by the way."""
    kin: frozenset[str]
    """Last words of relatives (bố, mẹ, ông nội), without accents."""
    known: frozenset[str]
    """Every word of the lists, without accents: none of them is a slip of the finger."""
    keys: frozenset[str]
    """Every word of the lists as written, with its accents."""
    pairs: frozenset[str]
    """Every two neighbours of the lists."""


def _listed(table: Mapping[str, Sequence[str]]) -> Phrases:
    return Phrases((phrase, name) for name, phrases in table.items() for phrase in phrases)


@cache
def load() -> Words:
    """Read the word lists. Raises ContentError."""
    try:
        file = _File.model_validate(read_yaml(FILE))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc']}: {e['msg']}" for e in error.errors()]) from error
    cues = [(cue, facet.value) for facet, phrases in file.facets.items() for cue in phrases]
    lists: dict[str, Any] = {
        "means": Phrases(file.means.items()),
        "acts": _listed(file.acts),
        "kinds": _listed(file.kinds),
        "qualifiers": _listed(file.qualifiers),
        "courtesy": _listed({"": file.courtesy}),
        "filler": _listed({"": file.filler}),
        "facets": Phrases((cue, facet) for cue, facet in cues if GAP not in cue),
        "facet_gaps": Gaps((cue, facet) for cue, facet in cues if GAP in cue),
        "nouns": _listed({facet.value: nouns for facet, nouns in file.nouns.items()}),
        "smalltalk": _listed({kind.value: phrases for kind, phrases in file.smalltalk.items()}),
        "outside": _listed({"": file.outside}),
        "elsewhere": _listed({"": file.elsewhere}),
    }
    phrases = [phrase for listed in lists.values() for phrase in listed.phrases]
    return Words(
        kin=frozenset(words(name)[-1].plain for name in file.kin),
        short={key.casefold(): value for key, value in file.short.items()},
        keys=frozenset(key for listed in lists.values() if isinstance(listed, Phrases) for key in listed.keys),
        known=frozenset(one for phrase in phrases for one in phrase),
        pairs=frozenset(f"{first} {second}" for phrase in phrases for first, second in pairwise(phrase)),
        **lists,
    )
