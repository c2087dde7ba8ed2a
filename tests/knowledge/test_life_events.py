"""Life events: found in what people write, and led to the right list."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from knowledge.library import shipped
from knowledge.life_events import LifeEvent, shipped_events
from knowledge.store import Knowledge

EVENTS = shipped_events(shipped())


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(shipped(), EVENTS)


def test_the_six_events_of_a_family_are_there() -> None:
    assert [event.name for event in EVENTS] == [
        "Sinh con",
        "Kết hôn",
        "Mất người thân",
        "Mua nhà, đất",
        "Mở quán, mở cửa hàng",
        "Mất giấy tờ",
    ]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.key)
def test_every_way_through_an_event_ends_in_a_list(event: LifeEvent) -> None:
    ways = product(*([option.key for option in question.options] for question in event.questions))
    for way in ways:
        answers = dict(zip((question.key for question in event.questions), way, strict=True))
        steps = event.checklist(answers)
        assert steps
        assert len({step.code for step in steps}) == len(steps)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.key)
def test_what_people_write_finds_the_event(event: LifeEvent, knowledge: Knowledge) -> None:
    for alias in event.aliases:
        found = knowledge.event(alias)
        assert found is not None
        assert found.key == event.key, alias


@pytest.mark.parametrize(
    "text", ["đăng ký khai sinh cho con cần gì", "mất căn cước làm lại ở đâu", "thời tiết hôm nay", ""]
)
def test_a_question_about_one_procedure_is_no_event(text: str, knowledge: Knowledge) -> None:
    assert knowledge.event(text) is None


def test_every_step_is_in_force() -> None:
    library = shipped()
    for event in EVENTS:
        for step in event.steps:
            record = library.get(step.code)
            assert record
            assert record.valid_on(date(2026, 11, 25))
