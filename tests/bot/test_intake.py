"""How fast somebody may write."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.intake import Rate


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_are_let_in_and_no_more_until_the_window_has_moved_on() -> None:
    clock = Seconds()
    rate = Rate(2, 10.0, clock)
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    assert rate.allows("b")
    clock.now = 9.9
    assert not rate.allows("a")
    clock.now = 10.1
    assert rate.allows("a")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3)), max_size=60), st.integers(1, 4))
def test_no_window_ever_holds_more_and_nobody_pays_for_others(steps: list[tuple[str, float]], most: int) -> None:
    clock = Seconds()
    rate = Rate(most, 5.0, clock)
    let_in: dict[str, list[float]] = {"a": [], "b": [], "c": []}
    for key, step in steps:
        clock.now += step
        recent = [at for at in let_in[key] if at > clock.now - 5.0]
        allowed = rate.allows(key)
        assert allowed == (len(recent) < most)
        if allowed:
            let_in[key].append(clock.now)
    assert len(rate._taken) <= 3


def test_those_long_silent_are_forgotten() -> None:
    clock = Seconds()
    rate = Rate(1, 1.0, clock)
    for number in range(1000):
        rate.allows(str(number))
    clock.now = 2.0
    rate.allows("new")
    assert list(rate._taken) == ["new"]
