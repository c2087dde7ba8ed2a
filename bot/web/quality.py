"""The public page of quality: the office's own figures, told so that nothing about fewer than five people follows.

Only whole days are counted, and the two times do not overlap: what is hidden in one cannot be computed from the other,
nor by looking at the page again and again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aiohttp import web

from bot import figures, limits
from bot.channels.console import CONSOLE
from bot.disclosure import Cell, Hidden, Parts, added, listed, parts
from bot.figures import CHANNELS, NO_FIELD, Span, Talk
from bot.web.office.shell import Shell
from bot.web.pages import HEADERS, environment
from knowledge.library import Library

PAGE = "/chat-luong"
RECENT_DAYS = 30
YEAR_DAYS = 365
GATHERED = "–"
"""Of a field that is counted among the others at that time."""


@dataclass(frozen=True, slots=True)
class Told:
    """One figure as it is shown, with its share of the whole where that is told."""

    count: Cell | str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    told: tuple[Told, ...]
    """One of each time."""


@dataclass(frozen=True, slots=True)
class Block:
    """A table of the page: a whole and its parts, and how they are counted."""

    title: str
    whole: str
    total: tuple[Cell, ...]
    lines: tuple[Line, ...]
    how: str

    @property
    def told(self) -> bool:
        """Whether anything of it may be told."""
        return not all(isinstance(one, Hidden) for one in self.total)


@dataclass(frozen=True, slots=True)
class Checked:
    """How old the knowledge is."""

    procedures: int
    in_time: int
    """Whose day of review has not come."""
    newest: date | None
    """Last day on which one was checked."""


@dataclass(frozen=True, slots=True)
class Quality:
    """All that the page tells."""

    spans: tuple[Span, ...]
    """The last thirty days; the eleven months before them, where something was asked then."""
    year: Cell
    """Questions of both."""
    blocks: tuple[Block, ...]
    checked: Checked


def spans(today: date) -> tuple[Span, Span]:
    """The last thirty whole days, and what is before them in the last twelve months."""
    last = today - timedelta(days=1)
    first = today - timedelta(days=RECENT_DAYS)
    return Span(first, last), Span(today - timedelta(days=YEAR_DAYS), first - timedelta(days=1))


def quality(talks: Sequence[Talk], library: Library, channels: Sequence[str], today: date) -> Quality:
    """What may be told of the talks of times that do not overlap."""
    if len(talks) > 1 and not talks[1].total.total:
        talks = talks[:1]  # the program is that young
    ended = [parts(_outcomes(talk)) for talk in talks]
    totals = [one.total for one in ended]
    blocks = (
        _block(
            "Câu hỏi và trả lời",
            "Câu hỏi",
            ended,
            "Mỗi tin nhắn được hiểu là câu hỏi tính một lần; không tính lời chào, cảm ơn. “Đưa ra lựa chọn” là khi "
            "trợ lý nêu vài thủ tục để người hỏi chọn.",
        ),
        _block(
            "Người hỏi nói gì",
            "Câu hỏi",
            [parts(_feedback(talk)) for talk in talks],
            "Theo nút người hỏi bấm dưới câu trả lời; phần lớn mọi người không bấm nút nào.",
        ),
        _fields(talks, ended, library),
        _block(
            "Theo kênh",
            "Câu hỏi",
            [parts(_channels(talk, channels, talks)) for talk in talks],
            "Nơi người dân nhắn tin cho trợ lý.",
        ),
        _block(
            "Lời hẹn trả lời",
            "Câu hỏi đã đến hẹn",
            [parts(_promises(talk)) for talk in talks],
            "Câu hỏi người dân chuyển cho cán bộ, theo giờ đã hẹn; không tính câu người dân rút lại.",
        ),
    )
    year = totals[0] if len(totals) == 1 else added(totals[0], totals[1])
    return Quality(tuple(talk.span for talk in talks), year, blocks, _checked(library, today))


def _outcomes(talk: Talk) -> dict[str, int]:
    total = talk.total
    return {"Đã trả lời": total.answered, "Đưa ra lựa chọn": total.offered, "Chưa trả lời được": total.declined}


def _feedback(talk: Talk) -> dict[str, int]:
    said = talk.feedback
    return {
        "Báo đúng": said.right,
        "Báo chưa đúng": said.wrong,
        "Báo không có mục nào đúng": said.none,
        "Không phản hồi": said.silent,
    }


def _promises(talk: Talk) -> dict[str, int]:
    kept = talk.promises
    return {"Trả lời đúng hẹn": kept.kept, "Trả lời trễ hẹn": kept.late, "Quá hẹn, chưa trả lời": kept.broken}


def _channels(talk: Talk, configured: Sequence[str], talks: Sequence[Talk]) -> dict[str, int]:
    """The same names at each time: those that are open, and those by which something came."""
    seen = [name for one in talks for name, _ in one.channels]
    counted = dict(talk.channels)
    names = dict.fromkeys([*configured, *sorted(seen)])
    return {CHANNELS.get(name, name): counted[name].total if name in counted else 0 for name in names}


def _block(title: str, whole: str, told: Sequence[Parts], how: str) -> Block:
    lines = [Line(name, tuple(Told(one.parts[name], one.share(name)) for one in told)) for name in told[0].parts]
    return Block(title, whole, tuple(one.total for one in told), tuple(lines), how)


def _fields(talks: Sequence[Talk], ended: Sequence[Parts], library: Library) -> Block:
    """Answered questions by field. Where their sum is hidden, so are all of them."""
    names = {**dict.fromkeys(sorted({record.field for record in library}), 0), NO_FIELD: 0}
    columns: list[Mapping[str, Cell]] = []
    sums: list[Cell] = []
    for talk, one in zip(talks, ended, strict=True):
        answered = one.parts["Đã trả lời"]
        sums.append(answered)
        if isinstance(answered, Hidden):
            columns.append({})
            continue
        found = listed({**names, **dict(talk.fields)})
        columns.append({**dict(found.shown), "": found.others})
    shown = dict.fromkeys(name for column in columns for name in column if name)
    lines = [
        Line(
            name or "Các lĩnh vực khác, gộp chung",
            tuple(_told(name, *pair) for pair in zip(columns, sums, strict=True)),
        )
        for name in [*shown, ""]
    ]
    how = (
        "Câu đã trả lời, theo lĩnh vực của thủ tục. Lĩnh vực ít câu được gộp ở dòng cuối; "
        f"dấu {GATHERED}: lúc đó lĩnh vực này nằm trong dòng gộp."
    )
    return Block("Theo lĩnh vực", "Câu đã trả lời", tuple(sums), tuple(lines), how)


def _told(name: str, column: Mapping[str, Cell], total: Cell) -> Told:
    if isinstance(total, Hidden):
        return Told(total)
    count = column.get(name)
    if count is None or (not name and count == 0):
        return Told(GATHERED)
    return Told(count, None if isinstance(count, Hidden) else count / total)


def _checked(library: Library, today: date) -> Checked:
    days = [record.checked_on for record in library]
    return Checked(len(library), len(library) - len(library.stale(today)), max(days, default=None))


class QualityPage:
    """Open to everybody. What is shown is kept for a minute: a flood does not reach the database."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._kept: tuple[datetime, str] | None = None
        self._making = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PAGE, self.show)]

    async def show(self, _request: web.Request) -> web.StreamResponse:
        async with self._making:
            text = await self._text()
        headers = {**HEADERS, "Cache-Control": f"public, max-age={int(limits.FIGURES_KEPT)}"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _text(self) -> str:
        now = self._shell.now()
        if self._kept and 0 <= (now - self._kept[0]).total_seconds() < limits.FIGURES_KEPT:
            return self._kept[1]
        today, library = self._shell.today(), self._shell.known().library
        async with self._shell.storage.read() as session:
            talks = [await figures.talk(session, span, library, now) for span in spans(today)]
        channels = [name for name in self._shell.traits if name != CONSOLE.name]
        told = quality(talks, library, channels, today)
        page = environment().get_template("quality.html")
        text = page.render(office=self._shell.office, today=today, told=told, least=limits.GROUP_AT_LEAST)
        self._kept = (now, text)
        return text
