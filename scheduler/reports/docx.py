"""The report as a letter in the form of Nghị định 30/2020/NĐ-CP: head, six sections, signature, appendices."""

from __future__ import annotations

from typing import BinaryIO

from docx.document import Document
from docx.shared import Mm
from docx.table import _Cell

from scheduler.reports import appendices, body
from scheduler.reports.figures import Figures
from scheduler.reports.page import (
    BODY_LOOK,
    CENTRE,
    HEADING_LOOK,
    LEFT,
    TEXT_WIDTH,
    Look,
    add,
    blank,
    frame,
    rule,
    saved,
)
from scheduler.reports.rules import Letter, Rules
from scheduler.reports.wording import blank_day, legible

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

_HEAD = (60, 100)
"""Widths of the two halves of the head, mm."""
_FOOT = (80, 80)
_MOTTO_WIDTH = 58
"""Width of the motto in 14 points, bold, mm: its rule is as long."""
_CAPITAL = 2.75
"""Mean width of a bold capital of 13 points, mm."""
_SLACK = 1.15
"""Room that the longest line of a name gets, in its widths."""
_SMALL = 2.15
"""Mean width of a bold letter of 14 points, mm."""


def write_docx(figures: Figures, rules: Rules, out: BinaryIO) -> None:
    """Write the report to a stream. The same figures and rules make the same bytes."""
    letter = rules.letter
    subject = f"{letter.subject} {figures.window.label}"
    document = blank(subject, letter.name, figures.window.send_by)
    _head(document, letter, figures)
    _title(document, subject, letter)
    for line in body.lines(figures, rules):
        add(document, line.text, HEADING_LOOK if line.heading else BODY_LOOK)
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    _foot(document, letter)
    appendices.add_all(document, figures, letter)
    out.write(saved(document))


def _head(document: Document, letter: Letter, figures: Figures) -> None:
    left, right = frame(document, _HEAD)
    if letter.parent:
        _name(left, letter.parent, Look(size=13, align=CENTRE))
    rule(left, 0.4 * _name(left, letter.agency, Look(size=13, bold=True, align=CENTRE)), _HEAD[0])
    add(left, f"Số:      /BC-{letter.sign}", Look(size=13, align=CENTRE, before=6))
    add(right, COUNTRY, Look(size=13, bold=True, align=CENTRE))
    add(right, MOTTO, Look(size=14, bold=True, align=CENTRE))
    rule(right, _MOTTO_WIDTH, _HEAD[1])
    date = f"{letter.place}, {blank_day(figures.window.send_by)}"
    add(right, date, Look(size=14, italic=True, align=CENTRE, before=6))


def _name(cell: _Cell, name: str, look: Look) -> float:
    """Write a name; one too long for a line breaks into two of about one length. Returns its width in mm, about."""
    paragraph = add(cell, name, look)
    words = name.split()
    if len(name) * _CAPITAL <= _HEAD[0] or len(words) < 2:
        return min(len(name) * _CAPITAL, _HEAD[0])
    width: float = _CAPITAL * min(
        max(len(" ".join(words[:cut])), len(" ".join(words[cut:]))) for cut in range(1, len(words))
    )
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(max(0.0, (_HEAD[0] - _SLACK * width) / 2))
    return min(width, _HEAD[0])


def _title(document: Document, subject: str, letter: Letter) -> None:
    add(document, "BÁO CÁO", Look(size=14, bold=True, align=CENTRE, before=12, keep=True))
    add(document, subject, Look(size=14, bold=True, align=CENTRE, keep=True))
    rule(document, min(0.4 * _SMALL * len(subject), 0.4 * TEXT_WIDTH), TEXT_WIDTH)
    if letter.to:
        add(document, f"Kính gửi: {letter.to}", Look(size=14, align=CENTRE, before=12))


def _foot(document: Document, letter: Letter) -> None:
    add(document, "", Look(size=6))
    left, right = frame(document, _FOOT)
    add(left, "Nơi nhận:", Look(size=12, bold=True, italic=True))
    for copy in (*letter.copies, ""):
        add(left, f"- {legible(copy)};" if copy else "- Lưu: VT.", Look(size=11, align=LEFT))
    for title in letter.signer:
        add(right, title, Look(size=14, bold=True, align=CENTRE))
    for _ in range(4):
        right.add_paragraph()
    add(right, letter.signer_name, Look(size=14, bold=True, align=CENTRE))
