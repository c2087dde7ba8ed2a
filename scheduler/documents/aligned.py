"""Tables whose columns are kept apart by runs of spaces, as in text made from a PDF or a printed page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scheduler.documents.document import Cell, Table, grid
from scheduler.text import clean, fold

_SEGMENT = re.compile(r"\S+(?: \S+)*")
_ENDS = re.compile(r"^(?:noi nhan|tm\.|kt\.|tl\.|ghi chu:|chu tich|pho chu tich)")
_COLUMNS = 3
_AHEAD = 3
"""Blank lines that a table may have between two of its rows."""
_SHIFT = 20
"""Signs by which a text may reach into the next column."""


def table_at(lines: Sequence[str], start: int) -> tuple[Table, int] | None:
    """The table that begins at a line, and the place after it; None where none begins.

    Every printed line is a row of its own here; what goes on in the next line has to be joined by the reader.
    """
    if len(_segments(lines[start])) < _COLUMNS:
        return None
    end = _end(lines, start)
    body = [line for line in lines[start:end] if line.strip()]
    if len(body) < 2:
        return None
    cuts = _cuts(body)
    if len(cuts) < _COLUMNS:
        return None
    return grid([list(_cells(line, cuts)) for line in body]), end


def _segments(line: str) -> list[tuple[int, int]]:
    """Where the parts of a line begin and end; two spaces part them."""
    return [found.span() for found in _SEGMENT.finditer(line)]


def _end(lines: Sequence[str], start: int) -> int:
    """The place after the last line that belongs to the table."""
    last = start
    blanks = 0
    for place in range(start + 1, len(lines)):
        line = lines[place]
        if not line.strip():
            blanks += 1
        elif _ENDS.match(fold(line)) or blanks > _AHEAD:
            break
        elif len(_segments(line)) > 1 or (blanks == 0 and line.startswith(" ")):
            last, blanks = place, 0
        elif place - last > _AHEAD + 1:
            break
    return last + 1


def _cuts(body: Sequence[str]) -> list[int]:
    """Where the columns begin: after gutters that are blank in every line, else where the heads begin."""
    heads = [start for start, _ in _segments(body[0])]
    parted = [line for line in body if len(_segments(line)) > 1]
    width = max(map(len, parted))
    blank = [all(place >= len(line) or line[place] == " " for line in parted) for place in range(width)]
    cuts = [place + 1 for place, (this, following) in enumerate(pairwise(blank)) if this and not following]
    if not blank[0]:
        cuts = [0, *cuts]
    wide = [cut for cut in cuts if cut < 2 or blank[cut - 2]]  # a gutter is two spaces wide
    return wide if len(wide) >= len(heads) else heads


def _cells(line: str, cuts: Sequence[int]) -> Iterator[Cell]:
    """Cut a line where the columns begin; a word that reaches over a border stays whole, on the side it began."""
    segments = _segments(line)
    if len(segments) == 1 and segments[0][0] < cuts[1] < segments[0][1]:  # a heading across the columns
        text = clean(line)
        yield Cell(text)
        yield from [Cell(text, across=True)] * (len(cuts) - 1)
        return
    places = [0]
    pushed = 0
    """Where a part ends that a text too long for its column has pushed out of place: no column begins in it."""
    for cut in cuts[1:]:
        within = next((end for start, end in segments if start < cut < end), 0)
        if pushed and cut < pushed:
            places.append(pushed)
        elif within and line[cut - 1] != " ":
            places.append(_shifted(line, cut))
            pushed = within
        else:
            places.append(min(cut, len(line)))
    for begin, end in pairwise([*places, len(line)]):
        yield Cell(clean(line[begin : max(begin, end)]))


def _shifted(line: str, cut: int) -> int:
    """A cut moved to the nearest space, rather to one before a capital."""
    near = [place + 1 for place in range(max(cut - _SHIFT, 0), min(cut + _SHIFT, len(line) - 1)) if line[place] == " "]
    capitals = [place for place in near if line[place].isupper()]
    return min(capitals or near or [cut], key=lambda place: abs(place - cut))
