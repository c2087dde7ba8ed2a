"""Text is cleaned of what programs leave in it, and folded to be compared."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.text import clean, fold, line

ANY = (
    st.text(st.sampled_from("<>&;*aibrulp/!-#mt \n\r\t|.:0123Iế\u0301\u00a0\u00ad\u200b\uf0b7Nội dungchủtrì"))
    | st.text()
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Phòng&nbsp;VH&amp;TT", "Phòng VH&TT"),
        ("Phòng VH&TT; Phòng KT&GT; UBND", "Phòng VH&TT; Phòng KT&GT; UBND"),
        ("<ul style='x'> - A. - B. </ul>", "- A. - B."),
        ("<ul><li>A</li><li>B</li></ul>", "- A\n- B"),
        ("Thường xuyên <i>(khi có thay đổi)</i>", "Thường xuyên (khi có thay đổi)"),
        ("trụ sở<br/>và nhà văn hóa", "trụ sở\nvà nhà văn hóa"),
        ("**PHỤ LỤC**", "PHỤ LỤC"),
        ("PHỤ LỤC**DANH MỤC**", "PHỤ LỤC DANH MỤC"),
        ("*Cải cách thể chế*: rõ", "Cải cách thể chế: rõ"),
        ("Ghi chú (*) và 3 * 4", "Ghi chú (*) và 3 * 4"),
        (unicodedata.normalize("NFD", "Quý I/2024"), "Quý I/2024"),
        ("\ufeffmột\r\n\r\n  hai\u00a0\u200bba\u00ad ", "một\nhai ba"),
        ("&amp;lt;br&amp;gt;", ""),
        ("nhỏ hơn < 5 & lớn", "nhỏ hơn < 5 & lớn"),
    ],
)
def test_remains_of_other_programs_go_and_the_words_stay(written: str, said: str) -> None:
    assert clean(written) == said


@given(ANY)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY)
def test_a_line_has_no_breaks_and_folding_leaves_no_accents(text: str) -> None:
    assert "\n" not in line(text)
    assert fold(fold(text)) == fold(text)


def test_nested_markup_without_end_is_not_worked_on_for_ever() -> None:
    assert "<" not in clean("<i" * 20_000 + ">" * 20_000)


def test_text_is_folded_to_plain_letters() -> None:
    assert fold("  Đường\u00a0 Tây  YÊN Tử ") == "duong tay yen tu"
