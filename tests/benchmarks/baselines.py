"""What else could find a procedure, each as its documentation uses it, over the same phrases as ours.

A baseline takes the phrases (text, code) and gives a function question -> codes, the best first. One whose library is
not installed is left out and named.
"""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from rapidfuzz import fuzz, process

from knowledge.normalize import fold

Phrases: TypeAlias = Sequence[tuple[str, str]]
Search: TypeAlias = Callable[[str], list[str]]
MOST = 30


def _codes(phrases: Phrases, numbers: Sequence[int]) -> list[str]:
    return list(dict.fromkeys(phrases[number][1] for number in numbers))[:10]


def _rapidfuzz(scorer: Any) -> Callable[[Phrases], Search]:
    def build(phrases: Phrases) -> Search:
        folded = [fold(text) for text, _ in phrases]

        def search(question: str) -> list[str]:
            found = process.extract(fold(question), folded, scorer=scorer, limit=MOST)
            return _codes(phrases, [number for _, _, number in found])

        return search

    return build


def _fts5(phrases: Phrases) -> Search:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE phrase USING fts5(text)")
    database.executemany(
        "INSERT INTO phrase(rowid, text) VALUES (?, ?)", ((n, fold(text)) for n, (text, _) in enumerate(phrases))
    )

    def search(question: str) -> list[str]:
        query = " OR ".join(f'"{word}"' for word in fold(question).split())
        if not query:
            return []
        rows = database.execute("SELECT rowid FROM phrase WHERE phrase MATCH ? ORDER BY rank LIMIT ?", (query, MOST))
        return _codes(phrases, [row[0] for row in rows])

    return search


def _bm25s(phrases: Phrases) -> Search:
    bm25s = importlib.import_module("bm25s")
    index = bm25s.BM25()
    index.index([fold(text).split() for text, _ in phrases], show_progress=False)

    def search(question: str) -> list[str]:
        numbers, _ = index.retrieve([fold(question).split()], k=MOST, show_progress=False)
        return _codes(phrases, [int(number) for number in numbers[0]])

    return search


def _tfidf(phrases: Phrases) -> Search:
    text = importlib.import_module("sklearn.feature_extraction.text")
    numpy = importlib.import_module("numpy")
    vectorizer = text.TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", sublinear_tf=True)
    matrix = vectorizer.fit_transform([fold(phrase) for phrase, _ in phrases])

    def search(question: str) -> list[str]:
        scores = (matrix @ vectorizer.transform([fold(question)]).T).toarray().ravel()
        return _codes(phrases, [int(number) for number in numpy.argsort(-scores)[:MOST]])

    return search


BASELINES: dict[str, Callable[[Phrases], Search]] = {
    "rapidfuzz WRatio": _rapidfuzz(fuzz.WRatio),
    "rapidfuzz token_set_ratio": _rapidfuzz(fuzz.token_set_ratio),
    "SQLite FTS5": _fts5,
    "bm25s": _bm25s,
    "scikit-learn TF-IDF, words 1-2": _tfidf,
}
