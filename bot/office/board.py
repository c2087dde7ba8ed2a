"""How all units stand: what a coordinator and a monitor look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import people
from bot.office.rules import Rules
from bot.tables import Difficulty, Evidence, Link, Member, Occurrence, Outbox, OutboxState, Submission, Task
from handlers.duties import Board, BoardRow, Role
from scheduler.ledger import OPEN_MARKS, Mark, Standing, State

DONE = {State.REPORTED, State.ACCEPTED}
DONE_LATE = {State.REPORTED_LATE, State.ACCEPTED_LATE}


async def read(session: AsyncSession, rules: Rules, now: datetime, within: frozenset[str] | None = None) -> Board:
    """Each task in its latest period that has begun, and what waits for the coordinator.

    ``within``: ids of the units that are looked at; None: all.
    """
    here = () if within is None else (col(Occurrence.unit).in_(within),)
    latest = (
        select(col(Occurrence.task_id).label("task"), func.max(col(Occurrence.due)).label("due"))
        .where(col(Occurrence.soon) <= now)
        .group_by(col(Occurrence.task_id))
        .subquery()
    )
    statement = (
        select(Occurrence, col(Task.tt), col(Task.content))
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .join(latest, (latest.c.task == col(Occurrence.task_id)) & (latest.c.due == col(Occurrence.due)))
        .where(col(Occurrence.mark) != Mark.NOT_APPLICABLE, ~col(Task.ended), *here)
        .order_by(col(Task.plan_id), col(Task.id), col(Occurrence.unit))
    )
    by_task: dict[int, list[Row[Occurrence, str, str]]] = defaultdict(list)
    for row in await session.execute(statement):
        by_task[row[0].task_id].append(row)
    twins = await _twins(session)
    waits = select(func.count()).select_from(Occurrence).where(col(Occurrence.mark) == Mark.REPORTED, *here)
    silent = await silent_units(session, rules)
    return Board(
        rows=tuple(_row(rows, rules, now, twins) for rows in by_task.values()),
        to_accept=(await session.execute(waits)).scalar_one(),
        stuck=await _stuck(session, rules, here),
        unreachable=tuple(
            (rules.units.name(unit), why) for unit, why in silent.items() if within is None or unit in within
        ),
        doubtful=await _doubtful(session) if within is None else 0,
    )


def _row(rows: list[Row[Occurrence, str, str]], rules: Rules, now: datetime, twins: frozenset[int]) -> BoardRow:
    names: dict[State, list[str]] = defaultdict(list)
    ids: dict[State, list[int]] = defaultdict(list)
    alike, put_off = [], []
    for occurrence, _, _ in rows:
        name = rules.units.name(occurrence.unit)
        standing = Standing(occurrence.due, occurrence.soon, Mark(occurrence.mark), occurrence.reported_at)
        names[standing.state(now)].append(name)
        ids[standing.state(now)].append(occurrence.id or 0)
        if occurrence.snoozes and occurrence.mark in OPEN_MARKS:
            put_off.append(name)
        if occurrence.id in twins:
            alike.append(name)
    first, tt, content = rows[0]
    return BoardRow(
        tt=tt,
        content=content,
        label=first.label,
        units=len(rows),
        on_time=sum(len(names[state]) for state in DONE),
        late=sum(len(names[state]) for state in DONE_LATE),
        waiting=tuple(names[State.PLANNED] + names[State.DUE_SOON]),
        overdue=tuple(names[State.OVERDUE]),
        returned=tuple(names[State.RETURNED]),
        twins=tuple(alike),
        put_off=tuple(put_off),
        open=tuple(ids[State.OVERDUE] + ids[State.RETURNED] + ids[State.PLANNED] + ids[State.DUE_SOON]),
    )


async def _twins(session: AsyncSession) -> frozenset[int]:
    """Occurrences whose report in force has a picture that looks like an earlier one."""
    statement = (
        select(col(Submission.occurrence_id))
        .join(Evidence, col(Evidence.submission_id) == col(Submission.id))
        .where(col(Submission.state) != "withdrawn", col(Evidence.twin).is_not(None))
    )
    return frozenset((await session.execute(statement)).scalars())


async def _stuck(session: AsyncSession, rules: Rules, here: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    statement = (
        select(col(Occurrence.unit), col(Task.tt), col(Difficulty.text))
        .join(Occurrence, col(Occurrence.id) == col(Difficulty.occurrence_id))
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .where(col(Difficulty.open), *here)
        .order_by(col(Difficulty.id))
    )
    found = await session.execute(statement)
    return tuple((f"{rules.units.name(unit)}, việc {tt}", text) for unit, tt, text in found)


async def unreachable(session: AsyncSession, rules: Rules) -> tuple[tuple[str, str], ...]:
    """Names of the units that cannot be written to, with the reason; see :func:`silent_units`."""
    found = await silent_units(session, rules)
    return tuple((rules.units.name(unit), reason) for unit, reason in found.items())


async def silent_units(session: AsyncSession, rules: Rules) -> dict[str, str]:
    """Ids of the units that have something to do and no officer who can be written to, with the reason."""
    waiting = select(col(Occurrence.unit)).where(col(Occurrence.mark).in_(OPEN_MARKS)).distinct()
    units = sorted((await session.execute(waiting)).scalars())
    known = await people.directory(session, rules.pushable)
    silent = [unit for unit in units if not known.of(unit, Role.OFFICER)]
    reasons = await _reasons(session, silent, rules.pushable)
    return {unit: reasons.get(unit, "chưa ai liên kết") for unit in silent}


async def _reasons(session: AsyncSession, units: list[str], pushable: Sequence[str]) -> dict[str, str]:
    statement = (
        select(col(Member.unit), col(Link.channel), col(Link.state))
        .join(Link, col(Link.member_id) == col(Member.id))
        .where(col(Member.unit).in_(units), col(Member.role) == Role.OFFICER.value, col(Member.active))
    )
    reasons: dict[str, str] = {}
    for unit, channel, state in await session.execute(statement):
        closed = state != "open" and channel in pushable
        reasons[unit] = (
            "không nhận được tin (chặn hoặc khoá)" if closed else "chỉ liên kết kênh không nhận được tin nhắc"
        )
    return reasons


async def _doubtful(session: AsyncSession) -> int:
    held = select(func.count()).select_from(Outbox).where(col(Outbox.state) == OutboxState.HELD)
    return (await session.execute(held)).scalar_one()
