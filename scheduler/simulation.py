"""What reminders would send in some days, to whom and why, if nothing more were reported. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.calendar import VIETNAM, Calendar, WorkingTime, weekday
from scheduler.ledger import OPEN_MARKS, Mark, Period, Rhythm
from scheduler.policy import LAST_CALL, RAISED, Policy
from scheduler.reminders import Audience, Stage, deadline, stages


@dataclass(frozen=True, slots=True)
class Duty:
    """A row of the ledger, as far as reminders look at it."""

    task: str
    unit: str
    period: Period
    rhythm: Rhythm
    mark: Mark = Mark.OPEN
    raised: datetime | None = None
    """When an event task was raised."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One duty in one message; those of a unit, audience and moment are one message."""

    at: datetime
    unit: str
    """The unit that has the duty, whoever is told."""
    audience: Audience
    stage: str
    task: str
    period_key: str
    due: date
    why: str
    """In Vietnamese."""


def duty_stages(duty: Duty, calendar: WorkingTime, policy: Policy) -> tuple[Stage, ...]:
    """The stages of a duty, whatever is said of it."""
    period = duty.period
    return stages(duty.rhythm, period.due, period.at, calendar, policy, duty.raised)


def simulate(duties: Iterable[Duty], start: date, end: date, calendars: Calendar, policy: Policy) -> Iterator[Notice]:
    """Every notice from the first to the last day, both included, by time."""
    found = [
        notice
        for duty in duties
        if duty.mark in OPEN_MARKS
        for notice in _notices(duty, start, end, calendars.for_unit(duty.unit), policy)
    ]
    yield from sorted(_one_last_call(found), key=_order)


def _order(notice: Notice) -> tuple[datetime, str, str, str, str]:
    return notice.at, notice.unit, notice.audience, notice.task, notice.period_key


def _notices(duty: Duty, start: date, end: date, calendar: WorkingTime, policy: Policy) -> Iterator[Notice]:
    period = duty.period
    for stage in duty_stages(duty, calendar, policy):
        if start <= stage.at.date() <= end:
            told = why(duty, stage, calendar, policy)
            yield Notice(stage.at, duty.unit, stage.audience, stage.name, duty.task, period.key, period.due, told)


def _one_last_call(notices: list[Notice]) -> Iterator[Notice]:
    """Of the last calls of one day the earliest stands for all of that recipient."""
    first: dict[tuple[str, Audience, date], datetime] = {}
    for notice in notices:
        if notice.stage == LAST_CALL:
            key = notice.unit, notice.audience, notice.at.date()
            first[key] = min(notice.at, first.get(key, notice.at))
    for notice in notices:
        key = notice.unit, notice.audience, notice.at.date()
        yield replace(notice, at=first[key]) if notice.stage == LAST_CALL else notice


def why(duty: Duty, stage: Stage, calendar: WorkingTime, policy: Policy) -> str:
    """Why a stage falls when it does: a short sentence in Vietnamese."""
    due = duty.period.due
    said = _reason(duty, stage, calendar, policy)
    remark = calendar.unconfirmed_near(due)
    return f"{said} ({remark})" if remark else said


def _reason(duty: Duty, stage: Stage, calendar: WorkingTime, policy: Policy) -> str:
    period = duty.period
    due = _due(period, calendar)
    if stage.name in policy.ladder:
        days = policy.ladder[stage.name]
        return f"quá hạn {due}, đã {days} ngày làm việc chưa có báo cáo{_RUNGS[stage.name]}"
    if stage.name == RAISED and duty.raised:
        return f"việc mới phát sinh ngày {duty.raised.astimezone(VIETNAM):%d/%m/%Y}, hạn {due}"
    limit = deadline(period.due, period.at, calendar)
    moved = limit.date() != period.due
    target = f"{limit:%d/%m/%Y}, ngày làm việc cuối trước hạn {due}" if moved else f"hạn {due}"
    if stage.name == LAST_CALL:
        return f"nhắc lần cuối trước {limit:%H:%M} hôm nay{' ' if moved else ', '}{target}"
    days = (limit.date() - stage.at.date()).days
    return f"còn {days} ngày đến {target}" if days else f"hôm nay là {target}"


_RUNGS = {
    "overdue": "",
    "head": "; báo người đứng đầu đơn vị",
    "coordinator": "; báo cơ quan đôn đốc",
    "monitor": "; báo cơ quan theo dõi",
}


def _due(period: Period, calendar: WorkingTime) -> str:
    """ "31/03/2024 (Chủ nhật)", "16:00 ngày 23/08/2024 (thứ Sáu)", "09/02/2024 (thứ Sáu, ngày nghỉ lễ, Tết)"."""
    hour = f"{period.at:%H:%M} ngày " if period.at else ""
    off = ", ngày nghỉ lễ, Tết" if calendar.is_holiday(period.due) else ""
    return f"{hour}{period.due:%d/%m/%Y} ({weekday(period.due)}{off})"
