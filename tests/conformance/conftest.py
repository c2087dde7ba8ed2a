"""Every test of this package runs with impatient channels, and fails when its log holds what no log may hold."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import limits
from bot.channels import telegram_request, zalo_bot_pace, zalo_oa_request
from knowledge.store import Knowledge
from tests.conformance.city import City, city, leaks


@dataclass
class Unspeakable:
    """What a test says must stand in no log: tokens and secrets, and what people wrote."""

    cities: list[City] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)

    def all(self) -> set[str]:
        return {secret for one in self.cities for secret in one.platforms.secrets()} | self.texts


@pytest.fixture
def unspeakable() -> Unspeakable:
    return Unspeakable()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is given up early, and one chat may get many messages at once: the waiting has its own tests."""
    for place, pace in (
        ("telegram", telegram_request.Pace),
        ("zalo_bot", zalo_bot_pace.Pace),
        ("zalo_oa", zalo_oa_request.Pace),
    ):
        monkeypatch.setattr(f"bot.channels.{place}.Pace", partial(pace, read=0.8))
    monkeypatch.setattr(limits, "CHAT_BURST", 100.0)


@pytest.fixture(autouse=True)
def discreet_log(
    unspeakable: Unspeakable, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[None]:
    """The log before anything is taken out of it by :mod:`bot.logs`: stricter than what reaches an operator."""
    caplog.set_level(logging.INFO)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # shows parameters; bot.logs keeps it off as well
    with capture_logs() as lines:
        yield
    printed = capfd.readouterr()
    whole = "\n".join([*(json.dumps(line, default=repr, ensure_ascii=False) for line in lines), caplog.text, *printed])
    assert leaks(whole, unspeakable.all()) == set()


@pytest.fixture
async def webhooks(tmp_path: Path, known: Knowledge, unspeakable: Unspeakable) -> AsyncIterator[City]:
    """The whole city, with a webhook wherever a platform has one."""
    async with city(tmp_path, known) as there:
        unspeakable.cities.append(there)
        yield there


@pytest.fixture
async def polling(tmp_path: Path, known: Knowledge, unspeakable: Unspeakable) -> AsyncIterator[City]:
    """The whole city, where both bots poll."""
    async with city(tmp_path, known, webhooks=False) as there:
        unspeakable.cities.append(there)
        yield there
