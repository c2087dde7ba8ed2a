"""One row of the ledger with its whole history: reports, proof, difficulties, and the messages sent about it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import mail
from bot.office.duties import OfficeDuties, running
from bot.office.matrix import Sight
from bot.office.rules import Rules
from bot.office.waiting import figure
from bot.tables import Difficulty, Evidence, Member, Occurrence, Outbox, Submission, Task
from handlers.duties import Duty
from scheduler.ledger import Mark, ProofKind

BEFORE = timedelta(days=1)
"""Nobody was written to about a row earlier than this before its first reminder."""
MESSAGES = 200
"""Most messages shown about one row."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence; ``href`` where it can be opened: a kept file by its number, a link as it is."""

    id: int
    kind: str
    name: str
    state: str
    size: int | None
    link: str
    """Address of a link that can be followed; empty: none."""
    twin: str
    """Code of the earlier report with a picture like this one; empty: none."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One report of the row, with what became of it."""

    id: int
    code: str
    by: str
    sent_at: datetime
    text: str
    figure: str
    state: str
    """sent, withdrawn, returned or accepted."""
    reason: str
    decided_at: datetime | None
    decided_by: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A difficulty that the unit told of."""

    id: int
    text: str
    told_at: datetime
    open: bool


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of one row."""

    duty: Duty
    set_by: str
    """Who set the rhythm of the task; empty: the plan's own words."""
    attempts: tuple[Attempt, ...]
    """The newest first."""
    troubles: tuple[Trouble, ...]
    messages: tuple[mail.Delivery, ...]
    """The newest first."""

    @property
    def waiting(self) -> Attempt | None:
        """The report that waits for a decision."""
        if self.duty.standing.mark is not Mark.REPORTED:
            return None
        return next((one for one in self.attempts if one.state == "sent"), None)


async def read(session: AsyncSession, rules: Rules, now: datetime, number: int, sight: Sight) -> Dossier | None:
    """The row of that number; None: there is none, or it is out of sight."""
    statement = running().where(col(Occurrence.id) == number)
    if sight is not None:
        statement = statement.where(col(Occurrence.unit).in_(sight))
    duties = await OfficeDuties(session, rules, now).read(statement)
    if not duties:
        return None
    row = await session.get_one(Occurrence, number)
    task = await session.get_one(Task, row.task_id)
    attempts = await _attempts(session, number)
    return Dossier(
        duties[0],
        task.set_by or "",
        attempts,
        await _troubles(session, number),
        await _messages(session, rules, row, attempts, sight),
    )


async def _attempts(session: AsyncSession, number: int) -> tuple[Attempt, ...]:
    sent = select(Submission).where(col(Submission.occurrence_id) == number).order_by(col(Submission.attempt).desc())
    rows = list((await session.execute(sent)).scalars())
    posts = await _posts(session, {one.member_id for one in rows} | {one.decided_by for one in rows})
    proofs = await _proofs(session, [one.id for one in rows])
    return tuple(
        Attempt(
            one.id or 0,
            one.code,
            posts.get(one.member_id, ""),
            one.sent_at,
            one.text,
            figure(one.form, one.quantity),
            one.state,
            one.reason,
            one.decided_at,
            posts.get(one.decided_by, ""),
            tuple(proofs[one.id or 0]),
        )
        for one in rows
    )


async def _posts(session: AsyncSession, members: set[int | None]) -> dict[int | None, str]:
    """What the posts are called; no name of a person is kept."""
    statement = select(col(Member.id), col(Member.label)).where(col(Member.id).in_(members - {None}))
    return {number: label for number, label in await session.execute(statement) if label}


async def _proofs(session: AsyncSession, reports: list[int | None]) -> dict[int, list[Proof]]:
    statement = select(Evidence).where(col(Evidence.submission_id).in_(reports)).order_by(col(Evidence.id))
    rows = list((await session.execute(statement)).scalars())
    twins = await _codes(session, [row.twin for row in rows if row.twin is not None])
    found: dict[int, list[Proof]] = defaultdict(list)
    for row in rows:
        twin = twins.get(row.twin, "") if row.twin is not None else ""
        found[row.submission_id].append(
            Proof(row.id or 0, row.kind, row.name, row.state, row.size, _followed(row), twin)
        )
    return found


async def _codes(session: AsyncSession, evidence: list[int]) -> dict[int, str]:
    statement = (
        select(col(Evidence.id), col(Submission.code))
        .join(Submission, col(Submission.id) == col(Evidence.submission_id))
        .where(col(Evidence.id).in_(evidence))
    )
    return {number: code for number, code in await session.execute(statement) if number is not None}


def _followed(row: Evidence) -> str:
    """Only pages of the web are links: what else was typed there stays text."""
    if row.kind != ProofKind.LINK:
        return ""
    try:
        parts = urlsplit(row.name)
    except ValueError:
        return ""
    return row.name if parts.scheme in {"http", "https"} and parts.netloc else ""


async def _troubles(session: AsyncSession, number: int) -> tuple[Trouble, ...]:
    told = select(Difficulty).where(col(Difficulty.occurrence_id) == number).order_by(col(Difficulty.id).desc())
    rows = (await session.execute(told)).scalars()
    return tuple(Trouble(row.id or 0, row.text, row.told_at, row.open) for row in rows)


async def _messages(
    session: AsyncSession, rules: Rules, row: Occurrence, attempts: tuple[Attempt, ...], sight: Sight
) -> tuple[mail.Delivery, ...]:
    """Notices about the row, and reminders that named it. Their words were made, and kept, when they left.

    Who does not look at all units is shown what went to units in sight, and not the words of a message of the day:
    its reader may have duties elsewhere.
    """
    number = row.id or 0
    told = cast(col(Outbox.body), Text)
    names = or_(told.like(f'%"duty": {number}%'), told.like(f'%"duties": [%{number}%'))
    statement = (
        select(Outbox)
        .where(
            col(Outbox.created_at)
            >= min(row.soon, row.raised_at or row.soon, *(one.sent_at for one in attempts)) - BEFORE,
            names,
            *mail.to_officials(sight),
        )
        .order_by(col(Outbox.id).desc())
        .limit(MESSAGES * 5)
    )
    found = [one for one in (await session.execute(statement)).scalars() if _is_about(one, number)]
    told_of = await mail.told(session, rules, found[:MESSAGES])
    return tuple(replace(one, text="") if sight is not None and one.daily else one for one in told_of)


def _is_about(row: Outbox, number: int) -> bool:
    return row.body.get("duty") == number or number in row.body.get("duties", ())


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was kept as proof."""

    sha256: str
    kind: str
    name: str
    """As it was called where it came from; empty: not told."""
    code: str
    """Of its report."""


async def kept_file(session: AsyncSession, number: int, sight: Sight) -> KeptFile | None:
    """The file of that number; None: there is none, nothing was kept, or it is out of sight."""
    statement = (
        select(Evidence, col(Submission.code), col(Occurrence.unit))
        .join(Submission, col(Submission.id) == col(Evidence.submission_id))
        .join(Occurrence, col(Occurrence.id) == col(Submission.occurrence_id))
        .where(col(Evidence.id) == number)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None or (sight is not None and found[2] not in sight):
        return None
    row, code, _ = found
    if row.state != "kept" or row.sha256 is None:
        return None
    return KeptFile(row.sha256, row.kind, "" if row.kind == ProofKind.PHOTO else row.name, code)
