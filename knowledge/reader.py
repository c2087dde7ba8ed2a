"""Understanding one message: small talk, a code, a follow-up, or a question that is answered, narrowed or declined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from knowledge import other_names
from knowledge import words as word_lists
from knowledge.facets import asks_for_a_paper, facets_of
from knowledge.index import Entry, Index, entry_of
from knowledge.normalize import words
from knowledge.procedures import Procedure
from knowledge.query import EVERYWHERE, Query, QueryReader
from knowledge.reading import Decision, Facet, Match, Reading, Smalltalk
from knowledge.rerank import Candidate, Model, Ranker, confidence_features, load_model, probability
from knowledge.words import Words

MOST = 10
_CODE = re.compile(r"(?<![\d.])([1-9])[.\s]?(\d{6})(?!\d)")
_AND = re.compile(r"\s+(?:và|va|với cả|voi ca|đồng thời|dong thoi|cùng với|cung voi)\s+|[;\n]+", re.IGNORECASE)
_PARTS_AT_MOST = 3
_YES_OR_NO = frozenset({Smalltalk.YES, Smalltalk.NO})
_COURTESY = frozenset({Smalltalk.GREETING, Smalltalk.THANKS, Smalltalk.GOODBYE})
"""Said before or after a question as well."""
_FOLLOWING = 6
"""A message of at most so many words that say something may be about what was talked of before."""
_CLEAR_TALK = 3
"""A phrase of small talk of at least so many words outweighs two other words."""
_LITTLE = 3
_LIKELY = 0.35
"""Somebody who asks on without choosing from what was offered means the first, when it is at least so likely."""
_CLEARLY = 0.5
"""By so much another procedure must score higher than the one talked about to take its place."""
_ELSEWHERE = 0.45
"""So much more of what is said must stand elsewhere for a message to be about something else."""
_NEAR = 3
"""So many of the first may change places by what was talked of before."""
_NAMED_FULLY = 0.7
_HALF = 0.5
_NAMED = 0.6
"""So much of the best name or alias must be said for a message to stand alone."""
_AGAIN = frozenset({"the", "con", "vay", "no", "do", "cai", "ma", "roi", "thi", "voi", "khong"})


class Reader:
    """Reads messages against a set of procedures. Built once; reading changes nothing."""

    def __init__(self, procedures: Iterable[Procedure], model: Model | None = None) -> None:
        self._words: Words = word_lists.load()
        self._records = {procedure.code: procedure for procedure in procedures}
        names = other_names.load()
        self.index = Index(entry_of(procedure, names.get(procedure.code, ())) for procedure in self._records.values())
        self.queries = QueryReader(self.index, self._words)
        self.ranker = Ranker(self.index, self._words)
        self._model = model or load_model()
        self._entries = {entry.code: entry for entry in self.index.entries}
        self._numbers = {entry.code: number for number, entry in enumerate(self.index.entries)}

    def read(self, text: str, topic: str | None = None) -> Reading:
        """Understand one message; ``topic`` is the procedure talked about so far."""
        if (code := self._code(text)) is not None:
            match = Match(code, 1.0, code)
            facets = facets_of(self.queries.read(_CODE.sub(" ", text)).words, self._words)
            return Reading(Decision.ANSWER, (match,), facets, topic=code, margin=1.0)
        query = self.queries.read(text)
        if kind := self._small_talk(query):
            return Reading(Decision.SMALLTALK, smalltalk=kind, topic=topic)
        ranked = self.ranker.rank(query, self._model)
        if (about := self._entries.get(topic or "")) is not None:
            return self._in_dialogue(query, ranked, about)
        return self._several(text, self._decided(query, ranked, topic))

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
            if (code := f"{match[1]}.{match[2]}") in self._entries:
                return code
        return None

    def _facets(self, query: Query, code: str) -> tuple[Facet, ...]:
        """The parts asked; who names an office that no longer exists and asks nothing else, asks where."""
        facets = facets_of(query.words, self._words, self._entries[code].named)
        return (Facet.WHERE,) if query.former_place and facets == (Facet.GENERAL,) else facets

    def _small_talk(self, query: Query) -> Smalltalk | None:
        """The kind of small talk when nothing else of weight is said."""
        hits = list(self._words.smalltalk.found(query.words))
        if not hits:
            return None
        covered = {place for hit in hits for place in range(hit.start, hit.start + hit.length)}
        rest = [word for place, word in enumerate(query.words) if place not in covered]
        telling = [word.plain for word in rest if word.plain in query.content]
        longest = max(hits, key=lambda hit: (hit.value not in _YES_OR_NO, hit.length))
        kind = Smalltalk(longest.value)
        if telling and (kind in _COURTESY or longest.length < _CLEAR_TALK or len(telling) > 2):
            return None
        if kind not in _YES_OR_NO:
            return kind
        if kind is Smalltalk.YES and query.plain[-1] == "khong":
            return None
        asks = facets_of(query.words, self._words) != (Facet.GENERAL,)
        return kind if len(query.words) <= longest.length + 2 and not asks else None

    def _several(self, text: str, whole: Reading) -> Reading:
        """A message that asks about two procedures ("… và …"), each part clear by itself: both are named."""
        parts = [part for part in _AND.split(text) if part.strip()]
        if not 1 < len(parts) <= _PARTS_AT_MOST or whole.decision is Decision.DECLINE:
            return whole
        readings = [self._alone(part) for part in parts]
        codes = list(dict.fromkeys(reading.codes[0] for reading in readings if reading.decision is Decision.ANSWER))
        if len(codes) < len(parts):
            return whole
        if whole.decision is Decision.ANSWER:
            return replace(whole, also=tuple(code for code in codes if code != whole.codes[0]))
        return replace(readings[0], facets=whole.facets, also=tuple(codes[1:]))

    def _alone(self, text: str) -> Reading:
        query = self.queries.read(text)
        return self._decided(query, self.ranker.rank(query, self._model), None)

    def _in_dialogue(self, query: Query, ranked: list[Candidate], about: Entry) -> Reading:
        """A message after an answer: more about the same procedure, about a neighbour of it, or something new."""
        alone = self._decided(query, ranked, about.code)
        if query.outside and (len(query.content) > 1 or max(map(len, query.outside)) > 2):
            return alone
        facets = self._facets(query, about.code)
        needs = asks_for_a_paper(query.words, self._words)
        if not needs and alone.decision is Decision.ANSWER and _names_itself(ranked[0]):
            return replace(alone, followup=alone.codes[0] == about.code)
        heard = self.queries.heard_with(query, about)
        neighbours = self.ranker.rank(heard, self._model)
        if query.acts and not needs and self._is_neighbour(neighbours, about):
            judged = self._decided(heard, neighbours, about.code)
            if judged.decision is not Decision.DECLINE:
                return judged
        own = self._own_words(about)
        if not needs and alone.decision is not Decision.DECLINE and _is_elsewhere(query, ranked[0], about, own):
            return _in_order_of(alone, neighbours)
        if needs or _continues(query, facets, own):
            matches = (Match(about.code, 1.0, ""), *(m for m in self._matches(neighbours, 0.0) if m.code != about.code))
            return Reading(Decision.ANSWER, matches[:MOST], facets, topic=about.code, followup=True, margin=1.0)
        return alone

    def _on_same_thing(self, code: str, other: str) -> bool:
        one, two = self._entries[code], self._entries[other]
        if any(" " in term for term in one.named & two.named):
            return True
        numbers = self._numbers
        return bool(self.ranker.kinds(numbers[code]) & self.ranker.kinds(numbers[other]))

    def _own_words(self, about: Entry) -> Set[str]:
        """The words of a record, its papers, conditions and notes included; only for the one talked about."""
        record = self._records[about.code]
        texts = [*(d.name for d in record.documents), *record.conditions, *record.notes, *record.steps, record.who]
        return about.keys.keys() | {one.plain for text in texts for one in words(text)}

    def _is_neighbour(self, ranked: Sequence[Candidate], about: Entry) -> bool:
        """Whether, heard with the topic, another procedure on the same thing has the act that was said."""
        first = ranked[0] if ranked else None
        if first is None or first.code == about.code:
            return False
        here = next((c.score for c in ranked if c.code == about.code), first.score - 9.0)
        return (
            self._on_same_thing(first.code, about.code)
            and first.score - here > _CLEARLY
            and first.features["act_same"] > 0.0
        )

    def _matches(self, ranked: Sequence[Candidate], sure: float) -> tuple[Match, ...]:
        """The first ten; where the first shares a telling word with the question, only what has one, too."""
        if not ranked:
            return ()
        first = ranked[0]
        telling = bool(first.features["shared"])
        worth = [c for c in ranked if c is first or not telling or _is_worth_offering(c)]
        top = first.score
        return tuple(Match(c.code, round(max(0.0, sure * 2.718 ** (c.score - top)), 4), c.why) for c in worth[:MOST])

    def _decided(self, query: Query, ranked: list[Candidate], topic: str | None) -> Reading:
        if not ranked:
            return Reading(Decision.DECLINE, topic=topic)
        judged = confidence_features(ranked, query)
        meant = probability(judged, self._model.any_meant)
        sure = probability(judged, self._model.first_right)
        matches = self._matches(ranked, sure)
        facets = self._facets(query, ranked[0].code)
        margin = ranked[0].score - (ranked[1].score if len(ranked) > 1 else 0.0)
        decision = self._decision(query, ranked[0], meant, sure)
        if decision is Decision.ANSWER or (decision is Decision.CLARIFY and topic is None and sure > _LIKELY):
            topic = matches[0].code
        return Reading(decision, matches, facets, topic=topic, margin=margin)

    def _decision(self, query: Query, first: Candidate, meant: float, sure: float) -> Decision:
        if _is_open(query):
            return Decision.CLARIFY
        if meant < self._model.offer or (first.features["outside"] and sure < self._model.answer):
            return Decision.DECLINE
        if first.features["exact"] and not first.features["accents_differ"]:
            return Decision.ANSWER
        return Decision.CLARIFY if sure < self._model.answer or not query.content else Decision.ANSWER


def _in_order_of(reading: Reading, heard: Sequence[Candidate]) -> Reading:
    """What is near in a reading without the topic, in the order in which it is near with it."""
    if reading.decision is not Decision.CLARIFY:
        return reading
    places = {candidate.code: place for place, candidate in enumerate(heard)}
    near, far = reading.matches[:_NEAR], reading.matches[_NEAR:]
    ordered = sorted(near, key=lambda match: places.get(match.code, len(places)))
    scores = sorted((match.score for match in near), reverse=True)
    again = tuple(replace(match, score=score) for match, score in zip(ordered, scores, strict=True))
    return replace(reading, matches=again + far)


def _is_open(query: Query) -> bool:
    """Whether only words are said that any procedure could have ("đăng ký"): what is meant has to be asked."""
    said = query.content.keys() - {"viec"}  # "việc của tôi" speaks of no procedure
    return bool(said) and query.content.keys() <= EVERYWHERE and not (query.outside or query.elsewhere)


def _is_worth_offering(candidate: Candidate) -> bool:
    """Whether a telling word of the question, or most of a name of it in other words, stands in a record."""
    return bool(candidate.features["shared"]) or candidate.features["phrase_said"] > _HALF


def _names_itself(candidate: Candidate) -> bool:
    """Whether a question says by itself what it is about, without what was said before."""
    return candidate.features["phrase_said"] > _NAMED


def _is_elsewhere(query: Query, first: Candidate, about: Entry, own: Set[str]) -> bool:
    """Whether what is said stands in another procedure and not among the ``own`` words of the one talked about."""
    total = sum(query.content.values())
    if first.code == about.code or not total:
        return False
    here = sum(weight for plain, weight in query.content.items() if plain in own) / total
    if first.features["phrase_said"] > _NAMED_FULLY and first.features["told"] > _NAMED_FULLY:
        return here < _NAMED_FULLY
    said = first.features["phrase_said"] > _HALF
    return said and first.features["question_anywhere"] - here > _ELSEWHERE


def _continues(query: Query, facets: Sequence[Facet], own: Set[str]) -> bool:
    """Whether a message that names no other procedure is about the topic: it asks for a part of it, or asks on with its
    ``own`` words.
    """
    if facets[0] is not Facet.GENERAL:
        return len(query.content) <= _FOLLOWING
    known = len(query.content) <= _LITTLE and set(query.content) <= own
    return len(query.words) > 1 and known and bool(set(query.plain) & _AGAIN)
