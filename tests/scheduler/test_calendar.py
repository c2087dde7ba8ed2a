"""Working days and hours: every fact of the official notices of 2024 to 2027, and what an office may set itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import VIETNAM, Calendar, WorkingTime, load, weekday
from scheduler.office_file import OfficeFileError

SHIPPED = load()
OFFICE = SHIPPED.default

OFF = [
    *("2024-01-01", "2024-02-08", "2024-02-09", "2024-02-12", "2024-02-13", "2024-02-14"),
    *("2024-04-18", "2024-04-29", "2024-04-30", "2024-05-01", "2024-08-31", "2024-09-02", "2024-09-03"),
    *("2025-01-01", "2025-01-27", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-01"),
    *("2025-04-07", "2025-04-30", "2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02"),
    *("2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20"),
    *("2026-04-26", "2026-04-27", "2026-04-30", "2026-05-01", "2026-08-31", "2026-09-01", "2026-09-02", "2026-11-24"),
    *("2027-01-01", "2027-02-04", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10"),
    *("2027-04-16", "2027-04-30", "2027-05-03", "2027-09-02", "2027-09-03", "2027-11-24"),
]
WORKED = [
    *("2024-02-07", "2024-02-15", "2024-04-17", "2024-04-19", "2024-05-02", "2024-08-30", "2024-09-04"),
    *("2025-01-24", "2025-02-03", "2025-04-08", "2025-04-29", "2025-05-05", "2025-08-29", "2025-09-03"),
    *("2026-01-05", "2026-02-13", "2026-02-23", "2026-04-28", "2026-04-29", "2026-09-03", "2026-11-23"),
    *("2027-02-03", "2027-02-11", "2027-04-29", "2027-05-04", "2027-09-01"),
]
WORKED_SATURDAYS = ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize("text", OFF)
def test_a_day_off_is_off(text: str) -> None:
    assert not OFFICE.is_working_day(day(text))


@pytest.mark.parametrize("text", WORKED)
def test_a_day_beside_the_holidays_is_worked(text: str) -> None:
    assert OFFICE.is_working_day(day(text))


def test_only_the_saturdays_of_a_notice_are_worked() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(4 * 365 + 1)]
    assert [f"{one}" for one in days if one.weekday() >= 5 and OFFICE.is_working_day(one)] == WORKED_SATURDAYS


@pytest.mark.parametrize(
    ("moment", "works"),
    [
        ("2024-03-01T07:29:59", False),
        ("2024-03-01T07:30", True),
        ("2024-03-01T11:29:59", True),
        ("2024-03-01T11:30", False),
        ("2024-03-01T13:29", False),
        ("2024-03-01T13:30", True),
        ("2024-03-01T16:59:59", True),
        ("2024-03-01T17:00", False),
        ("2024-03-02T09:00", False),
        ("2024-05-04T09:00", True),
        ("2024-02-09T09:00", False),
    ],
)
def test_working_time_has_a_lunch_break_and_an_end(moment: str, works: bool) -> None:
    assert OFFICE.is_working_time(at(moment)) is works


def test_a_moment_is_judged_by_the_clock_of_viet_nam() -> None:
    assert OFFICE.is_working_time(datetime(2024, 3, 1, 0, 30, tzinfo=UTC))
    assert not OFFICE.is_working_time(datetime(2024, 3, 1, 12, 0, tzinfo=UTC))
    with pytest.raises(ValueError, match="zone"):
        OFFICE.is_working_time(datetime(2024, 3, 1, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("due", "last"),
    [("2024-03-31", "2024-03-29"), ("2024-02-09", "2024-02-07"), ("2024-05-04", "2024-05-04"), ("2024-03-29",) * 2],
)
def test_the_last_working_day_is_on_or_before_a_day(due: str, last: str) -> None:
    assert OFFICE.last_working_day(day(due)) == day(last)


def test_working_days_are_counted_from_the_day_after() -> None:
    assert OFFICE.next_working_day(day("2024-02-07")) == day("2024-02-15")
    assert OFFICE.add_working_days(day("2024-04-26"), 3) == day("2024-05-04")
    assert OFFICE.add_working_days(day("2024-02-15"), -2) == day("2024-02-06")
    assert OFFICE.add_working_days(day("2024-03-31"), 0) == day("2024-03-31")


@pytest.mark.parametrize(
    ("moment", "following"),
    [
        ("2024-03-01T09:15", "2024-03-01T09:15"),
        ("2024-03-01T05:00", "2024-03-01T07:30"),
        ("2024-03-01T12:00", "2024-03-01T13:30"),
        ("2024-03-01T17:00", "2024-03-04T07:30"),
        ("2024-02-08T10:00", "2024-02-15T07:30"),
        ("2024-12-31T18:00", "2025-01-02T07:30"),
    ],
)
def test_the_next_moment_is_the_next_opening(moment: str, following: str) -> None:
    assert OFFICE.next_moment(at(moment)) == at(following)


@pytest.mark.parametrize(
    ("moment", "hours", "earlier"),
    [
        ("2024-03-01T17:00", 2, "2024-03-01T15:00"),
        ("2024-03-01T14:30", 2, "2024-03-01T10:30"),
        ("2024-03-01T12:00", 2, "2024-03-01T09:30"),
        ("2024-03-01T08:30", 2, "2024-03-01T07:30"),
        ("2024-03-01T20:00", 1.5, "2024-03-01T15:30"),
        ("2024-03-03T10:00", 2, "2024-03-01T15:00"),
        ("2024-03-04T07:30", 1, "2024-03-01T16:00"),
    ],
)
def test_working_hours_back_leave_lunch_out_and_stay_in_the_day(moment: str, hours: float, earlier: str) -> None:
    assert OFFICE.back(at(moment), hours) == at(earlier)


def test_it_opens_and_closes() -> None:
    assert OFFICE.opening(day("2024-03-01")) == at("2024-03-01T07:30")
    assert OFFICE.closing(day("2024-03-01")) == at("2024-03-01T17:00")


def test_what_is_not_officially_known_yet_is_said() -> None:
    assert OFFICE.unconfirmed(day("2026-09-01")) is None
    assert OFFICE.unconfirmed(day("2026-11-24")) == "ngày nghỉ 24/11/2026 chưa có văn bản xác nhận"
    assert OFFICE.unconfirmed(day("2027-07-07")) == "lịch nghỉ năm 2027 chưa có thông báo, cần xem lại khi có"
    assert OFFICE.unconfirmed(day("2031-07-07")) == "lịch nghỉ năm 2031 chưa có thông báo, cần xem lại khi có"
    assert OFFICE.unconfirmed_near(day("2027-02-12")) == OFFICE.unconfirmed(day("2027-02-12"))
    assert OFFICE.unconfirmed_near(day("2027-07-07")) is None


@pytest.mark.parametrize("year", [1, 1899, 1960, 2099, 2150, 9990])
def test_years_that_nobody_knows_the_holidays_of_have_their_weeks(year: int) -> None:
    days = [date(year, 7, 1) + timedelta(days=n) for n in range(28)]
    assert sum(OFFICE.is_working_day(one) for one in days) == 20


def test_the_days_of_the_week_have_names() -> None:
    assert [weekday(date(2024, 1, n)) for n in (1, 5, 7)] == ["thứ Hai", "thứ Sáu", "Chủ nhật"]


def office(tmp_path: Path, text: str) -> Calendar:
    path = tmp_path / "lich.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_an_office_lays_its_own_days_over_the_shipped_ones(tmp_path: Path) -> None:
    own = office(
        tmp_path,
        """
        days:
          - {date: 12/03/2024, day: off, status: confirmed, source: Mất điện toàn trụ sở}
          - {date: 2026-11-24, day: work, status: confirmed, source: Thông báo của UBND tỉnh}
          - {date: 2024-03-17, day: work, status: confirmed, source: Diễn tập}
        unconfirmed_years:
          - {year: 2028, source: chưa có}
        """,
    ).default
    assert not own.is_working_day(day("2024-03-12"))
    assert own.is_working_day(day("2026-11-24"))
    assert own.is_working_time(at("2024-03-17T14:00"))
    assert not own.is_working_day(day("2026-01-02")), "the shipped day is still there"
    assert own.unconfirmed(day("2026-11-24")) is None
    assert own.unconfirmed(day("2027-02-01")) is None
    assert own.unconfirmed(day("2028-02-01")) is not None


def test_a_unit_may_keep_its_own_hours_and_saturdays(tmp_path: Path) -> None:
    own = office(
        tmp_path,
        """
        hours:
          tram: {times: ["08:00-12:00", "13:00-16:30"], saturday: ["08:00-10:00"]}
        units:
          bg.tram: tram
          bg.motcua: thu_bay_sang
        """,
    )
    station, desk, other = own.for_unit("bg.tram"), own.for_unit("bg.motcua"), own.for_unit("bg.x")
    assert station.closing(day("2024-03-02")) == at("2024-03-02T10:00")
    assert station.closing(day("2024-05-04")) == at("2024-05-04T16:30"), "a swapped Saturday is a whole day"
    assert desk.is_working_time(at("2024-03-02T11:00"))
    assert not desk.is_working_time(at("2024-03-02T14:00"))
    assert not desk.is_working_day(day("2024-02-10")), "Tết is Tết, also on a Saturday"
    assert other is own.default
    assert not other.is_working_day(day("2024-03-02"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "days: [{date: 31/02/2026, day: off, status: confirmed, source: x}]",
            "days, mục thứ 1, date: “2026-02-31” không phải ngày có thật, hãy viết như 2026-12-31",
        ),
        (
            "days: [{date: 2026-03-02, day: nghỉ, status: confirmed, source: x}]",
            "days, mục thứ 1, day: phải là một trong: 'off', 'work'",
        ),
        ("days: [{date: 2026-03-02, day: off, status: confirmed}]", "days, mục thứ 1, source: thiếu mục này"),
        ("ngay_nghi:", "ngay_nghi: không có mục nào tên như vậy"),
        ("days: 2026-03-02", "days: phải là danh sách, mỗi dòng bắt đầu bằng dấu -"),
        ("days:\nhours:\ndays:\n", "dòng 3: mục “days” ghi hai lần"),
        ("units: {bg.x: ca_dem}", "units, bg.x: không có giờ làm việc tên “ca_dem” ở mục hours"),
        ("units: [bg.x]", "units: phải gồm các dòng dạng “tên: giá trị”"),
        (
            "hours: {a: {times: [8h-9h]}}",
            "hours, a, times, mục thứ 1: “8h” không phải giờ, hãy viết như 08:00",
        ),
        (
            'hours: {a: {times: ["13:30-17:00", "07:30-11:30"]}}',
            "hours, a: các khoảng giờ phải xếp theo thứ tự và không chồng nhau",
        ),
        (
            "days: [&a {date: 1/3/2024, day: off, status: confirmed, source: x}, *a]",
            "days: ghi hai lần ngày 01/03/2024",
        ),
    ],
)
def test_a_mistake_in_an_office_file_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(OfficeFileError) as caught:
        office(tmp_path, text)
    assert caught.value.problems == [f"lich.yaml: {told}"]


def test_a_file_that_is_no_yaml_or_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OfficeFileError, match=r"lich.yaml: dòng 2: không đúng cách viết YAML"):
        office(tmp_path, "days: [\n")
    with pytest.raises(OfficeFileError, match=r"thieu.yaml: không mở được tệp"):
        load(tmp_path / "thieu.yaml")


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(VIETNAM))  # noqa: DTZ001
calendars: st.SearchStrategy[WorkingTime] = st.sampled_from([OFFICE, WorkingTime(OFFICE.hours, {}, {})])


@given(days, st.integers(1, 30), calendars)
def test_counting_forth_and_back_meets(start: date, n: int, calendar: WorkingTime) -> None:
    worked = calendar.last_working_day(start)
    there = calendar.add_working_days(worked, n)
    between = [worked + timedelta(days=k) for k in range(1, (there - worked).days + 1)]
    assert sum(calendar.is_working_day(one) for one in between) == n
    assert calendar.add_working_days(there, -n) == worked


@given(moments, calendars)
def test_the_next_moment_is_working_time_and_none_was_missed(moment: datetime, calendar: WorkingTime) -> None:
    found = calendar.next_moment(moment)
    assert found >= moment
    assert calendar.is_working_time(found)
    if found != moment:
        assert not calendar.is_working_time(moment)
        assert not calendar.is_working_time(found - timedelta(microseconds=1))


@given(days, st.times(), calendars)
def test_a_wished_hour_of_a_working_day_is_in_working_time(start: date, wish: time, calendar: WorkingTime) -> None:
    worked = calendar.last_working_day(start)
    assert calendar.is_working_time(calendar.on(worked, wish))
    assert calendar.on(worked, wish).date() == worked
