"""A question tried out: what would be said to a citizen, and why. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.intake import admit
from handlers.context import Context, Office
from handlers.message import Address, Message
from handlers.outcome import Outcome
from handlers.router import Router
from handlers.texts import Texts
from knowledge.store import Knowledge


@dataclass(frozen=True, slots=True)
class Tried:
    """A question as it was read, with what personal data it had left out, and the answer."""

    question: str
    outcome: Outcome


async def answer(
    question: str, address: Address, knowledge: Knowledge, router: Router, texts: Texts, office: Office, now: datetime
) -> Tried:
    """Answer by the same handlers as every channel, as to somebody who asks for the first time."""
    message = admit(Message("1", address, address.chat, question))
    context = Context(now, knowledge, texts, office, ref=0)
    return Tried(message.text, await router.route(message, context))


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
