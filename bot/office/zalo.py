"""The Official Account seen from the command line: authorising it, how it is, and whom of the officials it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot import clock
from bot.channels.base import DeliveryError
from bot.channels.zalo_oa import WINDOW, ZaloOaChannel
from bot.channels.zalo_oa_reply import Reach
from bot.channels.zalo_oa_token import challenge_of, consent_url, pkce
from bot.channels.zalo_oa_update import CHANNEL, GROUP
from bot.doors import official_account
from bot.office import rules
from bot.office.people import ROLE_NAMES
from bot.office.rules import Rules
from bot.settings import Settings
from bot.storage import Storage, with_storage
from bot.tables import Link, Member
from handlers.duties import Role
from handlers.message import Message


@dataclass(frozen=True, slots=True)
class Step:
    """What the administrator needs: a page to agree on, and what proves that the answer is ours."""

    url: str
    verifier: str
    challenge: str


def begin(settings: Settings, redirect: str, verifier: str | None) -> Step:
    """The page of consent; a verifier of an earlier run keeps the challenge that stands in Zalo's console."""
    made, challenge = (verifier, challenge_of(verifier)) if verifier else pkce()
    oauth = str(settings.zalo_oauth_base_url).rstrip("/")
    url = consent_url(settings.zalo_oa_app_id or "", redirect, challenge, oauth_url=oauth)
    return Step(url, made, challenge)


async def finish(settings: Settings, code: str, verifier: str) -> str | None:
    """Trade the code for tokens and store them; what went wrong, in Vietnamese, or None."""

    async def work(channel: ZaloOaChannel, _storage: Storage) -> str | None:
        try:
            await channel.tokens.exchange(code, verifier)
        except DeliveryError as error:
            return f"Zalo chưa cấp khoá ({error.reason}). Mã chỉ dùng một lần, trong 10 phút: hãy chạy lại từ đầu."
        return None

    problem: str | None = await _with_account(settings, work)
    return problem


async def status(settings: Settings) -> dict[str, Any]:
    """What Zalo says of the account, and how its tokens are."""
    found: dict[str, Any] = await _with_account(settings, lambda channel, _storage: channel.status())
    return found


@dataclass(frozen=True, slots=True)
class Reached:
    """An official whose chat is with the Official Account, and what Zalo says of that."""

    member: int
    unit_name: str
    role: Role
    reach: Reach | None
    error: str | None = None

    @property
    def until(self) -> date | None:
        """The last day on which the account may write first."""
        return self.reach.last + WINDOW if self.reach and self.reach.last else None

    def to_json(self) -> dict[str, Any]:
        reach = self.reach or Reach(None, None)
        days = {"last": reach.last, "until": self.until}
        told = {name: day.isoformat() if day else None for name, day in days.items()}
        found = {"id": self.member, "unit": self.unit_name, "role": self.role.value}
        return {**found, "follows": reach.follows, **told, "error": self.error}

    def text(self) -> str:
        who = f"số {self.member}: {self.unit_name}, {ROLE_NAMES[self.role]}"
        if self.reach is None:
            return f"{who} – Zalo không cho biết ({self.error})"
        match self.reach.follows:
            case None:
                follows = "chưa rõ có quan tâm không"
            case stays:
                follows = "đang quan tâm" if stays else "không quan tâm"
        if self.reach.last is None or self.until is None:
            return f"{who} – {follows}, chưa từng tương tác: chưa nhắn trước được"
        last, until = f"{self.reach.last:%d/%m/%Y}", f"{self.until:%d/%m/%Y}"
        return f"{who} – {follows}, tương tác gần nhất {last}, nhắn trước được đến {until}"


async def reached(settings: Settings) -> list[Reached]:
    """How each official stands who is linked by the Official Account; nothing of it is kept."""
    office = rules.load(settings)

    async def work(channel: ZaloOaChannel, storage: Storage) -> list[Reached]:
        statement = (
            select(Member, col(Link.chat))
            .join(Link, col(Link.member_id) == col(Member.id))
            .where(col(Member.active), col(Link.channel) == CHANNEL, col(Link.chat).not_like(f"{GROUP}%"))
            .order_by(col(Member.id))
        )
        async with storage.read() as session:
            rows = list(await session.execute(statement))
        return [await _reached(channel, member, chat, office) for member, chat in rows]

    found: list[Reached] = await _with_account(settings, work)
    return found


async def _reached(channel: ZaloOaChannel, member: Member, chat: str, office: Rules) -> Reached:
    role, unit_name = Role(member.role), office.units.name(member.unit)
    try:
        return Reached(member.id or 0, unit_name, role, await channel.reach(chat))
    except DeliveryError as error:
        return Reached(member.id or 0, unit_name, role, None, error.reason)


async def _with_account(settings: Settings, work: Any) -> Any:
    async def inner(storage: Storage) -> Any:
        channel = official_account(settings, storage, _never, _nobody, clock.now)
        try:
            return await work(channel, storage)
        finally:
            await channel.stop()

    return await with_storage(settings, inner)


async def _never(_message: Message) -> bool:
    return False


async def _nobody(_chat: str) -> None:
    """The command line takes no events."""
