"""Numbers of a report, each with the rows of the ledger it counts, so that it can be opened and counted again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scheduler.ledger import Entry, Mark, Proof, ProofKind, State

PROOF_KINDS = (ProofKind.PHOTO, ProofKind.FILE, ProofKind.LINK, ProofKind.MESSAGE)
"""What evaluators take as evidence; a told line is none."""


class Of(StrEnum):
    """What a number counts in its rows."""

    ROWS = "rows"
    TASKS = "tasks"
    UNITS = "units"
    QUANTITY = "quantity"
    """Sum of the quantities that were given."""
    PROOFS = "proofs"


class Outcome(StrEnum):
    """What became of a row; every row has exactly one."""

    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    RETURNED = "returned"
    """Sent back, and not sent again yet."""
    WAITING = "waiting"
    """Not reported and not due yet."""
    NOT_APPLICABLE = "not_applicable"


_OUTCOMES = {
    State.PLANNED: Outcome.WAITING,
    State.DUE_SOON: Outcome.WAITING,
    State.OVERDUE: Outcome.OVERDUE,
    State.REPORTED: Outcome.ON_TIME,
    State.REPORTED_LATE: Outcome.LATE,
    State.ACCEPTED: Outcome.ON_TIME,
    State.ACCEPTED_LATE: Outcome.LATE,
    State.RETURNED: Outcome.RETURNED,
    State.NOT_APPLICABLE: Outcome.NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger as it stands when the report is made."""

    entry: Entry
    state: State
    due: bool
    """Its due moment has passed."""

    @property
    def outcome(self) -> Outcome:
        return _OUTCOMES[self.state]

    @property
    def planned(self) -> bool:
        """Whether it has to be done at all."""
        return self.outcome is not Outcome.NOT_APPLICABLE

    @property
    def fell_due(self) -> bool:
        return self.planned and self.due

    @property
    def reported(self) -> bool:
        """Whether a report is in force, in time or late, accepted or still to be read."""
        return self.outcome in (Outcome.ON_TIME, Outcome.LATE)

    @property
    def accepted(self) -> bool:
        return self.entry.standing.mark is Mark.ACCEPTED

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Evidence of a report in force."""
        return tuple(proof for proof in self.entry.proofs if proof.kind in PROOF_KINDS) if self.reported else ()

    @property
    def proven(self) -> bool:
        return bool(self.proofs)

    @property
    def repeated(self) -> bool:
        """Whether a picture of it was used by an earlier report."""
        return any(proof.twin for proof in self.proofs)


@dataclass(frozen=True, slots=True)
class Count:
    """A number and the ids of the rows behind it."""

    value: int
    rows: tuple[int, ...]
    of: Of = Of.ROWS


@dataclass(frozen=True, slots=True)
class Ratio:
    """So many of so many."""

    done: Count
    planned: Count

    @property
    def share(self) -> Fraction | None:
        """None: nothing was planned."""
        return Fraction(self.done.value, self.planned.value) if self.planned.value else None


def count(rows: Iterable[Row], of: Of = Of.ROWS) -> Count:
    """Count something in rows, and keep which they are."""
    held = tuple(rows)
    return Count(_measured(held, of), tuple(row.entry.id for row in held), of)


def _measured(rows: tuple[Row, ...], of: Of) -> int:
    match of:
        case Of.ROWS:
            return len(rows)
        case Of.TASKS:
            return len({row.entry.tt for row in rows})
        case Of.UNITS:
            return len({row.entry.unit for row in rows})
        case Of.QUANTITY:
            return sum(row.entry.quantity or 0 for row in rows)
        case Of.PROOFS:
            return sum(len(row.proofs) for row in rows)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far rows have come. planned = on_time + late + overdue + returned + waiting; not_applicable stands aside."""

    planned: Count
    due: Count
    """Fell due so far."""
    reported: Count
    """on_time + late."""
    on_time: Count
    late: Count
    overdue: Count
    returned: Count
    waiting: Count
    accepted: Count
    proven: Count
    """Reported with a photo, a file or a link."""
    not_applicable: Count


def progress(rows: Iterable[Row]) -> Progress:
    """How far these rows have come."""
    held = tuple(rows)

    def having(outcome: Outcome) -> Count:
        return count(row for row in held if row.outcome is outcome)

    return Progress(
        planned=count(row for row in held if row.planned),
        due=count(row for row in held if row.fell_due),
        reported=count(row for row in held if row.reported),
        on_time=having(Outcome.ON_TIME),
        late=having(Outcome.LATE),
        overdue=having(Outcome.OVERDUE),
        returned=having(Outcome.RETURNED),
        waiting=having(Outcome.WAITING),
        accepted=count(row for row in held if row.accepted),
        proven=count(row for row in held if row.proven),
        not_applicable=having(Outcome.NOT_APPLICABLE),
    )


class Status(StrEnum):
    """How a task as a whole stands in the window."""

    DONE = "done"
    """All that fell due is reported."""
    UNDONE = "undone"
    WAITING = "waiting"
    """Nothing fell due yet."""
    IDLE = "idle"
    """Has nothing to do in the window."""


def status(rows: Iterable[Row]) -> Status:
    """How the task of these rows stands."""
    held = [row for row in rows if row.planned]
    if not held:
        return Status.IDLE
    if all(row.reported for row in held):
        return Status.DONE
    due = [row for row in held if row.due]
    if not due:
        return Status.WAITING
    return Status.DONE if all(row.reported for row in due) else Status.UNDONE
