"""Tables whose cells are parted by tabs, as copied out of Word or Excel; cells may be missing or hold line breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scheduler.documents.document import Cell, Table, grid
from scheduler.text import clean, fold

_AHEAD = 4
"""Lines without tabs, blank ones included, that a table may have between two of its rows."""
_CELL_LINES = 60
"""More lines than this are no cell."""
_NUMBER = re.compile(r"^\(?(?:\d+(?:\.\d+)*|[IVXivx]+|[A-Za-zĐđ])[.):]?$|^$")
_HEADING = re.compile(r"^(?:[IVX]+|[A-ZĐ])\s*[.)]\s")
_ENDS = re.compile(r"^(?:noi nhan|tm\.|kt\.|tl\.|q\.|chu tich|pho chu tich)")
_COUNTED = {"tt", "stt", "so tt", "so thu tu", "s.t.t", "t.t"}


def table_at(lines: Sequence[str], start: int) -> tuple[Table, int] | None:
    """The table that begins at a line, and the place after it; None where none begins."""
    if lines[start].count("\t") < 2:
        return None
    width = lines[start].rstrip().count("\t") + 1
    counted = fold(clean(lines[start].split("\t")[0])) in _COUNTED
    rows: list[list[str]] = []
    place = start
    while place < len(lines):
        if "\t" in lines[place].strip(" "):
            cells, place = _row(lines, place)
            if rows and counted and _goes_on(rows[-1], cells, width):
                rows[-1] += [f"{rows[-1].pop()}\n{cells[0]}", *cells[1:]]
            else:
                rows.append(cells)
        elif (following := _next_row(lines, place)) is None:
            return _table(rows), _rest_of_last(rows, lines, place, width)
        else:
            _between(rows, lines[place:following], width)
            place = following
    return _table(rows), place


def _row(lines: Sequence[str], place: int) -> tuple[list[str], int]:
    """The cells of a row; a quoted cell may go on over several lines."""
    line = lines[place]
    end = place + 1
    while _open_quote(line) and end < min(len(lines), place + _CELL_LINES):
        if not any(_closes(later) for later in lines[end : place + _CELL_LINES]):
            break
        line, end = f"{line}\n{lines[end]}", end + 1
    return [_unquoted(cell) for cell in line.rstrip("\t\n ").split("\t")], end


def _open_quote(line: str) -> bool:
    last = line.rsplit("\t", 1)[-1].strip()
    return last.startswith('"') and last.count('"') % 2 == 1


def _closes(line: str) -> bool:
    return line.split("\t", 1)[0].count('"') % 2 == 1


def _unquoted(cell: str) -> str:
    stripped = cell.strip(" ")
    if len(stripped) > 2 and stripped[0] == stripped[-1] == '"' and ("\n" in stripped or '""' in stripped):
        return stripped[1:-1].replace('""', '"')
    return cell


def _goes_on(row: Sequence[str], cells: Sequence[str], width: int) -> bool:
    """A line break inside a cell cut a row in two: the first part is short, and the second begins with no number."""
    return len(row) + len(cells) - 1 <= width and not _NUMBER.match(cells[0].strip())


def _next_row(lines: Sequence[str], place: int) -> int | None:
    """Where the next row stands after a few lines without tabs; None when the table has ended."""
    for ahead in range(place, min(place + _AHEAD + 1, len(lines))):
        if _ENDS.match(fold(lines[ahead])):
            return None
        if "\t" in lines[ahead].strip(" "):
            return ahead
    return None


def _between(rows: list[list[str]], lines: Sequence[str], width: int) -> None:
    """Lines between two rows: a heading is a row of one cell; another line goes on in the cell above it."""
    after_blank = False
    for line in lines:
        if not line.strip():
            after_blank = True
        elif not after_blank and len(rows[-1]) < width and not _HEADING.match(line.strip()):
            rows[-1][-1] = f"{rows[-1][-1]}\n{line}"
        else:
            rows.append([line])


def _rest_of_last(rows: list[list[str]], lines: Sequence[str], place: int, width: int) -> int:
    """Take the lines that end a last row broken within its last cell; the place after them."""
    last = min(len(lines), place + _CELL_LINES)
    while place < last and lines[place].strip() and len(rows[-1]) < width and not _ENDS.match(fold(lines[place])):
        rows[-1][-1] = f"{rows[-1][-1]}\n{lines[place]}"
        place += 1
    return place


def _table(rows: Sequence[Sequence[str]]) -> Table:
    width = max(len(row) for row in rows)
    return grid([_one(row[0], width) if len(row) == 1 else [Cell(clean(cell)) for cell in row] for row in rows])


def _one(text: str, width: int) -> list[Cell]:
    """A line for itself inside a table covers all its columns."""
    said = clean(text)
    return [Cell(said), *[Cell(said, across=True)] * (width - 1)]
