"""The register of units: a file that an office edits, checked as a whole, every mistake told in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from scheduler.office_file import Day, Listed, Mapped, OfficeFileError, Section, read
from scheduler.unit_lexicon import GROUP, Lexicon, Wording
from scheduler.unit_words import forms, words

_Text = Annotated[str, Field(min_length=1)]
_Kind = Literal["dept", "center", "body", "ward", "dept_commune", "other"]
_WARD = "ward"
_OFFICE = ("uy", "ban", "nhan", "dan")
_OFFICE_OF_WARD = ((), _OFFICE[:2], _OFFICE, ("cac",), (*_OFFICE[:2], "cac"), (*_OFFICE, "cac"))
"""What may stand before the name of a ward: its committee is meant."""

_NO_PATTERN = str.maketrans("[](|)", "     ")


class UnitsError(OfficeFileError):
    """A register that cannot be used; ``problems`` has one line a mistake, with its file and entry."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that can be given a duty."""

    id: str
    name: str
    short: str
    """For a button or a column."""
    kind: str
    """dept, center, body, ward, dept_commune, other."""
    valid_from: date | None
    valid_to: date | None
    """First and last day; None: from before, until now."""
    successor: str | None
    """Id of the unit that has its work now, else that one's name; None: not known, or none."""
    level: str | None = None
    """Whose unit it is: of the city, of the province (a ward since 1 July 2025), of a commune; None: nobody's here."""

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Group:
    """Units that a plan names together."""

    id: str
    name: str
    kinds: frozenset[str]
    members: frozenset[str]
    """Those of these kinds, and these; neither: nobody knows who is meant until a person says it."""


class _UnitEntry(Section):
    id: _Text
    name: _Text
    short: str = ""
    kind: _Kind
    level: str | None = None
    placed: bool = False
    bare: bool = True
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: str | None = None
    wordings: Listed[_Text] = ()
    placed_wordings: Listed[_Text] = ()

    @property
    def days(self) -> tuple[date, date]:
        return self.valid_from or date.min, self.valid_to or date.max


class _GroupEntry(Section):
    id: _Text
    name: _Text
    kinds: Listed[_Kind] = ()
    members: Listed[str] = ()
    level: str | None = None
    wordings: Listed[_Text] = ()


class _File(Section):
    abbreviations: Mapped[str, str] = Field(default_factory=dict)
    levels: Mapped[str, Listed[_Text]] = Field(default_factory=dict)
    in_front: Listed[_Text] = ()
    groups: Listed[_GroupEntry] = ()
    units: Listed[_UnitEntry] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """A register that passed its checks."""

    units: Mapping[str, Unit]
    groups: Mapping[str, Group]
    """By id, in the order of the file."""


def read_register(path: Path, lexicon: Lexicon) -> Register:
    """Read a register and teach the lexicon its wordings. Raises UnitsError with every mistake."""
    try:
        file = read(path, _File)
    except OfficeFileError as error:
        raise UnitsError(error.problems) from error
    problems = [*_misfits(file), *_taught(file, lexicon)]
    if problems:
        raise UnitsError([f"{path.name}: {problem}" for problem in problems])
    units = {
        entry.id: Unit(
            id=entry.id,
            name=entry.name,
            short=entry.short or _short(entry.name),
            kind=entry.kind,
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            successor=entry.successor,
            level=entry.level,
        )
        for entry in file.units
    }
    groups = {
        entry.id: Group(entry.id, entry.name, frozenset(entry.kinds), frozenset(entry.members)) for entry in file.groups
    }
    return Register(units, groups)


def _short(name: str) -> str:
    rest = name.removeprefix("UBND ")
    return rest[:1].upper() + rest[1:]


def _misfits(file: _File) -> Iterator[str]:
    """Ids given twice, ids of nobody, dates the wrong way round, successors in a circle."""
    ids = [*(group.id for group in file.groups), *(entry.id for entry in file.units)]
    yield from (f"mã “{one}” dùng hai lần" for one in dict.fromkeys(ids) if ids.count(one) > 1)
    units = {entry.id: entry for entry in file.units}
    for group in file.groups:
        if not group.id.startswith(GROUP) or "+" in group.id:
            yield f"nhóm “{group.id}”: mã của nhóm phải bắt đầu bằng {GROUP} và không có dấu +"
        yield from (f"nhóm “{group.id}”: không có đơn vị “{one}”" for one in group.members if one not in units)
    levels = {**{group.id: group.level for group in file.groups}, **{entry.id: entry.level for entry in file.units}}
    for ref, level in levels.items():
        if level is not None and level not in file.levels:
            yield f"“{ref}”: không có cấp “{level}” ở mục levels"
    for entry in file.units:
        yield from _misfits_of(entry, units)


def _misfits_of(entry: _UnitEntry, units: Mapping[str, _UnitEntry]) -> Iterator[str]:
    if entry.id.startswith(GROUP) or "+" in entry.id or any(sign.isspace() for sign in entry.id):
        yield f"“{entry.id}”: mã của đơn vị không có dấu cách, dấu +, và không bắt đầu bằng {GROUP}"
    if entry.days[0] > entry.days[1]:
        yield f"“{entry.id}”: valid_from sau valid_to"
    if (entry.placed or entry.placed_wordings) and entry.level is None:
        yield f"“{entry.id}”: placed cần có level"
    seen = {entry.id}
    after = entry.successor
    if after is not None and after not in units and not any(sign.isspace() for sign in after.strip()):
        yield f"“{entry.id}”: đơn vị kế thừa “{after}” không có trong danh sách; nếu là tên, hãy ghi tên đầy đủ"
    while after is not None and after in units:
        if after in seen:
            yield f"“{entry.id}”: các đơn vị kế thừa nhau thành vòng"
            return
        seen.add(after)
        after = units[after].successor


def _taught(file: _File, lexicon: Lexicon) -> Iterator[str]:
    """Teach all wordings; back come those that cannot be read and those that two claim on the same day."""
    written_out = {"".join(words(short)): words(full) for short, full in file.abbreviations.items()}
    try:
        for level, places in file.levels.items():
            for said in (said for place in places for said in forms(place, written_out)):
                lexicon.add_place(level, said)
    except ValueError as error:
        yield f"levels: {error}"
    for lead in file.in_front:
        lexicon.add_lead(words(lead))
    claimed: set[tuple[str, str]] = set()
    for pattern, wording, may_be_bare in _wordings(file):
        try:
            says = forms(pattern, written_out)
        except ValueError as error:
            yield f"“{wording.ref}”: cách gọi {error}"
            continue
        for rival in (rival for said in says for rival in _teach(lexicon, said, wording, may_be_bare=may_be_bare)):
            if (wording.ref, rival.ref) not in claimed:
                claimed.add((wording.ref, rival.ref))
                yield f"“{wording.ref}”: cách gọi “{pattern}” trong cùng thời gian cũng là của “{rival.ref}”"


def _wordings(file: _File) -> Iterator[tuple[str, Wording, bool]]:
    """(pattern, meaning, whether it may be said bare) of every wording; a name is one too, its signs say nothing."""
    for group in file.groups:
        meaning = Wording(group.id, "group", date.min, date.max, group.level)
        yield from ((pattern, meaning, False) for pattern in group.wordings)
    for entry in file.units:
        plain = Wording(entry.id, entry.kind, *entry.days, entry.level, placed=entry.placed)
        names = (name.translate(_NO_PATTERN) for name in (entry.name, entry.short) if name)
        yield from ((name, plain, entry.bare) for name in names)
        yield from ((pattern, plain, entry.bare) for pattern in entry.wordings)
        placed = replace(plain, placed=True)
        yield from ((pattern, placed, False) for pattern in entry.placed_wordings)


def _teach(lexicon: Lexicon, said: tuple[str, ...], wording: Wording, *, may_be_bare: bool) -> Iterator[Wording]:
    """One wording in the forms of its kind; back come the rivals.

    Without the place of its level, which may follow anyhow; of a ward with its committee before it or not; bare.
    """
    if wording.level:
        said = said[: len(said) - lexicon.place_at_end(wording.level, said)]
    if wording.kind == _WARD:
        said = said[len(_OFFICE) :] if said[: len(_OFFICE)] == _OFFICE else said
        taught = [((*before, *said), wording, len(said) - 1) for before in _OFFICE_OF_WARD]
    else:
        taught = [(said, wording, 0)]
    if may_be_bare and len(said) > 1 and said[0] in {"phong", "phuong", "xa"}:
        is_ward = wording.kind == _WARD
        taught.append((said[1:], replace(wording, bare=True), len(said) - 1 if is_ward else 0))
    for form, meaning, name_length in taught:
        if rival := lexicon.add(form, meaning, name_length):
            yield rival
