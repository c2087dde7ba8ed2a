"""What one message was understood to ask: the outcome, the procedures it may mean, and what about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """The three outcomes of a question, and talk that is no question."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    DECLINE = "decline"
    SMALLTALK = "smalltalk"


class Facet(StrEnum):
    """What about a procedure is asked. GENERAL: how is it done; NONE: nothing about a procedure."""

    DOCUMENTS = "documents"
    FEE = "fee"
    TIME = "time"
    WHERE = "where"
    ONLINE = "online"
    WHO = "who"
    FORM = "form"
    RESULT = "result"
    LEGAL = "legal"
    GENERAL = "general"
    NONE = "none"


class Smalltalk(StrEnum):
    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    BOT = "bot"
    """Who are you, are you a machine, what can you do."""
    HUMAN = "human"
    """Wants to speak with a person."""
    HELP = "help"
    YES = "yes"
    NO = "no"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Match:
    """A procedure that a question may mean."""

    code: str
    score: float
    """0..1, calibrated: how likely this procedure is what was meant."""
    why: str
    """The phrase of the record that matched best: name, alias or question."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One message as understood.

    ``matches`` are ranked, at most ten, also when the decision is not to answer. ``facets`` holds at least one, the one
    asked first in front. ``topic`` is the procedure that a follow-up will refer to: the one answered, else the one
    already talked about. ``also`` are further procedures that the same message asks about.
    """

    decision: Decision
    matches: tuple[Match, ...] = ()
    facets: tuple[Facet, ...] = (Facet.NONE,)
    smalltalk: Smalltalk | None = None
    topic: str | None = None
    followup: bool = False
    also: tuple[str, ...] = ()
    margin: float = 0.0
    """Score of the first match minus that of the second."""

    @property
    def facet(self) -> Facet:
        return self.facets[0]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(match.code for match in self.matches)
