"""The ticker ends what it began before the database is closed."""

from __future__ import annotations

import asyncio

from bot.ticker import Ticker

OFTEN = 0.01


async def test_a_tick_under_way_ends_before_stop_returns_and_none_begins_after_it() -> None:
    began, go_on, told = asyncio.Event(), asyncio.Event(), []

    async def tick() -> None:
        told.append("began")
        began.set()
        await go_on.wait()
        told.append("ended")

    ticker = Ticker(tick, OFTEN)
    ticker.start()
    await asyncio.wait_for(began.wait(), 5)
    stopping = asyncio.create_task(ticker.stop(within=5))
    await asyncio.sleep(OFTEN)
    assert not stopping.done()
    go_on.set()
    await stopping
    await asyncio.sleep(3 * OFTEN)
    assert told == ["began", "ended"]


async def test_a_tick_that_does_not_end_is_cancelled() -> None:
    began, told = asyncio.Event(), []

    async def tick() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("cancelled")

    ticker = Ticker(tick, OFTEN)
    ticker.start()
    await asyncio.wait_for(began.wait(), 5)
    await ticker.stop(within=OFTEN)
    assert told == ["cancelled"]


async def test_a_ticker_that_never_ticked_stops_at_once() -> None:
    async def tick() -> None:
        raise AssertionError("too early")

    ticker = Ticker(tick, 3600)
    ticker.start()
    await ticker.stop(within=0)
