"""Life events (sự kiện trong đời): what happens to a family, and which procedures follow from it, in order.

At most two questions lead to a personal checklist. The facts of each step stay in its procedure's record; an event only
knows the order and the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.kin import deceased, names_a_loss
from knowledge.library import DATA, ContentError, Library, read_yaml
from knowledge.normalize import Word, fold, words
from knowledge.procedures import Code, Text
from knowledge.words import Phrases, Words

FOLDER = DATA / "life_events"
FEWEST_WORDS = 2
ALIKE = 0.72
"""Least likeness of a message to what people write when an event happened to them."""

LITTLE = 1
"""So many other words may stand beside a phrase that tells of an event."""
_WHEN = frozenset((
    "bay", "benh", "buon", "chieu", "chua", "dem", "do", "dot", "gia", "gio", "hic", "hoi", "hom", "hu", "huhu",
    "luc", "moi", "nam", "nan", "nay", "ngay", "ngoai", "ngot", "qua", "roi", "sang", "tai", "thang", "tho",
    "toi", "trua", "truoc", "tuan", "tuoi", "vi", "vien", "vua", "xin", "xong", "yeu",
))  # fmt: skip
"""Words that only tell when and how it happened, and how sad it is."""

_CLAUSE_END = re.compile(r"[,.;:!?…\n]+")
_TOKEN = re.compile(r"[^\W_]+")

UNSURE = "?"
"""The answer of somebody who does not know: the list then tells every case."""


class Sense(StrEnum):
    """An answer that "có" or "chưa" stands for."""

    YES = "yes"
    NO = "no"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Part):
    """One answer to a question, pressed or typed."""

    key: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    label: Text
    case: Text
    """The answer as a case: "cha mẹ đã đăng ký kết hôn"."""
    sense: Sense | None = None
    says: tuple[Text, ...] = ()
    """Other ways to say it: "chưa cưới"."""


class _Conditional(_Part):
    only: Mapping[str, tuple[str, ...]] = {}
    """Applies only after these answers; a question that was not asked excludes nothing."""


class Question(_Conditional):
    """Something that changes the checklist."""

    key: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    text: Text
    unsure: Text
    """How somebody who does not know can tell."""
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
    tells: tuple[Text, ...] = ()
    """Phrases that tell of it when little else is said: "mới sinh em bé"."""
    of_relative: bool = False
    """Whether it is told by a relative who died: "ba tui mới mất"."""
    main: Code | None = None
    """What a question in between is about when it names nothing; else the first step."""
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

    @property
    def topic(self) -> str:
        """Code of the procedure that a question in between is about."""
        return self.main or self.steps[0].code

    def asks(self, question: Question, answers: Mapping[str, str]) -> bool:
        """Whether a question is open and applies after these answers."""
        return question.key not in answers and all(
            answers.get(key, wanted[0]) in wanted for key, wanted in question.only.items()
        )

    def next_question(self, answers: Mapping[str, str]) -> Question | None:
        """The first question that is not answered yet and applies."""
        return next((question for question in self.questions if self.asks(question, answers)), None)

    def checklist(self, answers: Mapping[str, str]) -> tuple[Step, ...]:
        """The steps for these answers, in order, each procedure once; with its case where an answer is open."""
        steps: dict[str, Step] = {}
        for step in self.steps:
            if not all(answers.get(key, wanted[0]) in (*wanted, UNSURE) for key, wanted in step.only.items()):
                continue
            why = self._why(step, answers)
            if (before := steps.get(step.code)) is not None:
                why = f"{before.why}; {_lower(why)}"
            steps[step.code] = step.model_copy(update={"why": why})
        return tuple(steps.values())

    def _why(self, step: Step, answers: Mapping[str, str]) -> str:
        cases = [
            " hoặc ".join(option.case for option in question.options if option.key in step.only[question.key])
            for question in self.questions
            if question.key in step.only and self._is_open(question, answers)
        ]
        if not cases:
            return step.why
        case, own = f"Nếu {' và '.join(cases)}", step.why.removeprefix("Nếu ")
        return f"{case}: {_lower(own)}" if own == step.why else f"{case}, và {own}"

    def _is_open(self, question: Question, answers: Mapping[str, str]) -> bool:
        """Whether the answer is not known, or the question was not asked because an earlier answer is not known."""
        if question.key in answers:
            return answers[question.key] == UNSURE
        return any(answers.get(key) == UNSURE for key in question.only)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


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
        self._short = words.short
        self._filler = words.filler
        self._kin = words.kin
        self._named = {fold(phrase): event for event in events for phrase in (event.name, *event.aliases)}
        said = [(event, self._content(alias)) for event in events for alias in event.aliases]
        self._said = [(event, content) for event, content in said if len(content) >= FEWEST_WORDS]
        self._by_key = {event.key: event for event in events}
        self._tells = Phrases((phrase, event.key) for event in events for phrase in event.tells)
        self._details = Phrases((phrase, "") for event in events for phrase in _details(event))
        self._of_relative = next((event for event in events if event.of_relative), None)

    def find(self, text: str) -> LifeEvent | None:
        """The event that is named or told of, else one whose aliases say nearly the same words, fillers apart.

        One word alone tells of nothing: "mất" is also what is asked of money and time.
        """
        if (named := self._named.get(fold(text))) is not None:
            return named
        if (told := self._told(text)) is not None:
            return told
        asked = self._content(text)
        if len(asked) < FEWEST_WORDS:
            return None
        likeness = ((_likeness(asked, said), event) for event, said in self._said)
        best, event = max(likeness, key=lambda found: found[0], default=(0.0, None))
        if event is None or best < ALIKE or (event.of_relative and names_a_loss(opened(text, self._short), self._kin)):
            return None
        return event

    def _told(self, text: str) -> LifeEvent | None:
        """The event that a phrase tells of when hardly anything is said besides."""
        typed = opened(text, self._short)
        if self._of_relative and self._says_death(text, typed):
            return self._of_relative
        spans = ((hit.value, range(hit.start, hit.start + hit.length)) for hit in self._tells.found(typed))
        return next((self._by_key[key] for key, span in spans if self._besides(typed, span) <= LITTLE), None)

    def _says_death(self, text: str, typed: Sequence[Word]) -> bool:
        start = 0
        for clause in _CLAUSE_END.split(text):
            said = opened(clause, self._short)
            if span := deceased(said, self._kin):
                return not self._besides(typed, range(start + span.start, start + span.stop), self._kin)
            start += len(said)
        return False

    def _besides(self, typed: Sequence[Word], span: range, known: frozenset[str] = frozenset()) -> int:
        """How many words stand outside a span that tell something else than when, whose and such details."""
        hits = (*self._filler.found(typed), *self._details.found(typed))
        places = {*span, *(place for hit in hits for place in range(hit.start, hit.start + hit.length))}
        rest = (one.plain for place, one in enumerate(typed) if place not in places)
        return sum(word not in _WHEN and word not in known and not word.isdigit() for word in rest)

    def _content(self, text: str) -> frozenset[str]:
        typed = opened(text, self._short)
        fillers = {place for hit in self._filler.found(typed) for place in range(hit.start, hit.start + hit.length)}
        return frozenset(one.plain for place, one in enumerate(typed) if place not in fillers)


def opened(text: str, short: Mapping[str, str]) -> list[Word]:
    """The words of a message, abbreviations written out: "vk" is "vợ"."""
    said = _TOKEN.findall(unicodedata.normalize("NFC", text).casefold())
    return [part for one in said for part in words(short.get(one, one))]


def _details(event: LifeEvent) -> Iterator[str]:
    return (phrase for question in event.questions for option in question.options for phrase in option.says)


def _likeness(asked: frozenset[str], said: frozenset[str]) -> float:
    """Dice coefficient of two sets of words, 0..1."""
    return 2 * len(asked & said) / (len(asked) + len(said)) if asked and said else 0.0


def _unknown(steps: Iterable[Step], library: Library) -> list[str]:
    return [step.code for step in steps if library.get(step.code) is None]
