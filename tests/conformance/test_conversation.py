"""The same conversation has the same content on every channel."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.tables import Question
from tests.conformance import golden
from tests.conformance.city import City
from tests.conformance.conftest import Unspeakable
from tests.conformance.driver import POLLING, PUSHED, ConsoleDriver, Driver, Heard, WebDriver, one_form, together
from tests.conformance.golden import converse

PERSON = 17


async def _everywhere(there: City, drivers: list[Driver]) -> dict[str, list[tuple[Heard, ...]]]:
    """All channels at once, for one process serves them."""
    went = await asyncio.gather(*(converse(driver, PERSON) for driver in drivers))
    return {driver.name: answers for driver, answers in zip(drivers, went, strict=True)}


async def test_a_citizen_is_told_the_same_on_every_channel(webhooks: City, unspeakable: Unspeakable) -> None:
    unspeakable.texts |= golden.WORDS
    web = WebDriver(webhooks.url, webhooks.session)
    pushed = [make(webhooks.platforms, webhooks.records) for make in PUSHED.values()]
    went = await _everywhere(webhooks, [web, ConsoleDriver(webhooks.app.exchange), *pushed])
    assert went.keys() == {"web", "console", "telegram", "zalo-bot", "zalo-oa"}
    for name, answers in went.items():
        assert answers == went["web"], name
    documents, fee, time, thanked, welcome, asked, kept = went["web"]
    assert "Giấy chứng sinh" in documents[0].text
    assert "lệ phí" in fee[0].text
    assert "1 ngày" in time[0].text
    assert thanked[0].text == "Em cảm ơn anh/chị đã cho biết ạ."
    assert welcome[0].text
    assert asked[0].choices == ("Có, xoá giúp tôi", golden.KEEPS)
    assert "không xoá gì" in kept[0].text


async def test_polling_bots_say_the_same_as_the_web_chat(polling: City, unspeakable: Unspeakable) -> None:
    unspeakable.texts |= golden.WORDS
    drivers = [make(polling.platforms, polling.records) for make in POLLING.values()]
    went = await _everywhere(polling, [WebDriver(polling.url, polling.session), *drivers])
    assert went.keys() == {"web", "telegram", "zalo-bot"}
    for name, answers in went.items():
        assert answers == went["web"], name


async def test_feedback_is_kept_from_every_channel(webhooks: City) -> None:
    drivers: list[Driver] = [WebDriver(webhooks.url, webhooks.session), ConsoleDriver(webhooks.app.exchange)]
    drivers += [make(webhooks.platforms, webhooks.records) for make in PUSHED.values()]
    for driver in drivers:
        await driver.say(PERSON, golden.ASKS)
        await driver.choose(PERSON, golden.JUDGES)
    async with webhooks.app.storage.read() as session:
        kept = await session.execute(select(col(Question.channel)).where(col(Question.verdict) == "right"))
        assert sorted(kept.scalars()) == ["console", "telegram", "web", "zalo-bot", "zalo-oa"]


async def test_everything_is_served_by_one_process_and_the_health_says_so(webhooks: City) -> None:
    async with webhooks.session.get(f"{webhooks.url}/healthz") as answer:
        assert answer.status == 200
        assert (await answer.json())["channels"] == ["telegram", "web", "zalo-bot", "zalo-oa"]


# The comparison itself


def test_numbered_lines_and_buttons_are_the_same_choices() -> None:
    typed = one_form("Chọn:\n1. **Đất**\n\n1. Lệ phí\n2. Trang: https://a.vn", (), buttons=False)
    pressed = one_form("Chọn:\n1. Đất", ("Lệ phí", "Trang: https://a.vn"), buttons=True)
    assert typed == pressed


def test_another_word_is_another_content() -> None:
    assert one_form("Lệ phí: 8.000 đồng", (), buttons=True) != one_form("Lệ phí: 80.000 đồng", (), buttons=True)
    assert one_form("A\n\n1. Có", (), buttons=False) != one_form("A", ("Không",), buttons=True)


def test_parts_are_put_together_and_a_missing_one_is_noticed() -> None:
    assert together([("một (1/2)", ()), ("hai (2/2)", ("Có",))]) == [("một\nhai", ("Có",))]
    for broken in ([("một (1/2)", ())], [("hai (2/2)", ())], [("một (1/2)", ()), ("khác", ())]):
        with pytest.raises(AssertionError):
            together([(text, ()) for text, _ in broken])
