"""How a run goes: what was tried so far gives the item that is open, and the points.

Each item is worth two points; a hint and each wrong try take one away. Wrong tries are explained and tried again, so
that everybody ends with the right answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.practice.items import Item

WORTH = 2
RETURNS = (2, 7, 21)
"""Days after which an item answered wrong comes back (Latimier 2021: spacing); each right answer takes the next."""


@dataclass(frozen=True, slots=True)
class Try:
    """One answer to an item, or one hint taken."""

    item: str
    """Name of the item."""
    right: bool
    choice: tuple[str, ...] = ()
    """Keys of the options chosen; of a form, keys of the fields that matched. Never what was typed."""
    hint: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of an answer."""

    right: bool
    choice: tuple[str, ...]
    explained: tuple[str, ...]
    """Why, a line each."""


def marked(item: Item, choice: Iterable[str]) -> Marked:
    """Mark options chosen; keys that the item does not have are left out."""
    chosen = tuple(option for option in item.options if option.key in set(choice))
    keys = tuple(option.key for option in chosen)
    wrong = [option.why for option in chosen if not option.right]
    if frozenset(keys) == item.right:
        return Marked(right=True, choice=keys, explained=_rule(item))
    missing = len(item.right - set(keys))
    if missing and item.missed:
        wrong.append(item.missed.replace("{count}", str(missing)))
    explained = dict.fromkeys(why for why in (*wrong, item.source) if why)
    return Marked(right=False, choice=keys, explained=tuple(explained))


def matched(item: Item, keys: Iterable[str]) -> Marked:
    """Mark a form by the keys of the fields that hold what stands on the mock card."""
    kept = tuple(blank.key for blank in item.blanks if blank.key in set(keys))
    right = len(kept) == len(item.blanks)
    return Marked(right, kept, _rule(item) if right else (item.hint,))


def remarked(item: Item, kept: Iterable[str]) -> Marked:
    """Mark again what was kept of a try: options, or fields of a form that matched."""
    return marked(item, kept) if item.options else matched(item, kept)


def _rule(item: Item) -> tuple[str, ...]:
    return (item.rule, item.source) if item.source else (item.rule,)


@dataclass(frozen=True, slots=True)
class Run:
    """A run through the items of a case, or of what comes back."""

    items: tuple[Item, ...]
    tries: tuple[Try, ...] = ()

    @property
    def open(self) -> Item | None:
        """The item that is to be answered next; None: the run is over."""
        done = {one.item for one in self.tries if one.right}
        return next((item for item in self.items if item.name not in done), None)

    @property
    def place(self) -> int:
        """Number of the open item, from one."""
        found = self.open
        return self.items.index(found) + 1 if found else len(self.items)

    def of(self, item: str) -> list[Try]:
        return [one for one in self.tries if one.item == item]

    def hinted(self, item: str) -> bool:
        return any(one.hint for one in self.of(item))

    def tried(self, item: str) -> frozenset[str]:
        """Options of one choice that were chosen and are wrong."""
        return frozenset(key for one in self.of(item) if not one.right and not one.hint for key in one.choice)

    def points_of(self, item: str) -> int:
        return points(self.of(item))

    def left(self, item: str) -> int:
        """Points that a right answer would still bring."""
        return max(0, WORTH - sum(not one.right for one in self.of(item)))

    @property
    def points(self) -> int:
        return sum(self.points_of(item.name) for item in self.items)

    @property
    def most(self) -> int:
        return WORTH * len(self.items)


def points(tries: Sequence[Try]) -> int:
    """Points of one item."""
    return max(0, WORTH - sum(not one.right for one in tries)) if any(one.right for one in tries) else 0


def comes_back(step: int, *, right: bool, today: date) -> tuple[int, date] | None:
    """Next step and day of an item that was answered in a session; None: it has been learnt.

    ``step``: how many of :data:`RETURNS` it has come back for. A wrong answer begins anew.
    """
    step = step + 1 if right else 0
    return (step, today + timedelta(days=RETURNS[step])) if step < len(RETURNS) else None
