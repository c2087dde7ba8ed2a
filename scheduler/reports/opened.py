"""The sheet "Mở số": for every number of the summary, and for every unit, the rows of the ledger behind it."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.reports.counts import Row
from scheduler.reports.ledger_sheet import moment, task_key
from scheduler.reports.sheet import Cell, Column, Link, Sheet
from scheduler.reports.wording import OUTCOME_WORDS, STATE_WORDS, whole

NAME = "Mở số"
_COLUMNS = (
    Column("Số liệu", 44),
    Column("Mã dòng", 9, "id"),
    Column("Việc", 9, "centre"),
    Column("Đơn vị", 30),
    Column("Kỳ", 22),
    Column("Hạn", 12, "day"),
    Column("Trạng thái", 16, "centre"),
    Column("Kết quả", 14, "centre"),
    Column("Số lượng", 10, "number"),
    Column("Số minh chứng", 10, "number"),
    Column("Mã báo cáo", 24),
)


class Opened:
    """Blocks of rows, one after the other, as the sheet will have them."""

    def __init__(self) -> None:
        self._cells: list[tuple[Cell, ...]] = []

    def add(self, name: str, rows: Sequence[Row]) -> Link | str:
        """Add the rows of a number. Returns the link that opens them; no rows: a dash."""
        if not rows:
            return "–"
        first = len(self._cells) + 2
        self._cells += [_cells(name, row) for row in rows]
        return Link(f"internal:'{NAME}'!A{first}:K{len(self._cells) + 1}", f"Xem {whole(len(rows))} dòng")

    def write(self, sheet: Sheet) -> None:
        """Write all blocks; the filter of the first column shows one alone."""
        sheet.table(_COLUMNS, self._cells)


def _cells(name: str, row: Row) -> tuple[Cell, ...]:
    entry = row.entry
    return (
        name,
        entry.id,
        task_key(entry.tt),
        entry.unit_name,
        entry.period.label,
        moment(entry.period.due),
        STATE_WORDS[row.state],
        OUTCOME_WORDS[row.outcome],
        entry.quantity,
        len(row.proofs),
        entry.code,
    )
