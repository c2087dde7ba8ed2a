"""How an office reminds: when in the day, how long before a due day, whom after it. Read from a file it may edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from scheduler.ledger import Rhythm
from scheduler.office_file import Clock, Listed, Section, read

SHIPPED = Path(__file__).parent / "data" / "reminders.yaml"
RAISED = "raised"
DAY = "day"
LAST_CALL = "last_call"
LADDER = ("overdue", "head", "coordinator", "monitor")
"""The rungs after the due day, from the nearest to the farthest."""

_NAME = re.compile(r"t([1-9]\d{0,2})")


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Compared by identity: it may key a cache."""

    morning: time
    """When the day's digest leaves."""
    last_call_hours: int
    """Working hours before the deadline."""
    stages: Mapping[Rhythm, tuple[str, ...]]
    """Names of what is sent before the deadline, from the earliest to the latest."""
    ladder: Mapping[str, int]
    """Working days after the last working day on or before the due day, by rung."""
    snoozes: int
    """How often one may be reminded later, in a period."""
    snooze_hours: int
    afternoon: time
    event_days: int
    """Working days from an event to the due day of what it asks for."""
    mend_days: int
    """Working days in which a returned report can be mended without losing the time of the first."""


def days_before(name: str) -> int | None:
    """7 for "t7"; None for a stage of another kind."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def _rank(name: str) -> int:
    """Order in time: raised, t30, t7, day, last_call."""
    if name in (RAISED, DAY, LAST_CALL):
        return {RAISED: -1000, DAY: 0, LAST_CALL: 1}[name]
    return -(days_before(name) or 0)


def _in_order(names: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := [name for name in names if name not in (RAISED, DAY, LAST_CALL) and not _NAME.fullmatch(name)]:
        raise ValueError(f"không có mốc “{unknown[0]}”, chỉ dùng raised, t1 … t999, day, last_call")
    if any(_rank(before) >= _rank(after) for before, after in pairwise(names)):
        raise ValueError("các mốc phải xếp từ sớm đến muộn, không lặp lại")
    if not {DAY, LAST_CALL} & set(names):
        raise ValueError("phải có mốc day hoặc last_call: không việc nào đến hạn mà không nhắc")
    return names


def _without_raised(names: tuple[str, ...]) -> tuple[str, ...]:
    if RAISED in names:
        raise ValueError("mốc raised chỉ dùng cho event")
    return names


def _after_noon(at: time) -> time:
    if at < time(12):
        raise ValueError("phải từ 12:00 trở đi, vì nút ghi là “chiều nay”")
    return at


_Event = Annotated[Listed[str], AfterValidator(_in_order)]
_Names = Annotated[_Event, AfterValidator(_without_raised)]
_Days = Annotated[int, Field(ge=1, le=60)]


class _Stages(Section):
    daily: _Names
    weekly: _Names
    periodic: _Names
    one_off: _Names
    event: _Event


class _Ladder(Section):
    overdue: _Days | None = None
    head: _Days | None = None
    coordinator: _Days | None = None
    monitor: _Days | None = None

    @model_validator(mode="after")
    def _climbs(self) -> _Ladder:
        days = list(self.steps().values())
        if any(before >= after for before, after in pairwise(days)):
            raise ValueError("số ngày phải tăng dần: overdue, head, coordinator, monitor")
        return self

    def steps(self) -> dict[str, int]:
        given = {name: getattr(self, name) for name in LADDER}
        return {name: days for name, days in given.items() if days is not None}


class _Snooze(Section):
    most: Annotated[int, Field(ge=0, le=20)]
    hours: Annotated[int, Field(ge=1, le=8)]
    afternoon: Annotated[Clock, AfterValidator(_after_noon)]


class _File(Section):
    morning: Clock
    last_call_hours: Annotated[int, Field(ge=1, le=8)]
    stages: _Stages
    ladder: _Ladder
    snooze: _Snooze
    event_days: Annotated[int, Field(ge=1, le=60)]
    mend_days: Annotated[int, Field(ge=0, le=30)]


def load(path: Path | None = None) -> Policy:
    """The shipped policy, or the office's own file (of the same form) in its place. Raises OfficeFileError."""
    file = read(path or SHIPPED, _File)
    return Policy(
        morning=file.morning,
        last_call_hours=file.last_call_hours,
        stages={rhythm: getattr(file.stages, rhythm.value) for rhythm in Rhythm},
        ladder=file.ladder.steps(),
        snoozes=file.snooze.most,
        snooze_hours=file.snooze.hours,
        afternoon=file.snooze.afternoon,
        event_days=file.event_days,
        mend_days=file.mend_days,
    )
