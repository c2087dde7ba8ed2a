"""A line of a draft corrected beside the document's words: units by any wording, a rhythm in words; each by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.office import corrections, plans
from bot.office.corrections import CONTENT, LEAD, RHYTHM, SUPPORT, Correction
from bot.office.plan_lines import Line, written
from bot.tables import Plan as PlanRow
from bot.tables import PlanState
from handlers.privacy import mask
from scheduler import timewords
from scheduler.plan import Owner, Plan, Reading, Schedule, Task
from scheduler.units import Unit, Units
from scheduler.wording import describe

EXAMPLES = "thứ Sáu hằng tuần; ngày 25 hằng tháng; hằng quý; 31/03/2024; khi có sự kiện"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed into the form of a line."""

    content: str
    lead: str
    """Units, one a line or parted by semicolons."""
    support: str
    words: str = ""
    """The rhythm in words; empty: as it is."""
    accept: bool = False
    """The proposed rhythm was accepted."""
    chosen: tuple[str, int, str] | None = None
    """Of ``lead`` or ``support``: at which place the unit of this id is meant."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be kept as it was typed."""

    field: str
    text: str
    place: int = 0
    nearest: tuple[Unit, ...] = ()
    """Units that may be meant at that place."""


class UnclearError(Exception):
    """A line that cannot be kept yet."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.text for problem in problems))
        self.problems = problems


class StaleError(Exception):
    """Somebody else changed the line, or the plan is no draft any more."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A line as it would stand."""

    task: Task
    what: tuple[str, ...]
    """What is no longer as read from the document."""
    words: str
    changed: tuple[str, ...]
    """What differs from how the line stands now; empty: nothing."""


def as_typed(line: Line, units: Units) -> Wanted:
    """What the form of a line begins with."""
    task = line.task
    lead, support = ("\n".join(written(owner, units) for owner in owners) for owners in (task.lead, task.support))
    return Wanted(task.content, lead, support, line.correction.words if line.correction else "")


def understand(line: Line, wanted: Wanted, plan: Plan, units: Units, sight: Collection[str] | None) -> Understood:
    """What was typed, understood. ``sight``: units that may be given the lead. Raises UnclearError."""
    problems: list[Problem] = []
    content = " ".join(mask(wanted.content).text.split()) if wanted.content != line.task.content else wanted.content
    if not content:
        problems.append(Problem(CONTENT, "Ghi nội dung của việc."))
    lead = _owners(LEAD, line.task.lead, line.read.lead, wanted, plan, units, problems)
    support = _owners(SUPPORT, line.task.support, line.read.support, wanted, plan, units, problems)
    if line.task.lead and not lead and not any(one.field == LEAD for one in problems):
        problems.append(Problem(LEAD, "Ghi ít nhất một đơn vị chủ trì."))
    if sight is not None:
        problems += _out_of_sight(lead, line.task.lead, plan, units, sight)
    rhythm = _rhythm(line, wanted, plan, problems)
    if problems:
        raise UnclearError(problems)
    task = replace(line.task, content=content, lead=lead, support=support, proposal=rhythm.proposal)
    what = (*_differences(line.read, task), *((RHYTHM,) if rhythm.is_set else ()))
    changed = _differences(line.task, task)
    if rhythm.is_set != _is_set(line) or rhythm.proposal != line.task.proposal:
        changed = (*changed, RHYTHM)
    return Understood(task, what, rhythm.words, changed)


def _differences(old: Task, new: Task) -> tuple[str, ...]:
    pairs = (
        (CONTENT, old.content, new.content),
        (LEAD, old.lead, new.lead),
        (SUPPORT, old.support, new.support),
    )
    return tuple(name for name, before, after in pairs if before != after)


# Units


def _owners(
    field: str,
    now: tuple[Owner, ...],
    read: tuple[Owner, ...],
    wanted: Wanted,
    plan: Plan,
    units: Units,
    problems: list[Problem],
) -> tuple[Owner, ...]:
    """The units that were typed. A wording that stood there before keeps its meaning, known or not."""
    known = {_plain(written(owner, units)): owner for owner in (*read, *now)}
    found: dict[str, Owner] = {}
    for place, text in enumerate(_parts(wanted.lead if field == LEAD else wanted.support)):
        chosen = wanted.chosen
        if chosen is not None and chosen[:2] == (field, place) and units.get(chosen[2]):
            owner: Owner | None = Owner(text, chosen[2])
        else:
            owner = known.get(_plain(text)) or _resolved(field, text, place, plan, units, problems)
        if owner is not None:
            found.setdefault(owner.unit or _plain(owner.text), owner)
    return tuple(found.values())


def with_choice(wanted: Wanted, units: Units) -> Wanted:
    """The form again with the unit that was chosen at a place, while something else in it is still unclear."""
    if wanted.chosen is None:
        return wanted
    field, place, unit = wanted.chosen
    parts = _parts(wanted.lead if field == LEAD else wanted.support)
    if place >= len(parts) or units.get(unit) is None:
        return replace(wanted, chosen=None)
    parts[place] = units.name(unit)
    text = "\n".join(parts)
    if field == LEAD:
        return replace(wanted, lead=text, chosen=None)
    return replace(wanted, support=text, chosen=None)


def _parts(typed: str) -> list[str]:
    return [part.strip() for text in typed.splitlines() for part in text.split(";") if part.strip()]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _resolved(field: str, text: str, place: int, plan: Plan, units: Units, problems: list[Problem]) -> Owner | None:
    day = plan.window[0]
    unit = text if units.get(text) or (units.is_group(text) and units.expand(text, day)) else None
    found = units.find(text, day)
    unit = unit or found.unit
    if unit is None:
        near = " Có phải một trong các đơn vị dưới đây?" if found.nearest else ""
        problems.append(Problem(field, f"Không nhận ra đơn vị “{text}”.{near}", place, found.nearest))
        return None
    if not units.expand(unit, day):
        problems.append(_nobody(field, text, unit, place, day, units))
        return None
    return Owner(text, unit)


def _nobody(field: str, text: str, unit: str, place: int, day: date, units: Units) -> Problem:
    """A group without members, or a unit that was not there on the plan's first day."""
    if units.is_group(unit):
        return Problem(field, f"“{text}” chưa rõ gồm những đơn vị nào: ghi tên từng đơn vị.", place)
    now = units.today(unit, day)
    near = (now,) if isinstance(now, Unit) else ()
    told = f"{units.name(unit)} không hoạt động vào ngày {day:%d/%m/%Y}, ngày đầu của kế hoạch."
    return Problem(field, told, place, near)


def _out_of_sight(
    lead: tuple[Owner, ...], before: tuple[Owner, ...], plan: Plan, units: Units, sight: Collection[str]
) -> Iterator[Problem]:
    for owner in lead:
        beyond = [unit for unit in units.expand(owner.unit or "", plan.window[0]) if unit.id not in sight]
        if beyond and owner not in before:
            yield Problem(LEAD, f"Anh/chị chỉ giao việc được cho đơn vị mình, không giao được cho “{owner.text}”.")


# Rhythm


def read_rhythm(words: str, plan: Plan) -> Schedule | None:
    """A rhythm in words as the plan's own words are read; None: nothing that a ledger could be made of."""
    found = timewords.read(words, plan.year, window=plan.window)
    return replace(found, needs_confirmation=False) if plans.definite(found) else None


@dataclass(frozen=True, slots=True)
class _Rhythm:
    proposal: Schedule | None
    words: str
    is_set: bool
    """A person set it."""


def _is_set(line: Line) -> bool:
    return line.correction is not None and line.correction.sets_rhythm


def _rhythm(line: Line, wanted: Wanted, plan: Plan, problems: list[Problem]) -> _Rhythm:
    """What the rhythm is now: accepted, as it was, as in the document again where its words were wiped out, or new."""
    before = line.correction.words if line.correction else ""
    words = " ".join(mask(wanted.words).text.split())
    if wanted.accept and (accepted := offered(line)):
        return _Rhythm(accepted, "", is_set=True)
    if words == before:
        return _Rhythm(line.task.proposal, words, _is_set(line))
    if not words:
        return _Rhythm(line.read.proposal, "", is_set=False)
    found = read_rhythm(words, plan)
    if found is None:
        problems.append(Problem(RHYTHM, f"Chưa hiểu nhịp “{words}”. Ví dụ ghi được: {EXAMPLES}."))
    return _Rhythm(found, words, is_set=True)


def offered(line: Line) -> Schedule | None:
    """What can be accepted as it is."""
    found = line.read.proposal or line.read.schedule
    return replace(found, needs_confirmation=False, note="") if plans.definite(found) else None


# Keeping


async def keep(
    session: AsyncSession, number: int, line: Line, understood: Understood, by: str, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write one corrected line into the draft; what changed, before and after, for the record of changes.

    Other lines stay as they are in the database at this moment. Raises StaleError where this one is not as it was.
    """
    row = await _draft(session, number, line)
    earlier = line.correction
    keeps = earlier is not None and earlier.sets_rhythm and RHYTHM not in understood.changed
    set_by = earlier.set_by if keeps and earlier else by
    correction = (
        Correction(
            line.read, understood.what, by[: plans.BY_AT_MOST], now, set_by[: plans.BY_AT_MOST], understood.words
        )
        if understood.what
        else None
    )
    _put(row, line, understood.task, correction)
    session.add(row)
    return _told(line.task, understood), _told(understood.task, understood)


async def undo(session: AsyncSession, number: int, line: Line) -> None:
    """Let a line be as it was read. Raises StaleError."""
    row = await _draft(session, number, line)
    _put(row, line, line.read, None)
    session.add(row)


async def _draft(session: AsyncSession, number: int, line: Line) -> PlanRow:
    """The plan, locked, with this line as it was looked at. Raises StaleError."""
    row = await plans.locked(session, number)
    if row is None or row.state != PlanState.DRAFT:
        raise StaleError
    tasks = Reading.from_json(row.body).tasks
    correction = corrections.corrections(row.body).get(line.task.tt)
    same = line.number <= len(tasks) and (tasks[line.number - 1], correction) == (line.task, line.correction)
    if not same:
        raise StaleError
    return row


def _put(row: PlanRow, line: Line, task: Task, correction: Correction | None) -> None:
    tasks = list(row.body["tasks"])
    tasks[line.number - 1] = task.to_json()
    kept = {tt: value for tt, value in row.body.get(corrections.KEY, {}).items() if tt != line.task.tt}
    if correction is not None:
        kept[line.task.tt] = correction.to_json()
    row.body = {**row.body, "tasks": tasks, corrections.KEY: kept}


def _told(task: Task, understood: Understood) -> dict[str, Any]:
    """Of what changed, how a task has it."""
    values: dict[str, Any] = {
        CONTENT: task.content,
        LEAD: [owner.to_json() for owner in task.lead],
        SUPPORT: [owner.to_json() for owner in task.support],
        RHYTHM: describe(task.proposal or task.schedule),
    }
    return {"tt": task.tt, **{name: values[name] for name in understood.changed}}
