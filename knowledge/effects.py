"""What would become of the stored questions if a record were published: tried before it is."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.check import failures
from knowledge.library import Library
from knowledge.normalize import fold
from knowledge.procedures import Procedure

Phrase = tuple[str, str]
"""Code of a procedure, and a question or name of it."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Of publishing some records."""

    broken: tuple[Phrase, ...] = ()
    """Stored questions of other procedures that would no longer find their own. Nothing is published that does this."""
    claimed: tuple[Phrase, ...] = ()
    """Names and questions of other procedures that a record takes as its own."""
    unfound: tuple[Phrase, ...] = ()
    """Questions of the records themselves that do not find them: worth another wording, no reason to refuse."""

    @property
    def harmless(self) -> bool:
        return not self.broken and not self.claimed


def effects(library: Library, records: Sequence[Procedure]) -> Effects:
    """Try records in the place of those of their codes. Takes seconds: every stored question is asked."""
    claimed = tuple(dict.fromkeys(one for record in records for one in _claimed(library, record)))
    tried = Library([*records, *library])
    codes = {record.code for record in records}
    before = _failures(library)
    after = failures(tried)
    return Effects(
        broken=tuple(one for one in after if one[0] not in codes and one not in before),
        claimed=claimed,
        unfound=tuple(one for one in after if one[0] in codes),
    )


@functools.lru_cache(maxsize=2)
def _failures(library: Library) -> frozenset[Phrase]:
    """What fails already. A library never changes, so this is asked once for each."""
    return frozenset(failures(library))


def _claimed(library: Library, record: Procedure) -> Iterable[Phrase]:
    """What the record newly calls its own and another procedure has already."""
    known = library.get(record.code)
    had = {fold(phrase) for phrase in (*known.aliases, *known.questions)} if known else set()
    new = {fold(phrase) for phrase in (*record.aliases, *record.questions)} - had
    if new:
        for other in library:
            if other.code != record.code:
                yield from (
                    (other.code, phrase)
                    for phrase in (other.name, *other.aliases, *other.questions)
                    if fold(phrase) in new
                )
