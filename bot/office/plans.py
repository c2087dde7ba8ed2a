"""Plans in the database: drafts as read, confirmed by a named person, then tasks and one row for each period."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import periods
from bot.office.corrections import carried, corrections
from bot.office.rules import Rules
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from bot.tables import Task as TaskRow
from scheduler import changes
from scheduler.calendar import VIETNAM
from scheduler.ledger import rhythm
from scheduler.plan import Kind, Owner, Plan, Reading, Schedule, Task
from scheduler.text import fold

BY_AT_MOST = 120
"""Letters that are kept of who confirmed a plan or set a rhythm."""
SAME_PLAN = 0.85
"""Likeness of two titles of one year from which the documents are texts of the same plan."""


class RefusedError(Exception):
    """A plan that cannot be confirmed yet; ``problems`` has one Vietnamese line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a document."""

    id: int
    reading: Reading
    known: bool
    """The very same document was imported before."""
    differences: tuple[str, ...] = ()
    """From the confirmed plan that it is a newer text of."""


async def bring_in(session: AsyncSession, reading: Reading, file: str, digest: str, now: datetime) -> Imported:
    """Keep a document as a draft. A newer text of a plan takes the place of its older draft."""
    reading = replace(reading, tasks=_numbered(reading.tasks))
    known = await same_document(session, digest)
    if known is not None and known.id is not None:
        return Imported(known.id, Reading.from_json(known.body), known=True)
    same = await same_plan(session, reading.plan)
    confirmed = next((row for row in same if row.state == PlanState.CONFIRMED), None)
    body = reading.to_json()
    for row in same:
        if row.state == PlanState.DRAFT:
            body = carried(reading, row.body)
            row.state = PlanState.REPLACED
            session.add(row)
    draft = PlanRow(
        title=reading.plan.title[:500],
        year=reading.plan.year,
        file=file[:200],
        digest=digest,
        body=body,
        imported_at=now,
        replaces=confirmed.id if confirmed else None,
    )
    session.add(draft)
    await session.flush()
    assert draft.id is not None  # noqa: S101 - it was just written
    differences: tuple[str, ...] = ()
    if confirmed:
        old = Reading.from_json(confirmed.body)
        differences = tuple(changes.compare(old.tasks, reading.tasks).lines())
    return Imported(draft.id, Reading.from_json(body), known=False, differences=differences)


async def same_document(session: AsyncSession, digest: str) -> PlanRow | None:
    """The draft or confirmed plan that was read from the very same file."""
    return next((row for row in await listed(session) if row.digest == digest), None)


async def same_plan(session: AsyncSession, plan: Plan) -> list[PlanRow]:
    """Drafts and confirmed plans of which this is another text: of its year, under nearly its title."""
    rows = await listed(session)
    return [row for row in rows if row.year == plan.year and _alike(row.title, plan.title)]


def _numbered(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Every task under a number of its own: one that stands in the document twice, or not at all, is told apart."""
    used: set[str] = set()
    numbered = []
    for position, task in enumerate(tasks, start=1):
        tt = task.tt or f"dòng {position}"
        further = 2
        while tt in used:
            tt, further = f"{task.tt} ({further})", further + 1
        used.add(tt)
        numbered.append(task if tt == task.tt else replace(task, tt=tt))
    return tuple(numbered)


def _alike(a: str, b: str) -> bool:
    return SequenceMatcher(None, fold(a), fold(b), autojunk=False).ratio() >= SAME_PLAN


async def listed(session: AsyncSession) -> list[PlanRow]:
    """Drafts and confirmed plans, the newest last."""
    statement = select(PlanRow).where(col(PlanRow.state) != PlanState.REPLACED).order_by(col(PlanRow.id))
    return list((await session.execute(statement)).scalars())


async def find(session: AsyncSession, number: int | None, state: PlanState) -> PlanRow:
    """The plan of that number, or the only one in that state. Raises RefusedError."""
    rows = [row for row in await listed(session) if row.state == state]
    what = "chờ xác nhận" if state is PlanState.DRAFT else "đã xác nhận"
    if number is not None:
        rows = [row for row in rows if row.id == number]
        if not rows:
            raise RefusedError([f"Không có kế hoạch số {number} {what}. Xem bằng: plan list."])
    if not rows:
        raise RefusedError([f"Không có kế hoạch nào {what}."])
    if len(rows) > 1:
        numbers = ", ".join(str(row.id) for row in rows)
        raise RefusedError([f"Có nhiều kế hoạch {what} ({numbers}): hãy ghi rõ số."])
    return rows[0]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the confirming person decided."""

    by: str
    cadences: Mapping[str, Schedule]
    """TT -> the rhythm set by that person."""
    accept: bool = False
    """Accept the proposed reading of whatever is open."""
    leads: Mapping[str, tuple[str, ...]] | None = None
    """TT -> unit ids that lead, where the document's wording is not known."""
    since: date | None = None
    """Periods due before this day are set aside: nobody could have known of them."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    plan: int
    tasks: int
    occurrences: int
    remarks: tuple[str, ...]
    past: int = 0
    """Rows that are overdue from the start: they were due before today."""


async def confirm(session: AsyncSession, rules: Rules, row: PlanRow, choices: Choices, now: datetime) -> Confirmed:
    """Put a draft in force. Raises RefusedError when something is still open that nobody decided."""
    reading = Reading.from_json(row.body)
    tasks = tuple(_with_leads(task, choices.leads or {}) for task in reading.tasks)
    old = await session.get(PlanRow, row.replaces) if row.replaces else None
    kept = await _kept(session, old, tasks) if old else {}
    _refuse_unknown(choices, tasks)
    decided = _decide(tasks, choices, _corrected(row, tasks), kept)
    target = old or row
    if old:
        await _free_numbers(session, old)
        old.body, old.title, old.digest = (
            {**row.body, "tasks": [task.to_json() for task in tasks]},
            row.title,
            row.digest,
        )
        row.state = PlanState.REPLACED
    target.state, target.confirmed_by, target.confirmed_at = PlanState.CONFIRMED, choices.by[:BY_AT_MOST], now
    session.add_all([row, target])
    await session.flush()
    assert target.id is not None  # noqa: S101 - it was read from the database
    count = 0
    remarks = []
    for task in tasks:
        schedule, set_by = decided[task.tt]
        stored = await _store(session, target.id, task, schedule, set_by, kept.get(task.tt))
        added = await periods.sync(session, rules, stored, task, reading.plan, choices.since, now)
        count += added
        if not added and schedule.kind is not Kind.EVENT:
            remarks.append(f"Việc {task.tt}: chưa có đơn vị chủ trì nào nhận được việc, nên chưa nhắc được ai.")
    if old:
        await _end_others(session, old, {task.tt for task in tasks}, choices.by)
    past = await periods.past(session, target.id, now.astimezone(VIETNAM).date())
    return Confirmed(target.id, len(tasks), count, tuple(remarks), past)


def _with_leads(task: Task, leads: Mapping[str, tuple[str, ...]]) -> Task:
    if task.tt not in leads:
        return task
    return replace(task, lead=tuple(Owner(unit, unit) for unit in leads[task.tt]))


def _refuse_unknown(choices: Choices, tasks: Sequence[Task]) -> None:
    known = {task.tt for task in tasks}
    strange = [tt for tt in (*choices.cadences, *(choices.leads or {})) if tt not in known]
    if strange:
        raise RefusedError([f"Kế hoạch không có việc số {tt}." for tt in strange])


def _corrected(row: PlanRow, tasks: Iterable[Task]) -> dict[str, tuple[Schedule, str]]:
    """TT -> the rhythm that somebody set while the draft was corrected, and who."""
    found = corrections(row.body)
    return {
        task.tt: (task.proposal, found[task.tt].set_by)
        for task in tasks
        if task.proposal and task.tt in found and found[task.tt].sets_rhythm
    }


def _decide(
    tasks: Iterable[Task],
    choices: Choices,
    corrected: Mapping[str, tuple[Schedule, str]],
    kept: Mapping[str, TaskRow],
) -> dict[str, tuple[Schedule, str | None]]:
    """The rhythm of each task, and who set it where the words of the plan do not. Raises RefusedError."""
    decided: dict[str, tuple[Schedule, str | None]] = {}
    problems = []
    for task in tasks:
        before = kept.get(task.tt)
        if task.tt in choices.cadences:
            decided[task.tt] = (choices.cadences[task.tt], choices.by)
        elif task.tt in corrected:
            decided[task.tt] = corrected[task.tt]
        elif before and before.body.get("time_text") == task.time_text:
            decided[task.tt] = (Schedule.from_json(before.cadence), before.set_by)
        elif not task.needs_confirmation:
            decided[task.tt] = (task.schedule, None)
        elif choices.accept:
            accepted = replace(task.proposal or task.schedule, needs_confirmation=False, note="")
            decided[task.tt] = (accepted, choices.by)
        else:
            problems.append(f"Việc {task.tt} ({task.time_text or 'không ghi thời gian'}): cần chọn nhịp báo cáo.")
            continue
        if not definite(decided[task.tt][0]):
            problems.append(f"Việc {task.tt} ({task.time_text}): chưa đủ để lập kỳ, cần đặt rõ nhịp báo cáo.")
    if problems:
        raise RefusedError(problems)
    return decided


def definite(schedule: Schedule) -> bool:
    """Whether a ledger can be made of a rhythm as it is."""
    try:
        rhythm(schedule)
    except ValueError:
        return False
    return schedule.kind is not Kind.ONE_OFF or schedule.due is not None


compare = functools.lru_cache(maxsize=32)(changes.compare)
"""Two texts of one plan are looked at again and again while a draft waits."""


async def goes_on(session: AsyncSession, row: PlanRow) -> dict[str, tuple[Schedule, str | None]]:
    """TT of a draft -> the rhythm that is running for the same words, and who set it; empty for a new plan."""
    old = await session.get(PlanRow, row.replaces) if row.replaces else None
    if old is None:
        return {}
    tasks = Reading.from_json(row.body).tasks
    kept = await _kept(session, old, tasks)
    same = {task.tt: kept[task.tt] for task in tasks if task.tt in kept}
    words = {task.tt: task.time_text for task in tasks}
    return {
        tt: (Schedule.from_json(before.cadence), before.set_by)
        for tt, before in same.items()
        if before.body.get("time_text") == words[tt]
    }


async def in_force(session: AsyncSession, number: int) -> dict[str, TaskRow]:
    """TT -> the task of a confirmed plan, those that are no longer in it left out."""
    statement = select(TaskRow).where(col(TaskRow.plan_id) == number, ~col(TaskRow.ended)).order_by(col(TaskRow.id))
    return {row.tt: row for row in (await session.execute(statement)).scalars()}


async def locked(session: AsyncSession, number: int) -> PlanRow | None:
    """A plan that nobody else changes until this transaction ends; None: there is none of that number."""
    return await session.get(PlanRow, number, with_for_update=True, populate_existing=True)


async def _kept(session: AsyncSession, old: PlanRow, tasks: tuple[Task, ...]) -> dict[str, TaskRow]:
    """TT in the new text -> the stored task that it goes on from."""
    rows = list((await session.execute(select(TaskRow).where(col(TaskRow.plan_id) == old.id))).scalars())
    by_tt = {row.tt: row for row in rows if not row.ended}
    pairs = compare(tuple(Task.from_json(row.body) for row in by_tt.values()), tasks).kept
    return {new.tt: by_tt[before.tt] for before, new in pairs if before.tt in by_tt}


async def _free_numbers(session: AsyncSession, plan: PlanRow) -> None:
    """Let go of the row numbers, so that tasks can change places."""
    rows = (await session.execute(select(TaskRow).where(col(TaskRow.plan_id) == plan.id))).scalars()
    for row in list(rows):
        if not row.tt.startswith("~"):
            statement = update(TaskRow).where(col(TaskRow.id) == row.id).values(tt=f"~{row.id}")
            await session.execute(statement.execution_options(synchronize_session=False))


async def _store(
    session: AsyncSession, plan: int, task: Task, schedule: Schedule, set_by: str | None, before: TaskRow | None
) -> TaskRow:
    row = before or TaskRow(plan_id=plan, tt=task.tt, content="", body={}, cadence={})
    row.tt, row.content, row.body = task.tt, task.content, task.to_json()
    row.cadence, row.set_by, row.ended = schedule.to_json(), set_by[:BY_AT_MOST] if set_by else None, False
    if before is not None:
        # the number was let go of behind the session's back: write it again
        await session.execute(update(TaskRow).where(col(TaskRow.id) == row.id).values(tt=task.tt))
    session.add(row)
    await session.flush()
    return row


async def _end_others(session: AsyncSession, plan: PlanRow, still: set[str], by: str) -> None:
    """Tasks that the new text no longer has: what was reported stays, what is open is set aside."""
    rows = (await session.execute(select(TaskRow).where(col(TaskRow.plan_id) == plan.id))).scalars()
    for row in list(rows):
        if row.tt in still or row.ended:
            continue
        row.ended = True
        session.add(row)
        assert row.id is not None  # noqa: S101 - it was read from the database
        await periods.set_aside(session, row.id, f"Việc không còn trong kế hoạch ({by} xác nhận).")


async def event_tasks(session: AsyncSession, words: Sequence[str] = ()) -> list[tuple[TaskRow, Plan]]:
    """Event tasks of confirmed plans; with ``words`` only those whose text has one of them (folded)."""
    statement = (
        select(TaskRow, PlanRow)
        .join(PlanRow, col(PlanRow.id) == col(TaskRow.plan_id))
        .where(col(PlanRow.state) == PlanState.CONFIRMED, ~col(TaskRow.ended))
        .order_by(col(TaskRow.id))
    )
    found = []
    for task, plan in await session.execute(statement):
        if task.cadence.get("kind") != Kind.EVENT.value:
            continue
        text = fold(f"{task.content} {task.body.get('time_text', '')}")
        if not words or any(f" {word} " in f" {text} " for word in words):
            found.append((task, Reading.from_json(plan.body).plan))
    return found
