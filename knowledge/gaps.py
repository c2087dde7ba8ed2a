"""Questions nobody could answer: grouped by likeness, and tried as an alias before they become one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from knowledge.check import failures
from knowledge.library import Library
from knowledge.normalize import fold
from knowledge.procedures import Procedure

ALIKE = 84.0
"""Two folded questions whose sorted words have at least this ratio ask the same thing."""


@dataclass(slots=True)
class Group:
    """Questions that say the same in other words; the first one asked stands for all."""

    ids: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)


def grouped(gaps: Iterable[tuple[int, str, str]]) -> list[Group]:
    """Group (id, text, reason) rows, the largest group first; the order of rows decides ties."""
    keys: list[str] = []
    groups: list[Group] = []
    seen: dict[str, Group] = {}
    for number, text, reason in gaps:
        key = " ".join(sorted(fold(text).split()))
        group = seen.get(key)
        if group is None:
            near = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=ALIKE)
            group = groups[near[2]] if near else Group()
            if near is None:
                keys.append(key)
                groups.append(group)
            seen[key] = group
        group.ids.append(number)
        group.texts.append(text)
        group.reasons.add(reason)
    return sorted(groups, key=lambda group: -len(group.ids))


def with_alias(library: Library, code: str, alias: str) -> Library:
    """The same records with one more alias."""
    return with_aliases(library, [(code, alias)])


def with_aliases(library: Library, aliases: Sequence[tuple[str, str]]) -> Library:
    """The same records with aliases that the office added; those of unknown procedures are left out."""
    added: dict[str, list[str]] = {}
    for code, alias in aliases:
        added.setdefault(code, []).append(alias)
    return Library(_extended(procedure, added.get(procedure.code, ())) for procedure in library)


def _extended(procedure: Procedure, aliases: Sequence[str]) -> Procedure:
    fresh = [alias for alias in aliases if alias not in procedure.aliases]
    return procedure.model_copy(update={"aliases": (*procedure.aliases, *fresh)}) if fresh else procedure


def broken_by(
    library: Library, code: str, alias: str, before: Collection[tuple[str, str]] | None = None
) -> list[tuple[str, str]]:
    """What of other procedures (code, phrase) the alias would take: the same phrase, or a stored question.

    ``before``: what fails without it, where that is known already; asking every stored question takes seconds.
    """
    key = fold(alias)
    claimed = [
        (other.code, phrase)
        for other in library
        if other.code != code
        for phrase in (other.name, *other.aliases, *other.questions)
        if fold(phrase) == key
    ]
    if claimed:
        return claimed
    before = set(failures(library) if before is None else before)
    return [
        broken for broken in failures(with_alias(library, code, alias)) if broken not in before and broken[0] != code
    ]
