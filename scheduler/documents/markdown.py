"""Tables drawn with pipes: Markdown, and the bordered tables of text exports."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scheduler.documents.document import Cell, Table, grid
from scheduler.text import clean

_PIPE = re.compile(r"(?<!\\)[|│]")
_RULE = re.compile(r"^[\s|│:+=\-─┼├┤┌┐└┘┬┴]*[-=─]{2,}[\s|│:+=\-─┼├┤┌┐└┘┬┴]*$")
_BOLD = re.compile(r"^\s*(?:\*\*|__|<b>|<strong>)(?:.*)(?:\*\*|__|</b>|</strong>)\s*$", re.IGNORECASE | re.DOTALL)
_AHEAD = 3
"""Blank lines that a table may have between its rows, as at a page break."""


def table_at(lines: Sequence[str], start: int) -> tuple[Table, int] | None:
    """The table that begins at a line, and the place after it; None where none begins."""
    rows: list[list[Cell]] = []
    place = start
    while place < len(lines):
        if _is_rule(lines[place]):
            place += 1
        elif _is_row(lines, place, len(rows[-1]) if rows else 0):
            rows.append(_cells(lines[place]))
            place += 1
        elif rows and (following := _after_blanks(lines, place)) is not None:
            place = following
        else:
            break
    return (grid(rows), place) if rows else None


def _is_rule(line: str) -> bool:
    return bool(_RULE.match(line)) and any(sign in line for sign in "|+│┼├┌└")


def _is_row(lines: Sequence[str], place: int, width: int) -> bool:
    """A line between pipes; or one without outer pipes that has as many cells as the row above, or a rule below."""
    stripped = lines[place].strip()
    cells = len(_PIPE.findall(stripped)) + 1
    if stripped[:1] in {"|", "│"}:
        return cells > 2
    ruled = place + 1 < len(lines) and _is_rule(lines[place + 1])
    return cells > 2 and (cells == width or ruled)


def _after_blanks(lines: Sequence[str], place: int) -> int | None:
    """Where the table goes on after a few blank lines; None when it does not."""
    for ahead in range(place, min(place + _AHEAD + 1, len(lines))):
        if lines[ahead].strip(" \f"):
            return ahead if ahead > place and lines[ahead].strip()[:1] in {"|", "│", "+"} else None
    return None


def _cells(line: str) -> list[Cell]:
    written = line.strip()
    parts = _PIPE.split(written)
    if written[:1] in {"|", "│"}:
        parts = parts[1:]
    if parts and not parts[-1].strip():
        parts = parts[:-1]
    return [Cell(clean(part.replace(r"\|", "|")), bold=bool(_BOLD.match(part))) for part in parts]
