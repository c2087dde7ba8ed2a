"""Where wordings meet the plan: what was posted in a unit's groups and channels is evidence of its duty to post.

A message counts once the platform took it and gave it an id. It is written down as a report by chat would be: the
coordinator accepts or returns it, and a report that a person sent is only added to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot import limits
from bot.office import notes, wordings
from bot.office.duties import reports_of, running
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import (
    Announcement,
    AnnouncementState,
    Evidence,
    Link,
    Member,
    Occurrence,
    Outbox,
    OutboxState,
    PlanState,
    Submission,
    Task,
    Wording,
)
from bot.tables import Plan as PlanRow
from handlers.duties import CHATS, Person, Role
from handlers.message import Address
from handlers.outcome import Reported
from handlers.reporting import short_unit
from knowledge.mouths.telling import Mouth
from knowledge.store import Knowledge
from scheduler.calendar import VIETNAM
from scheduler.ledger import OPEN_MARKS, Form, Mark, ProofKind, receipt
from scheduler.plan import Kind
from scheduler.text import fold

ABOUT_POSTING = ("mang xa hoi", "zalo", "telegram", "facebook", "nhom chat", "kenh tin")
"""A recurring task whose words have one of these is done by posting in groups and channels."""
ABOUT_BROADCASTING = ("truyen thanh", "phat thanh")
"""… and by a script, one of these: what is logged is that the script was handed out, and it says so."""
CHANNELS = {"telegram": "Telegram", "zalo-bot": "Zalo", "zalo-oa": "Zalo OA"}
OUTDATED = "Dữ liệu của thủ tục đã đổi sau khi viết bản tin: viết lại bản tin rồi gửi."


@dataclass(frozen=True, slots=True)
class Posted:
    """A message with a wording that the platform took."""

    outbox: int
    announcement: int
    mouth: Mouth
    title: str
    chat: Role
    """What it was posted in: a group, or a public channel."""
    channel: str
    platform_id: str
    sent_at: datetime
    unit: str
    """Of whoever wrote the announcement."""
    member: int

    @property
    def ref(self) -> str:
        """By which the evidence of it is known."""
        return f"outbox:{self.outbox}"

    @property
    def name(self) -> str:
        """The evidence in words: "Telegram, tin số 123: Đăng ký khai sinh"."""
        return f"{CHANNELS.get(self.channel, self.channel)}, tin số {self.platform_id}: {self.title}"[:1000]

    @property
    def told(self) -> str:
        """The report in words."""
        what = "Gửi bài phát thanh vào" if self.mouth is Mouth.LOUDSPEAKER else "Đăng bài vào"
        return f"{what} {'kênh tin' if self.chat is Role.PUBLIC else 'nhóm'}: {self.title}"

    @property
    def about(self) -> tuple[str, ...]:
        return (*ABOUT_POSTING, *(ABOUT_BROADCASTING if self.mouth is Mouth.LOUDSPEAKER else ()))


async def tick(storage: Storage, rules: Rules, known: Knowledge, now: datetime) -> int:
    """Stop what would tell old facts, then log what was posted; how many pieces of evidence were new.

    Safe to run late, twice, or in two processes at once. To be run before announcements are queued.
    """
    await stop_outdated(storage, known, now)
    async with storage.read() as session:
        posted = await _posted(session, now)
    logged = 0
    for one in posted:
        async with storage.write() as session:
            logged += await _log(session, rules, one, now)
    return logged


# Evidence


async def _posted(session: AsyncSession, now: datetime) -> list[Posted]:
    """What was sent lately to groups and channels and is no evidence yet."""
    linked = aliased(Member)
    chat = (
        select(col(linked.role))
        .join(Link, col(Link.member_id) == col(linked.id))
        .where(
            col(linked.role).in_(CHATS),
            col(Link.channel) == col(Outbox.channel),
            col(Link.chat) == col(Outbox.chat),
        )
        .order_by(col(linked.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Outbox, Announcement, col(Wording.mouth), col(Member.unit), chat)
        .join(Announcement, col(Announcement.id) == col(Outbox.announcement_id))
        .join(Wording, col(Wording.id) == col(Announcement.wording_id))
        .join(Member, col(Member.id) == col(Announcement.author_id))
        .where(
            col(Outbox.state) == OutboxState.SENT,
            col(Outbox.platform_id).is_not(None),
            col(Outbox.sent_at) >= now - limits.POSTED_BACK,
            chat.is_not(None),
        )
        .order_by(col(Outbox.id))
    )
    found = [
        Posted(
            row.id or 0,
            told.id or 0,
            Mouth(mouth),
            told.title,
            Role(kind),
            row.channel,
            row.platform_id or "",
            row.sent_at or now,
            unit,
            told.author_id or 0,
        )
        for row, told, mouth, unit, kind in await session.execute(statement)
    ]
    logged = select(col(Evidence.ref)).where(
        col(Evidence.kind) == ProofKind.MESSAGE, col(Evidence.ref).in_([one.ref for one in found])
    )
    known = set((await session.execute(logged)).scalars()) if found else set()
    return [one for one in found if one.ref not in known]


async def _log(session: AsyncSession, rules: Rules, one: Posted, now: datetime) -> int:
    """Write one message down for each duty that it fulfils."""
    logged = 0
    for row, task in await _duties(session, one):
        if await _is_logged(session, row, one):
            continue
        report = await _report(session, rules, row, task, one)
        if report is not None and report.id is not None:
            logged += 1
            session.add(
                Evidence(
                    submission_id=report.id,
                    kind=ProofKind.MESSAGE,
                    name=one.name,
                    channel=one.channel,
                    ref=one.ref,
                    state="kept",
                    not_before=now,
                )
            )
    return logged


async def _duties(session: AsyncSession, one: Posted) -> list[tuple[Occurrence, Task]]:
    """The unit's occurrences of tasks about posting, in the period in which it was sent; locked."""
    day = one.sent_at.astimezone(VIETNAM).date()
    statement = (
        running()
        .where(
            col(PlanRow.state) == PlanState.CONFIRMED,
            ~col(Task.ended),
            col(Occurrence.unit) == one.unit,
            col(Occurrence.begins) <= day,
            col(Occurrence.ends) >= day,
            col(Occurrence.mark).in_((*OPEN_MARKS, Mark.REPORTED)),
        )
        .order_by(col(Occurrence.id))
        .with_for_update(of=Occurrence)
    )
    return [(row, task) for row, task, _ in await session.execute(statement) if _is_about(task, one.about)]


def _is_about(task: Task, words: Sequence[str]) -> bool:
    text = f" {fold(task.content)} "
    return task.cadence.get("kind") == Kind.RECURRING.value and any(f" {word} " in text for word in words)


async def _is_logged(session: AsyncSession, row: Occurrence, one: Posted) -> bool:
    """Whether the message stands in a report of the occurrence, also in one that was withdrawn or returned."""
    statement = (
        select(col(Evidence.id))
        .join(Submission, col(Submission.id) == col(Evidence.submission_id))
        .where(col(Submission.occurrence_id) == row.id, col(Evidence.ref) == one.ref)
    )
    return (await session.execute(statement.limit(1))).first() is not None


async def _report(session: AsyncSession, rules: Rules, row: Occurrence, task: Task, one: Posted) -> Submission | None:
    """The report that waits for the coordinator, else a new one; None: what was returned was not done again since."""
    assert row.id is not None  # noqa: S101 - it was read from the database
    if row.mark == Mark.REPORTED:
        found = await notes.in_force(session, row.id)
        if found is not None and found.text == one.told:
            found.quantity = (found.quantity or 0) + 1
            session.add(found)
        return found
    if row.returned_at is not None and one.sent_at <= row.returned_at:
        return None
    _, attempts = (await reports_of(session, [row.id])).get(row.id, (None, 0))
    unit = rules.units.get(row.unit)
    short = short_unit((unit.short if unit else "") or rules.units.name(row.unit))
    note = Reported(
        duty=row.id,
        code=receipt(task.tt, row.period, short, attempts + 1),
        membership=one.member,
        text=one.told,
        form=Form.SOCIAL,
        quantity=1,
    )
    await notes.carry_out(session, note, Person(()), Address(one.channel, ""), rules, one.sent_at)
    return await notes.in_force(session, row.id)


# Old facts


async def stop_outdated(storage: Storage, known: Knowledge, now: datetime) -> int:
    """Stop announcements whose wording no longer says what the record says; how many."""
    today = now.astimezone(VIETNAM).date()
    alive = (
        AnnouncementState.DRAFT,
        AnnouncementState.SUBMITTED,
        AnnouncementState.APPROVED,
        AnnouncementState.SENDING,
    )
    statement = (
        select(col(Announcement.id), Wording)
        .join(Wording, col(Wording.id) == col(Announcement.wording_id))
        .where(col(Announcement.state).in_(alive))
    )
    async with storage.read() as session:
        rows = list(await session.execute(statement))
    old = [number for number, row in rows if wordings.held(row, known, today).outdated]
    if not old:
        return 0
    stopped = update(Announcement).where(col(Announcement.id).in_(old), col(Announcement.state).in_(alive))
    waiting = update(Outbox).where(col(Outbox.announcement_id).in_(old), col(Outbox.state) == OutboxState.QUEUED)
    idle = col(Outbox.lease_until).is_(None) | (col(Outbox.lease_until) < now)
    async with storage.write() as session:
        await session.execute(waiting.where(idle).values(state=OutboxState.MOOT, error="stopped: the facts changed"))
        values = {"state": AnnouncementState.STOPPED, "reason": OUTDATED, "ended_at": now}
        await session.execute(stopped.values(**values))
    return len(old)
