"""Nhật ký: every change that was made on the office's page, with what it was before and after."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.figures import Span
from bot.office.audit import ACTIONS
from bot.office.officials import Right
from bot.office.people import ROLE_NAMES
from bot.spreadsheet import XLSX, Cell, Sheet, workbook
from bot.tables import Audit, Member
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit
from bot.web.pages import file
from scheduler.units import Units

PAGE = f"{HOME}/nhat-ky"
NAMES = {
    "unit": "Đơn vị",
    "role": "Vai trò",
    "label": "Chức danh",
    "substitute": "Dự phòng",
    "state": "Trạng thái",
    "device": "Thiết bị",
    "reason": "Lý do",
    "text": "Nội dung",
    "title": "Tiêu đề",
    "name": "Tên",
    "code": "Mã",
    "note": "Ghi chú",
    "author": "Người viết",
    "holds_from": "Áp dụng từ",
    "file": "Tệp",
    "field": "Lĩnh vực",
    "period": "Kỳ",
    "answer": "Câu trả lời",
    "alias": "Cách gọi",
    "off": "Tắt",
}
"""How the facts of changes are called; others are told by their key."""
SUBJECTS = {
    "announcement": "thông báo",
    "difficulty": "vướng mắc số",
    "field": "lĩnh vực",
    "gap": "câu hỏi số",
    "handover": "câu hỏi chuyển cán bộ, số",
    "member": "vai trò số",
    "occurrence": "kỳ báo cáo số",
    "outbox": "tin gửi số",
    "plan": "kế hoạch số",
    "procedure": "thủ tục",
    "session": "thiết bị",
    "switch": "công tắc",
    "unit": "đơn vị",
    "wording": "bản tin số",
}
"""How the kinds of what was changed are called."""
STATES = {
    "draft": "bản nháp",
    "submitted": "chờ duyệt",
    "approved": "đã duyệt",
    "published": "đã công bố",
    "rejected": "đã bỏ",
    "replaced": "đã thay bằng bản khác",
    "review": "bản nhập, chờ xem",
    "confirmed": "đã xác nhận",
    "open": "đang mở",
    "attached": "đã gắn vào thủ tục",
    "drafted": "đã soạn nháp thủ tục",
    "out_of_scope": "ngoài phạm vi",
    "answered": "đã trả lời",
    "waiting": "đang chờ",
    "withdrawn": "đã rút",
    "reported": "đã báo",
    "accepted": "đã duyệt",
    "returned": "bị trả lại",
    "not_applicable": "không áp dụng",
    "sending": "đang gửi",
    "done": "đã xong",
    "stopped": "đã dừng",
    "queued": "chờ gửi",
    "sent": "đã gửi",
    "failed": "không gửi được",
    "held": "chưa rõ đã tới hay chưa",
    "moot": "không cần gửi nữa",
}
"""How states are called."""
LONGEST = 600
"""Letters of one value that are shown; the file has all of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as it was typed; ``problem`` says what of it could not be read."""

    action: str
    subject: str
    first: str
    last: str
    span: Span | None
    page: int
    problem: str = ""

    def query(self, page: int | None = None) -> str:
        told = {"viec": self.action, "doi-tuong": self.subject, "tu": self.first, "den": self.last}
        if page is not None:
            told["trang"] = str(page)
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that changed; None: it was not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    by: str
    action: str
    subject: str
    differences: tuple[Difference, ...]


class HistoryRoom:
    """A list with a filter, and the same rows as a workbook."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", PAGE, Right.AUDIT, self.show),
            Route("GET", f"{PAGE}.xlsx", Right.AUDIT, self.download),
        ]

    async def todos(self, _session: AsyncSession, _visit: Visit, /) -> Sequence[Todo]:
        return ()

    async def show(self, visit: Visit) -> web.StreamResponse:
        wanted = read_wanted(visit.request.query)
        async with self._shell.storage.read() as session:
            found = _found(select(Audit), wanted, visit)
            count = (await session.execute(select(func.count()).select_from(found.subquery()))).scalar_one()
            pages = max(1, -(-count // limits.PAGE_ROWS))
            page = min(wanted.page, pages)
            rows = await _rows(session, found, limits.PAGE_ROWS, (page - 1) * limits.PAGE_ROWS)
        return visit.render(
            "office/audit.html",
            422 if wanted.problem else 200,
            wanted=wanted,
            changes=[change(row, self._shell.rules.units) for row in rows],
            count=count,
            page=page,
            pages=pages,
            actions=ACTIONS,
            longest=LONGEST,
            here=PAGE,
        )

    async def download(self, visit: Visit) -> web.StreamResponse:
        wanted = read_wanted(visit.request.query)
        async with self._shell.storage.read() as session:
            rows = await _rows(session, _found(select(Audit), wanted, visit), limits.AUDIT_EXPORT, 0)
        made = await asyncio.to_thread(_book, rows, self._shell.rules.units)
        return file(made, XLSX, f"nhat-ky-{self._shell.today():%Y-%m-%d}.xlsx")


def read_wanted(query: Mapping[str, str]) -> Wanted:
    """The filter in the address; a part that cannot be read is left out and told."""
    action, subject = query.get("viec", "")[:40], query.get("doi-tuong", "").replace("\0", "").strip()[:120]
    first, last = query.get("tu", "").strip()[:20], query.get("den", "").strip()[:20]
    told = query.get("trang", "1")
    page = int(told) if told.isascii() and told.isdecimal() and len(told) < 8 else 1
    problem = "" if not action or action in ACTIONS else "Không có loại thay đổi này."
    span = None
    if first or last:
        try:
            span = Span(date.fromisoformat(first or last), date.fromisoformat(last or first))
        except ValueError:
            problem = "Ngày chưa đúng. Chọn lại từ ngày, đến ngày."
        else:
            if not date(2000, 1, 1) <= span.first <= span.last < date(9000, 1, 1):
                span, problem = None, "“Đến ngày” đang trước “Từ ngày”. Đổi lại một trong hai ngày."
    return Wanted(action if action in ACTIONS else "", subject, first, last, span, max(1, page), problem)


def _found(statement: Select[Audit], wanted: Wanted, visit: Visit) -> Select[Audit]:
    """Rows that are wanted; an official of a ward sees what people of the ward did."""
    if wanted.action:
        statement = statement.where(col(Audit.action) == wanted.action)
    if wanted.subject:
        statement = statement.where(col(Audit.subject).contains(wanted.subject, autoescape=True))
    if wanted.span:
        statement = statement.where(col(Audit.at) >= wanted.span.begins, col(Audit.at) < wanted.span.ends)
    if visit.official.sight is not None:
        theirs = select(col(Member.id)).where(col(Member.unit).in_(visit.official.sight))
        statement = statement.where(col(Audit.member_id).in_(theirs))
    return statement


async def _rows(session: AsyncSession, found: Select[Audit], most: int, skipped: int) -> list[Audit]:
    newest = found.order_by(col(Audit.at).desc(), col(Audit.id).desc()).limit(most).offset(skipped)
    return list((await session.execute(newest)).scalars())


def change(row: Audit, units: Units) -> Change:
    """A row for people: units by their names, roles and states in words."""
    action = ACTIONS.get(row.action, row.action)
    told = differences(_worded(row.before, units), _worded(row.after, units))
    return Change(row.at, row.by, action, subject(row.subject, units), told)


def subject(told: str, units: Units) -> str:
    """What was changed: "thủ tục 1.001193", "đơn vị UBND phường Đa Mai"."""
    kind, _, which = told.partition(":")
    if kind == "unit":
        which = units.name(which)
    return f"{SUBJECTS.get(kind, kind)} {which}".strip()


def _worded(facts: Mapping[str, Any] | None, units: Units) -> Mapping[str, Any] | None:
    if facts is None:
        return None
    words = {"role": {role.value: name for role, name in ROLE_NAMES.items()}, "state": STATES}
    return {key: _word(value, words.get(key), units if key == "unit" else None) for key, value in facts.items()}


def _word(value: Any, words: Mapping[str, str] | None, units: Units | None) -> Any:
    if not isinstance(value, str):
        return value
    if units is not None:
        return units.name(value)
    return words.get(value, value) if words else value


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Difference, ...]:
    """Facts that are not the same before and after, in the order in which they are told."""
    old, new = before or {}, after or {}
    return tuple(
        Difference(
            NAMES.get(key, key), _text(old[key]) if key in old else None, _text(new[key]) if key in new else None
        )
        for key in dict.fromkeys([*old, *new])
        if key not in old or key not in new or old[key] != new[key]
    )


def _text(value: Any) -> str:
    if value is None or value == "":
        return "trống"
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        return "; ".join(str(one) for one in value) or "trống"
    return orjson.dumps(value).decode()


def _book(rows: Sequence[Audit], units: Units) -> bytes:
    told: list[Sequence[Cell]] = []
    for one in (change(row, units) for row in rows):
        what = one.differences or (Difference("", None, None),)
        told += [(one.at, one.by, one.action, one.subject, d.name, d.before or "", d.after or "") for d in what]
    head = ("Lúc", "Ai", "Việc", "Đối tượng", "Điều thay đổi", "Trước", "Sau")
    return workbook([Sheet("Nhật ký", head, told)])
