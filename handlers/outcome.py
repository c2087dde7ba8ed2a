"""What a handler decided: replies, the new dialogue state, and what is to be written down. Nothing is done here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handlers.dialogue import Dialogue
from handlers.message import Reply
from knowledge.reading import Decision, Facet


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
class Forget:
    """Delete everything kept of this chat."""


Note = Asked | Judged | Forget


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
