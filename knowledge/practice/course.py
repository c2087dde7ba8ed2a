"""All cases over the records of today: which items can be asked, and which are suspended until re-checked.

``data/practice/checked.yaml`` keeps what facts each shipped item was checked against. A record whose fee changes makes
exactly the items that stand on its fee differ from that; they are not asked until a person has read them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from knowledge.library import Library, read_yaml
from knowledge.practice import words
from knowledge.practice.cases import FOLDER, Case, shipped_cases
from knowledge.practice.items import Item, ItemMaker
from knowledge.practice.pools import pools

CHECKED = FOLDER / "checked.yaml"

_WITHHELD = frozenset({"fee", "time", "pay"})
"""Items that state a fee or time limit: not asked of a record past its review day, as it is not answered either."""


@dataclass(frozen=True, slots=True)
class Suspended:
    """An item that is not asked for now."""

    case: Case
    item: Item
    why: str
    """changed, stale or not_in_force."""


class Course:
    """Built anew whenever the records change."""

    def __init__(self, library: Library, cases: Sequence[Case], checked: Mapping[str, frozenset[str]]) -> None:
        """``checked``: digests of facts that a person has looked at, by name of the item."""
        self.library = library
        self.cases = {case.key: case for case in cases if library.get(case.code)}
        self._checked = checked
        made = pools(library)
        self._items: dict[str, tuple[Item, ...]] = {}
        for case in self.cases.values():
            record = library.get(case.code)
            assert record  # noqa: S101 - looked up above
            self._items[case.key] = tuple(ItemMaker(case, record, library, made, words.load()).items())
        self._by_name = {item.name: item for items in self._items.values() for item in items}

    @classmethod
    def nothing(cls) -> Course:
        """Without any case."""
        return cls(Library([]), (), {})

    def case(self, key: str) -> Case | None:
        return self.cases.get(key)

    def all_items(self, key: str) -> tuple[Item, ...]:
        """The items of a case, the suspended ones too."""
        return self._items.get(key, ())

    def item(self, name: str) -> Item | None:
        """The item of that name, asked today or not."""
        return self._by_name.get(name)

    def can_be_asked(self, item: Item, today: date) -> bool:
        return not self._why_not(self.cases[item.case], item, today)

    def items(self, key: str, today: date) -> tuple[Item, ...]:
        """The items of a case that can be asked today."""
        case = self.cases.get(key)
        return tuple(item for item in self.all_items(key) if case and not self._why_not(case, item, today))

    def suspended(self, today: date) -> list[Suspended]:
        """What waits for somebody to look at it."""
        return [
            Suspended(case, item, why)
            for case in self.cases.values()
            for item in self.all_items(case.key)
            if (why := self._why_not(case, item, today))
        ]

    def _why_not(self, case: Case, item: Item, today: date) -> str:
        record = self.library.get(case.code)
        if record is None or not record.valid_on(today):
            return "not_in_force"
        if item.facts and item.facts not in self._checked.get(item.name, ()):
            return "changed"
        if item.key in _WITHHELD and record.stale_on(today):
            return "stale"
        return ""

    def facts(self) -> dict[str, str]:
        """The facts that each item stands on now."""
        return {name: item.facts for name, item in self._by_name.items() if item.facts}


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is practised: cases, and the facts that their items were read against, by name of the item."""

    cases: tuple[Case, ...] = ()
    checked: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def course(self, library: Library, more: Mapping[str, frozenset[str]]) -> Course:
        """Over these records; ``more``: what the office has read itself."""
        both = {
            name: self.checked.get(name, frozenset()) | more.get(name, frozenset()) for name in {*self.checked, *more}
        }
        return Course(library, self.cases, both)


def shipped_lessons(folder: Path = FOLDER) -> Lessons:
    """The cases and checks of a folder. Raises ContentError."""
    return Lessons(shipped_cases(folder / "cases"), shipped_checks(folder / "checked.yaml"))


def shipped_checks(path: Path = CHECKED) -> dict[str, frozenset[str]]:
    """What the shipped items were checked against."""
    read = read_yaml(path)
    assert isinstance(read, dict)  # noqa: S101 - a content file of ours
    return {str(name): frozenset({str(facts)}) for name, facts in read.items()}
