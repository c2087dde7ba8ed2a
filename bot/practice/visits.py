"""Visits of a class to the one-stop desk (row 8 of the 2024 plan): planned, counted, and handed over as evidence.

What is handed over are counts that are frozen on that day. The officer of the education office pastes the message into
the chat when reporting the duty: the number of pupils becomes its quantity, the link its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.practice.drawing import Draw
from bot.practice.figures import Figures
from bot.tables import PracticeVisit
from handlers.privacy import mask
from handlers.told import has_link, quantity

DESK_LENGTH = 120
CAME_AT_MOST = 500


async def planned(session: AsyncSession, classroom: int) -> list[PracticeVisit]:
    """The visits of a class by day."""
    here = select(PracticeVisit).where(col(PracticeVisit.class_id) == classroom)
    return list((await session.execute(here.order_by(col(PracticeVisit.day), col(PracticeVisit.id)))).scalars())


def misread(desk: str) -> bool:
    """Whether a name would be read in the message as one more number of something, or as evidence."""
    return has_link(desk) or quantity(desk) is not None


def plan(session: AsyncSession, classroom: int, label: str, desk: str, day: date, draw: Draw) -> None:
    """One more visit; the name of the desk is kept without anybody's data."""
    told = mask(" ".join(desk.split())).text[:DESK_LENGTH]
    session.add(PracticeVisit(class_id=classroom, label=label, desk=told, day=day, qr_key=draw.key()[:12]))


async def of_class(session: AsyncSession, classroom: int, number: int) -> PracticeVisit | None:
    """A visit, if it is this class's."""
    row = await session.get(PracticeVisit, number)
    return row if row is not None and row.class_id == classroom else None


def hand_over(row: PracticeVisit, came: int, figures: Figures, draw: Draw, now: datetime) -> None:
    """Freeze the counts; done again, it replaces them under the same link."""
    finished = _enough(figures.finished)
    row.came = came
    row.result_key = row.result_key or draw.key()
    row.handed_at = now
    row.counts = {
        "came": came,
        "pupils": _enough(len(figures.pupils)),
        "finished": finished,
        "runs": figures.runs if finished is not None else None,
        "median": round(100 * figures.median) if figures.median is not None else None,
        "badges": _enough(figures.badges),
    }


def _enough(count: int) -> int | None:
    """A count that anybody may see; None: it is hidden, so few are nearly known by name."""
    return count if count == 0 or count >= limits.GROUP_AT_LEAST else None


async def result(session: AsyncSession, key: str) -> PracticeVisit | None:
    """What was handed over under a link; it outlives the class."""
    found = select(PracticeVisit).where(col(PracticeVisit.result_key) == key)
    return (await session.execute(found)).scalar_one_or_none()


LINES: Mapping[str, str] = {
    "came": "Học sinh đã tham quan",
    "pupils": "Học sinh đã vào lớp luyện tập",
    "finished": "Học sinh làm xong ít nhất một việc",
    "runs": "Lượt làm bài đã xong",
    "median": "Trung vị điểm (%)",
    "badges": "Huy hiệu quét mã tại nơi niêm yết",
}
"""Names of the counts, as they are shown and exported."""


def shown(counts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The counts for people."""
    return [(name, "ẩn vì dưới 5 em" if counts[key] is None else str(counts[key])) for key, name in LINES.items()]


def message(row: PracticeVisit, link: str) -> str:
    """What is sent to the officer who reports the duty. Its number of pupils is read as the quantity."""
    counts = row.counts or {}
    return (
        f"{counts['came']} học sinh lớp {row.label} tham quan {row.desk} ngày {row.day:%d/%m/%Y}; "
        f"luyện tập thủ tục hành chính trên cổng mô phỏng. Số liệu: {link}"
    )
