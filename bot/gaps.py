"""Questions that the knowledge could not answer, and what people make of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.inbox import insert_new
from bot.storage import Storage
from bot.tables import Alias, Gap, Question
from knowledge.gaps import broken_by, grouped
from knowledge.library import Library

MANY = 5000
"""Most open gaps that are looked at; the newest count."""


class RefusedError(Exception):
    """An alias that is not taken; ``problems`` says in Vietnamese why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class OpenGap:
    """Questions that say the same, waiting for a person."""

    id: int
    """Number of the first of them; ``gaps attach`` takes it."""
    count: int
    text: str
    others: tuple[str, ...]
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "count": self.count,
            "text": self.text,
            "others": list(self.others),
            "reasons": list(self.reasons),
        }


async def open_gaps(storage: Storage) -> list[OpenGap]:
    """Open gaps, those alike together, the most asked first."""
    statement = (
        select(col(Question.id), col(Question.text), col(Gap.reason))
        .join(Gap, col(Gap.question_id) == col(Question.id))
        .where(col(Gap.state) == "open")
        .order_by(col(Gap.question_id).desc())
        .limit(MANY)
    )
    async with storage.read() as session:
        rows = [(int(row[0]), str(row[1]), str(row[2])) for row in await session.execute(statement)]
    return [
        OpenGap(
            id=group.ids[0],
            count=len(group.ids),
            text=group.texts[0],
            others=tuple(dict.fromkeys(text for text in group.texts if text != group.texts[0])),
            reasons=tuple(sorted(group.reasons)),
        )
        for group in grouped(reversed(rows))
    ]


async def attach(storage: Storage, library: Library, number: int, code: str, alias: str | None, now: datetime) -> str:
    """Make a gap's question (or a better wording of it) an alias of a procedure; the alias.

    Raises RefusedError when the gap or the procedure does not exist, or when a stored question of another procedure
    would no longer find its own.
    """
    groups = await open_gaps(storage)
    found = next((gap for gap in groups if gap.id == number), None)
    if found is None:
        raise RefusedError([f"Không có câu hỏi số {number} đang chờ. Xem lại bằng lệnh: gaps list"])
    if library.get(code) is None:
        raise RefusedError([f"Không có thủ tục mã {code} trong dữ liệu."])
    text = " ".join((alias or found.text).split())
    broken = broken_by(library, code, text)
    if broken:
        raise RefusedError(
            [f"Không gắn được: “{phrase}” của {owner} sẽ ra sai hoặc trùng." for owner, phrase in broken]
        )
    async with storage.write() as session:
        row = {"code": code, "text": text, "added_at": now}
        await session.execute(insert_new(session, Alias).values(row))
        like = {found.text, *found.others}
        alike = select(col(Question.id)).where(col(Question.text).in_(like))
        closing = update(Gap).where(col(Gap.question_id).in_(alike), col(Gap.state) == "open")
        await session.execute(closing.values(state="attached"))
    return text


async def aliases(storage: Storage) -> list[tuple[str, str]]:
    """What the office attached: (code, alias), oldest first."""
    async with storage.read() as session:
        statement = select(col(Alias.code), col(Alias.text)).order_by(col(Alias.id))
        return [(str(row[0]), str(row[1])) for row in await session.execute(statement)]
