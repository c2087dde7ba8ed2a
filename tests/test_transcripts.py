"""Golden conversations, replayed through the whole assistant: intake, inbox, dialogue, handlers, outbox.

A file is a page anybody can read: ``# `` what it shows, ``> `` what the person types, ``> [Label]`` a pressed button,
and below what is answered, buttons as ``[Label]``; ``@ `` who speaks from
here on, each in a chat of their own, on Telegram where the line says so. After a wanted change of texts:
``UPDATE_TRANSCRIPTS=1 python -m pytest tests/test_transcripts.py``, and read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from pydantic import SecretStr

from bot.app import App
from bot.practice.drawing import Draw
from bot.settings import Settings
from handlers.message import Address, Choice, Message, Reply
from knowledge.store import Knowledge
from tests import databases
from tests.conftest import HandClock
from tests.fakes.telegram import TOKEN

FOLDER = Path(__file__).parent / "transcripts"
UPDATE = os.environ.get("UPDATE_TRANSCRIPTS") == "1"


class Conversation:
    """One person at the web page, or on Telegram."""

    def __init__(self, app: App, who: str = "s", channel: str = "web") -> None:
        self.app = app
        self.who = who
        self.channel = channel
        self.number = 0
        self.seen: dict[str, Choice] = {}

    async def say(self, line: str) -> str:
        self.number += 1
        action: str | None = None
        text = line
        if line.startswith("[") and line.endswith("]"):
            choice = self.seen[line[1:-1]]
            text, action = choice.label, choice.action
        message = Message(f"{self.who}:{self.number}", Address(self.channel, self.who), self.who, text, action)
        answer = await self.app.exchange.say(message)
        assert answer is not None, "no answer in time"
        for reply in answer.replies:
            self.seen |= {choice.label: choice for choice in reply.choices}
        return "\n".join(shown(reply) for reply in answer.replies)


def shown(reply: Reply) -> str:
    buttons = [f"[{choice.label}]" + (f" {choice.url}" if choice.url else "") for choice in reply.choices]
    return "\n".join([reply.text, *buttons])


async def replay(script: str, app: App) -> str:
    people = {"": Conversation(app)}
    conversation = people[""]
    lines = []
    for line in script.splitlines():
        if line.startswith("# "):
            lines.append(line)
        elif line.startswith("@ "):
            channel = "telegram" if "Telegram" in line else "web"
            conversation = people.setdefault(line, Conversation(app, f"s{len(people)}", channel))
            lines += ["", line]
        elif line.startswith("> "):
            lines += ["", line, await conversation.say(line[2:])]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda file: file.stem)
async def test_the_conversation_goes_as_written(file: Path, known: Knowledge, tmp_path: Path, clock: HandClock) -> None:
    settings = Settings(
        data_dir=tmp_path,
        office_contact="Trung tâm Phục vụ hành chính công phường, giờ hành chính",
        telegram_bot_token=SecretStr(TOKEN),
    )
    same = Draw(Random(6))  # noqa: S311 - drawn alike each time
    app = App(await databases.lay(settings), known, clock, same)
    await app.start(serve=False)
    try:
        went = await replay(file.read_text(encoding="utf-8"), app)
    finally:
        await app.stop()
    if UPDATE:
        file.write_text(went, encoding="utf-8")
    assert went == file.read_text(encoding="utf-8")


def test_there_are_at_least_ten_conversations() -> None:
    assert len(list(FOLDER.glob("*.txt"))) >= 10
