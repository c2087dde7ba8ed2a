"""The turns of a task: their keys, what they report on, and their due days."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import load
from scheduler.ledger import Period
from scheduler.periods import event_period, periods
from scheduler.plan import Kind, Schedule

YEAR = date(2024, 1, 1), date(2024, 12, 31)


def year(number: int) -> tuple[date, date]:
    return date(number, 1, 1), date(number, 12, 31)


def recurring(*rules: str, window: tuple[date, date] = YEAR, arrears: bool = False) -> tuple[Period, ...]:
    return periods(Schedule(Kind.RECURRING, rules, arrears=arrears), window)


def period(key: str, label: str, start: str, end: str, due: str) -> Period:
    return Period(key, label, date.fromisoformat(start), date.fromisoformat(end), date.fromisoformat(due))


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    ("number", "weekday", "count"),
    [(2024, "FR", 52), (2027, "FR", 53), (2020, "TH", 53), (2020, "FR", 52), (2026, "TH", 53)],
)
def test_a_year_has_as_many_weeks_as_its_calendar(number: int, weekday: str, count: int) -> None:
    assert len(recurring(f"FREQ=WEEKLY;BYDAY={weekday}", window=year(number))) == count


def test_a_week_is_that_of_the_iso_calendar() -> None:
    week = next(one for one in recurring("FREQ=WEEKLY;BYDAY=FR") if one.key == "2024-W34")
    assert week == period("2024-W34", "tuần 34 (19–25/8/2024)", "2024-08-19", "2024-08-25", "2024-08-23")


def test_the_week_at_the_turn_of_the_year_is_cut_by_the_plan() -> None:
    first = recurring("FREQ=WEEKLY;BYDAY=FR", window=year(2027))[0]
    assert first == period("2026-W53", "tuần 53 (1–3/1/2027)", "2027-01-01", "2027-01-03", "2027-01-01")


def test_months_quarters_halves_and_years_have_their_keys() -> None:
    months = recurring("FREQ=MONTHLY;BYMONTHDAY=-1")
    assert [one.key for one in months] == [f"2024-{month:02}" for month in range(1, 13)]
    assert (months[1].label, months[1].due) == ("tháng 2/2024", date(2024, 2, 29))
    quarters = recurring("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1")
    assert [one.key for one in quarters] == ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]
    assert [quarters[2].label, quarters[2].start, quarters[2].end] == [
        "quý III/2024",
        *days("2024-07-01", "2024-09-30"),
    ]
    halves = recurring("FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1")
    assert [(one.key, one.label) for one in halves] == [
        ("2024-H1", "6 tháng đầu năm 2024"),
        ("2024-H2", "6 tháng cuối năm 2024"),
    ]
    (whole,) = recurring("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=19")
    assert whole == period("2024", "năm 2024", "2024-01-01", "2024-12-31", "2024-11-19")


def test_two_rules_of_a_year_make_a_period_each() -> None:
    found = recurring("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=14")
    assert [(one.key, one.due) for one in found] == [
        ("2024-H1", date(2024, 6, 14)),
        ("2024-H2", date(2024, 11, 30)),
    ]


def test_two_due_days_of_a_month_are_numbered_and_share_the_month() -> None:
    found = recurring("FREQ=MONTHLY;BYMONTHDAY=15", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1")
    assert len(found) == 24
    assert found[2] == period("2024-02.1", "tháng 2/2024, lần 1", "2024-02-01", "2024-02-15", "2024-02-15")
    assert found[3] == period("2024-02.2", "tháng 2/2024, lần 2", "2024-02-16", "2024-02-29", "2024-02-29")


def test_several_days_of_a_week_are_numbered() -> None:
    found = [one for one in recurring("FREQ=WEEKLY;BYDAY=TU,FR") if one.key.startswith("2024-W34")]
    assert [(one.key, one.start, one.end) for one in found] == [
        ("2024-W34.1", *days("2024-08-19", "2024-08-20")),
        ("2024-W34.2", *days("2024-08-21", "2024-08-25")),
    ]


def test_every_second_week_reports_on_two() -> None:
    found = recurring("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR")
    assert (found[1].key, found[1].label) == ("2024-W03", "tuần 2–3 (8–21/1/2024)")
    assert len(found) == 26


def test_in_arrears_the_period_lies_before_its_due_day() -> None:
    months = recurring("FREQ=MONTHLY;BYMONTHDAY=4", arrears=True)
    assert [one.key for one in months] == [f"2024-{month:02}" for month in range(1, 13)]
    assert [months[0].due, months[-1].due] == days("2024-02-04", "2025-01-04")
    quarters = recurring("FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=4", arrears=True)
    assert [(one.key, one.due) for one in quarters][-1] == ("2024-Q4", date(2025, 1, 4))
    assert [one.key for one in recurring("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31", arrears=True)] == ["2024"]


def test_a_daily_duty_has_a_period_a_day_and_none_on_a_day_off_where_that_is_wanted() -> None:
    week = Schedule(Kind.RECURRING, ("FREQ=DAILY",), at=time(9))
    window = date(2024, 2, 5), date(2024, 2, 18)
    assert len(periods(week, window)) == 14
    worked = periods(week, window, load().default.is_working_day)
    assert [one.key for one in worked] == ["2024-02-05", "2024-02-06", "2024-02-07", "2024-02-15", "2024-02-16"]
    assert (worked[0].label, worked[0].at) == ("ngày 5/2/2024", time(9))
    assert [one.key for one in recurring("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", window=window)][5] == "2024-02-12"


@pytest.mark.parametrize(
    ("start", "due", "label"),
    [
        ("2024-01-01", "2024-03-31", "quý I/2024"),
        ("2024-10-01", "2024-10-31", "tháng 10/2024"),
        ("2024-01-01", "2024-12-31", "năm 2024"),
        ("2024-01-01", "2024-09-30", "tháng 1–9/2024"),
        ("2024-02-01", "2024-11-15", "1/2–15/11/2024"),
        ("2024-11-20", "2024-11-20", "ngày 20/11/2024"),
        ("2023-09-05", "2024-05-31", "5/9/2023–31/5/2024"),
    ],
)
def test_a_task_done_once_has_one_period_with_a_name(start: str, due: str, label: str) -> None:
    (once,) = periods(Schedule(Kind.ONE_OFF, start=date.fromisoformat(start), due=date.fromisoformat(due)), YEAR)
    assert once == period("once", label, start, due, due)


def test_an_event_has_no_period_until_it_is_raised() -> None:
    assert periods(Schedule(Kind.EVENT), YEAR) == ()
    raised = event_period(3, date(2024, 5, 6), date(2024, 5, 13), "Niêm yết thủ tục mới")
    assert raised == period("event-3", "Niêm yết thủ tục mới", "2024-05-06", "2024-05-13", "2024-05-13")
    with pytest.raises(ValueError, match="before it is raised"):
        event_period(3, date(2024, 5, 6), date(2024, 5, 5), "x")


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(Kind.CONTINUOUS),
        Schedule(Kind.UNCLEAR),
        Schedule(Kind.RECURRING),
        Schedule(Kind.ONE_OFF),
        Schedule(Kind.RECURRING, ("FREQ=HOURLY",)),
        Schedule(Kind.RECURRING, ("mỗi tuần",)),
    ],
)
def test_what_nobody_has_made_definite_has_no_periods(schedule: Schedule) -> None:
    with pytest.raises(ValueError, match=r".+"):
        periods(schedule, YEAR)


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
weekly = st.builds(
    lambda names, n: f"FREQ=WEEKLY;INTERVAL={n};BYDAY={','.join(names)}",
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True),
    st.integers(1, 3),
)
monthly = st.builds(
    lambda on, n: f"FREQ=MONTHLY;INTERVAL={n};BYMONTHDAY={on}",
    st.one_of(st.integers(1, 31), st.just(-1)),
    st.integers(1, 4),
)
yearly = st.builds(
    lambda months, on: f"FREQ=YEARLY;BYMONTH={','.join(map(str, months))};BYMONTHDAY={on}",
    st.lists(st.integers(1, 12), min_size=1, max_size=12, unique=True),
    st.one_of(st.integers(1, 31), st.just(-1)),
)
rules = st.lists(st.one_of(weekly, monthly, yearly, st.just("FREQ=DAILY")), min_size=1, max_size=3)
windows = st.builds(
    lambda start, length: (start, start + timedelta(days=length)),
    st.dates(date(2020, 1, 1), date(2029, 12, 31)),
    st.integers(0, 800),
)


@given(rules, windows, st.booleans())
def test_periods_lie_in_the_plan_never_repeat_and_are_sorted(
    rules: list[str], window: tuple[date, date], arrears: bool
) -> None:
    found = recurring(*rules, window=window, arrears=arrears)
    assert all(window[0] <= one.start <= one.end <= window[1] for one in found)
    assert len({one.key for one in found}) == len(found)
    dues = [one.due for one in found]
    assert dues == sorted(set(dues))
    assert all(one.end < one.due for one in found) or not arrears
    assert arrears or all(window[0] <= due <= window[1] for due in dues)


def _falls_on(rule: str, day: date) -> bool:
    """Read anew, without a library: whether a rule with INTERVAL=1 has this day."""
    parts = dict(part.split("=") for part in rule.split(";"))
    last = (day + timedelta(days=1)).day == 1
    weekday = "BYDAY" not in parts or WEEKDAYS[day.weekday()] in parts["BYDAY"].split(",")
    month = "BYMONTH" not in parts or str(day.month) in parts["BYMONTH"].split(",")
    number = parts.get("BYMONTHDAY")
    return weekday and month and (number is None or number == str(day.day) or (number == "-1" and last))


@given(rules, windows)
def test_due_days_are_those_of_the_rules(rules: list[str], window: tuple[date, date]) -> None:
    plain = [rule.replace(";INTERVAL=2", "").replace(";INTERVAL=3", "").replace(";INTERVAL=4", "") for rule in rules]
    plain = [rule.replace(";INTERVAL=1", "") for rule in plain]
    every = [window[0] + timedelta(days=n) for n in range((window[1] - window[0]).days + 1)]
    wanted = [day for day in every if any(_falls_on(rule, day) for rule in plain)]
    assert [one.due for one in recurring(*plain, window=window)] == wanted


@given(st.one_of(weekly, monthly, yearly), windows)
def test_the_periods_of_one_rule_do_not_overlap(rule: str, window: tuple[date, date]) -> None:
    found = recurring(rule, window=window)
    assert all(before.end < after.start for before, after in pairwise(found))
