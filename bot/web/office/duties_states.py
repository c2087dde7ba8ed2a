"""How a state is drawn: a colour, a sign and a letter, so that it is read at a glance, in print and without colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.tables import OutboxState
from scheduler.ledger import State
from scheduler.reports.wording import STATE_WORDS


@dataclass(frozen=True, slots=True)
class Picture:
    """A state in a field of the matrix."""

    state: State
    sign: str
    letter: str
    tone: str
    """Name of its colour in office-duties.css."""

    @property
    def word(self) -> str:
        return STATE_WORDS[self.state]


PICTURES = {
    one.state: one
    for one in (
        Picture(State.OVERDUE, "!", "Q", "bad"),
        Picture(State.RETURNED, "←", "T", "back"),
        Picture(State.DUE_SOON, "›", "S", "soon"),
        Picture(State.REPORTED, "…", "B", "told"),
        Picture(State.REPORTED_LATE, "…", "BM", "told late"),
        Picture(State.ACCEPTED, "✓", "D", "good"),
        Picture(State.ACCEPTED_LATE, "✓", "DM", "good late"),
        Picture(State.PLANNED, "·", "C", "plain"),
        Picture(State.NOT_APPLICABLE, "–", "K", "none"),
    )
}
"""In the order of the legend: what somebody has to do something about comes first."""


def legend(counts: Mapping[State, int]) -> list[tuple[Picture, int]]:
    """Every state with how many fields are in it."""
    return [(one, counts.get(one.state, 0)) for one in PICTURES.values()]


ATTEMPTS = {
    "sent": "chờ duyệt",
    "withdrawn": "đơn vị đã rút lại",
    "returned": "đã trả lại",
    "accepted": "đã duyệt",
}
"""What became of a report."""

DELIVERIES = {
    OutboxState.QUEUED: "chờ gửi",
    OutboxState.SENT: "đã gửi",
    OutboxState.FAILED: "không gửi được",
    OutboxState.HELD: "chưa rõ đã tới hay chưa",
    OutboxState.MOOT: "không cần gửi nữa",
}
"""How a message stands."""
