"""Cases, the items made from their records, suspension, points and what comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import ContentError, Library, shipped
from knowledge.practice.cases import CASES_AT_LEAST, Case, against, read_case, shipped_cases
from knowledge.practice.check import of_case, of_item
from knowledge.practice.course import Course, Lessons, shipped_lessons
from knowledge.practice.items import Item, Kind, Level
from knowledge.practice.play import RETURNS, WORTH, Run, Try, comes_back, marked, matched
from knowledge.practice.pools import is_free
from knowledge.practice.terms import label_of, term_end
from knowledge.practice.words import load
from knowledge.procedures import UNKNOWN, Channel, Method, Procedure
from knowledge.store import Knowledge

TODAY = date(2026, 11, 26)


@pytest.fixture(scope="session")
def library() -> Library:
    return shipped()


@pytest.fixture(scope="session")
def lessons() -> Lessons:
    return shipped_lessons()


@pytest.fixture(scope="session")
def course(library: Library, lessons: Lessons) -> Course:
    return lessons.course(library, {})


def changed(library: Library, code: str, **facts: object) -> Library:
    """The same records, one of them with other facts."""
    return Library(p.model_copy(update=facts) if p.code == code else p for p in library)


def with_fee(record: Procedure, fee: str) -> tuple[Method, ...]:
    return tuple(method.model_copy(update={"fee": fee}) for method in record.methods)


# No item contradicts a record


def test_there_are_thirty_cases_of_different_procedures(lessons: Lessons) -> None:
    assert len(lessons.cases) >= CASES_AT_LEAST
    assert len({case.code for case in lessons.cases}) == len(lessons.cases)


def test_every_case_agrees_with_its_record(lessons: Lessons, library: Library) -> None:
    assert [problem for case in lessons.cases for problem in against(case, library)] == []


def test_every_item_was_read_and_can_be_answered_one_way(course: Course) -> None:
    assert course.suspended(TODAY) == []
    assert [
        (item.name, problem) for key in course.cases for item in course.all_items(key) for problem in of_item(item)
    ] == []


def test_the_right_fee_is_the_fee_of_the_record_and_no_wrong_one_is(course: Course, library: Library) -> None:
    for case in course.cases.values():
        record = library.get(case.code)
        item = course.item(f"{case.key}/fee")
        method = case.method(record) if record else None
        assert record
        assert item
        assert method
        right = next(option.label for option in item.options if option.right)
        own = {one.fee.casefold() for one in record.methods}
        if method.fee == UNKNOWN:
            assert right == load()("fee_unknown")
        else:
            assert right.casefold() == method.fee.casefold()
        assert not own & {option.label.casefold() for option in item.options if not option.right}
        if is_free(method.fee):
            assert load()("fee_free") not in {option.label for option in item.options}


def test_the_right_time_is_the_time_of_the_record_and_no_wrong_one_is(course: Course, library: Library) -> None:
    for case in course.cases.values():
        record = library.get(case.code)
        assert record
        item, method = course.item(f"{case.key}/time"), case.method(record)
        assert (item is None) == (method is None or method.time_limit == UNKNOWN)
        if item and method:
            assert {option.label for option in item.options if option.right} == {method.time_limit}
            assert not {one.time_limit for one in record.methods} & {o.label for o in item.options if not o.right}


def test_the_papers_are_those_of_the_record_that_hold_in_the_story(course: Course, library: Library) -> None:
    for case in course.cases.values():
        record, item = library.get(case.code), course.item(f"{case.key}/documents")
        assert record
        assert item
        printed = {d.name for d in record.documents if (d.note or "").startswith("Cán bộ in")}
        assert {option.label for option in item.options if option.right} == set(case.documents) - printed
        needed = {document.name for document in record.documents if document.when is None}
        assert needed <= set(case.documents) <= {document.name for document in record.documents}
        for option in item.options:
            condition = next((d.when for d in record.documents if d.name == option.label), None)
            if not option.right and condition:
                assert condition.split(" ", 1)[1] in option.why


def test_the_ways_are_those_of_the_record_by_which_one_can_file(course: Course, library: Library) -> None:
    words = load()
    for case in course.cases.values():
        record, item = library.get(case.code), course.item(f"{case.key}/ways")
        assert record
        assert item
        filed = {m.channel for m in record.methods if not (m.how or "").startswith(("Chỉ trả kết quả", "Gửi bổ sung"))}
        offered = {words(f"way_{channel.value}") for channel in Channel if channel in filed}
        assert {option.label for option in item.options if option.right} == offered


def test_the_result_and_the_procedure_are_those_of_the_record(course: Course, library: Library) -> None:
    for case in course.cases.values():
        record = library.get(case.code)
        assert record
        found = course.item(f"{case.key}/find")
        assert found
        assert {option.label for option in found.options if option.right} == {record.name}
        if result := course.item(f"{case.key}/result"):
            assert {option.label for option in result.options if option.right} == {record.result[0]}
            assert not {o.label for o in result.options if not o.right} & set(record.result)
            assert len(result.options) == 4
        if chosen := course.item(f"{case.key}/choose"):
            assert {option.label for option in chosen.options if option.right} == {record.official_name}


def test_explanations_name_their_source_with_its_day(course: Course, library: Library) -> None:
    for key, case in course.cases.items():
        record = library.get(case.code)
        assert record
        stated = [item for item in course.all_items(key) if item.options]
        assert all(record.code in item.source and f"{record.checked_on:%d/%m/%Y}" in item.source for item in stated)


def test_the_assistant_finds_the_procedure_by_the_words_of_the_case(course: Course, library: Library) -> None:
    reader = Knowledge(library).reader
    assert [problem for case in course.cases.values() for problem in of_case(case, course, reader)] == []


# What a case may not be


def test_a_case_that_asks_for_a_paper_nobody_knows_is_told(library: Library, lessons: Lessons) -> None:
    case = lessons.cases[0].model_copy(update={"documents": ("Giấy không có thật",)})
    told = list(against(case, library))
    assert any("Giấy không có thật" in problem for problem in told)
    assert len(told) >= 2, "what everybody needs is missing, too"


@pytest.mark.parametrize("prose", ["Lệ phí 20.000 đồng", "Chờ 3 ngày là có", "Việc này miễn phí"])
def test_an_explanation_that_states_a_fact_is_refused(lessons: Lessons, prose: str) -> None:
    told = lessons.cases[0].model_dump()
    told["teach"] = prose
    with pytest.raises(ValueError, match="facts come from the record"):
        Case.model_validate(told)


def test_a_broken_file_is_named_with_its_mistakes(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "sai.yaml"
    file.write_text("key: sai\ntitle: Việc gì đó\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"sai\.yaml: .*code"):
        read_case(file)
    with pytest.raises(ContentError):
        shipped_cases(file.parent)


# Suspension


def test_a_changed_fee_suspends_exactly_the_items_of_that_fee(library: Library, lessons: Lessons) -> None:
    for case in lessons.cases:
        record = library.get(case.code)
        assert record
        newer = changed(library, case.code, methods=with_fee(record, "77.000 đồng"))
        course = lessons.course(newer, {})
        names = {one.item.name for one in course.suspended(TODAY)}
        assert names == {f"{case.key}/fee", f"{case.key}/pay"}
        assert {one.why for one in course.suspended(TODAY)} == {"changed"}


def test_a_changed_paper_suspends_what_asks_for_papers(library: Library, lessons: Lessons) -> None:
    record = library.get("1.004194")
    assert record
    first = record.documents[0].model_copy(update={"note": "Mẫu mới"})
    course = lessons.course(changed(library, "1.004194", documents=(first, *record.documents[1:])), {})
    names = {one.item.name for one in course.suspended(TODAY)}
    assert names == {"thuetro/documents", "thuetro/attach", "thuetro/more"}


def test_an_item_read_again_is_asked_with_the_new_fee(library: Library, lessons: Lessons) -> None:
    record = library.get("1.004194")
    assert record
    newer = changed(library, "1.004194", methods=with_fee(record, "77.000 đồng"))
    waiting = lessons.course(newer, {}).suspended(TODAY)
    again = lessons.course(newer, {one.item.name: frozenset({one.item.facts}) for one in waiting})
    assert again.suspended(TODAY) == []
    item = again.item("thuetro/fee")
    assert item
    assert "77.000 đồng" in {option.label for option in item.options if option.right}


def test_an_abolished_procedure_asks_nothing(library: Library, lessons: Lessons) -> None:
    gone = lessons.course(changed(library, "1.004194", effective_until=TODAY - timedelta(days=1)), {})
    assert gone.items("thuetro", TODAY) == ()
    assert {one.why for one in gone.suspended(TODAY)} == {"not_in_force"}


def test_a_record_past_its_review_day_asks_no_fee_and_no_time(library: Library, lessons: Lessons) -> None:
    course = lessons.course(library, {})
    record = library.get("1.004194")
    assert record
    keys = {item.key for item in course.items("thuetro", record.review_by)}
    assert not keys & {"fee", "time", "pay"}
    assert "documents" in keys


# What is earned, and what comes back


def item_of(course: Course, name: str) -> Item:
    item = course.item(name)
    assert item
    return item


def test_levels_come_in_their_order(course: Course) -> None:
    for key in course.cases:
        levels = [item.level for item in course.items(key, TODAY)]
        assert levels == sorted(levels, key=list(Level).index)
        assert set(levels) == set(Level)


def test_a_wrong_choice_is_explained_and_a_hint_costs_a_point(course: Course) -> None:
    item = item_of(course, "batuksinh/find")
    wrong = next(option for option in item.options if not option.right)
    judged = marked(item, [wrong.key])
    assert not judged.right
    assert judged.explained == (wrong.why, item.source)
    run = Run((item,), (Try(item.name, right=False, hint=True),))
    assert run.left(item.name) == WORTH - 1
    assert run.open is item
    done = Run((item,), (*run.tries, Try(item.name, right=True, choice=tuple(item.right))))
    assert (done.points, done.most, done.open) == (1, 2, None)


def test_many_must_be_all_and_no_more(course: Course) -> None:
    item = item_of(course, "thuetro/documents")
    right = sorted(item.right)
    assert marked(item, right).right
    assert not marked(item, right[:1]).right
    assert "1" in marked(item, right[:1]).explained[0]
    extra = next(option for option in item.options if not option.right)
    assert marked(item, [*right, extra.key]).explained == (extra.why, item.source)


def test_a_key_that_the_item_does_not_have_is_left_out(course: Course) -> None:
    assert marked(item_of(course, "batuksinh/find"), ["<script>"]).choice == ()


def test_a_form_is_right_when_every_field_matched(course: Course) -> None:
    item = item_of(course, "batuksinh/form")
    assert item.kind is Kind.FORM
    keys = [blank.key for blank in item.blanks]
    assert matched(item, keys).right
    assert matched(item, keys[1:]).choice == tuple(keys[1:])
    assert not matched(item, keys[1:]).right


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_points_never_leave_their_bounds(tries: list[tuple[bool, bool]]) -> None:
    run = Run((), tuple(Try("a/b", right=right and not hint, hint=hint) for right, hint in tries))
    assert 0 <= run.points_of("a/b") <= WORTH
    assert 0 <= run.left("a/b") <= WORTH


def test_what_was_wrong_comes_back_after_2_7_and_21_days_and_then_no_more() -> None:
    step, day = 0, TODAY + timedelta(days=RETURNS[0])
    days = [(day - TODAY).days]
    while (after := comes_back(step, right=True, today=day)) is not None:
        days.append((after[1] - day).days)
        step, day = after
    assert days == [2, 7, 21]
    assert comes_back(2, right=False, today=TODAY) == (0, TODAY + timedelta(days=2))


# Classes


@pytest.mark.parametrize(("typed", "label"), [("7a", "7A"), ("lớp 8A2", "8A2"), ("9/3", "9/3"), ("6", "6")])
def test_a_label_is_a_grade_and_a_class(typed: str, label: str) -> None:
    assert label_of(typed) == label


@pytest.mark.parametrize("typed", ["7A cô Lan", "5A", "10A1", "Trần Phú", "", "7A<b>", "012345678901"])
def test_nothing_else_is_a_label(typed: str) -> None:
    assert label_of(typed) is None


@given(st.dates(min_value=date(2024, 1, 1), max_value=date(2040, 1, 1)))
def test_a_term_ends_on_15_january_or_31_may_within_the_year(day: date) -> None:
    end = term_end(day)
    assert day <= end <= day + timedelta(days=230)
    assert (end.month, end.day) in {(1, 15), (5, 31)}


def test_every_text_of_practice_is_used() -> None:
    from pathlib import Path

    code = (Path(__file__).parent.parent.parent / "knowledge" / "practice" / "items.py").read_text(encoding="utf-8")
    made = {
        "way_online",
        "way_counter",
        "way_post",
        *(f"{key}_{end}" for key in ("documents", "ways", "attach") for end in ("hint", "missed")),
    }
    made |= {"documents", "ways", "attach", "login_rule", "form_rule", "track_rule"}
    assert [name for name in load().templates if f'"{name}"' not in code and name not in made] == []
