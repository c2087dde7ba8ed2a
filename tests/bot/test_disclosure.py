"""What is hidden of public figures cannot be computed, not even by somebody who knows how it is hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.disclosure import LEAST, Hidden, Listed, Parts, added, cell, listed, parts

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.one_of(st.integers(0, 7), st.integers(0, 400)), min_size=2)


def sums(domains: list[range]) -> set[int]:
    """Every sum of one number of each."""
    reached = {0}
    for domain in domains:
        reached = {before + one for before in reached for one in domain}
    return reached


def domain(told: int | Hidden, total: int) -> range:
    """What a cell may be for somebody who sees how it is shown."""
    if told is Hidden.SMALL:
        return range(LEAST)
    return range(total + 1) if isinstance(told, Hidden) else range(told, told + 1)


@given(COUNTS)
def test_no_small_figure_is_shown_and_every_small_one_stays_possible(counts: dict[str, int]) -> None:
    told = parts(counts)
    shown = {name: count for name, count in told.parts.items() if not isinstance(count, Hidden)}
    assert all(count == counts[name] >= LEAST for name, count in shown.items())
    if isinstance(told.total, Hidden):
        assert sum(counts.values()) < LEAST
        assert not shown
        return
    assert told.total == sum(counts.values()) >= LEAST
    hidden = [name for name in counts if name not in shown]
    known = told.total - sum(shown.values())
    assert not hidden or (len(hidden) > 1 and known >= LEAST)
    for name in hidden:
        if counts[name] < LEAST:
            others = [domain(told.parts[one], known) for one in hidden if one != name]
            possible = {one for one in range(LEAST) if known - one in sums(others)}
            assert possible == set(range(LEAST)), (counts, told)


@given(COUNTS)
def test_only_what_has_to_be_is_hidden(counts: dict[str, int]) -> None:
    told = parts(counts)
    if min(counts.values()) >= LEAST:
        assert dict(told.parts) == counts
    assert list(told.parts) == list(counts)


@given(COUNTS)
def test_a_list_adds_up_and_has_no_small_figure(counts: dict[str, int]) -> None:
    told = listed(counts)
    if isinstance(told.total, Hidden):
        assert (told.shown, told.others) == ((), Hidden.SMALL)
        return
    assert not isinstance(told.others, Hidden)
    assert told.total == sum(counts.values()) == told.others + sum(count for _, count in told.shown)
    assert told.others == 0 or told.others >= LEAST
    assert (told.others == 0) == (len(told.shown) == len(counts))
    assert all(count == counts[name] >= LEAST for name, count in told.shown)
    assert [count for _, count in told.shown] == sorted((count for _, count in told.shown), reverse=True)


def worlds(names: str, most: int) -> Iterator[dict[str, int]]:
    """All counts of so many questions at most."""
    for counts in product(range(most + 1), repeat=len(names)):
        if sum(counts) <= most:
            yield dict(zip(names, counts, strict=True))


def shown_as(told: Parts | Listed) -> Hashable:
    if isinstance(told, Parts):
        return told.total, tuple(told.parts.items())
    return told.total, told.shown, told.others


def is_shown(told: Parts | Listed, name: str) -> bool:
    if isinstance(told, Parts):
        return not isinstance(told.parts[name], Hidden)
    return name in dict(told.shown)


@pytest.mark.parametrize("tell", [parts, listed])
@pytest.mark.parametrize(("names", "most"), [("ab", 40), ("abc", 22), ("abcd", 14)])
def test_who_knows_the_rule_still_cannot_tell_which_of_several_worlds_it_is(
    tell: object, names: str, most: int
) -> None:
    assert callable(tell)
    possible: dict[Hashable, list[dict[str, int]]] = defaultdict(list)
    told: dict[Hashable, Parts | Listed] = {}
    for world in worlds(names, most):
        made = tell(world)
        possible[shown_as(made)].append(world)
        told[shown_as(made)] = made
    assert len(told) > 20
    for look, found in possible.items():
        for name in names:
            values = {world[name] for world in found}
            if not is_shown(told[look], name) and min(values) < LEAST:
                assert len(values) > 1, (look, found)


def test_a_single_figure_and_the_sum_of_two_times() -> None:
    assert [cell(count) for count in (0, 4, 5)] == [Hidden.SMALL, Hidden.SMALL, 5]
    assert added(5, 7) == 12
    assert added(Hidden.SMALL, 7) is Hidden.BESIDE
    told: Mapping[str, object] = parts({"a": 90, "b": 40, "c": 3}).parts
    assert told == {"a": 90, "b": Hidden.BESIDE, "c": Hidden.SMALL}
    assert parts({"a": 90, "b": 40, "c": 3}).share("a") == 90 / 133
    assert parts({"a": 90, "b": 40, "c": 3}).share("b") is None
