"""What platforms bring: once, again, in disorder, in a rush, and by somebody who only pretends to be the platform."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot import metrics
from bot.channels.zalo_oa_signature import LADDER
from tests.conformance.city import City
from tests.conformance.conftest import Unspeakable
from tests.conformance.driver import POLLING, PUSHED, ConsoleDriver, Heard, PushedDriver, WebDriver
from tests.conformance.golden import ASKS

AN, BINH = 1, 2
QUESTIONS = (
    ASKS,
    "dang ky ket hon can giay to gi",
    "lam lai can cuoc bao lau",
    "dang ky tam tru nop o dau",
    "cap lai can cuoc can giay to gi",
    "dang ky ket hon bao lau co ket qua",
)
"""Each has an answer of its own, whatever was asked before."""


def refused(channel: str) -> float:
    """How many requests were refused at this channel's door so far."""
    [figure] = list(metrics.REFUSED.collect())
    return sum(s.value for s in figure.samples if s.name.endswith("_total") and s.labels["door"] == channel)


def driver_of(there: City, name: str) -> PushedDriver:
    return PUSHED[name](there.platforms, there.records)


async def expected(there: City, questions: tuple[str, ...] = QUESTIONS) -> list[Heard]:
    """The answers as the web chat gives them, one after the other."""
    web = WebDriver(there.url, there.session)
    answers = [answer for question in questions for answer in await web.say(99, question)]
    assert len(set(answers)) == len(questions), "the questions do not tell their answers apart"
    return answers


# Again


@pytest.mark.parametrize("name", PUSHED)
async def test_what_a_webhook_repeats_is_answered_once(webhooks: City, name: str) -> None:
    driver = driver_of(webhooks, name)
    event = driver.event(AN, ASKS)
    driver.sent_by[AN] += 1
    assert set(await asyncio.gather(*(driver.bring(event) for _ in range(4)))) == {200}
    [answer] = await driver.answers(AN)
    assert [answer] == await expected(webhooks, (ASKS,))
    assert await driver.bring(event) == 200
    driver.sent_by[AN] += 1
    assert await driver.bring(driver.event(AN, QUESTIONS[1])) == 200
    assert len(await driver.answers(AN)) == 1
    assert len(await webhooks.records.heard(name)) == 2


@pytest.mark.parametrize("name", POLLING)
async def test_what_polling_hands_out_twice_is_answered_once(polling: City, name: str) -> None:
    driver = POLLING[name](polling.platforms, polling.records)
    event = driver.event(AN, ASKS)
    for _ in range(3):
        await driver.bring(event)
    driver.sent_by[AN] += 2
    await driver.bring(driver.event(AN, QUESTIONS[1]))
    assert await driver.answers(AN) == tuple(await expected(polling, (ASKS, QUESTIONS[1])))


async def test_an_event_of_the_official_account_that_is_older_than_zalo_repeats_is_refused(webhooks: City) -> None:
    driver = driver_of(webhooks, "zalo-oa")
    old = driver.event(AN, ASKS)
    webhooks.forward(LADDER + timedelta(minutes=1))
    assert await driver.bring(old) == 403
    assert await webhooks.records.heard("zalo-oa") == []


@pytest.mark.parametrize("name", PUSHED)
async def test_what_comes_in_disorder_is_answered_all_the_same_and_once(webhooks: City, name: str) -> None:
    driver = driver_of(webhooks, name)
    events = [driver.event(AN, question) for question in QUESTIONS]
    shuffled = [events[number] for number in (3, 0, 5, 5, 1, 4, 3, 2)]
    driver.sent_by[AN] = len(events)
    for event in shuffled:
        assert await driver.bring(event) == 200
    answers = await driver.answers(AN)
    in_order_of_arrival = tuple(QUESTIONS[number] for number in (3, 0, 5, 1, 4, 2))
    assert list(answers) == await expected(webhooks, in_order_of_arrival)


# Forged


@pytest.mark.parametrize(("name", "how"), [(name, how) for name, make in PUSHED.items() for how in make.forgeries])
async def test_what_is_forged_is_refused_counted_and_not_kept(
    webhooks: City, unspeakable: Unspeakable, name: str, how: str
) -> None:
    unspeakable.texts.add("tin gia mao")
    driver, before = driver_of(webhooks, name), refused(name)
    statuses = [await driver.bring(driver.event(AN, "tin gia mao"), how) for _ in range(3)]
    assert set(statuses) <= {401, 403}
    assert refused(name) - before == 3
    assert await webhooks.records.heard() == []
    assert await driver.say(BINH, ASKS) == tuple(await expected(webhooks, (ASKS,)))
    assert driver.shown(AN) == []


@pytest.mark.parametrize("name", PUSHED)
async def test_who_is_forged_among_true_ones_disturbs_nobody(webhooks: City, name: str) -> None:
    driver, wanted = driver_of(webhooks, name), await expected(webhooks)
    for question in QUESTIONS:
        assert await driver.bring(driver.event(AN, "tin gia mao"), driver.forgeries[-1]) == 403
        await driver.write(AN, question)
    assert list(await driver.answers(AN)) == wanted


# In a rush


@pytest.mark.parametrize("name", PUSHED)
async def test_thirty_quick_messages_in_five_chats_are_answered_in_order(webhooks: City, name: str) -> None:
    await _in_a_rush(driver_of(webhooks, name), await expected(webhooks))


@pytest.mark.parametrize("name", POLLING)
async def test_thirty_quick_messages_are_polled_and_answered_in_order(polling: City, name: str) -> None:
    await _in_a_rush(POLLING[name](polling.platforms, polling.records), await expected(polling))


async def _in_a_rush(driver: PushedDriver, wanted: list[Heard]) -> None:
    async def write_all(person: int) -> None:
        for question in QUESTIONS:
            await driver.write(person, question)

    await asyncio.gather(*(write_all(person) for person in range(5)))
    for person in range(5):
        assert list(await driver.answers(person)) == wanted, person
    rows = await driver.records.said(driver.name)
    assert len(rows) == len({row.platform_id for row in rows}) == 30


async def test_the_terminal_answers_quick_messages_in_order(webhooks: City) -> None:
    console = ConsoleDriver(webhooks.app.exchange)
    asked = [asyncio.create_task(console.say(AN, question)) for question in QUESTIONS]
    answers = [answer for answers in await asyncio.gather(*asked) for answer in answers]
    assert answers == await expected(webhooks)


async def test_a_request_of_the_web_chat_that_is_sent_again_is_answered_with_the_same_answer(webhooks: City) -> None:
    body = {"session": "phien-gui-lai-hai-lan-1", "text": ASKS, "id": "tin-1"}
    answers = []
    for _ in range(2):
        async with webhooks.session.post(f"{webhooks.url}/api/chat", json=body) as answer:
            answers.append(await answer.json())
    assert answers[0] == answers[1]
    assert len(await webhooks.records.heard("web")) == len(await webhooks.records.said("web")) == 1
