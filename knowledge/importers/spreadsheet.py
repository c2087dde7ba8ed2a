"""Spreadsheets: ``.xlsx``, and ``.csv`` in the codings and with the separators that Excel writes in Vietnam."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.importers.imported import Bad, Row
from knowledge.importers.labels import column_of
from knowledge.importers.lists import Cells, read_rows

SEPARATORS = (",", ";", "\t")
_HEAD_WITHIN = 60
"""The heads stand in one of so many first lines."""


def rows_of_xlsx(path: Path) -> Iterator[Row]:
    """The procedures of all sheets, each with sheet and line. Raises whatever openpyxl raises at a broken file."""
    import openpyxl

    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore")  # of extensions that do not concern the cells
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size is often wrong
            numbered = enumerate(sheet.iter_rows(values_only=True), start=1)
            yield from read_rows((f"trang “{sheet.title}”, dòng {number}", cells) for number, cells in numbered)


def rows_of_csv(path: Path) -> Iterator[Row]:
    """The procedures of a CSV file, each with its line. Raises UnicodeDecodeError when no coding fits."""
    written = decoded(path.read_bytes())
    reader = csv.reader(io.StringIO(written, newline=""), delimiter=_separator(written))
    try:
        yield from read_rows(_numbered(reader), untyped=True)
    except csv.Error as error:
        yield f"sau dòng {reader.line_num}", Bad(f"không đọc tiếp được ({error})")


def decoded(content: bytes) -> str:
    """Text of a file: by its mark, else UTF-8, else UTF-16 by its zeros, else the Vietnamese Windows coding."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    head = content[:2000]
    for place, coding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[place::2].count(0) > len(head) // 8 > 0:
            return content.decode(coding)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258")


def _separator(written: str) -> str:
    """The one that finds the most heads in one of the first lines."""
    head = written.splitlines()[:_HEAD_WITHIN]
    return max(SEPARATORS, key=lambda mark: max((_heads(line, mark) for line in head), default=0))


def _heads(line: str, mark: str) -> int:
    return sum(bool(column_of(part.strip().strip('"'))) for part in line.split(mark))


def _numbered(reader: Any) -> Iterator[tuple[str, Cells]]:
    """Each row with the line it begins on; a cell may hold line breaks."""
    line = 1
    for cells in reader:
        yield f"dòng {line}", cells
        line = reader.line_num + 1
