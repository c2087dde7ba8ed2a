"""Words written together, with key residue or slips are read as they were meant, with the accents they had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import words
from knowledge.library import Library
from knowledge.reader import Reader
from knowledge.spelling import Speller, tokens_of


@pytest.fixture(scope="module")
def speller(world: Library) -> Speller:
    return Speller(Reader(world).index, words.load())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lamgiaykhaisinhcangi", "lam giay khai sinh can gi"),
        ("làmgiấykhaisinhcầngì", "lam giay khai sinh can gi"),
        ("đăngkýtạmtrú ởđâu", "dang ki tam tru o dau"),
        ("lafmgiaayskhaisinh", "lam giay khai sinh"),
        ("làmở đâu", "lam o dau"),
        ("hoso tam tru", "ho so tam tru"),
        ("giấy tờj", "giay to gi"),
        ("dawng kys tamj trus", "dang ki tam tru"),
        ("khai sihn", "khai sinh"),
    ],
)
def test_what_was_typed_is_read_as_meant(speller: Speller, text: str, meant: str) -> None:
    assert " ".join(one.plain for one in speller.mended(tokens_of(text))) == meant


def test_words_written_together_keep_their_accents(speller: Speller) -> None:
    assert speller.mended(["tạmtrú"]) == speller.mended(["tạm", "trú"])


@pytest.mark.parametrize("word", ["flycam", "khai", "nghiêng", "2024", "x", "k"])
def test_one_word_stays_one(speller: Speller, word: str) -> None:
    assert len(speller.mended([word])) == 1


@given(st.text(max_size=60))
def test_anything_can_be_mended(speller: Speller, text: str) -> None:
    tokens = tokens_of(text)
    assert len(speller.mended(tokens)) >= len(tokens)
