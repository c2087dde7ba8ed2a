"""Stages before a deadline, the ladder after it, snoozing, and the policy an office may edit."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import calendar, policy
from scheduler.calendar import VIETNAM, Hours, WorkingTime
from scheduler.ledger import Period, Rhythm
from scheduler.office_file import OfficeFileError
from scheduler.policy import Policy
from scheduler.reminders import (
    Audience,
    Stage,
    deadline,
    due_moment,
    following,
    latest,
    snoozes,
    stages,
    withdrawable_until,
)

OFFICE = calendar.load().default
POLICY = policy.load()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def told(found: tuple[Stage, ...]) -> list[str]:
    return [f"{stage.at:%d/%m %H:%M} {stage.name}" for stage in found]


def before(rhythm: Rhythm, due: str, at: time | None = None, raised: str | None = None) -> list[str]:
    when = moment(raised) if raised else None
    found = stages(rhythm, date.fromisoformat(due), at, OFFICE, POLICY, when)
    return told(tuple(stage for stage in found if stage.name not in POLICY.ladder))


def test_a_weekly_duty_is_reminded_in_the_morning_and_two_hours_before_and_then_climbs_the_ladder() -> None:
    found = stages(Rhythm.WEEKLY, date(2024, 8, 23), None, OFFICE, POLICY)
    assert told(found) == [
        "23/08 08:00 day",
        "23/08 15:00 last_call",
        "26/08 08:00 overdue",
        "27/08 08:00 head",
        "29/08 08:00 coordinator",
        "04/09 08:00 monitor",
    ]
    assert [stage.audience for stage in found][1:] == [Audience.OFFICER, *Audience]


def test_a_one_off_duty_due_on_a_sunday_is_reminded_against_friday() -> None:
    assert before(Rhythm.ONE_OFF, "2024-03-31") == [
        "28/02 08:00 t30",
        "15/03 08:00 t14",
        "26/03 08:00 t3",
        "29/03 08:00 day",
    ]
    assert stages(Rhythm.ONE_OFF, date(2024, 3, 31), None, OFFICE, POLICY)[4].at == moment("2024-04-01T08:00")


def test_a_weekly_duty_of_tet_is_reminded_on_the_last_day_before_it() -> None:
    found = stages(Rhythm.WEEKLY, date(2024, 2, 9), None, OFFICE, POLICY)
    assert told(found)[:3] == ["07/02 08:00 day", "07/02 15:00 last_call", "15/02 08:00 overdue"]


def test_the_weeks_around_the_second_of_september_stay_on_friday() -> None:
    assert before(Rhythm.WEEKLY, "2024-08-30") == ["30/08 08:00 day", "30/08 15:00 last_call"]
    assert before(Rhythm.WEEKLY, "2026-09-04")[0] == "04/09 08:00 day"
    assert before(Rhythm.WEEKLY, "2027-09-03")[0] == "01/09 08:00 day", "2 and 3 September are off"


def test_a_working_saturday_is_a_day_like_others() -> None:
    # T-7 and T-3 (27/4 and 1/5) are off and both move to 26/4.
    assert before(Rhythm.PERIODIC, "2024-05-05") == ["26/04 08:00 t3", "03/05 08:00 t1", "04/05 08:00 day"]


def test_a_reminder_on_a_day_off_moves_before_it_and_the_later_of_two_on_one_morning_wins() -> None:
    assert before(Rhythm.PERIODIC, "2024-02-15") == ["07/02 08:00 t1", "15/02 08:00 day"]
    assert before(Rhythm.PERIODIC, "2024-07-31") == [
        "24/07 08:00 t7",
        "26/07 08:00 t3",
        "30/07 08:00 t1",
        "31/07 08:00 day",
    ]


def test_an_hour_on_the_due_day_moves_the_last_call() -> None:
    assert before(Rhythm.WEEKLY, "2024-08-23", time(16)) == ["23/08 08:00 day", "23/08 14:00 last_call"]
    assert before(Rhythm.WEEKLY, "2024-08-23", time(14, 30)) == ["23/08 08:00 day", "23/08 10:30 last_call"]
    assert before(Rhythm.WEEKLY, "2024-08-23", time(9)) == ["23/08 08:00 day"]
    assert before(Rhythm.WEEKLY, "2024-08-23", time(8)) == ["22/08 08:00 day", "23/08 07:30 last_call"]
    assert before(Rhythm.DAILY, "2024-08-23", time(9)) == ["23/08 08:00 day"]
    assert before(Rhythm.DAILY, "2024-08-26", time(7)) == ["23/08 08:00 day"]


@pytest.mark.parametrize(
    ("raised", "sent"),
    [
        ("2024-08-12T10:00", ["13/08 08:00 raised", "22/08 08:00 t1", "23/08 08:00 day"]),
        ("2024-08-12T07:40", ["12/08 08:00 raised", "22/08 08:00 t1", "23/08 08:00 day"]),
        ("2024-08-17T22:00", ["19/08 08:00 raised", "22/08 08:00 t1", "23/08 08:00 day"]),
        ("2024-08-22T10:00", ["22/08 10:00 raised", "23/08 08:00 day"]),
        ("2024-08-22T12:00", ["22/08 13:30 raised", "23/08 08:00 day"]),
        ("2024-08-23T14:00", ["23/08 14:00 raised"]),
        ("2024-08-23T07:35", ["23/08 08:00 day"]),
        ("2024-08-23T18:00", []),
    ],
)
def test_an_event_is_told_with_the_next_digest_or_at_once_where_time_is_short(raised: str, sent: list[str]) -> None:
    assert before(Rhythm.EVENT, "2024-08-23", raised=raised) == sent


def test_the_deadline_is_the_closing_of_the_last_working_day() -> None:
    assert deadline(date(2024, 3, 31), None, OFFICE) == moment("2024-03-29T17:00")
    assert deadline(date(2024, 3, 31), time(9), OFFICE) == moment("2024-03-29T17:00")
    assert deadline(date(2024, 3, 29), time(16, 30), OFFICE) == moment("2024-03-29T16:30")
    assert deadline(date(2024, 3, 29), time(20), OFFICE) == moment("2024-03-29T17:00")


def test_a_report_is_late_after_the_day_and_may_be_taken_back_until_then() -> None:
    assert due_moment(date(2024, 3, 31), None) == moment("2024-03-31T23:59:59.999999")
    period = Period("2024-W34", "tuần 34", date(2024, 8, 19), date(2024, 8, 25), date(2024, 8, 23), time(16, 30))
    assert withdrawable_until(period) == moment("2024-08-23T16:30")


def test_after_an_outage_only_the_latest_stage_counts() -> None:
    found = stages(Rhythm.WEEKLY, date(2024, 8, 23), None, OFFICE, POLICY)
    assert latest(found, moment("2024-08-23T07:59")) is None
    assert latest(found, moment("2024-08-23T08:00")) == found[0]
    assert latest(found, datetime(2024, 8, 28, 2, tzinfo=UTC)) == found[3]
    assert following(found, moment("2024-08-23T08:00")) == found[1]
    assert following(found, moment("2024-09-04T08:00")) is None


def test_a_unit_that_opens_later_is_told_when_it_opens() -> None:
    late = WorkingTime(Hours(((time(9), time(12)),)), {}, {})
    assert told(stages(Rhythm.WEEKLY, date(2024, 8, 23), None, late, POLICY))[:3] == [
        "23/08 09:00 day",
        "23/08 10:00 last_call",
        "26/08 09:00 overdue",
    ]


@pytest.mark.parametrize(
    ("now", "limit", "labels"),
    [
        ("2024-08-23T08:10", "2024-08-23T16:30", ["1 giờ nữa", "14:00 chiều nay"]),
        ("2024-08-23T08:10", "2024-08-23T14:00", ["1 giờ nữa"]),
        ("2024-08-23T13:00", "2024-08-23T17:00", ["1 giờ nữa"]),
        ("2024-08-23T10:45", "2024-08-23T17:00", ["14:00 chiều nay"]),
        ("2024-08-23T16:30", "2024-08-23T17:00", []),
        ("2024-08-22T16:30", "2024-08-23T17:00", ["8:00 sáng mai"]),
        ("2024-08-23T16:30", "2024-08-30T17:00", ["8:00 sáng thứ Hai"]),
        ("2024-02-07T16:30", "2024-02-16T17:00", ["8:00 sáng thứ Năm 15/02"]),
        ("2024-08-26T08:00", "2024-08-23T17:00", []),
    ],
)
def test_snoozing_is_offered_in_working_time_and_before_the_deadline(now: str, limit: str, labels: list[str]) -> None:
    offers = snoozes(moment(now), moment(limit), 0, OFFICE, POLICY)
    assert [offer.label for offer in offers] == labels


def test_snoozing_ends_after_the_second_time() -> None:
    now, limit = moment("2024-08-23T08:10"), moment("2024-08-23T16:30")
    assert snoozes(now, limit, 1, OFFICE, POLICY)
    assert snoozes(now, limit, 2, OFFICE, POLICY) == ()


SHIPPED_TEXT = policy.SHIPPED.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shipped", "edited", "problem"),
    [
        ('morning: "08:00"', "morning: 8h", "morning: “8h” không phải giờ, hãy viết như 08:00"),
        ("daily: [day]", "daily: [sang]", "stages, daily: không có mốc “sang”, chỉ dùng raised, t1 … t999, day"),
        ("[t7, t3, t1, day]", "[t3, t7, day]", "stages, periodic: các mốc phải xếp từ sớm đến muộn"),
        ("[t7, t3, t1, day]", "[t7]", "stages, periodic: phải có mốc day hoặc last_call"),
        ("[t7, t3, t1, day]", "[raised, day]", "stages, periodic: mốc raised chỉ dùng cho event"),
        ("  weekly: [day, last_call]\n", "", "stages, weekly: thiếu mục này"),
        ("head: 2", "head: 5", "ladder: số ngày phải tăng dần"),
        ("overdue: 1", "overdue: 0", "ladder, overdue: phải từ 1 trở lên"),
        ("overdue: 1", "overdue: một", "ladder, overdue: phải là số nguyên"),
        ("overdue: 1", "chu_tich: 1", "ladder, chu_tich: không có mục nào tên như vậy"),
        ("most: 2 ", "most: 99 ", "snooze, most: không quá 20"),
        ("event_days: 5", "event_days: 0", "event_days: phải từ 1 trở lên"),
        ("mend_days: 2", "mend_days: x", "mend_days: phải là số nguyên"),
        ('"14:00" #', '"10:00" #', "snooze, afternoon: phải từ 12:00 trở đi"),
    ],
)
def test_a_mistake_in_the_policy_is_told_with_its_place(
    tmp_path: Path, shipped: str, edited: str, problem: str
) -> None:
    path = tmp_path / "nhac.yaml"
    assert shipped in SHIPPED_TEXT
    path.write_text(SHIPPED_TEXT.replace(shipped, edited), encoding="utf-8")
    with pytest.raises(OfficeFileError) as caught:
        policy.load(path)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"nhac.yaml: {problem}")


def test_an_office_may_leave_a_rung_out_and_wait_longer(tmp_path: Path) -> None:
    path = tmp_path / "nhac.yaml"
    path.write_text(SHIPPED_TEXT.replace("  monitor: 6\n", "").replace("head: 2", "head: 3"), encoding="utf-8")
    found = stages(Rhythm.WEEKLY, date(2024, 8, 23), None, OFFICE, policy.load(path))
    assert told(found)[2:] == ["26/08 08:00 overdue", "28/08 08:00 head", "29/08 08:00 coordinator"]


_MORNING, _AFTERNOON = (time(7, 30), time(11, 30)), (time(13, 30), time(17))
PROFILES = [
    OFFICE,
    WorkingTime(Hours((_MORNING, _AFTERNOON), (_MORNING,)), OFFICE.days, OFFICE.unconfirmed_years),
    WorkingTime(Hours((_AFTERNOON,)), OFFICE.days, {}),
    WorkingTime(Hours(((time(9), time(9, 20)), (time(10), time(10, 5)))), {}, {}),
    WorkingTime(Hours(((time(5), time(6)),)), {}, {}),
    WorkingTime(Hours(((time(18), time(21)),)), {}, {}),
]
POLICIES = [
    POLICY,
    Policy(
        time(16, 55),
        8,
        dict.fromkeys(Rhythm, ("t200", "t2", "t1", "day", "last_call")),
        {"head": 1, "monitor": 9},
        snoozes=20,
        snooze_hours=3,
        afternoon=time(16, 59),
        event_days=1,
        mend_days=0,
    ),
]
dues = st.dates(date(2020, 1, 1), date(2030, 12, 31))
hours = st.one_of(st.none(), st.times())
rhythms = st.sampled_from(list(Rhythm))
calendars = st.sampled_from(PROFILES)
policies = st.sampled_from(POLICIES)
waits = st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=40)))


@given(rhythms, dues, hours, calendars, policies, waits)
def test_stages_lie_in_working_time_in_order_and_on_the_right_side_of_the_deadline(
    rhythm: Rhythm, due: date, at: time | None, office: WorkingTime, rules: Policy, wait: timedelta | None
) -> None:
    limit = deadline(due, at, office)
    raised = limit - wait if wait is not None and rhythm is Rhythm.EVENT else None
    found = stages(rhythm, due, at, office, rules, raised)
    assert all(office.is_working_time(stage.at) for stage in found)
    assert all(one.at < two.at for one, two in pairwise(found))
    ladder = [stage for stage in found if stage.name in rules.ladder]
    ahead = [stage for stage in found if stage.name not in rules.ladder]
    assert all(stage.at < limit for stage in ahead)
    assert [stage.name for stage in ladder] == list(rules.ladder)
    assert all(stage.at > max(limit, due_moment(due, at)) for stage in ladder)
    assert raised is not None or ahead, "nothing falls due untold"
    assert raised is None or all(stage.at >= raised for stage in found)


@given(rhythms, dues, hours, calendars, policies, waits)
def test_a_person_gets_one_message_a_day_and_a_last_call(
    rhythm: Rhythm, due: date, at: time | None, office: WorkingTime, rules: Policy, wait: timedelta | None
) -> None:
    raised = deadline(due, at, office) - wait if wait is not None and rhythm is Rhythm.EVENT else None
    found = [stage for stage in stages(rhythm, due, at, office, rules, raised) if stage.name != "last_call"]
    assert len({(stage.audience, stage.at.date()) for stage in found}) == len(found)
    digests = [stage for stage in found if stage.name != "raised"]
    assert all(stage.at == office.on(stage.at.date(), rules.morning) for stage in digests)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(days=-2), timedelta(days=12)),
    st.integers(0, 25),
    calendars,
    policies,
)
def test_snoozes_never_pass_the_deadline(
    now: datetime, ahead: timedelta, already: int, office: WorkingTime, rules: Policy
) -> None:
    offers = snoozes(now, now + ahead, already, office, rules)
    assert all(now < offer.until < now + ahead and office.is_working_time(offer.until) for offer in offers)
    assert [offer.until for offer in offers] == sorted({offer.until for offer in offers})
    assert not offers or already < rules.snoozes
