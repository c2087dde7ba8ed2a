"""What a handler needs of questions that were handed to an official. Handlers read by :class:`Handovers`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of a tracking code: without those that are mistaken for one another, I and 1, O and 0."""
CODE_LENGTH = 6
PREFIX = "HT"
_CODE = re.compile(
    rf"(?<!\w){PREFIX}(?P<gap>[ ]?[-–.]?[ ]?)(?P<rest>[{LETTERS}]{{{CODE_LENGTH}}})(?!\w)", re.IGNORECASE | re.ASCII
)
_DIGIT = re.compile(r"\d")


class State(StrEnum):
    """How a hand-over stands."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """The citizen wanted to be forgotten."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A question that waits for an official, or was answered by one."""

    code: str
    text: str
    promised_at: datetime
    """Aware; by then an answer was promised."""
    state: State = State.WAITING
    question: int | None = None
    """Number of the question that it is about."""
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A code as somebody typed it."""

    code: str
    """As we write it: "HT-K4QM2P"."""
    surely: bool
    """Has a digit or the hyphen: nobody means anything else by it."""


def code_in(text: str) -> Told | None:
    """The code that a message names: "HT-K4QM2P", "ht k4qm2p"; None where there is none."""
    found = _CODE.search(text)
    if found is None:
        return None
    rest = found["rest"].upper()
    return Told(f"{PREFIX}-{rest}", bool(_DIGIT.search(rest)) or bool(found["gap"].strip()))


class Handovers(Protocol):
    """What handlers ask, of the chat that wrote, as of the message's moment and in the message's transaction."""

    @property
    def ready(self) -> bool:
        """Whether somebody here answers at all."""

    @property
    def pushes(self) -> bool:
        """Whether this chat can be written to first; else the answer is fetched."""

    @property
    def most(self) -> int:
        """Most questions of one chat that wait at once."""

    @property
    def promised_at(self) -> datetime:
        """When an answer to something handed over now is due."""

    async def asked(self, question: int, /) -> str | None:
        """The masked text of a question of this chat; None: it is another's, or was deleted."""

    async def waiting(self) -> tuple[Handed, ...]:
        """What of this chat waits, the oldest first."""

    async def find(self, code: str, /) -> Handed | None:
        """By its code, from any chat; None: there is none, or too many codes were tried from this chat."""

    async def new_code(self) -> str:
        """A code that was drawn and that nothing has yet."""


class NoHandovers:
    """Where nobody answers by hand."""

    ready = False
    pushes = False
    most = 0

    @property
    def promised_at(self) -> datetime:
        raise LookupError("nobody answers here")

    async def asked(self, _question: int, /) -> str | None:
        return None

    async def waiting(self) -> tuple[Handed, ...]:
        return ()

    async def find(self, _code: str, /) -> Handed | None:
        return None

    async def new_code(self) -> str:
        raise LookupError("nobody answers here")
