"""The sheet "Sổ kỳ": one row per row of the ledger, and the formulas that count in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from scheduler.ledger import FORM_NAMES, FORM_UNITS, Form
from scheduler.reports.counts import Row
from scheduler.reports.figures import local_day
from scheduler.reports.sheet import Cell, Column, Sheet, span
from scheduler.reports.wording import OUTCOME_WORDS, STATE_WORDS, short

NAME = "Sổ kỳ"
YES = "x"
_BRIEF = 70
"""So many signs of a task's content stand in each row; the sheet by task has the whole."""

COLUMNS = (
    Column("Mã dòng", 9, "id"),
    Column("Việc", 9, "centre"),
    Column("Nội dung công việc", 40),
    Column("Mã đơn vị", 14),
    Column("Đơn vị", 28),
    Column("Kỳ", 20),
    Column("Từ ngày", 12, "day"),
    Column("Đến ngày", 12, "day"),
    Column("Hạn", 12, "day"),
    Column("Trạng thái", 15, "centre"),
    Column("Kết quả", 14, "centre"),
    Column("Đến hạn", 9, "centre"),
    Column("Đã báo", 9, "centre"),
    Column("Đã duyệt", 9, "centre"),
    Column("Có minh chứng", 10, "centre"),
    Column("Số minh chứng", 10, "number"),
    Column("Ngày báo", 12, "day"),
    Column("Mã báo cáo", 24),
    Column("Hình thức", 22),
    Column("Số lượng", 9, "number"),
    Column("Đơn vị tính", 13),
    Column("Hình thức mới", 9, "centre"),
    Column("Ảnh lặp", 8, "centre"),
    Column("Nội dung báo cáo", 36),
    Column("Lý do trả lại, không áp dụng", 30),
    Column("Đơn vị phối hợp", 28),
)
_PLACE = {column.head: place for place, column in enumerate(COLUMNS)}


def task_key(tt: str) -> str:
    """The number of a task as text that no spreadsheet takes for a number ("2.10" is not 2.1)."""
    return f"Việc {tt}"


def moment(day: date) -> datetime:
    """A day as spreadsheets hold it."""
    return datetime.combine(day, time())


def add(sheet: Sheet, rows: Sequence[Row]) -> None:
    """Write the ledger's rows."""
    sheet.table(COLUMNS, [_cells(row) for row in rows])
    sheet.raw.freeze_panes(1, 2)


def _cells(row: Row) -> tuple[Cell, ...]:
    entry, period = row.entry, row.entry.period
    return (
        entry.id,
        task_key(entry.tt),
        short(entry.content, _BRIEF),
        entry.unit,
        entry.unit_name,
        period.label,
        moment(period.start),
        moment(period.end),
        moment(period.due),
        STATE_WORDS[row.state],
        OUTCOME_WORDS[row.outcome],
        _flag(row.fell_due),
        _flag(row.reported),
        _flag(row.accepted),
        _flag(row.proven),
        len(row.proofs),
        moment(local_day(entry.standing.reported_at)) if entry.standing.reported_at else None,
        entry.code,
        FORM_NAMES[entry.form] if entry.form else None,
        entry.quantity,
        FORM_UNITS[entry.form] if entry.form and entry.quantity is not None else None,
        _flag(row.reported and entry.is_new_form),
        _flag(row.repeated),
        entry.text,
        entry.reason,
        "; ".join(entry.support),
    )


def _flag(holds: bool) -> str | None:  # noqa: FBT001 - it is the value itself
    return YES if holds else None


class Counter:
    """Formulas that count rows of the sheet."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._last = len(rows)

    def count(self, *conditions: tuple[str, str]) -> str:
        """How many rows have these words in these columns."""
        return f"COUNTIFS({self._conditions(conditions)})"

    def total(self, column: str, *conditions: tuple[str, str]) -> str:
        """The sum of a column over the rows with these words."""
        return f"SUMIFS({self._cells(column)},{self._conditions(conditions)})"

    def each(self, form: Iterable[Form], *conditions: tuple[str, str]) -> str:
        """How many rows of any of these forms have these words."""
        return "+".join(self.count(("Hình thức", FORM_NAMES[one]), *conditions) for one in form)

    def _conditions(self, conditions: Iterable[tuple[str, str]]) -> str:
        return ",".join(f"{self._cells(column)},{_criterion(wanted)}" for column, wanted in conditions)

    def _cells(self, column: str) -> str:
        return span(NAME, _PLACE[column], 1, self._last)


def _criterion(wanted: str) -> str:
    """A word, or the cell ("$A5") that holds it."""
    return wanted if wanted.startswith("$") else f'"{wanted}"'
