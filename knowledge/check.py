"""Proves the shipped knowledge: files valid, every stored question finds its own procedure, nothing claims twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge import other_names
from knowledge.library import ContentError, Library, shipped
from knowledge.normalize import fold
from knowledge.practice import check as practice
from knowledge.procedures import Procedure
from knowledge.reader import Reader
from knowledge.reading import Decision

FEWEST_QUESTIONS = 5
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d{4,}")
_GROUPS = re.compile("[.,]")


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at and what is wrong with it."""

    procedures: int = 0
    aliases: int = 0
    questions: int = 0
    problems: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    """Codes of records past their review date; shown, but no failure."""

    def text(self) -> str:
        """For people, one line a thing; the last line sums up."""
        lines = [f"LỖI  {problem}" for problem in self.problems]
        lines += [f"quá hạn kiểm tra: {code}" for code in self.stale]
        summary = f"{self.procedures} thủ tục, {self.aliases} tên gọi, {self.questions} câu hỏi mẫu"
        return "\n".join([*lines, f"{summary}: {len(self.problems)} lỗi, {len(self.stale)} mục quá hạn kiểm tra"])

    def to_json(self) -> dict[str, Any]:
        return {
            "procedures": self.procedures,
            "aliases": self.aliases,
            "questions": self.questions,
            "problems": self.problems,
            "stale": self.stale,
        }


def check_shipped(today: date, catalogue: Iterable[Procedure] = ()) -> Report:
    """Check what is shipped, as on that day, also against a newer catalogue where there is one."""
    try:
        library = shipped()
    except ContentError as error:
        return Report(problems=error.problems)
    reader = Reader(library)
    report = check(library, today, reader)
    report.problems.extend(contradictions(library, catalogue))
    report.problems.extend(practice.problems(library, reader, today))
    return report


def check(library: Library, today: date, reader: Reader | None = None) -> Report:
    """Check these records against each other and against the reader over them."""
    reader = reader or Reader(library)
    return Report(
        procedures=len(library),
        aliases=sum(len(p.aliases) for p in library),
        questions=sum(len(p.questions) for p in library),
        problems=[*_names(library), *_claims(library), *_links(library), *_found(library, reader)],
        stale=[p.code for p in library.stale(today)],
    )


def contradictions(library: Library, catalogue: Iterable[Procedure]) -> list[str]:
    """Fees of a catalogue that the record of the same code does not know: one of the two is out of date."""
    found = []
    for imported in catalogue:
        record = library.get(imported.code)
        if record is None or record is imported:
            continue
        missing = _amounts(method.fee for method in imported.methods) - _amounts(_fee_texts(record))
        if missing:
            amounts = ", ".join(f"{amount:,} đồng".replace(",", ".") for amount in sorted(missing))
            found.append(f"{record.code}: danh mục ghi lệ phí {amounts}, dữ liệu không có")
    return found


def _fee_texts(record: Procedure) -> Iterable[str]:
    yield from (text for method in record.methods for text in (method.fee, method.when or "", method.how or ""))
    yield from (record.fee_note or "", *record.notes)


def _amounts(texts: Iterable[str]) -> set[int]:
    """Sums of money in texts, in đồng."""
    return {int(_GROUPS.sub("", found)) for text in texts for found in _AMOUNT.findall(text)}


def _names(library: Library) -> Iterable[str]:
    owners: dict[str, list[str]] = defaultdict(list)
    for procedure in library:
        owners[fold(procedure.name)].append(procedure.code)
    return [f"{', '.join(codes)}: cùng một tên" for codes in owners.values() if len(codes) > 1]


def _claims(library: Library) -> Iterable[str]:
    """No alias or stored question belongs to two procedures; none is the name of another."""
    owners: dict[str, set[str]] = defaultdict(set)
    said: dict[str, str] = {}
    for procedure in library:
        for phrase in (procedure.name, *procedure.aliases, *procedure.questions):
            owners[fold(phrase)].add(procedure.code)
            said[fold(phrase)] = phrase
    for code, names in other_names.load().items():
        for name in names:
            owners[fold(name)].add(code)
            said.setdefault(fold(name), name)
    return [f"{', '.join(sorted(codes))}: cùng nhận “{said[key]}”" for key, codes in owners.items() if len(codes) > 1]


def _links(library: Library) -> Iterable[str]:
    return [
        f"{procedure.code}: thủ tục thay thế {code} không có trong dữ liệu"
        for procedure in library
        for code in procedure.successor
        if library.get(code) is None
    ]


def _found(library: Library, reader: Reader) -> Iterable[str]:
    for procedure in library:
        if len(procedure.questions) < FEWEST_QUESTIONS:
            yield f"{procedure.code}: chỉ có {len(procedure.questions)} câu hỏi mẫu, cần {FEWEST_QUESTIONS}"
    for code, question in failures(library, reader):
        reading = reader.read(question)
        first = reading.codes[0] if reading.codes else "không có gì"
        yield f"{code}: “{question}” ra {first} ({reading.decision})"


def failures(library: Library, reader: Reader | None = None) -> list[tuple[str, str]]:
    """Stored questions (code, question) that do not have their own procedure first, or are declined."""
    reader = reader or Reader(library)
    return [
        (procedure.code, question)
        for procedure in library
        for question in procedure.questions
        if not _finds(reader, question, procedure.code)
    ]


def _finds(reader: Reader, question: str, code: str) -> bool:
    reading = reader.read(question)
    return reading.codes[:1] == (code,) and reading.decision is not Decision.DECLINE
