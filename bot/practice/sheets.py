"""Figures of a class as files: CSV that spreadsheets open as it is meant, and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter  # type: ignore[import-untyped]

from bot.practice.figures import Figures
from bot.practice.visits import shown
from bot.tables import PracticeVisit
from knowledge.practice.course import Course

Cell = str | int | float | None
Sheets = list[tuple[str, list[list[Cell]]]]
HIDDEN = "ẩn vì dưới 5 em"
_COMMANDS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is taken for a formula by spreadsheets."""


def sheets(figures: Figures, course: Course, cases: Sequence[str], visits: Iterable[PracticeVisit]) -> Sheets:
    """What a teacher downloads."""
    known = [course.cases[key] for key in cases if key in course.cases]
    pupils: list[list[Cell]] = [["Biệt danh", "Việc đã xong", "Lượt đã xong", "Ngày cuối", *(c.title for c in known)]]
    for line in figures.pupils:
        best = [_score(line.best[c.key]) if c.key in line.best else "" for c in known]
        pupils.append([line.nickname, line.done, line.runs, f"{line.seen_on:%d/%m/%Y}", *best])
    items: list[list[Cell]] = [["Việc", "Câu", "Số em trả lời", "Đúng ngay lần đầu (%)"]]
    choices: list[list[Cell]] = [["Việc", "Câu", "Lựa chọn", "Đúng", "Số lần chọn"]]
    for one in figures.items:
        title = course.cases[one.item.case].title
        share: Cell = HIDDEN if one.share is None else round(100 * one.share)
        items.append([title, one.item.prompt, HIDDEN if one.hidden else one.answered, share])
        for chosen in one.choices:
            count: Cell = HIDDEN if one.hidden else chosen.count
            choices.append([title, one.item.prompt, chosen.label, "đúng" if chosen.right else "", count])
    trips: list[list[Cell]] = [["Nơi đến", "Ngày", "Số em đã đi"]]
    trips += [[visit.desk, f"{visit.day:%d/%m/%Y}", visit.came] for visit in visits]
    return [("Học sinh", pupils), ("Câu hỏi", items), ("Lựa chọn", choices), ("Tham quan", trips)]


def _score(best: tuple[int, int]) -> str:
    """Not "11/12": spreadsheets take that for a day."""
    return f"{best[0]} trên {best[1]}"


def of_visit(visit: PracticeVisit) -> Sheets:
    """What was handed over."""
    head: list[list[Cell]] = [["Lớp", visit.label], ["Nơi đến", visit.desk], ["Ngày", f"{visit.day:%d/%m/%Y}"]]
    return [("Tham quan", [*head, *[list[Cell](pair) for pair in shown(visit.counts or {})]])]


def workbook(made: Sheets) -> bytes:
    """An .xlsx file; texts stay texts, whatever they begin with."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        for name, rows in made:
            page = book.add_worksheet(name)
            page.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row, bold if number == 0 else None)
            page.autofit(400)
    return out.getvalue()


def text(made: Sheets) -> bytes:
    """CSV in UTF-8 with its mark, so that spreadsheets show Vietnamese letters; one sheet below the other."""
    out = io.StringIO()
    for name, rows in made:
        csv.writer(out).writerows([[name], *([_defused(cell) for cell in row] for row in rows), []])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _defused(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_COMMANDS) else cell
