"""Lists of procedures, one a row below a row of heads: a sheet, a CSV file or a table in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from knowledge.importers.facts import said, text
from knowledge.importers.imported import Bad, Row
from knowledge.importers.labels import column_of, unit_of
from knowledge.normalize import fold
from knowledge.procedures import CODE

NEEDED = frozenset({"code", "name"})
SOURCE = "Danh mục thủ tục của cơ quan"
NO_HEADS = (
    "không thấy thủ tục nào: cần một dòng tiêu đề có cột “Mã thủ tục” và cột “Tên thủ tục”, rồi mỗi dòng một thủ tục"
)

_FIELD_ROW = re.compile(r"(?:[IVX\d]+[.)]?\s+)?lĩnh vực\s*:?\s+(.+)", re.IGNORECASE)
_PART = re.compile(r"[IVXLC]+\.?|[A-ZĐ]\.?")
"""What stands before the title of a part of a list: "II", "A."."""
_FRACTION = re.compile(r"\s*[1-9][.,]\d{3,6}\s*")

Cells = Sequence[object]


@dataclass(frozen=True, slots=True)
class _Column:
    fact: str
    unit: str


def is_head(cells: Cells) -> bool:
    """Whether a row names the columns: one for the code and one for the name at least."""
    return _columns(cells) is not None


def read_rows(rows: Iterable[tuple[str, Cells]], *, untyped: bool = False) -> Iterator[Row]:
    """The procedures below the heads; rows above them, titles of parts and empty rows are passed over.

    A title of a part ("II. Lĩnh vực Hộ tịch") gives the field of the rows below it that have none. ``untyped``: the
    file does not tell numbers from texts, so that a code which Excel made a number of looks like any text.
    """
    columns: dict[int, _Column] | None = None
    field = ""
    for place, cells in rows:
        if (found := _columns(cells)) is not None:
            columns, field = found, ""
            continue
        filled = [cell for cell in cells if _shown(cell)]
        if columns is None or not filled or _numbers_columns(filled):
            continue
        if _is_title(filled):
            field = _field(filled) or field
            continue
        facts = _facts(columns, cells)
        if untyped and isinstance(code := facts.get("code"), str) and _FRACTION.fullmatch(code):
            facts["code"] = float(code.replace(",", "."))
        if NEEDED & facts.keys():
            yield place, {"field": field, "source": SOURCE, **facts}
        elif len(filled) > 2:
            yield place, Bad("không có mã và tên thủ tục")


def _columns(cells: Cells) -> dict[int, _Column] | None:
    found: dict[int, _Column] = {}
    taken: set[str] = set()
    for place, cell in enumerate(cells):
        label = text(cell) if isinstance(cell, str) else ""
        if (fact := column_of(label)) and fact not in taken:
            found[place] = _Column(fact, unit_of(label))
            taken.add(fact)
    return found if taken >= NEEDED else None


def _facts(columns: dict[int, _Column], cells: Cells) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for place, column in columns.items():
        cell = cells[place] if place < len(cells) else None
        if not _shown(cell):
            continue
        if column.fact == "address":
            facts["url" if _shown(cell).startswith("http") else "receive_address"] = cell
        else:
            facts[column.fact] = cell if column.fact == "code" else _value(cell, column.unit)
    return facts


def _value(cell: object, unit: str) -> object:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    number = text(cell)
    if unit and number.isascii() and number.isdigit():
        return f"{int(number):,} {unit}".replace(",", ".") if len(number) < 13 else number
    return cell


def _shown(cell: object) -> str:
    """A cell as text; a date counts as filled, an error of a formula does not."""
    return str(cell) if isinstance(cell, datetime | date) else said(cell)


def _numbers_columns(filled: Cells) -> bool:
    """Whether a row only counts the columns: (1), (2), (3)."""
    return len(filled) > 1 and [text(cell).strip("()") for cell in filled] == [str(n + 1) for n in range(len(filled))]


def _is_title(filled: Cells) -> bool:
    """Whether a row is the title of a part: one cell, or few of which one says so."""
    shown = [_shown(cell) for cell in filled]
    if len(shown) == 1:
        return not CODE.fullmatch(shown[0])
    return len(shown) == 2 and (bool(_PART.fullmatch(shown[0])) or fold(shown[1]).startswith("linh vuc "))


def _field(title: Cells) -> str:
    """The field that the title of a part names, not in capitals; empty when it names none."""
    for cell in title:
        if match := _FIELD_ROW.fullmatch(_shown(cell)):
            return match[1].capitalize() if match[1].isupper() else match[1]
    return ""
