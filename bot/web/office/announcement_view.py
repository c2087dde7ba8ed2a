"""An announcement as the page shows it: on each channel, whom it reaches, how far it has come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import render
from bot.channels.base import Traits
from bot.office import announcement_progress, announcements, audiences, audit, switches
from bot.office.announcement_progress import Failure, Progress, channel_name
from bot.office.audiences import Audience, Reached
from bot.office.officials import Official, Right
from bot.tables import Announcement, AnnouncementState
from bot.web.office.shell import Visit
from handlers import texts
from handlers.message import Reply

STATES = {
    AnnouncementState.DRAFT: "Bản nháp",
    AnnouncementState.SUBMITTED: "Chờ duyệt",
    AnnouncementState.APPROVED: "Đã duyệt, chờ đến giờ",
    AnnouncementState.SENDING: "Đang gửi",
    AnnouncementState.DONE: "Đã gửi xong",
    AnnouncementState.STOPPED: "Đã dừng",
}
BEFORE_SENDING = frozenset({AnnouncementState.DRAFT, AnnouncementState.SUBMITTED, AnnouncementState.APPROVED})
_TEXTS = texts.load()
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One message as a person sees it."""

    pieces: tuple[tuple[str, bool], ...]
    """Text, and whether it is bold."""
    buttons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """An announcement on one channel."""

    channel: str
    parts: tuple[Part, ...]
    chats: int
    """How many get it there."""


def previews(reply: Reply, visit: Visit, counts: dict[str, int]) -> list[Preview]:
    """As each channel that can write first would show it: the same code makes what is sent."""
    shell = visit.shell
    return [
        Preview(channel_name(name), _shown(reply, shell.traits[name]), counts.get(name, 0))
        for name in shell.rules.pushable
        if name in shell.traits
    ]


def _shown(reply: Reply, traits: Traits) -> tuple[Part, ...]:
    return tuple(
        Part(_pieces(one.text, marked=traits.markup), tuple(c.label for c in one.choices) if traits.buttons else ())
        for one in render.parts(reply, traits)
    )


def _pieces(text: str, *, marked: bool) -> tuple[tuple[str, bool], ...]:
    if not marked:
        return ((text, False),)
    return tuple((piece, number % 2 == 1) for number, piece in enumerate(_BOLD.split(text)) if piece)


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page of one announcement shows."""

    row: Announcement
    audience: str
    reached: Reached | None
    """Before sending: whom it would reach now."""
    previews: list[Preview]
    leaves_at: datetime | None
    """Before sending: when it leaves, if it were approved now."""
    progress: Progress
    failures: list[Failure]
    sending_off: str
    """Why sending is switched off; empty: it is not."""
    own: bool

    @property
    def seen(self) -> str:
        """Fingerprint of what is looked at."""
        return announcements.fingerprint(self.row)

    @property
    def drained(self) -> bool:
        """Whether all has left; the next tick writes that down."""
        return self.row.state == AnnouncementState.SENDING and self.progress.settled == self.progress.total

    @property
    def live(self) -> bool:
        """Whether it changes by itself."""
        moves = self.row.state in {AnnouncementState.APPROVED, AnnouncementState.SENDING} and not self.drained
        return moves or self.progress.under_way > 0

    @property
    def state(self) -> str:
        """In words."""
        return STATES[AnnouncementState.DONE if self.drained else AnnouncementState(self.row.state)]

    @property
    def retry(self) -> bool:
        """Whether something failed that nobody got by another way."""
        return self.row.state in announcements.SENT_FROM and any(not one.elsewhere for one in self.failures)


async def view(session: AsyncSession, row: Announcement, visit: Visit) -> View:
    """Read everything about one announcement."""
    rules, number = visit.shell.rules, row.id or 0
    audience = Audience.from_json(row.audience)
    waits = row.state in BEFORE_SENDING
    reached = await audiences.resolve(session, audience, rules, visit.shell.today()) if waits else None
    progress = (await announcement_progress.progress(session, [number], visit.now))[number]
    reply = await announcements.worded(session, row, _TEXTS)
    leaves = None
    if waits and not row.emergency:
        leaves = announcements.leaves_at(row.not_before, rules, visit.now)
    return View(
        row=row,
        audience=audiences.named(audience, rules.units),
        reached=reached,
        previews=previews(reply, visit, reached.by_channel() if reached else {}),
        leaves_at=leaves,
        progress=progress,
        failures=await announcement_progress.failures(session, number, rules) if progress.failed else [],
        sending_off=(await switches.off(session)).get(switches.Name.SENDING, ""),
        own=await wrote(session, visit.official, row),
    )


async def wrote(session: AsyncSession, official: Official, row: Announcement) -> bool:
    """Whether they wrote at it, be it before somebody else did: then a second person has to agree."""
    subject = announcements.subject(row.id)
    return await audit.wrote(session, official, row.author_id, subject, "announcement.write")


def may(shown: View, visit: Visit) -> dict[str, Any]:
    """Which presses this official is offered."""
    state, row = shown.row.state, shown.row
    write, approve, switch = (visit.may(right) for right in (Right.ANNOUNCE, Right.APPROVE, Right.SWITCH))
    draft = state == AnnouncementState.DRAFT
    return {
        "edit": draft and (switch if row.emergency else write),
        "submit": draft and write and not row.emergency,
        "release": draft and switch and row.emergency,
        "approve": state == AnnouncementState.SUBMITTED and approve and not shown.own,
        "own_waits": state == AnnouncementState.SUBMITTED and shown.own,
        "stop": state in announcements.OPEN and write and not shown.drained,
        "resend": write and shown.retry,
        "decide": write and shown.progress.held > 0 and state in announcements.SENT_FROM,
    }
