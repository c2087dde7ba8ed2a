"""Wordings of "Thời gian thực hiện" are read by a grammar: other words of the same kinds, other years, any text."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.plan import Kind, Schedule
from scheduler.text import fold
from scheduler.timewords import propose, read
from scheduler.timewords.words import NUMBERS, PHRASES

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


class Example(NamedTuple):
    """A wording, the year of its plan, and what a careful clerk reads in it (time_words.tsv)."""

    expression: str
    year: str
    kind: str
    rrule: str
    start: str
    due: str
    confirm: str
    at: str
    arrears: str
    target: str


def _examples() -> list[Example]:
    text = Path(__file__).with_name("time_words.tsv").read_text(encoding="utf-8")
    return [Example(*row) for row in csv.reader(text.splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE)]


EXAMPLES = _examples()


def _as_example(expression: str, year: str, found: Schedule) -> Example:
    return Example(
        expression,
        year,
        found.kind.value,
        " | ".join(found.rules),
        found.start.isoformat() if found.start else "",
        found.due.isoformat() if found.due else "",
        "yes" if found.needs_confirmation else "",
        found.at.strftime("%H:%M") if found.at else "",
        "yes" if found.arrears else "",
        str(found.target or ""),
    )


def _days(schedule: Schedule) -> list[date]:
    """All due days of a recurring schedule."""
    assert schedule.start is not None
    assert schedule.due is not None
    start = datetime.combine(schedule.start, time())
    end = datetime.combine(schedule.due, time())
    found = {
        day.date() for rule in schedule.rules for day in rrulestr(rule, dtstart=start).between(start, end, inc=True)
    }
    return sorted(found)


def test_the_table_has_all_kinds_and_is_long_enough() -> None:
    assert len(EXAMPLES) >= 120
    assert {example.kind for example in EXAMPLES} == {kind.value for kind in Kind}
    assert len({(example.expression, example.year) for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.year} {example.expression}")
def test_a_wording_is_read_as_a_careful_clerk_reads_it(example: Example) -> None:
    assert _as_example(example.expression, example.year, read(example.expression, int(example.year))) == example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.year} {example.expression}")
def test_spelling_and_remains_of_layout_change_nothing(example: Example) -> None:
    text = example.expression
    for other in (unicodedata.normalize("NFD", text), f"<p>{text}</p>", text.replace(" ", " \u00a0"), f"- {text} "):
        assert read(other, int(example.year)) == read(text, int(example.year)), other


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027])
@pytest.mark.parametrize("example", EXAMPLES[::4], ids=lambda example: example.expression)
def test_what_is_open_says_why(example: Example, year: int) -> None:
    found = read(example.expression, year)
    assert found.note or not found.needs_confirmation


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.kind == "recurring"], ids=lambda example: example.expression
)
def test_a_rule_is_one_that_calendars_know(example: Example) -> None:
    found = read(example.expression, int(example.year))
    assert found.rules
    if found.due is not None:
        assert _days(found), "nothing is ever due"


@pytest.mark.parametrize(
    ("text", "month"),
    [(f"Tháng {number}/2025", number) for number in range(1, 13)] + [("tháng mười một", 11), ("tháng năm", 5)],
)
def test_a_month_is_its_days(text: str, month: int) -> None:
    found = read(text, 2025)
    assert found.start == date(2025, month, 1)
    assert found.due is not None
    assert found.due.month == month
    assert (found.kind, found.needs_confirmation) == (Kind.ONE_OFF, False)


@pytest.mark.parametrize("name", ["Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy"])
def test_a_weekday_in_words_and_digits_is_the_same(name: str) -> None:
    number = ["Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy"].index(name) + 2
    assert read(f"thứ {name} hằng tuần", 2025) == read(f"Thứ {number} hàng tuần", 2025)
    assert all(day.isoweekday() == number - 1 for day in _days(read(f"Thứ {number} hàng tuần", 2025)))


@given(day=st.integers(2, 28), month=st.integers(1, 12), year=st.integers(2023, 2030))
def test_before_a_day_is_due_the_day_before_and_at_the_latest_includes_it(day: int, month: int, year: int) -> None:
    said = f"{day:02d}/{month}/{year}"
    assert read(f"Trước ngày {said}", year).due == date(year, month, day - 1)
    assert read(f"Chậm nhất ngày {said}", year).due == date(year, month, day)
    assert read(f"trước ngày {day} tháng {month} hằng năm", year).rules == (
        f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day - 1}",
    )


@given(day=st.integers(1, 31))
def test_a_day_of_each_month_is_due_twelve_times_a_year(day: int) -> None:
    days = _days(read(f"Ngày {day} hằng tháng", 2025))
    assert [found.month for found in days] == list(range(1, 13))
    assert all(found.day <= day for found in days)


@given(day=st.integers(1, 40), month=st.integers(0, 14), year=st.integers(2023, 2030))
def test_a_date_that_does_not_exist_is_asked_and_one_that_does_is_read(day: int, month: int, year: int) -> None:
    found = read(f"ngày {day:02d}/{month:02d}/{year}", year)
    try:
        wanted = date(year, month, day)
    except ValueError:
        assert (found.kind, found.needs_confirmation, found.due) == (Kind.UNCLEAR, True, None)
        assert "không có trong lịch" in found.note
        assert propose(found, YEAR) is None
    else:
        assert (found.kind, found.start, found.due) == (Kind.ONE_OFF, wanted, wanted)


def test_a_weekly_duty_without_weekday_is_due_on_friday_and_that_is_proposed() -> None:
    found = read("Mỗi tuần 01 lần", 2025)
    proposal = propose(found, YEAR)
    assert all(day.isoweekday() == 5 for day in _days(found))
    assert proposal is not None
    assert proposal.rules == found.rules
    assert proposal.note == "thứ trong tuần không nêu: đề nghị thứ Sáu"


@pytest.mark.parametrize(
    "text", ["Hằng quý", "Mỗi tháng một lần", "2 lần/năm", "Tháng 4 và tháng 10", "Tháng cuối quý"]
)
def test_a_day_that_was_assumed_is_proposed(text: str) -> None:
    found = read(text, 2025)
    proposal = propose(found, YEAR)
    assert proposal is not None
    assert proposal.rules == found.rules
    assert proposal.note.startswith("ngày trong kỳ không nêu: đề nghị")


@pytest.mark.parametrize("text", ["Thường xuyên", "Theo kế hoạch của tỉnh", "", "…", "Cả năm"])
def test_a_report_each_month_is_proposed_where_no_rhythm_is_named(text: str) -> None:
    proposal = propose(read(text, 2025), YEAR)
    assert proposal is not None
    assert (proposal.kind, proposal.rules) == (Kind.RECURRING, ("FREQ=MONTHLY;BYMONTHDAY=-1",))
    assert (proposal.start, proposal.due) == YEAR
    assert proposal.needs_confirmation
    assert proposal.note


@pytest.mark.parametrize(("text", "words"), [("Khi có thay đổi", "5 ngày làm việc"), ("Sau 7 ngày", "theo hạn đã nêu")])
def test_an_event_is_proposed_with_a_time_to_do_it_in(text: str, words: str) -> None:
    proposal = propose(read(text, 2025), YEAR)
    assert proposal is not None
    assert proposal.kind is Kind.EVENT
    assert words in proposal.note


@pytest.mark.parametrize("text", ["Quý II/2025", "trước 15/11", "ngày 20 hằng tháng", "Thứ Ba hằng tuần", "30/02/2025"])
def test_nothing_is_proposed_where_the_words_say_it_or_nothing_can_be_guessed(text: str) -> None:
    assert propose(read(text, 2025), YEAR) is None


def test_the_window_of_the_plan_is_the_window_of_what_names_none() -> None:
    window = (date(2024, 9, 5), date(2025, 5, 31))
    for text in ("Thường xuyên", "Hằng tuần", "ngày 20 hằng tháng"):
        found = read(text, 2024, window=window)
        assert (found.start, found.due) == window
    assert read("Tháng 3", 2024, window=window).due == date(2025, 3, 31)
    assert read("trước ngày 15/11", 2024, window=window).start == window[0]
    assert propose(read("Thường xuyên", 2024, window=window), window) is not None


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Quý lII/2025", "nhận dạng sai"),
        ("Thứ Hai, ngày 15/5/2025", "thứ Năm"),
        ("ngày … tháng … năm 2025", "để trống"),
        ("Từ tháng 4/2025", "chỉ nêu lúc bắt đầu"),
        ("Trước Tết Nguyên đán", "âm lịch"),
        ("Năm học 2025-2026", "khung năm học"),
        ("Quý II/2025 (dự kiến)", "dự kiến"),
    ],
)
def test_the_note_says_what_has_to_be_asked(text: str, note: str) -> None:
    found = read(text, 2025)
    assert found.needs_confirmation
    assert note in found.note


@pytest.mark.parametrize(
    "text",
    [
        "Quy định về thu ngân sách, thủ tục và quy trình mới",
        "Bộ phận Một cửa, Ngân hàng chính sách, hai bên phối hợp",
        "Theo Nghị quyết số 76/2021/NQ-CP ngày 15/7/2021",
    ],
)
def test_words_that_only_resemble_time_are_none(text: str) -> None:
    assert read(text, 2025).kind is Kind.UNCLEAR
    assert read(f"Trước ngày 20/9/2025. {text}", 2025).due == date(2025, 9, 19)


def test_text_without_accents_is_read_like_text_with_them() -> None:
    for text in (
        "Hằng tuần",
        "Trước ngày 10 tháng cuối quý",
        "Sáu tháng đầu năm 2025",
        "tháng tư/2025",
        "khi có thay đổi",
    ):
        assert _as_example("", "", read(fold(text), 2025)) == _as_example("", "", read(text, 2025)), text


def _holds(text: str, year: int, window: tuple[date, date] | None = None) -> None:
    found = read(text, year, window=window)
    for schedule in (found, propose(found, window or (date(year, 1, 1), date(year, 12, 31)))):
        if schedule is None:
            continue
        for rule in schedule.rules:
            rrulestr(rule, dtstart=datetime(year, 1, 1))  # noqa: DTZ001 - a rule has no zone
        if schedule.start and schedule.due:
            assert schedule.start <= schedule.due
        assert bool(schedule.rules) == (schedule.kind is Kind.RECURRING)
        assert schedule.note or not schedule.needs_confirmation
        assert Schedule.from_json(schedule.to_json()) == schedule


VOCABULARY = sorted(
    {phrase for phrases in PHRASES.values() for phrase in phrases.split("|")}
    | set(NUMBERS)
    | {"/", "-", ",", ";", "(", ")", ".", ":", "+", "…", "I", "II", "IV", "1I", "V"}
    | {"2025", "2026", "05", "15", "31", "30/02", "29/02", "15/6", "12/2025", "0", "99", "16h30"}
)


@given(st.text(max_size=80), st.integers(1, 9999))
@settings(max_examples=150, deadline=None)
def test_any_text_in_any_year_is_read(text: str, year: int) -> None:
    _holds(text, year)


@given(st.lists(st.sampled_from(VOCABULARY), max_size=12), st.integers(2000, 2100))
@settings(max_examples=400, deadline=None)
def test_any_row_of_words_of_time_is_read(words: list[str], year: int) -> None:
    _holds(" ".join(words), year)
    _holds("".join(words), year)


@given(
    st.lists(st.sampled_from([example.expression for example in EXAMPLES]), min_size=2, max_size=3),
    st.sampled_from([" ", ", ", "; ", " và ", " - ", " / ", "\n"]),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
@settings(max_examples=200, deadline=None)
def test_wordings_put_together_are_read_in_any_window(parts: list[str], joint: str, one: date, other: date) -> None:
    _holds(joint.join(parts), one.year, (min(one, other), max(one, other)))
