"""Comparing an import with what is known: every fact that differs is seen, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from knowledge.changes import NOT_COMPARED, Kind, compare, fingerprint
from knowledge.library import Library
from knowledge.procedures import UNKNOWN, Channel, Document, Form, LegalBasis, Method, Procedure

BASE = Procedure(
    code="1.001193",
    name="Khai sinh",
    official_name="Thủ tục đăng ký khai sinh",
    field="Hộ tịch",
    agency="Ủy ban nhân dân cấp xã",
    summary="Cấp Giấy khai sinh.",
    who="Cha, mẹ",
    where="Trung tâm Phục vụ hành chính công",
    methods=(Method(channel=Channel.COUNTER, time_limit="1 ngày", fee="8.000 đồng"),),
    effective_from=date(2025, 7, 1),
    effective_until=date(2030, 1, 1),
    source="Cổng Dịch vụ công quốc gia",
    source_url="https://dichvucong.gov.vn/",
    checked_on=date(2026, 7, 18),
    review_by=date(2027, 7, 18),
)

OTHER: dict[str, Any] = {
    "levels": ("Cấp xã",),
    "scope": "Bắc Ninh",
    "methods": (Method(channel=Channel.COUNTER, time_limit="1 ngày", fee="10.000 đồng"),),
    "documents": (Document(name="Tờ khai"),),
    "forms": (Form(name="Mẫu 1"),),
    "legal_basis": (LegalBasis(number="60/2014/QH13", title="Luật Hộ tịch"),),
    "online_url": "https://dichvucong.gov.vn/x",
    "effective_from": date(2026, 1, 1),
    "effective_until": date(2031, 1, 1),
    "successor": ("1.000001",),
    **dict.fromkeys(("steps", "online_steps", "result", "conditions", "notes", "aliases", "questions"), ("Một", "Hai")),
}


def changed(**facts: Any) -> Procedure:
    return BASE.model_copy(update=facts)


@pytest.mark.parametrize("name", sorted(Procedure.model_fields.keys() - NOT_COMPARED))
def test_a_change_of_any_fact_is_seen(name: str) -> None:
    (change,) = compare({BASE.code: BASE}, [changed(**{name: OTHER.get(name, "Khác")})])
    assert change.kind is Kind.CHANGED
    assert len(change.differences) == 1
    assert fingerprint(change.procedure) != fingerprint(BASE)


def test_the_difference_is_told_in_words_of_the_office() -> None:
    (change,) = compare({BASE.code: BASE}, [changed(methods=OTHER["methods"])])
    assert change.differences[0].text() == ["Phí, lệ phí: 8.000 đồng → 10.000 đồng"]
    assert change.differences[0].to_json() == {"field": "Phí, lệ phí", "old": "8.000 đồng", "new": "10.000 đồng"}


def test_of_a_list_only_what_went_and_came_is_told() -> None:
    old = changed(documents=(Document(name="Tờ khai", quantity="1 bản chính"), Document(name="Ảnh")))
    new = changed(documents=(Document(name="Tờ khai", quantity="1 bản chính"), Document(name="Hộ chiếu")))
    (change,) = compare({old.code: old}, [new])
    assert change.differences[0].text() == ["Thành phần hồ sơ:", "  bỏ: Ảnh", "  thêm: Hộ chiếu"]
    turned = changed(documents=old.documents[::-1])
    assert compare({old.code: old}, [turned])[0].differences[0].text()[1:] == ["  chỉ đổi thứ tự"]


def test_where_a_record_comes_from_makes_no_difference() -> None:
    again = changed(source="Khác", checked_on=date(2026, 9, 1), review_by=date(2027, 9, 1))
    (change,) = compare({BASE.code: BASE}, [again])
    assert change.kind is Kind.SAME
    assert fingerprint(again) == fingerprint(BASE)


def test_checking_again_counts_once_the_review_date_is_past() -> None:
    day = BASE.review_by + timedelta(days=1)
    (change,) = compare({BASE.code: BASE}, [changed(checked_on=day, review_by=day + timedelta(days=365))])
    assert change.kind is Kind.CHANGED
    assert change.differences[0].label == "Ngày kiểm tra"


def test_a_fact_that_is_no_longer_told_is_a_loss() -> None:
    (change,) = compare({BASE.code: BASE}, [changed(who=UNKNOWN, decision="1/QĐ")])
    assert change.losses == ("Đối tượng thực hiện",)


def test_new_and_same_and_abolished(world: Library) -> None:
    records = list(world)
    first, second = records[0], records[1]
    other = first.model_copy(update={"code": "9.999999"})
    changes = compare(world.by_code, [first, other], expected=[first.code, second.code, "8.888888"])
    assert [(change.kind, change.procedure.code) for change in changes] == [
        (Kind.SAME, first.code),
        (Kind.NEW, "9.999999"),
        (Kind.ABOLISHED, second.code),
    ]


def test_nothing_is_abolished_unless_the_file_is_complete(world: Library) -> None:
    assert [change.kind for change in compare(world.by_code, [next(iter(world))])] == [Kind.SAME]


def test_of_a_code_that_comes_twice_the_first_counts() -> None:
    assert [change.kind for change in compare({BASE.code: BASE}, [BASE, changed(field="Khác")])] == [Kind.SAME]
