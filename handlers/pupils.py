"""What practice needs of classes and of how far pupils are. Handlers read by :class:`Practice`, never a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from knowledge.practice.course import Course
from knowledge.practice.play import Run

REVIEW = "on"
"""The run of items that come back; every other run is the key of a case."""


@dataclass(frozen=True, slots=True)
class Classroom:
    """A class as its pupils know it."""

    id: int
    code: str
    label: str
    cases: tuple[str, ...]
    opens_on: date
    closes_on: date

    @property
    def name(self) -> str:
        """What is typed to come in: "7A-K4QM"."""
        return f"{self.label}-{self.code}"

    def is_open(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on


@dataclass(frozen=True, slots=True)
class Pupil:
    id: int
    nickname: str
    classroom: Classroom


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What was drawn for somebody who comes in: a nickname nobody of the class has, a word, a key for this device."""

    nickname: str
    word: str
    key: str


@dataclass(frozen=True, slots=True)
class NewClass:
    """What was drawn for a class: its code, and the secret of the teacher's link."""

    code: str
    secret: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pupil is."""

    best: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Case -> points and most, of the best run that was finished."""
    times: Mapping[str, int] = field(default_factory=dict)
    """Case -> runs finished."""
    under_way: tuple[str, ...] = ()
    """Runs begun and not finished, the latest first."""
    due: tuple[str, ...] = ()
    """Names of items that come back today."""
    badges: tuple[str, ...] = ()
    """Codes of procedures whose QR code was scanned at the desk."""


class Practice(Protocol):
    """What handlers ask. Everything is as of the message's moment, in the message's transaction."""

    @property
    def course(self) -> Course:
        """The cases over the records of today."""

    async def classroom(self, code: str, /) -> Classroom | None:
        """The class of that code, also before and after its days."""

    async def newcomer(self, classroom: Classroom, /) -> Newcomer | None:
        """What was drawn for one more pupil; None: the class is full."""

    async def returning(self, classroom: Classroom, nickname: str, word: str, /) -> str | None:
        """A key for this device, when the word is the nickname's; None: it is not, or was guessed too often."""

    async def pupil(self, key: str | None, /) -> Pupil | None:
        """Who is known by this key."""

    async def run(self, pupil: Pupil, run: str, /) -> Run | None:
        """The run under way; None: there is none."""

    async def fresh(self, pupil: Pupil, run: str, /) -> Run:
        """A run that would begin now; empty when nothing can be asked."""

    async def progress(self, pupil: Pupil, /) -> Progress:
        """How far the pupil is."""

    async def new_class(self) -> NewClass:
        """What was drawn for a class that is opened now."""


class NoPractice:
    """Where nobody practises."""

    course = Course.nothing()

    async def classroom(self, _code: str, /) -> Classroom | None:
        return None

    async def newcomer(self, _classroom: Classroom, /) -> Newcomer | None:
        return None

    async def returning(self, _classroom: Classroom, _nickname: str, _word: str, /) -> str | None:
        return None

    async def pupil(self, _key: str | None, /) -> Pupil | None:
        return None

    async def run(self, _pupil: Pupil, _run: str, /) -> Run | None:
        return None

    async def fresh(self, _pupil: Pupil, _run: str, /) -> Run:
        return Run(())

    async def progress(self, _pupil: Pupil, /) -> Progress:
        return Progress()

    async def new_class(self) -> NewClass:
        raise LookupError("nobody practises here")
