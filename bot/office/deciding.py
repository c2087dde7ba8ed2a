"""Decisions of a coordinator at the page. What they change is written by :mod:`bot.office.notes`, as from a chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import audit, notes
from bot.office.matrix import Sight, short
from bot.office.officials import Official, sight
from bot.office.rules import Rules
from bot.tables import Difficulty, Occurrence, Submission, Task
from handlers.duties import Role
from handlers.outcome import Accepted, Returned, SetAside
from scheduler.calendar import VIETNAM
from scheduler.ledger import OPEN_MARKS, Mark
from scheduler.units import Units


class StrangeError(Exception):
    """An id that there is not, or whose unit is not this coordinator's."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A report that was looked at: only that very one is decided."""

    occurrence: int
    report: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of some reports: names like "Đa Mai, việc 1, tuần 11"."""

    done: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Something else happened to the report meanwhile."""
    own: tuple[str, ...] = ()
    """The report was sent by the very person who would decide."""

    def __add__(self, other: Decided) -> Decided:
        return Decided(self.done + other.done, self.changed + other.changed, self.own + other.own)


def desk(by: Official, units: Units, today: date) -> Sight:
    """The units whose reports this person decides: those that a coordinator's role of theirs looks at."""
    return sight(by.person, units, today, Role.COORDINATOR)


def _desk(by: Official, rules: Rules, now: datetime) -> Sight:
    return desk(by, rules.units, now.astimezone(VIETNAM).date())


async def decide(
    session: AsyncSession,
    rules: Rules,
    by: Official,
    picks: Sequence[Pick],
    reason: str | None,
    now: datetime,
) -> Decided:
    """Accept reports, or return them with a reason. Raises StrangeError before anything is changed.

    The rows are locked first, so nothing happens to them between looking and writing.
    """
    reports = {pick.occurrence: pick.report for pick in picks}
    rows = await _locked(session, reports, _desk(by, rules, now))
    in_force = await _in_force(session, reports)
    found = Decided()
    for row, tt in rows:
        assert row.id is not None  # noqa: S101 - it was read from the database
        name = named(rules, row, tt)
        sent = in_force.get(row.id)
        if row.mark != Mark.REPORTED or sent is None or sent.id != reports[row.id]:
            found += Decided(changed=(name,))
        elif by.wrote(sent.member_id):
            found += Decided(own=(name,))
        else:
            await _write(session, rules, by, row, sent, reason, now)
            found += Decided(done=(name,))
    return found


async def refuse_strange(
    session: AsyncSession, rules: Rules, by: Official, picks: Sequence[Pick], now: datetime
) -> None:
    """Raise StrangeError where a row is not there or its unit is not this coordinator's. Changes and locks nothing."""
    wanted = {pick.occurrence for pick in picks}
    statement = select(col(Occurrence.unit)).where(col(Occurrence.id).in_(wanted))
    units = list((await session.execute(statement)).scalars())
    desk = _desk(by, rules, now)
    if len(units) < len(wanted) or any(desk is not None and unit not in desk for unit in units):
        raise StrangeError


async def _write(
    session: AsyncSession,
    rules: Rules,
    by: Official,
    row: Occurrence,
    sent: Submission,
    reason: str | None,
    now: datetime,
) -> None:
    assert row.id is not None  # noqa: S101 - it was read from the database
    note = Accepted(row.id) if reason is None else Returned(row.id, reason)
    before = {"mark": row.mark, "report": sent.code}
    await notes.carry_out(session, note, by.person, by.address, rules, now)
    after = {"mark": row.mark, "report": sent.code, **({} if reason is None else {"reason": reason})}
    action = "report.accept" if reason is None else "report.return"
    audit.record(session, by, action, f"occurrence:{row.id}", now, before=before, after=after)


async def set_aside(session: AsyncSession, rules: Rules, by: Official, number: int, reason: str, now: datetime) -> bool:
    """An open row does not apply, for a reason. False: it is not open any more. Raises StrangeError."""
    rows = await _locked(session, (number,), _desk(by, rules, now))
    row, _ = rows[0]
    if row.mark not in OPEN_MARKS:
        return False
    before = {"mark": row.mark}
    await notes.carry_out(session, SetAside(number, reason), by.person, by.address, rules, now)
    after = {"mark": row.mark, "reason": reason}
    audit.record(session, by, "duty.aside", f"occurrence:{number}", now, before=before, after=after)
    return True


async def close_difficulty(
    session: AsyncSession, rules: Rules, by: Official, number: int, told: int, now: datetime
) -> bool:
    """A difficulty of a row is settled. False: it was closed already. Raises StrangeError."""
    await _locked(session, (number,), _desk(by, rules, now))
    row = await session.get(Difficulty, told, with_for_update=True, populate_existing=True)
    if row is None or row.occurrence_id != number:
        raise StrangeError
    if not row.open:
        return False
    row.open = False
    session.add(row)
    audit.record(
        session, by, "difficulty.close", f"difficulty:{told}", now, before={"open": True}, after={"open": False}
    )
    return True


def named(rules: Rules, row: Occurrence, tt: str) -> str:
    """ "UBND phường Đa Mai, việc 1, tuần 11"."""
    return f"{rules.units.name(row.unit)}, việc {tt}, {short(row.label)}"


async def _locked(session: AsyncSession, numbers: Iterable[int], sight: Sight) -> list[tuple[Occurrence, str]]:
    """The rows with the numbers of their tasks, in one order for everybody."""
    wanted = set(numbers)
    statement = (
        select(Occurrence, col(Task.tt))
        .join(Task, col(Task.id) == col(Occurrence.task_id))
        .where(col(Occurrence.id).in_(wanted))
        .order_by(col(Occurrence.id))
        .with_for_update(of=Occurrence)
        .execution_options(populate_existing=True)
    )
    rows = [(row, tt) for row, tt in await session.execute(statement)]
    if len(rows) < len(wanted) or any(sight is not None and row.unit not in sight for row, _ in rows):
        raise StrangeError
    return rows


async def _in_force(session: AsyncSession, numbers: Iterable[int]) -> dict[int, Submission]:
    """Of each row the report that waits."""
    statement = (
        select(Submission)
        .where(col(Submission.occurrence_id).in_(list(numbers)), col(Submission.state) == "sent")
        .order_by(col(Submission.attempt))
    )
    return {row.occurrence_id: row for row in (await session.execute(statement)).scalars()}
