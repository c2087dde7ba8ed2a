"""What a published version tells, from which day, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.changes import Kind
from knowledge.library import Library
from knowledge.news import Age, News, news_of
from knowledge.procedures import LegalBasis, Procedure

DAY = date(2026, 11, 24)
AGE = Age(DAY, 14)


@pytest.fixture
def record(world: Library) -> Procedure:
    return world.by_code["1.004194"].model_copy(update={"effective_from": None})


def told(old: Procedure | None, new: Procedure, age: Age = AGE, *, gone: bool = False) -> News:
    news = news_of(old, new, age, gone=gone)
    assert news
    return news


def differing(record: Procedure, **facts: object) -> Procedure:
    return record.model_copy(update=facts)


def test_it_names_what_changed_as_within_a_sentence(record: Procedure) -> None:
    methods = tuple(
        method.model_copy(update={"fee": "9.000 đồng", "time_limit": "2 ngày"}) for method in record.methods
    )
    news = told(record, differing(record, methods=methods, who="Người cao tuổi"))
    assert (news.kind, news.changed) == (Kind.CHANGED, ("đối tượng thực hiện", "thời hạn giải quyết", "lệ phí"))
    assert (news.code, news.name, news.field) == (record.code, record.name, record.field)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"name": "Tạm trú"},
        {"summary": "Nói gọn hơn."},
        {"aliases": ("ở trọ",), "questions": ("ở trọ thì khai báo ở đâu",)},
        {"checked_on": DAY, "review_by": DAY + timedelta(days=180)},
        {"source": "Cổng dịch vụ công của tỉnh"},
    ],
)
def test_how_a_record_is_found_and_checked_is_no_news(record: Procedure, facts: dict[str, object]) -> None:
    old = differing(record, checked_on=DAY - timedelta(days=900), review_by=DAY - timedelta(days=1))
    assert news_of(old, differing(old, **facts), AGE) is None


def test_the_day_is_the_one_the_record_names_then_the_one_the_office_set_then_the_publishing(record: Procedure) -> None:
    changed = differing(record, who="Ai cũng được")
    dated = differing(changed, effective_from=date(2026, 12, 1))
    set_ = replace(AGE, holds_from=date(2026, 11, 20))
    assert told(record, changed).day == DAY
    assert told(record, changed, set_).day == date(2026, 11, 20)
    assert told(record, dated, set_).day == date(2026, 12, 1)
    assert told(None, dated).day == date(2026, 12, 1)
    old_date = differing(record, effective_from=date(2020, 1, 1))
    assert told(old_date, differing(old_date, who="Ai cũng được")).day == DAY


def test_a_day_alone_is_named_and_beside_facts_it_is_not(record: Procedure) -> None:
    later = {"effective_from": date(2026, 12, 1)}
    assert told(record, differing(record, **later)).changed == ("áp dụng từ",)
    basis = (LegalBasis(number="1/2026/NQ-HĐND", title="Nghị quyết"),)
    assert told(record, differing(record, legal_basis=basis, **later)).changed == ("căn cứ pháp lý",)


def test_it_is_told_for_two_weeks_from_the_later_of_both_days(record: Procedure) -> None:
    changed = differing(record, who="Ai cũng được")
    late = told(record, changed, replace(AGE, holds_from=date(2026, 1, 1)))
    assert (late.since, late.until) == (DAY, date(2026, 12, 8))
    early = told(record, changed, replace(AGE, holds_from=date(2026, 12, 1)))
    assert (early.since, early.until) == (date(2026, 12, 1), date(2026, 12, 15))
    assert [early.told_on(day) for day in (date(2026, 11, 30), early.since, date(2026, 12, 14), early.until)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_an_end_is_told_before_it_comes_and_for_two_weeks_after(record: Procedure) -> None:
    ending = told(record, differing(record, effective_until=date(2026, 12, 31)), gone=True)
    assert (ending.kind, ending.day) == (Kind.ABOLISHED, date(2027, 1, 1))
    assert (ending.since, ending.until) == (DAY, date(2027, 1, 15))
    assert told(record, record, gone=True).day == DAY


def test_what_nobody_knew_is_new(record: Procedure) -> None:
    news = told(None, record)
    assert (news.kind, news.changed, news.day) == (Kind.NEW, (), DAY)
