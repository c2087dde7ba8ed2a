"""What each tick does: delete what was kept long enough, and count what waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import col

from bot import handovers, limits, metrics
from bot.practice.desk import forget_classes
from bot.storage import Storage
from bot.tables import Dialogue, Inbox, InboxState, Outbox, OutboxState
from scheduler.calendar import VIETNAM
from scheduler.outbox import ANSWER, NEWS


async def tick(storage: Storage, now: datetime) -> None:
    """Safe to run late, twice, or in two processes at once."""
    await purge(storage, now)
    async with storage.read() as session:
        waiting = select(func.count()).select_from(Outbox).where(col(Outbox.state) == OutboxState.QUEUED)
        metrics.QUEUED.set((await session.execute(waiting)).scalar_one())


async def purge(storage: Storage, now: datetime) -> None:
    """Delete conversations older than we keep them, and classes whose term has ended; what still waits stays."""
    before = now - limits.KEEP_MESSAGES
    ended = delete(Outbox).where(col(Outbox.state) != OutboxState.QUEUED)
    async with storage.write() as session:
        of_citizens = col(Outbox.kind).in_([ANSWER.name, NEWS.name])
        await session.execute(ended.where(col(Outbox.created_at) < before, of_citizens))
        await session.execute(ended.where(col(Outbox.created_at) < now - limits.KEEP_NOTICES))
        await handovers.forget_old(session, before)
        await session.execute(delete(Inbox).where(col(Inbox.received_at) < before, col(Inbox.state) != InboxState.NEW))
        await session.execute(delete(Dialogue).where(col(Dialogue.updated_at) < before))
        await forget_classes(session, now.astimezone(VIETNAM).date())
