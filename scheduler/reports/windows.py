"""Windows of reports: the days whose duties a report tells of. Not calendar quarters (Công văn 581/BNV-CCHC)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.reports.rules import Day, Rules, Span


class WindowKind(StrEnum):
    """Kinds of reports; the value is the name of the rule."""

    QUARTER_1 = "quarter_1"
    HALF_YEAR = "half_year"
    QUARTER_3 = "quarter_3"
    YEAR = "year"
    MONTH = "month"


class WindowError(ValueError):
    """A period that no report has; the text is in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time one report tells of."""

    name: str
    """"2024-Q1", "2024-H1", "2024-Q3", "2024", "2024-08"."""
    kind: WindowKind
    start: date
    end: date
    """Last day, included."""
    send_by: date
    label: str
    """For people: "quý I năm 2024"."""


_TEXT = re.compile(r"(\d{4})(?:-(Q[1-4]|H[12]|\d{1,2}))?")
_KINDS = {"Q1": WindowKind.QUARTER_1, "H1": WindowKind.HALF_YEAR, "Q3": WindowKind.QUARTER_3, None: WindowKind.YEAR}
_LABELS = {
    WindowKind.QUARTER_1: "quý I năm {year}",
    WindowKind.HALF_YEAR: "6 tháng đầu năm {year}",
    WindowKind.QUARTER_3: "quý III năm {year}",
    WindowKind.YEAR: "năm {year}",
    WindowKind.MONTH: "tháng {month} năm {year}",
}
_NONE = {
    "Q2": "Không có báo cáo quý II riêng: dùng {year}-H1 (6 tháng đầu năm, cộng dồn từ đầu kỳ).",
    "Q4": "Không có báo cáo quý IV riêng: dùng {year} (cả năm, cộng dồn từ đầu kỳ).",
    "H2": "Không có báo cáo 6 tháng cuối năm riêng: dùng {year} (cả năm, cộng dồn từ đầu kỳ).",
}


def window(text: str, rules: Rules) -> Window:
    """The window that ``text`` names. Raises WindowError, in Vietnamese, for a period that no report has."""
    said = text.strip().upper()
    found = _TEXT.fullmatch(said)
    if not found or not 2000 <= int(found[1]) <= 2100:
        raise WindowError(
            f"Không hiểu kỳ báo cáo «{text.strip()}». Viết như 2024-Q1 (quý I), 2024-H1 (6 tháng đầu năm), "
            "2024-Q3 (quý III), 2024 (cả năm) hoặc 2024-08 (tháng 8)."
        )
    year, part = int(found[1]), found[2]
    if part in _NONE:
        raise WindowError(_NONE[part].format(year=year))
    if part in _KINDS:
        return _built(said, _KINDS[part], year, None, rules)
    month = int(part)
    if not 1 <= month <= 12:
        raise WindowError(f"Không có tháng {month}: tháng viết từ {year}-01 đến {year}-12.")
    return _built(f"{year}-{month:02}", WindowKind.MONTH, year, month, rules)


def _built(name: str, kind: WindowKind, year: int, month: int | None, rules: Rules) -> Window:
    span: Span = getattr(rules.windows, kind.value)
    start, end, send_by = (_date(day, year, month) for day in (span.start, span.end, span.send_by))
    label = _LABELS[kind].format(year=year, month=month)
    if start > end:
        raise WindowError(
            f"Kỳ {label} được cấu hình bắt đầu ({start:%d/%m/%Y}) sau khi kết thúc ({end:%d/%m/%Y}). "
            "Sửa mục windows của mẫu báo cáo."
        )
    return Window(name, kind, start, end, send_by, label)


def _date(rule: Day, year: int, month: int | None) -> date:
    """The day of the rule in a year, or in a month of it; a day the month does not have is its last one."""
    if rule.month is not None:
        year, month = year - rule.before, rule.month
    elif month is None:
        raise ValueError("a rule without a month needs the month that is reported")
    elif rule.before:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return date(year, month, min(rule.day, calendar.monthrange(year, month)[1]))
