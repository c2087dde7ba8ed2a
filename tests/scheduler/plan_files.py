"""Plans as offices write them, made while a test runs: Word tables with merged cells, and text of every kind."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.table import Table

HEADS = ("TT", "Nội dung, nhiệm vụ", "Cơ quan chủ trì", "Cơ quan phối hợp", "Thời gian thực hiện", "Ghi chú")
HEAD_LINES = ("UBND THÀNH PHỐ BẮC GIANG", "Số: 12/KH-UBND", "KẾ HOẠCH", "Tuyên truyền cải cách hành chính năm 2024")


def document(*lines: str) -> Document:
    """A Word document that begins with these paragraphs."""
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    return made


def table(made: Document, rows: Sequence[Sequence[str]]) -> Table:
    """Add a table; line breaks in a text make paragraphs."""
    added: Table = made.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(added.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text, *more = text.split("\n")
            for line in more:
                cell.add_paragraph(line)
    return added


def merge(added: Table, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Merge a rectangle of cells; its text is that of the first one."""
    text = added.cell(*first).text
    for row in range(first[0], last[0] + 1):
        for column in range(first[1], last[1] + 1):
            added.cell(row, column).text = ""
    added.cell(*first).merge(added.cell(*last)).text = text


def saved(made: Document) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def tabbed(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


def piped(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
