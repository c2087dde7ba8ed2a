"""Plain text and Markdown: paragraphs, and tables made of pipes, tabs or spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from scheduler.documents import aligned, markdown, markup, tabbed
from scheduler.documents.document import Block, Paragraph, Table
from scheduler.text import clean

_TableAt: TypeAlias = Callable[[Sequence[str], int], tuple[Table, int] | None]
_TABLES: tuple[_TableAt, ...] = (markdown.table_at, tabbed.table_at, aligned.table_at)
_ENDINGS = re.compile("\r\n?|[\x85\u2028\u2029]")
_HEADING = re.compile(r"^#{1,6}\s+")
_COMMENT = re.compile(r"<!--(?:(?!-->)[^<])*-->")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u3000": " ", "\f": "\n"})


def blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs and tables of a text; every line outside a table is a paragraph of its own."""
    normal = unicodedata.normalize("NFC", _ENDINGS.sub("\n", text)).translate(_SPACES)
    return tuple(_parts(_COMMENT.sub("", normal)))


def _parts(text: str) -> Iterator[Block]:
    """The blocks of a text, its HTML tables among them."""
    place = 0
    for found in markup.TABLE.finditer(text):
        if table := markup.table(found.group()):
            yield from _blocks(text[place : found.start()].split("\n"))
            yield table
            place = found.end()
    yield from _blocks(text[place:].split("\n"))


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    place = 0
    while place < len(lines):
        found = next((found for table_at in _TABLES if (found := table_at(lines, place))), None)
        if found is not None:
            table, place = found
            yield table
            continue
        line = lines[place]
        place += 1
        if said := clean(_HEADING.sub("", line.strip())):
            bold = bool(_HEADING.match(line)) or (line.strip().startswith("**") and line.strip().endswith("**"))
            yield Paragraph(said, bold)
