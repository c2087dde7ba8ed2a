"""The ledger as officials see it: reads behind :class:`handlers.duties.Duties`, in the message's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import access, board, officials, people, plan_sight
from bot.office.rules import Rules
from bot.tables import Evidence, Member, Occurrence, Plan, PlanState, Submission, Task
from handlers.duties import Board, Colleague, Draft, Duty, Invited, Membership, Person, Report, Role, Snooze
from scheduler import reminders
from scheduler.calendar import VIETNAM
from scheduler.ledger import OPEN_MARKS, Form, Mark, Period, Proof, ProofKind, Standing
from scheduler.plan import Reading
from scheduler.plan import Task as PlanTask

AHEAD = timedelta(days=31)
"""How far ahead "việc của tôi" looks."""
BACK = timedelta(days=7)
"""How long a settled duty is still shown."""
MOST = 60
SEES_ALL = (Role.COORDINATOR, Role.MONITOR, Role.ADMIN)
DOES = (Role.OFFICER, Role.HEAD)


class OfficeDuties:
    """One a message: its moment, its transaction."""

    def __init__(self, session: AsyncSession, rules: Rules, now: datetime) -> None:
        self._session = session
        self._rules = rules
        self._now = now

    async def mine(self, person: Person, /) -> tuple[Duty, ...]:
        units = person.units(*DOES)
        if not units:
            return ()
        waits = col(Occurrence.mark).in_(OPEN_MARKS) & (col(Occurrence.due) <= self._now + AHEAD)
        lately = (col(Occurrence.mark).in_((Mark.REPORTED, Mark.ACCEPTED))) & (
            col(Occurrence.reported_at) >= self._now - BACK
        )
        statement = (
            running()
            .where(col(Occurrence.unit).in_(units), or_(waits, lately))
            .order_by(case((waits, 0), else_=1), col(Occurrence.due), col(Occurrence.id))
            .limit(MOST)
        )
        return await self.read(statement)

    async def duty(self, number: int, person: Person, /) -> Duty | None:
        statement = running().where(col(Occurrence.id) == number).with_for_update(of=Occurrence)
        within = self._sight(person, *SEES_ALL)
        if within is not None:
            statement = statement.where(col(Occurrence.unit).in_(within.union(person.units(*DOES))))
        found = next(iter(await self.read(statement)), None)
        desk = self._sight(person, Role.COORDINATOR)
        return replace(found, decided_here=desk is None or found.unit in desk) if found else None

    async def snoozes(self, duty: Duty, /) -> tuple[Snooze, ...]:
        calendar = self._rules.calendar.for_unit(duty.unit)
        offered = reminders.snoozes(self._now, duty.deadline, duty.snoozed, calendar, self._rules.policy)
        return tuple(Snooze(one.label, one.until) for one in offered)

    async def colleagues(self, duty: Duty, /) -> tuple[Colleague, ...]:
        return tuple(await people.colleagues(self._session, duty.unit, self._rules.pushable, duty.holder))

    async def peers(self, membership: Membership, /) -> tuple[Colleague, ...]:
        return tuple(
            await people.colleagues(
                self._session, membership.unit, self._rules.pushable, membership.id, role=membership.role
            )
        )

    async def to_accept(self, person: Person, /) -> tuple[Duty, ...]:
        if not person.holds(Role.COORDINATOR):
            return ()
        waiting = running().where(col(Occurrence.mark) == Mark.REPORTED)
        within = self._sight(person, Role.COORDINATOR)
        if within is not None:
            waiting = waiting.where(col(Occurrence.unit).in_(within))
        return await self.read(waiting.order_by(col(Occurrence.reported_at), col(Occurrence.id)).limit(MOST))

    async def board(self, person: Person, /) -> Board:
        if not person.holds(*SEES_ALL):
            return Board()
        return await board.read(self._session, self._rules, self._now, self._sight(person, *SEES_ALL))

    def _sight(self, person: Person, *roles: Role) -> frozenset[str] | None:
        """Ids of the units that these roles look at today; None: all."""
        return officials.sight(person, self._rules.units, self._now.astimezone(VIETNAM).date(), *roles)

    async def invited(self, code: str, /) -> Invited | None:
        return await people.invited(self._session, code, self._rules.units, self._now)

    async def new_pass(self) -> str:
        return access.new_secret()

    async def drafts(self, person: Person, /) -> tuple[Draft, ...]:
        if not person.holds(Role.ADMIN):
            return ()
        statement = select(Plan).where(col(Plan.state) == PlanState.DRAFT).order_by(col(Plan.id))
        sight = officials.sight(person, self._rules.units, self._now.astimezone(VIETNAM).date())
        drafts = []
        for row in (await self._session.execute(statement)).scalars():
            reading = Reading.from_json(row.body)
            if not plan_sight.theirs(reading, sight, self._rules):
                continue
            assert row.id is not None  # noqa: S101 - it was read from the database
            drafts.append(Draft(row.id, reading.plan.title, reading.tasks, len(reading.warnings)))
        return tuple(drafts)

    async def read(self, statement: Select[Occurrence, Task, Plan]) -> tuple[Duty, ...]:
        """Occurrences with task and plan (see :func:`running`) as duties, each with its report in force."""
        rows = list(await self._session.execute(statement))
        reports = await reports_of(self._session, [row.id for row, _, _ in rows])
        so_far = await self._so_far([row for row, _, _ in rows])
        names = self._rules.units.name
        units = {row.unit: self._rules.units.get(row.unit) for row, _, _ in rows}
        return tuple(
            replace(
                _duty(row, task, plan, reports, so_far, names),
                unit_short=found.short if (found := units[row.unit]) else "",
            )
            for row, task, plan in rows
        )

    async def _so_far(self, rows: list[Occurrence]) -> dict[tuple[int, str], tuple[int, int]]:
        """Of each task and unit: how many periods are reported of those that have begun."""
        if not rows:
            return {}
        reported = case((col(Occurrence.reported_at).is_not(None), 1), else_=0)
        statement = (
            select(col(Occurrence.task_id), col(Occurrence.unit), func.sum(reported), func.count())
            .where(
                col(Occurrence.task_id).in_({row.task_id for row in rows}),
                col(Occurrence.unit).in_({row.unit for row in rows}),
                col(Occurrence.begins) <= max(self._now.date(), *(row.begins for row in rows)),
                col(Occurrence.mark) != Mark.NOT_APPLICABLE,
            )
            .group_by(col(Occurrence.task_id), col(Occurrence.unit))
        )
        found = await self._session.execute(statement)
        return {(task, unit): (int(done or 0), int(all_ or 0)) for task, unit, done, all_ in found}


def running() -> Select[Occurrence, Task, Plan]:
    """Occurrences of confirmed plans with their task and plan."""
    return (
        select(Occurrence, Task, Plan)
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .join(Plan, col(Plan.id) == col(Task.plan_id))
    )


async def reports_of(session: AsyncSession, ids: Iterable[int | None]) -> dict[int, tuple[Report | None, int]]:
    """The report in force of each occurrence, and how many were sent for it."""
    wanted = [number for number in ids if number is not None]
    if not wanted:
        return {}
    sent = select(Submission).where(col(Submission.occurrence_id).in_(wanted)).order_by(col(Submission.attempt))
    submissions = list((await session.execute(sent)).scalars())
    proofs = await _proofs(session, [row.id for row in submissions if row.id is not None])
    labels = await _labels(session, {row.member_id for row in submissions})
    attempts: dict[int, int] = defaultdict(int)
    in_force: dict[int, Report] = {}
    for row in submissions:
        attempts[row.occurrence_id] = row.attempt
        if row.state == "withdrawn":
            in_force.pop(row.occurrence_id, None)
            continue
        assert row.id is not None  # noqa: S101 - it was read from the database
        in_force[row.occurrence_id] = Report(
            row.id,
            row.code,
            labels.get(row.member_id, ""),
            row.sent_at,
            row.text,
            Form(row.form) if row.form else None,
            row.quantity,
            tuple(proofs[row.id]),
            row.member_id,
        )
    return {number: (in_force.get(number), count) for number, count in attempts.items()}


async def _labels(session: AsyncSession, members: set[int | None]) -> dict[int | None, str]:
    """What the posts are called that sent reports."""
    statement = select(col(Member.id), col(Member.label)).where(col(Member.id).in_(members - {None}))
    return {number: label for number, label in await session.execute(statement) if label}


async def _proofs(session: AsyncSession, submissions: list[int]) -> dict[int, list[Proof]]:
    found: dict[int, list[Proof]] = defaultdict(list)
    if not submissions:
        return found
    statement = select(Evidence).where(col(Evidence.submission_id).in_(submissions)).order_by(col(Evidence.id))
    rows = list((await session.execute(statement)).scalars())
    twins = await _codes(session, [row.twin for row in rows if row.twin is not None])
    for row in rows:
        twin = twins.get(row.twin) if row.twin is not None else None
        found[row.submission_id].append(Proof(ProofKind(row.kind), row.name, row.sha256, twin))
    return found


async def _codes(session: AsyncSession, evidence: list[int]) -> dict[int, str]:
    """Codes of the reports that pieces of evidence belong to."""
    if not evidence:
        return {}
    statement = (
        select(col(Evidence.id), col(Submission.code))
        .join(Submission, col(Submission.id) == col(Evidence.submission_id))
        .where(col(Evidence.id).in_(evidence))
    )
    return {number: code for number, code in await session.execute(statement) if number is not None}


def period_of(row: Occurrence) -> Period:
    hour = time.fromisoformat(row.hour) if row.hour else None
    return Period(row.period, row.label, row.begins, row.ends, row.due_on, hour)


def standing_of(row: Occurrence) -> Standing:
    return Standing(row.due, row.soon, Mark(row.mark), row.reported_at)


def _duty(
    row: Occurrence,
    task: Task,
    plan: Plan,
    reports: dict[int, tuple[Report | None, int]],
    so_far: dict[tuple[int, str], tuple[int, int]],
    name: Any,
) -> Duty:
    assert row.id is not None  # noqa: S101 - it was read from the database
    report, attempts = reports.get(row.id, (None, 0))
    told = PlanTask.from_json(task.body)
    return Duty(
        id=row.id,
        plan=plan.title,
        tt=task.tt,
        content=task.content,
        unit=row.unit,
        unit_name=name(row.unit),
        support=tuple(name(owner.unit) if owner.unit else owner.text for owner in told.support),
        period=period_of(row),
        standing=standing_of(row),
        deadline=row.deadline,
        snoozed=row.snoozes,
        holder=row.holder,
        report=report,
        reason=row.reason,
        attempts=attempts,
        so_far=so_far.get((row.task_id, row.unit), (0, 0)),
        target=task.cadence.get("target"),
    )
