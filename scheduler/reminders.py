"""When whom is reminded of a duty: stages before its deadline, the ladder after it, and how far one may snooze.

A person gets one digest a day, in the morning; every stage falls on it but two. The last call, a few working hours
before the deadline, may be a second message of the day and stands for all duties of that day that are still open. An
event that is raised after the digest and due before the evening of the next one is told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from scheduler.calendar import VIETNAM, WorkingTime, weekday
from scheduler.ledger import Period, Rhythm
from scheduler.policy import DAY, LAST_CALL, RAISED, Policy, days_before

_ONE = timedelta(days=1)


class Audience(StrEnum):
    """Who is told, from the nearest to the farthest."""

    OFFICER = "officer"
    """Who does the duty in the unit."""
    HEAD = "head"
    """Who leads the unit."""
    COORDINATOR = "coordinator"
    """The office that urges (đôn đốc) the units."""
    MONITOR = "monitor"
    """The office that watches over the plan (theo dõi)."""


_RUNGS = {
    "overdue": Audience.OFFICER,
    "head": Audience.HEAD,
    "coordinator": Audience.COORDINATOR,
    "monitor": Audience.MONITOR,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One message that a duty asks for, if it is still open then."""

    name: str
    """ "raised", "t30", "t7", "t1", "day", "last_call"; then "overdue", "head", "coordinator", "monitor"."""
    audience: Audience
    at: datetime


def due_moment(due: date, at: time | None) -> datetime:
    """The last moment of a report in time: the hour of the due day where there is one, else the end of that day."""
    return datetime.combine(due, at or time.max, VIETNAM)


def deadline(due: date, at: time | None, calendar: WorkingTime) -> datetime:
    """What is reminded against: the closing of the last working day on or before the due day, or the hour before it."""
    last = calendar.last_working_day(due)
    closing = calendar.closing(last)
    return min(closing, due_moment(due, at)) if last == due else closing


def withdrawable_until(period: Period) -> datetime:
    """A report may be taken back while its period is open: until the moment after which a report is late."""
    return due_moment(period.due, period.at)


@lru_cache(maxsize=8192)
def stages(
    rhythm: Rhythm,
    due: date,
    at: time | None,
    calendar: WorkingTime,
    policy: Policy,
    raised: datetime | None = None,
) -> tuple[Stage, ...]:
    """All stages of a duty, by time, no two at the same one, each in working time of the unit.

    A due day that is off counts as the last working day before it, and so does a day T-n. The ladder is counted in
    working days from there. ``raised``: when an event task was raised; nothing is sent before it.
    """
    before = tuple(_before_deadline(rhythm, due, at, calendar, policy, raised))
    last = calendar.last_working_day(due)
    ladder = (
        Stage(name, _RUNGS[name], calendar.on(calendar.add_working_days(last, days), policy.morning))
        for name, days in policy.ladder.items()
    )
    return before + tuple(ladder)


def _before_deadline(
    rhythm: Rhythm, due: date, at: time | None, calendar: WorkingTime, policy: Policy, raised: datetime | None
) -> Iterator[Stage]:
    """One message a day, of two that fall on one morning the later named; then the last call, where it comes later."""
    limit = deadline(due, at, calendar)
    days: dict[date, Stage] = {}
    call = None
    for name in policy.stages[rhythm]:
        if name == LAST_CALL:
            call = calendar.back(limit, policy.last_call_hours)
            continue
        moment = _moment(name, due, limit, calendar, policy, raised)
        if moment and moment < limit and (raised is None or moment >= raised):
            days[moment.date()] = Stage(name, Audience.OFFICER, moment)
    sent = sorted(days.values(), key=lambda stage: stage.at)
    yield from sent
    earliest = max((moment for moment in (sent[-1].at if sent else None, raised) if moment), default=None)
    if call and call < limit and (earliest is None or call > earliest):
        yield Stage(LAST_CALL, Audience.OFFICER, call)


def _moment(
    name: str, due: date, limit: datetime, calendar: WorkingTime, policy: Policy, raised: datetime | None
) -> datetime | None:
    if name == RAISED:
        return _announced(raised, limit, calendar, policy) if raised else None
    last = calendar.last_working_day(due)
    morning = calendar.on(last, policy.morning)
    if name == DAY:
        # An hour before the digest leaves the digest of the day before as the last one in time.
        return morning if morning < limit else calendar.on(calendar.last_working_day(last - _ONE), policy.morning)
    day = calendar.last_working_day(last - timedelta(days=days_before(name) or 0))
    return calendar.on(day, policy.morning)


def _announced(raised: datetime, limit: datetime, calendar: WorkingTime, policy: Policy) -> datetime:
    """With the next digest; at once, where that one leaves no day after it."""
    now = calendar.next_moment(raised)
    digest = calendar.on(now.date(), policy.morning)
    if digest < now:
        digest = calendar.on(calendar.next_working_day(now.date()), policy.morning)
    return digest if digest.date() < limit.date() else now


def latest(stages: Sequence[Stage], now: datetime) -> Stage | None:
    """The stage that counts now; after an outage the ones before it are not made up for."""
    return next((stage for stage in reversed(stages) if stage.at <= now), None)


def following(stages: Sequence[Stage], now: datetime) -> Stage | None:
    """The next stage to come."""
    return next((stage for stage in stages if stage.at > now), None)


@dataclass(frozen=True, slots=True)
class Snooze:
    """A later moment that is offered."""

    label: str
    until: datetime


def snoozes(
    now: datetime, deadline: datetime, already: int, calendar: WorkingTime, policy: Policy
) -> tuple[Snooze, ...]:
    """When one may be reminded again: in working time, before the deadline, and not more often than the policy says.

    ``already``: how often it was put off in this period.
    """
    if already >= policy.snoozes:
        return ()
    local = now.astimezone(VIETNAM)
    offers: dict[datetime, Snooze] = {}
    for offer in _offers(local, calendar, policy):
        if local < offer.until < deadline and calendar.is_working_time(offer.until):
            offers.setdefault(offer.until, offer)
    return tuple(offers[until] for until in sorted(offers))


def _offers(now: datetime, calendar: WorkingTime, policy: Policy) -> Iterator[Snooze]:
    later = (now + timedelta(hours=policy.snooze_hours)).replace(second=0, microsecond=0)
    yield Snooze(f"{policy.snooze_hours} giờ nữa", later)
    afternoon = datetime.combine(now.date(), policy.afternoon, VIETNAM)
    yield Snooze(f"{_clock(afternoon)} chiều nay", afternoon)
    morning = calendar.on(calendar.next_working_day(now.date()), policy.morning)
    away = (morning.date() - now.date()).days
    day = "mai" if away == 1 else weekday(morning.date())
    dated = f" {morning:%d/%m}" if away >= 7 else ""
    yield Snooze(f"{_clock(morning)} {'sáng' if morning.hour < 12 else 'chiều'} {day}{dated}", morning)


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"
