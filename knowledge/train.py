"""Learn the weights and thresholds of ``data/model.json`` from labelled questions. Anybody can run it again:

    python -m knowledge.train --labels dev.jsonl dev_oos.jsonl --catalogue procedures.jsonl.gz [--write]

A label is a JSON line {"id", "question", "codes": [every right answer], ...}; no codes: out of scope. Every fourth one
is never trained on, only measured. The stored questions of the shipped records are learned from too, each with its own
phrase taken out of the index first. Plain logistic regression by gradient descent, the same result every time.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge import other_names
from knowledge.importers import jsonl
from knowledge.index import Kind
from knowledge.library import Library, shipped
from knowledge.query import Query
from knowledge.reader import Reader
from knowledge.reading import Decision
from knowledge.rerank import (
    CONFIDENCE,
    FEATURES,
    MODEL,
    Candidate,
    Model,
    confidence_features,
    probability,
    vector,
)

EVERY = 4
"""Each fourth label is set aside."""
RIDGE = 0.02
WRONG_AT_MOST = 0.01
"""Share of in-scope questions that may be answered at once and wrongly when thresholds are chosen."""
OUTSIDE_AT_MOST = 0.02
DECLINED_AT_MOST = 0.02
STORED_WEIGHT = 0.3
"""A stored question was written by whoever wrote the record: it counts less than one that somebody else asked."""
SHOWN_WEIGHT = 0.3
"""The same question once more, with its own phrase: whoever types it as it is stored must find it."""
UNKNOWN_WEIGHT = 0.3
"""What the name of a procedure without a record counts, asked of the records alone."""
ABSENT_WEIGHT = 0.3
"""What a question counts once more, asked as if its procedures were not known: then nothing is right."""


@dataclass(frozen=True, slots=True)
class Label:
    id: str
    question: str
    codes: frozenset[str]
    weight: float = 1.0
    aside: bool = False
    place: tuple[int, int] | None = None
    """Entry and phrase of a stored question."""


Row: TypeAlias = tuple[Label, list[Candidate], Query]
"""A question, its candidates with the best first, and how it was read."""


def labels_of(paths: Iterable[Path]) -> list[Label]:
    found = []
    for path in paths:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for number, row in enumerate(row for row in rows if "question" in row and row.get("label") != "smalltalk"):
            found.append(Label(row["id"], row["question"], frozenset(row["codes"]), aside=number % EVERY == 0))
    return found


def _softmax_step(
    groups: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], float]], w: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Gradient of the log-likelihood that one of the right candidates comes first."""
    gradient = np.zeros_like(w)
    for features, right, weight in groups:
        scores = features @ w
        chance = np.exp(scores - scores.max())
        chance /= chance.sum()
        wanted = chance * right
        wanted /= wanted.sum()
        gradient += weight * ((wanted - chance) @ features)
    return gradient


def learn_ranking(groups: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], float]]) -> NDArray[np.float64]:
    """Weights of the linear re-ranker, by gradient ascent with momentum."""
    w = np.zeros(len(FEATURES))
    speed = np.zeros_like(w)
    total = sum(weight for _, _, weight in groups)
    for _ in range(600):
        speed = 0.9 * speed + (_softmax_step(groups, w) / total - RIDGE * 0.1 * w)
        w = w + 1.0 * speed
    return w


def learn_probability(
    features: NDArray[np.float64], right: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights of a logistic regression."""
    w = np.zeros(features.shape[1])
    speed = np.zeros_like(w)
    for _ in range(3000):
        chance = 1.0 / (1.0 + np.exp(-features @ w))
        speed = 0.9 * speed + features.T @ (weight * (right - chance)) / weight.sum() - 0.001 * w
        w = w + 0.5 * speed
    return w


def groups_of(reader: Reader, labels: Iterable[Label]) -> list[tuple[NDArray[np.float64], NDArray[np.float64], float]]:
    groups = []
    for label in labels:
        with _unseen(reader, label):
            candidates = reader.ranker.candidates(reader.queries.read(label.question))
        codes = [reader.index.entries[number].code for number, _, _ in candidates]
        right = np.array([code in label.codes for code in codes], dtype=np.float64)
        if right.any() and not right.all():
            groups.append((np.array([vector(features) for _, features, _ in candidates]), right, label.weight))
    return groups


def _unseen(reader: Reader, label: Label) -> AbstractContextManager[None]:
    """A stored question is judged as if it were not stored: its own phrase is passed over."""
    return reader.ranker.hidden(*label.place) if label.place else nullcontext()


def stored_labels(reader: Reader) -> list[Label]:
    """The stored questions of all records, each with the place of its phrase."""
    return [
        Label("", phrase.text, frozenset({entry.code}), STORED_WEIGHT, place=(number, row))
        for number, entry in enumerate(reader.index.entries)
        for row, phrase in enumerate(entry.phrases)
        if phrase.kind is Kind.QUESTION
    ]


def judged(reader: Reader, model: Model, labels: Iterable[Label]) -> list[Row]:
    rows = []
    for label in labels:
        query = reader.queries.read(label.question)
        with _unseen(reader, label):
            ranked = reader.ranker.rank(query, model)
        if ranked:
            rows.append((label, ranked, query))
    return rows


def unknown_labels() -> list[Label]:
    """What people call procedures of which the shipped records know nothing: asked of these alone, nothing is right."""
    known = {record.code for record in shipped()}
    names = sorted((code, name) for code, every in other_names.load().items() for name in every if code not in known)
    return [Label("", name, frozenset(), UNKNOWN_WEIGHT) for _, name in names[::EVERY]]


def without_right(rows: Iterable[Row]) -> Iterator[Row]:
    """The same questions as if no procedure that answers them were known: nothing that is left is right."""
    for label, ranked, query in rows:
        if label.codes and (left := [c for c in ranked if c.code not in label.codes]):
            yield replace(label, codes=frozenset(), weight=label.weight * ABSENT_WEIGHT), left, query


def confidences(rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([[confidence_features(ranked, query)[name] for name in CONFIDENCE] for _, ranked, query in rows])


def thresholds(reader: Reader, model: Model, labels: Sequence[Label]) -> tuple[float, float]:
    """The least probabilities at which at most the allowed share is answered wrongly or out of scope."""
    rows = judged(reader, model, labels)
    inside = sum(1 for label, _, _ in rows if label.codes) or 1
    outside = sum(1 for label, _, _ in rows if not label.codes) or 1
    wrong = [
        (probability(confidence_features(ranked, query), model.first_right), label)
        for label, ranked, query in rows
        if ranked[0].code not in label.codes
    ]
    answer = next(
        limit
        for limit in np.arange(0.2, 1.0, 0.01)
        if sum(1 for p, label in wrong if p >= limit and label.codes) / inside <= WRONG_AT_MOST
        and sum(1 for p, label in wrong if p >= limit and not label.codes) / outside <= OUTSIDE_AT_MOST
    )
    meant = sorted(
        probability(confidence_features(ranked, query), model.any_meant) for label, ranked, query in rows if label.codes
    )
    return round(float(answer), 3), round(meant[int(len(meant) * DECLINED_AT_MOST)], 3)


def train(reader: Reader, labels: Sequence[Label]) -> Model:
    learned = [label for label in labels if not label.aside]
    stored = stored_labels(reader)
    shown = [replace(label, place=None, weight=SHOWN_WEIGHT) for label in stored]
    groups = groups_of(reader, [*(label for label in learned if label.codes), *stored, *shown])
    weights = dict(zip(FEATURES, map(float, np.round(learn_ranking(groups), 4)), strict=True))
    draft = Model(weights, {}, {}, 0.5, 0.5)
    rows = judged(reader, draft, [*learned, *stored])
    unknown = judged(Reader(shipped(), draft), draft, unknown_labels())
    any_meant, first_right = _learn_confidence(rows, unknown)
    named = [dict(zip(CONFIDENCE, map(float, np.round(w, 4)), strict=True)) for w in (any_meant, first_right)]
    model = Model(weights, named[0], named[1], 0.5, 0.5)
    answer, offer = thresholds(reader, model, learned)
    return Model(weights, named[0], named[1], answer, offer)


def _learn_confidence(rows: Sequence[Row], unknown: Sequence[Row]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of "a procedure is meant" and "the first one is right"; ``unknown``: where none of these is."""
    within = sum(label.weight for label, _, _ in rows if label.codes)
    beyond = sum(label.weight for label, _, _ in rows if not label.codes)
    heavier = max(1.0, within / max(1.0, beyond) / 2.0)
    counted = [label.weight * (1.0 if label.codes else heavier) for label, _, _ in rows]
    nothing_right = [*without_right(rows), *unknown]
    every = [*rows, *nothing_right]
    features = confidences(every)
    inside = np.array([float(bool(label.codes)) for label, _, _ in every])
    right = np.array([float(ranked[0].code in label.codes) for label, ranked, _ in every])
    weight = np.array([*counted, *(label.weight for label, _, _ in nothing_right)])
    return learn_probability(features, inside, weight), learn_probability(features, right, weight)


def measured(reader: Reader, labels: Iterable[Label]) -> str:
    """First right, among the first three, answered and wrong, out of scope answered."""
    inside = outside = first = three = answered = wrong = leaked = declined = 0
    for label in labels:
        reading = reader.read(label.question)
        answers = reading.decision is Decision.ANSWER
        if not label.codes:
            outside += 1
            leaked += answers
            continue
        inside += 1
        hit = bool(reading.codes) and reading.codes[0] in label.codes
        first += hit
        three += any(code in label.codes for code in reading.codes[:3])
        answered += answers
        wrong += answers and not hit
        declined += reading.decision is Decision.DECLINE
    return (
        f"in scope {inside}: first {_share(first, inside)}, three {_share(three, inside)}, "
        f"answered {_share(answered, inside)}, answered wrongly {_share(wrong, inside)}, "
        f"declined {_share(declined, inside)}; out of scope {outside}: answered {_share(leaked, outside)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):5.1f} %"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--labels", nargs="+", type=Path, required=True)
    parser.add_argument("--catalogue", nargs="*", type=Path, default=[])
    parser.add_argument("--province", default="Bắc Ninh")
    parser.add_argument("--write", action="store_true", help="write data/model.json")
    chosen = parser.parse_args(arguments)
    imported = [procedure for path in chosen.catalogue for procedure in jsonl.read(path).procedures]
    library = Library([*shipped(), *imported]).for_province(chosen.province)
    labels = labels_of(chosen.labels)
    model = train(Reader(library), labels)
    reader = Reader(library, model)
    sys.stdout.write(f"learned from: {measured(reader, [x for x in labels if not x.aside])}\n")
    sys.stdout.write(f"set aside:    {measured(reader, [x for x in labels if x.aside])}\n")
    sys.stdout.write(json.dumps(_json(model), indent=1) + "\n")
    if chosen.write:
        MODEL.write_text(json.dumps(_json(model), indent=1) + "\n", encoding="utf-8")
    return 0


def _json(model: Model) -> Mapping[str, object]:
    return {name: getattr(model, name) for name in ("weights", "any_meant", "first_right", "answer", "offer")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
