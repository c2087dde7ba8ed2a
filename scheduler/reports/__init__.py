"""Reports from the ledger: figures of a window, written as a letter (.docx) or a spreadsheet (.xlsx)."""

from __future__ import annotations

import io
from pathlib import Path

from scheduler.reports.docx import write_docx
from scheduler.reports.figures import Figures, figures
from scheduler.reports.rules import Rules, RulesError, read_rules
from scheduler.reports.windows import Window, WindowError, window
from scheduler.reports.xlsx import write_xlsx

__all__ = [
    "Figures",
    "FormatError",
    "Rules",
    "RulesError",
    "Window",
    "WindowError",
    "figures",
    "read_rules",
    "window",
    "write",
    "write_docx",
    "write_xlsx",
]

_WRITERS = {".docx": write_docx, ".xlsx": write_xlsx}


class FormatError(ValueError):
    """A kind of file that reports are not written in; the text is in Vietnamese."""


def write(path: Path, figures: Figures, rules: Rules) -> None:
    """Write the report in the form of the file's ending. Raises FormatError for another ending, OSError.

    The file is written only when the report is complete: a mistake leaves no half of one.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise FormatError(f"Không viết được báo cáo vào «{path.name}»: tên tệp phải kết thúc bằng .docx hoặc .xlsx.")
    out = io.BytesIO()
    writer(figures, rules, out)
    path.write_bytes(out.getvalue())
