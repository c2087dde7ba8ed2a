"""The page of an administrative letter (Nghị định 30/2020/NĐ-CP): paper, font, paragraphs, rules, tables, sections."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from scheduler.reports.wording import FILL_IN, legible

FONT = "Times New Roman"
PAPER = (210, 297)
"""A4, mm."""
MARGINS = (20, 20, 30, 20)
"""Top, bottom, left, right, mm."""
TEXT_WIDTH = 160
LANDSCAPE_WIDTH = 247
INDENT = 12.7
"""First line of a paragraph, mm."""
BODY = 14
"""Size of the body, points."""
WIDE = 6
"""A table with more columns stands on a landscape page."""

LEFT, CENTRE, BOTH = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY

_FILL_IN = re.compile(f"({re.escape(FILL_IN[:-1])}[^\\]]*\\])")
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph looks. ``size`` and ``before`` in points, ``indent`` (of the first line) in mm."""

    size: float = BODY
    bold: bool = False
    italic: bool = False
    align: WD_ALIGN_PARAGRAPH = LEFT
    before: float = 0
    indent: float = 0
    keep: bool = False
    """Stays on the page of the next paragraph."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its share of the width, how its cells are aligned."""

    head: str
    share: int
    align: WD_ALIGN_PARAGRAPH = LEFT


BODY_LOOK = Look(align=BOTH, before=6, indent=INDENT)
HEADING_LOOK = Look(bold=True, align=BOTH, before=6, indent=INDENT, keep=True)


def blank(title: str, author: str, made_on: date) -> Document:
    """An empty A4 letter. The same arguments make the same file: no clock is read."""
    document = docx.Document()
    _font(document)
    _set_page(document.sections[0], landscape=False)
    _number_pages(document.sections[0])
    made = datetime.combine(made_on, time(), UTC)
    core = document.core_properties
    core.title, core.author, core.last_modified_by, core.comments = title, author, author, ""
    core.created = core.modified = made
    core.language, core.revision = "vi-VN", 1
    return document


def _font(document: Document) -> None:
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(BODY)
    fonts = normal.element.rPr.rFonts
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    for name in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    size = OxmlElement("w:szCs")
    size.set(qn("w:val"), str(2 * BODY))
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.rPr.extend((size, language))
    spacing = normal.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing = 1.0


def _set_page(section: Section, *, landscape: bool) -> None:
    width, height = reversed(PAPER) if landscape else PAPER
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (Mm(m) for m in MARGINS)
    section.header_distance = section.footer_distance = Mm(10)


def _number_pages(section: Section) -> None:
    """Page numbers centred in the top margin, from the second page on."""
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.alignment = CENTRE
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("", "2"), ("end", "")):
        run = head.add_run() if kind or text == " PAGE " else head.add_run(text)
        run.font.size = Pt(BODY)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.element.append(mark)
        elif text == " PAGE ":
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = text
            run.element.append(code)


def write(paragraph: Paragraph, text: str, look: Look) -> Paragraph:
    """Put text into a paragraph and make it look so; what has to be filled in is marked yellow."""
    for part in _FILL_IN.split(text):
        if not part:
            continue
        run = paragraph.add_run(part)
        run.font.size, run.bold, run.italic = Pt(look.size), look.bold or None, look.italic or None
        if _FILL_IN.fullmatch(part):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    paragraph.alignment = look.align
    shape = paragraph.paragraph_format
    shape.space_before = Pt(look.before)
    if look.indent:
        shape.first_line_indent = Mm(look.indent)
    if look.keep:
        shape.keep_with_next = True
    return paragraph


def add(place: Document | _Cell, text: str, look: Look = BODY_LOOK) -> Paragraph:
    """A new paragraph at the end of a document or a cell; a cell's first, empty paragraph is used first."""
    if isinstance(place, _Cell) and len(place.paragraphs) == 1 and not place.paragraphs[0].text:
        return write(place.paragraphs[0], text, look)
    return write(place.add_paragraph(), text, look)


def rule(place: Document | _Cell, length: float, width: float) -> None:
    """A horizontal rule of ``length`` in the middle of ``width``, mm."""
    line = place.add_paragraph()
    shape = line.paragraph_format
    shape.left_indent = shape.right_indent = Mm((width - length) / 2)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
    edge = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        edge.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(edge)
    properties: Any = shape.element.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def frame(document: Document, widths: tuple[float, float]) -> tuple[_Cell, _Cell]:
    """Two cells side by side without borders, ``widths`` in mm; they stay on one page."""
    table = document.add_table(1, 2)
    _shape(table, widths)
    _hold_together(table.rows[0])
    left, right = table.rows[0].cells
    _no_margins(left)
    _no_margins(right)
    return left, right


def grid(document: Document, columns: Sequence[Column], rows: Sequence[Sequence[str]], size: float = 11) -> None:
    """A table with borders over the whole width of the page; its head stands again on every page."""
    width = LANDSCAPE_WIDTH if len(columns) > WIDE else TEXT_WIDTH
    whole = sum(column.share for column in columns)
    table = document.add_table(1, len(columns))
    table.style = "Table Grid"
    _shape(table, [width * column.share / whole for column in columns])
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        add(cell, column.head, Look(size=size, bold=True, align=CENTRE))
    again = OxmlElement("w:tblHeader")
    _hold_together(table.rows[0]).append(again)
    for row in rows:
        made = table.add_row()
        _hold_together(made)
        for cell, column, text in zip(made.cells, columns, row, strict=True):
            add(cell, legible(text), Look(size=size, align=column.align, before=2))


def _shape(table: Table, widths: Sequence[float]) -> None:
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = Mm(width)


def _no_margins(cell: _Cell) -> None:
    properties: Any = cell.paragraphs[0].paragraph_format.element.getparent().get_or_add_tcPr()
    margins = OxmlElement("w:tcMar")
    for name in ("left", "right"):
        side = OxmlElement(f"w:{name}")
        side.set(qn("w:w"), "0")
        side.set(qn("w:type"), "dxa")
        margins.append(side)
    properties.append(margins)


def _hold_together(row: Any) -> Any:
    """A row is not cut by the end of a page. Returns its properties."""
    properties = row.cells[0].paragraphs[0].paragraph_format.element.getparent().getparent().get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    return properties


def appendix_page(document: Document, *, landscape: bool) -> None:
    """A new page, counted from 1 again, for an appendix."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    end = document.paragraphs[
        -1
    ].paragraph_format  # holds the section before; it must not run over to a page of its own
    end.line_spacing_rule, end.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(1)
    _set_page(section, landscape=landscape)
    section.different_first_page_header_footer = True
    properties: Any = document.element.body.sectPr
    numbers = properties.find(qn("w:pgNumType"))
    if numbers is None:
        numbers = OxmlElement("w:pgNumType")
        properties.insert_element_before(numbers, "w:cols", "w:titlePg", "w:docGrid")
    numbers.set(qn("w:start"), "1")


def saved(document: Document) -> bytes:
    """The file. Its parts carry a fixed day, so that the same letter is the same file."""
    made, out = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in parts.namelist():
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(info, parts.read(name))
    return out.getvalue()
