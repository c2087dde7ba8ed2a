"""The administrative procedure (thủ tục hành chính) as this office tells it, and what makes a record valid.

One YAML file a procedure under ``data/procedures/``. Facts (fee, time limit, documents, place, link) are fields and
nothing else: an answer shows fields of a dated, sourced record and never prose made up on the way. A fact that the
source does not give is written as :data:`UNKNOWN`, so that nobody can mistake an omission for "free" or "at once".
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, model_validator

UNKNOWN = "chưa có thông tin"
"""What a fact says when the source does not give it. Shown to people as it stands."""

NATIONAL = "toàn quốc"
"""Scope of a procedure that every province carries out; otherwise the name of the one province that issued it."""

CODE = re.compile(r"[1-9]\.\d{6}")
"""A procedure code (mã thủ tục) of the national portal, such as 1.001193."""

LEGAL_NUMBER = re.compile(r"\d+(?:\.\d+)?/(?:\d{4}/)?[\dA-ZĐ][\dA-ZĐa-zđ.-]*")
"""Number of a legal document, such as 60/2014/QH13, 123/2015/NĐ-CP or 53/2025/TT-BCA."""


def _plain(text: str) -> str:
    """Accept one line of Vietnamese text: not empty, NFC, no stray spaces, no control or invisible characters."""
    if not text:
        raise ValueError("must not be empty: leave the key out, or write the word " + repr(UNKNOWN))
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("must be NFC")
    if is_clean(text):
        return text
    if text != " ".join(text.split()):
        raise ValueError("has leading, trailing or double spaces, or a line break")
    raise ValueError("has a control or invisible character")


def is_clean(text: str) -> bool:
    """Whether a text is one line with single spaces and visible characters. Cheap: most of an import is asked this."""
    return text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError("is not a procedure code like 1.001193")
    return text


def _legal_number(text: str) -> str:
    if not LEGAL_NUMBER.fullmatch(text):
        raise ValueError("is not the number of a legal document like 60/2014/QH13")
    return text


Text = Annotated[str, AfterValidator(_plain)]
Code = Annotated[str, AfterValidator(_code)]
LegalNumber = Annotated[str, AfterValidator(_legal_number)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Channel(StrEnum):
    """How a dossier is handed in (cách thức thực hiện)."""

    ONLINE = "online"
    COUNTER = "counter"
    POST = "post"


class Need(StrEnum):
    """What happens to a document: handed in (nộp) or only shown (xuất trình)."""

    SUBMIT = "submit"
    SHOW = "show"


class Document(_Record):
    """One line of the checklist (thành phần hồ sơ)."""

    name: Text
    need: Need = Need.SUBMIT
    quantity: Text | None = None
    """As people read it: "1 bản chính", "1 bản chính, 1 bản sao"."""
    when: Text | None = None
    """The case that asks for it ("Nếu không có Giấy chứng sinh"); None: everybody needs it."""
    note: Text | None = None


class Method(_Record):
    """One way of handing in, with its own time limit and fee."""

    channel: Channel
    time_limit: Text
    fee: Text
    when: Text | None = None
    """The case in which this line holds; None: always."""
    how: Text | None = None
    """Where exactly, on which portal, at which hours."""


class Form(_Record):
    """A form (mẫu đơn, tờ khai) that belongs to the dossier."""

    name: Text
    number: Text | None = None
    """Its sign in the legal document that issued it ("CT01")."""


class LegalBasis(_Record):
    number: LegalNumber
    title: Text


class Procedure(_Record):
    """A procedure as it is shown, with where each fact comes from and when somebody last checked it."""

    code: Code
    name: Text
    """Short, as the office calls it: "Đăng ký khai sinh"."""
    official_name: Text
    """As published on the portal."""
    field: Text
    """Lĩnh vực: "Hộ tịch"."""
    levels: tuple[Text, ...] = ()
    """Cấp thực hiện."""
    agency: Text
    """Who carries it out (cơ quan thực hiện)."""
    scope: Text = NATIONAL
    decision: Text | None = None
    """The decision that published it ("163/QĐ-BTP")."""

    summary: Text
    """One plain sentence: what it gives to whom."""
    who: Text
    """Who may file (đối tượng thực hiện)."""
    on_behalf: Text = UNKNOWN
    """Whether somebody else may file, and with what paper."""
    where: Text
    """Where to hand in (nơi nộp)."""
    methods: tuple[Method, ...] = ()
    fee_note: Text | None = None
    """Who pays less or nothing, who sets the fee."""
    time_note: Text | None = None
    """When the time runs longer or shorter; the day by which one has to file."""
    documents: tuple[Document, ...] = ()
    forms: tuple[Form, ...] = ()
    steps: tuple[Text, ...] = ()
    """What one does at the counter, in order."""
    online_steps: tuple[Text, ...] = ()
    """What one does to file online, in order; empty: no online filing, or not known."""
    result: tuple[Text, ...] = ()
    conditions: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()

    online_url: HttpUrl | None = None
    source: Text
    source_url: HttpUrl
    checked_on: date
    review_by: date
    """From this day on the record says that it is old and withholds fee and time as facts."""
    effective_from: date | None = None
    effective_until: date | None = None
    """Last day on which it is valid; None: still valid."""
    successor: tuple[Code, ...] = ()
    """What replaces it once it is abolished (bãi bỏ)."""

    aliases: tuple[Text, ...] = ()
    """What people call it, each a short phrase that means this procedure and no other."""
    questions: tuple[Text, ...] = Field(default=())
    """Questions that must find it; their wording differs from the aliases."""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.review_by <= self.checked_on:
            raise ValueError("review_by must come after checked_on")
        if self.effective_from and self.effective_until and self.effective_until < self.effective_from:
            raise ValueError("effective_until lies before effective_from")
        if self.successor and not self.effective_until:
            raise ValueError("a procedure with a successor needs effective_until")
        return self

    @model_validator(mode="after")
    def _says_nothing_twice(self) -> Self:
        for key in ("aliases", "questions", "steps", "online_steps", "result"):
            values = [value.casefold() for value in getattr(self, key)]
            if len(values) != len(set(values)):
                raise ValueError(f"{key} says the same thing twice")
        return self

    def valid_on(self, day: date) -> bool:
        """Whether the procedure is in force on that day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_until is None or day <= self.effective_until
        )

    def ended_on(self, day: date) -> bool:
        """Whether its last day is over."""
        return self.effective_until is not None and self.effective_until < day

    def stale_on(self, day: date) -> bool:
        """Whether nobody has checked it in time: fee and time limit are then no longer stated as facts."""
        return day >= self.review_by
