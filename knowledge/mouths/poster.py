"""The words of an A4 poster; a QR code to the live answer, source and date stand below them on the sheet."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.mouths import facts
from knowledge.mouths.facts import Part, Setting
from knowledge.procedures import Procedure

LINES_AT_MOST = 26
"""Lines of a sheet, long ones counted as often as they wrap."""
WIDTH = 62
"""Characters of a line in the sheet's type."""
TITLE = 2
"""The title is so many times as large."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the sheet."""

    kind: str
    """title, text, fact (label and text) or item."""
    text: str
    label: str = ""


def words(record: Procedure, setting: Setting) -> str:
    """The words: name, what it is, then a fact a line. Raises UncertainError."""
    facts.require_certain(record, setting.today)
    return facts.with_papers(lambda papers: [Part((record.name, record.summary)), *facts.written(record, papers)], fits)


def fits(text: str) -> bool:
    """Whether the words fit on one sheet."""
    return height(text) <= LINES_AT_MOST


def height(text: str) -> int:
    """Lines that the words take."""
    title, *lines = [line for line in text.split("\n") if line.strip()] or [""]
    return TITLE * -(-len(title) // (WIDTH // TITLE)) + sum(-(-len(line) // WIDTH) for line in lines)


def blocks(text: str) -> list[Block]:
    """The words as they are set: the first line large, "Nhãn: nội dung" and "- " as such."""
    made: list[Block] = []
    for line in (line.strip() for line in text.split("\n")):
        if not line:
            continue
        label, colon, rest = line.partition(":")
        if not made:
            made.append(Block("title", line))
        elif line.startswith("- "):
            made.append(Block("item", line[2:]))
        elif colon and len(label) <= 20:
            made.append(Block("fact", rest.strip(), label))
        else:
            made.append(Block("text", line))
    return made
