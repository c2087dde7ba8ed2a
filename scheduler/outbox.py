"""How a message leaves: which goes first, when a failed one is tried again, what a crash may do to it. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=30)


class InDoubt(StrEnum):
    """What becomes of a message whose sender died while sending, on platforms without idempotency keys."""

    RESEND = "resend"
    """Sent again: at most one message a send slot arrives twice."""
    HOLD = "hold"
    """Kept back until an official decides: never twice."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message and how it is treated. Lower priority numbers leave first."""

    name: str
    priority: int
    in_doubt: InDoubt


ANSWER = Kind("answer", 0, InDoubt.RESEND)
"""The answer to something a person just wrote."""

EMERGENCY = Kind("emergency", 1, InDoubt.HOLD)
"""A notice that cannot wait: before all that is no answer."""

REPLY = Kind("reply", 2, InDoubt.RESEND)
"""An official's answer to a citizen who waits for it."""

NOTICE = Kind("notice", 5, InDoubt.RESEND)
"""News about one duty for the people it concerns: returned, passed on, time to be reminded again."""
REMINDER = Kind("reminder", 10, InDoubt.RESEND)
"""The message of the day to an official; after a crash at most one a send slot arrives twice."""

NEWS = Kind("news", 15, InDoubt.HOLD)
"""A procedure has changed, for citizens who wanted to hear of it: nobody waits for it, and nobody gets it twice."""

ANNOUNCEMENT = Kind("announcement", 20, InDoubt.HOLD)
"""News of the office to many: answers and reminders never wait for it, and nobody gets it twice."""

KINDS = {kind.name: kind for kind in (ANSWER, EMERGENCY, REPLY, NOTICE, REMINDER, NEWS, ANNOUNCEMENT)}


def pause(attempts: int) -> timedelta:
    """How long to wait after the given number of failed tries (1, 2, ...): doubling, up to half an hour."""
    if attempts < 1:
        raise ValueError("a pause follows a failed try")
    doubled: timedelta = FIRST_PAUSE * (1 << min(attempts - 1, 20))
    return min(doubled, LONGEST_PAUSE)
