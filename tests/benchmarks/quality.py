"""Measures finding: how often the right procedure comes first, beside other ways, on the same questions in one run.

    python -m tests.benchmarks.quality --data FOLDER [--write]

FOLDER holds ``procedures.jsonl.gz`` and ``questions/dev*.jsonl``; they are not part of the project. ``--write`` writes
``docs/quality.md``. The baselines bm25s and scikit-learn are measured when they are installed (``uv pip install bm25s
scikit-learn``) and named as missing when not.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from knowledge.importers import jsonl
from knowledge.index import Kind
from knowledge.library import Library, shipped
from knowledge.procedures import Procedure
from knowledge.reader import Reader
from knowledge.reading import Decision, Reading
from knowledge.train import EVERY
from tests.benchmarks.baselines import BASELINES, Search
from tests.benchmarks.perturb import WAYS

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "quality.md"
MISSES = 36
LONG = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question and what was understood."""

    row: dict[str, Any]
    reading: Reading
    seconds: float
    aside: bool

    @property
    def first(self) -> bool:
        return self.reading.codes[:1] != () and self.reading.codes[0] in self.row["codes"]

    @property
    def among_three(self) -> bool:
        return any(code in self.row["codes"] for code in self.reading.codes[:3])

    @property
    def answered(self) -> bool:
        return self.reading.decision is Decision.ANSWER


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)]


def asked(reader: Reader, rows: Sequence[dict[str, Any]]) -> list[Asked]:
    found = []
    for number, row in enumerate(rows):
        began = time.perf_counter()
        reading = reader.read(row["question"])
        found.append(Asked(row, reading, time.perf_counter() - began, number % EVERY == 0))
    return found


def summary(name: str, found: Sequence[Asked]) -> list[object]:
    count = len(found)
    facets = sum(one.reading.facet.value == one.row["facet"] for one in found)
    return [
        name,
        count,
        percent(sum(one.first for one in found), count),
        percent(sum(one.among_three for one in found), count),
        percent(sum(one.answered for one in found), count),
        percent(sum(one.answered and not one.first for one in found), count),
        percent(sum(one.reading.decision is Decision.DECLINE for one in found), count),
        percent(facets, count),
    ]


def by_style(found: Sequence[Asked]) -> Iterator[list[object]]:
    yield summary("all", found)
    yield summary("set aside (never trained on)", [one for one in found if one.aside])
    for style in dict.fromkeys(style for one in found for style in one.row["style"]):
        yield summary(style, [one for one in found if style in one.row["style"]])


def baseline_rows(reader: Reader, rows: Sequence[dict[str, Any]]) -> Iterator[list[object]]:
    every = [(phrase.text, entry.code, phrase.kind) for entry in reader.index.entries for phrase in entry.phrases]
    sets = {
        "names": [(text, code) for text, code, kind in every if kind <= Kind.OFFICIAL],
        "names and aliases": [(text, code) for text, code, kind in every if kind <= Kind.ALIAS],
    }
    for name, build in BASELINES.items():
        for kind, phrases in sets.items():
            try:
                yield [f"{name}, {kind}", *_measured(build(phrases), rows)]
            except ModuleNotFoundError as error:
                yield [f"{name}, {kind}", "not installed", error.name, ""]


def _measured(search: Search, rows: Sequence[dict[str, Any]]) -> list[object]:
    began = time.perf_counter()
    answers = [search(row["question"]) for row in rows]
    each = (time.perf_counter() - began) / len(rows)
    first = sum(answer[:1] != [] and answer[0] in row["codes"] for answer, row in zip(answers, rows, strict=True))
    three = sum(bool(set(answer[:3]) & set(row["codes"])) for answer, row in zip(answers, rows, strict=True))
    return [percent(first, len(rows)), percent(three, len(rows)), f"{1000 * each:.2f}"]


def dialogue_rows(reader: Reader, dialogues: Sequence[dict[str, Any]]) -> list[object]:
    turns = right = codes = 0
    for dialogue in dialogues:
        topic: str | None = None
        for turn in dialogue["turns"]:
            reading = reader.read(turn["question"], topic)
            topic = reading.topic
            if turn["codes"]:
                code = reading.codes[:1] != () and reading.codes[0] in turn["codes"]
                facet = reading.facet.value == turn["facet"]
            else:
                code = facet = reading.decision in (Decision.DECLINE, Decision.SMALLTALK)
            turns, codes, right = turns + 1, codes + code, right + (code and facet)
    return [turns, percent(codes, turns), percent(right, turns)]


def perturbed_rows(reader: Reader, found: Sequence[Asked]) -> Iterator[list[object]]:
    right = [one for one in found if one.answered and one.first]
    for name, change in WAYS.items():
        chance = random.Random(11)  # noqa: S311 - the same changes in every run
        again = [reader.read(change(one.row["question"], chance)) for one in right]
        same = sum(a.codes[:1] == one.reading.codes[:1] for a, one in zip(again, right, strict=True))
        whole = sum(
            (a.codes[:1], a.decision, a.facet) == (one.reading.codes[:1], one.reading.decision, one.reading.facet)
            for a, one in zip(again, right, strict=True)
        )
        yield [name, percent(same, len(right)), percent(whole, len(right))]


def class_of(one: Asked, known: Callable[[str], Procedure | None]) -> str:
    """Why a question was missed, as far as figures tell."""
    if not any(known(code) for code in one.row["codes"]):
        return "the procedure is not in the catalogue"
    if one.row.get("ambiguous"):
        return "ambiguous"
    if one.among_three:
        return "right family, wrong act"
    if len(one.row["question"].split()) > LONG:
        return "long story"
    if not any((record := known(code)) and record.aliases for code in one.row["codes"]):
        return "long tail without a record"
    return "other words"


def miss_rows(found: Sequence[Asked], library: Library) -> list[list[object]]:
    misses = [one for one in found if not one.first]
    rows = [
        [
            class_of(one, library.get),
            one.row["question"][:110].replace("|", "/"),
            one.row["codes"][0],
            f"{one.reading.codes[0] if one.reading.codes else '-'} ({one.reading.decision.value})",
        ]
        for one in misses
    ]
    classes = [list(group) for _, group in groupby(sorted(rows, key=lambda row: str(row[0])), key=lambda row: row[0])]
    return [row for group in classes for row in group[: MISSES // len(classes)]]


def speed(found: Sequence[Asked]) -> tuple[str, str]:
    times = sorted(one.seconds for one in found)
    return f"{1000 * times[len(times) // 2]:.2f}", f"{1000 * times[int(len(times) * 0.99)]:.2f}"


def multiplied(library: Library, times: int) -> list[Procedure]:
    """The records again and again under other codes, as a catalogue of many offices would be."""
    every = list(library)
    copies = [
        record.model_copy(update={"code": f"{9 - number % 9}.{number:03d}{place % 1000:03d}"})
        for number in range(1, times)
        for place, record in enumerate(every)
    ]
    return [*every, *copies]


def speed_rows(library: Library, rows: Sequence[dict[str, Any]]) -> Iterator[list[object]]:
    for times in (1, 10):
        records = multiplied(library, times)
        began = time.perf_counter()
        reader = Reader(records)
        built = time.perf_counter() - began
        asked(reader, rows[:20])
        yield [len(records), *speed(asked(reader, rows)), f"{built:.1f}"]


def _how(rows: Sequence[object], outside: Sequence[object], library: Library) -> str:
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `python -m tests.benchmarks.quality --data FOLDER --write`: "
        f"{len(rows)} labelled citizen questions and {len(outside)} that are out of scope or small talk, over "
        f"{len(library)} procedures ({len(shipped())} written by hand, the others with their official names and what "
        f"people call them). Python {platform.python_version()}, {platform.machine()}, one thread. Percent, except n. "
        "Three questions of four are also what the model learned from; the row “set aside” is what it never saw. Times "
        "are of a shared machine: read them as ratios."
    )


def document(data: Path) -> str:
    imported = jsonl.read(data / "procedures.jsonl.gz").procedures
    library = Library([*shipped(), *imported]).for_province("Bắc Ninh")
    reader = Reader(library)
    rows = rows_of(data / "questions" / "dev.jsonl")
    outside = asked(reader, rows_of(data / "questions" / "dev_oos.jsonl"))
    found = asked(reader, rows)
    p50, p99 = speed(found)
    leaked = sum(one.answered for one in outside)
    offered = sum(one.reading.decision is Decision.CLARIFY for one in outside)
    head = ["questions", "n", "first", "first three", "answered", "answered wrongly", "declined", "facet"]
    lines = [
        "# Quality of finding",
        "",
        _how(rows, outside, library),
        "",
        *table(head, by_style(found)),
        "",
        f"Out of scope or small talk, {len(outside)}: {leaked} answered with a procedure, {offered} met with choices.",
        "",
        "## Beside other ways, the same questions in the same run",
        "",
        *table(
            ["", "first", "first three", "ms a question"],
            [["**ours**", *summary("", found)[2:4], f"{p50} (p99 {p99})"], *baseline_rows(reader, rows)],
        ),
        "",
        "## Dialogues",
        "",
        *table(
            ["turns", "procedure right", "procedure and facet right"],
            [dialogue_rows(reader, rows_of(data / "questions" / "dev_dialogues.jsonl"))],
        ),
        "",
        "## The same question typed otherwise",
        "",
        "Of the questions answered rightly: same procedure; same procedure, decision and facet.",
        "",
        *table(["way", "same procedure", "same in all"], perturbed_rows(reader, found)),
        "",
        "## Size",
        "",
        *table(["procedures", "p50 ms", "p99 ms", "index built in s"], speed_rows(library, rows)),
        "",
        "## The most telling misses",
        "",
        *table(["class", "question", "wanted", "came first"], miss_rows(found, library)),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write docs/quality.md")
    chosen = parser.parse_args(arguments)
    if not (chosen.data / "procedures.jsonl.gz").exists():
        sys.stderr.write(f"{chosen.data}: the labelled data are not there; nothing was measured\n")
        return 2
    text = document(chosen.data)
    sys.stdout.write(text)
    if chosen.write:
        DOCUMENT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
