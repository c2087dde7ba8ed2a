"""Understanding one message: small talk, a code, a follow-up, or a question that is answered, narrowed or declined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from knowledge import words as word_lists
from knowledge.facets import facets_of
from knowledge.index import Index, entry_of
from knowledge.procedures import Procedure
from knowledge.query import Query, QueryReader
from knowledge.reading import Decision, Facet, Match, Reading, Smalltalk
from knowledge.rerank import Candidate, Model, Ranker, confidence_features, load_model, probability
from knowledge.words import Words

MOST = 10
_CODE = re.compile(r"(?<![\d.])([1-9])[.\s]?(\d{6})(?!\d)")
_ALSO_RIGHT = 0.9
_FOLLOWING = 6
"""A message of at most so many words that say something may be about what was talked of before."""
_CLEAR_TALK = 3
"""A phrase of small talk of at least so many words outweighs two other words."""
_AGAIN = frozenset({"the", "con", "vay", "no", "do", "cai", "ma", "roi", "thi", "voi", "khong"})


class Reader:
    """Reads messages against a set of procedures. Built once; reading changes nothing."""

    def __init__(self, procedures: Iterable[Procedure], model: Model | None = None) -> None:
        self._words: Words = word_lists.load()
        self.index = Index(entry_of(procedure) for procedure in procedures)
        self.queries = QueryReader(self.index, self._words)
        self.ranker = Ranker(self.index, self._words)
        self._model = model or load_model()
        self._codes = frozenset(entry.code for entry in self.index.entries)

    def read(self, text: str, topic: str | None = None, facet: Facet | None = None, /) -> Reading:
        """Understand one message; ``topic`` is the procedure talked about so far, ``facet`` what was asked of it last."""
        if (code := self._code(text)) is not None:
            match = Match(code, 1.0, code)
            return Reading(Decision.ANSWER, (match,), self._facets(text), topic=code, margin=1.0)
        query = self.queries.read(text)
        if kind := self._small_talk(query):
            return Reading(Decision.SMALLTALK, smalltalk=kind, topic=topic)
        ranked = self.ranker.rank(query, self._model)
        facets = facets_of(query.words, self._words)
        if topic is not None and self._continues(query, ranked, facets, topic):
            matches = (Match(topic, 1.0, ""), *(m for m in self._matches(ranked, 0.0) if m.code != topic))[:MOST]
            return Reading(Decision.ANSWER, matches, facets, topic=topic, followup=True, margin=1.0)
        return self._decided(query, ranked, facets, topic)

    def explain(self, text: str) -> list[Candidate]:
        """The candidates as weighed, each feature with what it contributed to the score."""
        ranked = self.ranker.rank(self.queries.read(text), self._model)[:MOST]
        return [
            Candidate(
                c.code,
                c.score,
                c.why,
                {
                    name: round(value * self._model.weights.get(name, 0.0), 3)
                    for name, value in c.features.items()
                    if value
                },
            )
            for c in ranked
        ]

    def _code(self, text: str) -> str | None:
        for match in _CODE.finditer(text):
            if (code := f"{match[1]}.{match[2]}") in self._codes:
                return code
        return None

    def _facets(self, text: str) -> tuple[Facet, ...]:
        return facets_of(self.queries.read(text).words, self._words)

    def _small_talk(self, query: Query) -> Smalltalk | None:
        """The kind of small talk when nothing else of weight is said."""
        hits = list(self._words.smalltalk.found(query.words))
        if not hits:
            return None
        covered = {place for hit in hits for place in range(hit.start, hit.start + hit.length)}
        rest = [word for place, word in enumerate(query.words) if place not in covered]
        telling = [word.plain for word in rest if word.plain in query.content]
        longest = max(hits, key=lambda hit: hit.length)
        if telling and not (longest.length >= _CLEAR_TALK and len(telling) <= 2):
            return None
        kind = Smalltalk(longest.value)
        short = len(query.words) <= longest.length + 2
        return kind if short or kind not in {Smalltalk.YES, Smalltalk.NO} else None

    def _continues(self, query: Query, ranked: Sequence[Candidate], facets: Sequence[Facet], topic: str) -> bool:
        """Whether a message is about the topic: it names a part and hardly anything else."""
        if query.outside and len(query.content) > 1:
            return False
        if ranked and ranked[0].code == topic:
            return True
        strong = [weight for plain, weight in query.content.items() if plain in self.index]
        asks = facets[0] is not Facet.GENERAL
        if not strong:
            return asks or bool(set(query.plain) & _AGAIN)
        sure = probability(confidence_features(ranked, query), self._model.first_right) if ranked else 0.0
        names_other = bool(ranked) and ranked[0].features["phrase_said"] > 0.75 and sure > self._model.answer
        return asks and not names_other and len(strong) <= _FOLLOWING and sure < self._model.answer

    def _matches(self, ranked: Sequence[Candidate], sure: float) -> tuple[Match, ...]:
        if not ranked:
            return ()
        top = ranked[0].score
        return tuple(Match(c.code, round(max(0.0, sure * 2.718 ** (c.score - top)), 4), c.why) for c in ranked[:MOST])

    def _decided(self, query: Query, ranked: list[Candidate], facets: tuple[Facet, ...], topic: str | None) -> Reading:
        if not ranked:
            return Reading(Decision.DECLINE, topic=topic)
        judged = confidence_features(ranked, query)
        meant = probability(judged, self._model.any_meant)
        sure = probability(judged, self._model.first_right)
        matches = self._matches(ranked, sure)
        margin = ranked[0].score - (ranked[1].score if len(ranked) > 1 else 0.0)
        if meant < self._model.offer:
            return Reading(Decision.DECLINE, matches, facets, topic=topic, margin=margin)
        if query.outside and sure < self._model.answer:
            return Reading(Decision.DECLINE, matches, facets, topic=topic, margin=margin)
        if sure < self._model.answer or not query.content:
            return Reading(Decision.CLARIFY, matches, facets, topic=topic, margin=margin)
        return Reading(Decision.ANSWER, matches, facets, topic=matches[0].code, margin=margin)
