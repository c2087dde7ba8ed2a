"""Short messages that only make sense after what was said before.

Typed answers to a question that offers a few ("dạ có rồi ạ", "chua dang ky", "ko", "không biết nữa"), and the like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge import words as word_lists
from knowledge.library import DATA, ContentError, read_yaml
from knowledge.life_events import UNSURE, LifeEvent, Question, Sense, opened
from knowledge.normalize import Word, words
from knowledge.procedures import Text
from knowledge.words import Found, Phrases

FILE = DATA / "answers.yaml"
LONGEST = 14
"""Words of an answer; who writes more tells a story or asks something."""
LITTLE = 2
"""So many words may stand in an answer that say nothing known."""
CLEAR = 2
"""A phrase of at least so many words tells an answer also where no question was asked."""
_NEGATION = frozenset({"khong", "chua", "chang", "cha", "dau"})
_OPENS_QUESTION = frozenset({"co", "duoc", "can", "phai"})
_ENDS_QUESTION = frozenset({"khong", "chua"})
_SIGNS = frozenset({"co", "khong", "chua", "roi"})
"""A label of one of these words ("Có") is weighed with the other ways to say yes and no."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    yes: tuple[Text, ...]
    no: tuple[Text, ...]
    weak: tuple[Text, ...]
    unsure: tuple[Text, ...]
    all: tuple[Text, ...]
    leave: tuple[Text, ...]
    calls: tuple[Text, ...]
    how: tuple[Text, ...]
    how_words: tuple[Text, ...]
    steps: tuple[Text, ...]
    parts: tuple[Text, ...]
    filler: tuple[Text, ...]
    asking: tuple[Text, ...]


class AnswerReader:
    """Reads what was typed in answer to a question. Built once; reading changes nothing."""

    def __init__(self, file: _File, short: Mapping[str, str]) -> None:
        self._short = short
        signs = {Sense.YES: file.yes, Sense.NO: file.no, "weak": file.weak, "unsure": file.unsure, "all": file.all}
        self._signs = Phrases((phrase, str(sign)) for sign, phrases in signs.items() for phrase in phrases)
        self._filler = Phrases((phrase, "") for phrase in file.filler)
        self._asking = Phrases((phrase, "") for phrase in file.asking)
        self._calls = Phrases((phrase, "") for phrase in file.calls)
        self._how = Phrases([*((phrase, "how") for phrase in file.how), *((phrase, "") for phrase in file.how_words)])
        self._steps = Phrases((phrase, "") for phrase in file.steps)
        self._parts = Phrases([*((phrase, "part") for phrase in file.parts), *((phrase, "") for phrase in file.filler)])
        self._leave = frozenset(_plain(words(phrase)) for phrase in file.leave)

    def leaves(self, text: str) -> bool:
        """Whether somebody wants to stop and says nothing else."""
        typed = self._opened(text)
        said = [one.plain for one, filler in zip(typed, self._fillers(typed), strict=True) if not filler]
        return {_plain(typed), " ".join(said)} & self._leave != frozenset()

    def calls(self, text: str) -> bool:
        """Whether somebody is only called: "cháu ơi"."""
        typed = self._opened(text)
        return bool(typed) and len(typed) == sum(hit.length for hit in self._calls.found(typed))

    def asks_how(self, text: str) -> bool:
        """Whether nothing is asked but how something is done: "rồi làm sao nữa"."""
        return _is_only(self._how, self._opened(text))

    def asks_part(self, text: str) -> bool:
        """Whether a part is asked for without saying of which procedure: "bao nhiêu tiền vậy"."""
        return _is_only(self._parts, self._opened(text))

    def names_steps(self, text: str) -> bool:
        """Whether the steps are asked for by name."""
        return next(self._steps.found(self._opened(text)), None) is not None

    def heard(self, question: Question, text: str) -> str | None:
        """The key of the answer that was meant, UNSURE where it was none of them or all; None: this is no answer."""
        typed = self._opened(text)
        if not 0 < len(typed) <= LONGEST:
            return None
        signs = list(self._signs.found(typed))
        unsure = any(hit.value == "unsure" for hit in signs)
        said = list(_said([*_labels(question), *_says(question)], typed))
        asks = self._asks(typed, said if unsure else [*signs, *said])
        if asks and not (unsure and self._rest(question, typed, signs) == 0):
            return None
        named = {hit.value for hit in said}
        if len(named) == 1:
            return named.pop()
        if named or any(hit.value in {"unsure", "all"} for hit in signs):
            return UNSURE if self._rest(question, typed, signs) <= LITTLE else None
        return self._by_sense(question, typed, signs)

    def told(self, event: LifeEvent, text: str) -> dict[str, str]:
        """Answers that somebody gave by the way while telling what happened, by question."""
        typed = self._opened(text)
        answers: dict[str, str] = {}
        for question in event.questions:
            said = {hit.value for hit in _said(_says(question), typed) if hit.length >= CLEAR}
            if len(said) == 1 and event.asks(question, answers):
                answers[question.key] = said.pop()
        return answers

    def _by_sense(self, question: Question, typed: Sequence[Word], signs: Sequence[Found]) -> str | None:
        """By yes or no: the first that is said decides, politeness only when it stands alone."""
        strong = [hit for hit in signs if hit.value in set(Sense)]
        if not strong and not signs:
            return None
        first = (strong or signs)[0]
        led_in = sum(not filler for filler in self._fillers(typed)[: first.start])
        if (led_in or not strong) and self._rest(question, typed, signs) > LITTLE * bool(strong):
            return None
        sense = first.value if strong else Sense.YES
        return next((option.key for option in question.options if option.sense == sense), None)

    def _asks(self, typed: Sequence[Word], signs: Sequence[Found]) -> bool:
        """Whether something is asked back: "lệ phí bao nhiêu", "có cần giấy chứng sinh không"."""
        answering = {place for hit in signs for place in _places(hit) if hit.length > 1}
        if any(not set(_places(hit)) <= answering for hit in self._asking.found(typed)):
            return True
        plain = [one.plain for one in typed]
        while plain and plain[-1] in {"a", "nhi", "vay", "the", "ta", "nhe"}:
            plain.pop()
        if len(plain) < 2 or plain[-1] not in _ENDS_QUESTION or len(plain) - 1 in answering:
            return False
        return any(one in _OPENS_QUESTION for one in plain[:-1])

    def _rest(self, question: Question, typed: Sequence[Word], signs: Sequence[Found]) -> int:
        """How many words are neither an answer nor the question's own nor fillers."""
        own = {one.plain for text in _texts(question) for one in words(text)}
        signed = {place for hit in signs for place in _places(hit)}
        fillers = self._fillers(typed)
        return sum(
            place not in signed and not fillers[place] and one.plain not in own for place, one in enumerate(typed)
        )

    def _fillers(self, typed: Sequence[Word]) -> list[bool]:
        places = {place for hit in self._filler.found(typed) for place in _places(hit)}
        return [place in places for place in range(len(typed))]

    def _opened(self, text: str) -> list[Word]:
        return opened(text, self._short)


def _is_only(phrases: Phrases, typed: Sequence[Word]) -> bool:
    """Whether a message is made of these phrases, one that counts among them."""
    hits = list(phrases.found(typed))
    return len(typed) == sum(hit.length for hit in hits) and any(hit.value for hit in hits)


def _texts(question: Question) -> Iterator[str]:
    yield question.text
    for option in question.options:
        yield from (option.label, *option.says)


def _labels(question: Question) -> Iterator[tuple[str, str]]:
    return ((option.label, option.key) for option in question.options)


def _says(question: Question) -> Iterator[tuple[str, str]]:
    return ((phrase, option.key) for option in question.options for phrase in option.says)


def _said(named: Iterable[tuple[str, str]], typed: Sequence[Word]) -> Iterator[Found]:
    """The answers that are named and not denied."""
    for hit in Phrases(named).found(typed):
        before = {one.plain for one in typed[max(0, hit.start - 2) : hit.start]}
        denied = before & _NEGATION and typed[hit.start].plain not in _NEGATION
        if not denied and (hit.length > 1 or typed[hit.start].plain not in _SIGNS):
            yield hit


def _places(hit: Found) -> range:
    return range(hit.start, hit.start + hit.length)


def _plain(typed: Sequence[Word]) -> str:
    return " ".join(one.plain for one in typed)


@cache
def load() -> AnswerReader:
    """Read the lists. Raises ContentError."""
    try:
        file = _File.model_validate(read_yaml(FILE))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc']}: {e['msg']}" for e in error.errors()]) from error
    return AnswerReader(file, word_lists.load().short)
