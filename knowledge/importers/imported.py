"""What every reader gives: the good rows as procedures, and what is wrong with the others, each with its place."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from pydantic import ValidationError

from knowledge.importers.facts import EXTRACTED, procedure_of
from knowledge.procedures import Procedure


class UnreadableError(Exception):
    """A file of which nothing can be read; the message says in Vietnamese why, and what to do."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The good rows, and what is wrong with the others: one line each, with the row's place."""

    procedures: list[Procedure]
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that could not even be taken apart."""

    reason: str


Row: TypeAlias = tuple[str, Mapping[str, Any] | Bad]
"""Where a row stands in its file ("dòng 12"), and its facts as :func:`procedure_of` takes them."""


def collect(rows: Iterable[Row], received: date = EXTRACTED) -> Imported:
    """Make procedures of rows; a row that is none is listed and does not end the reading."""
    collecting = gc.isenabled()
    gc.disable()  # nothing here is garbage, and looking for it takes a fifth of the time
    try:
        return _collected(rows, received)
    finally:
        if collecting:
            gc.enable()


def _collected(rows: Iterable[Row], received: date) -> Imported:
    procedures: list[Procedure] = []
    problems: list[str] = []
    for place, row in rows:
        if isinstance(row, Bad):
            problems.append(f"{place}: {row.reason}")
            continue
        try:
            procedures.append(procedure_of(row, received))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
            problems.append(f"{place}: không đúng mẫu ({wrong})")
        except ValueError as error:
            problems.append(f"{place}: {error}")
    return Imported(procedures, problems)
