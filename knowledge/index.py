"""A sparse index over the phrases of procedures: names, aliases, stored questions. Arrays, built once."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.normalize import Word, words
from knowledge.procedures import Procedure

_ASIDE = re.compile(r"\s*\([^)]*\)")
"""What a short name explains in brackets is not what people say."""
PAIR_WEIGHT = 0.6
"""Two words side by side count this much of a word of the same rarity."""


class Kind(IntEnum):
    """Where a phrase comes from."""

    NAME = 0
    OFFICIAL = 1
    ALIAS = 2
    QUESTION = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a procedure, as words."""

    text: str
    kind: Kind
    words: tuple[Word, ...]
    plain: tuple[str, ...]
    """The words without accents."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A procedure as the search sees it."""

    code: str
    phrases: tuple[Phrase, ...]
    keys: Mapping[str, frozenset[str]]
    """Every plain word of it -> the accented forms that occur."""
    named: frozenset[str]
    """Words and pairs of its names."""
    named_by_people: bool
    """Whether anybody wrote down what people call it."""
    commune: bool


def entry_of(procedure: Procedure, other_names: Sequence[str] = ()) -> Entry:
    """The searchable part of a record; ``other_names`` stand in for the aliases that an imported one lacks."""
    texts = [(_ASIDE.sub("", procedure.name), Kind.NAME)]
    if procedure.official_name.casefold() != procedure.name.casefold():
        texts.append((procedure.official_name, Kind.OFFICIAL))
    texts += [(alias, Kind.ALIAS) for alias in procedure.aliases or other_names]
    texts += [(question, Kind.QUESTION) for question in procedure.questions]
    phrases = tuple(_phrase(text, kind) for text, kind in texts)
    return Entry(
        code=procedure.code,
        phrases=phrases,
        keys=keys_of([*(phrase.words for phrase in phrases), words(procedure.field)]),
        named=frozenset(term for phrase in phrases if phrase.kind <= Kind.OFFICIAL for term in terms(phrase.plain)),
        named_by_people=bool(procedure.aliases or other_names),
        commune=any("xã" in level for level in procedure.levels),
    )


def keys_of(texts: Iterable[Iterable[Word]]) -> Mapping[str, frozenset[str]]:
    """Every plain word of the texts -> the accented forms that occur."""
    keys: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for word in text:
            keys[word.plain].add(word.key)
    return {plain: frozenset(found) for plain, found in keys.items()}


def _phrase(text: str, kind: Kind) -> Phrase:
    found = tuple(words(text))
    return Phrase(text, kind, found, tuple(word.plain for word in found))


def terms(plain: Sequence[str]) -> list[str]:
    """Words and pairs of neighbours."""
    return [*plain, *(f"{first} {second}" for first, second in pairwise(plain))]


@dataclass(frozen=True, slots=True)
class Hits:
    """How well each phrase fits a question."""

    cosine: NDArray[np.float32]
    best: NDArray[np.float32]
    """The best cosine of each entry."""
    said: NDArray[np.float32]
    """How much of each phrase the question says, 0..1 of the weight of the phrase's words."""


class Index:
    """Postings of every term over all phrases; phrases of one entry lie side by side."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entry for entry in entries if entry.phrases)
        counts = Counter(term for entry in self.entries for term in _own_terms(entry))
        total = max(1, len(self.entries))
        self.rarity = {term: math.log(1.0 + total / (0.5 + count)) for term, count in counts.items()}
        self.rarest = math.log(1.0 + total / 1.5)
        self.owner, self._starts = self._layout()
        self._pointers, self._rows, self._weights, self._numbers = self._postings()
        self.mass = self._masses()
        self.keys = frozenset(key for entry in self.entries for keys in entry.keys.values() for key in keys)
        self.pairs = frozenset(term for term in self._numbers if " " in term)

    def _layout(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        sizes = np.array([len(entry.phrases) for entry in self.entries], dtype=np.int64)
        owner = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        return owner, (np.cumsum(sizes) - sizes).astype(np.int64)

    def _postings(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], dict[str, int]]:
        numbers: dict[str, int] = {}
        term_of: list[int] = []
        row_of: list[int] = []
        row = 0
        for entry in self.entries:
            for phrase in entry.phrases:
                for term in set(terms(phrase.plain)):
                    term_of.append(numbers.setdefault(term, len(numbers)))
                    row_of.append(row)
                row += 1
        order = np.argsort(np.array(term_of, dtype=np.int64), kind="stable")
        sorted_terms = np.array(term_of, dtype=np.int64)[order]
        rows = np.array(row_of, dtype=np.int32)[order]
        value = np.array([self.weight(term) for term in numbers], dtype=np.float32)
        weights = value[sorted_terms] if len(sorted_terms) else np.zeros(0, dtype=np.float32)
        norms = np.sqrt(np.bincount(rows, weights=weights**2, minlength=row))
        shares = (weights / np.maximum(norms[rows], 1e-6)).astype(np.float32)
        pointers = np.searchsorted(sorted_terms, np.arange(len(numbers) + 1))
        return pointers, rows, shares, numbers

    def _masses(self) -> NDArray[np.float32]:
        """The weight of all single words of each phrase."""
        masses = [
            sum(self.weight(plain) for plain in set(phrase.plain)) for entry in self.entries for phrase in entry.phrases
        ]
        return np.maximum(np.array(masses, dtype=np.float32), 1e-6)

    def weight(self, term: str) -> float:
        """How much a term says: its rarity, less for a pair. Unknown words count as the rarest."""
        return self.rarity.get(term, self.rarest) * (PAIR_WEIGHT if " " in term else 1.0)

    def __contains__(self, term: str) -> bool:
        return term in self._numbers

    def search(self, weighted: Mapping[str, float], shares: Mapping[str, float], without: int | None = None) -> Hits:
        """Every phrase against a question, given as weighted terms; ``without``: a row to pass over.

        ``shares``: the single words of the question, each with how far it counts as said.
        """
        length = math.sqrt(sum(weight**2 for weight in weighted.values())) or 1.0
        cosine = self._summed(weighted, self._weights) / length
        said = self._summed({term: share * self.weight(term) for term, share in shares.items()}, None) / self.mass
        if without is not None:
            cosine[without] = said[without] = 0.0
        best = np.maximum.reduceat(cosine, self._starts) if len(cosine) else cosine
        return Hits(cosine, best, said)

    def _summed(self, weighted: Mapping[str, float], values: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """Sum over the terms of a row, of the term's weight times the posting's value (1 when there are none)."""
        known = [(self._numbers[term], weight) for term, weight in weighted.items() if term in self._numbers]
        if not known:
            return np.zeros(len(self.owner), dtype=np.float32)
        spans = [slice(self._pointers[number], self._pointers[number + 1]) for number, _ in known]
        counts = [span.stop - span.start for span in spans]
        rows = np.concatenate([self._rows[span] for span in spans])
        weights = np.repeat(np.array([weight for _, weight in known]), counts)
        if values is not None:
            weights *= np.concatenate([values[span] for span in spans])
        return np.bincount(rows, weights=weights, minlength=len(self.owner)).astype(np.float32)

    def span(self, number: int) -> slice:
        """The rows of an entry's phrases."""
        start = int(self._starts[number])
        return slice(start, start + len(self.entries[number].phrases))


def _own_terms(entry: Entry) -> set[str]:
    return {term for phrase in entry.phrases for term in terms(phrase.plain)}
