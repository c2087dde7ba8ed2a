"""What waits for a coordinator: reports to read, difficulties that are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office.matrix import Sight, short
from bot.office.rules import Rules
from bot.tables import Difficulty, Evidence, Occurrence, Submission, Task
from scheduler.ledger import FORM_NAMES, FORM_UNITS, Form, Mark


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that waits for a decision."""

    occurrence: int
    report: int
    code: str
    tt: str
    content: str
    unit: str
    unit_name: str
    period: str
    sent_at: datetime
    late: bool
    attempt: int
    text: str
    figure: str
    """Form and quantity: "Truyền thanh: 2 lượt phát"; empty: not told."""
    proofs: int
    alike: bool
    """One of its pictures looks like an earlier one."""


@dataclass(frozen=True, slots=True)
class Between:
    """Reports sent from a moment on and before another one; None: without end."""

    since: datetime | None = None
    until: datetime | None = None


async def reports(
    session: AsyncSession,
    rules: Rules,
    sight: Sight,
    most: int,
    *,
    between: Between | None = None,
    unit: str | None = None,
    first: int = 0,
) -> tuple[list[Waiting], int]:
    """Reports that wait, the oldest first, and how many there are."""
    where = _waits(sight, between or Between(), unit)
    counted = select(func.count()).select_from(Submission)
    total = (await session.execute(_joined(counted).where(*where))).scalar_one()
    statement = (
        _joined(select(Submission, Occurrence, col(Task.tt), col(Task.content)))
        .where(*where)
        .order_by(col(Submission.sent_at), col(Submission.id))
        .limit(most)
        .offset(first)
    )
    rows = list(await session.execute(statement))
    proofs = await _proofs(session, [sent.id for sent, *_ in rows])
    return [_waiting(row, rules, proofs) for row in rows], total


def _joined(statement: Any) -> Any:
    return statement.join(Occurrence, col(Occurrence.id) == col(Submission.occurrence_id)).join(
        Task, col(Task.id) == col(Occurrence.task_id)
    )


def _waits(sight: Sight, between: Between, unit: str | None) -> list[Any]:
    found: list[Any] = [col(Submission.state) == "sent", col(Occurrence.mark) == Mark.REPORTED]
    if sight is not None:
        found.append(col(Occurrence.unit).in_(sight))
    if between.since is not None:
        found.append(col(Submission.sent_at) >= between.since)
    if between.until is not None:
        found.append(col(Submission.sent_at) < between.until)
    if unit is not None:
        found.append(col(Occurrence.unit) == unit)
    return found


async def units(session: AsyncSession, sight: Sight) -> set[str]:
    """Ids of the units that have a report waiting."""
    statement = _joined(select(col(Occurrence.unit)).select_from(Submission)).where(*_waits(sight, Between(), None))
    return set((await session.execute(statement.distinct())).scalars())


async def _proofs(session: AsyncSession, reports: list[int | None]) -> dict[int, tuple[int, bool]]:
    """Of each report: how many pieces of proof, and whether a picture was used before."""
    statement = (
        select(col(Evidence.submission_id), func.count(), func.count(col(Evidence.twin)))
        .where(col(Evidence.submission_id).in_(reports))
        .group_by(col(Evidence.submission_id))
    )
    return {number: (count, twins > 0) for number, count, twins in await session.execute(statement)}


def _waiting(row: Any, rules: Rules, proofs: dict[int, tuple[int, bool]]) -> Waiting:
    sent, occurrence, tt, content = row
    count, alike = proofs.get(sent.id, (0, False))
    counted = occurrence.reported_at or sent.sent_at
    return Waiting(
        occurrence.id,
        sent.id,
        sent.code,
        tt,
        content,
        occurrence.unit,
        rules.units.name(occurrence.unit),
        short(occurrence.label),
        sent.sent_at,
        counted > occurrence.due,
        sent.attempt,
        sent.text,
        figure(sent.form, sent.quantity),
        count,
        alike,
    )


def figure(form: str | None, quantity: int | None) -> str:
    """Form and quantity of a report in words."""
    if form is None:
        return ""
    known = Form(form)
    return FORM_NAMES[known] if quantity is None else f"{FORM_NAMES[known]}: {quantity} {FORM_UNITS[known]}"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A difficulty that a unit told of."""

    id: int
    occurrence: int
    unit_name: str
    tt: str
    period: str
    text: str
    told_at: datetime


async def stuck(session: AsyncSession, rules: Rules, sight: Sight, most: int) -> tuple[list[Stuck], int]:
    """Open difficulties, the oldest first, and how many there are."""
    where: list[Any] = [col(Difficulty.open)]
    if sight is not None:
        where.append(col(Occurrence.unit).in_(sight))
    counted = select(func.count()).select_from(Difficulty)
    here = col(Occurrence.id) == col(Difficulty.occurrence_id)
    total = (await session.execute(counted.join(Occurrence, here).where(*where))).scalar_one()
    statement = (
        select(Difficulty, Occurrence, col(Task.tt))
        .join(Occurrence, here)
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .where(*where)
        .order_by(col(Difficulty.id))
        .limit(most)
    )
    found = [
        Stuck(
            told.id or 0,
            occurrence.id or 0,
            rules.units.name(occurrence.unit),
            tt,
            short(occurrence.label),
            told.text,
            told.told_at,
        )
        for told, occurrence, tt in await session.execute(statement)
    ]
    return found, total
