"""Which figures may be told to everybody: none that counts fewer than five, and none from which such a one follows.

A figure is hidden for itself when it is small. Where it could be computed from a sum and what stands beside it, more
is hidden, until every number below :data:`LEAST` remains possible for it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot import limits

LEAST = limits.GROUP_AT_LEAST


class Hidden(StrEnum):
    """Why a figure is not told, as it is shown."""

    SMALL = "dưới 5"
    BESIDE = "ẩn"
    """It would give a small one away."""


Cell = int | Hidden


def cell(count: int) -> Cell:
    """A figure that stands alone."""
    return count if count >= LEAST else Hidden.SMALL


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole and all of its parts, as they may be told."""

    total: Cell
    parts: Mapping[str, Cell]

    def share(self, name: str) -> float | None:
        """Of the whole, 0..1; None: one of the two is hidden."""
        part = self.parts[name]
        if isinstance(part, Hidden) or isinstance(self.total, Hidden):
            return None
        return part / self.total


def parts(counts: Mapping[str, int]) -> Parts:
    """Counts that add up to their whole. What may be told of them when everybody knows the names and the sum.

    Small ones are hidden, and of the others one after the other from the last, until nothing can be computed; chosen
    by their place and not by their size, which would tell of it. Where that never comes, all parts are hidden.
    """
    total = sum(counts.values())
    if total < LEAST:
        return Parts(Hidden.SMALL, dict.fromkeys(counts, Hidden.SMALL))
    small = [name for name, count in counts.items() if count < LEAST]
    beside: list[str] = []
    rest = [name for name in counts if name not in small]
    while small and not _safe(counts, small, beside):
        if not rest:
            return Parts(total, dict.fromkeys(counts, Hidden.BESIDE))
        beside.append(rest.pop())
    told: dict[str, Cell] = dict(counts)
    told |= dict.fromkeys(small, Hidden.SMALL)
    told |= dict.fromkeys(beside, Hidden.BESIDE)
    return Parts(total, told)


def _safe(counts: Mapping[str, int], small: list[str], beside: list[str]) -> bool:
    """Whether each small one can still be anything from 0 to LEAST - 1, and all of them together are not small.

    Everybody knows the sum of the hidden ones, that the small ones are below LEAST, and that the others are not.
    """
    known = sum(counts[name] for name in (*small, *beside))
    most = LEAST - 1
    if not beside:
        return LEAST <= known <= most * (len(small) - 1)
    return known >= LEAST * len(beside) + most


@dataclass(frozen=True, slots=True)
class Listed:
    """The large parts by name, and all others together."""

    total: Cell
    shown: tuple[tuple[str, int], ...]
    """The largest first."""
    others: Cell
    """0: there are none."""


def listed(counts: Mapping[str, int]) -> Listed:
    """Many parts of a whole: those that :func:`parts` tells, by name; the others together."""
    told = parts(counts)
    if isinstance(told.total, Hidden):
        return Listed(Hidden.SMALL, (), Hidden.SMALL)
    shown = [(name, count) for name, count in told.parts.items() if not isinstance(count, Hidden)]
    rest = told.total - sum(count for _, count in shown)
    return Listed(told.total, tuple(sorted(shown, key=lambda one: (-one[1], one[0]))), rest)


def added(one: Cell, other: Cell) -> Cell:
    """The sum of two figures of times that do not overlap: told where both are."""
    return Hidden.BESIDE if isinstance(one, Hidden) or isinstance(other, Hidden) else one + other
