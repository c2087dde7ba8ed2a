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
    "written",
]

_WRITERS = {".docx": write_docx, ".xlsx": write_xlsx}


class FormatError(ValueError):
    """A kind of file that reports are not written in; the text is in Vietnamese."""


def written(ending: str, figures: Figures, rules: Rules) -> bytes:
    """The report in the form of a file's ending (".docx", ".xlsx"). Raises FormatError for another ending."""
    writer = _WRITERS.get(ending.lower())
    if writer is None:
        raise FormatError(f"Không viết được báo cáo dạng «{ending}»: tên tệp phải kết thúc bằng .docx hoặc .xlsx.")
    out = io.BytesIO()
    writer(figures, rules, out)
    return out.getvalue()


def write(path: Path, figures: Figures, rules: Rules) -> None:
    """Write the report in the form of the file's ending. Raises FormatError for another ending, OSError.

    The file is written only when the report is complete: a mistake leaves no half of one.
    """
    if path.suffix.lower() not in _WRITERS:
        raise FormatError(f"Không viết được báo cáo vào «{path.name}»: tên tệp phải kết thúc bằng .docx hoặc .xlsx.")
    path.write_bytes(written(path.suffix, figures, rules))
