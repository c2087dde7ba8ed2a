"""What is written down of a conversation: the dialogue, questions, verdicts, gaps, and the wish to be forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import handovers, subscriptions
from bot.inbox import insert_new
from bot.practice.desk import forget_pupil
from bot.tables import Dialogue as DialogueRow
from bot.tables import Gap, Inbox, Outbox, Question
from handlers.dialogue import Dialogue
from handlers.message import Address, Message
from handlers.outcome import AnswerSeen, Asked, Forget, HandedOver, Judged, Note, Subscribed, Unsubscribed, Verdict
from knowledge.reading import Decision
from scheduler.outbox import ANSWER, NEWS


def _key(message: Message) -> tuple[str, str, str]:
    """In a group everybody has a dialogue of their own."""
    return message.address.channel, message.address.chat, message.sender


async def load_dialogue(session: AsyncSession, message: Message) -> Dialogue:
    row = await session.get(DialogueRow, _key(message))
    return Dialogue.from_json(row.state) if row else Dialogue()


async def save_dialogue(session: AsyncSession, message: Message, dialogue: Dialogue, now: datetime) -> None:
    row = await session.get(DialogueRow, _key(message))
    if row is None:
        channel, chat, sender = _key(message)
        row = DialogueRow(channel=channel, chat=chat, sender=sender, state={}, updated_at=now)
    row.state = dialogue.to_json()
    row.updated_at = now
    session.add(row)
    await session.flush()


async def write_notes(session: AsyncSession, notes: tuple[Note, ...], row: Inbox, now: datetime) -> None:
    """Carry out what a handler wants written down."""
    for note in notes:
        match note:
            case Asked():
                await _asked(session, note, row, now)
            case Judged():
                await _judged(session, note, row, now)
            case HandedOver():
                await handovers.take_in(session, note, row, now)
            case AnswerSeen():
                await handovers.seen(session, note.code, Address(row.channel, row.chat), now)
            case Subscribed():
                await subscriptions.add(session, Address(row.channel, row.chat), note.field, now)
            case Unsubscribed():
                await subscriptions.drop(session, Address(row.channel, row.chat), note.field)
            case Forget():
                await _forget(session, row)
                if note.practice:
                    await forget_pupil(session, note.practice)


async def _asked(session: AsyncSession, note: Asked, row: Inbox, now: datetime) -> None:
    assert row.id is not None  # noqa: S101 - it was read from the database
    question = Question(
        id=row.id,
        asked_at=now,
        channel=row.channel,
        text=note.text,
        decision=note.decision,
        facet=note.facet,
        candidates=[list(candidate) for candidate in note.candidates],
    )
    session.add(question)
    await session.flush()
    if note.decision is Decision.DECLINE:
        await _gap(session, row.id, "declined", now)


async def _judged(session: AsyncSession, note: Judged, row: Inbox, now: datetime) -> None:
    """Only who asked may judge: the question must come from the same chat."""
    asked = await session.get(Inbox, note.question)
    if asked is None or (asked.channel, asked.chat) != (row.channel, row.chat):
        return
    statement = update(Question).where(col(Question.id) == note.question)
    found = await session.execute(
        statement.values(verdict=note.verdict.value, verdict_at=now).returning(col(Question.id))
    )
    if found.scalar_one_or_none() is not None and note.verdict is not Verdict.RIGHT:
        await _gap(session, note.question, note.verdict.value, now)


async def _gap(session: AsyncSession, question: int, reason: str, now: datetime) -> None:
    values = {"question_id": question, "reason": reason, "state": "open", "created_at": now}
    await session.execute(insert_new(session, Gap).values(values))


async def _forget(session: AsyncSession, row: Inbox) -> None:
    """Delete the conversation of this chat; the wish itself stays as an empty row until it is answered."""
    here = (row.channel, row.chat)
    await session.execute(
        delete(DialogueRow).where(col(DialogueRow.channel) == here[0], col(DialogueRow.chat) == here[1])
    )
    answers = delete(Outbox).where(col(Outbox.channel) == here[0], col(Outbox.chat) == here[1])
    await session.execute(answers.where(col(Outbox.kind).in_([ANSWER.name, NEWS.name])))
    await subscriptions.drop(session, Address(*here))
    others = delete(Inbox).where(col(Inbox.channel) == here[0], col(Inbox.chat) == here[1], col(Inbox.id) != row.id)
    await session.execute(others)
    await handovers.forget(session, Address(*here))
    row.body = {"sender": row.body["sender"], "text": ""}
