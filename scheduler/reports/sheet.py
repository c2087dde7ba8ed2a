"""A workbook and its sheets, as the report's spreadsheet writes them: styles, cells, tables, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_col_to_name  # type: ignore[import-untyped]

from scheduler.ledger import State
from scheduler.reports.wording import legible

_LONGEST_CELL = 32_000
_LONGEST_LINK = 2_000
_LINE, _HIGHEST = 15.5, 400
"""Height of a line of text, and of the highest row, points."""
_FONT = "Times New Roman"

COLOURS: Mapping[State, str] = {
    State.PLANNED: "#F2F2F2",
    State.DUE_SOON: "#FFF2CC",
    State.OVERDUE: "#F4B6B6",
    State.REPORTED: "#DDEBF7",
    State.REPORTED_LATE: "#FCE4D6",
    State.ACCEPTED: "#D5E8D4",
    State.ACCEPTED_LATE: "#E9EBC8",
    State.RETURNED: "#E4D3EE",
    State.NOT_APPLICABLE: "#D9D9D9",
}
"""Backgrounds light enough for black words; the word says the state, the colour only helps."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula and the value it gives, for programs that do not calculate."""

    text: str
    value: int | float | str
    style: str = "number"


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to a place of the workbook, or to an address on the web."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a score."""

    value: Fraction


Cell = str | int | Formula | Points | Link | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its head and its width in characters."""

    head: str
    width: float
    style: str = "text"


class Book:
    """A workbook that is being written to a stream."""

    def __init__(self, made_on: date, title: str, author: str, out: BinaryIO) -> None:
        self._book = xlsxwriter.Workbook(
            out,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        made = datetime.combine(made_on, time())
        self._book.set_properties({"title": title, "author": author, "created": made})
        self._book.formats[0].set_font_name(_FONT)
        self.styles = {name: self._book.add_format({"font_name": _FONT, **how}) for name, how in _STYLES.items()}
        self.states = {
            state: self._book.add_format(
                {
                    "font_name": _FONT,
                    "font_size": 10,
                    "align": "center",
                    "border": 1,
                    "text_wrap": True,
                    "bg_color": colour,
                }
            )
            for state, colour in COLOURS.items()
        }

    def sheet(self, name: str, *, portrait: bool = False) -> Sheet:
        """A new sheet at the end, set up for A4 paper."""
        made = self._book.add_worksheet(name)
        made.set_paper(9)
        made.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        made.fit_to_pages(1, 0)
        made.set_footer("&C&P/&N")
        if not portrait:
            made.set_landscape()
        return Sheet(made, self.styles)

    def chart(self, kind: Mapping[str, str]) -> Any:
        return self._book.add_chart(dict(kind))

    def close(self) -> None:
        self._book.close()


_WRAPPED = {"text_wrap": True, "valign": "top", "border": 1, "font_size": 11}
_STYLES: Mapping[str, Mapping[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "warning": {"bold": True, "font_size": 11, "font_color": "#9C0006", "text_wrap": True, "valign": "top"},
    "note": {"italic": True, "font_size": 11, "text_wrap": True, "valign": "top"},
    "heading": {"bold": True, "font_size": 12, "bg_color": "#E7E6E6", "border": 1},
    "head": {
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "border": 1,
        "bg_color": "#D9E2F3",
        "font_size": 11,
    },
    "text": _WRAPPED,
    "centre": {**_WRAPPED, "align": "center"},
    "number": {**_WRAPPED, "num_format": "#,##0", "text_wrap": False},
    "id": {**_WRAPPED, "num_format": "0", "text_wrap": False},
    "percent": {**_WRAPPED, "num_format": "0.0%", "text_wrap": False},
    "points": {**_WRAPPED, "num_format": "0.00", "text_wrap": False},
    "day": {**_WRAPPED, "num_format": "dd/mm/yyyy", "align": "center", "text_wrap": False},
    "link": {**_WRAPPED, "font_color": "#0563C1", "underline": 1},
}


class Sheet:
    """A sheet that is being written."""

    def __init__(self, sheet: Any, styles: Mapping[str, Any]) -> None:
        self.raw = sheet
        self._styles = styles
        self._row = 0

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], top: int = 0) -> None:
        """A table with a frozen head, repeated on every printed page, and a filter."""
        for place, column in enumerate(columns):
            self.raw.set_column(place, place, column.width)
            self.raw.write_string(top, place, column.head, self._styles["head"])
        self.raw.freeze_panes(top + 1, 0)
        self.raw.repeat_rows(top)
        self.raw.autofilter(top, 0, top + len(rows), len(columns) - 1)
        self.fit(top, [(column.head, 0.85 * column.width) for column in columns])
        for number, row in enumerate(rows, top + 1):
            self.fit(number, [(cell, column.width) for column, cell in zip(columns, row, strict=True)])
            for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
                self.put(number, place, cell, column.style)

    def fit(self, row: int, cells: Sequence[tuple[Cell, float]]) -> None:
        """Make a row as high as its longest text needs; not every program does it by itself."""
        texts = [(cell.text if isinstance(cell, Link) else cell, width) for cell, width in cells]
        lines = max(1 + int(len(text) / width) for text, width in texts if isinstance(text, str))
        if lines > 1:
            self.raw.set_row(row, min(_LINE * lines, _HIGHEST))

    def put(self, row: int, place: int, cell: Cell, style: str = "text") -> None:
        """Write a cell; text is never taken for a formula or a number."""
        match cell:
            case None:
                self.raw.write_blank(row, place, None, self._styles[style])
            case Formula():
                self.raw.write_formula(row, place, f"={cell.text}", self._styles[cell.style], cell.value)
            case Link() if len(cell.target) <= _LONGEST_LINK:
                self.raw.write_url(row, place, cell.target, self._styles["link"], legible(cell.text)[:_LONGEST_CELL])
            case Link():
                self.raw.write_string(row, place, legible(cell.text)[:_LONGEST_CELL], self._styles[style])
            case Points():
                self.raw.write_number(row, place, float(cell.value), self._styles["points"])
            case datetime():
                self.raw.write_datetime(row, place, cell, self._styles["day"])
            case int():
                self.raw.write_number(row, place, cell, self._styles["number" if style == "text" else style])
            case str():
                self.raw.write_string(row, place, legible(cell)[:_LONGEST_CELL], self._styles[style])

    def head(self, row: int, first: int, last: int, text: str) -> None:
        """A head over columns."""
        if first == last:
            self.put(row, first, text, "head")
        else:
            self.raw.merge_range(row, first, row, last, text, self._styles["head"])

    def append(self, cells: Sequence[Cell], width: float, *styles: str) -> None:
        """A row below what was said so far, its first column so wide; one style is that of all cells."""
        for place, cell in enumerate(cells):
            self.put(self._row, place, cell, styles[place % len(styles)])
        if isinstance(cells[0], str):
            self.fit(self._row, [(cells[0], width)])
        self._row += 1

    def say(self, text: str, style: str, across: int, lines: int = 1) -> None:
        """A text over ``across`` more columns, as high as so many lines, below what was said so far."""
        self.raw.merge_range(self._row, 0, self._row, across, legible(text)[:_LONGEST_CELL], self._styles[style])
        if lines > 1:
            self.raw.set_row(self._row, _LINE * lines)
        self._row += 1

    def skip(self) -> None:
        """An empty row."""
        self._row += 1


def cell_name(row: int, column: int) -> str:
    """A cell, counted from 0, as formulas of its row name it."""
    return f"${xl_col_to_name(column)}{row + 1}"


def span(sheet: str, column: int, first: int, last: int) -> str:
    """The cells of a column, from row ``first`` to ``last`` counted from 0, as formulas name them."""
    name = xl_col_to_name(column)
    return f"'{sheet}'!${name}${first + 1}:${name}${max(first, last) + 1}"
