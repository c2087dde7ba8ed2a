"""Questions that the knowledge could not answer, for the people who mend it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.settings import Settings
from bot.storage import Storage, migrate
from bot.tables import Gap, Question
from knowledge.normalize import fold


async def open_gaps(settings: Settings) -> list[dict[str, Any]]:
    """Open gaps, those that say the same counted together, the most asked first."""
    await migrate(settings.database)
    storage = Storage(settings.database)
    try:
        async with storage.read() as session:
            statement = (
                select(col(Question.text), col(Gap.reason))
                .join(Gap, col(Gap.question_id) == col(Question.id))
                .where(col(Gap.state) == "open")
                .order_by(col(Gap.question_id))
            )
            rows = list((await session.execute(statement)).all())
    finally:
        await storage.close()
    counts = Counter(fold(text) for text, _ in rows)
    first = {fold(text): (text, reason) for text, reason in reversed(rows)}
    return [{"count": count, "text": first[key][0], "reason": first[key][1]} for key, count in counts.most_common()]
