"""When a failed message is tried again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.outbox import FIRST_PAUSE, KINDS, LONGEST_PAUSE, pause


def test_the_first_pause_is_short_and_each_doubles() -> None:
    assert [pause(n).total_seconds() for n in (1, 2, 3, 4)] == [2, 4, 8, 16]


@given(st.integers(min_value=1, max_value=10_000))
def test_a_pause_never_shrinks_and_never_passes_the_longest(attempts: int) -> None:
    assert FIRST_PAUSE <= pause(attempts) <= pause(attempts + 1) <= LONGEST_PAUSE


def test_there_is_no_pause_before_the_first_try() -> None:
    with pytest.raises(ValueError, match="failed try"):
        pause(0)


def test_every_kind_is_known_by_its_name() -> None:
    assert all(name == kind.name for name, kind in KINDS.items())
