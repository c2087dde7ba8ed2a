"""Life events (sự kiện trong đời): what happens to a family, and which procedures follow from it, in order.

At most two questions lead to a personal checklist. The facts of each step stay in its procedure's record; an event only
knows the order and the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.library import DATA, ContentError, Library, read_yaml
from knowledge.normalize import fold, words
from knowledge.procedures import Code, Text
from knowledge.words import Words

FOLDER = DATA / "life_events"
FEWEST_WORDS = 2
ALIKE = 0.72
"""Least likeness of a message to what people write when an event happened to them."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Part):
    """One answer to a question, pressed or typed."""

    key: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    label: Text


class _Conditional(_Part):
    only: Mapping[str, tuple[str, ...]] = {}
    """Applies only after these answers; a question that was not asked excludes nothing."""


class Question(_Conditional):
    """Something that changes the checklist."""

    key: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    text: Text
    options: tuple[Option, ...] = Field(min_length=2, max_length=4)


class Step(_Conditional):
    """One procedure of the checklist."""

    code: Code
    why: Text
    """What it is for, or whom it concerns."""


class LifeEvent(_Part):
    key: str = Field(pattern=r"^[a-z0-9-]{1,16}$")
    name: Text
    """On the button: "Sinh con"."""
    opening: Text
    """The first sentence, kind to the occasion."""
    aliases: tuple[Text, ...] = Field(min_length=5)
    """What people write when it happened to them."""
    questions: tuple[Question, ...] = Field(max_length=2)
    steps: tuple[Step, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _names_what_exists(self) -> Self:
        options = {question.key: {option.key for option in question.options} for question in self.questions}
        parts: tuple[_Conditional, ...] = (*self.questions, *self.steps)
        for part in parts:
            for question, answers in part.only.items():
                if question not in options or not set(answers) <= options[question]:
                    raise ValueError(f"only: {question} {list(answers)} is no question and answer of this event")
        return self

    def next_question(self, answers: Mapping[str, str]) -> Question | None:
        """The first question that is not answered yet and applies."""
        return next((q for q in self.questions if q.key not in answers and _applies(q.only, answers)), None)

    def checklist(self, answers: Mapping[str, str]) -> tuple[Step, ...]:
        """The steps for these answers, in order."""
        return tuple(step for step in self.steps if _applies(step.only, answers))


def _applies(only: Mapping[str, tuple[str, ...]], answers: Mapping[str, str]) -> bool:
    return all(answers.get(question, wanted[0]) in wanted for question, wanted in only.items())


def shipped_events(library: Library, folder: Path = FOLDER) -> tuple[LifeEvent, ...]:
    """All events, in the order of their file names. Raises ContentError; every step must be a known procedure."""
    events: list[LifeEvent] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            event = LifeEvent.model_validate(read_yaml(path))
        except ContentError as error:
            problems += error.problems
        except ValidationError as error:
            problems += [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        else:
            events.append(event)
            problems += [f"{path.name}: {code}: no such procedure" for code in _unknown(event.steps, library)]
    if problems:
        raise ContentError(problems)
    return tuple(events)


class EventFinder:
    """Finds the event that a message tells of. Somebody who names a procedure is not led through an event."""

    def __init__(self, events: tuple[LifeEvent, ...], words: Words) -> None:
        self._filler = words.filler
        self._named = {fold(phrase): event for event in events for phrase in (event.name, *event.aliases)}
        said = [(event, self._content(alias)) for event in events for alias in event.aliases]
        self._said = [(event, content) for event, content in said if len(content) >= FEWEST_WORDS]

    def find(self, text: str) -> LifeEvent | None:
        """The event one of whose aliases says nearly the same words, fillers apart; None when none does.

        One word alone tells of nothing: "mất" is also what is asked of money and time.
        """
        if (named := self._named.get(fold(text))) is not None:
            return named
        asked = self._content(text)
        if len(asked) < FEWEST_WORDS:
            return None
        likeness = ((_likeness(asked, said), event) for event, said in self._said)
        best, event = max(likeness, key=lambda found: found[0], default=(0.0, None))
        return event if best >= ALIKE else None

    def _content(self, text: str) -> frozenset[str]:
        typed = words(text)
        fillers = {place for hit in self._filler.found(typed) for place in range(hit.start, hit.start + hit.length)}
        return frozenset(one.plain for place, one in enumerate(typed) if place not in fillers)


def _likeness(asked: frozenset[str], said: frozenset[str]) -> float:
    """Dice coefficient of two sets of words, 0..1."""
    return 2 * len(asked & said) / (len(asked) + len(said)) if asked and said else 0.0


def _unknown(steps: Iterable[Step], library: Library) -> list[str]:
    return [step.code for step in steps if library.get(step.code) is None]
