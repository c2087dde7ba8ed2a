"""The assistant without a server: one question, a conversation in the terminal, or many questions from a pipe."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot import clock, gaps, learned
from bot.app import App
from bot.channels import render
from bot.channels.console import CONSOLE
from bot.content import load_knowledge
from bot.intake import admit
from bot.settings import Settings
from bot.storage import Storage, exists, migrate
from bot.web.chat import reply_json
from handlers import assistant, texts
from handlers.context import Context, Office
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
    context = Context(clock.now(), knowledge, texts.load(), office, ref=0)
    message = admit(Message("1", Address(CONSOLE.name, "ask"), "ask", question))
    outcome = await assistant.build().route(message, context)
    return Answered(question, outcome, explained(knowledge, message.text) if why else None)


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
    except (SQLAlchemyError, OSError):
        return shipped
    finally:
        await storage.close()
    return Knowledge(library, shipped.events)


def explained(knowledge: Knowledge, text: str) -> list[dict[str, Any]]:
    """The procedures that were weighed, with what spoke for and against each."""
    weighed = []
    for candidate in knowledge.reader.explain(text):
        found = knowledge.get(candidate.code)
        weighed.append(
            {
                "code": candidate.code,
                "name": found.name if found else "",
                "score": candidate.score,
                "why": candidate.why,
                "features": candidate.features,
            }
        )
    return weighed


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


async def with_storage(settings: Settings, work: Callable[[Storage], Awaitable[T]]) -> T:
    """Do something with the migrated database, then close it."""
    await migrate(settings.database)
    storage = Storage(settings.database)
    try:
        return await work(storage)
    finally:
        await storage.close()


async def attach_alias(settings: Settings, number: int, code: str, alias: str | None) -> str:
    """Attach a gap to a procedure, tried against all that the office knows. Raises RefusedError."""

    async def work(storage: Storage) -> str:
        library = await learned.library(storage, load_knowledge(settings).library, settings.province)
        return await gaps.attach(storage, library, number, code, alias, clock.now())

    return await with_storage(settings, work)
