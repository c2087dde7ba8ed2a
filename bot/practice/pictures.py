"""What a pupil takes home: a certificate of practice, and the card by which a procedure is explained at home.

Facts on a card are fields of the procedure's record on that day, as in the chat: an old record withholds fee and time, a
fact that the source does not give says so, and a procedure that is not in force is not explained at all.
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from datetime import date

from bot.practice.lettering import Style
from bot.practice.sheet import BRAND, INK, LINE, MINE, ON_BRAND, PAPER, SOFT, WARN, WARN_INK, Picture, Sheet
from handlers.texts import Texts, load
from knowledge.practice.cases import Case
from knowledge.procedures import UNKNOWN, Procedure

__all__ = ["Picture", "card", "certificate", "qr", "sentences", "shortened"]

# The card: for a phone, 1080 pixels wide, as long as its content. 56 pixels are 19 points of a 360-point phone.

_CARD_WIDTH, _MARGIN, _GAP = 1080, 60, 44
_TITLE, _TEACH = Style(78, ON_BRAND, bold=True), Style(62, INK, bold=True)
_HEADING, _BODY, _FACT = Style(48, BRAND, bold=True), Style(56, INK), Style(62, INK, bold=True)
_LABEL, _NOTE = Style(46, SOFT), Style(42, SOFT)
_ON_BRAND_SMALL, _WARNING = Style(44, ON_BRAND), Style(52, WARN_INK)
_INDENT = 90

STEPS_AT_MOST = 4
STEP_LENGTH = 140
"""Characters of a step; a longer one ends with the last whole sentence before that."""
_QR_WIDTH = 480
_QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""

_SENTENCE_END = re.compile(r"[.!?…][”\")]*\s+(?=[“\"(]?(\S))")


@functools.cache
def _texts() -> Texts:
    return load()


def card(case: Case, record: Procedure, link: str, day: date) -> Picture:
    """ "Thẻ dạy lại cho ông bà": the procedure of a case on one long image, with a QR code to ``link``.

    ``day`` is the day on which it is drawn. Raises ValueError when the link is empty or too long for a QR code.
    """
    sheet = Sheet(_CARD_WIDTH, _MARGIN, _CARD_WIDTH - _MARGIN)
    _head(sheet, case, record)
    if record.valid_on(day):
        _panel(sheet, case.teach, _TEACH, MINE)
        _documents(sheet, case, record)
        _facts(sheet, case, record, day)
        _heading(sheet, _texts()("facet.where"))
        sheet.write(record.where, _BODY)
        _steps(sheet, record)
    else:
        _panel(sheet, _not_in_force(record, day), _WARNING, WARN)
    _foot(sheet, record, link)
    return sheet.picture(sheet.y + _MARGIN)


def _head(sheet: Sheet, case: Case, record: Procedure) -> None:
    sheet.y = _MARGIN - 10
    sheet.write("Thẻ dạy lại cho ông bà", _ON_BRAND_SMALL)
    sheet.y += 10
    sheet.write(record.name, _TITLE)
    sheet.y += 14
    sheet.write(f"Ví dụ: {case.title}", _ON_BRAND_SMALL)
    sheet.y += _MARGIN - 10
    sheet.ground((0, 0, sheet.width, sheet.y), BRAND)


def _heading(sheet: Sheet, text: str) -> None:
    sheet.y += _GAP
    sheet.ground((sheet.left, sheet.y, sheet.right, sheet.y + 3), LINE)
    sheet.y += 24
    sheet.write(text, _HEADING)
    sheet.y += 6


def _panel(sheet: Sheet, text: str, style: Style, colour: str) -> None:
    """A text on a ground that is a little wider than the column."""
    sheet.y += _GAP
    top = sheet.y
    sheet.y += 20
    sheet.write(text, style)
    sheet.y += 24
    sheet.ground((sheet.left - 28, top, sheet.right + 28, sheet.y), colour, radius=28)


def _documents(sheet: Sheet, case: Case, record: Procedure) -> None:
    """The papers of the case; a record that knows one of them no more has changed, so the list is not known."""
    _heading(sheet, f"{_texts()('facet.documents')} (trường hợp của {case.person})")
    known = {document.name for document in record.documents}
    if not known.issuperset(case.documents):
        sheet.write(UNKNOWN, _FACT)
        return
    for name in case.documents:
        top = sheet.y + 22
        sheet.ground((sheet.left, top, sheet.left + 50, top + 50), PAPER, outline=BRAND, stroke=5, radius=10)
        sheet.write(name, _BODY, indent=_INDENT)
        sheet.y += 14


def _facts(sheet: Sheet, case: Case, record: Procedure, day: date) -> None:
    texts = _texts()
    _heading(sheet, texts("facet.online"))
    if record.stale_on(day):
        sheet.y -= _GAP - 16
        _panel(sheet, texts("card.stale", day=f"{record.review_by:%d/%m/%Y}"), _WARNING, WARN)
        return
    method = case.method(record)
    if method and method.when:
        sheet.write(method.when, _LABEL)
    fee, time = (method.fee, method.time_limit) if method else (UNKNOWN, UNKNOWN)
    for label, value in ((texts("facet.fee"), fee), (texts("facet.time"), time)):
        sheet.write(label, _LABEL)
        sheet.write(value, _FACT)
        sheet.y += 10


def _steps(sheet: Sheet, record: Procedure) -> None:
    texts = _texts()
    _heading(sheet, texts("card.steps").rstrip(":"))
    if not record.online_steps:
        sheet.write(texts("card.no_online"), _BODY)
        return
    shown = [shortened(step, STEP_LENGTH) for step in record.online_steps[:STEPS_AT_MOST]]
    for number, step in enumerate(shown, start=1):
        sheet.write_beside(f"{number}.", replace(_BODY, bold=True, colour=BRAND))
        sheet.write(step, _BODY, indent=_INDENT)
        sheet.y += 14
    if tuple(shown) != record.online_steps:
        sheet.write(texts("card.more_at_source"), _LABEL)


def _foot(sheet: Sheet, record: Procedure, link: str) -> None:
    sheet.y += _GAP
    sheet.paste(qr(link))
    sheet.y += 10
    sheet.write("Quét mã để xem trên mạng", _LABEL, align="centre")
    sheet.write(link, _NOTE, align="centre")
    sheet.y += 20
    day = f"{record.checked_on:%d/%m/%Y}"
    sheet.write(_texts()("card.source", source=record.source, code=record.code, day=day), _NOTE)


def _not_in_force(record: Procedure, day: date) -> str:
    texts = _texts()
    if record.effective_from and day < record.effective_from:
        return texts("card.not_yet", name=record.name, code=record.code, day=f"{record.effective_from:%d/%m/%Y}")
    until = record.effective_until or day
    return texts("card.abolished", name=record.name, code=record.code, day=f"{until:%d/%m/%Y}")
