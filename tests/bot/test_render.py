"""Replies as platforms can show them."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Traits
from bot.channels.render import parts, split, units
from handlers.message import Choice, Reply

PLAIN = Traits(text_limit=2000, buttons=False, markup=False, per_second=1, per_chat_second=1)
RICH = Traits(text_limit=4096, buttons=True, markup=True, per_second=1, per_chat_second=1)


def test_choices_become_numbered_lines_where_there_are_no_buttons() -> None:
    (part,) = parts(Reply("Chọn **một**:", (Choice("Lệ phí", "a"), Choice("Trang", url="https://a.vn"))), PLAIN)
    assert part.text == "Chọn một:\n\n1. Lệ phí\n2. Trang: https://a.vn"
    assert part.choices == ()


def test_labels_too_long_for_a_button_stand_in_the_text_and_are_still_pressed() -> None:
    narrow = Traits(text_limit=4096, buttons=True, markup=True, per_second=1, per_chat_second=1, label_limit=20)
    long = Choice("Giấy tờ chứng minh chỗ ở hợp pháp", "a")
    (part,) = parts(Reply("Chọn:", (long, Choice("Xong", "b"))), narrow)
    assert part.text == "Chọn:\n\n1. Giấy tờ chứng minh chỗ ở hợp pháp\n2. Xong"
    assert [(choice.label, choice.action) for choice in part.choices] == [("1. Giấy tờ chứng…", "a"), ("2. Xong", "b")]
    (short,) = parts(Reply("Chọn:", (Choice("Xong", "b"),)), narrow)
    assert (short.text, short.choices) == ("Chọn:", (Choice("Xong", "b"),))


def test_choices_stay_with_the_last_part() -> None:
    choices = (Choice("Có", "c"),)
    pieces = parts(Reply("dòng một\n" * 800, choices), RICH)
    assert len(pieces) == 2
    assert [piece.choices for piece in pieces] == [(), choices]


def test_it_cuts_at_the_paragraph_before_anything_else() -> None:
    text = "a" * 60 + "\n\n" + "b" * 20 + ". " + "c" * 40
    assert split(text, 100) == ["a" * 60, "b" * 20 + ". " + "c" * 40]


def test_it_does_not_cut_inside_a_link() -> None:
    link = "https://dichvucong.gov.vn/" + "x" * 60
    pieces = split(f"{'chữ ' * 15}{link} {'chữ ' * 15}", 120)
    assert any(link in piece for piece in pieces)


@given(st.text(min_size=1, max_size=600), st.integers(min_value=40, max_value=120))
def test_every_part_fits_and_nothing_but_spaces_is_lost(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(alphabet="e\u0301\u0323👨\u200d👩 \ufe0f", min_size=1, max_size=300))
def test_no_part_begins_with_a_mark_that_lost_its_letter(text: str) -> None:
    text = unicodedata.normalize("NFC", "a" + text)
    for piece in split(text, 40)[1:]:
        if piece and not text.startswith(piece):
            assert not unicodedata.combining(piece[0]) or len(_run_of_marks(text)) > 20


def _run_of_marks(text: str) -> str:
    longest = run = ""
    for char in text:
        run = run + char if unicodedata.combining(char) or char in "\u200d\ufe0f" else ""
        longest = max(longest, run, key=len)
    return longest
