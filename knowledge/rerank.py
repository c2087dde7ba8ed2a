"""Which of the candidates is meant: a linear model over readable features, learned from labelled questions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge.index import Entry, Hits, Index, Kind, keys_of
from knowledge.library import DATA
from knowledge.query import EVERYWHERE, Query
from knowledge.words import Words

MODEL = DATA / "model.json"
CANDIDATES = 20

FEATURES = (
    "cosine",  # best phrase
    "support",  # mean of the best three phrases
    "phrase_said",  # how much of the best name or alias the question says
    "name_said",  # how much of the name it says
    "told",  # the weight of the best name or alias that is said, of all that the question says
    "question_known",  # how much of the question the best phrase explains
    "question_anywhere",  # how much of it stands anywhere in the record
    "rarest_missing",  # its most telling word that the record lacks
    "accents_differ",
    "fuzzy_set",
    "fuzzy_sort",
    "fuzzy_part",
    "act_same",
    "act_other",
    "act_extra",
    "kind_missing",
    "kind_extra",
    "qualified",  # words that make another procedure of a plain one, and are not said
    "named_by_people",
    "commune",
    "by_question",
)

CONFIDENCE = (
    "bias",
    "score",
    "margin",
    "question_known",
    "question_anywhere",
    "phrase_said",
    "rarest_missing",
    "outside",
    "cosine",
    "length",
    "unnamed",  # how little of any phrase is said in full
    "kind_missing",
    "act_other",
    "act_extra",
    "accents_differ",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A procedure that was weighed, with what spoke for and against it."""

    code: str
    score: float
    why: str
    """The phrase of the record that fits best."""
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """Weights and thresholds, written by ``python -m knowledge.train``."""

    weights: Mapping[str, float]
    any_meant: Mapping[str, float]
    first_right: Mapping[str, float]
    answer: float
    """Least probability that the first one is right for answering at once."""
    offer: float
    """Least probability that any procedure is meant for offering choices."""


@cache
def load_model() -> Model:
    return Model(**json.loads(MODEL.read_text(encoding="utf-8")))


_NEARLY = 0.85
_QUALIFYING = frozenset({"again", "abroad"})
"""Acts and kinds that make another procedure of a plain one."""


class _Facts:
    """What does not depend on the question, worked out once per entry."""

    __slots__ = ("acts", "core", "kinds", "name_acts", "names", "not_questions", "qualifiers")

    def __init__(self, entry: Entry, words: Words) -> None:
        named = [phrase for phrase in entry.phrases if phrase.kind is not Kind.QUESTION]
        names = [phrase for phrase in named if phrase.kind is not Kind.ALIAS]
        self.name_acts = frozenset(hit.value for phrase in names for hit in words.acts.all_found(phrase.words))
        counts: dict[str, int] = {}
        for phrase in named:
            for act in {hit.value for hit in words.acts.all_found(phrase.words)}:
                counts[act] = counts.get(act, 0) + 1
        self.acts = {act: 1.0 if act in self.name_acts else count / len(named) for act, count in counts.items()}
        self.kinds = frozenset(hit.value for phrase in named for hit in words.kinds.all_found(phrase.words))
        plain_name = names[0].words
        self.core = frozenset(names[0].plain) - EVERYWHERE
        self.qualifiers = frozenset(hit.value for hit in words.qualifiers.all_found(plain_name)) | {
            hit.value
            for said in (words.acts, words.kinds)
            for hit in said.all_found(plain_name)
            if hit.value in _QUALIFYING
        }
        # Phrases stand in the order of their kind: names first, questions last.
        self.names, self.not_questions = len(names), len(named)


class Ranker:
    """Ranks the procedures of an index for a question."""

    def __init__(self, index: Index, words: Words) -> None:
        self._index = index
        self._words = words
        self._facts: dict[int, _Facts] = {}
        self._hidden: int | None = None
        self._shown: Mapping[int, Mapping[str, frozenset[str]]] = {}

    @contextmanager
    def hidden(self, number: int, phrase: int) -> Iterator[None]:
        """For training: judge a stored question as if its own phrase were not there."""
        self._hidden = self._index.span(number).start + phrase
        phrases = self._index.entries[number].phrases
        self._shown = {number: keys_of(other.words for place, other in enumerate(phrases) if place != phrase)}
        try:
            yield
        finally:
            self._hidden, self._shown = None, {}

    def candidates(self, query: Query) -> list[tuple[int, Mapping[str, float], str]]:
        """The entries worth weighing: number, features, best phrase."""
        hits = self._index.search(query.weights, query.shares, self._hidden)
        if not len(hits.best):
            return []
        most = min(CANDIDATES, len(hits.best))
        numbers = np.argpartition(-hits.best, most - 1)[:most]
        return [(int(n), *self._features(int(n), query, hits)) for n in numbers if hits.best[n] > 0.0]

    def rank(self, query: Query, model: Model) -> list[Candidate]:
        """All candidates, the best first; ties by code, so that the order never depends on chance."""
        found = [
            Candidate(self._index.entries[n].code, score_of(features, model.weights), why, features)
            for n, features, why in self.candidates(query)
        ]
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.code))

    def kinds(self, number: int) -> frozenset[str]:
        """What an entry is about: land, vehicle, birth."""
        return self._facts_of(number).kinds

    def _facts_of(self, number: int) -> _Facts:
        if number not in self._facts:
            self._facts[number] = _Facts(self._index.entries[number], self._words)
        return self._facts[number]

    def _features(self, number: int, query: Query, hits: Hits) -> tuple[Mapping[str, float], str]:
        entry, facts = self._index.entries[number], self._facts_of(number)
        span = self._index.span(number)
        cosines, said, mass = hits.cosine[span], hits.said[span], self._index.mass[span]
        order = np.argsort(-cosines)[:3]
        best = entry.phrases[order[0]]
        content = sum(query.content.values()) or 1.0
        known = set(best.plain)
        keys = self._shown.get(number, entry.keys)
        missing = [weight for plain, weight in query.content.items() if plain not in keys]
        phrase, text = " ".join(best.plain), query.text
        features = {
            "cosine": float(cosines[order[0]]),
            "support": float(cosines[order].sum()) / len(order),
            "phrase_said": float(said[: facts.not_questions].max()),
            "name_said": float(said[: facts.names].max()),
            "told": min(1.5, float((said[: facts.not_questions] ** 2 * mass[: facts.not_questions]).max()) / content),
            "question_known": sum(w for plain, w in query.content.items() if plain in known) / content,
            "question_anywhere": sum(w for plain, w in query.content.items() if plain in keys) / content,
            "rarest_missing": max(missing, default=0.0) / self._index.rarest,
            "fuzzy_set": fuzz.token_set_ratio(text, phrase) / 100,
            "fuzzy_sort": fuzz.token_sort_ratio(text, phrase) / 100,
            "fuzzy_part": fuzz.partial_ratio(text, phrase) / 100,
            "outside": float(
                sum(len(words) for words in query.outside if not keys.keys() >= set(words))
                + sum(len(words) for words in query.elsewhere if not _says_whole(words, entry, said))
            ),
            "shared": float(not keys.keys().isdisjoint(query.telling)),
            "exact": float(bool(facts.core) and facts.core == query.telling),
            "named_by_people": float(entry.named_by_people),
            "commune": float(entry.commune),
            "by_question": float(best.kind is Kind.QUESTION),
            **_accents(query, keys),
            **_acts(query, facts),
            "kind_missing": float(len(query.kinds - facts.kinds)),
            "kind_extra": float(len((facts.kinds - query.kinds) & {"business", "military", "vehicle"})),
            "qualified": float(len(facts.qualifiers - query.acts - query.kinds - query.qualifiers)),
        }
        return features, best.text


def _says_whole(matter: Set[str], entry: Entry, said: NDArray[np.float32]) -> bool:
    """Whether the phrase in which a record speaks of a matter of another office is said nearly whole."""
    return any(
        share > _NEARLY and matter <= set(phrase.plain) for phrase, share in zip(entry.phrases, said, strict=True)
    )


def _accents(query: Query, keys: Mapping[str, frozenset[str]]) -> Mapping[str, float]:
    """Accents that somebody typed are evidence: of the shared words, how many the record has with others."""
    shared = [word for word in query.words if word.accented and word.plain in keys and word.plain in query.content]
    differ = sum(word.key not in keys[word.plain] for word in shared)
    return {"accents_differ": differ / max(1, len(shared))}


def _acts(query: Query, facts: _Facts) -> Mapping[str, float]:
    same = max((facts.acts.get(act, 0.0) for act in query.acts), default=0.0)
    other = float(bool(query.acts) and same == 0.0 and bool(facts.name_acts))
    extra = float(not query.acts and bool(facts.name_acts - {"confirm", "first"}))
    return {"act_same": same, "act_other": other, "act_extra": extra}


def score_of(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def vector(features: Mapping[str, float]) -> NDArray[np.float64]:
    return np.array([features[name] for name in FEATURES], dtype=np.float64)


_JUDGED = ("kind_missing", "act_other", "act_extra", "accents_differ")


def confidence_features(ranked: Sequence[Candidate], query: Query) -> Mapping[str, float]:
    """What the two probabilities are judged by."""
    first = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else first.score - 5.0
    words = max(1, len(query.words))
    return {
        "bias": 1.0,
        "score": first.score / 5.0,
        "margin": min(first.score - second, 5.0) / 2.0,
        "question_known": first.features["question_known"],
        "question_anywhere": first.features["question_anywhere"],
        "phrase_said": first.features["phrase_said"],
        "rarest_missing": first.features["rarest_missing"],
        "outside": min(1.0, first.features["outside"] / words * 2.0) + 0.5 * (first.features["outside"] > 0),
        "cosine": first.features["cosine"],
        "length": math.log(1 + len(query.content)),
        "unnamed": math.prod(1.0 - min(1.0, first.features[said]) for said in ("name_said", "phrase_said", "cosine")),
        **{name: first.features[name] for name in _JUDGED},
    }


def probability(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score_of(features, weights)))))
