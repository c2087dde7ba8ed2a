"""The form of a procedure: each field of the record as it is typed, and back; mistakes in Vietnamese beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot import limits
from handlers.privacy import mask
from knowledge.procedures import UNKNOWN, Channel, Need, Procedure

LABELS = {
    "code": "Mã thủ tục",
    "name": "Tên gọi ngắn",
    "official_name": "Tên thủ tục theo quyết định công bố",
    "field": "Lĩnh vực",
    "levels": "Cấp thực hiện",
    "agency": "Cơ quan thực hiện",
    "scope": "Phạm vi",
    "decision": "Quyết định công bố",
    "summary": "Tóm tắt một câu",
    "who": "Ai được làm",
    "on_behalf": "Người khác nộp thay",
    "where": "Nơi nộp hồ sơ",
    "methods": "Cách thức, thời hạn, phí",
    "fee_note": "Ghi chú về phí, lệ phí",
    "time_note": "Ghi chú về thời hạn",
    "documents": "Thành phần hồ sơ",
    "forms": "Mẫu đơn, tờ khai",
    "steps": "Các bước nộp trực tiếp",
    "online_steps": "Các bước nộp trực tuyến",
    "result": "Kết quả",
    "conditions": "Yêu cầu, điều kiện",
    "notes": "Lưu ý",
    "legal_basis": "Căn cứ pháp lý",
    "online_url": "Trang nộp trực tuyến",
    "source": "Nguồn",
    "source_url": "Địa chỉ trang nguồn",
    "checked_on": "Ngày kiểm tra với nguồn",
    "review_by": "Phải kiểm tra lại trước ngày",
    "effective_from": "Thủ tục có hiệu lực từ ngày",
    "effective_until": "Ngày cuối còn hiệu lực",
    "successor": "Mã thủ tục thay thế",
    "aliases": "Cách gọi khác của người dân",
    "questions": "Câu hỏi mẫu",
    "note": "Đã sửa gì, vì sao",
    "holds_from": "Công bố từ ngày",
}
"""What a field is called on the page."""

COLUMNS = {
    "methods": {
        "channel": "Cách nộp",
        "time_limit": "Thời hạn",
        "fee": "Phí, lệ phí",
        "when": "Trường hợp",
        "how": "Ở đâu, giờ nào",
    },
    "documents": {
        "name": "Tên giấy tờ",
        "need": "Nộp hay xuất trình",
        "quantity": "Số lượng",
        "when": "Trường hợp",
        "note": "Ghi chú",
    },
    "forms": {"name": "Tên mẫu", "number": "Ký hiệu"},
    "legal_basis": {"number": "Số, ký hiệu văn bản", "title": "Tên văn bản"},
}
"""Fields that are repeated in rows, and what stands in a row."""

CHOICES = {
    "channel": {
        Channel.COUNTER.value: "Trực tiếp",
        Channel.ONLINE.value: "Trực tuyến",
        Channel.POST.value: "Bưu chính",
    },
    "need": {Need.SUBMIT.value: "Nộp", Need.SHOW.value: "Xuất trình"},
}
"""Columns in which one of a few is chosen; a row in which nothing else is told is an empty one."""

LISTS = ("levels", "steps", "online_steps", "result", "conditions", "notes", "successor", "aliases", "questions")
"""One entry a line."""
DATES = ("checked_on", "review_by", "effective_from", "effective_until")
SAID_BY_PEOPLE = ("aliases", "questions")
"""Copied from what citizens write: nothing of a person is kept in them."""
EXTRA = ("note", "holds_from")
"""Asked beside the record: of its version."""
SINGLE = tuple(name for name in LABELS if name not in (*LISTS, *COLUMNS, *EXTRA, "code"))

_ANSWERED = frozenset({"agency", "who", "where", "time_limit", "fee"})
"""Facts that one may not know and must say so."""
_BULLET = re.compile(r"^\s*[-•*+–]\s+")


@dataclass(slots=True)
class Typed:
    """A form as it stands."""

    values: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [{}] for name in COLUMNS})
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong, by name of the field ("documents.0.name")."""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def problem(self, name: str) -> str:
        return self.problems.get(name, "")

    def add_row(self, table: str) -> None:
        """One more empty row, if there is room."""
        if table in self.rows and len(self.rows[table]) < limits.RECORD_ROWS:
            self.rows[table].append({})

    def named(self) -> list[tuple[str, str, str]]:
        """Every mistake: field, what it is called, what is wrong."""
        return [(name, _called(name), said) for name, said in self.problems.items()]


def _called(name: str) -> str:
    table, *rest = name.split(".")
    if table in COLUMNS and len(rest) == 2:
        return f"{LABELS[table]}, dòng {int(rest[0]) + 1}, {COLUMNS[table][rest[1]].lower()}"
    return LABELS.get(table, table)


def of(procedure: Procedure) -> Typed:
    """The form filled with a record."""
    told = procedure.model_dump(mode="json")
    values = {name: str(told[name]) for name in SINGLE if told[name] is not None}
    values |= {name: "\n".join(told[name]) for name in LISTS} | {"code": procedure.code}
    rows = {
        name: [{column: str(value) for column, value in row.items() if value is not None} for row in told[name]] or [{}]
        for name in COLUMNS
    }
    return Typed(values, rows)


def read(sent: Mapping[str, Any]) -> Typed:
    """A form that was sent: nothing is lost, empty rows are left out."""
    typed = Typed(rows={name: _rows(sent, name) for name in COLUMNS})
    for name in ("code", *SINGLE, *EXTRA):
        typed.values[name] = _line(sent.get(name))
    for name in LISTS:
        typed.values[name] = "\n".join(_lines(sent.get(name)))
    for name in SAID_BY_PEOPLE:
        typed.values[name] = mask(typed.values[name]).text
    typed.values["note"] = mask(typed.values["note"]).text
    for name, value in typed.values.items():
        if len(value) > limits.RECORD_TEXT:
            typed.problems[name] = f"Dài quá {limits.RECORD_TEXT} ký tự. Viết ngắn lại."
    return typed


def _rows(sent: Mapping[str, Any], table: str) -> list[dict[str, str]]:
    rows = []
    for number in range(limits.RECORD_ROWS):
        row = {column: _line(sent.get(f"{table}.{number}.{column}")) for column in COLUMNS[table]}
        if any(value for column, value in row.items() if column not in CHOICES):
            rows.append(row)
    return rows or [{}]


def _line(value: Any) -> str:
    """One line: composed letters, single spaces, nothing invisible of what a word processor leaves behind."""
    return " ".join(_visible(value).split())


def _lines(value: Any) -> Iterable[str]:
    for line in _visible(value).splitlines():
        if told := " ".join(_BULLET.sub("", line).split()):
            yield told


def _visible(value: Any) -> str:
    text = unicodedata.normalize("NFC", value) if isinstance(value, str) else ""
    return "".join(char for char in text if char in "\n\r\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


def record(typed: Typed, today: date) -> Procedure | None:
    """The record that was typed; None where something is wrong: what, stands in the form then."""
    given: dict[str, Any] = {name: typed.value(name) for name in ("code", *SINGLE) if typed.value(name)}
    given |= {name: typed.value(name).splitlines() for name in LISTS if typed.value(name)}
    for table, rows in typed.rows.items():
        told = [{column: value for column, value in row.items() if value} for row in rows]
        given[table] = [row for row in told if set(row) - CHOICES.keys()]
    if not typed.value("note"):
        typed.problems["note"] = "Ghi một câu: đã sửa gì, căn cứ vào đâu."
    found: Procedure | None = None
    try:
        found = Procedure.model_validate(given)
    except ValidationError as error:
        for one in error.errors():
            name, said = _mistake(one)
            typed.problems.setdefault(name, said)
    if found is not None and found.checked_on > today:
        typed.problems["checked_on"] = "Ngày kiểm tra không thể sau hôm nay."
    if found is not None and found.review_by <= today and not found.ended_on(today):
        typed.problems["review_by"] = "Chọn một ngày sau hôm nay."
    return None if typed.problems else found


def _mistake(error: ErrorDetails) -> tuple[str, str]:
    """The field, and what is wrong with it."""
    place = [str(part) for part in error["loc"]]
    reason = str(error.get("ctx", {}).get("error", "")) or error["msg"]
    if not place:
        return _of_the_whole(reason)
    name = place[0]
    if name in LISTS and len(place) > 1:
        return name, f"Dòng {int(place[1]) + 1}: {_said(error['type'], reason, name)}"
    if name in COLUMNS and len(place) > 2:
        return ".".join(place[:3]), _said(error["type"], reason, place[2])
    return name, _said(error["type"], reason, name)


def _of_the_whole(reason: str) -> tuple[str, str]:
    """Mistakes between fields."""
    for name in (*LISTS, *SINGLE):
        if reason.startswith(f"{name} says the same"):
            return name, "Có hai dòng giống nhau. Bỏ một dòng."
    told = {
        "review_by must": ("review_by", "Phải sau ngày kiểm tra với nguồn."),
        "effective_until lies": ("effective_until", "Phải sau ngày bắt đầu có hiệu lực."),
        "a procedure with": ("effective_until", "Có thủ tục thay thế thì cần ghi ngày cuối còn hiệu lực."),
    }
    return next((said for start, said in told.items() if reason.startswith(start)), ("name", "Có mục chưa hợp lệ."))


def _said(kind: str, reason: str, name: str) -> str:
    """What is wrong, in words that say what to do."""
    if kind == "missing":
        known = f"Cần ghi mục này. Chưa biết thì ghi: {UNKNOWN}." if name in _ANSWERED else "Cần ghi mục này."
        return "Chọn ngày." if name in DATES else known
    if "procedure code" in reason:
        return "Mã thủ tục có dạng 1.001193: một chữ số, dấu chấm, sáu chữ số."
    if "legal document" in reason:
        return "Ghi số và ký hiệu như 60/2014/QH13 hoặc 123/2015/NĐ-CP."
    if kind.startswith("url"):
        return "Địa chỉ trang bắt đầu bằng https:// và không có khoảng trắng."
    if kind.startswith(("date", "datetime")):
        return "Ngày chưa đúng. Chọn lại ngày."
    if kind == "enum":
        return "Chọn một mục trong danh sách."
    return "Nội dung chưa hợp lệ. Gõ lại thành một dòng chữ thường."
