"""Which tables of a document are the annex of a plan, and what stands above each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler import columns as heads
from scheduler.cells import NUMBER
from scheduler.columns import Columns, Role
from scheduler.documents import Cell, Paragraph, Table
from scheduler.text import fold

_FULL = frozenset({Role.CONTENT, Role.LEAD, Role.TIME})
"""A table with these columns gives tasks, however much more another one tells."""
_ANNEX = re.compile(r"^phụ\s*lục(?:\s+(?:số\s+)?(?:[IVX]+|\d+))?\b\s*[.:\-–]?\s*", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:[IVX]+|[A-ZĐ]|\d{1,2})\s*[.)\-:]\s*\S")
_FIELD = ("linh vuc", "nhom nhiem vu", "nhom noi dung")
_ASIDE = re.compile(r"^(?:\(|don vi tinh|dvt|kem theo|ban hanh kem)")
_LONGEST = 160
_NEAR = 5
"""Lines above a table among which its heading stands."""


@dataclass(frozen=True, slots=True)
class Annex:
    """A table of tasks."""

    table: Table
    heading: str = ""
    """What it stands under, where several tables stand under headings of their own ("II. Chuyển đổi số")."""


def of(blocks: Sequence[Paragraph | Table]) -> list[Annex]:
    """The tables that have an annex's heads, the plainest ones; and those without heads that go on with one."""
    tables = list(_tables([block for block in blocks if isinstance(block, Table)]))
    headings = [_heading(_above(blocks, table)) for table in tables]
    if len(set(filter(None, headings))) < 2:
        return [Annex(table) for table in tables]
    return [Annex(table, heading) for table, heading in zip(tables, headings, strict=True)]


def columns_of(table: Table) -> Columns | None:
    """The columns of a table of tasks; None for any other table."""
    for place, row in enumerate(table.rows):
        if sum(bool(cell.text) and not cell.across for cell in row) > 1 and (found := heads.at(table.rows, place)):
            return with_numbers(found, table.rows)
    return None


def with_numbers(columns: Columns, rows: Sequence[Sequence[Cell]]) -> Columns:
    """A first column without a head that holds numbers is the one of the numbers."""
    if columns.roles[0] is not None or Role.TT in columns.said or 0 in columns.ticks:
        return columns
    said = [row[0].text for row in rows[columns.body :] if row[0].text and not row[0].across]
    if said and sum(bool(NUMBER.match(text)) for text in said) * 2 > len(said):
        return Columns((Role.TT, *columns.roles[1:]), columns.ticks, columns.body)
    return columns


def _tables(tables: Sequence[Table]) -> Iterator[Table]:
    found = {id(table): columns for table in tables if (columns := columns_of(table))}
    owned = [columns for columns in found.values() if {Role.LEAD, Role.SUPPORT} & columns.said]
    most = max((len(columns.said) for columns in owned or found.values()), default=0)
    width = 0
    for table in tables:
        columns = found.get(id(table))
        if columns is not None and _is_plain(columns, most) and (not owned or columns in owned):
            width = table.width
            yield table
        elif columns is None and width and table.width == width and width > 2:
            yield table
        else:
            width = 0


def _is_plain(columns: Columns, most: int) -> bool:
    return len(columns.said) >= max(most - 1, 2) or columns.said >= _FULL


def _above(blocks: Sequence[Paragraph | Table], table: Table) -> list[str]:
    """The lines between a table and the one before it."""
    place = next(place for place, block in enumerate(blocks) if block is table)
    lines: list[str] = []
    for block in reversed(blocks[max(place - _NEAR, 0) : place]):
        if isinstance(block, Table):
            break
        lines = [*block.text.split("\n"), *lines]
    return lines


def _heading(lines: Sequence[str]) -> str:
    """A numbered line or one that names a field of work, right above the table; or the title of an annex."""
    said = [line for line in lines if not _ASIDE.match(fold(line))]
    if not said or len(said[-1]) > _LONGEST:
        return ""
    last = said[-1].rstrip(" :.")
    if _NUMBERED.match(last) or fold(last).startswith(_FIELD):
        return last
    opened = [place for place, line in enumerate(said) if _ANNEX.match(line)]
    if not opened:
        return ""
    title = " ".join([_ANNEX.sub("", said[opened[-1]]), *said[opened[-1] + 1 :]]).strip()
    return "" if len(title) > _LONGEST or "tiep theo" in fold(title) else title
