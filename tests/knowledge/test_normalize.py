"""Vietnamese as people type it, brought to one form."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalize import fold, untyped, word, words

TYPED = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80)


@given(TYPED)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TYPED)
def test_it_does_not_invent_characters(text: str) -> None:
    typed = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d").casefold()
    assert set(fold(text)) <= {*unicodedata.normalize("NFC", typed), *typed, " "}


@given(TYPED)
def test_composed_and_decomposed_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(TYPED)
def test_no_text_makes_the_reading_of_words_fail(text: str) -> None:
    for one in words(text):
        assert one.plain == word(one.plain).plain
        untyped(one.plain)


@pytest.mark.parametrize(
    ("one", "other"), [("hòa", "hoà"), ("ký", "kí"), ("thủy", "thuỷ"), ("ĐĂNG", "đăng"), ("quý", "quí")]
)
def test_two_spellings_of_one_word_are_one_word(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dawng", "dang"),
        ("kys", "ki"),
        ("giaays", "giay"),
        ("d9ang1", "dang"),
        ("ddoocj", "doc"),
        ("hooj", "ho"),
        ("xin", None),
    ],
)
def test_residue_of_telex_and_vni_is_taken_out(typed: str, meant: str | None) -> None:
    found = untyped(typed)
    assert (word(found).plain if found else None) == meant
