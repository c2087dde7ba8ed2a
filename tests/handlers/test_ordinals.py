"""A place named in words chooses what was offered, as a number does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers import texts
from handlers.context import Context, Office
from handlers.dialogue import Dialogue
from handlers.message import Address, Choice, Message, Reply
from handlers.outcome import Outcome
from handlers.router import Feature, Router
from tests.bot.parts import NoKnowledge

OFFERED = (*(Choice(name, f"xem:{name}") for name in ("Một việc", "Hai việc", "Ba việc")), Choice("Không", "khong:1"))


async def press(arguments: tuple[str, ...], _message: Message, _ctx: Context) -> Outcome:
    return Outcome((Reply(f"pressed {arguments[0]}"),))


async def question(message: Message, _ctx: Context) -> Outcome:
    return Outcome((Reply(f"asked {message.text}"),))


ROUTER = Router((Feature(actions={"xem": press, "khong": press}),), question)
CTX = Context(
    datetime(2026, 11, 24, 2, tzinfo=UTC),
    NoKnowledge(),
    texts.load(),
    Office("Một Cửa"),
    ref=1,
    dialogue=Dialogue(offered=OFFERED),
)


async def said(text: str, ctx: Context = CTX) -> str:
    return (await ROUTER.route(Message("1", Address("web", "c"), "c", text), ctx)).replies[0].text


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        *((typed, "Một việc") for typed in ("số một", "một", "cái đầu", "cái đầu tiên ạ", "đầu tiên", "cái thứ nhất")),
        *(
            (typed, "Hai việc")
            for typed in ("hai", "cái thứ hai", "thu hai", "em chọn số hai nhé", "cấy thứ hai", "cái thứ nhì", "cái 2")
        ),
        *((typed, "Ba việc") for typed in ("cái cuối", "cái cuối cùng", "cuối cùng", "số ba", "chọn cái thứ ba đi")),
    ],
)
async def test_a_place_in_words_chooses(typed: str, chosen: str) -> None:
    assert await said(typed) == f"pressed {chosen}"


@pytest.mark.parametrize(
    "typed", ["việc cưới", "cưới", "ở đâu", "đâu", "năm", "cả hai", "hai người đi cùng được không"]
)
async def test_other_words_choose_nothing(typed: str) -> None:
    assert await said(typed) == f"asked {typed}"


async def test_a_place_that_is_not_there_is_explained() -> None:
    assert "chỉ có 4 mục" in await said("cái thứ mười")


async def test_without_an_offer_it_is_a_question() -> None:
    assert await said("hai", replace(CTX, dialogue=Dialogue())) == "asked hai"
