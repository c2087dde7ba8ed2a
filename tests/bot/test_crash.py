"""kill -9 at the worst moment: what was stored is answered after the restart, what is repeated is answered once."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from bot import limits
from tests.bot.process import running_bot
from tests.fakes.telegram import FakeTelegram

PEOPLE = range(101, 131)


def environment(telegram: FakeTelegram) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE_URL": telegram.base_url}


async def test_everybody_is_answered_although_it_was_killed_between_storing_and_sending(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        async with running_bot(tmp_path, **environment(telegram)) as bot:
            telegram.slow(0.6, times=1000)
            for person in PEOPLE:
                await telegram.say(person, "làm giấy khai sinh cho con cần giấy tờ gì")
            await telegram.wait(lambda: len(telegram.sent) >= 3, 20)
            await bot.kill()
        async with running_bot(tmp_path, **environment(telegram)):
            await telegram.wait(lambda: all(telegram.to(person) for person in PEOPLE), 90)
            await asyncio.sleep(1.0)
        answers = Counter(sent.chat for sent in telegram.sent)
    assert set(answers) == set(PEOPLE)
    assert sum(answers.values()) - len(PEOPLE) <= limits.SEND_SLOTS  # at most one message a send slot arrives twice


async def test_an_update_delivered_again_and_again_is_answered_once(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram, running_bot(tmp_path, **environment(telegram)):
        await telegram.say(7, "làm giấy khai sinh cho con cần giấy tờ gì", copies=5)
        await telegram.wait_sent(7, seconds=20)
        await asyncio.sleep(1.5)
        assert len(telegram.to(7)) == 1
