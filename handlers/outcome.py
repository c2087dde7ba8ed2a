"""What a handler decided: replies, the new dialogue state, and what is to be written down. Nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from handlers.dialogue import Dialogue
from handlers.duties import Cadences
from handlers.message import Media, Reply
from knowledge.reading import Decision, Facet
from scheduler.ledger import Form


class Verdict(StrEnum):
    """What a person said of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"
    """None of the choices offered was meant."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its outcome, to be kept without any link to a person. A declined one is a gap."""

    text: str
    decision: Decision
    facet: Facet
    candidates: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person said of the answer to an earlier question; wrong and none make it a gap."""

    question: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A question waits for an official from now on."""

    code: str
    text: str
    question: int
    promised_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """An official's answer was shown to somebody who typed its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Delete everything kept of this chat."""

    practice: str | None = None
    """Key of the pupil who is known here: what they practised is deleted with it."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """This chat wants to hear of changes in a field."""

    field: str
    """Lĩnh vực, or :data:`handlers.subscriptions.EVERY`."""


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """It does not want to any more."""

    field: str | None = None
    """None: of nothing at all."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The person takes an invite: this chat now holds its role."""

    code: str


@dataclass(frozen=True, slots=True)
class PassMade:
    """Whoever has the secret may open the office's page as the holder of this chat, once."""

    secret: str


@dataclass(frozen=True, slots=True)
class Left:
    """The person gives up a role on this chat."""

    membership: int


@dataclass(frozen=True, slots=True)
class Reported:
    """A unit's report for one occurrence."""

    duty: int
    code: str
    membership: int
    text: str = ""
    form: Form | None = None
    quantity: int | None = None
    is_new_form: bool = False
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The report in force is taken back while the period is open."""

    duty: int


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Remind this chat again at a time before the deadline."""

    duty: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody else of the unit does it; they are told."""

    duty: int
    membership: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """A difficulty (vướng mắc) that the coordinator should see."""

    duty: int
    membership: int
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The coordinator accepts the report in force."""

    duty: int


@dataclass(frozen=True, slots=True)
class Returned:
    """The coordinator returns the report in force with a reason; the unit is told."""

    duty: int
    reason: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """The occurrence does not apply, for a reason."""

    duty: int
    reason: str


@dataclass(frozen=True, slots=True)
class PlanConfirmed:
    """A draft plan is confirmed; each rhythm that is not in its text is stored as set by ``by``."""

    plan: int
    by: str
    cadences: Cadences


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A pupil came into a class."""

    classroom: int
    nickname: str
    word: str
    key: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """A pupil is known on one more device."""

    classroom: int
    nickname: str
    key: str


@dataclass(frozen=True, slots=True)
class RunBegun:
    """A pupil begins a case, or what comes back. What is under way is gone on with instead."""

    pupil: int
    run: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A pupil answered the open item of a run, or took its hint."""

    pupil: int
    run: str
    item: str
    choice: tuple[str, ...] = ()
    right: bool = False
    hint: bool = False


@dataclass(frozen=True, slots=True)
class ClassOpened:
    """A teacher opened a class."""

    label: str
    code: str
    secret: str
    cases: tuple[str, ...]
    opens_on: date
    closes_on: date
    ends_on: date


PracticeNote = Enrolled | CameBack | RunBegun | Tried | ClassOpened
"""What practice wants written down."""
DutyNote = (
    Joined
    | PassMade
    | Left
    | Reported
    | Withdrawn
    | Snoozed
    | Passed
    | Stuck
    | Accepted
    | Returned
    | SetAside
    | PlanConfirmed
)
"""What officials want written down."""
Note = Asked | Judged | HandedOver | AnswerSeen | Forget | Subscribed | Unsubscribed | DutyNote | PracticeNote


class Keep(StrEnum):
    """The dialogue stays as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Outcome:
    replies: tuple[Reply, ...]
    dialogue: Dialogue | Keep = KEEP
    notes: tuple[Note, ...] = ()
    decision: Decision = Decision.SMALLTALK
    facet: Facet = Facet.NONE
    codes: tuple[str, ...] = ()
    """Procedures of the answer, the first one in front; empty where none was named."""
