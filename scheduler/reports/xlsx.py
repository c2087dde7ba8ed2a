"""The report as a spreadsheet: every number counts rows of the sheet "Sổ kỳ" and leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from scheduler.ledger import FORM_NAMES, ProofKind
from scheduler.reports import breakdown, charts, ledger_sheet, matrix, opened, summary
from scheduler.reports.counts import Row
from scheduler.reports.figures import Figures
from scheduler.reports.ledger_sheet import task_key
from scheduler.reports.rules import Rules
from scheduler.reports.sheet import Book, Cell, Column, Link
from scheduler.reports.wording import PROOF_WORDS, day_of

PROOFS = "Minh chứng"
_WEB = ("http://", "https://")
_PROOF_COLUMNS = (
    Column("TT", 6, "number"),
    Column("Tên tệp hoặc đường dẫn", 46),
    Column("Loại", 11, "centre"),
    Column("Việc", 9, "centre"),
    Column("Đơn vị", 28),
    Column("Kỳ", 20),
    Column("Ngày báo", 12, "centre"),
    Column("Hình thức", 22),
    Column("Nội dung báo cáo", 34),
    Column("SHA-256", 36),
    Column("Ảnh giống báo cáo", 24),
    Column("Mã báo cáo", 24),
    Column("Mã dòng", 9, "id"),
)


def write_xlsx(figures: Figures, rules: Rules, out: BinaryIO) -> None:
    """Write the report to a stream. The same figures and rules make the same bytes."""
    book = Book(figures.window.send_by, f"{rules.letter.subject} {figures.window.label}", rules.letter.name, out)
    blocks = opened.Opened()
    summary.add(book.sheet(summary.NAME, portrait=True), figures, rules, blocks)
    breakdown.add_tasks(book.sheet(breakdown.TASKS), figures)
    breakdown.add_units(book.sheet(breakdown.UNITS), figures, blocks)
    matrix.add(book, figures)
    ledger_sheet.add(book.sheet(ledger_sheet.NAME), figures.rows)
    book.sheet(PROOFS).table(_PROOF_COLUMNS, list(_proofs(figures.rows)))
    charts.add(book, figures)
    blocks.write(book.sheet(opened.NAME))
    book.close()


def _proofs(rows: Sequence[Row]) -> Iterator[tuple[Cell, ...]]:
    pieces = ((row.entry, proof) for row in rows for proof in row.proofs)
    for number, (entry, proof) in enumerate(pieces, 1):
        on_web = proof.kind is ProofKind.LINK and proof.name.lower().startswith(_WEB)
        yield (
            number,
            Link(proof.name, proof.name) if on_web else proof.name,
            PROOF_WORDS[proof.kind],
            task_key(entry.tt),
            entry.unit_name,
            entry.period.label,
            day_of(entry.standing.reported_at),
            FORM_NAMES[entry.form] if entry.form else None,
            entry.text,
            proof.sha256,
            proof.twin,
            entry.code,
            entry.id,
        )
