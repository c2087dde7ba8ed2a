"""The assistant without a server: one question, a conversation in the terminal, or many questions from a pipe."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot import clock, gaps, learned, news, trying
from bot.app import App
from bot.channels import render
from bot.channels.console import CONSOLE
from bot.content import load_knowledge
from bot.settings import Settings
from bot.storage import Storage, exists, with_storage
from bot.web.chat import reply_json
from handlers import assistant, texts
from handlers.context import Office
from handlers.message import Address, Message
from handlers.outcome import Outcome
from knowledge.store import Knowledge

T = TypeVar("T")

QUIT = frozenset({"thoát", "thoat", "exit", "quit", ":q"})


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and what would be said to it."""

    question: str
    outcome: Outcome
    why: list[dict[str, Any]] | None = None

    def to_json(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "question": self.question,
            "decision": self.outcome.decision.value,
            "facet": self.outcome.facet.value,
            "codes": list(self.outcome.codes),
            "replies": [reply_json(reply) for reply in self.outcome.replies],
        }
        return result if self.why is None else {**result, "why": self.why}

    def text(self) -> str:
        """As in the terminal, with the candidates below when they were asked for."""
        said = [part.text for reply in self.outcome.replies for part in render.parts(reply, CONSOLE.traits)]
        lines = []
        for candidate in self.why or ():
            lines.append(f"{candidate['score']:.3f}  {candidate['code']}  {candidate['name']}  ({candidate['why']})")
            lines += [f"         {name}: {value:+.3f}" for name, value in candidate["features"].items()]
        return "\n\n".join([*said, "\n".join(lines)] if lines else said)


async def answer_one(settings: Settings, question: str, *, why: bool = False) -> Answered:
    """Answer one question by the same handlers as every channel; nothing is stored."""
    knowledge = await known(settings)
    office = Office(settings.office_name, settings.office_contact)
    here = Address(CONSOLE.name, "ask")
    tried = await trying.answer(question, here, knowledge, assistant.build(), texts.load(), office, clock.now())
    return Answered(question, tried.outcome, trying.explained(knowledge, tried.question) if why else None)


async def known(settings: Settings) -> Knowledge:
    """What the running assistant knows. Where there is no database yet, or none answers: what is shipped."""
    shipped = load_knowledge(settings)
    if not exists(settings.database):
        return shipped
    storage = Storage(settings.database)
    try:
        if await learned.stamp(storage) == learned.NOTHING:
            return shipped
        library = await learned.library(storage, shipped.library, settings.province)
        lately = await news.known(storage, news.Shown(shipped.library, settings.province), clock.now())
    except (SQLAlchemyError, OSError):
        return shipped
    finally:
        await storage.close()
    return Knowledge(library, shipped.events, news=lately)


async def terminal(settings: Settings) -> None:
    """The whole assistant behind a prompt, database included."""
    app = App(settings)
    await app.start(serve=False)
    session = f"console-{secrets.token_hex(8)}"
    print('Xin chào! Anh/chị cứ gõ câu hỏi. Gõ "thoát" để dừng.')
    try:
        number = 0
        while (line := await asyncio.to_thread(_typed)) is not None:
            number += 1
            message = Message(f"{session}:{number}", Address(CONSOLE.name, session), session, line)
            answer = await app.exchange.say(message)
            print("\n\n".join(reply.text for reply in answer.replies) if answer else "(chưa trả lời kịp)", end="\n\n")
    finally:
        await app.stop()


def _typed() -> str | None:
    """A line, or None at the end."""
    try:
        line = input("> ")
    except (EOFError, KeyboardInterrupt):
        return None
    return None if line.strip().casefold() in QUIT else line


async def attach_alias(settings: Settings, number: int, code: str, alias: str | None) -> str:
    """Attach a gap to a procedure, tried against all that the office knows. Raises RefusedError."""

    async def work(storage: Storage) -> str:
        library = await learned.library(storage, load_knowledge(settings).library, settings.province)
        return await gaps.attach(storage, library, number, code, alias, clock.now())

    return await with_storage(settings, work)
