"""Life events: found in what people write, and led to the right list."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from knowledge.library import shipped
from knowledge.life_events import UNSURE, LifeEvent, shipped_events
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


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.key)
def test_whoever_does_not_know_is_told_every_case_once(event: LifeEvent) -> None:
    answers: dict[str, str] = {}
    while question := event.next_question(answers):
        answers[question.key] = UNSURE
    steps = event.checklist(answers)
    assert {step.code for step in steps} == {step.code for step in event.steps}
    assert len(steps) == len({step.code for step in steps})
    conditional = [step for step in steps if all(other.only for other in event.steps if other.code == step.code)]
    assert all(step.why.startswith("Nếu ") for step in conditional)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ba tui mới mất", "mat-nguoi-than"),
        ("má tôi vừa qua đời", "mat-nguoi-than"),
        ("ông nội mới mất hôm qua", "mat-nguoi-than"),
        ("ba tui mới mất, tui rối quá", "mat-nguoi-than"),
        ("tui mới mất mẹ", "mat-nguoi-than"),
        ("bố mất để lại miếng đất cho con giờ làm sao", "mat-nguoi-than"),
        ("tôi vừa mất ví, mất hết giấy tờ", "mat-giay-to"),
        ("me em bi mat vi", "mat-giay-to"),
        ("vk moi sinh hqua", "sinh-con"),
        ("tui tính mở quán cà phê nhỏ, cần giấy tờ gì", "mo-quan"),
        ("em sắp cưới", "ket-hon"),
    ],
)
def test_it_is_found_as_people_tell_it(text: str, key: str, knowledge: Knowledge) -> None:
    found = knowledge.event(text)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "text",
    [
        "bố tôi mất năm 2010 giờ làm giấy chứng tử",
        "mẹ em mất giấy tờ",
        "ba má tui mất sổ đỏ",
        "đăng ký hộ kinh doanh quán ăn",
        "mất bao lâu",
        "mẹ em bị mất năm triệu",
        "mất giấy tờ xe thì làm lại ở đâu",
    ],
)
def test_a_named_procedure_or_another_loss_is_no_event(text: str, knowledge: Knowledge) -> None:
    assert knowledge.event(text) is None


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
