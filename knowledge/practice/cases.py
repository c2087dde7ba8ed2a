"""A case: somebody of a village or street who needs a procedure, and a pupil who helps.

One YAML file a case under ``data/practice/cases/``. A case tells a story and says which papers apply to it. Every fact
that is asked or shown (fee, time limit, place, papers) comes from the procedure's record; explanations hold none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.library import DATA, ContentError, Library, read_yaml
from knowledge.procedures import Channel, Code, Method, Procedure, Text

FOLDER = DATA / "practice"
CASES = FOLDER / "cases"
CASES_AT_LEAST = 30
OPTIONS_AT_MOST = 8
"""More than this in one question is no question for a phone."""

_FACT = re.compile(r"\d+(?:[.,]\d+)*\s*(?:đồng|nghìn|ngàn|triệu|ngày|giờ|tháng)\b|miễn phí", re.IGNORECASE)
"""A fee or a time limit: those belong to the record."""


def _without_facts(text: str) -> str:
    if _FACT.search(text):
        raise ValueError("states a fee or a time limit: facts come from the record")
    return text


Prose = Annotated[Text, AfterValidator(_without_facts)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WrongProcedure(_Part):
    """A procedure that sounds alike and is not the one."""

    code: Code
    why: Prose
    """Why it is not for this person, by the rule."""


class Extra(_Part):
    """A paper that people bring along and nobody asks for."""

    name: Text
    why: Prose


class MockField(_Part):
    """A field of the mock form. Its value stands on the mock card; nothing else is to be typed."""

    key: str = Field(pattern=r"^[a-z]{2,12}$")
    label: Text
    value: Text
    choices: tuple[Text, ...] = ()
    """Of a drop-down; the value is one of them, and the story tells which."""

    @model_validator(mode="after")
    def _is_a_choice(self) -> Self:
        if self.choices and (self.value not in self.choices or len(set(self.choices)) != len(self.choices)):
            raise ValueError("value must be one of the choices, each there once")
        return self


class Reply(_Part):
    """What one can answer to a request for more papers."""

    text: Prose
    right: bool = False
    why: Prose


class MoreAsked(_Part):
    """The request for more papers (yêu cầu bổ sung hồ sơ) that comes after filing."""

    asks: Prose
    replies: tuple[Reply, ...] = Field(min_length=3, max_length=4)

    @model_validator(mode="after")
    def _one_is_right(self) -> Self:
        if sum(reply.right for reply in self.replies) != 1:
            raise ValueError("exactly one reply must be right")
        return self


class Case(_Part):
    key: str = Field(pattern=r"^[a-z0-9]{2,14}$")
    """Part of button payloads, so it is short."""
    title: Prose
    """The errand in one line: "Bà Tư cần bản sao giấy khai sinh"."""
    person: Text
    """As the story calls them: "bà Tư"."""
    code: Code
    story: Text
    ask: Text
    """What somebody would type to the assistant to find the procedure."""
    wrong: tuple[WrongProcedure, ...] = Field(min_length=2, max_length=3)
    when: Text | None = None
    """Which line of the online methods holds; None: the one without a condition."""
    documents: tuple[Text, ...] = Field(min_length=1)
    """Names, as in the record, of the papers that this person needs when filing online."""
    files: tuple[Text, ...] | None = None
    """Those of the documents that are attached as files; None: all. What is typed into the portal is none."""
    extras: tuple[Extra, ...] = Field(min_length=1, max_length=2)
    ways_tip: Prose
    """Which of the ways suits this person, and why."""
    form: tuple[MockField, ...] = Field(min_length=3, max_length=5)
    more: MoreAsked
    teach: Prose
    """One line for the card that the pupil takes home."""

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        codes = [self.code, *(wrong.code for wrong in self.wrong)]
        if len(set(codes)) != len(codes):
            raise ValueError("a wrong procedure is the right one, or stands there twice")
        if not set(self.files or ()) <= set(self.documents):
            raise ValueError("files that are none of the documents")
        keys = [field.key for field in self.form]
        if len(set(keys)) != len(keys):
            raise ValueError("two fields have the same key")
        return self

    def method(self, record: Procedure) -> Method | None:
        """The line of the record's methods that this person files by; None: the record has no such line."""
        lines = [one for one in record.methods if one.channel is Channel.ONLINE and one.when == self.when]
        return lines[0] if len(lines) == 1 else None


def against(case: Case, library: Library) -> Iterator[str]:
    """What a case says that its records do not, one English line a problem."""
    record = library.get(case.code)
    for code in (case.code, *(wrong.code for wrong in case.wrong)):
        if library.get(code) is None:
            yield f"{code}: no such procedure"
    if record is None:
        return
    if case.method(record) is None:
        yield f"{case.code} has no single online method for {case.when!r}"
    known = {document.name: document for document in record.documents}
    yield from (f"{name!r} is no document of {case.code}" for name in case.documents if name not in known)
    for document in record.documents:
        if document.when is None and document.name not in case.documents:
            yield f"{document.name!r} is needed by everybody, but not by {case.person}"
    yield from (f"{extra.name!r} is in the record" for extra in case.extras if extra.name in known)


def read_case(path: Path) -> Case:
    """Read one case. Raises ContentError with every mistake of the file."""
    try:
        case = Case.model_validate(read_yaml(path))
    except ValidationError as error:
        problems = [f"{path.name}: {'.'.join(map(str, e['loc'])) or 'case'}: {e['msg']}" for e in error.errors()]
        raise ContentError(problems) from error
    if path.stem != case.key:
        raise ContentError([f"{path.name}: the file is not named after its key {case.key}"])
    return case


def shipped_cases(folder: Path = CASES) -> tuple[Case, ...]:
    """All cases, in the order of their file names. Raises ContentError with the mistakes of all files."""
    cases: list[Case] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            cases.append(read_case(path))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return tuple(cases)
