"""A workbook for people: numbers, shares and days are typed, texts stay texts, the head stays in sight."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter  # type: ignore[import-untyped]

from scheduler.calendar import VIETNAM

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a whole, 0..1."""

    value: float


Cell = str | int | Share | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """An .xlsx file. Moments are written as they are in Vietnam."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        forms = {
            Share: book.add_format({"num_format": "0.0%", "valign": "top"}),
            datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm", "valign": "top"}),
            date: book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"}),
        }
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.head, bold)
            for number, row in enumerate(sheet.rows, 1):
                for column, cell in enumerate(row):
                    page.write(number, column, _value(cell), forms.get(type(cell), plain))
            page.autofit(400)
            if sheet.rows:
                page.autofilter(0, 0, len(sheet.rows), len(sheet.head) - 1)
    return out.getvalue()


def _value(cell: Cell) -> str | int | float | date | datetime | None:
    if isinstance(cell, Share):
        return cell.value
    return cell.astimezone(VIETNAM) if isinstance(cell, datetime) else cell
