"""A document without its file format: paragraphs and tables, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias


class UnreadableError(Exception):
    """A document that cannot be read as a plan; the message says in Vietnamese why, and what to do."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Clean text; its lines are parted by line breaks."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A place of a table's grid; a merged cell stands in every place that it covers."""

    text: str = ""
    """Clean text; its paragraphs are parted by line breaks."""
    bold: bool = False
    across: bool = False
    """Goes on from the place to its left."""
    down: bool = False
    """Goes on from the place above."""


@dataclass(frozen=True, slots=True)
class Table:
    """A grid: all rows have the same length."""

    rows: tuple[tuple[Cell, ...], ...]

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0


Block: TypeAlias = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds."""

    name: str
    """Name of the file."""
    blocks: tuple[Block, ...] = ()


def lines_of(block: Block) -> Iterator[str]:
    """The lines of one block; a merged cell is read once."""
    if isinstance(block, Paragraph):
        yield from block.text.split("\n")
        return
    for row in block.rows:
        for cell in row:
            if cell.text and not cell.across and not cell.down:
                yield from cell.text.split("\n")


def grid(rows: list[list[Cell]]) -> Table:
    """A table of rows of any length: short ones are filled with empty cells."""
    columns = zip_longest(*rows, fillvalue=Cell())
    return Table(tuple(zip(*columns, strict=True)))
