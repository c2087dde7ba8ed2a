"""Tries a wording as an alias of a procedure before it is one: what it would break, and what would be answered then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.check import failures
from knowledge.gaps import broken_by, with_alias
from knowledge.library import Library
from knowledge.procedures import Procedure
from knowledge.reading import Decision, Reading
from knowledge.store import Knowledge

KEPT = 4
"""Trials whose result is kept: whoever looked at one confirms it a moment later."""

OFFERED = 3
"""So many procedures are offered where a question is not clear."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A stored question or name of another procedure that the alias would take away."""

    procedure: Procedure
    phrase: str


@dataclass(frozen=True, slots=True)
class After:
    """How a question would be understood from then on."""

    question: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Trial:
    """What would come of an alias; ``known`` is what the assistant would know then."""

    procedure: Procedure
    alias: str
    broken: tuple[Broken, ...]
    after: tuple[After, ...]
    known: Knowledge

    @property
    def helps(self) -> bool:
        """Whether one of the questions would lead to the procedure: it is answered by it, or it is offered."""
        code = self.procedure.code
        return any(
            code in one.reading.codes[:OFFERED] and one.reading.decision in (Decision.ANSWER, Decision.CLARIFY)
            for one in self.after
        )


class Trials:
    """Tries aliases. A trial asks every stored question, which takes seconds: it runs beside, and is kept a while."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, tuple[str, ...]], Trial] = {}
        self._of: Library | None = None
        self._failing: list[tuple[str, str]] | None = None

    async def run(self, known: Knowledge, procedure: Procedure, alias: str, questions: Sequence[str]) -> Trial:
        """``questions``: those to be answered from then on."""
        if self._of is not known.library:
            self._kept, self._of, self._failing = {}, known.library, None
        key = (procedure.code, alias, tuple(questions))
        if key not in self._kept:
            failing = self._failing
            if failing is None:
                failing = await asyncio.to_thread(failures, known.library, known.reader)
            made = await asyncio.to_thread(_tried, known, procedure, alias, questions, failing)
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            if self._of is known.library:
                self._kept[key], self._failing = made, failing
            return made
        return self._kept[key]


def _tried(
    known: Knowledge, procedure: Procedure, alias: str, questions: Sequence[str], failing: Sequence[tuple[str, str]]
) -> Trial:
    broken = broken_by(known.library, procedure.code, alias, failing)
    owners = ((known.get(code), phrase) for code, phrase in broken)
    then = Knowledge(with_alias(known.library, procedure.code, alias), known.events)
    return Trial(
        procedure=procedure,
        alias=alias,
        broken=tuple(Broken(owner, phrase) for owner, phrase in owners if owner),
        after=tuple(After(question, then.read(question)) for question in questions),
        known=then,
    )
