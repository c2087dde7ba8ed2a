"""The sheet "Ma trận": units down, tasks and their periods across, in every field a state as a word and a colour."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from scheduler.ledger import State
from scheduler.reports.counts import Row
from scheduler.reports.figures import Figures
from scheduler.reports.ledger_sheet import task_key
from scheduler.reports.sheet import Book, Sheet
from scheduler.reports.wording import STATE_WORDS, legible

NAME = "Ma trận"
_LEGEND, _TASK, _PERIOD, _FIRST = 0, 2, 3, 4
"""Rows: the states and their colours; the tasks; the periods; the first unit."""

_NAMES = 52
"""Width of the column of units, characters."""

_Turn = tuple[str, str]
"""A task and the key of a period."""


def add(book: Book, figures: Figures) -> None:
    """Write the sheet."""
    sheet = book.sheet(NAME)
    for place, state in enumerate(State, 1):
        sheet.raw.write_string(_LEGEND, place, STATE_WORDS[state], book.states[state])
    sheet.put(_LEGEND, 0, "Màu và chữ của các trạng thái", "head")
    columns = _heads(sheet, figures.rows)
    places = {unit.unit: place for place, unit in enumerate(figures.units, _FIRST)}
    for unit in figures.units:
        sheet.put(places[unit.unit], 0, unit.name)
        sheet.fit(places[unit.unit], [(unit.name, _NAMES)])
    for row in figures.rows:
        place = columns[row.entry.tt, row.entry.period.key]
        sheet.raw.write_string(places[row.entry.unit], place, STATE_WORDS[row.state], book.states[row.state])
    sheet.raw.set_column(0, 0, _NAMES)
    sheet.raw.set_column(1, max(len(State), *columns.values()) if columns else len(State), 13)
    sheet.raw.set_row(_PERIOD, 48)
    sheet.raw.freeze_panes(_FIRST, 1)
    sheet.raw.repeat_rows(_TASK, _PERIOD)
    sheet.raw.repeat_columns(0)


def _heads(sheet: Sheet, rows: Sequence[Row]) -> dict[_Turn, int]:
    """Write the heads. Returns the column of every task and period."""
    sheet.put(_TASK, 0, "Việc", "head")
    sheet.put(_PERIOD, 0, "Đơn vị", "head")
    columns: dict[_Turn, int] = {}
    for tt, own in groupby(rows, key=lambda row: row.entry.tt):
        periods = sorted({(row.entry.period.due, row.entry.period.key, row.entry.period.label) for row in own})
        first = len(columns) + 1
        for place, (_, key, label) in enumerate(periods, first):
            columns[tt, key] = place
            sheet.put(_PERIOD, place, legible(label), "head")
        sheet.head(_TASK, first, len(columns), task_key(tt))
    return columns
