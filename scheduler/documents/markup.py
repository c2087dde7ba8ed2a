"""Tables written in HTML, as text recognition and exports leave them in text files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from scheduler.documents.document import Cell, Table, grid
from scheduler.text import clean

TABLE = re.compile(r"<table\b[^<>]*>.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_MOST_COLUMNS = 64
_MOST_ROWS = 6_000
"""Spans that ask for more are cut."""
_CELLS = {"td", "th"}
_BREAKS = {"br", "p", "div", "li", "ul", "ol"}


@dataclass(slots=True)
class _Said:
    """One cell as it is written."""

    text: str
    bold: bool
    across: int
    down: int


def table(text: str) -> Table | None:
    """The grid of one HTML table; None when it has no cells."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return grid(list(_laid_out(reader.rows))) if any(reader.rows) else None


class _Reader(HTMLParser):
    """Collects the cells row by row; closing tags may be missing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[_Said]] = []
        self._open: _Said | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._open = None
            self.rows.append([])
        elif tag in _CELLS:
            values = dict(attrs)
            across, down = (_number(values.get(name)) for name in ("colspan", "rowspan"))
            self._open = _Said("", tag == "th", min(across, _MOST_COLUMNS), min(down, _MOST_ROWS))
            self.rows = self.rows or [[]]
            self.rows[-1].append(self._open)
        elif self._open is not None:
            self._open.bold = self._open.bold or (tag in {"b", "strong"} and not self._open.text.strip())
            self._open.text += "\n- " if tag == "li" else "\n" if tag in _BREAKS else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _CELLS or tag == "tr":
            self._open = None
        elif self._open is not None and tag in _BREAKS:
            self._open.text += "\n"

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.text += " ".join(data.split("\n"))


def _laid_out(rows: Sequence[Sequence[_Said]]) -> Iterator[list[Cell]]:
    """The rows of the grid: a cell over several rows or columns stands in every place that it covers."""
    below: dict[int, tuple[Cell, int]] = {}
    for said in rows:
        row: list[Cell] = []
        after: dict[int, tuple[Cell, int]] = {}
        for one in said:
            _go_on(row, below, after)
            text = clean(one.text)
            for place in range(min(one.across, _MOST_COLUMNS - len(row))):
                if one.down > 1:
                    after[len(row)] = Cell(text, one.bold, across=place > 0, down=True), one.down - 1
                row.append(Cell(text, one.bold, across=place > 0))
        while any(place >= len(row) for place in below):
            if len(row) not in below:
                row.append(Cell())
            _go_on(row, below, after)
        below = after
        yield row


def _go_on(row: list[Cell], below: dict[int, tuple[Cell, int]], after: dict[int, tuple[Cell, int]]) -> None:
    """Add the cells that go on here from the row above."""
    while len(row) in below:
        cell, left = below.pop(len(row))
        if left > 1:
            after[len(row)] = cell, left - 1
        row.append(cell)


def _number(said: str | None) -> int:
    return max(int(said), 1) if said and said.isdecimal() and len(said) < 6 else 1
