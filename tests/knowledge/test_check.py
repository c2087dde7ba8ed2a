"""What the check of the content finds."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.check import check, contradictions
from knowledge.library import Library
from knowledge.procedures import Channel, Method, Procedure

TODAY = date(2026, 11, 24)


def changed(library: Library, code: str, **fields: object) -> Library:
    return Library(p.model_copy(update=fields) if p.code == code else p for p in library)


@pytest.fixture
def record(world: Library) -> Procedure:
    found = world.get("2.000635")
    assert found
    return found


def test_the_small_world_is_sound(world: Library) -> None:
    report = check(world, TODAY)
    assert report.problems == []
    assert report.procedures == len(world)


def test_one_alias_for_two_procedures_is_told(world: Library, record: Procedure) -> None:
    twice = changed(world, record.code, aliases=(*record.aliases, "làm giấy khai sinh"))
    assert any(
        "1.001193, 2.000635: cùng nhận “làm giấy khai sinh”" in problem for problem in check(twice, TODAY).problems
    )


def test_a_stored_question_that_finds_another_procedure_is_told(world: Library, record: Procedure) -> None:
    wrong = changed(world, record.code, questions=("mất thẻ căn cước thì làm lại ở đâu", *record.questions))
    assert any("mất thẻ căn cước" in problem for problem in check(wrong, TODAY).problems)


def test_too_few_stored_questions_are_told(world: Library, record: Procedure) -> None:
    few = changed(world, record.code, questions=record.questions[:2])
    assert any("chỉ có 2 câu hỏi mẫu" in problem for problem in check(few, TODAY).problems)


def test_a_record_past_its_day_is_listed_but_no_mistake(world: Library, record: Procedure) -> None:
    report = check(world, record.review_by)
    assert record.code in report.stale
    assert report.problems == []


def test_a_fee_of_the_catalogue_that_the_record_lacks_is_told(world: Library, record: Procedure) -> None:
    method = Method(channel=Channel.COUNTER, time_limit="1 ngày", fee="12.345 đồng/bản")
    newer = record.model_copy(update={"methods": (method,)})
    (problem,) = contradictions(world, [newer])
    assert problem.startswith("2.000635: danh mục ghi lệ phí 12.345 đồng")
    assert contradictions(world, [record.model_copy()]) == []
