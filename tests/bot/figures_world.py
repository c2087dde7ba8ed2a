"""Questions as the conversation leaves them, put into the tables by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert

from bot.storage import Storage
from bot.tables import Gap, Handover, Question
from knowledge.library import Library
from knowledge.reading import Decision


@dataclass
class Asked:
    """One question; ``code`` is the first candidate's."""

    at: datetime
    channel: str = "web"
    decision: Decision = Decision.ANSWER
    code: str | None = None
    verdict: str | None = None
    text: str = "câu hỏi"


async def ask(storage: Storage, asked: Iterable[Asked], first: int = 1) -> None:
    """Write them down; what could not be answered is a gap."""
    rows = list(enumerate(asked, first))
    questions = [
        {
            "id": number,
            "asked_at": one.at,
            "channel": one.channel,
            "text": one.text,
            "decision": one.decision.value,
            "facet": "general",
            "candidates": [[one.code, 0.9], ["9.999999", 0.1]] if one.code else [],
            "verdict": one.verdict,
            "verdict_at": one.at if one.verdict else None,
        }
        for number, one in rows
    ]
    gaps = [
        {"question_id": number, "reason": one.verdict or "declined", "state": "open", "created_at": one.at}
        for number, one in rows
        if one.decision is Decision.DECLINE or one.verdict in {"wrong", "none"}
    ]
    async with storage.write() as session:
        for start in range(0, len(questions), 2000):
            await session.execute(insert(Question), questions[start : start + 2000])
        if gaps:
            await session.execute(insert(Gap), gaps)


async def hand_over(
    storage: Storage, code: str, promised: datetime, answered: datetime | None = None, state: str = "waiting"
) -> None:
    """A question handed to an official."""
    async with storage.write() as session:
        session.add(
            Handover(
                code=code,
                channel="web",
                chat="khach",
                text="câu hỏi",
                asked_at=promised - timedelta(hours=8),
                promised_at=promised,
                state="answered" if answered else state,
                answered_at=answered,
            )
        )


async def seed(storage: Storage, now: datetime, library: Library, count: int = 900, days: int = 45) -> list[Asked]:
    """Some weeks of questions by chance, the same each time."""
    chance = Random(7)  # noqa: S311 - the same questions each time
    codes = [record.code for record in library]
    asked = []
    for _ in range(count):
        decision = chance.choices((Decision.ANSWER, Decision.CLARIFY, Decision.DECLINE), (70, 20, 10))[0]
        verdicts: tuple[str | None, ...] = (None, None, "right", "wrong")
        if decision is Decision.CLARIFY:
            verdicts = (None, None, "none")
        asked.append(
            Asked(
                at=now - timedelta(minutes=chance.randrange(1, days * 1440)),
                channel=chance.choices(("web", "zalo-oa", "telegram"), (6, 3, 1))[0],
                decision=decision,
                code=None if decision is Decision.DECLINE else chance.choice(codes),
                verdict=None if decision is Decision.DECLINE else chance.choice(verdicts),
                text=f"câu hỏi số {chance.randrange(12)} về việc ở phường",
            )
        )
    await ask(storage, asked)
    return asked
