"""What would be sent in a year and why; and a year, minute by minute, in which the process is killed fifty times."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import pytest

from scheduler import calendar, policy
from scheduler.calendar import VIETNAM, Calendar, Hours, WorkingTime
from scheduler.ledger import Mark, Period, Rhythm
from scheduler.periods import event_period, periods
from scheduler.plan import Kind, Schedule
from scheduler.reminders import Audience, Stage, following, latest
from scheduler.simulation import Duty, Notice, duty_stages, simulate

OFFICE = calendar.load().default
CALENDARS = Calendar(
    OFFICE,
    {
        "ward-15": WorkingTime(Hours(((time(7, 30), time(11, 30)),), ((time(7, 30), time(11, 30)),)), OFFICE.days, {}),
        "ward-16": WorkingTime(Hours(((time(8, 30), time(12)), (time(13), time(16)))), OFFICE.days, {}),
    },
)
POLICY = policy.load()
YEAR = date(2024, 1, 1), date(2024, 12, 31)
WARDS = [f"ward-{number}" for number in range(1, 17)]
WEEKLY = periods(Schedule(Kind.RECURRING, ("FREQ=WEEKLY;BYDAY=FR",)), YEAR)
MONTHLY = periods(Schedule(Kind.RECURRING, ("FREQ=MONTHLY;BYMONTHDAY=-1",)), YEAR)
ONCE = periods(Schedule(Kind.ONE_OFF, start=date(2024, 1, 1), due=date(2024, 3, 31)), YEAR)
RAISED = datetime(2024, 5, 6, 9, 30, tzinfo=VIETNAM)
EVENT = event_period(1, date(2024, 5, 6), date(2024, 5, 13), "Thủ tục thay đổi")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def a_year() -> list[Duty]:
    """The duties of sixteen wards: one weekly, three monthly, two once, and one event."""
    found = [Duty("3", ward, period, Rhythm.WEEKLY) for ward in WARDS for period in WEEKLY]
    found += [
        Duty(task, ward, period, Rhythm.PERIODIC) for task in ("1", "2", "4") for ward in WARDS for period in MONTHLY
    ]
    found += [Duty(task, ward, ONCE[0], Rhythm.ONE_OFF) for task in ("9", "10") for ward in WARDS]
    return found + [Duty("7", ward, EVENT, Rhythm.EVENT, raised=RAISED) for ward in WARDS]


def sent(*duties: Duty) -> list[Notice]:
    return list(simulate(duties, *YEAR, CALENDARS, POLICY))


def test_it_tells_why_a_day_before_the_due_day_was_chosen() -> None:
    found = sent(Duty("9", "ward-1", ONCE[0], Rhythm.ONE_OFF))
    assert [(f"{one.at:%d/%m %H:%M}", one.stage, one.why) for one in found[2:6]] == [
        (
            "26/03 08:00",
            "t3",
            "còn 3 ngày đến 29/03/2024, ngày làm việc cuối trước hạn 31/03/2024 (Chủ nhật)",
        ),
        (
            "29/03 08:00",
            "day",
            "hôm nay là 29/03/2024, ngày làm việc cuối trước hạn 31/03/2024 (Chủ nhật)",
        ),
        ("01/04 08:00", "overdue", "quá hạn 31/03/2024 (Chủ nhật), đã 1 ngày làm việc chưa có báo cáo"),
        (
            "02/04 08:00",
            "head",
            "quá hạn 31/03/2024 (Chủ nhật), đã 2 ngày làm việc chưa có báo cáo; báo người đứng đầu đơn vị",
        ),
    ]


def whys(duty: Duty) -> dict[str, str]:
    start, end = duty.period.due - timedelta(days=60), duty.period.due + timedelta(days=30)
    return {one.stage: one.why for one in simulate([duty], start, end, CALENDARS, POLICY)}


def test_each_stage_has_its_sentence() -> None:
    week = replace(WEEKLY[33], at=time(16))
    assert whys(Duty("3", "ward-1", week, Rhythm.WEEKLY)) == {
        "day": "hôm nay là hạn 16:00 ngày 23/08/2024 (thứ Sáu)",
        "last_call": "nhắc lần cuối trước 16:00 hôm nay, hạn 16:00 ngày 23/08/2024 (thứ Sáu)",
        "overdue": "quá hạn 16:00 ngày 23/08/2024 (thứ Sáu), đã 1 ngày làm việc chưa có báo cáo",
        "head": "quá hạn 16:00 ngày 23/08/2024 (thứ Sáu), đã 2 ngày làm việc chưa có báo cáo; "
        "báo người đứng đầu đơn vị",
        "coordinator": "quá hạn 16:00 ngày 23/08/2024 (thứ Sáu), đã 4 ngày làm việc chưa có báo cáo; "
        "báo cơ quan đôn đốc",
        "monitor": "quá hạn 16:00 ngày 23/08/2024 (thứ Sáu), đã 6 ngày làm việc chưa có báo cáo; báo cơ quan theo dõi",
    }
    tet = whys(Duty("3", "ward-1", WEEKLY[5], Rhythm.WEEKLY))
    assert tet["last_call"] == (
        "nhắc lần cuối trước 17:00 hôm nay 07/02/2024, ngày làm việc cuối trước hạn "
        "09/02/2024 (thứ Sáu, ngày nghỉ lễ, Tết)"
    )
    event = whys(Duty("7", "ward-1", EVENT, Rhythm.EVENT, raised=RAISED))
    assert event["raised"] == "việc mới phát sinh ngày 06/05/2024, hạn 13/05/2024 (thứ Hai)"
    assert event["t1"] == "còn 3 ngày đến hạn 13/05/2024 (thứ Hai)"


def test_near_tet_of_a_year_without_its_notice_the_sentence_says_so() -> None:
    near = Period("2027-W06", "tuần 6", date(2027, 2, 8), date(2027, 2, 14), date(2027, 2, 12))
    far = Period("2027-W28", "tuần 28", date(2027, 7, 12), date(2027, 7, 18), date(2027, 7, 16))
    assert whys(Duty("3", "ward-1", near, Rhythm.WEEKLY))["day"] == (
        "hôm nay là hạn 12/02/2027 (thứ Sáu) (lịch nghỉ năm 2027 chưa có thông báo, cần xem lại khi có)"
    )
    assert whys(Duty("3", "ward-1", far, Rhythm.WEEKLY))["day"] == "hôm nay là hạn 16/07/2027 (thứ Sáu)"


@pytest.mark.parametrize("mark", list(Mark))
def test_only_what_is_open_is_told(mark: Mark) -> None:
    duty = Duty("9", "ward-1", ONCE[0], Rhythm.ONE_OFF, mark)
    assert bool(sent(duty)) is (mark in (Mark.OPEN, Mark.RETURNED))


def test_only_the_days_asked_for_are_simulated_both_ends_included() -> None:
    duty = Duty("9", "ward-1", ONCE[0], Rhythm.ONE_OFF)
    found = simulate([duty], date(2024, 3, 15), date(2024, 3, 29), CALENDARS, POLICY)
    assert [one.stage for one in found] == ["t14", "t3", "day"]


def test_duties_of_one_day_come_as_one_digest_and_one_last_call() -> None:
    early = replace(WEEKLY[33], at=time(16))
    found = sent(
        Duty("3", "ward-1", WEEKLY[33], Rhythm.WEEKLY),
        Duty("5", "ward-1", early, Rhythm.WEEKLY),
        Duty("6", "ward-1", WEEKLY[33], Rhythm.WEEKLY),
        Duty("8", "ward-2", WEEKLY[33], Rhythm.WEEKLY),
    )
    calls = [(one.unit, one.task, f"{one.at:%H:%M}") for one in found if one.stage == "last_call"]
    assert calls == [
        ("ward-1", "3", "14:00"),
        ("ward-1", "5", "14:00"),
        ("ward-1", "6", "14:00"),
        ("ward-2", "8", "15:00"),
    ]


def test_in_a_year_nobody_gets_more_than_a_digest_and_a_last_call_a_day() -> None:
    found = sent(*a_year())
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert all(CALENDARS.for_unit(one.unit).is_working_time(one.at) for one in found)
    digests, calls = (
        {(one.unit, one.audience, one.at) for one in found if (one.stage == "last_call") is last}
        for last in (False, True)
    )
    for messages in (digests, calls):
        days = Counter((unit, audience, at.date()) for unit, audience, at in messages)
        assert max(days.values()) == 1
    weekly = [one for one in found if one.task == "3" and one.unit == "ward-1" and one.stage == "day"]
    assert len(weekly) == 52


def test_the_ladder_of_a_week_goes_to_four_people_in_turn() -> None:
    found = sent(Duty("3", "ward-1", WEEKLY[33], Rhythm.WEEKLY))
    assert [(one.audience, one.at) for one in found[2:]] == [
        (Audience.OFFICER, moment("2024-08-26T08:00")),
        (Audience.HEAD, moment("2024-08-27T08:00")),
        (Audience.COORDINATOR, moment("2024-08-29T08:00")),
        (Audience.MONITOR, moment("2024-09-04T08:00")),
    ]


Key = tuple[str, str, str, str]
BATCH = 20
"""Duties a transaction."""


@dataclass
class Disk:
    """What outlives the process: when each duty comes up next, and what was handed over for sending."""

    next_at: dict[int, datetime] = field(default_factory=dict)
    messages: list[tuple[datetime, Key]] = field(default_factory=list)


class KilledError(Exception):
    pass


class Process:
    """Ticks over the duties; knows nothing but what the disk says, and writes a batch at a time."""

    def __init__(self, duties: list[Duty], stages: list[tuple[Stage, ...]], disk: Disk) -> None:
        self.duties, self.stages, self.disk = duties, stages, disk
        self.calendars = list(dict.fromkeys(CALENDARS.for_unit(duty.unit) for duty in duties))
        self.wake = min(disk.next_at.values(), default=datetime.max.replace(tzinfo=VIETNAM))

    def tick(self, now: datetime, *, dies_after: int | None = None) -> None:
        """``dies_after``: the number of due duties after which the process is gone; what is not committed is lost."""
        if not any(one.is_working_time(now) for one in self.calendars) or now < self.wake:
            if dies_after is not None:
                raise KilledError
            return
        due = [number for number, at in self.disk.next_at.items() if at <= now and self._works(number, now)]
        for first in range(0, len(due), BATCH):
            batch = due[first : first + BATCH]
            written = [self._evaluate(number, now) for number in batch]
            if dies_after is not None and dies_after < first + BATCH:
                raise KilledError
            self._commit(batch, written, now)
        if dies_after is not None:
            raise KilledError
        self.wake = min(self.disk.next_at.values(), default=datetime.max.replace(tzinfo=VIETNAM))

    def _works(self, number: int, now: datetime) -> bool:
        return CALENDARS.for_unit(self.duties[number].unit).is_working_time(now)

    def _evaluate(self, number: int, now: datetime) -> tuple[Key, datetime | None]:
        stage, duty = latest(self.stages[number], now), self.duties[number]
        assert stage is not None
        later = following(self.stages[number], now)
        return (duty.task, duty.unit, duty.period.key, stage.name), later.at if later else None

    def _commit(self, batch: list[int], written: list[tuple[Key, datetime | None]], now: datetime) -> None:
        for number, (key, later) in zip(batch, written, strict=True):
            self.disk.messages.append((now, key))
            if later:
                self.disk.next_at[number] = later
            else:
                del self.disk.next_at[number]


def minutes() -> Iterator[datetime]:
    now, end = moment("2024-01-01T00:00"), moment("2025-01-20T00:00")
    while now < end:
        yield now
        now += timedelta(minutes=1)


def live(duties: list[Duty], kills: dict[datetime, int], rest: random.Random) -> Disk:
    """Run the year. A killed process is started again some minutes later, as a supervisor does it."""
    stages = [duty_stages(duty, CALENDARS.for_unit(duty.unit), POLICY) for duty in duties]
    disk = Disk({number: found[0].at for number, found in enumerate(stages)})
    process: Process | None = Process(duties, stages, disk)
    back = moment("2024-01-01T00:00")
    for now in minutes():
        if process is None:
            if now < back:
                continue
            process = Process(duties, stages, disk)
        try:
            process.tick(now, dies_after=kills.get(now))
        except KilledError:
            process, back = None, now + timedelta(minutes=rest.randint(1, 5))
    return disk


def test_a_year_of_minutes_with_fifty_kills_sends_the_same_in_working_time_and_once() -> None:
    rest = random.Random(20240101)  # noqa: S311
    duties = a_year()
    undisturbed = live(duties, {}, rest)
    busy = sorted({at for at, _ in undisturbed.messages})
    struck = rest.sample(busy, 35) + [
        moment("2024-01-01T00:00") + rest.random() * timedelta(days=366) for _ in range(15)
    ]
    kills = {at.replace(second=0, microsecond=0): rest.randint(0, 60) for at in struck}
    assert len(kills) == 50
    killed = live(duties, kills, rest)

    for at, (_, unit, _, _) in undisturbed.messages + killed.messages:
        assert CALENDARS.for_unit(unit).is_working_time(at)
    keys = Counter(key for _, key in killed.messages)
    assert max(keys.values()) == 1
    assert set(keys) == {key for _, key in undisturbed.messages}
    assert sorted(killed.messages) != sorted(undisturbed.messages), "no kill struck while something was due"
    preview = simulate(duties, date(2024, 1, 1), date(2025, 1, 20), CALENDARS, POLICY)
    assert set(keys) == {(one.task, one.unit, one.period_key, one.stage) for one in preview}
