"""Số liệu: what was asked and answered, what could not be, how units keep their days, and who can be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import figures, limits
from bot.figures import CHANNELS, Outcomes, Practice, Span, Talk
from bot.gaps import Groups, OpenGap
from bot.office import unit_figures
from bot.office.officials import Right
from bot.office.unit_figures import UnitDuties, UnitReach
from bot.spreadsheet import XLSX, Cell, Share, Sheet, workbook
from bot.web.office.shell import HOME, Route, Todo, Visit
from bot.web.pages import file

PAGE = f"{HOME}/so-lieu"
DEFAULT_DAYS = 30
BY_MONTH = 92
"""A longer span is drawn by months."""
TOP_GAPS = 15
REASONS = {
    "declined": "chưa trả lời được",
    "none": "không có mục nào đúng",
    "wrong": "người hỏi báo chưa đúng",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The span that was asked for, as it was typed; ``problem`` says why it is none."""

    first: str
    last: str
    span: Span
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Everything:
    """All figures of a span."""

    talk: Talk
    gaps: Sequence[OpenGap]
    duties: Sequence[UnitDuties]
    reach: Sequence[UnitReach]
    practice: Practice


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, or a month of a long span."""

    label: str
    counted: Outcomes


class FiguresRoom:
    """One page, and the same figures as a workbook."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", PAGE, Right.FIGURES, self.show),
            Route("GET", f"{PAGE}.xlsx", Right.FIGURES, self.download),
        ]

    async def todos(self, _session: AsyncSession, _visit: Visit, /) -> Sequence[Todo]:
        return ()

    async def show(self, visit: Visit) -> web.StreamResponse:
        asked = read_span(visit.request.query, visit.shell.today())
        found = await self._everything(visit, asked.span)
        bars = drawn(found.talk)
        return visit.render(
            "office/figures.html",
            422 if asked.problem else 200,
            asked=asked,
            quick=quick(visit.shell.today()),
            found=found,
            talk=found.talk,
            total=found.talk.total,
            bars=bars,
            most=max((bar.counted.total for bar in bars), default=0),
            channels=CHANNELS,
            pushable=visit.shell.rules.pushable,
            reasons=REASONS,
            least=limits.GROUP_AT_LEAST,
            here=PAGE,
        )

    async def _everything(self, visit: Visit, span: Span) -> Everything:
        """Questions are those of the whole office; units only those in sight."""
        shell, sight = visit.shell, visit.official.sight
        async with shell.storage.read() as session:
            talk = await figures.talk(session, span, shell.known().library, visit.now)
            duties = await unit_figures.duties(session, shell.rules, span, visit.now, sight)
            reach = await unit_figures.reach(session, shell.rules, sight)
            practice = await figures.practice(session, span)
            waiting = await self._groups.read(session)
        return Everything(talk, waiting[:TOP_GAPS], duties, reach, practice)

    async def download(self, visit: Visit) -> web.StreamResponse:
        asked = read_span(visit.request.query, visit.shell.today())
        found = await self._everything(visit, asked.span)
        made = await asyncio.to_thread(workbook, sheets(found))
        name = f"so-lieu-{asked.span.first:%Y-%m-%d}-{asked.span.last:%Y-%m-%d}.xlsx"
        return file(made, XLSX, name)


def read_span(query: Mapping[str, str], today: date) -> Asked:
    """The days that were asked for; the last thirty where nothing was, or where it cannot be."""
    usual = Span(today - timedelta(days=DEFAULT_DAYS - 1), today)
    first, last = query.get("tu", "").strip()[:20], query.get("den", "").strip()[:20]
    if not first and not last:
        return Asked(usual.first.isoformat(), usual.last.isoformat(), usual)
    try:
        span = Span(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return Asked(first, last, usual, "Chọn đủ hai ngày: từ ngày và đến ngày.")
    if span.last < span.first:
        return Asked(first, last, usual, "“Đến ngày” đang trước “Từ ngày”. Đổi lại một trong hai ngày.")
    if span.days > limits.FIGURES_DAYS or not date(2000, 1, 1) <= span.first <= span.last < date(9000, 1, 1):
        return Asked(
            first, last, usual, f"Xem được nhiều nhất {limits.FIGURES_DAYS} ngày một lần. Chọn khoảng ngắn hơn."
        )
    return Asked(first, last, span)


def quick(today: date) -> list[tuple[str, Span]]:
    """Spans that are asked for most, up to today."""
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        ("Tuần này", Span(today - timedelta(days=today.weekday()), today)),
        ("Tháng này", Span(today.replace(day=1), today)),
        ("Quý này", Span(quarter, today)),
        ("Năm nay", Span(today.replace(month=1, day=1), today)),
    ]


def drawn(talk: Talk) -> list[Bar]:
    """The days, or the months of a long span, in their order."""
    if talk.span.days <= BY_MONTH:
        return [Bar(f"{day:%d/%m}", counted) for day, counted in talk.days]
    months: dict[str, Outcomes] = {}
    for day, counted in talk.days:
        label = f"{day:%m/%Y}"
        months[label] = months.get(label, Outcomes()) + counted
    return [Bar(label, counted) for label, counted in months.items()]


# The workbook


def _share(part: int, whole: int) -> Share | None:
    return Share(part / whole) if whole else None


def sheets(found: Everything) -> list[Sheet]:
    """The page as a workbook."""
    return [
        _summary(found),
        Sheet(
            "Theo ngày",
            ("Ngày", "Câu hỏi", "Đã trả lời", "Đưa ra lựa chọn", "Chưa trả lời được"),
            [(day, *_outcomes(counted)) for day, counted in found.talk.days],
        ),
        Sheet(
            "Theo lĩnh vực",
            ("Lĩnh vực", "Câu đã trả lời", "Tỷ lệ"),
            [(name, count, _share(count, found.talk.total.answered)) for name, count in found.talk.fields],
        ),
        Sheet(
            "Theo kênh",
            ("Kênh", "Câu hỏi", "Đã trả lời", "Đưa ra lựa chọn", "Chưa trả lời được"),
            [(CHANNELS.get(name, name), *_outcomes(counted)) for name, counted in found.talk.channels],
        ),
        Sheet(
            "Câu đang chờ",
            ("Câu hỏi", "Số lần", "Vì sao chờ"),
            [(gap.text, gap.count, ", ".join(REASONS.get(one, one) for one in gap.reasons)) for gap in found.gaps],
        ),
        *_units(found),
    ]


def _outcomes(counted: Outcomes) -> tuple[int, int, int, int]:
    return counted.total, counted.answered, counted.offered, counted.declined


def _summary(found: Everything) -> Sheet:
    talk, total = found.talk, found.talk.total
    said, kept = talk.feedback, talk.promises
    rows: list[Sequence[Cell]] = [
        ("Từ ngày", talk.span.first, None, ""),
        ("Đến ngày", talk.span.last, None, ""),
        ("Câu hỏi", total.total, None, "Không tính lời chào, cảm ơn. Ngày theo giờ Việt Nam."),
        ("Đã trả lời", total.answered, _share(total.answered, total.total), "Trên số câu hỏi"),
        ("Đưa ra lựa chọn", total.offered, _share(total.offered, total.total), "Trên số câu hỏi"),
        ("Chưa trả lời được", total.declined, _share(total.declined, total.total), "Trên số câu hỏi"),
        ("Người hỏi báo đúng", said.right, _share(said.right, said.told), "Trên số câu có phản hồi"),
        ("Người hỏi báo chưa đúng", said.wrong, _share(said.wrong, said.told), "Trên số câu có phản hồi"),
        ("Không có mục nào đúng", said.none, _share(said.none, said.told), "Trên số câu có phản hồi"),
        ("Không phản hồi", said.silent, None, ""),
        (
            "Hẹn trả lời: đúng hẹn",
            kept.kept,
            _share(kept.kept, kept.due),
            "Trên số câu đã đến hẹn; không tính câu đã rút",
        ),
        ("Hẹn trả lời: trễ hẹn", kept.late, _share(kept.late, kept.due), "Trên số câu đã đến hẹn"),
        ("Hẹn trả lời: quá hẹn, chưa trả lời", kept.broken, _share(kept.broken, kept.due), "Trên số câu đã đến hẹn"),
        ("Hẹn trả lời: chưa đến hẹn", kept.waiting, None, ""),
    ]
    return Sheet("Tổng hợp", ("Số liệu", "Giá trị", "Tỷ lệ", "Cách tính"), rows)


def _units(found: Everything) -> list[Sheet]:
    return [
        Sheet(
            "Đúng hạn",
            ("Đơn vị", "Đã đến hạn", "Đúng hạn", "Tỷ lệ đúng hạn", "Muộn", "Chưa báo", "Chưa đến hạn", "Không áp dụng"),
            [
                (
                    one.name,
                    one.fell_due,
                    one.on_time,
                    _share(one.on_time, one.fell_due),
                    one.late,
                    one.missing,
                    one.waiting,
                    one.not_applicable,
                )
                for one in found.duties
            ],
        ),
        Sheet(
            "Liên lạc",
            ("Đơn vị", "Số vai trò", "Nhận được tin", "Qua kênh", "Cần xử lý"),
            [
                (
                    one.name,
                    one.people,
                    one.reached,
                    ", ".join(f"{CHANNELS.get(name, name)}: {count}" for name, count in one.channels.items()),
                    one.problem,
                )
                for one in found.reach
            ],
        ),
    ]
