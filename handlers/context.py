"""What a handler may know besides the message. Same message and same context give the same outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from handlers.dialogue import Dialogue
from handlers.duties import Duties, NoDuties, Person
from handlers.handed import Handovers, NoHandovers
from handlers.pupils import NoPractice, Practice
from handlers.subscriptions import NoSubscriptions, Subscriptions
from handlers.texts import Texts
from knowledge.life_events import LifeEvent
from knowledge.news import News
from knowledge.places import Former
from knowledge.procedures import Procedure
from knowledge.reading import Reading
from scheduler.calendar import VIETNAM


class Knowledge(Protocol):
    """What handlers ask of the knowledge."""

    def read(self, text: str, topic: str | None = None, /) -> Reading:
        """Understand one message; ``topic`` is the procedure that the dialogue is about so far."""

    @property
    def events(self) -> tuple[LifeEvent, ...]:
        """Life events that a person can be led through."""

    def event(self, text: str, /) -> LifeEvent | None:
        """The life event that a message tells of, if any."""

    def former(self, text: str, /) -> Former | None:
        """A ward or office of before that a message names, if any."""

    def get(self, code: str, /) -> Procedure | None:
        """The record of that code."""

    def news(self, code: str, /) -> News | None:
        """What was published of that code lately, if anything."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields (lĩnh vực) of all records, those with the most records first."""


@dataclass(frozen=True, slots=True)
class Office:
    """The office that runs the assistant."""

    name: str
    contact: str | None = None
    """Where people reach a person; None: not told to us, and we invent nothing."""
    page: str | None = None
    """Address of the chat page, where it can be reached from outside."""
    notice: str | None = None
    """A line that the office puts on top of every answer."""
    closed: str | None = None
    """Why the assistant does not answer at the moment; None: it does."""


@dataclass(frozen=True, slots=True)
class Context:
    now: datetime
    """Aware; the clock is read by the shell."""
    knowledge: Knowledge
    texts: Texts
    office: Office
    ref: int
    """Number of this message: feedback buttons refer to it."""
    dialogue: Dialogue = field(default_factory=Dialogue)
    person: Person | None = None
    """Who linked this chat as an official; None: a citizen, or a group."""
    duties: Duties = field(default_factory=NoDuties)
    """The plan and its ledger."""
    practice: Practice = field(default_factory=NoPractice)
    """The classes that practise."""
    handovers: Handovers = field(default_factory=NoHandovers)
    """The questions that officials answer by hand."""
    subscriptions: Subscriptions = field(default_factory=NoSubscriptions)
    """What this chat wants to hear of."""

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return self.now.astimezone(VIETNAM).date()
