"""How far a pupil is: the best of each item counts, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.practice.items import Item, Kind, Level
from knowledge.practice.levels import Reached, levels
from knowledge.practice.play import WORTH, Run, Try


def item(key: str, level: Level) -> Item:
    return Item("ca", key, level, Kind.ONE, "?", "", "", "", "")


FIND, WHERE, PAY = item("find", Level.FIND), item("where", Level.FIND), item("pay", Level.FILE)


def test_nothing_played_is_nothing_reached() -> None:
    assert levels([FIND, WHERE, PAY], []) == (Reached(Level.FIND, 0, 4), Reached(Level.FILE, 0, 2))


def test_of_two_runs_the_better_one_counts_item_by_item() -> None:
    first = Run((FIND, WHERE), (Try("ca/find", right=True), Try("ca/where", right=False), Try("ca/where", right=True)))
    second = Run((FIND, WHERE), (Try("ca/find", right=False), Try("ca/find", right=True), Try("ca/where", right=True)))
    assert levels([FIND, WHERE], [first, second]) == (Reached(Level.FIND, 4, 4),)


def test_a_run_under_way_counts_as_far_as_it_went() -> None:
    assert levels([FIND, PAY], [Run((FIND, PAY), (Try("ca/find", right=True),))])[1] == Reached(Level.FILE, 0, 2)


def test_an_item_that_is_not_asked_any_more_counts_for_nothing() -> None:
    assert levels([FIND], [Run((FIND, PAY), (Try("ca/pay", right=True),))]) == (Reached(Level.FIND, 0, 2),)


@given(st.lists(st.lists(st.tuples(st.sampled_from([FIND, WHERE, PAY]), st.booleans(), st.booleans()), max_size=12)))
def test_points_stay_within_what_the_level_is_worth_and_more_runs_never_take_any(
    played: list[list[tuple[Item, bool, bool]]],
) -> None:
    runs = [
        Run((FIND, WHERE, PAY), tuple(Try(one.name, right=right and not hint, hint=hint) for one, right, hint in tried))
        for tried in played
    ]
    before = levels([FIND, WHERE, PAY], runs[:-1])
    for old, new in zip(before, levels([FIND, WHERE, PAY], runs), strict=True):
        assert 0 <= old.points <= new.points <= new.most
    assert sum(new.most for new in before) == 3 * WORTH
