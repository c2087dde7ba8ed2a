"""Carries out what officials' conversations want written down, in the message's transaction.

A handler decides on an occurrence that it has locked, so what it said is what happens; each change is conditional all
the same, because a repeated press must change nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import access, notices, officials, people, plan_sight, plans
from bot.office.duties import period_of
from bot.office.rules import Rules
from bot.tables import Difficulty, Evidence, Inbox, Occurrence, PlanState, Submission, Task
from bot.tables import Plan as PlanRow
from handlers import outcome as notes
from handlers.duties import Person, Role
from handlers.message import Address, Media
from scheduler import reminders
from scheduler.calendar import VIETNAM
from scheduler.ledger import OPEN_MARKS, Mark, ProofKind, counted_at, rhythm
from scheduler.plan import Reading, Schedule

MEDIA_KINDS = {"image": ProofKind.PHOTO}


async def write(
    session: AsyncSession, note: notes.DutyNote, row: Inbox, person: Person | None, rules: Rules, now: datetime
) -> None:
    """Write one note. ``person`` is who wrote; without one only an invite can be taken."""
    address = Address(row.channel, row.chat)
    if isinstance(note, notes.Joined):
        await people.join(session, note.code, address, now)
        return
    if person is None:
        return
    await _Writer(session, person, address, rules, now).write(note)


async def carry_out(
    session: AsyncSession, note: notes.DutyNote, person: Person, address: Address, rules: Rules, now: datetime
) -> None:
    """Write one note of somebody at the office's page, who came in as the holder of ``address``."""
    await _Writer(session, person, address, rules, now).write(note)


async def in_force(session: AsyncSession, occurrence: int) -> Submission | None:
    """The report of an occurrence that waits for a decision."""
    statement = (
        select(Submission)
        .where(col(Submission.occurrence_id) == occurrence, col(Submission.state) == "sent")
        .order_by(col(Submission.attempt).desc())
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()


class _Writer:
    def __init__(self, session: AsyncSession, person: Person, address: Address, rules: Rules, now: datetime) -> None:
        self._session = session
        self._person = person
        self._address = address
        self._rules = rules
        self._now = now

    async def write(self, note: notes.DutyNote) -> None:
        match note:
            case notes.PassMade():
                await access.allow(self._session, self._address, note.secret, self._now)
            case notes.Left():
                await people.leave(self._session, note.membership, self._address)
            case notes.Reported():
                await self._reported(note)
            case notes.Withdrawn():
                await self._withdrawn(note)
            case notes.Snoozed():
                await self._snoozed(note)
            case notes.Passed():
                await self._passed(note)
            case notes.Stuck():
                await self._stuck(note)
            case notes.Accepted():
                await self._decided(note.duty, Mark.ACCEPTED, "")
            case notes.Returned():
                await self._decided(note.duty, Mark.RETURNED, note.reason)
            case notes.SetAside():
                await self._set_aside(note)
            case notes.PlanConfirmed():
                await self._confirmed(note)

    async def _reported(self, note: notes.Reported) -> None:
        found = await self._session.get(Occurrence, note.duty)
        if found is None or found.mark not in OPEN_MARKS or found.id is None:
            return
        attempts = select(func.count()).select_from(Submission).where(col(Submission.occurrence_id) == found.id)
        sent = Submission(
            occurrence_id=found.id,
            attempt=(await self._session.execute(attempts)).scalar_one() + 1,
            code=note.code,
            member_id=note.membership,
            sent_at=self._now,
            text=note.text[:2000],
            form=note.form.value if note.form else None,
            quantity=note.quantity,
            is_new_form=note.is_new_form,
        )
        self._session.add(sent)
        await self._session.flush()
        assert sent.id is not None  # noqa: S101 - it was just written
        self._session.add_all(self._evidence(sent.id, note))
        grace = timedelta(days=0)
        if found.returned_at is not None:
            day = found.returned_at.astimezone(VIETNAM).date()
            calendar = self._rules.calendar.for_unit(found.unit)
            last = calendar.add_working_days(day, self._rules.policy.mend_days)
            grace = reminders.due_moment(last, None) - found.returned_at
        found.reported_at = counted_at(self._now, found.reported_at, found.returned_at, grace)
        found.mark, found.next_at, found.reason = Mark.REPORTED, None, ""
        self._session.add(found)

    def _evidence(self, submission: int, note: notes.Reported) -> list[Evidence]:
        files = [self._file(submission, media) for media in note.media]
        links = [
            Evidence(
                submission_id=submission, kind=ProofKind.LINK, name=link[:1000], state="kept", not_before=self._now
            )
            for link in note.links
        ]
        return [*files, *links]

    def _file(self, submission: int, media: Media) -> Evidence:
        return Evidence(
            submission_id=submission,
            kind=MEDIA_KINDS.get(media.kind, ProofKind.FILE),
            name=media.name[:1000],
            channel=self._address.channel,
            ref=media.ref[:1000],
            size=media.size,
            not_before=self._now,
        )

    async def _withdrawn(self, note: notes.Withdrawn) -> None:
        """The occurrence is open again, and reminded of as if nothing had been sent."""
        found = await self._session.get(Occurrence, note.duty)
        if found is None or found.mark != Mark.REPORTED:
            return
        self._close(await in_force(self._session, note.duty), "withdrawn", "")
        found.mark, found.reported_at = Mark.OPEN, None
        found.next_at = await self._next_stage(found)
        self._session.add(found)

    async def _next_stage(self, found: Occurrence) -> datetime | None:
        task = await self._session.get(Task, found.task_id)
        assert task is not None  # noqa: S101 - a foreign key
        calendar, turn = self._rules.calendar.for_unit(found.unit), period_of(found)
        how = rhythm(Schedule.from_json(task.cadence))
        stages = reminders.stages(how, turn.due, turn.at, calendar, self._rules.policy, raised=found.raised_at)
        stage = reminders.following(stages, self._now)
        return stage.at if stage else None

    def _close(self, sent: Submission | None, state: str, reason: str) -> None:
        if sent is not None:
            sent.state, sent.reason, sent.decided_at = state, reason[:500], self._now
            sent.decided_by = next((m.id for m in self._person.memberships if m.role is Role.COORDINATOR), None)
            self._session.add(sent)

    async def _snoozed(self, note: notes.Snoozed) -> None:
        found = await self._session.get(Occurrence, note.duty)
        if found is None or found.mark not in OPEN_MARKS:
            return
        found.snoozes += 1
        self._session.add(found)
        await notices.put(
            self._session,
            notices.SNOOZED,
            self._address,
            self._now,
            duty=note.duty,
            key=str(found.snoozes),
            not_before=note.until,
        )

    async def _passed(self, note: notes.Passed) -> None:
        statement = update(Occurrence).where(col(Occurrence.id) == note.duty, col(Occurrence.mark).in_(OPEN_MARKS))
        await self._session.execute(statement.values(holder=note.membership))
        await notices.tell_member(self._session, notices.PASSED, note.membership, note.duty, self._rules, self._now)

    async def _stuck(self, note: notes.Stuck) -> None:
        self._session.add(
            Difficulty(occurrence_id=note.duty, member_id=note.membership, text=note.text[:2000], told_at=self._now)
        )
        await notices.tell_role(self._session, notices.STUCK, Role.COORDINATOR, note.duty, self._rules, self._now)

    def _decides(self, unit: str) -> bool:
        """Whether this person decides on that unit's reports: a ward's coordinator on those of the ward."""
        today = self._now.astimezone(VIETNAM).date()
        within = officials.sight(self._person, self._rules.units, today, Role.COORDINATOR)
        return within is None or unit in within

    async def _decided(self, duty: int, mark: Mark, reason: str) -> None:
        found = await self._session.get(Occurrence, duty)
        if found is None or found.mark != Mark.REPORTED or not self._decides(found.unit):
            return
        sent = await in_force(self._session, duty)
        if sent is not None and sent.member_id in {one.id for one in self._person.memberships}:
            return  # nobody decides on the own report
        self._close(sent, mark.value, reason)
        found.mark, found.next_at, found.reason = mark, None, reason[:500]
        if mark is Mark.RETURNED:
            found.returned_at = self._now
            found.next_at = await self._next_stage(found)
        settled = update(Difficulty).where(col(Difficulty.occurrence_id) == duty)
        await self._session.execute(settled.values(open=False))
        self._session.add(found)
        if mark is Mark.RETURNED and sent is not None:
            await notices.tell_unit(self._session, notices.RETURNED, found, str(sent.attempt), self._rules, self._now)

    async def _set_aside(self, note: notes.SetAside) -> None:
        found = await self._session.get(Occurrence, note.duty)
        if found is None or not self._decides(found.unit):
            return
        found.mark, found.reason, found.next_at = Mark.NOT_APPLICABLE, note.reason[:500], None
        self._session.add(found)

    async def _confirmed(self, note: notes.PlanConfirmed) -> None:
        row = await self._session.get(PlanRow, note.plan)
        if row is None or row.state != PlanState.DRAFT or not self._person.holds(Role.ADMIN):
            return
        sight = officials.sight(self._person, self._rules.units, self._now.astimezone(VIETNAM).date())
        if not plan_sight.theirs(Reading.from_json(row.body), sight, self._rules):
            return
        choices = plans.Choices(note.by, note.cadences, accept=True)
        await plans.confirm(self._session, self._rules, row, choices, self._now)
