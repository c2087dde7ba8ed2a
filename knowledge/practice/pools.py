"""What other procedures say, gathered once: wrong options are true of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from knowledge.library import Library
from knowledge.normalize import fold
from knowledge.procedures import Procedure

_AMOUNT = re.compile(r"\d[\d.]*\s*đồng")
_DAYS = re.compile(r"\d+ ngày(?: làm việc)?")
_FREE = frozenset({"mien phi", "khong mat phi", "khong thu phi", "0 dong", "khong"})
RESULT_AT_MOST = 80


@dataclass(frozen=True, slots=True)
class Pools:
    """What other procedures say, for wrong options: (value, name of a procedure that has it)."""

    fees: tuple[tuple[str, str], ...]
    times: tuple[tuple[str, str], ...]
    results: tuple[tuple[str, str, str], ...]
    """(result, name, field)."""
    by_field: Mapping[str, tuple[Procedure, ...]] = field(default_factory=dict)


def pools(library: Library) -> Pools:
    """Gather them once."""
    methods = [(method, record) for record in library for method in record.methods]
    fields: dict[str, list[Procedure]] = {}
    for record in library:
        fields.setdefault(record.field, []).append(record)
    return Pools(
        _first((method.fee, record.name) for method, record in methods if _AMOUNT.fullmatch(method.fee)),
        _first((method.time_limit, record.name) for method, record in methods if _DAYS.fullmatch(method.time_limit)),
        tuple(
            (record.result[0], record.name, record.field)
            for record in library
            if record.result and len(record.result[0]) <= RESULT_AT_MOST
        ),
        {name: tuple(records) for name, records in fields.items()},
    )


def _first(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for value, name in pairs:
        found.setdefault(value, name)
    return tuple(found.items())


def is_free(fee: str) -> bool:
    """Whether a fee line says that nothing is paid."""
    return fold(fee) in _FREE
