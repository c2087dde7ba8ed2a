"""A relative who died is not a thing that was lost."""

from __future__ import annotations

import pytest

from knowledge import words as word_lists
from knowledge.kin import deceased, names_a_loss
from knowledge.normalize import words

KIN = word_lists.load().kin


def said(text: str) -> str | None:
    typed = words(text)
    span = deceased(typed, KIN)
    return None if span is None else " ".join(one.plain for one in typed[span.start : span.stop])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ba tui mới mất", "ba tui moi mat"),
        ("má tôi vừa qua đời", "ma toi vua qua doi"),
        ("hom qua ong noi mat roi", "ong noi mat"),
        ("bố chồng em mất năm ngoái", "bo chong em mat"),
        ("em tôi mới mất", "em toi moi mat"),
        ("mẹ tôi mất vì bệnh", "me toi mat"),
    ],
)
def test_a_death_is_heard_from_the_relative_on(text: str, told: str) -> None:
    assert said(text) == told


@pytest.mark.parametrize(
    "text",
    ["mẹ em mất ví", "me em bi mat vi", "mẹ em mất giấy tờ", "em mất ví rồi", "em thấy mất rồi", "có mất tiền không",
     "làm lại mất bao lâu", "mất căn cước", ""],
)  # fmt: skip
def test_a_loss_is_no_death(text: str) -> None:
    assert said(text) is None


def test_what_was_lost_stands_behind() -> None:
    assert names_a_loss(words("mẹ em mất giấy tờ"), KIN)
    assert not names_a_loss(words("mẹ em mới mất"), KIN)
    assert not names_a_loss(words("tôi mới mất mẹ"), KIN)
