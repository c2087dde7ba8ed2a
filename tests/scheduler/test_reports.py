"""What a report counts: windows, figures counted by hand, and every number equal to the rows behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import reports
from scheduler.ledger import Entry, Form, Mark, Period, Proof, ProofKind
from scheduler.plan import Plan
from scheduler.reports import Figures, FormatError, Rules, RulesError, WindowError, read_rules
from scheduler.reports.counts import PROOF_KINDS, Count, Of, Status
from scheduler.reports.rules import FILE
from scheduler.reports.windows import window
from scheduler.reports.wording import decimal, percent, whole
from tests.scheduler.report_world import (
    AFTER,
    FEBRUARY,
    JANUARY,
    LINE,
    LINK,
    ONCE,
    PHOTO,
    PLAN,
    TASKS,
    TWIN,
    W09,
    W10,
    W11,
    ZONE,
    entry,
    ledger,
)

RULES = read_rules()


def figures(name: str = "2024-Q1", now: datetime = AFTER, rules: Rules = RULES) -> Figures:
    return reports.figures(ledger(), PLAN, window(name, rules), now, TASKS, rules)


# --- windows


@pytest.mark.parametrize(
    ("text", "start", "end", "send_by", "label"),
    [
        ("2024-Q1", date(2023, 12, 15), date(2024, 3, 14), date(2024, 3, 20), "quý I năm 2024"),
        ("2024-H1", date(2023, 12, 15), date(2024, 6, 14), date(2024, 6, 20), "6 tháng đầu năm 2024"),
        (" 2024-q3 ", date(2024, 6, 15), date(2024, 9, 14), date(2024, 9, 20), "quý III năm 2024"),
        ("2024", date(2023, 12, 15), date(2024, 12, 14), date(2024, 12, 20), "năm 2024"),
        ("2024-08", date(2024, 7, 15), date(2024, 8, 14), date(2024, 8, 20), "tháng 8 năm 2024"),
        ("2024-1", date(2023, 12, 15), date(2024, 1, 14), date(2024, 1, 20), "tháng 1 năm 2024"),
    ],
)
def test_a_window_is_that_of_the_ministry_and_no_calendar_quarter(
    text: str, start: date, end: date, send_by: date, label: str
) -> None:
    found = window(text, RULES)
    assert (found.start, found.end, found.send_by, found.label) == (start, end, send_by, label)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2024-Q2", "Không có báo cáo quý II riêng: dùng 2024-H1"),
        ("2024-Q4", "Không có báo cáo quý IV riêng: dùng 2024 "),
        ("2024-H2", "dùng 2024 "),
        ("2024-13", "Không có tháng 13"),
        ("2024-00", "Không có tháng 0"),
        ("quý 1", "Không hiểu kỳ báo cáo «quý 1»"),
        ("24-Q1", "Không hiểu"),
        ("1024", "Không hiểu"),
        ("", "Không hiểu"),
    ],
)
def test_a_period_that_no_report_has_is_explained(text: str, says: str) -> None:
    with pytest.raises(WindowError, match=says):
        window(text, RULES)


def _rules_with(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "report.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_an_office_sets_its_own_days(tmp_path: Path) -> None:
    path = _rules_with(tmp_path, "{from: 15 tháng trước, to: 14, send_by: 20}", "{from: 1, to: 31, send_by: 5}")
    found = window("2024-02", read_rules(path))
    assert (found.start, found.end) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("to: 14/03", "to: 31/02", "windows.quarter_1.to: không có ngày «31/02»"),
        ("to: 14/03", "to: giữa tháng 3", "không hiểu ngày «giữa tháng 3»"),
        ("to: 14/03", "to: 14", "quarter_1: phải ghi cả ngày và tháng"),
        ("from: 15 tháng trước", "from: 15/12", "month: chỉ ghi ngày, không ghi tháng"),
        ("  sign: VHTT", "  singn: VHTT", "letter.singn: mục lạ"),
        ("  sign: VHTT", "  singn: VHTT", "letter.sign: thiếu mục này"),
        ("signer: [TRƯỞNG PHÒNG]", "signer: []", "letter.signer: phải có ít nhất một mục"),
        ("in_document: không", "in_document: hơi", "chỉ viết «có» hoặc «không»"),
        ('points: "0,25", forms: [led]', "points: nhiều, forms: [led]", "scoring.groups.1.points: phải là một số"),
        ("forms: [truong_hoc]", "forms: [truong]", "không phải hình thức tuyên truyền"),
        ("forms: [truong_hoc]", "forms: []", "outline: chưa có chỗ cho hình thức truong_hoc"),
        ("forms: [truong_hoc]", "forms: [truong_hoc, led]", "hình thức đứng ở hai chỗ: led"),
        ("  place: Bắc Giang", "  place: Bắc Giang\n  place: Bắc Ninh", "một mục ghi hai lần"),
        ("windows:", "windows: [", "viết sai cách"),
    ],
)
def test_a_mistake_in_the_rules_is_named_in_vietnamese(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(RulesError) as caught:
        read_rules(_rules_with(tmp_path, old, new))
    assert any(says in problem for problem in caught.value.problems), caught.value.problems
    assert all(problem.startswith("report.yaml") for problem in caught.value.problems)


def test_rules_that_are_not_there_say_so(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="không đọc được tệp"):
        read_rules(tmp_path / "none.yaml")


def test_a_window_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    path = _rules_with(tmp_path, "quarter_3: {from: 15/06", "quarter_3: {from: 15/10")
    with pytest.raises(WindowError, match=r"bắt đầu .* sau khi kết thúc"):
        window("2024-Q3", read_rules(path))


# --- figures counted by hand on the ledger of report_world


def test_the_first_quarter_counts_what_a_clerk_counts() -> None:
    total = figures().total
    values = {field.name: getattr(total, field.name).value for field in fields(total)}
    assert values == {
        "planned": 12,
        "due": 12,
        "reported": 10,
        "on_time": 8,
        "late": 2,
        "overdue": 1,
        "returned": 1,
        "waiting": 0,
        "accepted": 5,
        "proven": 7,
        "not_applicable": 1,
    }
    assert set(total.late.rows) == {12, 22}
    assert total.overdue.rows == (14,)
    assert total.returned.rows == (15,)
    assert total.not_applicable.rows == (16,)
    assert set(total.accepted.rows) == {11, 17, 18, 21, 22}
    assert set(total.proven.rows) == {11, 12, 17, 18, 21, 22, 23}


def test_rows_outside_the_window_or_the_plan_do_not_count() -> None:
    assert {row.entry.id for row in figures().rows} == {11, 12, 13, 14, 15, 16, 17, 18, 21, 22, 23, 24, 31}


@pytest.mark.parametrize(
    ("due", "counts"),
    [(date(2024, 6, 14), False), (date(2024, 6, 15), True), (date(2024, 9, 14), True), (date(2024, 9, 15), False)],
)
def test_the_first_and_the_last_day_of_a_window_count(due: date, counts: bool) -> None:
    row = entry(1, "1", "A", Period("once", "một lần", due, due, due))
    found = reports.figures([row], PLAN, window("2024-Q3", RULES), AFTER, TASKS, RULES)
    assert (found.total.planned.value == 1) is counts


def test_a_report_in_arrears_counts_by_its_due_day_though_the_plan_is_over() -> None:
    december = Period("2024-12", "tháng 12/2024", date(2024, 12, 1), date(2024, 12, 31), date(2025, 1, 5))
    row = entry(1, "2", "A", december, Mark.REPORTED, 0, form=Form.PORTAL, quantity=1, proofs=(LINK,))
    found = reports.figures([row], PLAN, window("2025-Q1", RULES), AFTER.replace(year=2025), TASKS, RULES)
    assert found.total.reported.rows == (1,)


def test_tasks_are_done_when_all_that_fell_due_is_reported() -> None:
    found = figures()
    assert [(task.tt, task.status) for task in found.tasks] == [
        ("1", Status.UNDONE),
        ("2", Status.DONE),
        ("3", Status.DONE),
        ("7", Status.IDLE),
    ]
    assert (found.done.done.value, found.done.planned.value, percent(found.done.share)) == (2, 3, "66,7%")
    assert found.below
    first = found.tasks[0]
    assert (first.units.done.value, first.units.planned.value, first.proofs.value) == (2, 4, 5)


def test_units_are_heard_and_complete() -> None:
    found = figures()
    assert (found.heard.done.value, found.heard.planned.value, found.complete.value) == (3, 4, 2)
    assert [(unit.name[-1], unit.complete, unit.progress.reported.value) for unit in found.units] == [
        ("A", True, 4),
        ("B", False, 3),
        ("C", False, 0),
        ("D", True, 3),
    ]
    assert [(u.tasks.done.value, u.tasks.planned.value) for u in found.units] == [(2, 2), (1, 2), (0, 1), (2, 2)]


def test_forms_are_counted_with_their_units_and_their_proof() -> None:
    found = {form.form: form for form in figures().forms if form.reported.value}
    told = {
        form: (one.reported.value, one.proven.value, one.quantity.value, one.proven_quantity.value)
        for form, one in found.items()
    }
    assert told == {
        Form.RADIO: (5, 4, 10, 9),
        Form.PORTAL: (2, 2, 10, 10),
        Form.SOCIAL: (2, 1, 5, 2),
        Form.LED: (1, 0, 10, 0),
    }
    assert found[Form.RADIO].unquantified.rows == (17,)
    assert found[Form.RADIO].unit == "lượt phát"


def test_a_channel_without_a_photo_a_file_or_a_link_earns_nothing() -> None:
    assert [(group.proven.value, group.unproven.value, group.earned) for group in figures().groups] == [
        (0, 1, 0),
        (3, 1, Fraction(1, 4)),
        (4, 1, Fraction(1, 2)),
    ]


def test_the_contradictory_table_of_points_is_read_in_both_ways() -> None:
    strict, by_example = figures().scores
    assert (strict.performance, strict.total, strict.most) == (Fraction(0), Fraction(3, 4), Fraction(2))
    assert (by_example.performance, by_example.total) == (Fraction(2, 3), Fraction(17, 12))


@pytest.mark.parametrize(("undone", "points", "below"), [(0, 1, False), (1, Fraction(9, 10), False), (2, 0, True)])
def test_one_undone_row_of_ten_gives_ninety_per_cent_and_two_give_nothing(
    undone: int, points: Fraction, below: bool
) -> None:
    tasks = [(str(n), "việc", ("UBND phường A",), ()) for n in range(10)]
    rows = [
        replace(
            entry(n, "1", "A", W09, Mark.OPEN if n < undone else Mark.REPORTED, None if n < undone else 0), tt=str(n)
        )
        for n in range(10)
    ]
    found = reports.figures(rows, PLAN, window("2024-Q1", RULES), AFTER, tasks, RULES)
    assert found.scores[0].performance == points
    assert found.below is below


def test_without_anything_planned_no_points_are_given() -> None:
    found = reports.figures([], PLAN, window("2024-Q3", RULES), AFTER, TASKS, RULES)
    assert found.done.share is None
    assert [score.total for score in found.scores] == [None, None]
    assert not found.below


def test_undone_tasks_name_who_owes_what_and_why() -> None:
    (undone,) = figures().undone
    assert undone.tt == "1"
    assert [(one.unit_name, one.periods) for one in undone.overdue_by] == [("UBND phường B", (W10.label,))]
    assert [(one.unit_name, one.reasons) for one in undone.returned_by] == [
        ("UBND phường C", ("Ảnh mờ, không đọc được",))
    ]


def test_new_forms_and_repeated_pictures_are_listed() -> None:
    found = figures()
    assert found.new_forms.rows == (31,)
    assert found.repeated.rows == (17,)


def test_half_a_year_is_cumulative() -> None:
    found = figures("2024-H1", AFTER.replace(month=6))
    assert found.total.planned.value == 16
    assert set(figures().total.planned.rows) < set(found.total.planned.rows)


def test_a_month_counts_its_own_days() -> None:
    assert {row.entry.id for row in figures("2024-03").rows} == {11, 12, 13, 14, 15, 16, 17, 18, 22, 24, 31}


def test_an_early_report_says_so_and_what_is_not_due_is_not_missing() -> None:
    found = figures(now=datetime(2024, 3, 8, 9, tzinfo=ZONE))
    assert found.early
    assert found.partial
    assert found.total.overdue.value == 0
    assert found.total.waiting.rows == (14,)
    assert 14 not in found.total.due.rows


def test_the_last_day_of_the_window_in_vietnam_is_still_early() -> None:
    assert figures(now=datetime(2024, 3, 14, 23, 30, tzinfo=ZONE)).early
    assert not figures(now=datetime(2024, 3, 15, 0, 30, tzinfo=ZONE)).early


def test_a_row_of_a_task_the_plan_does_not_have_is_counted_under_its_own_words() -> None:
    found = reports.figures(ledger(), PLAN, window("2024-Q1", RULES), AFTER, TASKS[1:], RULES)
    assert [task.tt for task in found.tasks] == ["2", "3", "7", "1"]
    assert found.total.planned.value == 12
    assert found.done.planned.value == 3


# --- every number equals its rows


def _counts(value: object) -> Iterator[Count]:
    if isinstance(value, Count):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _counts(one)
    elif is_dataclass(value) and not isinstance(value, Entry | Plan):
        for field in fields(value):
            yield from _counts(getattr(value, field.name))


def _recounted(number: Count, rows: dict[int, Entry]) -> int:
    held = [rows[row] for row in number.rows]
    match number.of:
        case Of.ROWS:
            return len(held)
        case Of.TASKS:
            return len({row.tt for row in held})
        case Of.UNITS:
            return len({row.unit for row in held})
        case Of.QUANTITY:
            return sum(row.quantity or 0 for row in held)
        case Of.PROOFS:
            return sum(proof.kind in PROOF_KINDS for row in held for proof in row.proofs)


@st.composite
def _ledgers(draw: st.DrawFn) -> list[Entry]:
    turns = [
        (tt, unit, period) for tt in "123" for unit in "ABCD" for period in (W09, W10, W11, JANUARY, FEBRUARY, ONCE)
    ]
    chosen = draw(st.lists(st.sampled_from(turns), unique=True, max_size=25))
    proofs = st.lists(st.sampled_from((PHOTO, TWIN, LINK, LINE)), max_size=3).map(tuple)
    rows = []
    for number, (tt, unit, period) in enumerate(chosen, 1):
        mark = draw(st.sampled_from(Mark))
        late = None if mark in (Mark.OPEN, Mark.NOT_APPLICABLE) else draw(st.integers(-3, 6))
        form, quantity = draw(st.sampled_from((None, *Form))), draw(st.none() | st.integers(0, 2000))
        new = draw(st.booleans())
        told = {"form": form, "quantity": quantity, "proofs": draw(proofs)}
        rows.append(replace(entry(number, tt, unit, period, mark, late, new=new), **told))
    return rows


_MOMENTS = st.integers(0, 366 * 24).map(lambda hours: datetime(2024, 1, 1, tzinfo=ZONE) + timedelta(hours=hours))


@given(_ledgers(), _MOMENTS, st.sampled_from(["2024-Q1", "2024-H1", "2024", "2024-03"]))
def test_every_number_equals_its_list_of_rows(rows: list[Entry], now: datetime, name: str) -> None:
    found = reports.figures(rows, PLAN, window(name, RULES), now, TASKS, RULES)
    by_id = {row.id: row for row in rows}
    numbers = list(_counts(found))
    assert len(numbers) > 100
    for number in numbers:
        assert number.value == _recounted(number, by_id)
        assert len(set(number.rows)) == len(number.rows)


@given(_ledgers(), _MOMENTS)
def test_outcomes_share_out_what_was_planned(rows: list[Entry], now: datetime) -> None:
    found = reports.figures(rows, PLAN, window("2024", RULES), now, TASKS, RULES)
    for how in (found.total, *(task.progress for task in found.tasks), *(unit.progress for unit in found.units)):
        assert how.on_time.value + how.late.value == how.reported.value
        parts = (how.on_time, how.late, how.overdue, how.returned, how.waiting)
        assert sorted(row for part in parts for row in part.rows) == sorted(how.planned.rows)
    for name in ("planned", "reported", "overdue", "proven"):
        total = getattr(found.total, name).value
        assert total == sum(getattr(task.progress, name).value for task in found.tasks)
        assert total == sum(getattr(unit.progress, name).value for unit in found.units)
    assert sum(form.reported.value for form in found.forms) + found.formless.value == found.total.reported.value


@given(_ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_the_ledger_changes_nothing(rows: list[Entry], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    own = window("2024", RULES)
    assert reports.figures(rows, PLAN, own, AFTER, TASKS, RULES) == reports.figures(
        shuffled, PLAN, own, AFTER, TASKS, RULES
    )


# --- numbers in words


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Fraction(7, 8), "87,5%"),
        (Fraction(1), "100%"),
        (Fraction(0), "0%"),
        (Fraction(2, 3), "66,7%"),
        (Fraction(9999, 10000), "99,9%"),
        (None, "–"),
    ],
)
def test_shares_are_written_the_vietnamese_way(share: Fraction | None, said: str) -> None:
    assert percent(share) == said


def test_numbers_are_written_the_vietnamese_way() -> None:
    assert [whole(0), whole(999), whole(1234), whole(1234567)] == ["0", "999", "1.234", "1.234.567"]
    assert [decimal(Fraction(3, 4), 2), decimal(Fraction(5, 2), 2), decimal(Fraction(4681, 2), 1)] == [
        "0,75",
        "2,5",
        "2.340,5",
    ]


# --- writing


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bao-cao.pdf"
    with pytest.raises(FormatError, match=r"«bao-cao\.pdf»: tên tệp phải kết thúc bằng \.docx hoặc \.xlsx"):
        reports.write(path, figures(), RULES)
    assert not path.exists()


@pytest.mark.parametrize("ending", ["docx", "xlsx", "DOCX"])
def test_the_same_ledger_makes_the_same_file_whenever_it_is_made(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    reports.write(first, figures(), RULES)
    later = reports.figures(ledger()[::-1], PLAN, window("2024-Q1", RULES), AFTER.replace(month=9), TASKS, RULES)
    reports.write(second, later, RULES)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_an_empty_ledger_and_odd_signs_are_written_too(tmp_path: Path, ending: str) -> None:
    empty = reports.figures([], PLAN, window("2024-Q3", RULES), AFTER, TASKS, RULES)
    reports.write(tmp_path / f"empty.{ending}", empty, RULES)
    odd = "=1+1\x00\x0b\n<b>&" + "dài " * 20_000
    proof = Proof(ProofKind.LINK, "https://x.example/" + "a" * 3000)
    told = entry(
        1, "1", "A", W09, Mark.REPORTED, 0, form=Form.OTHER, quantity=10**6, proofs=(proof,), text=odd, new=True
    )
    row = replace(told, unit_name=odd)
    found = reports.figures([row], PLAN, window("2024-Q1", RULES), AFTER, TASKS, RULES)
    reports.write(tmp_path / f"odd.{ending}", found, RULES)
    assert (tmp_path / f"odd.{ending}").stat().st_size > 5000
