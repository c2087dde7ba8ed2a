"""The form of a procedure: a record comes out as it went in; mistakes are told in Vietnamese beside their field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from bot import limits
from bot.web.office import knowledge_form as forms
from bot.web.office.knowledge_form import Typed
from knowledge.library import Library, shipped
from knowledge.procedures import UNKNOWN, Procedure

BIRTH = "1.001193"
TODAY = date(2026, 11, 24)


def sent(typed: Typed, **changes: str) -> Mapping[str, str]:
    """The form as a browser sends it."""
    cells = {
        f"{table}.{number}.{column}": row.get(column, "")
        for table, rows in typed.rows.items()
        for number, row in enumerate(rows)
        for column in forms.COLUMNS[table]
    }
    return {**typed.values, **cells, "note": "Sửa theo nguồn.", **changes}


def problems(world: Library, **changes: str) -> dict[str, str]:
    typed = forms.read(sent(forms.of(world.by_code[BIRTH]), **changes))
    assert forms.record(typed, TODAY) is None
    return typed.problems


@pytest.mark.parametrize("record", list(shipped()), ids=lambda record: record.code)
def test_every_shipped_record_goes_through_the_form_unchanged(record: Procedure) -> None:
    typed = forms.read(sent(forms.of(record)))
    assert forms.record(typed, TODAY) == record, typed.problems


def test_every_field_of_a_record_is_in_the_form() -> None:
    assert {*forms.SINGLE, *forms.LISTS, *forms.COLUMNS, "code"} == set(Procedure.model_fields)
    assert {*forms.LABELS} == {*Procedure.model_fields, *forms.EXTRA}


def test_what_a_word_processor_leaves_behind_is_taken_out(world: Library) -> None:
    pasted = {"name": "  Đăng\u00a0ký \u200bkhai   sinh ", "steps": "• Nộp hồ sơ\r\n\r\n- Nhận kết quả\u00ad "}
    typed = forms.read(sent(forms.of(world.by_code[BIRTH]), **pasted))
    found = forms.record(typed, TODAY)
    assert found
    assert (found.name, found.steps) == ("Đăng ký khai sinh", ("Nộp hồ sơ", "Nhận kết quả"))


def test_an_emptied_row_is_left_out_and_the_others_keep_their_order(world: Library) -> None:
    birth = world.by_code[BIRTH]
    gone = {f"documents.0.{column}": "" for column in ("name", "quantity", "when", "note")}
    found = forms.record(forms.read(sent(forms.of(birth), **gone)), TODAY)
    assert found
    assert found.documents == birth.documents[1:]


def test_a_person_s_number_in_a_question_is_not_kept(world: Library) -> None:
    typed = forms.read(sent(forms.of(world.by_code[BIRTH]), questions="số căn cước của em là 024090001234 thì sao"))
    assert "024090001234" not in typed.value("questions")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("who", "", UNKNOWN),
        ("name", "", "Cần ghi mục này."),
        ("checked_on", "", "Chọn ngày."),
        ("checked_on", "hôm qua", "Ngày chưa đúng"),
        ("source_url", "dichvucong", "https://"),
        ("methods.0.fee", "", UNKNOWN),
        ("methods.0.channel", "fax", "Chọn một mục"),
        ("legal_basis.1.number", "Nghị định 5", "60/2014/QH13"),
        ("successor", "1.004884\nabc", "Dòng 2"),
        ("review_by", "2020-01-01", "Phải sau ngày kiểm tra"),
        ("review_by", "2026-11-24", "Chọn một ngày sau hôm nay."),
        ("checked_on", "2026-11-25", "không thể sau hôm nay"),
        ("effective_until", "", ""),
        ("note", "", "Ghi một câu"),
    ],
)
def test_a_mistake_is_told_beside_its_field(world: Library, field: str, value: str, said: str) -> None:
    if field == "effective_until":
        assert "ngày cuối" in problems(world, successor="1.004884")[field]
        return
    found = problems(world, **{field: value})
    assert list(found) == [field]
    assert said in found[field]


def test_the_same_line_twice_is_told_at_its_field(world: Library) -> None:
    assert problems(world, steps="Nộp hồ sơ\nnộp hồ sơ") == {"steps": "Có hai dòng giống nhau. Bỏ một dòng."}


def test_what_is_too_long_is_kept_and_told(world: Library) -> None:
    long = "a" * (limits.RECORD_TEXT + 1)
    typed = forms.read(sent(forms.of(world.by_code[BIRTH]), who=long))
    assert forms.record(typed, TODAY) is None
    assert typed.value("who") == long
    assert typed.problems["who"].startswith("Dài quá")


def test_rows_are_added_as_far_as_there_is_room() -> None:
    typed = Typed()
    for _ in range(2 * limits.RECORD_ROWS):
        typed.add_row("documents")
    typed.add_row("không có")
    assert len(typed.rows["documents"]) == limits.RECORD_ROWS


def test_a_mistake_is_named_with_its_row() -> None:
    typed = Typed(problems={"documents.1.name": "Cần ghi mục này."})
    assert typed.named() == [("documents.1.name", "Thành phần hồ sơ, dòng 2, tên giấy tờ", "Cần ghi mục này.")]
