"""Plans in the database: drafts as read, confirmed by a named person, then tasks and one row for each period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.office import periods
from bot.office.rules import Rules
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from bot.tables import Task as TaskRow
from scheduler import changes
from scheduler.calendar import VIETNAM
from scheduler.ledger import rhythm
from scheduler.plan import Kind, Owner, Plan, Reading, Schedule, Task
from scheduler.text import fold

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
    alive = select(PlanRow).where(col(PlanRow.state).in_((PlanState.DRAFT, PlanState.CONFIRMED)))
    rows = list((await session.execute(alive.order_by(col(PlanRow.id)))).scalars())
    for row in rows:
        if row.digest == digest and row.id is not None:
            return Imported(row.id, Reading.from_json(row.body), known=True)
    same = [row for row in rows if row.year == reading.plan.year and _alike(row.title, reading.plan.title)]
    confirmed = next((row for row in same if row.state == PlanState.CONFIRMED), None)
    for row in same:
        if row.state == PlanState.DRAFT:
            row.state = PlanState.REPLACED
            session.add(row)
    draft = PlanRow(
        title=reading.plan.title[:500],
        year=reading.plan.year,
        file=file[:200],
        digest=digest,
        body=reading.to_json(),
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
    return Imported(draft.id, reading, known=False, differences=differences)


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


async def confirm(session: AsyncSession, rules: Rules, row: PlanRow, choices: Choices, now: datetime) -> Confirmed:
    """Put a draft in force. Raises RefusedError when something is still open that nobody decided."""
    reading = Reading.from_json(row.body)
    tasks = tuple(_with_leads(task, choices.leads or {}) for task in reading.tasks)
    old = await session.get(PlanRow, row.replaces) if row.replaces else None
    kept = await _kept(session, old, tasks) if old else {}
    _refuse_unknown(choices, tasks)
    decided = _decide(tasks, choices, kept)
    target = old or row
    if old:
        await _free_numbers(session, old)
        old.body, old.title, old.digest = (
            {**row.body, "tasks": [task.to_json() for task in tasks]},
            row.title,
            row.digest,
        )
        row.state = PlanState.REPLACED
    target.state, target.confirmed_by, target.confirmed_at = PlanState.CONFIRMED, choices.by, now
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
    if before := await periods.past(session, target.id, now.astimezone(VIETNAM).date()):
        remarks.append(
            f"{before} kỳ có hạn trước hôm nay đang tính là quá hạn. Không muốn tính thì chạy: "
            'plan skip --before NGÀY --by "Họ tên".'
        )
    return Confirmed(target.id, len(tasks), count, tuple(remarks))


def _with_leads(task: Task, leads: Mapping[str, tuple[str, ...]]) -> Task:
    if task.tt not in leads:
        return task
    return replace(task, lead=tuple(Owner(unit, unit) for unit in leads[task.tt]))


def _refuse_unknown(choices: Choices, tasks: Sequence[Task]) -> None:
    known = {task.tt for task in tasks}
    strange = [tt for tt in (*choices.cadences, *(choices.leads or {})) if tt not in known]
    if strange:
        raise RefusedError([f"Kế hoạch không có việc số {tt}." for tt in strange])


def _decide(
    tasks: Iterable[Task], choices: Choices, kept: Mapping[str, TaskRow]
) -> dict[str, tuple[Schedule, str | None]]:
    """The rhythm of each task, and who set it where the words of the plan do not. Raises RefusedError."""
    decided: dict[str, tuple[Schedule, str | None]] = {}
    problems = []
    for task in tasks:
        before = kept.get(task.tt)
        if task.tt in choices.cadences:
            decided[task.tt] = (choices.cadences[task.tt], choices.by)
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
        if not _definite(decided[task.tt][0]):
            problems.append(f"Việc {task.tt} ({task.time_text}): chưa đủ để lập kỳ, cần đặt rõ nhịp báo cáo.")
    if problems:
        raise RefusedError(problems)
    return decided


def _definite(schedule: Schedule) -> bool:
    try:
        rhythm(schedule)
    except ValueError:
        return False
    return schedule.kind is not Kind.ONE_OFF or schedule.due is not None


async def _kept(session: AsyncSession, old: PlanRow, tasks: tuple[Task, ...]) -> dict[str, TaskRow]:
    """TT in the new text -> the stored task that it goes on from."""
    rows = list((await session.execute(select(TaskRow).where(col(TaskRow.plan_id) == old.id))).scalars())
    by_tt = {row.tt: row for row in rows if not row.ended}
    pairs = changes.compare(tuple(Task.from_json(row.body) for row in by_tt.values()), tasks).kept
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
    row.cadence, row.set_by, row.ended = schedule.to_json(), set_by, False
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
