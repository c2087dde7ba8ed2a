"""The platform is in trouble while an answer goes out: it arrives all the same, once.

Twice only where the platform did what was asked and its answer was lost, for none of the three takes an idempotency
key: Telegram, Zalo Bot and Zalo OA then get an answer again (``InDoubt.RESEND``), never a third time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.channels.render import units
from bot.tables import OutboxState
from handlers.context import Context
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome
from tests.conformance.city import City, Platforms
from tests.conformance.driver import PUSHED, Heard, PushedDriver, WebDriver
from tests.conformance.golden import ASKS
from tests.fakes.zalo_oa import GROUP, MESSAGE, OLDER

AN, BINH = 1, 2
LONG = "\n\n".join(f"Phần {n}: " + "hồ sơ nộp tại Trung tâm Phục vụ hành chính công. " * 12 for n in range(1, 9))
"""Some 4,700 letters: three messages on Zalo, two on Telegram."""

Order = Callable[[Platforms], None]
BEFORE: dict[str, dict[str, Order]] = {
    "telegram": {
        "429": lambda p: p.telegram.flood(7),
        "429 three times": lambda p: p.telegram.flood(7, times=3),
        "502": lambda p: p.telegram.refuse(502, "Bad Gateway"),
        "slow": lambda p: p.telegram.slow(0.4),
        "token refused": lambda p: p.telegram.refuse(401, "Unauthorized"),
    },
    "zalo-bot": {
        "429": lambda p: p.zalo_bot.flood(),
        "429 three times": lambda p: p.zalo_bot.flood(times=3),
        "429 as HTTP": lambda p: p.zalo_bot.refuse(429, "Quota exceeded", status=429),
        "500": lambda p: p.zalo_bot.refuse(500, "Internal error", status=500),
        "403 of the server": lambda p: p.zalo_bot.refuse(403, "Server error"),
        "slow": lambda p: p.zalo_bot.slow(0.4),
        "token refused": lambda p: p.zalo_bot.refuse(401, "Unauthorized"),
    },
    "zalo-oa": {
        "-32": lambda p: p.zalo_oa.refuse(-32),
        "-32 three times": lambda p: p.zalo_oa.refuse(-32, times=3),
        "429": lambda p: p.zalo_oa.fail(429),
        "503": lambda p: p.zalo_oa.fail(503),
        "-200": lambda p: p.zalo_oa.refuse(-200),
        "-216": lambda p: p.zalo_oa.refuse(-216),
        "slow": lambda p: p.zalo_oa.slow(0.4),
        "token expired": lambda p: p.zalo_oa.expire(),
    },
}
"""Trouble before anything was delivered: afterwards the answer arrives exactly once."""
AFTER: dict[str, dict[str, Order]] = {
    "telegram": {
        "no answer": lambda p: p.telegram.hang(),
        "cut": lambda p: p.telegram.cut(),
        "garbled": lambda p: p.telegram.garble(),
    },
    "zalo-bot": {
        "no answer": lambda p: p.zalo_bot.hang(),
        "cut": lambda p: p.zalo_bot.cut(),
        "garbled": lambda p: p.zalo_bot.garble(),
        "no message id": lambda p: p.zalo_bot.spoil("nameless"),
    },
    "zalo-oa": {
        "no answer": lambda p: p.zalo_oa.hang(),
        "cut": lambda p: p.zalo_oa.cut(),
        "garbled": lambda p: p.zalo_oa.garble(),
        "502": lambda p: p.zalo_oa.fail(502, done=True),
    },
}
"""Trouble after it was delivered, which nobody here can know: it arrives once more."""
GONE: dict[str, Order] = {
    "telegram": lambda p: p.telegram.blocked.add(7_700_000_001),
    "zalo-bot": lambda p: p.zalo_bot.blocked.add("6ede9afa66b88fe6d0001"),
    "zalo-oa": lambda p: p.zalo_oa.refuse(-230, times=99),
}


WAIT: dict[str, Order] = {
    "telegram": lambda p: p.telegram.flood(300),
    "zalo-bot": lambda p: p.zalo_bot.flood(),
    "zalo-oa": lambda p: p.zalo_oa.refuse(-32),
}


@dataclass
class Trial:
    """One channel, and how an answer comes through its trouble."""

    there: City
    driver: PushedDriver

    async def ask(self, person: int = AN, text: str = ASKS, *, seconds: float = 15.0) -> tuple[Heard, ...]:
        await self.driver.write(person, text)
        chat = self.driver.chat(person)
        await self.there.pass_time(self.driver.name, chat, self.driver.sent_by[person], seconds)
        return self.driver.news(person)


def _cases(table: dict[str, dict[str, Order]]) -> list[Any]:
    return [
        pytest.param(name, order, id=f"{name}: {what}")
        for name, orders in table.items()
        for what, order in orders.items()
    ]


def _trial(there: City, name: str) -> Trial:
    return Trial(there, PUSHED[name](there.platforms, there.records))


async def _wanted(there: City, text: str = ASKS) -> Heard:
    [answer] = await WebDriver(there.url, there.session).say(99, text)
    return answer


@pytest.mark.parametrize(("name", "order"), _cases(BEFORE))
async def test_an_answer_arrives_once_after_trouble(webhooks: City, name: str, order: Order) -> None:
    trial = _trial(webhooks, name)
    first = await trial.ask(text="xin chào")
    assert len(first) == 1
    order(webhooks.platforms)
    assert await trial.ask() == (await _wanted(webhooks),)
    rows = await webhooks.records.said(name)
    assert {row.state for row in rows} == {OutboxState.SENT}
    assert len(trial.driver.shown(AN)) == len(rows)


@pytest.mark.parametrize(("name", "order"), _cases(AFTER))
async def test_an_answer_whose_delivery_is_not_confirmed_arrives_at_most_twice(
    webhooks: City, name: str, order: Order
) -> None:
    trial = _trial(webhooks, name)
    order(webhooks.platforms)
    wanted = await _wanted(webhooks)
    assert await trial.ask() == (wanted, wanted)
    assert await trial.ask(text="xin chào") != ()
    assert len(trial.driver.shown(AN)) == 3
    assert {row.state for row in await webhooks.records.said(name)} == {OutboxState.SENT}


@pytest.mark.parametrize("name", PUSHED)
async def test_trouble_in_one_chat_keeps_its_order_and_does_not_stop_another(webhooks: City, name: str) -> None:
    trial = _trial(webhooks, name)
    WAIT[name](webhooks.platforms)
    await trial.driver.write(AN, ASKS)
    async with asyncio.timeout(5):
        while not any(row.error for row in await webhooks.records.said(name)):
            await asyncio.sleep(0.02)
    await trial.driver.write(AN, "xin chào")
    assert await trial.driver.say(BINH, ASKS) == (await _wanted(webhooks),)
    assert trial.driver.shown(AN) == []
    await webhooks.pass_time(name, trial.driver.chat(AN), 2)
    first, second = trial.driver.news(AN)
    assert first == await _wanted(webhooks)
    assert second == await _wanted(webhooks, "xin chào")


@pytest.mark.parametrize("name", PUSHED)
async def test_who_cannot_be_reached_is_given_up_at_once_and_nobody_else(webhooks: City, name: str) -> None:
    trial = _trial(webhooks, name)
    GONE[name](webhooks.platforms)
    assert await trial.ask() == ()
    [row] = await webhooks.records.said(name)
    assert (row.state, row.attempts) == (OutboxState.FAILED, 1)
    webhooks.platforms.zalo_oa._troubles.clear()
    assert await trial.ask(BINH) == (await _wanted(webhooks),)


async def test_a_state_agencys_account_is_written_from_by_the_older_address(webhooks: City) -> None:
    zalo, trial = webhooks.platforms.zalo_oa, _trial(webhooks, "zalo-oa")
    zalo.account["oa_type"] = 4
    wanted = await _wanted(webhooks)
    assert await trial.ask() == await trial.ask(BINH) == (wanted,)
    paths = [path for path, _ in zalo.calls if path in {MESSAGE, OLDER, GROUP}]
    assert paths == [MESSAGE, OLDER, OLDER]


async def test_an_expired_token_is_renewed_once_and_the_call_repeated_once(webhooks: City) -> None:
    """A hundred sends at once: tests/channels/test_zalo_oa_token.py."""
    zalo, trial = webhooks.platforms.zalo_oa, _trial(webhooks, "zalo-oa")
    await trial.ask(text="xin chào")
    before = len(zalo.refreshes)
    zalo.expire()
    assert await trial.ask() == (await _wanted(webhooks),)
    assert len(zalo.refreshes) - before == 1
    assert [row.attempts for row in await webhooks.records.said("zalo-oa")] == [1, 1]


@pytest.mark.parametrize("name", PUSHED)
async def test_a_long_answer_is_split_numbered_and_never_refused(
    webhooks: City, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def long_winded(_message: Message, _ctx: Context) -> Outcome:
        return Outcome((Reply(LONG, (Choice("Đúng ý", "dung:1"), Choice("Chưa đúng", "sai:1"))),))

    monkeypatch.setattr(webhooks.app.router, "ask", long_winded)
    trial = _trial(webhooks, name)
    [heard] = await trial.ask()
    assert heard == Heard(" ".join(LONG.split()), ("Đúng ý", "Chưa đúng"))
    texts = [text for text, _ in trial.driver.shown(AN)]
    many = 2 if name == "telegram" else 3
    assert [text.rpartition(" ")[2] for text in texts] == [f"({n}/{many})" for n in range(1, many + 1)]
    assert max(map(units, texts)) <= webhooks.app.channels[name].traits.text_limit
    assert [row.attempts for row in await webhooks.records.said(name)] == [1] * many


@pytest.mark.parametrize("name", ["zalo-bot", "zalo-oa"])
async def test_the_fakes_refuse_what_was_not_split(webhooks: City, name: str) -> None:
    """Else the test before would show nothing."""
    channel = webhooks.app.channels[name]
    driver = PUSHED[name](webhooks.platforms, webhooks.records)
    await driver.say(AN, "xin chào")
    with pytest.raises(Exception, match=r"characters|exceeds"):
        await channel.send(driver.chat(AN), Reply("a" * 2001))
