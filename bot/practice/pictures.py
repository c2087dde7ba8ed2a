"""What a pupil takes home: a certificate of practice, and the card by which a procedure is explained at home.

Facts on a card are fields of the procedure's record on that day, as in the chat: an old record withholds fee and time,
a fact that the source does not give says so, and a procedure that is not in force is not explained at all.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.practice.lettering import Style, fitting
from bot.practice.qr import qr
from bot.practice.sheet import BRAND, INK, LINE, MINE, ON_BRAND, PAPER, SOFT, WARN, WARN_INK, Picture, Sheet
from handlers.texts import Texts, load
from knowledge.practice.cases import Case
from knowledge.procedures import UNKNOWN, Procedure

__all__ = ["Picture", "card", "certificate"]

# The card: for a phone, 1080 pixels wide, as long as its content. 54 pixels are 18 points of a 360-point phone.

_CARD_WIDTH, _MARGIN, _GAP = 1080, 60, 40
_TITLE, _TEACH = Style(74, ON_BRAND, bold=True), Style(58, INK, bold=True)
_HEADING, _BODY, _FACT = Style(46, BRAND, bold=True), Style(54, INK), Style(60, INK, bold=True)
_LABEL, _NOTE = Style(44, SOFT), Style(40, SOFT)
_ON_BRAND_SMALL, _WARNING = Style(44, ON_BRAND), Style(50, WARN_INK)
_INDENT = 90

STEPS_AT_MOST = 4
STEP_LENGTH = 140
"""Characters of a step; a longer one ends with the last whole sentence before that."""

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
    sheet.y = _MARGIN - 20
    sheet.write("Thẻ dạy lại cho ông bà", _ON_BRAND_SMALL)
    sheet.write(record.name, _TITLE)
    sheet.y += 4
    sheet.write(f"Ví dụ: {case.title}", _ON_BRAND_SMALL)
    sheet.y += _MARGIN - 10
    sheet.ground((0, 0, sheet.width, sheet.y), BRAND)


def _heading(sheet: Sheet, text: str) -> None:
    sheet.y += _GAP
    sheet.ground((sheet.left, sheet.y, sheet.right, sheet.y + 3), LINE)
    sheet.y += 16
    sheet.write(text, _HEADING)


def _panel(sheet: Sheet, text: str, style: Style, colour: str) -> None:
    """A text on a ground that is a little wider than the column."""
    sheet.y += _GAP
    top = sheet.y
    sheet.y += 12
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
        top = sheet.y + 28
        sheet.ground((sheet.left, top, sheet.left + 50, top + 50), PAPER, outline=BRAND, stroke=5, radius=10)
        sheet.write(name, _BODY, indent=_INDENT)
        sheet.y += 8


def _facts(sheet: Sheet, case: Case, record: Procedure, day: date) -> None:
    texts = _texts()
    _heading(sheet, texts("facet.online"))
    if record.stale_on(day):
        sheet.y -= _GAP - 16
        _panel(sheet, texts("card.stale", day=f"{record.review_by:%d/%m/%Y}"), _WARNING, WARN)
        return
    method = case.method(record)
    if method and method.when:
        sheet.write(method.when, _BODY)
        sheet.y += 6
    fee, time = (method.fee, method.time_limit) if method else (UNKNOWN, UNKNOWN)
    for label, value in ((texts("facet.fee"), fee), (texts("facet.time"), time)):
        sheet.write(label, _LABEL)
        sheet.write(value, _FACT)
        sheet.y += 16


def _steps(sheet: Sheet, record: Procedure) -> None:
    texts = _texts()
    _heading(sheet, "Các bước nộp trực tuyến")
    if not record.online_steps:
        sheet.write(texts("card.no_online"), _BODY)
        return
    shown = [shortened(step, STEP_LENGTH) for step in record.online_steps[:STEPS_AT_MOST]]
    for number, step in enumerate(shown, start=1):
        sheet.write_beside(f"{number}.", replace(_BODY, bold=True, colour=BRAND))
        sheet.write(step, _BODY, indent=_INDENT)
        sheet.y += 8
    if tuple(shown) != record.online_steps:
        sheet.write(texts("card.more_at_source"), _LABEL)


def _foot(sheet: Sheet, record: Procedure, link: str) -> None:
    sheet.y += _GAP
    sheet.paste(qr(link))
    sheet.y += 10
    sheet.write("Quét mã để xem trên mạng", _LABEL, align="centre")
    sheet.write(link.removeprefix("https://"), _NOTE, align="centre")
    sheet.y += 20
    day = f"{record.checked_on:%d/%m/%Y}"
    sheet.write(_texts()("card.source", source=record.source, code=record.code, day=day), _NOTE)


def _not_in_force(record: Procedure, day: date) -> str:
    texts = _texts()
    if record.effective_from and day < record.effective_from:
        said = texts("card.not_yet", name=record.name, code=record.code, day=f"{record.effective_from:%d/%m/%Y}")
    else:
        assert record.effective_until  # noqa: S101 - not in force and not in the future
        said = texts("card.abolished", name=record.name, code=record.code, day=f"{record.effective_until:%d/%m/%Y}")
    return said.replace("**", "")


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text. A dot ends one only before a capital, outside brackets, after more than "TP" or "Q"."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        before = text[start : end.start()].rsplit(" ", 1)[-1]
        is_short = len(before) <= 2 and before.isupper()
        is_inside = text.count("(", start, end.end()) > text.count(")", start, end.end())
        if end[1].isupper() and not is_short and not is_inside:
            yield text[start : end.end()].rstrip()
            start = end.end()
    yield text[start:]


def shortened(text: str, length: int) -> str:
    """As many whole sentences as fit into ``length`` characters, the first one in any case."""
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".lstrip()
        if kept and len(longer) > length:
            break
        kept = longer
    return kept


# The certificate: A4 across.

_A4 = (1754, 1240)
"""Pixels at 150 an inch: 297 mm by 210 mm."""
_FRAME = 48
_BAND = 120
"""Height of the band that says what it is not."""
_NOT_A_DIPLOMA = "Luyện tập trên cổng mô phỏng, không phải văn bằng"
_DISCLAIMER = Style(46, BRAND, bold=True)
_PERCENT_AT_LEAST = 30
_SIZE_AT_LEAST = 12
"""Pixels; 6 points on paper."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the certificate and the pixels of air below it."""

    text: str
    style: Style
    air: int


def certificate(nickname: str, label: str, done: int, points: int, most: int, day: date, office: str) -> Picture:
    """ "Giấy chứng nhận luyện tập": ``done`` cases and ``points`` of ``most`` by the nickname of a class, on a day.

    Whatever is long is written smaller, until the page holds it. Raises ValueError when it never would.
    """
    wide, high = _A4
    parts = (
        _Part(office, Style(44, SOFT, bold=True), 24),
        _Part("GIẤY CHỨNG NHẬN LUYỆN TẬP", Style(88, BRAND, bold=True), 24),
        _Part("Chứng nhận bạn", Style(44, SOFT), 0),
        _Part(nickname, Style(132, INK, bold=True), 0),
        _Part(f"Lớp {label}", Style(60, INK, bold=True), 24),
        _Part(f"đã hoàn thành {done} việc, đạt {_grouped(points)} trên {_grouped(most)} điểm", Style(54, INK), 28),
        _Part(day_in_words(day), Style(44, SOFT), 0),
    )
    sheet = Sheet(wide, _FRAME + 90, wide - _FRAME - 90)
    sheet.ground((_FRAME, _FRAME, wide - _FRAME, high - _FRAME), PAPER, outline=BRAND, stroke=8, radius=24)
    inner = _FRAME + 18
    sheet.ground((inner, inner, wide - inner, high - inner), PAPER, outline=LINE, stroke=2)
    top, bottom = inner + 24, high - inner - _BAND
    sheet.ground((inner, bottom, wide - inner, high - inner), MINE)
    _stack(sheet, parts, top, bottom - 24)
    sheet.y = bottom + (_BAND - _DISCLAIMER.pitch) // 2
    sheet.write(_NOT_A_DIPLOMA, _DISCLAIMER, align="centre")
    return sheet.picture(high)


def _stack(sheet: Sheet, parts: Sequence[_Part], top: int, bottom: int) -> None:
    """Write the parts in the middle between two heights, each 10 % smaller until all of them fit."""
    percent = 100
    while (height := _written(Sheet(sheet.width, sheet.left, sheet.right), parts, percent)) > bottom - top:
        if percent <= _PERCENT_AT_LEAST:
            raise ValueError("too much text for one page")
        percent -= 10
    sheet.y = top + (bottom - top - height) // 2
    _written(sheet, parts, percent)


def _written(sheet: Sheet, parts: Sequence[_Part], percent: int) -> int:
    """Write the parts at a share of their size, where a long one is shrunk by up to half before it takes a second line.

    Returns where the sheet is then.
    """
    for part in parts:
        style = replace(part.style, size=max(part.style.size * percent // 100, _SIZE_AT_LEAST))
        style = fitting(part.text, style, sheet.right - sheet.left, max(style.size // 2, _SIZE_AT_LEAST))
        sheet.write(part.text, style, align="centre")
        sheet.y += part.air * percent // 100
    return sheet.y


def _grouped(number: int) -> str:
    """ "1.080"."""
    return f"{number:,}".replace(",", ".")


def day_in_words(day: date) -> str:
    """ "Ngày 05 tháng 02 năm 2026": a leading 0 below 10, of months for 1 and 2 (Nghị định 30/2020/NĐ-CP)."""
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"Ngày {day.day:02} tháng {month} năm {day.year}"
