"""How far a pupil is on each of the four levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.practice.items import Item, Level
from knowledge.practice.play import WORTH, Run


@dataclass(frozen=True, slots=True)
class Reached:
    """Points of one level: of each item the best that any run brought."""

    level: Level
    points: int
    most: int
    """What all items of the level are worth."""


def levels(items: Iterable[Item], runs: Iterable[Run]) -> tuple[Reached, ...]:
    """The levels that have items, in their order.

    ``items``: all that the pupil may be asked; ``runs``: finished and open ones. An item that a run holds and that is
    not among ``items`` (suspended, or of a case taken away) counts for nothing.
    """
    best: dict[str, int] = {}
    for run in runs:
        for item in run.items:
            best[item.name] = max(best.get(item.name, 0), run.points_of(item.name))
    asked = tuple(items)
    found = []
    for level in Level:
        names = [item.name for item in asked if item.level is level]
        if names:
            found.append(Reached(level, sum(best.get(name, 0) for name in names), WORTH * len(names)))
    return tuple(found)
