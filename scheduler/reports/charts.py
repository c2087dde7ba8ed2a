"""The sheet "Biểu đồ": how tasks and units stand, as charts of the spreadsheet's own over its numbers."""

from __future__ import annotations

from scheduler.reports.breakdown import task_cells, unit_cells
from scheduler.reports.figures import Figures
from scheduler.reports.sheet import Book, Sheet

NAME = "Biểu đồ"
_PARTS = (("Đúng hạn", "#4E9A51"), ("Muộn", "#E0A030"), ("Quá hạn", "#C0392B"), ("Trả lại", "#8E6BAF"))
_WIDTH = 900
_FRAME, _BAR = 130, 26
"""Height of what stands around the bars, and of one bar, pixels."""
_ROW = 20
_FEW = 12


def add(book: Book, figures: Figures) -> None:
    """Write the sheet."""
    sheet = book.sheet(NAME, portrait=True)
    if not figures.rows:
        sheet.raw.write_string(0, 0, "Trong kỳ báo cáo chưa có số liệu.")
        return
    tasks = {head: task_cells(head, figures) for head in ("Việc", *(name for name, _ in _PARTS))}
    first = [task.progress.planned.value for task in figures.tasks]
    second = [unit.progress.planned.value for unit in figures.units]
    row = _bars(book, sheet, 0, "Lượt báo cáo theo việc", "Việc", tasks, first) // _ROW + 2
    units = {head: unit_cells(head, figures) for head in ("Đơn vị", *(name for name, _ in _PARTS))}
    sheet.raw.set_h_pagebreaks([row])
    _bars(book, sheet, row, "Lượt báo cáo theo đơn vị", "Đơn vị", units, second)


def _bars(book: Book, sheet: Sheet, row: int, title: str, names: str, cells: dict[str, str], bars: list[int]) -> int:
    """One chart of stacked bars, ``bars`` being their lengths at most. Returns its height in pixels."""
    chart = book.chart({"type": "bar", "subtype": "stacked"})
    for name, colour in _PARTS:
        chart.add_series(
            {
                "name": name,
                "categories": f"={cells[names]}",
                "values": f"={cells[name]}",
                "fill": {"color": colour},
                "gap": 40,
            }
        )
    font = {"name": "Times New Roman", "size": 11}
    chart.set_title({"name": title, "name_font": {"name": "Times New Roman", "size": 14}})
    step = {"major_unit": 1} if max(bars) <= _FEW else {}  # no halves of a report; longer axes divide themselves
    chart.set_x_axis({"num_font": font, "name": "Số lượt", "name_font": font, "min": 0, **step})
    chart.set_y_axis({"num_font": font, "reverse": True, "interval_unit": 1})
    chart.set_legend({"position": "bottom", "font": font})
    height = _FRAME + _BAR * max(len(bars), 4)
    chart.set_size({"width": _WIDTH, "height": height})
    sheet.raw.insert_chart(row, 0, chart)
    return height
