"""Wordings of units in plans -> units, by the day of the plan; groups expand; who does it today.

What is not recognised stays unknown, with the nearest three: a person decides, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from scheduler.unit_cells import split
from scheduler.unit_lexicon import GROUP, Lexicon, Match, Wording
from scheduler.unit_register import Register, Unit, UnitsError, read_register
from scheduler.unit_words import NUMBER, Token, tokens, words

__all__ = ["FILE", "RELATED", "Found", "Unit", "Units", "UnitsError", "load"]

FILE = Path(__file__).parent / "data" / "units.yaml"
RELATED = "@related"
"""Whoever is concerned ("các đơn vị liên quan"): nobody knows who that is until a person says it."""
_JOIN = "+"
_LONGEST = 40
"""Words of one owner that are looked at."""
_LONGEST_NAME = 200
_COMMON = frozenset(words("các UBND ủy ban nhân dân phường xã P X phòng trung tâm TT bộ sở trường"))
"""Words that names have in common; likeness is in what follows them."""
_WITHIN = 0.9
"""What it counts that a name's own words are all there, among others."""
_NEAREST = 3
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """Who is meant by a wording."""

    text: str
    unit: str | None
    """Id of a unit, or of groups joined by "+" ("@all_depts+@all_wards"); None: not known."""
    nearest: tuple[Unit, ...] = ()
    """Where it is not known: the three units of that day whose names are most like it."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One way to read a whole text: a unit or groups."""

    wordings: tuple[Wording, ...]
    slips: int
    count: int | None
    """How many units the text says there are; None: it does not say."""

    @property
    def ref(self) -> str:
        return _JOIN.join(dict.fromkeys(wording.ref for wording in self.wordings))


class Units:
    """The units of a register and the ways people write them."""

    def __init__(self, register: Register, lexicon: Lexicon) -> None:
        self._register = register
        self._lexicon = lexicon
        self._readings: dict[str, tuple[_Said, ...]] = {}
        self._spellings = [
            (unit, *_spelling(name))
            for unit in register.units.values()
            for name in dict.fromkeys((unit.name, unit.short))
        ]

    def split(self, cell: str) -> tuple[str, ...]:
        """The wordings of single owners in one cell, trimmed, otherwise as written; groups joined by "và" stay one."""
        return split(cell, self._lexicon)

    def find(self, text: str, on: date) -> Found:
        """Who is meant by a wording on a day.

        Where it means different units at different times, the day decides; where it has one meaning only, that unit is
        found even if it is not there on that day: ask ``Unit.valid_on``. A number has to fit ("16 phường, xã").
        """
        said = [one for one in self._read(text) if self._counts(one, on)]
        chosen = _on_day(said, on)
        if len(chosen) == 1:
            return Found(text, chosen[0])
        return Found(text, None, self._nearest(text, on, chosen))

    def expand(self, ref: str, on: date) -> tuple[Unit, ...]:
        """The units of an id, or of groups joined by "+", that are there on that day: each once, in register order.

        Nobody for a group that nobody has defined, and for an id that is not in the register.
        """
        wanted: set[str] = set()
        for part in ref.split(_JOIN):
            group = self._register.groups.get(part)
            if group is None:
                wanted.add(part)
            else:
                wanted |= group.members
                wanted |= {unit.id for unit in self._register.units.values() if unit.kind in group.kinds}
        return tuple(unit for unit in self._register.units.values() if unit.id in wanted and unit.valid_on(on))

    def get(self, unit_id: str) -> Unit | None:
        """The unit of an id; None for a group and for what is not in the register."""
        return self._register.units.get(unit_id)

    def groups(self) -> tuple[str, ...]:
        """Ids of the groups of the register."""
        return tuple(self._register.groups)

    def all(self) -> tuple[Unit, ...]:
        """Every unit of the register, those of before too, in its order."""
        return tuple(self._register.units.values())

    def today(self, unit_id: str, on: date) -> Unit | str | None:
        """Who does its work on that day: itself, else its successor, whose name where that is not in the register.

        None where no successor is known, and before the unit (or its successor) began.
        """
        unit = self.get(unit_id)
        while unit is not None and not unit.valid_on(on):
            if unit.successor is None or (unit.valid_from is not None and on < unit.valid_from):
                return None
            after = self.get(unit.successor)
            if after is None:
                return unit.successor
            unit = after
        return unit

    def name(self, ref: str) -> str:
        """The Vietnamese name of a unit or of groups; what is not in the register is told as it is."""
        return " và ".join(self._name(part) for part in ref.split(_JOIN))

    def is_group(self, ref: str) -> bool:
        """Whether it is a group, or several joined by "+"."""
        return ref.startswith(GROUP)

    def _name(self, ref: str) -> str:
        named = self._register.groups.get(ref) or self._register.units.get(ref)
        return named.name if named else ref

    def _read(self, text: str) -> tuple[_Said, ...]:
        readings = self._readings.get(text)
        if readings is None:
            if len(self._readings) >= _REMEMBERED:
                self._readings.clear()
            readings = self._readings[text] = tuple(self._readings_of(text))
        return readings

    def _readings_of(self, text: str) -> list[_Said]:
        """Exact readings; else those with the fewest slips."""
        said = tokens(text)
        if not 0 < len(said) <= _LONGEST:
            return []
        for read in dict.fromkeys((said, tokens(text, humps=True))):
            if found := [*self._whole(read), *self._joined(read)]:
                return found
        slipped = [*self._whole(said, slips=True), *self._joined(said, slips=True)]
        fewest = min((one.slips for one in slipped), default=0)
        return [one for one in slipped if one.slips == fewest]

    def _whole(self, said: Sequence[Token], *, slips: bool = False) -> Iterator[_Said]:
        for match in self._lexicon.matches(said, 0, slips=slips):
            if match.end == len(said):
                yield _Said((match.wording,), match.slips, _number(said[: match.said]))

    def _joined(self, said: Sequence[Token], *, slips: bool = False) -> list[_Said]:
        """Several groups one after the other: the fewest that read the whole text."""
        ways: list[tuple[Match, ...] | None] = [(), *([None] * len(said))]
        for place in range(len(said)):
            way = ways[place]
            if way is None:
                continue
            for match in self._lexicon.matches(said, place, slips=slips):
                longer, other = (*way, match), ways[match.end]
                if match.wording.is_group and (other is None or _cost(longer) < _cost(other)):
                    ways[match.end] = longer
        found = ways[-1]
        if not found or len(found) < 2:
            return []
        return [_Said(tuple(match.wording for match in found), sum(match.slips for match in found), _number(said))]

    def _counts(self, said: _Said, on: date) -> bool:
        """Whether the number of units in the text is that of the group on the day."""
        if said.count is None or not said.wordings[0].is_group:
            return True
        return said.count == len(self.expand(said.ref, on))

    def _nearest(self, text: str, on: date, first: Iterable[str]) -> tuple[Unit, ...]:
        """The units that it may be, then those of the day with the names most like it."""
        there = [spelling for spelling in self._spellings if spelling[0].valid_on(on)]
        whole, own = _spelling(text[:_LONGEST_NAME])
        if not whole:
            return ()
        alike = process.extract(whole, [spelling[1] for spelling in there], scorer=fuzz.ratio, limit=None)
        within = process.extract(own, [spelling[2] for spelling in there], scorer=fuzz.token_set_ratio, limit=None)
        likeness: dict[str, float] = {}
        for score, place in (*((s, p) for _, s, p in alike), *((s * _WITHIN, p) for _, s, p in within)):
            unit = there[place][0]
            likeness[unit.id] = max(score, likeness.get(unit.id, 0.0))
        ranked = sorted(likeness, key=lambda one: -likeness[one])
        units = [self._register.units[one] for one in (*first, *ranked) if one in self._register.units]
        return tuple(dict.fromkeys(units))[:_NEAREST]


def load(path: Path = FILE) -> Units:
    """Read the register; once, at the start. Raises UnitsError with every mistake of the file."""
    lexicon = Lexicon(OSA.distance)
    return Units(read_register(path, lexicon), lexicon)


def _spelling(name: str) -> tuple[str, str]:
    """A name to compare: whole, and what is its own in it ("UBND phường Đa Mai": "da mai")."""
    said = [token.plain for token in tokens(name)]
    return " ".join(said), " ".join(dropwhile(_COMMON.__contains__, said))


def _number(said: Sequence[Token]) -> int | None:
    counts = [token.count for token in said if token.plain == NUMBER and token.count is not None]
    return sum(counts) if counts else None


def _cost(way: tuple[Match, ...]) -> tuple[int, int]:
    return sum(match.slips for match in way), len(way)


def _on_day(readings: Sequence[_Said], on: date) -> list[str]:
    """The ids that are meant on a day: of those there, else of the nearest in time; a bare name has no other time."""
    there = [one for one in readings if one.wordings[0].means_on(on)]
    other = [one for one in readings if not one.wordings[0].means_on(on) and not one.wordings[0].bare]
    if not there and other:
        nearest = min(_days_off(one.wordings[0], on) for one in other)
        there = [one for one in other if _days_off(one.wordings[0], on) == nearest]
    return list(dict.fromkeys(one.ref for one in there))


def _days_off(wording: Wording, on: date) -> tuple[bool, int]:
    """How far a meaning is from a day; what was comes before what will be."""
    return (True, (wording.first - on).days) if wording.first > on else (False, (on - wording.last).days)
