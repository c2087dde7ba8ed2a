"""Many questions from a pipe, without a database or a network: for measuring, and for other programs.

Nothing of the server is imported here, so that it starts fast and stays small beside a large catalogue.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from bot.content import load_knowledge
from bot.settings import Settings
from knowledge import importers
from knowledge.library import Library
from knowledge.store import Knowledge


def answer_lines(settings: Settings, catalogues: list[Path], *, only_catalogue: bool) -> None:
    """Read questions as JSON lines and answer each with a JSON line; a bad line gets an error line of its own.

    Raises UnreadableError when there is nothing to be had from a catalogue.
    """
    knowledge = _with_catalogues(settings, catalogues, only_catalogue=only_catalogue)
    gc.collect()
    gc.freeze()  # the index never changes: the collector need not look at it again
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.buffer.write(orjson.dumps(_answered(knowledge, line)) + b"\n")
            sys.stdout.buffer.flush()


def _with_catalogues(settings: Settings, catalogues: list[Path], *, only_catalogue: bool) -> Knowledge:
    shipped = Library([]) if only_catalogue else load_knowledge(settings).library
    imported: list[Any] = []
    for path in catalogues:
        rows = importers.read(path)
        imported += rows.procedures
        for problem in rows.problems:
            print(f"{path.name}: {problem}", file=sys.stderr)
    return Knowledge(Library([*shipped, *imported]).for_province(settings.province))


def _answered(knowledge: Knowledge, line: bytes) -> dict[str, Any]:
    try:
        asked = orjson.loads(line)
        if "turns" in asked:
            return {"id": asked["id"], "turns": list(_turns(knowledge, asked["turns"]))}
        matched = _matched(knowledge, asked["question"], None)
        return {"id": asked["id"], **{name: value for name, value in matched.items() if name != "topic"}}
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        return {"error": f"dòng không đọc được: {type(error).__name__}"}


def _matched(knowledge: Knowledge, question: str, topic: str | None) -> dict[str, Any]:
    reading = knowledge.read(question, topic)
    return {
        "codes": list(reading.codes),
        "decision": reading.decision.value,
        "facet": reading.facet.value,
        "topic": reading.topic,
        "score": reading.matches[0].score if reading.matches else 0.0,
    }


def _turns(knowledge: Knowledge, turns: Iterable[Any]) -> Iterable[dict[str, Any]]:
    topic: str | None = None
    for turn in turns:
        answered = _matched(knowledge, turn["question"] if isinstance(turn, dict) else turn, topic)
        topic = answered.pop("topic")
        yield answered
