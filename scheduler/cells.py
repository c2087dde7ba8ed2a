"""What one row of an annex's table says: its cells by the roles of their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scheduler.columns import Columns, Role, Tick
from scheduler.documents import Cell
from scheduler.text import fold

_NOTHING = re.compile(r"^(?!.*//)[\s\-–—_./…]*$")
"""A dash, dots or blanks; two slashes say "as above"."""
NUMBER = re.compile(r"^\(?\s*(\d+(?:\.\d+)*|[IVXLivxl]+|[A-Za-zĐđ]|[A-Z]?\d+|[IVX]+\.\d+(?:\.\d+)*)\s*[.):/]*$")
_NOBODY = {"khong", "khong co", "khong phoi hop"}
_SLIPS_OF_TEN = {"lO", "lo", "IO", "Io"}
_SLIP = re.compile(r"^[\dlIOo]+$")
_TICKS = {"x", "xx", "v", "✓", "✔", "✗", "✘", "☒", "☑", "√", "●", "•", "+", "*", "■"}


class Cells:
    """What one row of the grid says, by the roles of its columns."""

    def __init__(self, row: Sequence[Cell], columns: Columns) -> None:
        first = row[0]
        self.counted = Role.TT in columns.said
        self.whole = _is_whole(row)
        self.tt = "" if self.whole else _number(_text(row, columns.of(Role.TT)))
        contents = columns.of(Role.CONTENT)
        self.content = _one_line(first.text if self.whole else _text(row, contents))
        self.lead = "" if self.whole else _owners(row, columns.of(Role.LEAD))
        self.support = "" if self.whole else _owners(row, columns.of(Role.SUPPORT))
        self.time = "" if self.whole else _one_line(_time(row, columns))
        self.note = "" if self.whole else _notes(row, columns)
        self.group = "" if self.whole else _one_line(_text(row, columns.of(Role.GROUP)))
        self.bold = any(row[place].bold for place in contents)
        self.owned = bool(self.lead or self.support or self.time)
        self.alone = bool(self.content) and not self.owned and not self.note
        numbers = columns.of(Role.TT)
        self.same_task = (
            bool(contents)
            and all(row[place].down and row[place].text for place in contents)
            and all(row[place].down for place in numbers)
        )
        times = [*columns.of(Role.TIME), *columns.ticks]
        self.own_time = any(row[place].text and not row[place].down for place in times)


def _is_whole(row: Sequence[Cell]) -> bool:
    """Whether a row says one thing only, from its first column on: merged cells, or words where a number should be."""
    first = row[0].text
    if not first or any(cell.text and not cell.across for cell in row[1:]):
        return False
    return any(cell.across for cell in row[1:]) or not NUMBER.match(first)


def _text(row: Sequence[Cell], places: Sequence[int]) -> str:
    """The texts of columns; a cell merged over several columns is read where it begins."""
    said: list[str] = []
    for place in places:
        cell = row[place]
        if cell.text and not (cell.across and place - 1 not in places and place > 0) and cell.text not in said:
            said.append(cell.text)
    text = "\n".join(said)
    return "" if _NOTHING.match(text) else text


def _owners(row: Sequence[Cell], places: Sequence[int]) -> str:
    text = _text(row, places)
    return "" if fold(text).strip(" .") in _NOBODY else text


def _notes(row: Sequence[Cell], columns: Columns) -> str:
    """What products, results and notes say, parted where they stand in columns of their own."""
    said = [_one_line(_text(row, [place])) for place in columns.of(Role.NOTE)]
    return "; ".join(dict.fromkeys(filter(None, said)))


def _time(row: Sequence[Cell], columns: Columns) -> str:
    """The words for time, else those that the ticked months, quarters or the two ends of a span make."""
    start = _text(row, columns.of(Role.FROM))
    end = _text(row, columns.of(Role.UNTIL)) or _text(row, columns.of(Role.TIME))
    if start and end and start != end and Role.FROM in columns.said:
        return f"Từ {start} đến {end}"
    return end or start or _ticked(row, columns.ticks)


def _ticked(row: Sequence[Cell], ticks: dict[int, Tick]) -> str:
    numbers: dict[str, list[str]] = {}
    words: list[str] = []
    for place, tick in ticks.items():
        text = row[place].text
        if fold(text) in _TICKS or text.isdecimal():
            numbers.setdefault(tick.label, []).append(tick.number)
        elif text and not row[place].across and text != "☐":
            words.append(text)
    ticked = [f"{label} {', '.join(dict.fromkeys(said))}" for label, said in numbers.items()]
    return "; ".join([*ticked, *dict.fromkeys(words)])


def _number(text: str) -> str:
    """A row's number without its dot or bracket; scanned letters that should be digits are set right."""
    bare = _one_line(text).strip("().:/ ")
    if _SLIP.match(bare) and (bare == "l" or bare in _SLIPS_OF_TEN or any(sign.isdigit() for sign in bare)):
        return bare.translate(str.maketrans("lIOo", "1100"))
    found = NUMBER.match(bare)
    return found.group(1) if found else bare


def _one_line(text: str) -> str:
    return " ".join(text.split())
