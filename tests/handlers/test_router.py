"""Who answers a message: a table with unique keys, typed numbers and labels equal presses, flows survive questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers import assistant, texts
from handlers.context import Context, Office
from handlers.dialogue import Dialogue, Flow
from handlers.message import Address, Choice, Media, Message, Reply
from handlers.outcome import Forget, Keep, Outcome
from handlers.router import Command, Feature, FlowSteps, Router
from tests.bot.parts import NoKnowledge

CTX = Context(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), NoKnowledge(), texts.load(), Office("Một Cửa"), ref=5)


def said(text: str, *, action: str | None = None) -> Message:
    return Message("1", Address("web", "c"), "c", text, action)


async def press(arguments: tuple[str, ...], _message: Message, _ctx: Context) -> Outcome:
    return Outcome((Reply(f"pressed {','.join(arguments)}"),))


async def question(message: Message, _ctx: Context) -> Outcome:
    return Outcome((Reply(f"asked {message.text}"),), Dialogue(topic="1.001193"))


OFFERED = (
    Choice("Lệ phí", "xem:1:fee"),
    Choice("Giấy tờ cần có", "xem:1:documents"),
    Choice("Trang", url="https://a.vn"),
)
ROUTER = Router((Feature(actions={"xem": press}),), question)
OFFER = replace(CTX, dialogue=Dialogue(offered=OFFERED))


def text_of(outcome: Outcome) -> str:
    return outcome.replies[0].text


@pytest.mark.parametrize(
    "typed", ["2", " 2. ", "2)", "số 2", "chọn 2", "Giấy tờ cần có", "giay to can co", "GIẤY TỜ CẦN CÓ!"]
)
async def test_a_number_or_label_typed_by_hand_equals_a_press(typed: str) -> None:
    assert text_of(await ROUTER.route(said(typed), OFFER)) == "pressed 1,documents"


async def test_a_number_that_was_not_offered_is_explained() -> None:
    outcome = await ROUTER.route(said("5"), OFFER)
    assert "chỉ có 3 mục" in text_of(outcome)
    assert outcome.replies[0].choices == OFFERED


async def test_a_link_chosen_by_number_is_written_out() -> None:
    assert "https://a.vn" in text_of(await ROUTER.route(said("3"), OFFER))


async def test_a_number_is_a_question_when_nothing_was_offered() -> None:
    assert text_of(await ROUTER.route(said("2"), CTX)) == "asked 2"


async def test_an_unknown_payload_does_not_dead_end() -> None:
    assert "tin nhắn cũ" in text_of(await ROUTER.route(said("", action="nut-cu:7"), CTX))


async def test_two_owners_of_a_key_fail_at_start() -> None:
    with pytest.raises(ValueError, match="two owners"):
        Router((Feature(actions={"xem": press}), Feature(actions={"xem": press})), question)

    async def handle(_message: Message, _ctx: Context) -> Outcome:
        return Outcome(())

    one = Feature(commands=(Command("help", "", handle, ("Trợ giúp",)),))
    two = Feature(commands=(Command("h", "", handle, ("tro giup",)),))
    with pytest.raises(ValueError, match="tro giup"):
        Router((one, two), question)


async def test_a_question_inside_a_flow_is_answered_and_the_flow_goes_on() -> None:
    async def step(message: Message, _ctx: Context) -> Outcome | None:
        return Outcome((Reply("done"),)) if message.text == "có" else None

    router = Router((Feature(flows={"f": FlowSteps(step, lambda _ctx: Reply("Có hay không?"))}),), question)
    inside = replace(CTX, dialogue=Dialogue(flow=Flow("f", "confirm")))
    outcome = await router.route(said("lệ phí?"), inside)
    assert [reply.text for reply in outcome.replies] == ["asked lệ phí?", "Có hay không?"]
    assert not isinstance(outcome.dialogue, Keep)
    assert outcome.dialogue.flow == Flow("f", "confirm")
    assert text_of(await router.route(said("có"), inside)) == "done"


async def test_masked_data_is_told_before_the_answer() -> None:
    outcome = await ROUTER.route(replace(said("x"), masked=("cccd",)), CTX)
    assert "số căn cước" in text_of(outcome)
    assert outcome.replies[1].text == "asked x"


REAL = assistant.build()


@pytest.mark.parametrize(
    "typed", ["/help", "trợ giúp", "TRO GIUP", "/canbo", "gặp cán bộ", "/start", "/help@MotCuaBot x", "xoá dữ liệu"]
)
async def test_commands_work_by_name_and_by_word(typed: str) -> None:
    outcome = await REAL.route(said(typed.replace("@MotCuaBot", "")), CTX)
    assert outcome.decision.value == "smalltalk"


async def test_the_wish_to_be_forgotten_is_asked_once_more() -> None:
    first = await REAL.route(said("xoá dữ liệu"), CTX)
    assert first.notes == ()
    assert not isinstance(first.dialogue, Keep)
    sure = replace(CTX, dialogue=first.dialogue)
    assert (await REAL.route(said("1"), sure)).notes == (Forget(),)
    assert (await REAL.route(said("có"), sure)).notes == (Forget(),)
    assert (await REAL.route(said("không"), sure)).notes == ()


async def test_an_old_delete_button_does_not_delete() -> None:
    outcome = await REAL.route(said("", action="xoa"), CTX)
    assert outcome.notes == ()


async def test_same_message_and_same_context_give_the_same_outcome() -> None:
    for message in (said("xin chào"), said("xoá dữ liệu"), said("", action="khong:3")):
        assert await REAL.route(message, CTX) == await REAL.route(message, CTX)


def test_every_action_offered_fits_into_telegrams_64_bytes() -> None:
    from handlers.ask import NONE
    from handlers.feedback import WRONG
    from handlers.procedure import show_action
    from knowledge.reading import Facet

    longest = [*(show_action("9.999999", facet) for facet in Facet), f"{WRONG}:{10**18}", f"{NONE}:{10**18}"]
    assert all(len(action.encode()) <= 64 for action in longest)


async def test_what_a_platform_withholds_is_answered_with_a_way_round() -> None:
    withheld = replace(said(""), media=(Media("unsupported", ""),))
    assert "Một cửa" in text_of(await ROUTER.route(withheld, CTX))
    office = Office("Một Cửa", page="https://hoi.example.vn")
    assert "https://hoi.example.vn" in text_of(await ROUTER.route(withheld, replace(CTX, office=office)))
